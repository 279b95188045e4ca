import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { Incident, type Problem, TraceFile, type Workspace } from '@forthright/contract';
import { type LoadedIncident, problemsOfLeaks } from '../incident/index.ts';
import { type Document, readDocument, refuse } from '../platform/index.ts';

export type LoadedTrace = Readonly<{
  file: TraceFile;
  path: string;
  /** Absolute folder of the file; its `at` are relative to it. */
  directory: string;
  sha256: string;
  bytes: number;
  /** The logs as leaks of kind `access`, numbered as in the file, so that scope reads them. */
  look: LoadedIncident;
}>;

/** Reads a trace file. Refuses with every problem in it, the gate's first of all, and every name the workspace lacks. */
export async function loadTrace(path: string, workspace: Workspace): Promise<LoadedTrace> {
  const document = await readDocument<TraceFile>(path, TraceFile, 'trace-invalid');
  const { value: file, directory, sha256, where } = document;
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
  if (problems.length > 0) throw refuse('trace-invalid', path, problems);
  const definition = createHash('sha256').update(JSON.stringify(incident)).digest('hex');
  const look = {
    incident,
    path,
    directory,
    sha256: definition,
    where: (at: readonly PropertyKey[]) => at.join('.'),
  };
  return { file, path, directory, sha256, bytes: (await stat(path)).size, look };
}

/** A problem of the leaks that were made of `access`, at its place in the file. */
function placed({ at, message }: Problem, where: Document<TraceFile>['where']): Problem {
  const [, index, field] = at.split('.');
  const isOfWindow = field === 'from' || field === 'to';
  return { at: where(isOfWindow ? [field] : ['access', Number(index), field ?? 'log']), message };
}

function problemsOfKeys(
  file: TraceFile,
  workspace: Workspace,
  where: Document<TraceFile>['where'],
): Problem[] {
  const { columns } = workspace.sources.customers;
  const problems: Problem[] = [];
  for (const list of ['routing', 'tryKeys'] as const)
    for (const [i, key] of file[list].entries())
      if (typeof key === 'string' && columns[key] === undefined)
        problems.push({
          at: where([list, i]),
          message: `the workspace maps no column for \`${key}\`; add it to sources.customers.columns, or name a table`,
        });
  if (!(Date.parse(file.from) < Date.parse(file.to)))
    problems.push({ at: where(['to']), message: '`to` is not after `from`' });
  return problems;
}
