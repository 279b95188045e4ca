/** Single views and people of a run, and two runs beside each other, from what the runs have kept (`kept.ts`). */
import { domainToASCII } from 'node:url';
import {
  type ComparedStatus,
  ForthrightError,
  RECIPIENT_CLASSES,
  type SingleView,
} from '@forthright/contract';
import { type Analytics, type Params, quoteText } from '../platform/analytics/index.ts';
import { FileRegistry, type LoadedWorkspace } from '../sources/index.ts';
import { clientSql } from './clients.ts';
import { KEPT } from './kept.ts';
import { prepareStaff } from './prepare.ts';
import { withEngine } from './session.ts';
import { textsWithoutStaff, WITHHELD } from './staff.ts';

/** A file that a run has kept. */
export type KeptFile = Readonly<{ path: string; bytes: number }>;

export type Singles = Readonly<{
  engine: Analytics;
  /** Texts as they may be shown: with the ids of staff withheld. */
  withoutStaff: (texts: readonly string[]) => Promise<string[]>;
}>;

/** Lends an engine in which the kept files stand as `kept_0`, `kept_1`, …; it is ended whatever happens. */
export function withKept<T>(
  workspace: LoadedWorkspace,
  files: readonly KeptFile[],
  use: (singles: Singles) => Promise<T>,
): Promise<T> {
  return withEngine(workspace, AbortSignal.timeout(LOOK_MS), async (engine) => {
    for (const [n, file] of files.entries())
      await engine.attach(`kept_${n}`, [{ f: n, ...file, compression: 'none' }], { kind: 'parquet' });
    return use({ engine, withoutStaff: (texts) => masked(engine, workspace, texts) });
  });
}

const LOOK_MS = 60_000;

async function masked(
  engine: Analytics,
  { workspace, directory }: LoadedWorkspace,
  texts: readonly string[],
): Promise<string[]> {
  await prepareStaff({ engine, workspace, directory, registry: new FileRegistry() });
  return textsWithoutStaff(engine, texts);
}

type PersonRow = { person: string; status: string; fields: string[]; known: number };
type ViewRow = {
  t: number;
  leak: string;
  page: string;
  host: string;
  person: string;
  viewer: string;
  class: string;
  file: string;
  line: number;
};
type TotalRow = { views: number; viewers: number; people: number; first: number; last: number };

export type Found = Readonly<{
  people: readonly Readonly<{
    person: string;
    status: ComparedStatus;
    inDirectory: boolean;
    fields: readonly string[];
  }>[];
  viewers: readonly Readonly<{ viewer: string; class: SingleView['class'] }>[];
  total: Readonly<{
    views: number;
    viewers: number;
    people: number;
    first: string | null;
    last: string | null;
  }>;
  views: readonly SingleView[];
}>;

type Page = Readonly<{ after: number; most: number }>;

const kind = (of: keyof typeof KEPT): string => `kind = ${KEPT[of]}`;

/** Views × the people they showed, of one side; nobody's own views are among them, as in the run. */
async function viewsOf(
  { engine }: Singles,
  side: Readonly<{ subjects: string; views: string }>,
  params: Params,
  { after, most }: Page,
): Promise<Pick<Found, 'views' | 'total'>> {
  const rows = `SELECT w.t AS t, w.leak AS leak, w.page AS page, w.host AS host, s.person AS person, w.viewer AS viewer, w.class AS class,
      w.file AS file, w.line AS line, w.viewer_id AS viewer_id
    FROM (SELECT * FROM kept_0 WHERE ${kind('view')} AND ${side.views}) AS w
    INNER JOIN (SELECT place, person, self FROM kept_0 WHERE ${kind('subject')} AND ${side.subjects}) AS s ON w.place = s.place
    WHERE s.self != w.viewer_id`;
  const [total] = await engine.rows<TotalRow>(
    `SELECT count() AS views, uniqExact(viewer_id) AS viewers, uniqExact(person) AS people, minIf(t, t >= 0) AS first, maxIf(t, t >= 0) AS last FROM (${rows})`,
    params,
  );
  if (total === undefined) throw new Error('an aggregate has one row');
  const page = await engine.rows<ViewRow>(
    `SELECT * EXCEPT viewer_id FROM (${rows}) ORDER BY t, file, line, leak, page, person, class, viewer LIMIT ${most} OFFSET ${after}`,
    params,
  );
  const isTimed = total.last > 0;
  return {
    total: {
      views: total.views,
      viewers: total.viewers,
      people: total.people,
      first: isTimed ? iso(total.first) : null,
      last: isTimed ? iso(total.last) : null,
    },
    views: page.map((row) => ({
      at: row.t < 0 ? null : iso(row.t),
      leak: row.leak,
      page: row.page,
      host: row.host,
      person: row.person,
      viewer: row.viewer,
      class: classOf(row.class),
      file: row.file === '' ? null : row.file,
      line: row.file === '' || row.line === 0 ? null : row.line,
    })),
  };
}

const iso = (ms: number): string => new Date(ms).toISOString();
const classOf = (name: string): SingleView['class'] =>
  RECIPIENT_CLASSES.find((one) => one === name) ?? 'thirdParty';

/**
 * Who saw a person's data: `asked` is an id of the run's people or an address that they have. Refuses with `person-not-found` whoever
 * was neither exposed nor unknown in this run: of them it has kept nothing.
 */
export async function whoSawIn(singles: Singles, asked: string, page: Page): Promise<Found> {
  const { engine } = singles;
  const people = await engine.rows<PersonRow>(
    `SELECT person, status, fields, known FROM kept_0 WHERE ${kind('person')} AND person != ${quoteText(WITHHELD)}
       AND (person = {asked:String} OR (email != '' AND email = {address:String})) ORDER BY person`,
    { asked, address: normalised(asked) },
  );
  if (people.length === 0)
    throw new ForthrightError(
      'person-not-found',
      `Nobody of this run has the id or address ${asked}: they were neither exposed nor unknown, or it is written in another way.`,
    );
  const found = await viewsOf(
    singles,
    {
      subjects: 'person IN {people:Array(String)}',
      views: `place IN (SELECT place FROM kept_0 WHERE ${kind('subject')} AND person IN {people:Array(String)})`,
    },
    { people: people.map(({ person }) => person) },
    page,
  );
  return {
    people: people.map(({ person, status, fields, known }) => ({
      person,
      status: status === 'exposed' ? 'exposed' : 'unknown',
      inDirectory: known === 1,
      fields,
    })),
    viewers: [],
    ...found,
  };
}

/** As the run has normalised addresses: trimmed, NFC, small letters, the domain as ASCII. */
function normalised(asked: string): string {
  const text = asked.trim().normalize('NFC').toLowerCase();
  const at = text.lastIndexOf('@');
  const domain = text.slice(at + 1);
  return at < 0 ? text : `${text.slice(0, at)}@${domainToASCII(domain) || domain}`;
}

/**
 * Whom a viewer saw: `asked` is an account, a client address, or, for staff, a pseudonym of this run. Refuses with
 * `viewer-not-found`.
 */
export async function seenByIn(singles: Singles, asked: string, page: Page): Promise<Found> {
  const where = `${kind('view')} AND asked != '' AND (asked = {asked:String} OR asked = ${clientSql('{asked:String}')})`;
  const viewers = await singles.engine.rows<{ viewer: string; class: string }>(
    `SELECT DISTINCT viewer, class FROM kept_0 WHERE ${where} AND viewer != ${quoteText(WITHHELD)} ORDER BY class, viewer`,
    { asked },
  );
  if (viewers.length === 0)
    throw new ForthrightError(
      'viewer-not-found',
      `No viewer of what leaked has the account, client address or pseudonym ${asked}. Pseudonyms such as employee-1 are those of this run's answer.`,
    );
  const found = await viewsOf(
    singles,
    {
      subjects: '1',
      views: `viewer != ${quoteText(WITHHELD)} AND viewer_id IN (SELECT viewer_id FROM kept_0 WHERE ${where})`,
    },
    { asked },
    page,
  );
  return {
    people: [],
    viewers: viewers.map(({ viewer, class: name }) => ({ viewer, class: classOf(name) })),
    ...found,
  };
}

export type Listed = Readonly<{ person: string; fields: readonly string[]; views: number }>;
export type Moved = Readonly<{ was: ComparedStatus; now: ComparedStatus; count: number }>;

const directory = (n: number): string =>
  `SELECT person, status, fields, seen FROM kept_${n} WHERE ${kind('person')} AND known`;

/** Directory persons of the first kept file against the second: every one who is in either, with `clear` for none. */
const beside = `SELECT if(a.person = '', b.person, a.person) AS person, if(a.status = '', 'clear', a.status) AS now,
    if(b.status = '', 'clear', b.status) AS was, if(a.person = '', b.fields, a.fields) AS fields, if(a.person = '', b.seen, a.seen) AS seen
  FROM (${directory(0)}) AS a FULL OUTER JOIN (${directory(1)}) AS b ON a.person = b.person`;

/** How many are in each of two runs what they were not in the other. */
export const movesBetween = ({ engine }: Singles): Promise<Moved[]> =>
  engine.rows<Moved>(
    `SELECT was, now, count() AS count FROM (${beside}) WHERE was != now GROUP BY was, now ORDER BY was, now`,
  );

/** People of a run by id: those of a status, or those whose status is another than in the second run. */
export function listPeople(
  { engine }: Singles,
  { status, was }: Readonly<{ status: ComparedStatus; was: ComparedStatus | undefined }>,
  { after, most }: Page,
): Promise<Listed[]> {
  const from =
    was === undefined
      ? `${directory(0)} AND status = ${quoteText(status)}`
      : `SELECT * FROM (${beside}) WHERE now = ${quoteText(status)} AND was = ${quoteText(was)}`;
  return engine.rows<Listed>(
    `SELECT person, fields, seen AS views FROM (${from}) WHERE person != ${quoteText(WITHHELD)} ORDER BY person LIMIT ${most} OFFSET ${after}`,
  );
}
