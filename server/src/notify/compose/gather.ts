import type { Incident, NoticeFile, RecipientClass, ScopeAnswer, Workspace } from '@forthright/contract';
import { ForthrightError, RECIPIENT_CLASSES } from '@forthright/contract';
import { placeOf } from '../../assess/index.ts';
import type { OneAddress } from '../../platform/mail/index.ts';
import type { CohortRow } from '../../scope/index.ts';
import type { Contact, Fact, IncidentFacts, PersonFacts, Source, Stretch, Texts } from './facts.ts';

/** Of duties those towards people that are due or may be. */
export const towardsPeople = (
  duties: readonly Readonly<{ id: string; to: string; status: string }>[],
): string[] =>
  duties
    .filter(({ to, status }) => to === 'people' && (status === 'due' || status === 'cannot-tell'))
    .map(({ id }) => id)
    .toSorted();

export type Gathered = Readonly<{
  answer: ScopeAnswer;
  incident: Incident;
  workspace: Workspace;
  notice: NoticeFile;
  /** Of duties towards people those that are due or may be, such as `US-CA/people`. */
  duties: readonly string[];
}>;

const incidentSource = (at: string): Source => ({ is: 'incident', at });
const stated = (at: string): Source => ({ is: 'stated', at });

/**
 * The facts that everybody's notice is made of. Refuses with `notice-incomplete` when the answer is one of other leaks
 * than the incident has now, or when the incident or workspace lacks what every notice says.
 */
export function incidentFacts({ answer, incident, workspace, notice, duties }: Gathered): IncidentFacts {
  const run = (at: string): Source => ({ is: 'run', at: `${answer.run}:${at}` });
  const { organisation } = workspace;
  const [domain] = organisation.domains;
  if (domain === undefined)
    throw incomplete('`organisation.domains` in the workspace: the address that people type');
  assertSameLeaks(answer, incident);
  assertNotContradicted(notice, incident);
  return {
    organisation: { value: organisation.name, source: { is: 'workspace', at: 'organisation.name' } },
    domain: { value: domain, source: { is: 'workspace', at: 'organisation.domains' } },
    contacts: contactsOf(organisation),
    leaks: incident.leaks.map(({ id, kind, fields }) => ({ id, kind, fields })),
    exposed: { value: answer.people.exposed, source: run('people.exposed') },
    unknown: { value: answer.people.unknown, source: run('people.unknown') },
    recipients: byClass(answer.recipients.byClass, (kind, value) => ({
      value,
      source: run(`recipients.byClass.${kind}`),
    })),
    gaps: new Map(
      incident.leaks.map(({ id }) => [id, { value: stretchesOf(answer, incident, id), source: run('gaps') }]),
    ),
    cause: { value: notice.texts.cause, source: stated('texts.cause') },
    contained: containedFact(incident, notice),
    measures: { value: notice.texts.measures, source: stated('texts.measures') },
    places: textFacts('places', notice.texts.places),
    fieldNames: textFacts('fields', notice.texts.fields),
    notExposed:
      notice.notExposed.length === 0 ? undefined : { value: notice.notExposed, source: stated('notExposed') },
    authorities: {
      value: notice.authorities.map(({ name, at }) => ({ name, at: Date.parse(at) })),
      source: stated('authorities'),
    },
    nextBy:
      notice.nextBy === undefined
        ? undefined
        : // Noon: the same day in the zones of nearly everybody.
          { value: Date.parse(`${notice.nextBy}T12:00:00Z`), source: stated('nextBy') },
    delayedByPolice:
      notice.delayedByPolice === undefined
        ? undefined
        : { value: notice.delayedByPolice, source: stated('delayedByPolice') },
    agencies:
      notice.agencies === undefined ? undefined : { value: notice.agencies, source: stated('agencies') },
    duties,
    zone: { value: workspace.timezone ?? 'UTC', source: { is: 'workspace', at: 'timezone' } },
  };
}

/** One person's facts. `to` was made of the row's address by the caller, who knows what to do with one that is none. */
export function personFacts(run: string, row: CohortRow, to: OneAddress): PersonFacts {
  const of = <T>(at: string, value: T): Fact<T> => ({
    value,
    source: { is: 'run', at: `${run}:people.parquet#${row.person}.${at}` },
  });
  const isExposed = row.status === 'exposed';
  return {
    id: row.person,
    to,
    name: { value: row.name, source: { is: 'workspace', at: `sources.customers#${row.person}` } },
    language: row.language,
    country: row.country,
    region: regionOf(row),
    status: isExposed ? 'exposed' : 'unknown',
    fields: of('fields', isExposed ? row.fields : []),
    perhaps: of(
      'possible_fields',
      row.perhaps.filter((field) => !isExposed || !row.fields.includes(field)),
    ),
    first: row.first < 0 ? undefined : of('first_seen', row.first),
    last: row.last < 0 ? undefined : of('last_seen', row.last),
    views: of('views', row.views),
    possiblySelf: row.possiblySelf === 1,
    others: byClass(row.others, (kind, n) => of(`others.${kind}`, n)),
    leaks: isExposed ? row.leaks : row.possibleLeaks,
    pages: of('pages', row.pages),
    pageCount: of('page_count', row.pageCount),
  };
}

/**
 * In an order of our own: a database may give the names of an object in another one than it was given, and then a message
 * would not be the one that was approved.
 */
function byClass(
  numbers: Readonly<Partial<Record<RecipientClass, number>>>,
  fact: (kind: RecipientClass, n: number) => Fact<number>,
): ReadonlyMap<RecipientClass, Fact<number>> {
  const facts = new Map<RecipientClass, Fact<number>>();
  for (const kind of RECIPIENT_CLASSES) {
    const n = numbers[kind];
    if (n !== undefined) facts.set(kind, fact(kind, n));
  }
  return facts;
}

/** `CA` and `California` in a directory's column of states are `US-CA`; empty where no law has a place of that name. */
function regionOf({ country, region }: CohortRow): string {
  const found = placeOf(country, region).region;
  return found === 'unknown' ? '' : found;
}

function contactsOf(organisation: Workspace['organisation']): ReadonlyMap<string, Fact<Contact>> {
  const { name, legalName = name, contactPoint, branches } = organisation;
  const contacts = new Map<string, Fact<Contact>>();
  if (contactPoint !== undefined)
    contacts.set('', {
      value: { legalName, ...contactPoint },
      source: { is: 'workspace', at: 'organisation.contactPoint' },
    });
  for (const [i, branch] of branches.entries()) {
    const contact = branch.contactPoint ?? contactPoint;
    if (contact !== undefined)
      contacts.set(branch.country, {
        value: { legalName: branch.legalName, ...contact },
        source: { is: 'workspace', at: `organisation.branches[${i}]` },
      });
  }
  return contacts;
}

function stretchesOf(answer: ScopeAnswer, incident: Incident, id: string): readonly Stretch[] {
  const leak = incident.leaks.find((l) => l.id === id);
  const from = leak !== undefined && 'from' in leak ? Date.parse(leak.from) : -Infinity;
  const to = leak !== undefined && 'to' in leak ? Date.parse(leak.to) : Infinity;
  return answer.gaps
    .filter((gap) => gap.leaks.includes(id))
    .map((gap) => ({ from: Math.max(from, Date.parse(gap.from)), to: Math.min(to, Date.parse(gap.to)) }))
    .filter((stretch) => stretch.from < stretch.to);
}

function containedFact({ contained }: Incident, { texts }: NoticeFile): IncidentFacts['contained'] {
  if (contained === undefined) return undefined;
  if (texts.contained === undefined)
    throw incomplete('`texts.contained`: how it was stopped, in each language');
  return {
    value: { at: Date.parse(contained.at), what: texts.contained },
    source: incidentSource('contained'),
  };
}

const textFacts = (key: string, texts: Readonly<Record<string, Texts>>): ReadonlyMap<string, Fact<Texts>> =>
  new Map(Object.entries(texts).map(([id, value]) => [id, { value, source: stated(`texts.${key}.${id}`) }]));

/** A notice about other leaks than were counted would say figures of something else. */
function assertSameLeaks(answer: ScopeAnswer, incident: Incident): void {
  const told = answer.leaks.map(({ id, kind }) => `${id} (${kind})`).join(', ');
  const now = incident.leaks.map(({ id, kind }) => `${id} (${kind})`).join(', ');
  if (told !== now)
    throw incomplete(
      `an answer for the leaks that the incident has: ${now}; this one is for ${told}. Run scope again.`,
    );
}

function assertNotContradicted({ notExposed }: NoticeFile, { leaks }: Incident): void {
  const fields = new Set(leaks.flatMap((leak) => leak.fields));
  const both = notExposed.filter((element) => fields.has(element));
  if (both.length > 0) throw incomplete(`\`notExposed\` without ${both.join(', ')}: the leaks show that`);
}

const incomplete = (what: string) => new ForthrightError('notice-incomplete', `the notice needs ${what}`);
