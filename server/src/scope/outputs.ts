import { mkdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { ForthrightError, RECIPIENT_CLASSES, type ScopeAnswer } from '@forthright/contract';
import type { Analytics } from '../platform/analytics/index.ts';
import { quoteText } from '../platform/analytics/index.ts';
import { peopleSeenSql, recipientTotalsSql } from './answer.ts';
import type { PlannedLeak } from './leaks.ts';
import { computeOthers } from './others.ts';
import { pseudonymsOf } from './recipients.ts';
import type { ScopeRun } from './run.ts';
import { WITHHELD } from './staff.ts';

/** Own monitoring, the last, is nobody to whom anything was shown. */
const CLASSES = RECIPIENT_CLASSES.slice(0, -1);

const instant = (ms: string): string => `if(${ms} < 0, NULL, fromUnixTimestamp64Milli(${ms}, 'UTC'))`;

/**
 * SQL: one row a person who is exposed or unknown, by id; whoever is in no row is clear. Staff who are no customers
 * have a row each under the same word, not where their id would stand.
 */
export async function peopleSql(run: ScopeRun): Promise<string> {
  await computeOthers(run);
  const leaks = (mask: string) =>
    `arrayFlatten([${run.leaks.map((l) => `if(bitTest(${mask}, ${l.n}), [${quoteText(l.leak.id)}], emptyArrayString())`).join(', ')}])`;
  const classes = `[${CLASSES.map(quoteText).join(', ')}]`;
  const fields = (mask: string) =>
    `arraySort(arrayDistinct(arrayFlatten([${run.leaks.map((l) => `if(bitTest(${mask}, ${l.n}), [${l.leak.fields.map(quoteText).join(', ')}], emptyArrayString())`).join(', ')}])))`;
  return `SELECT if(s.person IN (SELECT id FROM withheld), ${quoteText(WITHHELD)}, s.person) AS person, if(s.ex != 0, 'exposed', 'unknown') AS status, k.person != '' AS in_directory,
      ${fields('s.ex')} AS fields, ${fields('s.un')} AS possible_fields,
      ${leaks('s.ex')} AS leaks, ${leaks('s.un')} AS possible_leaks,
      CAST((arrayFilter((c, n) -> n > 0, ${classes}, arrayResize(o.n, ${CLASSES.length}) AS counts), arrayFilter(n -> n > 0, counts)), 'Map(String, Int64)') AS others,
      arrayMap(p -> ${pageName(run.leaks)}, g.pages) AS pages, g.n AS page_count,
      ${instant('s.t0')} AS first_seen, ${instant('s.t1')} AS last_seen, s.n AS views, s.ex != 0 AND s.named = 0 AS possibly_self,
      if(k.person = '', '', toString(k.country)) AS country, toString(k.region) AS region, if(k.person = '', '', toString(k.language)) AS language, k.email AS email
    FROM status AS s LEFT JOIN known AS k ON s.person = k.person
      LEFT JOIN others AS o ON s.person = o.person LEFT JOIN person_pages AS g ON s.person = g.person
    ORDER BY person, status, first_seen, last_seen, views, fields, possible_fields`;
}

/** SQL over `p`, leak and item, of a person `s`: the page as a person would write it. */
const pageName = (leaks: readonly PlannedLeak[]): string =>
  `if(p.2 = s.person AND p.2 IN (SELECT id FROM withheld), ${quoteText(WITHHELD)}, ${pageNameSql(leaks, { leak: 'p.1', item: 'p.2' })})`;

/** SQL over a leak's number and an item: the page as a person would write it. */
export function pageNameSql(
  leaks: readonly PlannedLeak[],
  { leak, item }: Readonly<{ leak: string; item: string }>,
): string {
  // A sign that no key holds: what stands around it is the page's name without its key.
  const parts = leaks.flatMap(({ n, path }) => {
    if (path === null) return [];
    const [before = '', after] = path.render('\0').split('\0');
    return `${leak} = ${n}, concat(${quoteText(before)}, ${after === undefined ? "''" : `${item}, ${quoteText(after)}`})`;
  });
  return parts.length === 0 ? item : `multiIf(${parts.join(', ')}, ${item})`;
}

/** SQL: one row a recipient, the ones who saw most people first. Staff under pseudonyms. */
export async function recipientsSql(engine: Analytics, leaks: readonly PlannedLeak[]): Promise<string> {
  const pseudonyms = [...(await pseudonymsOf(engine))];
  const names = `[${pseudonyms.map(([key]) => quoteText(key)).join(', ')}]`;
  const labels = `[${pseudonyms.map(([, label]) => quoteText(label)).join(', ')}]`;
  const label =
    pseudonyms.length === 0
      ? 'w.account'
      : `transform(concat(toString(w.cls), '\\0', w.account), ${names}, ${labels}, w.account)`;
  const isStaff = 'w.cls IN (4, 5)';
  return `SELECT ${label} AS viewer, [${RECIPIENT_CLASSES.map(quoteText).join(', ')}][w.cls + 1] AS class,
      if(${isStaff}, '', w.client) AS client, if(${isStaff}, '', w.ua) AS user_agent, p.people AS people, b.views AS views,
      ${instant('b.first')} AS first_seen, ${instant('b.last')} AS last_seen
    FROM (${recipientTotalsSql(leaks)}) AS b
    LEFT JOIN (${peopleSeenSql('SELECT v FROM recipients')}) AS p ON p.v = b.v
    INNER JOIN viewers AS w ON b.v = w.v
    ORDER BY people DESC, views DESC, class, viewer, client, user_agent`;
}

/**
 * Writes people.parquet, recipients.parquet, evidence.json and answer.json to a folder: all four or none, and an older
 * set stays whole. They are written under other names, and get their own when the last one is on the disk.
 */
export async function writeOutputs(run: ScopeRun, answer: ScopeAnswer, directory: string): Promise<void> {
  const { engine } = run.input;
  const { evidence, gaps, rejected } = answer;
  const people = await peopleSql(run);
  const recipients = await recipientsSql(engine, run.leaks);
  const json = (value: unknown) => (path: string) => writeFile(path, `${JSON.stringify(value, null, 2)}\n`);
  const files: readonly (readonly [name: string, write: (path: string) => Promise<void>])[] = [
    ['people.parquet', (path) => engine.writeParquet(path, people)],
    ['recipients.parquet', (path) => engine.writeParquet(path, recipients)],
    ['evidence.json', json({ run: answer.run, ...evidence, gaps, rejected })],
    ['answer.json', json(answer)],
  ];
  const partial = (name: string) => join(directory, `.${name}.${process.pid}.partial`);
  try {
    await makeFolder(directory);
    for (const [name] of files)
      if (await isFolder(join(directory, name))) throw new Error(`${name} is a folder there`);
    for (const [name, write] of files) await write(partial(name));
    for (const [name] of files) await rename(partial(name), join(directory, name));
  } catch (rawError) {
    throw rawError instanceof ForthrightError ? rawError : cantWrite(directory, rawError);
  } finally {
    for (const [name] of files) await rm(partial(name), { force: true }).catch(() => {});
  }
}

/** A folder and those above it. Not by mkdir's own recursion, which never ends where nothing can be made (/proc). */
async function makeFolder(path: string): Promise<void> {
  try {
    await mkdir(path);
  } catch (rawError) {
    const code = (rawError as NodeJS.ErrnoException).code;
    if (code === 'EEXIST' && (await stat(path)).isDirectory()) return;
    const parent = dirname(path);
    if (code !== 'ENOENT' || parent === path || (await isFolder(parent))) throw rawError;
    await makeFolder(parent);
    await mkdir(path);
  }
}

const isFolder = (path: string): Promise<boolean> =>
  stat(path).then(
    (s) => s.isDirectory(),
    () => false,
  );

function cantWrite(directory: string, rawError: unknown): ForthrightError {
  const { code, message } = rawError as NodeJS.ErrnoException;
  const why = code === 'ENOSPC' || code === 'EDQUOT' ? 'no-disk' : 'usage';
  return new ForthrightError(
    why,
    `Can't write to ${directory}: ${message}. Name another folder with --out.`,
    { cause: rawError },
  );
}
