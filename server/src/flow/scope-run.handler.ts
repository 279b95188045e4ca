/** Does the job that `run-scope` asked for. */
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
import { inChild } from '../platform/index.ts';
import type { Handler } from '../platform/queue/index.ts';
import { type Asked, PROGRAM, sealFolder } from '../prove/index.ts';
import { refuseStray } from '../sources/index.ts';
import { withSuspects } from '../trace/index.ts';
import type { Done, Order } from './scope-run.child.ts';

const CHILD = new URL('./scope-run.child.ts', import.meta.url);

export type ScopeRunOptions = Readonly<{
  db: Db;
  now: () => Date;
  /** The data folder, in which the keys of suspects' names lie. */
  data: string;
  /** Path of the workspace file; undefined when the server was given none. */
  workspace: string | undefined;
}>;

export function scopeRunHandler({ db, now, data, workspace }: ScopeRunOptions): Handler {
  const asked: Asked = { db, now, actor: PROGRAM };
  const seals = sealFolder(join(data, 'keys'));
  return {
    run: async (job, how) => {
      const stated = await incidentFor(db, String(job.input.incident), Number(job.input.leaks));
      const leaks = await withSuspects(db, stated.title, stated.leaks, { seals, now: now() });
      const incident = { ...stated, leaks };
      if (workspace === undefined)
        throw new ForthrightError('workspace-missing', 'This server was started without a workspace.');
      for (const { of, path } of filesOf(incident.leaks)) await refuseStray(path, dirname(workspace), of);
      const folder = await mkdtemp(join(tmpdir(), 'forthright-people-'));
      try {
        const files = { people: join(folder, 'people.jsonl'), views: join(folder, 'views.parquet') };
        const {
          answer,
          workspace: hash,
          people,
        } = await inChild<Order, Done>(CHILD, { workspace, incident, ...files }, how);
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

const filesOf = (leaks: readonly Leak[]) =>
  leaks.flatMap((leak) =>
    ['people' in leak ? leak.people?.at : undefined, 'eml' in leak ? leak.eml : undefined]
      .filter((path) => path !== undefined)
      .map((path) => ({ of: `Leak ${leak.id}`, path })),
  );
