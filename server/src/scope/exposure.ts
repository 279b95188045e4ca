import { type Analytics, quoteName } from '../platform/analytics/index.ts';
import { isCrawler } from './crawlers.ts';
import { ALWAYS, type PlannedLeak } from './leaks.ts';
import { runStatements } from './statements.ts';

/**
 * From `matches` and `holders` to `status`: who was shown to whom. Everything is held as subjects of a place and
 * viewers of a place; pairs are never made.
 */
export async function computeExposure(engine: Analytics, leaks: readonly PlannedLeak[]): Promise<void> {
  await engine.run(`INSERT INTO known SELECT person, email, if(country = '', 'unknown', country), region, if(language = '', 'unknown', language), deletedAt < 9223372036854775807
    FROM directory WHERE person GLOBAL IN (SELECT person FROM holders UNION ALL SELECT person FROM hidden UNION ALL SELECT person FROM doubtful UNION ALL SELECT account FROM matches WHERE ok AND account != '' AND NOT own)`);
  await runStatements(engine, 'accounts');
  await findCrawlers(engine);
  const isDated = await areHoldersDated(engine);
  for (const name of [
    ...(isDated ? ['breaks', 'stretched'] : ['unstretched']),
    'views',
    isDated ? 'subjects' : 'subjects_always',
    'selves',
    'shown',
    'recipients',
    'person_spots',
    ...(linesStandOnce(leaks) ? [] : ['again']),
    'status',
    'withheld',
  ]) {
    await runStatements(engine, name);
  }
}

/** Whether anybody's being on an item begins or ends; mostly reviews don't come and go, or the reference doesn't say. */
async function areHoldersDated(engine: Analytics): Promise<boolean> {
  const [row] = await engine.rows<{ n: number }>(
    `SELECT count() AS n FROM holders WHERE vfrom != ${ALWAYS.from} OR vto != ${ALWAYS.to}`,
  );
  return row === undefined || row.n > 0;
}

/**
 * Whether a line can be in `views` no more than once, so that views may be added up: no two leaks share a log, no line
 * names several persons (`access`) or is passed on to several third parties (`url`).
 */
export function linesStandOnce(leaks: readonly PlannedLeak[]): boolean {
  const logs = leaks.flatMap(({ leak }) => ('log' in leak && leak.log !== undefined ? [leak.log] : []));
  return (
    new Set(logs).size === logs.length &&
    leaks.every(({ leak }) => leak.kind !== 'access' && leak.kind !== 'url')
  );
}

async function findCrawlers(engine: Analytics): Promise<void> {
  const rows = await engine.rows<{ ua: string }>(
    "SELECT DISTINCT toString(ua) AS ua FROM matches WHERE ok AND account = '' AND NOT own ORDER BY ua",
  );
  const crawlers = rows.map((r) => r.ua).filter((ua) => isCrawler(ua));
  const batch = 1000;
  for (let i = 0; i < crawlers.length; i += batch) {
    await engine.run(`INSERT INTO ${quoteName('crawlers')} SELECT arrayJoin({ua:Array(String)})`, {
      ua: crawlers.slice(i, i + batch),
    });
  }
}
