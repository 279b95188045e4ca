import { type Params, quoteName, quoteText } from '../platform/analytics/index.ts';
import { conditions, lines, MATCH_COLUMNS, type MatchContext, type PlannedLeak } from './match.ts';

/**
 * A shared cache, in the order in which its responses ended. A HIT shows the person of the key's last fill in that
 * cache. Who was shown is in doubt, so that every candidate is unknown, when a fill ends at the same instant as
 * another fill or as the hit, when a stale or revalidated answer has no rule, and when the log has a hole between
 * fill and hit. Writes `matches` (item: the person shown) and `doubtful`.
 */
export async function matchCache(planned: PlannedLeak, context: MatchContext): Promise<void> {
  const { leak, path } = planned;
  if (leak.kind !== 'shared-cache' || path === null) return;
  const { ok, served } = conditions(planned);
  const methods = leak.methods.map((m) => quoteText(m.toUpperCase())).join(', ');
  const hosts =
    leak.hosts === undefined
      ? '1'
      : `host IN (${leak.hosts.map((h) => quoteText(h.toLowerCase())).join(', ')})`;
  const responses = `cache_${planned.n}`;
  await context.engine.run(
    `CREATE TABLE ${quoteName(responses)} ENGINE = MergeTree ORDER BY tuple() AS
     SELECT f, rn, t, own, host, who, client, ua, status, method, ${roleSql(leak.rules)} AS role,
       t + toInt64(round(duration * 1000)) AS ended, concat(if(cache = '', host, cache), '\\0', host, '\\0', path) AS key
     FROM ${lines(leak.log, context, '1')}
     WHERE ${path.key('path')} != '' AND ${served} AND method IN (${methods}) AND ${hosts} AND role != ''`,
  );
  const shown = `shown_${planned.n}`;
  await context.engine.run(
    `CREATE TABLE ${quoteName(shown)} ENGINE = MergeTree ORDER BY tuple() AS ${shownSql(responses)}`,
  );
  const gaps = context.gaps(planned);
  const byHost = context.unitIs(leak.log) === 'host';
  const seriesOfGap = (unit: string): readonly number[] =>
    [...context.seriesOf].filter(([, s]) => s === unit).map(([f]) => f);
  const holes = gaps.map((g) => {
    const unit =
      g.unit === ''
        ? '1'
        : byHost
          ? `host = ${quoteText(g.unit)}`
          : `f IN (${seriesOfGap(g.unit).join(', ') || '4294967295'})`;
    return `(${unit} AND filledAt < ${g.to} AND ended > ${g.from})`;
  });
  const hole = holes.length === 0 ? '0' : holes.join(' OR ');
  const params: Params = { leak: planned.n };
  await context.engine.run(
    `INSERT INTO matches (${MATCH_COLUMNS})
     SELECT {leak:UInt8}, ${ok} AND certain AND NOT (${hole}), 1, own, 0, t, host, shownPersons[1], who, client, ua, f, rn FROM ${quoteName(shown)}
     WHERE notEmpty(shownPersons)`,
    params,
  );
  await context.engine.run(
    `INSERT INTO doubtful SELECT DISTINCT {leak:UInt8}, arrayJoin(shownPersons) AS person FROM ${quoteName(shown)}
     WHERE (${ok}) AND NOT own AND (NOT certain OR ${hole}) AND person != '' AND person != who`,
    params,
  );
}

/** MISS and EXPIRED fetch the page anew and fill the cache; only HIT surely shows what was filled. */
function roleSql(rules: Partial<Record<'STALE' | 'REVALIDATED', 'hit' | 'fill'>>): string {
  const rule = (status: 'STALE' | 'REVALIDATED') => quoteText(rules[status] ?? 'doubt');
  return `multiIf(upper(cacheStatus) IN ('MISS', 'EXPIRED'), 'fill', upper(cacheStatus) = 'HIT', 'hit',
    upper(cacheStatus) IN ('STALE', 'UPDATING'), ${rule('STALE')}, upper(cacheStatus) IN ('REVALIDATED', 'REFRESHHIT'), ${rule('REVALIDATED')}, '')`;
}

/**
 * For every response that was served from the cache: whose page it may have been. Responses of one key that ended
 * at the same instant form one step, because nothing tells their order.
 */
function shownSql(responses: string): string {
  return `SELECT r.f AS f, r.rn AS rn, r.t AS t, r.own AS own, r.host AS host, r.who AS who, r.client AS client, r.ua AS ua, r.status AS status, r.method AS method, r.ended AS ended,
       s.filledAt AS filledAt, r.role = 'hit' AND empty(s.fills) AND length(s.before) = 1 AS certain,
       arrayFilter(p -> p != '', arrayDistinct(arrayConcat(s.before, s.fills))) AS shownPersons
     FROM ${quoteName(responses)} AS r
     INNER JOIN
     (
       SELECT key, ended, fills,
         argMaxIf(fills, ended, notEmpty(fills)) OVER p AS before,
         if(notEmpty(before), maxIf(ended, notEmpty(fills)) OVER p, toInt64(-9223372036854775807)) AS filledAt
       FROM (SELECT key, ended, groupArrayIf(who, role = 'fill') AS fills FROM ${quoteName(responses)} GROUP BY key, ended)
       WINDOW p AS (PARTITION BY key ORDER BY ended ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING)
     ) AS s ON r.key = s.key AND r.ended = s.ended
     WHERE r.role IN ('hit', 'doubt') AND notEmpty(arrayConcat(s.before, s.fills))`;
}
