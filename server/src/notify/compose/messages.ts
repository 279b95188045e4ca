import { type Element, LEAK_KINDS, RECIPIENT_CLASSES } from '@forthright/contract';
import type { FactName } from './facts.ts';

/** Kinds of data that ask for the same warning and the same advice. */
export const ADVICE_GROUPS = [
  'credentials',
  'payment',
  'identity',
  'sensitive',
  'email',
  'phone',
  'postal',
  'profile',
] as const;
export type AdviceGroup = (typeof ADVICE_GROUPS)[number];

/** Which advice a kind of data asks for; names alone ask for that on a profile. */
export const GROUP_OF: Readonly<Record<Element, AdviceGroup>> = {
  password: 'credentials',
  passwordHash: 'credentials',
  securityAnswer: 'credentials',
  cardNumber: 'payment',
  cardCode: 'payment',
  cardExpiry: 'payment',
  bankAccount: 'payment',
  accountCode: 'payment',
  ssn: 'identity',
  driverLicence: 'identity',
  stateId: 'identity',
  passport: 'identity',
  militaryId: 'identity',
  tribalId: 'identity',
  studentId: 'identity',
  employerId: 'identity',
  taxId: 'identity',
  nationalId: 'identity',
  birthDate: 'identity',
  mothersMaidenName: 'identity',
  certificate: 'identity',
  digitalSignature: 'identity',
  privateKey: 'identity',
  biometric: 'identity',
  medical: 'sensitive',
  healthInsurance: 'sensitive',
  genetic: 'sensitive',
  financialHistory: 'sensitive',
  workEvaluation: 'sensitive',
  ethnicity: 'sensitive',
  politics: 'sensitive',
  religion: 'sensitive',
  union: 'sensitive',
  sexLife: 'sensitive',
  criminal: 'sensitive',
  childData: 'sensitive',
  messages: 'sensitive',
  email: 'email',
  phone: 'phone',
  postalAddress: 'postal',
  postcode: 'postal',
  fullName: 'profile',
  firstName: 'profile',
  lastName: 'profile',
  displayName: 'profile',
  username: 'profile',
  birthYear: 'profile',
  gender: 'profile',
  photo: 'profile',
  cardLastDigits: 'profile',
  licencePlateReader: 'profile',
  location: 'profile',
  ipAddress: 'profile',
  customerId: 'profile',
  orderHistory: 'profile',
  reviews: 'profile',
  language: 'profile',
  preferences: 'profile',
  other: 'profile',
};

/**
 * Every text that a language file must have, and the facts that each must say: a translation that leaves out a figure is
 * refused. Others may be named, too; a notice for which they are not known is refused.
 */
const FIXED = {
  'subject.exposed': ['organisation', 'fields'],
  'subject.unknown': ['organisation', 'perhaps'],
  'subject.withheld': ['organisation'],
  'title.exposed': [],
  'title.unknown': [],
  'title.withheld': [],
  greeting: ['name'],
  'greeting.nameless': [],
  'lead.exposed': ['organisation', 'fields', 'first', 'last'],
  'lead.undated': ['organisation', 'fields'],
  'lead.unknown': ['organisation', 'perhaps'],
  'lead.withheld': ['organisation', 'fields'],
  'heading.what': [],
  'heading.which': [],
  'heading.doing': [],
  'heading.can': [],
  'heading.more': [],
  'heading.check': [],
  'what.place': ['place'],
  'what.pages': ['pages'],
  'what.morePages': ['more'],
  'what.views': ['views'],
  'what.possiblySelf': [],
  'what.others': ['recipients'],
  'what.all': ['recipients'],
  'what.cause': ['cause'],
  'what.number': ['exposed', 'unknown'],
  'what.because': ['stretches', 'perhaps'],
  'what.becauseEvidence': ['perhaps'],
  'what.next': ['nextBy'],
  'what.delayed': [],
  'what.notDelayed': [],
  stretch: ['from', 'to'],
  'which.shown': ['fields'],
  'which.perhaps': ['perhaps'],
  'which.notExposed': ['notExposed'],
  'doing.contained': ['at', 'contained'],
  'doing.notContained': [],
  'doing.authorities': ['authorities'],
  authority: ['authority', 'at'],
  'more.contact': ['contact', 'legalName'],
  'more.date': ['today'],
  'check.how': ['domain'],
  'check.code': ['code'],
  'check.address': ['address'],
  'check.never': [],
  'can.bureaus': [],
  'can.policeReport': [],
  'can.freeze': [],
  sms: ['organisation', 'fields', 'domain', 'code'],
  'sms.unknown': ['organisation', 'perhaps', 'domain', 'code'],
  'sms.withheld': ['organisation', 'domain', 'code'],
} as const satisfies Record<string, readonly FactName[]>;

const entries = <K extends string, F extends readonly FactName[]>(keys: readonly K[], facts: F) =>
  Object.fromEntries(keys.map((key) => [key, facts])) as Record<K, F>;

const prefixed = <P extends string, K extends string>(prefix: P, keys: readonly K[]) =>
  keys.map((key) => `${prefix}.${key}` as const);

export const MESSAGES = {
  ...FIXED,
  ...entries(prefixed('kind', LEAK_KINDS), []),
  ...entries(prefixed('recipients', RECIPIENT_CLASSES.filter((c) => c !== 'own') as RecipientWord[]), [
    'number',
  ]),
  ...entries(prefixed('risk', ADVICE_GROUPS), []),
  ...entries(prefixed('advice', ADVICE_GROUPS), []),
} satisfies Record<string, readonly FactName[]>;
export type RecipientWord = Exclude<(typeof RECIPIENT_CLASSES)[number], 'own'>;
export type MessageKey = keyof typeof MESSAGES;
export const MESSAGE_KEYS = Object.keys(MESSAGES) as MessageKey[];
