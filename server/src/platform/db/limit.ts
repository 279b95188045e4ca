import type { Tx } from './types.ts';

/** Each statement of this transaction ends by itself after so long, as `deed-too-long`. The embedded engine can't interrupt one. */
export async function limitStatements(tx: Tx, mostMs: number): Promise<void> {
  await tx.rows("SELECT set_config('statement_timeout', :mostMs::text, true)", { mostMs: String(mostMs) });
}
