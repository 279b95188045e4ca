/** Decoys within a trace: whose places they stand in, what mail to them weighs, and who looked them up. */
import type { NamedCandidate, TraceAnswer } from '@forthright/contract';
import type { Analytics } from '../../platform/analytics/index.ts';
import type { Sql } from '../../sources/index.ts';
import { CANDIDATE_KINDS, type Candidate, type CandidateKind, type LookUps } from '../look-ups.ts';
import type { Beside } from '../rank.ts';
import { type DecoyEvidence, weighDecoys } from './decoys.rules.ts';
import type { CountedDecoy, DecoysAsked } from './types.ts';

/**
 * For how many hits a mail to a decoy counts where a name needs some. A report may be of one household with another, or forged; a decoy
 * has no household, and whoever forges does not know it. One alone is still too few.
 */
const HITS_OF_A_DECOY = 2;

export type WeighedDecoys = Readonly<{
  summary: NonNullable<TraceAnswer['decoys']>;
  evidence: ReadonlyMap<number, DecoyEvidence>;
  beside: ReadonlyMap<number, Beside>;
  /** What stands in the answer beside a name. */
  of: (candidate: number) => NamedCandidate['decoys'];
}>;

/** They are all alike: whoever is shown one is shown it in the course of work. */
const ALIASES = 'aliases';
/** A team’s look-ups are its people’s. */
const TEAM = CANDIDATE_KINDS.indexOf('team');
/** Of one statement. */
const AT_ONCE = 500;

type Look = Readonly<{ decoy: string; c: number; t: number; f: number; rn: number }>;

/**
 * Finds whose places the decoys stand in, adding candidates whom no log shows, and weighs the mails. Gives the look-ups with every candidate.
 */
export async function countDecoys(
  engine: Analytics,
  { decoys, mails, aliases, nowhereHit }: DecoysAsked,
  lookUps: LookUps,
  { address, pathOf }: Readonly<{ address: (text: Sql) => Sql; pathOf: ReadonlyMap<number, string> }>,
): Promise<Readonly<{ lookUps: LookUps; weighed: WeighedDecoys }>> {
  const candidates = [...lookUps.candidates];
  const ownerOf = decoys.map((decoy) => ownerIn(candidates, decoy));
  const { inDirectory, looks } = await seenInLogs(engine, decoys, mails, address);
  const numbers = new Map(decoys.map(({ id }, n) => [id, n]));
  const nowhere = decoys.filter(({ place }) => place === 'nowhere').length;
  const isQuiet = nowhereHit === 0 && nowhere > 0;
  const strata = decoys.map(({ like }) => JSON.stringify([like.country, like.region, like.language]));
  const planted = [
    ...(isQuiet ? decoys.map((_, n) => ({ stratum: strata[n] ?? '', of: ownerOf[n], n: 1 })) : []),
    // Aliases stand in no directory: that addresses leave it by another way says nothing of them.
    ...aliases.viewers.map((viewer) => ({ stratum: ALIASES, of: ownerIn(candidates, viewer), n: viewer.n })),
  ];
  const hits = [
    ...(isQuiet ? mails : []).map(({ decoy, arrived }) => {
      const n = numbers.get(decoy) ?? -1;
      return { id: decoy, arrived, stratum: strata[n] ?? '', of: ownerOf[n] };
    }),
    ...aliases.mails.map(({ alias, arrived, ...viewer }) => ({
      id: alias,
      arrived,
      stratum: ALIASES,
      of: ownerIn(candidates, viewer),
    })),
  ].sort((a, b) => a.arrived.localeCompare(b.arrived));
  const first = [...new Map(hits.toReversed().map((one) => [one.id, one])).values()].reverse();
  const evidence = weighDecoys(planted, first);
  const beside = new Map(
    [...evidence].map(([c, { logE, hits }]) => [c, { logE, hits: hits * HITS_OF_A_DECOY }]),
  );
  const iso = (ms: number) => new Date(ms).toISOString();
  const of = (candidate: number): NamedCandidate['decoys'] => {
    const mine = evidence.get(candidate);
    if (mine === undefined) return undefined;
    const toDecoys = (isQuiet ? mails : []).flatMap(({ mail, decoy, arrived }) => {
      const n = numbers.get(decoy) ?? -1;
      const counted = decoys[n];
      if (counted === undefined || counted.place === 'nowhere' || ownerOf[n] !== candidate) return [];
      const seen = looks
        .filter((look) => look.decoy === decoy && look.t < Date.parse(arrived))
        .map(({ c, t, f, rn }) => ({
          candidate: candidates[c]?.label ?? '',
          lookedUp: iso(t),
          file: pathOf.get(f) ?? '',
          row: rn,
        }));
      return [{ mail, decoy, arrived, place: counted.place, since: counted.since, lookUps: seen }];
    });
    const toAliases = aliases.mails
      .filter((one) => ownerIn(candidates, one) === candidate)
      .map(({ mail, alias, arrived, place, since }) => ({
        mail,
        decoy: alias,
        arrived,
        place,
        since,
        lookUps: [],
      }));
    return { planted: mine.planted, logE: mine.logE, hits: [...toDecoys, ...toAliases] };
  };
  return {
    lookUps: { ...lookUps, candidates },
    weighed: {
      summary: {
        planted: decoys.length,
        places: new Set(ownerOf.filter((x) => x !== undefined)).size,
        mails: mails.length,
        hit: new Set(mails.map(({ decoy }) => decoy)).size,
        nowhere,
        nowhereHit,
        count: isQuiet,
        inDirectory,
        aliases: aliases.viewers.reduce((sum, { n }) => sum + n, 0),
        aliasesHit: new Set(aliases.mails.map(({ alias }) => alias)).size,
      },
      evidence,
      beside,
      of,
    },
  };
}

const KINDS: Readonly<Record<Exclude<CountedDecoy['place'], 'nowhere'>, readonly CandidateKind[]>> = {
  view: ['employee', 'contractor', 'account'],
  queue: ['team', 'path'],
  export: ['path'],
  feed: ['path'],
  partner: ['path'],
};

/** The candidate whose place it is, who is added where no log shows them; undefined in no place. */
function ownerIn(
  candidates: Candidate[],
  { place, at }: Pick<CountedDecoy, 'place' | 'at'>,
): number | undefined {
  if (place === 'nowhere' || at === null) return undefined;
  for (const kind of KINDS[place]) {
    const n = candidates.findIndex((one) => one.kind === kind && one.id === at);
    if (n >= 0) return n;
  }
  const kind = place === 'view' ? 'account' : 'path';
  const same = candidates.filter((one) => one.kind === kind).length;
  return candidates.push({ kind, id: at, label: kind === 'path' ? at : `${kind}-${same + 1}` }) - 1;
}

/** Which of them the directory has, and who looked up those that got mail. */
async function seenInLogs(
  engine: Analytics,
  decoys: readonly CountedDecoy[],
  mails: DecoysAsked['mails'],
  address: (text: Sql) => Sql,
): Promise<Readonly<{ inDirectory: number; looks: readonly Look[] }>> {
  await engine.run('CREATE TABLE trace_decoys (id String, email String) ENGINE = MergeTree ORDER BY id');
  for (let from = 0; from < decoys.length; from += AT_ONCE) {
    const some = decoys.slice(from, from + AT_ONCE);
    await engine.run(
      `INSERT INTO trace_decoys SELECT x.1, ${address('x.2')} FROM (SELECT arrayJoin(arrayZip({ids:Array(String)}, {emails:Array(String)})) AS x)`,
      { ids: some.map(({ id }) => id), emails: some.map(({ email }) => email) },
    );
  }
  await engine.run(
    `CREATE TABLE trace_decoys_known ENGINE = MergeTree ORDER BY id AS SELECT k.id AS id, d.person AS person FROM (SELECT person, ${address('email')} AS email FROM directory) AS d JOIN trace_decoys AS k ON d.email = k.email`,
  );
  const [known] = await engine.rows<{ n: number }>('SELECT uniqExact(id) AS n FROM trace_decoys_known');
  const looks = await engine.rows<Look>(
    `SELECT k.id AS decoy, p.c AS c, p.t AS t, p.f AS f, p.rn AS rn FROM (SELECT * FROM trace_pairs WHERE cls != ${TEAM}) AS p JOIN (SELECT id, sipHash64(person) AS pid FROM trace_decoys_known WHERE id IN {hit:Array(String)}) AS k ON p.pid = k.pid
     ORDER BY decoy, t, c`,
    { hit: [...new Set(mails.map(({ decoy }) => decoy))] },
  );
  return { inDirectory: known?.n ?? 0, looks };
}
