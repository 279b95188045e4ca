/**
 * Single mails that answer somebody: asked for within a deed, sent by a job, each at most once. What is released stands on the disk
 * before the end of the message is written; whoever was cut short behind that is in doubt, and not sent again.
 *
 *   deed ─▶ waiting ─▶ released ─▶ accepted | refused | in doubt
 *              ▲           └ asked to try later, or broken before the end ─▶ waiting, for three days ─▶ expired
 */
import { ForthrightError, newId } from '@forthright/contract';
import { canSend, type Mailing, mailRoutes } from '../../notify/index.ts';
import type { Db, Reads, Tx } from '../../platform/db/index.ts';
import { Mailer, type Outcome } from '../../platform/mail/index.ts';
import type { Handler } from '../../platform/queue/index.ts';
import { type Asked, deed, PROGRAM, record, registerMark } from '../../prove/index.ts';
import {
  type DueMail,
  doubtfulMails,
  dueMails,
  insertMail,
  type NewMail,
  putMailBack,
  releaseMail,
  settleMail,
} from './store.ts';

export const SEND_ANSWERS = 'send-answers';
/** One rate for all of them: so many a minute. */
const MOST_AT_ONCE = 600;
/** An entry names each of them, and is small. */
const AN_ENTRY = 200;
const EXPIRY_MS = 3 * 86_400_000;
const WAIT_MS = 60_000;
const AGAIN_MS = 10 * 60_000;

/** Puts a mail into the outbox, within the deed whose entry is named. */
export async function askMail(tx: Tx, mail: Omit<NewMail, 'id'>, at: Date): Promise<void> {
  await insertMail(tx, { ...mail, id: newId('ans'), epoch: await epochNow(tx) }, at);
}

const epochNow = async (reads: Reads): Promise<number> => (await registerMark(reads))?.epoch ?? 0;

/** Refuses as `mail-missing` where nothing can be sent. */
export function refuseWithoutMail(mailing: Mailing | undefined): asserts mailing is Mailing {
  if (!canSend(mailing))
    throw new ForthrightError('mail-missing', 'This server has no relay in mail.yaml, so it sends nothing.');
}

type End = Readonly<{ id: string; is: 'accepted' | 'refused' | 'expired' | 'in-doubt' }>;
type Later = Readonly<{ id: string; due: Date }>;

/** As a job by the clock, one at a time: sends what waits, and records what became of it. */
export function sendAnswersHandler({
  db,
  now,
  mailing,
}: Readonly<{ db: Db; now: () => Date; mailing: Mailing | undefined }>): Handler {
  const asked: Asked = { db, now, actor: PROGRAM };
  return {
    run: async (_job, { signal, progress }) => {
      await settle(
        asked,
        (await doubtfulMails(db, await epochNow(db))).map((id) => ({ id, is: 'in-doubt' })),
        [],
      );
      if (!canSend(mailing)) return;
      const due = await dueMails(db, { now: now(), most: MOST_AT_ONCE });
      if (due.length === 0) return;
      const ends: End[] = [];
      const laters: Later[] = [];
      try {
        await send({ db, now, mailing, signal }, due, { ends, laters });
      } finally {
        await settle(asked, ends, laters);
      }
      progress('sending answers', ends.length, due.length);
    },
  };
}

async function send(
  { db, now, mailing, signal }: Readonly<{ db: Db; now: () => Date; mailing: Mailing; signal: AbortSignal }>,
  due: readonly DueMail[],
  { ends, laters }: Readonly<{ ends: End[]; laters: Later[] }>,
): Promise<void> {
  const mailer = new Mailer({
    routes: mailRoutes(mailing),
    helo: mailing.helo,
    connections: Math.min(4, mailing.connections),
    limits: mailing.limits,
    patienceMs: WAIT_MS,
    released: async ({ id }) => {
      if (!(await db.transaction((tx) => releaseMail(tx, id))))
        throw new ForthrightError('sending-fenced', 'Another process sends this mail.');
    },
    settled: ({ id }, outcome) => {
      const mail = due.find((one) => one.id === id);
      const end = mail === undefined ? undefined : endOf(outcome, mail, now());
      if (end === undefined) laters.push({ id, due: new Date(now().getTime() + AGAIN_MS) });
      else ends.push({ id, is: end });
    },
  });
  const stop = () => mailer.stop('the program ends');
  signal.addEventListener('abort', stop, { once: true });
  try {
    for (const { id, attempts, sender, recipient, message, utf8 } of due) {
      if (signal.aborted) break;
      const mail = { bytes: Buffer.from(message), utf8 };
      await mailer.add({ id, attempt: attempts + 1, sender, recipient, mail: () => mail });
    }
    await mailer.finish();
  } finally {
    signal.removeEventListener('abort', stop);
  }
}

/** Undefined: once more, later. */
function endOf(outcome: Outcome, { made_at }: DueMail, now: Date): End['is'] | undefined {
  switch (outcome.kind) {
    case 'accepted':
    case 'refused':
    case 'in-doubt':
      return outcome.kind;
    case 'deferred':
    case 'broken-before-dot':
      return now.getTime() - made_at.getTime() > EXPIRY_MS ? 'expired' : undefined;
  }
}

async function settle(asked: Asked, ends: readonly End[], laters: readonly Later[]): Promise<void> {
  if (laters.length > 0)
    await asked.db.transaction(async (tx) => {
      for (const later of laters) await putMailBack(tx, later);
    });
  for (let from = 0; from < ends.length; from += AN_ENTRY) {
    const some = ends.slice(from, from + AN_ENTRY);
    await deed(asked, async (tx) => {
      const outcomes = Object.fromEntries(some.map(({ id, is }) => [id, is]));
      const entry = await record(tx, { kind: 'answers-settled', facts: { outcomes } });
      for (const { id, is } of some) await settleMail(tx, { id, state: is, entry });
    });
  }
}
