/** One trace: its gate, its runs, and asking for the next. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { APPROVERS, hasOne, OFFICERS, useMe, WORKERS } from '../app/session.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries, type Shown, workspaceQuery } from '../incident/queries.ts';
import { Running } from '../incident/run.tsx';
import { Field } from '../kit/form.tsx';
import { useName } from '../kit/names.ts';
import { Empty, Failed, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { DefinitionForm } from './definition.tsx';
import { rankingOf, type Trace, traceQueries } from './queries.ts';
import { RunAccess } from './run-access.tsx';
import { Outcome } from './traces.tsx';
import './trace.css';

export function TracePage() {
  const { incident, trace } = useParams({ from: '/incidents/$incident/traces/$trace' });
  const shown = useQuery(incidentQueries.shown(incident));
  const one = useQuery(traceQueries.one({ incident, trace }));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <Loaded query={one}>{(known) => <Parts shown={found} trace={known} />}</Loaded>
        </>
      )}
    </Loaded>
  );
}

function Parts({ shown, trace }: Readonly<{ shown: Shown; trace: Trace }>) {
  const { t } = useWords();
  const me = useMe();
  const isOver = trace.erasedEntry !== undefined;
  const isOpen = shown.state !== 'closed' && !isOver;
  return (
    <>
      <Gate trace={trace} />
      {isOpen && trace.confirmedBy === undefined && <Confirm incident={shown.id} trace={trace} />}
      <section aria-labelledby="runs">
        <h2 id="runs">{t('trace.runs')}</h2>
        <Runs incident={shown.id} trace={trace} />
        {isOpen && trace.confirmedBy !== undefined && hasOne(me, WORKERS) && (
          <>
            <Ask incident={shown.id} trace={trace} />
            <Count incident={shown.id} trace={trace.id} />
          </>
        )}
      </section>
      {isOpen && hasOne(me, OFFICERS) && <Erase incident={shown.id} trace={trace.id} />}
    </>
  );
}

function Gate({
  trace: { gate, openedBy, openedAt, confirmedBy, ends, erasedEntry },
}: Readonly<{ trace: Trace }>) {
  const { t } = useWords();
  const name = useName();
  return (
    <section aria-labelledby="gate">
      <h2 id="gate">{gate?.purpose ?? t('erased')}</h2>
      <dl className="facts">
        {gate !== null && (
          <>
            <dt>{t('trace-gate.legalBasis')}</dt>
            <dd>{gate.legalBasis}</dd>
            <dt>{t('trace-gate.council')}</dt>
            <dd>
              {'agreed' in gate.worksCouncil
                ? t('trace.councilAgreed', gate.worksCouncil)
                : gate.worksCouncil.notNeeded}
            </dd>
            <dt>{t('trace-gate.by')}</dt>
            <dd>{gate.by}</dd>
          </>
        )}
        <dt>{t('trace.opened')}</dt>
        <dd>
          {name(openedBy)} <When at={openedAt} />
        </dd>
        {confirmedBy !== undefined && (
          <>
            <dt>{t('trace.confirmedBy')}</dt>
            <dd>{name(confirmedBy)}</dd>
          </>
        )}
        <dt>{t(erasedEntry === undefined ? 'trace.ends' : 'trace.ended')}</dt>
        <dd>{erasedEntry === undefined ? <When at={ends} /> : t('trace.entry', { entry: erasedEntry })}</dd>
      </dl>
    </section>
  );
}

/** A second person confirms the gate; whoever opened it waits. */
function Confirm({ incident, trace }: Readonly<{ incident: string; trace: Trace }>) {
  const { t } = useWords();
  const me = useMe();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const confirming = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/incidents/{incident}/traces/{trace}/confirm', {
          params: { path: { incident, trace: trace.id } },
          body: { reason },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['incident', incident] }),
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    confirming.mutate();
  };
  return (
    <Empty title={t('trace.unconfirmed')}>
      {hasOne(me, APPROVERS) && trace.openedBy !== me.person.id && (
        <form className="form" onSubmit={handleSubmit}>
          <Field label={t('trace.reason')}>
            {(ids) => (
              <textarea
                {...ids}
                required
                rows={2}
                maxLength={20_000}
                value={reason}
                onChange={({ target }) => setReason(target.value)}
              />
            )}
          </Field>
          {confirming.error !== null && <Failed error={confirming.error} />}
          <p className="actions">
            <button type="submit" className="button" disabled={confirming.isPending}>
              {t('trace.confirm')}
            </button>
          </p>
        </form>
      )}
    </Empty>
  );
}

function Runs({ incident, trace }: Readonly<{ incident: string; trace: Trace }>) {
  const { t } = useWords();
  const name = useName();
  const running = trace.runs.find(({ state }) => state === 'asked');
  if (trace.runs.length === 0) return <Empty title={t('trace.notRun')} />;
  return (
    <>
      {running !== undefined && <Running incident={incident} job={running.job} />}
      <ul className="plain rows">
        {trace.runs.map((run) => (
          <li key={run.job}>
            <Link
              to="/incidents/$incident/traces/$trace/runs/$job"
              params={{ incident, trace: trace.id, job: run.job }}
              className="row-title"
            >
              {t('trace.run', { entry: run.entry })}
            </Link>
            <Outcome run={run} />
            <span className="soft">
              {name(run.askedBy)} <When at={run.askedAt} />
            </span>
          </li>
        ))}
      </ul>
    </>
  );
}

/** The form begins with the definition of the last run, or with the groups that were chosen among what customers reported. */
function Ask({ incident, trace }: Readonly<{ incident: string; trace: Trace }>) {
  const { t } = useWords();
  const { groups } = useSearch({ from: '/incidents/$incident/traces/$trace' });
  const workspace = useQuery(workspaceQuery);
  const [latest] = trace.runs;
  const before = useQuery({
    ...traceQueries.run({ incident, trace: trace.id, job: latest?.job ?? '' }),
    enabled: latest !== undefined,
  });
  if (latest !== undefined && before.data === undefined && before.error === null) return null;
  const form = (
    <Loaded query={workspace}>
      {(sources) =>
        sources === null ? (
          <Empty title={t('leaks.noWorkspace')} />
        ) : (
          <DefinitionForm
            incident={incident}
            trace={trace.id}
            logs={sources.logs.map(({ name }) => name)}
            before={rankingOf(before.data?.run.definition)}
            groups={groups ?? []}
          />
        )
      }
    </Loaded>
  );
  if (latest === undefined || groups !== undefined) return form;
  return (
    <details className="more">
      <summary>{t('trace.runAgain')}</summary>
      {form}
    </details>
  );
}

/** A count names nobody, and needs the workspace's logs. */
function Count({ incident, trace }: Readonly<{ incident: string; trace: string }>) {
  const { data } = useQuery(workspaceQuery);
  if (data == null || data.logs.length === 0) return null;
  return <RunAccess of={{ incident, trace }} logs={data.logs.map(({ name }) => name)} />;
}

function Erase({ incident, trace }: Readonly<{ incident: string; trace: string }>) {
  const { t } = useWords();
  const queries = useQueryClient();
  const [reason, setReason] = useState('');
  const erasing = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/incidents/{incident}/traces/{trace}/erase', {
          params: { path: { incident, trace } },
          body: { reason },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['incident', incident] }),
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    erasing.mutate();
  };
  return (
    <details className="more spaced">
      <summary>{t('trace.erase')}</summary>
      <form className="form" onSubmit={handleSubmit}>
        <p className="soft">{t('trace.eraseWhy')}</p>
        <Field label={t('trace.reason')}>
          {(ids) => (
            <textarea
              {...ids}
              required
              rows={2}
              maxLength={20_000}
              value={reason}
              onChange={({ target }) => setReason(target.value)}
            />
          )}
        </Field>
        {erasing.error !== null && <Failed error={erasing.error} />}
        <p className="actions">
          <button type="submit" className="button quiet" disabled={erasing.isPending}>
            {t('trace.eraseNow')}
          </button>
        </p>
      </form>
    </details>
  );
}
