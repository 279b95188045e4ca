/** Deciding and closing: for a small incident this and the first form are all there is. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type SubmitEvent, useRef, useState } from 'react';
import { answerOf, api, Refused } from '../app/client.ts';
import { hasOne, OFFICERS, useMe } from '../app/session.ts';
import { Field, instantOf, localOf, ownZone } from '../kit/form.tsx';
import { useName } from '../kit/names.ts';
import { Empty, Failed, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useUnsaved } from '../kit/unsaved.ts';
import { useWords } from '../words/index.tsx';
import { type Decision, keyOf, overtaken, type Step, since, stepsOf, type Typed } from './decide.rules.ts';
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
function useChange<T>(change: (given: T) => Promise<unknown>, onStale: () => void = () => undefined) {
  const queries = useQueryClient();
  const anew = (of: readonly string[]) =>
    Promise.all(of.map((key) => queries.invalidateQueries({ queryKey: [key] })));
  return useMutation({
    mutationFn: change,
    onSuccess: () => anew(['incident', 'incidents', 'waiting', 'clocks']),
    // What somebody else wrote is shown; what was typed here stays.
    onError: async (error) => {
      if (!(error instanceof Refused) || error.code !== 'incident-changed') return;
      await anew(['incident']);
      onStale();
    },
  });
}

const readOf = ({ version, decisions }: Shown): Typed['read'] => ({ version, seen: decisions.length });

function Decisions({ shown }: Readonly<{ shown: Shown }>) {
  const { t } = useWords();
  const me = useMe();
  const heading = useRef<HTMLHeadingElement>(null);
  const [typed, setTyped] = useState<readonly Typed[]>([]);
  useUnsaved(typed.some(({ reason }) => reason !== ''));
  const steps = stepsOf(me, shown);
  const standing = shown.decisions.filter(({ endedBy }) => endedBy === undefined);
  const isDecided = standing.some(({ step }) => step === 'decision');
  const proposals = standing.filter(({ step }) => step === 'proposal');
  const waits = proposals.length > 0;
  const isOwn = proposals.some(({ by }) => by === me.person.id);
  const typedFor = (step: Step) => typed.find((one) => keyOf(one.step) === keyOf(step));
  const change = (step: Step, next: Typed | undefined) =>
    setTyped((before) => [
      ...before.filter((one) => keyOf(one.step) !== keyOf(step)),
      ...(next === undefined ? [] : [next]),
    ]);
  const form = (step: Step) => (
    <StepForm
      key={keyOf(step)}
      shown={shown}
      step={step}
      typed={typedFor(step)}
      onTyped={(next) => change(step, next)}
      // The form goes, and whoever sent it by a key stands before what has become of it.
      onDone={() => heading.current?.focus()}
    />
  );
  const [next] = steps;
  return (
    <section aria-labelledby="decisions">
      <h2 id="decisions" ref={heading} tabIndex={-1}>
        {t('decide.title')}
      </h2>
      {standing.length === 0 ? (
        <p className="soft">{t('decide.none')}</p>
      ) : (
        <ul className="plain rows">
          {standing.map((one) => (
            <li key={one.id}>
              <DecisionWords decision={one} />
              {shown.decisions
                .filter(({ step, endedBy }) => step === 'proposal' && endedBy === one.id)
                .map((proposal) => (
                  <div key={proposal.id} className="whole settled">
                    <DecisionWords decision={proposal} isSettled />
                  </div>
                ))}
            </li>
          ))}
        </ul>
      )}
      {shown.state !== 'closed' && (isOwn || steps.length === 0) && (
        <p className="soft">{t(waits ? 'decide.waitsForAnother' : 'decide.who')}</p>
      )}
      {overtaken(typed, steps).map((one) => (
        <Overtaken
          key={keyOf(one.step)}
          typed={one}
          decisions={shown.decisions}
          onDrop={() => change(one.step, undefined)}
          onMove={
            next &&
            (() => {
              change(one.step, undefined);
              change(next, { ...one, step: next, read: readOf(shown) });
            })
          }
        />
      ))}
      {steps.map((step) =>
        step.kind === 'sign' || !(isDecided || waits) ? (
          form(step)
        ) : (
          // Open for whoever has brought words along; to open and to close it is theirs.
          <details key={keyOf(step)} className="more" open={typedFor(step) !== undefined || undefined}>
            <summary>{t(step.kind === 'propose' ? 'decide.proposeAnew' : 'decide.anew')}</summary>
            {form(step)}
          </details>
        ),
      )}
    </section>
  );
}

function DecisionWords({
  decision: { id, step, answer, reason, at, by, due },
  isSettled = false,
}: Readonly<{ decision: Decision; isSettled?: boolean }>) {
  const { t, named } = useWords();
  const name = useName();
  const words = isSettled
    ? 'decide.settled'
    : step === 'proposal'
      ? 'decide.proposed'
      : ('decide.decided' as const);
  return (
    <>
      <span className={isSettled ? 'soft' : 'row-title'}>
        {t(words, { answer: named('answer', answer) })}
      </span>
      <span className="soft">
        {name(by)} <When at={at} />
      </span>
      {due !== undefined && !isSettled && (
        <span className="soft">
          {t('decide.due')} <When at={due} />
        </span>
      )}
      <span className="whole as-came">{reason ?? t('erased')}</span>
      {step === 'proposal' && !isSettled && <code className="soft small hash">{id}</code>}
    </>
  );
}

/** What others have said while somebody was typing. */
function Since({ of: decisions }: Readonly<{ of: readonly Decision[] }>) {
  const { t } = useWords();
  return (
    <>
      <p>
        <strong>{t('decide.meanwhile')}</strong>
      </p>
      <ul className="plain rows">
        {decisions.map((one) => (
          <li key={one.id}>
            <DecisionWords decision={one} />
          </li>
        ))}
      </ul>
    </>
  );
}

type OvertakenProps = Readonly<{
  typed: Typed;
  decisions: readonly Decision[];
  onDrop: () => void;
  /** Where there is a form that could take the words. */
  onMove: (() => void) | undefined;
}>;

/** The form for it is gone; neither what was typed in it nor what somebody else has decided goes with it. */
function Overtaken({ typed, decisions, onDrop, onMove }: OvertakenProps) {
  const { t } = useWords();
  return (
    <div className="failed" role="alert">
      <Since of={since(typed, decisions)} />
      <p>{t('decide.notSigned')}</p>
      <p className="as-came">{typed.reason}</p>
      <p className="actions">
        {onMove !== undefined && (
          <button type="button" className="link" onClick={onMove}>
            {t('decide.move')}
          </button>
        )}
        <button type="button" className="link" onClick={onDrop}>
          {t('decide.drop')}
        </button>
      </p>
    </div>
  );
}

/** What is done to a proposal, or without one: each has its own words for that. */
const SIGNED = {
  propose: 'decide.propose',
  sign: 'decide.sign',
  decide: 'decide.sign',
} as const satisfies Record<Step['kind'], string>;

type StepProps = Readonly<{
  shown: Shown;
  step: Step;
  typed: Typed | undefined;
  onTyped: (typed: Typed | undefined) => void;
  onDone: () => void;
}>;

function StepForm({ shown, step, typed, onTyped, onDone }: StepProps) {
  const { t, named } = useWords();
  const name = useName();
  const queries = useQueryClient();
  const { kind, proposal, answers } = step;
  const [usual] = useState(() => {
    if (proposal?.due !== undefined) return localOf(new Date(proposal.due));
    const aware = shown.times.aware?.at;
    return localOf(
      new Date((aware === undefined ? Date.now() : Date.parse(aware)) + USUAL_HOURS * 3_600_000),
    );
  });
  const { reason = '', due = usual, read = readOf(shown) } = typed ?? {};
  // What was chosen may have gone meanwhile, by a proposal of one's own in another window.
  const [answer = 'register-only'] = [typed?.answer, proposal?.answer, ...answers].filter(
    (one) => one !== undefined && answers.includes(one),
  );
  const change = (next: Partial<Typed>) => onTyped({ step, reason, read, ...typed, ...next });
  const unread = typed === undefined ? [] : since(typed, shown.decisions);
  const deciding = useChange(
    async () => {
      const until = instantOf(due);
      await answerOf(
        api.POST('/api/incidents/{incident}/decisions', {
          params: { path: { incident: shown.id } },
          body: {
            ...read,
            step: kind === 'propose' ? 'proposal' : 'decision',
            ...(proposal === undefined ? {} : { proposal: proposal.id }),
            answer,
            reason,
            ...(answer === 'register-only' || until === undefined ? {} : { due: until }),
          },
        }),
      );
      onTyped(undefined);
      onDone();
    },
    // What differs stands in the refusal; what was decided meanwhile is read by itself.
    () => {
      const now = queries.getQueryData(incidentQueries.shown(shown.id).queryKey);
      if (now !== undefined) change({ read: { ...read, version: now.version } });
    },
  );
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
            <input
              type="radio"
              name={`answer ${keyOf(step)}`}
              checked={answer === one}
              onChange={() => change({ answer: one })}
            />
            {named('answer', one)}
          </label>
        ))}
        {kind === 'sign' && answers.length === 1 && <p className="help">{t('decide.agreeOnly')}</p>}
      </fieldset>
      {answer !== 'register-only' && (
        <Field label={t('decide.due')} help={t('leaks.zone', { zone: ownZone() })}>
          {(ids) => (
            <input
              {...ids}
              required
              type="datetime-local"
              value={due}
              onChange={({ target }) => change({ due: target.value })}
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
            onChange={({ target }) => change({ reason: target.value })}
          />
        )}
      </Field>
      {unread.length > 0 ? (
        <div className="failed" role="alert">
          <Since of={unread} />
          <p className="actions">
            <button
              type="button"
              className="link"
              onClick={() => {
                deciding.reset();
                change({ read: readOf(shown) });
              }}
            >
              {t('decide.goOn')}
            </button>
          </p>
        </div>
      ) : (
        deciding.error !== null && <Failed error={deciding.error} />
      )}
      <p className="actions">
        <button type="submit" className="button" disabled={deciding.isPending || unread.length > 0}>
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
