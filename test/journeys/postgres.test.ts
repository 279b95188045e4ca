/** `forthright serve` on PostgreSQL: several servers, and a database that goes away and comes back. */
import assert from 'node:assert/strict';
import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { openDatabase, readMigrations } from '../../server/src/platform/db/index.ts';
import { checkRegister } from '../../server/src/prove/index.ts';
import { MIGRATIONS } from '../../server/src/serve.ts';
import { type Postgres, startPostgres, whyNoPostgres } from '../peers/postgres.ts';
import { Desk, type Served } from './terminal.ts';

/** What a request may be answered with while the database is away. */
const AWAY = ['database-unreachable', 'outcome-unknown', 'database-busy', 'interrupted'];

describe('servers on one PostgreSQL', { skip: whyNoPostgres() ?? false }, () => {
  const desk = new Desk();
  let postgres: Postgres;
  let [one, two]: Served[] = [];
  let file = '';
  let link: string | null = null;
  before(async () => {
    postgres = await startPostgres();
    file = join(desk.folder, 'database');
    writeFileSync(file, `${postgres.url}\n`, { mode: 0o600 });
  });
  after(async () => {
    await desk.close();
    await postgres?.stop();
  });
  const at = (server: Served | undefined) => ['--server', server?.address ?? ''];

  test('the address comes from a tight file, the environment or the workspace, never from the command line', async () => {
    one = await desk.serve(['--database-file', file]);
    two = await desk.serve([], { env: { FORTHRIGHT_DATABASE: postgres.url } });
    writeFileSync(
      join(desk.folder, 'forthright.yaml'),
      `organisation: { name: Marlow }\nsources: { customers: { at: c.csv, columns: { id: id } }, logs: {} }\nengines: { database: { postgres: "${postgres.url}" } }\n`,
    );
    const three = await desk.serve();
    // Each start makes the link before void.
    link = three.firstLink;
    assert.equal((await three.stop()).exit, 0);
    chmodSync(file, 0o644);
    const unsafe = await desk.run(['serve', '--database-file', file]);
    assert.match(unsafe.stderr, /^error\[credentials-unsafe\]/);
    const nowhere = join(desk.folder, 'nowhere');
    writeFileSync(nowhere, 'postgres://u:geheim@127.0.0.1:1/d', { mode: 0o600 });
    const away = await desk.run(['serve', '--database-file', nowhere]);
    assert.match(away.stderr, /^error\[database-unreachable\]: PostgreSQL at 127\.0\.0\.1:1\/d/);
    assert.equal(away.exit, 5);
    for (const { stderr } of [unsafe, away]) assert.ok(!stderr.includes('geheim'));
  });

  test('what one server records, the other shows; a session counts at both', async () => {
    await desk.people(link, { olga: 'privacy-officer' }, ...at(two));
    const words = ['open-incident', '--title', 'By the first', '--kind', 'other'];
    await desk.ask('olga', ['login', '--email', 'olga@marlow.example', ...at(one)], 'lamp orchard ferry\n');
    const { incident } = await desk.ask<{ incident: string }>('olga', [...words, ...at(one)]);
    const shown = await desk.ask<{ title: string }>('olga', ['show-incident', incident, ...at(two)]);
    assert.equal(shown.title, 'By the first');
    writeFileSync(join(desk.folder, 'f.log'), 'lines');
    const { id } = await desk.ask<{ id: string }>('olga', [
      'add-file',
      incident,
      'f.log',
      '--origin',
      'x',
      ...at(one),
    ]);
    await desk.ask('olga', ['get-file', incident, id, '--out', 'back', ...at(two)]);
  });

  test('an instance with a data folder of its own may act on nothing until somebody decides', async () => {
    const other = await desk.serve(['--data', 'second'], { env: { FORTHRIGHT_DATABASE: postgres.url } });
    await desk.ask('olga', ['login', '--email', 'olga@marlow.example', ...at(other)], 'lamp orchard ferry\n');
    const refused = await desk.run(['open-incident', '--title', 'x', '--kind', 'other', ...at(other)], {
      person: 'olga',
    });
    assert.match(refused.stderr, /^error\[register-stopped\]/);
    assert.equal((await desk.run(['list-incidents', ...at(other)], { person: 'olga' })).exit, 0);
    await other.stop();
  });

  test('PostgreSQL restarts under load: coded errors, then all goes on, and nothing that was acknowledged is lost', async () => {
    const { secret } = await desk.ask<{ secret: string }>('olga', [
      'make-token',
      '--name',
      'load',
      '--scopes',
      'privacy-officer',
      ...at(one),
    ]);
    const { incident } = await desk.ask<{ incident: string }>('olga', [
      'open-incident',
      '--title',
      'Load',
      '--kind',
      'other',
      ...at(one),
    ]);
    const headers = { authorization: `Bearer ${secret}`, 'content-type': 'application/json' };
    const codes = new Map<string, number>();
    const acknowledged: number[] = [];
    let isOver = false;
    const load = async (address: string) => {
      while (!isOver) {
        const answer = await fetch(`${address}/api/incidents/${incident}/notes`, {
          method: 'POST',
          headers,
          body: '{"text":"n"}',
        });
        const { code, entry } = (await answer.json()) as { code?: string; entry?: number };
        codes.set(code ?? 'ok', (codes.get(code ?? 'ok') ?? 0) + 1);
        if (entry !== undefined) acknowledged.push(entry);
        // Below the limit of requests a minute.
        await sleep(60);
      }
    };
    const loads = [one, two, one].map((server) => load(server?.address ?? ''));
    await sleep(1000);
    await postgres.restart();
    const ready = async (server: Served | undefined) =>
      (await fetch(`${server?.address}/readyz`)).status === 200;
    const until = Date.now() + 20_000;
    while (!((await ready(one)) && (await ready(two)))) {
      assert.ok(Date.now() < until, 'the servers do not find the database again');
      await sleep(50);
    }
    const before = acknowledged.length;
    await sleep(1500);
    isOver = true;
    await Promise.all(loads);
    assert.ok(acknowledged.length > before, 'deeds go on');
    for (const code of codes.keys())
      assert.ok(code === 'ok' || AWAY.includes(code), `${code}: ${codes.get(code)}`);
    const schema = { migrations: await readMigrations(...MIGRATIONS), program: 'Forthright test' };
    const db = await openDatabase({ kind: 'server', url: postgres.url, schema });
    try {
      assert.deepEqual(await checkRegister(db), []);
      const [row] = await db.rows<{ n: number }>(
        'SELECT count(*)::int4 AS n FROM register_entries WHERE index = ANY (:acknowledged::int8[])',
        { acknowledged },
      );
      assert.equal(row?.n, acknowledged.length);
    } finally {
      await db.close();
    }
    // A whole start on a database that has been there before.
    assert.equal((await one?.stop())?.exit, 0);
    const again = await desk.serve([], { env: { FORTHRIGHT_DATABASE: postgres.url } });
    assert.equal(again.firstLink, null);
  });
});
