import {
  BUNDLE_FILE,
  type BundleAttachment,
  type Checkpoint,
  commitmentOf,
  decodeEntry,
  ENTRIES_FILE,
  isEqual,
  type Json,
  parseCheckpoint,
  RegisterError,
  shorten,
  type VerifierKey,
  valueAt,
  verifyConsistency,
} from '../tree/index.ts';
import { hashInside, linesInside, openDirectory, otherFiles, readInside } from './files.ts';
import { type Header, LARGEST_HEADER_BYTES, parseHeader } from './header.ts';
import type { KeyInTime } from './keys.ts';
import { parseLine, type ShownEntry } from './line.ts';
import { Failures, type Finding, type Report } from './report.ts';
import { TreeCheck } from './tree-check.ts';
import { narrowed, type Standing, standingOf, type Trust, witnessedBy } from './trust.ts';

export type BundleQuestion = Readonly<{
  /** Keys of the log that the reader has from elsewhere. Without any, the bundle is only compared with itself. */
  keys?: readonly KeyInTime[];
  /** Witnesses that must have cosigned the checkpoint. */
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
  const signature = signatureFindings(header, standing, trust, isKeyTrusted);
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
    verdict: findings.some(isAgainst) ? 'failed' : 'proved',
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

/** A proof that stands on something unproved proves nothing; what failed stays failed. */
function asFarAs(isGroundProved: boolean, findings: readonly Finding[], why: string): Finding[] {
  if (isGroundProved) return [...findings];
  return findings.map((finding) =>
    finding.verdict === 'proved'
      ? { ...finding, verdict: 'not-proved', message: `${finding.message}; but ${why}` }
      : finding,
  );
}

function signatureFindings(
  header: Header,
  standing: Standing,
  trust: Trust,
  isKeyTrusted: boolean,
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
  const witnesses = trust.witnesses.map((witness): Finding => {
    const { isGood, message } = witnessedBy(checkpoint, witness);
    return { check: 'witnesses', verdict: isGood ? 'proved' : 'failed', at: shorten(witness.vkey), message };
  });
  if (witnesses.length > 0) return [key, signed, ...witnesses];
  const others = checkpoint.note.signatures.length - 1;
  const message = `you named no witness${others > 0 ? ` (${others} more signatures were not looked at)` : ''}: nothing shows when the checkpoint was made, nor that others were shown the same log`;
  return [key, signed, { check: 'witnesses', verdict: 'not-proved', at, message }];
}

function earlierFindings({ earlier, checkpoint }: Header, trust: Trust, isSigned: boolean): Finding[] {
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

function isConsistent(old: Checkpoint, { size, root }: Checkpoint, proof: readonly Uint8Array[]): boolean {
  if (old.size === 0) return proof.length === 0;
  return verifyConsistency({ oldSize: old.size, oldRoot: old.root, size, root, proof });
}

type Kept = Readonly<{ kept: Checkpoint | undefined; recomputed: Uint8Array | undefined }>;

/** The reader's own checkpoint is believed as far as its signature goes; how it got to them is theirs to know. */
function keptFindings(header: Header, trust: Trust, { kept, recomputed }: Kept): Finding[] {
  if (kept === undefined) return [];
  const { checkpoint } = header;
  const finding = (verdict: Finding['verdict'], message: string): Finding[] => [
    { check: 'earlier', verdict, at: 'the checkpoint you kept', message, isAsked: true },
  ];
  const standing = standingOf(kept, trust);
  if (standing.kind === 'bad') return finding('failed', standing.message);
  const forked = `two different logs of ${kept.size} entries were signed: the one you kept, and the one in this bundle`;
  if (kept.size === 0) return finding('proved', 'it is of an empty log, with which every log begins');
  const shown = `the log in this bundle begins with the ${kept.size} entries that you kept the checkpoint of`;
  for (const known of [checkpoint, header.earlier?.checkpoint]) {
    if (known?.size !== kept.size) continue;
    if (!isEqual(known.root, kept.root)) return finding('failed', forked);
    const isShown =
      standingOf(checkpoint, trust).kind === 'counts' &&
      (known === checkpoint || isConsistent(known, checkpoint, header.earlier?.proof ?? []));
    return isShown
      ? finding('proved', shown)
      : finding('not-proved', 'the checkpoint in the bundle is not proved');
  }
  if (recomputed !== undefined) {
    return isEqual(recomputed, kept.root) ? finding('proved', shown) : finding('failed', forked);
  }
  const message =
    kept.size > checkpoint.size
      ? `it is of ${kept.size} entries and later than the bundle's, of ${checkpoint.size}; this bundle can't show how they belong together`
      : `the bundle has no proof from ${kept.size} entries on; ask for one that has`;
  return finding('not-proved', message);
}

type Shown = Readonly<{
  tree: readonly Finding[];
  openings: readonly Finding[];
  /** Attachments whose hash the entry that they name does state. */
  stated: ReadonlySet<BundleAttachment>;
  watchedRoot: Uint8Array | undefined;
}>;

async function checkEntries(root: string, header: Header, kept: Checkpoint | undefined): Promise<Shown> {
  const tree = new TreeCheck(header.checkpoint, header.entries, kept?.size);
  const openings = new Failures('openings');
  const stated = new Set<BundleAttachment>();
  const wanted = byIndex(header.attachments);
  let opened = 0;
  for await (const { first, lines } of linesInside(root, ENTRIES_FILE)) {
    for (const [i, text] of lines.entries()) {
      const at = `${ENTRIES_FILE}:${first + i}`;
      const entry = parseLine(text, at, header.entries.proofs);
      tree.add(entry, at);
      const attachments = wanted.get(entry.index);
      if (attachments === undefined && entry.openings.length === 0) continue;
      const statement = statementOf(entry, at);
      opened += entry.openings.length;
      checkOpenings(entry, statement, at, openings);
      for (const attachment of attachments ?? []) {
        if (statedAt(statement, attachment.at) === attachment.sha256) stated.add(attachment);
      }
    }
  }
  const message = `${opened} commitments were opened, and each is to the value shown`;
  const proved: Finding = { check: 'openings', verdict: 'proved', at: ENTRIES_FILE, message };
  return {
    tree: tree.finish(),
    openings: openings.count > 0 ? openings.findings() : opened > 0 ? [proved] : [],
    stated,
    watchedRoot: tree.watchedRoot,
  };
}

function byIndex(attachments: readonly BundleAttachment[]): ReadonlyMap<number, BundleAttachment[]> {
  const groups = new Map<number, BundleAttachment[]>();
  for (const attachment of attachments) {
    const group = groups.get(attachment.index);
    if (group === undefined) groups.set(attachment.index, [attachment]);
    else group.push(attachment);
  }
  return groups;
}

type Statement = Readonly<{ value: Json }> | Readonly<{ why: string }>;

function statementOf({ entry }: ShownEntry, at: string): Statement {
  try {
    return { value: decodeEntry(entry, at) };
  } catch (rawError) {
    if (rawError instanceof RegisterError) return { why: rawError.message };
    throw rawError;
  }
}

const statedAt = (statement: Statement, pointer: string): Json | undefined =>
  'value' in statement ? valueAt(statement.value, pointer) : undefined;

function checkOpenings(
  { index, openings }: ShownEntry,
  statement: Statement,
  at: string,
  failures: Failures,
): void {
  for (const opening of openings) {
    if (statedAt(statement, opening.at) === commitmentOf(opening)) continue;
    const why = 'why' in statement ? `: ${statement.why}` : '';
    const message = `what is shown for "${shorten(opening.label)}" is not what the entry committed to${why}`;
    failures.add(`${at}, entry ${index}, ${shorten(opening.at)}`, message);
  }
}

async function checkAttachments(
  root: string,
  { attachments }: Header,
  stated: ReadonlySet<BundleAttachment>,
): Promise<Finding[]> {
  const findings: Finding[] = [];
  for (const attachment of attachments) {
    const { path, index, at } = attachment;
    const message = stated.has(attachment)
      ? await fileProblem(root, attachment)
      : `entry ${index} is not in the bundle, or does not state this file's hash at ${shorten(at)}`;
    findings.push({
      check: 'attachments',
      verdict: message === undefined ? 'proved' : 'failed',
      at: path,
      message: message ?? `is the file whose hash entry ${index} states`,
    });
  }
  return findings;
}

/** One bad file must not hide what there is to say of the others. */
async function fileProblem(
  root: string,
  { path, bytes, sha256 }: BundleAttachment,
): Promise<string | undefined> {
  try {
    const found = await hashInside(root, path, bytes);
    if (found.bytes === bytes && found.sha256 === sha256) return undefined;
    return 'the file is not the one whose hash was registered: it was altered or exchanged';
  } catch (rawError) {
    if (rawError instanceof RegisterError) return `[${rawError.code}] ${rawError.message}`;
    throw rawError;
  }
}

async function otherFindings(root: string, { attachments }: Header): Promise<Finding[]> {
  const known = new Set([BUNDLE_FILE, ENTRIES_FILE, ...attachments.map(({ path }) => path)]);
  const others = await otherFiles(root, known);
  if (others.length === 0) return [];
  const named = others.length > 20 ? [...others.slice(0, 20), `and ${others.length - 20} more`] : others;
  const message = 'lies in the folder and is no part of the bundle: nothing is known of it';
  return [{ check: 'other-files', verdict: 'not-proved', at: named.join(', '), message }];
}
