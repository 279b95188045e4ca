/** Work in a process of its own: what it needs of memory and time is not the server's, and to cancel it is to end it. */
import { type ChildProcess, fork } from 'node:child_process';
import { type ErrorCode, ForthrightError, type Problem } from '@forthright/contract';
import { bareEnvironment } from './config.ts';
import type { How } from './queue/index.ts';

/** What the process says: how far it is, then its answer or why there is none. */
export type ChildReport<Answer> =
  | Readonly<{ say: 'progress'; step: string; done?: number | undefined; total?: number | undefined }>
  | Readonly<{ say: 'answer'; answer: Answer }>
  | Readonly<{ say: 'failed'; code: ErrorCode; message: string; problems: readonly Problem[] }>;

/** How long work that is to end may take to put its engine away. */
const GRACE_MS = 5000;

/**
 * Starts `program`, gives it its order and waits for the answer. Refuses with the work's own error, and as `engine-crashed`
 * when its process ended without a word.
 */
export async function inChild<Order extends object, Answer>(
  program: URL,
  order: Order,
  { signal, progress }: How,
): Promise<Answer> {
  signal.throwIfAborted();
  const child = fork(program, [], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'],
    env: bareEnvironment(),
    execArgv: [],
  });
  const exited = new Promise<void>((resolve) => child.once('exit', () => resolve()));
  const stop = () => void endGently(child, exited);
  signal.addEventListener('abort', stop, { once: true });
  try {
    return await new Promise<Answer>((resolve, reject) => {
      child.on('message', (rawReport) => {
        const report = rawReport as ChildReport<Answer>;
        if (report.say === 'progress') progress(report.step, report.done, report.total);
        else if (report.say === 'answer') resolve(report.answer);
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

/** How the work tells whoever waits, and when it is to end. */
export type Telling = Readonly<{
  signal: AbortSignal;
  step: (words: string) => void;
  progress: (words: string, done: number, total?: number) => void;
}>;

/** The other half, called by the process itself: does one order, says what came of it, and ends with the server, however that ends. */
export function takeOrder<Order, Answer>(work: (order: Order, telling: Telling) => Promise<Answer>): void {
  if (process.send === undefined) return;
  const stop = new AbortController();
  const say = (report: ChildReport<Answer>, then: () => void = () => {}) => {
    if (process.connected) process.send?.(report, then);
  };
  const telling: Telling = {
    signal: stop.signal,
    step: (step) => say({ say: 'progress', step }),
    progress: (step, done, total) => say({ say: 'progress', step, done, total }),
  };
  const end = () => stop.abort(new ForthrightError('interrupted', 'The run was ended.'));
  process.on('SIGTERM', end);
  // The terminal's Ctrl-C reaches us too; the server says when to end.
  process.on('SIGINT', () => {});
  process.on('disconnect', end);
  process.once('message', (rawOrder) => {
    void reportOf(work(rawOrder as Order, telling)).then((report) =>
      say(report, () => process.disconnect?.()),
    );
  });
}

async function reportOf<Answer>(work: Promise<Answer>): Promise<ChildReport<Answer>> {
  try {
    return { say: 'answer', answer: await work };
  } catch (error) {
    if (error instanceof ForthrightError)
      return { say: 'failed', code: error.code, message: error.message, problems: error.problems };
    throw error;
  }
}
