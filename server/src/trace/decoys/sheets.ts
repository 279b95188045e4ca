/** Decoys as somebody loads them: rows, or views that a database unites with its customers. */
import type { DecoysGiven } from '@forthright/contract';

const COLUMNS = ['name', 'email', 'country', 'region', 'language'] as const;

/** A spreadsheet would take a text that begins so for a formula. */
const cell = (value: string | null): string => {
  const text = value ?? '';
  return `"${(/^[=+\-@\t]/.test(text) ? `'${text}` : text).replaceAll('"', '""')}"`;
};

export function csvOf({ places }: Pick<DecoysGiven, 'places'>): string {
  const rows = places.flatMap(({ kind, name, customers }) =>
    customers.map((one) => [kind, name, ...COLUMNS.map((column) => one[column])].map(cell).join(',')),
  );
  return `${['place', 'at', ...COLUMNS].join(',')}\n${rows.map((row) => `${row}\n`).join('')}`;
}

const literal = (value: string | null): string =>
  value === null ? 'CAST(NULL AS varchar(60))' : `'${value.replaceAll("'", "''")}'`;

/**
 * A view for each place, in SQL that every database reads: a SELECT for each row, since not all know VALUES in a view. Which view is of
 * which place stands in comments, which a database does not keep.
 */
export function sqlOf({ places }: Pick<DecoysGiven, 'places'>, view: string): string {
  const views = places.map(({ kind, name, customers }, n) => {
    const of = name === null ? 'no place: among customers' : `${kind} ${name.replaceAll(/[\r\n]/g, ' ')}`;
    const selects = customers.map(
      (one, i) =>
        `  SELECT ${COLUMNS.map((column) => `${literal(one[column])}${i === 0 ? ` AS ${column}` : ''}`).join(', ')}`,
    );
    return `-- ${of}\nCREATE VIEW ${view}_${n + 1} AS\n${selects.join('\n  UNION ALL\n')};\n`;
  });
  return views.join('\n');
}
