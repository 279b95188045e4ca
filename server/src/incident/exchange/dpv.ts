/**
 * An incident in terms of the W3C Data Privacy Vocabulary (DPV 2.3), as JSON-LD. The context stands in the document
 * itself, so reading it asks no server. What the vocabulary has no term for has one of ours, under `fw:`. Pure.
 */
import type { DataCategory, PeopleCategory } from '@forthright/contract';
import { standingDecisions } from '../rules.ts';
import type { Facts, Figure, Incident, Task, Typed } from '../types.ts';

const DPV = 'DPV 2.3, dpv';
const RISK = 'DPV 2.3, risk';
const GDPR = 'DPV 2.3, legal/eu/gdpr';
const PD = 'DPV 2.3, pd';
const TERMS_OF_DC = 'DCMI Metadata Terms';
const XSD = 'XML Schema Part 2';
const OURS = 'Forthright';

/** Every term that is used, with the vocabulary that defines it. docs/exchange.md shows the same; a test compares. */
export const TERMS = {
  'gdpr:DataBreach': GDPR,
  'gdpr:DPABreachNotice': GDPR,
  'gdpr:DataSubjectBreachNotice': GDPR,
  'gdpr:DPABreachNotificationNeeded': GDPR,
  'gdpr:DataSubjectBreachNotificationNeeded': GDPR,
  'gdpr:BreachNotificationNotNeeded': GDPR,
  'gdpr:DataBreachJustification': GDPR,
  'gdpr:JustificationA33NotificationDelay': GDPR,
  'risk:AccidentalIncident': RISK,
  'risk:DeliberateIncident': RISK,
  'risk:EnvironmentalIncident': RISK,
  'risk:IncidentTerminated': RISK,
  'risk:IncidentStatusUnknown': RISK,
  'risk:IncidentInvestigationOngoing': RISK,
  'risk:IncidentInvestigationCompleted': RISK,
  'risk:IncidentMitigationMeasure': RISK,
  'risk:causedByThreat': RISK,
  'risk:IntentionalMisuse': RISK,
  'risk:SecurityAttack': RISK,
  'risk:MalwareAttack': RISK,
  'risk:PhishingScam': RISK,
  'dpv:hasIdentifier': DPV,
  'dpv:hasStatus': DPV,
  'dpv:hasAuditStatus': DPV,
  'dpv:hasDataSubject': DPV,
  'dpv:hasDataSubjectScale': DPV,
  'dpv:DataSubjectScale': DPV,
  'dpv:hasDataVolume': DPV,
  'dpv:DataVolume': DPV,
  'dpv:hasPersonalData': DPV,
  'dpv:hasConsequence': DPV,
  'dpv:Consequence': DPV,
  'dpv:hasTechnicalOrganisationalMeasure': DPV,
  'dpv:hasJustification': DPV,
  'dpv:hasNotice': DPV,
  'dpv:hasNotificationStatus': DPV,
  'dpv:NotificationPlanned': DPV,
  'dpv:NotificationCompleted': DPV,
  'dpv:NotificationNotNeeded': DPV,
  'dpv:hasDataController': DPV,
  'dpv:hasJointDataControllers': DPV,
  'dpv:hasDataProcessor': DPV,
  'dpv:hasResponsibleEntity': DPV,
  'dpv:DataController': DPV,
  'dpv:DataProcessor': DPV,
  'dpv:LegalEntity': DPV,
  'dpv:hasName': DPV,
  'dpv:hasContact': DPV,
  'dpv:hasCountry': DPV,
  'dpv:Country': DPV,
  'dpv:Customer': DPV,
  'dpv:Visitor': DPV,
  'dpv:Employee': DPV,
  'dpv:JobApplicant': DPV,
  'dpv:Child': DPV,
  'dpv:DataSubject': DPV,
  'dpv:PersonalData': DPV,
  'dpv:SpecialCategoryPersonalData': DPV,
  'pd:Name': PD,
  'pd:EmailAddress': PD,
  'pd:PhysicalAddress': PD,
  'pd:TelephoneNumber': PD,
  'pd:BirthDate': PD,
  'pd:Purchase': PD,
  'pd:Communication': PD,
  'pd:Authenticating': PD,
  'pd:Financial': PD,
  'pd:OfficialID': PD,
  'pd:Location': PD,
  'dcterms:title': TERMS_OF_DC,
  'dcterms:description': TERMS_OF_DC,
  'dcterms:identifier': TERMS_OF_DC,
  'dcterms:created': TERMS_OF_DC,
  'xsd:dateTime': XSD,
  'fw:kind': OURS,
  'fw:occurred': OURS,
  'fw:firstSignal': OURS,
  'fw:aware': OURS,
  'fw:contained': OURS,
  'fw:fixed': OURS,
  'fw:closed': OURS,
  'fw:min': OURS,
  'fw:max': OURS,
  'fw:basis': OURS,
  'fw:verisAction': OURS,
  'fw:verisActor': OURS,
  'fw:reportedBy': OURS,
  'fw:site': OURS,
  'fw:brand': OURS,
  'fw:seller': OURS,
} as const satisfies Record<string, string>;
export type Term = keyof typeof TERMS;

export const CONTEXT = {
  dpv: 'https://w3id.org/dpv#',
  risk: 'https://w3id.org/dpv/risk#',
  gdpr: 'https://w3id.org/dpv/legal/eu/gdpr#',
  pd: 'https://w3id.org/dpv/pd#',
  dcterms: 'http://purl.org/dc/terms/',
  xsd: 'http://www.w3.org/2001/XMLSchema#',
  fw: 'urn:forthright:term:',
} as const;

/** The IRI that a term stands for. */
export function iriOf(term: Term): string {
  const [prefix = '', name = ''] = term.split(':');
  return `${CONTEXT[prefix as keyof typeof CONTEXT]}${name}`;
}

type Value = string | number | Node | readonly Value[] | undefined;
type Node = Readonly<{ [name in Term | '@id' | '@type' | '@value' | '@context']?: Value }>;

const ERASED = '[erased]';
const typed = (text: Typed | undefined): string | undefined => (text === null ? ERASED : text);
const ref = (term: Term): Node => ({ '@id': term });
const instant = (at: string | undefined): Node | undefined =>
  at === undefined ? undefined : { '@type': 'xsd:dateTime', '@value': at };

const PEOPLE: Readonly<Record<PeopleCategory, Node>> = {
  customers: ref('dpv:Customer'),
  // The vocabulary has no sellers.
  sellers: ref('fw:seller'),
  visitors: ref('dpv:Visitor'),
  employees: ref('dpv:Employee'),
  applicants: ref('dpv:JobApplicant'),
  children: ref('dpv:Child'),
  other: ref('dpv:DataSubject'),
};
const DATA: Readonly<Record<DataCategory, Node>> = {
  name: ref('pd:Name'),
  email: ref('pd:EmailAddress'),
  'postal-address': ref('pd:PhysicalAddress'),
  phone: ref('pd:TelephoneNumber'),
  'date-of-birth': ref('pd:BirthDate'),
  orders: ref('pd:Purchase'),
  messages: ref('pd:Communication'),
  credentials: ref('pd:Authenticating'),
  payment: ref('pd:Financial'),
  'identity-document': ref('pd:OfficialID'),
  location: ref('pd:Location'),
  'special-category': ref('dpv:SpecialCategoryPersonalData'),
  other: ref('dpv:PersonalData'),
};

/** What an action says of intent; an unknown one says nothing. */
const INTENT: Readonly<Record<string, Term>> = {
  error: 'risk:AccidentalIncident',
  misuse: 'risk:DeliberateIncident',
  hacking: 'risk:DeliberateIncident',
  malware: 'risk:DeliberateIncident',
  social: 'risk:DeliberateIncident',
  environmental: 'risk:EnvironmentalIncident',
};

function threatOf({ cause }: Facts): Node | undefined {
  if (cause?.action === 'misuse') return ref('risk:IntentionalMisuse');
  if (cause?.action === 'hacking') return ref('risk:SecurityAttack');
  if (cause?.action === 'malware') return ref('risk:MalwareAttack');
  return cause?.variety === 'Phishing' ? ref('risk:PhishingScam') : undefined;
}

const range = (type: Term, figure: Figure | undefined): Node | undefined =>
  figure && {
    '@type': type,
    'fw:min': figure.min,
    'fw:max': figure.max,
    'fw:basis': figure.run === undefined ? 'estimated' : 'from-run',
  };

function entity({ entity: own, contactPoint }: Facts, type: Term): Node {
  const country = own?.country;
  return {
    '@type': type,
    'dpv:hasName': typed(own?.name),
    'dpv:hasCountry':
      country === undefined ? undefined : { '@type': 'dpv:Country', 'dcterms:identifier': country },
    'dpv:hasContact': typed(contactPoint),
  };
}

function entities(facts: Facts): Node {
  const { role, entity: own } = facts;
  const other = (type: Term): Node => ({ '@type': type, 'dpv:hasName': typed(role?.for) });
  if (role === undefined)
    return own === undefined ? {} : { 'dpv:hasResponsibleEntity': entity(facts, 'dpv:LegalEntity') };
  if (role.as === 'controller') return { 'dpv:hasDataController': entity(facts, 'dpv:DataController') };
  if (role.as === 'processor')
    return {
      'dpv:hasDataProcessor': entity(facts, 'dpv:DataProcessor'),
      'dpv:hasDataController': other('dpv:DataController'),
    };
  return {
    'dpv:hasJointDataControllers': [entity(facts, 'dpv:DataController'), other('dpv:DataController')],
  };
}

const STATUS: Readonly<Record<Task['state'], Term>> = {
  open: 'dpv:NotificationPlanned',
  done: 'dpv:NotificationCompleted',
  excused: 'dpv:NotificationNotNeeded',
};
const NOTICE = {
  'tell-authority': ['gdpr:DPABreachNotice', 'gdpr:DPABreachNotificationNeeded'],
  'tell-people': ['gdpr:DataSubjectBreachNotice', 'gdpr:DataSubjectBreachNotificationNeeded'],
} as const satisfies Record<string, readonly [Term, Term]>;

/** Nothing while nothing is decided: that is neither needed nor not needed. */
function decided(incident: Incident): Node {
  const standing = standingDecisions(incident);
  const notNeeded = standing.find(({ answer }) => answer === 'register-only');
  const told = standing.flatMap(({ answer }) => (answer === 'register-only' ? [] : [NOTICE[answer]]));
  const notices = incident.tasks.flatMap(({ answer, state }): Node[] =>
    answer === undefined || answer === 'register-only'
      ? []
      : [{ '@type': NOTICE[answer][0], 'dpv:hasNotificationStatus': ref(STATUS[state]) }],
  );
  const { delay } = incident.facts;
  const because = (type: Term, text: Typed | undefined): Node[] =>
    text === undefined ? [] : [{ '@type': type, 'dcterms:description': typed(text) }];
  return {
    'dpv:hasAuditStatus': [
      ...told.map(([, needed]) => ref(needed)),
      ...(notNeeded === undefined ? [] : [ref('gdpr:BreachNotificationNotNeeded')]),
    ],
    'dpv:hasNotice': notices,
    'dpv:hasJustification': [
      ...because('gdpr:DataBreachJustification', notNeeded?.reason),
      ...because('gdpr:JustificationA33NotificationDelay', delay),
    ],
  };
}

/** Who said, estimated or reported something is not in it, as in VERIS. */
export function toDpv(incident: Incident): object {
  const { id, facts, state, openedAt, closedAt } = incident;
  const { cause, times, categories, estimate, records, reportedBy, effects, remedies } = facts;
  const intent = INTENT[cause?.action ?? ''];
  const described = (type: Term, text: Typed | undefined): Node | undefined =>
    text === undefined ? undefined : { '@type': type, 'dcterms:description': typed(text) };
  const node: Node = {
    '@id': `urn:forthright:incident:${id}`,
    '@type': ['gdpr:DataBreach', ...(intent === undefined ? [] : [intent])],
    'dpv:hasIdentifier': id,
    'dcterms:title': typed(facts.title),
    'dcterms:description': typed(cause?.summary),
    'dcterms:created': instant(openedAt.toISOString()),
    'fw:kind': facts.kind,
    'fw:occurred': instant(times.occurred?.at),
    'fw:firstSignal': instant(times.firstSignal?.at),
    'fw:aware': instant(times.aware?.at),
    'fw:contained': instant(times.contained?.at),
    'fw:fixed': instant(times.fixed?.at),
    'fw:closed': instant(closedAt?.toISOString()),
    'fw:reportedBy': reportedBy?.as,
    'fw:site': typed(facts.site),
    'fw:brand': typed(facts.brand),
    'fw:verisAction': cause && `${cause.action}: ${cause.variety}`,
    'fw:verisActor': cause && `${cause.actor}: ${cause.actorVariety}`,
    'risk:causedByThreat': threatOf(facts),
    'dpv:hasStatus': [
      ref(times.contained === undefined ? 'risk:IncidentStatusUnknown' : 'risk:IncidentTerminated'),
      ref(state === 'closed' ? 'risk:IncidentInvestigationCompleted' : 'risk:IncidentInvestigationOngoing'),
    ],
    'dpv:hasDataSubject': categories?.people?.map((one) => PEOPLE[one]),
    'dpv:hasDataSubjectScale': range('dpv:DataSubjectScale', estimate),
    'dpv:hasPersonalData': categories?.data?.map((one) => DATA[one]),
    'dpv:hasDataVolume': range('dpv:DataVolume', records),
    'dpv:hasConsequence': described('dpv:Consequence', effects),
    'dpv:hasTechnicalOrganisationalMeasure': described('risk:IncidentMitigationMeasure', remedies),
    ...entities(facts),
    ...decided(incident),
  };
  return { '@context': CONTEXT, ...(withoutNothing(node) as object) };
}

/** JSON-LD has no place for what is not known. */
function withoutNothing(value: Value): Value {
  if (Array.isArray(value)) return value.map(withoutNothing);
  if (typeof value !== 'object') return value;
  const kept = Object.entries(value as Record<string, Value>).filter(
    ([, inner]) => inner !== undefined && !(Array.isArray(inner) && inner.length === 0),
  );
  return Object.fromEntries(kept.map(([name, inner]) => [name, withoutNothing(inner)])) as Node;
}
