/** A mail that a customer did not want becomes a report, once: what it says of its sender is kept, and whoever reported is thanked once. */
import { createHash } from 'node:crypto';
import {
  type EraseReport,
  ForthrightError,
  newId,
  type ReportErased,
  type ReportHeard,
  ReportRead,
} from '@forthright/contract';
import * as z from 'zod';
import { canSend, type Mailing, type Reporting } from '../../notify/index.ts';
import type { Reads } from '../../platform/db/index.ts';
import { type OneAddress, oneAddress } from '../../platform/mail/index.ts';
import { type Asked, deed, eraseTextsOf, record, textsOf } from '../../prove/index.ts';
import { checkMessage } from '../check/check.ts';
import { mailboxesIn } from '../check/header.ts';
import { looksLikeMessage, type Message, MOST_BYTES, readMessage } from '../check/mime.ts';
import type { Texts } from '../check/sender.ts';
import { answeredSince, countSince, noteAnswered } from '../lately.ts';
import {
  type Arrival,
  answerMessage,
  isSenderProved,
  keyOf,
  plainIdOf,
  usable,
  wordsOf,
} from '../mail/answer.ts';
import { type Silence, whoAsks } from '../mail/loops.ts';
import { letterOf } from '../outbox/letter.ts';
import { askMail } from '../outbox/outbox.ts';
import { languageIn } from '../sayings/guess.ts';
import { readSayings } from '../sayings/index.ts';
import type { Truth } from '../types.ts';
import { readReport } from './read.ts';
import {
  insertReport,
  type ReportRow,
  reportById,
  reportRows,
  reportsBefore,
  setReportsErased,
} from './store.ts';
import type { KeptReport } from './types.ts';

const MONTH_MS = 30 * 86_400_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Nobody reports more in good faith. */
const MOST_A_DAY = 30;
/** Of all together. */
const MOST_AN_HOUR = 5000;

export type TakingReports = Readonly<{
  asked: Asked;
  /** Undefined where nothing is sent. */
  mailing: Mailing | undefined;
  truth: Truth;
  hash: (text: string) => Uint8Array;
}>;

export type ByMail = TakingReports & Readonly<{ mailing: Mailing; box: Reporting; texts: Texts }>;

export type Outcome = Readonly<{ heard: ReportHeard['heard'] }> | Readonly<{ silence: Silence }>;

/** Why nobody is thanked, though the report is kept: a program on the way may be the reason. */
const KEPT_IN_SILENCE: readonly Silence[] = ['other-envelope', 'sender-unproved'];

/**
 * A mail to the address for reports. One of ours is answered by the check; what a program sent by itself, and what loops or floods, is
 * let go of. Whether it is proved who reported is kept with it.
 */
export async function takeReportMail({ bytes, isDirect }: Arrival, by: ByMail): Promise<Outcome> {
  const { mailing, box, texts, truth } = by;
  const message = readMessage(bytes.subarray(0, MOST_BYTES));
  const { from, replyTo, returns } = mailing;
  const own = [from.address, replyTo, ...(mailing.check === undefined ? [] : [mailing.check.address])];
  const who = whoAsks(message.fields, { check: box.address, own, returns });
  if ('silence' in who && !KEPT_IN_SILENCE.includes(who.silence)) return who;
  const reporter = usable(mailboxesIn(message.fields, 'from')[0]?.address.toLowerCase() ?? '');
  if (reporter === undefined) return { silence: 'several-senders' };
  const { verdict } = await checkMessage({ bytes, address: reporter }, truth);
  if (isOurs(verdict)) {
    await answerMessage({ bytes, isDirect }, { ...by, box });
    return { heard: 'ours' };
  }
  const proved = !('silence' in who) && (await isSenderProved(message, reporter, { isDirect, box, texts }));
  return { heard: await keep({ reporter, proved, bytes, message, way: 'mail' }, by) };
}

/** Somebody says with a form or by a program who reported; `proved` is whether that program vouches for it. */
export async function takeReport(
  {
    reporter,
    proved,
    bytes,
    way,
  }: Readonly<{ reporter: string; proved: boolean; bytes: Uint8Array; way: 'form' | 'app' }>,
  taking: TakingReports,
): Promise<ReportHeard['heard']> {
  const { verdict } = await checkMessage({ bytes, address: reporter }, taking.truth);
  if (isOurs(verdict)) return 'ours';
  const message = readMessage(bytes.subarray(0, MOST_BYTES));
  return keep({ reporter: oneAddress(reporter), proved, bytes, message, way }, taking);
}

/** What only looks like ours is reported like any other. */
const isOurs = (verdict: string): boolean => verdict.startsWith('genuine') || verdict === 'replay';

type Kept = Readonly<{
  reporter: OneAddress;
  proved: boolean;
  bytes: Uint8Array;
  message: Message;
  way: 'mail' | 'form' | 'app';
}>;

async function keep(
  { reporter, proved, bytes, message, way }: Kept,
  { asked, mailing, hash }: TakingReports,
): Promise<ReportHeard['heard']> {
  // What was pasted has no header that could tell one from another.
  const same = looksLikeMessage(bytes) ? keyOf(message) : createHash('sha256').update(bytes).digest();
  const key = hash(JSON.stringify([reporter, Buffer.from(same).toString('hex')]));
  const who = hash(reporter);
  const now = asked.now().getTime();
  const times = async (what: 'report' | 'reporter' | 'thanked', one: Uint8Array, since: number) =>
    (await answeredSince(asked.db, what, { keys: [one], since: new Date(since) })).get(
      Buffer.from(one).toString('hex'),
    ) ?? 0;
  if ((await times('report', key, now - MONTH_MS)) > 0) return 'known';
  if ((await times('reporter', who, now - DAY_MS)) >= MOST_A_DAY) return 'too-many';
  if ((await countSince(asked.db, 'report', new Date(now - HOUR_MS))) >= MOST_AN_HOUR) return 'too-many';
  const read = readReport(bytes);
  const sayings = await readSayings();
  const language = sayings.nearest(languageIn(wordsOf(message)) ?? '');
  // Only who wrote by mail, and proved it, is written to: nobody else asked for mail.
  const isThanked =
    way === 'mail' && proved && canSend(mailing) && (await times('thanked', who, now - MONTH_MS)) === 0;
  const say = sayings.in(language);
  const id = newId('rpt');
  await deed(asked, async (tx, at) => {
    const entry = await record(tx, {
      kind: 'report-taken',
      facts: { report: id, way, proved, found: read.found, thanked: isThanked },
      texts: { report: { value: JSON.stringify({ reporter, read }) } },
    });
    await insertReport(tx, { id, entry, at, proved });
    await noteAnswered(tx, 'report', { keys: [key], at });
    await noteAnswered(tx, 'reporter', { keys: [who], at });
    if (!isThanked || mailing === undefined) return;
    const answers = plainIdOf(message);
    const letter = {
      to: reporter,
      language,
      subject: say('mail.thanks.subject'),
      lines: [
        say('mail.greeting'),
        say('mail.thanks.intro'),
        say('mail.thanks.kept'),
        say('mail.footer', { name: mailing.from.name }),
      ],
      isAnswer: true,
      ...(answers === undefined ? {} : { answers }),
    };
    await askMail(tx, { kind: 'thanks', entry, ...letterOf(letter, mailing, at) }, at);
    await noteAnswered(tx, 'thanked', { keys: [who], at });
  });
  return 'kept';
}

const Text = z.strictObject({ reporter: z.string(), read: ReportRead });

/** Reports that came in in this time and are not erased, with what was read out of them. */
export async function keptReports(
  reads: Reads,
  within: Readonly<{ from?: Date | undefined; to?: Date | undefined }> = {},
): Promise<KeptReport[]> {
  const rows = await reportRows(reads, within);
  const text = await textsOf(
    reads,
    rows.map(({ entry }) => entry),
  );
  return rows.flatMap((row) => {
    const value = text(row.entry, 'report');
    return value === null ? [] : [{ ...row, ...Text.parse(JSON.parse(value)) }];
  });
}

/** Erases one report, as its reporter may ask. */
export async function eraseReport(asked: Asked, { report, reason }: EraseReport): Promise<ReportErased> {
  const entry = await deed(asked, async (tx) => {
    const row = await reportById(tx, report);
    if (row === undefined)
      throw new ForthrightError('report-not-found', `There is no report ${report.slice(0, 60)}.`);
    await eraseTextsOf(tx, row.entry);
    const entry = await record(tx, {
      kind: 'reports-erased',
      facts: { reports: [row.id], because: 'asked' },
      texts: { reason: { value: reason } },
    });
    await setReportsErased(tx, [row.id], entry);
    return entry;
  });
  return { report, entry };
}

/** An entry names each of them, and is small. */
const AT_ONCE = 200;

/** Erases what is older than reports are kept. */
export async function eraseOldReports(asked: Asked, keepDays: number): Promise<number> {
  const before = new Date(asked.now().getTime() - keepDays * DAY_MS);
  let erased = 0;
  for (;;) {
    const rows: readonly ReportRow[] = await reportsBefore(asked.db, before, AT_ONCE);
    if (rows.length === 0) return erased;
    await deed(asked, async (tx) => {
      for (const { entry } of rows) await eraseTextsOf(tx, entry);
      const facts = { reports: rows.map(({ id }) => id), because: 'retention' };
      const entry = await record(tx, { kind: 'reports-erased', facts });
      await setReportsErased(tx, facts.reports, entry);
    });
    erased += rows.length;
  }
}
