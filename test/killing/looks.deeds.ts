/** Looks at people of runs: what was shown was recorded before. */
import { createReadStream } from 'node:fs';
import { access, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Changed, Incident } from '@forthright/contract';
import { lookOperations, singlesOperations } from '../../server/src/flow/index.ts';
import { askRun, finishRun, keepContent, loadedFrom, SCOPE_RUN } from '../../server/src/incident/index.ts';
import { ask } from '../../server/src/incident/testing.ts';
import { withLoadedRun, writeKept } from '../../server/src/scope/index.ts';
import { loadWorkspace } from '../../server/src/sources/index.ts';
import type { Deeds, World } from './process.ts';

const WORKSPACE = `organisation:
  name: Marlow Market
  country: LU
  contactPoint: { email: privacy@marlow.example }
  domains: [marlow.example]
sources:
  customers: { at: customers.csv, columns: { id: id, email: email } }
  logs: { web: { at: web.log, format: combined } }
`;
const LEAK = {
  ...{ id: 'p', kind: 'page', log: 'web', path: '/p/{customers}', fields: ['name'], status: [200] },
  ...{ methods: ['GET'], from: '2025-11-20T08:00:00Z', to: '2025-11-20T10:00:00Z' },
} satisfies Incident['leaks'][number];
const line = (who: string, of: string) =>
  `192.0.2.7 - ${who} [20/Nov/2025:09:00:00 +0000] "GET /p/${of} HTTP/1.1" 200 9 "-" "Mozilla/5.0"\n`;

type Made = Readonly<{ workspace: string; kept: string; answer: string; run: string }>;

/** A workspace with one log and what a run over it keeps; made once, and read by the processes after. */
async function madeIn(folder: string): Promise<Made> {
  const workspace = join(folder, 'shop.yaml');
  const kept = join(folder, 'kept.parquet');
  const told = join(folder, 'answer.json');
  const isThere = await access(told).then(
    () => true,
    () => false,
  );
  if (!isThere) {
    await writeFile(workspace, WORKSPACE);
    await writeFile(join(folder, 'customers.csv'), 'id,email\nc1,a@people.example\nc2,b@people.example\n');
    await writeFile(join(folder, 'web.log'), line('c1', 'c2') + line('c2', 'c1'));
    const loaded = await loadWorkspace(workspace);
    const incident = loadedFrom({ title: 'x', leaks: [LEAK], gaps: [] }, folder);
    const watch = { step: () => {}, signal: new AbortController().signal };
    const answer = await withLoadedRun({ workspace: loaded, incident }, watch, async (answered) => {
      await writeKept(answered.run, kept);
      return answered.answer;
    });
    await writeFile(told, JSON.stringify(answer));
  }
  const answer = await readFile(told, 'utf8');
  return { workspace, kept, answer, run: (JSON.parse(answer) as { run: string }).run };
}

async function run<T>(world: World, workspace: string, name: string, rawInput: object): Promise<T> {
  const operations = [...lookOperations({ workspace }), ...singlesOperations({ workspace })];
  const found = operations.find((one) => one.name === name);
  if (found === undefined) throw new Error(`There is no operation ${name}.`);
  return found.output.parse(await found.run(world.asked, found.input.parse(rawInput))) as T;
}

/** Upon an incident whose run has ended. */
const upon = (name: string, more: object) => async (world: World) => {
  const { workspace, kept, answer, run: id } = await madeIn(world.folder);
  const { asked } = world;
  const { incident } = await ask<Changed>(asked, 'open-incident', {
    title: 'Pages',
    kind: 'technical-error',
  });
  await ask(asked, 'set-leaks', { incident, version: 0, leaks: [LEAK] });
  const { id: job } = await askRun(asked, incident, true);
  await asked.db.transaction((tx) =>
    tx.run(
      `UPDATE jobs SET state = 'running', attempt = 1, lease_until = clock_timestamp() + interval '1 hour' WHERE id = :job::text`,
      { job },
    ),
  );
  const views = await keepContent(asked.db, createReadStream(kept));
  const figures = { exposed: 2, unknown: 0, clear: 0, unidentified: 0, min: 2, max: 2, views: 2, gaps: 0 };
  const held = { id: job, kind: SCOPE_RUN, subject: incident, input: {}, attempt: 1, mostAttempts: 3 };
  const ended = {
    run: id,
    figures,
    answer,
    workspace: 'ab'.repeat(32),
    cohort: { ...views, people: 2 },
    views,
  };
  await finishRun(asked, held, ended);
  const { entry } = await world.does(() =>
    run<{ entry?: number }>(world, workspace, name, { incident, job, ...more }),
  );
  return entry;
};

const uponLeak = async (world: World) => {
  const { workspace } = await madeIn(world.folder);
  const given = { title: 'Pages', kind: 'technical-error' };
  const { incident } = await ask<Changed>(world.asked, 'open-incident', given);
  const { entry } = await world.does(() =>
    run<{ entry?: number }>(world, workspace, 'preview-leak', { incident, leak: LEAK, shown: true }),
  );
  return entry;
};

export const DEEDS: Deeds = {
  'look-at-views': upon('look-at-views', { person: 'c1' }),
  'list-run-people': upon('list-run-people', {}),
  'preview-leak': uponLeak,
};
