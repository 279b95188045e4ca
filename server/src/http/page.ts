/** The page that shows the API to people: made once, no script, nothing from elsewhere. */
import type { Described } from './openapi.ts';

export const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

export const STYLE = `:root{--paper:#fcfcfa;--ink:#16202a;--soft:#55606b;--line:#c9ced3;--accent:#1d4f73;--on:#fff;--wash:#eef1f3}
@media(prefers-color-scheme:dark){:root{--paper:#14181c;--ink:#e9ecef;--soft:#a8b2bb;--line:#3c454e;--accent:#8cc4ec;--on:#0f1a22;--wash:#1e252b}}
body{font:16px/1.5 "Source Sans 3 Variable","Source Sans 3",system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:var(--ink);background:var(--paper)}
code,pre{font:14px/1.4 ui-monospace,monospace}h1{font-size:1.75rem;line-height:1.2;font-weight:600}h2{margin-top:2rem;border-top:1px solid var(--line);padding-top:1rem}a{color:var(--accent)}
pre{background:var(--wash);padding:.75rem;overflow:auto}table{border-collapse:collapse}td,th{text-align:left;padding:.25rem 1rem .25rem 0;vertical-align:top}
label{display:block;margin:1rem 0}input{display:block;font:inherit;width:100%;max-width:28rem;box-sizing:border-box;margin-top:.25rem;padding:.5rem .6rem;border:1px solid var(--soft);border-radius:.2rem;background:transparent;color:inherit}
button{font:inherit;font-weight:600;padding:.55rem 1.1rem;border:1px solid var(--accent);border-radius:.2rem;background:var(--accent);color:var(--on);cursor:pointer}button:disabled{opacity:.6}button.other{background:transparent;color:inherit;border-color:var(--soft)}form{margin:1rem 0}.others>*{margin:1rem 0 0}.others{border-top:1px solid var(--line);margin-top:1.5rem}.narrow{max-width:28rem;margin:4rem auto 0}[role=alert]{border-left:.25rem solid var(--ink);padding:.25rem 1rem;list-style:none;margin:1rem 0}
:focus-visible{outline:.2rem solid var(--accent);outline-offset:.15rem}`;

export function document(title: string, body: string, language = 'en'): string {
  return `<!doctype html>
<html lang="${language}"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${escaped(title)}</title><link rel="stylesheet" href="/api/style.css"></head>
<body>${body}</body></html>
`;
}

export function apiPage(described: readonly Described[], version: string): string {
  const list = described
    .map(
      ({ route }) =>
        `<li><a href="#${route.name}">${escaped(route.name)}</a>: ${escaped(route.summary)}</li>`,
    )
    .join('\n');
  return document(
    'Forthright: the API',
    `<h1>Forthright ${escaped(version)}: the API</h1>
<p>The same as data: <a href="/api/openapi.json">openapi.json</a>. Errors are RFC 9457 problem documents.</p>
<ul>${list}</ul>
${described.map(section).join('\n')}`,
  );
}

function section({ route, shape }: Described): string {
  const who =
    route.kind === 'entrance'
      ? 'anybody'
      : route.operation.may.length === 0
        ? 'everybody who is signed in'
        : route.operation.may.join(', ');
  const rows = [...shape.fields].map(
    ([name, { place, schema, isRequired }]) =>
      `<tr><td><code>${escaped(name)}</code></td><td>${place}</td><td>${isRequired ? 'required' : 'optional'}</td><td><code>${escaped(JSON.stringify(schema))}</code></td></tr>`,
  );
  return `<h2 id="${route.name}">${escaped(route.name)}</h2>
<p>${escaped(route.summary)}</p><pre>${route.method} /api${escaped(route.path)}</pre><p>May ask: ${escaped(who)}.</p>
${rows.length === 0 ? '' : `<table><tr><th>field</th><th>in the</th><th></th><th>schema</th></tr>${rows.join('')}</table>`}`;
}
