/** For tests: batches that are the same in every run. */
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { BatchMaker, type SealedBatch } from './batch.ts';
import { type Code, makeCode } from './code.ts';
import { commitmentInput, pathOfPrefix, prefixOf } from './commitment.ts';

export const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();

export type Sent = Readonly<{ address: string; code: Code; bodyHash: Uint8Array }>;

export const addressOf = (n: number): string => `person-${n}@people.example`;

/** The n-th notice of a batch: everything of it follows from its number. */
export function sentTo(tag: string, n: number): Sent {
  const code = makeCode(tag, sha256(Buffer.from(`code ${n}`)).subarray(0, 10));
  return { address: addressOf(n), code, bodyHash: sha256(Buffer.from(`body ${n}`)) };
}

export const commitmentOf = ({ address, code }: Pick<Sent, 'address' | 'code'>): Uint8Array =>
  sha256(commitmentInput(address, code));

/** A batch of `size` notices, written into `folder`. */
export async function batchOf(
  size: number,
  folder: string,
  { tag = '7KQ', mostBytes }: Readonly<{ tag?: string; mostBytes?: number }> = {},
): Promise<SealedBatch> {
  const maker = new BatchMaker(tag, `${folder}.sorting`, mostBytes === undefined ? {} : { mostBytes });
  try {
    for (let n = 0; n < size; n += 1) {
      const sent = sentTo(tag, n);
      await maker.add(commitmentOf(sent), sent.bodyHash);
    }
    const sealed = await maker.seal();
    await maker.write(folder);
    return sealed;
  } finally {
    await maker.close();
  }
}

export const fileFor = (folder: string, bits: number, commitment: Uint8Array): Promise<Buffer> =>
  readFile(join(folder, pathOfPrefix(prefixOf(commitment, bits), bits)));
