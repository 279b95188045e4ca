import type { Incident } from '@forthright/contract';
import { type Analytics, quoteName, quoteText } from '../platform/analytics/index.ts';
import type { Sql } from '../sources/index.ts';
import { findGaps } from './gaps.rules.ts';
import type { FoundGap } from './gaps.types.ts';
import { conditions, type PlannedLeak } from './leaks.ts';
import type { ScannedLog } from './scan.ts';

/** A gap that bears on at least one leak. */
export type BearingGap = Readonly<{
  log: string;
  unitIs: 'host' | 'series';
  gap: FoundGap;
  leaks: readonly number[];
}>;

/** Gaps of one log within a window: found by test, declared by the user, or owed to sampling. */
export function gapsOf(
  scanned: ScannedLog,
  sampled: number,
  hosts: readonly string[],
  incident: Incident,
  window: { from: number; to: number },
): FoundGap[] {
  const units = scanned.coverage.map((c) => c.unit);
  const found = findGaps([...scanned.coverage], window);
  const gaps: FoundGap[] = [...found];
  if (units.length === 0) {
    gaps.push({
      unit: '',
      ...window,
      reason: 'no-lines',
      detail: `The log ${scanned.name} has no readable line.`,
    });
  }
  for (const declared of incident.gaps.filter((g) => g.log === scanned.name)) {
    const from = Math.max(Date.parse(declared.from), window.from);
    const to = Math.min(Date.parse(declared.to), window.to);
    if (from >= to) continue;
    const named =
      declared.host === undefined ? units : units.filter((u) => u === declared.host?.toLowerCase());
    for (const unit of named.length === 0 ? [declared.host?.toLowerCase() ?? ''] : named) {
      gaps.push({ unit, from, to, reason: 'declared', detail: declared.reason });
    }
  }
  for (const host of scanned.unitIs === 'host' ? hosts : []) {
    if (units.includes(host.toLowerCase())) continue;
    gaps.push({
      unit: host.toLowerCase(),
      ...window,
      reason: 'no-lines',
      detail: `The log ${scanned.name} has no line of ${host}.`,
    });
  }
  for (const { unit, path, lines } of scanned.unreadable) {
    gaps.push({
      unit,
      ...window,
      reason: 'rejected-lines',
      detail: `not one of the ${lines} lines of ${path} could be read, so nothing shows of what time they are`,
    });
  }
  if (sampled < 1) {
    for (const unit of units) {
      gaps.push({
        unit,
        ...window,
        reason: 'sampled',
        detail: `Only ${Math.round(sampled * 10000) / 100} % of the lines are written.`,
      });
    }
  }
  return gaps.sort(
    (a, b) => a.from - b.from || a.to - b.to || compare(a.unit, b.unit) || compare(a.reason, b.reason),
  );
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0);

/**
 * Whether a gap bears on a leak. A unit of which not one line could be read may have served the path like any other,
 * so its declared or unreadable time counts; one whose files are empty wrote nothing.
 */
export function bears(
  gap: FoundGap,
  planned: PlannedLeak,
  scanned: ScannedLog,
  serving: ReadonlySet<string> | 'all',
): boolean {
  if (serving === 'all' || gap.unit === '' || serving.has(gap.unit)) return true;
  const { leak } = planned;
  if (gap.reason === 'no-lines') return false;
  if ('hosts' in leak && leak.hosts !== undefined && scanned.unitIs === 'host') return false;
  return !scanned.coverage.some((c) => c.unit === gap.unit && c.minutes.length > 0);
}

/** Units that served the leak's path; the hosts that it names; every unit when none is known to have served it. */
export async function servingUnits(
  engine: Analytics,
  planned: PlannedLeak,
  scanned: ScannedLog,
  seriesOf: ReadonlyMap<number, string>,
): Promise<ReadonlySet<string> | 'all'> {
  const { leak } = planned;
  if (planned.path === null) return 'all';
  if ('hosts' in leak && leak.hosts !== undefined && scanned.unitIs === 'host') {
    return new Set(leak.hosts.map((h) => h.toLowerCase()));
  }
  const unitOf = (row: { host: string; f: number }) =>
    scanned.unitIs === 'host' ? row.host : (seriesOf.get(row.f) ?? scanned.name);
  const served = `${planned.path.key('path')} != '' AND ${conditions(planned).served}`;
  // `matches` lacks lines that show nobody, such as a cache's fills; they prove all the same that the path is served.
  const isWhole = leak.kind !== 'shared-cache' && leak.kind !== 'access';
  const units = new Set(
    (
      await servedBy(
        engine,
        isWhole
          ? `matches WHERE leak = ${planned.n} AND served`
          : `${quoteName(scanned.parsed)} WHERE ${served}`,
      )
    ).map(unitOf),
  );
  const others = scanned.coverage.map((c) => c.unit).filter((unit) => !units.has(unit));
  if (scanned.anytime !== null && others.length > 0) {
    // Hosts that served nothing in the window may have before or after it.
    const isOther = scanned.unitIs === 'host' ? `host IN (${others.map(quoteText).join(', ')})` : '1';
    for (const row of await servedBy(engine, `(${scanned.anytime}) WHERE ${isOther} AND ${served}`))
      units.add(unitOf(row));
  }
  return units.size === 0 ? 'all' : units;
}

const servedBy = (engine: Analytics, from: Sql): Promise<{ host: string; f: number }[]> =>
  engine.rows(`SELECT DISTINCT toString(host) AS host, f FROM ${from} ORDER BY host, f`);

type Spans = Readonly<{ froms: readonly number[]; tos: readonly number[] }>;

const spansOf = (gaps: readonly FoundGap[]): Spans => ({
  froms: gaps.map((g) => g.from),
  tos: gaps.map((g) => g.to),
});

/** SQL over (vfrom, vto): whether something that existed then overlaps one of the gaps. */
const OVERLAPS =
  'vfrom < vto AND arrayExists((a, b) -> vfrom < b AND vto > a, {froms:Array(Int64)}, {tos:Array(Int64)})';

/** Where the people of a leak whom a gap may hide stand, with the dates of their being there. */
function candidates(planned: PlannedLeak): string | null {
  const { leak, path } = planned;
  const everyone = 'SELECT person, created AS vfrom, deletedAt AS vto FROM directory';
  switch (leak.kind) {
    case 'page': {
      const name = path?.binds ?? null;
      if (name === null) return null;
      if (name === 'customers' || name === 'customers.email') return everyone;
      return `SELECT person, vfrom, vto FROM ${quoteName(`ref_${name}`)} WHERE person != ''`;
    }
    case 'shared-cache':
    case 'access':
    case 'url':
      return everyone;
    case 'export':
      return leak.log === undefined
        ? null
        : `SELECT person, vfrom, vto FROM holders WHERE leak = ${planned.n}`;
    case 'mailing':
    case 'list':
      return null;
  }
}

/** Writes to `hidden` everyone whom the gaps may hide from this leak's answer. */
export async function hideByGaps(
  engine: Analytics,
  planned: PlannedLeak,
  gaps: readonly FoundGap[],
): Promise<void> {
  const from = candidates(planned);
  if (from === null || gaps.length === 0) return;
  await engine.run(
    `INSERT INTO hidden SELECT DISTINCT {leak:UInt8}, person FROM (${from}) WHERE ${OVERLAPS}`,
    {
      leak: planned.n,
      ...spansOf(gaps),
    },
  );
}

/** For each gap: how many directory persons, not exposed by any leak, it alone would make unknown. */
export async function countHidden(
  engine: Analytics,
  leaks: readonly PlannedLeak[],
  bearing: readonly BearingGap[],
): Promise<number[]> {
  const counts = bearing.map(() => 0);
  if (bearing.length === 0) return counts;
  const selects = leaks.flatMap((planned) => {
    const from = candidates(planned);
    const mine = bearing.flatMap((b, i) => (b.leaks.includes(planned.n) ? [{ i, ...b.gap }] : []));
    if (from === null || mine.length === 0) return [];
    const list = (values: readonly number[]) => `[${values.map((v) => `toInt64(${v})`).join(', ')}]`;
    return `SELECT person, arrayJoin(arrayFilter((i, a, b) -> vfrom < b AND vto > a, ${list(mine.map((m) => m.i))}, ${list(mine.map((m) => m.from))}, ${list(mine.map((m) => m.to))})) AS g FROM (${from})
      WHERE vfrom < vto AND person GLOBAL IN (SELECT person FROM status WHERE ex = 0 AND person IN (SELECT person FROM known))`;
  });
  if (selects.length === 0) return counts;
  const rows = await engine.rows<{ g: number; people: number }>(
    `SELECT g, uniqExact(person) AS people FROM (${selects.join(' UNION ALL ')}) GROUP BY g ORDER BY g`,
  );
  for (const row of rows) counts[row.g] = row.people;
  return counts;
}

/** Gaps of all leaks, the same stretch listed once with the leaks on which it bears. */
export function bearingGaps(
  perLeak: readonly Readonly<{ planned: PlannedLeak; scanned: ScannedLog; gaps: readonly FoundGap[] }>[],
): BearingGap[] {
  const byKey = new Map<string, { log: string; unitIs: 'host' | 'series'; gap: FoundGap; leaks: number[] }>();
  for (const { planned, scanned, gaps } of perLeak) {
    for (const gap of gaps) {
      const key = [scanned.name, gap.unit, gap.from, gap.to, gap.reason].join('\0');
      const known = byKey.get(key);
      if (known === undefined)
        byKey.set(key, { log: scanned.name, unitIs: scanned.unitIs, gap, leaks: [planned.n] });
      else if (!known.leaks.includes(planned.n)) known.leaks.push(planned.n);
    }
  }
  return [...byKey.values()].sort(
    (a, b) =>
      a.gap.from - b.gap.from ||
      compare(a.log, b.log) ||
      compare(a.gap.unit, b.gap.unit) ||
      compare(a.gap.reason, b.gap.reason),
  );
}
