/**
 * Writes, signs and sends prepared messages, and keeps the journal of it: the part that runs in each worker thread, and
 * that a test can run by itself.
 */
import { Resolver } from 'node:dns/promises';
import { ForthrightError } from '@forthright/contract';
import {
  type DkimKey,
  directly,
  dkimKey,
  Mailer,
  type Outcome,
  type Outgoing,
  type Routes,
  signed,
  viaRelays,
  writeMail,
} from '../../platform/mail/index.ts';
import { Journal } from './journal.ts';
import type { JournalRecord, Prepared, Segment, SenderSettings } from './types.ts';

export type SenderOptions = Readonly<{
  settings: SenderSettings;
  journal: Readonly<{ folder: string; writer: string; fence: string; from: number }>;
  /** Outcomes that are on the disk. */
  durable: (records: readonly JournalRecord[]) => void;
  /** How many share the limits and the connections. */
  shares: number;
}>;

/** The exact bytes of a prepared message; the same at each call, on each machine. */
export function bytesOf(prepared: Prepared, settings: SenderSettings, keys: readonly DkimKey[]) {
  const { notice, messageId, dateMs } = prepared;
  const { from, replyTo } = settings;
  const mail = writeMail(notice, { messageId, dateMs, from, replyTo });
  return { ...mail, bytes: signed(mail.bytes, keys, Math.floor(dateMs / 1000)) };
}

const CONNECTIONS = 40;

export class Sender {
  readonly #mailer: Mailer;
  readonly #journal: Journal;
  readonly #settings: SenderSettings;
  readonly #keys: readonly DkimKey[];
  /** By the process's own clock, which never jumps. */
  #mayReleaseUntil = 0n;

  private constructor({ settings, shares }: SenderOptions, journal: Journal) {
    this.#journal = journal;
    this.#settings = settings;
    this.#keys = settings.dkim.map(dkimKey);
    const { helo, connections = CONNECTIONS, limits = {} } = settings;
    const share = (perSecond: number) => perSecond / shares;
    this.#mailer = new Mailer({
      routes: routesOf(settings),
      helo,
      connections: Math.max(1, Math.floor(connections / shares)),
      limits: {
        ...(limits.relayPerSecond !== undefined && { relayPerSecond: share(limits.relayPerSecond) }),
        ...(limits.domainPerSecond !== undefined && { domainPerSecond: share(limits.domainPerSecond) }),
        domains: Object.fromEntries(Object.entries(limits.domains ?? {}).map(([d, n]) => [d, share(n)])),
      },
      ...(settings.messagesPerConnection && { messagesPerConnection: settings.messagesPerConnection }),
      ...(settings.timeouts && { timeouts: settings.timeouts }),
      ...(settings.patienceMs && { patienceMs: settings.patienceMs }),
      released: (message) => this.#release(message),
      settled: ({ id, attempt }, outcome) => this.#journal.append(recordOf(id, attempt, outcome)),
    });
  }

  static async open(options: SenderOptions): Promise<Sender> {
    return new Sender(options, await Journal.open({ ...options.journal, durable: options.durable }));
  }

  /** Until then, by `process.hrtime.bigint()`, this process may release messages. */
  permit(untilNs: bigint): void {
    this.#mayReleaseUntil = untilNs;
  }

  /** Takes one message; resolves when there is room for the next. */
  add(prepared: Prepared): Promise<void> {
    const outgoing: Outgoing = {
      id: prepared.id,
      attempt: prepared.attempt,
      sender: prepared.sender,
      recipient: prepared.notice.to,
      mail: () => bytesOf(prepared, this.#settings, this.#keys),
    };
    return this.#mailer.add(outgoing);
  }

  stop(why: string): void {
    this.#mailer.stop(why);
  }

  /** Whether it stopped by itself, and takes nothing more. */
  get hasFailed(): boolean {
    return this.#mailer.hasFailed;
  }

  /** All is settled and on the disk. Rejects with what stopped it. */
  async finish(): Promise<readonly Segment[]> {
    try {
      await this.#mailer.finish();
    } catch (error) {
      await this.#journal.close().catch(() => undefined);
      throw error;
    }
    return await this.#journal.close();
  }

  async #release({ id, attempt }: Outgoing): Promise<void> {
    this.#mustBePermitted();
    await this.#journal.commit({ kind: 'released', id, attempt, atMs: Date.now() });
    // Asked again: the disk may have taken longer than the permission holds.
    this.#mustBePermitted();
  }

  #mustBePermitted(): void {
    if (process.hrtime.bigint() < this.#mayReleaseUntil) return;
    throw new ForthrightError(
      'sending-fenced',
      'This process may not send any more: it could not show in time that no other one does.',
    );
  }
}

function routesOf({ route }: SenderSettings): Routes {
  if (route.kind === 'relays') return viaRelays(route.relays);
  const resolver = new Resolver();
  if (route.dnsServers !== undefined) resolver.setServers(route.dnsServers);
  return directly(resolver, route.port === undefined ? {} : { port: route.port });
}

function recordOf(id: string, attempt: number, outcome: Outcome): JournalRecord {
  const why = outcome.kind === 'accepted' ? `${outcome.reply.code} ${outcome.reply.text}` : outcome.why;
  return {
    kind: outcome.kind,
    id,
    attempt,
    atMs: Date.now(),
    why,
    ...(outcome.host !== undefined && { host: outcome.host }),
    ...(outcome.kind === 'deferred' && { notBeforeMs: Math.round(outcome.notBeforeMs) }),
  };
}
