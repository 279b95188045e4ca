/** The one field of the desk: what was typed is taken for one of four things, by its form alone. */
import type { DeskKey } from '@forthright/contract';
import { normalisedAddress, readCode } from '../../prove/codes/index.ts';

/** Longer than an id of any customer directory that we know. */
const MOST_ID = 100;
/** Letters and digits of a code, whatever stands between them. */
const LIKE_CODE = /^[\s"'(]*[0-9a-z]{4}[\s\p{Pd}._/]*(?:[0-9a-z]{5}[\s\p{Pd}._/]*){3}[\s"').]*$/iu;

export function takenFor(asked: string): DeskKey {
  const text = asked.trim();
  if (LIKE_CODE.test(text) && readCode(text).kind !== 'no code') return 'code';
  if (!/\s/.test(text) && normalisedAddress(text) !== undefined) return 'address';
  return text.length > MOST_ID || /\n/.test(text) || text.split(/\s+/).length > 3 ? 'message' : 'customer';
}

/** Enough to compare with what a customer says, and no more: `a…@p….example`. */
export function masked(address: string): string {
  const at = address.lastIndexOf('@');
  const [local, domain] = [address.slice(0, at), address.slice(at + 1)];
  const dot = domain.lastIndexOf('.');
  return `${[...local][0] ?? ''}…@${[...domain][0] ?? ''}…${domain.slice(dot)}`;
}
