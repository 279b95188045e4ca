/**
 * Decoys in the record: planted, given to whoever loads them, written to, erased; each a deed. Who they are and where they stand is
 * sealed, and in no entry.
 */
import { createHmac } from 'node:crypto';
import {
  type DecoysErased,
  type DecoysGiven,
  type DecoysListed,
  type DecoysPlanted,
  type EraseDecoys,
  ForthrightError,
  GATE_SETTLED,
  type GetDecoys,
  newId,
  type PlantDecoys,
  ReportRead,
} from '@forthright/contract';
import * as z from 'zod';
import type { Reads } from '../../platform/db/index.ts';
import {
  type Asked,
  Document,
  deed,
  eraseTextsOf,
  record,
  type SealPlace,
  seal,
  textsOf,
  unseal,
} from '../../prove/index.ts';
import { aliasesAsked } from '../aliases/aliases.ts';
import { endOf } from '../kept.ts';
import { readingOnce } from '../keys.ts';
import { makeIdentity } from './make.ts';
import { csvOf, sqlOf } from './sheets.ts';
import {
  decoyMails,
  decoysByHash,
  decoysOf,
  erasePlantingRows,
  insertDecoyMail,
  insertDecoys,
  insertPlanting,
  isMailKept,
  mailsSince,
  plantingById,
  plantings,
  type SealedDecoy,
  type StoredDecoy,
  type StoredPlanting,
  setGiven,
} from './store.ts';
import type { Behind, CountedDecoy, DecoysAsked } from './types.ts';

const whose = (id: string): string => `the decoy ${id}`;

const open = async (seals: SealPlace, { id, sealed }: Pick<StoredDecoy, 'id' | 'sealed'>): Promise<Behind> =>
  JSON.parse(await unseal(seals, sealed, whose(id))) as Behind;

/** By which an address is found again; nobody without the key can try addresses. */
const hashOf = (key: Uint8Array, email: string): Uint8Array =>
  createHmac('sha256', key).update(`decoy address\0${email.toLowerCase()}`).digest();

const noPlanting = (id: string): ForthrightError =>
  new ForthrightError('decoys-not-found', `There are no decoys ${id.slice(0, 60)}.`);
const over = (): ForthrightError =>
  new ForthrightError('decoys-erased', 'The time of these decoys is over: who they are was erased.');

async function findPlanting(reads: Reads, id: string): Promise<StoredPlanting> {
  const planting = await plantingById(reads, id);
  if (planting === undefined) throw noPlanting(id);
  return planting;
}

const isOver = ({ ends, erasedEntry }: StoredPlanting, now: Date): boolean =>
  erasedEntry !== undefined || now >= ends;

/** Makes decoys for these places, and some for none. Refuses where no mail to them would arrive. */
export async function plantDecoys(
  asked: Asked,
  { planting: { gate, places, perPlace, nowhere } }: PlantDecoys,
  seals: SealPlace,
  domains: readonly string[],
): Promise<DecoysPlanted> {
  if (domains.length === 0)
    throw new ForthrightError('decoys-not-set', 'mail.yaml names no domains for decoys.');
  const id = newId('dcp');
  const keyId = await seals.make();
  const decoys: SealedDecoy[] = [];
  const sealing = readingOnce(seals);
  const key = await sealing.load(keyId);
  const make = async (place: Pick<Behind, 'place' | 'at' | 'like'>) => {
    const decoy = newId('dcy');
    const behind: Behind = { ...makeIdentity(domains, place.like), ...place };
    const sealed = await seal(sealing, keyId, JSON.stringify(behind), whose(decoy));
    decoys.push({ id: decoy, hash: hashOf(key, behind.email), sealed });
  };
  for (const { kind, name, like } of places)
    for (let n = 0; n < perPlace; n++) await make({ place: kind, at: name, like });
  // They are like the customers of some place, so that each kind of customers has some that stand in none.
  for (let n = 0; n < nowhere; n++)
    await make({ place: 'nowhere', at: null, like: places[n % places.length]?.like ?? {} });
  let ends = new Date(0);
  const planted = deed(asked, async (tx, at) => {
    ends = endOf(at, gate.retention);
    const counts = { decoys: decoys.length, places: places.length, nowhere };
    const entry = await record(tx, {
      kind: 'decoys-planted',
      facts: { planting: id, ...counts, retention: gate.retention, ends: ends.toISOString() },
      texts: { gate: { value: JSON.stringify(gate) } },
    });
    await insertPlanting(tx, { id, entry, by: asked.actor.account, at, keyId, ends });
    await insertDecoys(tx, id, decoys);
    return entry;
  });
  const entry = await planted.catch(async (error) => {
    // A key that may have become this planting's stays: better one too many than one that is missed.
    if (!(error instanceof ForthrightError && error.code === 'outcome-unknown')) await seals.remove(keyId);
    throw error;
  });
  return { planting: id, decoys: decoys.length, ends: ends.toISOString(), entry };
}

/** Gives the decoys to whoever loads them, and records to whom. From the first time on mail to one is evidence. */
export async function getDecoys(
  asked: Asked,
  { planting: id, as, view }: GetDecoys,
  seals: SealPlace,
): Promise<DecoysGiven | Document> {
  const planting = await findPlanting(asked.db, id);
  if (isOver(planting, asked.now())) throw over();
  const behind: Behind[] = [];
  const opening = readingOnce(seals);
  for (const decoy of await decoysOf(asked.db, planting.id)) behind.push(await open(opening, decoy));
  const entry = await deed(asked, async (tx, at) => {
    if (isOver(await findPlanting(tx, id), at)) throw over();
    const entry = await record(tx, { kind: 'decoys-given', facts: { planting: planting.id, as } });
    await setGiven(tx, planting.id, at);
    return entry;
  });
  const places = Map.groupBy(behind, ({ place, at }) => JSON.stringify([place, at]));
  const given: DecoysGiven = {
    planting: planting.id,
    places: [...places.values()].map((all) => ({
      kind: all[0]?.place ?? 'nowhere',
      name: all[0]?.at ?? null,
      customers: all.map(({ name, email, like: { country, region, language } }) => ({
        name,
        email,
        country: country ?? null,
        region: region ?? null,
        language: language ?? null,
      })),
    })),
    entry,
  };
  switch (as) {
    case 'json':
      return given;
    case 'csv':
      return new Document('text/csv', 'customers.csv', csvOf(given));
    case 'sql':
      return new Document('text/plain', 'customers.sql', sqlOf(given, view));
  }
}

const Gate = z.strictObject(GATE_SETTLED);

export async function listDecoys({ db, now }: Asked, seals: SealPlace): Promise<DecoysListed> {
  const all = await plantings(db);
  const mails = await decoyMails(db);
  const text = await textsOf(
    db,
    [...all, ...mails].map(({ entry }) => entry),
  );
  const known = new Map<string, Behind>();
  const opening = readingOnce(seals);
  const counts = new Map<string, Readonly<{ decoys: number; places: Record<string, number> }>>();
  for (const planting of all) {
    const stored = await decoysOf(db, planting.id);
    const seen = new Set<string>();
    const places: Record<string, number> = {};
    if (!isOver(planting, now()))
      for (const decoy of stored) {
        const behind = await open(opening, decoy);
        known.set(decoy.id, behind);
        const place = `${behind.place} ${behind.at}`;
        if (!seen.has(place)) places[behind.place] = (places[behind.place] ?? 0) + 1;
        seen.add(place);
      }
    counts.set(planting.id, { decoys: stored.length, places });
  }
  return {
    plantings: all.map((one) => {
      const gate = text(one.entry, 'gate');
      return {
        id: one.id,
        plantedBy: one.plantedBy,
        plantedAt: one.plantedAt.toISOString(),
        entry: one.entry,
        ends: one.ends.toISOString(),
        ...(one.erasedEntry === undefined ? {} : { erasedEntry: one.erasedEntry }),
        ...(one.givenAt === undefined ? {} : { givenAt: one.givenAt.toISOString() }),
        decoys: counts.get(one.id)?.decoys ?? 0,
        places: counts.get(one.id)?.places ?? {},
        gate: gate === null ? null : Gate.parse(JSON.parse(gate)),
      };
    }),
    mails: mails.flatMap((mail) => {
      const behind = known.get(mail.decoy);
      const read = text(mail.entry, 'mail');
      // Of what was erased nothing is known any more but that it was there.
      if (behind === undefined) return [];
      const { id, decoy, planting, at, entry, fromUs } = mail;
      const name = behind.place === 'view' ? null : behind.at;
      const reading = read === null ? null : ReportRead.parse(JSON.parse(read));
      // The address itself would give the decoy away to whoever reads this.
      const shown = reading === null ? null : { ...reading, to: null };
      return [
        { id, decoy, planting, at: at.toISOString(), entry, fromUs, place: behind.place, name, read: shown },
      ];
    }),
  };
}

export type Arrived = Readonly<{
  /** To whom it came, by the envelope where that is known. */
  recipients: readonly string[];
  /** Domain of its sender. */
  domain: string | undefined;
  read: ReportRead;
}>;

const DAY_MS = 86_400_000;
/** More of one day say no more than these. */
const MOST_A_DAY = 20;

/**
 * Keeps what a mail to a decoy says, once, as evidence. `nobodys` when it is to none; `early` while the decoys were given to nobody, so that
 * nobody can have passed one on.
 */
export async function takeDecoyMail(
  asked: Asked,
  { recipients, domain, read }: Arrived,
  { seals, own }: Readonly<{ seals: SealPlace; own: readonly string[] }>,
  bytes: Uint8Array,
): Promise<'kept' | 'known' | 'nobodys' | 'early' | 'too-many'> {
  for (const planting of await plantings(asked.db)) {
    if (isOver(planting, asked.now())) continue;
    const key = await seals.load(planting.keyId);
    const [decoy] = await decoysByHash(
      asked.db,
      recipients.map((address) => hashOf(key, address)),
    );
    if (decoy === undefined) continue;
    if (planting.givenAt === undefined) return 'early';
    const hash = createHmac('sha256', key).update(`decoy mail\0${decoy.id}\0`).update(bytes).digest();
    if (await isMailKept(asked.db, hash)) return 'known';
    const since = new Date(asked.now().getTime() - DAY_MS);
    if ((await mailsSince(asked.db, decoy.id, since)) >= MOST_A_DAY) return 'too-many';
    const id = newId('dcm');
    const fromUs = domain !== undefined && own.some((one) => domain === one || domain.endsWith(`.${one}`));
    await deed(asked, async (tx, at) => {
      const entry = await record(tx, {
        kind: 'decoy-mail-taken',
        facts: { mail: id, decoy: decoy.id, planting: planting.id, fromUs },
        texts: { mail: { value: JSON.stringify({ ...read, to: null }) } },
      });
      await insertDecoyMail(tx, { id, decoy: decoy.id, entry, at, fromUs, hash });
    });
    return 'kept';
  }
  return 'nobodys';
}

/** Erases who the decoys of one planting are, with what came to them, before their time. */
export async function eraseDecoys(
  asked: Asked,
  { planting: id, reason }: EraseDecoys,
  seals: SealPlace,
): Promise<DecoysErased> {
  const planting = await findPlanting(asked.db, id);
  const entry = await erase(asked, planting, { because: 'asked', reason });
  await seals.remove(planting.keyId);
  return { planting: planting.id, entry };
}

function erase(
  asked: Asked,
  { id }: StoredPlanting,
  { because, reason }: Readonly<{ because: 'asked' | 'retention'; reason?: string }>,
): Promise<number> {
  return deed(asked, async (tx) => {
    const planting = await findPlanting(tx, id);
    if (planting.erasedEntry !== undefined) throw over();
    await eraseTextsOf(tx, planting.entry);
    for (const mail of await decoyMails(tx)) if (mail.planting === id) await eraseTextsOf(tx, mail.entry);
    const entry = await record(tx, {
      kind: 'decoys-erased',
      facts: { planting: id, because },
      ...(reason === undefined ? {} : { texts: { reason: { value: reason } } }),
    });
    await erasePlantingRows(tx, id, entry);
    return entry;
  });
}

/** Erases every planting whose time is over, and destroys its key; also keys that a crash has left. How many it erased. */
export async function eraseEndedDecoys(asked: Asked, seals: SealPlace): Promise<number> {
  const all = await plantings(asked.db);
  const ended = all.filter((one) => one.erasedEntry === undefined && asked.now() >= one.ends);
  for (const planting of ended) await erase(asked, planting, { because: 'retention' });
  const gone = await plantings(asked.db);
  for (const { keyId, erasedEntry } of gone) if (erasedEntry !== undefined) await seals.remove(keyId);
  return ended.length;
}

const isToAlias = (mail: string): boolean => mail.startsWith('alm_');

/** Refuses mails that there are not, and those that say they are ours: these show nothing. */
export async function refuseUnknownMails(
  reads: Reads,
  mails: readonly string[],
  by: Readonly<{ seals: SealPlace; now: Date }>,
): Promise<void> {
  await aliasesAsked(reads, mails.filter(isToAlias), by);
  const known = new Map((await decoyMails(reads)).map((mail) => [mail.id, mail]));
  for (const id of mails.filter((one) => !isToAlias(one))) {
    const mail = known.get(id);
    if (mail === undefined)
      throw new ForthrightError('decoys-not-found', `There is no mail ${id.slice(0, 60)} to a decoy.`);
    if (mail.fromUs)
      throw new ForthrightError(
        'trace-invalid',
        `${id} says that it comes from one of our own domains, and shows nothing about who passed addresses on.`,
      );
  }
}

/** All decoys that had been given to somebody, with the mails that a run asks about. Refuses those whose time is over. */
export async function decoysAsked(
  reads: Reads,
  mails: readonly string[],
  { seals, now }: Readonly<{ seals: SealPlace; now: Date }>,
): Promise<DecoysAsked> {
  await refuseUnknownMails(reads, mails, { seals, now });
  const all = await decoyMails(reads);
  const wanted = all.filter(({ id }) => mails.includes(id)).reverse();
  const decoys: CountedDecoy[] = [];
  const opening = readingOnce(seals);
  for (const planting of await plantings(reads)) {
    const { givenAt } = planting;
    if (isOver(planting, now)) {
      if (wanted.some((mail) => mail.planting === planting.id)) throw over();
      continue;
    }
    if (givenAt === undefined) continue;
    for (const decoy of await decoysOf(reads, planting.id))
      decoys.push({ ...(await open(opening, decoy)), id: decoy.id, since: givenAt.toISOString() });
  }
  const nowhere = new Set(decoys.filter(({ place }) => place === 'nowhere').map(({ id }) => id));
  const hit = new Set(all.filter(({ decoy, fromUs }) => !fromUs && nowhere.has(decoy)).map((x) => x.decoy));
  return {
    decoys,
    mails: wanted.map(({ id, decoy, at }) => ({ mail: id, decoy, arrived: at.toISOString() })),
    aliases: await aliasesAsked(reads, mails.filter(isToAlias), { seals, now }),
    nowhereHit: hit.size,
  };
}

/** What was read out of mails, for whoever may read about them; null once it was erased. */
export async function readingsOf(
  reads: Reads,
  mails: readonly Readonly<{ mail: string }>[],
): Promise<readonly Readonly<{ mail: string; entry: number; at: string; read: unknown }>[]> {
  const wanted = new Set(mails.map(({ mail }) => mail));
  const found = (await decoyMails(reads)).filter(({ id }) => wanted.has(id));
  const text = await textsOf(
    reads,
    found.map(({ entry }) => entry),
  );
  return found.map(({ id, entry, at }) => {
    const read = text(entry, 'mail');
    return { mail: id, entry, at: at.toISOString(), read: read === null ? null : JSON.parse(read) };
  });
}
