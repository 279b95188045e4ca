/**
 * Papers of the first hour, of facts and unknowns only. Whatever the record does not hold is said to be unknown and
 * listed as missing; nothing is guessed, rounded or left out. Pure.
 */
import type { Basis, IncidentTime, PaperKind, PaperLine, PaperMade } from '@forthright/contract';
import { nextSteps, openProposals, overdueSteps, standingDecisions } from '../rules.ts';
import type { Figure, Incident, PaperOrder, Typed } from './types.ts';
import type { Words } from './words.ts';

type Section = PaperMade['sections'][number];
type Missing = PaperMade['missing'][number];
type Order = PaperOrder & Readonly<{ words: Words }>;
type Parts = Readonly<{ sections: Section[]; missing: Missing[]; marks: string[] }>;

const HOUR_MS = 3_600_000;
/** GDPR Art. 33(1). */
const AUTHORITY_HOURS = 72;

/** `2026-11-22 09:00 (+01:00)`: the same instant in the zone in which somebody wrote it. */
export function written(at: string, plusMs = 0): string {
  const offset = /([+-])(\d\d):(\d\d)$/.exec(at);
  const minutes =
    offset === null ? 0 : Number(`${offset[1]}1`) * (Number(offset[2]) * 60 + Number(offset[3]));
  const local = new Date(Date.parse(at) + plusMs + minutes * 60_000).toISOString();
  return `${local.slice(0, 10)} ${local.slice(11, 16)} (${minutes === 0 ? 'UTC' : offset?.[0]})`;
}

const isThere = (text: Typed | undefined): text is string => text !== undefined && text !== null;

function line(
  words: Words,
  label: string,
  text: Typed | undefined,
  { source, basis = 'recorded' }: Readonly<{ source?: string | undefined; basis?: Basis }> = {},
): PaperLine {
  if (text === undefined) return { label, text: words.unknown, basis: 'unknown' };
  return { label, text: text ?? words.erased, basis, ...(source === undefined ? {} : { source }) };
}

const fixed = (text: string): PaperLine => ({ text, basis: 'fixed' });

function figureLine({ words, incident }: Order, label: string, figure: Figure | undefined): PaperLine {
  if (figure === undefined) return line(words, label, undefined);
  const by = figure.by ?? words.erased;
  const text = words.range(figure.min, figure.max);
  const run = incident.evidence.find(({ id }) => id === figure.run);
  return run === undefined
    ? line(words, label, text, { source: words.estimatedBy(by), basis: 'estimated' })
    : line(words, label, text, {
        source: words.fromRun(run.id, run.sha256 ?? words.erased, by),
        basis: 'from-run',
      });
}

function timeLine({ words, incident }: Order, name: IncidentTime): PaperLine {
  const time = incident.facts.times[name];
  return line(words, words.labels[name], time && written(time.at), {
    source: time && words.saidBy(time.saidBy ?? words.erased),
  });
}

function elapsedLine({ words, incident, now }: Order): PaperLine[] {
  const aware = incident.facts.times.aware;
  if (aware === undefined) return [];
  const minutes = Math.max(0, Math.floor((now.getTime() - Date.parse(aware.at)) / 60_000));
  const text = words.elapsed(Math.floor(minutes / 60), minutes % 60);
  return [line(words, words.labels.elapsed, text, { source: words.computedFrom, basis: 'computed' })];
}

function deadlineLine(order: Order): PaperLine[] {
  const { words, incident } = order;
  const aware = incident.facts.times.aware;
  if (aware === undefined) return [line(words, words.labels.deadline, undefined)];
  const hours = hoursLate(order) ?? 0;
  const rest = hours > 0 ? words.over72(Math.floor(hours)) : words.left72(Math.floor(-hours));
  const text = `${written(aware.at, AUTHORITY_HOURS * HOUR_MS)}: ${rest}`;
  return [line(words, words.labels.deadline, text, { source: words.computedFrom, basis: 'computed' })];
}

/** Hours beyond the 72; negative while there is time. */
function hoursLate({ incident, now }: Order): number | undefined {
  const aware = incident.facts.times.aware;
  if (aware === undefined) return undefined;
  return (now.getTime() - Date.parse(aware.at)) / HOUR_MS - AUTHORITY_HOURS;
}

function whoLines({ words, incident }: Order): PaperLine[] {
  const { entity, role, site, brand, reportedBy } = incident.facts;
  const { labels } = words;
  const country = entity?.country === undefined ? '' : ` (${entity.country})`;
  return [
    line(words, labels.reference, incident.id),
    line(words, labels.entity, entity && `${entity.name ?? words.erased}${country}`),
    line(words, labels.role, role && words.role[role.as](role.for ?? words.erased)),
    line(words, labels.site, site),
    ...(brand === undefined ? [] : [line(words, labels.brand, brand)]),
    line(words, labels.reportedBy, reportedBy && words.reporter[reportedBy.as]),
  ];
}

function natureLines(order: Order): PaperLine[] {
  const { words, incident } = order;
  const { kind, cause, title } = incident.facts;
  const { labels } = words;
  const names = cause && `${cause.action}: ${cause.variety}; ${cause.actor}: ${cause.actorVariety}`;
  return [
    line(words, labels.title, title),
    line(words, labels.kind, words.kind[kind]),
    line(words, labels.summary, cause?.summary),
    line(words, labels.cause, names),
  ];
}

function concernedLines(order: Order): PaperLine[] {
  const { words, incident } = order;
  const { categories, estimate, records } = incident.facts;
  const { labels } = words;
  return [
    line(words, labels.peopleCategories, categories?.people?.map((one) => words.people[one]).join(', ')),
    figureLine(order, labels.people, estimate),
    line(words, labels.dataCategories, categories?.data?.map((one) => words.data[one]).join(', ')),
    figureLine(order, labels.records, records),
  ];
}

const evidenceLine = ({ words, incident: { evidence } }: Order): PaperLine => {
  const runs = evidence.filter(({ kind }) => kind === 'run').length;
  return line(words, words.labels.evidence, words.countOf(evidence.length - runs, runs), {
    basis: 'computed',
  });
};

/** Everything that is not there, in the order in which it is asked for; with the rule, where one names it. */
function missingOf({ words, incident, nextUpdate, ...order }: Order): Readonly<Record<string, Missing>> {
  const { facts } = incident;
  const { times, cause, categories } = facts;
  const late = (hoursLate({ words, incident, ...order }) ?? 0) > 0;
  const found: Record<string, Missing> = {};
  const need = (what: keyof Words['missing'], isGiven: boolean, rule?: string) => {
    if (!isGiven) found[what] = { what: words.missing[what], ...(rule === undefined ? {} : { rule }) };
  };
  need('aware', times.aware !== undefined, 'GDPR Art. 33(1)');
  need('summary', isThere(cause?.summary), 'GDPR Art. 33(3)(a)');
  need('peopleCategories', categories?.people !== undefined, 'GDPR Art. 33(3)(a)');
  need('estimate', facts.estimate !== undefined, 'GDPR Art. 33(3)(a)');
  need('dataCategories', categories?.data !== undefined, 'GDPR Art. 33(3)(a)');
  need('records', facts.records !== undefined, 'GDPR Art. 33(3)(a)');
  need('contactPoint', isThere(facts.contactPoint), 'GDPR Art. 33(3)(b)');
  need('effects', isThere(facts.effects), 'GDPR Art. 33(3)(c)');
  need('remedies', isThere(facts.remedies), 'GDPR Art. 33(3)(d)');
  if (late) need('delay', isThere(facts.delay), 'GDPR Art. 33(1)');
  need('entity', isThere(facts.entity?.name));
  need('role', facts.role !== undefined);
  need('site', isThere(facts.site) || isThere(facts.brand));
  need('occurred', times.occurred !== undefined);
  need('contained', times.contained !== undefined);
  need('cause', cause !== undefined);
  need('reportedBy', facts.reportedBy !== undefined);
  need('nextUpdate', nextUpdate !== undefined);
  return found;
}

const pick = (found: Readonly<Record<string, Missing>>, names: readonly string[]): Missing[] =>
  names.flatMap((name) => found[name] ?? []);

function moreLines({ words, nextUpdate }: Order): PaperLine[] {
  return nextUpdate === undefined
    ? [{ text: words.unknown, basis: 'unknown' }]
    : [{ text: words.moreBy(written(nextUpdate)), basis: 'recorded' }];
}

/** What the support desk may read out, and what it must not. Figures, names and causes are never among the first. */
function holdingStatement(order: Order): Parts {
  const { words, incident } = order;
  const { say, headings, passOn } = words;
  const { site, brand, categories, times, contactPoint } = incident.facts;
  const where = [brand, site].find(isThere);
  const data = categories?.data?.map((one) => words.data[one]).join(', ');
  const contained = times.contained;
  const to = isThere(contactPoint) ? passOn.to(contactPoint) : passOn.toUnknown;
  const pass = (label: string): PaperLine => ({
    label,
    text: to,
    basis: isThere(contactPoint) ? 'recorded' : 'unknown',
  });
  const found = missingOf(order);
  const missing = pick(found, [
    'dataCategories',
    'site',
    'contained',
    'occurred',
    'contactPoint',
    'nextUpdate',
  ]);
  return {
    marks: [words.marks.internal],
    sections: [
      {
        heading: headings.say,
        lines: [
          { text: say.aware(where === undefined ? '' : say.where(where)), basis: 'recorded' },
          data === undefined
            ? { text: say.dataUnknown, basis: 'unknown' }
            : { text: say.data(data), basis: 'recorded' },
          contained === undefined
            ? { text: say.notContained, basis: 'unknown' }
            : { text: say.contained(written(contained.at)), basis: 'recorded' },
          fixed(say.affected),
          ...moreLines(order),
          fixed(say.links),
          fixed(say.passwords),
        ],
      },
      {
        heading: headings.doNotSay,
        lines: [
          ...(contained === undefined ? [fixed(words.doNotSayStopped)] : []),
          ...words.doNotSay.map(fixed),
        ],
      },
      {
        heading: headings.known,
        lines: [
          line(words, words.labels.kind, words.kind[incident.facts.kind]),
          timeLine(order, 'occurred'),
          timeLine(order, 'aware'),
          timeLine(order, 'contained'),
          ...concernedLines(order),
        ],
      },
      { heading: headings.passOn, lines: [pass(passOn.rights), pass(passOn.saw), pass(passOn.press)] },
    ],
    missing,
  };
}

/** What GDPR Art. 33(3) names, as far as it is known; the rest follows in phases, Art. 33(4). */
function authorityReport(order: Order): Parts {
  const { words, incident } = order;
  const { headings, labels, marks } = words;
  const { contactPoint, effects, remedies, delay } = incident.facts;
  const missing = Object.entries(missingOf(order)).flatMap(([name, one]) =>
    name === 'nextUpdate' ? [] : one,
  );
  const isComplete = missing.every(({ rule }) => rule === undefined);
  const late = (hoursLate(order) ?? 0) > 0;
  return {
    marks: isComplete ? [marks.complete] : [marks.incomplete, marks.inPhases],
    sections: [
      { heading: headings.who, lines: whoLines(order) },
      {
        heading: headings.clock,
        lines: [
          timeLine(order, 'occurred'),
          timeLine(order, 'firstSignal'),
          timeLine(order, 'aware'),
          ...deadlineLine(order),
          timeLine(order, 'contained'),
          timeLine(order, 'fixed'),
        ],
      },
      ...(late || delay !== undefined
        ? [{ heading: headings.delay, lines: [line(words, labels.delay, delay)] }]
        : []),
      { heading: headings.nature, lines: [...natureLines(order), ...concernedLines(order)] },
      { heading: headings.contact, lines: [line(words, labels.contactPoint, contactPoint)] },
      { heading: headings.effects, lines: [line(words, labels.effects, effects)] },
      {
        heading: headings.measures,
        lines: [line(words, labels.measures, remedies), evidenceLine(order)],
      },
    ],
    missing,
  };
}

function decidedLines({ words, incident }: Order): PaperLine[] {
  const { labels, answer, decidedBy } = words;
  const row =
    (label: string) =>
    (one: Incident['decisions'][number]): PaperLine => ({
      label,
      text: `${answer[one.answer]}: ${one.reason ?? words.erased}`,
      basis: 'recorded',
      source: decidedBy(one.by, written(one.at.toISOString())),
    });
  const lines = [
    ...standingDecisions(incident).map(row(labels.decision)),
    ...openProposals(incident).map(row(labels.proposal)),
  ];
  return lines.length > 0 ? lines : [line(words, labels.decision, undefined)];
}

/** One page has room for so many things to do; how many there are more is said. */
const MOST_STEPS = 6;

function nextLines({ words, incident, now }: Order): PaperLine[] {
  const { labels, step: names, by } = words;
  const overdue = new Set(overdueSteps(incident, now).map(({ of }) => of));
  const steps = nextSteps(incident, now);
  const lines = steps.slice(0, MOST_STEPS).map(({ step, of, due }): PaperLine => {
    const what = incident.tasks.find(({ id }) => id === of)?.what ?? names[step];
    return {
      label: of !== undefined && overdue.has(of) ? labels.overdue : labels.task,
      text: due === undefined ? what : `${what}, ${by(written(due))}`,
      basis: 'recorded',
    };
  });
  if (steps.length > MOST_STEPS) lines.push({ text: `+ ${steps.length - MOST_STEPS}`, basis: 'computed' });
  return lines;
}

/** So much of a text fits on the one page; that there is more is said. */
const MOST_ON_PAGE = 300;
const shortened =
  ({ words }: Order) =>
  (one: PaperLine): PaperLine =>
    one.text.length <= MOST_ON_PAGE
      ? one
      : { ...one, text: `${one.text.slice(0, MOST_ON_PAGE).trimEnd()} … ${words.shortened}` };

/** One page: what happened, how many, what is decided, what is not known. */
function boardBrief(order: Order): Parts {
  const { words } = order;
  const { headings } = words;
  return {
    marks: [words.marks.confidential],
    sections: [
      {
        heading: headings.happened,
        lines: [...natureLines(order), ...whoLines(order).slice(1)].map(shortened(order)),
      },
      {
        heading: headings.clock,
        lines: [
          timeLine(order, 'occurred'),
          timeLine(order, 'aware'),
          ...elapsedLine(order),
          ...deadlineLine(order),
          timeLine(order, 'contained'),
        ],
      },
      { heading: headings.figures, lines: [...concernedLines(order), evidenceLine(order)] },
      { heading: headings.decided, lines: decidedLines(order).map(shortened(order)) },
      { heading: headings.next, lines: nextLines(order) },
      { heading: headings.more, lines: moreLines(order) },
    ],
    missing: Object.values(missingOf(order)),
  };
}

const MAKE: Readonly<Record<PaperKind, (order: Order) => Parts>> = {
  'holding-statement': holdingStatement,
  'authority-report': authorityReport,
  'board-brief': boardBrief,
};

/** The paper as data; pages and plain text are made of it and add nothing. */
export function composePaper(order: Order): PaperMade {
  const { paper, incident, now, words, issued } = order;
  const { sections, missing, marks } = MAKE[paper](order);
  const isToController = paper === 'authority-report' && incident.facts.role?.as === 'processor';
  return {
    paper,
    incident: incident.id,
    version: incident.version,
    madeAt: now.toISOString(),
    title: isToController ? words.toController : words.paper[paper],
    isComplete: missing.every(({ rule }) => rule === undefined),
    marks: [
      issued === undefined ? words.marks.draft : words.marks.issued(issued.number, issued.by),
      ...marks,
    ],
    sections,
    missing,
  };
}
