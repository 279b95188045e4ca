/**
 * How often something may be done: at most `most` times in any window that began with the first time. Counts in this
 * process only, and forgets them all when it ends.
 */
export type Limit = Readonly<{ most: number; windowSeconds: number }>;

/** More keys than this are somebody's attempt to fill the memory; the oldest are let go. */
const MOST_KEYS = 50_000;

export class Limiter {
  readonly #limit: Limit;
  readonly #now: () => Date;
  readonly #windows = new Map<string, { begunMs: number; count: number }>();

  constructor(limit: Limit, now: () => Date) {
    this.#limit = limit;
    this.#now = now;
  }

  /** Counts one time. The seconds to wait when that is too often, or 0. */
  take(key: string): number {
    const wait = this.waitSeconds(key);
    if (wait > 0) return wait;
    const nowMs = this.#now().getTime();
    const window = this.#windows.get(key);
    if (window !== undefined && this.#isOpen(window.begunMs, nowMs)) window.count++;
    else {
      this.#windows.delete(key);
      this.#windows.set(key, { begunMs: nowMs, count: 1 });
    }
    if (this.#windows.size > MOST_KEYS) this.#windows.delete(this.#windows.keys().next().value ?? '');
    return 0;
  }

  /** The seconds until `key` may do it again, or 0; counts nothing. */
  waitSeconds(key: string): number {
    const window = this.#windows.get(key);
    const nowMs = this.#now().getTime();
    if (window === undefined || !this.#isOpen(window.begunMs, nowMs)) return 0;
    if (window.count < this.#limit.most) return 0;
    return Math.max(1, Math.ceil((window.begunMs + this.#limit.windowSeconds * 1000 - nowMs) / 1000));
  }

  /** As if `key` had never done it. */
  forget(key: string): void {
    this.#windows.delete(key);
  }

  #isOpen(begunMs: number, nowMs: number): boolean {
    return nowMs >= begunMs && nowMs - begunMs < this.#limit.windowSeconds * 1000;
  }
}

/** What an error of code `too-many-requests` has as its cause. */
export type Wait = Readonly<{ waitSeconds: number }>;
