/**
 * The parent's end of the engine process: sends orders, one at a time, and turns its death into an error.
 * States: open → (crashed | closed). Nothing leads back: the relations died with the process.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { ForthrightError } from '@forthright/contract';
import { bareEnvironment } from '../config.ts';
import type { EngineFailure } from './failures.ts';
import type { Order, Report } from './protocol.ts';
import type { Params } from './types.ts';

export class EngineError extends Error {
  readonly failure: EngineFailure;
  constructor(failure: EngineFailure) {
    super(failure.message);
    this.failure = failure;
  }
}

type Waiting = { onReport: (report: Report) => void; onEnd: (error: Error) => void };

export class EngineProcess {
  readonly #child: ChildProcess;
  readonly #exited: Promise<void>;
  #waiting: Waiting | undefined;
  #queue: Promise<unknown> = Promise.resolve();
  #lastId = 0;
  #ended: Error | undefined;
  #closing = false;
  #lastWords = '';
  version = '';

  private constructor() {
    this.#child = fork(new URL('./embedded.child.ts', import.meta.url), [], {
      serialization: 'advanced',
      execArgv: [],
      env: bareEnvironment(),
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#child.stderr?.on('data', (piece: Buffer) => {
      this.#lastWords = (this.#lastWords + piece.toString()).slice(-4000);
    });
    this.#child.on('message', (rawReport) => this.#waiting?.onReport(rawReport as Report));
    this.#exited = new Promise((resolve) => {
      this.#child.on('error', (error) => {
        this.#end(error.message);
        if (this.#child.pid === undefined) resolve();
      });
      this.#child.on('exit', (code, signal) => {
        this.#end(signal ?? `code ${code}`);
        resolve();
      });
    });
  }

  /** Starts the process and opens chDB in `directory`. */
  static async start(directory: string, options: readonly string[]): Promise<EngineProcess> {
    const engine = new EngineProcess();
    try {
      await engine.#exchange({ do: 'open', directory, options }, (report) => {
        if (report.say === 'ready') engine.version = report.version;
        return report.say === 'ready';
      });
      return engine;
    } catch (error) {
      await engine.kill();
      throw error;
    }
  }

  get pid(): number | undefined {
    return this.#child.pid;
  }

  #end(how: string): void {
    this.#ended ??= this.#closing
      ? new ForthrightError('interrupted', 'The engine was closed while a statement was under way.')
      : new ForthrightError(
          'engine-crashed',
          `The engine's process ended (${how}). If the machine had run out of memory, give the engine less and run again.`,
          { cause: this.#lastWords === '' ? undefined : new Error(this.#lastWords) },
        );
    this.#waiting?.onEnd(this.#ended);
  }

  /** One order and its reports; `take` answers true when the exchange is over. */
  #exchange(order: Order, take: (report: Report) => boolean): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      if (this.#ended !== undefined) return reject(this.#ended);
      const over = (settle: () => void) => {
        this.#waiting = undefined;
        settle();
      };
      this.#waiting = {
        onEnd: (error) => over(() => reject(error)),
        onReport: (report) => {
          if (report.say === 'failed') over(() => reject(new EngineError(report)));
          else if (take(report)) over(resolve);
        },
      };
      this.#send(order);
    });
  }

  /** chDB runs one statement at a time in a session; whoever comes next waits here. */
  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const turn = this.#queue.then(work);
    this.#queue = turn.catch(() => {});
    return turn;
  }

  run(sql: string, params: Params): Promise<void> {
    return this.#inTurn(() =>
      this.#exchange({ do: 'run', id: ++this.#lastId, sql, params }, (report) => report.say === 'done'),
    );
  }

  unpack(from: string, to: string, bytes: number): Promise<void> {
    return this.#inTurn(() =>
      this.#exchange(
        { do: 'unpack', id: ++this.#lastId, from, to, bytes },
        (report) => report.say === 'done',
      ),
    );
  }

  /** Refuses a zstd file that was cut short. */
  checkZstd(path: string, bytes: number): Promise<void> {
    return this.#inTurn(() =>
      this.#exchange({ do: 'check', id: ++this.#lastId, path, bytes }, (report) => report.say === 'done'),
    );
  }

  /** Hands on each piece; no further page is asked for before the last of a page's pieces has been taken. */
  stream(sql: string, format: string, onPiece: (bytes: Uint8Array) => Promise<void>): Promise<void> {
    return this.#inTurn(async () => {
      const id = ++this.#lastId;
      let refused: { error: unknown } | undefined;
      let taken: Promise<void> = Promise.resolve();
      await this.#exchange({ do: 'stream', id, sql, format }, (report) => {
        if (report.say !== 'page') return report.say === 'done';
        taken = taken
          .then(() => (refused === undefined ? onPiece(report.bytes) : undefined))
          .catch((error) => {
            refused = { error };
          });
        if (report.last) void taken.then(() => this.#send({ do: 'more', id, goOn: refused === undefined }));
        return false;
      });
      await taken;
      if (refused !== undefined) throw (refused as { error: unknown }).error;
    });
  }

  #send(order: Order): void {
    // A channel that has closed meanwhile shows as the process's end.
    if (this.#child.connected) this.#child.send(order, () => {});
  }

  /** Ends the process at once: it holds nothing that is worth saving. */
  async kill(): Promise<void> {
    this.#closing = true;
    this.#child.kill('SIGKILL');
    await this.#exited;
  }
}
