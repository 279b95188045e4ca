/** For tests: an incident with a finished run whose people are given, and the jobs of campaigns done at once. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { NoticeStatement, type ScopeAnswer } from '@forthright/contract';
import {
  askRun,
  deedUpon,
  endAwaiting,
  findDutyVersion,
  finishRun,
  insertDutyVersion,
  keepContent,
  replaceDuties,
} from '../../incident/index.ts';
import type { Db } from '../../platform/db/index.ts';
import { oneAddress } from '../../platform/mail/index.ts';
import type { Handler, Held, JobData } from '../../platform/queue/index.ts';
import { type Asked, lastEntryOf } from '../../prove/index.ts';
import type { CohortRow } from '../../scope/index.ts';
import type { Mailing } from './types.ts';

/** Where campaigns' tests keep their records: embedded, or each test in a fresh database of a server. */
export const records: { url?: () => string } = {};

const LANGUAGES = ['en', 'de', 'fr', 'it', 'es', 'pt', 'nl', 'pl', 'sv', 'ja'];
const inAll = (text: string) => Object.fromEntries(LANGUAGES.map((language) => [language, text]));

export const STATEMENT = NoticeStatement.parse({
  texts: { cause: inAll('A template printed the record of the author in full.') },
  nextBy: '2027-01-15',
});

const WORKSPACE = `organisation:
  name: Marlow Market
  legalName: Marlow Market S.à r.l.
  country: LU
  contactPoint: { name: Data Protection Office, email: privacy@marlow.example, phone: "+352 20 00 00" }
  domains: [marlow.example]
sources:
  customers: { at: customers.csv, columns: { id: id, email: email } }
`;

export const LEAKS = [
  { id: 'list', kind: 'list', fields: ['name', 'email'], people: { at: 'people.csv', id: 'id' } },
];

/** Path of a workspace file in this folder. */
export async function writeWorkspace(folder: string): Promise<string> {
  const shop = join(folder, 'shop');
  await mkdir(shop, { recursive: true });
  const path = join(shop, 'forthright.yaml');
  await writeFile(path, WORKSPACE);
  return path;
}

export const person = (n: number, given: Partial<CohortRow> = {}): CohortRow => ({
  person: `c${String(n).padStart(6, '0')}`,
  status: 'exposed',
  fields: ['email', 'name'],
  perhaps: [],
  leaks: given.status === 'unknown' ? [] : ['list'],
  possibleLeaks: given.status === 'unknown' ? ['list'] : [],
  others: {},
  pages: [],
  pageCount: 0,
  first: Date.parse('2025-11-18T06:10:00Z'),
  last: Date.parse('2025-11-19T06:10:00Z'),
  views: 3,
  possiblySelf: 0,
  country: 'LU',
  region: '',
  language: 'en',
  email: `person-${n}@people.example`,
  name: `Person ${n}`,
  phone: '',
  address: [],
  ...given,
});

export const mailingTo = (port: number, given: Partial<Mailing> = {}): Mailing => ({
  from: { name: 'Marlow Market', address: oneAddress('privacy@marlow.example') },
  replyTo: oneAddress('privacy@marlow.example'),
  returns: 'returns.marlow.example',
  helo: 'marlow.example',
  relays: [{ host: '127.0.0.1', port, security: 'starttls-where-offered', verifies: false }],
  dkim: [],
  connections: 2,
  limits: {},
  mostReturned: 0.05,
  ...given,
});

const none = { exposed: 0, unknown: 0 };

/** How many of these rows have each value, exposed with it or perhaps so. */
function splitBy(
  rows: readonly CohortRow[],
  valuesOf: (row: CohortRow) => readonly string[],
): Record<string, { exposed: number; unknown: number }> {
  const split: Record<string, { exposed: number; unknown: number }> = {};
  for (const row of rows)
    for (const value of valuesOf(row)) {
      split[value] ??= { ...none };
      split[value][row.status] += 1;
    }
  return split;
}

function answerFor(run: string, rows: readonly CohortRow[], groups: ScopeAnswer['groups']): ScopeAnswer {
  const exposed = rows.filter(({ status }) => status === 'exposed').length;
  const unknown = rows.length - exposed;
  const seen = { first: '2025-11-18T06:10:00.000Z', last: '2025-11-19T06:10:00.000Z' };
  return {
    schema: 'forthright/scope/1',
    run,
    title: 'Pages',
    people: {
      exposed,
      unknown,
      clear: 10,
      unidentified: 0,
      min: exposed,
      max: rows.length,
      possiblySelf: 0,
      addresses: { exposed, unknown },
      deleted: none,
      byCountry: splitBy(rows, ({ country }) => [country]),
      byRegion: {},
      byLanguage: {},
      unidentifiedSample: [],
    },
    fields: splitBy(rows, ({ status, fields, perhaps }) => (status === 'exposed' ? fields : perhaps)),
    combinations: [],
    groups,
    where: { pages: [], hosts: [], items: 0, itemsWithoutReference: 0, itemsWithoutReferenceSample: [] },
    recipients: {
      byClass: {
        customer: 4,
        anonymous: 1,
        crawler: 0,
        seller: 0,
        employee: 0,
        contractor: 0,
        thirdParty: 0,
        own: 0,
      },
      top: [],
      crawlers: [],
      unknownAccounts: 0,
    },
    window: { from: seen.first, to: seen.last },
    seen,
    views: 3 * rows.length,
    histogram: { stepMinutes: 60, bins: [] },
    leaks: [{ id: 'list', kind: 'list', exposed, unknown, views: 0, seen }],
    gaps: [],
    rejected: { lines: 0, byReason: {}, samples: [] },
    directory: {
      people: rows.length + 10,
      duplicateIds: 0,
      withoutCountry: 0,
      sharedAddresses: 0,
      brokenRows: 0,
    },
    cautions: [],
    tasks: [],
    evidence: {
      files: [],
      definition: { sha256: '0'.repeat(64), leaks: [] },
      query: { version: '1', sha256: '0'.repeat(64) },
    },
  };
}

let runs = 0;

/** A run of this incident, whose leaks are said, that ended with these people, and was assessed with these duties; its job. */
export async function finishedRun(
  asked: Asked,
  incident: string,
  rows: readonly CohortRow[],
  duties: readonly string[] = ['EU/people'],
  /** What the law is applied to; most tests apply none. */
  groups: ScopeAnswer['groups'] = [],
): Promise<string> {
  const { id } = await askRun(asked, incident, true);
  const job = await take(asked.db, id);
  runs += 1;
  const run = `run_${String(runs).padStart(32, '0')}`;
  const lines = [{ salt: '00'.repeat(32) }, ...rows].map((row) => `${JSON.stringify(row)}\n`);
  const kept = await keepContent(asked.db, Readable.from(lines.map((line) => Buffer.from(line))));
  const answer = answerFor(run, rows, groups);
  const { exposed, unknown, clear, unidentified, min, max } = answer.people;
  const figures = { exposed, unknown, clear, unidentified, min, max, views: answer.views, gaps: 0 };
  const cohort = { ...kept, people: rows.length };
  const given = { run, figures, answer: JSON.stringify(answer), workspace: 'ab'.repeat(32), cohort };
  await finishRun(asked, { ...job, subject: incident }, given);
  await assessed(asked, { incident, job: id, run }, duties);
  return id;
}

/** As the job of assessing leaves it, with these duties towards people due. */
export async function assessed(
  asked: Asked,
  { incident, job, run }: Readonly<{ incident: string; job: string; run: string }>,
  duties: readonly string[],
): Promise<void> {
  const version = ((await findDutyVersion(asked.db, incident))?.version ?? 0) + 1;
  const upTo = await lastEntryOf(asked.db, incident);
  await deedUpon(
    asked,
    incident,
    { kind: 'duties-assessed', act: 'assess-duties' },
    async () => ({ facts: { version, job, due: duties.length } }),
    async ({ tx, incident: { id } }, entry) => {
      const figures = { due: duties.length, cannotTell: 0, unverified: 0, notDue: 0 };
      await insertDutyVersion(tx, id, { version, entry, job, run, ...figures });
      const row = { to: 'people', status: 'due', until: null, untilWords: null } as const;
      await replaceDuties(
        tx,
        id,
        duties.map((duty) => ({ duty, ...row })),
      );
      await endAwaiting(tx, id, upTo);
    },
  );
}

type Row = Readonly<{
  id: string;
  kind: string;
  subject: string | null;
  input: JobData;
  attempt: number;
  most_attempts: number;
}>;

async function take(db: Db, id: string): Promise<Held> {
  const [row] = await db.transaction((tx) =>
    tx.rows<Row>(
      `UPDATE jobs SET state = 'running', attempt = attempt + 1, lease_until = clock_timestamp() + interval '1 hour'
        WHERE id = :id::text RETURNING id, kind, subject, input, attempt, most_attempts`,
      { id },
    ),
  );
  if (row === undefined) throw new Error('There is no such job.');
  const { kind, subject, input, attempt, most_attempts: mostAttempts } = row;
  return { id, kind, subject: subject ?? undefined, input, attempt, mostAttempts };
}

type How = Parameters<Handler['run']>[1];

/** Does the job of this kind that waits, as the worker would, and says whether there was one. */
export async function doJob(
  db: Db,
  kind: string,
  handler: Handler,
  { now, signal = new AbortController().signal, progress = () => {} }: Readonly<{ now: Date } & Partial<How>>,
): Promise<boolean> {
  const [waiting] = await db.rows<{ id: string }>(
    `SELECT id FROM jobs WHERE kind = :kind::text AND state IN ('waiting', 'running') AND due_at <= :now::timestamptz ORDER BY n LIMIT 1`,
    { kind, now },
  );
  if (waiting === undefined) return false;
  await handler.run(await take(db, waiting.id), { signal, progress });
  return true;
}
