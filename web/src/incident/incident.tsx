/** An incident, first screen: the six questions, and under them its time as a drawing. */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { endings, useDuties } from '../kit/deadlines.tsx';
import { Failed, Loaded } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import { Drawing } from './drawing.tsx';
import { EvidencePanel } from './evidence.tsx';
import { Head } from './head.tsx';
import { FirstHour } from './papers/first-hour.tsx';
import { type Answered, incidentQueries, type Run, type Shown } from './queries.ts';
import { RunButton, Running } from './run.tsx';
import { SixAnswers } from './six.tsx';
import { Source } from './source.tsx';

export function Incident() {
  const { incident } = useParams({ from: '/incidents/$incident' });
  const shown = useQuery(incidentQueries.shown(incident));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <article>
          <Head shown={found} />
          <Answers shown={found} />
        </article>
      )}
    </Loaded>
  );
}

function Answers({ shown }: Readonly<{ shown: Shown }>) {
  const runs = useQuery(incidentQueries.runs(shown.id));
  return (
    <Loaded query={runs}>
      {({ runs: [latest, ...earlier] }) => (
        <RunsAndAnswer
          shown={shown}
          latest={latest}
          done={[latest, ...earlier].find((run) => run?.state === 'done')}
        />
      )}
    </Loaded>
  );
}

const isUnderWay = (run: Run): boolean => run.state === 'waiting' || run.state === 'running';

function RunsAndAnswer({
  shown,
  latest,
  done,
}: Readonly<{ shown: Shown; latest: Run | undefined; done: Run | undefined }>) {
  const { t, named } = useWords();
  return (
    <>
      {latest !== undefined && isUnderWay(latest) && <Running incident={shown.id} job={latest.job} />}
      {latest?.state === 'failed' && (
        <div className="failed" role="alert">
          <h2>{t('run.failed')}</h2>
          <p>{latest.code === undefined ? t('run.failedSomehow') : named('refused', latest.code)}</p>
          <p className="actions">
            <RunButton incident={shown.id} words={t('state.again')} />
            <Link to="/incidents/$incident/leaks" params={{ incident: shown.id }}>
              {t('leaks.change')}
            </Link>
          </p>
        </div>
      )}
      {done === undefined ? (
        latest !== undefined && isUnderWay(latest) ? null : (
          <BeforeRun shown={shown} />
        )
      ) : (
        <OfRun shown={shown} run={done} mayAgain={latest === undefined || !isUnderWay(latest)} />
      )}
    </>
  );
}

/** Until there is an answer: what is to be done next for one. */
function BeforeRun({ shown }: Readonly<{ shown: Shown }>) {
  const { t } = useWords();
  const me = useMe();
  const leaks = useQuery(incidentQueries.leaks(shown.id));
  const mayWork = hasOne(me, WORKERS) && shown.state !== 'closed';
  return (
    <Loaded query={leaks}>
      {(known) => (
        <>
          <div className="empty">
            <p className="empty-title">{t(known === null ? 'incident.noLeaks' : 'incident.noRun')}</p>
            <p>{t(known === null ? 'incident.noLeaksWhy' : 'incident.noRunWhy')}</p>
            {mayWork && (
              <p className="actions">
                {known === null ? (
                  <Link to="/incidents/$incident/leaks" params={{ incident: shown.id }} className="button">
                    {t('leaks.say')}
                  </Link>
                ) : (
                  <>
                    <RunButton incident={shown.id} words={t('run.start')} />
                    <Link to="/incidents/$incident/leaks" params={{ incident: shown.id }}>
                      {t('leaks.change')}
                    </Link>
                  </>
                )}
                {/* For what no log can show, this and the first form are all there is. */}
                <Link to="/incidents/$incident/decide" params={{ incident: shown.id }}>
                  {t('decide.tab')}
                </Link>
              </p>
            )}
          </div>
          <FirstHour shown={shown} />
          <OwnDrawing shown={shown} answered={undefined} />
        </>
      )}
    </Loaded>
  );
}

function OfRun({ shown, run, mayAgain }: Readonly<{ shown: Shown; run: Run; mayAgain: boolean }>) {
  const { t } = useWords();
  const me = useMe();
  const answer = useQuery(incidentQueries.answer(shown.id, run.job));
  const mayWork = hasOne(me, WORKERS) && shown.state !== 'closed' && mayAgain;
  return (
    <Loaded query={answer}>
      {(answered) =>
        answered === null ? (
          <Failed error={new Error(t('run.erased'))} />
        ) : (
          <>
            <AnswerAndTime answered={answered} shown={shown} />
            {mayWork && (
              <p className="actions">
                <RunButton incident={shown.id} words={t('run.again')} quiet />
                <Link to="/incidents/$incident/leaks" params={{ incident: shown.id }}>
                  {t('leaks.change')}
                </Link>
              </p>
            )}
          </>
        )
      }
    </Loaded>
  );
}

function AnswerAndTime({ answered, shown }: Readonly<{ answered: Answered; shown: Shown }>) {
  return (
    <>
      <SixAnswers answer={answered.answer} />
      <FirstHour shown={shown} />
      <OwnDrawing shown={shown} answered={answered} />
      <Source answered={answered} />
      <EvidencePanel answered={answered} />
    </>
  );
}

const TIMES = ['occurred', 'firstSignal', 'aware', 'contained', 'fixed'] as const;

function OwnDrawing({ shown, answered }: Readonly<{ shown: Shown; answered: Answered | undefined }>) {
  const { t } = useWords();
  const duties = useDuties();
  const clocks = useQuery(incidentQueries.clocks(shown.id));
  const events = TIMES.flatMap((name) => {
    const time = shown.times[name];
    return time === undefined ? [] : [{ at: time.at, label: t(`time.${name}`) }];
  });
  return (
    <section aria-labelledby="time" className="time">
      <h2 id="time">{t('drawing.title')}</h2>
      <Loaded query={clocks}>
        {({ clocks: found }) => (
          <Drawing
            answer={answered?.answer}
            events={events}
            deadlines={endings(found).map((one) => ({ at: one.until, label: duties(one.duties) }))}
          />
        )}
      </Loaded>
    </section>
  );
}
