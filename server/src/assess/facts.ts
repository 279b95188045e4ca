import {
  type Answer,
  CAUSES,
  ELEMENTS,
  type Element,
  EVENTS,
  type Event,
  type Fact,
  type Incident,
  type LawFacts,
  type LawGroup,
  type PeopleGroup,
  type RecipientClass,
  RISKS,
  type RiskProposal,
  type StatedFacts,
  WORD_FACTS,
  type WordFact,
} from '@forthright/contract';
import { elementOf } from './elements.ts';
import { eeaStateOf, type Place, placeName, placeOf } from './places.ts';

/** What facts for the law are made of: a scope run, the incident file and the workspace. */
export type FactsInput = Readonly<{
  run: string;
  title: string;
  groups: readonly PeopleGroup[];
  unidentified: number;
  /** Every field of every leak. */
  fields: readonly string[];
  /** Leaks with their kind, and whether anybody received what they showed. */
  leaks: readonly Readonly<{ kind: string; exposed: number }>[];
  recipients: Readonly<Partial<Record<RecipientClass, number>>>;
  /** When somebody else first saw something. */
  firstSeen: string | null;
  incident: Pick<Incident, 'aware' | 'occurred' | 'contained' | 'cause'> &
    Readonly<{ facts?: StatedFacts | undefined }>;
  organisation: Readonly<{
    country?: string | undefined;
    region?: string | undefined;
    role: 'controller' | 'processor';
    branches: readonly Readonly<{ country: string }>[];
    annualTurnover?: Readonly<{ amount: number; currency: string }> | undefined;
  }>;
  /** What is proposed to whoever decides on the risk. It is no decision. */
  proposal?: Pick<RiskProposal, 'answer' | 'atLeast' | 'atMost'> | undefined;
  /** How a person decides. In an incident file `under facts.risk`. */
  decides?: string;
}>;

type Problem = LawFacts['problems'][number];
const NOBODY_STATED: StatedFacts = { determinations: [], notices: [], targets: [] };
/** Closed vocabulary against a country's size: whoever names more distinct places than these has no column of states. */
const MOST_PROBLEMS = 20;

/** Facts for the law. What nobody computed or stated is unknown, with the question that would settle it. */
export function factsOf(input: FactsInput): LawFacts {
  const stated = input.incident.facts ?? NOBODY_STATED;
  const problems: Problem[] = [];
  const groups = groupsOf(input, stated, problems);
  const organisation = organisationOf(input, stated, problems);
  if (stated.mainEstablishment !== undefined && organisation.mainEstablishment === null)
    problems.push({
      code: 'establishment-unknown',
      text: `facts.mainEstablishment is ${stated.mainEstablishment}, which is no state of the EEA; which authority leads is not known`,
    });
  return {
    schema: 'forthright/facts/1',
    run: input.run,
    title: input.title,
    groups,
    words: { ...wordsOf(input, stated, organisation), risk: decisionOf(stated, input, problems) },
    events: eventsOf(input, stated, problems),
    covered: stated.covered ?? {},
    determinations: stated.determinations,
    notices: stated.notices,
    targets: stated.targets,
    organisation,
    problems: problems.slice(0, MOST_PROBLEMS),
  };
}

const FILE = 'stated in the incident file';
const known = (value: string, source: string): Fact => ({ known: true, value, source });

function groupsOf(
  { groups, unidentified, fields: all, run }: FactsInput,
  stated: StatedFacts,
  problems: Problem[],
): LawGroup[] {
  const table = new Map<string, LawGroup>();
  const misplaced = new Map<string, number>();
  const unclear = new Map<string, number>();
  for (const g of groups) {
    const { country, region, problem } = placeOf(g.country, g.region);
    const n = g.exposed + g.unknown;
    if (problem !== null) misplaced.set(problem, (misplaced.get(problem) ?? 0) + n);
    const fields = elementsOf(g.fields, stated);
    // A first name that was shown and a last name that may have been are, perhaps, a name.
    const either = elementsOf([...new Set([...g.fields, ...g.perhaps])], stated);
    for (const field of either.unclear) unclear.set(field, (unclear.get(field) ?? 0) + n);
    const cell: LawGroup = {
      country,
      region,
      elements: fields.elements,
      perhaps: either.elements.filter((e) => !fields.elements.includes(e)),
      unclear: either.unclear.sort(),
      exposed: 0,
      unknown: 0,
    };
    const key = JSON.stringify(cell);
    const sum = table.get(key) ?? cell;
    table.set(key, { ...sum, exposed: sum.exposed + g.exposed, unknown: sum.unknown + g.unknown });
  }
  for (const [text, n] of misplaced)
    problems.push({
      code: 'place-unknown',
      text: `${people(n)}: ${text}, so where they live is unknown (${run})`,
    });
  for (const [field, n] of unclear)
    problems.push({
      code: 'field-unclear',
      text: `${people(n)}: no statute's word is known for the field \`${field}\`; say what it is under facts.elements, such as \`${field}: birthDate\` or \`${field}: other\``,
    });
  if (unidentified > 0) {
    const { elements, unclear: odd } = elementsOf(all, stated);
    const nowhere = { country: 'unknown', region: '', perhaps: [], exposed: 0, unidentified: true } as const;
    table.set('unidentified', { ...nowhere, perhaps: [], elements, unclear: odd, unknown: unidentified });
  }
  return [...table.values()];
}

const people = (n: number): string => `${n.toLocaleString('en-GB')} ${n === 1 ? 'person' : 'people'}`;

function elementsOf(
  fields: readonly string[],
  stated: StatedFacts,
): { elements: Element[]; unclear: string[] } {
  const elements = new Set<Element>();
  const unclear: string[] = [];
  for (const field of fields) {
    const said =
      stated.elements !== undefined && Object.hasOwn(stated.elements, field)
        ? stated.elements[field]
        : undefined;
    const found = said === undefined ? elementOf(field) : said;
    if (found === null) unclear.push(field);
    else for (const element of [found].flat()) elements.add(element);
  }
  if (elements.has('firstName') && elements.has('lastName')) elements.add('fullName');
  return { elements: ELEMENTS.filter((e) => elements.has(e)), unclear };
}

/** Somebody says that no establishment in the EEA takes the decisions. */
export const NO_MAIN = 'none';

function organisationOf(
  { organisation: o }: FactsInput,
  stated: StatedFacts,
  problems: Problem[],
): LawFacts['organisation'] {
  const code = 'establishment-unknown';
  const placed = (written: string, where: string): Place | null => {
    const place = placeOf(written, '');
    if (place.problem === null) return place;
    problems.push({ code, text: `organisation.${where}: ${place.problem}; what hangs on it can't be told` });
    return null;
  };
  const seat = o.country === undefined ? null : placed(o.country, 'country');
  const isElsewhere = o.region !== undefined && seat !== null && o.region.split('-')[0] !== seat.country;
  if (isElsewhere)
    problems.push({
      code,
      text: `organisation.region is ${o.region}, which is not in ${placeName(seat.country)}; it counts as not stated`,
    });
  const region = isElsewhere ? undefined : o.region;
  const branches = o.branches.flatMap(({ country }) => placed(country, 'branches')?.country ?? []);
  const establishments = [...new Set([...(seat === null ? [] : [seat.country]), ...branches])];
  // A branch of a controller from outside leads only where it takes the decisions (EDPB Opinion 04/2024): that is asked.
  const main = stated.mainEstablishment ?? seat?.country;
  return {
    country: seat?.country ?? null,
    region: region ?? (seat === null || ['', 'unknown'].includes(seat.region) ? null : seat.region),
    establishments,
    mainEstablishment: main === undefined ? null : main === NO_MAIN ? NO_MAIN : eeaStateOf(main),
    turnover: o.annualTurnover ?? null,
  };
}

/** Kinds of leak in which the recipient was shown the data themselves, readable. */
const SHOWN_READABLE = ['page', 'shared-cache', 'access', 'url', 'mailing'];
/** Kinds in which the recipient keeps a copy. */
const HANDED_OVER = ['export', 'list', 'mailing'];
const OUTSIDE: readonly RecipientClass[] = ['customer', 'anonymous', 'crawler', 'seller', 'thirdParty'];
const STAFF: readonly RecipientClass[] = ['employee', 'contractor'];

function wordsOf(
  input: FactsInput,
  stated: StatedFacts,
  organisation: LawFacts['organisation'],
): LawFacts['words'] {
  const run = `computed by ${input.run}`;
  const cause = input.incident.cause?.kind;
  const cameFrom = (classes: readonly RecipientClass[]) =>
    classes.some((c) => (input.recipients[c] ?? 0) > 0);
  const recipients = cameFrom(OUTSIDE) ? 'outsiders' : cameFrom(STAFF) ? 'staff' : null;
  const exposing = input.leaks.filter((leak) => leak.exposed > 0);
  const derived: Partial<Record<WordFact, Fact>> = {};
  const derive = (name: WordFact, value: string, source: string) => {
    derived[name] = known(value, source);
  };
  if (recipients !== null) derive('recipients', recipients, run);
  if (cause !== undefined && (CAUSES as readonly string[]).includes(cause)) derive('cause', cause, FILE);
  if (cause === 'insider' || cause === 'attack' || cause === 'theft')
    derive('improperPurpose', 'yes', `the cause is ${cause}`);
  if (cause === 'technical-error' || cause === 'human-error')
    derive('improperPurpose', 'no', `the cause is ${cause}`);
  if (cause === 'insider')
    derive('goodFaith', 'no', 'the cause is insider: the exception is for acts in good faith');
  else if (recipients === 'outsiders') derive('goodFaith', 'no', `${run}: outsiders received the data`);
  if (exposing.length > 0 && input.leaks.every((leak) => SHOWN_READABLE.includes(leak.kind)))
    derive('protection', 'none', `${run}: the data were shown to the recipients as they are`);
  if (recipients !== null && exposing.some((leak) => HANDED_OVER.includes(leak.kind)))
    derive('acquisition', 'acquired', `${run}: a copy was handed over`);
  derive('role', input.organisation.role, 'organisation.role in forthright.yaml, controller when left out');
  const inEea = organisation.establishments.some((country) => eeaStateOf(country) !== null);
  if (inEea || organisation.country !== null)
    derive('establishedInEea', inEea ? 'yes' : 'no', 'organisation in forthright.yaml');
  return Object.fromEntries(
    Object.entries(WORD_FACTS).map(([name, ask]) => {
      const said = (stated as Readonly<Record<string, unknown>>)[name];
      if (typeof said === 'string') return [name, known(said, FILE)];
      return [name, derived[name as WordFact] ?? { known: false, ask }];
    }),
  ) as LawFacts['words'];
}

const RISK_OF: Readonly<Record<Answer, (typeof RISKS)[number]>> = {
  'register-only': 'none',
  'tell-authority': 'risk',
  'tell-people': 'high',
};

/**
 * The decision on the risk, which outranks any proposal. One that is lighter than the proposal takes a duty away, so it
 * counts from when somebody signs it with a reason; a graver one counts at once, and the reason is asked for.
 */
function decisionOf(
  stated: StatedFacts,
  { proposal, decides = 'under facts.risk' }: FactsInput,
  problems: Problem[],
): Fact {
  const { risk: said } = stated;
  const is = typeof said === 'object' ? said.is : said;
  if (proposal === undefined)
    return is === undefined ? { known: false, ask: WORD_FACTS.risk } : decided(said);
  const [least, most] = [RISK_OF[proposal.atLeast], RISK_OF[proposal.atMost]];
  const proposed =
    proposal.answer === 'cannot-tell'
      ? `between ${least} and ${most}, until more is known`
      : RISK_OF[proposal.answer];
  if (is === undefined) {
    const ask = `How great is the risk to the people: none, risk, or high? A named person decides it, ${decides}; proposed is ${proposed}.`;
    return { known: false, ask, proposed };
  }
  const isLighter = RISKS.indexOf(is) < RISKS.indexOf(least);
  const isGraver = RISKS.indexOf(is) > RISKS.indexOf(most);
  const isAgainst = isLighter || isGraver;
  if (typeof said === 'object') return decided(said, isAgainst ? ` (against the proposal, ${proposed})` : '');
  if (!isAgainst) return decided(said);
  const text = `facts.risk is ${is}, and proposed is ${proposed}: a decision against the proposal needs a name and a reason, such as \`risk: { is: ${is}, by: J. Muller, reason: … }\``;
  problems.push({ code: 'decision-without-reason', text });
  return isLighter ? { known: false, ask: text, proposed } : decided(said);
}

function decided(said: StatedFacts['risk'], against = ''): Fact {
  if (typeof said !== 'object') return known(said ?? '', FILE);
  return known(
    said.is,
    `decided by ${said.by}${said.at === undefined ? '' : ` at ${said.at}`}${against}: ${said.reason}`,
  );
}

/** What can only come after the breach. */
const LATER = ['suspected', 'aware', 'discovered', 'determined', 'confirmed', 'assessed'] as const;
const isBefore = (a: string, b: string): boolean => Date.parse(a) < Date.parse(b);

function eventsOf(
  { incident, firstSeen, run }: FactsInput,
  stated: StatedFacts,
  problems: Problem[],
): LawFacts['events'] {
  const told: Partial<Record<Event, Fact>> = {};
  const tell = (name: Event, at: string | null | undefined, source = FILE) => {
    if (at !== null && at !== undefined) told[name] = known(Temporal.Instant.from(at).toString(), source);
  };
  tell('occurred', firstSeen, `computed by ${run}: somebody else first saw it`);
  tell('occurred', incident.occurred);
  tell('aware', incident.aware);
  tell('contained', incident.contained?.at);
  for (const name of ['suspected', 'discovered', 'determined', 'confirmed', 'assessed'] as const)
    tell(name, stated[name]);
  const doubted = new Map<Event, string>();
  if (incident.occurred !== undefined) {
    for (const name of LATER) {
      const later = told[name];
      if (later?.known !== true || Date.parse(later.value) >= Date.parse(incident.occurred)) continue;
      const text = `\`${name}\` (${later.value}) is before \`occurred\` (${incident.occurred}): one of them is wrong`;
      problems.push({
        code: 'order-of-events',
        text: `${text}; no clock starts with ${name} until that is settled`,
      });
      doubted.set(name, text);
    }
  }
  const { occurred, contained, aware } = told;
  // What the logs show may only be a part of it, so the clocks run; a slip in the year or the zone looks the same.
  if (incident.occurred === undefined && occurred?.known === true)
    for (const name of LATER) {
      const later = told[name];
      if (later?.known === true && isBefore(later.value, occurred.value))
        problems.push({
          code: 'order-of-events',
          text: `\`${name}\` (${later.value}) is before anybody else saw something by the logs (${occurred.value}, ${run}): say \`occurred\`, or correct the one that is wrong`,
        });
    }
  if (occurred?.known === true && contained?.known === true && isBefore(contained.value, occurred.value))
    problems.push({
      code: 'order-of-events',
      text: `\`contained\` (${contained.value}) is before \`occurred\` (${occurred.value}): one of them is wrong`,
    });
  for (const { duty, at } of stated.notices)
    if (aware?.known === true && isBefore(at, aware.value))
      problems.push({
        code: 'order-of-events',
        text: `the notice ${duty} (${at}) is before \`aware\` (${aware.value}): one of them is wrong`,
      });
  return Object.fromEntries(
    Object.entries(EVENTS).map(([name, ask]) => {
      const doubt = doubted.get(name as Event);
      if (doubt !== undefined) return [name, { known: false, ask: doubt }];
      return [name, told[name as Event] ?? { known: false, ask }];
    }),
  ) as LawFacts['events'];
}
