/** From a file on a desk to a bundle that a stranger checks, with the commands that the documentation shows. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { Desk, type Served } from './terminal.ts';

const ROOT = fileURLToPath(new URL('../..', import.meta.url));

describe('a bundle for a court', () => {
  const desk = new Desk();
  let server: Served;
  let incident = '';
  let file = '';
  let key = '';
  const at = (name: string) => join(desk.folder, name);
  const verify = (bundle: string, ...more: string[]) =>
    spawnSync('npx', ['--no-install', '@forthright/register', 'verify', bundle, ...more], {
      cwd: ROOT,
      encoding: 'utf8',
    });
  before(async () => {
    server = await desk.serve();
    await desk.people(server.firstLink, { olga: 'privacy-officer', ines: 'investigator' });
    const opened = ['open-incident', '--title', 'Names on review pages', '--kind', 'technical-error'];
    ({ incident } = await desk.ask<{ incident: string }>('ines', opened));
    writeFileSync(at('access.log'), 'GET /reviews/1 200\n'.repeat(100_000));
    const added = ['add-file', incident, 'access.log', '--origin', 'Copied from web-3 by Ines.'];
    file = (await desk.ask<{ id: string }>('ines', added)).id;
    const { keys } = await desk.ask<{ keys: { vkey: string }[] }>('olga', ['show-register']);
    key = keys[0]?.vkey ?? '';
  });
  after(() => desk.close());

  test('is written by `forthright export`, with the file, and proved by `@forthright/register verify`', async () => {
    const { exit, stdout, stderr } = await desk.run(['export', incident, '--out', 'bundle'], {
      person: 'olga',
    });
    assert.equal(exit, 0, stderr);
    assert.match(stdout, /bundle/);
    const bundle = at('bundle');
    assert.equal(statSync(bundle).mode & 0o777, 0o700);
    const proved = verify(bundle, '--key', key);
    assert.equal(proved.status, 0, proved.stdout + proved.stderr);
    const evidence = join(bundle, 'attachments/evidence', file);
    assert.equal(readFileSync(evidence, 'utf8'), readFileSync(at('access.log'), 'utf8'));
    writeFileSync(evidence, readFileSync(evidence, 'utf8').replace('200', '404'));
    const altered = verify(bundle, '--key', key);
    assert.equal(altered.status, 1);
    assert.match(altered.stdout, new RegExp(file));
    assert.deepEqual(
      readdirSync(join(desk.folder, 'forthright-data/exports')),
      [],
      'nothing of it stays with the server',
    );
  });

  test('that somebody was given one is in the record; only a privacy officer is', async () => {
    const { timeline } = await desk.ask<{ timeline: { kind: string }[] }>('olga', [
      'show-incident',
      incident,
    ]);
    assert.equal(timeline.filter(({ kind }) => kind === 'incident-exported').length, 1);
    const other = await desk.run(['export', incident, '--out', 'no'], { person: 'ines' });
    assert.match(other.stderr, /^error\[not-permitted\]/);
    assert.ok(!readdirSync(desk.folder).some((name) => name.startsWith('no') || name.startsWith('.no')));
  });

  test('nothing is written over, and the place must be said', async () => {
    writeFileSync(at('here'), 'mine');
    for (const out of ['here', 'bundle', 'forthright-data']) {
      const { stderr, exit } = await desk.run(['export', incident, '--out', out], { person: 'olga' });
      assert.match(stderr, /^error\[usage\].*is there already/);
      assert.equal(exit, 2);
    }
    assert.match((await desk.run(['export', incident], { person: 'olga' })).stderr, /--out/);
    assert.equal(readFileSync(at('here'), 'utf8'), 'mine');
  });

  test('one file alone comes back as it was handed in', async () => {
    const { exit, stderr } = await desk.run(['get-file', incident, file, '--out', 'back.log'], {
      person: 'ines',
    });
    assert.equal(exit, 0, stderr);
    assert.equal(readFileSync(at('back.log'), 'utf8'), readFileSync(at('access.log'), 'utf8'));
    assert.equal(statSync(at('back.log')).mode & 0o777, 0o600);
    const missing = await desk.run(['add-file', incident, 'none.log', '--origin', 'x'], { person: 'ines' });
    assert.match(missing.stderr, /^error\[file-missing\]/);
  });
});
