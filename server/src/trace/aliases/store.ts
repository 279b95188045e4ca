/** The tables of aliases. */
import type { Reads, Tx } from '../../platform/db/index.ts';

export type StoredBook = Readonly<{
  id: string;
  entry: number;
  openedBy: string;
  openedAt: Date;
  keyId: string;
  ends: Date;
  erasedEntry: number | undefined;
}>;

type BookRow = Readonly<{
  id: string;
  entry: bigint;
  opened_by: string;
  opened_at: Date;
  key_id: string;
  ends: Date;
  erased_entry: bigint | null;
}>;

/** The oldest first. */
export const books = async (reads: Reads): Promise<StoredBook[]> =>
  (
    await reads.rows<BookRow>(
      'SELECT id, entry, opened_by, opened_at, key_id, ends, erased_entry FROM alias_books ORDER BY entry',
      {},
    )
  ).map((row) => ({
    id: row.id,
    entry: Number(row.entry),
    openedBy: row.opened_by,
    openedAt: row.opened_at,
    keyId: row.key_id,
    ends: row.ends,
    erasedEntry: row.erased_entry === null ? undefined : Number(row.erased_entry),
  }));

export async function insertBook(
  tx: Tx,
  book: Readonly<{ id: string; entry: number; by: string; at: Date; keyId: string; ends: Date }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO alias_books (id, entry, opened_by, opened_at, key_id, ends)
     VALUES (:id::text, :entry::int8, :by::text, :at::timestamptz, :keyId::text, :ends::timestamptz)`,
    book,
  );
}

/** Takes away whom aliases stand for; that there were so many stays. */
export async function eraseBookRows(tx: Tx, id: string, entry: number): Promise<void> {
  await tx.run('UPDATE alias_books SET erased_entry = :entry::int8 WHERE id = :id::text', { id, entry });
  await tx.run(
    "UPDATE aliases SET sealed = '', address_hash = NULL, pair_hash = NULL, viewer_hash = NULL WHERE book = :id::text",
    { id },
  );
}

export type NewAlias = Readonly<{
  id: string;
  address: Uint8Array;
  pair: Uint8Array;
  viewer: 'seller' | 'employee';
  viewerHash: Uint8Array;
  sealed: string;
}>;

export async function insertAliases(
  tx: Tx,
  {
    book,
    entry,
    at,
    aliases,
  }: Readonly<{ book: string; entry: number; at: Date; aliases: readonly NewAlias[] }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO aliases (id, book, entry, made_at, address_hash, pair_hash, viewer, viewer_hash, sealed)
     SELECT a.id, :book::text, :entry::int8, :at::timestamptz, a.address, a.pair, a.viewer, a.who, a.sealed
       FROM unnest(:ids::text[], :addresses::bytea[], :pairs::bytea[], :viewers::text[], :whos::bytea[], :sealeds::text[]) AS a (id, address, pair, viewer, who, sealed)`,
    {
      book,
      entry,
      at,
      ids: aliases.map(({ id }) => id),
      addresses: aliases.map(({ address }) => address),
      pairs: aliases.map(({ pair }) => pair),
      viewers: aliases.map(({ viewer }) => viewer),
      whos: aliases.map(({ viewerHash }) => viewerHash),
      sealeds: aliases.map(({ sealed }) => sealed),
    },
  );
}

export type StoredAlias = Readonly<{
  id: string;
  book: string;
  entry: number;
  madeAt: Date;
  pair: string | undefined;
  viewer: 'seller' | 'employee';
  sealed: string;
  blockedEntry: number | undefined;
}>;

type AliasRow = Readonly<{
  id: string;
  book: string;
  entry: bigint;
  made_at: Date;
  pair: string | null;
  viewer: 'seller' | 'employee';
  sealed: string;
  blocked_entry: bigint | null;
}>;
const ALIAS =
  "SELECT id, book, entry, made_at, encode(pair_hash, 'hex') AS pair, viewer, sealed, blocked_entry FROM aliases";
const aliasOf = (row: AliasRow): StoredAlias => ({
  id: row.id,
  book: row.book,
  entry: Number(row.entry),
  madeAt: row.made_at,
  pair: row.pair ?? undefined,
  viewer: row.viewer,
  sealed: row.sealed,
  blockedEntry: row.blocked_entry === null ? undefined : Number(row.blocked_entry),
});

export async function aliasByHash(reads: Reads, hash: Uint8Array): Promise<StoredAlias | undefined> {
  const [row] = await reads.rows<AliasRow>(`${ALIAS} WHERE address_hash = :hash::bytea`, { hash });
  return row === undefined ? undefined : aliasOf(row);
}

export async function aliasById(reads: Reads, id: string): Promise<StoredAlias | undefined> {
  const [row] = await reads.rows<AliasRow>(`${ALIAS} WHERE id = :id::text`, { id });
  return row === undefined ? undefined : aliasOf(row);
}

export const aliasesByPair = async (reads: Reads, pairs: readonly Uint8Array[]): Promise<StoredAlias[]> =>
  (await reads.rows<AliasRow>(`${ALIAS} WHERE pair_hash = ANY (:pairs::bytea[])`, { pairs })).map(aliasOf);

export const setBlocked = (tx: Tx, id: string, entry: number): Promise<unknown> =>
  tx.run('UPDATE aliases SET blocked_entry = :entry::int8 WHERE id = :id::text AND blocked_entry IS NULL', {
    id,
    entry,
  });

export type BookCounts = Readonly<{ aliases: number; blocked: number; mails: number }>;

export async function countsOf(reads: Reads, book: string): Promise<BookCounts> {
  const [row] = await reads.rows<BookCounts>(
    `SELECT count(*)::int4 AS aliases, count(a.blocked_entry)::int4 AS blocked,
        coalesce((SELECT sum(c.mails) FROM alias_counts c JOIN aliases x ON x.id = c.alias WHERE x.book = :book::text), 0)::int4 AS mails
       FROM aliases a WHERE a.book = :book::text`,
    { book },
  );
  return row ?? { aliases: 0, blocked: 0, mails: 0 };
}

/** How many aliases each viewer was shown, with one of them that says who they are. */
export const viewersOf = (
  reads: Reads,
  book: string,
): Promise<Readonly<{ n: number; id: string; sealed: string }>[]> =>
  reads.rows<{ n: number; id: string; sealed: string }>(
    `SELECT v.n, a.id, a.sealed FROM (SELECT count(*)::int4 AS n, min(id) AS one FROM aliases WHERE book = :book::text GROUP BY viewer, viewer_hash) v
       JOIN aliases a ON a.id = v.one ORDER BY a.id`,
    { book },
  );

export type StoredAliasMail = Readonly<{
  id: string;
  entry: number;
  at: Date;
  alias: StoredAlias;
}>;

/** The latest first. */
export async function aliasMails(reads: Reads): Promise<StoredAliasMail[]> {
  const rows = await reads.rows<AliasRow & Readonly<{ mail: string; mail_entry: bigint; at: Date }>>(
    `SELECT m.id AS mail, m.entry AS mail_entry, m.at, a.* FROM alias_mails m JOIN (${ALIAS}) a ON a.id = m.alias ORDER BY m.entry DESC`,
    {},
  );
  return rows.map((row) => ({
    id: row.mail,
    entry: Number(row.mail_entry),
    at: row.at,
    alias: aliasOf(row),
  }));
}

export async function insertAliasMail(
  tx: Tx,
  mail: Readonly<{ id: string; alias: string; entry: number; at: Date; hash: Uint8Array }>,
): Promise<void> {
  await tx.run(
    `INSERT INTO alias_mails (id, alias, entry, at, message_hash)
     VALUES (:id::text, :alias::text, :entry::int8, :at::timestamptz, :hash::bytea)`,
    mail,
  );
}

export async function isAliasMailKept(reads: Reads, hash: Uint8Array): Promise<boolean> {
  const rows = await reads.rows('SELECT 1 AS one FROM alias_mails WHERE message_hash = :hash::bytea', {
    hash,
  });
  return rows.length > 0;
}

/** How many were handed on to this alias today. */
export async function countToday(reads: Reads, alias: string, at: Date): Promise<number> {
  const [row] = await reads.rows<{ mails: number }>(
    "SELECT mails FROM alias_counts WHERE alias = :alias::text AND day = (:at::timestamptz AT TIME ZONE 'UTC')::date",
    { alias, at },
  );
  return row?.mails ?? 0;
}

export const countOne = (tx: Tx, alias: string, at: Date): Promise<unknown> =>
  tx.run(
    `INSERT INTO alias_counts (alias, day, mails) VALUES (:alias::text, (:at::timestamptz AT TIME ZONE 'UTC')::date, 1)
     ON CONFLICT (alias, day) DO UPDATE SET mails = alias_counts.mails + 1`,
    { alias, at },
  );
