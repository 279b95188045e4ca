/**
 * Checks a code and an address against a batch, by one static file and the two facts that the register states of the
 * batch. Shares the formats with what writes the files and none of its code, and is of the web's types only: the
 * public page hands in WebCrypto's digest.
 */
import { type Code, isTag } from './code.ts';
import { COMMITMENT_BYTES, commitmentInput, LEAF_BYTES, prefixOf } from './commitment.ts';
import { FILE_VERSION, HEADER_BYTES, MAGIC, type PrefixFile } from './prefix-file.ts';

export type Sha256 = (bytes: Uint8Array) => Uint8Array | Promise<Uint8Array>;

/** What the register's entry of the batch states. */
export type Batch = Readonly<{ tag: string; size: number; root: Uint8Array }>;

export type Checked =
  /** This code was sent to this address; the hash is that of the body of the message. */
  | Readonly<{ kind: 'sent'; bodyHash: Uint8Array; index: number }>
  /** Proved: the batch holds no such pair. The code may still be genuine, and another person's. */
  | Readonly<{ kind: 'not sent' }>
  /** The file is not what the register speaks of: damaged, of another batch, or made up. It shows nothing. */
  | Readonly<{ kind: 'no proof'; because: string }>;

const HASH_BYTES = 32;
/** A tree of at most 2^53 leaves. */
const MOST_HASHES = 53;

/** Whether the batch of the code has it for this (normalised) address. Never throws on the file's content. */
export async function checkCode(
  file: Uint8Array,
  { batch, address, code }: Readonly<{ batch: Batch; address: string; code: Code }>,
  sha256: Sha256,
): Promise<Checked> {
  const read = readPrefixFile(file);
  if (typeof read === 'string') return { kind: 'no proof', because: read };
  if (!code.startsWith(batch.tag)) return { kind: 'no proof', because: 'it is of another batch' };
  const commitment = await sha256(commitmentInput(address, code));
  const prefix = prefixOf(commitment, read.bits);
  const wrong = await digested(wrongOf(read, { batch, prefix }), sha256);
  if (wrong !== undefined) return { kind: 'no proof', because: wrong };
  const at = read.leaves.findIndex((leaf) => compare(leaf.subarray(0, COMMITMENT_BYTES), commitment) === 0);
  const leaf = read.leaves[at];
  return leaf === undefined
    ? { kind: 'not sent' }
    : { kind: 'sent', bodyHash: leaf.slice(COMMITMENT_BYTES), index: read.first + at };
}

/** Whether this is the whole and true file of this prefix, whoever asks for whatever pair of it. */
export async function isFileOf(
  file: Uint8Array,
  expected: Readonly<{ batch: Batch; prefix: number }>,
  sha256: Sha256,
): Promise<boolean> {
  const read = readPrefixFile(file);
  return typeof read !== 'string' && (await digested(wrongOf(read, expected), sha256)) === undefined;
}

/** A computation that asks for the SHA-256 of bytes again and again. */
type Digesting<T> = Generator<Uint8Array, T, Uint8Array>;

/** Two digests a leaf: waiting for each of them, where there is nothing to wait for, would take most of the time. */
async function digested<T>(work: Digesting<T>, sha256: Sha256): Promise<T> {
  let step = work.next();
  while (step.done !== true) {
    const digest = sha256(step.value);
    step = work.next(digest instanceof Promise ? await digest : digest);
  }
  return step.value;
}

function* wrongOf(
  read: PrefixFile,
  { batch, prefix }: Readonly<{ batch: Batch; prefix: number }>,
): Digesting<string | undefined> {
  if (read.tag !== batch.tag) return 'it is of another batch';
  if (read.size !== batch.size) return 'it is of a tree of another size';
  if (read.prefix !== prefix) return 'it is the file of another prefix';
  const wrong = wrongOrder(read);
  if (wrong !== undefined) return wrong;
  const root = yield* rootOf(read);
  return root === undefined || compare(root, batch.root) !== 0
    ? 'it does not lead to the root that the register states'
    : undefined;
}

/** Every byte has one meaning: what is not written in the one permitted way is refused, with the reason. */
export function readPrefixFile(file: Uint8Array): PrefixFile | string {
  if (file.length < HEADER_BYTES) return 'it is too short';
  const view = new DataView(file.buffer, file.byteOffset, file.byteLength);
  const text = (from: number, to: number) => String.fromCharCode(...file.subarray(from, to));
  if (text(0, 16) !== MAGIC || view.getUint8(16) !== FILE_VERSION) return 'it is no prefix file of version 1';
  const bits = view.getUint8(17);
  const prefix = view.getUint32(20);
  const tag = text(24, 27);
  const [size, first] = [view.getBigUint64(28), view.getBigUint64(36)].map(Number) as [number, number];
  const counts = { leaves: view.getUint32(44), left: view.getUint16(48), right: view.getUint16(50) };
  if (view.getUint16(18) !== 0 || view.getUint8(27) !== 0) return 'its header is malformed';
  if (bits > 32 || (bits < 32 && prefix >= 2 ** bits) || !isTag(tag)) return 'its header is malformed';
  if (!Number.isSafeInteger(size) || first + counts.leaves > size)
    return 'it speaks of more leaves than there are';
  if (counts.left > MOST_HASHES || counts.right > MOST_HASHES) return 'it has too many hashes';
  const end = HEADER_BYTES + counts.leaves * LEAF_BYTES + (counts.left + counts.right) * HASH_BYTES;
  if (file.length < end) return 'it is cut off';
  for (let at = end; at < file.length; at += 1) if (file[at] !== 0) return 'something stands behind its end';
  let at = HEADER_BYTES;
  const take = (count: number, bytes: number): Uint8Array[] =>
    Array.from({ length: count }, () => {
      at += bytes;
      return file.subarray(at - bytes, at);
    });
  return {
    tag,
    bits,
    prefix,
    size,
    first,
    leaves: take(counts.leaves, LEAF_BYTES),
    left: take(counts.left, HASH_BYTES),
    right: take(counts.right, HASH_BYTES),
  };
}

/**
 * Absence rests on this: leaves stand in ascending order without a gap, and those of the prefix are all there, because the
 * first one shown is of a lower prefix or the tree's first, and the last one of a higher prefix or the tree's last.
 */
function wrongOrder({ leaves, bits, prefix, first, size }: PrefixFile): string | undefined {
  for (let i = 1; i < leaves.length; i += 1) {
    const [before, after] = [leaves[i - 1], leaves[i]] as [Uint8Array, Uint8Array];
    if (compare(before.subarray(0, COMMITMENT_BYTES), after.subarray(0, COMMITMENT_BYTES)) >= 0)
      return 'its leaves are not in order';
  }
  const [lowest, highest] = [leaves[0], leaves.at(-1)];
  const startsRight = first === 0 || (lowest !== undefined && prefixOf(lowest, bits) < prefix);
  const endsRight =
    first + leaves.length === size || (highest !== undefined && prefixOf(highest, bits) > prefix);
  return startsRight && endsRight ? undefined : 'it may not show all leaves of its prefix';
}

/** RFC 6962, section 2.1, from leaves in the midst and the fewest full subtrees around them; undefined when these don't fit. */
function* rootOf({ leaves, left, right, first, size }: PrefixFile): Digesting<Uint8Array | undefined> {
  if (size === 0) return left.length + right.length === 0 ? yield new Uint8Array(0) : undefined;
  const stack: { leaves: number; hash: Uint8Array }[] = [];
  // Whoever digests has done so before the next bytes are written here.
  const bytes = new Uint8Array(1 + 2 * HASH_BYTES);
  const joined = (first: number, a: Uint8Array, b?: Uint8Array): Uint8Array => {
    bytes[0] = first;
    bytes.set(a, 1);
    if (b !== undefined) bytes.set(b, 1 + HASH_BYTES);
    return bytes;
  };
  function* push(given: number, hash: Uint8Array): Digesting<void> {
    let [count, top] = [given, hash];
    for (let last = stack.at(-1); last?.leaves === count; last = stack.at(-1)) {
      stack.pop();
      top = yield joined(1, last.hash, top);
      count *= 2;
    }
    stack.push({ leaves: count, hash: top });
  }
  function* fill(from: number, to: number, hashes: readonly Uint8Array[]): Digesting<boolean> {
    let at = from;
    for (const hash of hashes) {
      if (at >= to) return false;
      let count = 1;
      while (at % (2 * count) === 0 && at + 2 * count <= to) count *= 2;
      yield* push(count, hash);
      at += count;
    }
    return at === to;
  }
  if (!(yield* fill(0, first, left))) return undefined;
  for (const leaf of leaves) yield* push(1, yield joined(0, leaf));
  if (!(yield* fill(first + leaves.length, size, right))) return undefined;
  let root = stack.pop()?.hash;
  for (let next = stack.pop(); next !== undefined && root !== undefined; next = stack.pop())
    root = yield joined(1, next.hash, root);
  return root;
}

function compare(a: Uint8Array, b: Uint8Array): number {
  for (let i = 0; i < Math.min(a.length, b.length); i += 1) {
    const difference = (a[i] ?? 0) - (b[i] ?? 0);
    if (difference !== 0) return difference;
  }
  return a.length - b.length;
}
