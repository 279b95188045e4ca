/**
 * Three-valued judgement of a rule's conditions, with every comparison and its values. Pure. Unknown is never folded
 * into no: `all` is no as soon as one part is no, yes when all are yes, and else unknown, with what is missing.
 */
import type {
  Condition,
  Element,
  LawFacts,
  LawGroup,
  Missing,
  Regime,
  TraceStep,
} from '@forthright/contract';
import { livesIn, placeName } from './places.ts';
import { doubtOf } from './versions.ts';

export type Truth = 'yes' | 'no' | 'unknown';

export type Judged = Readonly<{
  outcome: Truth;
  trace: readonly TraceStep[];
  missing: readonly Missing[];
  /** The comparisons on which the outcome rests, as sentences. */
  because: readonly string[];
}>;

/** What a condition is judged on. `places` may be narrower than the regime's: one country of the EEA. */
export type Ground = Readonly<{
  facts: LawFacts;
  regime: Regime;
  places: readonly string[];
  /** Counts that were made already, for these facts and this regime. */
  counts: Map<string, Count>;
  /** The same of definitions, by what stands together in a person. */
  matches: Map<string, Match>;
  /** Whether another duty of the file is due. */
  dutyOf: (id: string) => Pick<Judged, 'outcome' | 'missing'>;
}>;

/** Every person has some personal data, whatever the fields are. */
export const PERSONAL_DATA = 'personalData';

const number = (n: number): string => n.toLocaleString('en-GB');
/** `personalInformation` → personal information. */
export const wordsOf = (name: string): string => name.replace(/[A-Z]/g, (c) => ` ${c.toLowerCase()}`);

export function judge(condition: Condition, ground: Ground, depth = 0): Judged {
  if ('all' in condition) return together('all of', condition.all, 'no', 'yes', ground, depth);
  if ('any' in condition) return together('any of', condition.any, 'yes', 'no', ground, depth);
  if ('not' in condition) {
    const inner = judge(condition.not, ground, depth + 1);
    const outcome = inner.outcome === 'yes' ? 'no' : inner.outcome === 'no' ? 'yes' : 'unknown';
    return { ...inner, outcome, trace: [{ depth, says: 'not', value: '', outcome }, ...inner.trace] };
  }
  if ('residents' in condition) return judgeCount(condition.residents, 'residents', condition, ground, depth);
  if ('everyone' in condition) return judgeCount(condition.everyone, 'everyone', condition, ground, depth);
  if ('fact' in condition) return judgeFact(condition, ground, depth);
  if ('covered' in condition && 'ask' in condition)
    return judgeCovered(condition.covered, condition.ask, ground, depth);
  if ('turnoverMoreThan' in condition) return judgeTurnover(condition, ground, depth);
  if ('seatIn' in condition) return judgeSeat(condition.seatIn, ground, depth);
  const { outcome, missing } = ground.dutyOf(condition.duty);
  return leaf(`the duty \`${condition.duty}\` is due`, outcome, outcome, missing, depth);
}

function together(
  says: string,
  parts: readonly Condition[],
  decisive: 'yes' | 'no',
  otherwise: 'yes' | 'no',
  ground: Ground,
  depth: number,
): Judged {
  const judged = parts.map((part) => judge(part, ground, depth + 1));
  const deciding = judged.find((j) => j.outcome === decisive);
  const open = judged.filter((j) => j.outcome === 'unknown');
  const outcome = deciding !== undefined ? decisive : open.length > 0 ? 'unknown' : otherwise;
  const resting = deciding !== undefined ? [deciding] : open.length > 0 ? open : judged;
  return {
    outcome,
    trace: [{ depth, says, value: '', outcome }, ...judged.flatMap((j) => j.trace)],
    missing: outcome === 'unknown' ? open.flatMap((j) => j.missing) : [],
    because: resting.flatMap((j) => j.because),
  };
}

function leaf(
  says: string,
  value: string,
  outcome: Truth,
  missing: readonly Missing[],
  depth: number,
): Judged {
  return {
    outcome,
    trace: [{ depth, says, value, outcome }],
    missing: outcome === 'unknown' ? missing : [],
    because: [`${says}: ${value}`],
  };
}

function judgeFact(
  { fact, is }: Extract<Condition, { fact: unknown }>,
  { facts }: Ground,
  depth: number,
): Judged {
  const wanted = [is].flat();
  const told = facts.words[fact];
  const says = `${wordsOf(fact)} is ${wanted.join(' or ')}`;
  if (told === undefined || !told.known) {
    const value =
      told?.proposed === undefined ? 'not known' : `a person has to decide; proposed is ${told.proposed}`;
    return leaf(says, value, 'unknown', [{ fact, ask: told?.ask ?? fact }], depth);
  }
  const outcome = wanted.includes(told.value) ? 'yes' : 'no';
  const judged = leaf(says, `${told.value} (${told.source})`, outcome, [], depth);
  // That a controller is one goes without saying; it stands in the trace.
  return fact === 'role' && outcome === 'yes' ? { ...judged, because: [] } : judged;
}

function judgeCovered(
  code: string,
  ask: string,
  { facts, says = ask }: Pick<Ground, 'facts'> & Readonly<{ says?: string }>,
  depth: number,
): Judged {
  const told = Object.hasOwn(facts.covered, code) ? facts.covered[code] : undefined;
  const missing = [{ fact: `covered.${code}`, ask }];
  if (told === undefined) return leaf(says, 'not known', 'unknown', missing, depth);
  return leaf(says, `${told} (stated in the incident file)`, told, [], depth);
}

/** A branch there is a seat as far as the data are processed for it (GDPR Art. 3(1) and its like), which nobody computes. */
function judgeSeat(place: string, { facts, regime }: Ground, depth: number): Judged {
  const { country, region, establishments } = facts.organisation;
  const says = `the organisation is established in ${placeWords(place)}`;
  const from = '(organisation in forthright.yaml)';
  if (country === null) {
    const ask = 'In which country is the main establishment? Say organisation.country in forthright.yaml.';
    return leaf(says, 'not known', 'unknown', [{ fact: 'organisation.country', ask }], depth);
  }
  const seat = livesIn({ country, region: region ?? '' }, place);
  if (seat === 'yes') return leaf(says, `${placeName(region ?? country)} ${from}`, 'yes', [], depth);
  if (seat === 'maybe') {
    const ask = `In which part of ${placeName(country)} is the seat? Say organisation.region in forthright.yaml.`;
    return leaf(says, placeName(country), 'unknown', [{ fact: 'organisation.region', ask }], depth);
  }
  const branch = establishments.find((one) => livesIn({ country: one, region: 'none' }, place) === 'yes');
  if (branch === undefined) return leaf(says, `${placeName(country)} ${from}`, 'no', [], depth);
  const ask = `Are the data processed for the establishment in ${placeName(branch)}, whoever processes them and wherever the people live?`;
  return judgeCovered(regime.code, ask, { facts, says: `${says}: ${ask}` }, depth);
}

function judgeTurnover(
  { turnoverMoreThan, currency, covered }: Extract<Condition, { turnoverMoreThan: unknown }>,
  ground: Ground,
  depth: number,
): Judged {
  const says = `annual turnover more than ${currency} ${number(turnoverMoreThan)}`;
  const turnover = ground.facts.organisation.turnover;
  if (turnover !== null && turnover.currency === currency && !Object.hasOwn(ground.facts.covered, covered)) {
    const value = `${currency} ${number(turnover.amount)} (stated in forthright.yaml)`;
    return leaf(says, value, turnover.amount > turnoverMoreThan ? 'yes' : 'no', [], depth);
  }
  return judgeCovered(covered, `Is the ${says}, or is the organisation covered otherwise?`, ground, depth);
}

/** How many people, at least and at most, and what would settle the difference. */
export type Count = Readonly<{ min: number; max: number; missing: readonly Missing[] }>;

function judgeCount(
  name: string,
  who: 'residents' | 'everyone',
  { atLeast, moreThan }: { atLeast?: number | undefined; moreThan?: number | undefined },
  ground: Ground,
  depth: number,
): Judged {
  const { min, max, missing } = countOf(name, who === 'everyone' ? ['everywhere'] : ground.places, ground);
  const passes = (n: number) => (atLeast !== undefined ? n >= atLeast : n > (moreThan ?? 0));
  const outcome = passes(min) ? 'yes' : passes(max) ? 'unknown' : 'no';
  const needs = atLeast !== undefined ? `at least ${number(atLeast)}` : `more than ${number(moreThan ?? 0)}`;
  const where =
    who === 'everyone' ? 'people anywhere' : `people in ${ground.places.map(placeWords).join(', ')}`;
  const value = min === max ? number(min) : `between ${number(min)} and ${number(max)}`;
  return leaf(`${where} with ${wordsOf(name)}, ${needs}`, value, outcome, missing, depth);
}

const placeWords = (place: string): string => (place === 'EEA' ? 'the EEA' : placeName(place));

const GAP: Missing = {
  fact: 'exposure',
  ask: 'Were people exposed of whom the logs can not tell? More log would tell.',
};
export const RESIDENCE: Missing = {
  fact: 'residence',
  ask: 'Where do the people live whose country or state is not known?',
};
const UNIDENTIFIED: Missing = { fact: 'unidentified', ask: 'Who are the people whom no directory knows?' };
const UNCLEAR: Missing = {
  fact: 'elements',
  ask: 'What are the fields that no statute has a word for? Say it under facts.elements.',
};

/** Counts a definition of the regime, or anybody's personal data, among those who live in `places`. */
export function countOf(name: string, places: readonly string[], ground: Ground): Count {
  const key = `${name} ${places.join(' ')}`;
  const count = ground.counts.get(key) ?? countGroups(name, places, ground);
  ground.counts.set(key, count);
  return count;
}

function countGroups(name: string, places: readonly string[], ground: Ground): Count {
  let min = 0;
  let max = 0;
  const missing = new Map<string, Missing>();
  for (const { group, here } of groupsIn(ground.facts.groups, places)) {
    const found = matchIn(name, group, ground);
    if (found.outcome === 'no') continue;
    const sure = here === 'yes' && found.outcome === 'yes' ? group.exposed : 0;
    const perhaps = group.exposed + group.unknown - sure;
    min += sure;
    max += sure + perhaps;
    if (perhaps === 0) continue;
    if (group.unidentified === true) missing.set(UNIDENTIFIED.fact, UNIDENTIFIED);
    else if (here === 'maybe') missing.set(RESIDENCE.fact, RESIDENCE);
    if (group.unknown > 0 && group.unidentified !== true) missing.set(GAP.fact, GAP);
    for (const m of found.missing) missing.set(m.fact, m);
  }
  return { min, max, missing: [...missing.values()] };
}

type Located = Readonly<{ group: LawGroup; here: 'yes' | 'maybe' }>;
const byPlace = new WeakMap<readonly LawGroup[], Map<string, readonly LawGroup[]>>();

/** The groups that live in any of the places, or may. There are few places, and many groups in each. */
export function groupsIn(groups: readonly LawGroup[], places: readonly string[]): Located[] {
  const index = byPlace.get(groups) ?? Map.groupBy(groups, (g) => `${g.country} ${g.region}`);
  byPlace.set(groups, index);
  return [...index.values()].flatMap((those) => {
    const [first] = those;
    const lives = first === undefined ? [] : places.map((place) => livesIn(first, place));
    const here = lives.includes('yes') ? 'yes' : 'maybe';
    return lives.every((l) => l === 'no') ? [] : those.map((group) => ({ group, here }) as const);
  });
}

type Match = Readonly<{ outcome: Truth; missing: readonly Missing[] }>;
const YES: Match = { outcome: 'yes', missing: [] };
const NO: Match = { outcome: 'no', missing: [] };

const signatures = new WeakMap<LawGroup, string>();

/** Many groups differ only in where people live: each combination is judged once. */
function matchIn(name: string, group: LawGroup, ground: Ground): Match {
  const signature = signatures.get(group) ?? JSON.stringify([group.elements, group.perhaps, group.unclear]);
  signatures.set(group, signature);
  const key = `${name} ${signature}`;
  const match = ground.matches.get(key) ?? matchOf(name, group, ground);
  ground.matches.set(key, match);
  return match;
}

/** Whether a person of the group has what a definition names: any of its combinations, whole, in one person. */
function matchOf(name: string, group: LawGroup, ground: Ground): Match {
  if (name === PERSONAL_DATA) return YES;
  const kinds = Object.hasOwn(ground.regime.define, name) ? (ground.regime.define[name] ?? []) : [];
  return bestOf(
    kinds.map((kind) => {
      const { with: terms, if: when, ...days } = Array.isArray(kind) ? { with: kind } : kind;
      const found = allOf(terms.map((term) => termMatch(term, group, ground)));
      if (found.outcome === 'no') return found;
      const dated = heldOn(days, ground);
      return when === undefined ? allOf([found, dated]) : allOf([found, dated, judge(when, ground)]);
    }),
  );
}

/** Whether the decisive day is within these. Where it is unknown it can't be before the breach. */
function heldOn({ from, to }: Days, { regime, facts }: Ground): Match {
  if (from === undefined && to === undefined) return YES;
  const { decisive, zone } = regime;
  const dayOf = (instant: string): string =>
    Temporal.Instant.from(instant).toZonedDateTimeISO(zone).toPlainDate().toString();
  const event = facts.events[decisive];
  if (event?.known === true) {
    const holds = (day: string) => (from ?? day) <= day && day <= (to ?? day);
    const doubt = doubtOf(event.value, facts);
    const day = dayOf(event.value);
    if (doubt === null || holds(day) === holds(dayOf(doubt.since.toString()))) return holds(day) ? YES : NO;
    return { outcome: 'unknown', missing: [{ fact: decisive, ask: `${event.value} is ${doubt.why}` }] };
  }
  const { occurred } = facts.events;
  const earliest = occurred?.known === true ? dayOf(occurred.value) : null;
  if (earliest !== null && to !== undefined && earliest > to) return NO;
  if (earliest !== null && to === undefined && earliest >= (from ?? '')) return YES;
  const changed = [
    ...(from === undefined ? [] : [`on ${from}`]),
    ...(to === undefined ? [] : [`after ${to}`]),
  ];
  const ask = `${event?.ask ?? decisive} The law has changed ${changed.join(' and ')}; this decides which version holds.`;
  return { outcome: 'unknown', missing: [{ fact: decisive, ask }] };
}
type Days = Readonly<{ from?: string | undefined; to?: string | undefined }>;

function allOf(parts: readonly Match[]): Match {
  if (parts.some((p) => p.outcome === 'no')) return NO;
  const open = parts.filter((p) => p.outcome === 'unknown');
  return open.length === 0 ? YES : { outcome: 'unknown', missing: open.flatMap((p) => p.missing) };
}

function bestOf(parts: readonly Match[]): Match {
  if (parts.some((p) => p.outcome === 'yes')) return YES;
  const open = parts.filter((p) => p.outcome === 'unknown');
  return open.length === 0 ? NO : { outcome: 'unknown', missing: open.flatMap((p) => p.missing) };
}

function termMatch(term: string, group: LawGroup, ground: Ground): Match {
  return bestOf(term.split(' | ').map((element) => elementMatch(element as Element, group, ground)));
}

function elementMatch(element: Element, group: LawGroup, ground: Ground): Match {
  if (group.elements.includes(element)) return YES;
  const open: Missing[] = [];
  if (group.perhaps.includes(element)) open.push(GAP);
  if (element === 'password' && [...group.elements, ...group.perhaps].includes('passwordHash')) {
    const told = ground.facts.words.passwordRecoverable;
    if (told?.known === true && told.value === 'yes' && group.elements.includes('passwordHash')) return YES;
    if (told?.known !== true)
      open.push({ fact: 'passwordRecoverable', ask: told?.ask ?? 'passwordRecoverable' });
    else if (told.value === 'yes') open.push(GAP);
  }
  // Many a display name is the person's own; nobody can tell from the word.
  if (element === 'fullName' && [...group.elements, ...group.perhaps].includes('displayName')) {
    const told = ground.facts.words.displayNameIsName;
    if (told?.known === true && told.value === 'yes' && group.elements.includes('displayName')) return YES;
    if (told?.known !== true) open.push({ fact: 'displayNameIsName', ask: told?.ask ?? 'displayNameIsName' });
    else if (told.value === 'yes') open.push(GAP);
  }
  if (group.unclear.length > 0) open.push(UNCLEAR);
  return open.length === 0 ? NO : { outcome: 'unknown', missing: open };
}
