/** For tests: a record with an incident of which everything is known that a page must say, and the operations of editions. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type CampaignChanged, type CampaignShown, type Changed, ROLES } from '@forthright/contract';
import { editionOperations } from '../../server/src/answer/page/operations.ts';
import { actor, ask as askRecord, openRecord } from '../../server/src/incident/testing.ts';
import {
  doJob,
  finishedRun,
  LEAKS,
  mailingTo,
  person,
  writeWorkspace,
} from '../../server/src/notify/campaigns/testing.ts';
import {
  campaignOperations,
  PREPARE_CAMPAIGN,
  prepareCampaignHandler,
} from '../../server/src/notify/index.ts';
import type { Db } from '../../server/src/platform/db/index.ts';
import { type Asked, Document } from '../../server/src/prove/index.ts';
import type { CohortRow } from '../../server/src/scope/index.ts';

export const LANGUAGES = ['de', 'en', 'es', 'fr', 'it', 'ja', 'nl', 'pl', 'pt', 'sv'];
export const inAll = (text: string): Record<string, string> =>
  Object.fromEntries(LANGUAGES.map((language) => [language, text]));

export const STATEMENT = {
  texts: {
    cause: inAll('A template printed the record of the author in full.'),
    contained: inAll('The template was rolled back, and caches were purged.'),
    measures: [inAll('Every template is now checked for personal data before it goes live.')],
    places: { list: inAll('the review pages of the shop') },
  },
  notExposed: ['password', 'cardNumber'],
  authorities: [{ name: 'CNPD (Luxembourg)', at: '2025-11-21T09:00:00Z' }],
  nextBy: '2027-01-15',
};
export const TEXTS = {
  whom: inAll('People who wrote a review under their own name.'),
  told: inAll('They have this page’s figures, the cause, and what we did.'),
};
export const ADDRESS = 'review-pages-2025';

export const MAILING = mailingTo(9);
export const some = (count: number, given: Partial<CohortRow> = {}): CohortRow[] =>
  Array.from({ length: count }, (_, n) => person(n, { country: n % 3 === 0 ? 'DE' : 'LU', ...given }));

export type PageWorld = Readonly<{
  db: Db;
  /** The data folder. */
  folder: string;
  workspace: string;
  as: (who: string) => Asked;
  ask: <T>(name: string, given: object, who?: string) => Promise<T>;
  record: <T>(name: string, given: object) => Promise<T>;
  /** An incident that was stopped, with a finished run over these people. */
  incident: (people?: readonly CohortRow[]) => Promise<Readonly<{ incident: string; run: string }>>;
  run: (incident: string, people: readonly CohortRow[]) => Promise<string>;
  /** A campaign, prepared and approved: its batch is in the register. */
  campaign: (incident: string, run: string) => Promise<CampaignShown>;
  close: () => Promise<void>;
}>;

export async function pageWorld(now: () => Date): Promise<PageWorld> {
  const folder = await mkdtemp(join(tmpdir(), 'forthright-page-'));
  const workspace = await writeWorkspace(folder);
  const db = await openRecord({ folder, now });
  const as = (who: string): Asked => ({ db, now, actor: actor(`usr_${who}`, ...ROLES) });
  const given = { db, now, data: folder, workspace, mailing: MAILING };
  const operations = [...editionOperations({ workspace }), ...campaignOperations(given)];
  async function ask<T>(name: string, input: object, who = 'ada'): Promise<T> {
    const found = operations.find((one) => one.name === name);
    assert.ok(found, name);
    const output = await found.run(as(who), found.input.parse(input));
    return (output instanceof Document ? output : found.output.parse(output)) as T;
  }
  const record = <T>(name: string, input: object): Promise<T> => askRecord<T>(as('ada'), name, input);
  const run = (incident: string, people: readonly CohortRow[]) => finishedRun(as('ada'), incident, people);
  return {
    db,
    folder,
    workspace,
    as,
    ask,
    record,
    run,
    incident: async (people = some(30)) => {
      const { incident } = await record<Changed>('open-incident', {
        title: 'Pages',
        kind: 'technical-error',
        times: {
          aware: { at: '2025-11-20T10:00:00+01:00', saidBy: 'Ada' },
          contained: { at: '2025-11-20T16:30:00+01:00', saidBy: 'Ada' },
        },
      });
      await record('set-leaks', { incident, version: 0, leaks: LEAKS });
      return { incident, run: await run(incident, people) };
    },
    campaign: async (incident, job) => {
      const { campaign } = await ask<CampaignChanged>('make-campaign', {
        incident,
        run: job,
        statement: STATEMENT,
      });
      await doJob(db, PREPARE_CAMPAIGN, prepareCampaignHandler(given), { now: now() });
      const { hash } = await ask<CampaignShown>('show-campaign', { incident, campaign });
      await ask('approve-campaign', { incident, campaign, hash, override: 'A test.' }, 'bo');
      return ask<CampaignShown>('show-campaign', { incident, campaign });
    },
    close: async () => {
      await db.close();
      await rm(folder, { recursive: true, force: true });
    },
  };
}
