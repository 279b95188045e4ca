/** Which registers this process has opened, by their database. */
import { ForthrightError } from '@forthright/contract';
import { rootOf, toBase64 } from '@forthright/register';
import type { Db } from '../platform/db/index.ts';
import { writeHead } from './head.ts';
import type { KeyPlace } from './keys.ts';
import type { Log } from './store.ts';

/** A register that was opened. `stopped` says why nobody may act; a person decides whether it goes on. */
export type Opened = {
  readonly folder: string;
  readonly keys: KeyPlace;
  readonly mostDeedMs: number;
  epoch: number;
  stopped: string | undefined;
  /** The latest size this place knows of; heads are written one after the other and never go back. */
  knownSize: number;
  writing: Promise<void>;
};

/**
 * By database, because an operation is asked with nothing else. A database whose register was not opened and
 * checked is not in it, and every deed on it is refused.
 */
const OPENED = new WeakMap<Db, Opened>();

export function setOpened(db: Db, opened: Opened): void {
  OPENED.set(db, opened);
}

/** Refuses when the register was never opened in this process. */
export function openedFor(db: Db): Opened {
  const opened = OPENED.get(db);
  if (opened === undefined) throw stopped('it was not opened and checked in this process');
  return opened;
}

export function stopped(why: string): ForthrightError {
  return new ForthrightError(
    'register-stopped',
    `The register is stopped: ${why}. Nothing can be recorded, so nothing may be done, until a person has decided with a reason that it goes on.`,
  );
}

/** Keeps what the register has come to beside the database. */
export function remember(opened: Opened, { origin, epoch, frontier }: Log): Promise<void> {
  const write = async () => {
    if (frontier.size < opened.knownSize) return;
    opened.knownSize = frontier.size;
    await writeHead(opened.folder, { origin, epoch, size: frontier.size, root: toBase64(rootOf(frontier)) });
  };
  const written = opened.writing.then(write);
  opened.writing = written.catch(() => {});
  return written;
}
