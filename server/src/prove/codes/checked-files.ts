/**
 * Checking many codes by the files of one's own folder. To show that a file leads to the register's root takes two hashes for
 * each of its leaves, some milliseconds; that it is still the same file takes one hash over it. So each is shown once, and
 * then known by its hash: another byte, and it is shown anew.
 */
import { type Batch, type Checked, checkCode } from './check.ts';
import type { Code } from './code.ts';
import { bitsFor, COMMITMENT_BYTES, commitmentInput, LEAF_BYTES, prefixOf } from './commitment.ts';
import { HEADER_BYTES } from './prefix-file.ts';
import { sha256 } from './sha256.ts';
import { SUM_BYTES } from './summed.ts';

/** Somewhat more than 300 million notices have; each takes some hundred bytes. */
const MOST_FILES = 600_000;
/** Where no sums are kept yet, they are looked for again after this. */
const AGAIN_MS = 5000;

/** What is kept of files that were shown to be right before, as `keptSums` gives it. */
export type Kept = (batch: Batch) => Promise<Uint8Array | undefined>;

export class CheckedFiles {
  readonly #kept: Kept;
  /** By batch and prefix: SHA-256 of the file that leads to the root. */
  readonly #known = new Map<string, Buffer>();
  readonly #sums = new Map<string, { sums: Promise<Uint8Array | undefined>; at: number }>();

  constructor(kept: Kept = async () => undefined) {
    this.#kept = kept;
  }

  /** As `checkCode`, and with the same answer. */
  async check(
    file: Uint8Array,
    asked: Readonly<{ batch: Batch; address: string; code: Code }>,
  ): Promise<Checked> {
    const { batch, address, code } = asked;
    const commitment = sha256(commitmentInput(address, code));
    const prefix = prefixOf(commitment, bitsFor(batch.size));
    const name = `${batch.tag} ${Buffer.from(batch.root).toString('base64')} ${batch.size}`;
    const key = `${name} ${prefix}`;
    const digest = sha256(file);
    const known = this.#known.get(key) ?? (await this.#sumOf(name, batch, prefix));
    if (known !== undefined && digest.equals(known) && code.startsWith(batch.tag))
      return leafIn(file, commitment);
    const checked = await checkCode(file, asked, sha256);
    if (checked.kind !== 'no proof' && this.#known.size < MOST_FILES) this.#known.set(key, digest);
    return checked;
  }

  async #sumOf(name: string, batch: Batch, prefix: number): Promise<Uint8Array | undefined> {
    let found = this.#sums.get(name);
    if (found === undefined || found.at + AGAIN_MS < performance.now()) {
      found = { sums: this.#kept(batch), at: performance.now() };
      this.#sums.set(name, found);
    }
    const sums = await found.sums;
    if (sums === undefined) return undefined;
    found.at = Number.POSITIVE_INFINITY;
    return sums.subarray(prefix * SUM_BYTES, (prefix + 1) * SUM_BYTES);
  }
}

/** Of a file that was shown to be right. */
function leafIn(file: Uint8Array, commitment: Buffer): Checked {
  const bytes = Buffer.from(file.buffer, file.byteOffset, file.byteLength);
  const [first, leaves] = [Number(bytes.readBigUInt64BE(36)), bytes.readUInt32BE(44)];
  for (let i = 0; i < leaves; i += 1) {
    const at = HEADER_BYTES + i * LEAF_BYTES;
    if (bytes.compare(commitment, 0, COMMITMENT_BYTES, at, at + COMMITMENT_BYTES) === 0)
      return {
        kind: 'sent',
        bodyHash: bytes.subarray(at + COMMITMENT_BYTES, at + LEAF_BYTES),
        index: first + i,
      };
  }
  return { kind: 'not sent' };
}
