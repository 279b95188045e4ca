/** What each state of the ledger means at the desk, and what may be done then: the whole table. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { FoundAddressee, PersonState } from '../../notify/index.ts';
import { PERSON_STATES } from '../../notify/states.ts';
import { maySendAgain, maySendLetter, toldOf, waysToSend } from './told.ts';

type Row = readonly [told: string, again: string, letter: string];
const NONE = { hasLetter: false, isCopyWaiting: false };
const message = { attempts: 1 } as FoundAddressee['message'];

/** `yes`, `wish` or `no`. */
const TABLE: Readonly<Record<PersonState, Row>> = {
  planned: ['on-its-way', 'no', 'no'],
  prepared: ['on-its-way', 'no', 'yes'],
  released: ['on-its-way', 'no', 'no'],
  deferred: ['on-its-way', 'no', 'yes'],
  broken: ['on-its-way', 'no', 'yes'],
  accepted: ['accepted', 'wish', 'wish'],
  complained: ['accepted', 'no', 'wish'],
  told: ['accepted', 'wish', 'wish'],
  'in-doubt': ['in-doubt', 'no', 'wish'],
  'released-again': ['in-doubt', 'no', 'no'],
  'attempted-twice': ['in-doubt', 'wish', 'wish'],
  bounced: ['came-back', 'yes', 'yes'],
  refused: ['came-back', 'yes', 'yes'],
  'other-channel': ['other-channel', 'no', 'yes'],
  excused: ['not-told', 'no', 'wish'],
  unreachable: ['not-told', 'no', 'wish'],
};

const word = ({ possible, needsWish }: { possible: boolean; needsWish: boolean }) =>
  possible ? (needsWish ? 'wish' : 'yes') : 'no';
const known = (state: PersonState, more: object = {}) => ({
  state,
  isByDecision: false,
  isSending: false,
  isStopped: false,
  message,
  ...more,
});

test('nobody who may have the notice gets another one without a wish', () => {
  for (const state of PERSON_STATES) {
    const one = known(state);
    assert.deepEqual(
      [toldOf(one), word(maySendAgain(one, NONE)), word(maySendLetter(one, NONE))],
      TABLE[state],
      state,
    );
  }
});

test('only what came back goes through the campaign again; a campaign that was stopped sends nothing', () => {
  for (const state of PERSON_STATES) {
    const isRetried = state === 'bounced' || state === 'refused';
    assert.equal(waysToSend(known(state)), isRetried ? 'try-again' : 'copy', state);
    const stopped = known(state, { isStopped: true });
    if (isRetried) assert.equal(maySendAgain(stopped, NONE).possible, false, state);
    if (TABLE[state][0] === 'on-its-way') assert.equal(toldOf(stopped), 'not-told', state);
  }
});

test('while a campaign sends, no letter takes the place of a message that may be on its way', () => {
  for (const state of PERSON_STATES) {
    const sending = word(maySendLetter(known(state, { isSending: true }), NONE));
    assert.equal(sending, TABLE[state][0] === 'on-its-way' ? 'no' : TABLE[state][2], state);
  }
});

test('a second letter takes a wish; a second copy waits for the first; whoever was told otherwise is not written to', () => {
  for (const state of PERSON_STATES) {
    assert.equal(word(maySendLetter(known(state), { ...NONE, hasLetter: true })), 'wish', state);
    assert.equal(maySendAgain(known(state), { ...NONE, isCopyWaiting: true }).possible, false, state);
    assert.equal(maySendAgain(known(state, { message: undefined }), NONE).possible, false, state);
  }
  const otherwise = known('told', { isByDecision: true });
  assert.deepEqual(
    [toldOf(otherwise), word(maySendAgain(otherwise, NONE)), word(maySendLetter(otherwise, NONE))],
    ['told-otherwise', 'no', 'wish'],
  );
});
