/** No name without its explanation: which reports, which look-ups, what else would explain them, what speaks against. */
import type { NamedCandidate } from '@forthright/contract';
import type { Analytics } from '../platform/analytics/index.ts';
import type { Candidate } from './look-ups.ts';
import type { Accepted, Ranking, Report, Scene } from './rank.ts';

export type Standpoint = Readonly<{
  scene: Scene;
  ranking: Ranking;
  reports: readonly (Report & Readonly<{ person: string }>)[];
  candidates: readonly Candidate[];
  cuts: readonly number[];
  pathOf: ReadonlyMap<number, string>;
}>;

const MOST_OTHERS = 5;

export async function explain(engine: Analytics, standpoint: Standpoint): Promise<NamedCandidate[]> {
  const { accepted, notApart } = standpoint.ranking;
  const named: NamedCandidate[] = [];
  for (const one of accepted.length > 0 ? accepted : notApart)
    named.push(await explainOne(engine, standpoint, one));
  return named.sort((a, b) => b.logE - a.logE);
}

async function explainOne(
  engine: Analytics,
  { scene, reports, candidates, pathOf, cuts }: Standpoint,
  one: Accepted,
): Promise<NamedCandidate> {
  const label = (c: number) => candidates[c]?.label ?? '';
  const hit = scene
    .reportsThatHit(one.candidate)
    .map((n) => reports[n])
    .filter((x) => x !== undefined);
  const rows = await engine.rows<{ person: string; reported: number; t: number; f: number; rn: number }>(
    `SELECT r.person AS person, r.t AS reported, p.t AS t, p.f AS f, p.rn AS rn FROM (SELECT person, pid, t FROM trace_tellers WHERE n = 0 AND person IN {persons:Array(String)}) AS r
     JOIN (SELECT pid, t, f, rn FROM trace_pairs WHERE c = {c:UInt32}) AS p ON r.pid = p.pid ORDER BY reported, person`,
    { c: one.candidate, persons: hit.map((x) => x.person) },
  );
  const [seen] = await engine.rows<{ n: number }>(
    'SELECT count() AS n FROM trace_pairs WHERE c = {c:UInt32} AND t < {cut:Int64}',
    { c: one.candidate, cut: cuts[cuts.length - 1] ?? 0 },
  );
  const others = new Map(hit.map((x) => [x.person, x.seenBy.length - 1]));
  const iso = (ms: number) => new Date(ms).toISOString();
  return {
    candidate: label(one.candidate),
    kind: candidates[one.candidate]?.kind ?? 'account',
    logE: one.logE,
    hits: one.hits,
    expected: one.expected,
    seen: seen?.n ?? 0,
    spare: scene.spareHits(one.candidate),
    reports: rows.map((r) => ({
      person: r.person,
      reported: iso(r.reported),
      lookedUp: iso(r.t),
      file: pathOf.get(r.f) ?? '',
      row: r.rn,
      others: others.get(r.person) ?? 0,
    })),
    alsoSeenBy: alsoSeenBy(hit, one.candidate).map(([c, hits]) => ({ candidate: label(c), hits })),
    insteadOf: one.insteadOf.map(label),
    against: against(one, scene, candidates, reports.length),
  };
}

function alsoSeenBy(hit: readonly Report[], one: number): [number, number][] {
  const counts = new Map<number, number>();
  for (const { seenBy } of hit)
    for (const c of Array.from(seenBy)) if (c !== one) counts.set(c, (counts.get(c) ?? 0) + 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || a - b).slice(0, MOST_OTHERS);
}

function against(one: Accepted, scene: Scene, candidates: readonly Candidate[], reports: number): string[] {
  const n = (count: number) => count.toLocaleString('en-GB');
  const kind = candidates[one.candidate]?.kind;
  const missed = reports - one.hits;
  const spare = scene.spareHits(one.candidate);
  const expected = one.expected.toLocaleString('en-GB', { maximumFractionDigits: 1 });
  return [
    ...(missed > 0
      ? [
          `${n(missed)} of the ${n(reports)} reports are of people whom they had not looked up before; these come from elsewhere.`,
        ]
      : []),
    `Their ordinary work alone makes ${expected} of these ${n(one.hits)} hits expected.`,
    spare === 0
      ? 'Without any one of these reports they would not stand out: one that is false, or forged, decides.'
      : `Whoever wished to frame them would have had to forge more than ${n(spare)} of these reports, about people whom they had looked up.`,
    ...(kind === 'account'
      ? ['The account is not in the directory of employees: several people, or a program, may use it.']
      : []),
    ...(kind === 'team'
      ? [
          'It is the team’s people together that fit; none of them stands out alone beside it. Two of them who each leaked fit as well.',
        ]
      : []),
    ...(kind === 'employee' || kind === 'contractor'
      ? ['A colleague, or somebody outside, who used this account fits as well.']
      : []),
  ];
}
