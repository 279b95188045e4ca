/** For tests: a server's part that posts copies of notices to another program, until it is killed. */
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  type CampaignChanged,
  type CampaignShown,
  type Changed,
  type CopiesChanged,
  ROLES,
} from '@forthright/contract';
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
  MAKE_COPIES,
  makeCopiesHandler,
  POST_COPIES,
  PREPARE_CAMPAIGN,
  postCopiesHandler,
  prepareCampaignHandler,
} from '../../server/src/notify/index.ts';
import type { Asked } from '../../server/src/prove/index.ts';

export type Order = Readonly<{
  folder: string;
  url: string;
  people: number;
  /** How far the clock of this start is ahead. */
  minutes: number;
}>;
export type Report =
  | Readonly<{ say: 'begun' }>
  /** Who is told, and who each entry says was told by a copy: one list an entry. */
  | Readonly<{
      say: 'finished';
      told: readonly string[];
      taken: readonly (readonly string[])[];
      states: readonly string[];
    }>;

const tell = (report: Report) => process.send?.(report);
const BASE_MS = Date.parse('2025-11-21T08:00:00Z');

async function run({ folder, url, people, minutes }: Order): Promise<void> {
  let aheadMs = minutes * 60_000;
  const now = () => new Date(BASE_MS + aheadMs);
  const isNew = !existsSync(join(folder, 'shop'));
  const workspace = await writeWorkspace(folder);
  const db = await openRecord({ folder, now });
  // No notice is sent here: the port is nobody's, and no job of sending is done.
  const mailing = mailingTo(9, { copies: { account: { url, secret: Buffer.alloc(32, 7) } } });
  const options = { data: folder, workspace, mailing, allowPrivate: true };
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
    const everybody = Array.from({ length: people }, (_, n) => person(n, { email: '' }));
    const of = { incident, run: await finishedRun(as('ada'), incident, everybody), statement: STATEMENT };
    const { campaign } = await ask<CampaignChanged>('make-campaign', of);
    await doJob(db, PREPARE_CAMPAIGN, prepareCampaignHandler({ db, now, ...options }), { now: now() });
    const { hash } = await ask<CampaignShown>('show-campaign', { incident, campaign });
    await ask('approve-campaign', { incident, campaign, hash }, 'bo');
    await ask('start-campaign', { incident, campaign });
    await ask('pause-campaign', { incident, campaign });
    const { copies } = await ask<CopiesChanged>('make-copies', { incident, campaign, way: 'account' });
    await doJob(db, MAKE_COPIES, makeCopiesHandler({ db, now, ...options }), { now: now() });
    await ask('post-copies', { incident, campaign, copies });
  }
  tell({ say: 'begun' });
  const handler = postCopiesHandler({ db, now, ...options, outbound: { allowPrivate: true } });
  while (await doJob(db, POST_COPIES, handler, { now: now() })) aheadMs += 16 * 60_000;
  const told = await db.rows<{ id: string }>("SELECT id FROM campaign_people WHERE state = 'told'");
  const entries = await db.rows<{ entry: Uint8Array }>(
    "SELECT entry FROM register_entries WHERE kind = 'copies-taken' ORDER BY index",
  );
  const states = await db.rows<{ state: string }>('SELECT state FROM campaign_copies');
  tell({
    say: 'finished',
    told: told.map(({ id }) => id),
    taken: entries.map(({ entry }) => JSON.parse(Buffer.from(entry).toString('utf8')).facts.told),
    states: states.map(({ state }) => state),
  });
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
