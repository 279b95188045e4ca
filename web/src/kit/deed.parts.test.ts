/** What a form gives: texts without their edges, nothing for what was left out or not asked for. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  check,
  firstOf,
  givenBy,
  line,
  lines,
  moment,
  one,
  optional,
  proof,
  some,
  when,
  whole,
} from './deed.parts.ts';

const PARTS = {
  name: line('concerned.name'),
  contact: optional(line('concerned.contact')),
  fields: lines('recipient.fields'),
  form: one('delay.form', ['written', 'oral'], { group: 'delay-form' }),
  writtenDue: when(({ form }) => form === 'oral', moment('delay.writtenDue')),
  suspends: some('delay.suspends', ['tell-people'], { group: 'delays', first: ['tell-people'] }),
  inWriting: check('recipient.inWriting'),
  number: optional(whole('inbox.kind')),
};

test('a form begins with the first of each choice, and gives what was filled in', async () => {
  const first = firstOf(PARTS);
  assert.equal(first.form, 'written');
  assert.equal(first.contact, '');
  const given = await givenBy(PARTS, { ...first, name: ' Ada ', fields: 'name\n\n e-mail \n', number: '7' });
  assert.deepEqual(given, {
    name: 'Ada',
    contact: undefined,
    fields: ['name', 'e-mail'],
    form: 'written',
    writtenDue: undefined,
    suspends: ['tell-people'],
    inWriting: false,
    number: 7,
  });
});

test('what is no longer asked for is not given, though it was typed', async () => {
  const typed = { ...firstOf(PARTS), writtenDue: '2026-01-02T03:04' };
  assert.equal((await givenBy(PARTS, typed)).writtenDue, undefined);
  const oral = await givenBy(PARTS, { ...typed, form: 'oral' });
  assert.match(oral.writtenDue ?? '', /^2026-01-0\dT\d\d:04:00Z$/);
});

test('of a file its hash is given, and none of its bytes', async () => {
  const file = new File(['abc'], 'letter.pdf');
  const given = await givenBy({ proof: proof('ask.proof') }, { proof: file, 'proof origin': 'by post' });
  assert.deepEqual(given, {
    proof: {
      sha256: 'ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad',
      bytes: 3,
      name: 'letter.pdf',
      origin: 'by post',
    },
  });
});
