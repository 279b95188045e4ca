/** Does the job that `run-trace` asked for. */
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import type { Db } from '../platform/db/index.ts';
import { inChild } from '../platform/index.ts';
import type { Handler } from '../platform/queue/index.ts';
import { type Asked, PROGRAM, sealFolder } from '../prove/index.ts';
import { refuseStrayLinks } from '../sources/index.ts';
import type { Done, Order } from './run.child.ts';
import { failTraceRun, finishTraceRun, namedFiles, orderOf } from './traces.ts';

export type TraceRunOptions = Readonly<{
  db: Db;
  now: () => Date;
  /** The data folder, in which the keys of names lie. */
  data: string;
  /** Path of the workspace file; undefined when the server was given none. */
  workspace: string | undefined;
}>;

const CHILD = new URL('./run.child.ts', import.meta.url);
const SALT_BYTES = 16;

export function traceRunHandler({ db, now, data, workspace }: TraceRunOptions): Handler {
  const asked: Asked = { db, now, actor: PROGRAM };
  const seals = sealFolder(join(data, 'keys'));
  return {
    run: async (job, how) => {
      const { file, definition } = await orderOf(db, job.id, now());
      if (workspace === undefined)
        throw new ForthrightError('workspace-missing', 'This server was started without a workspace.');
      await refuseStrayLinks(namedFiles(definition), dirname(workspace));
      const salt = randomBytes(SALT_BYTES).toString('hex');
      const done = await inChild<Order, Done>(CHILD, { workspace, file, salt }, how);
      await finishTraceRun(asked, job, done, seals);
    },
    fail: (job, code) => failTraceRun(asked, job, code),
  };
}
