/** The table walked, every pair: nobody is stuck, nobody is told twice but for one doubt, all sums add up. */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { test } from 'node:test';
import fc from 'fast-check';
import {
  FINAL_STATES,
  isFinished,
  MOVES,
  moved,
  PERSON_EVENTS,
  PERSON_STATES,
  type PersonEvent,
  type PersonState,
  STATES,
  statesBefore,
  statesText,
  sumsOf,
} from './states.ts';

/** All that can follow, by any events, or by these only. */
function reached(from: PersonState, events: readonly PersonEvent[] = PERSON_EVENTS): Set<PersonState> {
  const seen = new Set<PersonState>();
  const look = (state: PersonState): void => {
    for (const event of events) {
      const to = moved(state, event);
      if (to === undefined || seen.has(to)) continue;
      seen.add(to);
      look(to);
    }
  };
  look(from);
  return seen;
}

test('every pair of a state and an event leads to a state that there is, or nowhere', () => {
  for (const state of PERSON_STATES)
    for (const event of PERSON_EVENTS) {
      const to = moved(state, event);
      assert.ok(to === undefined || to in STATES, `${state} ${event}`);
      assert.equal(statesBefore(event).includes(state), to !== undefined);
    }
  assert.deepEqual(Object.keys(MOVES), PERSON_STATES);
});

test('every event can happen, every state comes about, and from each a final one can be reached', () => {
  for (const event of PERSON_EVENTS) assert.ok(statesBefore(event).length > 0, event);
  const all = reached('planned');
  for (const state of PERSON_STATES) {
    assert.ok(state === 'planned' || all.has(state), state);
    const ends = [state, ...reached(state)].filter((one) => STATES[one].final);
    assert.ok(ends.length > 0, `${state} has no end`);
  }
});

test('a person alone can bring anybody who waits to an end, and the program nobody who is not accounted for', () => {
  const byPeople: PersonEvent[] = ['turn', 'tell', 'excuse', 'give-up', 'never-again'];
  const inFlight: PersonState[] = ['released', 'released-again', 'accepted', 'complained'];
  for (const state of PERSON_STATES.filter((one) => !STATES[one].final && !inFlight.includes(one)))
    assert.ok(
      [...reached(state, byPeople)].some((one) => STATES[one].final),
      state,
    );
  for (const state of inFlight) assert.ok(MOVES[state].excuse === undefined, `${state} may have been told`);
  for (const state of ['refused', 'bounced', 'other-channel'] as const)
    for (const event of ['window-over', 'expire', 'lose'] as const)
      assert.equal(moved(state, event), undefined);
});

test('what is final is left only by what comes from outside: a return, a complaint, a reply, evidence, another channel', () => {
  const outside: PersonEvent[] = ['bounce', 'complain', 'delay', 'answer-itself', 'reply', 'find', 'tell'];
  for (const state of FINAL_STATES)
    for (const event of PERSON_EVENTS)
      if (MOVES[state][event] !== undefined) assert.ok(outside.includes(event), `${state} ${event}`);
});

test('nobody gets a second message but after one doubt, or when the first one came back or was refused', () => {
  fc.assert(
    fc.property(fc.array(fc.constantFrom(...PERSON_EVENTS), { maxLength: 60 }), (events) => {
      let state: PersonState = 'planned';
      /** Messages that may lie with the person: released and neither refused, deferred nor come back. */
      let lying = 0;
      let doubts = 0;
      for (const event of events) {
        const to = moved(state, event);
        if (to === undefined) continue;
        if (event === 'release') {
          lying += 1;
          assert.ok(lying <= 1 + doubts, `${lying} messages may have been taken: ${events.join(' ')}`);
        }
        if (event === 'lose') doubts += 1;
        if (event === 'defer' || event === 'refuse' || event === 'bounce') {
          // Of the one under way; one that was in doubt before stays so.
          if (state === 'released' || state === 'released-again' || event === 'bounce')
            lying = Math.max(0, lying - 1);
        }
        if (event === 'retry') [lying, doubts] = [0, 0];
        assert.ok(doubts <= 2);
        if (to === 'attempted-twice') assert.equal(doubts, 2);
        state = to;
      }
    }),
    { numRuns: 2000 },
  );
  for (const state of [
    'released',
    'released-again',
    'accepted',
    'told',
    'complained',
    'attempted-twice',
  ] as const)
    assert.equal(moved(state, 'release'), undefined, state);
});

test('sums add up to the last unit, or are refused; finished is when nobody waits', () => {
  const sums = sumsOf(
    [
      { state: 'told', people: 3 },
      { state: 'excused', people: 2 },
    ],
    5,
  );
  assert.equal(sums.told, 3);
  assert.equal(sums.planned, 0);
  assert.ok(isFinished(sums));
  assert.ok(!isFinished(sumsOf([{ state: 'in-doubt', people: 1 }], 1)));
  assert.throws(() => sumsOf([{ state: 'told', people: 3 }], 4), /4 people add up to 3/);
  assert.throws(() => sumsOf([{ state: 'gone', people: 1 }], 1), /no state gone/);
});

test('docs/campaigns.md shows this table', async () => {
  const page = await readFile(new URL('../../../docs/campaigns.md', import.meta.url), 'utf8');
  assert.ok(page.includes(statesText()), 'paste what node server/src/notify/states.ts prints');
});
