/** One count of what can be seen, in a process of its own. Names leave it only beside the answer, to be sealed. */
import type { AccessDefinition, TraceGate } from '@forthright/contract';
import { type Telling, takeOrder } from '../../platform/index.ts';
import { loadWorkspace } from '../../sources/index.ts';
import type { Done } from '../run.child.ts';
import { reviewAccess } from './access.ts';
import { loadedAccess } from './load.ts';

export type AccessOrder = Readonly<{
  workspace: string;
  title: string;
  gate: TraceGate;
  definition: AccessDefinition;
  salt: string;
}>;

async function run({ workspace: path, ...order }: AccessOrder, telling: Telling): Promise<Done> {
  const workspace = await loadWorkspace(path);
  const loaded = loadedAccess({ ...order, directory: workspace.directory }, workspace.workspace);
  return reviewAccess(workspace, loaded, telling, async (answer, { candidates }) => ({
    answer,
    workspace: workspace.sha256,
    behind: candidates.map(({ id, kind, label }) => ({
      candidate: label,
      kind,
      behind: { account: id, members: [], lines: [] },
    })),
  }));
}

takeOrder(run);
