/** An access review's definition, with its logs as scope reads them. */
import {
  type AccessDefinition,
  ForthrightError,
  Incident,
  type Problem,
  type TraceGate,
  type Workspace,
} from '@forthright/contract';
import { type LoadedIncident, loadedFrom, problemsOfLeaks } from '../../incident/index.ts';
import { filesOfGrants } from './grants.ts';

export type LoadedAccess = Readonly<{
  title: string;
  gate: TraceGate;
  definition: AccessDefinition;
  /** Absolute; its files are relative to it. */
  directory: string;
  /** Stirred into the order of pseudonyms, so that whoever knows the staff can't work out who is who. */
  salt: string;
  /** The logs as leaks of kind `access`, numbered like the tools. */
  look: LoadedIncident;
}>;

/** Refuses (`trace-invalid`) with every name that the workspace lacks. */
export function loadedAccess(
  given: Pick<LoadedAccess, 'title' | 'gate' | 'definition' | 'directory' | 'salt'>,
  workspace: Workspace,
): LoadedAccess {
  const { look, problems } = looking(given.definition, given.directory, workspace);
  if (problems.length > 0)
    throw new ForthrightError('trace-invalid', 'This does not fit the workspace.', { problems });
  return { ...given, look };
}

/** What is wrong with where to look, as far as the workspace tells. */
export const problemsOfAccess = (definition: AccessDefinition, workspace: Workspace): readonly Problem[] =>
  looking(definition, '', workspace).problems;

/** Every file that a definition names, with the field that names it. */
export function filesOfAccess({
  grants,
  proposal,
  reasons,
  wellKnown,
}: AccessDefinition): readonly Readonly<{ of: string; path: string }>[] {
  const under = (name: string, all: ReturnType<typeof filesOfGrants>) =>
    all.map(({ of, path }) => ({ of: `${name}.${of}`, path }));
  return [
    ...under('grants', filesOfGrants(grants)),
    ...(proposal === undefined ? [] : under('proposal', filesOfGrants(proposal))),
    ...reasons.map(({ at }, i) => ({ of: `reasons.${i}.at`, path: at })),
    ...(wellKnown === undefined ? [] : [{ of: 'wellKnown.at', path: wellKnown.at }]),
  ];
}

function looking(
  { from, to, tools, hours }: AccessDefinition,
  directory: string,
  workspace: Workspace,
): Readonly<{ look: LoadedIncident; problems: readonly Problem[] }> {
  const incident = Incident.parse({
    title: 'What can each employee see',
    leaks: tools.map(({ log, actions, path, fields }, i) => ({
      id: `tool-${i + 1}`,
      kind: 'access',
      log,
      from,
      to,
      fields,
      ...(actions === undefined ? {} : { actions }),
      ...(path === undefined ? {} : { path }),
    })),
  });
  const problems = problemsOfLeaks(incident, workspace).map(({ at, message }) => ({
    at: at.replace(/^leaks\./, 'tools.'),
    message,
  }));
  if (!(Date.parse(from) < Date.parse(to))) problems.push({ at: 'to', message: '`to` is not after `from`' });
  if (hours.from >= hours.to) problems.push({ at: 'hours.to', message: '`to` is not after `from`' });
  const twice = tools.find(({ tool }, i) => tools.findIndex((one) => one.tool === tool) !== i);
  if (twice !== undefined)
    problems.push({ at: 'tools', message: `${twice.tool} stands here twice; name one tool for each log` });
  return { look: loadedFrom(incident, directory), problems };
}
