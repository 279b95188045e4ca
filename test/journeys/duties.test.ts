/** From a run of scope to an incident that is closed over fulfilled duties, at a terminal beside a running server. */
import assert from 'node:assert/strict';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type {
  Changed,
  ClocksListed,
  DutiesShown,
  DutyShown,
  IncidentShown,
  RunAsked,
} from '@forthright/contract';
import { parse } from 'yaml';
import { generateMarketplace } from '../marketplace/index.ts';
import { Desk } from './terminal.ts';

const desk = new Desk();
let leaks: object[];

before(async () => {
  const directory = join(desk.folder, 'shop');
  const truth = await generateMarketplace({ directory, customers: 1000, lines: 20_000, seed: 11 });
  const incident = readFileSync(join(directory, truth.leaks.page?.incident ?? ''), 'utf8');
  leaks = (parse(incident) as { leaks: object[] }).leaks;
  const server = await desk.serve(['--workspace', 'shop/forthright.yaml']);
  await desk.people(server.firstLink, { olga: 'privacy-officer', ines: 'investigator' });
});
after(() => desk.close());

const olga = <T = Changed>(...words: string[]) => desk.ask<T>('olga', words);
/** Words that are too many for a command line. */
const given = (value: object): string => {
  const path = join(desk.folder, 'given.json');
  writeFileSync(path, JSON.stringify(value));
  return path;
};

async function until<T>(look: () => Promise<T>, isEnough: (seen: T) => boolean): Promise<T> {
  for (let n = 0; n < 90; n += 1) {
    const seen = await look();
    if (isEnough(seen)) return seen;
    await new Promise((resolve) => setTimeout(resolve, 1500));
  }
  throw new Error(`It did not come to be: ${JSON.stringify(await look())}`);
}

test('a run, its duties by themselves, a decision, a filing, and the end', async () => {
  const opened = ['open-incident', '--title', 'Review pages', '--kind', 'technical-error'];
  const aware = ['--times-aware-at', 'now', '--times-aware-said-by', 'the desk'];
  const { incident } = await olga(...opened, ...aware);
  await olga('set-leaks', incident, '--input', given({ version: 0, leaks }));
  const asked = await olga<RunAsked>('run-scope', incident);
  const job = await desk.run(['watch-job', asked.id], { person: 'olga' });
  assert.match(job.stdout, /done\s*$/);

  // Nobody asks for them: they are assessed when the run has ended.
  const shown = () => desk.run(['show-duties', incident, '--json'], { person: 'olga' });
  await until(shown, ({ exit }) => exit === 0);
  const first = await olga<DutiesShown>('show-duties', incident);
  const eu = first.duties?.find(({ duty }) => duty === 'EU/authority');
  assert.deepEqual(
    [first.version, first.job, eu?.status, eu?.clock],
    [1, asked.id, 'cannot-tell', 'running'],
  );
  const table = await desk.run(['show-duties', incident, '--status', 'cannot-tell'], { person: 'ines' });
  assert.match(table.stdout, /EU\/authority +authority +cannot-tell +\d+ +\d+ +.* UTC +\S+Z +running/);
  const lines = (await desk.run(['list-clocks'], { person: 'ines' })).stdout;
  assert.match(
    lines,
    new RegExp(`^\\d+ \\w+ \\d{4} [\\d:]+ UTC +(MISSED)? +EU/authority +can't tell +.*${incident}$`, 'm'),
  );
  const clocks = await olga<ClocksListed>('list-clocks', '--most', '500');
  assert.ok(clocks.clocks.some((one) => one.incident === incident && one.duty === 'EU/authority'));

  // No password is asked for where a field only speaks of one.
  await olga(
    'set-law-facts',
    incident,
    '--version',
    '0',
    '--password-recoverable',
    'no',
    '--protection',
    'none',
  );
  const statement = {
    by: 'Olga',
    ordinary: true,
    factors: { kinds: ['confidentiality'], how: 'published', recipients: [{ who: 'public' }] },
  };
  await olga('assess-risk', incident, '--input', given({ statement }));
  const due = new Date(Date.now() + 48 * 3_600_000).toISOString();
  const decision = ['decide', incident, '--version', '1', '--step', 'decision', '--answer', 'tell-authority'];
  await olga(...decision, '--due', due, '--reason', 'Names and addresses of many.');
  const explained = () => olga<DutyShown>('show-duty', incident, '--duty', 'EU/authority');
  const { row } = await until(explained, (seen) => seen.row.status === 'due');
  assert.ok(
    row.trace.some(({ value }) => /^risk \(decided by usr_/.test(value)),
    JSON.stringify(row.trace),
  );

  const close = ['close-incident', incident, '--version', '1', '--summary', 'Mended and told.'];
  const refused = await desk.run(close, { person: 'olga' });
  assert.match(refused.stderr, /error\[incident-not-closable\][\s\S]*The duty EU\/authority is neither/);

  await olga('save-report', incident, '--statement-by', 'Olga');
  const file = ['file-report', incident, 'edpb', '1', '--authority', 'CNPD', '--filed-at', 'now'];
  await olga(...file, '--reference', 'LU-2026-1', '--duties', 'EU/authority');
  const done = await explained();
  assert.deepEqual(
    [done.settled, done.steps[0]?.reference, done.row.deadline?.state],
    ['fulfilled', 'LU-2026-1', 'met'],
  );

  // Counsel answers for the rest; whoever excuses it is named.
  const { duties } = await olga<DutiesShown>('show-duties', incident);
  const open = (duties ?? []).filter(
    ({ status, settled, max, duty }) =>
      status !== 'not-due' &&
      settled === null &&
      !duty.endsWith('/record') &&
      !(status === 'unverified' && max === 0),
  );
  const excused = { duties: open.map(({ duty }) => duty), reason: 'Counsel: opinion of today.' };
  await olga('excuse-duties', incident, '--input', given(excused));
  const look = () => olga<IncidentShown>('show-incident', incident);
  const { blockers } = await until(look, (seen) => seen.blockers.length === 0);
  assert.deepEqual(blockers, []);
  await olga(...close);
  const after_ = await olga<ClocksListed>('list-clocks', '--most', '500');
  assert.deepEqual(after_.clocks, [], 'a closed incident has no clock that runs');
});
