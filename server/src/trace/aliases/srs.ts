/**
 * The sender rewriting scheme (SRS0): mail that is handed on leaves under a domain of ours, so that its SPF holds, and what comes back is
 * handed back to whoever wrote it. `SRS0=HASH=DAY=domain=local@ours`; the hash keeps others from sending through us, the day ends it.
 */
import { createHmac, timingSafeEqual } from 'node:crypto';

const DAY_MS = 86_400_000;
const DAYS = 1024;
/** As long as servers may try. */
const LONGEST_DAYS = 21;
const DIGITS = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
const HASH_LETTERS = 8;
/** RFC 5321, 4.5.3.1.1. */
const MOST_LOCAL = 64;
const FORM = /^SRS0=([A-Za-z0-9_-]{8})=([A-Z2-7]{2})=([^=@\s]+)=(.+)$/i;

const dayOf = (now: Date): number => Math.floor(now.getTime() / DAY_MS) % DAYS;
const written = (day: number): string => `${DIGITS[day >> 5] ?? ''}${DIGITS[day & 31] ?? ''}`;
const read = (text: string): number =>
  (DIGITS.indexOf(text[0]?.toUpperCase() ?? '') << 5) | DIGITS.indexOf(text[1]?.toUpperCase() ?? '');

/** Letters of base64url differ by case, which some servers do not keep: both sides are compared in lower case. */
const hashOf = (key: Uint8Array, day: string, domain: string, local: string): string =>
  createHmac('sha256', key)
    .update(`srs\0${day}\0${domain.toLowerCase()}\0${local.toLowerCase()}`)
    .digest('base64url')
    .slice(0, HASH_LETTERS);

/** Undefined where the address would be too long: then nothing can come back. */
export function rewritten(
  sender: string,
  { key, domain: ours, now }: Readonly<{ key: Uint8Array; domain: string; now: Date }>,
): string | undefined {
  const at = sender.lastIndexOf('@');
  if (at < 1 || /[\s"]/.test(sender)) return undefined;
  const [local, domain] = [sender.slice(0, at), sender.slice(at + 1)];
  const day = written(dayOf(now));
  const text = `SRS0=${hashOf(key, day, domain, local)}=${day}=${domain}=${local}`;
  return text.length > MOST_LOCAL ? undefined : `${text}@${ours}`;
}

/** To whom a message to this address goes back; undefined when we did not write it, or its time is over. */
export function original(
  local: string,
  { keys, now }: Readonly<{ keys: readonly Uint8Array[]; now: Date }>,
): string | undefined {
  const [, hash = '', day = '', domain = '', name = ''] = FORM.exec(local) ?? [];
  if (hash === '') return undefined;
  const age = (dayOf(now) - read(day) + DAYS) % DAYS;
  if (age > LONGEST_DAYS) return undefined;
  const given = Buffer.from(hash.toLowerCase());
  const isOurs = keys.some((key) => {
    const mine = Buffer.from(hashOf(key, day.toUpperCase(), domain, name).toLowerCase());
    return mine.length === given.length && timingSafeEqual(mine, given);
  });
  return isOurs ? `${name}@${domain}` : undefined;
}
