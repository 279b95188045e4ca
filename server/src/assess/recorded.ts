/** From the record of an incident to the facts for the law: nothing is handed in that the record has. */
import {
  ANSWERS,
  type Answer,
  type CAUSES,
  ForthrightError,
  type IncidentKind,
  type Organisation,
  type RecordedLawFacts,
  type RISKS,
  RiskStatement,
  ScopeAnswer,
  type StatedFacts,
} from '@forthright/contract';
import type * as z from 'zod';
import { dutyStepsOf, latestDone, type RecordedIncident } from '../incident/index.ts';
import type { Reads } from '../platform/db/index.ts';
import { loadWorkspace } from '../sources/index.ts';
import { type FactsInput, factsOf } from './facts.ts';
import { findLawFacts, standingDeterminations } from './law.store.ts';
import { assessRisk } from './risk.ts';
import { findStatement } from './store.ts';

/** Path of the workspace file; undefined when the server was given none. */
export type AssessOptions = Readonly<{ workspace?: string | undefined }>;

/** Refuses (`workspace-missing`) where the server was started without one. */
export async function organisationOf({ workspace }: AssessOptions): Promise<z.infer<typeof Organisation>> {
  if (workspace === undefined)
    throw new ForthrightError('workspace-missing', 'This server was started without a workspace.');
  return (await loadWorkspace(workspace)).workspace.organisation;
}

export type Run = Readonly<{ job: string; answer: ScopeAnswer }>;

/** The last run of scope that ended well, unless its answer was erased. */
export async function runOf(reads: Reads, incident: string): Promise<Run | undefined> {
  const found = await latestDone(reads, incident);
  if (found === undefined || found.answer === null) return undefined;
  return { job: found.job, answer: ScopeAnswer.parse(JSON.parse(found.answer)) };
}

/** What the kind of an incident says of its cause; the others may be anything. */
const CAUSE_OF: Readonly<Partial<Record<IncidentKind, (typeof CAUSES)[number]>>> = {
  'technical-error': 'technical-error',
  misdelivery: 'human-error',
  insider: 'insider',
  attack: 'attack',
  loss: 'loss',
};
const RISK_OF: Readonly<Record<Answer, (typeof RISKS)[number]>> = {
  'register-only': 'none',
  'tell-authority': 'risk',
  'tell-people': 'high',
};

/** The gravest decision that stands. Its reason stays where it was typed, so that erasing it there erases it. */
export function standingDecision({ decisions }: Pick<RecordedIncident, 'decisions'>) {
  return decisions
    .filter(({ step, endedBy }) => step === 'decision' && endedBy === undefined)
    .toSorted((a, b) => ANSWERS.indexOf(b.answer) - ANSWERS.indexOf(a.answer))[0];
}

type Recorded = Readonly<{
  incident: RecordedIncident;
  run: Run;
  organisation: FactsInput['organisation'];
  stated: RecordedLawFacts;
  determinations: StatedFacts['determinations'];
  notices: StatedFacts['notices'];
}>;

function statedOf({ incident, stated, determinations, notices }: Recorded): StatedFacts {
  const { cause: _, targets, ...words } = stated;
  const decided = standingDecision(incident);
  const role = incident.facts.role?.as;
  return {
    ...words,
    ...(decided === undefined
      ? {}
      : {
          risk: {
            is: RISK_OF[decided.answer],
            by: decided.by,
            reason: `decision ${decided.id} of the record`,
            at: decided.at.toISOString(),
          },
        }),
    ...(role === undefined
      ? {}
      : { role: role === 'processor' ? ('processor' as const) : ('controller' as const) }),
    determinations,
    notices,
    targets: targets ?? [],
  };
}

/** Facts for the law from the record: people from the run, times and decisions from the incident. */
export function inputOf(recorded: Recorded): FactsInput {
  const { run, incident, organisation, stated } = recorded;
  const { answer } = run;
  const { kind, times } = incident.facts;
  const cause = stated.cause ?? CAUSE_OF[kind];
  return {
    run: answer.run,
    title: incident.id,
    groups: answer.groups,
    unidentified: answer.people.unidentified,
    fields: Object.keys(answer.fields),
    leaks: answer.leaks,
    recipients: answer.recipients.byClass,
    firstSeen: answer.seen.first,
    incident: {
      aware: times.aware?.at,
      occurred: times.occurred?.at,
      ...(times.contained === undefined ? {} : { contained: { at: times.contained.at, summary: '' } }),
      ...(cause === undefined ? {} : { cause: { kind: cause, summary: '' } }),
      facts: statedOf(recorded),
    },
    organisation,
    decides: 'with the operation `decide`',
  };
}

/** All that an assessment of the law is made from, and which state of the record that is. */
export type Basis = Readonly<{
  incident: RecordedIncident;
  job: string;
  lastEntry: number;
  input: FactsInput;
  answer: ScopeAnswer;
  statement: RiskStatement;
}>;

/** Nobody states a factor: what the run and the record say stands, and the rest is asked. */
const NOTHING_STATED = RiskStatement.parse({ by: 'nobody', factors: {} });
const asRecorded = (entry: number): string => `see entry ${entry} of the register`;

/**
 * Refuses (`run-missing`) without the answer of a run: people come from logs, never from a keyboard.
 */
export async function basisOf(
  reads: Reads,
  { incident, lastEntry }: Pick<Basis, 'incident' | 'lastEntry'>,
  options: AssessOptions,
): Promise<Basis> {
  const organisation = await organisationOf(options);
  const run = await runOf(reads, incident.id);
  if (run === undefined)
    throw new ForthrightError(
      'run-missing',
      'There is no answer of a run of scope from which duties could be told.',
    );
  const stated = (await findLawFacts(reads, incident.id))?.facts ?? {};
  const determinations = await standingDeterminations(reads, incident.id);
  const recorded: Recorded = {
    incident,
    run,
    organisation,
    stated,
    determinations: determinations.map(({ entry, exemption, at, by }) => ({
      exemption,
      at: at.toISOString(),
      by,
      reason: asRecorded(entry),
    })),
    notices: await noticesOf(reads, incident.id),
  };
  const { answer } = run;
  const input = inputOf(recorded);
  const statement = (await findStatement(reads, incident.id)) ?? NOTHING_STATED;
  return { incident, job: run.job, lastEntry, input, answer, statement };
}

/** What was fulfilled and not taken back, each duty once. */
async function noticesOf(reads: Reads, incident: string): Promise<StatedFacts['notices']> {
  const last = new Map((await dutyStepsOf(reads, incident)).map((step) => [step.duty, step]));
  return [...last.values()].flatMap(({ duty, act, at, entry, delayReasons }) =>
    act === 'fulfilled'
      ? [{ duty, at, ...(delayReasons === null ? {} : { delayReasons: asRecorded(entry) }) }]
      : [],
  );
}

/** The risk with what the record knows beside the statement; a processor weighs none. */
export function riskOf({ statement, answer, input }: Pick<Basis, 'statement' | 'answer' | 'input'>) {
  const facts = factsOf(input);
  const told = facts.words.role;
  const role = told?.known === true && told.value === 'processor' ? 'processor' : 'controller';
  return assessRisk({ ...statement, role }, answer, facts);
}
