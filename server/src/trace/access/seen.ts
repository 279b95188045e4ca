/** Who looked up whom, in which tool, and whether a ticket or an order explains it. */
import type { AccessDefinition } from '@forthright/contract';
import type { Analytics } from '../../platform/analytics/index.ts';
import type { Answered } from '../../scope/index.ts';
import { attachTable, type FileRegistry, instantOf, textOf } from '../../sources/index.ts';
import { seenSql } from '../look-ups.ts';
import type { LoadedAccess } from './load.ts';
import { mayWhere } from './reach.ts';

const DAY = 86_400_000;

/**
 * Makes `access_looks` (tool, account, person, t, f, rn), one row a look-up, and `access_seen` (tool, account, person, s, cell, first, last, times, f, rn,
 * explained, granted), one row a pair. Look-ups that name nobody, and of one's own record, are none.
 */
export async function prepareSeen(
  { run }: Answered,
  { definition, directory }: LoadedAccess,
  registry: FileRegistry,
): Promise<void> {
  const { engine, workspace } = run.input;
  await engine.run(
    'CREATE TABLE access_looks (tool UInt8, account String, person String, t Int64, f UInt32, rn UInt64) ENGINE = MergeTree ORDER BY (account, tool, person)',
  );
  for (const [n, { log }] of definition.tools.entries()) {
    const namesPersons = workspace.workspace.sources.logs[log]?.columns?.person !== undefined;
    await engine.run(
      `INSERT INTO access_looks SELECT {leak:UInt8}, account, person, t, f, rn FROM (${seenSql(namesPersons)}) WHERE account != '' AND account != person`,
      { leak: n },
    );
  }
  await prepareReasons(engine, definition.reasons, {
    directory,
    registry,
    zone: workspace.workspace.timezone ?? 'UTC',
  });
  await engine.run(
    `CREATE TABLE access_explained ENGINE = MergeTree ORDER BY (account, tool, person) AS SELECT DISTINCT l.tool AS tool, l.account AS account, l.person AS person
     FROM access_looks AS l JOIN access_reasons AS r ON l.person = r.person WHERE (r.account = '' OR r.account = l.account) AND l.t >= r.a AND l.t <= r.b`,
  );
  await engine.run(
    `CREATE TABLE access_seen ENGINE = MergeTree ORDER BY (account, tool, person) AS SELECT *, ${mayWhere('access')} AS granted,
       (account, tool, person) IN (SELECT account, tool, person FROM access_explained) AS explained FROM
       (SELECT u.tool AS tool, u.account AS account, u.person AS person, t.s AS s, d.cell AS cell, u.first AS first, u.last AS last, u.times AS times, u.file AS f, u.row AS rn FROM
         (SELECT tool, account, person, min(t) AS first, max(t) AS last, count() AS times, argMin(f, (t, f, rn)) AS file, argMin(rn, (t, f, rn)) AS row FROM access_looks GROUP BY tool, account, person) AS u
        LEFT JOIN access_sets AS t ON u.account = t.account LEFT JOIN access_customers AS d ON u.person = d.person)`,
  );
}

/** Makes `access_reasons` (person, account, a, b): from when to when somebody, or with '' anybody, had a reason to look a customer up. */
async function prepareReasons(
  engine: Analytics,
  reasons: AccessDefinition['reasons'],
  { directory, registry, zone }: Readonly<{ directory: string; registry: FileRegistry; zone: string }>,
): Promise<void> {
  await engine.run(
    'CREATE TABLE access_reasons (person String, account String, a Int64, b Int64) ENGINE = MergeTree ORDER BY person',
  );
  for (const [n, { name, at, id, time, employee, days }] of reasons.entries()) {
    const relation = `access_reason_${n}`;
    const { columns } = await attachTable(engine, relation, {
      source: `reasons.${name}`,
      at,
      directory,
      columns: [id, time, employee].filter((x) => x !== undefined),
      onBrokenRow: 'stop',
      registry,
    });
    const instant = instantOf(time, columns, zone);
    // Of a reason without a time that can be read nobody knows when it was one: then it is none.
    const [a, b] =
      time === undefined
        ? ['-9223372036854775807', '9223372036854775807']
        : [`forthright_at - ${days * DAY}`, `forthright_at + ${days * DAY}`];
    await engine.run(
      `INSERT INTO access_reasons SELECT forthright_person, forthright_account, ${a}, ${b} FROM (SELECT trim(${textOf(id, columns)}) AS forthright_person,
         ${employee === undefined ? "''" : `trim(${textOf(employee, columns)})`} AS forthright_account, ${instant} AS forthright_at FROM ${relation})
       WHERE forthright_person != '' ${time === undefined ? '' : 'AND forthright_at IS NOT NULL'} ${employee === undefined ? '' : "AND forthright_account != ''"}`,
    );
  }
}
