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

/**
 * Parses a message that somebody sent us, in a time that grows with its length. Rejects for what is no message; how long it may be is
 * for the caller to say.
 */
export const parseMail = (bytes: Uint8Array, options: PostalMimeOptions = {}): Promise<Email> =>
  PostalMime.parse(withoutWaste(bytes), options);
