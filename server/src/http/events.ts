/** Server-sent events (HTML, "Server-sent events"): one long answer, that a reader who was cut off goes on with. */
import { Readable } from 'node:stream';
import { ForthrightError } from '@forthright/contract';
import type { StreamedEvent } from '../prove/index.ts';
import { tooMany } from './problem.ts';

/** So that a proxy does not take the silence for the end. */
const HEARTBEAT_MS = 15_000;
/** Then it ends, and the reader asks again: who may no longer is let go of then at the latest. */
const LONGEST_MS = 120_000;
const RETRY_MS = 2000;
const MOST_OF_ONE = 8;
const MOST = 200;
const WAIT_SECONDS = 5;

/** The number in the header `Last-Event-ID`; 0 without one. */
export function lastEventOf(raw: string | string[] | undefined): number {
  if (raw === undefined || raw === '') return 0;
  if (typeof raw !== 'string' || !/^\d{1,9}$/.test(raw))
    throw new ForthrightError(
      'request-malformed',
      '`Last-Event-ID` is not the id of an event of this stream.',
    );
  return Number(raw);
}

const textOf = ({ id, event, data }: StreamedEvent): string =>
  `id: ${id}\nevent: ${event}\ndata: ${JSON.stringify(data)}\n\n`;

export type StreamTimes = Readonly<{ heartbeatMs: number; longestMs: number }>;
const TIMES: StreamTimes = { heartbeatMs: HEARTBEAT_MS, longestMs: LONGEST_MS };

/** All streams that are open: who has too many gets no other, and when the server ends they end. */
export class Streams {
  readonly #open = new Map<AbortController, string>();
  readonly #times: StreamTimes;

  constructor(times: StreamTimes = TIMES) {
    this.#times = times;
  }

  /** A place for a stream of `account`, whose tokens share its places. Refuses as `too-many-requests`. */
  take(account: string): AbortController {
    const own = [...this.#open.values()].filter((one) => one === account).length;
    if (own >= MOST_OF_ONE || this.#open.size >= MOST) throw tooMany(WAIT_SECONDS);
    const abort = new AbortController();
    this.#open.set(abort, account);
    return abort;
  }

  release(abort: AbortController): void {
    this.#open.delete(abort);
    abort.abort();
  }

  end(): void {
    for (const abort of this.#open.keys()) abort.abort();
  }

  /** The bytes of a stream, until `events` ends, its reader goes away, or its time is over. */
  readable(events: AsyncIterable<StreamedEvent>, abort: AbortController): Readable {
    const timer = setTimeout(() => abort.abort(), this.#times.longestMs);
    const readable = Readable.from(withHeartbeat(events, this.#times.heartbeatMs));
    readable.once('close', () => {
      clearTimeout(timer);
      this.release(abort);
    });
    return readable;
  }
}

/** An error in the midst of it can only end it: the reader asks again, and is refused with a problem document. */
async function* withHeartbeat(
  events: AsyncIterable<StreamedEvent>,
  heartbeatMs: number,
): AsyncGenerator<string> {
  yield `retry: ${RETRY_MS}\n\n`;
  const iterator = events[Symbol.asyncIterator]();
  let next = nextOf(iterator);
  for (;;) {
    let timer: NodeJS.Timeout | undefined;
    const beat = new Promise<'beat'>((resolve) => {
      timer = setTimeout(() => resolve('beat'), heartbeatMs);
    });
    const come = await Promise.race([next, beat]);
    clearTimeout(timer);
    if (come === 'beat') yield ': still here\n\n';
    else if (come === 'end') return;
    else {
      yield textOf(come);
      next = nextOf(iterator);
    }
  }
}

const nextOf = (iterator: AsyncIterator<StreamedEvent>): Promise<StreamedEvent | 'end'> =>
  iterator.next().then(
    ({ done, value }) => (done === true ? 'end' : value),
    () => 'end' as const,
  );
