/** Does the job that `run-access` asked for. */
import { randomBytes } from 'node:crypto';
import { dirname, join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { inChild } from '../../platform/index.ts';
import type { Handler } from '../../platform/queue/index.ts';
import { type Asked, PROGRAM, sealFolder } from '../../prove/index.ts';
import { refuseStray } from '../../sources/index.ts';
import type { Done } from '../run.child.ts';
import type { TraceRunOptions } from '../run.handler.ts';
import { accessOrderOf, failTraceRun, finishTraceRun } from '../traces.ts';
import { filesOfAccess } from './load.ts';
import type { AccessOrder } from './run.child.ts';

const CHILD = new URL('./run.child.ts', import.meta.url);
const SALT_BYTES = 16;

export function accessRunHandler({
  db,
  now,
  data,
  workspace,
}: Omit<TraceRunOptions, 'reportersOf'>): Handler {
  const asked: Asked = { db, now, actor: PROGRAM };
  const seals = sealFolder(join(data, 'keys'));
  return {
    run: async (job, how) => {
      const { trace, gate, definition } = await accessOrderOf(db, job.id, now());
      if (workspace === undefined)
        throw new ForthrightError('workspace-missing', 'This server was started without a workspace.');
      for (const { of, path } of filesOfAccess(definition)) await refuseStray(path, dirname(workspace), of);
      const { review, ...settled } = gate;
      const occasion = review === undefined ? { incident: trace.incident } : { review };
      const order: AccessOrder = {
        workspace,
        title: trace.id,
        gate: { occasion, ...settled },
        definition,
        salt: randomBytes(SALT_BYTES).toString('hex'),
      };
      await finishTraceRun(asked, job, await inChild<AccessOrder, Done>(CHILD, order, how), seals);
    },
    fail: (job, code) => failTraceRun(asked, job, code),
  };
}
