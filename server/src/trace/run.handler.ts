/** Does the job that `run-trace` asked for. */
import { randomBytes } from 'node:crypto';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { ForthrightError, type TraceDefinition } from '@forthright/contract';
import type { Db, Reads } from '../platform/db/index.ts';
import { inChild } from '../platform/index.ts';
import type { Handler } from '../platform/queue/index.ts';
import { type Asked, PROGRAM, sealFolder } from '../prove/index.ts';
import { refuseStray } from '../sources/index.ts';
import { decoysAsked } from './decoys/decoys.ts';
import type { Done, Order } from './run.child.ts';
import { failTraceRun, fileOf, finishTraceRun, namedFiles, orderOf } from './traces.ts';

/** Who reported what customers sent to us, by groups; the stage that receives it knows. */
export type ReportersOf = (
  reads: Reads,
  asked: Readonly<{ groups: readonly string[]; isOthers: boolean; alsoUnproved: boolean }>,
) => Promise<readonly Readonly<{ address: string; at: Date }>[]>;

export type TraceRunOptions = Readonly<{
  db: Db;
  now: () => Date;
  /** The data folder, in which the keys of names lie. */
  data: string;
  /** Path of the workspace file; undefined when the server was given none. */
  workspace: string | undefined;
  reportersOf: ReportersOf;
}>;

const CHILD = new URL('./run.child.ts', import.meta.url);
const SALT_BYTES = 16;

export function traceRunHandler({ db, now, data, workspace, reportersOf }: TraceRunOptions): Handler {
  const asked: Asked = { db, now, actor: PROGRAM };
  const seals = sealFolder(join(data, 'keys'));
  return {
    run: async (job, how) => {
      const { trace, gate, definition } = await orderOf(db, job.id, now());
      if (workspace === undefined)
        throw new ForthrightError('workspace-missing', 'This server was started without a workspace.');
      for (const { of, path } of namedFiles(definition)) await refuseStray(path, dirname(workspace), of);
      const folder = await mkdtemp(join(tmpdir(), 'forthright-reports-'));
      try {
        await writeReceived(definition, folder, (given) => reportersOf(db, given));
        const file = fileOf(trace, gate, definition, (name) => join(folder, `${name}.csv`));
        const salt = randomBytes(SALT_BYTES).toString('hex');
        const decoys =
          definition.decoys === undefined
            ? undefined
            : await decoysAsked(db, definition.decoys.mails, { seals, now: now() });
        const { reports } = definition;
        const alsoUnproved = 'groups' in reports && reports.alsoUnproved;
        const asOf = now().toISOString();
        const order = { workspace, file, salt, received: folder, now: asOf, alsoUnproved, decoys };
        const done = await inChild<Order, Done>(CHILD, order, how);
        await finishTraceRun(asked, job, done, seals);
      } finally {
        await rm(folder, { recursive: true, force: true });
      }
    },
    fail: (job, code) => failTraceRun(asked, job, code),
  };
}

/** A file for each set of reports that is not the workspace's. */
async function writeReceived(
  { reports, controls }: TraceDefinition,
  folder: string,
  reportersOf: (given: Parameters<ReportersOf>[1]) => ReturnType<ReportersOf>,
): Promise<void> {
  const write = async (name: string, given: Parameters<ReportersOf>[1]) => {
    const rows = (await reportersOf(given)).map(
      ({ address, at }) => `${quoted(address)},${at.toISOString()}\n`,
    );
    await writeFile(join(folder, `${name}.csv`), `address,at\n${rows.join('')}`, { mode: 0o600 });
  };
  if ('groups' in reports) await write('reports', { ...reports, isOthers: false });
  for (const [i, one] of controls.entries())
    if ('otherThanGroups' in one) {
      const { otherThanGroups: groups, alsoUnproved } = one;
      await write(`controls-${i}`, { groups, alsoUnproved, isOthers: true });
    }
}

const quoted = (text: string): string => `"${text.replaceAll('"', '""')}"`;
