import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ScopeAnswer } from '@forthright/contract';
import { type LoadedIncident, loadIncident } from '../incident/index.ts';
import { type Analytics, openAnalytics } from '../platform/analytics/index.ts';
import { assertUnchanged, type LoadedWorkspace, loadWorkspace } from '../sources/index.ts';
import { answerOf } from './answer.ts';
import { runScope, type ScopeRun } from './run.ts';

/** Told how far a run is, for somebody who waits. */
export type Watch = Readonly<{
  step: (words: string) => void;
  /** The same with a measure; `total` undefined when nobody knows. */
  progress?: ((words: string, done: number, total?: number) => void) | undefined;
  signal: AbortSignal;
}>;

export type Asked = Readonly<{ incident: string; workspace: string }>;

/** Opens the engine that the workspace names, lends it, and ends it whatever happens, leaving nothing behind. */
export async function withEngine<T>(
  workspace: LoadedWorkspace,
  signal: AbortSignal,
  use: (engine: Analytics) => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
  const directory = await mkdtemp(join(tmpdir(), 'forthright-run-'));
  const { analytics } = workspace.workspace.engines;
  try {
    const engine = await openAnalytics(
      analytics === undefined
        ? { kind: 'embedded', directory }
        : { kind: 'server', directory, url: serverUrl(analytics.clickhouse) },
    );
    const stop = () => void engine.close().catch(() => {});
    signal.addEventListener('abort', stop, { once: true });
    try {
      return await use(engine);
    } catch (rawError) {
      // Closing the engine makes its statement fail; the reason is the abort.
      signal.throwIfAborted();
      throw rawError;
    } finally {
      signal.removeEventListener('abort', stop);
      await engine.close();
    }
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
}

function serverUrl(server: {
  url: string;
  username?: string | undefined;
  password?: string | undefined;
  database?: string | undefined;
}): string {
  const url = new URL(server.url);
  if (server.username !== undefined) url.username = server.username;
  if (server.password !== undefined) url.password = server.password;
  if (server.database !== undefined) url.pathname = server.database;
  return url.href;
}

export type Answered = Readonly<{ run: ScopeRun; answer: ScopeAnswer; incident: LoadedIncident }>;

/**
 * Runs an incident and lends the run with its answer while the engine still holds its tables. The files are hashed
 * beside the run, and looked at once more after it: evidence that changed meanwhile is refused.
 */
export async function withRun<T>(
  asked: Asked,
  watch: Watch,
  use: (answered: Answered) => Promise<T>,
): Promise<T> {
  const workspace = await loadWorkspace(asked.workspace);
  const incident = await loadIncident(asked.incident, workspace.workspace);
  return withLoadedRun({ workspace, incident }, watch, use);
}

/** The same of what is loaded already. */
export async function withLoadedRun<T>(
  { workspace, incident }: Readonly<{ workspace: LoadedWorkspace; incident: LoadedIncident }>,
  watch: Watch,
  use: (answered: Answered) => Promise<T>,
): Promise<T> {
  const { signal, step, progress } = watch;
  return withEngine(workspace, signal, async (engine) => {
    const run = await runScope({ workspace, incident, engine, step, progress, signal });
    const hashes = await run.hashes;
    step('putting the answer together');
    const answer = await answerOf(run, hashes);
    await assertUnchanged(run.files);
    return use({ run, answer, incident });
  });
}
