import { createPrivateKey, createPublicKey, type KeyObject, sign } from 'node:crypto';
import {
  cosignedMessage,
  formatNote,
  formatSignatureLine,
  type KeyType,
  makeVerifierKey,
  parseCheckpoint,
  parseSignatureLine,
  RegisterError,
  type TreeHead,
  treeHeadText,
  utf8,
  type VerifierKey,
} from '../tree/index.ts';

/** Who signs. The private key may be elsewhere, so signing may take a while. */
export type Signer = Readonly<{
  key: VerifierKey;
  sign: (message: Uint8Array) => Uint8Array | Promise<Uint8Array>;
}>;

/** A signer whose private key (Ed25519: PKCS #8 as PEM, or a KeyObject) is in this process. Refuses other kinds of key. */
export function ed25519Signer(name: string, rawKey: KeyObject | string, type: KeyType = 'ed25519'): Signer {
  const privateKey = typeof rawKey === 'string' ? readPem(rawKey) : rawKey;
  if (privateKey.type !== 'private' || privateKey.asymmetricKeyType !== 'ed25519') {
    throw new RegisterError('key-invalid', name, 'signing needs a private key of the kind Ed25519');
  }
  const { x } = createPublicKey(privateKey).export({ format: 'jwk' });
  return {
    key: makeVerifierKey(name, type, Buffer.from(x ?? '', 'base64url')),
    sign: (message) => sign(null, message, privateKey),
  };
}

function readPem(pem: string): KeyObject {
  try {
    return createPrivateKey(pem);
  } catch {
    // OpenSSL's words could repeat parts of the key.
    throw new RegisterError('key-invalid', 'private key', 'not a private key in PEM');
  }
}

/** Signs a tree head. The signer must bear the log's origin as its name: that is how a reader knows whose log it is. */
export async function signCheckpoint(head: TreeHead, signer: Signer): Promise<string> {
  const { name, keyId, type } = signer.key;
  if (type !== 'ed25519' || name !== head.origin) {
    const message = `a checkpoint of ${head.origin} is signed by a log's key of that name, not by ${name} (${type})`;
    throw new RegisterError('key-invalid', 'signer', message);
  }
  const text = treeHeadText(head);
  const bytes = await signer.sign(utf8(text, 'checkpoint'));
  return formatNote({ text, signatures: [{ name, keyId, bytes }] });
}

/** What a witness answers: a line that states at what second it saw this checkpoint (C2SP tlog-cosignature, Ed25519). */
export async function cosign(checkpoint: string, signer: Signer, atSeconds: number): Promise<string> {
  const { name, keyId, type } = signer.key;
  if (type !== 'cosignature' || !Number.isSafeInteger(atSeconds) || atSeconds < 1) {
    throw new RegisterError('key-invalid', 'signer', 'cosigning needs a cosigner key and a time in seconds');
  }
  const { note } = parseCheckpoint(checkpoint, 'checkpoint');
  const signature = await signer.sign(utf8(cosignedMessage(note.text, atSeconds), 'checkpoint'));
  const time = Buffer.alloc(8);
  time.writeBigUInt64BE(BigInt(atSeconds));
  return formatSignatureLine({ name, keyId, bytes: Buffer.concat([time, signature]) });
}

/** The checkpoint with more lines of signatures under it, each line once. Refuses a line that is none. */
export function addSignatures(checkpoint: string, lines: readonly string[]): string {
  const { note } = parseCheckpoint(checkpoint, 'checkpoint');
  const added = lines.map((line, i) => parseSignatureLine(line.replace(/\n$/, ''), `signature ${i + 1}`));
  const written = new Set([...note.signatures, ...added].map(formatSignatureLine));
  return `${note.text}\n${[...written].join('')}`;
}
