/** For tests: real records with a campaign that was sent to a real SMTP sink, in ten languages; what arrived there. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CampaignChanged, type CampaignShown, type Changed, ROLES } from '@forthright/contract';
import { LANGUAGES } from '../../server/src/answer/forms.testing.ts';
import { archiveKeys } from '../../server/src/answer/keys.ts';
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
  type Mailing,
  PREPARE_CAMPAIGN,
  prepareCampaignHandler,
  SEND_CAMPAIGN,
  sendCampaignHandler,
} from '../../server/src/notify/index.ts';
import type { Db } from '../../server/src/platform/db/index.ts';
import { dkimKey } from '../../server/src/platform/mail/index.ts';
import { Sink } from '../../server/src/platform/mail/smtp/testing.ts';
import type { Asked } from '../../server/src/prove/index.ts';
import type { CohortRow } from '../../server/src/scope/index.ts';

export type SentCampaign = Readonly<{
  db: Db;
  /** The data folder. */
  folder: string;
  workspace: string;
  mailing: Mailing;
  incident: string;
  /** By the address to which each went. */
  mails: ReadonlyMap<string, Buffer>;
  as: (who: string) => Asked;
  /** Asks an operation of campaigns, of this one. */
  ask: <T>(asked: Asked, name: string, given: object) => Promise<T>;
  close: () => Promise<void>;
}>;

/** Where a campaign is made and sent. */
export type Place = Readonly<{
  db: Db;
  folder: string;
  workspace: string;
  mailing: Mailing;
  now: () => Date;
}>;

const askIn =
  ({ folder, workspace, mailing }: Place) =>
  async <T>(asked: Asked, name: string, given: object): Promise<T> => {
    const operations = campaignOperations({ data: folder, workspace, mailing });
    const found = operations.find((one) => one.name === name);
    assert.ok(found, name);
    return found.output.parse(await found.run(asked, found.input.parse(given))) as T;
  };

/** An incident whose people are these, told by a campaign that was approved and sent; `usr_ada` and `usr_bo` have seats. */
export async function sendCampaignIn(
  place: Place,
  rows: readonly CohortRow[],
): Promise<Readonly<{ incident: string; campaign: string }>> {
  const { db, folder, workspace, mailing, now } = place;
  const as = (who: string): Asked => ({ db, now, actor: actor(`usr_${who}`, ...ROLES) });
  const ask = askIn(place);
  await archiveKeys(as('ada'), mailing);
  const { incident } = await askRecord<Changed>(as('ada'), 'open-incident', {
    title: 'Pages',
    kind: 'technical-error',
    times: { aware: { at: '2025-11-20T10:00:00+01:00', saidBy: 'Ada' } },
  });
  await askRecord(as('ada'), 'set-leaks', { incident, version: 0, leaks: LEAKS });
  const run = await finishedRun(as('ada'), incident, rows);
  const { campaign } = await ask<CampaignChanged>(as('ada'), 'make-campaign', {
    incident,
    run,
    statement: STATEMENT,
  });
  const of = { incident, campaign };
  const given = { db, now, data: folder, workspace, mailing };
  await doJob(db, PREPARE_CAMPAIGN, prepareCampaignHandler(given), { now: now() });
  const { hash } = await ask<CampaignShown>(as('ada'), 'show-campaign', of);
  await ask(as('bo'), 'approve-campaign', { ...of, hash });
  await ask(as('ada'), 'start-campaign', { ...of, slice: 1000 });
  await doJob(db, SEND_CAMPAIGN, sendCampaignHandler({ ...given, log: () => {} }), { now: now() });
  return of;
}

export async function sentCampaign(now: () => Date): Promise<SentCampaign> {
  const mails = new Map<string, Buffer>();
  const folder = await mkdtemp(join(tmpdir(), 'forthright-answer-record-'));
  const workspace = await writeWorkspace(folder);
  const db = await openRecord({ folder, now });
  const sink = await Sink.open({
    message: ({ to, bytes }) => {
      mails.set(String(to), bytes);
      return undefined;
    },
  });
  const { privateKey } = generateKeyPairSync('ed25519');
  const mailing = mailingTo(sink.port, {
    dkim: [dkimKey({ domain: 'marlow.example', selector: 'n2026', privateKey })],
  });
  const as = (who: string): Asked => ({ db, now, actor: actor(`usr_${who}`, ...ROLES) });
  const rows = Object.keys(LANGUAGES).map((language, n) => person(n, { language }));
  const place = { db, folder, workspace, mailing, now };
  const of = await sendCampaignIn(place, rows);
  return {
    db,
    folder,
    workspace,
    mailing,
    incident: of.incident,
    mails,
    as,
    ask: (asked, name, given) => askIn(place)(asked, name, { ...of, ...given }),
    close: async () => {
      await sink.close();
      await db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
