/** Backups of both engines: what goes in comes out, to the bit; what is damaged is refused with nothing written. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { ErrorCode, ForthrightError } from '@forthright/contract';
import { type Postgres, startPostgres, whyNoPostgres } from '../../test/peers/postgres.ts';
import { checkBackup, makeBackup, restoreBackup } from './backup.ts';
import { World } from './http/testing.ts';
import { lostFiles, seat, strays } from './incident/testing.ts';
import { headersOf } from './kernel/index.ts';
import {
  type Db,
  type Migration,
  openDatabase,
  readMigrations,
  rowsOf,
  tablesOf,
} from './platform/db/index.ts';
import { packed, unpacked } from './platform/index.ts';
import { continueRegister, deed, record, registerMark } from './prove/index.ts';
import { MIGRATIONS, openRecords } from './serve.ts';
import { webhooksStandSince } from './webhooks/index.ts';

const work = mkdtempSync(join(tmpdir(), 'forthright-backup-'));
after(() => rmSync(work, { recursive: true, force: true }));
const program = 'Forthright test';
const migrations = await readMigrations(...MIGRATIONS);
const now = () => new Date('2025-11-21T09:00:00Z');

const refuses = (promise: Promise<unknown>, code: ErrorCode) =>
  assert.rejects(promise, (error: ForthrightError) => {
    assert.equal(error.code, code, `${error.code}: ${error.message}`);
    return true;
  });

async function bytesOf(content: AsyncIterable<Uint8Array>): Promise<Buffer> {
  const pieces: Uint8Array[] = [];
  for await (const piece of content) pieces.push(piece);
  return Buffer.concat(pieces);
}

/** All rows of all tables but those whose rows a restore ends. */
const contentOf = (db: Db): Promise<Record<string, string[]>> =>
  db.transaction(async (tx) => {
    const all: Record<string, string[]> = {};
    for (const table of await tablesOf(tx)) {
      if (['sessions', 'one_time_links', 'api_tokens', 'webhook_standstills'].includes(table.name)) continue;
      const lines: string[] = [];
      for await (const { text } of rowsOf(tx, table)) lines.push(...text.trimEnd().split('\n'));
      all[table.name] = lines.sort();
    }
    return all;
  });

const ODD = 'Zeile\n"quoted"\t\\N \u{1f642} \u202e ,{} \\x41 NULL';

for (const kind of ['embedded', 'server'] as const)
  describe(`a backup of ${kind} records`, {
    skip: kind === 'server' ? (whyNoPostgres() ?? false) : false,
  }, () => {
    let postgres: Postgres | undefined;
    let world: World;
    let file = '';
    let bytes: Buffer;
    let original: Record<string, string[]>;
    let incident = '';
    let made = 0;
    const place = () => join(work, `${kind}-${++made}`);
    const url = (name: string) => {
      const address = new URL(postgres?.url ?? '');
      address.pathname = `/${name}`;
      return address.href;
    };
    const options = { migrations, program, now, database: undefined };
    const openIn = (data: string, database?: string) =>
      openDatabase({
        ...(database === undefined
          ? ({ kind: 'embedded', directory: join(data, 'records') } as const)
          : ({ kind: 'server', url: database } as const)),
        schema: { migrations, program },
      });
    before(async () => {
      postgres = whyNoPostgres() === undefined ? await startPostgres() : undefined;
      world = await World.open(kind === 'server' ? { url: postgres?.url ?? '' } : {});
      const root = await world.first();
      const olga = await world.person(root, 'olga@marlow.example', ['privacy-officer']);
      await world.ask('POST', '/api/tokens', olga, { name: 'nightly', scopes: ['privacy-officer'] });
      const opened = await world.ask('POST', '/api/incidents', olga, {
        title: 'Odd',
        kind: 'other',
        cause: { action: 'error', actor: 'internal', summary: ODD },
      });
      incident = String(opened.body.incident);
      for (const answer of ['register-only', 'tell-people'])
        await world.ask('POST', `/api/incidents/${incident}/decisions`, olga, {
          version: 1,
          step: 'decision',
          answer,
          reason: ODD,
          ...(answer === 'tell-people' ? { due: '2025-11-30T09:00:00+01:00' } : {}),
        });
      await seat(world.db, ['usr_other']);
      await world.ask('PUT', `/api/incidents/${incident}/people`, olga, {
        people: [olga.id, 'usr_other'],
        reason: 'x',
      });
      const base = await world.app.listen({ host: '127.0.0.1', port: 0 });
      const added = await fetch(`${base}/api/incidents/${incident}/files`, {
        method: 'POST',
        headers: {
          origin: base,
          cookie: olga.cookie ?? '',
          'content-type': 'application/octet-stream',
          ...headersOf({ name: 'a', origin: 'b' }),
        },
        body: Buffer.alloc(300_000, 'log '),
      });
      assert.equal(added.status, 200, await added.text());
      // More than one page of rows, and more than one tile of the register.
      const asked = {
        db: world.db,
        actor: { id: 'program', account: 'program', roles: [], via: 'program' } as const,
        now: world.now,
      };
      await deed(asked, async (tx) => {
        for (let n = 0; n < 600; n++) await record(tx, { kind: 'filler' });
      });
      const { content, close } = await makeBackup({ db: world.db, data: world.folder, program, now });
      bytes = await bytesOf(content);
      await close();
      original = await contentOf(world.db);
      file = join(work, `${kind}.backup`);
      writeFileSync(file, bytes);
      assert.deepEqual(readdirSync(join(world.folder, 'exports')), []);
    });
    after(async () => {
      await world?.close();
      await postgres?.stop();
    });

    const isWhole = async (data: string, database?: string) => {
      const db = await openIn(data, database);
      try {
        assert.deepEqual(await contentOf(db), original);
        assert.deepEqual([...(await strays(db)), ...(await lostFiles(db, data))], []);
        assert.deepEqual(await registerMark(db), await registerMark(world.db));
        const [left] = await db.rows<{ n: number }>(
          'SELECT ((SELECT count(*) FROM sessions) + (SELECT count(*) FROM api_tokens WHERE revoked_at IS NULL))::int4 AS n',
        );
        assert.equal(left?.n, 0, 'who had a session or a token must sign in anew');
        const state = await openRecords(db, data, now);
        assert.equal(state.kind, 'stopped');
        const asked = {
          db,
          actor: { id: 'usr_rosa', account: 'usr_rosa', roles: ['administrator'], via: 'session' } as const,
          now,
        };
        await refuses(
          deed(asked, (tx) => record(tx, { kind: 'filler' })),
          'register-stopped',
        );
        await continueRegister(asked, 'The disk broke.');
        await deed(asked, (tx) => record(tx, { kind: 'filler' }));
        assert.equal((await registerMark(db))?.epoch, 2);
        assert.notEqual(await webhooksStandSince(db), undefined, 'nobody is told until somebody resumes it');
        // References and triggers are there again.
        await refuses(
          db.transaction((tx) => tx.run("INSERT INTO incident_files VALUES ('evi_none', repeat('a', 64))")),
          'record-linked',
        );
        await refuses(
          db.transaction((tx) => tx.run('DELETE FROM register_entries')),
          'database-refused',
        );
      } finally {
        await db.close();
      }
    };

    test('restored into an embedded database it is the same, and stopped until a person decides', async () => {
      const data = place();
      const restored = await restoreBackup({ ...options, file, data });
      assert.equal(restored.files, 1);
      await isWhole(data);
    });

    test('restored into PostgreSQL it is the same', { skip: whyNoPostgres() ?? false }, async () => {
      postgres?.run('CREATE DATABASE restored ENCODING UTF8 TEMPLATE template0');
      const data = place();
      await restoreBackup({ ...options, file, data, database: url('restored') });
      await isWhole(data, url('restored'));
      await refuses(
        restoreBackup({ ...options, file, data: place(), database: url('restored') }),
        'restore-refused',
      );
    });

    // What follows is the same whatever a backup was made of.
    if (kind === 'server') return;

    let databases = 0;
    /** On PostgreSQL where there is one: an embedded database takes seconds to make. */
    const target = () => {
      if (postgres === undefined) return { data: place(), database: undefined };
      const name = `target${++databases}`;
      postgres.run(`CREATE DATABASE ${name} ENCODING UTF8 TEMPLATE template0`);
      return { data: place(), database: url(name) };
    };
    const leavesNothing = async (path: string, code: ErrorCode = 'archive-damaged') => {
      const { data, database } = target();
      await refuses(restoreBackup({ ...options, file: path, data, database }), code);
      assert.ok(
        !readdirSync(work).some((name) => name.includes(data.slice(work.length + 1))),
        'something was written',
      );
    };

    test('cut short, flipped, foreign: refused with nothing written', async () => {
      const path = join(work, `${kind}.damaged`);
      for (const part of [0, 0.1, 0.5, 0.9, 0.999]) {
        writeFileSync(path, bytes.subarray(0, Math.floor(bytes.length * part)));
        await leavesNothing(path);
      }
      for (const end of [512, 1024, 1536]) {
        writeFileSync(path, bytes.subarray(0, bytes.length - end));
        await leavesNothing(path);
      }
      for (let n = 1; n < 24; n++) {
        const flipped = Buffer.from(bytes);
        const at = Math.floor((bytes.length * n) / 24);
        flipped[at] = (flipped[at] ?? 0) ^ 0x10;
        writeFileSync(path, flipped);
        // A byte between two files is nobody's.
        const found = await checkBackup(path).then(
          () => 'whole',
          (error: ForthrightError) => error.code,
        );
        assert.ok(
          found === 'archive-damaged' || (found === 'whole' && bytes[at] === 0),
          `byte ${at}: ${found}`,
        );
      }
      const text = bytes.toString('latin1');
      for (const words of ['"name": "company_tries"', '"type": "bigint"', '"sum": "']) {
        const at = text.lastIndexOf(words) + words.length - 3;
        const changed = Buffer.from(bytes);
        changed[at] = (changed[at] ?? 0) ^ 0x01;
        writeFileSync(path, changed);
        await refuses(checkBackup(path), 'archive-damaged');
      }
      for (const foreign of ['', 'PK\u0003\u0004', '{}', 'x'.repeat(5000)]) {
        writeFileSync(path, foreign);
        await leavesNothing(path);
      }
      await leavesNothing(join(work, 'none.backup'), 'file-missing');
      await leavesNothing(work, 'file-unreadable');
    });

    /** The backup with its files as `change` makes them, and a manifest that agrees. */
    async function forged(change: (path: string, text: string) => string | undefined): Promise<string> {
      const { createHash } = await import('node:crypto');
      const files: { path: string; content: Buffer }[] = [];
      async function* source() {
        yield bytes;
      }
      for await (const { path, content } of unpacked(source()))
        files.push({ path, content: await bytesOf(content as AsyncIterable<Uint8Array>) });
      const kept = files.flatMap(({ path, content }) => {
        if (path === 'manifest.json' || path.startsWith('files/')) return [{ path, content }];
        const text = change(path, content.toString());
        return text === undefined ? [] : [{ path, content: Buffer.from(text) }];
      });
      // Without its sum, as older versions made it: what is forged must be found all the same.
      const { sum: _, ...manifest } = JSON.parse(kept.pop()?.content.toString() ?? '');
      manifest.files = kept.map(({ path, content }) => ({
        path,
        bytes: content.length,
        sha256: createHash('sha256').update(content).digest('hex'),
      }));
      const last = {
        path: 'manifest.json',
        content: Buffer.from(change('manifest.json', JSON.stringify(manifest)) ?? ''),
      };
      const path = join(work, `${kind}.forged`);
      writeFileSync(
        path,
        await bytesOf(
          packed(
            [...kept, last].map((one) => ({
              path: one.path,
              bytes: one.content.length,
              content: [one.content],
            })),
          ),
        ),
      );
      return path;
    }

    test('altered with a manifest that agrees: what the register or the tables do not bear is refused all the same', async () => {
      const only =
        (name: string, change: (text: string) => string | undefined) => (path: string, text: string) =>
          path.startsWith(name) ? change(text) : text;
      await leavesNothing(await forged(only('tables/register_texts', (text) => text.replace('Odd', 'Even'))));
      await leavesNothing(await forged(only('tables/register_entries', () => undefined)));
      await leavesNothing(
        await forged(only('tables/register_log', (text) => text.replace('["', '["x'))),
        'archive-damaged',
      );
      await leavesNothing(await forged(only('tables/accounts', () => undefined)));
      await leavesNothing(
        await forged(
          only('manifest.json', (text) =>
            text.replace('"name":"email"', '"name":"email\\" text); DROP TABLE accounts; --"'),
          ),
        ),
      );
      await leavesNothing(
        await forged(only('forthright-backup.json', (text) => text.replace('backup/1', 'backup/9'))),
      );
      await leavesNothing(
        await forged(
          only('forthright-backup.json', (text) => text.replace(/"checksum": "../, '"checksum": "zz')),
        ),
        'database-differs',
      );
    });

    test('of a newer program it is refused; of an older one it is brought forward', async () => {
      const older: Migration[] = migrations.slice(0, -1);
      await refuses(restoreBackup({ ...options, migrations: older, file, data: place() }), 'database-newer');
      const newer = [
        ...migrations,
        { number: migrations.length + 1, name: 'later', sql: 'CREATE TABLE later (id text PRIMARY KEY)' },
      ];
      const data = place();
      await restoreBackup({ ...options, migrations: newer, file, data });
      const db = await openDatabase({
        kind: 'embedded',
        directory: join(data, 'records'),
        schema: { migrations: newer, program },
      });
      try {
        assert.deepEqual(await db.rows('SELECT id FROM later'), []);
        assert.equal((await db.rows('SELECT id FROM incidents')).length, 1);
      } finally {
        await db.close();
      }
    });

    test('it is written over nothing', async () => {
      const data = place();
      mkdirSync(data);
      writeFileSync(join(data, 'mine'), 'x');
      await refuses(restoreBackup({ ...options, file, data }), 'restore-refused');
      await refuses(restoreBackup({ ...options, file, data: file }), 'restore-refused');
      assert.deepEqual(readdirSync(data), ['mine']);
      const empty = place();
      mkdirSync(empty);
      await restoreBackup({ ...options, file, data: empty });
      assert.ok(readdirSync(empty).includes('records'));
    });

    test('it holds no private key, and nothing of what the data folder last saw', async () => {
      const text = bytes.toString('latin1');
      assert.ok(!text.includes('PRIVATE KEY'));
      const [pem = ''] = readdirSync(join(world.folder, 'keys'));
      const secret = readFileSync(join(world.folder, 'keys', pem), 'utf8').split('\n')[1] ?? '-';
      assert.ok(secret.length > 20 && !text.includes(secret));
      const names: string[] = [];
      async function* source() {
        yield bytes;
      }
      for await (const { path, content } of unpacked(source())) {
        names.push(path.split('/')[0] ?? '');
        await bytesOf(content as AsyncIterable<Uint8Array>);
      }
      assert.deepEqual([...new Set(names)], ['forthright-backup.json', 'tables', 'files', 'manifest.json']);
    });
  });
