/** The deeds of all stages that one process can do over one record, and what must hold of it whatever was done. */
import * as campaigns from './campaigns.deeds.ts';
import * as desk from './desk.deeds.ts';
import * as duties from './duties.deeds.ts';
import * as editions from './editions.deeds.ts';
import * as incidents from './incidents.deeds.ts';
import * as looks from './looks.deeds.ts';
import type { AlsoWrong, Deeds } from './process.ts';
import * as traces from './traces.deeds.ts';
import * as webhooks from './webhooks.deeds.ts';

const STAGES = [incidents, duties, campaigns, desk, editions, looks, traces, webhooks];

export const DEEDS: Deeds = Object.assign({}, ...STAGES.map((stage) => stage.DEEDS));
const CHECKS: Readonly<Record<string, AlsoWrong>> = {
  incidents: incidents.alsoWrong,
  duties: duties.alsoWrong,
  campaigns: campaigns.alsoWrong,
  desk: desk.alsoWrong,
  editions: editions.alsoWrong,
  traces: traces.alsoWrong,
  webhooks: webhooks.alsoWrong,
};

export const alsoWrong: AlsoWrong = async (reads, folder) => {
  const wrong: string[] = [];
  for (const [stage, check] of Object.entries(CHECKS))
    for (const what of await check(reads, folder)) wrong.push(`${stage}: ${what}`);
  return wrong;
};

// Two of one name would leave one of them unkilled.
const names = STAGES.flatMap((stage) => Object.keys(stage.DEEDS));
if (new Set(names).size < names.length) throw new Error('Two stages have a deed of one name.');
