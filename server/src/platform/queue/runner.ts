/** Takes jobs and does them, in this process; others may do the same on the same database. */
import { type ErrorCode, ForthrightError, newId } from '@forthright/contract';
import type { Db } from '../db/index.ts';
import { framesOf, type Log } from '../log.ts';
import {
  CHANNEL,
  endHeld,
  endLeases,
  extendLease,
  forgetEnded,
  insertJob,
  isAnyFree,
  isHeld,
  isKeyKnown,
  noteProgress,
  putBack,
  takeFree,
} from './store.ts';
import type { Held } from './types.ts';

export type How = Readonly<{
  /** Aborted when the job was cancelled, its lease could not be kept, or the program ends. */
  signal: AbortSignal;
  /** Call it as often as you like; `total` undefined when nobody knows. */
  progress: (step: string, done?: number, total?: number) => void;
}>;

export type Handler = Readonly<{
  /**
   * Does the job. It ends it within the transaction of what it did (`endJob`), or returns and has it ended as done.
   * It may be begun again after the process ended in the midst of it.
   */
  run: (job: Held, how: How) => Promise<void>;
  /** Ends it as failed, with whatever else is due then; left out: it is only ended. */
  fail?: (job: Held, code: ErrorCode) => Promise<void>;
}>;

/** Kinds of jobs that share hands: at most `atOnce` of them run in this process at one time. */
export type Lane = Readonly<{ handlers: Readonly<Record<string, Handler>>; atOnce: number }>;

/** A job that is added once in each stretch of this length, counted from 1970, by whichever process comes first. */
export type Schedule = Readonly<{ kind: string; everyMinutes: number }>;

export type RunnerOptions = Readonly<{
  db: Db;
  now: () => Date;
  log: Log;
  lanes: readonly Lane[];
  schedules?: readonly Schedule[];
  /** False while nothing may be done, as when the register is stopped: jobs wait then. */
  mayWork?: () => boolean;
  /** Done before each look for work: what makes jobs of what happened elsewhere. */
  before?: () => Promise<void>;
  /** After so long without a word of its holder, a job is taken over. */
  leaseSeconds?: number;
  pollMs?: number;
}>;

export type Runner = Readonly<{
  /** Lets go of what is under way, so that it is begun again, and waits for that. Safe to call twice. */
  stop: () => Promise<void>;
}>;

const LEASE_SECONDS = 30;
const POLL_MS = 1000;
const PROGRESS_MS = 1000;
const SCHEDULED_ATTEMPTS = 5;
const KEPT_MS = 7 * 86_400_000;
const FIRST_PAUSE_MS = 10_000;
const LONGEST_PAUSE_MS = 3_600_000;

/** What may be otherwise the next time. All else would only fail again. */
const PASSING: ReadonlySet<ErrorCode> = new Set([
  'engine-unreachable',
  'engine-crashed',
  'out-of-memory',
  'no-disk',
  'database-unreachable',
  'database-busy',
  'outcome-unknown',
  'evidence-changed',
]);

/** 10 s, 40 s, 160 s … at most an hour. */
export const pauseMs = (attempt: number): number =>
  Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 4 ** Math.max(0, attempt - 1));

const codeOf = (error: unknown): ErrorCode => (error instanceof ForthrightError ? error.code : 'internal');

/** Begins to take jobs. On an embedded database, which is this process's alone, what ran before is begun anew. */
export async function runJobs(options: RunnerOptions): Promise<Runner> {
  const { db } = options;
  if (db.kind === 'embedded') await endLeases(db);
  const running = new Running(options);
  await running.listen();
  running.look();
  return { stop: () => running.stop() };
}

type UnderWay = Readonly<{ held: Held; abort: AbortController; done: Promise<void> }>;

class Running {
  readonly #options: RunnerOptions;
  readonly #underWay = new Map<Lane, Set<UnderWay>>();
  readonly #slots = new Map<string, number>();
  #timer: NodeJS.Timeout | undefined;
  #looking: Promise<void> | undefined;
  #again = false;
  #stopped: Promise<void> | undefined;
  #unlisten: () => void = () => {};
  #trouble: ErrorCode | undefined;
  #forgottenMs = 0;

  constructor(options: RunnerOptions) {
    this.#options = options;
    for (const lane of options.lanes) this.#underWay.set(lane, new Set());
  }

  async listen(): Promise<void> {
    this.#unlisten = await this.#options.db.listen(CHANNEL, (id) => {
      for (const { held, abort } of this.#all())
        if (id === undefined || held.id === id) void this.#heed(held, abort);
      this.look();
    });
  }

  *#all(): Iterable<UnderWay> {
    for (const set of this.#underWay.values()) yield* set;
  }

  /** Looks for work now, and again in a while. Looks that come together are one. */
  look(): void {
    if (this.#stopped !== undefined) return;
    if (this.#looking !== undefined) {
      this.#again = true;
      return;
    }
    clearTimeout(this.#timer);
    this.#looking = this.#lookOnce().finally(() => {
      this.#looking = undefined;
      if (this.#stopped !== undefined) return;
      const soon = this.#again ? 0 : (this.#options.pollMs ?? POLL_MS);
      this.#again = false;
      this.#timer = setTimeout(() => this.look(), soon);
    });
  }

  async #lookOnce(): Promise<void> {
    const { mayWork = () => true, before, lanes, log } = this.#options;
    if (!mayWork()) return;
    try {
      await this.#schedule();
      await this.#forget();
      await before?.();
      for (const lane of lanes) while (await this.#take(lane));
      this.#trouble = undefined;
    } catch (error) {
      const code = codeOf(error);
      // The database may be away for hours, which need not be said each second.
      if (code !== this.#trouble && this.#stopped === undefined)
        log({ event: 'jobs-not-taken', level: 'error', code, frames: framesOf(error) });
      this.#trouble = code;
    }
  }

  async #schedule(): Promise<void> {
    const { db, now, schedules = [] } = this.#options;
    for (const { kind, everyMinutes } of schedules) {
      const at = now();
      const slot = Math.floor(at.getTime() / (everyMinutes * 60_000));
      if (this.#slots.get(kind) === slot) continue;
      const key = `${kind}/${slot}`;
      if (!(await isKeyKnown(db, key)))
        await db.transaction((tx) =>
          insertJob(
            tx,
            newId('job'),
            { kind, input: {}, turn: kind, key, mostAttempts: SCHEDULED_ATTEMPTS, by: 'program' },
            at,
          ),
        );
      this.#slots.set(kind, slot);
    }
  }

  async #forget(): Promise<void> {
    const { db, now } = this.#options;
    const nowMs = now().getTime();
    if (Math.abs(nowMs - this.#forgottenMs) < 3_600_000) return;
    await forgetEnded(db, new Date(nowMs - KEPT_MS));
    this.#forgottenMs = nowMs;
  }

  async #take(lane: Lane): Promise<boolean> {
    const { db, now, leaseSeconds = LEASE_SECONDS } = this.#options;
    const mine = this.#underWay.get(lane) ?? new Set();
    if (mine.size >= lane.atOnce || this.#stopped !== undefined) return false;
    const kinds = Object.keys(lane.handlers);
    if (!(await isAnyFree(db, kinds, now()))) return false;
    const held = await takeFree(db, { kinds, now: now(), leaseSeconds });
    if (held === undefined) return false;
    const abort = new AbortController();
    const one: UnderWay = {
      held,
      abort,
      done: this.#do(lane, held, abort).finally(() => {
        mine.delete(one);
        this.look();
      }),
    };
    mine.add(one);
    return true;
  }

  /** Never throws: what can't be ended here is taken over when its lease is over. */
  async #do(lane: Lane, held: Held, abort: AbortController): Promise<void> {
    const { leaseSeconds = LEASE_SECONDS, log } = this.#options;
    const timer = setInterval(() => void this.#keep(held, abort), (leaseSeconds * 1000) / 3);
    try {
      const handler = lane.handlers[held.kind];
      if (handler === undefined) throw new Error(`Nobody does ${held.kind}.`);
      await this.#attempt(handler, held, abort.signal);
    } catch (error) {
      log({
        event: 'job-not-ended',
        level: 'error',
        code: codeOf(error),
        frames: framesOf(error),
        job: held.id,
      });
    } finally {
      clearInterval(timer);
    }
  }

  async #attempt(handler: Handler, held: Held, signal: AbortSignal): Promise<void> {
    const { db, now } = this.#options;
    // Whoever had it before ended in the midst of it, each time.
    if (held.attempt > held.mostAttempts) return this.#fail(handler, held, 'job-abandoned');
    const noting = new Noting(db, held, now);
    try {
      await handler.run(held, { signal, progress: (...what) => noting.say(...what) });
    } catch (rawError) {
      await noting.end();
      await this.#afterFailure(handler, held, signal, rawError);
      return;
    }
    await noting.end();
    if (await isHeld(db, held)) await db.transaction((tx) => endHeld(tx, held, { state: 'done', at: now() }));
  }

  async #afterFailure(handler: Handler, held: Held, signal: AbortSignal, error: unknown): Promise<void> {
    const { db, now, log } = this.#options;
    if (!(await isHeld(db, held))) return;
    const code = codeOf(error);
    const at = now();
    const later = (ms: number) => new Date(at.getTime() + ms);
    if (signal.aborted || code === 'register-stopped') {
      const due = signal.aborted ? at : later(FIRST_PAUSE_MS);
      await db.transaction((tx) => putBack(tx, held, { at, due, uncounted: true }));
      return;
    }
    const level = code === 'internal' ? 'error' : 'warn';
    log({ event: 'job-failed', level, code, frames: framesOf(error), job: held.id });
    if (PASSING.has(code) && held.attempt < held.mostAttempts)
      await db.transaction((tx) => putBack(tx, held, { at, due: later(pauseMs(held.attempt)), code }));
    else await this.#fail(handler, held, code);
  }

  async #fail(handler: Handler, held: Held, code: ErrorCode): Promise<void> {
    const { db, now } = this.#options;
    if (handler.fail !== undefined) await handler.fail(held, code);
    else await db.transaction((tx) => endHeld(tx, held, { state: 'failed', at: now(), code }));
  }

  async #keep(held: Held, abort: AbortController): Promise<void> {
    const { db, leaseSeconds = LEASE_SECONDS } = this.#options;
    try {
      if (!(await extendLease(db, held, leaseSeconds)))
        abort.abort(new ForthrightError('interrupted', 'The job was cancelled.'));
    } catch {
      // Asked again at the next beat; when the lease is over, somebody else's attempt makes this one end nothing.
    }
  }

  /** Whether somebody has cancelled it. */
  async #heed(held: Held, abort: AbortController): Promise<void> {
    const isOurs = await isHeld(this.#options.db, held).catch(() => true);
    if (!isOurs) abort.abort(new ForthrightError('interrupted', 'The job was cancelled.'));
  }

  stop(): Promise<void> {
    this.#stopped ??= this.#stop();
    return this.#stopped;
  }

  async #stop(): Promise<void> {
    clearTimeout(this.#timer);
    this.#unlisten();
    await this.#looking;
    const all = [...this.#all()];
    for (const { abort } of all) abort.abort(new ForthrightError('interrupted', 'The program ends.'));
    await Promise.all(all.map(({ done }) => done));
  }
}

/** Progress is written at most once a second, and the last word of each step at the end of it. */
class Noting {
  readonly #db: Db;
  readonly #held: Held;
  readonly #now: () => Date;
  #said = 0;
  #step = '';
  #writing: Promise<void> = Promise.resolve();
  #isWriting = false;

  constructor(db: Db, held: Held, now: () => Date) {
    this.#db = db;
    this.#held = held;
    this.#now = now;
  }

  say(step: string, done?: number, total?: number): void {
    const ms = performance.now();
    if (this.#isWriting || (step === this.#step && ms - this.#said < PROGRESS_MS)) return;
    this.#said = ms;
    this.#step = step;
    this.#isWriting = true;
    // That nobody can be told how far it is must not end the work.
    this.#writing = noteProgress(this.#db, this.#held, this.#now(), { step, done, total })
      .catch(() => {})
      .finally(() => {
        this.#isWriting = false;
      });
  }

  end(): Promise<void> {
    return this.#writing;
  }
}
