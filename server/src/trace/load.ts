import { stat } from 'node:fs/promises';
import {
  ForthrightError,
  Incident,
  type Problem,
  type TraceAnswer,
  TraceFile,
  WEEK,
  type Workspace,
} from '@forthright/contract';
import { type LoadedIncident, loadedFrom, problemsOfLeaks } from '../incident/index.ts';
import { type Document, readDocument, refuse } from '../platform/index.ts';

export type LoadedTrace = Readonly<{
  file: TraceFile;
  /** Absolute folder of the file; its `at` are relative to it. */
  directory: string;
  /** The file itself, as evidence; none where the record has what it would say. */
  evidence: TraceAnswer['evidence'];
  /** Stirred into the order of pseudonyms, so that whoever knows the staff can't work out who is who. */
  salt: string;
  /** The logs as leaks of kind `access`, numbered as in the file, so that scope reads them. */
  look: LoadedIncident;
}>;

/** Reads a trace file. Refuses with every problem in it, the gate's first of all, and every name the workspace lacks. */
export async function loadTrace(path: string, workspace: Workspace): Promise<LoadedTrace> {
  const document = await readDocument<TraceFile>(path, TraceFile, 'trace-invalid');
  const { value: file, directory, sha256, where } = document;
  const { look, problems } = looking(file, directory, workspace, where);
  if (problems.length > 0) throw refuse('trace-invalid', path, problems);
  const evidence = [{ path, bytes: (await stat(path)).size, sha256 }];
  return { file, directory, evidence, salt: '', look };
}

/** What did not come from a file; the files that it names lie below `directory`. Refuses as `loadTrace` does. */
export function loadedTrace(
  file: TraceFile,
  { directory, salt }: Readonly<{ directory: string; salt: string }>,
  workspace: Workspace,
): LoadedTrace {
  const { look, problems } = looking(file, directory, workspace, (at) => at.join('.'));
  if (problems.length > 0)
    throw new ForthrightError('trace-invalid', 'This does not fit the workspace.', { problems });
  return { file, directory, evidence: [], salt, look };
}

/** What is wrong with where to look, as far as the workspace tells. */
export const problemsOfTrace = (file: TraceFile, workspace: Workspace): readonly Problem[] =>
  looking(file, '', workspace, (at) => at.join('.')).problems;

type Where = Document<TraceFile>['where'];

function looking(
  file: TraceFile,
  directory: string,
  workspace: Workspace,
  where: Where,
): Readonly<{ look: LoadedIncident; problems: readonly Problem[] }> {
  const incident = Incident.parse({
    title: file.title,
    leaks: file.access.map(({ log, actions, path: pattern }, i) => ({
      id: `access-${i + 1}`,
      kind: 'access',
      log,
      from: file.from,
      to: file.to,
      fields: ['address'],
      ...(actions === undefined ? {} : { actions }),
      ...(pattern === undefined ? {} : { path: pattern }),
    })),
  });
  const problems = [
    ...problemsOfLeaks(incident, workspace).map((problem) => placed(problem, where)),
    ...problemsOfKeys(file, workspace, where),
  ];
  return { look: loadedFrom(incident, directory), problems };
}

/** A problem of the leaks that were made of `access`, at its place in the file. */
function placed({ at, message }: Problem, where: Where): Problem {
  const [, index, field] = at.split('.');
  const isOfWindow = field === 'from' || field === 'to';
  return { at: where(isOfWindow ? [field] : ['access', Number(index), field ?? 'log']), message };
}

function problemsOfKeys(file: TraceFile, workspace: Workspace, where: Where): Problem[] {
  const { columns } = workspace.sources.customers;
  const problems: Problem[] = [];
  for (const list of ['routing', 'tryKeys'] as const)
    for (const [i, key] of file[list].entries())
      if (typeof key === 'string' && key !== WEEK && columns[key] === undefined)
        problems.push({
          at: where([list, i]),
          message: `the workspace maps no column for \`${key}\`; add it to sources.customers.columns, or name a table`,
        });
  if (!(Date.parse(file.from) < Date.parse(file.to)))
    problems.push({ at: where(['to']), message: '`to` is not after `from`' });
  return problems;
}
