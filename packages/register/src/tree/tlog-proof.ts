import { type Checkpoint, parseCheckpoint } from './checkpoint.ts';
import { RegisterError } from './errors.ts';
import type { Hash } from './hash.ts';
import { LARGEST_NOTE_BYTES } from './note.ts';
import { MOST_PROOF_HASHES } from './proofs.ts';
import { decimal, fromBase64, hashFromBase64, toBase64 } from './text.ts';

const FIRST_LINE = 'c2sp.org/tlog-proof@v1';

/** One entry's place in a log, to be checked offline (C2SP tlog-proof). `extra` is authenticated by nothing. */
export type TlogProof = Readonly<{
  index: number;
  proof: readonly Hash[];
  checkpoint: string;
  extra?: Uint8Array;
}>;

export function formatTlogProof({ index, proof, checkpoint, extra }: TlogProof): string {
  const lines = [FIRST_LINE, ...(extra === undefined ? [] : [`extra ${toBase64(extra)}`]), `index ${index}`];
  return `${[...lines, ...proof.map(toBase64), '', checkpoint].join('\n')}`;
}

/** Reads a proof without believing it; its checkpoint is read too. */
export function parseTlogProof(
  raw: string,
  at: string,
): Omit<TlogProof, 'checkpoint'> & { checkpoint: Checkpoint } {
  const refuse = (line: number, why: string) => new RegisterError('proof-invalid', `${at}:${line}`, why);
  if (raw.length > 2 * LARGEST_NOTE_BYTES) throw new RegisterError('too-large', at, 'larger than any proof');
  const end = raw.indexOf('\n\n');
  if (end < 0) throw refuse(1, 'no empty line before the checkpoint');
  const lines = raw.slice(0, end).split('\n');
  if (lines[0] !== FIRST_LINE) throw refuse(1, `a proof begins with the line ${FIRST_LINE}`);
  const hasExtra = lines[1]?.startsWith('extra ') === true;
  const next = hasExtra ? 2 : 1;
  const indexLine = lines[next];
  if (!indexLine?.startsWith('index ')) throw refuse(next + 1, 'the line "index N" is missing');
  const hashes = lines.slice(next + 1);
  if (hashes.length > MOST_PROOF_HASHES) throw refuse(next + 2, `more than ${MOST_PROOF_HASHES} hashes`);
  return {
    index: decimal(indexLine.slice(6), `${at}:${next + 1}`),
    proof: hashes.map((hash, i) => hashFromBase64(hash, `${at}:${next + 2 + i}`)),
    checkpoint: parseCheckpoint(raw.slice(end + 2), `${at}, checkpoint`),
    ...(hasExtra ? { extra: fromBase64(lines[1]?.slice(6) ?? '', `${at}:2`) } : {}),
  };
}
