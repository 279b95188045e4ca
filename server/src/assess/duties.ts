/** The duties engine: facts and law in, one row per regime and addressee out. Pure; it decides nothing by itself. */
import type {
  Authorities,
  BrokenLaw,
  DutiesAnswer,
  DutyRow,
  DutyRule,
  LawFacts,
  Missing,
  Regime,
  ShownDeadline,
  UnverifiedRegime,
} from '@forthright/contract';
import { didYouMean } from '../kernel/index.ts';
import {
  type Count,
  countOf,
  type Ground,
  groupsIn,
  type Judged,
  judge,
  PERSONAL_DATA,
  RESIDENCE,
  type Truth,
} from './conditions.ts';
import { deadlineOf, noticeOf } from './deadlines.ts';
import { NO_MAIN } from './facts.ts';
import { eeaStateOf, livesIn, placeName } from './places.ts';
import { versionOf } from './versions.ts';

export type Law = Readonly<{
  regimes: readonly Regime[];
  unverified: readonly UnverifiedRegime[];
  authorities: Authorities | null;
  broken: readonly BrokenLaw[];
  sha256: string;
}>;

/** What the law asks of these facts, with the clocks as they stand `at` an instant. */
export function dutiesOf(law: Law, given: LawFacts, at: Temporal.Instant): DutiesAnswer {
  const facts = { ...given, problems: [...given.problems, ...problemsOf(law, given, at)] };
  const rows = judgedBy(law, soFar(facts, at), at);
  return {
    schema: 'forthright/duties/1',
    at: at.toString(),
    law: {
      complete: law.broken.length === 0,
      broken: [...law.broken],
      regimes: law.regimes.length,
      unverified: law.unverified.length,
      sha256: law.sha256,
    },
    facts,
    rows,
    questions: questionsOf(rows),
    fines: law.regimes.flatMap((regime) => finesOf(regime, rows, facts)),
    upcoming: upcomingOf(law, at),
    targets: facts.targets.map((target) => ({
      kind: 'internal',
      ...target,
      missed: Temporal.Instant.compare(at, Temporal.Instant.from(target.at)) > 0,
    })),
  };
}

const judgedBy = (law: Law, facts: LawFacts, at: Temporal.Instant): DutyRow[] => [
  ...law.regimes.flatMap((regime) => rowsOf(regime, facts, at, law.authorities)),
  ...law.unverified.map((regime) => unverifiedRow(regime, facts)),
  ...withoutLaw(law, facts),
];

/** People or an establishment in a country of which no file tells: that Forthright does not know its law is no "not due". */
function withoutLaw(law: Law, facts: LawFacts): DutyRow[] {
  const places = [...law.regimes, ...law.unverified].flatMap(({ place }) => place);
  const [known, eeaIsKnown] = [new Set(places.map((place) => place.split('-')[0])), places.includes('EEA')];
  const isKnown = (country: string) =>
    known.has(country) ||
    (eeaStateOf(country) !== null && (eeaIsKnown || known.has(eeaStateOf(country) ?? '')));
  const { establishments } = facts.organisation;
  const countries = new Set([...facts.groups.map(({ country }) => country), ...establishments]);
  return [...countries]
    .filter((country) => country !== 'unknown' && !isKnown(country))
    .toSorted()
    .map((country) => withoutLawRow(country, facts));
}

function withoutLawRow(country: string, facts: LawFacts): DutyRow {
  const name = placeName(country);
  return {
    ...counselRow(country, name, countIn([country], facts)),
    id: `${country}/unknown`,
    why: `unverified: ask counsel. Forthright has no file of the law of ${name}; whether anything is due there it can't say`,
    citation: `none: no file of the law of ${name}`,
    confidence: 'low',
  };
}

const isAfter = (instant: string, at: Temporal.Instant): boolean =>
  Temporal.Instant.compare(Temporal.Instant.from(instant), at) > 0;

/** A notice that is planned was not given, and what nobody has determined yet exempts nobody. */
const soFar = (facts: LawFacts, at: Temporal.Instant): LawFacts => ({
  ...facts,
  notices: facts.notices.filter((n) => !isAfter(n.at, at)),
  determinations: facts.determinations.filter((d) => !isAfter(d.at, at)),
});

/** Names that the law does not have, and what is dated after the time of the answer: a slip there changes duties. */
function problemsOf(law: Law, facts: LawFacts, at: Temporal.Instant): LawFacts['problems'] {
  const problems: LawFacts['problems'] = [];
  const ahead = (what: string, then: string, so: string) => {
    if (isAfter(then, at))
      problems.push({
        code: 'ahead-of-time',
        text: `${what} (${then}) is after the time of this answer (${at.toString()})${so}`,
      });
  };
  const unknown = (what: string, name: string, names: readonly string[]) => {
    if (!names.includes(name))
      problems.push({
        code: 'name-unknown',
        text: `${what} \`${name}\` is none that the law read here has${didYouMean(name, names)}; it changes nothing`,
      });
  };
  for (const [name, event] of Object.entries(facts.events))
    if (event.known)
      ahead(
        `\`${name}\``,
        event.value,
        ': is the year right? Every deadline that starts with it is too late if not',
      );
  const duties = law.regimes.flatMap(({ code, duties: rules }) => rules.map(({ id }) => `${code}/${id}`));
  const states = Object.keys(law.authorities?.eea ?? {}).map((state) => `EU/authority/${state}`);
  for (const notice of facts.notices) {
    ahead(`the notice ${notice.duty}`, notice.at, ', so it counts as not given');
    unknown('the notice', notice.duty, [...duties, ...states]);
  }
  const exemptions = law.regimes.flatMap(({ code, duties: rules }) =>
    rules.flatMap((rule) => rule.exemptions.map(({ name }) => `${code}/${name}`)),
  );
  for (const { exemption, at: then } of facts.determinations) {
    ahead(`the determination ${exemption}`, then, ', so it exempts nobody yet');
    unknown('the exemption', exemption, exemptions);
  }
  const codes = [...law.regimes, ...law.unverified].map(({ code }) => code);
  for (const code of Object.keys(facts.covered)) unknown('the law under facts.covered', code, codes);
  return problems;
}

type Outcome = Readonly<{ rule: DutyRule | null; row: DutyRow }>;

/** The rows of one regime. Duties of a file may hang on each other; each is judged once. */
export function rowsOf(
  regime: Regime,
  facts: LawFacts,
  at: Temporal.Instant,
  authorities: Authorities | null,
): DutyRow[] {
  return judgeDuties(regime, facts, at, [regime.place].flat()).flatMap(({ rule, row }) =>
    rule !== null && 'by' in rule.addressee ? byAuthority(regime, facts, at, authorities, row) : [row],
  );
}

function judgeDuties(
  regime: Regime,
  facts: LawFacts,
  at: Temporal.Instant,
  places: readonly string[],
): Outcome[] {
  const done = new Map<string, Outcome>();
  const counts = new Map<string, Count>();
  const matches: Ground['matches'] = new Map();
  const outcomeOf = (id: string): Outcome => {
    const found =
      done.get(id) ?? judgeDuty(id, { regime, facts, places, counts, matches, dutyOf }, at, deadlineFor);
    done.set(id, found);
    return found;
  };
  const dutyOf = (id: string) => {
    const { status, missing } = outcomeOf(id).row;
    const outcome: Truth = status === 'due' ? 'yes' : status === 'not-due' ? 'no' : 'unknown';
    return { outcome, missing };
  };
  const deadlineFor = (id: string) => outcomeOf(id).row.deadline;
  return [...new Set(regime.duties.map((rule) => rule.id))].map(outcomeOf);
}

function judgeDuty(
  id: string,
  ground: Ground,
  at: Temporal.Instant,
  deadlineFor: (id: string) => ShownDeadline | null,
): Outcome {
  const { regime, facts } = ground;
  const rules = regime.duties.filter((rule) => rule.id === id);
  const version = versionOf(rules, regime, facts, at);
  switch (version.kind) {
    case 'one': {
      const { rule } = version;
      return { rule, row: judgeRule(rule, ground, at, deadlineFor) };
    }
    case 'none':
      return withoutVersion(version.day, version.first, rules, ground, at, deadlineFor);
    case 'contradiction': {
      const which = version.rules.map((r) => `${r.citation} from ${r.valid.from}`).join(' and ');
      const why = `the law's files contradict each other: ${which} hold on the same day. Neither is applied`;
      const missing = [{ fact: 'law', ask: `Which version of ${regime.code}/${id} holds?` }];
      return { rule: null, row: plainRow(rules[0], ground, 'cannot-tell', why, missing) };
    }
    case 'unknown': {
      const judged = version.rules.map((rule) => ({ rule, row: judgeRule(rule, ground, at, deadlineFor) }));
      const last = judged.at(-1);
      // Where no version applies it does not matter which of them holds.
      if (last !== undefined && judged.every(({ row }) => row.status === 'not-due')) return last;
      const why = 'which version of the law holds hangs on a day that is not known';
      const missing = distinct([version.missing, ...(last?.row.missing ?? [])]);
      const row = plainRow(rules[0], ground, 'cannot-tell', why, missing);
      return { rule: null, row: { ...row, trace: last?.row.trace ?? [] } };
    }
  }
}

/** The day is one for which the file has no version. What came before is only said where the file says it. */
function withoutVersion(
  day: string,
  first: DutyRule | null,
  rules: readonly DutyRule[],
  ground: Ground,
  at: Temporal.Instant,
  deadlineFor: (id: string) => ShownDeadline | null,
): Outcome {
  const { earlier, law } = ground.regime;
  const from = first?.valid.from ?? '';
  if (first !== null && earlier === 'none') {
    const why = `does not apply: it holds from ${from}, there was no such rule before, and the decisive day is ${day}`;
    return { rule: null, row: plainRow(first, ground, 'not-due', why, []) };
  }
  if (first !== null && earlier === 'no-wider') {
    const row = judgeRule(first, ground, at, deadlineFor);
    const note = `Judged by the version of ${from}: what held on ${day} caught no more than it does.`;
    if (row.status === 'not-due') return { rule: null, row: { ...row, notes: [note, ...row.notes] } };
  }
  const why = `cannot tell: the file has no version of this rule for ${day}${first === null ? '' : `; its first is of ${from}`}`;
  const missing = [{ fact: 'law', ask: `What did the law say on ${day} (${law})? Ask counsel.` }];
  return { rule: null, row: plainRow(rules[0], ground, 'cannot-tell', why, missing) };
}

/** A row without a judgement on the rule's words. */
function plainRow(
  rule: DutyRule | undefined,
  ground: Ground,
  status: DutyRow['status'],
  why: string,
  missing: readonly Missing[],
): DutyRow {
  if (rule === undefined) throw new Error('a duty has no rule');
  const trace: DutyRow['trace'] = [
    {
      depth: 0,
      says: 'a version of the rule holds',
      value: why,
      outcome: status === 'not-due' ? 'no' : 'unknown',
    },
  ];
  return { ...frame(rule, ground), status, why, trace, missing: [...missing] };
}

/** Everything of a row that is the rule's own. */
function frame(rule: DutyRule, ground: Ground): DutyRow {
  const { regime } = ground;
  const { min, max } = countOf(PERSONAL_DATA, ground.places, ground);
  return {
    id: `${regime.code}/${rule.id}`,
    regime: regime.code,
    name: regime.name,
    to: rule.to,
    addressee: 'by' in rule.addressee ? NO_ADDRESSEE : shownAddressee(rule.addressee),
    status: 'cannot-tell',
    why: '',
    trace: [],
    missing: [],
    people: { min, max },
    deadline: null,
    content: rule.content,
    mustNot: rule.mustNot,
    before: rule.before.map((id) => `${regime.code}/${id}`),
    exemptions: [],
    options: [],
    citation: rule.citation,
    link: rule.link ?? regime.link,
    valid: { from: rule.valid.from, to: rule.valid.to ?? null },
    confidence: regime.confidence,
    verified: verifiedBy(regime),
    notes: [...rule.notes, ...regime.notes],
  };
}

const NO_ADDRESSEE: DutyRow['addressee'] = {
  name: 'the competent authority',
  how: null,
  link: null,
  languages: [],
};

function shownAddressee(a: Extract<DutyRule['addressee'], { name: string }>): DutyRow['addressee'] {
  return { name: a.name, how: a.how ?? null, link: a.link ?? null, languages: a.languages ?? [] };
}

const verifiedBy = ({ checked }: Regime): string =>
  checked.counsel === undefined
    ? `${checked.by}, ${checked.on}; not verified by counsel`
    : `${checked.counsel}, ${checked.on}`;

function judgeRule(
  rule: DutyRule,
  ground: Ground,
  at: Temporal.Instant,
  deadlineFor: (id: string) => ShownDeadline | null,
): DutyRow {
  const { regime, facts } = ground;
  const trigger = judge({ all: [regime.applies, rule.when] }, ground);
  const exemptions = rule.exemptions.map((exemption) => ({
    exemption,
    judged: judgeExemption(exemption, ground),
  }));
  const holding = exemptions.find((e) => e.judged.outcome === 'yes');
  const open = exemptions.filter((e) => e.judged.outcome === 'unknown' && e.exemption.mustBeShown !== true);
  const status =
    trigger.outcome === 'no' || holding !== undefined
      ? 'not-due'
      : trigger.outcome === 'unknown' || open.length > 0
        ? 'cannot-tell'
        : 'due';
  const missing =
    status === 'cannot-tell' ? [...trigger.missing, ...open.flatMap((e) => e.judged.missing)] : [];
  return {
    ...frame(rule, ground),
    status,
    why: whyOf(
      trigger,
      holding?.exemption,
      open.map((e) => e.exemption.words),
      status,
    ),
    trace: [...trigger.trace, ...exemptions.flatMap((e) => e.judged.trace)],
    missing: distinct(missing),
    deadline: status === 'not-due' ? null : deadlineOf(rule, { ...ground, at, deadlineOf: deadlineFor }),
    exemptions: exemptions.map(({ exemption, judged }) => ({
      name: `${regime.code}/${exemption.name}`,
      words: exemption.words,
      citation: exemption.citation,
      outcome: judged.outcome,
      open: isOpen(exemption, judged),
    })),
    options: rule.options.map(({ name, citation, when }) => ({
      name,
      citation,
      outcome: when === undefined ? 'yes' : judge(when, ground).outcome,
    })),
    notes: [...notesOfNotices(`${regime.code}/${rule.id}`, facts), ...rule.notes, ...regime.notes],
  };
}

/** Whether nobody has determined or shown it, so that somebody still may. */
const isOpen = (exemption: DutyRule['exemptions'][number], judged: Judged): boolean =>
  (exemption.determination === true && judged.outcome === 'no') ||
  (exemption.mustBeShown === true && judged.outcome === 'unknown');

/** An exemption that must be determined is no exemption until somebody did, in writing. */
function judgeExemption(exemption: DutyRule['exemptions'][number], ground: Ground): Judged {
  if (exemption.when !== undefined) {
    const judged = judge(exemption.when, ground, 1);
    const says = `exempt: ${exemption.words}`;
    return {
      ...judged,
      trace: [{ depth: 0, says, value: exemption.citation, outcome: judged.outcome }, ...judged.trace],
    };
  }
  const name = `${ground.regime.code}/${exemption.name}`;
  const found = ground.facts.determinations.find((d) => d.exemption === name);
  const outcome = found === undefined ? 'no' : 'yes';
  const value =
    found === undefined
      ? 'nobody has determined it'
      : `determined by ${found.by} on ${found.at}: ${found.reason}`;
  return {
    outcome,
    trace: [{ depth: 0, says: `exempt: ${exemption.words}`, value, outcome }],
    missing: [],
    because: [`${exemption.words}: ${value}`],
  };
}

const notesOfNotices = (id: string, facts: LawFacts): string[] =>
  facts.notices
    .filter((n) => n.duty === id)
    .map(
      (n) =>
        `done on ${n.at}${n.delayReasons === undefined ? '' : `; reasons for the delay: ${n.delayReasons}`}`,
    );

function whyOf(
  trigger: Judged,
  holding: DutyRule['exemptions'][number] | undefined,
  open: readonly string[],
  status: 'due' | 'not-due' | 'cannot-tell',
): string {
  const because = [...new Set(trigger.because)].join('; ');
  if (status === 'due') return `applies: ${because}`;
  if (status === 'not-due')
    return trigger.outcome !== 'no' && holding !== undefined
      ? `does not apply, exempt (${holding.citation}): ${holding.words}`
      : `does not apply: ${because}`;
  const exempt = open.length > 0 ? `whether it is exempt: ${open.join('; ')}` : '';
  return `cannot tell: ${[trigger.outcome === 'unknown' ? because : '', exempt].filter((t) => t !== '').join('; ')}`;
}

function distinct(missing: readonly Missing[]): Missing[] {
  return [...new Map(missing.map((m) => [`${m.fact}\0${m.ask}`, m])).values()];
}

/**
 * GDPR Art. 55, 56 and EDPB 9/2022: with a main establishment in the EEA one authority, the lead; without any
 * establishment in the EEA every authority of a state in which affected people live.
 */
function byAuthority(
  regime: Regime,
  facts: LawFacts,
  at: Temporal.Instant,
  authorities: Authorities | null,
  row: DutyRow,
): DutyRow[] {
  const { organisation, words } = facts;
  const main = organisation.mainEstablishment;
  const established = words.establishedInEea;
  if (established?.known === true && established.value === 'yes' && main !== NO_MAIN) {
    if (main !== null) {
      const note =
        'Lead authority of the main establishment, if the processing is cross-border (Art. 56); else the authority of the only state concerned (Art. 55).';
      return [
        {
          ...row,
          addressee: authorityOf(main, organisation.region, authorities),
          notes: [note, ...row.notes],
        },
      ];
    }
    const missing = {
      fact: 'mainEstablishment',
      ask: 'In which EEA state is the main establishment, the one that decides on the processing? Its authority leads. If none there does, say `none` under facts.mainEstablishment: then each authority is told.',
    };
    return [{ ...row, missing: row.status === 'not-due' ? [] : distinct([...row.missing, missing]) }];
  }
  if (established?.known !== true) return [row];
  const hasBranch = (state: string) => organisation.establishments.some((one) => eeaStateOf(one) === state);
  const states = Object.keys(authorities?.eea ?? {}).filter(
    (state) => hasBranch(state) || facts.groups.some((g) => livesIn(g, state) === 'yes'),
  );
  const note =
    main === NO_MAIN
      ? 'No main establishment in the EEA: no lead authority (EDPB Opinion 04/2024). Every authority where affected people live or an establishment is told (Art. 55).'
      : 'No establishment in the EEA: no lead authority. Every authority where affected people live is told; a representative (Art. 27) changes nothing (EDPB Guidelines 9/2022, 73).';
  const rows = states.flatMap((state) => {
    const own = judgeDuties(regime, facts, at, [state]).find((o) => o.row.id === row.id)?.row;
    if (own === undefined) return [];
    const id = `${row.id}/${state}`;
    const deadline = own.deadline === null ? null : withNoticeOf(id, own.deadline, facts);
    return [
      { ...own, id, deadline, addressee: authorityOf(state, null, authorities), notes: [note, ...own.notes] },
    ];
  });
  if (rows.length === 0) return [row];
  // Where somebody lives whose country nobody knows, another authority may have to be told.
  const isOpen = row.status !== 'not-due' && facts.groups.some((g) => livesIn(g, 'EEA') === 'maybe');
  return isOpen ? [...rows, elsewhere(row)] : rows;
}

const elsewhere = (row: DutyRow): DutyRow => ({
  ...row,
  status: 'cannot-tell',
  why: 'cannot tell: there are people whose country is not known; where they live in further states, the authorities there are told too',
  missing: distinct([...row.missing, RESIDENCE]),
});

/** Each authority has a notice of its own. */
function withNoticeOf(id: string, deadline: ShownDeadline, facts: LawFacts): ShownDeadline {
  const notice = noticeOf(id, facts);
  if (notice === undefined) return deadline;
  const isLate = deadline.until !== null && Date.parse(notice.at) > Date.parse(deadline.until);
  return {
    ...deadline,
    state: isLate ? 'met-late' : 'met',
    reasons: isLate
      ? (deadline.reasons ?? 'It was late: the reasons for the delay go with the notification.')
      : null,
  };
}

function authorityOf(
  state: string,
  region: string | null,
  authorities: Authorities | null,
): DutyRow['addressee'] {
  const found = authorities?.eea[state];
  if (found === undefined)
    return { ...NO_ADDRESSEE, name: `the supervisory authority of ${placeName(state)}` };
  const { how, link, languages } = found;
  const land = region === null ? undefined : authorities?.germany[region];
  if (state === 'DE' && land !== undefined) return { name: land.name, how, link: land.link, languages };
  return { name: found.name, how, link, languages };
}

/** A law that nobody verified answers nothing but what is known of it, however many people live there. */
function unverifiedRow(regime: UnverifiedRegime, facts: LawFacts): DutyRow {
  const { known } = regime;
  const told = [
    `trigger: ${known.trigger}`,
    ...(known.authority === undefined
      ? []
      : [
          `authority: ${known.authority}${known.authorityThreshold === undefined ? '' : ` (${known.authorityThreshold})`}${known.authorityDeadline === undefined ? '' : `, ${known.authorityDeadline}`}`,
        ]),
    ...(known.people === undefined
      ? []
      : [`people: ${known.people}${known.peopleDeadline === undefined ? '' : `, ${known.peopleDeadline}`}`]),
    ...(known.nameAndEmailAlone === undefined ? [] : [`name and e-mail alone: ${known.nameAndEmailAlone}`]),
    ...(regime.from === undefined ? [] : [`applies from ${regime.from}`]),
  ];
  return {
    ...counselRow(regime.code, regime.name, countIn([regime.place].flat(), facts)),
    id: `${regime.code}/unverified`,
    why: 'unverified: ask counsel. Nobody has checked these rules; what is known of them is in the notes',
    content: known.content,
    citation: regime.law,
    valid: regime.from === undefined ? null : { from: regime.from, to: null },
    confidence: regime.confidence,
    notes: [...told, ...regime.notes, `sources: ${regime.sources.join('; ')}`],
  };
}

function countIn(places: readonly string[], facts: LawFacts): DutyRow['people'] {
  const count = { min: 0, max: 0 };
  for (const { group, here } of groupsIn(facts.groups, places)) {
    if (here === 'yes') count.min += group.exposed;
    count.max += group.exposed + group.unknown;
  }
  return count;
}

/** Where nobody can live whom it concerns, and the organisation is not, there is nothing to ask counsel. */
export const concernsSomebody = (
  { status, people, regime }: DutyRow,
  { establishments }: LawFacts['organisation'],
): boolean =>
  status !== 'unverified' ||
  people.max > 0 ||
  establishments.some((country) => isCodeOf(regime.split('-')[0] ?? '', country));

/** Codes of laws are those of countries, but for the Union's and the United Kingdom's. */
const isCodeOf = (code: string, country: string): boolean =>
  code === country || (code === 'EU' && eeaStateOf(country) !== null) || (code === 'UK' && country === 'GB');

/** What every row has that only counsel can answer. */
const counselRow = (
  regime: string,
  name: string,
  people: DutyRow['people'],
): Omit<DutyRow, 'id' | 'why' | 'citation' | 'confidence'> => ({
  regime,
  name,
  to: 'counsel',
  addressee: { name: 'your counsel', how: null, link: null, languages: [] },
  status: 'unverified',
  trace: [],
  missing: [],
  people,
  deadline: null,
  content: [],
  mustNot: [],
  before: [],
  exemptions: [],
  options: [],
  link: null,
  valid: null,
  verified: 'unverified: ask counsel',
  notes: [],
});

/** What to find out, of duties that may concern somebody; what most duties hang on comes first. */
function questionsOf(rows: readonly DutyRow[]): DutiesAnswer['questions'] {
  const asked = new Map<string, { fact: string; ask: string; duties: string[] }>();
  const add = (fact: string, ask: string, duty: string) => {
    const key = `${fact}\0${ask}`;
    const entry = asked.get(key) ?? { fact, ask, duties: [] };
    entry.duties.push(duty);
    asked.set(key, entry);
  };
  for (const row of rows) {
    for (const { fact, ask } of row.missing) add(fact, ask, row.id);
    if (row.status === 'not-due' || row.deadline?.state !== 'start-unknown') continue;
    for (const clock of row.deadline.clocks) {
      if (clock.ask !== null && !clock.start.startsWith('notice:')) add(clock.start, clock.ask, row.id);
    }
  }
  return [...asked.values()].sort((a, b) => b.duties.length - a.duties.length || (a.fact < b.fact ? -1 : 1));
}

const money = (amount: number, currency: string): string => `${currency} ${amount.toLocaleString('en-GB')}`;

/** The ceiling of fines where a duty of the regime is due or may be. A ceiling is no forecast. */
function finesOf(
  regime: Regime,
  rows: readonly DutyRow[],
  { organisation }: LawFacts,
): DutiesAnswer['fines'] {
  if (!rows.some((row) => row.regime === regime.code && row.status !== 'not-due')) return [];
  return regime.fines.map(({ citation, for: what, fixed, percentOfTurnover: percent, ofTurnover }) => {
    const amount = money(fixed.amount, fixed.currency);
    const base = { regime: regime.code, citation, for: what };
    if (percent === undefined) return { ...base, ceiling: amount, how: 'fixed in the law' };
    if (ofTurnover !== undefined) {
      return {
        ...base,
        ceiling: `${amount} or ${percent} % of ${ofTurnover}, whichever is higher`,
        how: 'that turnover is not stated; the one in forthright.yaml is another',
      };
    }
    const { turnover } = organisation;
    if (turnover === null) {
      return {
        ...base,
        ceiling: `${amount} or ${percent} % of the annual turnover, whichever is higher`,
        how: 'the turnover is not stated in forthright.yaml',
      };
    }
    const share = Math.floor((turnover.amount * percent) / 100);
    const how = `${percent} % of the stated turnover of ${money(turnover.amount, turnover.currency)} is ${money(share, turnover.currency)}; the law's fixed amount is ${amount}`;
    if (turnover.currency !== fixed.currency)
      return {
        ...base,
        ceiling: `the higher of ${amount} and ${money(share, turnover.currency)}`,
        how: `${how}; currencies are not converted`,
      };
    return {
      ...base,
      ceiling: money(Math.max(share, fixed.amount), fixed.currency),
      how: `${how}; the higher is the ceiling`,
    };
  });
}

/** What is enacted and does not hold yet, and what is only proposed. None of it is applied. */
function upcomingOf(law: Law, at: Temporal.Instant): DutiesAnswer['upcoming'] {
  const today = at.toZonedDateTimeISO('UTC').toPlainDate().toString();
  const isAhead = (from: string | undefined) => from === undefined || from > today;
  const stated = [...law.regimes, ...law.unverified].flatMap(({ code, upcoming }) =>
    upcoming
      .filter((u) => isAhead(u.from))
      .map(({ what, status, from, citation }) => ({
        regime: code,
        what,
        status,
        from: from ?? null,
        citation,
      })),
  );
  const rules = law.regimes.flatMap((regime) =>
    regime.duties
      .filter((rule) => rule.valid.from > today)
      .map((rule) => ({
        regime: regime.code,
        what: `${rule.id}: ${rule.deadline.words}`,
        status: 'enacted' as const,
        from: rule.valid.from,
        citation: rule.citation,
      })),
  );
  const regimes = law.unverified
    .filter((regime) => regime.from !== undefined && regime.from > today)
    .map((regime) => ({
      regime: regime.code,
      what: `${regime.name} begins to apply`,
      status: 'enacted' as const,
      from: regime.from ?? null,
      citation: regime.law,
    }));
  return [...stated, ...rules, ...regimes].sort((a, b) => ((a.from ?? '9') < (b.from ?? '9') ? -1 : 1));
}
