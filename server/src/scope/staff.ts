import type { Analytics } from '../platform/analytics/index.ts';

/** What every output says in place of the name of a member of staff who has no pseudonym. */
export const WITHHELD = 'withheld';

/** How subjects and their items are called in outputs. */
export type Names = Readonly<{
  person: (id: string) => string;
  /** An item that is itself the person, as in a log that names persons; a key of a reference is none. */
  item: (leak: number, item: string) => string;
}>;

/** Names for the outputs of a run whose `withheld` is computed. */
export async function namesOf(engine: Analytics): Promise<Names> {
  const ids = await engine.rows<{ id: string }>('SELECT id FROM withheld');
  const withheld = new Set(ids.map((r) => r.id));
  const items =
    withheld.size === 0
      ? []
      : await engine.rows<{ leak: number; item: string }>(
          'SELECT DISTINCT leak, item FROM holders WHERE item = person AND item IN (SELECT id FROM withheld)',
        );
  const persons = new Set(items.map((r) => `${r.leak}\0${r.item}`));
  return {
    person: (id) => (withheld.has(id) ? WITHHELD : id),
    item: (leak, item) => (persons.has(`${leak}\0${item}`) ? WITHHELD : item),
  };
}

/** Ids, with those of staff whom the directory does not know withheld. */
export async function withoutStaff(engine: Analytics, ids: readonly string[]): Promise<string[]> {
  if (ids.length === 0) return [];
  const rows = await engine.rows<{ id: string }>(
    `SELECT id FROM (SELECT arrayJoin({ids:Array(String)}) AS id) WHERE lowerUTF8(id) IN (SELECT lowerUTF8(id) FROM staff WHERE id != '')
       AND id NOT IN (SELECT person FROM directory WHERE person IN {ids:Array(String)})`,
    { ids },
  );
  const staff = new Set(rows.map((r) => r.id));
  return ids.map((id) => (staff.has(id) ? WITHHELD : id));
}

/** Free text, such as a line that could not be read, with the ids of staff withheld wherever they stand as words. */
export async function textsWithoutStaff(engine: Analytics, texts: readonly string[]): Promise<string[]> {
  if (texts.length === 0) return [];
  const rows = await engine.rows<{ id: string }>(
    "SELECT DISTINCT id FROM staff WHERE id != '' AND arrayExists(x -> positionCaseInsensitiveUTF8(x, id) > 0, {texts:Array(String)}) ORDER BY length(id) DESC, id",
    { texts },
  );
  const word = '[\\p{L}\\p{N}_]';
  const ids = rows.map(
    ({ id }) => new RegExp(`(?<!${word})${id.replace(/[.*+?^${}()|[\]\\/]/g, '\\$&')}(?!${word})`, 'giu'),
  );
  return texts.map((text) => ids.reduce((said, id) => said.replace(id, WITHHELD), text));
}
