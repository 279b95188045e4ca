/** One trace in a process of its own. Names leave it only beside the answer, to be sealed. */
import type { AccessAnswer, TraceAnswer, TraceFile } from '@forthright/contract';
import { type Telling, takeOrder } from '../platform/index.ts';
import { linesAt, loadWorkspace, type NumberedLines, type SourceFile } from '../sources/index.ts';
import type { BehindPseudonym, RawLine } from './behind.ts';
import type { DecoysAsked } from './decoys/types.ts';
import { loadedTrace } from './load.ts';
import type { CandidateKind } from './look-ups.ts';
import { type Behind, traceLoaded } from './trace.ts';

export type Order = Readonly<{
  workspace: string;
  file: TraceFile;
  salt: string;
  /** A folder with reports that the record has; where it lies is nobody's business. */
  received: string;
  /** When it was asked for. */
  now: string;
  /** Whether reports count of whom nobody knows that they are who they say. */
  alsoUnproved: boolean;
  decoys?: DecoysAsked | undefined;
}>;

export type Done = Readonly<{
  answer: TraceAnswer | AccessAnswer;
  /** SHA-256 of the workspace file. */
  workspace: string;
  behind: readonly Readonly<{ candidate: string; kind: CandidateKind; behind: BehindPseudonym }>[];
}>;

async function run(
  { workspace: path, file, salt, received, now, alsoUnproved, decoys }: Order,
  telling: Telling,
): Promise<Done> {
  const workspace = await loadWorkspace(path);
  const loaded = loadedTrace(file, { directory: workspace.directory, salt }, workspace.workspace);
  const use = async (answer: TraceAnswer, behind: Behind) => ({
    answer: {
      ...answer,
      named: answer.named.map((one) =>
        alsoUnproved ? { ...one, against: [UNPROVED, ...one.against] } : one,
      ),
      evidence: answer.evidence.map((one) => withoutFolder(one, received)),
    },
    workspace: workspace.sha256,
    behind: await behindOf(answer, behind, telling.signal),
  });
  return traceLoaded({ workspace, loaded, now: new Date(now) }, telling, use, decoys);
}

const UNPROVED =
  'Reports count, too, of whom nobody knows that they are who they say: whoever wishes to frame a colleague writes in anybody’s name. Ask again with proved ones alone.';

/** `received/reports.csv` in place of where it lay for a moment. */
const withoutFolder = (one: TraceAnswer['evidence'][number], folder: string) =>
  one.path.startsWith(`${folder}/`) ? { ...one, path: `received${one.path.slice(folder.length)}` } : one;

async function behindOf(
  { named }: TraceAnswer,
  { candidates, files, labelOf }: Behind,
  signal: AbortSignal,
): Promise<Done['behind']> {
  const all: { candidate: string; kind: CandidateKind; behind: BehindPseudonym }[] = [];
  for (const { label, kind, id, members } of candidates) {
    const reports = named.find((one) => one.candidate === label)?.reports ?? [];
    const lines =
      kind === 'team'
        ? await teamLines(reports, { members, labelOf, files }, signal)
        : await rawLines(reports, [id], files, signal);
    all.push({ candidate: label, kind, behind: { account: id, members, lines } });
  }
  return all;
}

/** A team has no name to unlock, so that its lines call its people by their pseudonyms. */
async function teamLines(
  reports: TraceAnswer['named'][number]['reports'],
  { members, labelOf, files }: Pick<Behind, 'labelOf' | 'files'> & Readonly<{ members: readonly string[] }>,
  signal: AbortSignal,
): Promise<RawLine[]> {
  // The longest first: one account may be the beginning of another.
  const accounts = members.toSorted((a, b) => b.length - a.length);
  const pattern = new RegExp(accounts.map((account) => RegExp.escape(account)).join('|'), 'g');
  return (await rawLines(reports, accounts, files, signal)).map(({ line, ...one }) => ({
    ...one,
    line: line?.replace(pattern, (account) => labelOf.get(account) ?? '…') ?? null,
  }));
}

/** What names none of the accounts is not the line that the row was read from: one record may go over several lines. */
async function rawLines(
  reports: TraceAnswer['named'][number]['reports'],
  accounts: readonly string[],
  files: readonly SourceFile[],
  signal: AbortSignal,
): Promise<RawLine[]> {
  const lines = new Map<string, NumberedLines['lines']>();
  for (const path of new Set(reports.map((x) => x.file))) {
    const file = files.find((x) => x.path === path);
    if (file === undefined || path.endsWith('.parquet')) continue;
    const rows = reports.filter((x) => x.file === path).map((x) => x.row + 1);
    lines.set(path, (await linesAt(file, rows, signal)).lines);
  }
  return reports.map(({ person, reported, lookedUp, file, row }) => {
    const line = lines.get(file)?.get(row + 1)?.text;
    return {
      person,
      reported,
      lookedUp,
      file,
      row,
      line: line !== undefined && accounts.some((x) => line.includes(x)) ? line : null,
    };
  });
}

takeOrder(run);
