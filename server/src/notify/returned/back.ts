import { createHash } from 'node:crypto';
import { addressesIn, bareAddress } from './addresses.ts';
import { readLetter } from './letter.ts';
import { judgeLetter } from './returned.ts';
import { isChallenge, isLateNotice, isWrittenByProgram } from './signs.ts';
import type { Letter, Returned } from './types.ts';

/**
 * What a message means for one that we sent. `delayed`: still tried. `answered-itself`: a program answered, so it arrived.
 * `other`: something that a person has to read before anybody can say.
 */
export type Meaning =
  | 'address-dead'
  | 'blocked-by-policy'
  | 'temporary'
  | 'delayed'
  | 'complaint'
  | 'answered-itself'
  | 'delivered'
  | 'reply'
  | 'other';

/** A message that came, with all that can tell which of ours it belongs to. */
export type CameBack = Readonly<{
  /** Stays the same when the same message is handed over again, by whatever way. */
  key: Uint8Array;
  returned: readonly Returned[];
  meaning: Meaning;
  /** To whom the envelope went, as far as its headers say. */
  to: readonly string[];
  /** Message-IDs of those it speaks of, without brackets. */
  about: readonly string[];
  /** Its own Message-ID, without brackets. */
  id: string;
  from: Readonly<{ name: string; address: string }>;
  subject: string;
  text: string;
}>;

/** Headers in which mail stores keep the address that the envelope named; the visible To comes last. */
const ENVELOPE = [
  'x-original-to',
  'envelope-to',
  'x-envelope-to',
  'delivered-to',
  'x-rcpt-to',
  'to',
] as const;
const MOST_IDS = 50;

/** As `readReturned`, with what joins it to a message that was sent. Total in the same way. */
export async function readCameBack(bytes: Uint8Array): Promise<CameBack> {
  const letter = await readLetter(bytes);
  const returned = judgeLetter(letter);
  const [from = ''] = letter.headers.get('from') ?? [];
  return {
    key: keyOf(bytes),
    returned,
    meaning: meaningOf(letter, returned),
    to: ENVELOPE.flatMap((name) => letter.headers.get(name) ?? [])
      .flatMap((value) => addressesIn(value))
      .map(({ address }) => address),
    about: [
      ...['in-reply-to', 'references'].flatMap((name) => letter.headers.get(name) ?? []).flatMap(idsIn),
      ...idsIn(/^message-id:[ \t]*(.*(?:\n[ \t].*)*)/im.exec(letter.original)?.[1] ?? ''),
    ].slice(0, MOST_IDS),
    id: idsIn(letter.headers.get('message-id')?.[0] ?? '')[0] ?? '',
    from: {
      name: from
        .replace(/<[^<>]*>/g, '')
        .replace(/["']/g, '')
        .trim()
        .slice(0, 300),
      address: bareAddress(from),
    },
    subject: letter.headers.get('subject')?.[0] ?? '',
    text: letter.prose,
  };
}

const idsIn = (field: string): string[] =>
  [...field.slice(0, 8192).matchAll(/<([^<>\s]{3,250})>/g)].map(([, id = '']) => id);

/** Headers that servers on the way add would make each copy another message. */
function keyOf(bytes: Uint8Array): Uint8Array {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const crlf = text.indexOf('\r\n\r\n');
  const lf = text.indexOf('\n\n');
  const end = crlf >= 0 && (lf < 0 || crlf < lf) ? crlf : lf;
  const head = (end < 0 ? text : text.subarray(0, end)).toString('latin1');
  const body = end < 0 ? '' : text.subarray(end).toString('latin1');
  const named = (name: string) => new RegExp(`^${name}:[ \\t]*(.*)`, 'im').exec(head)?.[1]?.trim() ?? '';
  const parts = ['from', 'date', 'message-id'].map(named);
  // A server may write other line ends, and end the message with more or fewer of them.
  const plain = body.replace(/\r\n/g, '\n').trim();
  return createHash('sha256')
    .update(JSON.stringify([...parts, plain]))
    .digest();
}

function meaningOf(letter: Letter, returned: readonly Returned[]): Meaning {
  const [first] = returned;
  if (first === undefined) return 'other';
  if (first.reason === 'feedback') return 'complaint';
  if (first.reason === 'vacation') return isWrittenByProgram(letter) ? 'answered-itself' : 'reply';
  if (first.reason === 'delivered') return 'delivered';
  if (first.kind !== 'not-a-bounce') return isLateNotice(letter) ? 'delayed' : first.kind;
  if (letter.reports.some(({ type }) => type === 'disposition-notification')) return 'answered-itself';
  if (isChallenge(letter) || letter.headers.size === 0) return 'other';
  return isWrittenByProgram(letter) ? 'other' : 'reply';
}
