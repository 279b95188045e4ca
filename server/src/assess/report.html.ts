import type { Report, ReportSource } from '@forthright/contract';

const ESCAPES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};
/** What somebody typed can stand anywhere in the page, and says nothing to the browser. */
const escaped = (text: string): string => text.replace(/[&<>"']/g, (one) => ESCAPES[one] ?? '');

/** Where a value comes from, in words. */
export function sourceWords(source: ReportSource): string {
  switch (source.kind) {
    case 'computed':
      return `computed: ${source.run}, ${source.from}`;
    case 'incident':
      return `incident file: ${source.from}`;
    case 'risk':
      return `risk: ${source.from}`;
    case 'workspace':
      return `workspace: ${source.from}`;
    case 'stated':
      return source.insteadOf === undefined
        ? `stated by ${source.by}`
        : `stated by ${source.by}, instead of ${JSON.stringify(source.insteadOf)}`;
  }
}

/** What stands under the title, in words. */
export function reportHead(report: Report): readonly (readonly [name: string, value: string])[] {
  const to = report.addressees.map(({ name, country, why }) => `${name} (${country}): ${why}`);
  return [
    ['Template', `${report.name}, ${report.templateVersion}; ${report.status}`],
    ['This version', `${report.kind}, ${report.state}; by ${report.by}, ${report.at}`],
    ['To', to.length === 0 ? 'not known yet' : to.join('; ')],
    [
      'State',
      report.isReady
        ? 'nothing is missing'
        : `${report.missing.length} missing, ${report.wrong.length} wrong`,
    ],
  ];
}

const STYLE = `
:root { color-scheme: light dark; --line: #767676; --weak: light-dark(#4d4d4d, #c4c4c4); --gap: light-dark(#8a1c00, #ffb59e); }
body { font: 1rem/1.5 system-ui, sans-serif; max-width: 60rem; margin: 0 auto; padding: 1rem; background: light-dark(#fff, #161616); color: light-dark(#161616, #f2f2f2); }
h1 { font-size: 1.6rem; line-height: 1.2 } h2 { font-size: 1.2rem; margin-top: 2rem }
dl.head { display: grid; grid-template-columns: max-content 1fr; gap: .25rem 1rem } dl.head dd { margin: 0; overflow-wrap: anywhere } dt { font-weight: 600 }
.table { overflow-x: auto } table { border-collapse: collapse; width: 100% } caption { text-align: left; font-weight: 600; padding: .25rem 0 }
th, td { text-align: left; vertical-align: top; padding: .35rem .5rem; border-bottom: 1px solid var(--line); overflow-wrap: anywhere }
th[scope=row] { width: 34%; font-weight: 500 } .no, .source { color: var(--weak); font-size: .875rem } .source { display: block }
.missing { color: var(--gap); font-weight: 600 } li { margin: .2rem 0 } .value { white-space: pre-wrap }
@media (max-width: 40rem) { dl.head { display: block } dl.head dd { margin-bottom: .5rem } th[scope=row] { width: 40% } }
@media print { :root { color-scheme: light } body { max-width: none; padding: 0 } tr { break-inside: avoid } h2 { break-after: avoid } }
`;

function section({ name, fields }: Report['sections'][number]): string {
  const rows = fields.map(({ field, label, law, value, isMissing, source }) => {
    const said =
      value === null
        ? `<span class="${isMissing ? 'missing' : 'source'}">${isMissing ? 'missing' : 'nothing'}</span>`
        : `<span class="value">${escaped(value)}</span>`;
    const from = source === null ? '' : `<span class="source">${escaped(sourceWords(source))}</span>`;
    const number = `<span class="no">${escaped(field)}${law === null ? '' : `, ${escaped(law)}`}</span>`;
    return `<tr><th scope="row">${escaped(label)}<br>${number}</th><td>${said}${from}</td></tr>`;
  });
  return `<section><h2>${escaped(name)}</h2><div class="table" tabindex="0" role="group" aria-label="${escaped(name)}"><table><thead><tr><th scope="col">Field</th><th scope="col">Value and where it comes from</th></tr></thead><tbody>${rows.join('')}</tbody></table></div></section>`;
}

const list = (title: string, items: readonly string[]): string =>
  items.length === 0
    ? ''
    : `<section><h2>${title}</h2><ul>${items.map((item) => `<li>${escaped(item)}</li>`).join('')}</ul></section>`;

/** One sentence a change. */
export const changeWords = ({
  field,
  label,
  before,
  after,
}: NonNullable<Report['previous']>['changes'][number]) =>
  `${field} ${label}: ${before === null ? 'nothing' : JSON.stringify(before)} → ${after === null ? 'nothing' : JSON.stringify(after)}`;

/**
 * The report as one page without script or anything from outside: light, dark and printed, every table with its
 * headings, every colour with its word.
 */
export function reportHtml(report: Report): string {
  const head = reportHead(report).map(([name, value]) => `<dt>${name}</dt><dd>${escaped(value)}</dd>`);
  const missing = report.missing.map(({ field, label }) => `${field} ${label}`);
  const wrong = report.wrong.map(({ field, label, message }) => `${field} ${label}: ${message}`);
  const changes = report.previous?.changes.map(changeWords) ?? [];
  return `<!doctype html>
<html lang="${report.language}">
<head><meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>${escaped(report.name)}</title><style>${STYLE}</style></head>
<body><main><h1>${escaped(report.name)}</h1>
<dl class="head">${head.join('')}</dl>
${list('Missing', missing)}${list('Wrong', wrong)}${list('Changed since the version before', changes)}
${report.sections.map(section).join('\n')}
</main></body></html>
`;
}
