import { INCIDENT_NATURES } from './risk.ts';

/**
 * The common template of the EDPB for notifications under GDPR Art. 33, version 1.0 as adopted for consultation on
 * 8 June 2026: its 100 input fields by their numbers, as facts. Labels and choices are ours, shortened; the official text
 * is the EDPB's. The field list was taken from a third party's extraction of the official document (CC BY 4.0, NicklawAI,
 * edpb-breach-notification-assistant) and put right where a rule contradicted itself: each such field says so in `note`.
 * A final version and the dates from which authorities use it did not exist in November 2026.
 */
export const EDPB_TEMPLATE = {
  id: 'edpb',
  name: 'EDPB common template for breach notifications',
  version: '1.0 (consultation, 8 June 2026)',
  source: 'https://www.edpb.europa.eu/our-work-tools/our-documents_en',
  status: 'draft: no authority has to accept it yet; see what the authority’s own form asks',
} as const;

/** When a field is asked. `field … is …`: the value, or one of the values, of another field. */
export type When =
  | Readonly<{ field: number; is: string | readonly string[] }>
  | Readonly<{ all: readonly When[] }>
  | Readonly<{ any: readonly When[] }>
  | Readonly<{ not: When }>
  /** More than 72 hours since awareness; established in the EEA; what a report itself knows. */
  | Readonly<{ fact: 'late' | 'in-eea' }>;

export type FieldType =
  | 'text'
  | 'instant'
  | 'date'
  | 'whole'
  | 'flag'
  | 'choice'
  | 'choices'
  /** Several texts, as of several parties. */
  | 'texts'
  /** Two-letter codes. */
  | 'countries'
  /** A number for each country. */
  | 'by-country';

export type TemplateField = Readonly<{
  no: number;
  section: string;
  label: string;
  type: FieldType;
  gdpr: string | null;
  /** Required whenever it is asked; or required always, by the draft; or neither. */
  need: 'always' | 'when-asked' | 'optional';
  choices?: Readonly<Record<string, string>>;
  /** Choices that only an incomplete notification may have. */
  forNow?: readonly string[];
  when?: When;
  note?: string;
}>;

const is = (field: number, ...values: [string, ...string[]]): When => ({ field, is: values });
const all = (...parts: When[]): When => ({ all: parts });
const not = (part: When): When => ({ not: part });

export const EDPB_SECTIONS = {
  '1.1': 'Notification and controller',
  '2.2': 'Who reports',
  '2.3': 'Data protection officer, contact, others involved',
  '3.1': 'Times',
  '3.2': 'Nature of the breach',
  '3.3': 'People',
  '3.4': 'Data',
  '3.5': 'Measures in place',
  '4.1': 'Consequences',
  '4.2': 'Risk',
  '4.3': 'Mitigation',
  '4.4': 'Prevention',
  '5.1': 'Telling the people',
  '6.1': 'Other authorities',
  '6.2': 'Cross-border: controller in the EEA',
  '6.3': 'Controller outside the EEA',
  '6.4': 'Attachments',
} as const;
export type EdpbSection = keyof typeof EDPB_SECTIONS;

type Rest = Partial<Pick<TemplateField, 'choices' | 'forNow' | 'when' | 'note'>>;
const field =
  (section: EdpbSection, gdpr: string | null) =>
  (
    no: number,
    label: string,
    type: FieldType,
    need: TemplateField['need'],
    rest: Rest = {},
  ): TemplateField => ({ no, section, label, type, gdpr, need, ...rest });

const YES_NO = { yes: 'yes', no: 'no' };
const YES_NO_UNKNOWN = { ...YES_NO, unknown: 'not known' };
const NUMBERED = {
  exact: 'an exact number',
  approximate: 'an approximate number',
  'cannot-tell': 'can’t be found out',
  later: 'to be found out',
};
const WITHDRAW = all(is(3, 'follow-up'), is(4, 'withdraw'));
const CROSS_BORDER = is(113, 'yes');
const OUTSIDE = all(not({ fact: 'in-eea' }), is(120, 'yes'));

const one = field('1.1', null);
const controller = field('1.1', 'Art. 33(3)(a)');
const reporter = field('2.2', 'Art. 33(3)(a)');
const contact = field('2.3', 'Art. 33(3)(b)');
const party = field('2.3', 'Art. 33(2); Art. 26; Art. 28');
const time = field('3.1', 'Art. 33(1)');
const nature = field('3.2', 'Art. 33(3)(a)');
const people = field('3.3', 'Art. 33(3)(a)');
const data = field('3.4', 'Art. 33(3)(a)');
const measure = field('3.5', 'Art. 32; Art. 33(3)');
const effect = field('4.1', 'Art. 33(3)(c)');
const risk = field('4.2', 'Art. 33(1); Art. 34(1)');
const told = field('5.1', 'Art. 34(1); Art. 34(2)');
const exempt = field('5.1', 'Art. 34(3)');
const other = field('6.1', null);
const lead = field('6.2', 'Art. 56');
const outside = field('6.3', 'Art. 3(2)');
const attached = field('6.4', null);

export const EDPB_FIELDS: readonly TemplateField[] = [
  one(3, 'New or follow-up', 'choice', 'always', {
    choices: { new: 'a new notification', 'follow-up': 'a follow-up to one' },
  }),
  one(4, 'Complete, incomplete or withdrawal', 'choice', 'always', {
    choices: { complete: 'complete', incomplete: 'incomplete: more will follow', withdraw: 'withdraws it' },
    note: 'Only a follow-up can withdraw.',
  }),
  one(5, 'Why it is withdrawn', 'text', 'when-asked', { when: WITHDRAW }),
  one(6, 'The authority’s number of the earlier notification', 'text', 'when-asked', {
    when: is(3, 'follow-up'),
  }),
  one(7, 'Own reference', 'text', 'optional'),
  controller(10, 'Kind of identifier', 'choice', 'optional', {
    choices: { company: 'company number', organisation: 'organisation number', vat: 'VAT number' },
  }),
  controller(11, 'Identifier', 'text', 'when-asked', { when: is(10, 'company', 'organisation', 'vat') }),
  controller(12, 'Name of the organisation', 'text', 'always'),
  controller(13, 'How to reach it', 'text', 'always'),
  controller(14, 'Sector', 'choice', 'optional', { choices: { private: 'private', public: 'public' } }),
  controller(15, 'Size', 'choice', 'optional', {
    choices: {
      micro: 'freelance or micro',
      'small-or-medium': 'small or medium',
      large: 'large',
      other: 'other',
    },
    when: is(14, 'private'),
  }),
  controller(16, 'Which other kind', 'text', 'optional', { when: is(15, 'other') }),
  controller(17, 'Economic activity', 'text', 'optional'),
  controller(18, 'Representative in the EEA', 'text', 'when-asked', { when: not({ fact: 'in-eea' }) }),
  controller(19, 'How to reach the representative', 'text', 'when-asked', {
    when: not({ fact: 'in-eea' }),
    note: 'The draft shows it without a condition; it belongs to field 18.',
  }),
  reporter(21, 'Who reports', 'text', 'always'),
  reporter(22, 'How to reach them', 'text', 'always'),
  reporter(23, 'Their function', 'choice', 'always', {
    choices: {
      dpo: 'data protection officer',
      legal: 'legal representative',
      other: 'other, with authority',
    },
  }),
  reporter(24, 'Which other function', 'text', 'when-asked', { when: is(23, 'other') }),
  reporter(25, 'National identification number', 'text', 'optional', {
    note: 'Only where national law asks for it.',
  }),
  reporter(26, 'Statement of accuracy and responsibility', 'text', 'optional', {
    note: 'Only where national law asks for it.',
  }),
  contact(29, 'Is there a data protection officer?', 'choice', 'always', {
    choices: YES_NO,
    when: not(is(23, 'dpo')),
  }),
  contact(30, 'Name of the data protection officer', 'text', 'always', {
    when: all(not(is(23, 'dpo')), is(29, 'yes')),
    note: 'The draft asks for it even where there is none.',
  }),
  contact(31, 'How to reach the data protection officer', 'text', 'always', {
    when: all(not(is(23, 'dpo')), is(29, 'yes')),
    note: 'The draft asks for it even where there is none.',
  }),
  contact(33, 'Who knows more', 'choice', 'optional', {
    choices: { dpo: 'data protection officer', reporter: 'who reports', other: 'another' },
  }),
  contact(34, 'Name of the contact', 'text', 'when-asked', { when: is(33, 'other') }),
  contact(35, 'Function of the contact', 'text', 'when-asked', { when: is(33, 'other') }),
  contact(36, 'How to reach the contact', 'text', 'when-asked', { when: is(33, 'other') }),
  party(38, 'Are processors or joint controllers involved?', 'choice', 'always', { choices: YES_NO }),
  party(39, 'What each is', 'texts', 'always', { when: is(38, 'yes') }),
  party(40, 'Name of each', 'texts', 'always', { when: is(38, 'yes') }),
  party(41, 'How to reach each', 'texts', 'always', {
    when: is(38, 'yes'),
    note: 'The draft shows it without a condition; it belongs to field 40.',
  }),
  time(44, 'When it happened', 'choice', 'always', {
    choices: {
      day: 'on one day',
      span: 'from a time to a time',
      ongoing: 'from a time on, and still',
      'cannot-tell': 'can’t be found out',
      later: 'to be found out',
    },
    forNow: ['later'],
  }),
  time(45, 'Times are estimates', 'flag', 'optional'),
  time(46, 'Beginning', 'instant', 'when-asked', { when: is(44, 'day', 'span', 'ongoing') }),
  time(47, 'End', 'instant', 'when-asked', { when: is(44, 'day', 'span') }),
  time(48, 'When the controller became aware', 'instant', 'always'),
  time(49, 'Reasons for the delay', 'text', 'when-asked', {
    when: all({ fact: 'late' }, is(3, 'new')),
    note: 'The draft’s condition is inverted (awareness + 72 hours after now); asked here once 72 hours are over.',
  }),
  time(50, 'How it was found', 'choice', 'always', {
    choices: {
      controller: 'by the controller',
      processor: 'by a processor',
      person: 'a person concerned said so',
      outsider: 'somebody else said so',
      press: 'from the press',
      other: 'otherwise',
    },
  }),
  time(51, 'More about how it was found', 'text', 'always'),
  time(52, 'When the other party said so', 'date', 'when-asked', {
    when: is(50, 'processor', 'person', 'outsider', 'press', 'other'),
  }),
  time(53, 'More about the times', 'text', 'optional', {
    note: 'The draft’s condition names a choice that field 41 does not have.',
  }),
  nature(55, 'Kinds of breach', 'choices', 'always', {
    choices: {
      confidentiality: 'confidentiality: disclosure or access',
      integrity: 'integrity: alteration',
      availability: 'availability: loss of access or destruction',
    },
  }),
  nature(56, 'Was it disclosed?', 'choice', 'when-asked', {
    choices: {
      yes: 'disclosed or taken out',
      likely: 'likely, without proof',
      no: 'not, by reasonable evidence',
      'cannot-tell': 'can’t be judged',
      later: 'to be found out',
    },
    forNow: ['later'],
    when: is(55, 'confidentiality'),
  }),
  nature(57, 'Could anybody read it, or tell whose it is?', 'choice', 'when-asked', {
    choices: {
      protected: 'no, and the protection is intact',
      doubtful: 'it was protected, but perhaps not any more',
      readable: 'yes',
      'cannot-tell': 'can’t be judged',
      later: 'to be found out',
    },
    forNow: ['later'],
    when: is(55, 'confidentiality'),
  }),
  nature(58, 'What became of altered data', 'choice', 'when-asked', {
    choices: {
      'not-used': 'altered; no sign of wrong or unlawful use',
      'used-recoverable': 'altered and used wrongly or unlawfully; can be put right',
      'used-lost': 'altered and used wrongly or unlawfully; can’t be put right',
    },
    when: is(55, 'integrity'),
    note: 'The third-party extraction cuts the second and third choice off; their difference is ours.',
  }),
  nature(59, 'Loss of access', 'choice', 'when-asked', {
    choices: { temporary: 'for a time', permanent: 'for good', 'not-determined': 'not found out' },
    when: is(55, 'availability'),
  }),
  nature(60, 'How it came about', 'choice', 'always', {
    choices: Object.fromEntries(
      [...INCIDENT_NATURES.slice(0, -1), 'later', 'other'].map((id) => [
        id,
        id === 'later' ? 'to be found out' : id.replaceAll('-', ' '),
      ]),
    ),
    forNow: ['later'],
  }),
  nature(61, 'Cause', 'choice', 'always', {
    choices: {
      'internal-error': 'inside, not meant',
      'internal-meant': 'inside, meant',
      'external-error': 'outside, not meant',
      'external-meant': 'outside, meant',
      later: 'to be found out',
      unknown: 'not known',
    },
    forNow: ['later'],
  }),
  nature(62, 'What happened', 'text', 'always'),
  nature(63, 'Systems and services, and where they are', 'text', 'always'),
  people(65, 'Groups of people', 'choices', 'always', {
    choices: {
      customers: 'customers, also prospective',
      employees: 'employees, former ones and applicants',
      forces: 'soldiers or police',
      minors: 'minors',
      patients: 'patients',
      students: 'students',
      subscribers: 'subscribers',
      users: 'users',
      vulnerable: 'vulnerable people',
      other: 'others',
      later: 'not yet known',
    },
    forNow: ['later'],
  }),
  people(66, 'More about the people', 'text', 'always'),
  people(67, 'Is their number known?', 'choice', 'always', { choices: NUMBERED, forNow: ['later'] }),
  people(68, 'Number of people', 'whole', 'when-asked', { when: is(67, 'exact', 'approximate') }),
  data(70, 'Kinds of data', 'choices', 'always', {
    choices: {
      basic: 'basic data: names, birth date',
      contact: 'contact data',
      biometric: 'biometrics',
      criminal: 'convictions, offences',
      political: 'political opinions',
      ethnic: 'ethnic origin',
      belief: 'belief',
      sexual: 'sexual life or orientation',
      union: 'union membership',
      genetic: 'genetics',
      health: 'health',
      financial: 'economic and financial data',
      'health-at-work': 'health in employment',
      identification: 'identification numbers',
      location: 'location',
      documents: 'official documents',
      payment: 'means of payment',
      profile: 'profiles',
      credentials: 'credentials',
      later: 'not yet known',
      other: 'others',
    },
    forNow: ['later'],
  }),
  data(71, 'More about the data', 'text', 'always'),
  data(72, 'Is the number of records known?', 'choice', 'always', { choices: NUMBERED, forNow: ['later'] }),
  data(73, 'Number of records', 'whole', 'always', {
    when: is(72, 'exact', 'approximate'),
    note: 'The draft asks for it always; it can be given only where it is known.',
  }),
  measure(75, 'Measures in place', 'choices', 'always', {
    choices: {
      pseudonyms: 'pseudonymisation',
      backup: 'backup, recovery plan',
      encryption: 'encryption',
      policies: 'policies',
      training: 'training',
      log: 'incident log',
      levels: 'levels of access',
      'logical-access': 'control of access, as by a second factor',
      audits: 'regular audits',
      'physical-access': 'locks and guards',
      'up-to-date': 'current systems',
      other: 'others',
    },
  }),
  measure(76, 'More about these measures', 'text', 'always'),
  effect(79, 'Consequences of the disclosure', 'choices', 'when-asked', {
    choices: {
      'beyond-purpose': 'data is known beyond what was foreseen',
      linked: 'it may be linked with other data',
      'other-use': 'it may be used for something else, or unfairly',
      other: 'others',
      later: 'being looked at',
    },
    forNow: ['later'],
    when: is(55, 'confidentiality'),
  }),
  effect(80, 'Which other ones', 'text', 'when-asked', {
    when: all(is(55, 'confidentiality'), is(79, 'other')),
  }),
  effect(81, 'Consequences of the alteration', 'choices', 'when-asked', {
    choices: {
      'used-invalid': 'changed data may have been used though no longer valid',
      'used-otherwise': 'data may have been changed to other valid data and used',
      other: 'others',
      later: 'being looked at',
    },
    forNow: ['later'],
    when: is(55, 'integrity'),
  }),
  effect(82, 'Which other ones', 'text', 'when-asked', { when: all(is(55, 'integrity'), is(81, 'other')) }),
  effect(83, 'Consequences of the loss of access', 'choices', 'when-asked', {
    choices: {
      'no-service': 'services can’t be reached',
      disturbed: 'services are disturbed',
      other: 'others',
      later: 'being looked at',
    },
    forNow: ['later'],
    when: is(55, 'availability'),
    note: 'The draft’s condition names integrity; it is about availability.',
  }),
  effect(84, 'Which other ones', 'text', 'when-asked', {
    when: all(is(55, 'availability'), is(83, 'other')),
  }),
  effect(85, 'What it can mean for people', 'choices', 'always', {
    choices: {
      control: 'loss of control over their data',
      rights: 'limited rights',
      discrimination: 'discrimination',
      identity: 'identity theft',
      fraud: 'fraud',
      money: 'financial loss',
      pseudonyms: 'pseudonyms undone',
      reputation: 'harm to reputation',
      secrecy: 'loss of professional secrecy',
      disclosure: 'others know their data',
      disadvantage: 'economic or social disadvantage',
      health: 'harm to body or mind',
      property: 'harm to property',
      other: 'others',
      later: 'to be found out',
    },
    forNow: ['later'],
  }),
  effect(86, 'Which other ones', 'text', 'when-asked', { when: is(85, 'other') }),
  effect(87, 'How severe', 'choice', 'always', {
    choices: { minor: 'minor', moderate: 'moderate', severe: 'severe', later: 'to be found out' },
    forNow: ['later'],
  }),
  risk(89, 'Outcome of the risk assessment', 'choice', 'always', {
    choices: {
      high: 'a high risk is likely',
      risk: 'a risk, not a high one, is likely',
      unlikely: 'a risk is unlikely',
      later: 'more information is needed',
    },
    forNow: ['later'],
    note: 'The extraction lacks the fourth choice, to which the field’s own condition refers.',
  }),
  risk(90, 'The risk assessment', 'text', 'always'),
  field('4.3', 'Art. 33(3)(d)')(92, 'Measures against the breach and its effects', 'text', 'always'),
  field('4.4', 'Art. 33(3)(d)')(94, 'Measures against another one', 'choices', 'always', {
    choices: {
      anonymisation: 'anonymisation',
      backup: 'backup, recovery plan',
      processes: 'other processes',
      encryption: 'encryption',
      policies: 'policies',
      training: 'training',
      erasure: 'erasure of data',
      log: 'incident log',
      levels: 'levels of access',
      'logical-access': 'control of access, as by a second factor',
      audits: 'regular audits',
      'physical-access': 'locks and guards',
      pseudonyms: 'pseudonymisation',
      'up-to-date': 'current systems',
      other: 'others',
    },
  }),
  field('4.4', 'Art. 33(3)(d)')(95, 'More about these measures', 'text', 'always', {
    note: 'The extraction calls it a date; it asks for a description.',
  }),
  told(97, 'Have the people been told?', 'choice', 'always', {
    choices: {
      yes: 'yes',
      planned: 'not yet; they will be',
      later: 'no, it is being looked at',
      'no-high-risk': 'no, since no high risk is likely',
      exempt: 'no, since Art. 34(3) applies',
    },
    forNow: ['later'],
  }),
  told(98, 'When they were told', 'date', 'when-asked', { when: is(97, 'yes') }),
  told(99, 'When they will be told', 'date', 'when-asked', { when: is(97, 'planned') }),
  exempt(100, 'Which condition of Art. 34(3)', 'choices', 'when-asked', {
    choices: {
      protected: '(a) the data was protected',
      'later-measures': '(b) a high risk is no longer likely',
      'disproportionate-effort': '(c) disproportionate effort; a public communication instead',
    },
    when: is(97, 'exempt'),
  }),
  exempt(101, 'Why it is met', 'text', 'when-asked', { when: is(97, 'exempt') }),
  told(102, 'Have all been told?', 'choice', 'when-asked', {
    choices: { all: 'all', some: 'not all' },
    when: is(97, 'yes'),
  }),
  told(103, 'Why not all', 'text', 'when-asked', { when: all(is(97, 'yes'), is(102, 'some')) }),
  told(104, 'How they were told', 'choices', 'when-asked', {
    choices: { each: 'each for themselves', public: 'publicly', other: 'otherwise' },
    when: is(97, 'yes'),
  }),
  told(105, 'Which other way', 'text', 'optional', { when: all(is(97, 'yes'), is(104, 'other')) }),
  told(106, 'What they were told', 'text', 'when-asked', { when: is(97, 'yes') }),
  other(109, 'Reported to the police?', 'choice', 'optional', { choices: YES_NO_UNKNOWN }),
  other(110, 'Told to other authorities?', 'choice', 'optional', { choices: YES_NO_UNKNOWN }),
  other(111, 'More about these', 'text', 'when-asked', { when: { any: [is(109, 'yes'), is(110, 'yes')] } }),
  lead(113, 'Is the processing cross-border?', 'choice', 'always', {
    choices: YES_NO_UNKNOWN,
    when: { fact: 'in-eea' },
  }),
  lead(114, 'Lead authority', 'text', 'when-asked', { when: all({ fact: 'in-eea' }, CROSS_BORDER) }),
  lead(115, 'Countries with an establishment', 'countries', 'when-asked', {
    when: all({ fact: 'in-eea' }, CROSS_BORDER),
  }),
  lead(116, 'Countries of the people', 'countries', 'when-asked', {
    when: all({ fact: 'in-eea' }, CROSS_BORDER),
  }),
  lead(117, 'People in each country', 'by-country', 'when-asked', {
    when: all({ fact: 'in-eea' }, CROSS_BORDER),
  }),
  lead(118, 'Authorities told or to be told', 'texts', 'when-asked', {
    when: all({ fact: 'in-eea' }, CROSS_BORDER),
  }),
  outside(120, 'Does the GDPR apply to this controller outside the EEA?', 'choice', 'always', {
    choices: YES_NO_UNKNOWN,
    when: not({ fact: 'in-eea' }),
  }),
  outside(121, 'Countries of the people', 'countries', 'when-asked', { when: OUTSIDE }),
  outside(122, 'People in each country', 'by-country', 'when-asked', { when: OUTSIDE }),
  outside(123, 'Authorities told or to be told', 'texts', 'optional', { when: OUTSIDE }),
  attached(125, 'Attachments', 'choices', 'optional', {
    choices: {
      'notice-to-people': 'the communication to the people',
      'risk-assessment': 'the risk assessment',
      'incident-report': 'the report of the examination',
      'ransom-note': 'the ransom note',
      'phishing-message': 'the phishing message',
      'notification-procedure': 'the procedure for notifying',
      'deletion-policy': 'the policy for deleting data',
      'message-to-recipients': 'the message to the wrong recipients',
      'message-from-outside': 'the message that told of the breach',
      other: 'others',
    },
    note: 'Each a dated copy.',
  }),
  attached(126, 'Which other ones', 'text', 'when-asked', { when: is(125, 'other') }),
];
