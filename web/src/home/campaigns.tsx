/** Notices that go on only when whoever looks does something. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Failed } from '../kit/states.tsx';
import { notifyQueries, type Waiting } from '../notify/queries.ts';
import { useWords } from '../words/index.tsx';

/** Above what else waits; `otherwise` when nothing does. */
export function CampaignsWaiting({ otherwise }: Readonly<{ otherwise: ReactNode }>) {
  const { t } = useWords();
  const waiting = useQuery(notifyQueries.waiting);
  if (waiting.error !== null) return <Failed error={waiting.error} again={() => void waiting.refetch()} />;
  if (waiting.data === undefined || waiting.data.waiting.length === 0) return otherwise;
  return (
    <>
      <ul className="plain rows">
        {waiting.data.waiting.map((one) => (
          <li key={one.campaign}>
            <Line waiting={one} />
          </li>
        ))}
      </ul>
      {waiting.data.isMore && <p className="soft">{t('home.moreWaits')}</p>}
    </>
  );
}

function Line({ waiting }: Readonly<{ waiting: Waiting }>) {
  const { t } = useWords();
  const { incident, campaign, title, people } = waiting;
  return (
    <>
      <Link
        to={
          waiting.for === 'approve'
            ? '/incidents/$incident/notify/$campaign/approval'
            : '/incidents/$incident/notify/$campaign'
        }
        params={{ incident, campaign }}
        className="row-title"
      >
        {t(`waiting.campaign.${waiting.for}`, { count: people })}
      </Link>
      <span className="soft">{title ?? t('erased')}</span>
    </>
  );
}
