import { createHash } from 'node:crypto';
import {
  type BundleAttachment,
  type Checkpoint,
  commitmentOf,
  decodeEntry,
  ENTRIES_FILE,
  type Json,
  RegisterError,
  shorten,
  valueAt,
} from '../tree/index.ts';
import { hashInside, linesInside } from './files.ts';
import type { Header } from './header.ts';
import { parseLine, type ShownEntry } from './line.ts';
import { Failures, type Finding } from './report.ts';
import { TreeCheck } from './tree-check.ts';

/** What reading the entries once showed, before it is said what it rests on. */
export type Shown = Readonly<{
  tree: readonly Finding[];
  openings: readonly Finding[];
  /** Attachments whose hash the entry that they name does state. */
  stated: ReadonlySet<BundleAttachment>;
  watchedRoot: Uint8Array | undefined;
  /** How many of the entries shown came after the bundle's earlier checkpoint. */
  afterEarlier: number;
}>;

export async function checkEntries(
  root: string,
  header: Header,
  kept: Checkpoint | undefined,
): Promise<Shown> {
  const tree = new TreeCheck(header.checkpoint, header.entries, kept?.size);
  const openings = new Failures('openings');
  const stated = new Set<BundleAttachment>();
  const wanted = byIndex(header.attachments);
  const earlierSize = header.earlier?.checkpoint.size ?? 0;
  let opened = 0;
  let afterEarlier = 0;
  for await (const { first, lines } of linesInside(root, ENTRIES_FILE)) {
    for (const [i, text] of lines.entries()) {
      const at = `${ENTRIES_FILE}:${first + i}`;
      const entry = parseLine(text, at, header.entries.proofs);
      tree.add(entry, at);
      if (entry.index >= earlierSize) afterEarlier += 1;
      const attachments = wanted.get(entry.index);
      if (attachments === undefined && entry.openings.length === 0) continue;
      const statement = statementOf(entry, at);
      opened += entry.openings.length;
      checkOpenings(entry, statement, at, openings);
      for (const attachment of attachments ?? []) {
        if (isStated(entry, statement, attachment)) stated.add(attachment);
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
    afterEarlier,
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

/** A hash stands where `at` says, in the clear or as the text that is opened there; or that text is the file itself. */
function isStated({ openings }: ShownEntry, statement: Statement, { at, sha256 }: BundleAttachment): boolean {
  const there = statedAt(statement, at);
  if (there === sha256) return true;
  const opening = openings.find((one) => one.at === at);
  if (opening === undefined || there !== commitmentOf(opening)) return false;
  const value = Buffer.from(opening.value);
  return value.toString('latin1') === sha256 || createHash('sha256').update(value).digest('hex') === sha256;
}

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

/** Whether each attachment is the file whose hash its entry states. */
export async function checkAttachments(
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
      message: message ?? `is the file whose hash entry ${index} states at ${shorten(at)}`,
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
