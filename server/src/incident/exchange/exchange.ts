/** A stranger's VERIS record as a new incident, and an incident as such a record or as JSON-LD. */
import { createHash } from 'node:crypto';
import {
  type ExportDpv,
  type ExportVeris,
  ForthrightError,
  type Imported,
  type ImportShown,
  type ImportVeris,
  newId,
  type ShowImport,
  type VerisRecord,
} from '@forthright/contract';
import type { Reads } from '../../platform/db/index.ts';
import { type Asked, Document, deed, record, textsOf } from '../../prove/index.ts';
import { notFound, refuseFuture } from '../changes.ts';
import { type StoredFacts, statedFacts, storedFacts } from '../facts.ts';
import { futureTimes } from '../rules.ts';
import { findIncident, insertIncident, insertVersion } from '../store.ts';
import type { Incident } from '../types.ts';
import { toDpv } from './dpv.ts';
import { findImport, importedFrom, insertImport } from './store.ts';
import { readVeris, toVeris } from './veris.ts';

/** As much as a request may hold. */
const LONGEST_RECORD = 1_000_000;

/**
 * Opens an incident of what the record says, and keeps the record whole. Whatever no fact was made of is listed in the
 * answer. Refuses what is no VERIS record, with everything that is wrong with it, and one that was imported before, with the incident:
 * whoever has lost an answer may ask again.
 */
export async function importVeris(asked: Asked, { record: given }: ImportVeris): Promise<Imported> {
  const whole = JSON.stringify(given);
  if (whole.length > LONGEST_RECORD)
    throw new ForthrightError('body-too-large', 'The record has more than a million characters.');
  const { facts, notUnderstood, more } = readVeris(given);
  refuseFuture(futureTimes(facts.times, asked.now()));
  const id = newId('inc');
  const stated = statedFacts(facts);
  const sha256 = createHash('sha256').update(whole, 'utf8').digest('hex');
  return deed(asked, async (tx, at) => {
    const held = await importedFrom(tx, { sha256, actor: asked.actor.account });
    if (held !== undefined)
      throw new ForthrightError('already-imported', `This record was imported before, as ${held}.`, {
        problems: [{ at: held, message: 'the incident of this record' }],
      });
    await insertIncident(tx, { id, openedAt: at, openedBy: asked.actor.account });
    const entry = await record(tx, {
      kind: 'incident-imported',
      incident: id,
      facts: { ...stated.facts, format: 'veris', sha256, notUnderstood: notUnderstood.length + more },
      texts: { ...stated.texts, record: { value: whole } },
    });
    await insertVersion(tx, { id, version: 1, entry, facts: storedFacts(facts, entry) as StoredFacts });
    await insertImport(tx, { incident: id, entry, sha256 });
    return { incident: id, version: 1, entry, notUnderstood, more };
  });
}

type Kept = Readonly<{ entry: number; record: VerisRecord | undefined; sha256: string }>;

/** What an incident was imported from; undefined when it was opened here. Its record is undefined once it is erased. */
async function importOf(reads: Reads, { id }: Incident): Promise<Kept | undefined> {
  const found = await findImport(reads, id);
  if (found === undefined) return undefined;
  const text = (await textsOf(reads, [found.entry]))(found.entry, 'record');
  return { ...found, record: text === null ? undefined : (JSON.parse(text) as VerisRecord) };
}

/** The record as it came, and what of it no fact was made of. Refuses an incident that was not imported. */
export async function showImport(asked: Asked, { incident: given }: ShowImport): Promise<ImportShown> {
  const found = await findIncident(asked.db, given, asked.actor);
  if (found === undefined) throw notFound(given);
  const kept = await importOf(asked.db, found.incident);
  if (kept === undefined)
    throw new ForthrightError('import-not-found', 'The incident was opened here, and not imported.');
  const { entry, record: whole, sha256 } = kept;
  if (whole === undefined)
    throw new ForthrightError('text-not-found', 'The record was erased; that it was imported stays.');
  const { notUnderstood, more } = readVeris(whole);
  return { format: 'veris', entry, sha256, record: whole, notUnderstood, more };
}

/** The incident as JSON-LD; it asks no server of whoever reads it. */
export async function exportDpv(asked: Asked, { incident: given }: ExportDpv): Promise<Document> {
  const found = await findIncident(asked.db, given, asked.actor);
  if (found === undefined) throw notFound(given);
  const text = `${JSON.stringify(toDpv(found.incident), null, 2)}\n`;
  return new Document('application/ld+json', `${found.incident.id}.jsonld`, text);
}

export async function exportVeris(asked: Asked, { incident: given }: ExportVeris): Promise<VerisRecord> {
  const found = await findIncident(asked.db, given, asked.actor);
  if (found === undefined) throw notFound(given);
  return toVeris(found.incident, (await importOf(asked.db, found.incident))?.record);
}
