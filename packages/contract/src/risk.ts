import * as z from 'zod';
import { ANSWERS } from './record.ts';

/**
 * What regulators look at when they judge the risk of a breach, as data: a factor, its question, its values from the
 * harmless to the grave, and where the law or its guidelines ask for it. A factor that nobody knows is unknown; it is
 * asked for, and never taken for the harmless value.
 */

/** Where a sentence of an assessment comes from. Nothing is said about the law without one of these. */
export const CITATIONS = {
  'gdpr-4-12': ['GDPR Art. 4(12)', 'gdpr'],
  'gdpr-5-2': ['GDPR Art. 5(2)', 'gdpr'],
  'gdpr-9': ['GDPR Art. 9(1)', 'gdpr'],
  'gdpr-10': ['GDPR Art. 10', 'gdpr'],
  'gdpr-33-1': ['GDPR Art. 33(1)', 'gdpr'],
  'gdpr-33-2': ['GDPR Art. 33(2)', 'gdpr'],
  'gdpr-33-4': ['GDPR Art. 33(4)', 'gdpr'],
  'gdpr-33-5': ['GDPR Art. 33(5)', 'gdpr'],
  'gdpr-34-1': ['GDPR Art. 34(1)', 'gdpr'],
  'gdpr-34-3-a': ['GDPR Art. 34(3)(a)', 'gdpr'],
  'gdpr-34-3-b': ['GDPR Art. 34(3)(b)', 'gdpr'],
  'gdpr-34-3-c': ['GDPR Art. 34(3)(c)', 'gdpr'],
  'recital-38': ['GDPR recital 38', 'gdpr'],
  'recital-75': ['GDPR recital 75', 'gdpr'],
  'recital-76': ['GDPR recital 76', 'gdpr'],
  'recital-85': ['GDPR recital 85', 'gdpr'],
  'recital-86': ['GDPR recital 86', 'gdpr'],
  'recital-87': ['GDPR recital 87', 'gdpr'],
  'recital-88': ['GDPR recital 88', 'gdpr'],
  'edpb-9-2022-types': ['EDPB Guidelines 9/2022, section I.B.2', 'edpb-9-2022'],
  'edpb-9-2022-no-risk': ['EDPB Guidelines 9/2022, section II.D', 'edpb-9-2022'],
  'edpb-9-2022-phases': ['EDPB Guidelines 9/2022, section II.B', 'edpb-9-2022'],
  'edpb-9-2022-exempt': ['EDPB Guidelines 9/2022, section III.D', 'edpb-9-2022'],
  'edpb-9-2022-trigger': ['EDPB Guidelines 9/2022, section IV.A', 'edpb-9-2022'],
  'edpb-9-2022-factors': ['EDPB Guidelines 9/2022, section IV.B', 'edpb-9-2022'],
  'edpb-1-2021-ransomware': ['EDPB Guidelines 01/2021, section 2', 'edpb-1-2021'],
  'edpb-1-2021-exfiltration': ['EDPB Guidelines 01/2021, section 3', 'edpb-1-2021'],
  'edpb-1-2021-human': ['EDPB Guidelines 01/2021, section 4', 'edpb-1-2021'],
  'edpb-1-2021-devices': ['EDPB Guidelines 01/2021, section 5', 'edpb-1-2021'],
  'edpb-1-2021-mispostal': ['EDPB Guidelines 01/2021, section 6', 'edpb-1-2021'],
  'edpb-1-2021-social': ['EDPB Guidelines 01/2021, section 7', 'edpb-1-2021'],
  'enisa-2013': ['ENISA, severity of personal data breaches, v1.0 (2013)', 'enisa-2013'],
} as const satisfies Record<string, readonly [text: string, document: string]>;
export type CitationId = keyof typeof CITATIONS;

export const DOCUMENTS: Readonly<Record<(typeof CITATIONS)[CitationId][1], string>> = {
  gdpr: 'https://eur-lex.europa.eu/eli/reg/2016/679/oj',
  'edpb-9-2022':
    'https://www.edpb.europa.eu/our-work-tools/our-documents/guidelines/guidelines-92022-personal-data-breach-notification-under_en',
  'edpb-1-2021':
    'https://www.edpb.europa.eu/our-work-tools/our-documents/guidelines/guidelines-012021-examples-regarding-personal-data-breach_en',
  'enisa-2013': 'https://www.enisa.europa.eu/publications/dbn-severity',
};

const Citation = z.enum(Object.keys(CITATIONS) as [CitationId, ...CitationId[]]);

/** What the data is, by what it lets somebody do. */
export const RISK_DATA = {
  contact: 'name, e-mail address, postal address, phone number',
  contract: 'a single order or contract: items, prices, a tariff, a vehicle or customer number',
  image: 'a picture, voice or video of a person',
  'birth-date': 'date of birth',
  'id-number': 'a number that the state gave: national identification, social security, tax, passport',
  'id-document': 'a copy or picture of an official document',
  behaviour: 'preferences, history of purchases or browsing, calls, bills: what a person does',
  location: 'where a person was',
  career: 'application, CV, certificates, school or work record',
  communications: 'the content of letters, e-mails, chats or private files',
  'account-number': 'a bank account number, a shortened card number',
  financial: 'income, wages, statements, debts, benefits, credit score',
  payment: 'what lets somebody pay: a whole card, access to a bank account',
  credentials: 'what lets somebody sign in: passwords, tokens, answers to secret questions',
  'special-hint': 'a detail from which health, belief or the like may only be guessed (a diet, an absence)',
  special:
    'special categories: health, sex life, ethnic origin, politics, belief, union, genetics, biometrics for identification',
  criminal: 'convictions, offences, suspicions',
  secret: 'what professional secrecy protects: files of lawyers, doctors, counsellors',
} as const;
export type RiskData = keyof typeof RISK_DATA;

/** How it came about, in the common template's own list of the EDPB (field 60). */
export const INCIDENT_NATURES = [
  'abuse-of-access',
  'ransomware',
  'hacking-or-malware',
  'phishing',
  'vulnerability',
  'unauthorised-access',
  'exfiltration',
  'mix-up',
  'device-lost-or-stolen',
  'e-waste',
  'paper-disposal',
  'mail-lost-or-opened',
  'misconfiguration',
  'wrong-permissions',
  'paper-lost-or-stolen',
  'data-deleted',
  'shown-to-wrong-recipient',
  'sent-by-mistake',
  'open-distribution-list',
  'malfunction',
  'data-modified',
  'published',
  'spoken',
  'other',
] as const;
export type IncidentNature = (typeof INCIDENT_NATURES)[number];

/** One question. Values stand from the harmless to the grave: the rules may only ever grow graver along them. */
type Question = Readonly<{
  asks: string;
  why: string;
  cites: readonly CitationId[];
  /** What each value means; absent for numbers and lists. */
  values?: Readonly<Record<string, string>>;
  /** What `ordinary: true` says of this factor, if it says anything. */
  ordinary?: string;
}>;

const FACTORS_CITED = ['recital-76', 'edpb-9-2022-factors'] as const;

export const RISK_QUESTIONS = {
  confidentiality: {
    asks: 'Could anybody get or see data who had no right to?',
    why: 'Kind of breach: disclosure or access.',
    cites: ['gdpr-4-12', 'edpb-9-2022-types'],
    values: { no: 'no', yes: 'yes' },
  },
  integrity: {
    asks: 'Was data altered?',
    why: 'Kind of breach: alteration.',
    cites: ['gdpr-4-12', 'edpb-9-2022-types'],
    values: { no: 'no', yes: 'yes' },
  },
  availability: {
    asks: 'Was data lost, destroyed or out of reach, if only for a time?',
    why: 'Kind of breach: loss of access or destruction.',
    cites: ['gdpr-4-12', 'edpb-9-2022-types'],
    values: { no: 'no', yes: 'yes' },
  },
  how: {
    asks: 'How did it come about?',
    why: 'Whoever steals a thing may want the thing only; a report names the nature of the incident.',
    cites: ['edpb-1-2021-devices'],
  },
  data: {
    asks: 'Which kinds of data of a person were among it?',
    why: 'Nature and sensitivity; kinds that go together weigh more than each alone.',
    cites: ['recital-75', 'edpb-9-2022-factors'],
  },
  amount: {
    asks: 'How much is there of one person?',
    why: 'Volume for each person: a year of purchases draws a picture, one purchase does not.',
    cites: FACTORS_CITED,
    values: {
      little: 'a detail that gives little insight',
      some: 'the usual',
      much: 'so much, or over so long a time, that it draws a picture of the person',
    },
    ordinary: 'some',
  },
  credentialsStored: {
    asks: 'In which form were the passwords or tokens?',
    why: 'A strong hash whose salt is safe can’t be turned back.',
    cites: ['edpb-1-2021-exfiltration', 'gdpr-34-3-a'],
    values: {
      'strong-hash': 'hashed by a strong, slow algorithm; salt or pepper not compromised',
      'weak-hash': 'hashed in a way that can be guessed back, or with the salt lost',
      plain: 'readable',
    },
    ordinary: 'plain',
  },
  credentialsOpen: {
    asks: 'What does signing in with them give?',
    why: 'Credentials weigh as what they open.',
    cites: ['enisa-2013', 'edpb-9-2022-factors'],
    values: {
      little: 'nothing personal to speak of',
      profile: 'personal data such as addresses, orders, messages',
      'money-or-sensitive': 'payments, official matters, health or other sensitive data, or an e-mail box',
    },
    ordinary: 'profile',
  },
  lessened: {
    asks: 'Was the data worth less to whoever got it?',
    why: 'What everybody could read lawfully before is no secret.',
    cites: ['edpb-9-2022-no-risk', 'enisa-2013'],
    values: {
      'already-public': 'all of it had lawfully been public before',
      outdated: 'invalid or long outdated',
      no: 'no',
    },
    ordinary: 'no',
  },
  identification: {
    asks: 'How easily can whoever has the data tell whose it is?',
    why: 'Ease of identification.',
    cites: ['edpb-9-2022-factors', 'enisa-2013'],
    values: {
      negligible: 'not by any means reasonably likely to be used (pseudonyms whose key is safe)',
      limited: 'only with further sources and effort',
      significant: 'probably, with a little searching',
      maximum: 'at once: the name or an identifier stands beside it',
    },
    ordinary: 'maximum',
  },
  people: {
    asks: 'How many people does it concern?',
    why: 'Number of people; one can be enough.',
    cites: ['edpb-9-2022-factors'],
  },
  persons: {
    asks: 'Are there people among them whom it would hit harder?',
    why: 'Special characteristics of the people.',
    cites: ['recital-38', 'recital-75', 'edpb-9-2022-factors'],
    values: {
      none: 'nobody in particular',
      vulnerable: 'people in a weak position: patients, old or disabled people, refugees, people in need',
      children: 'children',
      protected: 'people whose safety hangs on it: victims, witnesses, adopted children, undercover staff',
    },
    ordinary: 'none',
  },
  controller: {
    asks: 'What does it say about a person to be known by this organisation?',
    why: 'Special characteristics of the controller.',
    cites: ['edpb-9-2022-factors', 'enisa-2013'],
    values: {
      ordinary: 'nothing',
      'shows-status': 'wealth or social standing (a luxury shop, a debt agency)',
      'shows-sensitive': 'health, sexuality, belief, politics or the like (a clinic, an adult shop, a party)',
    },
    ordinary: 'ordinary',
  },
  service: {
    asks: 'Do people depend on the organisation for their health, safety or livelihood?',
    why: 'Without its data a hospital can’t treat: the same outage weighs differently.',
    cites: ['edpb-9-2022-factors', 'edpb-1-2021-ransomware'],
    values: { ordinary: 'no', vital: 'yes: health care, rescue, benefits, supply' },
    ordinary: 'ordinary',
  },
  recipients: {
    asks: 'Who has or may have the data, how many are they, and did they delete it?',
    why: 'Recipients, their intentions and whether they can be trusted.',
    cites: ['edpb-9-2022-factors', 'edpb-1-2021-human'],
  },
  reached: {
    asks: 'Did the data really reach somebody who had no right to it?',
    why: 'Evidence of exfiltration or disclosure (the common template’s field 56).',
    cites: ['edpb-1-2021-ransomware', 'edpb-1-2021-exfiltration'],
    values: {
      'not-reached': 'no, and there is reasonable evidence (whole logs, an examination)',
      'not-assessable': 'this can’t be found out any more: no logs, or traces that could be wiped',
      likely: 'likely, without proof',
      confirmed: 'yes',
    },
    ordinary: 'confirmed',
  },
  malice: {
    asks: 'Did somebody mean it?',
    why: 'Intent makes misuse likely.',
    cites: ['edpb-9-2022-factors', 'edpb-1-2021-exfiltration'],
    values: {
      none: 'no: an error or an accident',
      insider: 'yes, somebody with rightful access (whatever the motive)',
      external: 'yes, somebody from outside',
    },
    ordinary: 'none',
  },
  misuse: {
    asks: 'Has the data been misused already?',
    why: 'A harm that has happened need not be guessed at.',
    cites: ['recital-76', 'recital-85'],
    values: {
      none: 'nothing is known of it',
      observed: 'yes, without harm that is known: advertising, contact nobody asked for',
      harmful: 'yes, and people came to harm or into danger: fraud, phishing in our name, extortion, threats',
    },
    ordinary: 'none',
  },
  hours: {
    asks: 'For how many hours could it be reached?',
    why: 'Duration.',
    cites: ['edpb-1-2021-exfiltration'],
  },
  protection: {
    asks: 'Was the data unreadable to whoever has it?',
    why: 'Protection of the data (the common template’s field 57).',
    cites: ['gdpr-34-3-a', 'edpb-9-2022-no-risk', 'edpb-1-2021-devices'],
    values: {
      intact: 'yes: state-of-the-art encryption of all of it, and the key is safe',
      doubtful: 'it was protected, but the protection may have been got round',
      none: 'no',
    },
    ordinary: 'none',
  },
  restore: {
    asks: 'Was the data there again in time?',
    why: 'Backup and quick restoring.',
    cites: ['edpb-1-2021-ransomware', 'edpb-9-2022-types'],
    values: {
      prompt: 'within about a day, from a backup or another copy',
      delayed: 'later, or with much work (from paper, by asking people again)',
      lost: 'not, or not all of it',
    },
  },
  effect: {
    asks: 'What did people feel of the outage or of wrong data?',
    why: 'Severity of the consequences.',
    cites: ['edpb-9-2022-factors', 'edpb-1-2021-ransomware'],
    values: {
      none: 'nothing',
      minor: 'delays or trouble that they get over',
      serious: 'harm: treatment put off, money or help that did not come, a wrong decision about them',
    },
    ordinary: 'none',
  },
  altered: {
    asks: 'What became of the altered data?',
    why: 'Integrity: whether wrong data was used.',
    cites: ['edpb-9-2022-types', 'enisa-2013'],
    values: {
      restored: 'put right before anybody used it',
      'possibly-used': 'it may have been used',
      used: 'it was used',
    },
  },
} as const satisfies Record<string, Question>;
export type RiskFactorId = keyof typeof RISK_QUESTIONS;
export const RISK_FACTOR_IDS = Object.keys(RISK_QUESTIONS) as RiskFactorId[];

type ValuesOf<F extends RiskFactorId> = (typeof RISK_QUESTIONS)[F] extends { values: infer V }
  ? keyof V & string
  : never;
/** The values of a factor of words, harmless first. */
export const valuesOf = <F extends RiskFactorId>(factor: F): readonly ValuesOf<F>[] =>
  Object.keys((RISK_QUESTIONS[factor] as Question).values ?? {}) as ValuesOf<F>[];

const word = <F extends RiskFactorId>(factor: F) =>
  z.enum(valuesOf(factor) as [ValuesOf<F>, ...ValuesOf<F>[]]);

const Whole = z.int().min(0).max(20_000_000_000);
/** One number, or the least and the most that it can be. */
const Range = z
  .union([
    Whole.transform((n) => ({ min: n, max: n })),
    z.strictObject({ min: Whole, max: Whole }).refine((r) => r.min <= r.max, { error: 'min is at most max' }),
  ])
  .describe('a whole number, or {min, max}');

export const RECIPIENT_TRUST = {
  trusted:
    'bound by contract or secrecy and known to be reliable: a colleague, a supplier, another authority',
  mistaken: 'known, and got it by mistake: another customer, a wrong addressee',
  unidentified: 'nobody knows who',
  public: 'anybody: it stood on the internet, in a directory, in the press',
  malicious: 'somebody who took it on purpose or means harm',
} as const;
export type RecipientTrust = keyof typeof RECIPIENT_TRUST;

export const RECIPIENT_DELETION = {
  unread: 'it came back, or was deleted, surely unread',
  confirmed: 'they confirmed in writing that they deleted or returned it and kept nothing',
  'not-confirmed': 'neither',
} as const;
export type RecipientDeletion = keyof typeof RECIPIENT_DELETION;

const keysOf = <T extends object>(of: T) => Object.keys(of) as [keyof T & string, ...(keyof T & string)[]];
const UNKNOWN = z.literal('unknown');
const orUnknown = <T extends z.ZodType>(schema: T) => z.union([schema, UNKNOWN]).optional();

const Recipients = z.strictObject({
  who: orUnknown(z.enum(keysOf(RECIPIENT_TRUST))),
  count: orUnknown(Range),
  deletion: orUnknown(z.enum(keysOf(RECIPIENT_DELETION))),
});

const Text = z.string().trim().min(1).max(2000);

/** What somebody says of the factors. What is left out or said to be `unknown` is asked for. */
const StatedFactors = z.strictObject({
  /** Those that stand here are; those that don't, are not. */
  kinds: orUnknown(z.array(z.enum(['confidentiality', 'integrity', 'availability'])).min(1)),
  how: orUnknown(z.enum(INCIDENT_NATURES)),
  data: orUnknown(z.array(z.enum(keysOf(RISK_DATA))).min(1)),
  amount: orUnknown(word('amount')),
  credentialsStored: orUnknown(word('credentialsStored')),
  credentialsOpen: orUnknown(word('credentialsOpen')),
  lessened: orUnknown(word('lessened')),
  identification: orUnknown(word('identification')),
  people: orUnknown(Range),
  persons: orUnknown(word('persons')),
  controller: orUnknown(word('controller')),
  service: orUnknown(word('service')),
  recipients: orUnknown(z.array(Recipients).min(1).max(50)),
  reached: orUnknown(word('reached')),
  malice: orUnknown(word('malice')),
  misuse: orUnknown(word('misuse')),
  hours: orUnknown(Range),
  protection: orUnknown(word('protection')),
  restore: orUnknown(word('restore')),
  effect: orUnknown(word('effect')),
  altered: orUnknown(word('altered')),
});
export type StatedFactors = z.infer<typeof StatedFactors>;

const score = (values: readonly [number, ...number[]]) =>
  z.strictObject({ score: z.literal([...values]), why: Text });

/** Art. 34(3): claimed by somebody, with the reason; a mere lack of knowledge is no claim. */
export const EXEMPTIONS = {
  'later-measures': 'measures taken since make the high risk no longer likely',
  'disproportionate-effort': 'telling each person would take disproportionate effort',
} as const;
export type Exemption = keyof typeof EXEMPTIONS;

/** A risk file: `forthright risk FILE`. */
export const RiskStatement = z.strictObject({
  title: Text.optional(),
  /** Who says all this. */
  by: Text,
  role: z.enum(['controller', 'processor']).default('controller'),
  /** `by` says that what is not named is as it ordinarily is; every answer names what rests on it. */
  ordinary: z.boolean().default(false),
  factors: StatedFactors,
  /** Names of fields of the logs and tables, each with its category, where Forthright does not know the name. */
  fields: z.record(z.string().min(1).max(100), z.enum(keysOf(RISK_DATA))).default({}),
  /** Where a stated factor differs from what a run computed: which, and why. */
  instead: z.partialRecord(z.enum(RISK_FACTOR_IDS as [RiskFactorId, ...RiskFactorId[]]), Text).default({}),
  exemptions: z.partialRecord(z.enum(keysOf(EXEMPTIONS)), Text).default({}),
  /** Scores of the second opinion that somebody sets, with the reason. */
  severity: z
    .strictObject({
      dpc: score([1, 2, 3, 4]).optional(),
      ei: score([0.25, 0.5, 0.75, 1]).optional(),
      confidentiality: score([0, 0.25, 0.5]).optional(),
      integrity: score([0, 0.25, 0.5]).optional(),
      availability: score([0, 0.25, 0.5]).optional(),
      malice: score([0, 0.5]).optional(),
    })
    .default({}),
});
export type RiskStatement = z.infer<typeof RiskStatement>;
export type SeverityPart = keyof RiskStatement['severity'];

/** Where a known value comes from. */
export const FactorSource = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('computed'), run: z.string(), from: z.string() }),
  z.strictObject({ kind: z.literal('stated'), by: z.string(), insteadOf: z.string().optional() }),
  /** What the incident file says or the duties' facts derive: the cause, the protection of the data. */
  z.strictObject({ kind: z.literal('incident'), from: z.string() }),
  z.strictObject({ kind: z.literal('ordinary'), by: z.string() }),
]);
export type FactorSource = z.infer<typeof FactorSource>;

const known = <T extends z.ZodType>(value: T) =>
  z.union([
    z.strictObject({ known: z.literal(true), value, source: FactorSource }),
    z.strictObject({ known: z.literal(false) }),
  ]);
const Numbers = z.strictObject({ min: z.int(), max: z.int() });
const Group = z.strictObject({
  who: z.enum(keysOf(RECIPIENT_TRUST)).nullable(),
  count: Numbers.nullable(),
  deletion: z.enum(keysOf(RECIPIENT_DELETION)).nullable(),
});

/** Every factor: known with its source, or unknown. `null` within a group of recipients is unknown too. */
export const RiskFactors = z.strictObject({
  confidentiality: known(word('confidentiality')),
  integrity: known(word('integrity')),
  availability: known(word('availability')),
  how: known(z.enum(INCIDENT_NATURES)),
  data: known(z.array(z.enum(keysOf(RISK_DATA)))),
  amount: known(word('amount')),
  credentialsStored: known(word('credentialsStored')),
  credentialsOpen: known(word('credentialsOpen')),
  lessened: known(word('lessened')),
  identification: known(word('identification')),
  people: known(Numbers),
  persons: known(word('persons')),
  controller: known(word('controller')),
  service: known(word('service')),
  recipients: known(z.array(Group)),
  reached: known(word('reached')),
  malice: known(word('malice')),
  misuse: known(word('misuse')),
  hours: known(Numbers),
  protection: known(word('protection')),
  restore: known(word('restore')),
  effect: known(word('effect')),
  altered: known(word('altered')),
});
export type RiskFactors = z.infer<typeof RiskFactors>;
export type RecipientGroup = z.infer<typeof Group>;

const FactorId = z.enum(RISK_FACTOR_IDS as [RiskFactorId, ...RiskFactorId[]]);

const Grounds = z.strictObject({
  text: z.string(),
  cites: z.array(Citation),
  factors: z.array(FactorId),
});
/** A sentence of an assessment, with what it rests on. */
export type RiskReason = z.infer<typeof Grounds>;

/** A question that would bring the answer closer. */
const Asked = z.strictObject({
  factor: FactorId,
  asks: z.string(),
  why: z.string(),
  /** Whether each of its possible answers, or only some, would settle the matter alone. */
  settles: z.enum(['always', 'sometimes', 'helps']),
  /** For each answer the proposals that would remain; as text where the factor has words. */
  ifAnswered: z.array(z.strictObject({ answer: z.string(), leaves: z.array(z.enum(ANSWERS)) })),
});
export type AskedFactor = z.infer<typeof Asked>;

const Nearest = z.strictObject({
  id: z.string(),
  title: z.string(),
  /** What the authority says of it. */
  outcome: z.enum(ANSWERS),
  source: z.string(),
  distance: z.number(),
  differs: z.array(z.string()),
});
export type NearestCase = z.infer<typeof Nearest>;

/** A proposal to a person, who decides. */
export const RiskProposal = z.strictObject({
  /** `cannot-tell`: the facts that are missing decide. */
  answer: z.enum([...ANSWERS, 'cannot-tell']),
  atLeast: z.enum(ANSWERS),
  atMost: z.enum(ANSWERS),
  reasons: z.array(Grounds),
  questions: z.array(Asked),
  advice: z.array(Grounds),
  /** Factors that nobody named, and whose other values would change the proposal. */
  restsOnOrdinary: z.array(FactorId),
  nearest: z.array(Nearest),
});
export type RiskProposal = z.infer<typeof RiskProposal>;

export const SEVERITY_BANDS = ['low', 'medium', 'high', 'very-high'] as const;
export type SeverityBand = (typeof SEVERITY_BANDS)[number];

const Scored = z.strictObject({
  min: z.number(),
  max: z.number(),
  why: z.string(),
  factors: z.array(FactorId),
  /** Somebody set it, for the reason that stands in `why`. */
  setBy: z.string().optional(),
});
export type Scored = z.infer<typeof Scored>;

/** ENISA 2013. A second opinion; no law knows it. */
export const SeverityOpinion = z.strictObject({
  label: z.literal('second opinion: not a legal test'),
  method: z.literal('ENISA 2013: SE = DPC × EI + CB'),
  dpc: Scored,
  ei: Scored,
  cb: z.strictObject({
    confidentiality: Scored,
    integrity: Scored,
    availability: Scored,
    malice: Scored,
  }),
  se: z.strictObject({ min: z.number(), max: z.number() }),
  bands: z.array(z.enum(SEVERITY_BANDS)).min(1),
  flags: z.array(z.enum(['over-100-people', 'unintelligible'])),
  ignores: z.string(),
});
export type SeverityOpinion = z.infer<typeof SeverityOpinion>;

/** `forthright risk --json` prints one of these. */
export const RiskAnswer = z.strictObject({
  schema: z.literal('forthright/risk/1'),
  title: z.string().nullable(),
  by: z.string(),
  factors: RiskFactors,
  /** Fields of the run whose kind of data nobody has said: until then the kinds of data are unknown. */
  unmapped: z.array(z.string()),
  proposal: RiskProposal,
  severity: SeverityOpinion,
});
export type RiskAnswer = z.infer<typeof RiskAnswer>;
