/** Every deed on reports by customers and on traces. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type AccessReviewChanged,
  type AliasesMade,
  type AliasesOpened,
  type Changed,
  type DecoysGiven,
  type DecoysPlanted,
  ROLES,
  type TraceChanged,
} from '@forthright/contract';
import { readArrived, reportOperations } from '../../server/src/answer/index.ts';
import { eraseOldReports } from '../../server/src/answer/reports/take.ts';
import { actor, ask, seat } from '../../server/src/incident/testing.ts';
import type { Reads } from '../../server/src/platform/db/index.ts';
import { deed, PROGRAM, sealFolder } from '../../server/src/prove/index.ts';
import { aliasOf, noteAliasMail } from '../../server/src/trace/aliases/aliases.ts';
import { takeDecoyMail } from '../../server/src/trace/decoys/decoys.ts';
import {
  cancelTraceRun,
  eraseEndedAliases,
  eraseEndedDecoys,
  eraseEndedTraces,
  traceOperations,
} from '../../server/src/trace/index.ts';
import {
  ACCESS,
  countOf,
  DEFINITION,
  doneOf,
  GATE,
  held,
  WORKSPACE,
} from '../../server/src/trace/testing.ts';
import { failTraceRun, finishTraceRun } from '../../server/src/trace/traces.ts';
import type { Deeds, World } from './process.ts';

const RELAY = 'relay.marlow.example';

type Of = Readonly<{ incident: string; trace: string }>;
type OfRun = Of & Readonly<{ job: string }>;

const sealsOf = ({ folder }: World) => sealFolder(join(folder, 'keys'));

async function run<T>(world: World, name: string, rawInput: object, who = 'usr_ada'): Promise<T> {
  const workspace = join(world.folder, 'forthright.yaml');
  await writeFile(workspace, WORKSPACE);
  const asked = { ...world.asked, actor: actor(who, ...ROLES) };
  const found = [
    ...traceOperations({ data: world.folder, workspace, decoyDomains: ['post.example'], aliasDomain: RELAY }),
    ...reportOperations({ data: world.folder, workspace }),
  ].find((one) => one.name === name);
  if (found === undefined) return ask<T>(asked, name, rawInput);
  const answer = await found.run(asked, found.input.parse(rawInput));
  return found.output.parse(answer) as T;
}

async function opened(world: World, retention = 'P90D'): Promise<Of> {
  await seat(world.asked.db);
  const { incident } = await run<Changed>(world, 'open-incident', { title: 'Sold', kind: 'insider' });
  const gate = { ...GATE, retention };
  const { trace } = await run<TraceChanged>(world, 'open-trace', { incident, gate });
  await confirmed(world, { incident, trace });
  return { incident, trace };
}

function confirmed(world: World, of: Of): Promise<Readonly<{ entry: number }>> {
  return run<{ entry: number }>(world, 'confirm-gate', { ...of, reason: 'As agreed.' }, 'usr_bo');
}

async function asked(world: World): Promise<OfRun> {
  // So long that it is not over while hours pass between deeds.
  const of = await opened(world, 'P100Y');
  const { job = '' } = await run<TraceChanged>(world, 'run-trace', { ...of, definition: DEFINITION });
  return { ...of, job };
}

async function done(world: World): Promise<OfRun> {
  const of = await asked(world);
  const { db } = world.asked;
  await finishTraceRun(
    { ...world.asked, actor: PROGRAM },
    await held(db, of.incident, of.job),
    doneOf(of.trace, of.incident),
    sealsOf(world),
  );
  return of;
}

/** For 720 hours, of which every deed takes one. */
async function unlocked(world: World): Promise<OfRun> {
  const of = await done(world);
  const { incident } = of;
  const shown = await run<{ evidence: string }>(world, 'show-trace-run', of);
  const wish = {
    incident,
    run: shown.evidence,
    pseudonym: 'employee-3',
    reason: 'To hear them.',
    hours: 720,
  };
  const { id: unlock } = await run<Changed>(world, 'ask-unlock', wish);
  const second = { ...world.asked, actor: actor('usr_bo', ...ROLES) };
  await ask(second, 'grant-unlock', { incident, unlock, reason: 'I agree.' });
  return of;
}

const upon =
  <T extends Of>(name: string, before: (world: World) => Promise<T>, more: object) =>
  async (world: World): Promise<Readonly<{ entry: number }>> => {
    const given = { ...(await before(world)), ...more };
    return world.does(() => run<{ entry: number }>(world, name, given));
  };

const SUSPECT = { candidate: 'employee-3' };
const MEASURES = {
  measures: ['suspend-access', 'block-seller'],
  owner: 'usr_ada',
  due: '2026-12-01T09:00:00Z',
};

let reports = 0;
async function reported(world: World): Promise<string> {
  reports += 1;
  const text = `I got this, number ${reports} of ${world.asked.now().getTime()}.`;
  await run(world, 'report-mail-for', { address: 'anna@people.example', text });
  const [row] = await world.asked.db.rows<{ id: string }>(
    'SELECT id FROM customer_reports WHERE erased_entry IS NULL ORDER BY entry DESC LIMIT 1',
    {},
  );
  return row?.id ?? '';
}

async function counted(world: World): Promise<OfRun> {
  const of = await opened(world, 'P100Y');
  const { job = '' } = await run<TraceChanged>(world, 'run-access', { ...of, definition: ACCESS });
  const program = { ...world.asked, actor: PROGRAM };
  const job_ = await held(world.asked.db, of.incident, job);
  await finishTraceRun(program, job_, countOf(of.trace, of.incident), sealsOf(world));
  return { ...of, job };
}

const reviewOf = (of: OfRun) => ({
  ...of,
  due: '2027-12-01T09:00:00Z',
  owner: 'usr_ada',
  cutBy: '2027-12-20T09:00:00Z',
  asks: [{ role: 'agent', reviewer: 'usr_ada' }],
});

async function reviewed(world: World): Promise<Readonly<{ incident: string; review: string }>> {
  const of = await counted(world);
  const { review } = await run<AccessReviewChanged>(world, 'open-access-review', reviewOf(of));
  return { incident: of.incident, review };
}

async function planted(world: World, retention = 'P100Y'): Promise<string> {
  await seat(world.asked.db);
  const places = [{ kind: 'queue', name: 'returns' }];
  const planting = { gate: { ...GATE, retention }, places, perPlace: 3, nowhere: 10 };
  return (await run<DecoysPlanted>(world, 'plant-decoys', { planting })).planting;
}

async function given(world: World): Promise<Readonly<{ planting: string; email: string }>> {
  const planting = await planted(world);
  const { places } = await run<DecoysGiven>(world, 'get-decoys', { planting });
  return { planting, email: places[0]?.customers[0]?.email ?? '' };
}

async function writtenTo(world: World, email: string): Promise<void> {
  const letter = Buffer.from(
    `From: offers@lamps.example\r\nTo: ${email}\r\nSubject: An offer\r\n\r\nLamps.\r\n`,
  );
  const by = { seals: sealsOf(world), own: ['marlow.example'] };
  await takeDecoyMail({ ...world.asked, actor: PROGRAM }, readArrived(letter), by, letter);
}

const WISH = {
  customer: 'c-1',
  address: 'anna@people.example',
  viewer: { kind: 'seller', name: 'Lamp Shop' },
};

async function bookOf(world: World, retention = 'P100Y'): Promise<string> {
  await seat(world.asked.db);
  return (await run<AliasesOpened>(world, 'open-aliases', { gate: { ...GATE, retention } })).book;
}

async function aliasOfBook(world: World): Promise<Readonly<{ book: string; id: string; alias: string }>> {
  const book = await bookOf(world);
  const { aliases } = await run<AliasesMade>(world, 'make-aliases', { aliases: [WISH] });
  return { book, id: '', alias: '', ...aliases[0] };
}

async function writtenToAlias(world: World, address: string): Promise<void> {
  const letter = Buffer.from(
    `From: offers@lamps.example\r\nTo: ${address}\r\nSubject: An offer\r\n\r\nLamps.\r\n`,
  );
  const asked = { ...world.asked, actor: PROGRAM };
  const found = await aliasOf(asked.db, address, { seals: sealsOf(world), now: asked.now() });
  if (found === undefined) throw new Error('The alias was made.');
  await noteAliasMail(asked, found, readArrived(letter), letter);
}

export const DEEDS: Deeds = {
  'open-aliases': async (world) => {
    await seat(world.asked.db);
    const gate = { ...GATE, retention: 'P100Y' };
    return world.does(() => run<{ entry: number }>(world, 'open-aliases', { gate }));
  },
  'make-aliases': async (world) => {
    await bookOf(world);
    await world.does(() => run(world, 'make-aliases', { aliases: [WISH, { ...WISH, order: 'o-1' }] }));
    return undefined;
  },
  'note-alias-mail': async (world) => {
    const { alias } = await aliasOfBook(world);
    await world.does(() => writtenToAlias(world, alias));
    return undefined;
  },
  'find-alias': async (world) => {
    const { alias } = await aliasOfBook(world);
    await world.does(() => run(world, 'find-alias', { alias }));
    return undefined;
  },
  'block-alias': async (world) => {
    const { id } = await aliasOfBook(world);
    return world.does(() => run<{ entry: number }>(world, 'block-alias', { id, reason: 'Done.' }));
  },
  'erase-aliases': async (world) => {
    const { book, alias } = await aliasOfBook(world);
    await writtenToAlias(world, alias);
    return world.does(() => run<{ entry: number }>(world, 'erase-aliases', { book, reason: 'Over.' }));
  },
  'erase-ended-aliases': async (world) => {
    await bookOf(world, 'P1D');
    const later = { ...world.asked, now: () => new Date(world.asked.now().getTime() + 2 * 86_400_000) };
    await world.does(() => eraseEndedAliases({ ...later, actor: PROGRAM }, sealsOf(world)));
    return undefined;
  },
  'plant-decoys': async (world) => {
    await world.does(() => planted(world));
    return undefined;
  },
  'get-decoys': async (world) => {
    const planting = await planted(world);
    return world.does(() => run<{ entry: number }>(world, 'get-decoys', { planting }));
  },
  'take-decoy-mail': async (world) => {
    const { email } = await given(world);
    await world.does(() => writtenTo(world, email));
    return undefined;
  },
  'erase-decoys': async (world) => {
    const { planting, email } = await given(world);
    await writtenTo(world, email);
    return world.does(() =>
      run<{ entry: number }>(world, 'erase-decoys', { planting, reason: 'A mistake.' }),
    );
  },
  'erase-ended-decoys': async (world) => {
    await planted(world, 'P1D');
    const later = { ...world.asked, now: () => new Date(world.asked.now().getTime() + 2 * 86_400_000) };
    await world.does(() => eraseEndedDecoys({ ...later, actor: PROGRAM }, sealsOf(world)));
    return undefined;
  },
  'erase-report': async (world) => {
    const report = await reported(world);
    return world.does(() => run<{ entry: number }>(world, 'erase-report', { report, reason: 'They asked.' }));
  },
  'erase-old-reports': async (world) => {
    await reported(world);
    const later = { ...world.asked, now: () => new Date(world.asked.now().getTime() + 2 * 86_400_000) };
    await world.does(() => eraseOldReports({ ...later, actor: PROGRAM }, 1));
    return undefined;
  },
  'report-mail-for': async (world) => {
    await world.does(() => reported(world));
    return undefined;
  },
  'open-trace': async (world) => {
    const { incident } = await opened(world);
    return world.does(() => run<TraceChanged>(world, 'open-trace', { incident, gate: GATE }));
  },
  'confirm-gate': async (world) => {
    await seat(world.asked.db);
    const { incident } = await run<Changed>(world, 'open-incident', { title: 'Sold', kind: 'insider' });
    const { trace } = await run<TraceChanged>(world, 'open-trace', { incident, gate: GATE });
    return world.does(() => confirmed(world, { incident, trace }));
  },
  'run-trace': upon('run-trace', opened, { definition: DEFINITION }),
  'run-access': upon('run-access', opened, { definition: ACCESS }),
  'open-access-review': async (world) => {
    const of = await counted(world);
    return world.does(() => run<{ entry: number }>(world, 'open-access-review', reviewOf(of)));
  },
  'answer-access-review': async (world) => {
    const of = await reviewed(world);
    const answer = { ...of, items: [1, 2], verdict: 'cut', reason: 'Nobody needs it.' };
    return world.does(() => run<{ entry: number }>(world, 'answer-access-review', answer));
  },
  'pass-on-access-review': async (world) => {
    const of = await reviewed(world);
    const given = { ...of, items: [2], reviewer: 'usr_bo', reason: 'On leave.' };
    return world.does(() => run<{ entry: number }>(world, 'pass-on-access-review', given));
  },
  'finish-trace-run': async (world) => {
    const of = await asked(world);
    const job = await held(world.asked.db, of.incident, of.job);
    const program = { ...world.asked, actor: PROGRAM };
    await world.does(() => finishTraceRun(program, job, doneOf(of.trace, of.incident), sealsOf(world)));
    return undefined;
  },
  'fail-trace-run': async (world) => {
    const of = await asked(world);
    const job = await held(world.asked.db, of.incident, of.job);
    await world.does(() => failTraceRun({ ...world.asked, actor: PROGRAM }, job, 'file-missing'));
    return undefined;
  },
  'cancel-trace-run': async (world) => {
    const of = await asked(world);
    return world.does(() => deed(world.asked, (tx, when) => cancelTraceRun(tx, of.job, when)));
  },
  'show-suspect': upon('show-suspect', unlocked, { pseudonym: 'employee-3' }),
  'get-trace-pack': async (world) => {
    const of = await unlocked(world);
    await world.does(() => run(world, 'get-trace-pack', { ...of, ...SUSPECT }));
    return undefined;
  },
  'take-measures': upon('take-measures', done, { ...SUSPECT, ...MEASURES }),
  'confirm-suspect': upon('confirm-suspect', unlocked, {
    ...SUSPECT,
    fields: ['email'],
    reason: 'They said so.',
  }),
  'erase-trace': async (world) => {
    const { job: _, ...of } = await unlocked(world);
    return world.does(() => run<TraceChanged>(world, 'erase-trace', { ...of, reason: 'Withdrawn.' }));
  },
  'erase-ended-traces': async (world) => {
    await opened(world, 'P1D');
    const later = { ...world.asked, now: () => new Date(world.asked.now().getTime() + 2 * 86_400_000) };
    await world.does(() => eraseEndedTraces({ ...later, actor: PROGRAM }, sealsOf(world)));
    return undefined;
  },
};

/** What each kind of entry leaves behind, and by which of its facts the row must agree with it. */
const KEPT = `
  SELECT entry, 'trace-opened' AS kind, id AS says FROM traces
  UNION ALL SELECT confirmed_entry, 'trace-gate-confirmed', id FROM traces WHERE confirmed_entry IS NOT NULL
  UNION ALL SELECT entry, 'report-taken', id FROM customer_reports
  UNION ALL SELECT erased_entry, 'reports-erased', string_agg(id, ' ' ORDER BY id) FROM customer_reports
    WHERE erased_entry IS NOT NULL GROUP BY erased_entry
  UNION ALL SELECT erased_entry, 'trace-erased', id FROM traces WHERE erased_entry IS NOT NULL
  UNION ALL SELECT entry, 'access-review-opened', id FROM access_reviews
  UNION ALL SELECT answered_entry, 'access-review-answered', review FROM access_review_items
    WHERE answered_entry IS NOT NULL GROUP BY answered_entry, review
  UNION ALL SELECT entry, 'aliases-opened', id FROM alias_books
  UNION ALL SELECT erased_entry, 'aliases-erased', id FROM alias_books WHERE erased_entry IS NOT NULL
  UNION ALL SELECT entry, 'aliases-made', book FROM aliases GROUP BY entry, book
  UNION ALL SELECT entry, 'alias-mail-taken', id FROM alias_mails
  UNION ALL SELECT blocked_entry, 'alias-blocked', id FROM aliases WHERE blocked_entry IS NOT NULL
  UNION ALL SELECT entry, 'decoys-planted', id FROM decoy_plantings
  UNION ALL SELECT erased_entry, 'decoys-erased', id FROM decoy_plantings WHERE erased_entry IS NOT NULL
  UNION ALL SELECT entry, 'decoy-mail-taken', id FROM decoy_mails
  UNION ALL SELECT entry, 'trace-run-asked', job FROM trace_runs
  UNION ALL SELECT ended_entry, 'trace-run-' || CASE state WHEN 'done' THEN 'finished' ELSE state END, job
    FROM trace_runs WHERE state <> 'asked'
  UNION ALL SELECT confirmed_entry, 'trace-suspect-confirmed', job FROM trace_candidates WHERE confirmed_entry IS NOT NULL`;
const SAID = `
  SELECT index, kind, coalesce(facts->>'review', facts->>'job', facts->>'trace', facts->>'report', facts->>'mail', facts->>'planting',
      CASE kind WHEN 'alias-blocked' THEN facts->>'alias' ELSE facts->>'book' END,
      (SELECT string_agg(r, ' ' ORDER BY r) FROM jsonb_array_elements_text(facts->'reports') r)) AS says
    FROM (SELECT index, kind, convert_from(entry, 'UTF8')::jsonb->'facts' AS facts FROM register_entries) e
   WHERE kind IN ('trace-gate-confirmed', 'aliases-opened', 'aliases-erased', 'aliases-made', 'alias-mail-taken', 'alias-blocked', 'access-review-opened', 'access-review-answered', 'decoys-planted', 'decoys-erased', 'decoy-mail-taken', 'report-taken', 'reports-erased', 'trace-opened', 'trace-erased', 'trace-run-asked', 'trace-run-finished', 'trace-run-failed',
     'trace-run-cancelled', 'trace-suspect-confirmed')`;

/** Each row has its entry, and the other way round; what was erased has nothing left; a run is in the state of its job. */
export async function alsoWrong(reads: Reads): Promise<string[]> {
  const wrong = await reads.rows<{ what: string }>(
    `SELECT coalesce(k.kind || ' ' || k.entry, s.kind || ' ' || s.index) AS what
       FROM (${KEPT}) k FULL JOIN (${SAID}) s ON s.index = k.entry AND s.kind = k.kind AND s.says = k.says
      WHERE k.entry IS NULL OR s.index IS NULL
     UNION ALL SELECT 'names of ' || t.id FROM traces t JOIN trace_runs r ON r.trace = t.id
       LEFT JOIN trace_candidates c ON c.job = r.job
      WHERE t.erased_entry IS NOT NULL AND (r.answer IS NOT NULL OR c.sealed <> '')
     UNION ALL SELECT 'job of ' || r.job FROM trace_runs r LEFT JOIN jobs j ON j.id = r.job
      WHERE j.id IS NULL OR j.state <> r.state AND (r.state <> 'asked' OR j.state NOT IN ('waiting', 'running'))
     UNION ALL SELECT 'text of ' || c.id FROM customer_reports c LEFT JOIN register_texts t ON t.index = c.entry
      WHERE (c.erased_entry IS NULL) <> (t.value IS NOT NULL)
     UNION ALL SELECT 'items of ' || r.id FROM access_reviews r JOIN register_entries e ON e.index = r.entry
      WHERE (convert_from(e.entry, 'UTF8')::jsonb->'facts'->>'items')::int8
        <> (SELECT count(*) FROM access_review_items i WHERE i.review = r.id)
     UNION ALL SELECT 'aliases of ' || b.id FROM alias_books b WHERE b.erased_entry IS NOT NULL
        AND EXISTS (SELECT FROM aliases a WHERE a.book = b.id AND (a.sealed <> '' OR a.address_hash IS NOT NULL OR a.pair_hash IS NOT NULL))
     UNION ALL SELECT 'aliases of entry ' || e.index FROM register_entries e WHERE e.kind = 'aliases-made'
        AND (convert_from(e.entry, 'UTF8')::jsonb->'facts'->>'aliases')::int8 <> (SELECT count(*) FROM aliases a WHERE a.entry = e.index)
     UNION ALL SELECT 'text of ' || m.id FROM alias_mails m JOIN aliases a ON a.id = m.alias JOIN alias_books b ON b.id = a.book
       LEFT JOIN register_texts t ON t.index = m.entry WHERE (b.erased_entry IS NULL) <> (t.value IS NOT NULL)
     UNION ALL SELECT 'decoys of ' || p.id FROM decoy_plantings p WHERE
       (p.erased_entry IS NOT NULL AND EXISTS (SELECT FROM decoys d WHERE d.planting = p.id AND (d.sealed <> '' OR d.address_hash IS NOT NULL)))
       OR (SELECT count(*) FROM decoys d WHERE d.planting = p.id)
         <> (SELECT (convert_from(e.entry, 'UTF8')::jsonb->'facts'->>'decoys')::int8 FROM register_entries e WHERE e.index = p.entry)
       OR (p.given_at IS NOT NULL) <> EXISTS (SELECT FROM register_entries e WHERE e.kind = 'decoys-given'
         AND convert_from(e.entry, 'UTF8')::jsonb->'facts'->>'planting' = p.id)
     UNION ALL SELECT 'text of ' || m.id FROM decoy_mails m JOIN decoys d ON d.id = m.decoy JOIN decoy_plantings p ON p.id = d.planting
       LEFT JOIN register_texts t ON t.index = m.entry WHERE (p.erased_entry IS NULL) <> (t.value IS NOT NULL)
     UNION ALL SELECT 'candidates of ' || r.job FROM trace_runs r
      WHERE r.state = 'done' AND r.what = 'trace' AND r.named <> (SELECT count(*) FROM trace_candidates c WHERE c.job = r.job)`,
  );
  return wrong.map(({ what }) => `${what} has no counterpart`);
}
