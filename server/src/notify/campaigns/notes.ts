/**
 * Notes what is about to be handed over and what became of it, in the records, many at once: whoever waits while one
 * transaction is on its way shares the next. Nobody notes anything who lost the right to send.
 */
import { ForthrightError } from '@forthright/contract';
import type { Tx } from '../../platform/db/index.ts';
import type { Outcome, Outgoing } from '../../platform/mail/index.ts';
import type { Asked } from '../../prove/index.ts';
import type { PersonEvent } from '../states.ts';
import { DOUBT_MS } from './rules.ts';
import {
  holdsFence,
  insertEvents,
  movePeopleOfMessages,
  type NewEvent,
  noteAttempts,
  setDue,
} from './store.ts';

type Note = NewEvent & Readonly<{ dateMs?: number; due?: Date | null }>;
type Waiting = Readonly<{ note: Note; resolve: () => void; reject: (error: unknown) => void }>;

export class Notes {
  readonly #asked: Asked;
  readonly #of: Readonly<{ campaign: string; fence: number }>;
  #waiting: Waiting[] = [];
  #writing: Promise<void> | undefined;
  #failed: unknown;

  constructor(asked: Asked, of: Readonly<{ campaign: string; fence: number }>) {
    this.#asked = asked;
    this.#of = of;
  }

  /** Resolves when it is on the disk. Refuses as `sending-fenced` when another process sends this campaign, or it was paused. */
  released(message: Outgoing & Readonly<{ dateMs?: number }>, at: Date): Promise<void> {
    const { dateMs = at.getTime() } = message;
    return this.#note({ n: Number(message.id), event: 'release', at, dateMs });
  }

  /** What can't be noted leaves the message released without an outcome, which is found at the next start. */
  settled(n: number, outcome: Outcome, at: Date): void {
    const note = noteOf(n, outcome, at);
    if (note !== undefined) this.#note(note).catch(() => {});
  }

  /** Resolves when all is noted. Throws what kept it from being noted. */
  async end(): Promise<void> {
    while (this.#writing !== undefined) await this.#writing;
    if (this.#failed !== undefined) throw this.#failed;
  }

  #note(note: Note): Promise<void> {
    return new Promise((resolve, reject) => {
      this.#waiting.push({ note, resolve, reject });
      this.#writing ??= this.#write().finally(() => {
        this.#writing = undefined;
      });
    });
  }

  async #write(): Promise<void> {
    // What comes in the same turn goes together.
    await Promise.resolve();
    while (this.#waiting.length > 0) {
      const together = this.#waiting;
      this.#waiting = [];
      try {
        if (this.#failed !== undefined) throw this.#failed;
        const notes = together.map(({ note }) => note);
        await this.#asked.db.transaction((tx) => this.#save(tx, notes), { isolation: 'read committed' });
        for (const { resolve } of together) resolve();
      } catch (error) {
        this.#failed = error;
        for (const { reject } of together) reject(error);
      }
    }
  }

  async #save(tx: Tx, notes: readonly Note[]): Promise<void> {
    const { campaign, fence } = this.#of;
    const releases = notes.filter(({ event }) => event === 'release');
    if (!(await holdsFence(tx, campaign, fence, releases.length > 0)))
      throw new ForthrightError('sending-fenced', 'The campaign was paused, or another process sends it.');
    for (const [event, some] of Map.groupBy(notes, (note) => note.event)) {
      const ns = some.map(({ n }) => n);
      await movePeopleOfMessages(tx, {
        campaign,
        event: event as PersonEvent,
        ns,
        at: some[0]?.at ?? new Date(0),
      });
    }
    await insertEvents(tx, campaign, notes);
    if (releases.length > 0)
      await noteAttempts(
        tx,
        campaign,
        releases.map(({ n, dateMs = 0 }) => ({ n, dateMs })),
      );
    const dues = notes.flatMap(({ n, due }) => (due === undefined ? [] : [{ n, due }]));
    if (dues.length > 0) await setDue(tx, campaign, dues);
  }
}

/** Tried again so much later when the connection broke before anything was handed over. */
const BROKEN_MS = 60_000;

function noteOf(n: number, outcome: Outcome, at: Date): Note | undefined {
  const later = (ms: number) => new Date(at.getTime() + ms);
  switch (outcome.kind) {
    case 'accepted':
      return { n, event: 'accept', at, status: statusOf(outcome.reply), said: outcome.reply.text };
    case 'refused':
      return {
        n,
        event: 'refuse',
        at,
        status: statusOf(outcome.reply),
        said: outcome.reply?.text ?? outcome.why,
      };
    case 'deferred':
      return {
        n,
        event: 'defer',
        at,
        status: statusOf(outcome.reply),
        said: outcome.reply?.text ?? outcome.why,
        // The mailer goes by the machine's clock, the record by the program's.
        due: later(Math.max(0, outcome.notBeforeMs - Date.now())),
      };
    case 'broken-before-dot':
      return { n, event: 'break', at, said: outcome.why, due: later(BROKEN_MS) };
    case 'in-doubt':
      return { n, event: 'lose', at, said: outcome.why, due: later(DOUBT_MS) };
  }
}

const statusOf = (reply: Readonly<{ code: number; enhanced?: string }> | undefined): string | undefined =>
  reply === undefined ? undefined : (reply.enhanced ?? String(reply.code));
