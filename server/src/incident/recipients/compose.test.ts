import assert from 'node:assert/strict';
import { test } from 'node:test';
import { composeDeletionLetter, type LetterFacts } from './compose.ts';

const facts: LetterFacts = {
  class: 'customer',
  reference: 'rcp_1',
  to: 'Ada Lane',
  reach: '1 High Street\nLuxembourg',
  from: 'Marlow Market',
  data: ['name', 'e-mail address', 'street'],
  places: [],
  seenFrom: '2025-11-18T07:00:00+01:00',
  seenTo: '2025-11-20T16:30:00+01:00',
  confirmBy: '2025-12-04T18:00:00+01:00',
  confirmTo: 'privacy@marlow.example',
};

test('the letter says which data, when, what is asked, by when and how to confirm', () => {
  assert.equal(
    composeDeletionLetter(facts),
    `Marlow Market

Ada Lane
1 High Street
Luxembourg

Reference: rcp_1

Please delete personal data that reached you by mistake

Personal data of other people (name, e-mail address and street) became accessible to you between 18 November 2025, 07:00 (UTC+01:00) and 20 November 2025, 16:30 (UTC+01:00) although they were not meant for you.

We ask you
- to delete these data and every copy of them,
- not to use them and not to pass them on,
- and, where you have passed them on, to tell us to whom.

Please answer in writing by 4 December 2025, 18:00 (UTC+01:00), to privacy@marlow.example, quoting rcp_1. Please write which of these is so, with your name and the date:
( ) I have deleted the data and every copy, and have passed nothing on.
( ) I have never seen or kept these data.
( ) I do not delete the data, because: ...

Marlow Market
`,
  );
});

test('a crawler is asked to remove addresses and to give its number', () => {
  const letter = composeDeletionLetter({
    ...facts,
    class: 'crawler',
    places: ['https://marlow.example/reviews/1'],
  });
  assert.match(letter, /They stood here:\n- https:\/\/marlow\.example\/reviews\/1/);
  assert.match(letter, /remove these addresses .* index and your caches/s);
  assert.match(letter, /number of this request/);
  assert.doesNotMatch(letter, /\( \)/);
});

test('a reminder names the letter that it reminds of; what nobody knows is left out', () => {
  const { to: _, reach: __, seenFrom: ___, seenTo: ____, ...less } = facts;
  const letter = composeDeletionLetter({ ...less, remindsOf: '2025-11-21T09:00:00Z', from: 'M\u202eX' });
  assert.match(letter, /^M\\u202eX/);
  assert.match(letter, /Reminder: .*\n\nOur letter of 21 November 2025, 09:00 \(UTC\) is not answered\./);
  assert.match(letter, /accessible to you although/);
});
