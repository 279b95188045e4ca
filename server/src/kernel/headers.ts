/**
 * Fields of a request whose body is a file: headers, since proxies write addresses into their logs and nobody's names belong there.
 * Percent-encoded as in an address, so that any text fits and none is taken for another.
 */

/** `Forthright-Name` */
export const headerOf = (field: string): string =>
  `Forthright-${field.charAt(0).toUpperCase()}${field.slice(1).replaceAll(/[A-Z]/g, (one) => `-${one}`)}`;

export const headersOf = (fields: Readonly<Record<string, unknown>>): Record<string, string> =>
  Object.fromEntries(
    Object.entries(fields).map(([field, value]) => [
      headerOf(field),
      encodeURIComponent(String(value).toWellFormed()),
    ]),
  );

/** The text of such a header; undefined where it is not written so. A header that was sent twice is joined by a comma, and so is not. */
export function fromHeader(raw: string): string | undefined {
  if (!/^[\w.~!*'()%-]*$/.test(raw)) return undefined;
  try {
    return decodeURIComponent(raw);
  } catch {
    return undefined;
  }
}
