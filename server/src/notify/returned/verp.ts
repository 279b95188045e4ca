import { addressesIn } from './addresses.ts';
import { readLetter } from './letter.ts';

/** Headers in which mail stores keep the address that the envelope named; the visible To comes last. */
const ENVELOPE = [
  'x-original-to',
  'envelope-to',
  'x-envelope-to',
  'delivered-to',
  'x-rcpt-to',
  'to',
] as const;

/**
 * The token that a message was returned to: what stands between `local+` and `@domain` of the mailbox for returned
 * mail, as it stands there. It is a random key of one sent message and means nothing by itself, so nothing of it is
 * decoded. `undefined` when the address is another one.
 */
export function tokenOf(address: string, mailbox: string): string | undefined {
  const cut = mailbox.lastIndexOf('@');
  const [start, end] = [`${mailbox.slice(0, cut)}+`, mailbox.slice(cut)];
  const isOurs =
    address.length > start.length + end.length &&
    address.slice(0, start.length).toLowerCase() === start.toLowerCase() &&
    address.slice(-end.length).toLowerCase() === end.toLowerCase();
  return isOurs ? address.slice(start.length, -end.length) : undefined;
}

/** The token of a stored message, from the headers that name its envelope. */
export async function tokenIn(bytes: Uint8Array, mailbox: string): Promise<string | undefined> {
  const { headers } = await readLetter(bytes);
  const addresses = ENVELOPE.flatMap((name) => headers.get(name) ?? []).flatMap((value) =>
    addressesIn(value),
  );
  return addresses.map(({ address }) => tokenOf(address, mailbox)).find((token) => token !== undefined);
}
