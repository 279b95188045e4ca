import { BUNDLE_FILE, ENTRIES_FILE, parseCheckpoint, shorten, type VerifierKey } from '../tree/index.ts';
import { openDirectory, otherFiles, readInside } from './files.ts';
import { earlierFindings, keptFindings, witnessFindings } from './growth.ts';
import { type Header, LARGEST_HEADER_BYTES, parseHeader } from './header.ts';
import type { KeyInTime } from './keys.ts';
import { asFarAs, type Finding, type Report } from './report.ts';
import { checkAttachments, checkEntries, type Shown } from './shown.ts';
import { narrowed, type Standing, standingOf, type Trust } from './trust.ts';

export type BundleQuestion = Readonly<{
  /** Keys of the log that the reader has from elsewhere. Without any, the bundle is only compared with itself. */
  keys?: readonly KeyInTime[];
  /** Witnesses that must have cosigned the checkpoint; how far one has that cosigned the earlier checkpoint is told. */
  witnesses?: readonly VerifierKey[];
  /** A checkpoint that the reader kept; the bundle's log must have grown out of it. */
  earlier?: string;
  now: Date;
}>;

/**
 * Checks a bundle, offline. What is merely false is a finding; what can't be read is thrown as a RegisterError that
 * names the file and the place. Takes a few microseconds for each entry, in bounded memory.
 */
export async function verifyBundle(directory: string, question: BundleQuestion): Promise<Report> {
  const root = await openDirectory(directory);
  const header = parseHeader(await readInside(root, BUNDLE_FILE, LARGEST_HEADER_BYTES));
  const kept =
    question.earlier === undefined ? undefined : parseCheckpoint(question.earlier, 'kept checkpoint');
  const isKeyTrusted = (question.keys ?? []).length > 0;
  const trust: Trust = {
    keys: isKeyTrusted ? narrowed(question.keys ?? [], header.keys) : header.keys,
    witnesses: question.witnesses ?? [],
    nowSeconds: question.now.getTime() / 1000,
  };
  const standing = standingOf(header.checkpoint, trust);
  const shown = await checkEntries(root, header, kept);
  const signature = signatureFindings(header, standing, trust, { isKeyTrusted, shown });
  const isSigned = standing.kind === 'counts';
  const areEntriesProved = isSigned && shown.tree.every(({ verdict }) => verdict === 'proved');
  const findings = [
    ...signature,
    ...earlierFindings(header, trust, isSigned),
    ...keptFindings(header, trust, { kept, recomputed: areEntriesProved ? shown.watchedRoot : undefined }),
    ...asFarAs(isSigned, shown.tree, 'the checkpoint is not proved'),
    ...asFarAs(areEntriesProved, shown.openings, 'the entries are not proved'),
    ...asFarAs(
      areEntriesProved,
      await checkAttachments(root, header, shown.stated),
      'the entries are not proved',
    ),
    ...(await otherFindings(root, header)),
  ];
  return {
    verdict: findings.some(isAgainst) ? 'failed' : isKeyTrusted ? 'proved' : 'consistent',
    isKeyTrusted,
    origin: header.checkpoint.origin,
    size: header.checkpoint.size,
    entries: header.entries.count,
    findings,
  };
}

/** What the reader asked for and the bundle does not show is as bad for them as what is wrong. */
const isAgainst = ({ verdict, isAsked }: Finding): boolean =>
  verdict === 'failed' || (verdict === 'not-proved' && isAsked === true);

function signatureFindings(
  header: Header,
  standing: Standing,
  trust: Trust,
  { isKeyTrusted, shown }: Readonly<{ isKeyTrusted: boolean; shown: Shown }>,
): Finding[] {
  const { checkpoint } = header;
  const at = `${BUNDLE_FILE}: checkpoint`;
  const key: Finding = isKeyTrusted
    ? {
        check: 'key',
        verdict: 'proved',
        at: 'the keys you gave',
        message: 'the bundle is compared with your key',
      }
    : {
        check: 'key',
        verdict: 'not-proved',
        at: `${BUNDLE_FILE}: keys`,
        message:
          'YOU GAVE NO KEY. The bundle was only compared with the key that lies in it, and anybody can make such a bundle. Get the key of the log from elsewhere, and give it',
      };
  const isGood = standing.kind === 'counts';
  const signed: Finding = {
    check: 'checkpoint',
    verdict: isGood ? 'proved' : 'failed',
    at,
    message: `${shorten(checkpoint.origin)}, ${checkpoint.size} entries: ${standing.message}`,
  };
  const witnesses = trust.witnesses.flatMap((witness) =>
    witnessFindings(header, witness, { isSigned: isGood, after: shown.afterEarlier }),
  );
  if (witnesses.length > 0) return [key, signed, ...witnesses];
  const others = checkpoint.note.signatures.length - 1;
  const message = `you named no witness${others > 0 ? ` (${others} more signatures were not looked at)` : ''}: nothing shows when the checkpoint was made, nor that others were shown the same log`;
  return [key, signed, { check: 'witnesses', verdict: 'not-proved', at, message }];
}

async function otherFindings(root: string, { attachments }: Header): Promise<Finding[]> {
  const known = new Set([BUNDLE_FILE, ENTRIES_FILE, ...attachments.map(({ path }) => path)]);
  const others = await otherFiles(root, known);
  if (others.length === 0) return [];
  const named = others.length > 20 ? [...others.slice(0, 20), `and ${others.length - 20} more`] : others;
  const message = 'lies in the folder and is no part of the bundle: nothing is known of it';
  return [{ check: 'other-files', verdict: 'not-proved', at: named.join(', '), message }];
}
