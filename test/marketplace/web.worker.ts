import { parentPort, workerData } from 'node:worker_threads';
import { type DayTask, ServerDay, type Tally } from './web.ts';
import type { World } from './world.ts';

/** One thread of the web log: gets a day, writes it, says so, gets the next. */
const port = parentPort;
if (port === null) throw new Error('web.worker.ts runs as a worker thread');
const { world, tally, directory } = workerData as { world: World; tally: Tally; directory: string };
port.on('message', (task: DayTask) => {
  const result = new ServerDay(world, tally, directory, task).write((lines) => port.postMessage({ lines }));
  port.postMessage({ result });
});
