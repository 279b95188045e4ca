/** A paper as a page and as plain text. Both hold every line of it and nothing else. Neither loads or runs anything. */
import type { PaperLine, PaperMade } from '@forthright/contract';
import { markup, visible } from '../../kernel/index.ts';
import { written } from './compose.ts';
import type { Words } from './words.ts';

const STYLE = `:root{color-scheme:light dark}
*{box-sizing:border-box}
body{font:16px/1.45 system-ui,sans-serif;max-width:48rem;margin:0 auto;padding:1.5rem 1rem 3rem;color:#1a1a1a;background:#fff;overflow-wrap:anywhere}
h1{font-size:1.5rem;line-height:1.2;margin:0 0 .5rem}
h2{font-size:1.05rem;margin:1.4rem 0 .3rem;border-bottom:1px solid #767676;padding-bottom:.15rem}
ul{margin:.3rem 0;padding-left:1.2rem}li{margin:.2rem 0}
.marks{list-style:none;padding:0;margin:0 0 1rem}
.marks li{border-left:.3rem solid #b3261e;padding:.1rem .6rem;font-weight:600}
dl{display:grid;grid-template-columns:minmax(9rem,30%) 1fr;gap:.2rem 1rem;margin:.3rem 0}
dt{color:#4a4a4a}dd{margin:0}
.source{display:block;font-size:.85em;color:#4a4a4a}
.unknown{font-style:italic;color:#9b1c14}
footer{margin-top:2rem;border-top:1px solid #767676;padding-top:.5rem;font-size:.85rem;color:#4a4a4a}
@media(max-width:36rem){dl{display:block}dt{margin-top:.5rem}}
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}dt,.source,footer{color:#b9b9b9}.unknown{color:#ffb4a9}.marks li{border-color:#ffb4a9}h2,footer{border-color:#8a8a8a}}
@media print{@page{margin:14mm}body{font-size:9pt;line-height:1.22;padding:0;max-width:none;color:#000;background:#fff}h1{font-size:14pt;margin:0 0 .2rem}h2{font-size:10pt;margin:.45rem 0 .15rem;break-after:avoid}.marks{margin:0 0 .3rem}ul{margin:.1rem 0}li{margin:.05rem 0}dt,.source,footer{color:#333}.unknown{color:#000}dl,li{break-inside:avoid}dl{display:grid;gap:.05rem .8rem;margin:.1rem 0}dt{margin:0}.source{display:inline;margin-left:.4em}footer{margin-top:.4rem;padding-top:.1rem;font-size:8pt}footer p{margin:.1rem 0}}`;

const source = (one: PaperLine): string =>
  one.source === undefined ? '' : ` <span class="source">(${markup(one.source)})</span>`;

const text = (one: PaperLine): string =>
  `${one.basis === 'unknown' ? `<span class="unknown">${markup(one.text)}</span>` : markup(one.text)}${source(one)}`;

function lines(all: readonly PaperLine[]): string {
  if (all.every(({ label }) => label === undefined))
    return `<ul>${all.map((one) => `<li>${text(one)}</li>`).join('\n')}</ul>`;
  return `<dl>${all.map((one) => `<dt>${markup(one.label ?? '')}</dt><dd>${text(one)}</dd>`).join('\n')}</dl>`;
}

const footers = ({ incident, version, madeAt, paper }: PaperMade, { footer }: Words): string[] => [
  footer.composed(incident, version, written(madeAt)),
  ...(paper === 'authority-report' ? [footer.otherLaws] : []),
];

const missingText = ({ missing }: PaperMade): string[] =>
  missing.map(({ what, rule }) => (rule === undefined ? what : `${what} (${rule})`));

/** The whole page, with its style in it, so that it can be kept as one file. */
export function paperPage(paper: PaperMade, words: Words): string {
  const missing = missingText(paper);
  return `<!doctype html>
<html lang="${words.language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width,initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${markup(paper.title)}</title><style>${STYLE}</style></head><body>
<main><h1>${markup(paper.title)}</h1>
<ul class="marks">${paper.marks.map((mark) => `<li>${markup(mark)}</li>`).join('')}</ul>
${paper.sections.map(({ heading, lines: all }) => `<section><h2>${markup(heading)}</h2>\n${lines(all)}</section>`).join('\n')}
${missing.length === 0 ? '' : `<section><h2>${markup(words.headings.missing)}</h2>\n<ul>${missing.map((one) => `<li>${markup(one)}</li>`).join('\n')}</ul></section>`}
</main><footer>${footers(paper, words)
    .map((one) => `<p>${markup(one)}</p>`)
    .join('')}</footer></body></html>
`;
}

const plain = (words: string): string => words.split('\n').map(visible).join('\n  ');

/** The same for a chat window, a phone or a form: no markup at all. */
export function paperText(paper: PaperMade, words: Words): string {
  const section = (heading: string, rows: readonly string[]): string =>
    rows.length === 0 ? '' : `\n${heading.toUpperCase()}\n${rows.map((row) => `- ${plain(row)}\n`).join('')}`;
  const row = ({ label, text: value, source: from }: PaperLine): string =>
    `${label === undefined ? '' : `${label}: `}${value}${from === undefined ? '' : ` (${from})`}`;
  return [
    `${plain(paper.title)}\n`,
    ...paper.marks.map((mark) => `** ${plain(mark)} **\n`),
    ...paper.sections.map(({ heading, lines: all }) => section(heading, all.map(row))),
    section(words.headings.missing, missingText(paper)),
    `\n${footers(paper, words).map(plain).join('\n')}\n`,
  ].join('');
}
