import { quoteName } from './quote.ts';
import type { Analytics, Column } from './types.ts';

/** Every relation has these two columns; a table's own of the same name has a longer one in there. */
const OURS: readonly string[] = ['f', 'rn'];
const LONGER = 'forthright_column_';

/** A column's name inside a relation. */
export const nameInside = (column: string): string => (OURS.includes(column) ? `${LONGER}${column}` : column);

/** A column of a relation, by the name that its file or table gives it. */
export const quoteColumn = (column: string): string => quoteName(nameInside(column));

/** The columns of a relation that are its file's or table's own, under the names that they have there. */
export async function columnsOf(engine: Analytics, relation: string): Promise<Column[]> {
  const columns = await engine.describe(relation);
  return columns.flatMap(({ name, type }) => {
    if (OURS.includes(name)) return [];
    const isOurs = OURS.some((ours) => nameInside(ours) === name);
    return [{ name: isOurs ? name.slice(LONGER.length) : name, type }];
  });
}

/** Those of a source's columns whose names are ours. */
export async function clashesIn(engine: Pick<Analytics, 'rows'>, from: string): Promise<string[]> {
  const columns = await engine.rows<Column>(`DESCRIBE TABLE ${from}`);
  return columns.map((column) => column.name).filter((name) => OURS.includes(name));
}

/**
 * A source whose columns do not clash with ours any more; `more` are columns besides. Names are changed a level below
 * ours: beside them the engine would take the one for the other.
 */
export function withoutClashes(
  from: string,
  clashes: readonly string[],
  more: readonly string[] = [],
): string {
  if (clashes.length === 0 && more.length === 0) return from;
  const renamed = clashes.map((column) => `${quoteName(column)} AS ${quoteColumn(column)}`);
  const others = clashes.length === 0 ? '*' : `* EXCEPT (${clashes.map(quoteName).join(', ')})`;
  return `(SELECT ${[...more, ...renamed, others].join(', ')} FROM ${from})`;
}
