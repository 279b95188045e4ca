/** One of the threads that write, sign and send. */
import { parentPort, workerData } from 'node:worker_threads';
import { Sender } from './sender.ts';
import type { FromWorker, ToWorker, WorkerSettings } from './types.ts';

const port = parentPort;
if (port === null) throw new Error('This file is for a worker thread.');
const tell = (message: FromWorker) => port.postMessage(message);

const sender = await Sender.open({
  ...(workerData as WorkerSettings),
  durable: (records) => tell({ say: 'durable', records }),
  closed: (segment) => tell({ say: 'closed', segment }),
});
/** One after the other, so that a full mailer holds the next batch back. */
let adding: Promise<void> = Promise.resolve();
let isFinishing = false;

function finish(): void {
  if (isFinishing) return;
  isFinishing = true;
  adding
    .then(() => sender.finish())
    .then((segments) => tell({ say: 'finished', segments }))
    .catch(({ code, message }: { code?: string; message: string }) => tell({ say: 'failed', code, message }))
    .finally(() => port?.close());
}

port.on('message', (message: ToWorker) => {
  if (message.do === 'permit') sender.permit(message.untilNs);
  else if (message.do === 'stop') sender.stop(message.why);
  else if (message.do === 'finish') finish();
  else
    adding = adding.then(async () => {
      for (const prepared of message.messages) await sender.add(prepared);
      if (sender.hasFailed) finish();
      else tell({ say: 'room' });
    });
});
tell({ say: 'room' });
