import type { Pause } from '@forthright/contract';
import type { JournalRecord } from '../send/index.ts';
import { isTooMany } from './rules.ts';

/** So many in a row for which no server could be reached. */
const MOST_UNREACHED = 20;
/** So many refusals of our own address are no accident. */
const MOST_SENDER_REFUSALS = 5;

/** Sees when something is wrong with all of it, and not with single messages. */
export class Watch {
  readonly #mostReturned: number;
  settled = 0;
  stopped: Pause | undefined;
  #refused = 0;
  #ours = 0;
  #unreached = 0;

  constructor(mostReturned: number) {
    this.#mostReturned = mostReturned;
  }

  see({ kind, stage }: JournalRecord): void {
    if (this.stopped !== undefined) return;
    this.settled += 1;
    if (kind === 'refused') this.#refused += 1;
    if (kind === 'refused' && stage === 'sender') this.#ours += 1;
    const isReached = stage !== undefined || (kind !== 'deferred' && kind !== 'broken-before-dot');
    this.#unreached = isReached ? 0 : this.#unreached + 1;
    const isOurs = this.#ours >= MOST_SENDER_REFUSALS && this.#ours / this.settled > this.#mostReturned;
    if (isOurs) this.stopped = 'sender';
    else if (isTooMany(this.#refused, this.settled, this.#mostReturned)) this.stopped = 'refusals';
    else if (this.#unreached >= MOST_UNREACHED) this.stopped = 'relay';
  }
}
