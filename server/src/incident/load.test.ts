import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ForthrightError, Workspace } from '@forthright/contract';
import { loadIncident } from './load.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forthright-incident-'));
});
after(() => rm(folder, { recursive: true }));

const WORKSPACE = Workspace.parse({
  organisation: { name: 'M' },
  sources: {
    customers: { at: 'c.csv', columns: { id: 'id' } },
    references: { reviews: { at: 'r.csv', key: 'k', person: 'p' } },
    logs: {
      web: { at: 'a', format: 'combined' },
      api: { at: 'a', format: 'jsonl', columns: { time: 't', viewer: 'v' } },
      alb: { at: 'a', format: 'alb' },
      iis: { at: 'a', format: 'w3c' },
      edge: { at: 'a', format: 'pattern', pattern: '[$time_local] $upstream_cache_status' },
      admin: { at: 'a', format: 'parquet', columns: { time: 't', person: 'p', recipient: 'r', path: 'u' } },
    },
  },
});

async function problemsOf(leaks: string[], rest = ''): Promise<string[]> {
  const path = join(folder, 'incident.yaml');
  await writeFile(path, `title: t\n${rest}leaks:\n${leaks.map((l) => `  - ${l}\n`).join('')}`);
  try {
    await loadIncident(path, WORKSPACE);
    return [];
  } catch (error) {
    assert.ok(error instanceof ForthrightError, String(error));
    assert.equal(error.code, 'incident-invalid');
    return error.problems.map((p) => p.message);
  }
}
const W = 'from: 2025-11-18T06:00:00Z, to: 2025-11-20T15:30:00Z, fields: [name]';

test('a leak of each kind is right when the workspace has what it needs', async () => {
  const leaks = [
    `{ id: a, kind: page, log: web, path: "/reviews/{reviews}", ${W} }`,
    `{ id: b, kind: shared-cache, log: edge, path: /account, ${W} }`,
    `{ id: c, kind: shared-cache, log: iis, path: /account, ${W} }`,
    `{ id: d, kind: access, log: admin, ${W} }`,
    `{ id: e, kind: access, log: web, path: "/admin/{customers}", ${W} }`,
    `{ id: f, kind: export, people: { at: x.csv, id: id }, log: web, path: /x.csv, ${W} }`,
    `{ id: g, kind: export, people: { at: x.csv, id: id }, recipients: [shop@x.example], ${W} }`,
    `{ id: h, kind: mailing, eml: m.eml, fields: [email] }`,
    `{ id: i, kind: url, log: web, path: "/w?c={customers}", passedTo: [ads.example], ${W} }`,
    `{ id: j, kind: url, log: admin, path: "/w?c={customers}", ${W} }`,
    `{ id: k, kind: list, people: { at: x.csv, email: mail }, fields: [email] }`,
  ];
  assert.deepEqual(await problemsOf(leaks, 'gaps: []\n'), []);
});

const CASES: readonly (readonly [string, string[], string[]])[] = [
  [
    'an id that two leaks have',
    [`{ id: a, kind: mailing, eml: m, fields: [x] }`, `{ id: a, kind: mailing, eml: m, fields: [x] }`],
    ['`a` is the id of leaks[0] already; give each leak its own'],
  ],
  [
    'a log that the workspace lacks',
    [`{ id: a, kind: page, log: wbe, path: "/r/{reviews}", ${W} }`],
    ['the workspace has no log "wbe"; did you mean `web`? (its logs: web, api, alb, iis, edge, admin)'],
  ],
  [
    'a log named like a part of every object',
    [`{ id: a, kind: page, log: constructor, path: "/r/{reviews}", ${W} }`],
    ['the workspace has no log "constructor"; check the name (its logs: web, api, alb, iis, edge, admin)'],
  ],
  [
    'references that the workspace lacks',
    [
      `{ id: a, kind: page, log: web, path: "/r/{review}", ${W} }`,
      `{ id: b, kind: url, log: web, path: "/r?m={customers.email}", passedTo: [x], ${W} }`,
    ],
    [
      'the workspace has no reference "review"; did you mean `reviews`? (its references: customers, customers.email, reviews)',
      "`{customers.email}` needs the directory's e-mail column; map it in sources.customers.columns",
    ],
  ],
  [
    'paths that bind nothing, or bind it wrongly',
    [
      `{ id: a, kind: page, log: web, path: /r, ${W} }`,
      `{ id: b, kind: page, log: web, path: "/r/{reviews", ${W} }`,
      `{ id: c, kind: page, log: web, path: "/r/{}", ${W} }`,
    ],
    [
      'the path does not say whose data it shows; bind a reference, as in /reviews/{reviews}',
      'braces in a path stand around the name of a reference, as in /reviews/{reviews}',
      'braces in a path stand around the name of a reference, as in /reviews/{reviews}',
    ],
  ],
  [
    'windows that end before they start, by the instant and not by the text',
    [
      `{ id: a, kind: access, log: admin, fields: [x], from: 2025-11-20T00:00:00Z, to: 2025-11-18T00:00:00Z }`,
      `{ id: b, kind: access, log: admin, fields: [x], from: 2025-11-20T01:00:00+01:00, to: 2025-11-20T00:00:00Z }`,
    ],
    [
      'the window ends (2025-11-18T00:00:00Z) before it starts (2025-11-20T00:00:00Z)',
      'the window is empty: it ends when it starts (2025-11-20T01:00:00+01:00)',
    ],
  ],
  [
    'an export that nobody received',
    [
      `{ id: a, kind: export, people: { at: x, id: id }, ${W} }`,
      `{ id: b, kind: export, people: { at: x, id: id }, log: web, ${W} }`,
      `{ id: c, kind: export, people: { at: x, id: id }, path: /x, ${W} }`,
    ],
    [
      'nobody received this export; name its downloads by `log` and `path`, or `recipients`, or both',
      'downloads are looked for by `log` and `path`; the `path` of the file is missing',
      'downloads are looked for by `log` and `path`; the `log` is missing',
    ],
  ],
  [
    'logs that lack the field the leak stands on',
    [
      `{ id: a, kind: shared-cache, log: alb, path: /x, ${W} }`,
      `{ id: b, kind: url, log: web, path: "/x?c={customers}", ${W} }`,
      `{ id: c, kind: access, log: web, ${W} }`,
      `{ id: d, kind: page, log: api, path: "/x/{reviews}", ${W} }`,
    ],
    [
      'log `alb` does not say HIT or MISS; map it with `columns: { cacheStatus: … }`, or use a log that does (sources.logs.alb)',
      "nobody got this address: say `passedTo: [host, …]`, or map the log's `columns: { recipient: … }` (sources.logs.web)",
      "log `web` does not say whose data was looked at; map `columns: { person: … }`, or bind a reference in the leak's `path` (sources.logs.web)",
      'log `api` has no column for the path; map it with `columns: { path: … }` (sources.logs.api)',
    ],
  ],
];
for (const [name, leaks, expected] of CASES) {
  test(`the incident refuses ${name}`, async () => {
    assert.deepEqual(await problemsOf(leaks), expected);
  });
}

test('declared gaps are held against the workspace too', async () => {
  const rest = `gaps:
  - { log: ap, from: 2025-11-20T00:00:00Z, to: 2025-11-18T00:00:00Z, reason: lost }
`;
  assert.deepEqual(await problemsOf([`{ id: a, kind: mailing, eml: m, fields: [x] }`], rest), [
    'the workspace has no log "ap"; did you mean `api`? (its logs: web, api, alb, iis, edge, admin)',
    'the window ends (2025-11-18T00:00:00Z) before it starts (2025-11-20T00:00:00Z)',
  ]);
});
