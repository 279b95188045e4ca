/** Look-ups that are unusual in one way each, with how usual it is. Nothing is summed up over them: nobody gets a score. */
import type { AccessAnswer, AccessDefinition, Unusual } from '@forthright/contract';
import { type Analytics, quoteText } from '../../platform/analytics/index.ts';
import { attachTable, type FileRegistry, textOf } from '../../sources/index.ts';
import type { LoadedAccess } from './load.ts';

const MOST = 20;
/** Shorter runs happen by themselves: a family's orders, a returned batch. */
const SHORTEST_RUN = 5;

/** A value for each person, and of how many look-ups. */
const VALUES: Readonly<Record<Unusual, (definition: AccessDefinition) => string>> = {
  sequential: () => {
    const number = "toUInt64OrZero(extract(person, '([0-9]{1,18})$'))";
    const before = 'OVER (PARTITION BY account ORDER BY t, f, rn ROWS BETWEEN 1 PRECEDING AND 1 PRECEDING)';
    const steps = `SELECT account, t, f, rn, number > 0 AND any(number) ${before} > 0 AND number = any(number) ${before} + 1 AS isNext FROM (SELECT account, t, f, rn, ${number} AS number FROM access_looks)`;
    const runs = `SELECT account, isNext, sum(NOT isNext) OVER (PARTITION BY account ORDER BY t, f, rn) AS run FROM (${steps})`;
    return `SELECT account, max(length) AS value, sum(length) AS total FROM (SELECT account, run, count() AS length FROM (${runs}) GROUP BY account, run) GROUP BY account HAVING value >= ${SHORTEST_RUN}`;
  },
  'out-of-hours': ({ hours: { from, to, zone, weekends } }) => {
    const at = `toDateTime(intDiv(t, 1000), ${quoteText(zone)})`;
    const isOut = `toHour(${at}) < ${from} OR toHour(${at}) >= ${to}${weekends ? '' : ` OR toDayOfWeek(${at}) > 5`}`;
    return `SELECT account, countIf(${isOut}) AS value, count() AS total FROM access_looks GROUP BY account HAVING value > 0`;
  },
  'well-known': () =>
    'SELECT account, uniqExactIf(person, person IN (SELECT person FROM access_known)) AS value, uniqExact(person) AS total FROM access_looks GROUP BY account HAVING value > 0',
  'in-an-hour': () =>
    'SELECT account, max(n) AS value, sum(n) AS total FROM (SELECT account, intDiv(t, 3600000) AS hour, uniqExact(person) AS n FROM access_looks GROUP BY account, hour) GROUP BY account',
  unexplained: () =>
    'SELECT account, countIf(NOT explained) AS value, count() AS total FROM access_seen GROUP BY account HAVING value > 0',
};

const isAsked = (what: Unusual, { wellKnown, reasons }: AccessDefinition): boolean =>
  what === 'well-known' ? wellKnown !== undefined : what === 'unexplained' ? reasons.length > 0 : true;

export async function findUnusual(
  engine: Analytics,
  { definition, directory }: LoadedAccess,
  { registry, labelOf }: Readonly<{ registry: FileRegistry; labelOf: (account: string) => string }>,
): Promise<AccessAnswer['unusual']> {
  await prepareKnown(engine, definition, { directory, registry });
  const found: AccessAnswer['unusual'] = [];
  const [all] = await engine.rows<{ n: number }>('SELECT uniqExact(account) AS n FROM access_looks');
  const people = all?.n ?? 0;
  for (const what of Object.keys(VALUES) as Unusual[]) {
    if (!isAsked(what, definition)) continue;
    await engine.run('DROP TABLE IF EXISTS access_values');
    // Whoever has none stands among the others with 0.
    await engine.run(
      `CREATE TABLE access_values ENGINE = MergeTree ORDER BY account AS SELECT a.account AS account, toFloat64(v.value) AS value, toUInt64(v.total) AS total
       FROM (SELECT DISTINCT account FROM access_looks) AS a LEFT JOIN (${VALUES[what](definition)}) AS v ON a.account = v.account`,
    );
    const [base] = await engine.rows<{ median: number; ninetyNinth: number }>(
      'SELECT quantileExact(0.5)(value) AS median, quantileExact(0.99)(value) AS ninetyNinth FROM access_values',
    );
    const rows = await engine.rows<{ account: string; value: number; total: number; more: number }>(
      `SELECT account, value, total, count() OVER (ORDER BY value DESC RANGE BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS more FROM access_values ORDER BY value DESC, account LIMIT ${MOST}`,
    );
    found.push({
      what,
      base: { people, median: base?.median ?? 0, ninetyNinth: base?.ninetyNinth ?? 0 },
      each: rows
        .filter(({ value }) => value > 0)
        .map(({ account, value, total, more }) => ({
          candidate: labelOf(account),
          value,
          of: total,
          asMuchOrMore: more,
        })),
    });
  }
  return found;
}

async function prepareKnown(
  engine: Analytics,
  { wellKnown }: AccessDefinition,
  { directory, registry }: Readonly<{ directory: string; registry: FileRegistry }>,
): Promise<void> {
  if (wellKnown === undefined) return;
  const { columns } = await attachTable(engine, 'access_known_raw', {
    source: 'wellKnown',
    at: wellKnown.at,
    directory,
    columns: [wellKnown.id],
    onBrokenRow: 'stop',
    registry,
  });
  await engine.run(
    `CREATE TABLE access_known ENGINE = MergeTree ORDER BY person AS SELECT DISTINCT trim(${textOf(wellKnown.id, columns)}) AS person FROM access_known_raw`,
  );
}
