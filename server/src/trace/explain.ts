/** No name without its explanation: which reports, which look-ups, what else would explain them, what speaks against. */
import type { NamedCandidate } from '@forthright/contract';
import type { Analytics } from '../platform/analytics/index.ts';
import { lagThatExplains } from './clocks.rules.ts';
import { type HitLook, looksOf, pastTogether } from './hits.ts';
import type { Candidate } from './look-ups.ts';
import { burstOf, mostOfOneOrigin, originsOf } from './origins.rules.ts';
import type { Accepted, Ranking, Report, Scene } from './rank.ts';

export type Standpoint = Readonly<{
  scene: Scene;
  ranking: Ranking;
  reports: readonly (Report & Readonly<{ person: string }>)[];
  candidates: readonly Candidate[];
  cuts: readonly number[];
  /** By name: those of the strata, and those that were tried beside them. */
  keys: Readonly<{ routing: readonly string[]; tried: readonly string[] }>;
  pathOf: ReadonlyMap<number, string>;
  /** Mail to the decoys in somebody's place. */
  decoysOf: (candidate: number) => NamedCandidate['decoys'];
}>;

type Past = Awaited<ReturnType<typeof pastTogether>>;

const MOST_OTHERS = 5;
const DAY = 86_400_000;

export async function explain(engine: Analytics, standpoint: Standpoint): Promise<NamedCandidate[]> {
  const { accepted, notApart } = standpoint.ranking;
  const named: NamedCandidate[] = [];
  const past = await pastTogether(engine);
  for (const one of accepted.length > 0 ? accepted : notApart)
    named.push(await explainOne(engine, { ...standpoint, past }, one));
  return named.sort((a, b) => b.logE - a.logE);
}

async function explainOne(
  engine: Analytics,
  { scene, reports, candidates, keys, pathOf, cuts, decoysOf, past }: Standpoint & Readonly<{ past: Past }>,
  one: Accepted,
): Promise<NamedCandidate> {
  const label = (c: number) => candidates[c]?.label ?? '';
  const hit = scene
    .reportsThatHit(one.candidate)
    .map((n) => reports[n])
    .filter((x) => x !== undefined);
  const looks = await looksOf(
    engine,
    one.candidate,
    hit.map((x) => x.person),
  );
  const [seen] = await engine.rows<{ n: number }>(
    'SELECT count() AS n FROM trace_pairs WHERE c = {c:UInt32} AND t < {cut:Int64}',
    { c: one.candidate, cut: cuts[cuts.length - 1] ?? 0 },
  );
  const [early] = await engine.rows<{ half: number; n: number }>(
    'SELECT c.half AS half, count() AS n FROM trace_pairs AS p CROSS JOIN (SELECT toInt64(quantileExactLow(0.5)(t)) AS half FROM trace_tellers WHERE n > 0) AS c WHERE p.c = {c:UInt32} AND p.t < c.half GROUP BY half',
    { c: one.candidate },
  );
  const others = new Map(hit.map((x) => [x.person, x.seenBy.length - 1]));
  const iso = (ms: number) => new Date(ms).toISOString();
  const decoys = decoysOf(one.candidate);
  return {
    candidate: label(one.candidate),
    kind: candidates[one.candidate]?.kind ?? 'account',
    logE: one.logE,
    hits: one.hits,
    expected: one.expected,
    seen: seen?.n ?? 0,
    spare: scene.spareHits(one.candidate),
    reports: looks.map(({ person, reported, lookedUp, file, row }) => ({
      person,
      reported: iso(reported),
      lookedUp: iso(lookedUp),
      file: pathOf.get(file) ?? '',
      row,
      others: others.get(person) ?? 0,
    })),
    ...(decoys === undefined ? {} : { decoys }),
    alsoSeenBy: alsoSeenBy(hit, one.candidate).map(([c, hits]) => ({ candidate: label(c), hits })),
    insteadOf: one.insteadOf.map(label),
    against: [
      ...against(one, scene, { candidates, decoys }),
      ...(one.hits === 0
        ? []
        : [
            ...againstByClocks(looks, scene.spareHits(one.candidate)),
            ...againstByOrigins(looks, past),
            ...againstByControls(seen?.n ?? 0, early),
            alike(keys),
          ]),
    ],
  };
}

/** Whom somebody looked up after the controls came in, these can't say anything about. */
function againstByControls(seen: number, early: Readonly<{ half: number; n: number }> | undefined): string[] {
  const n = (count: number) => count.toLocaleString('en-GB');
  const by = early?.n ?? 0;
  if (by >= seen / 2) return [];
  return [
    `Half of the controls came in before they had looked up more than ${n(by)} of these ${n(seen)} people: that the controls are quiet says little about the rest. Add past reports that came in later.`,
  ];
}

const alike = ({ routing, tried }: Standpoint['keys']): string =>
  `Reports that follow whatever else decides whom they serve would look the same. Taken to decide it: ${[...routing, 'number of contacts'].join(', ')}${
    tried.length === 0 ? '' : `; tried as well, and not enough to explain it: ${tried.join(', ')}`
  }. Anything else is not checked.`;

const count = (number: number): string => number.toLocaleString('en-GB');

/** What two clocks that disagree would make of these look-ups. Who falls by less than a day is not named at all. */
function againstByClocks(looks: readonly HitLook[], spare: number): string[] {
  const lag = lagThatExplains(looks, spare);
  const untimed = looks.filter(({ isTimed }) => !isTimed).length;
  return [
    ...(untimed > 0
      ? [
          `${count(untimed)} of these ${count(looks.length)} reports have no time: the look-ups may have come after them, and because of them. The name stands without these.`,
        ]
      : []),
    ...(lag === Infinity
      ? []
      : [
          `Were the clock of the log ${count(Math.ceil(lag / DAY))} days or more behind that of the reports, too many of these look-ups would have come after the reports. Have both clocks attested.`,
        ]),
  ];
}

/** Whoever forges reports writes them in one go, and from where they sit. */
function againstByOrigins(looks: readonly HitLook[], past: Past): string[] {
  const burst = burstOf(looks);
  const { known, places } = originsOf(looks);
  return [
    ...(burst === null
      ? []
      : [
          `${count(burst)} of these ${count(looks.length)} reports came within one hour; of ${count(past.reports)} past ones at most ${count(past.inAnHour)} did. A campaign is reported like this, and so is what one person writes.`,
        ]),
    known === 0
      ? 'Nobody said from where these reports were sent (`origin`): whether one person sent them can’t be seen.'
      : `${count(known)} of these ${count(looks.length)} reports say from where they were sent: ${count(places)} places, of which one sent ${count(mostOfOneOrigin(looks))} at most; of ${count(past.reports)} past ones one sent ${count(past.ofOneOrigin)}. Whoever forges them with care uses several.`,
  ];
}

const WITHOUT_DECOYS = [
  'No decoy stood in their place: the reports alone can’t be told from those of a forger who knew whom they had looked up, as whoever reads this log, or sits beside them, does. Ask some of those who reported, by a way of your own, whether they did.',
];

/** A forger can't know the decoys: what they forge comes without mail to any. */
function againstByDecoys(
  { planted, hits }: NonNullable<NamedCandidate['decoys']>,
  kind: Candidate['kind'] | undefined,
): string[] {
  const got = new Set(hits.map(({ decoy }) => decoy)).size;
  const looked = new Set(hits.flatMap(({ lookUps }) => lookUps.map(({ candidate }) => candidate)));
  // Each decoy is passed on as likely as any other customer of the place.
  const missing = Math.round(100 * 0.5 ** planted);
  return [
    ...(got === 0
      ? [
          `None of the ${planted} decoys in their place got such mail. Had they passed on half of what they saw, that would happen in ${missing} of 100 cases; had they passed on a tenth, in ${Math.round(100 * 0.9 ** planted)}.`,
        ]
      : [
          `${got} of the ${planted} decoys in their place got mail. Whoever loaded these decoys knew them, too.`,
        ]),
    ...(kind === 'employee' || kind === 'contractor' || kind === 'account'
      ? looked.size > 1
        ? [`The logs show that others looked these decoys up, too: ${[...looked].join(', ')}.`]
        : []
      : []),
  ];
}

function alsoSeenBy(hit: readonly Report[], one: number): [number, number][] {
  const counts = new Map<number, number>();
  for (const { seenBy } of hit)
    for (const c of Array.from(seenBy)) if (c !== one) counts.set(c, (counts.get(c) ?? 0) + 1);
  return [...counts].sort(([a, x], [b, y]) => y - x || a - b).slice(0, MOST_OTHERS);
}

function against(
  one: Accepted,
  scene: Scene,
  { candidates, decoys }: Readonly<{ candidates: readonly Candidate[]; decoys: NamedCandidate['decoys'] }>,
): string[] {
  const reports = scene.reports;
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
    ...(one.hits > 0
      ? [`Their ordinary work alone makes ${expected} of these ${n(one.hits)} hits expected.`]
      : []),
    ...(decoys === undefined ? WITHOUT_DECOYS : againstByDecoys(decoys, kind)),
    one.hits === 0 || spare === one.hits
      ? 'The mails to decoys alone make them stand out, without any report.'
      : spare === 0
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
