import {
  EDPB_FIELDS,
  EDPB_SECTIONS,
  EDPB_TEMPLATE,
  type EdpbSection,
  type FieldChange,
  type FieldType,
  type Report,
  type ReportValue,
  type TemplateField,
  type When,
} from '@forthright/contract';
import { establishmentsInEea } from './addressees.rules.ts';
import type { ReportFacts, Values } from './report.types.ts';

const LATE_MS = 72 * 3_600_000;
/** A clock may be a little off; a time beyond that has not been. */
const SLACK_MS = 300_000;
const BY_NO: ReadonlyMap<string, TemplateField> = new Map(
  EDPB_FIELDS.map((field) => [String(field.no), field]),
);

/** What a report knows of itself beside its fields. */
type Known = Readonly<{ values: Values; isInEea: boolean; at: Date }>;

const list = (value: ReportValue | undefined): readonly unknown[] =>
  value === undefined ? [] : Array.isArray(value) ? value : [value];

function holds(when: When, known: Known): boolean {
  if ('all' in when) return when.all.every((part) => holds(part, known));
  if ('any' in when) return when.any.some((part) => holds(part, known));
  if ('not' in when) return !holds(when.not, known);
  if ('fact' in when) return when.fact === 'in-eea' ? known.isInEea : isLate(known);
  const wanted = list(when.is as ReportValue);
  return list(known.values[when.field]?.value).some((one) => wanted.includes(one));
}

/** 72 hours of elapsed time since awareness: weekends, holidays and changes of the clock count (Reg. 1182/71). */
function isLate({ values, at }: Known): boolean {
  const aware = values[48]?.value;
  return typeof aware === 'string' && at.getTime() - Date.parse(aware) > LATE_MS;
}

/** Whether the template asks for a field, given the others. */
export const isAsked = ({ when }: TemplateField, known: Known): boolean =>
  when === undefined || holds(when, known);

const askedAbout = (when: When): number[] => {
  if ('all' in when) return when.all.flatMap(askedAbout);
  if ('any' in when) return when.any.flatMap(askedAbout);
  if ('not' in when) return askedAbout(when.not);
  return 'field' in when ? [when.field] : [];
};

/** Not asked, and not for want of an answer on which that hangs: unknown is no “no” here either. */
const isRuledOut = (field: TemplateField, known: Known): boolean =>
  !isAsked(field, known) &&
  askedAbout(field.when ?? { all: [] }).every((no) => {
    const other = BY_NO.get(String(no));
    return known.values[no] !== undefined || other === undefined || !isAsked(other, known);
  });

/** A withdrawal says who withdraws what and why, and nothing else has to be there. */
const NEEDED_TO_WITHDRAW: ReadonlySet<number> = new Set([3, 4, 5, 6, 12, 13, 21, 22, 23]);

/** The fields that are asked, must be filled, and are not. */
export function missingFields(known: Known): TemplateField[] {
  const isWithdrawn = known.values[4]?.value === 'withdraw';
  return EDPB_FIELDS.filter(
    (field) =>
      field.need !== 'optional' &&
      known.values[field.no] === undefined &&
      isAsked(field, known) &&
      (!isWithdrawn || NEEDED_TO_WITHDRAW.has(field.no)),
  );
}

const isText = (value: ReportValue): value is string => typeof value === 'string';
const isRecord = (value: ReportValue): value is Record<string, number> =>
  typeof value === 'object' && !Array.isArray(value);
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;
const DATE = /^\d{4}-\d\d-\d\d$/;

const FITS: Readonly<Record<FieldType, Readonly<{ is: (value: ReportValue) => boolean; expects: string }>>> =
  {
    text: { is: isText, expects: 'a text' },
    instant: {
      is: (value) => isText(value) && INSTANT.test(value) && !Number.isNaN(Date.parse(value)),
      expects: 'an instant with its zone, such as 2025-11-20T14:05:00Z',
    },
    date: {
      is: (value) => isText(value) && DATE.test(value) && !Number.isNaN(Date.parse(value)),
      expects: 'a day, such as 2025-11-20',
    },
    whole: { is: (value) => typeof value === 'number', expects: 'a whole number' },
    flag: { is: (value) => typeof value === 'boolean', expects: 'true or false' },
    choice: { is: isText, expects: 'one of the choices' },
    choices: { is: Array.isArray, expects: 'a list of choices' },
    texts: { is: Array.isArray, expects: 'a list of texts' },
    countries: {
      is: (value) => Array.isArray(value) && value.every((one) => /^[A-Z]{2}$/.test(one)),
      expects: 'a list of countries, such as [LU, DE]',
    },
    'by-country': { is: isRecord, expects: 'a number for each country, such as { LU: 3 }' },
  };

type Wrong = Report['wrong'][number];

function wrongValue(field: TemplateField, value: ReportValue, known: Known): string | undefined {
  const { is, expects } = FITS[field.type];
  const { choices, forNow = [] } = field;
  const names = choices === undefined ? '' : `: ${Object.keys(choices).join(', ')}`;
  if (!is(value)) return `expected ${expects}${names}`;
  if (choices !== undefined) {
    const other = list(value).find((one) => !Object.hasOwn(choices, String(one)));
    if (other !== undefined) return `${other} is no choice; these are${names}`;
    const open = list(value).find((one) => forNow.includes(String(one)));
    if (open !== undefined && known.values[4]?.value !== 'incomplete')
      return `${open} is for an incomplete notification only`;
  }
  return isRuledOut(field, known) ? 'it is filled in, but by the other fields it is not asked' : undefined;
}

/** What one field says of another. */
function contradictions({ values, at }: Known): readonly (readonly [field: number, message: string])[] {
  const time = (no: number): number | undefined => {
    const value = values[no]?.value;
    return typeof value === 'string' && !Number.isNaN(Date.parse(value)) ? Date.parse(value) : undefined;
  };
  const [begun, ended, aware] = [time(46), time(47), time(48)];
  const found: (readonly [number, string])[] = [];
  if (begun !== undefined && ended !== undefined && ended < begun)
    found.push([47, 'it ends before it begins']);
  if (begun !== undefined && aware !== undefined && aware < begun)
    found.push([48, 'awareness comes before the breach began']);
  if (aware !== undefined && aware > at.getTime() + SLACK_MS) found.push([48, 'it lies ahead']);
  if (values[4]?.value === 'withdraw' && values[3]?.value !== 'follow-up')
    found.push([4, 'only a follow-up can withdraw']);
  const parties = [39, 40, 41].map((no) => list(values[no]?.value).length);
  if (new Set(parties).size > 1)
    found.push([40, 'fields 39, 40 and 41 have as many entries as there are parties']);
  return found;
}

/** All that is wrong with what is filled in. A report that calls itself complete must be. */
export function wrongFields(known: Known, missing: readonly TemplateField[]): Wrong[] {
  const { values } = known;
  const wrong = Object.entries(values).flatMap(([no, { value }]): Wrong[] => {
    const field = BY_NO.get(no);
    if (field === undefined) return [{ field: no, label: '', message: 'the template has no such field' }];
    const message = wrongValue(field, value, known);
    return message === undefined ? [] : [{ field: no, label: field.label, message }];
  });
  const others = contradictions(known).map(([no, message]) => ({
    field: String(no),
    label: BY_NO.get(String(no))?.label ?? '',
    message,
  }));
  if (values[4]?.value === 'complete' && missing.length > 0)
    others.push({
      field: '4',
      label: BY_NO.get('4')?.label ?? '',
      message: `it is called complete, and ${missing.length} fields are missing`,
    });
  return [...wrong, ...others];
}

/** A value as a person reads it. */
export function wordsOf(field: Pick<TemplateField, 'choices'>, value: ReportValue): string {
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'number') return value.toLocaleString('en-GB');
  const named = (one: string): string => field.choices?.[one] ?? one;
  if (typeof value === 'string') return named(value);
  if (Array.isArray(value)) return value.map(named).join('; ');
  return Object.entries(value)
    .map(([country, people]) => `${country}: ${people.toLocaleString('en-GB')}`)
    .join('; ');
}

/** What differs between two versions, by field. */
export function changesBetween(
  before: Pick<Report, 'values'>,
  after: Pick<Report, 'values'>,
  labelOf: (field: string) => string,
): FieldChange[] {
  const fields = [...new Set([...Object.keys(before.values), ...Object.keys(after.values)])];
  return fields
    .map((field) => ({
      field,
      label: labelOf(field),
      before: before.values[field]?.value ?? null,
      after: after.values[field]?.value ?? null,
    }))
    .filter((one) => !isSame(one.before, one.after))
    .toSorted((a, b) => Number(a.field) - Number(b.field) || (a.field < b.field ? -1 : 1));
}

/** The order of choices, or of countries, is no difference. */
function isSame(a: ReportValue | null, b: ReportValue | null): boolean {
  const plain = (value: ReportValue | null): string => {
    if (value === null || typeof value !== 'object') return JSON.stringify(value);
    return JSON.stringify(
      Array.isArray(value) ? value : Object.entries(value).toSorted(([x], [y]) => (x < y ? -1 : 1)),
    );
  };
  return plain(a) === plain(b);
}

export const edpbLabel = (field: string): string => BY_NO.get(field)?.label ?? '';

type Body = Pick<
  Report,
  'name' | 'templateVersion' | 'status' | 'values' | 'sections' | 'missing' | 'wrong' | 'isReady'
>;

/** Without what the facts know and the template, given the other fields, does not ask. What somebody typed stays. */
function asAsked(known: Known): Values {
  const { values } = known;
  const kept = Object.fromEntries(
    Object.entries(values).filter(([no, { source }]) => {
      const field = BY_NO.get(no);
      return source.kind === 'stated' || field === undefined || !isRuledOut(field, known);
    }),
  );
  // Without a field others may not be asked either.
  return Object.keys(kept).length === Object.keys(values).length
    ? values
    : asAsked({ ...known, values: kept });
}

/** The common template, filled in, held to its own rules, with what is missing. */
export function edpbBody(facts: ReportFacts, found: Values): Body {
  const isInEea = establishmentsInEea(facts).length > 0;
  const values = asAsked({ values: found, isInEea, at: facts.at });
  const known: Known = { values, isInEea, at: facts.at };
  const lacking = missingFields(known);
  const wrong = wrongFields(known, lacking);
  const isMissing = new Set(lacking.map(({ no }) => no));
  const shown = EDPB_FIELDS.filter((field) => isAsked(field, known) || values[field.no] !== undefined);
  const sections = Object.entries(EDPB_SECTIONS).map(([id, name]) => ({
    name: `${id} ${name}`,
    fields: shown
      .filter(({ section }) => section === (id as EdpbSection))
      .map((field) => {
        const filled = values[field.no];
        return {
          field: String(field.no),
          label: field.label,
          law: field.gdpr,
          value: filled === undefined ? null : wordsOf(field, filled.value),
          isMissing: isMissing.has(field.no),
          source: filled?.source ?? null,
        };
      }),
  }));
  return {
    name: EDPB_TEMPLATE.name,
    templateVersion: EDPB_TEMPLATE.version,
    status: EDPB_TEMPLATE.status,
    values,
    sections: sections.filter(({ fields }) => fields.length > 0),
    missing: lacking.map(({ no, label, gdpr }) => ({ field: String(no), label, law: gdpr })),
    wrong,
    isReady: lacking.length === 0 && wrong.length === 0,
  };
}
