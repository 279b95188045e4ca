/**
 * What a run keeps of its tables, so that single views can be asked for without reading the logs again: its own people, and
 * its own views, factorised as they were counted. One Parquet file, whose rows are of the kinds below.
 */
import { randomBytes } from 'node:crypto';
import { RECIPIENT_CLASSES } from '@forthright/contract';
import { type Analytics, quoteText } from '../platform/analytics/index.ts';
import type { Sql } from '../sources/index.ts';
import { NO_FILE } from './leaks.ts';
import { pageNameSql, peopleSql } from './outputs.ts';
import { pseudonymsOf } from './recipients.ts';
import type { ScopeRun } from './run.ts';
import { WITHHELD } from './staff.ts';

/** Kinds of rows. The one of salt keeps whoever sees the file's hash from finding out its few people by trying. */
export const KEPT = { salt: 0, person: 1, subject: 2, view: 3 } as const;

const NOBODY = "toFixedString('', 16)";
/** Every column, with what stands in rows of a kind that does not have it. */
const COLUMNS = {
  kind: 'toUInt8(0)',
  person: "''",
  status: "''",
  fields: 'emptyArrayString()',
  known: 'toUInt8(0)',
  email: "''",
  seen: 'toUInt64(0)',
  place: NOBODY,
  self: NOBODY,
  viewer_id: NOBODY,
  viewer: "''",
  asked: "''",
  class: "''",
  t: 'toInt64(-1)',
  host: "''",
  leak: "''",
  page: "''",
  file: "''",
  line: 'toUInt64(0)',
} as const satisfies Record<string, Sql>;

const row = (kind: number, columns: Readonly<Partial<Record<keyof typeof COLUMNS, Sql>>>): Sql =>
  Object.entries({ ...COLUMNS, ...columns, kind: `toUInt8(${kind})` })
    .map(([name, sql]) => `${sql} AS ${name}`)
    .join(', ');

const id = (hash: Sql): Sql => `reinterpretAsFixedString(${hash})`;

/** Writes the file. Members of staff stand in it under their pseudonyms, or are withheld, as in every output. */
export async function writeKept(run: ScopeRun, path: string): Promise<void> {
  const { engine } = run.input;
  const people = await peopleSql(run);
  const viewers = await viewersSql(engine);
  const withheld = (person: Sql) =>
    `if(${person} IN (SELECT id FROM withheld), ${quoteText(WITHHELD)}, ${person})`;
  await engine.writeParquet(
    path,
    [
      `SELECT ${row(KEPT.salt, { person: quoteText(randomBytes(32).toString('hex')) })}`,
      `SELECT ${row(KEPT.person, {
        person: 'p.person',
        status: 'toString(p.status)',
        fields: 'p.fields',
        known: 'toUInt8(p.in_directory)',
        email: run.address('p.email'),
        seen: 'toUInt64(p.views)',
      })} FROM (${people}) AS p`,
      `SELECT ${row(KEPT.subject, {
        person: withheld('s.person'),
        known: 's.listed',
        place: id('s.place'),
        self: id('s.self'),
      })} FROM subjects AS s`,
      `SELECT ${row(KEPT.view, {
        place: id('w.place'),
        viewer_id: id('w.v'),
        viewer: 'u.label',
        asked: 'u.asked',
        class: `[${RECIPIENT_CLASSES.map(quoteText).join(', ')}][w.cls + 1]`,
        t: 'w.t',
        host: 'toString(w.host)',
        leak: leakSql(run),
        page: `if(w.item = '*' AND w.leak NOT IN (${[255, ...withPath(run)].join(', ')}), ${leakSql(run)}, ${pageNameSql(run.leaks, { leak: 'w.leak', item: itemSql })})`,
        file: fileSql(run),
        line: `if(w.t < 0 OR w.f = ${NO_FILE}, 0, w.rn + 1)`,
      })} FROM views AS w INNER JOIN (${viewers}) AS u ON w.v = u.v WHERE w.cls != 7`,
    ].join('\nUNION ALL\n'),
  );
}

const leakSql = ({ leaks }: ScopeRun): Sql =>
  `transform(w.leak, [${leaks.map(({ n }) => `toUInt8(${n})`).join(', ')}], [${leaks.map(({ leak }) => quoteText(leak.id)).join(', ')}], '')`;

/** Leaks whose pages have an address; everything else of theirs is one place, called like the leak. */
const withPath = ({ leaks }: ScopeRun): number[] =>
  leaks.filter(({ path }) => path !== null).map(({ n }) => n);

/** An item that is itself a member of staff is withheld; one of a reference is a key. */
const itemSql: Sql = `if((w.leak, w.item) IN (SELECT leak, item FROM holders WHERE item = person AND item IN (SELECT id FROM withheld)), ${quoteText(WITHHELD)}, w.item)`;

function fileSql({ files }: ScopeRun): Sql {
  if (files.length === 0) return "''";
  return `if(w.t < 0, '', transform(w.f, [${files.map(({ f }) => `toUInt32(${f})`).join(', ')}], [${files.map(({ path }) => quoteText(path)).join(', ')}], ''))`;
}

/** Viewers with what a person reads for them, and what they may be asked for by: as `viewerLabel` and `seenBy` have it. */
async function viewersSql(engine: Analytics): Promise<Sql> {
  const pseudonyms = [...(await pseudonymsOf(engine))];
  const key = "concat(toString(cls), '\\0', account)";
  const named =
    pseudonyms.length === 0
      ? "''"
      : `transform(${key}, [${pseudonyms.map(([name]) => quoteText(name)).join(', ')}], [${pseudonyms.map(([, label]) => quoteText(label)).join(', ')}], '')`;
  const own = "if(cls IN (4, 5), 'employee', account)";
  const address =
    "concat(if(client = '', 'unknown address', client), ' · ', if(ua = '', 'no user agent', ua))";
  return `SELECT v, multiIf(_named != '', _named, account != '', ${own}, ${address}) AS label,
      multiIf(_named != '', _named, account != '', ${own}, client) AS asked
    FROM (SELECT *, ${named} AS _named FROM viewers WHERE cls != 7)`;
}
