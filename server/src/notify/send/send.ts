/**
 * The sending loop: takes prepared messages from their source, spreads them over worker threads, and gives what became
 * of each as soon as it is on the disk.
 */

import { mkdir } from 'node:fs/promises';
import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import { ANSWER, type ErrorCode, ForthrightError } from '@forthright/contract';
import { FolderLock } from '../../platform/db/index.ts';
import { nextNumber } from './journal.ts';
import type {
  FromWorker,
  JournalRecord,
  Prepared,
  Segment,
  SenderSettings,
  ToWorker,
  WorkerSettings,
} from './types.ts';

export type SendOptions = Readonly<{
  messages: AsyncIterable<Prepared> | Iterable<Prepared>;
  settings: SenderSettings;
  /** The journal's folder, which only one process may use at a time. */
  folder: string;
  /** Names the right to send that this process holds; stands in each of its files. */
  fence: string;
  /**
   * How many milliseconds from the moment of asking nobody else can have the right to send; 0 when it is lost. Asked
   * before the first message, and again when a third of that time is over.
   */
  holdsFence: () => Promise<number>;
  /**
   * Each outcome once, after it is on the disk. What it gives is awaited before more messages are taken, so that nothing
   * piles up.
   */
  onOutcomes: (records: readonly JournalRecord[]) => void | Promise<void>;
  /** Each file of the journal that nobody writes any more. */
  onSegment?: (segment: Segment) => void;
  /** A file of the journal ends when it is longer, or older, than this. */
  segments?: Readonly<{ mostBytes: number; mostMs: number }>;
  /** Stops at once: nothing more is released. */
  signal?: AbortSignal;
  workers?: number;
}>;

const BATCH = 50;
const LEAST_FENCE_MS = 30;

/** Takes the journal's folder for this process. Refuses as `data-folder-in-use`. */
export async function lockJournal(folder: string): Promise<FolderLock> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  return await FolderLock.take(folder);
}

/**
 * Sends them all, each once, and gives the journal's new files. Refuses as `sending-fenced` where another process may
 * send, `no-disk` where the journal can't be written, `journal-damaged` where an earlier one is not as it was. After a
 * refusal the journal says of each message what became of it.
 *
 * The caller holds the folder's lock and has read the journal (`recover`), so it knows what not to send again.
 */
export async function sendAll(options: SendOptions): Promise<readonly Segment[]> {
  const fence = new Fence(options.holdsFence);
  await fence.renew();
  const from = await nextNumber(options.folder);
  const count = options.workers ?? Math.max(2, availableParallelism());
  const threads = Array.from({ length: count }, (_, i) => new Thread(options, i, count, from));
  const stop = (why: string) => {
    for (const thread of threads) thread.tell({ do: 'stop', why });
  };
  const stopped = () => stop('somebody stopped it');
  options.signal?.addEventListener('abort', stopped, { once: true });
  fence.keep(
    (untilNs) => {
      for (const thread of threads) thread.tell({ do: 'permit', untilNs });
    },
    () => stop('another process may send'),
  );
  const failed = Promise.race(threads.map((thread) => thread.failed));
  failed.catch(() => undefined);
  try {
    await spread(options, threads, failed);
    const segments = await Promise.all(threads.map((thread) => thread.finish()));
    fence.mustHold();
    return segments.flat();
  } catch (caught) {
    const error = fence.reason(caught);
    // The others settle what they have released, so that less is in doubt.
    stop((error as Error).message);
    await Promise.allSettled(threads.map((thread) => thread.finish()));
    throw error;
  } finally {
    fence.end();
    options.signal?.removeEventListener('abort', stopped);
    await Promise.all(threads.map((thread) => thread.end()));
  }
}

async function spread(
  { messages, signal }: SendOptions,
  threads: readonly Thread[],
  failed: Promise<never>,
): Promise<void> {
  let batch: Prepared[] = [];
  const hand = async () => {
    const thread = await Promise.race([...threads.map((each) => each.room()), failed]);
    thread.send(batch);
    batch = [];
  };
  for await (const message of messages) {
    if (signal?.aborted === true) return;
    batch.push(message);
    if (batch.length >= BATCH) await hand();
  }
  if (batch.length > 0 && signal?.aborted !== true) await hand();
}

/** Shows again and again that this process alone may send. */
class Fence {
  readonly #ask: () => Promise<number>;
  #untilNs = 0n;
  #timer: NodeJS.Timeout | undefined;
  #unanswered: unknown;
  #isLost = false;
  #isEnded = false;

  constructor(ask: () => Promise<number>) {
    this.#ask = ask;
  }

  async renew(): Promise<number> {
    // Counted from before the question, so that a slow answer gives no time away.
    const askedNs = process.hrtime.bigint();
    const holdsMs = await this.#ask().catch((error) => {
      this.#unanswered = error;
      throw error;
    });
    this.#unanswered = undefined;
    if (holdsMs <= 0) {
      this.#isLost = true;
      throw fenced();
    }
    this.#untilNs = askedNs + BigInt(Math.floor(holdsMs * 1e6));
    return holdsMs;
  }

  keep(permit: (untilNs: bigint) => void, lost: () => void): void {
    permit(this.#untilNs);
    const again = async () => {
      try {
        const holdsMs = await this.renew();
        if (this.#isEnded) return;
        permit(this.#untilNs);
        this.#timer = setTimeout(() => void again(), Math.max(LEAST_FENCE_MS, holdsMs / 3));
      } catch {
        // A question without an answer may be asked again until the time is over.
        if (this.#isEnded) return;
        if (this.#isLost || process.hrtime.bigint() > this.#untilNs) {
          this.#isLost = true;
          lost();
        } else this.#timer = setTimeout(() => void again(), LEAST_FENCE_MS);
      }
    };
    void again();
  }

  mustHold(): void {
    if (this.#isLost) throw this.#unanswered ?? fenced();
  }

  /** That nobody could be asked is why the time ran out. */
  reason(error: unknown): unknown {
    const isFenced = error instanceof ForthrightError && error.code === 'sending-fenced';
    return isFenced ? (this.#unanswered ?? error) : error;
  }

  end(): void {
    this.#isEnded = true;
    clearTimeout(this.#timer);
  }
}

const fenced = () =>
  new ForthrightError(
    'sending-fenced',
    'Another process may send from this record, so this one has stopped. Everything that it sent is in its journal.',
  );

class Thread {
  readonly failed: Promise<never>;
  readonly #worker: Worker;
  readonly #onOutcomes: SendOptions['onOutcomes'];
  readonly #onSegment: SendOptions['onSegment'];
  #finished: PromiseWithResolvers<readonly Segment[]> = Promise.withResolvers();
  #room: PromiseWithResolvers<Thread> = Promise.withResolvers();
  #handed: Promise<void> = Promise.resolve();
  #isFinishing = false;

  constructor(
    { settings, folder, fence, onOutcomes, onSegment, segments }: SendOptions,
    index: number,
    shares: number,
    from: number,
  ) {
    this.#onOutcomes = onOutcomes;
    this.#onSegment = onSegment;
    const workerData: WorkerSettings = {
      settings,
      shares,
      journal: { folder, fence, from, writer: String(index + 1), ...segments },
    };
    this.#worker = new Worker(new URL('./send.worker.ts', import.meta.url), { workerData });
    const failure = Promise.withResolvers<never>();
    this.failed = failure.promise;
    this.failed.catch(() => undefined);
    this.#finished.promise.catch(() => undefined);
    const fail = (error: unknown) => {
      failure.reject(error);
      this.#finished.reject(error);
    };
    this.#worker.on('message', (message: FromWorker) => this.#hear(message, fail));
    this.#worker.on('error', fail);
    // Behind what it said last, which may still be on its way to whoever folds it.
    this.#worker.on('exit', () => {
      const ended = () => fail(new Error('A sending thread ended.'));
      this.#handed.then(ended, ended);
    });
  }

  #hear(message: FromWorker, fail: (error: unknown) => void): void {
    switch (message.say) {
      case 'room':
        void this.#handed.then(() => this.#room.resolve(this));
        break;
      case 'durable':
        this.#handed = this.#handed.then(() => this.#onOutcomes(message.records));
        this.#handed.catch(fail);
        break;
      case 'closed':
        // Behind its outcomes, so that whoever counts them has them all.
        this.#handed = this.#handed.then(() => this.#onSegment?.(message.segment));
        break;
      case 'finished':
        this.#handed.then(() => this.#finished.resolve(message.segments)).catch(fail);
        break;
      case 'failed':
        fail(coded(message));
        break;
    }
  }

  room(): Promise<Thread> {
    return this.#room.promise;
  }

  send(messages: readonly Prepared[]): void {
    this.#room = Promise.withResolvers();
    this.tell({ do: 'send', messages });
  }

  tell(message: ToWorker): void {
    this.#worker.postMessage(message);
  }

  finish(): Promise<readonly Segment[]> {
    if (!this.#isFinishing) this.tell({ do: 'finish' });
    this.#isFinishing = true;
    return this.#finished.promise;
  }

  async end(): Promise<void> {
    await this.#worker.terminate();
  }
}

/** Only text crosses threads. */
function coded({ code, message }: FromWorker & { say: 'failed' }): Error {
  if (code !== undefined && code in ANSWER) return new ForthrightError(code as ErrorCode, message);
  return new Error(message);
}
