/** Upkeep by the clock, over real records. */
import assert from 'node:assert/strict';
import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseCheckpoint, parseVerifierKey, signedBy } from '@forthright/register';
import { type Postgres, startPostgres, whyNoPostgres } from '../../../test/peers/postgres.ts';
import { type Db, openDatabase, readMigrations } from '../platform/db/index.ts';
import { openReady } from '../platform/db/ready.ts';
import type { Runner } from '../platform/queue/index.ts';
import { type Asked, continueRegister, deed, record, registerKeys } from '../prove/index.ts';
import { MIGRATIONS, openRecords } from '../serve.ts';
import { startWorker } from './index.ts';

const work = mkdtempSync(join(tmpdir(), 'forthright-worker-'));
after(() => rmSync(work, { recursive: true, force: true }));

const schema = { migrations: await readMigrations(...MIGRATIONS), program: 'Forthright test' };
const noPostgres = whyNoPostgres();
const HOUR_MS = 3_600_000;
let folders = 0;

for (const engine of ['PGlite', 'PostgreSQL'] as const)
  describe(`upkeep on ${engine}`, { skip: engine === 'PostgreSQL' ? (noPostgres ?? false) : false }, () => {
    test('once an hour by the clock a checkpoint is published, one of all workers makes it, and a stopped register makes none', async () => {
      folders += 1;
      const data = join(work, `data${folders}`);
      const postgres: Postgres | undefined = engine === 'PostgreSQL' ? await startPostgres() : undefined;
      const open = () =>
        postgres === undefined
          ? openReady(join(data, 'records'), schema)
          : openDatabase({ kind: 'server', url: postgres.url, schema });
      let nowMs = Date.parse('2026-11-22T10:20:00Z');
      const now = () => new Date(nowMs);
      const log = () => {};
      const start = (db: Db) =>
        startWorker({ db, now, log, data, outbound: { allowPrivate: false }, upkeep, pollMs: 20 });
      let upkept = 0;
      const upkeep = async () => {
        upkept += 1;
      };
      const file = join(data, 'public', 'checkpoint');
      const size = () =>
        existsSync(file) ? parseCheckpoint(readFileSync(file, 'utf8'), 'checkpoint').size : 0;
      const until = async (wanted: number) => {
        for (let n = 0; size() !== wanted; n++) {
          assert.ok(n < 2400, `${size()} entries are published, ${wanted} are due`);
          await sleep(25);
        }
      };
      const checkpoints = async (db: Db) =>
        (await db.rows<{ n: number }>('SELECT count(*)::int4 AS n FROM register_checkpoints'))[0]?.n;
      let db = await open();
      let workers: Runner[] = [];
      try {
        await openRecords(db, data, now);
        const asked: Asked = {
          db,
          now,
          actor: { id: 'usr_ada', account: 'usr_ada', roles: [], via: 'session' },
        };
        await deed(asked, (tx) => record(tx, { kind: 'told' }));
        workers = [await start(db), await start(db)];
        await until(32);
        nowMs += HOUR_MS / 2;
        await sleep(150);
        assert.equal(size(), 32, 'before the hour was over');
        nowMs += HOUR_MS / 2;
        await until(64);
        // Nothing happened at all.
        nowMs += HOUR_MS;
        await until(96);
        assert.equal(await checkpoints(db), 3);
        const [key] = await registerKeys(asked);
        const vkey = parseVerifierKey(key?.vkey ?? '', 'key');
        const { note } = parseCheckpoint(readFileSync(file, 'utf8'), 'checkpoint');
        assert.equal(signedBy(note, vkey).kind, 'signed');
        assert.ok(existsSync(join(data, 'public', 'tile', '0', '000.p', '96')));
        const [grown] = await db.rows<{ size: bigint }>('SELECT size FROM register_log');
        assert.equal(grown?.size, 96n, 'fillers only as far as the checkpoint');

        // After a restart: the hour has its checkpoint already, but the files are gone.
        for (const { stop } of workers) await stop();
        await db.close();
        rmSync(join(data, 'public'), { recursive: true });
        db = await open();
        assert.equal((await openRecords(db, data, now)).kind, 'open');
        workers = [await start(db)];
        await until(96);
        assert.equal(await checkpoints(db), 3);

        // An older state was put back: nothing is published until a person has decided.
        for (const { stop } of workers) await stop();
        rmSync(join(data, 'register', 'register-head.json'));
        assert.equal((await openRecords(db, data, now)).kind, 'stopped');
        workers = [await start(db)];
        nowMs += 3 * HOUR_MS;
        await sleep(200);
        assert.equal(size(), 96);
        await continueRegister({ ...asked, db }, 'The folder was lost.');
        await until(128);
        assert.ok(upkept >= 4, 'what other stages have to do goes with each');
      } finally {
        for (const { stop } of workers) await stop();
        await db.close();
        await postgres?.stop();
      }
    });
  });
