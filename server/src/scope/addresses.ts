import { domainToASCII } from 'node:url';
import { type Analytics, quoteText } from '../platform/analytics/index.ts';
import { bind, type Sql } from '../sources/index.ts';

/** Nearly every address is ASCII, for which a tenth of the work does. */
const basic = (text: Sql): Sql =>
  bind(
    `trim(BOTH ' \\t\\r' FROM ${text})`,
    (t) => `if(isValidASCII(${t}), lower(${t}), lowerUTF8(normalizeUTF8NFC(${t})))`,
  );

/**
 * SQL of a normalised e-mail address: trimmed, NFC, lower case, domain as ASCII. The engine has no IDNA, so the
 * few domains beyond ASCII are looked up here, once, and compiled in.
 */
export async function addressSql(engine: Analytics, from: Sql): Promise<(text: Sql) => Sql> {
  const rows = await engine.rows<{ domain: string }>(
    `SELECT DISTINCT extract(${basic('email')}, '@([^@]*)$') AS domain FROM ${from} WHERE NOT isValidASCII(email) ORDER BY domain`,
  );
  const known = rows
    .map((r) => [r.domain, domainToASCII(r.domain)] as const)
    .filter(([d, a]) => a !== '' && a !== d);
  if (known.length === 0) return basic;
  const list = (i: 0 | 1) => `[${known.map((k) => quoteText(`@${k[i]}`)).join(', ')}]`;
  return (text) => {
    const address = basic(text);
    return `concat(extract(${address}, '^(.*)@[^@]*$'), transform(extract(${address}, '(@[^@]*)$'), ${list(0)}, ${list(1)}, extract(${address}, '(@[^@]*)$')), if(position(${address}, '@') = 0, ${address}, ''))`;
  };
}
