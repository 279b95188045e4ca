/** Where an incident was imported from, and what of that record no fact was made of. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { answerOf, api } from '../app/client.ts';
import { Loaded } from '../kit/states.tsx';
import { save } from '../register/saving.ts';
import { useWords } from '../words/index.tsx';

type Unread = Readonly<{ notUnderstood: readonly Readonly<{ at: string; value: string }>[]; more: number }>;

export function ImportedFrom({ incident }: Readonly<{ incident: string }>) {
  const { t } = useWords();
  const shown = useQuery({
    queryKey: ['incident', incident, 'import'],
    queryFn: () => answerOf(api.GET('/api/incidents/{incident}/import', { params: { path: { incident } } })),
  });
  return (
    <section aria-labelledby="imported">
      <h2 id="imported">{t('import.from')}</h2>
      <Loaded query={shown}>
        {(found) => (
          <ul className="plain rows">
            <li>
              <span className="row-title">{t('import.record')}</span>
              <Link to="/register" search={{ incident, entry: found.entry }}>
                {t('trace.entry', { entry: found.entry })}
              </Link>
              <button
                type="button"
                className="link"
                onClick={() =>
                  save(
                    `${incident}.veris.json`,
                    new Blob([JSON.stringify(found.record)], { type: 'application/json' }),
                  )
                }
              >
                {t('file.get')}
              </button>
              <code className="whole hash soft">{found.sha256}</code>
              <NotUnderstood of={found} />
            </li>
          </ul>
        )}
      </Loaded>
    </section>
  );
}

/** Nothing is dropped: it is kept as it came, and named. */
export function NotUnderstood({ of: { notUnderstood, more } }: Readonly<{ of: Unread }>) {
  const { t } = useWords();
  const count = notUnderstood.length + more;
  if (count === 0) return <span className="whole soft">{t('import.allUnderstood')}</span>;
  return (
    <details className="whole">
      <summary>{t('import.notUnderstood', { count })}</summary>
      <dl className="stated">
        {notUnderstood.map(({ at, value }) => (
          <div key={at}>
            <dt>
              <code>{at}</code>
            </dt>
            <dd className="text">{value}</dd>
          </div>
        ))}
      </dl>
      {more > 0 && <p className="soft">{t('import.more', { count: more })}</p>}
    </details>
  );
}
