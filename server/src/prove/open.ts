/** The register at the program's start: made, or checked against what was last seen of it. */
import { mkdir } from 'node:fs/promises';
import { ForthrightError } from '@forthright/contract';
import {
  EMPTY_FRONTIER,
  isEqual,
  parseCheckpoint,
  parseVerifierKey,
  rootOf,
  type Signer,
  toBase64,
  type Witness,
} from '@forthright/register';
import type { Db, Reads } from '../platform/db/index.ts';
import { inRegisterAlone, record } from './deed.ts';
import { type Head, readHead } from './head.ts';
import type { KeyPlace } from './keys.ts';
import { type Opened, openedFor, remember, setOpened } from './opened.ts';
import type { Actor, Asked } from './operation.ts';
import { damaged, type Log, makeLog, readKeys, readLog, rootAt, saveKey, setEpoch } from './store.ts';
import { secondsOf } from './times.ts';
import { whyWitnessesDoubt } from './witnesses.ts';

export type RegisterOptions = Readonly<{
  db: Db;
  /** The data folder, which a backup of the database does not bring back with it. */
  folder: string;
  /** The log's name, such as `marlow.example/register`: no space, no plus. */
  origin: string;
  keys: KeyPlace;
  now: () => Date;
  /** The last published checkpoint, where it can be had: it also finds a copy that was made with its data folder. */
  published?: string | undefined;
  /** Who remember what they have signed of it: they, too, find a copy that was made with its data folder. */
  witnesses?: readonly Witness[] | undefined;
  /** How long one deed may take, since all others wait for it; by default a minute. */
  mostDeedMs?: number | undefined;
}>;

export type RegisterState = Readonly<{ kind: 'open' } | { kind: 'stopped'; why: string }>;

/** Forthright itself, as when it starts. */
export const PROGRAM: Actor = { id: 'program', account: 'program', roles: [], via: 'program' };

/**
 * Opens the register, and makes it when there is none. Compares the database with what this folder last saw and
 * with `published`: when they disagree the register is `stopped`, and every deed on `db` is refused until
 * `continueRegister`. Refuses a register of another name, tiles that do not belong together, and unusable keys.
 */
export async function openRegister(options: RegisterOptions): Promise<RegisterState> {
  const { db, folder, origin, keys, now, published, witnesses = [], mostDeedMs = 60_000 } = options;
  await mkdir(folder, { recursive: true });
  const head = await readHead(folder);
  const log = await readLog(db);
  refuseOther(origin, log, head);
  if (published !== undefined) refuseStrange(origin, published);
  const opened: Opened = {
    folder,
    keys,
    mostDeedMs,
    epoch: log?.epoch ?? 1,
    stopped: undefined,
    knownSize: 0,
    writing: Promise.resolve(),
  };
  const isNew = head === undefined || (head !== 'unreadable' && head.size === 0);
  if (log === undefined && isNew && published === undefined)
    await begin(opened, { db, actor: PROGRAM, now }, origin);
  else {
    if (log !== undefined) await refuseDamage(db, log);
    opened.stopped =
      (await whyStopped(db, log, head, published)) ??
      (await whyWitnessesDoubt(db, witnesses, log?.frontier.size ?? 0));
    // One that is not loaded can't sign; better known now than at the next checkpoint.
    for (const { vkey } of await readKeys(db)) await keys.load(parseVerifierKey(vkey, 'register'));
  }
  setOpened(db, opened);
  return stateOf(opened);
}

export const stateOf = ({ stopped }: Opened): RegisterState =>
  stopped === undefined ? { kind: 'open' } : { kind: 'stopped', why: stopped };

/** What `openRegister` found, or what has been decided since. */
export const registerState = (db: Db): RegisterState => stateOf(openedFor(db));

function refuseOther(origin: string, log: Log | undefined, head: Head | undefined | 'unreadable'): void {
  const other = [log?.origin, head === 'unreadable' ? undefined : head?.origin].find(
    (name) => name !== undefined && name !== origin,
  );
  if (other === undefined) return;
  throw new ForthrightError(
    'register-other',
    `The register in this database or folder is \`${other}\`, and \`${origin}\` was asked for. A register keeps its name for ever: use the name it has, or another database and folder.`,
  );
}

function refuseStrange(origin: string, published: string): void {
  const { origin: named } = parseCheckpoint(published, 'published checkpoint');
  if (named === origin) return;
  throw new ForthrightError(
    'register-other',
    `The published checkpoint is of the register \`${named}\`, and this is \`${origin}\`: name the one of this register.`,
  );
}

async function refuseDamage(reads: Reads, { frontier }: Log): Promise<void> {
  if (isEqual(await rootAt(reads, frontier.size), rootOf(frontier))) return;
  throw damaged('Tiles and frontier of the register do not belong together');
}

async function begin(opened: Opened, asked: Asked, origin: string): Promise<void> {
  const signer = await opened.keys.make(origin);
  // First, so that a start that is cut short leaves no register that this folder has never seen.
  await remember(opened, { origin, epoch: 1, frontier: EMPTY_FRONTIER });
  await inRegisterAlone(opened, asked, async (tx, log, recordAs) => {
    if (log !== undefined)
      throw new ForthrightError('record-exists', 'Another process has just made the register; start again.');
    await makeLog(tx, origin, 1);
    recordAs(1);
    await record(tx, { kind: 'register-opened', facts: { origin, key: signer.key.vkey } });
    await saveKey(tx, signer.key.keyId, termFrom(signer, asked.now()));
  });
}

const termFrom = (signer: Signer, from: Date) => ({
  vkey: signer.key.vkey,
  from: secondsOf(from),
  until: null,
});

async function whyStopped(
  reads: Reads,
  log: Log | undefined,
  head: Head | undefined | 'unreadable',
  published: string | undefined,
): Promise<string | undefined> {
  if (log === undefined) return 'the database has no register, but one was known here before';
  if (head === 'unreadable') return 'what this folder last saw of it can not be read';
  if (head === undefined && published === undefined)
    return 'this data folder has never seen it: the folder is new, or this is a second instance';
  if (head !== undefined && head.epoch !== log.epoch)
    return `the database is in epoch ${log.epoch}, and this folder last saw epoch ${head.epoch}`;
  const known = [
    ...(head === undefined ? [] : [{ whose: 'this folder last saw', size: head.size, root: head.root }]),
    ...(published === undefined ? [] : [publishedHead(published)]),
  ];
  for (const { whose, size, root } of known) {
    if (size > log.frontier.size)
      return `the database has ${log.frontier.size} entries, and ${whose} ${size}: an older state was put back`;
    if (toBase64(await rootAt(reads, size)) !== root)
      return `the database's first ${size} entries are not those that ${whose}: it has another past`;
  }
  return undefined;
}

function publishedHead(published: string) {
  const { size, root } = parseCheckpoint(published, 'published checkpoint');
  return { whose: 'the published checkpoint names', size, root: toBase64(root) };
}

/** What `openRegister` would find here, changing nothing. */
export async function registerVerdict(reads: Reads, folder: string): Promise<RegisterState> {
  const log = await readLog(reads);
  if (log !== undefined) await refuseDamage(reads, log);
  const why = await whyStopped(reads, log, await readHead(folder), undefined);
  return why === undefined ? { kind: 'open' } : { kind: 'stopped', why };
}

/**
 * A person's decision that a stopped register goes on, with the reason, as its first entry in a new epoch. Other
 * instances that still work in the old epoch are refused from then on. Refuses when it is not stopped.
 */
export async function continueRegister(asked: Asked, reason: string): Promise<void> {
  const opened = openedFor(asked.db);
  const { stopped: why } = opened;
  if (asked.actor.via === 'program')
    throw new ForthrightError('not-permitted', 'A person decides whether a stopped register goes on.');
  if (why === undefined)
    throw new ForthrightError(
      'register-not-stopped',
      'The register is not stopped; there is nothing to decide.',
    );
  const head = await readHead(opened.folder);
  opened.knownSize = 0;
  opened.epoch = await inRegisterAlone(opened, asked, async (tx, log, recordAs) => {
    if (log === undefined) throw damaged('The database has no register at all: put the right database back');
    const known = head === undefined || head === 'unreadable' ? undefined : head;
    const epoch = Math.max(log.epoch, known?.epoch ?? 0) + 1;
    await setEpoch(tx, epoch);
    recordAs(epoch);
    await record(tx, {
      kind: 'register-continued',
      facts: {
        size: log.frontier.size,
        epochBefore: log.epoch,
        ...(known === undefined ? {} : { lastSeen: { ...known } }),
      },
      texts: { why: { value: why }, reason: { value: reason } },
    });
    return epoch;
  });
  opened.stopped = undefined;
}
