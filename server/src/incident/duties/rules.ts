/** Duties of law in the record: what keeps an incident from being closed, and what is left to do. Pure. */
import type { Answer, Blocker, Delayable, DutyStatus, NextStep } from '@forthright/contract';
import { delayOf } from '../delays/rules.ts';
import type { KeptDuty, OpenDuties, OpenDuty, Settled } from './types.ts';

type Delays = Parameters<typeof delayOf>[1];

/** What law enforcement may ask to delay: telling people, or telling an authority. */
const DELAYABLE: Readonly<Record<string, Delayable>> = {
  people: 'tell-people',
  media: 'tell-people',
  authority: 'tell-authority',
  'attorney-general': 'tell-authority',
  agency: 'tell-authority',
};
export const delayableAs = (to: string): Delayable | null => DELAYABLE[to] ?? null;

/** What a decision calls the addressee of a duty. */
const ANSWER_OF: Readonly<Record<string, Answer>> = { authority: 'tell-authority', people: 'tell-people' };

/** What decisions call the addressees of these duties; most addressees have no such name. */
export const answersOf = (duties: readonly Pick<KeptDuty, 'to'>[]): Answer[] => [
  ...new Set(duties.flatMap(({ to }) => ANSWER_OF[to] ?? [])),
];

/**
 * What decisions oblige to and is done now, when these duties are settled so: one to such an addressee is fulfilled, and no
 * other that is due is open. Where all were excused, nobody was told, and the decision is not carried out.
 */
export function answersDone(
  kept: readonly KeptDuty[],
  { act, duties }: Readonly<{ act: Settled; duties: readonly string[] }>,
): Answer[] {
  const isNow = ({ duty }: KeptDuty) => duties.includes(duty);
  const done = kept
    .filter((one) => (isNow(one) ? act : one.settled) === 'fulfilled')
    .flatMap(({ to }) => ANSWER_OF[to] ?? []);
  const open = kept
    .filter((one) => one.status === 'due' && one.settled === null && !isNow(one))
    .flatMap(({ to }) => ANSWER_OF[to] ?? []);
  return [...new Set(done)].filter((answer) => !open.includes(answer));
}

/**
 * Whether what settled a duty still does when it is assessed anew. What was fulfilled stays so. An excuse was given for
 * what could not be told, or counsel had to say; once the duty is found to be due, it excuses nothing any more.
 */
export function stillSettled(
  { settled, settledAs }: Pick<KeptDuty, 'settled' | 'settledAs'>,
  now: DutyStatus,
): Settled | null {
  if (settled === 'excused' && now === 'due' && settledAs !== 'due') return null;
  return settled;
}

const WHY: Readonly<Record<OpenDuty['status'], (duty: string) => string>> = {
  due: (duty) => `The duty ${duty} is neither fulfilled nor excused with a reason`,
  'cannot-tell': (duty) =>
    `Whether ${duty} is due can't be told yet: answer what it asks, or excuse it with a reason`,
  unverified: (duty) =>
    `Nobody has verified the law of ${duty}: ask counsel, and excuse it with what they said`,
};

const delayed = ({ delayable }: OpenDuty, delays: Delays, now: Date) => {
  const found = delayable === null ? undefined : delayOf(delayable, delays, now);
  return found === undefined ? {} : { delayed: found };
};

/** What keeps the incident from being closed; those beyond the first ones as a number. */
export function dutyBlockers({ first, count, isAwaited }: OpenDuties, delays: Delays, now: Date): Blocker[] {
  const each = first.map((one): Blocker => {
    const until = one.untilWords === undefined ? '' : `; its deadline: ${one.untilWords}`;
    return {
      blocker: 'open-legal-duty',
      of: one.duty,
      message: `${WHY[one.status](one.duty)}${until}.`,
      ...delayed(one, delays, now),
    };
  });
  return [
    ...(isAwaited
      ? [
          {
            blocker: 'duties-not-assessed' as const,
            message:
              'The duties of law have not been assessed since the last run of scope, decision or fact that they hang on.',
          },
        ]
      : []),
    ...each,
    ...(count > first.length
      ? [
          {
            blocker: 'open-legal-duty' as const,
            message: `Just so ${count - first.length} more duties of law.`,
          },
        ]
      : []),
  ];
}

/** What is left to do. Those without a deadline that nobody can tell of are one step together. */
export function dutySteps({ first, count, isAwaited }: OpenDuties, delays: Delays, now: Date): NextStep[] {
  const single = first.filter(({ status, until }) => status === 'due' || until !== undefined);
  return [
    ...(isAwaited ? [{ step: 'assess-duties' as const }] : []),
    ...single.map(
      (one): NextStep => ({
        step: one.status === 'due' ? 'do-duty' : 'settle-duty',
        of: one.duty,
        ...(one.until === undefined ? {} : { due: one.until }),
        ...delayed(one, delays, now),
      }),
    ),
    ...(count > single.length ? [{ step: 'settle-duty' as const }] : []),
  ];
}
