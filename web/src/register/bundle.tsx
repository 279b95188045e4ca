/** The bundle of an incident: what it will hold, and its making, which is itself a deed. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { answerOf, api } from '../app/client.ts';
import { hasOne, OFFICERS, useMe } from '../app/session.ts';
import { incidentQueries } from '../incident/queries.ts';
import { Failed, Loaded } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import { save } from './saving.ts';

export function Bundle({ incident }: Readonly<{ incident: string }>) {
  const { t } = useWords();
  const shown = useQuery(incidentQueries.shown(incident));
  return (
    <section aria-labelledby="bundle">
      <h2 id="bundle">{t('register.bundle')}</h2>
      <Loaded query={shown}>
        {({ evidence, papers }) => (
          <>
            <p>{t('register.bundleWhy')}</p>
            <ul className="holds">
              <li>{t('register.holds.entries')}</li>
              <li>{t('register.holds.page')}</li>
              <li>
                {t('register.holds.files', { count: evidence.filter(({ kind }) => kind === 'file').length })}
              </li>
              <li>{t('register.holds.papers', { count: papers.length })}</li>
              <li>{t('register.holds.personal')}</li>
            </ul>
            <Export incident={incident} />
          </>
        )}
      </Loaded>
    </section>
  );
}

function Export({ incident }: Readonly<{ incident: string }>) {
  const { t } = useWords();
  const me = useMe();
  const queries = useQueryClient();
  const making = useMutation({
    mutationFn: async () =>
      save(
        `${incident}.tar`,
        await answerOf<Blob>(
          api.POST('/api/incidents/{incident}/export', { params: { path: { incident } }, parseAs: 'blob' }),
        ),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['entries'] }),
  });
  if (!hasOne(me, OFFICERS)) return null;
  return (
    <>
      <p className="actions">
        <button type="button" className="button" disabled={making.isPending} onClick={() => making.mutate()}>
          {t('register.export')}
        </button>
        <span className="soft">{t(making.isSuccess ? 'register.saved' : 'register.exportWhy')}</span>
      </p>
      {making.error !== null && <Failed error={making.error} />}
    </>
  );
}
