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
  close: () => Promise<void>;
}>;

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
  const operations = campaignOperations({ data: folder, workspace, mailing });
  async function ask<T>(name: string, given: object, who = 'ada'): Promise<T> {
    const found = operations.find((one) => one.name === name);
    assert.ok(found, name);
    return found.output.parse(await found.run(as(who), found.input.parse(given))) as T;
  }
  await archiveKeys(as('ada'), mailing);
  const { incident } = await askRecord<Changed>(as('ada'), 'open-incident', {
    title: 'Pages',
    kind: 'technical-error',
    times: { aware: { at: '2025-11-20T10:00:00+01:00', saidBy: 'Ada' } },
  });
  await askRecord(as('ada'), 'set-leaks', { incident, version: 0, leaks: LEAKS });
  const rows = Object.keys(LANGUAGES).map((language, n) => person(n, { language }));
  const run = await finishedRun(as('ada'), incident, rows);
  const { campaign } = await ask<CampaignChanged>('make-campaign', { incident, run, statement: STATEMENT });
  const of = { incident, campaign };
  const given = { db, now, data: folder, workspace, mailing };
  await doJob(db, PREPARE_CAMPAIGN, prepareCampaignHandler(given), { now: now() });
  const { hash } = await ask<CampaignShown>('show-campaign', of);
  await ask('approve-campaign', { ...of, hash }, 'bo');
  await ask('start-campaign', { ...of, slice: 1000 });
  await doJob(db, SEND_CAMPAIGN, sendCampaignHandler({ ...given, log: () => {} }), { now: now() });
  return {
    db,
    folder,
    workspace,
    mailing,
    incident,
    mails,
    as,
    close: async () => {
      await sink.close();
      await db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
