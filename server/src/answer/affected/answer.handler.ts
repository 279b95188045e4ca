/**
 * Answers "was I affected?", as a job by the clock: of all who waited, those whose address a campaign or the directory knows get
 * a mail, at most one a week; what strangers asked about is deleted.
 */

import {
  canSend,
  type FoundAddressee,
  findAddressees,
  type Mailing,
  noticeFor,
  Writers,
} from '../../notify/index.ts';
import type { Db, Reads } from '../../platform/db/index.ts';
import { type OneAddress, oneAddress } from '../../platform/mail/index.ts';
import type { Handler } from '../../platform/queue/index.ts';
import { normalisedAddress } from '../../prove/codes/index.ts';
import { type Asked, deed, PROGRAM, record } from '../../prove/index.ts';
import { addressesInDirectory } from '../../scope/index.ts';
import { toldOf } from '../desk/told.ts';
import { answeredSince, keyedHash, noteAnswered } from '../lately.ts';
import { type Letter, letterOf } from '../outbox/letter.ts';
import { askMail } from '../outbox/outbox.ts';
import { undefinedIfGone } from '../record.ts';
import { readSayings, type Sayings } from '../sayings/index.ts';
import { type Ask, deleteAsks, waitingAsks } from './store.ts';

export const ANSWER_ASKS = 'answer-asks';
const MOST_AT_ONCE = 3000;
/** One deed holds up others for as long as it takes. */
const A_DEED = 100;
const WEEK_MS = 7 * 86_400_000;
/** Whoever was told more often than this is told of the newest. */
const MOST_NOTICES = 20;

export type AnswerAsksOptions = Readonly<{
  db: Db;
  now: () => Date;
  /** The data folder. */
  data: string;
  workspace: string | undefined;
  mailing: Mailing | undefined;
}>;

export function answerAsksHandler(options: AnswerAsksOptions): Handler {
  const { db, now, data, workspace, mailing } = options;
  const asked: Asked = { db, now, actor: PROGRAM };
  return {
    run: async (_job, { signal, progress }) => {
      if (!canSend(mailing)) return;
      const asks = await waitingAsks(db, MOST_AT_ONCE);
      if (asks.length === 0) return;
      const unique = [...new Map(asks.map((ask) => [ask.address, ask])).values()];
      const listed =
        workspace === undefined
          ? new Set<string>()
          : await addressesInDirectory(
              workspace,
              unique.map(({ address }) => address),
              signal,
            );
      const hash = await keyedHash(data);
      const tools = {
        db,
        mailing,
        hash,
        sayings: await readSayings(),
        writers: new Writers({ db, workspace, mailing }),
      };
      for (let from = 0; from < unique.length; from += A_DEED) {
        signal.throwIfAborted();
        const some = unique.slice(from, from + A_DEED);
        const addresses = new Set(some.map(({ address }) => address));
        const ns = asks.filter(({ address }) => addresses.has(address)).map(({ n }) => n);
        await answerSome(asked, { some, ns, listed }, tools);
        progress('answering', from + some.length, unique.length);
      }
    },
  };
}

type Tools = Readonly<{
  db: Db;
  mailing: Mailing;
  hash: (text: string) => Uint8Array;
  sayings: Sayings;
  writers: Writers;
}>;

async function answerSome(
  asked: Asked,
  {
    some,
    ns,
    listed,
  }: Readonly<{ some: readonly Ask[]; ns: readonly bigint[]; listed: ReadonlySet<string> }>,
  tools: Tools,
): Promise<void> {
  const { db, mailing, hash } = tools;
  const keyOf = (address: string) => Buffer.from(hash(address));
  const lately = await answeredSince(db, 'affected', {
    keys: some.map(({ address }) => keyOf(address)),
    since: new Date(asked.now().getTime() - WEEK_MS),
  });
  const letters: { key: Uint8Array; mail: ReturnType<typeof letterOf> }[] = [];
  for (const ask of some) {
    const key = keyOf(ask.address);
    if (lately.has(key.toString('hex'))) continue;
    const letter = await letterFor(ask, listed.has(ask.address), tools);
    if (letter !== undefined) letters.push({ key, mail: letterOf(letter, mailing, asked.now()) });
  }
  await deed(asked, async (tx, at) => {
    const entry = await record(tx, {
      kind: 'affected-answered',
      facts: { asks: ns.length, addresses: some.length, answered: letters.length },
    });
    for (const { mail } of letters) await askMail(tx, { kind: 'affected', entry, ...mail }, at);
    await noteAnswered(tx, 'affected', { keys: letters.map(({ key }) => key), at });
    await deleteAsks(tx, ns);
  });
}

/** Undefined for an address that neither a campaign nor the directory knows: nobody is written to who has nothing to do with us. */
async function letterFor(
  { address, language }: Ask,
  isListed: boolean,
  { db, mailing, sayings, writers }: Tools,
): Promise<Letter | undefined> {
  const to = usable(address);
  if (to === undefined) return undefined;
  const found = (
    await findAddressees(db, { by: 'address', key: to }, { incidents: undefined, most: MOST_NOTICES })
  ).filter((one) => one.message !== undefined && normalisedAddress(one.message.address) === address);
  if (found.length === 0 && !isListed) return undefined;
  const own = sayings.nearest(found[0]?.facts.language ?? language ?? '');
  const say = sayings.in(own);
  const lines = await Promise.all(
    found.filter(wasSent).map((one) => lineOf(one, { db, writers, mailing, say })),
  );
  return {
    to: found[0]?.message?.address ?? to,
    language: own,
    subject: say('mail.affected.subject'),
    lines: [
      say('mail.greeting'),
      say('mail.affected.intro'),
      ...(lines.length === 0 ? [say('mail.affected.none')] : [...new Set(lines)]),
      say('mail.affected.rest'),
      say('mail.footer', { name: mailing.from.name }),
    ],
  };
}

function usable(address: string): OneAddress | undefined {
  try {
    return oneAddress(address);
  } catch {
    return undefined;
  }
}

const wasSent = (one: FoundAddressee): boolean =>
  one.message?.date !== undefined &&
  ['accepted', 'in-doubt', 'came-back', 'told-otherwise', 'other-channel'].includes(toldOf(one));

async function lineOf(
  one: FoundAddressee,
  {
    db,
    writers,
    mailing,
    say,
  }: Readonly<{ db: Reads; writers: Writers; mailing: Mailing; say: ReturnType<Sayings['in']> }>,
): Promise<string> {
  const notice = await noticeFor({ reads: db, writers }, one).catch(undefinedIfGone);
  return say('mail.affected.line', {
    date: one.message?.date ?? one.since,
    subject: notice?.subject ?? '…',
    from: mailing.from.address,
  });
}
