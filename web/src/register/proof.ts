/** That an entry stands in the register, reckoned in the browser (RFC 9162, section 2.1.3.2). */

export type Proved = Readonly<{
  entry: number;
  bytes: string;
  size: number;
  root: string;
  proof: readonly string[];
  checkpoint: string;
}>;

type Bytes = Uint8Array<ArrayBuffer>;

const sha256 = async (bytes: Bytes): Promise<Bytes> =>
  new Uint8Array(await crypto.subtle.digest('SHA-256', bytes));

const bytesOf = (base64: string): Bytes => Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0));

const isEqual = (a: Bytes, b: Bytes): boolean => a.length === b.length && a.every((byte, i) => byte === b[i]);

/** The first byte keeps an entry from passing for an inner node. */
const hashOf = (kind: 0 | 1, ...parts: readonly Bytes[]): Promise<Bytes> =>
  sha256(Uint8Array.from([kind, ...parts.flatMap((part) => [...part])]));

const isOdd = (n: number): boolean => n % 2 === 1;
const half = (n: number): number => Math.floor(n / 2);

/** Whether entry and hashes lead to the root, and the signed checkpoint says this root and size. */
export async function isProved({ entry, bytes, size, root, proof, checkpoint }: Proved): Promise<boolean> {
  const [, signedSize, signedRoot] = checkpoint.split('\n');
  if (signedSize !== String(size) || signedRoot !== root || entry < 0 || entry >= size) return false;
  let at = entry;
  let last = size - 1;
  let hash = await hashOf(0, new TextEncoder().encode(bytes));
  for (const one of proof) {
    const sibling = bytesOf(one);
    if (last === 0 || sibling.length !== 32) return false;
    if (isOdd(at) || at === last) {
      hash = await hashOf(1, sibling, hash);
      while (!isOdd(at) && at !== 0) [at, last] = [half(at), half(last)];
    } else hash = await hashOf(1, hash, sibling);
    [at, last] = [half(at), half(last)];
  }
  return last === 0 && isEqual(hash, bytesOf(root));
}
