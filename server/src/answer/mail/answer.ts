/** One message that was forwarded to the check address gets its verdict as an answer, once, or none. */
import { createHash } from 'node:crypto';
import type { MessageAnswer } from '@forthright/contract';
import { type Checking, findAddressees, type Mailing } from '../../notify/index.ts';
import { domainOf, type OneAddress, oneAddress } from '../../platform/mail/index.ts';
import { type Asked, deed, record } from '../../prove/index.ts';
import { checkMessage } from '../check/check.ts';
import { type Field, type Message, MOST_BYTES, readMessage, textOfPart, valuesOf } from '../check/mime.ts';
import { isSignedBy, isVouchedFor, type Texts } from '../check/sender.ts';
import { answeredSince, countSince, noteAnswered } from '../lately.ts';
import { letterOf } from '../outbox/letter.ts';
import { askMail } from '../outbox/outbox.ts';
import { languageIn } from '../sayings/guess.ts';
import { readSayings } from '../sayings/index.ts';
import type { Truth } from '../types.ts';
import { type Silence, whoAsks } from './loops.ts';

const MONTH_MS = 30 * 86_400_000;
const DAY_MS = 86_400_000;
const HOUR_MS = 3_600_000;
/** Nobody forwards more for a check; two programs that take each other for people end here. */
const MOST_A_DAY = 10;
/** To all together. */
const MOST_AN_HOUR = 3000;

export type Answering = Readonly<{
  asked: Asked;
  mailing: Mailing;
  truth: Truth;
  texts: Texts;
  hash: (text: string) => Uint8Array;
  /** Where it came; the address for checks, unless it is said. */
  box?: Checking | undefined;
}>;

export type Arrival = Readonly<{
  bytes: Uint8Array;
  /** Whether our own receiver took it, so that nobody whom we trust has looked at it before. */
  isDirect: boolean;
}>;

export type Outcome = Readonly<{ answered: MessageAnswer['verdict'] }> | Readonly<{ silence: Silence }>;

/**
 * The answer goes to the address in From, and only if its domain is proved to have sent the message and the envelope is of that
 * domain: mail in somebody else's name would have us write to that somebody. Nothing of the message is repeated in it.
 */
export async function answerMessage({ bytes, isDirect }: Arrival, answering: Answering): Promise<Outcome> {
  const { asked, mailing, truth, texts, hash } = answering;
  const check = answering.box ?? mailing.check;
  if (check === undefined) throw new Error('Nothing is taken without an address to take it at.');
  const message = readMessage(bytes.subarray(0, MOST_BYTES));
  const { from, replyTo, returns } = mailing;
  const who = whoAsks(message.fields, { check: check.address, own: [from.address, replyTo], returns });
  if ('silence' in who) return who;
  const to = usable(who.asks);
  if (to === undefined) return { silence: 'several-senders' };
  const key = keyOf(message);
  const sender = hash(who.asks);
  const now = asked.now().getTime();
  const count = async (what: 'verdict' | 'sender', one: Uint8Array, since: number) =>
    (await answeredSince(asked.db, what, { keys: [one], since: new Date(since) })).get(
      Buffer.from(one).toString('hex'),
    ) ?? 0;
  if ((await count('verdict', key, now - MONTH_MS)) > 0) return { silence: 'known' };
  if ((await count('sender', sender, now - DAY_MS)) >= MOST_A_DAY) return { silence: 'too-many' };
  if ((await countSince(asked.db, 'verdict', new Date(now - HOUR_MS))) >= MOST_AN_HOUR)
    return { silence: 'too-many' };
  if (!(await isSenderProved(message, to, { isDirect, box: check, texts })))
    return { silence: 'sender-unproved' };
  // For whom it is: somebody else's notice, forwarded by this one, is a replay.
  const verdict = await checkMessage({ bytes, address: who.asks }, truth);
  const language = await languageFor(message, verdict, answering);
  const mail = letterOf(await letterFor({ to, verdict, language, message }, mailing), mailing, asked.now());
  await deed(asked, async (tx, at) => {
    const entry = await record(tx, {
      kind: 'message-answered',
      facts: {
        verdict: verdict.verdict,
        reasons: verdict.reasons.map(({ is }) => is),
        language,
        sha256: Buffer.from(key).toString('hex'),
        ...(verdict.batch === undefined ? {} : { batch: verdict.batch }),
      },
    });
    await askMail(tx, { kind: 'verdict', entry, ...mail }, at);
    await noteAnswered(tx, 'verdict', { keys: [key], at });
    await noteAnswered(tx, 'sender', { keys: [sender], at });
  });
  return { answered: verdict.verdict };
}

/** Whether the domain of this address is proved to have sent the message. */
export async function isSenderProved(
  { fields, bytes }: Message,
  sender: OneAddress,
  { isDirect, box, texts }: Readonly<{ isDirect: boolean; box: Checking; texts: Texts }>,
): Promise<boolean> {
  const trusted = isDirect ? undefined : box.trusts;
  if (trusted !== undefined && isVouchedFor(fields, domainOf(sender), trusted)) return true;
  return isSignedBy(bytes, domainOf(sender), texts);
}

export function usable(address: string): OneAddress | undefined {
  try {
    return oneAddress(address);
  } catch {
    return undefined;
  }
}

/** Stays the same when the same message comes once more, by whatever way. */
export function keyOf({ fields, body }: Message): Uint8Array {
  const parts = ['from', 'date', 'message-id'].map((name) => valuesOf(fields, name)[0]?.trim() ?? '');
  return createHash('sha256')
    .update(JSON.stringify([...parts, body.trim()]))
    .digest();
}

/** Of the notice that it is; else of the message, as far as that can be told. */
async function languageFor(
  message: Message,
  { code, reasons }: MessageAnswer,
  { asked }: Answering,
): Promise<string> {
  const sayings = await readSayings();
  const isTheirs = reasons.some(({ is }) => is === 'sent-to-this-address');
  const [found] =
    code === undefined || !isTheirs
      ? []
      : await findAddressees(
          asked.db,
          { by: 'code', key: code.replaceAll('-', '') },
          { incidents: undefined, most: 1 },
        );
  return sayings.nearest(found?.facts.language ?? languageIn(wordsOf(message)) ?? statedIn(message.fields));
}

const statedIn = (fields: readonly Field[]): string =>
  /^[a-z]{2}/i.exec(valuesOf(fields, 'content-language')[0]?.trim() ?? '')?.[0]?.toLowerCase() ?? '';

/** All that is text in it, also of what is attached. */
export function wordsOf({ root }: Pick<Message, 'root'>): string {
  const texts: string[] = [];
  const visit = (part: Message['root'], depth: number): void => {
    for (const child of part.children) visit(child, depth + 1);
    if (part.children.length > 0) return;
    if (part.type.startsWith('text/')) texts.push(textOfPart(part).text.replace(/<[^<>]{0,2000}>/g, ' '));
    if (part.type === 'message/rfc822' && depth < 4)
      visit(readMessage(Buffer.from(part.raw, 'latin1')).root, depth + 1);
  };
  visit(root, 0);
  return texts.join('\n');
}

/** Where its Message-ID could say nothing else, so that an answer stands beside what it answers. */
export const plainIdOf = ({ fields }: Pick<Message, 'fields'>): string | undefined =>
  PLAIN_ID.exec(valuesOf(fields, 'message-id')[0]?.trim() ?? '')?.[1];
const PLAIN_ID = /^<([A-Za-z0-9.+_=-]{8,100}@[a-z0-9][a-z0-9.-]{0,100})>$/;

async function letterFor(
  {
    to,
    verdict,
    language,
    message,
  }: Readonly<{ to: OneAddress; verdict: MessageAnswer; language: string; message: Message }>,
  { from }: Mailing,
) {
  const say = (await readSayings()).in(language);
  const answers = plainIdOf(message);
  return {
    to,
    language,
    subject: say('mail.verdict.subject'),
    lines: [
      say('mail.greeting'),
      say('mail.verdict.intro'),
      say(`verdict.${verdict.verdict}`),
      `${say('heading.checked')}: ${verdict.reasons.map(({ is }) => say(`reason.${is}`)).join(' ')}`,
      say(`next.${verdict.verdict}`),
      say('mail.footer', { name: from.name }),
    ],
    isAnswer: true,
    ...(answers === undefined ? {} : { answers }),
  };
}
