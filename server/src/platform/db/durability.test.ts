/** What was acknowledged stays, whatever ends the process; what was damaged is said to be so. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import fs, {
  cpSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  rmSync,
  statSync,
  truncateSync,
  writeFileSync,
} from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, mock, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { ForthrightError } from '@forthright/contract';
import { POSTGRES_MAJOR } from './embedded.ts';
import { openDatabase } from './index.ts';
import { killWriters, numbersIn, randomly, PAIRS as schema } from './killing.ts';
import { Other } from './testing.ts';

/** `npm run soak` has two hundred. */
const KILLS = 6;
const KILLS_WHILE_MADE = 3;
const SEED = 20_261_122;

const work = mkdtempSync(join(tmpdir(), 'forthright-durability-'));
const whole = join(work, 'whole');
after(() => rmSync(work, { recursive: true, force: true }));
before(async () => {
  const db = await openDatabase({ kind: 'embedded', directory: whole, schema });
  await db.transaction((tx) => tx.run('INSERT INTO lefts SELECT n, n FROM generate_series(-1000, -1) AS n'));
  await db.transaction((tx) => tx.run('INSERT INTO rights SELECT n FROM lefts'));
  await db.close();
});

let made = 0;
const copy = () => {
  const directory = join(work, `copy-${++made}`);
  cpSync(whole, directory, { recursive: true });
  return directory;
};

test(`kill -9 at ${KILLS} random moments (seed ${SEED}): every acknowledged row is there, and no half transaction`, async () => {
  const acknowledged = await killWriters(copy(), { kills: KILLS, seed: SEED });
  assert.ok(acknowledged > KILLS, `only ${acknowledged} rows were written`);
});

test('kill -9 while the database is being made leaves nothing that stands in the way', async () => {
  const directory = join(work, 'made');
  const random = randomly(SEED);
  for (let kill = 0; kill < KILLS_WHILE_MADE; kill++) {
    const maker = await Other.start();
    maker.tell({ do: 'open', options: { kind: 'embedded', directory, schema }, at: 0 });
    await sleep(300 + random() * 2500);
    await maker.kill();
  }
  const db = await openDatabase({ kind: 'embedded', directory, schema });
  assert.deepEqual(await numbersIn(db, 'lefts'), []);
  await db.close();
  assert.deepEqual(readdirSync(directory).sort(), ['lock', 'postgres']);
});

test('a commit is on the disk before it is acknowledged', async () => {
  const db = await openDatabase({ kind: 'embedded', directory: copy(), schema });
  assert.deepEqual(
    await db.rows(
      "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes', 'wal_sync_method') ORDER BY 1",
    ),
    [
      { name: 'fsync', setting: 'on' },
      { name: 'full_page_writes', setting: 'on' },
      { name: 'synchronous_commit', setting: 'on' },
      { name: 'wal_sync_method', setting: 'fsync' },
    ],
  );
  assert.match(db.name, new RegExp(`PostgreSQL ${POSTGRES_MAJOR}\\.`));
  const sync = mock.method(fs, 'fsyncSync');
  syncBuiltinESMExports();
  for (let n = 1; n <= 5; n++) {
    await db.transaction((tx) => tx.run('INSERT INTO rights VALUES (:n::int8)', { n }));
    assert.ok(sync.mock.callCount() >= n, `${sync.mock.callCount()} syncs for ${n} commits`);
  }
  sync.mock.restore();
  syncBuiltinESMExports();
  await db.close();
});

test('a commit that the disk refused is not acknowledged', async () => {
  const directory = copy();
  const db = await openDatabase({ kind: 'embedded', directory, schema });
  const sync = mock.method(fs, 'fsyncSync', () => {
    throw Object.assign(new Error('EIO'), { code: 'EIO' });
  });
  syncBuiltinESMExports();
  try {
    const writing = db.transaction((tx) => tx.run('INSERT INTO rights VALUES (1)'));
    await assert.rejects(writing, { code: 'outcome-unknown' });
    await assert.rejects(db.rows('SELECT 1'), { code: 'database-unreachable' });
  } finally {
    sync.mock.restore();
    syncBuiltinESMExports();
  }
  await db.close();
  await (await openDatabase({ kind: 'embedded', directory, schema })).close();
});

test('neither the write-ahead log nor the dead rows grow without end', async () => {
  const directory = copy();
  const db = await openDatabase({ kind: 'embedded', directory, schema });
  const wal = join(directory, 'postgres', 'pg_wal');
  const bytes = () => readdirSync(wal).reduce((sum, name) => sum + statSync(join(wal, name)).size, 0);
  for (let i = 0; i < 320; i++)
    await db.transaction((tx) => tx.run("UPDATE lefts SET text = repeat('x', 1000) || :i::int4", { i }));
  assert.ok(bytes() < 400e6, `${bytes()} bytes`);
  const [table] = await db.rows<{ bytes: number }>("SELECT pg_relation_size('lefts')::float8 AS bytes");
  assert.ok((table?.bytes ?? 1e9) < 150e6, `${table?.bytes} bytes of dead rows`);
  await db.close();
});

/** A small disk of its own, or why there can be none. */
function mountSmall(directory: string): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0) return 'only root may mount a small disk';
  mkdirSync(directory);
  const done = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${SMALL_DISK_BYTES}`, 'tmpfs', directory]);
  return done.status === 0 ? undefined : 'no small disk can be mounted here';
}
const SMALL_DISK_BYTES = 90_000_000;
const small = join(work, 'small');

test('a disk that is full stops changes, keeps what was acknowledged, and goes on when there is room', async (t) => {
  const why = mountSmall(small);
  if (why !== undefined) return t.skip(why);
  try {
    const place = { kind: 'embedded', directory: join(small, 'db'), schema } as const;
    const stuffing = join(small, 'stuffing');
    const fill = () =>
      assert.throws(() => writeFileSync(stuffing, Buffer.alloc(SMALL_DISK_BYTES)), { code: 'ENOSPC' });
    const db = await openDatabase(place);
    await db.transaction((tx) => tx.run('INSERT INTO rights VALUES (0)'));
    fill();
    const grow = db.transaction((tx) =>
      tx.run('INSERT INTO lefts SELECT n, n FROM generate_series(1, 90000) AS n'),
    );
    await assert.rejects(grow, { code: 'no-disk' });
    assert.deepEqual(await numbersIn(db, 'rights'), [0]);
    assert.deepEqual(await numbersIn(db, 'lefts'), []);

    // And under the write-ahead log, where PostgreSQL can only stop.
    let acknowledged = 0;
    const log = async () => {
      for (let n = 1; n < 60; n++) {
        await db.transaction(async (tx) => {
          await tx.run('UPDATE rights SET n = :n::int4', { n });
          await tx.rows("SELECT pg_logical_emit_message(true, 'x', repeat('x', 1000000))");
        });
        acknowledged = n;
      }
    };
    await assert.rejects(log(), {
      code: /^(outcome-unknown|database-unreachable)$/,
      message: /the disk is full/,
    });
    await assert.rejects(db.rows('SELECT 1'), { code: 'database-unreachable', message: /the disk is full/ });
    await db.close();
    await assert.rejects(openDatabase(place), { code: 'no-disk' });
    rmSync(stuffing);
    const again = await openDatabase(place);
    const [last] = await numbersIn(again, 'rights');
    assert.ok(last === acknowledged || last === acknowledged + 1, `${last} of ${acknowledged}`);
    await again.close();
    assert.equal(spawnSync('umount', [small]).status, 0, 'a file is still open');
  } finally {
    spawnSync('umount', ['--lazy', small]);
  }
});

describe('a damaged folder', () => {
  const inside = (directory: string, ...names: string[]) => join(directory, 'postgres', ...names);
  const DAMAGES: readonly (readonly [string, (directory: string) => void])[] = [
    ['without its control file', (d) => rmSync(inside(d, 'global', 'pg_control'))],
    ['with an empty control file', (d) => truncateSync(inside(d, 'global', 'pg_control'), 0)],
    [
      'with noise for a control file',
      (d) => writeFileSync(inside(d, 'global', 'pg_control'), Buffer.alloc(8192, 7)),
    ],
    ['without its shared tables', (d) => rmSync(inside(d, 'global'), { recursive: true })],
    ['without its write-ahead log', (d) => rmSync(inside(d, 'pg_wal'), { recursive: true })],
    ['without its tables', (d) => rmSync(inside(d, 'base'), { recursive: true })],
  ];
  for (const [what, damage] of DAMAGES) {
    test(`${what} is said to be damaged`, async () => {
      const directory = copy();
      damage(directory);
      await assert.rejects(
        openDatabase({ kind: 'embedded', directory, schema }),
        (error: ForthrightError) => {
          assert.equal(error.code, 'data-folder-unreadable', error.message);
          assert.match(error.message, /damaged/);
          return true;
        },
      );
      // And its lock has been let go.
      await assert.rejects(openDatabase({ kind: 'embedded', directory, schema }), {
        code: 'data-folder-unreadable',
      });
    });
  }

  test('whose table was overwritten refuses what reads it, and lives on', async () => {
    const directory = copy();
    const db = await openDatabase({ kind: 'embedded', directory, schema });
    const [file] = await db.rows<{ path: string }>("SELECT pg_relation_filepath('lefts') AS path");
    await db.close();
    const path = inside(directory, file?.path ?? '');
    writeFileSync(path, Buffer.alloc(statSync(path).size, 7));
    const again = await openDatabase({ kind: 'embedded', directory, schema });
    await assert.rejects(again.rows('SELECT * FROM lefts'), { code: 'database-refused', message: /XX001/ });
    assert.deepEqual(await numbersIn(again, 'rights'), []);
    await again.close();
  });
});
