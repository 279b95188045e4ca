/** Checkpoints before a witness that is a program of somebody else. */
import assert from 'node:assert/strict';
import { cpSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { parseCheckpoint, parseVerifierKey, signedBy, type Witness } from '@forthright/register';
import { startWitness, whyNoWitness } from '../../../test/peers/witness.ts';
import { type Db, readMigrations } from '../platform/db/index.ts';
import { openReady } from '../platform/db/ready.ts';
import type { LogEntry } from '../platform/index.ts';
import { makeCheckpoint, publishRegister } from './checkpoints.ts';
import { deed, record } from './deed.ts';
import { keyFolder } from './keys.ts';
import { openRegister } from './open.ts';
import type { Asked } from './operation.ts';
import { registerKeys } from './rotation.ts';
import { cosignBy, readWitnesses } from './witnesses.ts';

const work = mkdtempSync(join(tmpdir(), 'forthright-witnesses-'));
after(() => rmSync(work, { recursive: true, force: true }));
const ORIGIN = 'forthright/register';
const schema = {
  migrations: await readMigrations(new URL('./migrations/', import.meta.url)),
  program: 'Forthright test',
};

const at = (name: string) => join(work, name, 'records');
const start = (db: Db, name: string, now: () => Date, witnesses: readonly Witness[] = []) =>
  openRegister({
    db,
    folder: join(work, name, 'register'),
    origin: ORIGIN,
    keys: keyFolder(join(work, name, 'keys')),
    now,
    witnesses,
  });

test('a witness signs what continues the last checkpoint, and a copy of the whole folder is stopped by it', {
  skip: whyNoWitness() ?? false,
}, async () => {
  let nowMs = Date.now() - 24 * 3_600_000;
  const now = () => new Date(nowMs);
  const of = (db: Db): Asked => ({
    db,
    now,
    actor: { id: 'usr_ada', account: 'usr_ada', roles: [], via: 'session' },
  });
  let db = await openReady(at('first'), schema);
  await start(db, 'first', now);
  const vkey = (await registerKeys(of(db)))[0]?.vkey ?? '';
  const witness = await startWitness(work, ORIGIN, vkey);
  const notes: LogEntry[] = [];
  let copy: Db | undefined;
  try {
    const data = join(work, 'data');
    mkdirSync(data);
    assert.deepEqual(await readWitnesses(data), [], 'nobody is asked where nobody is named');
    const line = `{ url: ${witness.url}, key: ${witness.vkey} }`;
    writeFileSync(join(data, 'witnesses.yaml'), `witnesses: [${line}]\n`);
    const named = await readWitnesses(data);
    const cosign = cosignBy(named, (entry) => notes.push(entry));
    const key = parseVerifierKey(witness.vkey, 'witness');
    const directory = join(work, 'public');
    const hour = async (deeds: number) => {
      for (let n = 0; n < deeds; n += 1) await deed(of(db), (tx) => record(tx, { kind: 'acted' }));
      await makeCheckpoint(of(db), cosign);
      await publishRegister(of(db), directory);
      const { note } = parseCheckpoint(readFileSync(join(directory, 'checkpoint'), 'utf8'), 'checkpoint');
      assert.equal(signedBy(note, parseVerifierKey(vkey, 'register')).kind, 'signed');
      assert.equal(signedBy(note, key).kind, 'signed');
      nowMs += 3_600_000;
    };
    await hour(1);
    await db.close();
    cpSync(join(work, 'first'), join(work, 'copy'), { recursive: true });
    db = await openReady(at('first'), schema);
    assert.equal((await start(db, 'first', now, named)).kind, 'open');
    await hour(40);
    await hour(0);
    assert.equal(notes.length, 0);

    copy = await openReady(at('copy'), schema);
    assert.equal((await start(copy, 'copy', now)).kind, 'open', 'nothing else tells it from the first');
    const doubted = await start(copy, 'copy', now, named);
    assert.match(
      doubted.kind === 'stopped' ? doubted.why : '',
      /has 32 entries, and the witness witness\.example\/w1 has seen 96: an older state was put back, or goes on/,
    );
    const act = deed(of(copy), (tx) => record(tx, { kind: 'acted' }));
    await assert.rejects(act, { code: 'register-stopped' });
    await start(copy, 'copy', now);
    for (const kind of ['ahead', 'refused', 'refused']) {
      const { note } = await makeCheckpoint(of(copy), cosign);
      assert.equal(signedBy(parseCheckpoint(note, 'c').note, key).kind, 'unsigned');
      const said = { event: 'witness-missing', level: 'error', note: `witness.example/w1: ${kind}` };
      assert.deepEqual(notes.at(-1), said);
      nowMs += 3_600_000;
    }
    const longer = await start(copy, 'copy', now, named);
    assert.match(longer.kind === 'stopped' ? longer.why : '', /has seen another past/);

    await witness.stop();
    assert.equal((await start(db, 'first', now, named)).kind, 'open', 'who is away says nothing');
    const { size } = await makeCheckpoint(of(db), cosign);
    assert.equal(size, 128, 'and keeps nobody from the checkpoint');
    const away = { event: 'witness-missing', level: 'warn', note: 'witness.example/w1: unreachable' };
    assert.deepEqual(notes.at(-1), away);
  } finally {
    await witness.stop();
    await copy?.close();
    await db.close();
  }
});

test('a file of witnesses that is none is refused with every problem, at its line', async () => {
  const data = join(work, 'wrong');
  mkdirSync(data);
  writeFileSync(
    join(data, 'witnesses.yaml'),
    'witnesses:\n  - { url: ftp://witness.example, key: marlow.example/register+4b2bdc0f+AZsf }\n',
  );
  await assert.rejects(readWitnesses(data), (error: { code?: string; problems?: unknown[] }) => {
    assert.deepEqual([error.code, error.problems?.length], ['settings-invalid', 2]);
    return true;
  });
});
