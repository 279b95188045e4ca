import {
  type Json,
  type KeyTerm,
  parseJson,
  parseVerifierKey,
  RegisterError,
  type VerifierKey,
} from '../tree/index.ts';
import { fieldsOf, listOf, refuseDeepJson, secondsOf, textOf } from './shape.ts';

/** A log's public key and when it counts, in seconds: `fromSeconds <= t < untilSeconds`. */
export type KeyInTime = Readonly<{
  key: VerifierKey;
  fromSeconds: number;
  untilSeconds: number;
  term: KeyTerm;
}>;

const MOST_KEYS = 1000;
const ALWAYS = '1970-01-01T00:00:00Z';

/** A key that the reader trusts without saying since when. */
export function keyForAllTime(raw: string, at: string): KeyInTime {
  return keyOf({ vkey: raw, from: ALWAYS, until: null }, at);
}

/**
 * A list of keys with their times, as an archive keeps it: `[{ "vkey", "from", "until" }]`, public keys only. Refuses
 * a key that is listed twice, and one that is not a log's.
 */
export function keysOf(raw: Json | undefined, at: string): KeyInTime[] {
  const keys = listOf(raw, at, MOST_KEYS, keyOf);
  for (const [i, { key }] of keys.entries()) {
    if (keys.findIndex((other) => other.key.vkey === key.vkey) < i) {
      throw new RegisterError('key-invalid', `${at}[${i}]`, 'the key is listed twice');
    }
  }
  return keys;
}

/** The text of such a list. */
export function parseKeys(text: string, at: string): KeyInTime[] {
  refuseDeepJson(text, 4, at);
  return keysOf(parseJson(text, at), at);
}

function keyOf(raw: Json, at: string): KeyInTime {
  const fields = fieldsOf(raw, at, ['vkey', 'from', 'until']);
  const key = parseVerifierKey(textOf(fields.vkey, `${at}.vkey`, 1024), `${at}.vkey`);
  if (key.type !== 'ed25519') {
    throw new RegisterError(
      'key-invalid',
      `${at}.vkey`,
      'a cosigner key (type 4) is not the key of a log (type 1)',
    );
  }
  const fromSeconds = secondsOf(fields.from, `${at}.from`);
  const until = fields.until === null ? null : textOf(fields.until, `${at}.until`, 40);
  const untilSeconds = until === null ? Number.POSITIVE_INFINITY : secondsOf(until, `${at}.until`);
  if (untilSeconds <= fromSeconds) {
    throw new RegisterError('key-invalid', `${at}.until`, 'the key ends before it begins to count');
  }
  const term = { vkey: key.vkey, from: textOf(fields.from, `${at}.from`, 40), until };
  return { key, fromSeconds, untilSeconds, term };
}
