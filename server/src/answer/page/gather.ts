/** The facts of an edition: a finished run, the incident's times, what people stated, and the batches of the register. */
import {
  ForthrightError,
  type Incident,
  type IncidentId,
  type NoticeFile,
  type PageSection,
  type PageStatement,
  type PageTexts,
  type Problem,
  ScopeAnswer,
  type Workspace,
} from '@forthright/contract';
import { cohortOfRun, lastRun, leaksOf, type RecordedIncident } from '../../incident/index.ts';
import { committedBatches, type Fact, incidentFacts, type Source, type Texts } from '../../notify/index.ts';
import type { Reads } from '../../platform/db/index.ts';
import { loadWorkspace } from '../../sources/index.ts';
import { type Known, problemsOf } from './rules.ts';
import type { PageFacts } from './types.ts';

/** Countries with fewer people than this are told together: one person of a small country could be found out. */
const LEAST_SHOWN = 10;

export type Given = Readonly<{
  incident: RecordedIncident;
  runJob: string;
  address: string;
  statement: PageStatement;
  texts: PageTexts;
  number: number;
  today: Date;
  /** Path of the workspace file. */
  workspace: string | undefined;
}>;

const stated = <T>(at: string, value: T): Fact<T> => ({ value, source: { is: 'stated', at } });

/**
 * Refuses as `edition-incomplete`, with all that is missing, what is not the whole answer; as `edition-changed` a run that is not the last
 * one or is about older leaks; and as `workspace-missing` where nobody says who the organisation is.
 */
export async function gatherPage(
  reads: Reads,
  given: Given,
  languages: readonly string[],
): Promise<PageFacts> {
  const { facts, problems } = await surveyPage(reads, given, languages);
  if (problems.length > 0) throw incomplete(problems);
  return facts;
}

export type Surveyed = Readonly<{ facts: PageFacts; known: Known; problems: readonly Problem[] }>;

/** What would be said, and all that is missing for it. Refuses as `gatherPage` does, but for what is missing. */
export async function surveyPage(
  reads: Reads,
  given: Given,
  languages: readonly string[],
): Promise<Surveyed> {
  const { workspace: path, incident: recorded, runJob, statement, texts } = given;
  if (path === undefined)
    throw new ForthrightError('workspace-missing', 'This server was started without a workspace.');
  const { workspace } = await loadWorkspace(path);
  const { answer, incident } = await runOf(reads, recorded, runJob);
  const contained = containedOf(recorded, statement);
  const notice: NoticeFile = {
    ...statement,
    texts: { ...statement.texts, cause: statement.texts.cause ?? {} },
    incident: recorded.id,
    answer: runJob,
    templates: [],
  };
  const common = incidentFacts({
    answer,
    incident: { ...incident, ...(contained === undefined ? {} : { contained }) },
    workspace,
    notice,
    duties: [],
  });
  const contact = common.contacts.get('');
  if (contact === undefined)
    throw incomplete([
      { at: 'organisation.contactPoint', message: 'is missing in the workspace: somebody to ask' },
    ]);
  const run = <T>(at: string, value: T): Fact<T> => ({
    value,
    source: { is: 'run', at: `${answer.run}:${at}` },
  });
  const notices = await noticesOf(reads, recorded.id);
  const facts: PageFacts = {
    common,
    contact,
    country: workspace.organisation.country ?? '',
    number: given.number,
    address: given.address,
    base: baseOf(workspace, common.domain.value),
    today: given.today.getTime(),
    run: answer.run,
    unidentified: run('people.unidentified', answer.people.unidentified),
    ...countriesOf(answer, run),
    fields: Object.entries(answer.fields)
      .filter(([, { exposed }]) => exposed > 0)
      .sort(([a, x], [b, y]) => y.exposed - x.exposed || (a < b ? -1 : 1))
      .map(([field, { exposed }]) => ({ field, number: run(`fields.${field}.exposed`, exposed) })),
    perhaps: run(
      'fields',
      Object.entries(answer.fields)
        .filter(([, { exposed, unknown }]) => exposed === 0 && unknown > 0)
        .map(([field]) => field)
        .toSorted(),
    ),
    items: run('where.items', answer.where.items),
    seen: seenOf(answer, run),
    whom: texts.whom === undefined ? undefined : stated('texts.whom', texts.whom),
    told: texts.told === undefined ? undefined : stated('texts.told', texts.told),
    notYet: texts.notYet.map(({ section, because, until }, i) => ({
      section,
      because: stated(`texts.notYet[${i}].because`, because),
      // Noon: the same day in the zones of nearly everybody.
      until: stated(`texts.notYet[${i}].until`, Date.parse(`${until}T12:00:00Z`)),
    })),
    questions: texts.questions.map(({ question, answer: words }, i) => ({
      question: stated(`texts.questions[${i}].question`, question),
      answer: stated(`texts.questions[${i}].answer`, words),
    })),
    notices,
  };
  const known = knownOf(facts);
  const problems = [
    ...problemsOf(known, {
      notYet: facts.notYet.map(({ section, until }) => ({ section, until: until.value })),
      nextBy: common.unknown.value > 0 ? common.nextBy?.value : undefined,
      today: facts.today,
    }),
    ...untranslated(facts, languages),
  ];
  return { facts, known, problems };
}

const incomplete = (problems: readonly Problem[]): ForthrightError =>
  new ForthrightError(
    'edition-incomplete',
    'A page says all that it must, or why it can’t yet and by when it will.',
    { problems: problems.slice(0, 50) },
  );

async function runOf(
  reads: Reads,
  recorded: RecordedIncident,
  runJob: string,
): Promise<Readonly<{ answer: ScopeAnswer; incident: Incident }>> {
  const found = await cohortOfRun(reads, recorded.id, runJob);
  if (found === undefined)
    throw new ForthrightError('edition-changed', 'The run has not ended well, or its answer was erased.');
  const last = await lastRun(reads, recorded.id);
  if (last !== runJob)
    throw new ForthrightError(
      'edition-changed',
      `There is a newer run, ${last}: prepare an edition of that one.`,
    );
  const leaks = await leaksOf(reads, recorded.id);
  if (leaks === undefined || leaks.document === null)
    throw new ForthrightError('leaks-missing', 'What is believed to have leaked was erased.');
  if (leaks.version !== found.leaks)
    throw new ForthrightError(
      'edition-changed',
      `The run is about version ${found.leaks} of the leaks, and they are at version ${leaks.version} now: run scope again.`,
    );
  const { leaks: list, gaps } = leaks.document;
  return {
    answer: ScopeAnswer.parse(JSON.parse(found.answer)),
    incident: { title: recorded.id, leaks: [...list], gaps: [...gaps] },
  };
}

/** When it was stopped stands in the record, and how in the statement; it takes both. */
function containedOf(
  { facts }: RecordedIncident,
  { texts }: PageStatement,
): Incident['contained'] | undefined {
  const { contained } = facts.times;
  return contained === undefined || texts.contained === undefined
    ? undefined
    : { at: contained.at, summary: '' };
}

function baseOf({ organisation }: Workspace, domain: string): string {
  const at = organisation.publicAt ?? `https://${domain}/`;
  return at.endsWith('/') ? at : `${at}/`;
}

async function noticesOf(reads: Reads, incident: IncidentId): Promise<PageFacts['notices']> {
  const batches = await committedBatches(reads);
  return batches
    .filter((batch) => batch.incident === incident)
    .map(({ tag, size, entry }) => {
      const source: Source = { is: 'register', at: `entry ${entry}` };
      return { batch: tag, leaves: { value: size, source }, entry };
    });
}

type Run = <T>(at: string, value: T) => Fact<T>;

function countriesOf({ people }: ScopeAnswer, run: Run): Pick<PageFacts, 'countries' | 'elsewhere'> {
  const counted = Object.entries(people.byCountry).filter(([, { exposed }]) => exposed > 0);
  const isShown = ([country, { exposed }]: (typeof counted)[number]): boolean =>
    exposed >= LEAST_SHOWN && /^[A-Z]{2}$/.test(country);
  const rest = counted.filter((one) => !isShown(one)).reduce((sum, [, { exposed }]) => sum + exposed, 0);
  return {
    countries: counted
      .filter(isShown)
      .sort(([a, x], [b, y]) => y.exposed - x.exposed || (a < b ? -1 : 1))
      .map(([country, { exposed }]) => ({ country, number: run(`people.byCountry.${country}`, exposed) })),
    elsewhere: rest === 0 ? undefined : run('people.byCountry', rest),
  };
}

function seenOf({ seen }: ScopeAnswer, run: Run): PageFacts['seen'] {
  if (seen.first === null || seen.last === null) return undefined;
  return { first: run('seen.first', Date.parse(seen.first)), last: run('seen.last', Date.parse(seen.last)) };
}

function knownOf(facts: PageFacts): Known {
  const { common, fields, perhaps, countries, whom, told, seen } = facts;
  const recipients = [...common.recipients].some(([kind, { value }]) => kind !== 'own' && value > 0);
  return {
    what: common.leaks.length > 0,
    howMany: true,
    whom: whom !== undefined || countries.length > 0,
    data: fields.length > 0 || perhaps.value.length > 0,
    where: common.leaks.every(({ id }) => common.places.has(id)),
    toWhom: recipients,
    howLong: seen !== undefined,
    cause: Object.keys(common.cause.value).length > 0,
    fixed: common.contained !== undefined,
    advice: true,
    authorities: common.authorities.value.length > 0 && told !== undefined,
    open: common.unknown.value === 0 || common.nextBy !== undefined,
  };
}

type Typed = readonly [at: string, texts: Texts | undefined];

/** What somebody typed must be there in every language of the page. */
function untranslated(facts: PageFacts, languages: readonly string[]): Problem[] {
  const { common, whom, told, notYet, questions } = facts;
  const shown = new Set([...facts.fields.map(({ field }) => field), ...facts.perhaps.value]);
  const typed: readonly Typed[] = [
    ['statement.texts.cause', Object.keys(common.cause.value).length === 0 ? undefined : common.cause.value],
    ['statement.texts.contained', common.contained?.value.what],
    ...common.measures.value.map((texts, i) => [`statement.texts.measures[${i}]`, texts] as const),
    ...common.leaks.map(({ id }) => [`statement.texts.places.${id}`, common.places.get(id)?.value] as const),
    ...[...common.fieldNames]
      .filter(([field]) => shown.has(field))
      .map(([field, { value }]) => [`statement.texts.fields.${field}`, value] as const),
    ['texts.whom', whom?.value],
    ['texts.told', told?.value],
    ...notYet.map(({ because }) => [because.source.at, because.value] as const),
    ...questions.flatMap(({ question, answer }) =>
      [question, answer].map(({ source, value }) => [source.at, value] as const),
    ),
  ];
  return typed.flatMap(([at, texts]) => {
    const lacking = texts === undefined ? [] : languages.filter((language) => texts[language] === undefined);
    return lacking.length === 0 ? [] : [{ at, message: `is missing in: ${lacking.join(', ')}` }];
  });
}

/** Sections that an edition calls open, for the register. */
export const openSections = ({ notYet }: PageTexts): PageSection[] => notYet.map(({ section }) => section);
