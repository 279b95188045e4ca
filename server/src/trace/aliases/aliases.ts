/**
 * Aliases in the record: a book that is opened behind a gate, aliases made in it, mail to them handed on, what came from somebody who
 * was not expected to know one; each a deed. Whom an alias stands for, and to whom it was shown, is sealed.
 */
import { createHmac, randomInt } from 'node:crypto';
import {
  type AliasBlocked,
  type AliasesErased,
  type AliasesListed,
  type AliasesMade,
  type AliasesOpened,
  type AliasFound,
  type AliasWish,
  type BlockAlias,
  type EraseAliases,
  type FindAlias,
  ForthrightError,
  GATE_SETTLED,
  type MakeAliases,
  newId,
  type OpenAliases,
  ReportRead,
} from '@forthright/contract';
import * as z from 'zod';
import type { Reads } from '../../platform/db/index.ts';
import { oneAddress } from '../../platform/mail/index.ts';
import {
  type Asked,
  deed,
  eraseTextsOf,
  record,
  type SealPlace,
  seal,
  textsOf,
  unseal,
} from '../../prove/index.ts';
import type { AliasesAsked } from '../decoys/types.ts';
import { endOf } from '../kept.ts';
import { readingOnce } from '../keys.ts';
import { original } from './srs.ts';
import {
  aliasByHash,
  aliasById,
  aliasesByPair,
  aliasMails,
  books,
  countOne,
  countsOf,
  countToday,
  eraseBookRows,
  insertAliases,
  insertAliasMail,
  insertBook,
  isAliasMailKept,
  type NewAlias,
  type StoredAlias,
  type StoredBook,
  setBlocked,
  viewersOf,
} from './store.ts';

/** What is sealed of an alias. */
type Behind = Readonly<{
  alias: string;
  /** To which mail goes on. */
  address: string;
  customer: string;
  viewer: AliasWish['viewer'];
  order: string | null;
  expects: readonly string[];
}>;

const whose = (id: string): string => `the alias ${id}`;
const open = async (seals: SealPlace, { id, sealed }: Pick<StoredAlias, 'id' | 'sealed'>): Promise<Behind> =>
  JSON.parse(await unseal(seals, sealed, whose(id))) as Behind;

const hashOf = (key: Uint8Array, what: string, text: string): Uint8Array =>
  createHmac('sha256', key).update(`alias ${what}\0${text}`).digest();
const addressHash = (key: Uint8Array, alias: string): Uint8Array =>
  hashOf(key, 'address', alias.toLowerCase());

/** Without letters that are taken for others when somebody reads them out. */
const LETTERS = 'abcdefghjkmnpqrstuvwxyz23456789';
const LENGTH = 14;
const madeUp = (domain: string): string =>
  `${Array.from({ length: LENGTH }, () => LETTERS[randomInt(LETTERS.length)]).join('')}@${domain}`;

const isOver = ({ ends, erasedEntry }: StoredBook, now: Date): boolean =>
  erasedEntry !== undefined || now >= ends;
const notSet = (why: string): ForthrightError => new ForthrightError('aliases-not-set', why);
const noAlias = (id: string): ForthrightError =>
  new ForthrightError('alias-not-found', `There is no alias ${id.slice(0, 60)}.`);

/** Opens a book in which aliases are made from now on. Refuses where mail to them would not be handed on. */
export async function openAliases(
  asked: Asked,
  { gate }: OpenAliases,
  { seals, domain }: Readonly<{ seals: SealPlace; domain: string | undefined }>,
): Promise<AliasesOpened> {
  if (domain === undefined) throw notSet('mail.yaml names no domain and no relay for aliases.');
  const book = newId('alb');
  const keyId = await seals.make();
  let ends = new Date(0);
  const opened = deed(asked, async (tx, at) => {
    ends = endOf(at, gate.retention);
    const entry = await record(tx, {
      kind: 'aliases-opened',
      facts: { book, retention: gate.retention, ends: ends.toISOString() },
      texts: { gate: { value: JSON.stringify(gate) } },
    });
    await insertBook(tx, { id: book, entry, by: asked.actor.account, at, keyId, ends });
    return entry;
  });
  const entry = await opened.catch(async (error) => {
    // A key that may have become this book's stays: better one too many than one that is missed.
    if (!(error instanceof ForthrightError && error.code === 'outcome-unknown')) await seals.remove(keyId);
    throw error;
  });
  return { book, ends: ends.toISOString(), entry };
}

/** Makes what there is not yet, in the book that was opened last. */
export async function makeAliases(
  asked: Asked,
  { aliases: wishes }: MakeAliases,
  { seals, domain }: Readonly<{ seals: SealPlace; domain: string | undefined }>,
): Promise<AliasesMade> {
  const book = (await books(asked.db)).findLast((one) => !isOver(one, asked.now()));
  if (book === undefined || domain === undefined)
    throw notSet('No book of aliases is open; a privacy officer opens one with `open-aliases`.');
  const sealing = readingOnce(seals);
  const key = await sealing.load(book.keyId);
  const prepared: (NewAlias & Readonly<{ alias: string }>)[] = [];
  const pairs: string[] = [];
  for (const { customer, address, viewer, order, expects } of wishes) {
    const pair = hashOf(key, 'pair', JSON.stringify([customer, viewer.kind, viewer.name, order ?? null]));
    pairs.push(Buffer.from(pair).toString('hex'));
    const [id, alias] = [newId('als'), madeUp(domain)];
    const own = oneAddress(address);
    if (own.toLowerCase().endsWith(`@${domain}`))
      throw new ForthrightError('address-unusable', 'An alias can not stand for an alias.');
    const behind: Behind = { alias, address: own, customer, viewer, order: order ?? null, expects };
    prepared.push({
      id,
      alias,
      address: addressHash(key, alias),
      pair,
      viewer: viewer.kind,
      viewerHash: hashOf(key, 'viewer', JSON.stringify([viewer.kind, viewer.name])),
      sealed: await seal(sealing, book.keyId, JSON.stringify(behind), whose(id)),
    });
  }
  const hashes = prepared.map(({ pair }) => pair);
  const isThere = async (reads: Reads) =>
    new Set((await aliasesByPair(reads, hashes)).map(({ pair }) => pair));
  const before = await isThere(asked.db);
  let made = 0;
  const entry = pairs.every((pair) => before.has(pair))
    ? null
    : await deed(asked, async (tx, at) => {
        const known = await isThere(tx);
        const fresh = new Map<string, NewAlias>();
        for (const [i, one] of prepared.entries()) {
          const pair = pairs[i] ?? '';
          if (!known.has(pair) && !fresh.has(pair)) fresh.set(pair, one);
        }
        made = fresh.size;
        const entry = await record(tx, { kind: 'aliases-made', facts: { book: book.id, aliases: made } });
        await insertAliases(tx, { book: book.id, entry, at, aliases: [...fresh.values()] });
        return entry;
      });
  const now = new Map<string, { id: string; alias: string }>();
  for (const stored of await aliasesByPair(asked.db, hashes))
    now.set(stored.pair ?? '', { id: stored.id, alias: (await open(sealing, stored)).alias });
  return { aliases: pairs.map((pair) => now.get(pair) ?? { id: '', alias: '' }), made, entry };
}

type Found = Readonly<{ alias: StoredAlias; behind: Behind; key: Uint8Array }>;

/** The alias of this address, in a book whose time is not over. */
export async function aliasOf(
  reads: Reads,
  address: string,
  { seals, now }: Readonly<{ seals: SealPlace; now: Date }>,
): Promise<Found | undefined> {
  for (const book of await books(reads)) {
    if (isOver(book, now)) continue;
    const key = await seals.load(book.keyId);
    const alias = await aliasByHash(reads, addressHash(key, address));
    if (alias !== undefined) return { alias, key, behind: await open(seals, alias) };
  }
  return undefined;
}

/** The keys by which what comes back is told to be ours. */
export async function relayKeys(
  reads: Reads,
  { seals, now }: Readonly<{ seals: SealPlace; now: Date }>,
): Promise<Uint8Array[]> {
  const keys: Uint8Array[] = [];
  for (const book of await books(reads)) if (!isOver(book, now)) keys.push(await seals.load(book.keyId));
  return keys;
}

const shown = ({ viewer, customer, order }: Behind) => ({
  viewer: viewer.kind,
  name: viewer.kind === 'employee' ? null : viewer.name,
  customer,
  order,
});

/**
 * What an alias says that stands in a mail which a customer forwards: which customer, to whom it was shown, and when. The
 * register says who looked.
 */
export async function findAlias(
  asked: Asked,
  { alias: address }: FindAlias,
  seals: SealPlace,
): Promise<AliasFound> {
  const found = await aliasOf(asked.db, address.trim(), { seals, now: asked.now() });
  if (found === undefined) throw noAlias('of this address');
  const { alias, behind } = found;
  await deed(asked, (tx) =>
    record(tx, { kind: 'alias-looked-up', facts: { alias: alias.id, book: alias.book } }),
  );
  return {
    id: alias.id,
    ...shown(behind),
    madeAt: alias.madeAt.toISOString(),
    blocked: alias.blockedEntry !== undefined,
    entry: alias.entry,
  };
}

const Gate = z.strictObject(GATE_SETTLED);

export async function listAliases({ db, now }: Asked, seals: SealPlace): Promise<AliasesListed> {
  const all = await books(db);
  const over = new Set(all.filter((one) => isOver(one, now())).map(({ id }) => id));
  const mails = (await aliasMails(db)).filter(({ alias }) => !over.has(alias.book));
  const text = await textsOf(
    db,
    [...all, ...mails].map(({ entry }) => entry),
  );
  const opening = readingOnce(seals);
  const listed: AliasesListed = { books: [], mails: [] };
  for (const book of all) {
    const gate = text(book.entry, 'gate');
    listed.books.push({
      id: book.id,
      openedBy: book.openedBy,
      openedAt: book.openedAt.toISOString(),
      entry: book.entry,
      ends: book.ends.toISOString(),
      ...(book.erasedEntry === undefined ? {} : { erasedEntry: book.erasedEntry }),
      ...(await countsOf(db, book.id)),
      gate: gate === null ? null : Gate.parse(JSON.parse(gate)),
    });
  }
  for (const { id, entry, at, alias } of mails) {
    const read = text(entry, 'mail');
    listed.mails.push({
      id,
      alias: alias.id,
      at: at.toISOString(),
      entry,
      ...shown(await open(opening, alias)),
      madeAt: alias.madeAt.toISOString(),
      read: read === null ? null : ReportRead.parse(JSON.parse(read)),
    });
  }
  return listed;
}

const placeOf = ({ viewer }: Behind) =>
  ({ place: viewer.kind === 'employee' ? 'view' : 'feed', at: viewer.name }) as const;

/** What a run needs of aliases: how many each viewer was shown, and the mails that it asks about. Refuses mails that there are not. */
export async function aliasesAsked(
  reads: Reads,
  wanted: readonly string[],
  { seals, now }: Readonly<{ seals: SealPlace; now: Date }>,
): Promise<AliasesAsked> {
  if (wanted.length === 0) return { viewers: [], mails: [] };
  const opening = readingOnce(seals);
  const alive = (await books(reads)).filter((one) => !isOver(one, now));
  const kept = (await aliasMails(reads)).filter(({ alias }) => alive.some(({ id }) => id === alias.book));
  const mails: AliasesAsked['mails'][number][] = [];
  for (const id of wanted) {
    const mail = kept.find((one) => one.id === id);
    if (mail === undefined)
      throw new ForthrightError('decoys-not-found', `There is no mail ${id.slice(0, 60)} to an alias.`);
    const { alias, at } = mail;
    const since = alias.madeAt.toISOString();
    const behind = await open(opening, alias);
    mails.push({ mail: id, alias: alias.id, ...placeOf(behind), since, arrived: at.toISOString() });
  }
  const viewers: AliasesAsked['viewers'][number][] = [];
  for (const book of alive)
    for (const { n, ...alias } of await viewersOf(reads, book.id))
      viewers.push({ ...placeOf(await open(opening, alias)), n });
  return { viewers, mails: mails.sort((a, b) => a.arrived.localeCompare(b.arrived)) };
}

/** More of one day is a flood. */
const MOST_A_DAY = 50;

export type Relayed = Readonly<{
  /** Domain of whoever wrote it, by its header. */
  domain: string | undefined;
  read: ReportRead;
}>;

/** Whether mail to this alias goes on now. */
export async function mayGoOn(
  reads: Reads,
  { alias }: Found,
  at: Date,
): Promise<'yes' | 'blocked' | 'too-many'> {
  if (alias.blockedEntry !== undefined) return 'blocked';
  return (await countToday(reads, alias.id, at)) >= MOST_A_DAY ? 'too-many' : 'yes';
}

/**
 * Keeps what a mail says, once, that came from somebody who was not expected to know the alias: evidence of through whom it left. Ordinary mail
 * changes nothing that anybody may do, and is no entry: orders make thousands of them.
 */
export async function noteAliasMail(
  asked: Asked,
  { alias, behind, key }: Found,
  { domain, read }: Relayed,
  bytes: Uint8Array,
): Promise<void> {
  if (behind.expects.some((one) => domain === one || domain?.endsWith(`.${one}`) === true)) return;
  const hash = createHmac('sha256', key).update(`alias mail\0${alias.id}\0`).update(bytes).digest();
  if (await isAliasMailKept(asked.db, hash)) return;
  const mail = newId('alm');
  await deed(asked, async (tx, at) => {
    const entry = await record(tx, {
      kind: 'alias-mail-taken',
      facts: { mail, alias: alias.id, book: alias.book },
      texts: { mail: { value: JSON.stringify({ ...read, to: null }) } },
    });
    await insertAliasMail(tx, { id: mail, alias: alias.id, entry, at, hash });
  });
}

/** For the limit of a day. */
export const countHandedOn = ({ db, now }: Asked, alias: string): Promise<void> =>
  db.transaction(async (tx) => {
    await countOne(tx, alias, now());
  });

/** From now on mail to it is refused. */
export async function blockAlias(asked: Asked, { id, reason }: BlockAlias): Promise<AliasBlocked> {
  const entry = await deed(asked, async (tx) => {
    const alias = await aliasById(tx, id);
    if (alias === undefined || alias.sealed === '') throw noAlias(id);
    if (alias.blockedEntry !== undefined)
      throw new ForthrightError('incident-refuses', 'This can not be done: the alias is blocked.');
    const entry = await record(tx, {
      kind: 'alias-blocked',
      facts: { alias: id, book: alias.book },
      texts: { reason: { value: reason } },
    });
    await setBlocked(tx, id, entry);
    return entry;
  });
  return { id, entry };
}

/** Erases whom the aliases of a book stand for; mail to them is refused from then on. */
export async function eraseAliases(
  asked: Asked,
  { book: id, reason }: EraseAliases,
  seals: SealPlace,
): Promise<AliasesErased> {
  const book = (await books(asked.db)).find((one) => one.id === id);
  if (book === undefined) throw noAlias(id);
  const entry = await erase(asked, book, { because: 'asked', reason });
  await seals.remove(book.keyId);
  return { book: id, entry };
}

function erase(
  asked: Asked,
  { id }: StoredBook,
  { because, reason }: Readonly<{ because: 'asked' | 'retention'; reason?: string }>,
): Promise<number> {
  return deed(asked, async (tx) => {
    const book = (await books(tx)).find((one) => one.id === id);
    if (book === undefined || book.erasedEntry !== undefined) throw noAlias(id);
    await eraseTextsOf(tx, book.entry);
    for (const { entry, alias } of await aliasMails(tx)) if (alias.book === id) await eraseTextsOf(tx, entry);
    const entry = await record(tx, {
      kind: 'aliases-erased',
      facts: { book: id, because },
      ...(reason === undefined ? {} : { texts: { reason: { value: reason } } }),
    });
    await eraseBookRows(tx, id, entry);
    return entry;
  });
}

/** Erases every book whose time is over, and destroys its key; also keys that a crash has left. How many it erased. */
export async function eraseEndedAliases(asked: Asked, seals: SealPlace): Promise<number> {
  const ended = (await books(asked.db)).filter(
    (one) => one.erasedEntry === undefined && asked.now() >= one.ends,
  );
  for (const book of ended) await erase(asked, book, { because: 'retention' });
  for (const { keyId, erasedEntry } of await books(asked.db))
    if (erasedEntry !== undefined) await seals.remove(keyId);
  return ended.length;
}

/** Whether mail to this address is taken (refuses while a day's limit is reached): an alias that is not blocked, or what comes back to one that was handed on. */
export async function isAliasKnown(
  reads: Reads,
  address: string,
  by: Readonly<{ seals: SealPlace; now: Date }>,
): Promise<boolean> {
  const local = address.slice(0, address.lastIndexOf('@'));
  if (/^srs0=/i.test(local))
    return original(local, { keys: await relayKeys(reads, by), now: by.now }) !== undefined;
  const found = await aliasOf(reads, address, by);
  if (found === undefined) return false;
  const may = await mayGoOn(reads, found, by.now);
  if (may === 'too-many') throw new ForthrightError('too-many-requests', 'So much came to this alias today.');
  return may === 'yes';
}
