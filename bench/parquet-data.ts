import { mkdirSync, readdirSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Session } from 'chdb';

/**
 * Made-up access log, directory and references in Parquet. Every row is a function of its number, so the same
 * sizes give the same data. One row in twenty is a page of the leak; two in five have no account.
 */
export type ParquetSize = Readonly<{ rows: number; customers: number; references: number }>;

const ROWS_A_FILE = 10_000_000;
/** 2025-11-11T00:00:00Z; every file is a day. */
const START = 1762819200000;
const DAY = 86_400_000;
const dayOf = (n: number) => new Date(START + n * DAY).toISOString().slice(0, 10);

const COUNTRIES =
  "['DE','FR','IT','ES','PL','NL','RO','BE','SE','CZ','PT','HU','AT','GR','BG','DK','FI','SK','IE','HR','LT','SI','LV','EE','CY','LU','MT','GB','US','CA']";

export async function makeParquet(directory: string, size: ParquetSize): Promise<void> {
  const engine = new Session(join(directory, '.engine'));
  mkdirSync(join(directory, 'logs'), { recursive: true });
  const write = (path: string, select: string) =>
    engine.queryAsync(
      `INSERT INTO FUNCTION file('${join(directory, path)}', 'Parquet') ${select} SETTINGS output_format_parquet_compression_method = 'zstd', engine_file_truncate_on_insert = 1, max_memory_usage = 3000000000, max_threads = 2`,
      { format: 'Null' },
    );
  await write(
    'customers.parquet',
    `SELECT concat('C', toString(10000000 + number)) AS id, concat('mail.', toString(number), '@', ['post', 'inbox', 'letters'][1 + number % 3], '.example') AS email,
       toLowCardinality(${COUNTRIES}[1 + intDiv(cityHash64(number, 1) % 900, 30)]) AS country, toLowCardinality(if(country = 'US', ['US-CA', 'US-NY', 'US-TX'][1 + number % 3], '')) AS state,
       toLowCardinality(['de', 'fr', 'en', 'it', 'es'][1 + cityHash64(number, 2) % 5]) AS language FROM numbers(${size.customers})`,
  );
  // A third of the customers wrote reviews, some of them many.
  await write(
    'reviews.parquet',
    `SELECT concat('R', toString(100000 + number)) AS review_id, concat('C', toString(10000000 + toUInt64(pow((cityHash64(number, 3) % 1000003) / 1000003, 2) * ${size.customers / 3}) * 3 + cityHash64(number, 33) % 2)) AS customer_id FROM numbers(${size.references})`,
  );
  for (let first = 0, day = 0; first < size.rows; first += ROWS_A_FILE, day++) {
    const rows = Math.min(ROWS_A_FILE, size.rows - first);
    await write(
      `logs/web-${dayOf(day)}.parquet`,
      `WITH cityHash64(number, 4) AS h, cityHash64(number, 5) AS g,
         if(h % 100 < 60, concat('C', toString(10000000 + g % ${size.customers})), NULL) AS viewer
       SELECT fromUnixTimestamp64Milli(toInt64(${START + day * DAY} + intDiv((number - ${first}) * ${DAY}, ${rows})), 'UTC') AS ts,
         viewer AS account, concat(toString(11 + g % 180), '.', toString(intDiv(g, 256) % 250), '.', toString(intDiv(g, 65536) % 8), '.', toString(1 + h % 250)) AS ip,
         toLowCardinality(concat('Mozilla/5.0 (X11; Linux x86_64; rv:', toString(100 + g % 40), '.0) Gecko/20100101 Firefox/', toString(100 + g % 40), '.', toString(h % 5))) AS ua,
         multiIf(h % 20 = 0, concat('/reviews/R', toString(100000 + toUInt64(pow((cityHash64(number, 6) % 100000007) / 100000007, 3) * ${size.references * 1.02}))), h % 20 < 12, concat('/p/P', toString(10000 + g % 3000000)), h % 20 < 16, concat('/images/P', toString(10000 + g % 3000000), '-1.webp'), h % 20 < 18, '/search?q=lamp&page=2', '/') AS path,
         toUInt16(multiIf(g % 100 < 93, 200, g % 100 < 96, 304, g % 100 < 98, 404, 500)) AS status,
         toLowCardinality(['www.marlow.example', 'm.marlow.example', 'shop.marlow.example'][1 + g % 3]) AS host
       FROM numbers(${first}, ${rows})`,
    );
  }
  engine.cleanup();
  const days = Math.ceil(size.rows / ROWS_A_FILE);
  writeFileSync(join(directory, 'forthright.yaml'), WORKSPACE);
  writeFileSync(join(directory, 'incident.yaml'), incidentOf(days));
  const earlier = new Date(Date.now() - 600_000);
  for (const name of readdirSync(directory, { recursive: true, encoding: 'utf8' }))
    if (name.endsWith('.parquet')) utimesSync(join(directory, name), earlier, earlier);
}

const WORKSPACE = `organisation:
  name: Marlow Market
  legalName: Marlow Market S.à r.l.
  country: LU
  contactPoint: { name: Data Protection Office, email: privacy@marlow.example }
  domains: [marlow.example]
sources:
  customers:
    at: customers.parquet
    columns: { id: id, email: email, country: country, region: state, language: language }
  references:
    reviews: { at: reviews.parquet, key: review_id, person: customer_id }
  logs:
    web:
      at: "logs/*.parquet"
      format: parquet
      columns: { time: ts, viewer: account, client: ip, userAgent: ua, path: path, status: status, host: host }
engines: {}
`;

const incidentOf = (days: number) => `title: Review pages showed reviewers' names and e-mail addresses
aware: ${dayOf(days + 1)}T14:05:00Z
cause: { kind: technical-error, summary: A template change printed the author record in full. }
leaks:
  - id: review-pages
    kind: page
    log: web
    from: ${dayOf(0)}T06:00:00Z
    to: ${dayOf(days - 1)}T18:00:00Z
    path: /reviews/{reviews}
    status: [200]
    fields: [name, email]
`;
