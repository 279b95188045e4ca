/**
 * What the page of clocks costs: `node bench/clocks.ts [--incidents 1000] [--postgres]`. Opens that many incidents, each
 * with a run over people in 40 countries and its duties assessed, then asks for the nearest clocks through the HTTP door.
 * Opening is no part of it.
 */
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { ClocksListed, DutiesShown } from '@forthright/contract';
import { House } from '../test/peers/house.ts';
import { startPostgres } from '../test/peers/postgres.ts';
import { endRun, WORKSPACE } from '../test/peers/runs.ts';

const { values } = parseArgs({
  options: { incidents: { type: 'string', default: '1000' }, postgres: { type: 'boolean', default: false } },
});
const COUNTRIES =
  'AT BE BG BR CA CH CZ DE DK EE ES FI FR GB GR HR HU IE IN IT JP LT LU LV MT MX NL NO NZ PL PT RO SE SG SI SK TR US VN ZA'.split(
    ' ',
  );
const TIMES = 20;

const folder = await mkdtemp(join(tmpdir(), 'forthright-bench-'));
const workspace = join(folder, 'forthright.yaml');
await writeFile(workspace, WORKSPACE);
const postgres = values.postgres ? await startPostgres() : undefined;
const house = await House.open(postgres?.url, workspace);
const people = COUNTRIES.map((country) => ({
  country,
  ...(country === 'US' ? { region: 'US-CA' } : {}),
  fields: ['name', 'email'],
  exposed: 30,
}));
const millisecondsOf = async (work: () => Promise<unknown>): Promise<number> => {
  const began = performance.now();
  await work();
  return performance.now() - began;
};

try {
  let last = '';
  const assessing: number[] = [];
  for (let n = 0; n < Number(values.incidents); n += 1) {
    last = await house.incident();
    await endRun(house, last, people);
    assessing.push(await millisecondsOf(() => house.ask('investigator', 'POST', `${last}/duties`, {})));
  }
  const times: number[] = [];
  let clocks = 0;
  for (let n = 0; n < TIMES; n += 1)
    times.push(
      await millisecondsOf(async () => {
        ({ length: clocks } = (await house.ask<ClocksListed>('auditor', 'GET', '/clocks?most=500')).clocks);
      }),
    );
  const shown = await millisecondsOf(() => house.ask<DutiesShown>('auditor', 'GET', `${last}/duties`));
  const sorted = (all: number[]) => all.toSorted((a, b) => a - b);
  const median = (all: number[]) => (sorted(all)[Math.floor(all.length / 2)] ?? 0).toFixed(0);
  console.log(`${house.world.db.name}; ${values.incidents} incidents`);
  console.log(
    `the nearest ${clocks} clocks: median ${median(times)} ms, slowest ${sorted(times).at(-1)?.toFixed(0)} ms`,
  );
  console.log(
    `the duties of one incident: ${shown.toFixed(0)} ms; assessing and keeping them: median ${median(assessing)} ms`,
  );
} finally {
  await house.close();
  await postgres?.stop();
  await rm(folder, { recursive: true, force: true });
}
