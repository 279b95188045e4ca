import { randomBytes } from 'node:crypto';
import { SALT_BYTES } from '../tree/index.ts';

/** A fresh salt, to be kept beside the person and deleted with them. Never use one twice: equal values would show. */
export function newSalt(random: (bytes: number) => Uint8Array = randomBytes): Uint8Array {
  return random(SALT_BYTES);
}
