/** A stranger's VERIS record as a new incident, and an incident as such a record or as JSON-LD. */
import { createHash } from 'node:crypto';
import {
  type ExportDpv,
  type ExportVeris,
  ForthrightError,
  type Imported,
  type ImportVeris,
  newId,
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
import { importEntryOf, insertImport } from './store.ts';
import { readVeris, toVeris } from './veris.ts';

/** As much as a request may hold. */
const LONGEST_RECORD = 1_000_000;

/**
 * Opens an incident of what the record says, and keeps the record whole. Whatever no fact was made of is listed in the
 * answer. Refuses what is no VERIS record, with everything that is wrong with it.
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

/** The record that an incident was imported from; undefined when there was none, or it was erased. */
async function recordOf(reads: Reads, { id }: Incident): Promise<VerisRecord | undefined> {
  const entry = await importEntryOf(reads, id);
  if (entry === undefined) return undefined;
  const text = (await textsOf(reads, [entry]))(entry, 'record');
  return text === null ? undefined : (JSON.parse(text) as VerisRecord);
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
  return toVeris(found.incident, await recordOf(asked.db, found.incident));
}
