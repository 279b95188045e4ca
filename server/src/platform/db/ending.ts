import type { ForthrightError } from '@forthright/contract';

/** The one end of an engine, told to whoever waits for it, with nothing kept for those who no longer do. */
export class Ending {
  readonly #waiting = new Set<(why: ForthrightError) => void>();
  #why: ForthrightError | undefined;

  /** Why nothing more can be asked; undefined as long as something can. */
  get why(): ForthrightError | undefined {
    return this.#why;
  }

  /** The first reason stays. */
  end(why: ForthrightError): void {
    this.#why ??= why;
    for (const tell of this.#waiting) tell(this.#why);
    this.#waiting.clear();
  }

  /** The outcome of `work`, or the end when that comes first: work may wait for something that never comes. */
  async orEnd<T>(work: Promise<T>): Promise<T> {
    const { promise, reject } = Promise.withResolvers<never>();
    this.#waiting.add(reject);
    if (this.#why !== undefined) this.end(this.#why);
    try {
      return await Promise.race([work, promise]);
    } finally {
      this.#waiting.delete(reject);
    }
  }
}
