import assert from 'node:assert/strict';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { ForthrightError } from '@forthright/contract';
import { isRemote, loadWorkspace } from './workspace.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forthright-workspace-'));
});
after(() => rm(folder, { recursive: true }));

async function load(text: string) {
  const path = join(folder, 'forthright.yaml');
  await writeFile(path, text);
  return loadWorkspace(path);
}
async function problemsOf(text: string): Promise<string[]> {
  try {
    await load(text);
    return [];
  } catch (error) {
    assert.ok(error instanceof ForthrightError, String(error));
    assert.equal(error.code, 'workspace-invalid');
    return error.problems.map((p) => `${p.at.slice(p.at.indexOf('.yaml:') + 6)} ${p.message}`);
  }
}
const withLog = (log: string, top = '') =>
  `organisation: { name: M }\n${top}sources:\n  customers: { at: c.csv, columns: { id: id } }\n  logs:\n    web: ${log}\n`;

test('the workspace of the design document is right', async () => {
  const loaded = await load(`organisation:
  name: Marlow Market
  country: LU
  own: { networks: [10.0.0.0/8, "2001:db8::/32"], userAgents: ["MarlowMonitor/*"] }
timezone: Europe/Luxembourg
sources:
  customers: { at: data/customers.csv.gz, columns: { id: customer_id, email: email, address: [street, city] } }
  references:
    reviews: { at: data/reviews.parquet, key: review_id, person: customer_id, from: published_at, to: removed_at }
  sessions: { at: "postgres://db/shop#sessions", key: session_id, viewer: customer_id }
  logs:
    web: { at: "logs/web/*.log.gz", format: combined, timezone: UTC, retention: P30D }
    api: { at: [a.jsonl, "s3://bucket/*.jsonl"], format: jsonl, columns: { time: ts, viewer: account } }
    edge: { at: edge.log, format: pattern, pattern: '$remote_addr [$time_local] "$request" $upstream_cache_status' }
    old: { at: old.log, format: pattern, pattern: '$when $remote_addr', columns: { time: when } }
    admin: { at: "clickhouse:audit.admin", format: table, columns: { time: ts } }
`);
  assert.equal(loaded.directory, folder);
  assert.equal(loaded.workspace.sources.logs.web?.sampled, 1);
});

const CASES: readonly (readonly [string, string, string[]])[] = [
  [
    'a zone that does not exist, with the nearest one',
    withLog('{ at: a, format: combined, timezone: Europe/Berln }', 'timezone: europe/paris\n'),
    [
      '2:11 there is no time zone "europe/paris"; did you mean `Europe/Paris`?',
      '6:47 there is no time zone "Europe/Berln"; did you mean `Europe/Berlin`?',
    ],
  ],
  [
    'an offset for a zone',
    withLog('{ at: a, format: combined, timezone: "+01:00" }'),
    [
      '5:47 there is no time zone "+01:00"; a zone is a place such as Europe/Berlin, since an offset does not know of summer time (or Etc/GMT-1 for a fixed one)',
    ],
  ],
  [
    'own networks that are none',
    `organisation: { name: M, own: { networks: [10.0.0.0/8, 10.0.0.5, 10.0.0.0/33, office, "::1/129", 1.2.3.4/8/9] } }\nsources: { customers: { at: c, columns: { id: i } } }\n`,
    [
      '1:56 "10.0.0.5" is no network but an address; write 10.0.0.5/32 for this address alone',
      '1:66 "10.0.0.0/33" is no network; what follows the slash must be a number from 0 to 32',
      '1:79 "office" is no network; write one such as 10.0.0.0/8 or 2001:db8::/32',
      '1:87 "::1/129" is no network; what follows the slash must be a number from 0 to 128',
      '1:98 "1.2.3.4/8/9" is no network; what follows the slash must be a number from 0 to 32',
    ],
  ],
  [
    'a pattern log without its pattern',
    withLog('{ at: a, format: pattern }'),
    [
      "5:27 `format: pattern` needs a `pattern`: the server's log_format, such as '$remote_addr [$time_local] …'",
    ],
  ],
  [
    'a pattern without time, and one where none belongs',
    `${withLog("{ at: a, format: pattern, pattern: '$remote_addr' }")}    api: { at: a, format: jsonl, columns: { time: t }, pattern: '$x' }\n`,
    [
      '5:45 the pattern has no time (`$time_local`, `$time_iso8601` or `$msec`); if another variable holds it, name it in `columns: { time: … }`',
      '6:56 `pattern` means nothing for `format: jsonl`; take it out, or write `format: pattern`',
    ],
  ],
  [
    'a log of columns without a time column',
    `${withLog('{ at: a, format: parquet }')}    api: { at: a, format: csv, columns: { viewer: v } }\n`,
    [
      '5:27 a parquet log needs to know which column holds the time; write `columns: { time: <column of the time stamp>, viewer: …, path: … }`',
      '6:41 a csv log needs to know which column holds the time; write `columns: { time: <column of the time stamp>, viewer: …, path: … }`',
    ],
  ],
  [
    'a retention of nothing',
    withLog('{ at: a, format: w3c, retention: P0D }'),
    ['5:43 `retention` is P0D, which keeps nothing; say for how long the log is kept'],
  ],
  [
    'raw lines in a table that would need a header',
    withLog('{ at: "clickhouse:logs.w", format: csv, columns: { time: t, line: raw } }'),
    [
      '5:45 "clickhouse:logs.w" is a table of a database: `columns: { line: raw }` says that it holds raw lines, and lines in a table can\'t be `csv`; name their own format, such as `combined`',
    ],
  ],
  [
    'tables with a format of files, files with the format of tables, and strange places',
    `${withLog('{ at: "postgres://u:geheim@h/db#t", format: combined }')}    b: { at: b.csv, format: table, columns: { time: t } }
    c: { at: ["ftp://x/y", "postgres://h/db", "clickhouse:events"], format: table, columns: { time: t } }\n`,
    [
      '5:54 "postgres://u:***@h/db#t" is a table of a database: its format is `table`, not `combined`; if it holds raw lines, name their column in `columns: { line: … }`',
      '6:14 `format: table` reads postgres://…#table or clickhouse:db.table, and "b.csv" is neither',
      '7:15 nothing here can read `ftp://`; name a file or glob, s3://…, postgres://…#table or clickhouse:db.table',
      '7:28 "postgres://h/db" does not say which table; end it with `#table` or `#schema.table`',
      '7:47 "clickhouse:events" is not `clickhouse:database.table`',
    ],
  ],
  [
    'a reference that takes the name of the directory',
    `organisation: { name: M }\nsources:\n  customers: { at: c, columns: { id: i } }\n  references: { customers: { at: r, key: k, person: p } }\n`,
    ['4:17 `{customers}` in a path always means the directory; call this reference otherwise'],
  ],
];
for (const [name, text, expected] of CASES) {
  test(`the workspace refuses ${name}`, async () => {
    assert.deepEqual(await problemsOf(text), expected);
  });
}

test('what lies elsewhere is told from what lies in files', () => {
  for (const at of ['s3://b/k', 'postgres://h/d#t', 'postgresql://h/d#t', 'clickhouse:a.b', 'S3://b/k']) {
    assert.equal(isRemote(at), true, at);
  }
  for (const at of ['a.log', 'logs/*.gz', '/var/log/a', 'C:\\logs\\a.log', 'web:1.log', 's3/a', '../x']) {
    assert.equal(isRemote(at), false, at);
  }
});
