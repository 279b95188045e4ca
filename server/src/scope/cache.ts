import { type Params, quoteName, quoteText } from '../platform/analytics/index.ts';
import type { Sql } from '../sources/index.ts';
import { conditions, lines, MATCH_COLUMNS, type MatchContext, methodSql, type PlannedLeak } from './leaks.ts';

/**
 * A shared cache, in the order in which its responses ended. A HIT shows the person of the key's last fill in that
 * cache. Every candidate is in doubt, so that they are unknown, when a fill ends at the same instant as another fill
 * or as the hit, when a stale or revalidated answer without a rule (the cached page, or a new one for this very
 * viewer) is the response or stands between fill and hit, and when the log has a hole between them. Writes
 * `matches` (item: the person shown) and `doubtful`.
 */
export async function matchCache(planned: PlannedLeak, context: MatchContext): Promise<void> {
  const { leak, path } = planned;
  if (leak.kind !== 'shared-cache' || path === null) return;
  const { ok, served } = conditions(planned);
  const hosts =
    leak.hosts === undefined
      ? '1'
      : `host IN (${leak.hosts.map((h) => quoteText(h.toLowerCase())).join(', ')})`;
  const responses = `cache_${planned.n}`;
  const ended = context.stampsAreStarts(leak.log) ? 't + toInt64(round(duration * 1000))' : 't';
  await context.engine.run(
    `CREATE TABLE ${quoteName(responses)} ENGINE = MergeTree ORDER BY tuple() AS
     SELECT f, rn, t, own, host, who, client, ua, status, method, ${roleSql(leak.rules)} AS role,
       ${ended} AS ended, concat(if(cache = '', host, cache), '\\0', host, '\\0', path) AS key
     FROM ${lines(leak.log, context, '1')}
     WHERE ${path.key('path')} != '' AND ${served} AND ${methodSql(leak.methods)} AND ${hosts} AND role != ''`,
  );
  const shown = `shown_${planned.n}`;
  await context.engine.run(
    `CREATE TABLE ${quoteName(shown)} ENGINE = MergeTree ORDER BY tuple() AS ${shownSql(responses)}`,
  );
  const hole = holeSql(planned, context);
  const params: Params = { leak: planned.n };
  await context.engine.run(
    `INSERT INTO matches (${MATCH_COLUMNS})
     SELECT {leak:UInt8}, ${ok} AND certain AND who != candidates[1] AND NOT (${hole}), 1, own, 0, t, host, candidates[1], who, client, ua, f, rn FROM ${quoteName(shown)}
     WHERE candidates[1] != ''`,
    params,
  );
  await context.engine.run(
    `INSERT INTO doubtful SELECT DISTINCT {leak:UInt8}, arrayJoin(candidates) AS person FROM ${quoteName(shown)}
     WHERE (${ok}) AND NOT own AND (NOT certain OR ${hole}) AND person != '' AND person != who`,
    params,
  );
}

/** SQL: whether the log has a hole between the fill and the response that it was served in. */
function holeSql(planned: PlannedLeak, context: MatchContext): Sql {
  const { leak } = planned;
  if (leak.kind !== 'shared-cache') return '0';
  const byHost = context.unitIs(leak.log) === 'host';
  const holes = context.gaps(planned).map((gap) => {
    const files = [...context.seriesOf].filter(([, series]) => series === gap.unit).map(([f]) => f);
    const isWhole = gap.unit === '' || (!byHost && files.length === 0);
    const unit = isWhole ? '1' : byHost ? `host = ${quoteText(gap.unit)}` : `f IN (${files.join(', ')})`;
    return `(${unit} AND filledAt < ${gap.to} AND ended > ${gap.from})`;
  });
  return holes.length === 0 ? '0' : `(${holes.join(' OR ')})`;
}

/** MISS and EXPIRED fetch the page anew and fill the cache; only HIT surely shows what was filled. */
function roleSql(rules: Partial<Record<'STALE' | 'REVALIDATED', 'hit' | 'fill'>>): Sql {
  const rule = (status: 'STALE' | 'REVALIDATED') => quoteText(rules[status] ?? 'either');
  return `multiIf(upper(cacheStatus) IN ('MISS', 'EXPIRED'), 'fill', upper(cacheStatus) = 'HIT', 'hit',
    upper(cacheStatus) IN ('STALE', 'UPDATING'), ${rule('STALE')}, upper(cacheStatus) IN ('REVALIDATED', 'REFRESHHIT'), ${rule('REVALIDATED')}, '')`;
}

/** Before the first fill that the log shows, the cache may hold anything. */
const BEFORE_THE_LOG = '-9223372036854775807';

/**
 * For every response that may have come from the cache: whose page it may have been. Responses of one key that ended
 * at the same instant form one step, because nothing tells their order; `round` counts the key's fills so far.
 */
function shownSql(responses: string): Sql {
  const steps = `SELECT key, ended, groupArrayIf(who, role = 'fill') AS fills, groupArrayIf((f, rn, who), role = 'either') AS perhaps
       FROM ${quoteName(responses)} GROUP BY key, ended`;
  const rounds = `SELECT *, countIf(notEmpty(fills)) OVER (PARTITION BY key ORDER BY ended ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS round FROM (${steps})`;
  const held = `SELECT *, groupArrayArray(arrayConcat(fills, perhaps.3)) OVER (PARTITION BY key, round ORDER BY ended ROWS BETWEEN UNBOUNDED PRECEDING AND CURRENT ROW) AS holds,
         if(round = 0, toInt64(${BEFORE_THE_LOG}), min(ended) OVER (PARTITION BY key, round)) AS since FROM (${rounds})`;
  const before = `SELECT *, lagInFrame(holds, 1) OVER w AS before, lagInFrame(since, 1, toInt64(${BEFORE_THE_LOG})) OVER w AS filledAt
       FROM (${held}) WINDOW w AS (PARTITION BY key ORDER BY ended ROWS BETWEEN 1 PRECEDING AND CURRENT ROW)`;
  return `SELECT r.f AS f, r.rn AS rn, r.t AS t, r.own AS own, r.host AS host, r.who AS who, r.client AS client, r.ua AS ua, r.status AS status, r.method AS method, r.ended AS ended,
       s.filledAt AS filledAt,
       arrayDistinct(arrayConcat(s.before, s.fills, arrayMap(p -> p.3, arrayFilter(p -> (p.1, p.2) != (r.f, r.rn), s.perhaps)))) AS candidates,
       r.role = 'hit' AND length(candidates) = 1 AND filledAt != ${BEFORE_THE_LOG} AS certain
     FROM ${quoteName(responses)} AS r INNER JOIN (${before}) AS s ON r.key = s.key AND r.ended = s.ended
     WHERE r.role IN ('hit', 'either') AND notEmpty(candidates)`;
}
