/** The queue on PGlite and on a real PostgreSQL: the same cases. */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ForthrightError } from '@forthright/contract';
import { type Postgres, startPostgres, whyNoPostgres } from '../../../../test/peers/postgres.ts';
import type { Db } from '../db/index.ts';
import {
  addJob,
  cancelJob,
  endJob,
  failJob,
  findJob,
  type Handler,
  type Held,
  type Job,
  jobEvents,
  listJobs,
  type NewJob,
  type RunnerOptions,
  runJobs,
} from './index.ts';
import { leaveLine, openQueue, type Where } from './testing.ts';

const work = mkdtempSync(join(tmpdir(), 'forthright-queue-'));
const children = new Set<ChildProcess>();
let postgres: Postgres | undefined;
const noPostgres = whyNoPostgres();

before(async () => {
  if (noPostgres === undefined) postgres = await startPostgres();
});
after(async () => {
  for (const child of children) child.kill('SIGKILL');
  await postgres?.stop();
  rmSync(work, { recursive: true, force: true });
});

const COUNT: NewJob = { kind: 'count', input: { a: 1 }, mostAttempts: 3, by: 'usr_ada' };
const AT = new Date('2026-11-22T10:00:00Z');
let databases = 0;

/** A database of one test alone. */
function newPlace(engine: string): Where {
  databases += 1;
  if (engine === 'PGlite') return { directory: join(work, `d${databases}`) };
  postgres?.run(`CREATE DATABASE q${databases}`);
  const url = new URL(postgres?.url ?? '');
  url.pathname = `/q${databases}`;
  return { url: url.href };
}

const add = (db: Db, job: Partial<NewJob> = {}, at = new Date()): Promise<string> =>
  db.transaction(async (tx) => (await addJob(tx, { ...COUNT, ...job }, at)) ?? assert.fail('not added'));

async function until<T>(what: () => Promise<T | undefined | false>): Promise<T> {
  for (let n = 0; n < 2400; n++) {
    const found = await what();
    if (found !== undefined && found !== false) return found;
    await sleep(25);
  }
  throw new Error('It did not come to that within a minute.');
}

const ended = (db: Db, id: string, state: Job['state'] = 'done') =>
  until(async () => {
    const job = await findJob(db, id);
    return job?.state === state && job;
  });

const lines = (db: Db) => db.rows<{ job: string }>('SELECT job FROM finished');

function startChild(
  where: Where,
): Readonly<{ child: ChildProcess; ready: Promise<void>; begun: (n: number) => Promise<void> }> {
  const child = fork(new URL('./testing.child.ts', import.meta.url), []);
  children.add(child);
  let count = 0;
  let wake = () => {};
  const ready = Promise.withResolvers<void>();
  child.on('message', (rawSaid) => {
    if (rawSaid === 'ready') return ready.resolve();
    count += 1;
    wake();
  });
  child.send(where);
  return {
    child,
    ready: ready.promise,
    begun: async (n) => {
      while (count < n)
        await new Promise<void>((resolve) => {
          wake = resolve;
        });
    },
  };
}

async function kill(child: ChildProcess): Promise<void> {
  const exited = new Promise((resolve) => child.once('exit', resolve));
  child.kill('SIGKILL');
  await exited;
}

for (const engine of ['PGlite', 'PostgreSQL'] as const) {
  const skip = engine === 'PostgreSQL' ? (noPostgres ?? false) : false;
  describe(`queue on ${engine}`, { skip }, () => {
    let shared: Db | undefined;
    after(() => shared?.close());
    /** Runs `use` over empty tables, with what it starts ended after it. */
    const over =
      (
        use: (
          db: Db,
          start: (options: Partial<RunnerOptions>) => Promise<() => Promise<void>>,
        ) => Promise<void>,
      ) =>
      async () => {
        shared ??= await openQueue(newPlace(engine));
        const db = shared;
        await db.transaction((tx) => tx.run('TRUNCATE jobs, job_events, finished'));
        const stops: (() => Promise<void>)[] = [];
        try {
          await use(db, async (options) => {
            const runner = await runJobs({
              db,
              now: () => new Date(),
              log: () => {},
              lanes: [],
              pollMs: 20,
              ...options,
            });
            stops.push(runner.stop);
            return runner.stop;
          });
        } finally {
          for (const stop of stops) await stop();
        }
      };
    const one = (handler: Handler, atOnce = 1) => [{ handlers: { count: handler }, atOnce }];

    test(
      'there is the job if there is the deed, and its end is one transaction with what it did',
      over(async (db, start) => {
        const failed = db.transaction(async (tx) => {
          await addJob(tx, COUNT, AT);
          throw new Error('the deed failed');
        });
        await assert.rejects(failed, /the deed failed/);
        assert.deepEqual(await listJobs(db, { subjects: [null], most: 10 }), []);

        const id = await add(db, { subject: 'inc_a' });
        await start({ lanes: one(leaveLine(db, async () => {})) });
        const job = await ended(db, id);
        assert.equal(job.attempt, 1);
        assert.deepEqual(job.input, { a: 1 });
        assert.deepEqual(await lines(db), [{ job: id }]);
        const events = await jobEvents(db, id, 0);
        assert.deepEqual(
          events.map(({ number, state }) => [number, state]),
          [
            [1, 'waiting'],
            [2, 'running'],
            [3, 'done'],
          ],
        );
        assert.equal((await jobEvents(db, id, 2)).length, 1);
        assert.equal((await listJobs(db, { subjects: ['inc_b', null], most: 10 })).length, 0);
        assert.equal((await listJobs(db, { subjects: ['inc_a'], most: 10 })).length, 1);
      }),
    );

    test('killed again and again, it loses no job and ends none twice', async () => {
      const where = newPlace(engine);
      const JOBS = 24;
      let db = await openQueue(where);
      const ids: string[] = [];
      const addMore = async () => {
        for (let n = 0; n < JOBS; n++) ids.push(await add(db, { mostAttempts: 20 }));
      };
      await addMore();
      if (engine === 'PGlite') await db.close();
      for (const afterSo of [1, 4, 6]) {
        // On a server two work at once, and only one of them is killed.
        const killed = startChild(where);
        const other = engine === 'PostgreSQL' ? startChild(where) : undefined;
        await killed.ready;
        await other?.ready;
        // Whichever was there first may have left the other no job.
        if (other !== undefined) await addMore();
        await killed.begun(afterSo);
        await kill(killed.child);
        if (other !== undefined) {
          await other.begun(1);
          await kill(other.child);
        }
      }
      if (engine === 'PGlite') db = await openQueue(where);
      const begun = await listJobs(db, { subjects: [null], most: 100 });
      const lost = begun.filter(({ state }) => state === 'running').length;
      assert.ok(lost > 0, 'no kill came in the midst of a job');
      const runner = await runJobs({
        db,
        now: () => new Date(),
        log: () => {},
        lanes: [{ handlers: { count: leaveLine(db, async () => {}) }, atOnce: 3 }],
        pollMs: 20,
      });
      for (const id of ids) await ended(db, id);
      await runner.stop();
      const left = (await lines(db)).map(({ job }) => job);
      assert.deepEqual(left.sort(), ids.sort());
      await db.close();
    });

    test(
      'as many at once as a lane has hands, and of one turn never two',
      over(async (db, start) => {
        let [now, most] = [0, 0];
        const atTurn = new Map<string, number>();
        const handler: Handler = {
          run: async (job) => {
            now += 1;
            most = Math.max(most, now);
            const turn = String(job.input.turn);
            atTurn.set(turn, (atTurn.get(turn) ?? 0) + 1);
            assert.ok(turn === 'none' || atTurn.get(turn) === 1, 'two of one turn');
            // Until a lane's other hands are there as well.
            for (let n = 0; n < 50 && most < 3; n += 1) await sleep(40);
            atTurn.set(turn, (atTurn.get(turn) ?? 0) - 1);
            now -= 1;
          },
        };
        const ids = [];
        for (let n = 0; n < 4; n++) ids.push(await add(db, { input: { turn: 'none' } }));
        for (let n = 0; n < 3; n++) ids.push(await add(db, { turn: 'b', input: { turn: 'b' } }));
        const lanes = () => one(handler, 3);
        await start({ lanes: lanes() });
        // A second worker on the same records: jobs of one turn still come one after the other.
        if (engine === 'PostgreSQL') await start({ lanes: lanes() });
        for (const id of ids) assert.equal((await ended(db, id)).attempt, 1);
        const [least, largest] = engine === 'PostgreSQL' ? [3, 6] : [3, 3];
        assert.ok(most >= least && most <= largest, String(most));
      }),
    );

    test(
      'what is passing is tried again after a pause, so often and no oftener; what is not fails at once',
      over(async (db, start) => {
        let nowMs = AT.getTime();
        let tries = 0;
        const failing = (code: 'no-disk' | 'file-missing'): Handler => ({
          run: async () => {
            tries += 1;
            throw new ForthrightError(code, 'not now');
          },
        });
        const lanes = [{ handlers: { a: failing('no-disk'), b: failing('file-missing') }, atOnce: 1 }];
        await start({ lanes, now: () => new Date(nowMs) });
        const passing = await add(db, { kind: 'a' }, AT);
        const waits = async (attempt: number) =>
          until(async () => {
            const job = await findJob(db, passing);
            return job?.state === 'waiting' && job.attempt === attempt && job;
          });
        const first = await waits(1);
        assert.equal(first.code, 'no-disk');
        assert.equal(first.due.getTime() - nowMs, 10_000);
        await sleep(100);
        assert.equal(tries, 1, 'it did not wait');
        nowMs += 10_000;
        assert.equal((await waits(2)).due.getTime() - nowMs, 40_000);
        nowMs += 40_000;
        const job = await ended(db, passing, 'failed');
        assert.deepEqual([job.attempt, job.code, tries], [3, 'no-disk', 3]);

        const id = await add(db, { kind: 'b' }, AT);
        assert.deepEqual((await ended(db, id, 'failed')).code, 'file-missing');
        assert.equal(tries, 4);
      }),
    );

    test(
      'a job whose holder never comes back is given up after so many times, and said to be',
      over(async (db, start) => {
        const id = await add(db, { mostAttempts: 1 });
        await db.transaction((tx) =>
          tx.run(`UPDATE jobs SET state = 'running', attempt = 1, lease_until = clock_timestamp()`),
        );
        let runs = 0;
        let given: unknown;
        const handler: Handler = {
          run: async () => {
            runs += 1;
          },
          fail: async (job, code) => {
            given = [job.id, code];
            await db.transaction(async (tx) => {
              await tx.run('INSERT INTO finished VALUES (:id::text)', { id: job.id });
              await failJob(tx, job, AT, code);
            });
          },
        };
        await start({ lanes: one(handler) });
        const job = await ended(db, id, 'failed');
        assert.equal(job.code, 'job-abandoned');
        assert.deepEqual(given, [id, 'job-abandoned']);
        assert.equal(runs, 0);
        assert.equal((await lines(db)).length, 1);
      }),
    );

    test(
      'a job that is cancelled while it runs is told so, and what it had not ended is not kept',
      over(async (db, start) => {
        let late: unknown;
        const handler: Handler = {
          run: async (job, { signal }) => {
            await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
            const tooLate = db.transaction(async (tx) => {
              await tx.run('INSERT INTO finished VALUES (:id::text)', { id: job.id });
              await endJob(tx, job, AT);
            });
            late = await tooLate.catch((error) => error.code);
          },
        };
        const id = await add(db);
        const waiting = await add(db);
        await start({ lanes: one(handler) });
        await ended(db, id, 'running');
        assert.equal(await db.transaction((tx) => cancelJob(tx, id, AT)), true);
        await until(async () => late !== undefined);
        assert.equal(late, 'interrupted');
        assert.equal((await ended(db, id, 'cancelled')).state, 'cancelled');
        assert.equal(await db.transaction((tx) => cancelJob(tx, id, AT)), false);
        assert.equal(await db.transaction((tx) => cancelJob(tx, waiting, AT)), true);
        assert.deepEqual(await lines(db), []);
        assert.deepEqual((await jobEvents(db, id, 0)).at(-1)?.state, 'cancelled');
      }),
    );

    test(
      'whoever lost a job to another can not end it',
      over(async (db, start) => {
        const id = await add(db);
        let old: Held | undefined;
        const stop = await start({
          lanes: one({
            run: async (job, { signal }) => {
              old ??= job;
              await new Promise((resolve) => signal.addEventListener('abort', resolve, { once: true }));
              signal.throwIfAborted();
            },
          }),
        });
        await ended(db, id, 'running');
        await stop();
        const put = await findJob(db, id);
        assert.deepEqual(
          [put?.state, put?.attempt],
          ['waiting', 0],
          'to be ended by the program counts as no try',
        );
        await db.transaction((tx) =>
          tx.run(
            `UPDATE jobs SET state = 'running', attempt = 2, lease_until = clock_timestamp() + interval '1 hour'`,
          ),
        );
        const held = old ?? assert.fail('nobody held it');
        await assert.rejects(
          db.transaction((tx) => endJob(tx, held, AT)),
          { code: 'interrupted' },
        );
        assert.equal((await findJob(db, id))?.state, 'running');
      }),
    );

    test(
      'a schedule gives one job an hour by the clock, however many look, and of an hour that nobody saw none',
      over(async (db, start) => {
        let nowMs = AT.getTime();
        const options = {
          lanes: [{ handlers: { hourly: leaveLine(db, async () => {}) }, atOnce: 1 }],
          schedules: [{ kind: 'hourly', everyMinutes: 60 }],
          now: () => new Date(nowMs),
        };
        await start(options);
        await start(options);
        const count = async (n: number) => {
          await until(async () => (await lines(db)).length >= n);
          await sleep(120);
          assert.equal((await lines(db)).length, n);
        };
        await count(1);
        nowMs += 59 * 60_000;
        await count(1);
        nowMs += 60_000;
        await count(2);
        nowMs += 5 * 3_600_000;
        await count(3);
      }),
    );

    test(
      'progress is numbered, and a job that nobody may do now waits',
      over(async (db, start) => {
        const id = await add(db, { subject: 'inc_a' });
        let may = false;
        const handler: Handler = {
          run: async (_, { progress }) => {
            progress('reading', 1, 10);
            await sleep(50);
            progress('counting');
            await sleep(50);
          },
        };
        await start({ lanes: one(handler), mayWork: () => may });
        await sleep(150);
        assert.equal((await findJob(db, id))?.state, 'waiting');
        may = true;
        await ended(db, id);
        const events = await jobEvents(db, id, 0);
        assert.deepEqual(
          events.map(({ number, state, step, done, total }) => [number, state, step, done, total]),
          [
            [1, 'waiting', undefined, undefined, undefined],
            [2, 'running', undefined, undefined, undefined],
            [3, 'running', 'reading', 1, 10],
            [4, 'running', 'counting', undefined, undefined],
            [5, 'done', undefined, undefined, undefined],
          ],
        );
      }),
    );
  });
}
