/** The table of single mails that answer somebody. */
import type { Reads, Tx } from '../../platform/db/index.ts';
import type { OneAddress } from '../../platform/mail/index.ts';

export type MailKind = 'copy' | 'affected' | 'verdict' | 'thanks';

export type NewMail = Readonly<{
  id: string;
  kind: MailKind;
  entry: number;
  recipient: OneAddress;
  sender: OneAddress;
  message: Uint8Array;
  utf8: boolean;
}>;

export async function insertMail(
  tx: Tx,
  mail: NewMail & Readonly<{ epoch: number }>,
  at: Date,
): Promise<void> {
  await tx.run(
    `INSERT INTO answer_mails (id, kind, entry, epoch, made_at, state, due, recipient, sender, message, utf8)
     VALUES (:id::text, :kind::text, :entry::int8, :epoch::int4, :at::timestamptz, 'waiting', :at::timestamptz, :recipient::text, :sender::text,
       :message::bytea, :utf8::bool)`,
    { ...mail, at },
  );
}

export type DueMail = Readonly<{
  id: string;
  made_at: Date;
  attempts: number;
  recipient: OneAddress;
  sender: OneAddress;
  message: Uint8Array;
  utf8: boolean;
}>;

/** Those whose turn it is, the longest due first. */
export const dueMails = (
  reads: Reads,
  { now, most }: Readonly<{ now: Date; most: number }>,
): Promise<DueMail[]> =>
  reads.rows<DueMail>(
    `SELECT id, made_at, attempts, recipient, sender, message, utf8 FROM answer_mails
      WHERE state = 'waiting' AND due <= :now::timestamptz ORDER BY due, id LIMIT :most::int4`,
    { now, most },
  );

/** Those of which nobody knows whether they were sent: released without an outcome, or waiting since before the record was put back. */
export async function doubtfulMails(reads: Reads, epoch: number): Promise<string[]> {
  const rows = await reads.rows<{ id: string }>(
    `SELECT id FROM answer_mails WHERE state = 'released' OR (state = 'waiting' AND epoch <> :epoch::int4) ORDER BY id`,
    { epoch },
  );
  return rows.map(({ id }) => id);
}

/** False when it does not wait any more. */
export async function releaseMail(tx: Tx, id: string): Promise<boolean> {
  const touched = await tx.run(
    "UPDATE answer_mails SET state = 'released', attempts = attempts + 1 WHERE id = :id::text AND state = 'waiting'",
    { id },
  );
  return touched === 1;
}

/** With its outcome the message goes: nobody needs another copy of what somebody was sent. */
export async function settleMail(
  tx: Tx,
  {
    id,
    state,
    entry,
  }: Readonly<{ id: string; state: 'accepted' | 'refused' | 'expired' | 'in-doubt'; entry: number }>,
): Promise<void> {
  await tx.run(
    `UPDATE answer_mails SET state = :state::text, settled_entry = :entry::int8, recipient = NULL, sender = NULL, message = NULL
      WHERE id = :id::text`,
    { id, state, entry },
  );
}

export async function putMailBack(tx: Tx, { id, due }: Readonly<{ id: string; due: Date }>): Promise<void> {
  await tx.run("UPDATE answer_mails SET state = 'waiting', due = :due::timestamptz WHERE id = :id::text", {
    id,
    due,
  });
}
