/** The one place where foreign mail is parsed. */
import PostalMime, { type Email, type PostalMimeOptions } from 'postal-mime';

export type { Address as MailAddress, Email } from 'postal-mime';

const MOST_BLANKS = 500;
const isBlank = (byte: number | undefined): boolean =>
  byte === 32 || (byte !== undefined && byte >= 9 && byte <= 13);

/** Long runs of blanks are cut: they tell nothing, and the parser's time grows with their square (900 KB: 15 s). */
function withoutWaste(bytes: Uint8Array): Uint8Array {
  const kept = new Uint8Array(bytes.length);
  let [length, run] = [0, 0];
  for (const byte of bytes) {
    run = isBlank(byte) ? run + 1 : 0;
    if (run <= MOST_BLANKS) kept[length++] = byte;
  }
  return length === bytes.length ? bytes : kept.subarray(0, length);
}

/** A message of four megabytes could have 400,000 parts, each of which costs as much as a small message. */
const MOST_PARTS = 2000;
/** Each line of a text that is not encoded costs some ten microseconds, however short it is. */
const MOST_SHORT_LINES = 20_000;
const SHORT_LINE = 40;
const LF = 10;
const DASH = 45;

/** Where a message becomes more than is read of one: its length where it never does. */
function endOfReading(bytes: Uint8Array): number {
  let [parts, lines, start] = [0, 0, 0];
  for (let end = bytes.indexOf(LF); end >= 0; end = bytes.indexOf(LF, start)) {
    if (bytes[start] === DASH && bytes[start + 1] === DASH) parts += 1;
    if (end - start < SHORT_LINE) lines += 1;
    if (parts > MOST_PARTS || lines > MOST_SHORT_LINES) return start;
    start = end + 1;
  }
  return bytes.length;
}

/**
 * Parses a message that somebody sent us, in a time that grows with its length. Behind 2,000 lines that could begin a part, or 20,000 short
 * lines, no more is read; with `isWhole` such a message is rejected. Rejects for what is no message, too; how long it may be is for the
 * caller to say.
 */
export async function parseMail(
  bytes: Uint8Array,
  { isWhole = false, ...options }: PostalMimeOptions & Readonly<{ isWhole?: boolean }> = {},
): Promise<Email> {
  const kept = withoutWaste(bytes);
  const end = endOfReading(kept);
  if (isWhole && end < kept.length)
    throw new Error('The message has more parts or lines than are read of one.');
  return PostalMime.parse(kept.subarray(0, end), options);
}
