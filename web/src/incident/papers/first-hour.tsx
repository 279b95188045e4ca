import { Link } from '@tanstack/react-router';
import { When } from '../../kit/time.tsx';
import { useWords } from '../../words/index.tsx';
import type { Shown } from '../queries.ts';
import { PAPERS } from './kinds.ts';

/** On the first screen of an incident: each paper, and whether it is there. */
export function FirstHour({ shown }: Readonly<{ shown: Shown }>) {
  const { t, named } = useWords();
  if (shown.state === 'closed') return null;
  return (
    <section aria-labelledby="first-hour">
      <h2 id="first-hour">{t('papers.title')}</h2>
      <ul className="plain rows">
        {PAPERS.map((paper) => {
          const last = shown.papers.findLast((one) => one.paper === paper);
          return (
            <li key={paper}>
              <Link
                to="/incidents/$incident/papers"
                params={{ incident: shown.id }}
                search={{ paper }}
                className="row-title"
              >
                {named('paper', paper)}
              </Link>
              {last === undefined ? (
                <span className="soft">{t('papers.notIssued')}</span>
              ) : (
                <span className="soft">
                  {t('papers.version', { number: last.number })} <When at={last.at} />
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
