import type { SettleAddressees } from '@forthright/contract';

/**
 * What becomes of each person of a campaign: the one table, as data. docs/campaigns.md shows it; a test walks every pair.
 *
 *   planned → prepared → released → accepted → told
 *                │           └ no outcome: in doubt → released again → … or attempted twice
 *                └ refused, deferred, broken → … → other channel → told, excused, unreachable
 *
 * *Released* is on the disk before the final dot of the message is written, so only what was released can be in doubt.
 */
export const STATES = {
  planned: { final: false, is: 'on the list' },
  prepared: { final: false, is: 'has a code, a message and its place in the batch' },
  released: { final: false, is: 'about to be handed over, or handed over without an answer yet' },
  accepted: { final: false, is: 'the receiving server accepted the message; it may still come back' },
  refused: { final: false, is: 'the receiving server refused it for good (5xx)' },
  deferred: { final: false, is: 'the receiving server asked to try later (4xx)' },
  broken: { final: false, is: 'the connection broke before the message was handed over' },
  'in-doubt': { final: false, is: 'released, and nobody knows whether it was accepted' },
  'released-again': { final: false, is: 'the same bytes, once more, after doubt' },
  bounced: { final: false, is: 'the message came back' },
  complained: { final: false, is: 'it arrived, and was reported as unwanted' },
  'other-channel': {
    final: false,
    is: 'to be told otherwise: by letter, telephone, text message, in the account',
  },
  told: { final: true, is: 'told: five days without a return, or by another channel' },
  excused: { final: true, is: 'not told, with a reason and who gave it' },
  unreachable: { final: true, is: 'not told: other channels were tried; with a reason, counts as excused' },
  'attempted-twice': { final: true, is: 'in doubt a second time; not sent again' },
} as const satisfies Record<string, { final: boolean; is: string }>;
export type PersonState = keyof typeof STATES;

export const EVENTS = {
  prepare: 'code and message are made',
  'no-address': 'the directory has no usable address',
  release: 'noted on the disk, before the final dot',
  accept: 'the server accepts (2xx)',
  refuse: 'the server refuses (5xx)',
  defer: 'the server asks to try later (4xx)',
  break: 'the connection breaks before the dot',
  lose: 'the connection breaks, or the process ends, behind the dot',
  find: 'evidence shows that it was accepted',
  'never-again': 'a person decides that it is not sent once more',
  expire: 'no server took it for too long',
  bounce: 'it comes back',
  complain: 'a report of abuse names it',
  delay: 'a server says that it still tries; the five days begin again',
  'answer-itself': 'a program answers, such as an absence note: it arrived',
  reply: 'the person writes back',
  'window-over': 'five days have passed since it was accepted',
  retry: 'a person decides to try the address once more',
  turn: 'another channel is taken',
  tell: 'a person says how and when they told them otherwise',
  excuse: 'an officer says why they are not told',
  'give-up': 'an officer says why they can not be reached, and what was tried',
} as const satisfies Record<string, string>;
export type PersonEvent = keyof typeof EVENTS;

/** What is not here is refused. */
export const MOVES: Readonly<Record<PersonState, Readonly<Partial<Record<PersonEvent, PersonState>>>>> = {
  planned: { prepare: 'prepared', 'no-address': 'other-channel', excuse: 'excused' },
  prepared: {
    release: 'released',
    refuse: 'refused',
    defer: 'deferred',
    break: 'broken',
    turn: 'other-channel',
    excuse: 'excused',
  },
  released: {
    accept: 'accepted',
    refuse: 'refused',
    defer: 'deferred',
    lose: 'in-doubt',
    // Faster than the server's own answer.
    bounce: 'bounced',
  },
  accepted: {
    bounce: 'bounced',
    complain: 'complained',
    delay: 'accepted',
    'answer-itself': 'accepted',
    reply: 'told',
    'window-over': 'told',
  },
  refused: { retry: 'prepared', turn: 'other-channel', tell: 'told', excuse: 'excused' },
  deferred: {
    release: 'released',
    refuse: 'refused',
    defer: 'deferred',
    break: 'broken',
    expire: 'other-channel',
    turn: 'other-channel',
    excuse: 'excused',
  },
  broken: {
    release: 'released',
    refuse: 'refused',
    defer: 'deferred',
    break: 'broken',
    expire: 'other-channel',
    turn: 'other-channel',
    excuse: 'excused',
  },
  'in-doubt': {
    release: 'released-again',
    // Before the dot of the second time: as much in doubt as before.
    defer: 'in-doubt',
    break: 'in-doubt',
    refuse: 'refused',
    find: 'accepted',
    'never-again': 'other-channel',
    bounce: 'bounced',
    complain: 'complained',
    delay: 'accepted',
    'answer-itself': 'accepted',
    reply: 'told',
    excuse: 'excused',
  },
  'released-again': {
    accept: 'accepted',
    refuse: 'refused',
    defer: 'in-doubt',
    lose: 'attempted-twice',
    bounce: 'bounced',
  },
  bounced: {
    // The server's answer may be noted after what came back.
    accept: 'bounced',
    bounce: 'bounced',
    reply: 'told',
    retry: 'prepared',
    turn: 'other-channel',
    tell: 'told',
    excuse: 'excused',
  },
  complained: { bounce: 'bounced', complain: 'complained', reply: 'told', 'window-over': 'told' },
  'other-channel': {
    bounce: 'other-channel',
    reply: 'told',
    tell: 'told',
    excuse: 'excused',
    'give-up': 'unreachable',
  },
  // A late return opens it again.
  told: { bounce: 'bounced', complain: 'told', reply: 'told' },
  // Whoever could not be reached may still be.
  excused: { reply: 'told', tell: 'told', bounce: 'excused' },
  unreachable: { reply: 'told', tell: 'told', bounce: 'unreachable' },
  'attempted-twice': {
    find: 'accepted',
    bounce: 'bounced',
    complain: 'complained',
    delay: 'accepted',
    'answer-itself': 'accepted',
    reply: 'told',
    tell: 'told',
  },
};

export const PERSON_STATES = Object.keys(STATES) as PersonState[];
export const PERSON_EVENTS = Object.keys(EVENTS) as PersonEvent[];
export const FINAL_STATES = PERSON_STATES.filter((state) => STATES[state].final);

/** In these somebody waits. */
export const OPEN_STATES = PERSON_STATES.filter((state) => !STATES[state].final);

/** The state after it, or undefined where it can't be. */
export const moved = (state: PersonState, event: PersonEvent): PersonState | undefined => MOVES[state][event];

/** The states in which this may happen. */
export const statesBefore = (event: PersonEvent): PersonState[] =>
  PERSON_STATES.filter((state) => MOVES[state][event] !== undefined);

export type Sums = Readonly<Record<PersonState, number>>;

/** How many people are in which state. Refuses when they don't add up to all of them: somebody would be forgotten. */
export function sumsOf(counted: readonly Readonly<{ state: string; people: number }>[], all: number): Sums {
  const sums = Object.fromEntries(PERSON_STATES.map((state) => [state, 0])) as Record<PersonState, number>;
  for (const { state, people } of counted) {
    if (!(state in sums)) throw new Error(`There is no state ${state}.`);
    sums[state as PersonState] += people;
  }
  const sum = PERSON_STATES.reduce((total, state) => total + sums[state], 0);
  if (sum !== all) throw new Error(`The states of ${all} people add up to ${sum}.`);
  return sums;
}

export const isFinished = (sums: Sums): boolean =>
  PERSON_STATES.every((state) => STATES[state].final || sums[state] === 0);

/** The tables of docs/campaigns.md. */
export function statesText(): string {
  const states = PERSON_STATES.map(
    (state) => `| \`${state}\`${STATES[state].final ? ' (final)' : ''} | ${STATES[state].is} |`,
  );
  const moves = PERSON_EVENTS.map((event) => {
    const to = statesBefore(event).map((state) => `${state} → ${MOVES[state][event]}`);
    return `| \`${event}\` | ${EVENTS[event]} | ${to.join('; ')} |`;
  });
  return [
    '| state | |',
    '|---|---|',
    ...states,
    '',
    '| what happens | | from → to; from any other state it is refused |',
    '|---|---|---|',
    ...moves,
  ].join('\n');
}

if (import.meta.main) process.stdout.write(`${statesText()}\n`);

type Outcome = SettleAddressees['outcome'];

/** What a person decides about people, as the event that it is for each of them. */
export const EVENT_OF_OUTCOME: Readonly<Record<Outcome, PersonEvent>> = {
  'other-channel': 'turn',
  told: 'tell',
  excused: 'excuse',
  unreachable: 'give-up',
  retry: 'retry',
  'never-again': 'never-again',
};

/** What a person may decide about whoever is in this state. */
export const outcomesFor = (rawState: string): Outcome[] => {
  const state = (Object.keys(STATES) as PersonState[]).find((one) => one === rawState);
  const outcomes = Object.keys(EVENT_OF_OUTCOME) as Outcome[];
  return state === undefined
    ? []
    : outcomes.filter((one) => MOVES[state][EVENT_OF_OUTCOME[one]] !== undefined);
};
