/** Who may propose, sign and decide, as the server has it (docs/record.md, "Who may"): nobody is shown a form that is always refused. Pure. */
import type { DecisionShown as Decision, Role } from '@forthright/contract';

export type { Decision };
export type Answer = Decision['answer'];
type Asker = Readonly<{ person: Readonly<{ id: string }>; roles: readonly Role[] }>;

export const ANSWERS = [
  'register-only',
  'tell-authority',
  'tell-people',
] as const satisfies readonly Answer[];

/** What one step is about, and which answers it may give. */
export type Step = Readonly<{
  /** `sign`: a proposal is decided; `decide`: without one. */
  kind: 'propose' | 'sign' | 'decide';
  proposal?: Decision;
  answers: readonly Answer[];
}>;

/** What this person may do about whom to tell; empty where that is nothing. */
export function stepsOf(
  { person, roles }: Asker,
  { state, decisions }: Readonly<{ state: string; decisions: readonly Decision[] }>,
): Step[] {
  if (state === 'closed') return [];
  const isOfficer = roles.includes('privacy-officer');
  const open = decisions.filter(({ step, endedBy }) => step === 'proposal' && endedBy === undefined);
  const own = open.filter(({ by }) => by === person.id);
  // Who has proposed something decides neither that nor the same thing beside it.
  const others = ANSWERS.filter((answer) => own.every((one) => one.answer !== answer));
  const steps: Step[] = open
    .filter((proposal) => !own.includes(proposal))
    .map((proposal) => ({
      kind: 'sign',
      proposal,
      answers: others.filter(
        (answer) => isOfficer || (roles.includes('approver') && answer === proposal.answer),
      ),
    }));
  // To decide beside a proposal would leave that open, and the incident with it.
  if (isOfficer && steps.length === 0) steps.push({ kind: 'decide', answers: others });
  if (!isOfficer && roles.includes('investigator')) steps.push({ kind: 'propose', answers: ANSWERS });
  return steps.filter(({ answers }) => answers.length > 0);
}

/** What somebody types upon a step, and what they had read when they began. */
export type Typed = Readonly<{
  step: Step;
  reason: string;
  answer?: Answer;
  due?: string;
  read: Readonly<{
    version: number;
    /** How many proposals and decisions there were. */
    seen: number;
  }>;
}>;

/** By what a form is known while steps come and go around it. */
export const keyOf = ({ kind, proposal }: Step): string => proposal?.id ?? kind;

/** What was proposed and decided after somebody began to type. */
export const since = ({ read }: Typed, decisions: readonly Decision[]): readonly Decision[] =>
  decisions.slice(read.seen);

/** What was typed upon something that somebody else has settled meanwhile, so that there is no form for it any more. */
export const overtaken = (typed: readonly Typed[], steps: readonly Step[]): readonly Typed[] =>
  typed.filter(({ step, reason }) => reason !== '' && steps.every((one) => keyOf(one) !== keyOf(step)));
