/** When somebody looked up whom a report is about, as the engine has it; and what the logs show of their own clocks. */
import type { TraceFile, Workspace } from '@forthright/contract';
import type { Analytics } from '../platform/analytics/index.ts';
import {
  type Around,
  BIN,
  type Bunch,
  bunchesAround,
  COUNTED_BINS,
  LEAST_LAG,
  type Look,
  lagInOrder,
  lagThatExplains,
  MOST_AHEAD,
} from './clocks.rules.ts';
import { seenSql } from './look-ups.ts';
import { mostOfOneOrigin } from './origins.rules.ts';
import type { Ranking, Report, Scene } from './rank.ts';

/** One report that points to a candidate, and the first look-up before it. */
export type HitLook = Look & Readonly<{ person: string; origin: string; file: number; row: number }>;

export async function looksOf(
  engine: Analytics,
  candidate: number,
  persons: readonly string[],
): Promise<HitLook[]> {
  const rows = await engine.rows<{
    person: string;
    reported: number;
    timed: number;
    origin: string;
    t: number;
    f: number;
    rn: number;
  }>(
    `SELECT r.person AS person, r.t AS reported, r.timed AS timed, r.origin AS origin, p.t AS t, p.f AS f, p.rn AS rn FROM (SELECT person, pid, t, timed, origin FROM trace_tellers WHERE n = 0 AND person IN {persons:Array(String)}) AS r
     JOIN (SELECT pid, t, f, rn FROM trace_pairs WHERE c = {c:UInt32}) AS p ON r.pid = p.pid ORDER BY reported, person`,
    { c: candidate, persons },
  );
  return rows.map(({ person, reported, timed, origin, t, f, rn }) => ({
    person,
    reported,
    isTimed: timed === 1,
    origin,
    lookedUp: t,
    file: f,
    row: rn,
  }));
}

/** Why a name is not given. */
type Doubt = 'depends-on-clock' | 'depends-on-origin';

export type Doubted = Readonly<{ ranking: Ranking | null; doubt: Doubt | null; cautions: readonly string[] }>;

/** Takes out of a ranking whose name stands only by the order of two clocks, or by what one origin sent; says why, and of nobody. */
export async function doubtNames(
  engine: Analytics,
  ranking: Ranking,
  {
    scene,
    reports,
    isAhead,
    pathOf,
  }: Readonly<{
    scene: Scene;
    reports: readonly (Report & Readonly<{ person: string }>)[];
    /** Whether a log's times can't be relied on at all. */
    isAhead: boolean;
    pathOf: ReadonlyMap<number, string>;
  }>,
): Promise<Doubted> {
  const doubts = new Map<number, Doubt>();
  const cautions: string[] = [];
  const shown = ranking.outcome === 'accepted' ? ranking.accepted : ranking.notApart;
  for (const { candidate } of shown) {
    const persons = scene.reportsThatHit(candidate).flatMap((n) => reports[n]?.person ?? []);
    const spare = scene.spareHits(candidate);
    // Who stands out by decoys alone needs none of these.
    if (spare >= persons.length) continue;
    const looks = await looksOf(engine, candidate, persons);
    const doubt = isAhead ? 'depends-on-clock' : doubtOf(looks, spare);
    if (doubt === null) continue;
    doubts.set(candidate, doubt);
    // Its own caution says which log, and how many lines.
    if (isAhead) continue;
    const files = [...new Set(looks.map(({ file }) => pathOf.get(file) ?? ''))].join(', ');
    cautions.push(ofDoubt(doubt, looks, { spare, files }));
  }
  const [doubt = null] = doubts.values();
  return { ranking: withoutFallen(ranking, doubts), doubt, cautions };
}

function doubtOf(looks: readonly HitLook[], spare: number): Doubt | null {
  if (lagThatExplains(looks, spare) < LEAST_LAG || lagInOrder(looks, spare) !== null)
    return 'depends-on-clock';
  return mostOfOneOrigin(looks) > spare ? 'depends-on-origin' : null;
}

/** Says no figure that would point to whoever it is. */
function ofDoubt(
  doubt: Doubt,
  looks: readonly HitLook[],
  { spare, files }: Readonly<{ spare: number; files: string }>,
): string {
  const head = 'Somebody stands out, and is not named:';
  if (doubt === 'depends-on-origin')
    return `${head} more of the reports than a name could do without were sent from one place. Find out who sits there.`;
  if (looks.filter(({ isTimed }) => !isTimed).length > spare)
    return `${head} more of the reports than a name could do without have no time, so that the look-ups may have come after them, and because of them.`;
  const lag = lagInOrder(looks, spare);
  return lag === null
    ? `${head} were the clock of ${files} ${hours(lagThatExplains(looks, spare))} behind that of the reports, too few of the look-ups would have come before them. Have both clocks attested, and leave what handles complaints out of \`access\`.`
    : `${head} the look-ups in ${files} come in the order of the reports, most of them ${hours(lag)} before. A clock that runs behind by as much makes this of look-ups that the reports caused; a leak has no such order. Have both clocks attested.`;
}

const hours = (ms: number): string => `${n(Math.round(ms / 3_600_000))} hours`;

/** The same ranking without some; null where nobody is left to show. */
export function withoutFallen(
  ranking: Ranking,
  fallen: Readonly<{ has: (candidate: number) => boolean }>,
): Ranking | null {
  const left = <T extends Readonly<{ candidate: number }>>(all: readonly T[]) =>
    all.filter(({ candidate }) => !fallen.has(candidate));
  const [accepted, notApart] = [left(ranking.accepted), left(ranking.notApart)];
  const before = ranking.outcome === 'accepted' ? ranking.accepted : ranking.notApart;
  const after = ranking.outcome === 'accepted' ? accepted : notApart;
  return before.length > 0 && after.length === 0 ? null : { ...ranking, accepted, notApart };
}

/** How many of the reports that are controls came within one hour of the clock at most, and from one origin; and how many they are. */
export async function pastTogether(
  engine: Analytics,
): Promise<Readonly<{ reports: number; inAnHour: number; ofOneOrigin: number }>> {
  const [row] = await engine.rows<{ reports: number; inAnHour: number; ofOneOrigin: number }>(
    `SELECT (SELECT count() FROM trace_tellers WHERE n > 0) AS reports,
       (SELECT max(c) FROM (SELECT count() AS c FROM trace_tellers WHERE n > 0 AND timed GROUP BY n, intDiv(t, 3600000))) AS inAnHour,
       (SELECT max(c) FROM (SELECT count() AS c FROM trace_tellers WHERE n > 0 AND origin != '' GROUP BY n, origin)) AS ofOneOrigin`,
  );
  return row ?? { reports: 0, inAnHour: 0, ofOneOrigin: 0 };
}

/** What the logs show of their own clocks. Look-ups before a report may be the leak's; before a control they are nobody's. */
export async function clockCautions(
  engine: Analytics,
  { access }: TraceFile,
  { workspace, now }: Readonly<{ workspace: Workspace; now: Date }>,
): Promise<Readonly<{ cautions: string[]; isAhead: boolean }>> {
  const logs = [...new Set(access.map(({ log }) => log))];
  const cautions: string[] = [];
  let isAhead = false;
  for (const log of logs) {
    const leaks = access.flatMap((one, n) => (one.log === log ? [n] : []));
    const ahead = await linesAhead(engine, leaks, now);
    if (ahead.ahead > 0) cautions.push(ofAhead(log, ahead, now));
    if (ahead.ahead > MOST_AHEAD * ahead.all) isAhead = true;
    const namesPersons = workspace.sources.logs[log]?.columns?.person !== undefined;
    for (const [side, sets] of [
      ['after', 'n >= 0'],
      ['before', 'n > 0'],
    ] as const) {
      const { reports, around } = await lookedUpAround(engine, { leaks, namesPersons, sets });
      for (const bunch of bunchesAround(around, { logs: logs.length, sides: [side] }))
        cautions.push(ofBunch(log, bunch, reports));
    }
  }
  return { cautions, isAhead };
}

type Ahead = Readonly<{ all: number; ahead: number; last: number }>;

async function linesAhead(engine: Analytics, leaks: readonly number[], now: Date): Promise<Ahead> {
  const [row] = await engine.rows<Ahead>(
    'SELECT count() AS all, countIf(t > {now:Int64}) AS ahead, max(t) AS last FROM matches WHERE ok AND leak IN {leaks:Array(UInt8)}',
    { leaks, now: now.getTime() },
  );
  return row ?? { all: 0, ahead: 0, last: 0 };
}

async function lookedUpAround(
  engine: Analytics,
  {
    leaks,
    namesPersons,
    sets,
  }: Readonly<{ leaks: readonly number[]; namesPersons: boolean; sets: 'n >= 0' | 'n > 0' }>,
): Promise<Readonly<{ reports: number; around: Around }>> {
  const told = `SELECT pid, t AS told FROM trace_tellers WHERE timed AND ${sets}`;
  const [reports] = await engine.rows<{ n: number }>(`SELECT uniqExact(pid) AS n FROM (${told})`);
  const around = new Map<number, number>();
  for (const leak of leaks) {
    const rows = await engine.rows<{ bin: number; people: number }>(
      `SELECT toInt32(floor((s.t - r.told) / ${BIN})) AS bin, uniqExact(r.pid) AS people FROM (${told}) AS r
       JOIN (SELECT sipHash64(person) AS pid, t FROM (${seenSql(namesPersons)}) WHERE pid IN (SELECT pid FROM trace_tellers)) AS s ON r.pid = s.pid
       WHERE bin >= -${COUNTED_BINS} AND bin < ${COUNTED_BINS} GROUP BY bin`,
      { leak },
    );
    for (const { bin, people } of rows) around.set(bin, (around.get(bin) ?? 0) + people);
  }
  return { reports: reports?.n ?? 0, around };
}

const n = (count: number): string => count.toLocaleString('en-GB');

function ofAhead(log: string, { all, ahead, last }: Ahead, now: Date): string {
  const head = `${n(ahead)} of ${n(all)} look-ups in log ${log} are dated after this was asked (${now.toISOString()}), the last ${new Date(last).toISOString()}: its clock runs ahead, or its dates are read in the wrong order.`;
  return ahead > MOST_AHEAD * all
    ? `${head} No time of this log can be relied on, and nobody is named until it is put right.`
    : `${head} Look at what wrote these lines.`;
}

function ofBunch(log: string, { bin, people, beside }: Bunch, reports: number): string {
  const days = (halves: number) =>
    halves === 0
      ? 'within half a day'
      : `${(halves / 2).toLocaleString('en-GB')} to ${((halves + 1) / 2).toLocaleString('en-GB')} days`;
  const counted = (where: string) =>
    `Of ${n(reports)} people in reports with a time, log ${log} shows ${n(people)} looked up ${where}, and at most ${n(beside)} at the same hours a day or a week before or after.`;
  if (bin < 0)
    return `${counted(`${days(-1 - bin)} before they reported`)} These past reports are nobody's leak, so that nothing of theirs was looked up to be sold: the clock of this log runs behind by about as much, and whoever handles complaints seems to have known of them before; or customers report just after they were served. Compare the clocks, put the log's times right, and ask again.`;
  return bin < 2
    ? `${counted(`${days(bin)} after they reported`)} Whoever handles complaints uses this log, or its clock runs ahead. Such look-ups count for nobody while the clocks agree: compare them, and leave what handles complaints out of \`access\`.`
    : `${counted(`${days(bin)} after they reported`)} The clock of this log runs ahead by about as much, so that whoever leaked may not stand out; or complaints are looked at so late. Compare the clocks.`;
}
