import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { DutiesForNotices, ForthrightError, NoticeFile, ScopeAnswer } from '@forthright/contract';
import type * as z from 'zod';
import { loadIncident } from '../../incident/index.ts';
import { type Document, readDocument } from '../../platform/index.ts';
import { type CohortRow, type Watch, withEngine } from '../../scope/index.ts';
import {
  attachTable,
  FileRegistry,
  type LoadedWorkspace,
  loadWorkspace,
  textOf,
} from '../../sources/index.ts';
import type { IncidentFacts } from './facts.ts';
import { incidentFacts, towardsPeople } from './gather.ts';
import { type Languages, ownLanguages, withTemplate } from './language.ts';

export type LoadedNotice = Readonly<{
  facts: IncidentFacts;
  run: string;
  languages: Languages;
  fallback: string;
  workspace: LoadedWorkspace;
  /** The Parquet file of the people whom it concerns. */
  people: string;
}>;

/** Reads a notice file and all that it names. Refuses with what is wrong, and where. */
export async function loadNotice(path: string, workspacePath: string): Promise<LoadedNotice> {
  const document = await readDocument(path, NoticeFile, 'notice-invalid');
  const { value: notice, directory } = document;
  const workspace = await loadWorkspace(workspacePath);
  const { incident } = await loadIncident(resolve(directory, notice.incident), workspace.workspace);
  const folder = resolve(directory, notice.answer);
  const answer = await readJson(join(folder, 'answer.json'), ScopeAnswer, document, 'answer');
  const duties =
    notice.duties === undefined
      ? []
      : (await readJson(resolve(directory, notice.duties), DutiesForNotices, document, 'duties')).rows;
  let languages = await ownLanguages();
  for (const template of notice.templates)
    languages = await withTemplate(languages, resolve(directory, template));
  const facts = incidentFacts({
    answer,
    incident,
    workspace: workspace.workspace,
    notice,
    duties: towardsPeople(duties),
  });
  const { fallback } = notice;
  return { facts, run: answer.run, languages, fallback, workspace, people: join(folder, 'people.parquet') };
}

async function readJson<T>(
  path: string,
  schema: z.ZodType<T>,
  document: Document<NoticeFile>,
  key: string,
): Promise<T> {
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ForthrightError(
      'file-missing',
      `${path} can’t be read; \`${key}\` names it (${document.where([key])})`,
      { cause },
    );
  });
  const parsed = schema.safeParse(jsonOf(text));
  if (parsed.success) return parsed.data;
  throw new ForthrightError(
    'notice-invalid',
    `${path} is not what \`${key}\` must name (${document.where([key])})`,
    {
      problems: parsed.error.issues
        .slice(0, 20)
        .map((issue) => ({ at: `${path}:${issue.path.join('.')}`, message: issue.message })),
    },
  );
}

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** Which people of `people.parquet`; all of them when both are empty. */
export type Which = Readonly<{ person: string; status: 'exposed' | 'unknown' | '' }>;

/**
 * Lends the people of a run with what the directory says of them, in pages, by id. Whoever the directory does not know
 * can't be written to, and is left out.
 */
export async function withPeople<T>(
  { workspace, people }: Pick<LoadedNotice, 'workspace' | 'people'>,
  which: Which,
  watch: Pick<Watch, 'signal' | 'step'>,
  use: (pages: AsyncIterable<CohortRow[]>) => Promise<T>,
): Promise<T> {
  return withEngine(workspace, watch.signal, async (engine) => {
    const registry = new FileRegistry();
    const { at, columns, brokenRows } = workspace.workspace.sources.customers;
    const { address = [], ...single } = columns;
    watch.step('reading people and directory');
    const found = { directory: workspace.directory, registry };
    await attachTable(engine, 'notice_people', {
      ...found,
      source: 'people',
      at: people,
      columns: [],
      onBrokenRow: 'stop',
    });
    const customers = await attachTable(engine, 'notice_customers', {
      ...found,
      source: 'customers',
      at,
      columns: [...Object.values(single), ...address].filter((name) => name !== undefined),
      onBrokenRow: brokenRows,
    });
    const text = (name: string | undefined) => textOf(name, customers.columns);
    const sql = `SELECT p.person AS person, p.status AS status, p.fields AS fields, p.possible_fields AS perhaps,
        p.leaks AS leaks, p.possible_leaks AS possibleLeaks, p.others AS others, p.pages AS pages, p.page_count AS pageCount,
        ifNull(toUnixTimestamp64Milli(p.first_seen), -1) AS first, ifNull(toUnixTimestamp64Milli(p.last_seen), -1) AS last,
        p.views AS views, p.possibly_self AS possiblySelf, p.country AS country, p.region AS region, p.language AS language,
        d.email AS email, d.name AS name, d.phone AS phone, d.address AS address
      FROM notice_people AS p
      INNER JOIN (
        SELECT ${text(columns.id)} AS id, ${text(columns.email)} AS email, ${text(columns.name)} AS name, ${text(columns.phone)} AS phone,
          arrayFilter(x -> x != '', [${address.map(text).join(', ') || "''"}]) AS address
        FROM notice_customers ORDER BY f, rn LIMIT 1 BY id
      ) AS d ON p.person = d.id
      WHERE p.in_directory AND ({person:String} = '' OR p.person = {person:String}) AND ({status:String} = '' OR p.status = {status:String})
      ORDER BY person`;
    return use(engine.pages<CohortRow>(sql, { ...which }));
  });
}
