import { ForthrightError } from '@forthright/contract';

declare const brand: unique symbol;
/** Exactly one e-mail address. Made by `oneAddress` alone, so that a message can't be given two. */
export type OneAddress = string & { readonly [brand]: 'OneAddress' };

/** RFC 5321, 4.5.3.1: 64 bytes before the sign, 254 in all. */
const MOST_LOCAL = 64;
const MOST_ADDRESS = 254;
const ATOM = /^[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+(?:\.[\p{L}\p{N}\p{M}!#$%&'*+/=?^_`{|}~-]+)*$/u;
const QUOTED = /^"(?:[\x20\x21\x23-\x5b\x5d-\x7e]|\\[\x20-\x7e])*"$/;
const LABEL = /^[\p{L}\p{N}](?:[\p{L}\p{N}\p{M}-]*[\p{L}\p{N}\p{M}])?$/u;

/**
 * Reads one address as RFC 5321 and 6531 have it, without a name and without a comment. Refuses with
 * `address-unsuitable` whatever else: none, two, a line break, control characters.
 */
export function oneAddress(text: string): OneAddress {
  const address = text.trim();
  const fault = faultOf(address);
  if (fault !== undefined) throw new ForthrightError('address-unsuitable', `an address that ${fault}`);
  return address as OneAddress;
}

function faultOf(address: string): string | undefined {
  if (address === '') return 'is empty';
  if (/[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/u.test(address)) return 'holds a control character';
  if (Buffer.byteLength(address) > MOST_ADDRESS) return `is longer than ${MOST_ADDRESS} bytes`;
  const at = address.lastIndexOf('@');
  if (at < 1) return 'has nothing before an @';
  const local = address.slice(0, at);
  const domain = address.slice(at + 1);
  if (Buffer.byteLength(local) > MOST_LOCAL) return `has more than ${MOST_LOCAL} bytes before the @`;
  if (!ATOM.test(local) && !QUOTED.test(local)) return 'is not one address as RFC 5321 has it';
  const labels = domain.split('.');
  if (labels.length < 2 || !labels.every((label) => label.length <= 63 && LABEL.test(label)))
    return 'has no domain after the @';
  return undefined;
}
