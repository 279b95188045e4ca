/** Decoys and aliases within a trace, in a real engine with a few rows. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type Analytics, openAnalytics } from '../../platform/analytics/index.ts';
import type { LookUps } from '../look-ups.ts';
import { countDecoys } from './count.ts';
import type { AliasesAsked, DecoysAsked } from './types.ts';

const directory = mkdtempSync(join(tmpdir(), 'forthright-count-'));
let engine: Analytics;
before(async () => {
  engine = await openAnalytics({ kind: 'embedded', directory });
  await engine.run('CREATE TABLE directory (person String, email String) ENGINE = MergeTree ORDER BY person');
  await engine.run("INSERT INTO directory VALUES ('c-1', 'a@post.example'), ('c-2', 'anna@people.example')");
  await engine.run(
    'CREATE TABLE trace_pairs (c UInt32, cls UInt8, pid UInt64, t Int64, f UInt32, rn UInt64) ENGINE = MergeTree ORDER BY pid',
  );
  // The team's look-up is its person's; one came after the mail.
  await engine.run(
    "INSERT INTO trace_pairs SELECT 0, 0, sipHash64('c-1'), 1000, 7, 3 UNION ALL SELECT 2, 3, sipHash64('c-1'), 1000, 7, 3 UNION ALL SELECT 1, 0, sipHash64('c-1'), 900000, 7, 9",
  );
});
after(async () => {
  await engine.close();
  rmSync(directory, { recursive: true, force: true });
});

const LOOK_UPS: LookUps = {
  candidates: [
    { kind: 'employee', id: 'e-1', label: 'employee-1' },
    { kind: 'employee', id: 'e-2', label: 'employee-2' },
    { kind: 'team', id: 'returns', label: 'returns' },
  ],
  pairs: 3,
  people: 1,
  withoutViewer: 0,
  own: 0,
};
const at = (ms: number) => new Date(ms).toISOString();
const decoy = (id: string, place: DecoysAsked['decoys'][number]['place'], where: string | null) => ({
  id,
  name: 'Anna',
  email: `${id}@post.example`,
  place,
  at: where,
  like: {},
  since: at(0),
});
const DECOYS = [
  decoy('a', 'view', 'e-1'),
  decoy('b', 'view', 'e-2'),
  decoy('q', 'queue', 'returns'),
  decoy('p', 'partner', 'parcels'),
  decoy('n', 'nowhere', null),
];
const NO_ALIASES: AliasesAsked = { viewers: [], mails: [] };

async function count(asked: Partial<DecoysAsked>) {
  for (const table of ['trace_decoys', 'trace_decoys_known'])
    await engine.run(`DROP TABLE IF EXISTS ${table}`);
  const whole = { decoys: DECOYS, mails: [], aliases: NO_ALIASES, nowhereHit: 0, ...asked };
  const by = { address: (text: string) => `lower(${text})`, pathOf: new Map([[7, 'admin.csv']]) };
  return countDecoys(engine, whole, LOOK_UPS, by);
}
const mail = (id: string, ms: number) => ({ mail: `dcm_${id}`, decoy: id, arrived: at(ms) });

test('each decoy is its place’s, a place that no log shows is a candidate, and its look-ups come with it', async () => {
  const { lookUps, weighed } = await count({ mails: [mail('a', 5000), mail('p', 6000)] });
  assert.deepEqual(
    lookUps.candidates.slice(3).map(({ kind, id, label }) => [kind, id, label]),
    [['path', 'parcels', 'parcels']],
  );
  assert.deepEqual([weighed.summary.places, weighed.summary.hit, weighed.summary.inDirectory], [4, 2, 1]);
  assert.deepEqual(weighed.of(0)?.hits[0]?.lookUps, [
    { candidate: 'employee-1', lookedUp: at(1000), file: 'admin.csv', row: 3 },
  ]);
  assert.deepEqual([weighed.of(2)?.hits, weighed.of(3)?.hits.length], [[], 1]);
  assert.ok((weighed.beside.get(0)?.logE ?? 0) > 0 && (weighed.beside.get(1)?.logE ?? 0) < 0);
  assert.equal(weighed.beside.get(0)?.hits, 2);
});

test('when a decoy of no place gets mail none counts', async () => {
  const { weighed } = await count({ mails: [mail('a', 5000)], nowhereHit: 1 });
  assert.deepEqual([weighed.summary.count, weighed.beside.size, weighed.of(0)], [false, 0, undefined]);
});

test('aliases weigh among themselves, whatever becomes of decoys, and a second mail to one adds nothing', async () => {
  const viewers = [
    { place: 'view' as const, at: 'e-1', n: 2 },
    { place: 'view' as const, at: 'e-2', n: 500 },
    { place: 'feed' as const, at: 'Lamp Shop', n: 498 },
  ];
  const one = (id: string, alias: string, ms: number) => ({
    mail: id,
    alias,
    place: 'view' as const,
    at: 'e-1',
    since: at(0),
    arrived: at(ms),
  });
  const mails = [one('alm_1', 'als_1', 5000), one('alm_2', 'als_1', 6000)];
  const { lookUps, weighed } = await count({ aliases: { viewers, mails }, nowhereHit: 1 });
  assert.deepEqual([weighed.summary.aliases, weighed.summary.aliasesHit], [1000, 1]);
  assert.equal(lookUps.candidates.at(-1)?.label, 'Lamp Shop');
  const first = weighed.of(0);
  assert.deepEqual([first?.planted, first?.hits.length], [2, 2]);
  // One of two among a thousand: up to 1 : 500, averaged over the shares.
  assert.ok((first?.logE ?? 0) > Math.log(50) && (first?.logE ?? 0) < Math.log(500), String(first?.logE));
  assert.ok((weighed.of(1)?.logE ?? 0) < 0);
});
