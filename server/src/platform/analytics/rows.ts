/** Rows of JSONCompactEachRow under their names. */
export function nameRows<T extends object>(names: readonly string[], lines: readonly string[]): T[] {
  const rows: T[] = [];
  for (const line of lines) if (line !== '') rows.push(nameCells(names, JSON.parse(line) as unknown[]) as T);
  return rows;
}

export function nameCells(names: readonly string[], cells: readonly unknown[]): object {
  const row: Record<string, unknown> = {};
  for (let i = 0; i < names.length; i++) row[names[i] ?? ''] = cells[i];
  return row;
}
