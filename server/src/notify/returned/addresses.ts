/** An address in running text. Long runs are capped: a text without blanks must not cost its square. */
const ADDRESS =
  /(?:"[^"\s@<>]{1,64}"|(?<![\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-])[\p{L}\p{N}.!#$%&'*+/=?^_`{|}~-]{1,128})@(?:[\p{L}\p{N}_](?:[\p{L}\p{N}._-]{0,252}[\p{L}\p{N}])?|\[[\d.:a-fA-FIPv]{7,45}\])/gu;

/** The addresses in `text` with their places; a trailing full stop belongs to the sentence. */
export function addressesIn(text: string): { address: string; at: number }[] {
  return [...text.matchAll(ADDRESS)].map(({ 0: whole, index }) => {
    const bare = whole.replace(/^['`*.=|/&]+/, '');
    return { address: bare, at: index + whole.length - bare.length };
  });
}

export const withoutAddresses = (text: string): string => text.replace(ADDRESS, '@');

/** One address out of a header or a report field: `rfc822;<a@b>`, `Name <a@b>`, `<@hop.example:a@b>`. */
export function bareAddress(field: string): string {
  const value = field.replace(/^\s*(rfc822|utf-8|x400|unknown|smtp|local|dns)\s*;\s*/i, '').trim();
  const angle = /<([^<>\s]{1,320})>/.exec(value)?.[1];
  const [found] = addressesIn((angle ?? value).replace(/^@[\w.,@-]+:/, ''));
  return (found?.address ?? '').replace(/^SMTP:/i, '');
}

export const sameAddress = (a: string, b: string): boolean => a.toLowerCase() === b.toLowerCase();
