/** PostgreSQL cuts longer names off without a word, so that two names would become one. */
const LONGEST_BYTES = 63;

/** Quotes one identifier for PostgreSQL. The only way in which a name may reach a statement. */
export function quoteName(name: string): string {
  const bytes = Buffer.byteLength(name);
  if (bytes === 0 || bytes > LONGEST_BYTES || name.includes('\0') || !name.isWellFormed())
    throw new RangeError(`A name of ${bytes} bytes, or with characters that no name may have.`);
  return `"${name.replaceAll('"', '""')}"`;
}
