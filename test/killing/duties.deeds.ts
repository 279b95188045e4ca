/** Every deed on risk, duties of law and reports to authorities. */
import { Readable } from 'node:stream';
import { type Changed, type DutiesSettled, ROLES } from '@forthright/contract';
import { assessOperations } from '../../server/src/assess/index.ts';
import { assessDutiesHandler } from '../../server/src/flow/index.ts';
import { askRun, finishRun, keepContent, SCOPE_RUN } from '../../server/src/incident/index.ts';
import { actor, ask } from '../../server/src/incident/testing.ts';
import { LEAKS, writeWorkspace } from '../../server/src/notify/campaigns/testing.ts';
import type { Reads } from '../../server/src/platform/db/index.ts';
import { scopeAnswerOf } from '../peers/runs.ts';
import type { Deeds, World } from './process.ts';

type Of = Readonly<{ incident: string }>;

/** Of the law's operations or, where it has none of this name, of the incident's. */
async function run<T>(world: World, name: string, rawInput: object): Promise<T> {
  const asked = { ...world.asked, actor: actor('usr_ada', ...ROLES) };
  const workspace = await writeWorkspace(world.folder);
  const found = assessOperations({ workspace }).find((one) => one.name === name);
  if (found === undefined) return ask<T>(asked, name, rawInput);
  return found.output.parse(await found.run(asked, found.input.parse(rawInput))) as T;
}

async function opened(world: World): Promise<Of> {
  const times = { aware: { at: '2025-11-20T10:00:00+01:00', saidBy: 'the shift lead' } };
  const given = { title: 'Pages', kind: 'technical-error', times };
  const { incident } = await run<Changed>(world, 'open-incident', given);
  return { incident };
}

/** Forty people in Germany, and in Washington some of whom a finding may exempt. */
const PEOPLE = [
  { country: 'DE', fields: ['name', 'email'], exposed: 40 },
  { country: 'US', region: 'US-WA', fields: ['name', 'ssn'], exposed: 30 },
];

/** With a run of scope that has ended, so that there are duties. */
async function scoped(world: World): Promise<Of> {
  const of = await opened(world);
  const { asked } = world;
  await run(world, 'set-leaks', { ...of, version: 0, leaks: LEAKS });
  const { id } = await askRun(asked, of.incident, true);
  await asked.db.transaction((tx) =>
    tx.run(
      `UPDATE jobs SET state = 'running', attempt = 1, lease_until = clock_timestamp() + interval '1 hour' WHERE id = :id::text`,
      { id },
    ),
  );
  const answer = scopeAnswerOf(`run_${id.slice(4)}`, PEOPLE);
  const { exposed, unknown, clear, unidentified, min, max } = answer.people;
  const figures = { exposed, unknown, clear, unidentified, min, max, views: answer.views, gaps: 0 };
  const kept = await keepContent(asked.db, Readable.from([Buffer.from(`${id}\n`)]));
  const job = { id, kind: SCOPE_RUN, subject: of.incident, input: {}, attempt: 1, mostAttempts: 3 };
  const ended = { run: answer.run, figures, answer: JSON.stringify(answer), workspace: 'ab'.repeat(32) };
  await finishRun(asked, job, { ...ended, cohort: { ...kept, people: exposed } });
  return of;
}

async function assessed(world: World): Promise<Of> {
  const of = await scoped(world);
  await run(world, 'assess-duties', of);
  return of;
}

/** One that is open once the duties are assessed: nobody has decided on the risk. */
const DUTY = 'EU/authority';
const LATE = { delayReasons: 'The logs came on Sunday.' };
const RISK = {
  statement: {
    by: 'Olga',
    ordinary: true,
    factors: { kinds: ['confidentiality'], how: 'published' },
  },
};
const REPORT = { statement: { by: 'Olga', fields: { 21: 'Olga' } } };
const EXCUSED = { reason: 'Counsel: another entity filed.' };

const upon =
  (name: string, before: (world: World) => Promise<Of>, more: (world: World, of: Of) => Promise<object>) =>
  async (world: World): Promise<Readonly<{ entry: number }>> => {
    const of = await before(world);
    const given = { ...of, ...(await more(world, of)) };
    return world.does(() => run<{ entry: number }>(world, name, given));
  };

async function reported(world: World): Promise<Of> {
  const of = await assessed(world);
  await run(world, 'save-report', { ...of, ...REPORT });
  return of;
}

async function excused(world: World): Promise<Of> {
  const of = await assessed(world);
  await run<DutiesSettled>(world, 'excuse-duties', { ...of, duties: [DUTY], ...EXCUSED });
  return of;
}

export const DEEDS: Deeds = {
  'assess-risk': upon('assess-risk', scoped, async () => RISK),
  'save-report': upon('save-report', scoped, async () => REPORT),
  'file-report': upon('file-report', reported, async (world) => ({
    template: 'edpb',
    version: 1,
    authority: 'CNPD',
    filedAt: world.asked.now().toISOString(),
    reference: 'LU-77',
    duties: [DUTY],
    ...LATE,
  })),
  'set-law-facts': upon('set-law-facts', scoped, async () => ({ version: 0, acquisition: 'acquired' })),
  'assess-duties': upon('assess-duties', scoped, async () => ({})),
  'assess-duties-job': async (world) => {
    const { incident } = await assessed(world);
    await run(world, 'set-law-facts', { incident, version: 0, acquisition: 'acquired' });
    const { db, now } = world.asked;
    const handler = assessDutiesHandler({ db, now, workspace: await writeWorkspace(world.folder) });
    const job = { id: '', kind: '', subject: incident, input: {}, attempt: 1, mostAttempts: 3 };
    const { signal } = new AbortController();
    await world.does(() => handler.run(job, { signal, progress: () => {} }));
    return undefined;
  },
  'determine-exemption': upon('determine-exemption', assessed, async () => ({
    exemption: 'US-WA/harm',
    holds: true,
    reason: 'Returned unread by the only recipient.',
  })),
  'fulfil-duty': upon('fulfil-duty', assessed, async (world) => ({
    duty: DUTY,
    at: world.asked.now().toISOString(),
    text: 'By the portal.',
    ...LATE,
  })),
  'excuse-duties': upon('excuse-duties', assessed, async () => ({
    duties: [DUTY],
    ...EXCUSED,
  })),
  'reopen-duty': upon('reopen-duty', excused, async () => ({ duty: DUTY, reason: 'No.' })),
};

/** What each kind of entry leaves behind: its table, and by which of its facts the row must agree with it. */
const KEPT = `
  SELECT entry, 'risk-assessed' AS kind, version::text AS says FROM risk_assessments
  UNION ALL SELECT entry, 'report-saved', template || ' ' || version FROM reports
  UNION ALL SELECT entry, 'report-filed', template || ' ' || version FROM report_filings
  UNION ALL SELECT entry, 'law-facts-set', version::text FROM law_facts
  UNION ALL SELECT entry, 'exemption-determined', exemption || ' ' || holds FROM law_determinations
  UNION ALL SELECT entry, 'duties-assessed', version || ' ' || job || ' ' || due FROM incident_duty_versions
  UNION ALL SELECT entry, 'duty-' || act, string_agg(duty, ' ' ORDER BY duty) FROM incident_duty_steps
    WHERE template IS NULL GROUP BY entry, act`;
const SAID = `
  SELECT index, CASE kind WHEN 'duties-changed' THEN 'duties-assessed' ELSE kind END AS kind,
    CASE WHEN kind IN ('risk-assessed', 'law-facts-set') THEN facts->>'version'
      WHEN kind IN ('report-saved', 'report-filed') THEN (facts->>'template') || ' ' || (facts->>'version')
      WHEN kind = 'exemption-determined' THEN (facts->>'exemption') || ' ' || (facts->>'holds')
      WHEN kind LIKE 'duties-%' THEN (facts->>'version') || ' ' || (facts->>'job') || ' ' || (facts->>'due')
      ELSE (SELECT string_agg(d, ' ' ORDER BY d) FROM jsonb_array_elements_text(facts->'duties') d) END AS says
   FROM (SELECT index, kind, convert_from(entry, 'UTF8')::jsonb->'facts' AS facts FROM register_entries) e
  WHERE kind IN ('risk-assessed', 'report-saved', 'report-filed', 'law-facts-set', 'exemption-determined',
    'duties-assessed', 'duties-changed', 'duty-fulfilled', 'duty-excused', 'duty-reopened')`;

/**
 * Each row has its entry, which says the same, and the other way round; a filing has settled the duties that its entry
 * names; a duty is settled by its last step or open; whatever waits to be assessed has its job.
 */
export async function alsoWrong(reads: Reads): Promise<string[]> {
  const wrong = await reads.rows<{ what: string }>(
    `SELECT coalesce(k.kind || ' ' || k.entry, s.kind || ' ' || s.index) AS what
       FROM (${KEPT}) k FULL JOIN (${SAID}) s ON s.index = k.entry AND s.kind = k.kind AND s.says = k.says
      WHERE k.entry IS NULL OR s.index IS NULL
     UNION ALL SELECT 'filing ' || e.index FROM register_entries e
      CROSS JOIN LATERAL jsonb_array_elements_text(convert_from(e.entry, 'UTF8')::jsonb->'facts'->'duties') d
       LEFT JOIN incident_duty_steps s ON s.entry = e.index AND s.duty = d AND s.act = 'fulfilled'
      WHERE e.kind = 'report-filed' AND s.entry IS NULL
     UNION ALL SELECT d.incident || ' ' || d.duty FROM incident_duties d
       LEFT JOIN LATERAL (SELECT act FROM incident_duty_steps s
         WHERE s.incident = d.incident AND s.duty = d.duty ORDER BY entry DESC LIMIT 1) s ON true
      WHERE d.settled IS NOT NULL AND d.settled IS DISTINCT FROM s.act
         OR d.settled IS NULL AND s.act = 'fulfilled'
         OR d.settled IS NULL AND s.act = 'excused' AND d.status <> 'due'
     UNION ALL SELECT 'waiting of ' || a.incident FROM incident_duties_awaited a WHERE NOT EXISTS
       (SELECT FROM jobs j WHERE j.kind = 'assess-duties' AND j.subject = a.incident AND j.state IN ('waiting', 'running'))`,
  );
  return wrong.map(({ what }) => `${what} has no counterpart`);
}
