/** The page of an evidence pack: what supports the suspicion, what speaks against it, and how to contest it. */
import type { NamedCandidate, TraceAnswer } from '@forthright/contract';
import { markup } from '../kernel/index.ts';
import type { RecordedEntry } from '../prove/index.ts';
import type { BehindPseudonym } from './behind.ts';

export type Pack = Readonly<{
  answer: TraceAnswer;
  of: NamedCandidate;
  behind: BehindPseudonym;
  custody: readonly RecordedEntry[];
  madeAt: string;
}>;

const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1a1a1a}
table{border-collapse:collapse;width:100%}td,th{border:1px solid #767676;padding:.3rem .5rem;text-align:left;vertical-align:top;overflow-wrap:anywhere}
code{font-size:.85em}`;

const number = (n: number): string => n.toLocaleString('en-GB', { maximumFractionDigits: 1 });

const row = (cells: readonly string[], tag = 'td'): string =>
  `<tr>${cells.map((cell) => `<${tag}>${cell}</${tag}>`).join('')}</tr>`;
const table = (heads: readonly string[], rows: readonly (readonly string[])[]): string =>
  rows.length === 0
    ? '<p>None.</p>'
    : `<table><thead>${row(heads, 'th')}</thead><tbody>${rows.map((cells) => row(cells)).join('\n')}</tbody></table>`;
const list = (points: readonly string[]): string =>
  `<ul>${points.map((point) => `<li>${point}</li>`).join('\n')}</ul>`;
const section = (title: string, content: string): string => `<h2>${title}</h2>\n${content}\n`;

export function packPage(pack: Pack): string {
  const { answer, of, behind, custody, madeAt } = pack;
  const { account } = behind;
  const chance = number(Math.round(1 / answer.alpha));
  const of10 = (of.logE / Math.LN10).toFixed(1);
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${markup(of.candidate)}: evidence</title><style>${STYLE}</style></head><body>
<h1>${markup(of.candidate)}: the account <code>${markup(account)}</code></h1>
<p>Made ${markup(madeAt)} from the trace ${markup(answer.title)}. This is a reason to ask further, and no proof that anybody did
anything. It is about an account, and not about who sat at it.</p>
${section('Why this was looked at', gate(pack))}
${section(
  'What supports it',
  `${list([
    ...(of.hits === 0
      ? []
      : [
          `Of the ${number(answer.reports.used)} customers who reported, the account had looked up ${number(of.hits)} before they did; its ordinary work makes ${number(of.expected)} expected.`,
        ]),
    ...(of.decoys === undefined ? [] : [decoysOf(of.decoys, answer)]),
    `Of all customers it had looked up ${number(of.seen)}.`,
    `The reports are 10<sup>${of10}</sup> times likelier if its look-ups were passed on than if they were not. If nobody had passed anything on, anybody at all would be named at most once in ${chance} such traces, however often one looks.`,
    answer.controls.each.length === 0
      ? 'There were no past reports to compare with.'
      : `${answer.controls.each.map((x) => `${number(x.reports)} past reports (${markup(x.name)}) that have nothing to do with this`).join(', ')} point to nobody.`,
  ])}${of.decoys === undefined ? '' : decoyMails(of.decoys)}${lines(pack)}`,
)}
${section('What speaks against it', list([...of.against, ...answer.cautions].map(markup)))}
${section(
  'What else would explain these reports',
  `${table(
    ['also looked up the same people', 'how many of them'],
    of.alsoSeenBy.map((x) => [markup(x.candidate), number(x.hits)]),
  )}<p>${
    of.insteadOf.length === 0
      ? 'Nobody else fits as well.'
      : `Can’t be told apart from it: ${of.insteadOf.map(markup).join(', ')}.`
  }</p>`,
)}
${section(
  'How this can be contested',
  list([
    'Whoever is suspected may see all of this, have a copy, and be heard before anything is decided (Articles 15 and 22 of Regulation (EU) 2016/679, and the law of the employment). A person decides, and no program.',
    'Repeat it: the files under “Evidence”, with the hashes given there, and the definition in the record lead to the same answer with <code>forthright trace</code>; the method is in its documentation, with its assumptions.',
    'Say what routes the work: a rule by which customers reach this account that is not among the routing keys (below) would change what is expected of it.',
    'Ask about the reports: each stands above. Who wrote it, why was it believed, was it forged? Did the customer deal with the seller anyway?',
    'Ask about the account: who else could use it, with which device, from where; whether a clock was wrong; which logs have gaps.',
    'Ask what no log shows: other people and programs with access that is not logged.',
  ]),
)}
${section(
  'What it rests on',
  list([
    `Look-ups: ${number(answer.lookUps.pairs)} pairs of candidate and customer; candidates: ${number(answer.candidates.people)} people, ${number(answer.candidates.teams)} teams, ${number(answer.candidates.paths)} paths.`,
    `Work is taken to be routed by: ${[...answer.routing.map(markup), 'number of contacts'].join(', ')}.`,
  ]),
)}
${section(
  'Evidence',
  table(
    ['file', 'bytes', 'SHA-256'],
    answer.evidence.map((file) => [
      markup(file.path),
      number(file.bytes),
      `<code>${file.sha256 ?? ''}</code>`,
    ]),
  ),
)}
${section(
  'Chain of custody',
  `<p>Who did what with this, as the register has it. The bundle of the incident (<code>export</code>) proves each entry.</p>${table(
    ['entry', 'when', 'what', 'who'],
    custody.map((entry) => [
      String(entry.index),
      entry.at.toISOString(),
      markup(entry.kind),
      markup(entry.account ?? entry.actor),
    ]),
  )}`,
)}
</body></html>
`;
}

function gate({ answer: { gate: g } }: Pack): string {
  const occasion =
    'incident' in g.occasion ? `Incident ${g.occasion.incident}` : `Review ${g.occasion.review}`;
  const council =
    'agreed' in g.worksCouncil
      ? `Works council: agreed ${g.worksCouncil.agreed} (${g.worksCouncil.reference})`
      : `No works council has a say: ${g.worksCouncil.notNeeded}`;
  const kept = `Kept for ${g.retention}; ${g.by} answers for it.`;
  return list([occasion, g.purpose, g.legalBasis, council, kept].map(markup));
}

const decoysOf = (
  { planted, hits, logE }: NonNullable<NamedCandidate['decoys']>,
  { decoys }: TraceAnswer,
): string =>
  `Of ${number(planted)} decoys (customers who do not exist, of whom nobody outside knows) that stood in its place alone, ${number(new Set(hits.map(({ decoy }) => decoy)).size)} got mail of this campaign; of all ${number(decoys?.planted ?? 0)} decoys ${number(decoys?.hit ?? 0)} did. This alone makes 10<sup>${(logE / Math.LN10).toFixed(1)}</sup> of the figure below.`;

const decoyMails = ({ hits }: NonNullable<NamedCandidate['decoys']>): string =>
  table(
    ['mail', 'arrived', 'decoy', 'stood in', 'since', 'looked up in the logs by'],
    hits.map(({ mail, arrived, decoy, place, since, lookUps }) => [
      markup(mail),
      arrived,
      markup(decoy),
      place,
      since,
      lookUps
        .map((x) => `${markup(x.candidate)} ${x.lookedUp} (${markup(x.file)}, row ${number(x.row + 1)})`)
        .join('<br>'),
    ]),
  );

/** Each report with the look-up before it. A line that could not be taken out of its file is told by its place alone. */
const lines = ({ of, behind }: Pack): string =>
  table(
    ['customer', 'reported', 'looked up', 'file and row', 'line', 'others who had'],
    of.reports.map((x) => {
      const line = behind.lines.find((one) => one.file === x.file && one.row === x.row)?.line;
      return [
        markup(x.person),
        x.reported,
        x.lookedUp,
        `${markup(x.file)}, row ${number(x.row + 1)}`,
        line === undefined || line === null ? '' : `<code>${markup(line)}</code>`,
        number(x.others),
      ];
    }),
  );
