/** Secrets that are made here, and what is kept of them. */
import { createHash, randomBytes, type ScryptOptions, scrypt, timingSafeEqual } from 'node:crypto';
import { ForthrightError } from '@forthright/contract';

type Prefix = 'fwt' | 'fwl' | 'fws' | 'fwc';

/** 256 random bits: nobody guesses one, so a plain hash of it is enough, and can be looked up. */
export const makeSecret = (prefix: Prefix): string => `${prefix}_${randomBytes(32).toString('base64url')}`;
export const isSecret = (prefix: Prefix, raw: string): boolean =>
  new RegExp(`^${prefix}_[A-Za-z0-9_-]{43}$`).test(raw);
export const hashOf = (secret: string): string => createHash('sha256').update(secret).digest('hex');
export const makeId = (prefix: 'usr' | 'tok'): string => `${prefix}_${randomBytes(10).toString('hex')}`;

/** What a guess at a password costs. */
export type Work = Readonly<{ N: number; r: number; p: number }>;

/** 64 MB for a third of a second: OWASP's second choice for scrypt; the first takes 128 MB for each sign-in at once. */
export const USUAL_WORK: Work = { N: 2 ** 16, r: 8, p: 2 };
const LENGTH_BYTES = 32;

function derive(password: string, salt: Buffer, { N, r, p }: Work): Promise<Buffer> {
  const options: ScryptOptions = { N, r, p, maxmem: 128 * N * r * 2 };
  return new Promise((resolve, reject) => {
    // NFKC: the same letters typed on another keyboard are the same password.
    scrypt(password.normalize('NFKC'), salt, LENGTH_BYTES, options, (error, key) =>
      error === null ? resolve(key) : reject(error),
    );
  });
}

/** `scrypt$N$r$p$salt$key`, so that the work can grow and old hashes still count. */
export async function hashPassword(password: string, work: Work): Promise<string> {
  const salt = randomBytes(16);
  const key = await derive(password, salt, work);
  return ['scrypt', work.N, work.r, work.p, salt.toString('base64url'), key.toString('base64url')].join('$');
}

/** Takes as long for somebody who is not there as for somebody who is. */
export async function isPassword(password: string, hash: string | null, work: Work): Promise<boolean> {
  const [, N, r, p, salt = '', key = ''] = (hash ?? '').split('$');
  if (hash === null) {
    await derive(password, Buffer.alloc(16), work);
    return false;
  }
  const expected = Buffer.from(key, 'base64url');
  const given = await derive(password, Buffer.from(salt, 'base64url'), {
    N: Number(N),
    r: Number(r),
    p: Number(p),
  });
  return expected.length === given.length && timingSafeEqual(expected, given);
}

/** Long ones that stand in every list of guesses. */
const WELL_KNOWN =
  /^(?:(?:password|passwort|qwerty(?:uiop)?|letmein|welcome|iloveyou|administrator|admin|changeme|correcthorsebatterystaple|secret|forthright|football|baseball|sunshine|princess|superman|trustno)[\d\W_]*)+$/;
const SHORTEST = 12;
export const LONGEST_PASSWORD = 256;

/** Refuses a password that would be guessed. Nothing is asked of its letters: length is what counts. */
export function refuseWeakPassword(password: string, own: readonly string[]): void {
  const plain = password.normalize('NFKC').toLowerCase();
  const letters = [...plain];
  const unsuitable = (why: string) => new ForthrightError('password-unsuitable', why);
  if (letters.length < SHORTEST) throw unsuitable(`The password has fewer than ${SHORTEST} characters.`);
  if (letters.length > LONGEST_PASSWORD)
    throw unsuitable(`The password has more than ${LONGEST_PASSWORD} characters.`);
  const steps = letters.slice(1).map((c, i) => (c.codePointAt(0) ?? 0) - (letters[i]?.codePointAt(0) ?? 0));
  const isRow =
    steps.every((step) => step === steps[0]) || /^(?:01234567890*|12345678901*2*3*4*)+$/.test(plain);
  if (new Set(letters).size < 5 || isRow || WELL_KNOWN.test(plain))
    throw unsuitable('The password stands in every list of guesses.');
  const rest = own.reduce((text, word) => (word.length < 3 ? text : text.replaceAll(word, '')), plain);
  if ([...rest].length < SHORTEST / 2)
    throw unsuitable("The password is little more than the account's own name or address.");
}
