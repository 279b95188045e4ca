/** The register of breaches (GDPR Art. 33(5)) as a table: RFC 4180, one incident a row. Pure. */
import type { Answer } from '@forthright/contract';
import { isOverdue, standingDecisions } from '../rules.ts';
import type { Decision, Figure, Incident, Task, Typed } from '../types.ts';

type Cell = string | number | boolean | null | undefined;
/** What a row needs beside the incident: the text with which a closed one was closed. */
export type Around = Readonly<{ now: Date; closing?: Typed | undefined }>;
type Column = readonly [name: string, of: (incident: Incident, around: Around) => Cell];

const ERASED = '[erased]';
const typed = (text: Typed | undefined): string | undefined => (text === null ? ERASED : text);
const list = (words: readonly string[] | undefined): string | undefined => words?.join(' ');

const figure = (name: string, of: (incident: Incident) => Figure | undefined): Column[] => [
  [`${name}_min`, (one) => of(one)?.min],
  [`${name}_max`, (one) => of(one)?.max],
  [`${name}_basis`, (one) => basis(of(one))],
  [`${name}_said_by`, (one) => typed(of(one)?.by)],
  [`${name}_run`, (one) => of(one)?.run],
];

function basis(one: Figure | undefined): string | undefined {
  if (one === undefined) return undefined;
  return one.run === undefined ? 'estimated' : 'from-run';
}

const time = (column: string, name: keyof Incident['facts']['times']): Column[] => [
  [column, ({ facts }) => facts.times[name]?.at],
  [`${column}_said_by`, ({ facts }) => typed(facts.times[name]?.saidBy)],
];

const told = (column: string, answer: Exclude<Answer, 'register-only'>): Column[] => [
  [column, (one) => stateOf(one, answer)],
  [`${column}_why`, (one) => whyOf(one, answer)],
  [`${column}_due`, (one) => dutyOf(one, answer)?.due],
  [`${column}_outcome`, (one) => typed(dutyOf(one, answer)?.text)],
];

const dutyOf = ({ tasks }: Incident, answer: Answer): Task | undefined =>
  tasks.findLast((one) => one.answer === answer);
const standing = (incident: Incident, answer: Answer): Decision | undefined =>
  standingDecisions(incident).find((one) => one.answer === answer);

/** Whether they were told: `undecided` is neither yes nor no. */
function stateOf(incident: Incident, answer: Answer): string {
  const duty = dutyOf(incident, answer);
  if (standing(incident, answer) !== undefined)
    return { done: 'told', excused: 'excused', open: 'to be told' }[duty?.state ?? 'open'];
  if (standing(incident, 'register-only') !== undefined)
    return duty?.state === 'done' ? 'told before it was decided not to' : 'not to be told';
  return 'undecided';
}

/** The reason of the decision that stands: to tell, or not to. */
const whyOf = (incident: Incident, answer: Answer): string | undefined =>
  typed((standing(incident, answer) ?? standing(incident, 'register-only'))?.reason);

const decisions = ({ decisions: all }: Incident): string =>
  JSON.stringify(
    all.map(({ reason, at, ...one }) => ({ ...one, at: at.toISOString(), reason: reason ?? ERASED })),
  );
const tasks = ({ tasks: all, delays }: Incident, { now }: Around): string =>
  JSON.stringify(
    all.map((one) => ({
      ...one,
      what: one.what ?? ERASED,
      text: typed(one.text),
      isOverdue: isOverdue(one, delays, now),
    })),
  );
const evidence = ({ evidence: all }: Incident): string =>
  JSON.stringify(all.map((one) => ({ ...one, name: one.name ?? ERASED, origin: one.origin ?? ERASED })));

const COLUMNS: readonly Column[] = [
  ['incident', ({ id }) => id],
  ['state', ({ state }) => state],
  ['restricted', ({ restrictedTo }) => restrictedTo !== undefined],
  ['facts_version', ({ version }) => version],
  ['opened_at', ({ openedAt }) => openedAt.toISOString()],
  ['opened_by', ({ openedBy }) => openedBy],
  ['closed_at', ({ closedAt }) => closedAt?.toISOString()],
  ['closing_summary', (_, { closing }) => typed(closing)],
  ['title', ({ facts }) => typed(facts.title)],
  ['kind', ({ facts }) => facts.kind],
  ['reported_by', ({ facts }) => facts.reportedBy?.as],
  ['reporter_name', ({ facts }) => typed(facts.reportedBy?.name)],
  ['reporter_contact', ({ facts }) => typed(facts.reportedBy?.contact)],
  ['site', ({ facts }) => typed(facts.site)],
  ['brand', ({ facts }) => typed(facts.brand)],
  ['legal_entity', ({ facts }) => typed(facts.entity?.name)],
  ['legal_entity_country', ({ facts }) => facts.entity?.country],
  ['role', ({ facts }) => facts.role?.as],
  ['role_for', ({ facts }) => typed(facts.role?.for)],
  ['cause_action', ({ facts }) => facts.cause?.action],
  ['cause_variety', ({ facts }) => facts.cause?.variety],
  ['cause_actor', ({ facts }) => facts.cause?.actor],
  ['cause_actor_variety', ({ facts }) => facts.cause?.actorVariety],
  ['cause_summary', ({ facts }) => typed(facts.cause?.summary)],
  ...time('occurred', 'occurred'),
  ...time('first_signal', 'firstSignal'),
  ...time('aware', 'aware'),
  ...time('contained', 'contained'),
  ...time('fixed', 'fixed'),
  ...figure('people', ({ facts }) => facts.estimate),
  ...figure('records', ({ facts }) => facts.records),
  ['people_categories', ({ facts }) => list(facts.categories?.people)],
  ['data_categories', ({ facts }) => list(facts.categories?.data)],
  ['contact_point', ({ facts }) => typed(facts.contactPoint)],
  ['effects', ({ facts }) => typed(facts.effects)],
  ['remedial_action', ({ facts }) => typed(facts.remedies)],
  ['delay_reason', ({ facts }) => typed(facts.delay)],
  ...told('authority', 'tell-authority'),
  ...told('people_told', 'tell-people'),
  ['decisions_json', decisions],
  ['tasks_json', tasks],
  ['evidence_json', evidence],
];

export const COLUMN_NAMES = COLUMNS.map(([name]) => name);

/**
 * Where a spreadsheet might begin a cell: at the start, and, in one that was told another separator, after `;`, `|`,
 * a tab or the end of a line. A formula that begins there gets an apostrophe, and so does an apostrophe: whoever takes
 * one away at each of these places has the value as it was.
 */
const DANGEROUS = /(?<=^|[;|\t\r\n])(?='|"*[=+\-@\t\r＝＋－＠])/g;
export const defused = (text: string): string => text.replaceAll(DANGEROUS, "'");
/** The value again. */
export const undefused = (text: string): string => text.replaceAll(/(?<=^|[;|\t\r\n])'/g, '');

const field = (cell: Cell): string =>
  cell === undefined || cell === null ? '""' : `"${defused(String(cell)).replaceAll('"', '""')}"`;
const line = (cells: readonly Cell[]): string => `${cells.map(field).join(',')}\r\n`;

export const csvHead = (): string => line(COLUMN_NAMES);
export const csvRow = (incident: Incident, around: Around): string =>
  line(COLUMNS.map(([, of]) => of(incident, around)));
