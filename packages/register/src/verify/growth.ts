import {
  BUNDLE_FILE,
  type Checkpoint,
  isEqual,
  shorten,
  type VerifierKey,
  verifyConsistency,
} from '../tree/index.ts';
import type { Header } from './header.ts';
import { asFarAs, type Finding } from './report.ts';
import { standingOf, type Trust, witnessedBy } from './trust.ts';

/** Whether the log grew out of the bundle's own earlier checkpoint. */
export function earlierFindings({ earlier, checkpoint }: Header, trust: Trust, isSigned: boolean): Finding[] {
  const at = `${BUNDLE_FILE}: earlier`;
  if (earlier === null) {
    const message = 'no earlier checkpoint is in the bundle: nothing shows that the log has only grown';
    return [{ check: 'earlier', verdict: 'not-proved', at, message }];
  }
  const { checkpoint: old, proof } = earlier;
  const standing = standingOf(old, trust);
  const fail = (message: string): Finding[] => [{ check: 'earlier', verdict: 'failed', at, message }];
  if (standing.kind === 'bad') return fail(`the earlier checkpoint: ${standing.message}`);
  if (!isConsistent(old, checkpoint, proof)) {
    return fail(
      `the log at ${checkpoint.size} entries does not begin with what it was at ${old.size} entries`,
    );
  }
  const message =
    standing.kind === 'counts'
      ? `the log at ${checkpoint.size} entries begins with what was signed at ${old.size} entries`
      : `the log at ${checkpoint.size} entries begins with what the earlier checkpoint states at ${old.size}; that is signed by a key that counts no more, and is borne out by the later checkpoint alone`;
  return asFarAs(
    isSigned,
    [{ check: 'earlier', verdict: 'proved', at, message }],
    'the checkpoint is not proved',
  );
}

/**
 * What a witness that the reader named has seen: the checkpoint, or the bundle's earlier one, of which the log is shown to have
 * grown. What came after that it has not seen: whoever has the log's key could have added it since.
 */
export function witnessFindings(
  { checkpoint, earlier }: Header,
  witness: VerifierKey,
  { isSigned, after }: Readonly<{ isSigned: boolean; after: number }>,
): Finding[] {
  const of = (verdict: Finding['verdict'], message: string): Finding[] => [
    { check: 'witnesses', verdict, at: shorten(witness.vkey), message },
  ];
  const now = witnessedBy(checkpoint, witness);
  if (now.kind === 'signed') return of('proved', now.message);
  const before = earlier === null ? undefined : witnessedBy(earlier.checkpoint, witness);
  if (now.kind === 'forged' || earlier === null || before?.kind !== 'signed')
    return of('failed', now.message);
  const { checkpoint: old, proof } = earlier;
  if (!isConsistent(old, checkpoint, proof))
    return of('failed', `${before.message} that was earlier, and with which the log does not begin`);
  const seen = of('proved', `${before.message} of the log's first ${old.size} entries`);
  const grown = asFarAs(isSigned, seen, 'the checkpoint is not proved');
  if (after === 0) return grown;
  const message = `has not seen what came after them, ${after} of the entries shown: whoever had the log's key could have added these since`;
  return [...grown, ...of('not-proved', message).map((finding) => ({ ...finding, isAsked: true }))];
}

function isConsistent(old: Checkpoint, { size, root }: Checkpoint, proof: readonly Uint8Array[]): boolean {
  if (old.size === 0) return proof.length === 0;
  return verifyConsistency({ oldSize: old.size, oldRoot: old.root, size, root, proof });
}

type Kept = Readonly<{ kept: Checkpoint | undefined; recomputed: Uint8Array | undefined }>;

/** The reader's own checkpoint is believed as far as its signature goes; how it got to them is theirs to know. */
export function keptFindings(header: Header, trust: Trust, { kept, recomputed }: Kept): Finding[] {
  if (kept === undefined) return [];
  const { checkpoint } = header;
  const finding = (verdict: Finding['verdict'], message: string): Finding[] => [
    { check: 'earlier', verdict, at: 'the checkpoint you kept', message, isAsked: true },
  ];
  const standing = standingOf(kept, trust);
  if (standing.kind === 'bad') return finding('failed', standing.message);
  if (kept.size === 0) return finding('proved', 'it is of an empty log, with which every log begins');
  const shown = `the log in this bundle begins with the ${kept.size} entries that you kept the checkpoint of`;
  for (const known of [checkpoint, header.earlier?.checkpoint]) {
    if (known?.size !== kept.size) continue;
    if (!isEqual(known.root, kept.root)) return finding('failed', difference(kept, known, trust));
    const isShown =
      standingOf(checkpoint, trust).kind === 'counts' &&
      (known === checkpoint || isConsistent(known, checkpoint, header.earlier?.proof ?? []));
    return isShown
      ? finding('proved', shown)
      : finding('not-proved', 'the checkpoint in the bundle is not proved');
  }
  if (recomputed !== undefined) {
    return isEqual(recomputed, kept.root)
      ? finding('proved', shown)
      : finding('failed', difference(kept, checkpoint, trust));
  }
  const message =
    kept.size > checkpoint.size
      ? `it is of ${kept.size} entries and later than the bundle's, of ${checkpoint.size}; this bundle can't show how they belong together`
      : `the bundle has no proof from ${kept.size} entries on; ask for one that has`;
  return finding('not-proved', message);
}

/** Only signatures that count may accuse the log's owner: whoever has a leaked key could make up the other history. */
function difference(kept: Checkpoint, other: Checkpoint, trust: Trust): string {
  const isFork = [kept, other].every((each) => standingOf(each, trust).kind === 'counts');
  const at = `the first ${kept.size} entries are not those that you kept the checkpoint of`;
  return isFork ? `${at}: two different logs were signed for, and that is proof of it` : at;
}
