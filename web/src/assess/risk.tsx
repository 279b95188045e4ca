/** The risk: what is proposed and why, what it rests on, what is still asked, and the second opinion. A person decides elsewhere. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries, type Shown } from '../incident/queries.ts';
import { Empty, Failed, Loaded, Loading, useKept } from '../kit/states.tsx';
import { useUnsaved } from '../kit/unsaved.ts';
import { useWords } from '../words/index.tsx';
import { type Assessed, type Assessment, riskQueries, type Statement } from './risk.queries.ts';
import { FactorTable } from './risk-factors.tsx';
import { Proposal } from './risk-proposal.tsx';
import { Severity } from './severity.tsx';
import './assess.css';

export function Risk() {
  const { incident } = useParams({ from: '/incidents/$incident/risk' });
  const { version } = useSearch({ from: '/incidents/$incident/risk' });
  const shown = useQuery(incidentQueries.shown(incident));
  const assessed = useQuery(riskQueries.shown(incident, version));
  const last = useQuery(riskQueries.shown(incident));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <Loaded query={assessed}>
            {(one) => (
              <Loaded query={last}>
                {(newest) => <OfIncident shown={found} assessed={one} newest={newest} key={one?.version} />}
              </Loaded>
            )}
          </Loaded>
        </>
      )}
    </Loaded>
  );
}

type OfProps = Readonly<{ shown: Shown; assessed: Assessed | null; newest: Assessed | null }>;

function OfIncident({ shown, assessed, newest }: OfProps) {
  const { t } = useWords();
  const mayWork =
    hasOne(useMe(), WORKERS) && shown.state !== 'closed' && assessed?.version === newest?.version;
  if (mayWork) return <Working incident={shown.id} assessed={assessed} />;
  if (assessed === null)
    return (
      <Empty title={t('risk.notYet')}>
        <p>{t('risk.nobodyYet')}</p>
      </Empty>
    );
  return (
    <>
      <Which incident={shown.id} assessed={assessed} newest={newest} />
      {assessed.assessment === null ? (
        <Failed error={new Error(t('risk.erased'))} />
      ) : (
        <Whole incident={shown.id} assessment={assessed.assessment} />
      )}
    </>
  );
}

function Which({
  incident,
  assessed,
  newest,
}: Readonly<{ incident: string; assessed: Assessed; newest: Assessed | null }>) {
  const { t } = useWords();
  const by = assessed.assessment?.by;
  return (
    <p className="soft versions">
      {[
        t('risk.version', { version: assessed.version }),
        ...(by === undefined ? [] : [t('risk.stated', { name: by })]),
        t('risk.entry', { entry: assessed.entry }),
      ].join(' · ')}
      {assessed.version > 1 && (
        <Link to="/incidents/$incident/risk" params={{ incident }} search={{ version: assessed.version - 1 }}>
          {t('risk.before')}
        </Link>
      )}
      {newest !== null && newest.version !== assessed.version && (
        <Link to="/incidents/$incident/risk" params={{ incident }} search={{}}>
          {t('risk.latest')}
        </Link>
      )}
    </p>
  );
}

type Change = (next: Statement) => void;

function Whole({
  incident,
  assessment,
  statement,
  onChange,
}: Readonly<{
  incident: string;
  assessment: Assessment;
  /** With these it can be changed. */
  statement?: Statement;
  onChange?: Change;
}>) {
  const edit = statement !== undefined && onChange !== undefined ? { statement, onChange } : undefined;
  return (
    <>
      <Proposal incident={incident} assessment={assessment} mayAnswer={edit !== undefined} />
      <FactorTable incident={incident} assessment={assessment} edit={edit} />
      <Severity assessment={assessment} edit={edit} />
    </>
  );
}

/** What was stated last, to be stated anew by whoever looks. */
function statementOf(assessed: Assessed | null, name: string): Statement {
  const before = (assessed?.statement ?? { factors: {} }) as unknown as Statement;
  return { ...before, by: name };
}

/** Without scores that are set and have no reason yet, which the server would refuse while it is typed. */
function asFarAsSaid(statement: Statement): Statement {
  const said = Object.entries(statement.severity ?? {}).filter(([, set]) => set?.why.trim() !== '');
  return { ...statement, severity: Object.fromEntries(said) as NonNullable<Statement['severity']> };
}

/** Whoever may assess sees at once what each answer does; nothing is kept until they record it. */
function Working({ incident, assessed }: Readonly<{ incident: string; assessed: Assessed | null }>) {
  const { t } = useWords();
  const me = useMe();
  const queries = useQueryClient();
  const stood = statementOf(assessed, me.person.name);
  const [statement, setStatement] = useState(stood);
  const said = asFarAsSaid(statement);
  const asked = useDeferredValue(said);
  const draft = useQuery(riskQueries.draft(incident, asked));
  const isSaidWhole =
    Object.keys(said.severity ?? {}).length === Object.keys(statement.severity ?? {}).length;
  const isChanged = assessed === null || JSON.stringify(statement) !== JSON.stringify(stood);
  useUnsaved(JSON.stringify(statement) !== JSON.stringify(stood));
  const recording = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/incidents/{incident}/risk', { params: { path: { incident } }, body: { statement } }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['incident', incident] }),
  });
  const assessment = useKept(draft.data)?.assessment;
  return (
    <>
      {assessed === null ? (
        <Empty title={t('risk.notYet')}>
          <p>{t('risk.notYetWhy')}</p>
        </Empty>
      ) : (
        <Which incident={incident} assessed={assessed} newest={assessed} />
      )}
      {draft.error !== null && !draft.isFetching && (
        <Failed error={draft.error} again={() => void draft.refetch()} />
      )}
      {assessment === undefined ? (
        draft.error === null && <Loading />
      ) : (
        <Whole incident={incident} assessment={assessment} statement={statement} onChange={setStatement} />
      )}
      {isChanged && (
        <div className="record-bar">
          {recording.error !== null && <Failed error={recording.error} />}
          <p className="actions">
            <button
              type="button"
              className="button"
              disabled={recording.isPending || draft.error !== null || !isSaidWhole}
              onClick={() => recording.mutate()}
            >
              {t('risk.record')}
            </button>
            {assessed !== null && (
              <button type="button" className="link" onClick={() => setStatement(stood)}>
                {t('risk.discard')}
              </button>
            )}
            <span className="soft">{t('risk.changed')}</span>
          </p>
        </div>
      )}
    </>
  );
}
