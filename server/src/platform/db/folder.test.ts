/** One process per data folder: real processes, real kills. */
import assert from 'node:assert/strict';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { hostname, tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, describe, test } from 'node:test';
import type { ErrorCode, ForthrightError } from '@forthright/contract';
import { FolderLock, LOCK, OWNER, type Owner, readOwner } from './folder.ts';
import { openDatabase } from './index.ts';
import type { Report } from './testing.child.ts';
import { Other } from './testing.ts';

const ROUNDS = 20;
const RACERS = 8;

const work = mkdtempSync(join(tmpdir(), 'forthright-folder-'));
const others: Other[] = [];
let made = 0;
const fresh = () => {
  const directory = join(work, String(++made));
  mkdirSync(directory);
  return directory;
};
async function start(): Promise<Other> {
  const other = await Other.start();
  others.push(other);
  return other;
}
afterEach(async () => {
  await Promise.all(others.splice(0).map((other) => other.kill()));
});
after(() => rmSync(work, { recursive: true, force: true }));

const refuses = (promise: Promise<unknown>, code: ErrorCode, words: RegExp = /./) =>
  assert.rejects(promise, (error: ForthrightError) => {
    assert.equal(error.code, code, error.message);
    assert.match(error.message, words);
    return true;
  });
const schema = { migrations: [], program: 'Forthright test' };
const winners = (reports: readonly Report[]) => reports.filter((report) => report.say === 'got it').length;

async function race(racers: readonly Other[], directory: string): Promise<Report[]> {
  const at = Date.now() + 50;
  for (const racer of racers) racer.tell({ do: 'lock', directory, at });
  return Promise.all(racers.map((racer) => racer.next()));
}

function isRefusal(report: Report | undefined, directory: string, pid: number): void {
  assert.ok(report?.say === 'refused', JSON.stringify(report));
  assert.equal(report.code, 'data-folder-in-use', report.message);
  assert.ok(report.message.includes(directory), report.message);
  assert.ok(report.message.includes(`process ${pid} `), report.message);
  assert.match(report.message, /end it first/);
}

describe('the lock', () => {
  test(`of ${RACERS} processes in ${ROUNDS} races exactly one wins, and the others name it; kill -9 frees at once`, async () => {
    const directory = fresh();
    const racers = await Promise.all(Array.from({ length: RACERS }, start));
    for (let round = 0; round < ROUNDS; round++) {
      const reports = await race(racers, directory);
      assert.equal(winners(reports), 1, JSON.stringify(reports));
      const best = reports.findIndex((report) => report.say === 'got it');
      const winner = racers[best];
      assert.ok(winner);
      for (const [i, report] of reports.entries()) if (i !== best) isRefusal(report, directory, winner.pid);
      if (round % 2 === 0) {
        winner.tell({ do: 'let go' });
        assert.equal((await winner.next()).say, 'let go');
      } else {
        await winner.kill();
        racers[best] = await start();
      }
    }
    const own = await FolderLock.take(directory);
    await own.release();
    assert.deepEqual(readdirSync(directory), [LOCK]);
  });

  test('this very process gets it once, and again when it has let go', async () => {
    const directory = fresh();
    const first = await FolderLock.take(directory);
    await refuses(FolderLock.take(join(directory, '.')), 'data-folder-in-use', /\(this one\)/);
    assert.equal((await readOwner(directory))?.pid, process.pid);
    await first.release();
    await first.release();
    assert.equal(await readOwner(directory), undefined);
    const second = await FolderLock.take(directory);
    await second.announce('http://127.0.0.1:4000');
    assert.equal((await readOwner(directory))?.address, 'http://127.0.0.1:4000');
    await refuses(FolderLock.take(directory), 'data-folder-in-use', /at http:\/\/127\.0\.0\.1:4000/);
    await second.release();
  });

  test('a second try of this process, and reading the owner, do not let the lock go', async () => {
    const directory = fresh();
    const lock = await FolderLock.take(directory);
    await refuses(FolderLock.take(directory), 'data-folder-in-use');
    // Without it only the lock itself keeps others out.
    rmSync(join(directory, OWNER));
    const [report] = await race([await start()], directory);
    assert.ok(report?.say === 'refused' && report.code === 'data-folder-in-use', JSON.stringify(report));
    assert.match(report.message, /has not said its number/);
    await lock.release();
  });

  test('who was killed is no owner, though its file still says so', async () => {
    const directory = fresh();
    const other = await start();
    await race([other], directory);
    assert.equal((await readOwner(directory))?.pid, other.pid);
    await other.kill();
    assert.ok(existsSync(join(directory, OWNER)));
    assert.equal(await readOwner(directory), undefined);
  });

  const alive: Owner = { pid: process.ppid, host: hostname(), since: '2026-01-01T00:00:00.000Z' };
  const STALE: readonly (readonly [string, string])[] = [
    [
      'of this process, which has its number after a reboot',
      JSON.stringify({ ...alive, pid: process.pid, process: 'x y 1' }),
    ],
    [
      'with a number that another process has by now',
      JSON.stringify({ ...alive, process: 'boot pid:[1] 17' }),
    ],
    ['without a mark, with a number that is taken', JSON.stringify(alive)],
    ['of another machine', JSON.stringify({ ...alive, host: 'elsewhere' })],
    ['with a number that nobody has', JSON.stringify({ ...alive, pid: 2 ** 30 })],
    ['cut short', '{"pid": 1'],
    ['that is empty', ''],
    ['of hostile content', '{"pid": -1, "host": {}, "process": []}'],
    ['that is null', 'null'],
  ];
  for (const [what, text] of STALE) {
    test(`a stale owner file ${what} keeps nobody out`, async () => {
      const directory = fresh();
      writeFileSync(join(directory, OWNER), text);
      assert.equal(await readOwner(directory), undefined);
      const lock = await FolderLock.take(directory);
      assert.equal((JSON.parse(readFileSync(join(directory, OWNER), 'utf8')) as Owner).pid, process.pid);
      await lock.release();
    });
  }

  test('who removes the lock file does not get in while the owner lives', {
    skip: process.platform !== 'linux' && 'only Linux tells one process from another with the same number',
  }, async () => {
    const directory = fresh();
    const other = await start();
    await race([other], directory);
    rmSync(join(directory, LOCK));
    await refuses(FolderLock.take(directory), 'data-folder-in-use', new RegExp(`process ${other.pid} `));
    await other.kill();
    await (await FolderLock.take(directory)).release();
  });

  test('a lock file that is something else is said to be so', async () => {
    const directory = fresh();
    writeFileSync(
      join(directory, LOCK),
      'something that an administrator wrote here, long enough to be read as a page',
    );
    await refuses(FolderLock.take(directory), 'data-folder-unreadable', /lock must be empty/);
  });
});

describe('the folder', () => {
  test('two processes that open it at the same instant: one makes the database, the other is told who', async () => {
    const directory = join(work, 'not', 'yet', 'there');
    const pair = await Promise.all([start(), start()]);
    const at = Date.now() + 50;
    for (const one of pair) one.tell({ do: 'open', options: { kind: 'embedded', directory, schema }, at });
    const reports = await Promise.all(pair.map((one) => one.next()));
    assert.equal(winners(reports), 1, JSON.stringify(reports));
    const [first, second] = pair;
    const isFirst = reports[0]?.say === 'got it';
    isRefusal(reports[isFirst ? 1 : 0], directory, (isFirst ? first : second)?.pid ?? 0);
    await (isFirst ? first : second)?.kill();
    const db = await openDatabase({ kind: 'embedded', directory, schema });
    await db.announce('http://127.0.0.1:4001');
    assert.equal((await readOwner(directory))?.address, 'http://127.0.0.1:4001');
    await db.close();
    assert.deepEqual(readdirSync(directory).sort(), [LOCK, 'postgres']);
  });

  test('a folder that can not be made is said to be so', async () => {
    const directory = join(fresh(), 'file');
    writeFileSync(directory, '');
    for (const place of [directory, join(directory, 'below')])
      await refuses(
        openDatabase({ kind: 'embedded', directory: place, schema }),
        'data-folder-unreadable',
        /EEXIST|ENOTDIR/,
      );
  });

  test('a folder of somebody else is left alone', async () => {
    const directory = fresh();
    writeFileSync(join(directory, 'letters.txt'), '');
    await refuses(
      openDatabase({ kind: 'embedded', directory, schema }),
      'data-folder-unreadable',
      /letters\.txt/,
    );
    assert.deepEqual(readdirSync(directory), ['letters.txt']);
  });

  test('a database of another version of PostgreSQL is named', async () => {
    const directory = fresh();
    mkdirSync(join(directory, 'postgres'));
    await refuses(
      openDatabase({ kind: 'embedded', directory, schema }),
      'data-folder-unreadable',
      /PG_VERSION is missing/,
    );
    writeFileSync(join(directory, 'postgres', 'PG_VERSION'), '17\n');
    await refuses(
      openDatabase({ kind: 'embedded', directory, schema }),
      'data-folder-unreadable',
      /PostgreSQL 17, this program has 18/,
    );
    assert.deepEqual(readdirSync(directory).sort(), [LOCK, 'postgres']);
  });
});
