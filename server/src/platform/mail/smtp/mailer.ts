/**
 * Sends many messages over few connections, each to exactly one outcome.
 *
 *   add ─▶ waits for its domain's turn ─▶ lane of its route ─▶ connection ─▶ released ─▶ settled
 *               │ (rests, no such domain)        ▲   │ (broke before its end, at most three times)
 *               └───────────▶ settled            └───┘
 */
import { domainOf } from '../address.ts';
import type { Mail } from '../message.ts';
import { BrokenBeforeEnd, type Envelope, Lost, SmtpConnection } from './connection.ts';
import { Backoff, Health, Pace, retryAfterMs } from './limits.ts';
import type { Reply } from './reply.ts';
import type { Route, Routes } from './routes.ts';
import { type Outcome, type Outgoing, type Target, TIMEOUTS, type Timeouts, Withheld } from './types.ts';

export type MailerOptions = Readonly<{
  routes: Routes;
  /** What this machine calls itself. */
  helo: string;
  /**
   * Awaited before any octet of the end of this message is written. When it refuses, the message is not sent, and the
   * mailer stops: what can't be written down is not done.
   */
  released: (message: Outgoing) => Promise<void>;
  /** Once for each message. */
  settled: (message: Outgoing, outcome: Outcome) => void;
  /** Per route. */
  connections?: number;
  messagesPerConnection?: number;
  /** Messages that are held at once; `add` waits while there are more. */
  held?: number;
  limits?: Limits;
  timeouts?: Partial<Timeouts>;
  /** How long a message waits for a server that can be reached. */
  patienceMs?: number;
  now?: () => number;
}>;

/** Messages a second. */
export type Limits = Readonly<{
  relayPerSecond?: number;
  domainPerSecond?: number;
  domains?: Readonly<Record<string, number>>;
}>;

type Pending = { message: Outgoing; domain: string; breaks: number; addedMs: number; mail?: Mail };

const MOST_BREAKS = 3;
const IDLE_MS = 2000;

export class Mailer {
  readonly #options: MailerOptions;
  readonly #timeouts: Timeouts;
  readonly #now: () => number;
  readonly #lanes = new Map<string, Lane>();
  readonly #paces = new Map<string, Pace>();
  readonly #backoff = new Backoff();
  readonly #waiting = new Set<{ timer: NodeJS.Timeout; pending: Pending }>();
  #held = 0;
  #wakers: (() => void)[] = [];
  #stopped: { why: string; cause?: unknown } | undefined;

  constructor(options: MailerOptions) {
    this.#options = options;
    this.#timeouts = { ...TIMEOUTS, ...options.timeouts };
    this.#now = options.now ?? Date.now;
  }

  /** Takes one message; resolves when there is room for the next. */
  async add(message: Outgoing): Promise<void> {
    const domain = domainOf(message.recipient);
    const pending: Pending = { message, domain, breaks: 0, addedMs: this.#now() };
    this.#held++;
    this.#whenItsTurn(pending);
    while (this.#held >= (this.#options.held ?? 500)) await this.#change();
  }

  /** Resolves when all messages are settled and all connections closed. Rejects with what `released` threw. */
  async finish(): Promise<void> {
    while (this.#held > 0) await this.#change();
    await Promise.all([...this.#lanes.values()].map((lane) => lane.close()));
    if (this.#stopped?.cause !== undefined) throw this.#stopped.cause;
  }

  /** From now on nothing is released. What was released is waited for; all else is settled as broken before its end. */
  stop(why: string, cause?: unknown): void {
    if (this.#stopped !== undefined) return;
    this.#stopped = { why, ...(cause !== undefined && { cause }) };
    for (const { timer, pending } of this.#waiting) {
      clearTimeout(timer);
      this.settle(pending, { kind: 'broken-before-dot', why });
    }
    this.#waiting.clear();
    for (const lane of this.#lanes.values()) lane.stop(why);
  }

  /** Whether `released` refused, so that everything stopped. */
  get hasFailed(): boolean {
    return this.#stopped?.cause !== undefined;
  }

  #whenItsTurn(pending: Pending): void {
    if (this.#stopped !== undefined) {
      this.settle(pending, { kind: 'broken-before-dot', why: this.#stopped.why });
      return;
    }
    const now = this.#now();
    const waitMs = (this.#paceOf(pending.domain)?.reserve(now) ?? now) - now;
    if (waitMs <= 0) {
      void this.#send(pending);
      return;
    }
    const entry = {
      pending,
      timer: setTimeout(() => {
        this.#waiting.delete(entry);
        void this.#send(pending);
      }, waitMs),
    };
    this.#waiting.add(entry);
  }

  #paceOf(domain: string): Pace | undefined {
    const { domains = {}, domainPerSecond } = this.#options.limits ?? {};
    const perSecond = Object.hasOwn(domains, domain) ? domains[domain] : domainPerSecond;
    if (perSecond === undefined) return undefined;
    const found = this.#paces.get(domain) ?? new Pace(perSecond);
    this.#paces.set(domain, found);
    return found;
  }

  async #send(pending: Pending): Promise<void> {
    const routed = await this.#options.routes(pending.domain).catch((error) => ({ deferred: String(error) }));
    if ('refused' in routed)
      this.settle(pending, { kind: 'refused', stage: 'recipient', why: routed.refused });
    else if ('deferred' in routed) this.settle(pending, this.deferral(pending, routed.deferred));
    else if (this.#stopped !== undefined)
      this.settle(pending, { kind: 'broken-before-dot', why: this.#stopped.why });
    else this.#laneOf(routed).push(pending);
  }

  #laneOf(route: Route): Lane {
    const found = this.#lanes.get(route.key);
    if (found !== undefined) return found;
    const lane = new Lane(this, route, this.#options, this.#timeouts, this.#now);
    this.#lanes.set(route.key, lane);
    return lane;
  }

  /** Lanes that have nothing to do are let go, since direct sending has one for each domain. */
  forget(lane: Lane, key: string): void {
    if (this.#lanes.get(key) === lane) this.#lanes.delete(key);
  }

  /** The domain rests, so nobody is asked; undefined when it does not. */
  resting(pending: Pending): Outcome | undefined {
    const untilMs = this.#backoff.untilMs(pending.domain);
    if (untilMs <= this.#now()) return undefined;
    const why = `${pending.domain} deferred one message after the other, so it rests`;
    return { kind: 'deferred', stage: 'recipient', why, isAttempted: false, notBeforeMs: untilMs };
  }

  deferral(pending: Pending, why: string, host?: string): Outcome {
    const notBeforeMs = this.#now() + retryAfterMs(pending.message.attempt);
    return { kind: 'deferred', why, isAttempted: host !== undefined, notBeforeMs, ...(host && { host }) };
  }

  settle(pending: Pending, outcome: Outcome): void {
    if (outcome.kind === 'accepted' || outcome.kind === 'refused') this.#backoff.answered(pending.domain);
    if (outcome.kind === 'deferred' && outcome.reply !== undefined)
      this.#backoff.deferred(pending.domain, this.#now());
    this.#held--;
    this.#options.settled(pending.message, outcome);
    const wakers = this.#wakers;
    this.#wakers = [];
    for (const wake of wakers) wake();
  }

  #change(): Promise<void> {
    return new Promise((resolve) => {
      this.#wakers.push(resolve);
    });
  }
}

/** The connections of one route, and what waits for one. */
class Lane {
  readonly #mailer: Mailer;
  readonly #route: Route;
  readonly #options: MailerOptions;
  readonly #timeouts: Timeouts;
  readonly #now: () => number;
  readonly #queue: Pending[] = [];
  readonly #health: readonly Health[];
  readonly #pace: Pace | undefined;
  readonly #running = new Set<Promise<void>>();
  /** Connections without a message; the first is woken by the next one. */
  #idle: (() => void)[] = [];
  /** Whoever waits for the clock; woken by the end only. */
  #pauses: (() => void)[] = [];
  #isClosing = false;
  #stopped: string | undefined;
  #lastWhy = 'no server could be reached';

  constructor(mailer: Mailer, route: Route, options: MailerOptions, timeouts: Timeouts, now: () => number) {
    this.#mailer = mailer;
    this.#route = route;
    this.#options = options;
    this.#timeouts = timeouts;
    this.#now = now;
    this.#health = route.targets.map(() => new Health());
    const { relayPerSecond } = options.limits ?? {};
    this.#pace = relayPerSecond === undefined ? undefined : new Pace(relayPerSecond);
  }

  push(pending: Pending): void {
    this.#queue.push(pending);
    const wake = this.#idle.shift();
    if (wake !== undefined) wake();
    else this.#open();
  }

  async close(): Promise<void> {
    this.#isClosing = true;
    this.#wakeAll();
    await Promise.all(this.#running);
  }

  stop(why: string): void {
    this.#stopped = why;
    for (const pending of this.#queue.splice(0))
      this.#mailer.settle(pending, { kind: 'broken-before-dot', why });
    this.#wakeAll();
  }

  #open(): void {
    const most = this.#options.connections ?? 20;
    if (this.#running.size >= most || this.#queue.length === 0 || this.#isClosing) return;
    const run = this.#connect().finally(() => {
      this.#running.delete(run);
      if (this.#queue.length > 0) this.#open();
      else if (this.#running.size === 0) this.#mailer.forget(this, this.#route.key);
    });
    this.#running.add(run);
  }

  /** The first server that does not rest. */
  #choose(): { target: Target; health: Health } | undefined {
    const now = this.#now();
    const index = this.#health.findIndex((health) => health.untilMs <= now);
    const target = this.#route.targets[index];
    const health = this.#health[index];
    return target === undefined || health === undefined ? undefined : { target, health };
  }

  async #connect(): Promise<void> {
    const chosen = this.#choose();
    if (chosen === undefined) return this.#rest();
    const { target, health } = chosen;
    let connection: SmtpConnection;
    try {
      connection = await SmtpConnection.open(target, this.#options.helo, this.#timeouts);
    } catch (error) {
      this.#lastWhy = `${target.host}: ${(error as Error).message}`;
      health.failed(this.#now());
      return;
    }
    const went = await this.#serve(connection, health);
    if (went === 'lost') health.failed(this.#now());
  }

  /** All servers rest. Who has waited too long is deferred, and the others wait on. */
  async #rest(): Promise<void> {
    const patienceMs = this.#options.patienceMs ?? 300_000;
    const oldestMs = this.#now() - patienceMs;
    for (const pending of this.#queue.splice(0)) {
      if (pending.addedMs <= oldestMs)
        this.#mailer.settle(pending, this.#mailer.deferral(pending, this.#lastWhy));
      else this.#queue.push(pending);
    }
    if (this.#queue.length === 0) return;
    const untilMs = Math.min(...this.#health.map((health) => health.untilMs));
    const oldest = Math.min(...this.#queue.map(({ addedMs }) => addedMs));
    await this.#pause(Math.min(untilMs, oldest + patienceMs) - this.#now());
  }

  #pause(ms: number, list: 'idle' | 'pauses' = 'pauses'): Promise<void> {
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        resolve();
      };
      const timer = setTimeout(
        () => {
          if (list === 'idle') this.#idle = this.#idle.filter((each) => each !== wake);
          else this.#pauses = this.#pauses.filter((each) => each !== wake);
          resolve();
        },
        Math.max(1, ms),
      );
      (list === 'idle' ? this.#idle : this.#pauses).push(wake);
    });
  }

  #wakeAll(): void {
    for (const wake of [...this.#idle.splice(0), ...this.#pauses.splice(0)]) wake();
  }

  /** The next message that can be written at all; the others are settled on the way. */
  #take(connection: SmtpConnection): Pending | undefined {
    for (let pending = this.#queue.shift(); pending !== undefined; pending = this.#queue.shift()) {
      const outcome = this.#mailer.resting(pending) ?? this.#unwritable(pending, connection);
      if (outcome === undefined) return pending;
      this.#mailer.settle(pending, outcome);
    }
    return undefined;
  }

  #unwritable(pending: Pending, connection: SmtpConnection): Outcome | undefined {
    try {
      pending.mail ??= pending.message.mail();
    } catch (error) {
      const why = (error as Error).message;
      if (!(error instanceof Withheld)) return { kind: 'refused', stage: 'message', why };
      this.#mailer.stop(why, error.cause);
      return { kind: 'broken-before-dot', why };
    }
    const why = connection.whyNot(pending.mail);
    const { host } = connection.target;
    return why === undefined ? undefined : { kind: 'refused', stage: 'message', why, host };
  }

  async #serve(connection: SmtpConnection, health: Health): Promise<'ended' | 'lost'> {
    let left = this.#options.messagesPerConnection ?? 100;
    let current: Pending | undefined;
    let envelope: Promise<Envelope> | undefined;
    while (true) {
      if (current === undefined) {
        current = left > 0 && this.#stopped === undefined ? await this.#next(connection) : undefined;
        if (current === undefined) {
          await connection.quit();
          return 'ended';
        }
        left--;
        envelope = undefined;
      }
      if (envelope === undefined) envelope = begin(connection, current);
      const exchange = await this.#exchange(connection, current, envelope, left > 0);
      if (exchange.kind === 'lost') {
        this.#putBack(exchange.next, connection.target, exchange.why);
        return 'lost';
      }
      health.worked();
      current = exchange.next;
      envelope = exchange.envelope;
      if (current !== undefined) left--;
    }
  }

  async #exchange(
    connection: SmtpConnection,
    current: Pending,
    envelope: Promise<Envelope>,
    hasRoom: boolean,
  ): Promise<Exchange> {
    const { host } = connection.target;
    try {
      const answer = await envelope;
      if (!answer.go) {
        this.#mailer.settle(current, this.#refusal(current, answer, host));
        return { kind: 'went' };
      }
    } catch (error) {
      this.#putBack(current, connection.target, (error as Error).message);
      return { kind: 'lost', why: (error as Error).message };
    }
    let next: Pending | undefined;
    let nextEnvelope: Promise<Envelope> | undefined;
    // Taken, and so signed, while the journal writes.
    const canPipeline = hasRoom && connection.isPipelining && this.#pace === undefined;
    try {
      const reply = await connection.message(
        current.mail as Mail,
        async () => {
          if (this.#stopped !== undefined) throw new BrokenBeforeEnd(this.#stopped);
          const written = this.#options.released(current.message);
          if (canPipeline) next = this.#take(connection);
          await written;
        },
        () => {
          if (next !== undefined) nextEnvelope = begin(connection, next);
        },
      );
      this.#mailer.settle(current, this.#afterEnd(current, reply, host));
      if (reply.code === 421 || reply.code < 250 || (reply.code >= 300 && reply.code < 400)) {
        connection.abandon('the server closes the connection');
        return { kind: 'lost', why: `${reply.code} ${reply.text}`, ...(next && { next }) };
      }
      return { kind: 'went', ...(next && { next }), ...(nextEnvelope && { envelope: nextEnvelope }) };
    } catch (error) {
      return this.#failed(error, current, next, connection);
    }
  }

  #failed(error: unknown, current: Pending, next: Pending | undefined, connection: SmtpConnection): Exchange {
    const { host } = connection.target;
    const why = (error as Error).message;
    if (error instanceof BrokenBeforeEnd) this.#putBack(current, connection.target, why);
    else if (error instanceof Lost) this.#mailer.settle(current, { kind: 'in-doubt', why, host });
    else {
      this.#mailer.stop(why, error);
      this.#mailer.settle(current, { kind: 'broken-before-dot', why, host });
    }
    return { kind: 'lost', why, ...(next && { next }) };
  }

  async #next(connection: SmtpConnection): Promise<Pending | undefined> {
    const untilMs = this.#now() + IDLE_MS;
    while (!connection.isLost && this.#stopped === undefined) {
      const turnMs = this.#pace?.nextMs(this.#now()) ?? 0;
      if (turnMs > this.#now()) {
        await this.#pause(turnMs - this.#now());
        continue;
      }
      const taken = this.#take(connection);
      if (taken !== undefined) {
        this.#pace?.reserve(this.#now());
        return taken;
      }
      if (this.#isClosing || this.#now() >= untilMs) return undefined;
      await this.#pause(untilMs - this.#now(), 'idle');
    }
    return undefined;
  }

  /** For messages whose end was not written. */
  #putBack(pending: Pending | undefined, target: Target, why: string): void {
    if (pending === undefined) return;
    this.#lastWhy = `${target.host}: ${why}`;
    pending.breaks++;
    if (pending.breaks >= MOST_BREAKS || this.#stopped !== undefined)
      this.#mailer.settle(pending, { kind: 'broken-before-dot', why, host: target.host });
    else this.#queue.unshift(pending);
  }

  #refusal(pending: Pending, answer: Envelope & { go: false }, host: string): Outcome {
    const { stage, why, reply } = answer;
    const isForGood = (reply?.code ?? 500) >= 500;
    if (isForGood) return { kind: 'refused', stage, why, host, ...(reply && { reply }) };
    return { ...this.#deferred(pending, why, host), stage, ...(reply && { reply }) };
  }

  #afterEnd(pending: Pending, reply: Reply, host: string): Outcome {
    const why = `${reply.code} ${reply.text}`;
    if (reply.code >= 500) return { kind: 'refused', stage: 'message', why, reply, host };
    if (reply.code >= 400) return { ...this.#deferred(pending, why, host), stage: 'message', reply };
    if (reply.code >= 250 && reply.code < 300) return { kind: 'accepted', reply, host };
    return { kind: 'in-doubt', why: `the server answered the message with ${why}`, host };
  }

  #deferred(pending: Pending, why: string, host: string) {
    const notBeforeMs = this.#now() + retryAfterMs(pending.message.attempt);
    return { kind: 'deferred', why, host, isAttempted: true, notBeforeMs } as const;
  }
}

type Exchange =
  | Readonly<{ kind: 'went'; next?: Pending; envelope?: Promise<Envelope> }>
  | Readonly<{ kind: 'lost'; why: string; next?: Pending }>;

function begin(connection: SmtpConnection, pending: Pending): Promise<Envelope> {
  const envelope = connection.envelope(pending.message, pending.mail as Mail);
  // Whoever awaits it gets the failure; until then nobody may be listening.
  envelope.catch(() => undefined);
  return envelope;
}
