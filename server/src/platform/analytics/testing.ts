import { Session } from 'chdb';

/** For tests of SQL alone: chDB in this very process, where thousands of small questions cost nothing. */
export class InProcessEngine {
  readonly #session: Session;

  constructor(directory: string) {
    this.#session = new Session(directory);
  }

  /** A statement's result in the named format, as text. */
  query(sql: string, format: string): string {
    return this.#session.query(sql, format);
  }

  cleanup(): void {
    this.#session.cleanup();
  }
}
