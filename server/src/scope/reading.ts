/** How far the reading of logs is. */
import type { Analytics } from '../platform/analytics/index.ts';

type Told = Readonly<{
  engine: Pick<Analytics, 'bytesRead'>;
  step: (words: string) => void;
  progress?: ((words: string, done: number, total?: number) => void) | undefined;
}>;

const EVERY_MS = 250;

/**
 * Reading the logs is the long part of a run: says how many bytes of all of them are read while it goes on. Never goes
 * back: the engine counts anew for each of the several statements that look at one log.
 */
export class Reading {
  readonly #told: Told;
  readonly #total: number;
  #before = 0;
  #most = 0;

  /** `bytes` of each log, in any order. */
  constructor(bytes: readonly number[], told: Told) {
    this.#told = told;
    this.#total = bytes.reduce((sum, one) => sum + one, 0);
  }

  async of<T>(log: string, bytes: number, read: () => Promise<T>): Promise<T> {
    const { engine, step } = this.#told;
    const words = `reading log ${log}`;
    const end = this.#before + bytes;
    step(words);
    const timer = setInterval(() => {
      const done = engine.bytesRead();
      if (done !== undefined) this.#tell(words, Math.min(this.#before + done, end));
    }, EVERY_MS);
    try {
      return await read();
    } finally {
      clearInterval(timer);
      this.#before = end;
      this.#tell(words, end);
    }
  }

  #tell(words: string, done: number): void {
    if (this.#total === 0) return;
    this.#most = Math.max(this.#most, done);
    this.#told.progress?.(words, this.#most, this.#total);
  }
}
