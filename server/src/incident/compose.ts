/** The page of a bundle that people read: in a court, in ten years, without a program. Pure. */
import type { Afterwards, IncidentShown } from '@forthright/contract';
import { markup } from '../kernel/index.ts';

type Timeline = IncidentShown['timeline'];

const ERASED = '[erased]';

const shown = (text: string | null | undefined): string => (text === undefined ? '' : markup(text ?? ERASED));

const row = (cells: readonly string[], tag = 'td'): string =>
  `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;

const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0
    ? '<p>None.</p>'
    : `<table><thead>${row(heads, 'th')}</thead><tbody>${rows.map((cells) => row(cells)).join('\n')}</tbody></table>`;

const section = (title: string, content: string): string => `<h2>${title}</h2>\n${content}\n`;

type Row = [string, string, string];

const figureRow = (what: string, figure: IncidentShown['estimate']): Row[] =>
  figure === undefined
    ? []
    : [
        [
          what,
          `${figure.min} to ${figure.max}`,
          figure.run === undefined
            ? `estimated by ${shown(figure.by)}`
            : `read in the run ${shown(figure.run)} by ${shown(figure.by)}`,
        ],
      ];

function factRows(incident: IncidentShown): Row[] {
  const { kind, state, cause, times, estimate, records, categories, reportedBy, openedAt, openedBy } =
    incident;
  const { closedAt, site, brand, entity, role, contactPoint, effects, remedies, delay } = incident;
  const rows: Row[] = [
    ['kind', shown(kind), ''],
    ['state', shown(state), ''],
    ['opened', shown(openedAt), shown(openedBy)],
  ];
  const put = (what: string, value: string | null | undefined, more = '') => {
    if (value !== undefined) rows.push([what, shown(value), more]);
  };
  for (const [name, time] of Object.entries(times)) put(name, time.at, `said by ${shown(time.saidBy)}`);
  put('closed', closedAt);
  if (reportedBy !== undefined)
    put('reported by', reportedBy.as, [reportedBy.name, reportedBy.contact].map(shown).join(' '));
  put('site', site);
  put('brand', brand);
  if (entity !== undefined) put('legal entity', entity.name, shown(entity.country));
  if (role !== undefined) put('role', role.as, shown(role.for));
  if (cause !== undefined) {
    put('cause: action', `${cause.action}: ${cause.variety}`, 'by the names of VERIS');
    put('cause: actor', `${cause.actor}: ${cause.actorVariety}`, 'by the names of VERIS');
    put('cause', cause.summary);
  }
  rows.push(...figureRow('people', estimate), ...figureRow('records of personal data', records));
  put('categories of people', categories?.people?.join(', '));
  put('categories of data', categories?.data?.join(', '));
  put('contact point', contactPoint);
  put('likely consequences', effects);
  put('measures', remedies);
  put('why later than 72 hours', delay);
  return rows;
}

const timelineRow = ({ entry, kind, at, by, token, facts, texts }: Timeline[number]): string[] => [
  String(entry),
  shown(at),
  token === undefined ? shown(by) : `${shown(by)}, by ${shown(token)}`,
  shown(kind),
  [
    ...Object.entries(texts).map(([name, text]) => `${shown(name)}: ${shown(text)}`),
    ...Object.entries(facts).map(([name, fact]) => `${shown(name)}: ${shown(JSON.stringify(fact))}`),
  ].join('<br>'),
];

/** Field by field, those within others by their whole path. */
function details(of: object, path = ''): string[] {
  return Object.entries(of).flatMap(([name, value]: [string, unknown]) => {
    const at = `${path}${name}`;
    if (value === null) return [`${shown(at)}: ${ERASED}`];
    if (typeof value === 'object') return details(value, `${at}.`);
    return [`${shown(at)}: ${shown(String(value))}`];
  });
}

const matter = ({ id, state, ...others }: Readonly<{ id: string; state: string }>): string[] => [
  shown(id),
  shown(state),
  details(others).join('<br>'),
];

const AFTERWARDS: Readonly<Record<keyof Afterwards, string>> = {
  recipients: 'Recipients, and what became of deletion',
  concerned: 'People concerned',
  delays: 'Delays that law enforcement asked for',
  sellerBans: 'Sellers who are banned',
  items: 'What people wrote, and their answers',
  inquiries: 'Inquiries of authorities',
};

const afterwardsSections = (of: Afterwards): string =>
  Object.entries(AFTERWARDS)
    .map(([name, title]) =>
      section(title, table(['', 'state', ''], of[name as keyof Afterwards].map(matter))),
    )
    .join('');

const STYLE = [
  ':root{color-scheme:light dark}',
  'body{font:16px/1.5 serif;max-width:60rem;margin:2rem auto;padding:0 1rem;overflow-wrap:anywhere}',
  'table{border-collapse:collapse;width:100%}',
  'td,th{border:1px solid #777;padding:.3rem .5rem;text-align:left;vertical-align:top;min-width:4.5rem}',
  'th:empty{padding:0;border:0}',
  '@media(max-width:45rem){table{display:block;overflow-x:auto}td,th{min-width:6rem}h1{font-size:1.5rem}}',
  '@media print{:root{color-scheme:light}body{font-size:10pt;max-width:none;margin:0;padding:0}tr{break-inside:avoid}h2{break-after:avoid}}',
].join('');

export type Index = Readonly<{
  incident: IncidentShown;
  timeline: Timeline;
  afterwards: Afterwards;
  madeAt: string;
  /** Files beside the page, by the entry that states them. */
  files: ReadonlyMap<number, string>;
  /** Documents beside the page, the oldest first. */
  parts: readonly Readonly<{ path: string; title: string; by: string; at: string }>[];
}>;

const link = (path: string | undefined, words: string): string =>
  path === undefined ? words : `<a href="${shown(path)}">${words}</a>`;

/** The whole page. It loads nothing and runs nothing. */
export function composeIndex({ incident, timeline, afterwards, madeAt, files, parts }: Index): string {
  const { id, title, decisions, tasks, evidence, papers } = incident;
  const custody = new Map(timeline.map((one) => [one.entry, one]));
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${shown(title)}</title><style>${STYLE}</style></head><body>
<h1>${shown(title)}</h1>
<p>Incident ${shown(id)}, as it stood on ${shown(madeAt)}. This page repeats the record; the entries beside it prove it.</p>
${section(
  'How to check this',
  `<p>The folder is a bundle of a register that only grows. <code>npx @forthright/register verify FOLDER --key KEY</code> shows
that every entry of the timeline below was recorded, is unaltered and in its place, that each text is the one that was recorded,
and that this page and each file are those that were registered. Get the register's public key (KEY) from somewhere else than this
folder. What was erased is shown as ${ERASED}; its entry is proved all the same. Not proved: that what an entry says is true.</p>`,
)}
${section('Facts', table(['', '', ''], factRows(incident)))}
${section(
  'Decisions',
  table(
    ['', 'answer', 'reason', 'by', 'at', 'due', 'ended by'],
    decisions.map((one) => [
      `${shown(one.step)} ${shown(one.id)}`,
      shown(one.answer),
      shown(one.reason),
      shown(one.by),
      shown(one.at),
      shown(one.due),
      shown(one.endedBy),
    ]),
  ),
)}
${section(
  'Tasks and duties',
  table(
    ['', 'what', 'owner', 'due', 'state', ''],
    tasks.map((one) => [
      `${shown(one.kind)} ${shown(one.id)}`,
      shown(one.what),
      shown(one.owner),
      shown(one.due),
      shown(one.state),
      shown(one.text),
    ]),
  ),
)}
${section(
  'Evidence and its custody',
  table(
    ['', 'name', 'SHA-256', 'bytes', 'where from, who keeps it', 'registered by', 'at', 'entry'],
    evidence.map((one) => [
      link(files.get(one.entry), `${shown(one.kind)} ${shown(one.id)}`),
      shown(one.name),
      one.erased === undefined ? shown(one.sha256) : `${ERASED} entry ${one.erased}`,
      String(one.bytes),
      shown(one.origin),
      shown(custody.get(one.entry)?.by),
      shown(custody.get(one.entry)?.at),
      String(one.entry),
    ]),
  ),
)}
${section(
  'Assessments, reports, notices, public pages and traces',
  table(
    ['', 'by', 'at'],
    parts.map(({ path, title, by, at }) => [link(path, shown(title)), shown(by), shown(at)]),
  ),
)}
${section(
  'Papers issued',
  table(
    ['', 'version', 'facts', 'complete', 'by', 'at', 'SHA-256', 'entry'],
    papers.map((one) => [
      `<a href="papers/${one.paper}-${one.number}.html">${shown(one.paper)}</a>`,
      String(one.number),
      String(one.version),
      one.isComplete ? 'yes' : 'no',
      shown(one.by),
      shown(one.at),
      shown(one.html),
      String(one.entry),
    ]),
  ),
)}
${afterwardsSections(afterwards)}${section('Timeline', table(['entry', 'at', 'by', 'what', ''], timeline.map(timelineRow)))}
</body></html>
`;
}
