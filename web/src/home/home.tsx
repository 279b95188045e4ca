/** Home: the clock that ends first, what waits for whoever looks, and the incidents that are open. */
import { useQuery } from '@tanstack/react-query';
import { Link, Navigate } from '@tanstack/react-router';
import { hasOne, READERS, SPEAKERS, useMe, WORKERS } from '../app/session.ts';
import { IncidentLine } from '../incident/incident-line.tsx';
import { incidentQueries, type Listed } from '../incident/queries.ts';
import { type Ending, endings, useDuties } from '../kit/deadlines.tsx';
import { Empty, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { FirstVisit } from '../start/first-visit.tsx';
import { useWords } from '../words/index.tsx';
import { CampaignsWaiting } from './campaigns.tsx';
import { homeQueries, type Waiting } from './queries.ts';

export function Home() {
  const me = useMe();
  // Whoever only speaks with customers has one place.
  if (!hasOne(me, READERS) && hasOne(me, SPEAKERS)) return <Navigate to="/desk" replace />;
  if (!hasOne(me, READERS)) return <FirstVisit />;
  return <Work mayOpen={hasOne(me, WORKERS)} />;
}

function Work({ mayOpen }: Readonly<{ mayOpen: boolean }>) {
  const { t } = useWords();
  const open = useQuery(incidentQueries.list({ state: 'open' }));
  const decided = useQuery(incidentQueries.list({ state: 'decided' }));
  const any = useQuery(incidentQueries.list({}));
  return (
    <Loaded query={any} isWhole>
      {({ incidents }) =>
        incidents.length === 0 ? (
          <FirstVisit />
        ) : (
          <>
            <h1>{t('home.title')}</h1>
            <Clocks />
            <WaitingForMe />
            <section aria-labelledby="open">
              <h2 id="open">{t('home.open')}</h2>
              <Loaded query={open}>
                {(undecided) => (
                  <Loaded query={decided}>
                    {(others) => <Unclosed listed={[...undecided.incidents, ...others.incidents]} />}
                  </Loaded>
                )}
              </Loaded>
              <p className="actions">
                {mayOpen && (
                  <Link to="/incidents/new" className="button">
                    {t('incident.new')}
                  </Link>
                )}
                <Link to="/incidents">{t('home.all')}</Link>
              </p>
            </section>
          </>
        )
      }
    </Loaded>
  );
}

const HOUR_MS = 3_600_000;

/** The one strong thing on the page is the clock that ends first. */
function Clocks() {
  const { t } = useWords();
  const clocks = useQuery(homeQueries.clocks);
  return (
    <section aria-labelledby="clocks">
      <h2 id="clocks" className="unseen">
        {t('home.clocks')}
      </h2>
      <Loaded query={clocks}>
        {({ clocks: found }) => {
          const [nearest, ...others] = endings(found);
          return nearest === undefined ? (
            <p className="soft">{t('home.noClock')}</p>
          ) : (
            <>
              <Nearest clock={nearest} />
              {others.length > 0 && (
                <ol className="plain later-clocks">
                  {others.slice(0, 4).map((clock) => (
                    <li key={`${clock.incident} ${clock.until}`}>
                      <ClockLine clock={clock} />
                    </li>
                  ))}
                </ol>
              )}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

function Nearest({ clock }: Readonly<{ clock: Ending }>) {
  const { t, length } = useWords();
  const leftMs = Date.parse(clock.until) - Date.now();
  const isOver = clock.isMissed || leftMs < 0;
  return (
    <div className="nearest">
      <p className="deadline nearest-time">
        {t(isOver ? 'clock.over' : 'clock.left', { time: length(Math.abs(leftMs)) })}
      </p>
      <p>
        <ClockWords clock={clock} />
      </p>
    </div>
  );
}

const ClockWords = ({ clock }: Readonly<{ clock: Ending }>) => {
  const { t } = useWords();
  const duties = useDuties();
  return (
    <>
      <Link to="/incidents/$incident" params={{ incident: clock.incident }}>
        {clock.title ?? t('erased')}
      </Link>
      <span>{duties(clock.duties)}</span>
      <When at={clock.until} />
      {clock.delayedUntil !== null && <span className="soft">{t('clock.delayed')}</span>}
    </>
  );
};

function ClockLine({ clock }: Readonly<{ clock: Ending }>) {
  const { t, length } = useWords();
  const leftMs = Date.parse(clock.until) - Date.now();
  const isOver = clock.isMissed || leftMs < 0;
  return (
    <>
      <span className={leftMs < 24 * HOUR_MS ? 'legal-time clock-left' : 'clock-left'}>
        {t(isOver ? 'clock.over' : 'clock.left', { time: length(Math.abs(leftMs)) })}
      </span>
      <ClockWords clock={clock} />
    </>
  );
}

function WaitingForMe() {
  const { t } = useWords();
  const waiting = useQuery(homeQueries.waiting);
  return (
    <section aria-labelledby="waiting">
      <h2 id="waiting">{t('home.waiting')}</h2>
      <Loaded query={waiting}>
        {({ waiting: found, isMore }) =>
          found.length === 0 ? (
            <CampaignsWaiting otherwise={<p className="soft">{t('home.nothingWaits')}</p>} />
          ) : (
            <>
              <CampaignsWaiting otherwise={null} />
              <ul className="plain rows">
                {found.map((one) => (
                  <li key={one.id}>
                    <WaitingLine waiting={one} />
                  </li>
                ))}
              </ul>
              {isMore && <p className="soft">{t('home.moreWaits')}</p>}
            </>
          )
        }
      </Loaded>
    </section>
  );
}

function WaitingLine({
  waiting: { incident, title, kind, what, answer, due, isOverdue },
}: Readonly<{ waiting: Waiting }>) {
  const { t, named } = useWords();
  const words = what ?? (answer === undefined ? t('erased') : named('answer', answer));
  return (
    <>
      <Link
        to={kind === 'task' ? '/incidents/$incident/tasks' : '/incidents/$incident/decide'}
        params={{ incident }}
        className="row-title"
      >
        {t(kind === 'task' ? 'waiting.task' : 'waiting.proposal', { what: words })}
      </Link>
      <span className="soft">{title ?? t('erased')}</span>
      {due !== undefined && (
        <span>
          {t('decide.due')} <When at={due} />
        </span>
      )}
      {isOverdue && <strong>{t('overdue')}</strong>}
    </>
  );
}

function Unclosed({ listed }: Readonly<{ listed: readonly Listed[] }>) {
  const { t } = useWords();
  if (listed.length === 0) return <Empty title={t('home.noneOpen')} />;
  return (
    <ul className="plain rows">
      {listed.map((one) => (
        <li key={one.id}>
          <IncidentLine listed={one} />
        </li>
      ))}
    </ul>
  );
}
