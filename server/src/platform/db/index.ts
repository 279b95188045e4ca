export type { Generated, Insertable, JSONColumnType, Selectable, Updateable } from 'kysely';
export {
  type AppliedMigration,
  appliedMigrations,
  type Column,
  fillingTables,
  putRows,
  rowsOf,
  type SequenceAt,
  sequencesOf,
  setSequence,
  type TableOf,
  tablesOf,
} from './dump.ts';
export { constraintOf, endsAll } from './failures.ts';
export { FolderLock, type Owner, readOwner } from './folder.ts';
export { limitStatements } from './limit.ts';
export { checksumOf, type Migration, readMigrations, type Schema } from './migrations.ts';
export { type DatabaseOptions, openDatabase } from './open.ts';
export { quoteName } from './quote.ts';
export type { Db, Param, Params, Reads, TransactionOptions, Tx } from './types.ts';
export { json } from './values.ts';
