import {
  type CAUSES,
  type Element,
  ForthrightError,
  type LawFacts,
  type PROTECTIONS,
  type Problem,
  type RecipientClass,
  type RecipientGroup,
  RISK_FACTOR_IDS,
  RISK_QUESTIONS,
  type RiskData,
  type RiskFactorId,
  type RiskFactors,
  type RiskStatement,
  type ScopeAnswer,
} from '@forthright/contract';
import { elementOf } from './elements.ts';

/**
 * What each element of the statutes is to whoever weighs the risk, so that one list of names of fields serves both. Null:
 * the element alone does not say it, and it is asked.
 */
const OF_ELEMENT: Readonly<Record<Element, RiskData | null>> = {
  fullName: 'contact',
  firstName: 'contact',
  lastName: 'contact',
  displayName: 'contact',
  email: 'contact',
  username: 'contact',
  password: 'credentials',
  passwordHash: 'credentials',
  securityAnswer: 'credentials',
  phone: 'contact',
  postalAddress: 'contact',
  postcode: 'contact',
  birthDate: 'birth-date',
  birthYear: null,
  gender: null,
  photo: 'image',
  ssn: 'id-number',
  driverLicence: 'id-number',
  stateId: 'id-number',
  passport: 'id-number',
  militaryId: 'id-number',
  tribalId: 'id-number',
  studentId: null,
  employerId: null,
  taxId: 'id-number',
  nationalId: 'id-number',
  cardNumber: 'payment',
  cardCode: 'payment',
  cardExpiry: null,
  cardLastDigits: 'account-number',
  bankAccount: 'account-number',
  accountCode: 'payment',
  financialHistory: 'financial',
  medical: 'special',
  healthInsurance: 'special',
  biometric: 'special',
  genetic: 'special',
  digitalSignature: null,
  privateKey: 'credentials',
  licencePlateReader: 'location',
  mothersMaidenName: null,
  certificate: 'id-document',
  workEvaluation: 'career',
  ethnicity: 'special',
  politics: 'special',
  religion: 'special',
  union: 'special',
  sexLife: 'special',
  criminal: 'criminal',
  childData: null,
  location: 'location',
  ipAddress: null,
  customerId: 'contract',
  orderHistory: 'behaviour',
  messages: 'communications',
  reviews: null,
  language: null,
  preferences: null,
  other: null,
};

/** Names that no statute has a word for, or whose kind is another than that of their element. */
const BY_FIELD: Readonly<Record<string, RiskData>> = {
  mail: 'contact',
  order: 'contract',
  ordernumber: 'contract',
  orderid: 'contract',
  invoice: 'contract',
  tracking: 'contract',
  trackingnumber: 'contract',
  video: 'image',
  voice: 'image',
  idnumber: 'id-number',
  passportscan: 'id-document',
  idscan: 'id-document',
  idcopy: 'id-document',
  documentscan: 'id-document',
  browsinghistory: 'behaviour',
  wishlist: 'behaviour',
  preferences: 'behaviour',
  cv: 'career',
  resume: 'career',
  application: 'career',
  emails: 'communications',
  token: 'credentials',
  sessiontoken: 'credentials',
  apikey: 'credentials',
  diet: 'special-hint',
  dietaryrequirements: 'special-hint',
};
/** The kind of data that a field is by its name, or undefined when nobody can tell. */
function kindOf(field: string): RiskData | undefined {
  const name = bare(field);
  if (Object.hasOwn(BY_FIELD, name)) return BY_FIELD[name];
  const element = elementOf(field);
  return element === null ? undefined : (OF_ELEMENT[element] ?? undefined);
}
const bare = (field: string): string => field.toLowerCase().replace(/[^a-z0-9]/g, '');

/** The kinds of data that these fields are, and the fields whose kind nobody has said. */
export function categoriesOf(
  fields: readonly string[],
  stated: RiskStatement['fields'] = {},
): Readonly<{ categories: RiskData[]; unmapped: string[] }> {
  const own = new Map(Object.entries(stated).map(([field, category]) => [bare(field), category]));
  const found = fields.map((field) => ({
    field,
    category: own.get(bare(field)) ?? kindOf(field),
  }));
  return {
    categories: [...new Set(found.flatMap(({ category }) => category ?? []))],
    unmapped: found.flatMap(({ field, category }) => (category === undefined ? [field] : [])),
  };
}

/** What the class of a recipient says of whether it can be trusted: of some, nothing, and then it is asked. */
const TRUST: Readonly<Record<Exclude<RecipientClass, 'own'>, RecipientGroup['who']>> = {
  customer: 'mistaken',
  anonymous: 'unidentified',
  crawler: 'public',
  seller: null,
  employee: null,
  contractor: null,
  thirdParty: null,
};
const HOUR_MS = 3_600_000;

export type Computed = Partial<{ [F in RiskFactorId]: { value: unknown; from: string } }>;

/** The facts for the law say of some factors what they are. */
export function factorsOfFacts({ words }: Pick<LawFacts, 'words'>): Computed {
  const { cause, protection } = words;
  const found: Computed = {};
  const malice = cause?.known === true ? MALICE[cause.value as (typeof CAUSES)[number]] : undefined;
  if (cause?.known === true && malice !== undefined)
    found.malice = { value: malice, from: `the cause is ${cause.value} (${cause.source})` };
  const safe =
    protection?.known === true ? PROTECTION[protection.value as (typeof PROTECTIONS)[number]] : undefined;
  if (protection?.known === true && safe !== undefined)
    found.protection = { value: safe, from: `the protection is ${protection.value} (${protection.source})` };
  return found;
}

/** What a loss or a firm that works for the organisation meant is another question. */
const MALICE: Readonly<Partial<Record<(typeof CAUSES)[number], string>>> = {
  'technical-error': 'none',
  'human-error': 'none',
  insider: 'insider',
  attack: 'external',
  theft: 'external',
};
/** Encryption with the key safe may still be out of date: `intact` is for somebody to say. */
const PROTECTION: Readonly<Partial<Record<(typeof PROTECTIONS)[number], string>>> = {
  none: 'none',
  'encrypted-key-taken': 'none',
};

/** What a run of scope says of the factors. Nothing is said of what its logs can't show. */
export function computedFactors(answer: ScopeAnswer, stated: RiskStatement['fields'] = {}): Computed {
  const { people, recipients, seen } = answer;
  const touched = people.exposed + people.unknown + people.unidentified > 0;
  const groups = (Object.keys(TRUST) as (keyof typeof TRUST)[]).flatMap((name): RecipientGroup[] => {
    const count = recipients.byClass[name];
    return count === 0 ? [] : [{ who: TRUST[name], count: { min: count, max: count }, deletion: null }];
  });
  const { categories, unmapped } = categoriesOf(Object.keys(answer.fields), stated);
  const hasGaps = answer.gaps.length > 0 || people.unknown > 0;
  const computed: Computed = { people: { value: { min: people.min, max: people.max }, from: 'people' } };
  if (touched) computed.confidentiality = { value: 'yes', from: 'people' };
  if (categories.length > 0 && unmapped.length === 0) computed.data = { value: categories, from: 'fields' };
  // A hole in the log may hide recipients that the groups don't show.
  if (groups.length > 0 && !hasGaps) computed.recipients = { value: groups, from: 'recipients' };
  if (people.exposed + people.unidentified > 0) computed.reached = { value: 'confirmed', from: 'people' };
  else computed.reached = { value: hasGaps ? 'not-assessable' : 'not-reached', from: 'people, gaps' };
  if (seen.first !== null && seen.last !== null && !hasGaps) {
    const hours = Math.ceil((Date.parse(seen.last) - Date.parse(seen.first)) / HOUR_MS);
    computed.hours = { value: { min: hours, max: hours }, from: 'seen' };
  }
  return computed;
}

type Given = Readonly<{ value: unknown } | 'unknown'>;

/** A statement's words factor by factor: `kinds` is three of them. */
function stated({ ordinary, factors }: RiskStatement): Map<RiskFactorId, Given> {
  const { kinds, recipients, ...others } = factors;
  const given = new Map<RiskFactorId, Given>();
  if (kinds === 'unknown')
    for (const one of ['confidentiality', 'integrity', 'availability'] as const) given.set(one, 'unknown');
  else if (kinds !== undefined)
    for (const one of ['confidentiality', 'integrity', 'availability'] as const)
      given.set(one, { value: kinds.includes(one) ? 'yes' : 'no' });
  if (recipients === 'unknown') given.set('recipients', 'unknown');
  else if (recipients !== undefined) {
    const none = <T>(value: T | 'unknown' | undefined) =>
      value === undefined || value === 'unknown' ? null : value;
    given.set('recipients', {
      value: recipients.map(({ who, count, deletion }) => ({
        who: none(who),
        count: none(count),
        // Nobody is taken to have deleted anything who is not said to.
        deletion: deletion === undefined && ordinary ? 'not-confirmed' : none(deletion),
      })),
    });
  }
  for (const [id, value] of Object.entries(others))
    if (value !== undefined) given.set(id as RiskFactorId, value === 'unknown' ? value : { value });
  return given;
}

/**
 * What `ordinary` says of a factor. What people felt is ordinarily nothing, but of data that they did not get back within
 * a day nobody can say so without a look: it is asked.
 */
function ordinaryOf(id: RiskFactorId, toldOf: (id: RiskFactorId) => unknown): string | undefined {
  if (id === 'effect' && toldOf('availability') === 'yes' && toldOf('restore') !== 'prompt') return;
  return (RISK_QUESTIONS[id] as { ordinary?: string }).ordinary;
}
const same = (a: unknown, b: unknown): boolean => JSON.stringify(a) === JSON.stringify(b);

/**
 * The factors of a breach: what is stated, what a run computed, what the incident's facts say, and what `ordinary` says of the rest. Refuses a stated
 * value that differs from the computed one without a reason in `instead`; a value that is nowhere stays unknown.
 */
export function factorsOf(
  statement: RiskStatement,
  answer?: ScopeAnswer,
  facts?: Pick<LawFacts, 'words'>,
): RiskFactors {
  const { by, instead } = statement;
  const given = stated(statement);
  const computed = answer === undefined ? {} : computedFactors(answer, statement.fields);
  const fromFacts = facts === undefined ? {} : factorsOfFacts(facts);
  const problems: Problem[] = [];
  const toldOf = (id: RiskFactorId): unknown => {
    const own = given.get(id);
    return own === undefined
      ? (computed[id] ?? fromFacts[id])?.value
      : own === 'unknown'
        ? undefined
        : own.value;
  };
  const entries = RISK_FACTOR_IDS.map((id) => {
    const own = given.get(id);
    const found = computed[id] ?? fromFacts[id];
    const why = instead[id];
    const isOther =
      own !== undefined && found !== undefined && (own === 'unknown' || !same(own.value, found.value));
    if (isOther && why === undefined)
      problems.push({
        at: `factors.${id}`,
        message: `${computed[id] === undefined ? `${found.from}, so it is` : `run ${answer?.run} computed`} ${JSON.stringify(found.value)}; say under instead.${id} why it is otherwise, or leave it out`,
      });
    if (own !== undefined && own !== 'unknown')
      return [
        id,
        {
          known: true,
          value: own.value,
          source: {
            kind: 'stated',
            by,
            ...(isOther && why !== undefined && { insteadOf: `${JSON.stringify(found.value)}: ${why}` }),
          },
        },
      ];
    if (own === 'unknown') return [id, { known: false }];
    if (found !== undefined)
      return [
        id,
        {
          known: true,
          value: found.value,
          source:
            computed[id] === undefined
              ? { kind: 'incident', from: found.from }
              : { kind: 'computed', run: answer?.run ?? '', from: found.from },
        },
      ];
    const ordinary = statement.ordinary ? ordinaryOf(id, toldOf) : undefined;
    return ordinary === undefined
      ? [id, { known: false }]
      : [id, { known: true, value: ordinary, source: { kind: 'ordinary', by } }];
  });
  if (problems.length > 0)
    throw new ForthrightError('risk-invalid', 'a stated factor differs from what a run computed', {
      problems,
    });
  return Object.fromEntries(entries) as RiskFactors;
}
