/** Erasure (GDPR, Article 17): salt and text go, the entry and all proofs stay as they are. */
import { ForthrightError } from '@forthright/contract';
import type { Tx } from '../platform/db/index.ts';
import { record } from './deed.ts';
import { deleteText, deleteTextsAt, deleteTextsIn, deleteTextsOf, entryAt } from './store.ts';

/** Erases every text about this person, within a deed, and records how many. Without the salts nobody can find them by trying. */
export async function erasePerson(tx: Tx, person: string): Promise<number> {
  const texts = await deleteTextsOf(tx, person);
  await record(tx, { kind: 'person-erased', facts: { texts } });
  return texts;
}

export type ErasedIn<Id extends string> = Readonly<{ incident: Id; texts: number; entry: number }>;

/**
 * The same for somebody of these incidents, and of no other: the timeline of each in which a text went says so. How many
 * texts in which incident, with the entry.
 */
export async function erasePersonOf<Id extends string>(
  tx: Tx,
  { person, incidents }: Readonly<{ person: string; incidents: readonly Id[] }>,
): Promise<ErasedIn<Id>[]> {
  const erased: ErasedIn<Id>[] = [];
  const counts = await deleteTextsIn(tx, person, incidents);
  for (const incident of incidents) {
    const texts = counts.get(incident);
    if (texts === undefined) continue;
    const entry = await record(tx, { kind: 'person-erased', incident, facts: { person, texts } });
    erased.push({ incident, texts, entry });
  }
  return erased;
}

/** Erases every text of one entry, within a deed that records why. */
export const eraseTextsOf = (tx: Tx, index: number): Promise<number> => deleteTextsAt(tx, index);

/** Erases one text that names somebody, within a deed. Refuses one that is not there, or no more. */
export async function eraseText(
  tx: Tx,
  { index, name, incident }: Readonly<{ index: number; name: string; incident: string }>,
): Promise<number> {
  const entry = await entryAt(tx, index);
  if (entry?.incident !== incident || (await deleteText(tx, index, name)) === 0)
    throw new ForthrightError(
      'text-not-found',
      `Entry ${index} of this incident has no text \`${name}\` that could be erased.`,
    );
  return record(tx, { kind: 'text-erased', incident, facts: { entry: index, name } });
}
