/** One run of scope in a process of its own. */
import { randomBytes } from 'node:crypto';
import { open } from 'node:fs/promises';
import { ForthrightError, type Incident } from '@forthright/contract';
import { loadedFrom, problemsOfLeaks } from '../incident/index.ts';
import { type Telling, takeOrder } from '../platform/index.ts';
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

export type Done = Readonly<{ answer: string; workspace: string; people: number }>;

async function run(
  { workspace: path, incident: given, people, views }: Order,
  telling: Telling,
): Promise<Done> {
  const workspace = await loadWorkspace(path);
  // The workspace may be another one than when the run was asked for.
  const problems = problemsOfLeaks(given, workspace.workspace);
  if (problems.length > 0)
    throw new ForthrightError('incident-invalid', 'These leaks do not fit the workspace.', { problems });
  const incident = loadedFrom(given, workspace.directory);
  const done = await withLoadedRun({ workspace, incident }, telling, async ({ run, answer }) => {
    await writeKept(run, views);
    return { answer: JSON.stringify(answer), people: await writePeople(run, people) };
  });
  return { ...done, workspace: workspace.sha256 };
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

takeOrder(run);
