import { type Checkpoint, leafHash, parseTlogProof, verifyInclusion } from '../tree/index.ts';
import type { BundleQuestion } from './bundle.ts';
import { standingOf, type Trust, witnessedBy } from './trust.ts';

/** What a single C2SP tlog-proof shows of an entry. */
export type ProofAnswer = Readonly<{
  isProved: boolean;
  message: string;
  index: number;
  checkpoint: Checkpoint;
}>;

/** Whether an entry stands in the log, by a tlog-proof file. The keys must be the reader's own; every witness named must have cosigned. */
export function verifyTlogProof(
  raw: string,
  entry: Uint8Array,
  question: Required<Pick<BundleQuestion, 'keys' | 'now'>> & Pick<BundleQuestion, 'witnesses'>,
): ProofAnswer {
  const { index, proof, checkpoint } = parseTlogProof(raw, 'proof');
  const trust: Trust = {
    keys: question.keys,
    witnesses: question.witnesses ?? [],
    nowSeconds: question.now.getTime() / 1000,
  };
  const standing = standingOf(checkpoint, trust);
  const answer = (isProved: boolean, message: string): ProofAnswer => ({
    isProved,
    message,
    index,
    checkpoint,
  });
  if (standing.kind !== 'counts') return answer(false, standing.message);
  for (const witness of trust.witnesses) {
    const { kind, message } = witnessedBy(checkpoint, witness);
    if (kind !== 'signed') return answer(false, `${witness.vkey} ${message}`);
  }
  const { size, root } = checkpoint;
  if (!verifyInclusion({ index, size, leaf: leafHash(entry), proof }, root)) {
    return answer(false, `the entry is not entry ${index} of the log at ${size} entries`);
  }
  return answer(true, `the entry is entry ${index} of the log at ${size} entries; ${standing.message}`);
}
