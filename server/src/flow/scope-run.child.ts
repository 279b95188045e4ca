/**
 * One run of scope in a process of its own: what it needs of memory and time is not the server's, and to cancel it is
 * to end it. It ends with the server, too, however that ends.
 */
import { type ErrorCode, ForthrightError, type Incident, type Problem } from '@forthright/contract';
import { loadedFrom, problemsOfLeaks } from '../incident/index.ts';
import { withLoadedRun } from '../scope/index.ts';
import { loadWorkspace } from '../sources/index.ts';

export type Order = Readonly<{ workspace: string; incident: Incident }>;

export type Report =
  | Readonly<{ say: 'progress'; step: string; done?: number | undefined; total?: number | undefined }>
  | Readonly<{ say: 'answer'; answer: string; workspace: string }>
  | Readonly<{ say: 'failed'; code: ErrorCode; message: string; problems: readonly Problem[] }>;

const stop = new AbortController();

function say(report: Report, then: () => void = () => {}): void {
  if (process.connected) process.send?.(report, then);
}

async function run({ workspace: path, incident: given }: Order): Promise<Report> {
  try {
    const workspace = await loadWorkspace(path);
    // The workspace may be another one than when the run was asked for.
    const problems = problemsOfLeaks(given, workspace.workspace);
    if (problems.length > 0)
      throw new ForthrightError('incident-invalid', 'These leaks do not fit the workspace.', { problems });
    const incident = loadedFrom(given, workspace.directory);
    const answer = await withLoadedRun(
      { workspace, incident },
      {
        signal: stop.signal,
        step: (step) => say({ say: 'progress', step }),
        progress: (step, done, total) => say({ say: 'progress', step, done, total }),
      },
      async ({ answer }) => JSON.stringify(answer),
    );
    return { say: 'answer', answer, workspace: workspace.sha256 };
  } catch (error) {
    if (error instanceof ForthrightError)
      return { say: 'failed', code: error.code, message: error.message, problems: error.problems };
    throw error;
  }
}

if (process.send !== undefined) {
  const end = () => stop.abort(new ForthrightError('interrupted', 'The run was ended.'));
  process.on('SIGTERM', end);
  // The terminal's Ctrl-C reaches us too; the server says when to end.
  process.on('SIGINT', () => {});
  process.on('disconnect', end);
  process.once('message', (rawOrder) => {
    void run(rawOrder as Order).then((report) => say(report, () => process.disconnect?.()));
  });
}
