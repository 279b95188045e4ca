/** Migrations, on both engines, and raced by real processes on a real PostgreSQL. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { pathToFileURL } from 'node:url';
import type { ErrorCode, ForthrightError } from '@forthright/contract';
import { type Postgres, startPostgres, whyNoPostgres } from '../../../../test/peers/postgres.ts';
import { type DatabaseOptions, type Db, type Migration, openDatabase, readMigrations } from './index.ts';
import { Other } from './testing.ts';

const PROGRAMS = 20;

const work = mkdtempSync(join(tmpdir(), 'forthright-migrations-'));
after(() => rmSync(work, { recursive: true, force: true }));

const program = 'Forthright 0.2.0';
const one: Migration = {
  number: 1,
  name: 'first',
  sql: 'CREATE TABLE first (n int4);\nINSERT INTO first VALUES (1);',
};
const two: Migration = {
  number: 2,
  name: 'second',
  sql: 'CREATE TABLE second (n int4); UPDATE first SET n = n + 1',
};
const broken: Migration = {
  number: 3,
  name: 'third',
  sql: 'CREATE TABLE third (n int4); UPDATE first SET n = 99; SELECT 1/0',
};

function refuses(promise: Promise<unknown>, code: ErrorCode, words: RegExp) {
  return assert.rejects(promise, (error: ForthrightError) => {
    assert.equal(error.code, code, error.message);
    assert.match(error.message, words);
    return true;
  });
}

type Place = { kind: 'embedded'; directory: string } | { kind: 'server'; url: string };
let made = 0;

async function using<T>(options: DatabaseOptions, work: (db: Db) => Promise<T>): Promise<T> {
  const db = await openDatabase(options);
  try {
    return await work(db);
  } finally {
    await db.close();
  }
}

const state = async (db: Db) => ({
  first: (await db.rows<{ n: number }>('SELECT n FROM first')).map(({ n }) => n),
  tables: (
    await db.rows<{ name: string }>(
      `SELECT tablename::text AS name FROM pg_tables WHERE schemaname = 'forthright' ORDER BY 1`,
    )
  ).map(({ name }) => name),
  ledger: await db.rows('SELECT number, name, program FROM migrations ORDER BY 1'),
});
const line = ({ number, name }: Migration) => ({ number, name, program });

function suite(kind: 'embedded' | 'server', skip: string | undefined): void {
  describe(`migrations: ${kind}`, { skip: skip ?? false }, () => {
    let postgres: Postgres | undefined;
    before(async () => {
      if (kind === 'server') postgres = await startPostgres();
    });
    after(() => postgres?.stop());
    const fresh = (): Place => {
      if (postgres === undefined) return { kind: 'embedded', directory: join(work, String(++made)) };
      const name = `migrations_${++made}`;
      postgres.run(`CREATE DATABASE ${name}`);
      return { kind: 'server', url: postgres.url.replace(/\/postgres$/, `/${name}`) };
    };
    const at = (place: Place, migrations: Migration[]) => ({ ...place, schema: { migrations, program } });

    test('go forward, once each, and are refused when they were edited or are unknown', async () => {
      const place = fresh();
      const first = await using(at(place, [one]), state);
      assert.deepEqual(first, { first: [1], tables: ['first', 'migrations'], ledger: [line(one)] });
      const both = { first: [2], tables: ['first', 'migrations', 'second'], ledger: [line(one), line(two)] };
      assert.deepEqual(await using(at(place, [two, one]), state), both);
      const crlf = { ...one, sql: one.sql.replace('\n', '\r\n') };
      assert.deepEqual(await using(at(place, [crlf, two]), state), both, 'again');

      await refuses(
        using(at(place, [one]), state),
        'database-newer',
        /version 2 \(second, by Forthright 0\.2\.0\).*up to version 1/,
      );
      const edited = { ...one, sql: `${one.sql} ` };
      await refuses(using(at(place, [edited, two]), state), 'database-differs', /Migration 1 \(first\)/);
      await refuses(using(at(place, [one, two, broken]), state), 'database-refused', /22012/);
      assert.deepEqual(await using(at(place, [one, two]), state), both, 'half a migration was kept');
      const mended = { ...broken, sql: 'CREATE TABLE third (n int4)' };
      assert.deepEqual(
        (await using(at(place, [one, two, mended]), state)).ledger,
        [one, two, mended].map(line),
      );
    });
  });
}
suite('embedded', undefined);
suite('server', whyNoPostgres());

describe('many programs', { skip: whyNoPostgres() ?? false }, () => {
  test(`${PROGRAMS} processes that start at once on one PostgreSQL migrate once`, async () => {
    const postgres = await startPostgres();
    const others: Other[] = [];
    try {
      const schema = { migrations: [one, { ...two, sql: `${two.sql}; SELECT pg_sleep(0.2)` }], program };
      const options = { kind: 'server', url: postgres.url, schema } as const;
      for (let i = 0; i < PROGRAMS; i++) others.push(new Other());
      for (const other of others) await other.next();
      const at = Date.now() + 100;
      for (const other of others) other.tell({ do: 'open', options, at });
      for (const other of others) assert.deepEqual(await other.next(), { say: 'got it' });
      const db = await openDatabase(options);
      assert.deepEqual((await state(db)).first, [2]);
      assert.deepEqual((await state(db)).ledger, [one, two].map(line));
      await db.close();
    } finally {
      await Promise.all(others.map((other) => other.kill()));
      await postgres.stop();
    }
  });
});

test('migrations are read from the folders of all stages, and a gap or a double is refused', async () => {
  const folder = (name: string, files: Record<string, string>) => {
    const path = join(work, name);
    mkdirSync(path);
    for (const [file, text] of Object.entries(files)) writeFileSync(join(path, file), text);
    return pathToFileURL(path);
  };
  const a = folder('a', { '0001-first.sql': 'SELECT 1', '0003-third.sql': 'SELECT 3' });
  const b = folder('b', { '0002-second.sql': 'SELECT 2' });
  assert.deepEqual(await readMigrations(a, b), [
    { number: 1, name: 'first', sql: 'SELECT 1' },
    { number: 2, name: 'second', sql: 'SELECT 2' },
    { number: 3, name: 'third', sql: 'SELECT 3' },
  ]);
  await assert.rejects(readMigrations(a), /Migration 3 \(third\) stands where 2 is due/);
  await assert.rejects(readMigrations(a, b, b), /Migration 2 \(second\) stands where 3 is due/);
  await assert.rejects(readMigrations(folder('c', { 'notes.txt': '' })), /notes\.txt/);
});
