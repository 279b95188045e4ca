/**
 * Checking many codes by the files of one's own folder. To show that a file leads to the register's root takes two hashes for
 * each of its leaves, some milliseconds; that it is still the same file takes one hash over it. So each is shown once, and
 * then known by its hash: another byte, and it is shown anew.
 */
import { hash } from 'node:crypto';
import { type Batch, type Checked, checkCode } from './check.ts';
import type { Code } from './code.ts';
import { bitsFor, COMMITMENT_BYTES, commitmentInput, LEAF_BYTES, prefixOf } from './commitment.ts';
import { HEADER_BYTES } from './prefix-file.ts';

/** Somewhat more than 300 million notices have; each takes some hundred bytes. */
const MOST_FILES = 600_000;

const sha256 = (bytes: Uint8Array): Buffer => hash('sha256', bytes, 'buffer');

export class CheckedFiles {
  /** By batch and prefix: SHA-256 of the file that leads to the root. */
  readonly #known = new Map<string, string>();

  /** As `checkCode`, and with the same answer. */
  async check(
    file: Uint8Array,
    asked: Readonly<{ batch: Batch; address: string; code: Code }>,
  ): Promise<Checked> {
    const { batch, address, code } = asked;
    const commitment = sha256(commitmentInput(address, code));
    const prefix = prefixOf(commitment, bitsFor(batch.size));
    const key = `${batch.tag} ${Buffer.from(batch.root).toString('base64')} ${batch.size} ${prefix}`;
    const digest = hash('sha256', file, 'base64');
    if (this.#known.get(key) === digest && code.startsWith(batch.tag)) return leafIn(file, commitment);
    const checked = await checkCode(file, asked, sha256);
    if (checked.kind !== 'no proof' && this.#known.size < MOST_FILES) this.#known.set(key, digest);
    return checked;
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
