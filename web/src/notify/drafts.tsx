/** Notices of an incident that somebody is still writing. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { answerOf, api } from '../app/client.ts';
import { useName } from '../kit/names.ts';
import { Failed, Loaded } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import { notifyQueries } from './queries.ts';

export function Drafts({ incident }: Readonly<{ incident: string }>) {
  const { t, local } = useWords();
  const name = useName();
  const queries = useQueryClient();
  const drafts = useQuery(notifyQueries.drafts(incident));
  const discarding = useMutation({
    mutationFn: (draft: string) =>
      answerOf(
        api.POST('/api/incidents/{incident}/saved-notice-drafts/{draft}/discard', {
          params: { path: { incident, draft } },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['incident', incident, 'drafts'] }),
  });
  const handleDiscard = (draft: string) => {
    if (window.confirm(t('saved.discardSure'))) discarding.mutate(draft);
  };
  return (
    <Loaded query={drafts}>
      {({ drafts: found }) =>
        found.length > 0 && (
          <section aria-labelledby="drafts">
            <h3 id="drafts">{t('saved.title')}</h3>
            <p className="soft">{t('saved.lead')}</p>
            <ul className="plain rows">
              {found.map(({ draft, version, savedBy, savedAt }) => (
                <li key={draft}>
                  <Link
                    to="/incidents/$incident/notify/new"
                    params={{ incident }}
                    search={{ draft }}
                    className="row-title"
                  >
                    {t('saved.open', { at: local(savedAt) })}
                  </Link>
                  <span>{t('saved.version', { version })}</span>
                  <span className="soft">{name(savedBy)}</span>
                  <button
                    type="button"
                    className="link"
                    disabled={discarding.isPending}
                    onClick={() => handleDiscard(draft)}
                  >
                    {t('saved.discard')}
                  </button>
                </li>
              ))}
            </ul>
            {discarding.error !== null && <Failed error={discarding.error} />}
          </section>
        )
      }
    </Loaded>
  );
}
