/**
 * An incident as a record of VERIS 1.4.1, and back. Names and required fields are those of the public schema
 * (veriscommunity.net); see docs/decisions. Reading takes only what it understands into facts; the record itself is
 * kept, and is the ground on which a later export writes what has changed since.
 */
import { isDeepStrictEqual } from 'node:util';
import {
  type DataCategory,
  ForthrightError,
  type IncidentKind,
  type NotUnderstood,
  OpenIncident,
  type PeopleCategory,
  type Reporter,
  VERIS_ACTIONS,
  VERIS_ACTORS,
  type VerisAction,
  type VerisActor,
  VerisExtension,
  type VerisRecord,
} from '@forthright/contract';
import { visible } from '../../kernel/index.ts';
import type { Cause, Facts, Figure, Incident } from '../types.ts';
import { Reading } from './reading.ts';

const VERSION = '1.4.1';
const UNKNOWN = 'Unknown';
const KNOWN_VERSIONS = /^1\.[34](\.\d{1,2})?$/;
const LONGEST_ID = 200;
const LONGEST_TITLE = 300;
const ERASED = '[erased]';

export type VerisRead = Readonly<{ facts: OpenIncident; notUnderstood: NotUnderstood[]; more: number }>;

/** Who reported it: the branch of `discovery_method`, and the variety in it; a partner has none of its own. */
const DISCOVERY: Readonly<Record<Reporter, readonly [string, string]>> = {
  'security-researcher': ['external', 'Security researcher'],
  customer: ['external', 'Customer'],
  authority: ['external', 'Law enforcement'],
  other: ['external', 'Other'],
  employee: ['internal', 'Reported by employee'],
  'own-monitoring': ['internal', 'Infrastructure monitoring'],
  vendor: ['partner', 'Other'],
  seller: ['partner', 'Other'],
};
const VICTIMS: Readonly<Partial<Record<PeopleCategory, string>>> = {
  customers: 'Customer',
  employees: 'Employee',
};
const DATA: Readonly<Partial<Record<DataCategory, string>>> = {
  credentials: 'Credentials',
  payment: 'Payment',
};

/** Where a record names several actions or actors, the first of these is the cause; the others are kept unread. */
const ACTIONS: readonly VerisAction[] = [
  'error',
  'misuse',
  'hacking',
  'malware',
  'social',
  'physical',
  'environmental',
  'unknown',
];
const ACTORS: readonly VerisActor[] = ['internal', 'partner', 'external', 'unknown'];

/** The facts of a stranger's record. Refuses with every wrong type at once what is no VERIS record. */
export function readVeris(record: VerisRecord): VerisRead {
  const reading = new Reading(record);
  const version = reading.text('schema_version');
  if (version === undefined || !KNOWN_VERSIONS.test(version))
    reading.problem('schema_version', 'VERIS 1.3 or 1.4 is understood');
  const id = reading.text('incident_id') ?? '';
  if (id === '' || id.length > LONGEST_ID)
    reading.problem('incident_id', `a text of 1 to ${LONGEST_ID} characters is expected here`);
  const by = `VERIS record ${visible(id)}`;
  for (const name of ['schema_name', 'source_id', 'security_incident']) reading.text(name);
  const { title, rest } = readSummary(reading);
  const named = readCause(reading);
  const cause =
    named === undefined && rest === undefined
      ? undefined
      : { ...(named ?? NO_CAUSE), ...(rest === undefined ? {} : { summary: rest }) };
  const others = {
    ...readReporter(reading),
    ...readEntity(reading),
    ...readAttributes(reading, by),
  };
  const extension = readExtension(reading, by);
  if (reading.problems.length > 0)
    throw new ForthrightError('veris-invalid', 'This is no VERIS record that could be imported.', {
      problems: reading.problems.slice(0, 100),
    });
  const facts = OpenIncident.parse({
    title: title ?? by,
    kind: kindOf(cause),
    ...(cause === undefined ? {} : { cause }),
    ...others,
    ...extension,
  });
  const { listed, more } = reading.notUnderstood();
  return { facts, notUnderstood: listed, more };
}

const NO_CAUSE = { action: 'unknown', variety: UNKNOWN, actor: 'unknown', actorVariety: UNKNOWN } as const;

/** The first line is the title; what follows, or all of it when that line is too long for one, is the summary. */
function readSummary(reading: Reading): { title: string | undefined; rest: string | undefined } {
  const whole = reading.text('summary')?.replaceAll('\r\n', '\n').trim() ?? '';
  if (whole === '') return { title: undefined, rest: undefined };
  const [first = '', ...others] = whole.split('\n');
  const line = visible(first).trim();
  const isShort = line.length <= LONGEST_TITLE;
  const rest = isShort ? others.join('\n').trim() : whole;
  const prose = OpenIncident.shape.effects.safeParse(rest);
  if (rest !== '' && !prose.success)
    reading.problem('summary', 'at most 20,000 characters, without control characters');
  return { title: isShort ? line : cut(line), rest: rest === '' ? undefined : rest };
}

/** Never between the halves of a character. */
function cut(text: string): string {
  let kept = '';
  for (const character of text) {
    if (kept.length + character.length > LONGEST_TITLE - 1) break;
    kept += character;
  }
  return `${kept.trimEnd()}…`;
}

function readCause(reading: Reading): Omit<Cause<string>, 'summary'> | undefined {
  const actions = reading.names('action');
  const actors = reading.names('actor');
  const action = ACTIONS.find((name) => actions.includes(name)) ?? 'unknown';
  const actor = ACTORS.find((name) => actors.includes(name)) ?? 'unknown';
  const variety = readVariety(reading, `action.${action}`, VERIS_ACTIONS[action]);
  const actorVariety = readVariety(reading, `actor.${actor}`, VERIS_ACTORS[actor]);
  return action === 'unknown' && actor === 'unknown' ? undefined : { action, variety, actor, actorVariety };
}

/** The first variety; one that is not offered here is `Other`, where there is that, and stays unread. */
function readVariety(reading: Reading, at: string, offered: readonly string[]): string {
  const [first] = reading.names(at).includes('variety') ? reading.texts(`${at}.variety`) : [];
  if (first === undefined) return UNKNOWN;
  if (!offered.includes(first)) return offered.includes('Other') ? 'Other' : UNKNOWN;
  reading.claim(`${at}.variety.0`);
  return first;
}

function kindOf(cause: Pick<Cause, 'action' | 'variety' | 'actor'> | undefined): IncidentKind {
  if (cause === undefined) return 'other';
  const { action, variety, actor } = cause;
  if (action === 'error')
    return variety === 'Misdelivery'
      ? 'misdelivery'
      : ['Loss', 'Disposal error'].includes(variety)
        ? 'loss'
        : 'technical-error';
  if (action === 'misuse') return actor === 'external' ? 'attack' : 'insider';
  if (['hacking', 'malware', 'social', 'physical'].includes(action)) return 'attack';
  return action === 'environmental' ? 'loss' : 'other';
}

/** Records of before 1.3.3 have one text here; it is kept unread. */
function readReporter(reading: Reading): Pick<OpenIncident, 'reportedBy'> {
  if (typeof reading.raw('discovery_method') === 'string') return {};
  for (const branch of ['external', 'internal', 'partner']) {
    if (!reading.names('discovery_method').includes(branch)) continue;
    const varieties = reading.names(`discovery_method.${branch}`).includes('variety')
      ? reading.texts(`discovery_method.${branch}.variety`)
      : [];
    const found = Object.entries(DISCOVERY).find(
      ([, [b, variety]]) => b === branch && varieties.includes(variety),
    );
    const as =
      found?.[0] ??
      (branch === 'internal' && varieties.includes('Log review') ? 'own-monitoring' : undefined);
    if (as === undefined) continue;
    for (const [i, variety] of varieties.entries())
      if (variety === found?.[1][1] || found === undefined)
        reading.claim(`discovery_method.${branch}.variety.${i}`);
    return { reportedBy: { as: as as Reporter } };
  }
  if (reading.names('discovery_method').includes('unknown')) reading.claim('discovery_method.unknown');
  return {};
}

function readEntity(reading: Reading): Pick<OpenIncident, 'entity'> {
  const names = reading.names('victim');
  if (!names.includes('victim_id')) return {};
  const given = reading.text('victim.victim_id');
  const name = OpenIncident.shape.site.safeParse(given).data;
  if (name === undefined) return {};
  const [country] = names.includes('country') ? reading.texts('victim.country') : [];
  if (country === undefined || !/^[A-Z]{2}$/.test(country)) return { entity: { name } };
  reading.claim('victim.country.0');
  return { entity: { name, country } };
}

function readAttributes(reading: Reading, by: string): Pick<OpenIncident, 'records' | 'categories'> {
  const at = 'attribute.confidentiality';
  if (!reading.names('attribute').includes('confidentiality')) return {};
  const names = reading.names(at);
  const total = names.includes('data_total') ? reading.count(`${at}.data_total`) : undefined;
  const people = known(
    VICTIMS,
    names.includes('data_victim') ? reading.texts(`${at}.data_victim`) : [],
    (i) => reading.claim(`${at}.data_victim.${i}`),
  );
  const data = known(DATA, varietiesOf(reading.raw(`${at}.data`)), (i) =>
    reading.claim(`${at}.data.${i}.variety`),
  );
  const categories = {
    ...(people.length === 0 ? {} : { people }),
    ...(data.length === 0 ? {} : { data }),
  };
  return {
    ...(total === undefined ? {} : { records: { min: total, max: total, by } }),
    ...(Object.keys(categories).length === 0 ? {} : { categories }),
  };
}

const varietiesOf = (raw: unknown): string[] =>
  Array.isArray(raw) ? raw.map((one) => String((one as { variety?: unknown } | null)?.variety ?? '')) : [];

function known<K extends string>(
  table: Readonly<Partial<Record<K, string>>>,
  varieties: readonly string[],
  claim: (i: number) => void,
): K[] {
  return (Object.entries(table) as [K, string][]).flatMap(([ours, theirs]) => {
    const i = varieties.indexOf(theirs);
    if (i < 0) return [];
    claim(i);
    return [ours];
  });
}

/** What an export of ours put beside what VERIS knows. One that was tampered with is kept, and not read. */
function readExtension(reading: Reading, by: string): Partial<OpenIncident> {
  if (!reading.names('plus').includes('forthright')) return {};
  const parsed = VerisExtension.safeParse(reading.raw('plus.forthright'));
  if (!parsed.success) return {};
  const { format: _, times, estimate, records, reportedBy, ...plain } = parsed.data;
  const facts = {
    ...plain,
    times: Object.fromEntries(Object.entries(times).map(([name, at]) => [name, { at, saidBy: by }])),
    ...(estimate === undefined ? {} : { estimate: { ...estimate, by } }),
    ...(records === undefined ? {} : { records: { ...records, by } }),
    ...(reportedBy === undefined ? {} : { reportedBy: { as: reportedBy } }),
  };
  const checked = OpenIncident.safeParse({ title: by, ...facts });
  if (!checked.success) return {};
  const { title: _title, ...read } = checked.data;
  reading.claim('plus.forthright');
  // The dates and spans of VERIS follow from the times.
  if (Object.keys(times).length > 0) reading.claim('timeline');
  return read;
}

type Json = VerisRecord[string];
type Section = Record<string, Json>;

/** The incident as VERIS; `base` is the record that it was imported from, of which everything unread stays. */
export function toVeris(incident: Incident, base?: VerisRecord): VerisRecord {
  const { facts, state } = incident;
  const before = base === undefined ? undefined : readVeris(base).facts;
  const isAsImported = (...names: (keyof Facts)[]): boolean =>
    before !== undefined &&
    names.every((name) => isDeepStrictEqual(before[name as keyof OpenIncident], facts[name]));
  const isDecided = state !== 'open';
  const record: Section = {
    ...frame(incident),
    ...base,
    schema_version: base === undefined ? VERSION : (base.schema_version ?? VERSION),
    security_incident: isDecided ? 'Confirmed' : (base?.security_incident ?? 'Suspected'),
  };
  if (!isAsImported('title', 'cause')) Object.assign(record, causeSections(facts));
  if (!isAsImported('times')) Object.assign(record, timeSections(incident, record));
  if (!isAsImported('reportedBy')) record.discovery_method = discoverySection(facts);
  if (!isAsImported('entity')) record.victim = { ...objectOf(record.victim), ...victimSection(facts) };
  if (!isAsImported('categories', 'records', 'estimate'))
    record.attribute = { ...objectOf(record.attribute), confidentiality: attributeSection(facts, record) };
  record.plus = { ...objectOf(record.plus), forthright: extensionOf(facts) };
  return record;
}

const objectOf = (value: Json | undefined): Section =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Section) : {};

/** What the schema requires, and the record does not know. */
const frame = ({ id }: Incident): Section => ({
  schema_name: 'verisc',
  schema_version: VERSION,
  incident_id: id,
  source_id: 'forthright',
  asset: { assets: [{ variety: UNKNOWN }], cloud: [UNKNOWN] },
});

function causeSections({ title, cause }: Facts): Section {
  const summary = cause?.summary;
  const words = [title ?? ERASED, ...(summary === undefined ? [] : [summary ?? ERASED])].join('\n\n');
  const { action, variety, actor, actorVariety } = cause ?? NO_CAUSE;
  return {
    summary: words,
    action: { [action]: actionBody(action, variety) },
    actor: { [actor]: actorBody(action, actor, actorVariety) },
  };
}

function actionBody(action: string, variety: string): Section {
  if (action === 'unknown') return {};
  return {
    variety: [variety],
    ...(action === 'environmental' ? {} : { vector: [UNKNOWN] }),
    ...(action === 'social' ? { target: [UNKNOWN] } : {}),
  };
}

function actorBody(action: string, actor: string, variety: string): Section {
  if (actor === 'unknown') return {};
  const motive = [action === 'error' ? 'NA' : UNKNOWN];
  if (actor === 'partner') return { country: [UNKNOWN], motive };
  return { variety: [variety], motive };
}

/** VERIS asks for a year at least. Where nobody knows when it occurred, the year is another time's, and a note says whose. */
function timeSections({ facts, openedAt }: Incident, record: Section): Section {
  const { occurred, firstSignal, aware, contained } = facts.times;
  const noticed = firstSignal ?? aware;
  const spans = {
    ...spanOf('discovery', occurred, noticed),
    ...spanOf('containment', noticed, contained),
  };
  const timeline = { ...objectOf(record.timeline), ...spans };
  if (occurred !== undefined) {
    const [year, month, day] = occurred.at.slice(0, 10).split('-').map(Number);
    return { timeline: { ...timeline, incident: { year, month, day } as Section } };
  }
  const [at, whose] =
    noticed === undefined ? [openedAt.toISOString(), 'it was recorded'] : [noticed.at, 'it was noticed'];
  return {
    timeline: { ...timeline, incident: { year: Number(at.slice(0, 4)) } },
    ...(record.notes === undefined
      ? { notes: `When it occurred is unknown. The year is the one in which ${whose}.` }
      : {}),
  };
}

const UNITS: readonly (readonly [string, number])[] = [
  ['Days', 86_400_000],
  ['Hours', 3_600_000],
  ['Minutes', 60_000],
  ['Seconds', 1000],
];

type Stated = Readonly<{ at: string }> | undefined;
function spanOf(name: string, from: Stated, to: Stated): Section {
  if (from === undefined || to === undefined) return {};
  const ms = Date.parse(to.at) - Date.parse(from.at);
  if (ms < 0) return {};
  const [unit, size] = UNITS.find(([, one]) => ms >= one && ms % one === 0) ?? ['Seconds', 1000];
  return { [name]: { unit, value: ms / size } };
}

function discoverySection({ reportedBy }: Facts): Section {
  if (reportedBy === undefined) return { unknown: true };
  const [branch, variety] = DISCOVERY[reportedBy.as];
  return { [branch]: { variety: [variety] } };
}

const victimSection = ({ entity }: Facts): Section => ({
  ...(entity === undefined ? {} : { victim_id: entity.name ?? ERASED }),
  country: [entity?.country ?? UNKNOWN],
  employee_count: UNKNOWN,
  industry: '000',
  government: ['NA'],
});

/** People are not records, and a range is no number: only an exact number of records has its place here. */
function attributeSection({ records, estimate, categories }: Facts, record: Section): Section {
  const isExact = records !== undefined && records.min === records.max;
  const victims = categories?.people?.flatMap((one) => VICTIMS[one] ?? []) ?? [];
  const data = categories?.data?.flatMap((one) => DATA[one] ?? []) ?? [];
  const { data_total: _, ...others } = objectOf(objectOf(record.attribute).confidentiality);
  return {
    ...others,
    data_disclosure: disclosureOf(estimate),
    data: ['Personal', ...data].map((variety) => ({ variety })),
    data_victim: victims.length === 0 ? [UNKNOWN] : victims,
    ...(isExact ? { data_total: records.min } : {}),
  };
}

function disclosureOf(estimate: Figure | undefined): string {
  if (estimate === undefined) return UNKNOWN;
  return estimate.min > 0 ? 'Yes' : 'Potentially';
}

/** One whose other party was erased says less than VERIS readers of ours would take for a role. */
function roleOf({ as, for: whom }: NonNullable<Facts['role']>): VerisExtension['role'] {
  if (as === 'controller') return { as };
  return typeof whom === 'string' ? { as, for: whom } : undefined;
}

function extensionOf({ kind, times, estimate, records, categories, reportedBy, ...others }: Facts): Section {
  const range = (figure: Figure | undefined) => figure && { min: figure.min, max: figure.max };
  const { site, brand, role } = others;
  const extension: VerisExtension = {
    format: 1,
    kind,
    times: Object.fromEntries(Object.entries(times).map(([name, { at }]) => [name, at])),
    estimate: range(estimate),
    records: range(records),
    categories: categories && {
      ...(categories.people === undefined ? {} : { people: [...categories.people] }),
      ...(categories.data === undefined ? {} : { data: [...categories.data] }),
    },
    reportedBy: reportedBy?.as,
    site: site ?? undefined,
    brand: brand ?? undefined,
    role: role && roleOf(role),
  };
  return Object.fromEntries(Object.entries(extension).filter(([, value]) => value !== undefined)) as Section;
}
