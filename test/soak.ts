/**
 * Many random worlds, engine against oracle, for an hour or a night: `npm run soak`, `npm run soak -- 10` for ten
 * worlds a kind, `npm run soak -- 10 1234` from a seed. Every property prints its seed; it goes on after a failure.
 */
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LEAK_KINDS } from '@forthright/contract';
import { type KillSettings, killInEveryDeed, SOAK_KILLS } from '../server/src/incident/killing.ts';
import { killSenders } from '../server/src/notify/send/killing.ts';
import { killWriters } from '../server/src/platform/db/killing.ts';
import { DEEDS as CAMPAIGN_DEEDS } from './killing/campaigns.child.ts';
import { DEEDS as DESK_DEEDS } from './killing/desk.child.ts';
import { DEEDS as DUTY_DEEDS } from './killing/duties.child.ts';
import { DEEDS as EDITION_DEEDS } from './killing/editions.child.ts';
import { DEEDS as PEOPLE } from './killing/people.child.ts';
import { killCampaigns } from './killing/sending.ts';
import { DEEDS as TRACE_DEEDS } from './killing/traces.child.ts';
import { DEEDS as WEBHOOK_DEEDS } from './killing/webhooks.child.ts';
import { askEngine } from './oracle/engine.ts';
import {
  engineEqualsOracle,
  layoutChangesNothing,
  lostHourNeverClears,
  moreLogNeverClears,
  type Settings,
} from './oracle/properties.ts';

const WORLDS = 60;
const WEBHOOKS = {
  child: new URL('./killing/webhooks.child.ts', import.meta.url),
  names: Object.keys(WEBHOOK_DEEDS),
};
const CAMPAIGNS = {
  child: new URL('./killing/campaigns.child.ts', import.meta.url),
  names: Object.keys(CAMPAIGN_DEEDS),
};
const DUTIES = {
  child: new URL('./killing/duties.child.ts', import.meta.url),
  names: Object.keys(DUTY_DEEDS),
};

const DESK = {
  child: new URL('./killing/desk.child.ts', import.meta.url),
  names: Object.keys(DESK_DEEDS),
};
const TRACES = {
  child: new URL('./killing/traces.child.ts', import.meta.url),
  names: Object.keys(TRACE_DEEDS),
};
const EDITIONS = {
  child: new URL('./killing/editions.child.ts', import.meta.url),
  names: Object.keys(EDITION_DEEDS),
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

const killOften = (
  { seed = 0 }: Settings,
  what: Partial<Pick<KillSettings, 'child' | 'names'>> = {},
): Promise<void> => inFolder((folder) => killInEveryDeed({ ...what, rounds: SOAK_KILLS, seed, folder }));

const PEOPLES = {
  child: new URL('./killing/people.child.ts', import.meta.url),
  names: Object.keys(PEOPLE),
};

const killDatabases = ({ seed = 0 }: Settings): Promise<void> =>
  inFolder((folder) => killWriters(join(folder, 'records'), { kills: SOAK_KILLS, seed }));

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
  [`kill -9 in the midst of deeds, ${SOAK_KILLS} times`, (settings) => killOften(settings)],
  [
    `kill -9 in the midst of changing people, ${SOAK_KILLS} times`,
    (settings) => killOften(settings, PEOPLES),
  ],
  [`kill -9 in the midst of webhooks, ${SOAK_KILLS} times`, (settings) => killOften(settings, WEBHOOKS)],
  [`kill -9 in the midst of campaigns, ${SOAK_KILLS} times`, (settings) => killOften(settings, CAMPAIGNS)],
  [`kill -9 in the midst of duties, ${SOAK_KILLS} times`, (settings) => killOften(settings, DUTIES)],
  [`kill -9 in the midst of the desk, ${SOAK_KILLS} times`, (settings) => killOften(settings, DESK)],
  [
    `kill -9 in the midst of traces and reports, ${SOAK_KILLS} times`,
    (settings) => killOften(settings, TRACES),
  ],
  [`kill -9 in the midst of editions, ${SOAK_KILLS} times`, (settings) => killOften(settings, EDITIONS)],
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
