/** For tests: a server's part that sends a campaign, until it is killed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type CampaignChanged, type CampaignShown, type Changed, ROLES } from '@forthright/contract';
import { actor, ask as askRecord, openRecord } from '../../server/src/incident/testing.ts';
import {
  doJob,
  finishedRun,
  LEAKS,
  mailingTo,
  person,
  STATEMENT,
  writeWorkspace,
} from '../../server/src/notify/campaigns/testing.ts';
import {
  campaignOperations,
  PREPARE_CAMPAIGN,
  prepareCampaignHandler,
  SEND_CAMPAIGN,
  sendCampaignHandler,
} from '../../server/src/notify/index.ts';
import type { Db } from '../../server/src/platform/db/index.ts';
import type { Asked } from '../../server/src/prove/index.ts';

export type Order = Readonly<{
  folder: string;
  port: number;
  people: number;
  connections: number;
  /** How far the clock of this start is ahead. */
  minutes: number;
}>;
export type Report =
  | Readonly<{ say: 'begun'; sums: Readonly<Record<string, number>>; inDoubt: readonly string[] }>
  | Readonly<{ say: 'accepted' }>
  | Readonly<{ say: 'finished'; sums: Readonly<Record<string, number>>; attemptedTwice: readonly string[] }>;

const tell = (report: Report) => process.send?.(report);
const BASE_MS = Date.parse('2025-11-21T08:00:00Z');

const addressesIn = async (db: Db, state: string): Promise<string[]> =>
  (
    await db.rows<{ address: string }>(
      `SELECT m.address FROM campaign_people p JOIN campaign_messages m ON m.campaign = p.campaign AND m.n = p.n
        WHERE p.state = :state::text ORDER BY 1`,
      { state },
    )
  ).map(({ address }) => address);

async function run({ folder, port, people, connections, minutes }: Order): Promise<void> {
  let aheadMs = minutes * 60_000;
  const now = () => new Date(BASE_MS + aheadMs);
  const isNew = !existsSync(join(folder, 'shop'));
  const workspace = await writeWorkspace(folder);
  const db = await openRecord({ folder, now });
  const options = { data: folder, workspace, mailing: mailingTo(port, { connections }) };
  const as = (who: string): Asked => ({ db, now, actor: actor(`usr_${who}`, ...ROLES) });
  const ask = async <T>(name: string, given: object, who = 'ada'): Promise<T> => {
    const found = campaignOperations(options).find((one) => one.name === name);
    if (found === undefined) throw new Error(`There is no operation ${name}.`);
    return found.output.parse(await found.run(as(who), found.input.parse(given))) as T;
  };
  if (isNew) {
    const { incident } = await askRecord<Changed>(as('ada'), 'open-incident', {
      title: 'Pages',
      kind: 'technical-error',
    });
    await askRecord(as('ada'), 'set-leaks', { incident, version: 0, leaks: LEAKS });
    const everybody = Array.from({ length: people }, (_, n) => person(n));
    const of = { incident, run: await finishedRun(as('ada'), incident, everybody), statement: STATEMENT };
    const { campaign } = await ask<CampaignChanged>('make-campaign', of);
    await doJob(db, PREPARE_CAMPAIGN, prepareCampaignHandler({ db, now, ...options }), { now: now() });
    const { hash } = await ask<CampaignShown>('show-campaign', { incident, campaign });
    await ask('approve-campaign', { incident, campaign, hash }, 'bo');
    await ask('start-campaign', { incident, campaign, slice: people });
  }
  const log = ({ sums }: Readonly<Record<string, unknown>>) => {
    void addressesIn(db, 'in-doubt').then((inDoubt) =>
      tell({ say: 'begun', sums: sums as Record<string, number>, inDoubt }),
    );
  };
  const handler = sendCampaignHandler({ db, now, log, ...options });
  const how = {
    signal: new AbortController().signal,
    progress: (_: string, done = 0) => {
      if (done > 0) tell({ say: 'accepted' });
    },
  };
  while (await doJob(db, SEND_CAMPAIGN, handler, { now: now(), ...how })) aheadMs += 16 * 60_000;
  const rows = await db.rows<{ state: string; people: number }>(
    'SELECT state, count(*)::int4 AS people FROM campaign_people GROUP BY state',
  );
  const sums = Object.fromEntries(rows.map(({ state, people: count }) => [state, count]));
  tell({ say: 'finished', sums, attemptedTwice: await addressesIn(db, 'attempted-twice') });
  await db.close();
}

if (process.send !== undefined && import.meta.main)
  process.once('message', (order: Order) => {
    run(order).then(
      () => process.disconnect?.(),
      (error) => {
        console.error(error);
        process.exit(1);
      },
    );
  });
