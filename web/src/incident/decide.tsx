/** Deciding and closing: for a small incident this and the first form are all there is. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { answerOf, api, Refused } from '../app/client.ts';
import { hasOne, OFFICERS, useMe } from '../app/session.ts';
import { Field, instantOf, localOf, ownZone } from '../kit/form.tsx';
import { useName } from '../kit/names.ts';
import { Empty, Failed, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useUnsaved } from '../kit/unsaved.ts';
import { useWords } from '../words/index.tsx';
import { type Answer, type Decision, type Step, stepsOf } from './decide.rules.ts';
import { Head } from './head.tsx';
import { incidentQueries, type Shown } from './queries.ts';

/** GDPR Art. 33(1), offered as the time by which to tell; who decides may name another. */
const USUAL_HOURS = 72;

export function Decide() {
  const { incident } = useParams({ from: '/incidents/$incident/decide' });
  const shown = useQuery(incidentQueries.shown(incident));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <Decisions shown={found} />
          <Closing shown={found} />
        </>
      )}
    </Loaded>
  );
}

/** Asks for a change, and shows what is then so. */
function useChange<T>(change: (given: T) => Promise<unknown>) {
  const queries = useQueryClient();
  const anew = (of: readonly string[]) =>
    Promise.all(of.map((key) => queries.invalidateQueries({ queryKey: [key] })));
  return useMutation({
    mutationFn: change,
    onSuccess: () => anew(['incident', 'incidents', 'waiting', 'clocks']),
    // What somebody else wrote is shown; what was typed here stays.
    onError: (error) =>
      error instanceof Refused && error.code === 'incident-changed' ? anew(['incident']) : undefined,
  });
}

function Decisions({ shown }: Readonly<{ shown: Shown }>) {
  const { t } = useWords();
  const steps = stepsOf(useMe(), shown);
  const standing = shown.decisions.filter(({ endedBy }) => endedBy === undefined);
  const isDecided = standing.some(({ step }) => step === 'decision');
  const waits = standing.some(({ step }) => step === 'proposal');
  return (
    <section aria-labelledby="decisions">
      <h2 id="decisions">{t('decide.title')}</h2>
      {standing.length === 0 ? (
        <p className="soft">{t('decide.none')}</p>
      ) : (
        <ul className="plain rows">
          {standing.map((one) => (
            <li key={one.id}>
              <DecisionWords decision={one} />
            </li>
          ))}
        </ul>
      )}
      {shown.state !== 'closed' && steps.length === 0 && (
        <p className="soft">{t(waits ? 'decide.waitsForAnother' : 'decide.who')}</p>
      )}
      {steps.map((step) =>
        step.kind === 'sign' || !(isDecided || waits) ? (
          <StepForm key={step.proposal?.id ?? step.kind} shown={shown} step={step} />
        ) : (
          <details key={step.kind} className="more">
            <summary>{t(step.kind === 'propose' ? 'decide.proposeAnew' : 'decide.anew')}</summary>
            <StepForm shown={shown} step={step} />
          </details>
        ),
      )}
    </section>
  );
}

function DecisionWords({
  decision: { id, step, answer, reason, at, by, due },
}: Readonly<{ decision: Decision }>) {
  const { t, named } = useWords();
  const name = useName();
  return (
    <>
      <span className="row-title">
        {t(step === 'proposal' ? 'decide.proposed' : 'decide.decided', { answer: named('answer', answer) })}
      </span>
      <span className="soft">
        {name(by)} <When at={at} />
      </span>
      {step === 'proposal' && <code className="soft">{id}</code>}
      {due !== undefined && (
        <span className="soft">
          {t('decide.due')} <When at={due} />
        </span>
      )}
      <span className="whole">{reason ?? t('erased')}</span>
    </>
  );
}

/** What is done to a proposal, or without one: each has its own words for that. */
const SIGNED = {
  propose: 'decide.propose',
  sign: 'decide.sign',
  decide: 'decide.sign',
} as const satisfies Record<Step['kind'], string>;

function StepForm({ shown, step }: Readonly<{ shown: Shown; step: Step }>) {
  const { t, named } = useWords();
  const name = useName();
  const { kind, proposal, answers } = step;
  const [chosen, setAnswer] = useState<Answer>();
  const [reason, setReason] = useState('');
  const [due, setDue] = useState(() => {
    if (proposal?.due !== undefined) return localOf(new Date(proposal.due));
    const aware = shown.times.aware?.at;
    return localOf(
      new Date((aware === undefined ? Date.now() : Date.parse(aware)) + USUAL_HOURS * 3_600_000),
    );
  });
  // What was chosen may have gone meanwhile, by a proposal of one's own in another window.
  const [answer = 'register-only'] = [chosen, proposal?.answer, ...answers].filter(
    (one) => one !== undefined && answers.includes(one),
  );
  useUnsaved(reason !== '');
  const deciding = useChange(() => {
    const until = instantOf(due);
    return answerOf(
      api.POST('/api/incidents/{incident}/decisions', {
        params: { path: { incident: shown.id } },
        body: {
          version: shown.version,
          step: kind === 'propose' ? 'proposal' : 'decision',
          ...(proposal === undefined ? {} : { proposal: proposal.id }),
          answer,
          reason,
          ...(answer === 'register-only' || until === undefined ? {} : { due: until }),
        },
      }),
    ).then(() => setReason(''));
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    deciding.mutate(undefined);
  };
  return (
    <form className="form" onSubmit={handleSubmit}>
      {proposal !== undefined && (
        <h3>
          {t('decide.onProposal', { name: name(proposal.by), answer: named('answer', proposal.answer) })}
        </h3>
      )}
      <fieldset>
        <legend>{t('decide.whom')}</legend>
        {answers.map((one) => (
          <label key={one} className="choice">
            <input type="radio" name="answer" checked={answer === one} onChange={() => setAnswer(one)} />
            {named('answer', one)}
          </label>
        ))}
      </fieldset>
      {answer !== 'register-only' && (
        <Field label={t('decide.due')} help={t('leaks.zone', { zone: ownZone() })}>
          {(ids) => (
            <input
              {...ids}
              required
              type="datetime-local"
              value={due}
              onChange={(event) => setDue(event.target.value)}
            />
          )}
        </Field>
      )}
      <Field
        label={t('decide.reason')}
        help={t(kind === 'propose' ? 'decide.proposeHelp' : 'decide.reasonHelp')}
      >
        {(ids) => (
          <textarea
            {...ids}
            required
            rows={3}
            maxLength={20_000}
            value={reason}
            onChange={(event) => setReason(event.target.value)}
          />
        )}
      </Field>
      {deciding.error !== null && <Failed error={deciding.error} />}
      <p className="actions">
        <button type="submit" className="button" disabled={deciding.isPending}>
          {t(SIGNED[kind], { answer: named('answer', answer) })}
        </button>
      </p>
    </form>
  );
}

function Closing({ shown }: Readonly<{ shown: Shown }>) {
  const { t } = useWords();
  const mayClose = hasOne(useMe(), OFFICERS);
  if (shown.state === 'closed')
    return (
      <section aria-labelledby="closing">
        <h2 id="closing">{t('close.title')}</h2>
        <Empty title={t('close.done')}>
          {shown.closedAt !== undefined && (
            <p>
              <When at={shown.closedAt} />
            </p>
          )}
          <p>
            <Link to="/">{t('notFound.home')}</Link>
          </p>
        </Empty>
      </section>
    );
  const kinds = [...new Set(shown.blockers.map(({ blocker }) => blocker))];
  return (
    <section aria-labelledby="closing">
      <h2 id="closing">{t('close.title')}</h2>
      {kinds.length > 0 ? (
        <>
          <p>{t('close.waits')}</p>
          <ul>
            {kinds.map((kind) => (
              <li key={kind}>
                <Blocked incident={shown.id} kind={kind} />
              </li>
            ))}
          </ul>
        </>
      ) : mayClose ? (
        <CloseForm shown={shown} />
      ) : (
        <p>{t('close.officer')}</p>
      )}
    </section>
  );
}

type Blocker = Shown['blockers'][number]['blocker'];

/** Where what keeps an incident open is done; the rest is done on this page, or at the terminal. */
const DONE_AT = {
  'not-aware': '/incidents/$incident/times',
  'open-duty': '/incidents/$incident/tasks',
  'open-task': '/incidents/$incident/tasks',
  'open-legal-duty': '/incidents/$incident/duties',
  'duties-not-assessed': '/incidents/$incident/duties',
  'open-campaign': '/incidents/$incident/notify',
} as const satisfies Partial<Record<Blocker, string>>;

function Blocked({ incident, kind }: Readonly<{ incident: string; kind: Blocker }>) {
  const { named } = useWords();
  const words = named('blocker', kind);
  if (!Object.hasOwn(DONE_AT, kind)) return words;
  return (
    <Link to={DONE_AT[kind as keyof typeof DONE_AT]} params={{ incident }}>
      {words}
    </Link>
  );
}

function CloseForm({ shown }: Readonly<{ shown: Shown }>) {
  const { t } = useWords();
  const [summary, setSummary] = useState('');
  useUnsaved(summary !== '' && shown.state !== 'closed');
  const closing = useChange(() =>
    answerOf(
      api.POST('/api/incidents/{incident}/close', {
        params: { path: { incident: shown.id } },
        body: { version: shown.version, summary },
      }),
    ),
  );
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    closing.mutate(undefined);
  };
  return (
    <form className="form" onSubmit={handleSubmit}>
      <Field label={t('close.summary')} help={t('close.summaryHelp')}>
        {(ids) => (
          <textarea
            {...ids}
            required
            rows={3}
            maxLength={20_000}
            value={summary}
            onChange={(event) => setSummary(event.target.value)}
          />
        )}
      </Field>
      {closing.error !== null && <Failed error={closing.error} />}
      <p className="actions">
        <button type="submit" className="button" disabled={closing.isPending}>
          {t('close.now')}
        </button>
      </p>
    </form>
  );
}
