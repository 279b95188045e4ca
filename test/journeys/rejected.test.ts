import assert from 'node:assert/strict';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { it } from 'node:test';
import { withRun } from '../../server/src/scope/session.ts';

const WORKSPACE = `organisation: { name: Tiny }
sources:
  customers: { at: customers.csv, columns: { id: id } }
  employees: { at: staff.csv, columns: { id: id } }
  references: { reviews: { at: reviews.csv, key: review, person: person } }
  logs: { web: { at: "logs/*.log", format: combined } }
`;
const INCIDENT = `title: T
leaks: [{ id: a, kind: page, log: web, from: 2025-11-18T06:00:00Z, to: 2025-11-18T08:00:00Z, path: "/reviews/{reviews}", fields: [name] }]
`;
const line = (viewer: string, at: string, path: string, status = '200') =>
  `1.1.1.1 - ${viewer} [${at} +0000] "GET ${path} HTTP/1.1" ${status} 5 "-" "Mozilla"\n`;

it('every unreadable line is counted once, with its reason, and names no member of staff', async () => {
  const directory = await mkdtemp(join(tmpdir(), 'forthright-test-'));
  try {
    await mkdir(join(directory, 'logs'));
    await writeFile(join(directory, 'forthright.yaml'), WORKSPACE);
    await writeFile(join(directory, 'incident.yaml'), INCIDENT);
    await writeFile(join(directory, 'customers.csv'), 'id\n1\n2\n');
    await writeFile(join(directory, 'staff.csv'), 'id\nE7\n');
    await writeFile(join(directory, 'reviews.csv'), 'review,person\n10,1\n11,2\n');
    const log = [
      line('2', '18/Nov/2025:06:30:00', '/reviews/10'),
      line('E7', '18/Nov/2025:06:30:00', '/reviews/11', 'abc'),
      line('E7', '99/Nov/2025:06:30:00', '/reviews/11'),
      'garbage E7 here\n',
      '\n',
      line('-', '18/Nov/2025:06:31:00', '/reviews/10').slice(0, -20),
    ];
    await writeFile(join(directory, 'logs/a.log'), log.join(''));
    const asked = {
      incident: join(directory, 'incident.yaml'),
      workspace: join(directory, 'forthright.yaml'),
    };
    const watch = { step: () => {}, signal: new AbortController().signal };
    await withRun(asked, watch, async ({ answer }) => {
      assert.equal(answer.people.exposed, 1);
      assert.deepEqual(answer.rejected.byReason, { empty: 1, shape: 3, time: 1 });
      assert.equal(answer.rejected.lines, 5);
      const file = answer.evidence.files.find((f) => f.path === 'logs/a.log');
      assert.deepEqual([file?.lines, file?.rejected], [6, 5]);
      assert.ok(!JSON.stringify(answer).includes('E7'));
      assert.deepEqual(answer.rejected.samples.find((s) => s.reason === 'time')?.line, 3);
    });
  } finally {
    await rm(directory, { recursive: true, force: true });
  }
});
