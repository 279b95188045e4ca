/** Runs of scope that have ended, with an answer about people whom a test makes up. */
import { Readable } from 'node:stream';
import { ScopeAnswer } from '@forthright/contract';
import { askRun, finishRun, keepContent, SCOPE_RUN } from '../../server/src/incident/index.ts';
import { PROGRAM } from '../../server/src/prove/index.ts';
import type { House } from './house.ts';

/** Who lives where, with which fields, as a run of scope says it. */
export type Lives = Readonly<{
  country: string;
  region?: string;
  fields: readonly string[];
  exposed: number;
}>;

/** An answer of scope about these people, seen by anonymous visitors on a page, in logs without a gap. */
export function scopeAnswerOf(run: string, people: readonly Lives[]): ScopeAnswer {
  const exposed = people.reduce((sum, one) => sum + one.exposed, 0);
  const fields = [...new Set(people.flatMap((one) => one.fields))];
  const seen = { first: '2025-11-20T08:00:00.000Z', last: '2025-11-20T10:00:00.000Z' };
  const none = { exposed: 0, unknown: 0 };
  return ScopeAnswer.parse({
    schema: 'forthright/scope/1',
    run,
    title: 'a test',
    people: {
      ...{ exposed, unknown: 0, clear: 0, unidentified: 0, min: exposed, max: exposed, possiblySelf: 0 },
      addresses: { ...none, exposed },
      deleted: none,
      byCountry: Object.fromEntries(people.map((one) => [one.country, { ...none, exposed: one.exposed }])),
      byRegion: {},
      byLanguage: {},
      unidentifiedSample: [],
    },
    fields: Object.fromEntries(fields.map((field) => [field, { ...none, exposed }])),
    combinations: [{ fields, people: exposed }],
    groups: people.map((one) => ({ region: '', ...one, perhaps: [], unknown: 0 })),
    where: { pages: [], hosts: [], items: 1, itemsWithoutReference: 0, itemsWithoutReferenceSample: [] },
    recipients: {
      byClass: {
        ...{ customer: 0, anonymous: 5, crawler: 0, seller: 0, employee: 0 },
        ...{ contractor: 0, thirdParty: 0, own: 0 },
      },
      top: [],
      crawlers: [],
      unknownAccounts: 0,
    },
    window: { from: seen.first, to: seen.last },
    seen,
    views: exposed,
    histogram: { stepMinutes: 60, bins: [] },
    leaks: [{ id: 'p', kind: 'page', exposed, unknown: 0, views: exposed, seen }],
    gaps: [],
    rejected: { lines: 0, byReason: {}, samples: [] },
    directory: { people: exposed, duplicateIds: 0, withoutCountry: 0, sharedAddresses: 0, brokenRows: 0 },
    cautions: [],
    tasks: [],
    evidence: {
      files: [],
      definition: { sha256: 'ab', leaks: [] },
      query: { version: '1', sha256: 'ab' },
    },
  });
}

const LEAK = {
  ...{ id: 'p', kind: 'page', log: 'web', path: '/p/{reviews}', fields: ['name'] },
  ...{ from: '2025-11-20T08:00:00Z', to: '2025-11-20T10:00:00Z' },
};

/** A run of scope that has ended in this incident with an answer about these people, as the job ends one. */
export async function endRun(house: House, incident: string, people: readonly Lives[]): Promise<string> {
  const { db, now } = house.world;
  const asked = { db, now, actor: PROGRAM };
  const leaks = await house.world.db.rows<{ version: number }>(
    'SELECT version FROM incident_leaks WHERE incident = :id::text',
    { id: incident.slice('/incidents/'.length) },
  );
  if (leaks.length === 0)
    await house.ask('privacy-officer', 'PUT', `${incident}/leaks`, { version: 0, leaks: [LEAK] });
  const { id } = await askRun(asked, incident.slice('/incidents/'.length), true);
  await db.transaction((tx) =>
    tx.run(
      `UPDATE jobs SET state = 'running', attempt = 1, lease_until = clock_timestamp() + interval '1 hour' WHERE id = :id::text`,
      { id },
    ),
  );
  const answer = scopeAnswerOf(`run_${id.slice(4)}`, people);
  const { exposed, unknown, clear, unidentified, min, max } = answer.people;
  const figures = { exposed, unknown, clear, unidentified, min, max, views: answer.views, gaps: 0 };
  const job = {
    ...{ id, kind: SCOPE_RUN, subject: incident.slice('/incidents/'.length) },
    ...{ input: {}, attempt: 1, mostAttempts: 3 },
  };
  // What a run keeps of each person is asked for by campaigns alone.
  const cohort = { ...(await keepContent(db, Readable.from([Buffer.from(`${id}\n`)]))), people: exposed };
  const given = { run: answer.run, figures, answer: JSON.stringify(answer), workspace: 'ab'.repeat(32) };
  await finishRun(asked, job, { ...given, cohort });
  return id;
}

export const WORKSPACE = `organisation:
  name: Marlow Market
  country: LU
  contactPoint: { email: privacy@marlow.example }
  annualTurnover: { amount: 1200000000, currency: EUR }
  domains: [marlow.example]
sources:
  customers: { at: customers.csv, columns: { id: id } }
`;
