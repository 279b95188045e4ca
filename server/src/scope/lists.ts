import { access, readFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { ForthrightError, type Leak } from '@forthright/contract';
import { type Analytics, quoteName } from '../platform/analytics/index.ts';
import { type MailAddress as Address, parseMail } from '../platform/mail/index.ts';
import { attachTable, type FileRegistry, type SourceFile, textOf } from '../sources/index.ts';

/** A list of people that a leak names, as relation with one column `value`: ids or addresses as written. */
export type PeopleRelation = Readonly<{
  relation: string;
  by: 'id' | 'email';
  files: readonly SourceFile[];
  /** When the mail says that it was sent. */
  sentAt: number | null;
}>;

/** Enough for a mail to a hundred thousand open recipients. */
const MAX_MAIL_BYTES = 32 * 1024 * 1024;

/** Attaches the list that a leak of kind export, list or mailing names; null for other kinds. */
export async function attachPeople(
  engine: Analytics,
  leak: Leak,
  n: number,
  options: { directories: readonly [string, string]; registry: FileRegistry },
): Promise<PeopleRelation | null> {
  const relation = `people_${n}`;
  const named = namedFile(leak);
  if (named === null) return null;
  const directory = await folderOf(named, options.directories);
  if (leak.kind === 'mailing' && leak.eml !== undefined) {
    const files = await options.registry.expand(`leaks.${leak.id}.eml`, leak.eml, directory);
    const mail = await mailingAddresses(leak.eml, directory);
    await engine.run(
      `CREATE TABLE ${quoteName(relation)} (value String) ENGINE = MergeTree ORDER BY tuple()`,
    );
    await engine.run(`INSERT INTO ${quoteName(relation)} SELECT arrayJoin({addresses:Array(String)})`, {
      addresses: mail.addresses,
    });
    return { relation, by: 'email', files, sentAt: mail.sentAt };
  }
  if (!('people' in leak) || leak.people === undefined) return null;
  const { at, id, email } = leak.people;
  const column = id ?? email ?? '';
  const source = `leaks.${leak.id}.people`;
  const table = await attachTable(engine, `${relation}_source`, {
    source,
    at,
    directory,
    columns: [column],
    onBrokenRow: 'stop',
    registry: options.registry,
  });
  await engine.run(
    `CREATE VIEW ${quoteName(relation)} AS SELECT ${textOf(column, table.columns)} AS value FROM ${quoteName(table.relation)}`,
  );
  return { relation, by: id === undefined ? 'email' : 'id', files: table.files, sentAt: null };
}

const namedFile = (leak: Leak): string | null =>
  leak.kind === 'mailing' && leak.eml !== undefined
    ? leak.eml
    : 'people' in leak
      ? (leak.people?.at ?? null)
      : null;

/** A file that an incident names lies beside the incident file, else in the workspace's folder. */
async function folderOf(path: string, [beside, workspace]: readonly [string, string]): Promise<string> {
  return access(resolve(beside, path)).then(
    () => beside,
    () => workspace,
  );
}

/** Everyone in a mail's To and Cc, groups opened, and its Date. */
export async function mailingAddresses(
  eml: string,
  directory: string,
): Promise<{ addresses: string[]; sentAt: number | null }> {
  const raw = await readFile(resolve(directory, eml)).catch((cause: unknown) => {
    throw new ForthrightError(
      'file-missing',
      `The mail ${eml} can't be read. Give its path relative to the incident file's workspace.`,
      { cause },
    );
  });
  if (raw.length > MAX_MAIL_BYTES) {
    throw new ForthrightError(
      'file-unreadable',
      `The mail ${eml} is larger than 32 MiB. Give the addresses as a list (people: { at, email }).`,
    );
  }
  const mail = await parseMail(raw);
  const open = (list: readonly Address[] | undefined): string[] =>
    (list ?? []).flatMap((a) =>
      'group' in a && a.group !== undefined ? open(a.group) : a.address ? [a.address] : [],
    );
  const addresses = [...new Set([...open(mail.to), ...open(mail.cc)])];
  if (addresses.length === 0) {
    throw new ForthrightError(
      'file-unreadable',
      `The mail ${eml} names nobody in To or Cc. Give the mail as it was sent, headers included.`,
    );
  }
  const sentAt = mail.date === undefined ? Number.NaN : Date.parse(mail.date);
  return { addresses, sentAt: Number.isNaN(sentAt) ? null : sentAt };
}
