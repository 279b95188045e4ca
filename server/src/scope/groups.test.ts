import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Analytics, openAnalytics } from '../platform/analytics/index.ts';
import { statusGroups } from './answer.ts';
import { runStatements } from './statements.ts';

const directory = mkdtempSync(join(tmpdir(), 'forthright-groups-'));
let engine: Analytics;
before(async () => {
  engine = await openAnalytics({ kind: 'embedded', directory });
  await runStatements(engine, 'tables');
  // A tenth of those who were shown is known to no directory.
  await engine.run(
    `INSERT INTO known SELECT toString(number), '', ['DE', 'JP', 'US'][1 + number % 3], '', 'en', number % 2 FROM numbers(900)`,
  );
  await engine.run(
    'INSERT INTO status SELECT toString(number), 1 + number % 3, number % 2, 1, 0, 0, number % 5 FROM numbers(1000)',
  );
});
after(async () => {
  await engine.close();
  rmSync(directory, { recursive: true, force: true });
});

test('people who are grouped share by share are the same people as all at once', async () => {
  const sorted = async (peopleAtOnce?: number) =>
    (await statusGroups(engine, peopleAtOnce)).map((group) => JSON.stringify(group)).toSorted();
  const whole = await sorted();
  assert.ok(whole.length > 20);
  assert.equal(
    (await statusGroups(engine)).reduce((sum, { people }) => sum + people, 0),
    1000,
  );
  for (const peopleAtOnce of [300, 7, 899, 900]) assert.deepEqual(await sorted(peopleAtOnce), whole);
  assert.deepEqual(
    await statusGroups(engine, 300),
    await statusGroups(engine, 300),
    'in an order of their own',
  );
});
