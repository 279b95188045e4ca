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
  keysAt,
  type Mail,
  Mailer,
  type OneAddress,
  type Outcome,
  type Outgoing,
  type Routes,
  type SigningTime,
  signed,
  viaRelays,
  Withheld,
  writeMail,
} from '../../platform/mail/index.ts';
import { Journal, type JournalOptions } from './journal.ts';
import type { JournalRecord, Prepared, Segment, SenderSettings } from './types.ts';
import { openPen, type Pen } from './written.ts';

export type SenderOptions = Readonly<{
  settings: SenderSettings;
  journal: Omit<JournalOptions, 'durable' | 'closed'>;
  /** Outcomes that are on the disk. */
  durable: (records: readonly JournalRecord[]) => void;
  /** Files of the journal that are complete. */
  closed?: (segment: Segment) => void;
  /** How many share the limits and the connections. */
  shares: number;
}>;

/**
 * The exact bytes of a prepared message; the same at each call, on each machine. Refuses as `campaign-changed` when the
 * body that was approved is another one.
 */
export function bytesOf(
  { content, messageId, dateMs }: Prepared,
  { from, replyTo }: SenderSettings,
  keys: readonly (DkimKey & SigningTime)[],
  pen?: Pen,
): Mail {
  const mail =
    'notice' in content
      ? writeMail(content.notice, { messageId, dateMs, from, replyTo })
      : needed(pen)(content.unwritten, { messageId, dateMs, from, replyTo });
  const signing = keysAt(keys, dateMs);
  if (signing.length === 0) return mail;
  return { ...mail, bytes: signed(mail.bytes, signing, Math.floor(dateMs / 1000)) };
}

function needed(pen: Pen | undefined): Pen {
  if (pen === undefined) throw new Error('Notices are written from material.');
  return pen;
}

const recipientOf = ({ content }: Prepared): OneAddress =>
  'notice' in content ? content.notice.to : content.unwritten.to;

const CONNECTIONS = 40;

export class Sender {
  readonly #mailer: Mailer;
  readonly #journal: Journal;
  readonly #settings: SenderSettings;
  readonly #keys: readonly (DkimKey & SigningTime)[];
  readonly #pen: Pen | undefined;
  /** By the process's own clock, which never jumps. */
  #mayReleaseUntil = 0n;

  private constructor({ settings, shares }: SenderOptions, journal: Journal, pen: Pen | undefined) {
    this.#journal = journal;
    this.#pen = pen;
    this.#settings = settings;
    this.#keys = settings.dkim.map(({ fromMs, untilMs, ...key }) => ({ ...dkimKey(key), fromMs, untilMs }));
    const { helo, connections = CONNECTIONS, limits = {} } = settings;
    const share = (perSecond: number) => perSecond / shares;
    this.#mailer = new Mailer({
      routes: routesOf(settings.route),
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
      released: (message) => this.#release(message as Dated),
      settled: ({ id, attempt }, outcome) => this.#journal.append(recordOf(id, attempt, outcome)),
    });
  }

  static async open(options: SenderOptions): Promise<Sender> {
    const { durable, closed, settings } = options;
    const pen = settings.material === undefined ? undefined : await openPen(settings.material);
    const journal = await Journal.open({
      ...options.journal,
      durable,
      ...(closed === undefined ? {} : { closed }),
    });
    return new Sender(options, journal, pen);
  }

  /** Until then, by `process.hrtime.bigint()`, this process may release messages. */
  permit(untilNs: bigint): void {
    this.#mayReleaseUntil = untilNs;
  }

  /** Takes one message; resolves when there is room for the next. */
  add(prepared: Prepared): Promise<void> {
    const outgoing: Dated = {
      id: prepared.id,
      attempt: prepared.attempt,
      sender: prepared.sender,
      recipient: recipientOf(prepared),
      dateMs: prepared.dateMs,
      mail: () => this.#mail(prepared),
    };
    return this.#mailer.add(outgoing);
  }

  /** What can't be written is refused for this person; what is not as approved is nobody's fault but ours. */
  #mail(prepared: Prepared): Mail {
    try {
      return bytesOf(prepared, this.#settings, this.#keys, this.#pen);
    } catch (error) {
      if (error instanceof ForthrightError && error.code === 'campaign-changed')
        throw new Withheld(error.message, { cause: error });
      throw error;
    }
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

  async #release({ id, attempt, dateMs }: Dated): Promise<void> {
    this.#mustBePermitted();
    await this.#journal.commit({ kind: 'released', id, attempt, atMs: Date.now(), dateMs });
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

type Dated = Outgoing & Readonly<{ dateMs: number }>;

/** Which servers take the mail of a domain, by this way. */
export function routesOf(route: SenderSettings['route']): Routes {
  if (route.kind === 'relays') return viaRelays(route.relays);
  const resolver = new Resolver();
  if (route.dnsServers !== undefined) resolver.setServers(route.dnsServers);
  return directly(resolver, route.port === undefined ? {} : { port: route.port });
}

function recordOf(id: string, attempt: number, outcome: Outcome): JournalRecord {
  const why = outcome.kind === 'accepted' ? `${outcome.reply.code} ${outcome.reply.text}` : outcome.why;
  const reply = 'reply' in outcome ? outcome.reply : undefined;
  const stage = 'stage' in outcome ? outcome.stage : undefined;
  return {
    kind: outcome.kind,
    id,
    attempt,
    atMs: Date.now(),
    why,
    ...(outcome.host !== undefined && { host: outcome.host }),
    ...(stage !== undefined && { stage }),
    ...(reply !== undefined && { status: reply.enhanced ?? String(reply.code) }),
    ...(outcome.kind === 'deferred' && { notBeforeMs: Math.round(outcome.notBeforeMs) }),
  };
}
