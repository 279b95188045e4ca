import * as z from 'zod';
import { Reason } from './fields.ts';

/** The years that a person can mean: no clock of law runs from before the first of them, and none from after the last. */
const isPossible = (text: string): boolean => {
  const at = Date.parse(text);
  // What is no instant at all is told as that.
  return Number.isNaN(at) || (at >= 0 && at < Date.UTC(2200, 0));
};

/** An instant with its zone. A stamp without a zone names no instant, and starts no clock. */
export const Instant = z.iso
  .datetime({ offset: true, error: 'an instant such as 2025-11-20T14:05:00Z, with its zone' })
  .refine(isPossible, { error: 'an instant from 1 January 1970 on, and before 2200' });
const YesNo = z.enum(['yes', 'no']);

/**
 * Kinds of data that statutes name. A leak's fields are words of the organisation; `ELEMENT_WORDS` says which of these
 * they are, and what it does not know is asked for, never taken for harmless.
 */
export const ELEMENTS = [
  'fullName',
  'firstName',
  'lastName',
  'displayName',
  'email',
  'username',
  'password',
  'passwordHash',
  'securityAnswer',
  'phone',
  'postalAddress',
  'postcode',
  'birthDate',
  'birthYear',
  'gender',
  'photo',
  'ssn',
  'driverLicence',
  'stateId',
  'passport',
  'militaryId',
  'tribalId',
  'studentId',
  'employerId',
  'taxId',
  'nationalId',
  'cardNumber',
  'cardCode',
  'cardExpiry',
  'cardLastDigits',
  'bankAccount',
  'accountCode',
  'financialHistory',
  'medical',
  'healthInsurance',
  'biometric',
  'genetic',
  'digitalSignature',
  'privateKey',
  'licencePlateReader',
  'mothersMaidenName',
  'certificate',
  'workEvaluation',
  'ethnicity',
  'politics',
  'religion',
  'union',
  'sexLife',
  'criminal',
  'childData',
  'location',
  'ipAddress',
  'customerId',
  'orderHistory',
  'messages',
  'reviews',
  'language',
  'preferences',
  'other',
] as const;
export type Element = (typeof ELEMENTS)[number];
export const ElementName = z.enum(ELEMENTS);

export const RISKS = ['none', 'risk', 'high'] as const;
export const CAUSES = [
  'technical-error',
  'human-error',
  'insider',
  'attack',
  'theft',
  'loss',
  'third-party',
] as const;
/**
 * What a person decided on the risk. The word alone will do where it is what is proposed; against the proposal the
 * decision needs who and why.
 */
export const RiskDecision = z.union([
  z.enum(RISKS),
  z.strictObject({
    is: z.enum(RISKS),
    by: z.string().trim().min(1),
    reason: Reason,
    at: Instant.optional(),
  }),
]);
export type RiskDecision = z.infer<typeof RiskDecision>;

/** Whether the data could be read by those who got them. */
export const PROTECTIONS = ['none', 'encrypted', 'encrypted-key-taken', 'redacted'] as const;

/**
 * What the law asks for and no log says. Each is typed by a person, is labelled so wherever it is used, and is `unknown`
 * when left out: a rule that needs it then answers that it can't tell.
 */
export const StatedFacts = z.strictObject({
  /** When somebody first had reason to believe that there was a breach (US statutes); not the awareness of the GDPR. */
  discovered: Instant.optional(),
  /** When it was concluded that a breach occurred (and, where the statute says so, that harm is likely). */
  determined: Instant.optional(),
  /** When the breach was confirmed and its extent could be told. */
  confirmed: Instant.optional(),
  /** When the breach was assessed to be notifiable (Singapore). */
  assessed: Instant.optional(),
  /** When a suspicion arose that is being looked into (Australia's and Singapore's 30 days). */
  suspected: Instant.optional(),
  /** The decision on the risk to people, GDPR Art. 33 and 34: `none` is "unlikely to result in a risk". */
  risk: RiskDecision.optional(),
  protection: z.enum(PROTECTIONS).optional(),
  /** Whether the data were acquired, or only could have been looked at. */
  acquisition: z.enum(['acquired', 'accessed']).optional(),
  /** Whether the act, or one that followed, was or may well have been done for an improper purpose. */
  improperPurpose: YesNo.optional(),
  /** An employee's or agent's acquisition in good faith for the business, with no further disclosure. */
  goodFaith: YesNo.optional(),
  /** Steps taken afterwards that make the high risk no longer likely to materialise, GDPR Art. 34(3)(b). */
  riskRemoved: YesNo.optional(),
  /** Telling each person would be a disproportionate effort, GDPR Art. 34(3)(c). */
  disproportionateEffort: YesNo.optional(),
  /** Steps to protect people that the authority has asked for telling them (Switzerland). */
  authorityOrdersNotice: YesNo.optional(),
  /** The people need to be told to protect themselves (Switzerland, FADP Art. 24(4)). */
  noticeNeededForProtection: YesNo.optional(),
  /** A reasonable person would find serious harm to anybody likely (Australia, s. 26WG). */
  seriousHarm: YesNo.optional(),
  /** A real risk of significant harm (Canada, PIPEDA s. 10.1(7) and (8)). */
  significantHarm: YesNo.optional(),
  /** A risk of serious injury (Québec, s. 3.7). */
  seriousInjury: YesNo.optional(),
  /** The incident may significantly affect people's interests and rights (Brazil, Res. 15/2024 Art. 5). */
  significantEffect: YesNo.optional(),
  /** Processing on a large scale in the sense of Brazil's Res. 15/2024 Art. 5 § 3. */
  largeScale: YesNo.optional(),
  /** Children, adolescents, or people of 60 and more are among those affected (Brazil, Res. 15/2024 Art. 5, II). */
  minorsOrElderly: YesNo.optional(),
  /** Data under legal, judicial or professional secrecy (Brazil, Res. 15/2024 Art. 5, V). */
  professionalSecrecy: YesNo.optional(),
  /** Damage to property is likely if the data are misused (Japan, Rules Art. 7(ii)). */
  propertyDamage: YesNo.optional(),
  /** A substantial risk of identity theft or fraud against a resident (Massachusetts). */
  identityTheftRisk: YesNo.optional(),
  /** The card or account number alone, without a code, opens the account (New York and others). */
  cardUsableWithoutCode: YesNo.optional(),
  /** A password that was exposed beside an account's number opens the account at the bank, and not only one at this shop. */
  passwordOpensAccount: YesNo.optional(),
  /** Display names are the names of the people, and not invented ones. */
  displayNameIsName: YesNo.optional(),
  /** Hashed passwords can be turned back, or can be used as they are. */
  passwordRecoverable: YesNo.optional(),
  /** The credentials open the person's e-mail account, not only an account at this shop. */
  opensEmailAccount: YesNo.optional(),
  /** The credentials were taken from this organisation or its agent (Vermont). */
  credentialsFromUs: YesNo.optional(),
  /** The organisation is one that the law covers, where a law has a size or sector test. Keys are codes of regimes. */
  covered: z.record(z.string(), YesNo).optional(),
  /** Fields of leaks that Forthright has no word for: what they are. `other` is none of what statutes name. */
  elements: z.record(z.string(), z.union([ElementName, z.array(ElementName).min(1)])).optional(),
  /** Written determinations that take a duty away, such as that harm is not reasonably likely (Washington). */
  determinations: z
    .array(
      z.strictObject({
        /** `US-WA/harm`: the regime and the exemption's name. */
        exemption: z.string().min(1),
        at: Instant,
        by: z.string().min(1),
        reason: z.string().min(1),
      }),
    )
    .default([]),
  /** Notices that went out: `US-CA/people`. Some clocks start with them. */
  notices: z
    .array(
      z.strictObject({ duty: z.string().min(1), at: Instant, delayReasons: z.string().min(1).optional() }),
    )
    .default([]),
  /** Deadlines that the organisation set itself. They are never shown as the law's. */
  targets: z.array(z.strictObject({ name: z.string().min(1), at: Instant })).default([]),
  role: z.enum(['controller', 'processor']).optional(),
  /**
   * The EEA state of the main establishment, where the seat is outside the EEA or the decisions on the processing are taken
   * elsewhere; `none` where no establishment in the EEA takes them (EDPB Opinion 04/2024): then no authority leads.
   */
  mainEstablishment: z
    .string()
    .regex(/^([A-Z]{2}|none)$/, 'the two letters of a country, such as LU, or none')
    .optional(),
});
export type StatedFacts = z.infer<typeof StatedFacts>;

/** Facts that are one word, and what each is about, as a question to a person. Rules may compare these only. */
export const WORD_FACTS = {
  risk: 'How great is the risk to the people: none, risk, or high? A named person decides this.',
  protection:
    'Could those who got the data read them: none (readable), encrypted, encrypted-key-taken, redacted?',
  acquisition: 'Were the data acquired, or only accessed?',
  cause: `What caused it: ${CAUSES.join(', ')}?`,
  improperPurpose: 'Was it done, or is it likely to have been done, for an improper purpose?',
  goodFaith:
    'Was it an acquisition in good faith by an employee or agent, for the business and without further disclosure?',
  riskRemoved: 'Have later steps made the high risk no longer likely to materialise?',
  disproportionateEffort: 'Would telling each person be a disproportionate effort?',
  authorityOrdersNotice: 'Has the authority required that the people be told?',
  noticeNeededForProtection: 'Do the people need to be told to protect themselves?',
  seriousHarm: 'Would a reasonable person find serious harm to any of the people likely?',
  significantHarm:
    'Is there a real risk of significant harm (sensitivity of the data, probability of misuse)?',
  seriousInjury:
    'Is there a risk of serious injury (sensitivity, expected consequences, likelihood of harmful use)?',
  significantEffect: 'Can the incident significantly affect the interests and rights of the people?',
  largeScale: 'Is it processing on a large scale (number of people, volume, duration, frequency, extent)?',
  minorsOrElderly: 'Are children, adolescents, or people of 60 and more among those affected?',
  professionalSecrecy: 'Are the data under legal, judicial or professional secrecy?',
  propertyDamage: 'Is damage to property likely if the data are misused?',
  identityTheftRisk: 'Is there a substantial risk of identity theft or fraud against a resident?',
  cardUsableWithoutCode: 'Can the card or account numbers be used without a further code or password?',
  passwordOpensAccount:
    'Do the passwords open the account at the bank or with the card issuer, and not only one at this shop?',
  displayNameIsName: 'Are the display names the names of the people, and not invented ones?',
  passwordRecoverable: 'Can the hashed passwords be turned back or used as they are?',
  opensEmailAccount: "Do the credentials open the person's e-mail account?",
  credentialsFromUs: 'Were the credentials acquired directly from this organisation or its agent?',
  role: 'Is the organisation controller or processor of these data?',
  establishedInEea: 'Is the organisation established in the EEA?',
  recipients: 'Who received the data: outsiders, or only the own staff?',
} as const;
export type WordFact = keyof typeof WORD_FACTS;
/** What a fact may be, where it is more than yes and no. */
export const WORD_VALUES: Readonly<Partial<Record<WordFact, readonly string[]>>> = {
  risk: RISKS,
  protection: PROTECTIONS,
  acquisition: ['acquired', 'accessed'],
  cause: CAUSES,
  role: ['controller', 'processor'],
  recipients: ['outsiders', 'staff'],
};
export const WORD_FACT_NAMES = Object.keys(WORD_FACTS) as [WordFact, ...WordFact[]];

/** Events that start a clock. Each stands for itself: a clock never takes another for it. */
export const EVENTS = {
  occurred: 'When did it happen?',
  aware: 'When did the organisation become aware of the breach?',
  suspected: 'When did the suspicion arise?',
  discovered: 'When was the breach discovered?',
  determined: 'When was it determined that a breach occurred?',
  confirmed: 'When was the breach confirmed, with its extent?',
  assessed: 'When was it assessed to be notifiable?',
  contained: 'When was it contained?',
} as const;
export type Event = keyof typeof EVENTS;
export const EVENT_NAMES = Object.keys(EVENTS) as [Event, ...Event[]];

/**
 * A value and where it comes from (`scope run_…`, `incident.yaml`, `forthright.yaml`), or what to ask. `proposed` is
 * what Forthright proposes to whoever decides; no rule takes it for a decision.
 */
export const Fact = z.union([
  z.strictObject({ known: z.literal(true), value: z.string(), source: z.string() }),
  z.strictObject({ known: z.literal(false), ask: z.string(), proposed: z.string().optional() }),
]);
export type Fact = z.infer<typeof Fact>;

const Count = z.int().min(0);

/** Persons of one place with one combination of elements. */
export const LawGroup = z.strictObject({
  /** ISO 3166-1, or `unknown`. */
  country: z.string(),
  /** ISO 3166-2 (`US-CA`), `unknown` where a country is split by region and none is known, else empty. */
  region: z.string(),
  elements: z.array(ElementName),
  /** Elements that may have been shown as well: during gaps, or since nobody said what a field is. */
  perhaps: z.array(ElementName),
  /** Fields that no element stands for; they may be anything. */
  unclear: z.array(z.string()),
  exposed: Count,
  unknown: Count,
  /** Subjects that no directory knows. They may live anywhere. */
  unidentified: z.literal(true).optional(),
});
export type LawGroup = z.infer<typeof LawGroup>;

/** All that the duties engine looks at. People come from a scope run, never from a keyboard. */
export const LawFacts = z.strictObject({
  schema: z.literal('forthright/facts/1'),
  run: z.string(),
  title: z.string(),
  groups: z.array(LawGroup),
  words: z.record(z.enum(WORD_FACT_NAMES), Fact),
  events: z.record(z.enum(EVENT_NAMES), Fact),
  covered: z.record(z.string(), z.enum(['yes', 'no'])),
  determinations: StatedFacts.shape.determinations,
  notices: StatedFacts.shape.notices,
  targets: StatedFacts.shape.targets,
  organisation: z.strictObject({
    country: z.string().nullable(),
    region: z.string().nullable(),
    /** Countries of establishments: the main one and the branches. */
    establishments: z.array(z.string()),
    /** `none`: somebody says that there is none in the EEA; null: nobody knows. */
    mainEstablishment: z.string().nullable(),
    turnover: z.strictObject({ amount: z.number(), currency: z.string() }).nullable(),
  }),
  /** What a reader must know of the facts themselves: a state that does not exist, awareness before occurrence. */
  problems: z.array(z.strictObject({ code: z.string(), text: z.string() })),
});
export type LawFacts = z.infer<typeof LawFacts>;
