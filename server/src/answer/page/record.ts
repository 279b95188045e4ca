/**
 * An edition for programs: JSON-LD with the terms of the W3C Data Privacy Vocabulary (DPV 2.3), as `incident/exchange` uses them, and
 * each value with where it comes from. The context stands in the document, so reading it asks no server. Pure.
 */
import type { Element } from '@forthright/contract';
import { elementOf } from '../../assess/index.ts';
import { DPV_CONTEXT, type DpvTerm } from '../../incident/index.ts';
import type { SaidFact } from '../../notify/index.ts';
import type { PageFact } from './texts.ts';
import type { PageFacts, PageText } from './types.ts';

const ref = (term: DpvTerm) => ({ '@id': term });
const instant = (ms: number) => ({ '@type': 'xsd:dateTime', '@value': new Date(ms).toISOString() });

/** Of kinds of data that the vocabulary has a word for; others are personal data. */
const DATA: Readonly<Partial<Record<Element, DpvTerm>>> = {
  fullName: 'pd:Name',
  firstName: 'pd:Name',
  lastName: 'pd:Name',
  displayName: 'pd:Name',
  email: 'pd:EmailAddress',
  postalAddress: 'pd:PhysicalAddress',
  postcode: 'pd:PhysicalAddress',
  phone: 'pd:TelephoneNumber',
  birthDate: 'pd:BirthDate',
  orderHistory: 'pd:Purchase',
  messages: 'pd:Communication',
  password: 'pd:Authenticating',
  passwordHash: 'pd:Authenticating',
  securityAnswer: 'pd:Authenticating',
  cardNumber: 'pd:Financial',
  bankAccount: 'pd:Financial',
  passport: 'pd:OfficialID',
  nationalId: 'pd:OfficialID',
  driverLicence: 'pd:OfficialID',
  ssn: 'pd:OfficialID',
  location: 'pd:Location',
  medical: 'dpv:SpecialCategoryPersonalData',
  biometric: 'dpv:SpecialCategoryPersonalData',
  genetic: 'dpv:SpecialCategoryPersonalData',
  ethnicity: 'dpv:SpecialCategoryPersonalData',
  politics: 'dpv:SpecialCategoryPersonalData',
  religion: 'dpv:SpecialCategoryPersonalData',
  sexLife: 'dpv:SpecialCategoryPersonalData',
};

/** `texts` by language; `said` what the page says, with its sources. */
export function recordOf(
  facts: PageFacts,
  texts: Readonly<Record<string, Pick<PageText, 'title' | 'lead'>>>,
  said: readonly SaidFact<PageFact>[],
): object {
  const { common, contact, unidentified, notices, number, base, address, today, run } = facts;
  const { exposed, unknown, contained, authorities } = common;
  const inEach = (of: 'title' | 'lead') =>
    Object.entries(texts).map(([language, text]) => ({ '@language': language, '@value': text[of] }));
  const elements = [...facts.fields.map(({ field }) => field), ...facts.perhaps.value].map(
    (field) => DATA[elementOf(field) ?? 'other'] ?? ('dpv:PersonalData' as const),
  );
  return {
    '@context': DPV_CONTEXT,
    '@id': `${base}incidents/${address}/${number}/`,
    '@type': 'gdpr:DataBreach',
    'dpv:hasIdentifier': `${address}/${number}`,
    'dcterms:title': inEach('title'),
    'dcterms:description': inEach('lead'),
    'dcterms:created': instant(today),
    'dpv:hasStatus': [
      ref(contained === undefined ? 'risk:IncidentStatusUnknown' : 'risk:IncidentTerminated'),
      ref(
        unknown.value + facts.notYet.length > 0
          ? 'risk:IncidentInvestigationOngoing'
          : 'risk:IncidentInvestigationCompleted',
      ),
    ],
    ...(contained === undefined ? {} : { 'fw:contained': instant(contained.value.at) }),
    'dpv:hasResponsibleEntity': {
      '@type': 'dpv:LegalEntity',
      'dpv:hasName': contact.value.legalName,
      'dpv:hasContact': [contact.value.email, contact.value.phone].filter((part) => part !== undefined),
    },
    'dpv:hasDataSubject': ref('dpv:Customer'),
    'dpv:hasDataSubjectScale': {
      '@type': 'dpv:DataSubjectScale',
      'fw:min': exposed.value,
      'fw:max': exposed.value + unknown.value + unidentified.value,
      'fw:basis': 'from-run',
    },
    'dpv:hasPersonalData': [...new Set(elements)].toSorted().map(ref),
    'dpv:hasNotice': [
      ...authorities.value.map(({ name, at }) => ({
        '@type': 'gdpr:DPABreachNotice',
        'dcterms:title': name,
        'dcterms:created': instant(at),
        'dpv:hasNotificationStatus': ref('dpv:NotificationCompleted'),
      })),
      ...notices.map(({ batch, leaves, entry }) => ({
        '@type': 'gdpr:DataSubjectBreachNotice',
        'dcterms:identifier': batch,
        'fw:max': leaves.value,
        'fw:basis': `register entry ${entry}`,
      })),
    ],
    'fw:basis': run,
    // Of the figures and times that the page says, whichever language: what each is, and where it comes from.
    'fw:figures': {
      '@type': '@json',
      '@value': said
        .filter(({ value }) => typeof value === 'number')
        .map(({ fact, value, source }) => ({ fact, value, source })),
    },
  };
}
