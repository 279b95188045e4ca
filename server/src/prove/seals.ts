/**
 * Keys that seal what the program itself must read again, so that the database alone does not give it away. AES-256-GCM:
 * what was altered, or moved to where it does not belong, is refused.
 */
import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { readTight, writeTight } from './keys.ts';

/** The place of sealing keys: a folder, or a device or service that hands them out. */
export type SealPlace = Readonly<{
  /** A new key; its id. */
  make: () => Promise<string>;
  /** The key of this id. Refuses as `key-unusable` one that is not here, or that others can read. */
  load: (id: string) => Promise<Uint8Array>;
  /** Destroys it; nothing when it is not here. */
  remove: (id: string) => Promise<void>;
}>;

const KEY_BYTES = 32;
const IV_BYTES = 12;
const TAG_BYTES = 16;
const CIPHER = 'aes-256-gcm';

/** Keys as files of mode 0600 in a folder of mode 0700, beside those of the register. */
export function sealFolder(folder: string): SealPlace {
  const pathOf = (id: string) => join(folder, `seal-${id}.key`);
  return {
    make: async () => {
      const id = randomBytes(4).toString('hex');
      await writeTight(folder, pathOf(id), `${randomBytes(KEY_BYTES).toString('base64')}\n`);
      return id;
    },
    load: async (id) => {
      const text = await readTight(pathOf(id));
      if (text === undefined) throw unusable(`The key file ${pathOf(id)} is not there; put it back`);
      const key = Buffer.from(text, 'base64');
      if (key.length !== KEY_BYTES) throw unusable(`The key file ${pathOf(id)} holds no key of 256 bits`);
      return key;
    },
    remove: (id) => rm(pathOf(id), { force: true }),
  };
}

const unusable = (what: string) => new ForthrightError('key-unusable', `${what}.`);
const FORM = /^sealed:([0-9a-f]{8}):([A-Za-z0-9_-]+)$/;

/** The id of the key that sealed this text; undefined when it is none that was sealed. */
export const sealedBy = (text: string): string | undefined => FORM.exec(text)?.[1];

/** `whose` is what it belongs to, such as a column and an account; it opens nowhere else. */
export async function seal(place: SealPlace, id: string, plain: string, whose: string): Promise<string> {
  const iv = randomBytes(IV_BYTES);
  const cipher = createCipheriv(CIPHER, await place.load(id), iv).setAAD(Buffer.from(whose));
  const sealed = Buffer.concat([cipher.update(plain, 'utf8'), cipher.final()]);
  return `sealed:${id}:${Buffer.concat([iv, cipher.getAuthTag(), sealed]).toString('base64url')}`;
}

/** What was sealed. Refuses as `key-unusable` when the key is not here, or the text not what was sealed for `whose`. */
export async function unseal(place: SealPlace, sealed: string, whose: string): Promise<string> {
  const [, id = '', body = ''] = FORM.exec(sealed) ?? [];
  if (id === '') throw unusable(`What is kept for ${whose} is not sealed`);
  const key = await place.load(id);
  const bytes = Buffer.from(body, 'base64url');
  const cut = IV_BYTES + TAG_BYTES;
  try {
    const cipher = createDecipheriv(CIPHER, key, bytes.subarray(0, IV_BYTES), { authTagLength: TAG_BYTES })
      .setAAD(Buffer.from(whose))
      .setAuthTag(bytes.subarray(IV_BYTES, cut));
    return Buffer.concat([cipher.update(bytes.subarray(cut)), cipher.final()]).toString('utf8');
  } catch {
    throw unusable(`What is kept for ${whose} does not open with the key ${id}: it was altered, or moved`);
  }
}
