import { RegisterError } from './errors.ts';
import { sha256 } from './hash.ts';
import { toBase64, utf8 } from './text.ts';

export const SALT_BYTES = 32;
const DOMAIN = 'forthright-register/commitment/v1\n';
const PREFIX = 'commitment/v1:';

/** A salt that is kept beside the person and deleted with them, what kind of value it is, and the value. */
export type Opening = Readonly<{ salt: Uint8Array; label: string; value: Uint8Array }>;

/**
 * What stands in an entry in place of a person's data: SHA-256 over the domain, the salt, and label and value each
 * behind its length. Without the 32 random bytes of salt nobody can try out names; the label keeps the value of
 * one field from passing for that of another. Refuses any other length of salt.
 */
export function commitmentOf({ salt, label, value }: Opening): string {
  if (salt.length !== SALT_BYTES) {
    throw new RegisterError('malformed', 'salt', `a salt has ${SALT_BYTES} random bytes, not ${salt.length}`);
  }
  const parts = [utf8(DOMAIN, 'domain'), salt, ...behindLength(utf8(label, 'label')), ...behindLength(value)];
  return `${PREFIX}${toBase64(sha256(Buffer.concat(parts)))}`;
}

function behindLength(bytes: Uint8Array): [Uint8Array, Uint8Array] {
  const length = Buffer.alloc(8);
  length.writeBigUInt64BE(BigInt(bytes.length));
  return [length, bytes];
}
