/**
 * Many random worlds, engine against oracle, for an hour or a night: `npm run soak`, `npm run soak -- 10` for ten
 * worlds a kind, `npm run soak -- 10 1234` from a seed. Every property prints its seed; it goes on after a failure.
 */
import { spawnSync } from 'node:child_process';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LEAK_KINDS } from '@forthright/contract';
import { killSenders } from '../server/src/notify/send/killing.ts';
import { killWriters } from '../server/src/platform/db/killing.ts';
import { type KillSettings, killInEveryDeed, SOAK_KILLS } from './killing/killing.ts';
import { DEEDS as PEOPLE } from './killing/people.child.ts';
import { killCampaigns } from './killing/sending.ts';
import { DEEDS } from './killing/stages.ts';
import { askEngine } from './oracle/engine.ts';
import {
  engineEqualsOracle,
  layoutChangesNothing,
  lostHourNeverClears,
  moreLogNeverClears,
  type Settings,
} from './oracle/properties.ts';
import { startPostgres } from './peers/postgres.ts';

const WORLDS = 60;
const DEEDS_OF_STAGES = {
  child: new URL('./killing/stages.child.ts', import.meta.url),
  names: Object.keys(DEEDS),
};
const DEEDS_ON_PEOPLE = {
  child: new URL('./killing/people.child.ts', import.meta.url),
  names: Object.keys(PEOPLE),
};

const [runs = WORLDS, from = Date.now() & 0x7fffffff] = process.argv.slice(2).map(Number);
if (!Number.isInteger(runs) || !Number.isInteger(from)) {
  console.error('usage: npm run soak -- [worlds a kind] [seed]');
  process.exit(2);
}

async function inFolder(work: (folder: string) => Promise<unknown>): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), 'forthright-soak-kill-'));
  try {
    await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

type What = Pick<KillSettings, 'child' | 'names'>;

const killOften =
  (what: What) =>
  ({ seed = 0 }: Settings): Promise<void> =>
    inFolder((folder) => killInEveryDeed({ ...what, rounds: SOAK_KILLS, seed, folder }));

const killOftenOnServer =
  (what: What) =>
  async (settings: Settings): Promise<void> => {
    const postgres = await startPostgres();
    try {
      const { url } = postgres;
      await inFolder((folder) =>
        killInEveryDeed({ ...what, rounds: SOAK_KILLS, seed: settings.seed ?? 0, folder, url }),
      );
    } finally {
      await postgres.stop();
    }
  };

const killDatabases = ({ seed = 0 }: Settings): Promise<void> =>
  inFolder((folder) => killWriters(join(folder, 'records'), { kills: SOAK_KILLS, seed }));

/** What `npm test` tries on the embedded engine alone, for its time. */
const ON_SECOND_ENGINE = [
  'test/soaked/',
  'test/coverage/',
  'server/src/incident/',
  'server/src/assess/duties.record',
];
async function onSecondEngine(): Promise<void> {
  const program = new URL('./run.ts', import.meta.url).pathname;
  const env = { ...process.env, FORTHRIGHT_SOAK: 'yes' };
  const { status } = spawnSync(process.execPath, [program, ...ON_SECOND_ENGINE], { env, stdio: 'inherit' });
  if (status !== 0) throw new Error('a test fails on it');
}

/** As many as the issue of the notices asks for, whatever the other numbers are. */
const SENDER_KILLS = 100;
const killSending = ({ seed = 0 }: Settings): Promise<void> =>
  inFolder((folder) => killSenders({ folder, kills: SENDER_KILLS, seed, people: 100_000, connections: 20 }));

const killCampaign = ({ seed = 0 }: Settings): Promise<void> =>
  inFolder((folder) => killCampaigns({ folder, kills: SENDER_KILLS, seed, people: 30_000, connections: 8 }));

const properties: [string, (settings: Settings) => Promise<void>][] = [
  ...LEAK_KINDS.map((kind): [string, (settings: Settings) => Promise<void>] => [
    kind,
    (settings) => engineEqualsOracle(askEngine, { ...settings, kinds: [kind] }),
  ]),
  ['all kinds', (settings) => engineEqualsOracle(askEngine, settings)],
  ['layout', (settings) => layoutChangesNothing(askEngine, settings)],
  ['more log', (settings) => moreLogNeverClears(askEngine, settings)],
  ['lost hour', (settings) => lostHourNeverClears(askEngine, settings)],
  ['the tests of the record, of duties, of notices and of all formats on servers', onSecondEngine],
  [`kill -9 in the midst of deeds, ${SOAK_KILLS} times`, killOften(DEEDS_OF_STAGES)],
  [
    `kill -9 in the midst of deeds on a PostgreSQL server, ${SOAK_KILLS} times`,
    killOftenOnServer(DEEDS_OF_STAGES),
  ],
  [`kill -9 in the midst of changing people, ${SOAK_KILLS} times`, killOften(DEEDS_ON_PEOPLE)],
  [`kill -9 of a process that sends notices, ${SENDER_KILLS} times`, killSending],
  [`kill -9 of a process that sends a campaign, ${SENDER_KILLS} times`, killCampaign],
  [`kill -9 of a database that is written to, ${SOAK_KILLS} times`, killDatabases],
];

console.log(`${runs} worlds a kind, from seed ${from}`);
let failures = 0;
for (const [index, [name, holds]] of properties.entries()) {
  const began = Date.now();
  try {
    await holds({ runs, seed: from + index });
    console.log(`${name}: holds (${Math.round((Date.now() - began) / 1000)} s)`);
  } catch (error) {
    failures += 1;
    console.error(`${name}: FAILED\n${error instanceof Error ? error.message : String(error)}`);
  }
}
process.exitCode = failures === 0 ? 0 : 1;
