/** Does the job that `run-scope` asked for. */
import { type ChildProcess, fork } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import {
  ForthrightError,
  type Incident,
  type Leak,
  type RunFigures,
  ScopeAnswer,
} from '@forthright/contract';
import { failRun, finishRun, keepContent, leaksOf } from '../incident/index.ts';
import type { Db } from '../platform/db/index.ts';
import { bareEnvironment } from '../platform/index.ts';
import type { Handler, How } from '../platform/queue/index.ts';
import { type Asked, PROGRAM } from '../prove/index.ts';
import type { Order, Report } from './scope-run.child.ts';
import { refuseStray } from './stray.ts';

export type ScopeRunOptions = Readonly<{
  db: Db;
  now: () => Date;
  /** Path of the workspace file; undefined when the server was given none. */
  workspace: string | undefined;
}>;

/** How long a run that is to end may take to put its engine away. */
const GRACE_MS = 5000;

export function scopeRunHandler({ db, now, workspace }: ScopeRunOptions): Handler {
  const asked: Asked = { db, now, actor: PROGRAM };
  return {
    run: async (job, how) => {
      const incident = await incidentFor(db, String(job.input.incident), Number(job.input.leaks));
      if (workspace === undefined)
        throw new ForthrightError('workspace-missing', 'This server was started without a workspace.');
      await refuseStrayLinks(incident.leaks, dirname(workspace));
      const folder = await mkdtemp(join(tmpdir(), 'forthright-people-'));
      try {
        const files = { people: join(folder, 'people.jsonl'), views: join(folder, 'views.parquet') };
        const { answer, workspace: hash, people } = await inChild({ workspace, incident, ...files }, how);
        const { run, figures } = readAnswer(answer);
        const kept = await keepContent(db, createReadStream(files.people));
        const views = await keepContent(db, createReadStream(files.views));
        const cohort = { ...kept, people };
        await finishRun(asked, job, { run, figures, answer, workspace: hash, cohort, views });
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    fail: (job, code) => failRun(asked, job, code),
  };
}

/** As an incident file would say it. In place of the title, which can be erased, stands the id. */
async function incidentFor(db: Db, id: string, version: number): Promise<Incident> {
  const document = (await leaksOf(db, id, version))?.document;
  if (document === undefined || document === null)
    throw new ForthrightError('leaks-missing', 'What is believed to have leaked was erased.');
  return { title: id, leaks: [...document.leaks], gaps: [...document.gaps] };
}

function readAnswer(answer: string): { run: string; figures: RunFigures } {
  const { run, people, views, gaps } = ScopeAnswer.parse(JSON.parse(answer));
  const { exposed, unknown, clear, unidentified, min, max } = people;
  return { run, figures: { exposed, unknown, clear, unidentified, min, max, views, gaps: gaps.length } };
}

async function refuseStrayLinks(leaks: readonly Leak[], folder: string): Promise<void> {
  for (const leak of leaks) {
    const named = [
      'people' in leak ? leak.people?.at : undefined,
      'eml' in leak ? leak.eml : undefined,
    ].filter((path) => path !== undefined);
    for (const path of named) await refuseStray(path, folder, `Leak ${leak.id}`);
  }
}

type Done = Extract<Report, { say: 'answer' }>;

/** Refuses with the run's own error, and as `engine-crashed` when its process ended without a word. */
async function inChild(order: Order, { signal, progress }: How): Promise<Done> {
  signal.throwIfAborted();
  const child = fork(new URL('./scope-run.child.ts', import.meta.url), [], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: bareEnvironment(),
    execArgv: [],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = () => void endGently(child, exited);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<Done>((resolve, reject) => {
      child.on('message', (rawReport) => {
        const report = rawReport as Report;
        if (report.say === 'progress') progress(report.step, report.done, report.total);
        else if (report.say === 'answer') resolve(report);
        else reject(new ForthrightError(report.code, report.message, { problems: report.problems }));
      });
      child.once('error', reject);
      void exited.then(() =>
        reject(new ForthrightError('engine-crashed', 'The process of the run ended without a word.')),
      );
      child.send(order, (error) => error !== null && reject(error));
    });
  } catch (error) {
    signal.throwIfAborted();
    throw error;
  } finally {
    signal.removeEventListener('abort', stop);
    await endGently(child, exited);
  }
}

async function endGently(child: ChildProcess, exited: Promise<void>): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGTERM');
  const timer = setTimeout(() => child.kill('SIGKILL'), GRACE_MS);
  await exited;
  clearTimeout(timer);
}
