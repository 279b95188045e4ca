/** What the law asks for: the duties as a table, what is still open, and each with its reasons. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { lazy, Suspense } from 'react';
import { answerOf, api } from '../app/client.ts';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries, type Shown } from '../incident/queries.ts';
import { useDuties } from '../kit/deadlines.tsx';
import { Hatch } from '../kit/figure.tsx';
import { Empty, Failed, Loaded, Loading } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { AnswerFact } from './answer-fact.tsx';
import { DutyPanel } from './duty.tsx';
import { type Duties as Assessed, assessQueries, type Listed } from './queries.ts';

/** With its outlines only when duties are shown. */
const DutiesMap = lazy(() => import('./map.tsx').then((found) => ({ default: found.DutiesMap })));

const STATUSES = ['due', 'cannot-tell', 'unverified', 'not-due'] as const;
type Status = Listed['status'];

export function Duties() {
  const { incident } = useParams({ from: '/incidents/$incident/duties' });
  const shown = useQuery(incidentQueries.shown(incident));
  const duties = useQuery(assessQueries.duties(incident));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <Loaded query={duties}>
            {(assessed) =>
              assessed === null ? <NotYet shown={found} /> : <Table assessed={assessed} shown={found} />
            }
          </Loaded>
        </>
      )}
    </Loaded>
  );
}

function NotYet({ shown }: Readonly<{ shown: Shown }>) {
  const { t } = useWords();
  return (
    <Empty title={t('duties.notYet')}>
      <p>{t('duties.notYetWhy')}</p>
      <p>
        <Link to="/incidents/$incident" params={{ incident: shown.id }}>
          {t('incident.answers')}
        </Link>
      </p>
    </Empty>
  );
}

/** What is not known is hatched, here as everywhere. */
const isUnknown = (status: Status): boolean => status === 'cannot-tell' || status === 'unverified';

function Table({ assessed, shown }: Readonly<{ assessed: Assessed; shown: Shown }>) {
  const { t, number, named } = useWords();
  const { status = 'due', duty } = useSearch({ from: '/incidents/$incident/duties' });
  const counts: Readonly<Record<Status, number>> = {
    due: assessed.due,
    'cannot-tell': assessed.cannotTell,
    unverified: assessed.unverified,
    'not-due': assessed.notDue,
  };
  const rows = assessed.duties?.filter((one) => one.status === status);
  return (
    <section aria-labelledby="duties">
      <h2 id="duties">{t('duties.title')}</h2>
      <p className="soft">
        {[
          t('duties.version', { version: assessed.version }),
          t('duties.law', { count: assessed.law?.regimes ?? 0 }),
          ...(assessed.law?.complete === false ? [t('duties.incomplete')] : []),
        ].join(' · ')}
      </p>
      <nav className="filters" aria-label={t('duties.byStatus')}>
        {STATUSES.map((one) => (
          <Link
            key={one}
            to="/incidents/$incident/duties"
            params={{ incident: shown.id }}
            search={one === 'due' ? {} : { status: one }}
            aria-current={one === status ? 'page' : undefined}
            className={one === status ? 'active' : ''}
            activeProps={{}}
            resetScroll={false}
          >
            {isUnknown(one) && <Hatch />}
            {`${named('duty-status', one)} ${number(counts[one])}`}
          </Link>
        ))}
      </nav>
      {rows === undefined ? (
        <Failed error={new Error(t('duties.erased'))} />
      ) : rows.length === 0 ? (
        <Empty title={t('duties.none')} />
      ) : (
        <Rows rows={rows} incident={shown.id} />
      )}
      <Questions
        incident={shown.id}
        mayAnswer={hasOne(useMe(), WORKERS) && shown.state !== 'closed'}
        assessed={assessed}
      />
      {assessed.duties !== null && (
        <Suspense fallback={<Loading />}>
          <DutiesMap rows={assessed.duties} />
        </Suspense>
      )}
      <Again incident={shown.id} isClosed={shown.state === 'closed'} />
      {duty !== undefined && (
        <DutyPanel incident={shown.id} duty={duty} isClosed={shown.state === 'closed'} />
      )}
    </section>
  );
}

function Rows({ rows, incident }: Readonly<{ rows: readonly Listed[]; incident: string }>) {
  const { t, number, named } = useWords();
  const words = useDuties();
  return (
    <table className="table">
      <thead>
        <tr>
          <th scope="col">{t('duties.whom')}</th>
          <th scope="col" className="amount">
            {t('duties.people')}
          </th>
          <th scope="col">{t('duties.until')}</th>
          <th scope="col">{t('duties.done')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((row) => (
          <tr key={row.duty}>
            <th scope="row">
              <Link
                to="/incidents/$incident/duties"
                params={{ incident }}
                search={(before) => ({ ...before, duty: row.duty })}
                resetScroll={false}
              >
                {words([row.duty])}
              </Link>
            </th>
            <td className="amount" data-name={t('duties.people')}>
              {row.min === row.max ? (
                number(row.min)
              ) : (
                <>
                  {number(row.min)} <span className="unseen">{t('times.to')}</span> <Hatch />
                  {number(row.max)}
                </>
              )}
            </td>
            <td
              data-name={row.untilAt === null ? undefined : t('duties.until')}
              className={row.clock === 'missed' && row.settled === null ? 'legal-time' : undefined}
            >
              {row.untilAt !== null && <When at={row.untilAt} />}
            </td>
            <td data-name={t('duties.done')}>
              {row.settled === null
                ? named('clock-state', row.clock ?? 'no-number')
                : named('settled', row.settled)}
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

const MOST_QUESTIONS = 8;

/** What to find out, the most telling first. The law's files ask in English. */
function Questions({
  incident,
  mayAnswer,
  assessed: { questions },
}: Readonly<{ incident: string; mayAnswer: boolean; assessed: Assessed }>) {
  const { t } = useWords();
  if (questions.length === 0) return null;
  return (
    <section aria-labelledby="questions">
      <h2 id="questions">{t('duties.questions')}</h2>
      <ul className="plain rows">
        {questions.slice(0, MOST_QUESTIONS).map(({ fact, ask, duties }) => (
          <li key={fact}>
            <span className="row-title" lang="en">
              <Hatch /> {ask}
            </span>
            <span className="soft">{t('duties.hang', { count: duties.length })}</span>
            {mayAnswer && <AnswerFact incident={incident} fact={fact} />}
          </li>
        ))}
      </ul>
      {questions.length > MOST_QUESTIONS && (
        <p className="soft">{t('duties.moreQuestions', { count: questions.length - MOST_QUESTIONS })}</p>
      )}
    </section>
  );
}

function Again({ incident, isClosed }: Readonly<{ incident: string; isClosed: boolean }>) {
  const { t } = useWords();
  const queries = useQueryClient();
  const mayWork = hasOne(useMe(), WORKERS) && !isClosed;
  const assessing = useMutation({
    mutationFn: () =>
      answerOf(api.POST('/api/incidents/{incident}/duties', { params: { path: { incident } } })),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['incident', incident] }),
  });
  if (!mayWork) return null;
  return (
    <>
      <p className="actions">
        <button
          type="button"
          className="button quiet"
          disabled={assessing.isPending}
          onClick={() => assessing.mutate()}
        >
          {t('duties.again')}
        </button>
        {assessing.data?.isNew === false && <span role="status">{t('duties.same')}</span>}
      </p>
      {assessing.error !== null && <Failed error={assessing.error} />}
    </>
  );
}
