import { ForthrightError } from '@forthright/contract';
import type { Wait } from '../platform/index.ts';

/**
 * Lets `most` of a costly work go on at once and `waiting` more wait for it; refuses the others. A password costs 64 MB
 * and half a second of one of the four threads that also read the records' files: strangers with many addresses must
 * not take all of them.
 */
export class Gate {
  readonly #most: number;
  readonly #waiting: number;
  #inside = 0;
  readonly #queue: (() => void)[] = [];

  constructor(most = 2, waiting = 64) {
    this.#most = most;
    this.#waiting = waiting;
  }

  async through<T>(work: () => Promise<T>): Promise<T> {
    if (this.#inside < this.#most) this.#inside++;
    else await this.#turn();
    try {
      return await work();
    } finally {
      // Who waits longest gets the place as it is; nobody who comes now can take it.
      const next = this.#queue.shift();
      if (next === undefined) this.#inside--;
      else next();
    }
  }

  #turn(): Promise<void> {
    if (this.#queue.length >= this.#waiting) {
      const wait: Wait = { waitSeconds: 5 };
      throw new ForthrightError('too-many-requests', 'Too many people sign in just now; wait 5 seconds.', {
        cause: wait,
      });
    }
    return new Promise((resolve) => {
      this.#queue.push(resolve);
    });
  }
}
