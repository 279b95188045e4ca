/** A message that arrived in a mailbox for returned mail becomes what happened to the one it belongs to. */
import type { Asked } from '../../prove/index.ts';
import { type CameBack, type Meaning, readCameBack, tokenOf } from '../returned/index.ts';
import { messageOfIds, messageOfTokens, type TriedMessage } from './messages.store.ts';
import { type Letter, type Noted, noteReturned } from './returns.ts';
import type { Mailing } from './types.ts';

export type Intake = Readonly<{
  asked: Asked;
  mailing: Pick<Mailing, 'returns' | 'mostReturned'>;
}>;

/** `unknown`: it belongs to no message of ours, or to one whose person was erased. */
export type Taken = Noted | 'unknown';

/**
 * Notes a message that came: its person is found by the address to which it was returned, whatever it says, else by the
 * Message-ID that it names. `recipients`: those of its envelope, where whoever received it knows them.
 */
export async function takeReturned(
  { asked, mailing }: Intake,
  bytes: Uint8Array,
  recipients: readonly string[] = [],
): Promise<Taken> {
  const back = await readCameBack(bytes);
  const tokens = [...recipients, ...back.to].flatMap((address) => tokenOf(address, mailing.returns) ?? []);
  const message = (await messageOfTokens(asked.db, tokens)) ?? (await messageOfIds(asked.db, back.about));
  if (message === undefined) return 'unknown';
  const meaning = meaningFor(back, message);
  const { status, reason, diagnostic } = outcomeFor(back, message);
  return noteReturned(
    asked,
    message,
    {
      key: back.key,
      meaning,
      status,
      reason,
      said: NEEDS_READING.has(meaning) ? undefined : diagnostic,
      letter: NEEDS_READING.has(meaning) ? letterOf(back) : undefined,
    },
    mailing.mostReturned,
  );
}

const NEEDS_READING: ReadonlySet<Meaning> = new Set(['reply', 'other']);

/**
 * Only somebody who got our message can name its Message-ID, and only its addressee writes from that address. Whoever
 * else writes to the envelope's sender has to be read before it counts as an answer; our own message that comes round is none.
 */
function meaningFor({ meaning, id, about, from }: CameBack, message: TriedMessage): Meaning {
  if (id === message.messageId) return 'other';
  if (meaning !== 'reply') return meaning;
  const isTheirs = from.address.toLowerCase() === message.address.toLowerCase();
  return isTheirs || about.includes(message.messageId) ? 'reply' : 'other';
}

/** Of a report about several recipients, what it says of ours. */
function outcomeFor({ returned }: CameBack, { address }: TriedMessage) {
  const own = returned.find(({ recipient }) => recipient.toLowerCase() === address.toLowerCase());
  return own ?? returned[0] ?? { status: '', reason: '', diagnostic: '' };
}

const MOST_TEXT = 19_000;

function letterOf({ from, subject, text }: CameBack): Letter {
  const clean = (words: string) => words.replace(CONTROL, ' ').trim();
  const body = clean(text).slice(0, MOST_TEXT);
  return {
    name: clean(from.name).replace(/\s+/g, ' ').slice(0, 300),
    address: from.address.slice(0, 300),
    text: `${clean(subject).slice(0, 300)}\n\n${body}`.trim() || '(empty)',
  };
}

// biome-ignore lint/suspicious/noControlCharactersInRegex: these are what is taken out
const CONTROL = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u202a-\u202e\u2066-\u2069]/g;
