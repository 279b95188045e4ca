/** Where private keys are. The register itself keeps public keys only. */
import { createPrivateKey, generateKeyPairSync } from 'node:crypto';
import { mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { ed25519Signer, type Signer, type VerifierKey } from '@forthright/register';

/** The place of the register's private keys: a folder, or a device or service that signs and gives none away. */
export type KeyPlace = Readonly<{
  /** A new key under this name. */
  make: (name: string) => Promise<Signer>;
  /** The signer for this public key; undefined when its private key is not here. Refuses one that others can read. */
  load: (key: VerifierKey) => Promise<Signer | undefined>;
  /** Destroys the private key; nothing when it is not here. */
  remove: (key: VerifierKey) => Promise<void>;
}>;

const OTHERS = 0o077;

/** Keys as files of mode 0600, PKCS #8 in PEM, in a folder of mode 0700 that is made when it is not there. */
export function keyFolder(folder: string): KeyPlace {
  const pathOf = ({ keyId }: VerifierKey) => join(folder, `register-${keyId}.pem`);
  return {
    make: async (name) => {
      const { privateKey } = generateKeyPairSync('ed25519');
      const signer = ed25519Signer(name, privateKey);
      const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
      await writeTight(folder, pathOf(signer.key), pem.toString());
      return signer;
    },
    load: async (key) => {
      const pem = await readTight(pathOf(key));
      return pem === undefined ? undefined : signerOf(key, pem, pathOf(key));
    },
    remove: (key) => rm(pathOf(key), { force: true }),
  };
}

/** A new file for its owner alone, on the disk with its name. */
export async function writeTight(folder: string, path: string, text: string): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  const file = await open(path, 'wx', 0o600);
  try {
    await file.writeFile(text);
    await file.sync();
  } finally {
    await file.close();
  }
  await syncFolder(folder);
}

/** So that a power cut does not take away the name of a key that the register knows already. */
async function syncFolder(folder: string): Promise<void> {
  // Windows opens no folder, and keeps names by itself.
  if (process.platform === 'win32') return;
  const directory = await open(folder, 'r');
  try {
    await directory.sync();
  } finally {
    await directory.close();
  }
}

/** A secret that somebody put into a file. Refuses as `key-unusable` one that is not there, or that others can read. */
export async function readSecretFile(path: string): Promise<string> {
  const text = await readTight(path);
  if (text === undefined) throw unusable(`The file ${path} is not there`);
  return text;
}

/** Undefined when it is not there. Looks at the rights of the file that it has open, so that nobody can exchange it in between. */
export async function readTight(path: string): Promise<string | undefined> {
  let file: Awaited<ReturnType<typeof open>>;
  try {
    file = await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw unusable(`The key file ${path} can't be opened`, error);
  }
  try {
    const { mode } = await file.stat();
    // Windows has no such bits; its folder's access list decides.
    if (process.platform !== 'win32' && (mode & OTHERS) !== 0)
      throw unusable(
        `Others can read the key file ${path} (mode ${(mode & 0o777).toString(8)}; 600 is due). Whoever read it can use it in your name: set the mode right and exchange the key`,
      );
    return await file.readFile('utf8');
  } finally {
    await file.close();
  }
}

function signerOf(key: VerifierKey, pem: string, path: string): Signer {
  let signer: Signer;
  try {
    signer = ed25519Signer(key.name, createPrivateKey(pem));
  } catch {
    // Without the cause: OpenSSL's words could repeat parts of the key.
    throw unusable(`The key file ${path} holds no private key of the kind Ed25519`);
  }
  if (signer.key.vkey !== key.vkey) throw unusable(`The key file ${path} holds another key`);
  return signer;
}

function unusable(what: string, cause?: unknown): ForthrightError {
  return new ForthrightError('key-unusable', `${what}.`, { cause });
}
