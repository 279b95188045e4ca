/** The page that shows the API to people: made once, no script, nothing from elsewhere. */
import type { Described } from './openapi.ts';

export const escaped = (text: string): string => text.replaceAll(/[&<>"']/g, (c) => `&#${c.charCodeAt(0)};`);

export const STYLE = `body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;color:#1b1b1b;background:#fff}
code,pre{font:14px/1.4 ui-monospace,monospace}h2{margin-top:2rem;border-top:1px solid #ccc;padding-top:1rem}
pre{background:#f4f4f4;padding:.75rem;overflow:auto}table{border-collapse:collapse}td,th{text-align:left;padding:.25rem 1rem .25rem 0;vertical-align:top}
label{display:block;margin:.75rem 0}input{display:block;font:inherit;width:100%;max-width:28rem;box-sizing:border-box;padding:.4rem;border:1px solid #777;border-radius:.25rem;background:inherit;color:inherit}
button{font:inherit;padding:.5rem 1rem;border:1px solid #1b4d89;border-radius:.25rem;background:#1b4d89;color:#fff;cursor:pointer}button:disabled{opacity:.6}button.other{background:transparent;color:inherit;border-color:#777}form{margin:1rem 0}.others>*{margin:1rem 0 0}.others{border-top:1px solid #ccc;margin-top:1.5rem}.narrow{max-width:28rem;margin:0 auto}[role=alert]{border-left:.25rem solid #b3261e;padding:.5rem 1rem;list-style:none}
@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}pre{background:#262626}a{color:#9cf}input{border-color:#999}button{background:#2f6fb8;border-color:#2f6fb8}button.other{background:transparent;border-color:#999}h2,.others{border-color:#555}[role=alert]{border-color:#ff8a80}}`;

export function document(title: string, body: string): string {
  return `<!doctype html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
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
