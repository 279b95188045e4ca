/** The traces of an incident: what was settled before anybody was scored, and what came of it. */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { hasOne, OFFICERS, useMe } from '../app/session.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries, type Shown } from '../incident/queries.ts';
import { useName } from '../kit/names.ts';
import { Empty, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { GateForm } from './gate.tsx';
import { type RunListed, type Trace, traceQueries } from './queries.ts';
import './trace.css';

export function Traces() {
  const { incident } = useParams({ from: '/incidents/$incident/traces' });
  const shown = useQuery(incidentQueries.shown(incident));
  const traces = useQuery(traceQueries.list(incident));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <Loaded query={traces}>{({ traces: all }) => <All shown={found} traces={all} />}</Loaded>
        </>
      )}
    </Loaded>
  );
}

function All({ shown, traces }: Readonly<{ shown: Shown; traces: readonly Trace[] }>) {
  const { t } = useWords();
  const mayOpen = hasOne(useMe(), OFFICERS) && shown.state !== 'closed';
  return (
    <section aria-labelledby="traces">
      <h2 id="traces">{t('trace.title')}</h2>
      {traces.length === 0 ? (
        <Empty title={t('trace.none')}>
          <p>{t('trace.noneWhy')}</p>
          {!mayOpen && <p className="soft">{t('trace.officerOpens')}</p>}
        </Empty>
      ) : (
        <ul className="plain rows">
          {traces.map((one) => (
            <li key={one.id}>
              <Line incident={shown.id} trace={one} />
            </li>
          ))}
        </ul>
      )}
      {mayOpen &&
        (traces.length === 0 ? (
          <GateForm incident={shown.id} />
        ) : (
          <details className="more">
            <summary>{t('trace.openAnother')}</summary>
            <GateForm incident={shown.id} />
          </details>
        ))}
    </section>
  );
}

function Line({ incident, trace }: Readonly<{ incident: string; trace: Trace }>) {
  const { t } = useWords();
  const name = useName();
  // What was chosen among customers' reports goes along.
  const { groups } = useSearch({ from: '/incidents/$incident/traces' });
  const [latest] = trace.runs;
  return (
    <>
      <Link
        to="/incidents/$incident/traces/$trace"
        params={{ incident, trace: trace.id }}
        search={groups === undefined ? {} : { groups }}
        className="row-title"
      >
        {trace.gate?.purpose ?? t('erased')}
      </Link>
      {latest !== undefined && <Outcome run={latest} />}
      <span className="soft">
        {name(trace.openedBy)} <When at={trace.openedAt} />
      </span>
    </>
  );
}

/** What came of a run, in a few words; no name. */
export function Outcome({ run }: Readonly<{ run: RunListed }>) {
  const { t, named } = useWords();
  if (run.state === 'failed')
    return <span>{run.code === undefined ? t('run.failed') : named('refused', run.code)}</span>;
  if (run.outcome === undefined) return <span>{named('trace-state', run.state)}</span>;
  return <strong>{t(`trace-outcome.${run.outcome}`, { count: run.named ?? 0 })}</strong>;
}
