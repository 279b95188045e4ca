import type {
  FilledField,
  IncidentNature,
  ReportSource,
  ReportValue,
  RiskAnswer,
  RiskData,
  RiskFactorId,
  RiskFactors,
} from '@forthright/contract';
import {
  addresseesInEea,
  establishmentsInEea,
  isCrossBorder,
  isEea,
  peopleInEea,
} from './addressees.rules.ts';
import type { KnownIncident, ReportFacts, Values } from './report.types.ts';

type Fill = Readonly<{ no: number; value: ReportValue | undefined; source: ReportSource }>;

/** What the template calls each kind of data. */
const DATA: Readonly<Record<RiskData, readonly string[]>> = {
  contact: ['basic', 'contact'],
  contract: ['other'],
  image: ['other'],
  'birth-date': ['basic'],
  'id-number': ['identification'],
  'id-document': ['documents'],
  behaviour: ['profile'],
  location: ['location'],
  career: ['other'],
  communications: ['other'],
  'account-number': ['payment'],
  financial: ['financial'],
  payment: ['payment'],
  credentials: ['credentials'],
  // Which special category it is, nobody has said: a person has to.
  'special-hint': [],
  special: [],
  criminal: ['criminal'],
  secret: ['other'],
};

/** What it can mean for people, by what the data lets somebody do (GDPR recitals 75 and 85). */
const MEANS: Readonly<Record<RiskData, readonly string[]>> = {
  contact: ['control', 'disclosure'],
  contract: ['control', 'disclosure'],
  image: ['control', 'disclosure'],
  'birth-date': ['identity'],
  'id-number': ['identity', 'fraud'],
  'id-document': ['identity', 'fraud'],
  behaviour: ['control', 'reputation'],
  location: ['control'],
  career: ['identity', 'disadvantage'],
  communications: ['reputation'],
  'account-number': ['fraud'],
  financial: ['fraud', 'disadvantage'],
  payment: ['fraud', 'money'],
  credentials: ['identity', 'fraud'],
  'special-hint': ['disclosure'],
  special: ['discrimination', 'reputation'],
  criminal: ['discrimination', 'reputation'],
  secret: ['secrecy', 'reputation'],
};

const REACHED = {
  confirmed: 'yes',
  likely: 'likely',
  'not-reached': 'no',
  'not-assessable': 'cannot-tell',
} as const;
const READABLE = { intact: 'protected', doubtful: 'doubtful', none: 'readable' } as const;
const CAUSE = { none: 'internal-error', insider: 'internal-meant', external: 'external-meant' } as const;
const LOST = { prompt: 'temporary', delayed: 'temporary', lost: 'permanent' } as const;
const SEVERE = { 'register-only': 'minor', 'tell-authority': 'moderate', 'tell-people': 'severe' } as const;
const OUTCOME = { 'register-only': 'unlikely', 'tell-authority': 'risk', 'tell-people': 'high' } as const;

/** A value that somebody stated or a run computed; what is merely ordinary goes into no report. */
type ValueOf<F extends RiskFactorId> = Extract<RiskFactors[F], { known: true }>['value'];
function firm<F extends RiskFactorId>(
  factors: RiskFactors,
  id: F,
): Readonly<{ value: ValueOf<F> }> | undefined {
  const factor: RiskFactors[RiskFactorId] = factors[id];
  return factor.known && factor.source.kind !== 'ordinary'
    ? { value: factor.value as ValueOf<F> }
    : undefined;
}
const sourceOf = (factors: RiskFactors, id: RiskFactorId): ReportSource => {
  const factor = factors[id];
  if (factor.known && factor.source.kind === 'computed') return factor.source;
  return {
    kind: 'risk',
    from: factor.known && factor.source.kind === 'stated' ? `${id}, stated by ${factor.source.by}` : id,
  };
};
const none = <T>(list: readonly T[]): T[] | undefined => (list.length === 0 ? undefined : [...list]);

function fromOrganisation({ organisation }: ReportFacts): Fill[] {
  const { name, legalName, contactPoint: c } = organisation;
  const reach = [c?.name, c?.email, c?.phone].filter((part) => part !== undefined).join(', ');
  const by = (from: string): ReportSource => ({ kind: 'workspace', from });
  return [
    { no: 12, value: legalName ?? name, source: by('organisation.legalName') },
    { no: 13, value: reach === '' ? undefined : reach, source: by('organisation.contactPoint') },
  ];
}

/** What a person decided comes before what is proposed. */
function fromDecision({ decided }: KnownIncident): Fill[] {
  if (decided === undefined) return [];
  const { id, by, answer, due } = decided;
  const source: ReportSource = { kind: 'incident', from: `decision ${id} by ${by}` };
  const isTold = answer === 'tell-people';
  return [
    { no: 89, value: OUTCOME[answer], source },
    { no: 97, value: isTold ? 'planned' : 'no-high-risk', source },
    { no: 99, value: isTold ? due?.slice(0, 'yyyy-mm-dd'.length) : undefined, source },
  ];
}

function fromIncident({ incident }: ReportFacts): Fill[] {
  if (incident === undefined) return [];
  const by = (from: string): ReportSource => ({ kind: 'incident', from });
  const { occurred, contained, aware, cause } = incident;
  return [
    ...fromDecision(incident),
    { no: 44, value: occurred && contained ? 'span' : undefined, source: by('occurred, contained') },
    { no: 46, value: occurred, source: by('occurred') },
    { no: 47, value: contained?.at, source: by('contained.at') },
    { no: 48, value: aware, source: by('aware') },
    { no: 62, value: cause?.summary, source: by('cause.summary') },
    { no: 92, value: contained?.summary, source: by('contained.summary') },
  ];
}

const plural = (n: number): string => n.toLocaleString('en-GB');

function fromScope({ scope, organisation }: ReportFacts): Fill[] {
  if (scope === undefined) return [];
  const by = (from: string): ReportSource => ({ kind: 'computed', run: scope.run, from });
  const { people, window, where, fields } = scope;
  const split = [
    `${plural(people.exposed)} exposed`,
    ...(people.unknown > 0 ? [`${plural(people.unknown)} unknown, since logs have gaps`] : []),
    ...(people.unidentified > 0 ? [`${plural(people.unidentified)} not in the customer directory`] : []),
  ];
  const shown = Object.entries(fields).map(([field, { exposed }]) => `${field} of ${plural(exposed)} people`);
  const isSpan = window.from !== null && window.to !== null;
  return [
    { no: 44, value: isSpan ? 'span' : undefined, source: by('window') },
    { no: 45, value: isSpan ? true : undefined, source: by('window') },
    { no: 46, value: window.from ?? undefined, source: by('window.from') },
    { no: 47, value: window.to ?? undefined, source: by('window.to') },
    {
      no: 63,
      value: none(where.hosts)
        ?.map(({ name }) => name)
        .join(', '),
      source: by('where.hosts'),
    },
    { no: 65, value: people.max > 0 ? ['customers'] : undefined, source: by('people') },
    { no: 66, value: `Customers of ${organisation.name}: ${split.join('; ')}.`, source: by('people') },
    { no: 67, value: people.min === people.max ? 'exact' : 'approximate', source: by('people') },
    { no: 68, value: people.max, source: by('people.max') },
    {
      no: 71,
      value: shown.length === 0 ? undefined : `Shown to others: ${shown.join(', ')}.`,
      source: by('fields'),
    },
  ];
}

/** The reasons as one text, each with its citations. What is proposed is called so: a person decides. */
function assessment({ proposal, severity }: RiskAnswer, cite: (id: string) => string): string {
  const said = proposal.reasons.map(({ text, cites }) => `${text} (${cites.map(cite).join('; ')})`);
  const { min, max } = severity.se;
  const second = `Second opinion by ENISA 2013, which is no legal test: ${min === max ? min : `${min} to ${max}`} (${severity.bands.join(' or ')}).`;
  return `Proposed: ${proposal.answer}. ${said.join(' ')} ${second}`;
}

function fromRisk({ risk }: ReportFacts, cite: (id: string) => string): Fill[] {
  if (risk === undefined) return [];
  const { factors, proposal } = risk;
  const fill = (no: number, id: RiskFactorId, value: ReportValue | undefined): Fill => ({
    no,
    value,
    source: sourceOf(factors, id),
  });
  const kinds = (['confidentiality', 'integrity', 'availability'] as const).filter(
    (kind) => firm(factors, kind)?.value === 'yes',
  );
  const [how, data, people] = [firm(factors, 'how'), firm(factors, 'data'), firm(factors, 'people')];
  const [malice, reached, protection] = [
    firm(factors, 'malice'),
    firm(factors, 'reached'),
    firm(factors, 'protection'),
  ];
  const [restore, altered, persons] = [
    firm(factors, 'restore'),
    firm(factors, 'altered'),
    firm(factors, 'persons'),
  ];
  const whole = (of: Readonly<Record<RiskData, readonly string[]>>) =>
    data && none([...new Set(data.value.flatMap((one) => of[one]))]);
  const groups =
    persons &&
    { none: [], children: ['minors'], vulnerable: ['vulnerable'], protected: ['vulnerable'] }[persons.value];
  const by = (from: string): ReportSource => ({ kind: 'risk', from });
  const isTold = proposal.answer === 'cannot-tell' ? undefined : proposal.answer;
  const isReached = reached?.value === 'confirmed' || reached?.value === 'likely';
  return [
    fill(55, 'confidentiality', none(kinds)),
    fill(56, 'reached', reached && REACHED[reached.value]),
    fill(57, 'protection', protection && READABLE[protection.value]),
    fill(58, 'altered', altered?.value === 'restored' ? 'not-used' : undefined),
    fill(59, 'restore', restore && LOST[restore.value]),
    fill(60, 'how', how?.value satisfies IncidentNature | undefined),
    fill(61, 'malice', malice && CAUSE[malice.value]),
    fill(65, 'persons', groups && none(groups)),
    fill(67, 'people', people && (people.value.min === people.value.max ? 'exact' : 'approximate')),
    fill(68, 'people', people?.value.max),
    fill(70, 'data', whole(DATA)),
    fill(79, 'reached', isReached ? ['beyond-purpose'] : undefined),
    fill(85, 'data', whole(MEANS)),
    { no: 87, value: isTold && SEVERE[isTold], source: by('proposal') },
    { no: 89, value: isTold && OUTCOME[isTold], source: by('proposal') },
    { no: 90, value: assessment(risk, cite), source: by('proposal.reasons') },
    {
      no: 97,
      value: isTold === 'register-only' || isTold === 'tell-authority' ? 'no-high-risk' : undefined,
      source: by('proposal'),
    },
  ];
}

/** Where it goes, and whether one authority leads. */
function fromPlaces(facts: ReportFacts): Fill[] {
  const isIn = establishmentsInEea(facts).length > 0;
  const people = peopleInEea(facts);
  const countries = none(Object.keys(people));
  const counts = countries && people;
  const names = none(addresseesInEea(facts).map(({ name }) => name));
  const run: ReportSource =
    facts.scope === undefined
      ? { kind: 'workspace', from: 'organisation.country' }
      : { kind: 'computed', run: facts.scope.run, from: 'people.byCountry' };
  const own: ReportSource = { kind: 'workspace', from: 'organisation.country, organisation.branches' };
  if (!isIn)
    return [
      { no: 121, value: countries, source: run },
      { no: 122, value: counts, source: run },
      { no: 123, value: names, source: run },
    ];
  const cross = isCrossBorder(facts);
  return [
    { no: 113, value: cross === undefined ? undefined : cross ? 'yes' : 'no', source: run },
    { no: 114, value: isEea(facts.organisation.country) ? names?.[0] : undefined, source: own },
    { no: 115, value: none(establishmentsInEea(facts)), source: own },
    { no: 116, value: countries, source: run },
    { no: 117, value: counts, source: run },
    { no: 118, value: names, source: own },
  ];
}

/** People of one group from one source and others from another stand together. */
function joined(before: FilledField | undefined, next: Fill): FilledField | undefined {
  if (next.value === undefined) return before;
  if (next.no === 65 && before !== undefined && Array.isArray(before.value) && Array.isArray(next.value))
    return { value: [...new Set([...before.value, ...next.value])], source: next.source };
  return before ?? { value: next.value, source: next.source };
}

/**
 * What the facts say of the template's fields, each with its source. The incident's own times come before a run's window,
 * a run's numbers before stated ones. What somebody typed for a field stands, beside what the facts said instead.
 */
export function fillFields(facts: ReportFacts, cite: (id: string) => string): Values {
  const { statement } = facts;
  const values: Record<string, FilledField> = {};
  const all = [
    ...fromOrganisation(facts),
    ...fromIncident(facts),
    ...fromScope(facts),
    ...fromRisk(facts, cite),
    ...fromPlaces(facts),
  ];
  for (const fill of all) {
    const found = joined(values[fill.no], fill);
    if (found !== undefined) values[fill.no] = found;
  }
  const { by } = statement;
  values[3] = { value: statement.kind, source: { kind: 'stated', by } };
  values[4] = { value: statement.state, source: { kind: 'stated', by } };
  for (const [field, value] of Object.entries(statement.fields)) {
    const before = values[field]?.value;
    values[field] = {
      value,
      source: { kind: 'stated', by, ...(before !== undefined && { insteadOf: before }) },
    };
  }
  return values;
}
