import {
  ForthrightError,
  RECIPIENT_CLASSES,
  type SeenBy,
  type SingleView,
  type WhoSaw,
} from '@forthright/contract';
import { clientSql } from './clients.ts';
import { NO_FILE } from './leaks.ts';
import { pseudonymsOf, viewerLabel } from './recipients.ts';
import type { ScopeRun } from './run.ts';
import type { Answered } from './session.ts';
import { namesOf } from './staff.ts';

type Row = {
  t: number;
  leak: number;
  item: string;
  host: string;
  person: string;
  cls: number;
  account: string;
  client: string;
  ua: string;
  f: number;
  rn: number;
};

/** Views × the people they showed, for one side chosen by `where`; made only for who is asked about. */
const rowsSql = (
  where: string,
): string => `SELECT w.t AS t, w.leak AS leak, w.item AS item, toString(w.host) AS host, s.person AS person,
    u.cls AS cls, u.account AS account, u.client AS client, u.ua AS ua, w.f AS f, w.rn AS rn
  FROM views AS w
  INNER JOIN subjects AS s ON w.place = s.place
  INNER JOIN viewers AS u ON w.v = u.v
  WHERE w.cls != 7 AND s.self != w.v AND ${where}
  ORDER BY t, f, rn, leak, item, person, cls, account, client, ua`;

async function viewsOf(
  run: ScopeRun,
  where: string,
  params: Record<string, readonly string[]>,
): Promise<{ views: SingleView[]; people: number }> {
  const { engine } = run.input;
  const names = await namesOf(engine);
  const pseudonyms = await pseudonymsOf(engine);
  const paths = new Map(run.files.map((x) => [x.f, x.path]));
  const rows = await engine.rows<Row>(rowsSql(where), params);
  const views = rows.map((row) => {
    const planned = run.leaks.find((l) => l.n === row.leak);
    const item = names.item(row.leak, row.item);
    const logged = row.f !== NO_FILE && row.t >= 0;
    return {
      at: logged ? new Date(row.t).toISOString() : null,
      leak: planned?.leak.id ?? '',
      page: planned?.path?.render(item) ?? (item === '*' ? (planned?.leak.id ?? '') : item),
      host: row.host,
      person: names.person(row.person),
      viewer: viewerLabel(row, pseudonyms),
      class: RECIPIENT_CLASSES[row.cls] ?? 'thirdParty',
      file: logged ? (paths.get(row.f) ?? null) : null,
      line: logged && paths.has(row.f) ? row.rn + 1 : null,
    };
  });
  return { views, people: new Set(rows.map((row) => row.person)).size };
}

/**
 * Every single view of one person's data by somebody else. `asked` is an id, or an address that one or more
 * accounts have. Refuses with `person-not-found` when neither directory nor data know it.
 */
export async function whoSaw({ run, answer }: Answered, asked: string): Promise<WhoSaw> {
  const { engine } = run.input;
  const ids = await engine.rows<{ person: string }>(
    `SELECT DISTINCT person FROM (SELECT person FROM directory WHERE person = {asked:String} OR (email != '' AND ${run.address('email')} = ${run.address('{asked:String}')})
       UNION ALL SELECT person FROM status WHERE person = {asked:String}) ORDER BY person`,
    { asked },
  );
  if (ids.length === 0) {
    throw new ForthrightError(
      'person-not-found',
      `Nobody in the directory or in the data has the id or address ${asked}. Ids are compared letter for letter.`,
    );
  }
  const people = ids.map((r) => r.person);
  const statuses = await engine.rows<{ person: string; ex: string; un: string; known: number }>(
    'SELECT q.p AS person, toString(s.ex) AS ex, toString(s.un) AS un, q.p GLOBAL IN (SELECT person FROM directory WHERE person IN {people:Array(String)}) AS known FROM (SELECT arrayJoin({people:Array(String)}) AS p) AS q LEFT JOIN status AS s ON s.person = q.p ORDER BY person',
    { people },
  );
  const names = await namesOf(engine);
  const { views } = await viewsOf(run, 's.person IN {people:Array(String)}', { people });
  const fieldsOf = (mask: string) =>
    [
      ...new Set(run.leaks.filter((l) => (BigInt(mask) >> BigInt(l.n)) & 1n).flatMap((l) => l.leak.fields)),
    ].sort();
  return {
    schema: 'forthright/who-saw/1',
    run: answer.run,
    people: statuses.map((s) => ({
      person: names.person(s.person),
      status: s.ex !== '0' ? 'exposed' : s.un !== '0' ? 'unknown' : 'clear',
      inDirectory: s.known === 1,
      fields: fieldsOf(s.ex),
    })),
    views,
    gaps: answer.gaps,
  };
}

/**
 * Every single view by one viewer of somebody else's data; none for who saw only their own. `asked` is an account, a
 * client address, or, for staff, a pseudonym such as `employee-2` from this run's answer. Refuses with `viewer-not-found`.
 */
export async function seenBy({ run, answer }: Answered, asked: string): Promise<SeenBy> {
  const { engine } = run.input;
  const pseudonyms = await pseudonymsOf(engine);
  const accounts = [...pseudonyms]
    .filter(([, label]) => label === asked)
    .map(([key]) => key.slice(key.indexOf('\0') + 1));
  const rows = await engine.rows<{ id: string; cls: number; account: string; client: string; ua: string }>(
    `SELECT hex(v) AS id, cls, account, client, ua FROM viewers WHERE cls != 7
       AND ((account != '' AND account IN {accounts:Array(String)} AND ((cls NOT IN (4, 5) AND account NOT IN (SELECT id FROM withheld)) OR {byPseudonym:UInt8})) OR (client != '' AND client = ${clientSql('{asked:String}')})) ORDER BY cls, account, client, ua`,
    // Staff are found by their pseudonym alone: else whoever tries ids would learn which is whose.
    {
      accounts: accounts.length === 0 ? [asked] : accounts,
      asked,
      byPseudonym: accounts.length === 0 ? 0 : 1,
    },
  );
  if (rows.length === 0) {
    throw new ForthrightError(
      'viewer-not-found',
      `No viewer of what leaked has the account, client address or pseudonym ${asked}. Pseudonyms such as employee-1 are those of this run's answer.`,
    );
  }
  const { views, people } = await viewsOf(run, 'hex(w.v) IN {vs:Array(String)}', {
    vs: rows.map((r) => r.id),
  });
  return {
    schema: 'forthright/seen-by/1',
    run: answer.run,
    viewers: rows.map((row) => ({
      viewer: viewerLabel(row, pseudonyms),
      class: RECIPIENT_CLASSES[row.cls] ?? 'thirdParty',
    })),
    people,
    views,
    gaps: answer.gaps,
  };
}
