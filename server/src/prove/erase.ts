/** Erasure (GDPR, Article 17): salt and text go, the entry and all proofs stay as they are. */
import { ForthrightError } from '@forthright/contract';
import type { Tx } from '../platform/db/index.ts';
import { record } from './deed.ts';
import { deleteText, deleteTextsOf, entryAt } from './store.ts';

/** Erases every text about this person, within a deed, and records how many. Without the salts nobody can find them by trying. */
export async function erasePerson(tx: Tx, person: string): Promise<number> {
  const texts = await deleteTextsOf(tx, person);
  await record(tx, { kind: 'person-erased', facts: { texts } });
  return texts;
}

/** The same for somebody of an incident, whose timeline then says so; how many texts, and the entry. */
export async function erasePersonOf(
  tx: Tx,
  { person, incident }: Readonly<{ person: string; incident: string }>,
): Promise<Readonly<{ texts: number; entry: number }>> {
  const texts = await deleteTextsOf(tx, person);
  return { texts, entry: await record(tx, { kind: 'person-erased', incident, facts: { person, texts } }) };
}

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
