/** Backup and restore with real processes: while people work, and killed at any moment. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { checkBackup } from '../../server/src/backup.ts';
import { Desk, PASSWORD, type Served } from './terminal.ts';

const KILLS = 3;

type Saved = Readonly<{ file: string; sha256: string; entries: number }>;

describe('backup and restore', () => {
  const desk = new Desk();
  let server: Served;
  let incident = '';
  const at = (name: string) => join(desk.folder, name);
  before(async () => {
    server = await desk.serve();
    await desk.people(server.firstLink, { olga: 'privacy-officer' });
    ({ incident } = await desk.ask<{ incident: string }>('olga', [
      'open-incident',
      '--title',
      'Before',
      '--kind',
      'other',
    ]));
    writeFileSync(at('f.log'), 'x'.repeat(2_000_000));
    await desk.ask('olga', ['add-file', incident, 'f.log', '--origin', 'o']);
  });
  after(() => desk.close());

  test('a backup is made while deeds go on, for who can read the data folder', async () => {
    let isOver = false;
    const notes = (async () => {
      let n = 0;
      for (; !isOver; n++) await desk.ask('olga', ['add-note', incident, '--text', `note ${n}`]);
      return n;
    })();
    const saved = await desk.ask<Saved>('operator', ['backup', 'one.backup']);
    isOver = true;
    assert.ok((await notes) > 0);
    assert.equal(
      createHash('sha256')
        .update(readFileSync(at('one.backup')))
        .digest('hex'),
      saved.sha256,
    );
    assert.equal(statSync(at('one.backup')).mode & 0o777, 0o600);
    const again = await desk.run(['backup', 'one.backup']);
    assert.match(again.stderr, /^error\[usage\].*is there already/);
    const { secret } = JSON.parse(readFileSync(at('forthright-data/operator.json'), 'utf8')) as {
      secret: string;
    };
    assert.equal(statSync(at('forthright-data/operator.json')).mode & 0o777, 0o600);
    for (const authorization of ['', 'Operator x', `Bearer ${secret}`])
      assert.equal(
        (await fetch(`${server.address}/operator/backup`, { method: 'POST', headers: { authorization } }))
          .status,
        401,
      );
    assert.ok(!server.log().includes(secret));
  });

  test('what was restored is stopped; an older state goes on only by a decision with a reason, in a new epoch', async () => {
    await desk.ask('olga', ['add-note', incident, '--text', 'After the backup']);
    const restored = await desk.run(['restore', 'one.backup', '--data', 'restored']);
    assert.equal(restored.exit, 0, restored.stderr);
    assert.match(restored.stderr, /continue-register/);
    const other = await desk.serve(['--data', 'restored']);
    const where = ['--server', other.address];
    const login = (who: string) =>
      desk.ask(who, ['login', '--email', `${who}@marlow.example`, ...where], `${PASSWORD}\n`);
    // Signing in is a deed, too: while it is stopped only those who may decide come in.
    const refused = await desk.run(['login', '--email', 'olga@marlow.example', ...where], {
      person: 'olga',
      stdin: `${PASSWORD}\n`,
    });
    assert.match(refused.stderr, /error\[register-stopped\]/);
    await login('rosa');
    const { state } = await desk.ask<{ state: string }>('rosa', ['show-register', ...where]);
    assert.equal(state, 'stopped');
    const invite = ['invite-person', '--email', 'x@marlow.example', '--name', 'X', '--roles', 'auditor'];
    const unrecorded = await desk.run([...invite, ...where], { person: 'rosa' });
    assert.match(unrecorded.stderr, /^error\[register-stopped\]/);
    const { epoch } = await desk.ask<{ epoch: number }>('rosa', [
      'continue-register',
      '--reason',
      'The disk broke.',
      ...where,
    ]);
    assert.equal(epoch, 2);
    await login('olga');
    const shown = await desk.ask<{ timeline: { texts: { text?: string } }[]; evidence: { id: string }[] }>(
      'olga',
      ['show-incident', incident, ...where],
    );
    assert.ok(!shown.timeline.some(({ texts }) => texts.text === 'After the backup'));
    await desk.ask('olga', [
      'get-file',
      incident,
      shown.evidence[0]?.id ?? '',
      '--out',
      'back.log',
      ...where,
    ]);
    assert.equal(readFileSync(at('back.log'), 'utf8'), readFileSync(at('f.log'), 'utf8'));
    await desk.ask('olga', ['add-note', incident, '--text', 'Goes on', ...where]);
    // Its key is not in a backup: a new one is made before anything is signed.
    const unsigned = await desk.run(['export', incident, '--out', 'bundle', ...where], { person: 'olga' });
    assert.match(unsigned.stderr, /^error\[key-unusable\]/);
    await desk.ask('rosa', ['rotate-register-key', ...where]);
    await desk.ask('olga', ['export', incident, '--out', 'bundle', ...where]);
    assert.equal((await other.stop()).exit, 0);
    await desk.ask(
      'olga',
      ['login', '--email', 'olga@marlow.example', '--server', server.address],
      `${PASSWORD}\n`,
    );
  });

  test('kill -9 in the midst of a restore leaves no data folder that is taken for whole', async () => {
    for (let n = 0; n < KILLS; n++) {
      const data = `killed-${n}`;
      const { child, ended } = desk.start(['restore', 'one.backup', '--data', data]);
      await sleep(400 + 1500 * n);
      child.kill('SIGKILL');
      await ended;
      const isThere = existsSync(at(data));
      if (!isThere) {
        const backup = await desk.run(['backup', `of-${data}.backup`, '--data', data]);
        assert.match(backup.stderr, /^error\[file-missing\]/);
        assert.ok(!existsSync(at(data)), 'nothing is made by looking');
      } else assert.equal((await desk.run(['backup', `of-${data}.backup`, '--data', data])).exit, 0);
    }
  });

  test('kill -9 of a backup, or of the server that gives it, leaves no file that is taken for one', async () => {
    for (let n = 0; n < KILLS; n++) {
      const name = `killed-${n}.backup`;
      const { child, ended } = desk.start(['backup', name]);
      await sleep(300 + 250 * n);
      child.kill('SIGKILL');
      await ended;
      if (existsSync(at(name))) await checkBackup(at(name));
    }
    const { ended } = desk.start(['backup', 'cut.backup']);
    await sleep(700);
    server.child.kill('SIGKILL');
    const { exit, stderr } = await ended;
    if (exit !== 0) {
      assert.match(stderr, /^error\[(server-unreachable|server-not-found)\]/m);
      assert.ok(!existsSync(at('cut.backup')));
    } else await checkBackup(at('cut.backup'));
  });

  test('while no server runs, the data folder is opened for it and closed again', async () => {
    const saved = await desk.ask<Saved>('operator', ['backup', 'alone.backup']);
    assert.ok(saved.entries > 5);
    server = await desk.serve();
    await desk.ask('olga', ['login', '--email', 'olga@marlow.example'], `${PASSWORD}\n`);
    assert.equal((await desk.ask<{ state: string }>('olga', ['show-register'])).state, 'open');
  });
});
