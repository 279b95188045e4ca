/** The lines of the logs behind single views, from the files that the run has read. */
import {
  ForthrightError,
  type NoLine,
  type ScopeAnswer,
  type SingleView,
  type ViewWithLine,
} from '@forthright/contract';
import { FileRegistry, type LoadedWorkspace, linesAt, type SourceFile } from '../sources/index.ts';

/** All files of a page together; what was not reached comes without its line. */
const MOST_MS = 6000;

type Line = Pick<ViewWithLine, 'text' | 'offset' | 'noLine'>;
const without = (noLine: NoLine): Line => ({ text: null, offset: null, noLine });

export type LinesOptions = Readonly<{
  workspace: LoadedWorkspace;
  evidence: ScopeAnswer['evidence'];
  withoutStaff: (texts: readonly string[]) => Promise<string[]>;
}>;

/** For each view its line, or why there is none. A file whose SHA-256 is no longer the run's gives none. */
export async function linesOf(views: readonly SingleView[], options: LinesOptions): Promise<Line[]> {
  const signal = AbortSignal.timeout(MOST_MS);
  const wanted = Map.groupBy(
    views.filter(({ file, line }) => file !== null && line !== null),
    ({ file }) => file,
  );
  const read = new Map<string, Awaited<ReturnType<typeof linesAt>> | NoLine>();
  for (const [path, own] of wanted)
    if (path !== null) read.set(path, await readFileOf(path, own, options, signal));
  const found = views.map((view): Line => {
    if (view.file === null || view.line === null) return { text: null, offset: null, noLine: null };
    const file = read.get(view.file);
    if (file === undefined || typeof file === 'string') return without(file ?? 'changed');
    const line = file.lines.get(view.line);
    return line === undefined
      ? without(file.sha256 === undefined ? 'no-time' : 'no-text')
      : { ...line, noLine: null };
  });
  const texts = await options.withoutStaff(found.map(({ text }) => text ?? ''));
  return found.map((line, n) => (line.text === null ? line : { ...line, text: texts[n] ?? '' }));
}

async function readFileOf(
  path: string,
  views: readonly SingleView[],
  { workspace, evidence }: LinesOptions,
  signal: AbortSignal,
): Promise<Awaited<ReturnType<typeof linesAt>> | NoLine> {
  const known = evidence.files.find((file) => file.path === path && file.source.startsWith('logs.'));
  if (known === undefined) return 'no-text';
  const log = workspace.workspace.sources.logs[known.source.slice('logs.'.length)];
  if (log === undefined || log.format === 'parquet' || log.format === 'table') return 'no-text';
  const leaks = evidence.definition.leaks as readonly Readonly<{ id: string; kind: string }>[];
  // Whoever looks people up at work is staff, and a line of such a log names them.
  if (views.some(({ leak }) => leaks.find(({ id }) => id === leak)?.kind === 'access')) return 'staff';
  const file = await fileOf(path, known.source, workspace);
  if (file === undefined || file.bytes < known.bytes) return 'changed';
  const read = await linesAt(
    { ...file, bytes: known.bytes },
    views.flatMap(({ line }) => line ?? []),
    signal,
  ).catch(() => undefined);
  if (read === undefined) return 'changed';
  if (read.sha256 === undefined) return 'no-time';
  return read.sha256 === known.sha256 ? read : 'changed';
}

async function fileOf(
  path: string,
  source: string,
  { directory }: LoadedWorkspace,
): Promise<SourceFile | undefined> {
  try {
    return (await new FileRegistry().expand(source, path, directory))[0];
  } catch (error) {
    if (error instanceof ForthrightError) return undefined;
    throw error;
  }
}
