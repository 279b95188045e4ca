/** A process that does jobs until it is killed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { runJobs } from './index.ts';
import { leaveLine, openQueue, type Where } from './testing.ts';

const WORK_MS = 30;

async function obey(where: Where): Promise<void> {
  const db = await openQueue(where);
  const handler = leaveLine(db, async () => {
    if (process.connected) process.send?.('begun');
    await sleep(WORK_MS);
  });
  await runJobs({
    db,
    now: () => new Date(),
    log: () => {},
    lanes: [{ handlers: { count: handler }, atOnce: 3 }],
    leaseSeconds: 1,
    pollMs: 50,
  });
  process.send?.('ready');
}

if (process.send !== undefined) {
  process.on('message', (rawWhere) => void obey(rawWhere as Where));
  process.on('disconnect', () => process.exit());
}
