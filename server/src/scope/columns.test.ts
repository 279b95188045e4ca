/** A log of columns from its files to the answer: what goes wrong there does so without a word. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import type { ScopeAnswer } from '@forthright/contract';
import { openAnalytics } from '../platform/analytics/index.ts';
import { withRun } from './session.ts';

const directory = mkdtempSync(join(tmpdir(), 'forthright-columns-'));
const DAY = 86_400_000;
const START = Date.parse('2025-11-18T00:00:00Z');

const WORKSPACE = `organisation:
  name: Marlow
  legalName: Marlow S.à r.l.
  country: LU
  contactPoint: { name: Data Protection Office, email: privacy@marlow.example }
  domains: [marlow.example]
sources:
  customers: { at: customers.csv, columns: { id: id, email: email, country: country, language: language } }
  references:
    reviews: { at: reviews.csv, key: review, person: customer }
  logs:
    web: { at: "logs/*.parquet", format: parquet, columns: { time: ms, viewer: account, client: host, userAgent: ua, path: path, status: status, host: client } }
engines: {}
`;
const INCIDENT = `title: Review pages showed names
aware: 2025-11-21T14:05:00Z
cause: { kind: technical-error, summary: A template. }
leaks:
  - { id: pages, kind: page, log: web, from: 2025-11-18T00:00:00Z, to: 2025-11-20T00:00:00Z, path: "/reviews/{reviews}", fields: [name] }
`;

describe('a log of columns', () => {
  let answer: ScopeAnswer;
  before(async () => {
    mkdirSync(join(directory, 'logs'));
    writeFileSync(join(directory, 'forthright.yaml'), WORKSPACE);
    writeFileSync(join(directory, 'incident.yaml'), INCIDENT);
    const people = Array.from({ length: 8 }, (_, i) => `C${i},c${i}@post.example,LU,fr`);
    writeFileSync(join(directory, 'customers.csv'), `id,email,country,language\n${people.join('\n')}\n`);
    writeFileSync(join(directory, 'reviews.csv'), 'review,customer\nR1,C1\nR2,C2\nR3,C3\n');
    const engine = await openAnalytics({ kind: 'embedded', directory: join(directory, 'engine') });
    try {
      const write = (name: string, day: number, review: string) =>
        engine.writeParquet(
          join(directory, 'logs', name),
          `SELECT toInt64(${START + day * DAY}) + number * 60000 AS ms, 'C7' AS account, 'WWW.marlow.example:443' AS client, '192.0.2.' || toString(number % 9) AS host,
             'Firefox' AS ua, if(number = 700, '/reviews/${review}', '/p/' || toString(number)) AS path, toUInt16(200) AS status FROM numbers(1440)`,
        );
      await write('a.parquet', 0, 'R1');
      await write('b.parquet', 1, 'R2');
      await write('c.parquet', 1, 'R2');
    } finally {
      await engine.close();
    }
    const asked = {
      incident: join(directory, 'incident.yaml'),
      workspace: join(directory, 'forthright.yaml'),
    };
    const watch = { step: () => {}, signal: new AbortController().signal };
    answer = await withRun(asked, watch, async (a) => a.answer);
  });
  after(() => rmSync(directory, { recursive: true, force: true }));

  it('reads files that have equally many rows and leaves out only true copies', () => {
    assert.deepEqual(
      answer.evidence.files.flatMap((f) => (f.source === 'logs.web' ? [[f.path, f.sameAs]] : [])),
      [
        ['logs/a.parquet', null],
        ['logs/b.parquet', null],
        ['logs/c.parquet', 'logs/b.parquet'],
      ],
    );
    assert.equal(answer.views, 2);
  });
  it('takes a log without methods for one of pages that were fetched', () => {
    assert.equal(answer.people.exposed, 2);
  });
  it("is not confused by columns that have another field's name", () => {
    assert.deepEqual(answer.where.hosts, [{ name: 'www.marlow.example', people: 2, views: 2 }]);
  });
});
