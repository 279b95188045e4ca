import {
  EDPB_FIELDS,
  type FilledField,
  type Report,
  type ReportTemplate,
  type TemplateField,
} from '@forthright/contract';
import { livingIn } from './addressees.rules.ts';
import { wordsOf } from './report.rules.ts';
import type { ReportFacts, Values } from './report.types.ts';

/**
 * Reports beside the common template. Each field is put together from fields of the common one (`from`), from what the
 * facts know of a place, or has a name of its own under which somebody fills it in.
 */
type Other = Exclude<ReportTemplate, 'edpb'>;
type OtherField = Readonly<{
  key: string;
  label: string;
  law: string | null;
  need: 'always' | 'optional';
  from?: readonly number[];
  computed?: (facts: ReportFacts) => FilledField | undefined;
}>;
type OtherTemplate = Readonly<{
  name: string;
  version: string;
  status: string;
  sections: readonly Readonly<{ name: string; fields: readonly OtherField[] }>[];
}>;

const always = (
  key: string,
  label: string,
  law: string | null,
  from: readonly number[] = [],
): OtherField => ({
  key,
  label,
  law,
  need: 'always',
  from,
});
const optional = (
  key: string,
  label: string,
  law: string | null,
  from: readonly number[] = [],
): OtherField => ({
  ...always(key, label, law, from),
  need: 'optional',
});

/** People of one place, exposed or perhaps, by the run; where that is not known of all, at most as well. */
function living(facts: ReportFacts, place: string | undefined): FilledField | undefined {
  const { scope } = facts;
  if (scope === undefined || place === undefined) return undefined;
  // Nobody of that place among the people is a number too, as far as the directory knows places.
  const { people, perhaps } = livingIn(facts, place);
  const from = `people.${place.includes('-') ? 'byRegion' : 'byCountry'}, ${place}`;
  const value =
    perhaps === 0
      ? people
      : `${people}, and at most ${people + perhaps}: of ${perhaps} it is not known where they live`;
  return { value, source: { kind: 'computed', run: scope.run, from } };
}

const eventAt =
  (name: 'discovered' | 'determined') =>
  ({ incident }: ReportFacts): FilledField | undefined => {
    const at = incident?.facts?.[name];
    return at === undefined ? undefined : { value: at, source: { kind: 'incident', from: `facts.${name}` } };
  };

const WHO: readonly OtherField[] = [
  always('organisation', 'Organisation', 'Art. 33(3)(b)', [12, 13]),
  always('reporter', 'Who reports', 'Art. 33(3)(b)', [21, 22, 23]),
  optional('dpo', 'Data protection officer', 'Art. 33(3)(b)', [30, 31]),
];
const ART_33: readonly OtherField[] = [
  always('what-happened', 'What happened', 'Art. 33(3)(a)', [62]),
  always('kinds', 'Kinds of breach', 'Art. 4(12)', [55, 56, 57, 59]),
  always('when', 'When', 'Art. 33(1)', [44, 46, 47]),
  always('aware', 'When the controller became aware', 'Art. 33(1)', [48]),
  optional('delay', 'Reasons for the delay', 'Art. 33(1)', [49]),
  always('people', 'People: groups and number', 'Art. 33(3)(a)', [65, 67, 68]),
  always('data', 'Data: kinds and number of records', 'Art. 33(3)(a)', [70, 71, 72, 73]),
  always('consequences', 'Likely consequences', 'Art. 33(3)(c)', [85, 87]),
  always('measures', 'Measures taken or proposed', 'Art. 33(3)(d)', [92]),
  optional('prevention', 'Measures against another one', 'Art. 33(3)(d)', [94, 95]),
];

const UNVERIFIED =
  'not the authority’s own form: its questions were not checked; compare with the form before you file';

export const OTHER_TEMPLATES: Readonly<Record<Other, OtherTemplate>> = {
  generic: {
    name: 'Notification of a personal data breach',
    version: '1',
    status: 'the content of GDPR Art. 33(3), for an authority without a form',
    sections: [
      { name: 'Who', fields: WHO },
      { name: 'The breach', fields: ART_33 },
      { name: 'Risk', fields: [optional('risk', 'Risk assessment', 'Art. 33(1)', [89, 90])] },
      { name: 'People', fields: [optional('told', 'Telling the people', 'Art. 34', [97, 98, 99, 100, 101])] },
    ],
  },
  ico: {
    name: 'Notification to the Information Commissioner’s Office',
    version: '1',
    status: UNVERIFIED,
    sections: [
      { name: 'Who', fields: WHO },
      {
        name: 'The breach (UK GDPR Art. 33)',
        fields: [
          ...ART_33,
          always('found', 'How it was found', 'UK GDPR Art. 33(1)', [50, 51]),
          {
            ...always('people-uk', 'People in the United Kingdom', 'UK GDPR Art. 33(3)(a)'),
            computed: (facts) => living(facts, 'GB'),
          },
        ],
      },
      {
        name: 'Risk and people',
        fields: [
          always('risk', 'Likelihood and severity of harm', 'UK GDPR Art. 33(1)', [89, 90]),
          always('told', 'Have the people been told?', 'UK GDPR Art. 34', [97]),
          optional('others', 'Others who were told', null, [109, 110, 111]),
        ],
      },
    ],
  },
  'us-ag': {
    name: 'Notification to a state attorney general',
    version: '1',
    status: `${UNVERIFIED}; what each state demands, the duties say`,
    sections: [
      {
        name: 'Who',
        fields: [
          always('organisation', 'Organisation', null, [12, 13]),
          always('reporter', 'Who reports', null, [21, 22, 23]),
        ],
      },
      {
        name: 'The breach',
        fields: [
          always('what-happened', 'What happened', null, [62]),
          always('when', 'When', null, [44, 46, 47]),
          { ...always('discovered', 'Date of discovery', null), computed: eventAt('discovered') },
          {
            ...optional('determined', 'Date of determination that it is a breach', null),
            computed: eventAt('determined'),
          },
          always('data', 'Kinds of personal information', null, [70, 71]),
          {
            ...always('residents', 'Residents of the state', null),
            computed: (facts) => living(facts, facts.statement.place),
          },
          optional('all-people', 'People in all', null, [68]),
          always('measures', 'What was done about it', null, [92]),
        ],
      },
      {
        name: 'Notices',
        fields: [
          always('notice-dates', 'When the residents are told', null, [98, 99]),
          always('notice-copy', 'Copy of the notice: where it is', null),
          optional('services', 'Services offered, as identity protection, and for how long', null),
          optional('law-enforcement', 'Delay asked for by law enforcement', null, [109]),
        ],
      },
    ],
  },
};

const BY_NO: ReadonlyMap<number, TemplateField> = new Map(EDPB_FIELDS.map((field) => [field.no, field]));

/** A field from several of the common template: its words, joined; from one, that one's source. */
function fromCommon(numbers: readonly number[], values: Values): FilledField | undefined {
  const found = numbers.flatMap((no) => {
    const [field, filled] = [BY_NO.get(no), values[no]];
    return field === undefined || filled === undefined ? [] : [{ field, filled }];
  });
  const [first] = found;
  if (first === undefined) return undefined;
  const value = found.map(({ field, filled }) => wordsOf(field, filled.value)).join('. ');
  return { value, source: first.filled.source };
}

/** Another report from the same facts: put together, with what is missing. */
export function otherBody(
  template: Other,
  facts: ReportFacts,
  values: Values,
): Pick<
  Report,
  'name' | 'templateVersion' | 'status' | 'values' | 'sections' | 'missing' | 'wrong' | 'isReady'
> {
  const { name, version, status, sections } = OTHER_TEMPLATES[template];
  const fields = sections.flatMap((section) => section.fields);
  const own = new Map(fields.map(({ key }) => [key, values[key]]));
  const filledOf = ({ key, from = [], computed }: OtherField): FilledField | undefined =>
    own.get(key) ?? computed?.(facts) ?? fromCommon(from, values);
  const filled = fields.flatMap((field): [string, FilledField][] => {
    const found = filledOf(field);
    return found === undefined ? [] : [[field.key, found]];
  });
  const held = new Map(filled);
  const missing = fields
    .filter(({ key, need }) => need === 'always' && !held.has(key))
    .map(({ key, label, law }) => ({ field: key, label, law }));
  const stray = Object.keys(facts.statement.fields)
    .filter((key) => !own.has(key) && !BY_NO.has(Number(key)))
    .map((key) => ({ field: key, label: '', message: 'the template has no such field' }));
  const early =
    facts.statement.state === 'complete' && missing.length > 0
      ? [
          {
            field: 'state',
            label: '',
            message: `it is called complete, and ${missing.length} fields are missing`,
          },
        ]
      : [];
  return {
    name,
    templateVersion: version,
    status,
    values: Object.fromEntries(held),
    sections: sections.map((section) => ({
      name: section.name,
      fields: section.fields.map(({ key, label, law }) => {
        const found = held.get(key);
        return {
          field: key,
          label,
          law,
          value: found === undefined ? null : wordsOf({}, found.value),
          isMissing: missing.some(({ field }) => field === key),
          source: found?.source ?? null,
        };
      }),
    })),
    missing,
    wrong: [...stray, ...early],
    isReady: missing.length === 0 && stray.length === 0,
  };
}

/** The label of a field of any template. */
export const otherLabel = (template: Other, key: string): string =>
  OTHER_TEMPLATES[template].sections.flatMap(({ fields }) => fields).find((field) => field.key === key)
    ?.label ?? '';
