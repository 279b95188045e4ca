/** As whom the command line asks: a session that `login` began, or an API token in a file. Both only in tight files. */
import { mkdir, open, rename } from 'node:fs/promises';
import { dirname } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import * as z from 'zod';

const Session = z.strictObject({
  cookie: z.string(),
  person: z.string(),
  name: z.string(),
  expires: z.string(),
});
export type Session = z.infer<typeof Session>;
/** By the server's origin: a session is shown to none but the server that began it. */
const Kept = z.strictObject({ last: z.string().optional(), servers: z.record(z.string(), Session) });
export type Kept = z.infer<typeof Kept>;

const OTHERS = 0o077;
const LARGEST_BYTES = 1_048_576;

/** A file that holds a secret; undefined when there is none. Refuses one that others can read or write. */
export async function readTight(path: string): Promise<string | undefined> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch (cause) {
    if ((cause as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw new ForthrightError('file-unreadable', `${path} can not be read`, { cause });
  }
  try {
    const { mode, size } = await file.stat();
    // Windows has no such bits; its access lists decide.
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0)
      throw new ForthrightError(
        'credentials-unsafe',
        `others can read ${path} (mode ${(mode & 0o777).toString(8)}; 600 is due). Whoever read it can act in your name: end the session or revoke the token, then set the mode right`,
      );
    if (size > LARGEST_BYTES)
      throw new ForthrightError('file-unreadable', `${path} is too long to hold a secret`);
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

export async function readKept(path: string): Promise<Kept> {
  const rawText = await readTight(path);
  if (rawText === undefined) return { servers: {} };
  try {
    return Kept.parse(JSON.parse(rawText));
  } catch (cause) {
    throw new ForthrightError(
      'file-unreadable',
      `${path} is not what \`forthright login\` wrote; remove it and sign in again`,
      { cause },
    );
  }
}

export async function writeKept(path: string, kept: Kept): Promise<void> {
  await mkdir(dirname(path), { recursive: true, mode: 0o700 });
  const part = `${path}.${process.pid}.part`;
  const file = await open(part, 'w', 0o600);
  try {
    await file.writeFile(`${JSON.stringify(kept, null, 2)}\n`);
  } finally {
    await file.close();
  }
  await rename(part, path);
}

/** An API token: `fwt_…` and nothing else. */
export async function readToken(path: string): Promise<string> {
  const text = await readTight(path);
  if (text === undefined) throw new ForthrightError('file-missing', `there is no token file ${path}`);
  const token = text.trim();
  if (/^fwt_[A-Za-z0-9_-]{20,100}$/.test(token)) return token;
  throw new ForthrightError(
    'token-invalid',
    `${path} holds no API token; write the secret \`fwt_…\` into it, and nothing else`,
  );
}
