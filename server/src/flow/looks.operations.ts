/** Looks into the connected logs and lists, for whoever says what leaked. */
import {
  CheckSource,
  DescribeList,
  ForthrightError,
  type Leak,
  LeakPreviewed,
  ListDescribed,
  PathsSuggested,
  PreviewLeak,
  type Problem,
  SourceChecked,
  SuggestPaths,
} from '@forthright/contract';
import {
  findIncident,
  guarded,
  isPlainPath,
  notFound,
  problemsOfFiles,
  problemsOfLeaks,
  READERS,
  recordUpon,
  WORKERS,
} from '../incident/index.ts';
import { Limiter, type Wait } from '../platform/index.ts';
import { type Asked, deed, type Operation } from '../prove/index.ts';
import { checkSource, describeList, previewLeak, suggestPaths } from '../scope/index.ts';
import { type LoadedWorkspace, loadWorkspace, refuseStray } from '../sources/index.ts';
import type { JobsOptions } from './jobs.operations.ts';

/** Of one account: each look is an engine that reads for some seconds. */
const A_MINUTE = { most: 60, windowSeconds: 60 };

export function lookOperations({ workspace: path }: JobsOptions): readonly Operation[] {
  let limiter: Limiter | undefined;
  /** The workspace, for whoever may see the incident. */
  const opened = async (asked: Asked, incident: string): Promise<LoadedWorkspace> => {
    if ((await findIncident(asked.db, incident, asked.actor)) === undefined) throw notFound(incident);
    return loaded(asked);
  };
  /** Refuses whoever looks too often. */
  const loaded = async (asked: Asked): Promise<LoadedWorkspace> => {
    if (path === undefined)
      throw new ForthrightError('workspace-missing', 'This server was started without a workspace.');
    limiter ??= new Limiter(A_MINUTE, asked.now);
    const waitSeconds = limiter.take(asked.actor.account);
    if (waitSeconds === 0) return loadWorkspace(path);
    const wait: Wait = { waitSeconds };
    throw new ForthrightError(
      'too-many-requests',
      `So many looks are too many; wait ${waitSeconds} seconds.`,
      {
        cause: wait,
      },
    );
  };
  return [
    guarded(CheckSource, SourceChecked, {
      name: 'check-source',
      summary:
        'Whether one source of the workspace can be read, and how many rows a look of some seconds finds; a source that is broken is an answer.',
      method: 'GET',
      path: '/workspace/check',
      may: READERS,
      run: async (asked, { source }) => checkSource(await loaded(asked), source),
    }),
    guarded(SuggestPaths, PathsSuggested, {
      name: 'suggest-paths',
      summary:
        'The most frequent addresses of pages in a log, their ids replaced by what a leak would bind; ends after a few seconds.',
      method: 'GET',
      path: '/incidents/:incident/paths',
      may: WORKERS,
      run: async (asked, { incident, log, from, to }) => {
        const workspace = await opened(asked, incident);
        const problems = [...problemsOfLog(log, workspace), ...problemsOfWindow(from, to)];
        if (problems.length > 0)
          throw new ForthrightError('incident-invalid', 'Such lines can not be looked for.', { problems });
        return suggestPaths(workspace, { log, from, to });
      },
    }),
    guarded(PreviewLeak, LeakPreviewed, {
      name: 'preview-leak',
      summary:
        'Lines that a leak is about, from a look of a few seconds; what is personal in them is masked unless it is asked for, which is recorded.',
      method: 'POST',
      path: '/incidents/:incident/leaks/preview',
      may: WORKERS,
      run: async (asked, { incident, leak, shown }) =>
        preview(asked, { incident, leak, shown, workspace: await opened(asked, incident) }),
    }),
    guarded(DescribeList, ListDescribed, {
      name: 'describe-list',
      summary: 'The columns of a file of people, and which of them says who they are; no value of it.',
      method: 'GET',
      path: '/incidents/:incident/lists',
      may: WORKERS,
      run: async (asked, { incident, at }) => {
        const workspace = await opened(asked, incident);
        if (!isPlainPath(at))
          throw new ForthrightError('incident-invalid', 'Such a file can not be looked into.', {
            problems: [
              { at: 'at', message: 'a file below the folder of the workspace, such as lists/people.csv' },
            ],
          });
        await refuseStray(at, workspace.directory, 'The list');
        return describeList(workspace, at);
      },
    }),
  ];
}

function problemsOfLog(log: string, { workspace }: LoadedWorkspace): Problem[] {
  const { logs } = workspace.sources;
  if (Object.hasOwn(logs, log)) return [];
  return [
    { at: 'log', message: `the workspace has no such log (its logs: ${Object.keys(logs).join(', ')})` },
  ];
}

const problemsOfWindow = (from: string, to: string): Problem[] =>
  Date.parse(from) < Date.parse(to) ? [] : [{ at: 'to', message: 'the window ends before it starts' }];

type Preview = Readonly<{ incident: string; leak: Leak; shown: boolean; workspace: LoadedWorkspace }>;

async function preview(asked: Asked, { incident, leak, shown, workspace }: Preview): Promise<LeakPreviewed> {
  const problems = [
    ...problemsOfLeaks({ leaks: [leak], gaps: [] }, workspace.workspace),
    ...problemsOfFiles(leak, 0),
  ];
  if (problems.length > 0)
    throw new ForthrightError('incident-invalid', 'This leak can not be looked for as it is.', { problems });
  const seen = await previewLeak(workspace, leak, { shown });
  if (!shown || seen === null) return { seen };
  const entry = await deed(asked, async (tx) => {
    // It may have been restricted while the log was read.
    const found = await findIncident(tx, incident, asked.actor);
    if (found === undefined) throw notFound(incident);
    return recordUpon(tx, {
      kind: 'log-lines-shown',
      incident: found.incident.id,
      act: 'look',
      facts: { leakKind: leak.kind, lines: seen.sample.length },
      texts: { leak: { value: JSON.stringify(leak) } },
    });
  });
  return { seen, entry };
}
