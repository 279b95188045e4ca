/** The register as its readers see it. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { Changed, EntriesListed, EntryProved, Role } from '@forthright/contract';
import { keyForAllTime, verifyTlogProof } from '@forthright/register';
import type { Db } from '../platform/db/index.ts';
import { deed, PROGRAM, record } from '../prove/index.ts';
import { entryOperations } from './entries.operations.ts';
import { actor, ask, openRecord, tokenOf } from './testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'forthright-entries-'));
let db: Db;
let nowMs = Date.parse('2025-11-21T08:00:00Z');
const now = () => new Date(nowMs);
const as = (who: string, ...roles: readonly Role[]) => ({ db, now, actor: actor(`usr_${who}`, ...roles) });
const officer = (who: string) => as(who, 'privacy-officer', 'investigator');
let [pages, insider] = ['', ''];

async function asked<T>(name: string, given: object, by = officer('ada')): Promise<T> {
  const found = entryOperations.find((one) => one.name === name);
  assert.ok(found);
  return found.output.parse(await found.run(by, found.input.parse(given))) as T;
}
const refusal = (name: string, given: object, by = officer('ada')): Promise<string> =>
  asked(name, given, by).then(
    () => 'nothing was refused',
    (error: Error & { code?: string }) => error.code ?? String(error),
  );
const list = (given: object, by?: ReturnType<typeof officer>) =>
  asked<EntriesListed>('list-entries', given, by);
const kinds = ({ entries }: EntriesListed) => entries.map(({ kind }) => kind);

async function open(title: string, by = officer('ada')): Promise<string> {
  const times = { aware: { at: '2025-11-20T10:00:00+01:00', saidBy: 'Ada' } };
  return (await ask<Changed>(by, 'open-incident', { title, kind: 'technical-error', times })).incident;
}

before(async () => {
  db = await openRecord({ folder, now });
  pages = await open('Pages');
  nowMs += 3_600_000;
  insider = await open('An insider');
  await ask(officer('ada'), 'restrict-incident', {
    incident: insider,
    people: ['usr_ada'],
    reason: 'He reads.',
  });
  nowMs += 3_600_000;
  const token = { ...officer('bo'), actor: tokenOf(officer('bo').actor) };
  await ask(token, 'add-note', { incident: pages, text: 'Seen.' });
  await deed({ db, now, actor: PROGRAM }, (tx) => record(tx, { kind: 'key-rotated', facts: {} }));
});
after(async () => {
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

test('the newest first, a page at a time, each with what its incident is called', async () => {
  const first = await list({ most: 2 });
  assert.deepEqual(kinds(first), ['note-added', 'incident-restricted']);
  assert.deepEqual(first.titles, { [pages]: 'Pages', [insider]: 'An insider' });
  const second = await list({ most: 2, before: first.next });
  assert.deepEqual(kinds(second), ['incident-opened', 'incident-opened']);
  assert.equal(second.next, undefined);
});

test('by incident, kind, person with their tokens, and time', async () => {
  assert.deepEqual(kinds(await list({ incident: pages })), ['note-added', 'incident-opened']);
  assert.equal((await list({ kind: 'incident-opened' })).entries.length, 2);
  const [note, ...others] = (await list({ by: 'usr_bo' })).entries;
  assert.deepEqual([note?.by, note?.token, others], ['usr_bo', 'tok_of_usr_bo', []]);
  assert.deepEqual(kinds(await list({ from: '2025-11-21T09:30:00Z' })), ['note-added']);
  assert.deepEqual(kinds(await list({ to: '2025-11-21T08:30:00Z' })), ['incident-opened']);
});

test('nothing of a restricted incident for others: no entry, no title, no proof, and no other answer than of none', async () => {
  const seen = await list({}, officer('bo'));
  assert.deepEqual(kinds(seen), ['note-added', 'incident-opened']);
  assert.deepEqual(Object.keys(seen.titles), [pages]);
  const nobody = `inc_${'0'.repeat(32)}`;
  for (const incident of [insider, nobody])
    assert.equal(await refusal('list-entries', { incident }, officer('bo')), 'incident-not-found');
  const [hidden] = (await list({ incident: insider })).entries;
  for (const entry of [hidden?.entry, 99_999])
    assert.equal(await refusal('prove-entry', { entry }, officer('bo')), 'entry-not-found');
});

test('entries of no incident are for auditors and administrators, those of incidents not for administrators', async () => {
  assert.ok(kinds(await list({}, as('cy', 'auditor'))).includes('key-rotated'));
  const kept = kinds(await list({}, as('di', 'administrator')));
  assert.ok(kept.includes('key-rotated') && !kept.includes('note-added'));
  assert.equal(
    await refusal('list-entries', { incident: pages }, as('di', 'administrator')),
    'incident-not-found',
  );
  assert.equal(await refusal('list-entries', {}, as('eve', 'support-agent')), 'not-permitted');
});

test('the proof of an entry is one that whoever has the key can check', async () => {
  const [note] = (await list({ incident: pages })).entries;
  const proved = await asked<EntryProved>('prove-entry', { entry: note?.entry });
  const keys = await db.rows<{ vkey: string }>('SELECT vkey FROM register_keys');
  const question = { keys: keys.map(({ vkey }) => keyForAllTime(vkey, 'test')), witnesses: [], now: now() };
  const bytes = Buffer.from(proved.bytes);
  assert.equal(verifyTlogProof(proved.tlogProof, bytes, question).isProved, true);
  assert.equal(verifyTlogProof(proved.tlogProof, Buffer.from(`${proved.bytes} `), question).isProved, false);
});
