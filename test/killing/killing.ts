/** For tests: kill -9 in the midst of every operation that changes something. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdir } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Order, Report } from './process.ts';

/** What `npm run soak` does. */
export const SOAK_KILLS = 200;

/** Of 200 kills on a busy machine 152 fell within the operation, the others just behind it. */
const LONGEST_DELAY_MS = 60;
const BEFORE = 3;
const FIRST_AT = Date.parse('2026-11-22T10:00:00Z');
/** More than any round uses up. */
const ROUND_MS = 1000 * 3_600_000;

export type KillSettings = Readonly<{
  rounds: number;
  seed: number;
  folder: string;
  url?: string | undefined;
  /** Who does the deeds, and their names. */
  child: URL;
  names: readonly string[];
}>;
export type Killed = Readonly<{ acknowledged: number; within: ReadonlyMap<string, number> }>;

/** Those that are killed under another name: as the function by which they change anything. */
export const KILLED_AS: Readonly<Record<string, string>> = {
  export: 'export-incident',
};

/** Numbers from 0 to 1 that are the same in every run. */
function randomly(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

type Round = Readonly<{ reports: readonly Report[]; wasWithin: boolean }>;

async function round(program: URL, order: Order, delayMs: number): Promise<Round> {
  const child = fork(program, [], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  const reports: Report[] = [];
  let words = '';
  child.stderr?.on('data', (piece: Buffer) => {
    words += piece.toString();
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const reached = new Promise<void>((resolve) => {
    child.on('message', (rawReport) => {
      const report = rawReport as Report;
      reports.push(report);
      if (report.say === 'doing' && report.isTarget) resolve();
    });
  });
  child.send(order);
  const isReached = await Promise.race([reached.then(() => true), exited.then(() => false)]);
  assert.ok(isReached, `The process ended by itself (seed and round above): ${words}`);
  if (delayMs > 0) await sleep(delayMs);
  child.kill('SIGKILL');
  await exited;
  assert.equal(words, '', 'a deed failed');
  return { reports, wasWithin: reports.at(-1)?.say === 'doing' };
}

/**
 * Kills a process `rounds` times, each time in another operation, at a random moment after it began. Each next
 * process finds no deed without its entry, no entry without its deed, every acknowledged one, and a register that
 * goes on by itself (but for one whose folder was being taken away).
 */
export async function killInEveryDeed({
  rounds,
  seed,
  folder,
  url,
  child,
  names,
}: KillSettings): Promise<Killed> {
  await mkdir(folder, { recursive: true });
  const random = randomly(seed);
  const pick = (): string => names[Math.floor(random() * names.length)] ?? '';
  const acknowledged: number[] = [];
  const within = new Map<string, number>();
  let last = '';
  const look = (report: Report | undefined, at: string): void => {
    assert.ok(report?.say === 'looked', at);
    assert.deepEqual(report.wrong, [], at);
    assert.ok(!report.wasStopped || last === 'continue-register', `${at}: the register was stopped`);
  };
  for (let n = 0; n <= rounds; n += 1) {
    const target = names[(n + seed) % names.length] ?? '';
    const before = Array.from({ length: BEFORE }, pick).filter((name) => name !== target);
    const at = `seed ${seed}, round ${n}, after a kill in ${last}, on the way to ${target}`;
    const delay = Math.floor(random() ** 2 * LONGEST_DELAY_MS);
    const { reports, wasWithin } = await round(
      child,
      { folder, url, at: FIRST_AT + n * ROUND_MS, target, before, acknowledged },
      delay,
    );
    look(reports[0], at);
    for (const report of reports)
      if (report.say === 'done' && report.entry !== undefined) acknowledged.push(report.entry);
    // The round after the last kill only looks.
    if (wasWithin && n < rounds) within.set(target, (within.get(target) ?? 0) + 1);
    last = target;
  }
  return { acknowledged: acknowledged.length, within };
}
