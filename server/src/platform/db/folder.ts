/**
 * One process per data folder. PGlite itself lets two processes write into one folder, and each loses what the
 * other wrote, in silence.
 *
 * The lock is the operating system's, on the file `lock`, so it ends with its process however that ends. Node has no
 * call for it, but the SQLite inside Node takes one: `BEGIN IMMEDIATE` holds one byte of the file exclusively
 * (fcntl, or LockFileEx on Windows), and whoever comes second is told at once. A file with a process number in it
 * can't do that: after a reboot the number may belong to anybody, and two processes that find it stale both take it.
 *
 * `owner.json` only says who holds the lock. On Linux it is also asked, because an administrator may have removed
 * `lock`: an owner that is alive beyond doubt keeps others out with or without it.
 */
import { readFileSync, readlinkSync } from 'node:fs';
import { readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { setTimeout as sleep } from 'node:timers/promises';
import { ForthrightError } from '@forthright/contract';

export const LOCK = 'lock';
export const OWNER = 'owner.json';

/** Who holds a data folder, for people and for the command line that looks for a running server. */
export type Owner = Readonly<{
  pid: number;
  host: string;
  since: string;
  /** Where the program that holds the folder can be reached, once it has said so. */
  address?: string;
  /** What tells this process from all that had or will have its number; only Linux has it. */
  process?: string;
}>;

/** The winner needs a moment between taking the lock and saying its name. */
const NAMING_MS = 3000;
const NAMING_STEP_MS = 10;
/** And `readOwner` holds the lock for a moment where only that tells whether anybody has it. */
const PROBING_MS = 200;
const SQLITE_BUSY = 5;

/** The system's, the container's and the process's own mark: none of them comes again. */
function markOf(pid: number): string | undefined {
  try {
    const boot = readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim();
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The name in brackets may hold brackets and spaces; behind it are the state and, as the 20th word, the start.
    const words = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const isDead = words[0] === 'Z' || words[0] === 'X';
    return isDead ? undefined : `${boot} ${readlinkSync('/proc/self/ns/pid')} ${words[19]}`;
  } catch {
    return undefined;
  }
}

type Life = 'alive' | 'gone' | 'cannot tell';

function lifeOf(owner: Owner): Life {
  if (owner.host !== hostname()) return 'cannot tell';
  if (owner.process !== undefined) {
    const [boot, container] = markOf(process.pid)?.split(' ') ?? [];
    const [itsBoot, itsContainer] = owner.process.split(' ');
    if (boot !== itsBoot) return boot === undefined ? 'cannot tell' : 'gone';
    // The numbers of another container mean nothing here.
    if (container !== itsContainer) return 'cannot tell';
    return markOf(owner.pid) === owner.process ? 'alive' : 'gone';
  }
  try {
    process.kill(owner.pid, 0);
    return 'cannot tell';
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ESRCH' ? 'gone' : 'cannot tell';
  }
}

function parseOwner(rawText: string): Owner | undefined {
  try {
    const raw = JSON.parse(rawText) as Partial<Record<keyof Owner, unknown>> | null;
    if (raw === null || !Number.isSafeInteger(raw.pid) || typeof raw.host !== 'string') return undefined;
    return {
      pid: raw.pid as number,
      host: raw.host,
      since: String(raw.since),
      ...(typeof raw.address === 'string' ? { address: raw.address } : {}),
      ...(typeof raw.process === 'string' ? { process: raw.process } : {}),
    };
  } catch {
    return undefined;
  }
}

async function recordedOwner(directory: string): Promise<Owner | undefined> {
  try {
    return parseOwner(await readFile(join(directory, OWNER), 'utf8'));
  } catch {
    return undefined;
  }
}

/** Who holds the data folder now; undefined when nobody does, or nobody that has said so. */
export async function readOwner(directory: string): Promise<Owner | undefined> {
  const owner = await recordedOwner(directory);
  const life = owner === undefined ? 'gone' : lifeOf(owner);
  if (life !== 'cannot tell') return life === 'alive' ? owner : undefined;
  // Whoever opens the folder at this very moment tries again.
  const lock = takeLock(directory);
  lock?.close();
  return lock === undefined ? owner : undefined;
}

function inUse(directory: string, owner: Owner | undefined): ForthrightError {
  const isOwn = owner?.pid === process.pid && owner.host === hostname();
  const who =
    owner === undefined
      ? 'another process that has not said its number'
      : `process ${owner.pid}${isOwn ? ' (this one)' : ''} on ${owner.host} since ${owner.since}${owner.address === undefined ? '' : `, at ${owner.address}`}`;
  return new ForthrightError(
    'data-folder-in-use',
    `The data folder ${directory} is in use by ${who}. Only one process may open it: use that one, or end it first. Leave the folder's files as they are.`,
  );
}

function takeLock(directory: string): DatabaseSync | undefined {
  let lock: DatabaseSync | undefined;
  try {
    lock = new DatabaseSync(join(directory, LOCK), { timeout: 0 });
    lock.exec('PRAGMA journal_mode = MEMORY; BEGIN IMMEDIATE');
    return lock;
  } catch (error) {
    lock?.close();
    if (((error as { errcode?: number }).errcode ?? 0) % 256 === SQLITE_BUSY) return undefined;
    throw new ForthrightError(
      'data-folder-unreadable',
      `The data folder ${directory} cannot be locked (${(error as Error).message}). It must be writable, on a disk of this machine, and its file ${LOCK} must be empty or not there.`,
    );
  }
}

export class FolderLock {
  /** Also keeps the locks from the garbage collector, which would let them go. */
  static readonly #held = new Set<FolderLock>();
  readonly directory: string;
  readonly #lock: DatabaseSync;
  #owner: Owner;

  private constructor(directory: string, lock: DatabaseSync) {
    this.directory = directory;
    this.#lock = lock;
    const mark = markOf(process.pid);
    this.#owner = {
      pid: process.pid,
      host: hostname(),
      since: new Date().toISOString(),
      ...(mark === undefined ? {} : { process: mark }),
    };
    FolderLock.#held.add(this);
  }

  /** Takes the folder for this process, or refuses and says who has it. */
  static async take(rawDirectory: string): Promise<FolderLock> {
    const directory = await realpath(rawDirectory);
    for (let waitedMs = 0; ; waitedMs += NAMING_STEP_MS) {
      const lock = takeLock(directory);
      const owner = await recordedOwner(directory);
      const life = owner === undefined ? 'gone' : lifeOf(owner);
      if (lock !== undefined) return FolderLock.#keep(directory, lock, owner, life);
      if (life === 'alive' || (life === 'cannot tell' && waitedMs >= PROBING_MS))
        throw inUse(directory, owner);
      if (waitedMs >= NAMING_MS) throw inUse(directory, undefined);
      await sleep(NAMING_STEP_MS);
    }
  }

  static async #keep(
    directory: string,
    lock: DatabaseSync,
    owner: Owner | undefined,
    life: Life,
  ): Promise<FolderLock> {
    const holds = (held: FolderLock) => held.directory === directory;
    const isOwnLeftover = owner?.pid === process.pid && ![...FolderLock.#held].some(holds);
    if (life === 'alive' && !isOwnLeftover) {
      lock.close();
      throw inUse(directory, owner);
    }
    const taken = new FolderLock(directory, lock);
    try {
      await taken.#write();
    } catch (error) {
      await taken.release();
      throw error;
    }
    return taken;
  }

  async #write(): Promise<void> {
    const part = join(this.directory, `${OWNER}.part`);
    await writeFile(part, `${JSON.stringify(this.#owner)}\n`, { mode: 0o600 });
    await rename(part, join(this.directory, OWNER));
  }

  async announce(address: string): Promise<void> {
    this.#owner = { ...this.#owner, address };
    await this.#write();
  }

  async release(): Promise<void> {
    if (!FolderLock.#held.has(this)) return;
    try {
      // Before the lock: afterwards the file may be the next owner's.
      await rm(join(this.directory, OWNER), { force: true });
    } finally {
      FolderLock.#held.delete(this);
      this.#lock.close();
    }
  }
}
