/**
 * One run of scope in a process of its own: what it needs of memory and time is not the server's, and to cancel it is
 * to end it. It ends with the server, too, however that ends.
 */
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { type ErrorCode, ForthrightError, type Incident, type Problem } from '@forthright/contract';
import { loadedFrom, problemsOfLeaks } from '../incident/index.ts';
import { cohortOf, withLoadedRun, writeKept } from '../scope/index.ts';
import { loadWorkspace } from '../sources/index.ts';

export type Order = Readonly<{
  workspace: string;
  incident: Incident;
  /** Where to write the people whom notices may be for. */
  people: string;
  /** Where to write what single views are asked of. */
  views: string;
}>;

export type Report =
  | Readonly<{ say: 'progress'; step: string; done?: number | undefined; total?: number | undefined }>
  | Readonly<{ say: 'answer'; answer: string; workspace: string; people: number }>
  | Readonly<{ say: 'failed'; code: ErrorCode; message: string; problems: readonly Problem[] }>;

const stop = new AbortController();

function say(report: Report, then: () => void = () => {}): void {
  if (process.connected) process.send?.(report, then);
}

async function run({ workspace: path, incident: given, people, views }: Order): Promise<Report> {
  try {
    const workspace = await loadWorkspace(path);
    // The workspace may be another one than when the run was asked for.
    const problems = problemsOfLeaks(given, workspace.workspace);
    if (problems.length > 0)
      throw new ForthrightError('incident-invalid', 'These leaks do not fit the workspace.', { problems });
    const incident = loadedFrom(given, workspace.directory);
    const done = await withLoadedRun(
      { workspace, incident },
      {
        signal: stop.signal,
        step: (step) => say({ say: 'progress', step }),
        progress: (step, done, total) => say({ say: 'progress', step, done, total }),
      },
      async ({ run, answer }) => {
        await writeKept(run, views);
        return { answer: JSON.stringify(answer), people: await writePeople(run, people) };
      },
    );
    return { say: 'answer', ...done, workspace: workspace.sha256 };
  } catch (error) {
    if (error instanceof ForthrightError)
      return { say: 'failed', code: error.code, message: error.message, problems: error.problems };
    throw error;
  }
}

/**
 * JSON, a line for each person; how many. The first line is random, so that whoever sees the file's hash in the register
 * can't find out by trying who the few people of a small incident are.
 */
async function writePeople(run: Parameters<typeof cohortOf>[0], path: string): Promise<number> {
  const file = await open(path, 'wx', 0o600);
  try {
    await file.appendFile(`${JSON.stringify({ salt: randomBytes(32).toString('hex') })}\n`);
    let people = 0;
    for await (const page of await cohortOf(run)) {
      people += page.length;
      await file.appendFile(page.map((row) => `${JSON.stringify(row)}\n`).join(''));
    }
    return people;
  } finally {
    await file.close();
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
