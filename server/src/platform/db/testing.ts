/** For tests: processes that open databases, and ends that come at any moment. */
import { type ChildProcess, fork } from 'node:child_process';
import type { Order, Report } from './testing.child.ts';

export class Other {
  readonly #child: ChildProcess;
  readonly #reports: Report[] = [];
  #wake: () => void = () => {};
  #words = '';
  readonly #exited: Promise<void>;

  constructor() {
    this.#child = fork(new URL('./testing.child.ts', import.meta.url), [], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.on('message', (rawReport) => {
      this.#reports.push(rawReport as Report);
      this.#wake();
    });
    this.#child.stderr?.on('data', (piece: Buffer) => {
      this.#words += piece.toString();
    });
    this.#exited = new Promise((resolve) => {
      this.#child.once('exit', () => {
        resolve();
        this.#wake();
      });
    });
  }

  get pid(): number {
    return this.#child.pid ?? 0;
  }

  tell(order: Order): void {
    this.#child.send(order);
  }

  /** The next report. */
  async next(): Promise<Report> {
    for (;;) {
      const report = this.#reports.shift();
      if (report !== undefined) return report;
      if (this.#child.exitCode !== null) throw new Error(`The process ended: ${this.#words}`);
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  /** What was reported and not yet taken. */
  rest(): Report[] {
    return this.#reports.splice(0);
  }

  /** As `kill -9` does. */
  async kill(): Promise<void> {
    this.#child.kill('SIGKILL');
    await this.#exited;
  }

  static async start(): Promise<Other> {
    const other = new Other();
    await other.next();
    return other;
  }
}
