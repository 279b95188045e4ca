/** The answer of a trace: whom the reports point to, how sure that is, what else would explain it, and what it rests on. */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { hasOne, OFFICERS, useMe } from '../app/session.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries, type Shown } from '../incident/queries.ts';
import { Running } from '../incident/run.tsx';
import { Hatch } from '../kit/figure.tsx';
import { Empty, Failed, Loaded } from '../kit/states.tsx';
import { Between, When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { AskManagers } from './ask-managers.tsx';
import { Candidate } from './candidate.tsx';
import { type Named, type OfRun, type Ranked, type TraceAnswer, traceQueries } from './queries.ts';
import { Seen } from './seen.tsx';
import './trace.css';

export function TraceRun() {
  const of = useParams({ from: '/incidents/$incident/traces/$trace/runs/$job' });
  const shown = useQuery(incidentQueries.shown(of.incident));
  const run = useQuery(traceQueries.run(of));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <Loaded query={run}>{(ranked) => <Answered shown={found} of={of} ranked={ranked} />}</Loaded>
        </>
      )}
    </Loaded>
  );
}

function Answered({ shown, of, ranked }: Readonly<{ shown: Shown; of: OfRun; ranked: Ranked }>) {
  const { t, named } = useWords();
  const { candidate } = useSearch({ from: '/incidents/$incident/traces/$trace/runs/$job' });
  const { run, answer } = ranked;
  const mayAsk = hasOne(useMe(), OFFICERS) && shown.state !== 'closed';
  const back = (
    <p className="soft">
      <Link to="/incidents/$incident/traces/$trace" params={{ incident: of.incident, trace: of.trace }}>
        {t('trace.back')}
      </Link>{' '}
      <When at={run.askedAt} />
    </p>
  );
  if (run.state === 'asked')
    return (
      <section className="trace-answer">
        {back}
        <Running incident={of.incident} job={of.job} />
      </section>
    );
  if (answer === null)
    return (
      <section className="trace-answer">
        {back}
        {run.state === 'failed' ? (
          <Failed error={new Error(run.code === undefined ? t('run.failed') : named('refused', run.code))} />
        ) : (
          <Empty title={run.state === 'done' ? t('erased') : named('trace-state', run.state)} />
        )}
      </section>
    );
  if (answer.schema === 'forthright/access/1')
    return (
      <section className="trace-answer" aria-labelledby="outcome">
        {back}
        <Seen answer={answer} />
        {mayAsk && <AskManagers of={of} answer={answer} />}
      </section>
    );
  const chosen = answer.named.find((one) => one.candidate === candidate);
  return (
    <section className="trace-answer" aria-labelledby="outcome">
      {back}
      <Verdict answer={answer} />
      {answer.named.length > 0 && <Ranking answer={answer} chosen={chosen} />}
      {chosen !== undefined && <Candidate shown={shown} of={of} run={run} named={chosen} />}
      <Controls answer={answer} />
      <Counted answer={answer} />
      <Rests ranked={ranked} answer={answer} />
    </section>
  );
}

function Verdict({ answer: { outcome, refusal, alpha, named } }: Readonly<{ answer: TraceAnswer }>) {
  const { t, list } = useWords();
  return (
    <>
      <h2 id="outcome" className="large verdict-words">
        {t(`trace-says.${outcome}`, { who: list(named.map(({ candidate }) => candidate)) })}
      </h2>
      {refusal !== null && <p>{t(`trace-refusal.${refusal}`)}</p>}
      <p>
        {t('trace.errorRate', { rate: t('trace.oneIn', { count: Math.round(1 / alpha) }) })}{' '}
        {named.length > 0 && t('trace.noProof')}
      </p>
    </>
  );
}

/** As powers of ten: the answer has natural logarithms. */
const power = (log: number): number => Math.round((log / Math.LN10) * 10) / 10;

function Ranking({
  answer: { named: all, threshold },
  chosen,
}: Readonly<{ answer: TraceAnswer; chosen: Named | undefined }>) {
  const { t, number, named } = useWords();
  return (
    <section aria-labelledby="ranking">
      <h2 id="ranking">{t('trace.ranking')}</h2>
      <p className="soft">{t('trace.rankingWhy', { needed: number(power(threshold)) })}</p>
      <table className="table ranking">
        <thead>
          <tr>
            <th scope="col">{t('trace-rank.who')}</th>
            <th scope="col" className="amount">
              {t('trace-rank.hits')}
            </th>
            <th scope="col" className="amount">
              {t('trace-rank.expected')}
            </th>
            <th scope="col" className="amount">
              {t('trace-rank.seen')}
            </th>
            <th scope="col">{t('trace-rank.strength')}</th>
            <th scope="col" className="amount">
              {t('trace-rank.spare')}
            </th>
          </tr>
        </thead>
        <tbody>
          {all.map((one) => (
            <tr key={one.candidate}>
              <th scope="row">
                <Link
                  to="."
                  search={{ candidate: one.candidate }}
                  resetScroll={false}
                  aria-current={one === chosen ? 'true' : undefined}
                >
                  {one.candidate}
                </Link>{' '}
                <span className="soft">{named('candidate', one.kind)}</span>
              </th>
              <td className="amount" data-label={t('trace-rank.hits')}>
                {number(one.hits)}
              </td>
              <td className="amount" data-label={t('trace-rank.expected')}>
                {number(Math.round(one.expected * 10) / 10)}
              </td>
              <td className="amount" data-label={t('trace-rank.seen')}>
                {number(one.seen)}
              </td>
              <td data-label={t('trace-rank.strength')}>
                <Strength log={one.logE} threshold={threshold} />
              </td>
              <td className="amount" data-label={t('trace-rank.spare')}>
                {number(one.spare)}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </section>
  );
}

/** A bar with a mark at what is needed; both stand beside it as figures. */
function Strength({ log, threshold }: Readonly<{ log: number; threshold: number }>) {
  const { t, number } = useWords();
  const most = Math.max(log, threshold) * 1.1;
  const [WIDTH, HEIGHT] = [120, 12];
  return (
    <span className="strength">
      <svg viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
        <rect className="strength-bar" y={2} width={(log / most) * WIDTH} height={HEIGHT - 4} />
        <line
          className="strength-gap"
          x1={(threshold / most) * WIDTH}
          x2={(threshold / most) * WIDTH}
          y1={0}
          y2={HEIGHT}
        />
        <line
          className="strength-needed"
          x1={(threshold / most) * WIDTH}
          x2={(threshold / most) * WIDTH}
          y1={0}
          y2={HEIGHT}
        />
      </svg>{' '}
      {t('trace-rank.of', { strength: number(power(log)), needed: number(power(threshold)) })}
    </span>
  );
}

function Controls({ answer: { controls, otherKeys = [] } }: Readonly<{ answer: TraceAnswer }>) {
  const { t, number } = useWords();
  return (
    <section aria-labelledby="controls">
      <h2 id="controls">{t('trace.controls')}</h2>
      <p className="soft">{t('trace.controlsWhy', { needed: number(controls.needed) })}</p>
      {controls.each.length === 0 ? (
        <p>
          <Hatch /> {t('trace.noControls')}
        </p>
      ) : (
        <ul className="plain rows">
          {controls.each.map((one) => (
            <li key={one.name}>
              <span className="row-title">{one.name}</span>
              <strong>{t(one.quiet ? 'trace.quiet' : 'trace.loud')}</strong>
              <span>{t('trace.controlReports', { count: one.reports })}</span>
              {one.seen !== undefined && <span>{t('trace.controlsSeen', { count: one.seen })}</span>}
              <span className="soft">{t('trace.chance', { percent: percent(one.chance, number) })}</span>
            </li>
          ))}
        </ul>
      )}
      {otherKeys.length > 0 && (
        <>
          <p className="spaced">{t('trace.otherKeys')}</p>
          <ul className="plain rows">
            {otherKeys.map((one) => (
              <li key={one.key}>
                <span className="row-title">{one.key}</span>
                <span>{one.fall > 0 ? t('trace.keyFalls', { count: one.fall }) : t('trace.keyStands')}</span>
              </li>
            ))}
          </ul>
        </>
      )}
      {controls.missing.length > 0 && (
        <>
          <p className="spaced">{t('trace.missingKeys')}</p>
          <ul className="plain rows">
            {controls.missing.map((one) => (
              <li key={one.key}>
                <span className="row-title">{one.key}</span>
                <span>{t(one.quiet ? 'trace.quiet' : 'trace.loud')}</span>
              </li>
            ))}
          </ul>
        </>
      )}
    </section>
  );
}

const percent = (share: number, number: (value: number) => string): string =>
  number(Math.round(share * 1000) / 10);

/** What was counted, and what was left out and why. */
function Counted({ answer: { reports, candidates, lookUps, routing } }: Readonly<{ answer: TraceAnswer }>) {
  const { t, number, list } = useWords();
  const left = (
    ['repeated', 'setAside', 'unidentified', 'ambiguous', 'untimed', 'seenByNobody'] as const
  ).filter((one) => reports[one] > 0);
  return (
    <section aria-labelledby="counted">
      <h2 id="counted">{t('trace.counted')}</h2>
      <dl className="facts">
        <dt>{t('trace.reports')}</dt>
        <dd>{t('trace.reportsUsed', { count: reports.used })}</dd>
        {left.map((one) => (
          <dd key={one} className="soft">
            {t(`trace-left.${one}`, { count: reports[one] })}
          </dd>
        ))}
        <dt>{t('trace.candidates')}</dt>
        <dd>
          {t('trace.candidatesAre', {
            people: number(candidates.people),
            teams: number(candidates.teams),
            paths: number(candidates.paths),
          })}
        </dd>
        <dt>{t('trace.lookUps')}</dt>
        <dd>{t('trace.lookUpsAre', { pairs: number(lookUps.pairs), people: number(lookUps.people) })}</dd>
        {lookUps.withoutViewer > 0 && (
          <dd>
            <Hatch /> {t('trace.withoutViewer', { count: lookUps.withoutViewer })}
          </dd>
        )}
        <dt>{t('trace-ask.routing')}</dt>
        <dd>{routing.length === 0 ? t('trace.noRouting') : list(routing)}</dd>
      </dl>
    </section>
  );
}

function Rests({ ranked: { run, isIntact }, answer }: Readonly<{ ranked: Ranked; answer: TraceAnswer }>) {
  const { t, bytes } = useWords();
  const { definition } = run;
  return (
    <section aria-labelledby="rests">
      <h2 id="rests">{t('trace.rests')}</h2>
      {answer.cautions.length > 0 && (
        <>
          <h3>{t('trace.cautions')}</h3>
          <ul lang="en">
            {answer.cautions.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </>
      )}
      <dl className="facts">
        {definition !== null && (
          <>
            <dt>{t('trace.window')}</dt>
            <dd>
              <Between from={definition.from} to={definition.to} />
            </dd>
          </>
        )}
        <dt>{t('evidence.hash')}</dt>
        <dd>
          <code className="hash">{run.sha256}</code> {t(isIntact ? 'evidence.intact' : 'evidence.broken')}
        </dd>
      </dl>
      <details className="more">
        <summary>{t('evidence.files', { count: answer.evidence.length })}</summary>
        <ul className="files plain">
          {answer.evidence.map((file) => (
            <li key={file.path}>
              <code>{file.path}</code>
              <span className="soft">{bytes(file.bytes)}</span>
              <code className="hash">{file.sha256 ?? t('erased')}</code>
            </li>
          ))}
        </ul>
      </details>
    </section>
  );
}
