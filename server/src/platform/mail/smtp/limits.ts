/** How fast, and when again: pure bookkeeping over a clock that is given in milliseconds. */

/** At most `perSecond`, evenly spread; what waits keeps its turn. */
export class Pace {
  readonly #intervalMs: number;
  #nextMs = 0;

  constructor(perSecond: number) {
    this.#intervalMs = 1000 / perSecond;
  }

  /** Takes the next turn, and says when that is. */
  reserve(nowMs: number): number {
    const turnMs = Math.max(nowMs, this.#nextMs);
    this.#nextMs = turnMs + this.#intervalMs;
    return turnMs;
  }

  /** When the next turn would be. */
  nextMs(nowMs: number): number {
    return Math.max(nowMs, this.#nextMs);
  }
}

const MINUTE_MS = 60_000;
const FIRST_RETRY_MS = 5 * MINUTE_MS;
const LAST_RETRY_MS = 4 * 60 * MINUTE_MS;

/** How long a message waits after its nth attempt was deferred: 5, 10, 20 … minutes, at most four hours. */
export const retryAfterMs = (attempt: number): number =>
  Math.min(LAST_RETRY_MS, FIRST_RETRY_MS * 2 ** Math.max(0, attempt - 1));

/** So many deferrals in a row are about the domain, and not about a full mailbox. */
const IN_A_ROW = 5;
const FIRST_PAUSE_MS = MINUTE_MS;
const LAST_PAUSE_MS = 60 * MINUTE_MS;
const MOST_DOMAINS = 100_000;

/** Domains that deferred one message after the other rest: a minute, then two, four … up to an hour. */
export class Backoff {
  readonly #domains = new Map<string, { inARow: number; pauses: number; untilMs: number }>();

  deferred(domain: string, nowMs: number): void {
    const found = this.#domains.get(domain) ?? { inARow: 0, pauses: 0, untilMs: 0 };
    this.#domains.set(domain, found);
    if (this.#domains.size > MOST_DOMAINS) this.#domains.delete(this.#domains.keys().next().value ?? '');
    found.inARow++;
    if (found.inARow < IN_A_ROW || found.untilMs > nowMs) return;
    found.untilMs = nowMs + Math.min(LAST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** found.pauses);
    found.pauses++;
  }

  answered(domain: string): void {
    this.#domains.delete(domain);
  }

  untilMs(domain: string): number {
    return this.#domains.get(domain)?.untilMs ?? 0;
  }
}

const FIRST_REST_MS = 1000;
const LAST_REST_MS = 5 * MINUTE_MS;

/** A server that could not be reached, or broke off, rests: a second, then two, four … up to five minutes. */
export class Health {
  #failures = 0;
  #untilMs = 0;

  get untilMs(): number {
    return this.#untilMs;
  }
  failed(nowMs: number): void {
    // Many connections that end at once are one failure.
    if (nowMs < this.#untilMs) return;
    this.#untilMs = nowMs + Math.min(LAST_REST_MS, FIRST_REST_MS * 2 ** this.#failures);
    this.#failures = Math.min(30, this.#failures + 1);
  }
  worked(): void {
    this.#failures = 0;
    this.#untilMs = 0;
  }
}
