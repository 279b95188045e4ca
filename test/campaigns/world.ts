/** For tests: a record with campaigns, a clock that is set, and a real SMTP sink that has what was sent. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach } from 'node:test';
import {
  type CampaignChanged,
  type CampaignShown,
  type Changed,
  ForthrightError,
  ROLES,
} from '@forthright/contract';
import { actor, ask as askRecord, openRecord, strays } from '../../server/src/incident/testing.ts';
import { type Taken, takeReturned } from '../../server/src/notify/campaigns/intake.ts';
import { campaignOperations } from '../../server/src/notify/campaigns/operations.ts';
import { PREPARE_CAMPAIGN, prepareCampaignHandler } from '../../server/src/notify/campaigns/prepare.ts';
import { campaignWindowsHandler } from '../../server/src/notify/campaigns/returns.ts';
import { SEND_CAMPAIGN, sendCampaignHandler } from '../../server/src/notify/campaigns/send.ts';
import {
  doJob,
  finishedRun,
  LEAKS,
  mailingTo,
  person,
  records,
  STATEMENT,
  writeWorkspace,
} from '../../server/src/notify/campaigns/testing.ts';
import type { Mailing } from '../../server/src/notify/index.ts';
import type { Db } from '../../server/src/platform/db/index.ts';
import { type Deed, type Seen, Sink } from '../../server/src/platform/mail/smtp/testing.ts';
import type { Handler } from '../../server/src/platform/queue/index.ts';
import { type Asked, PROGRAM } from '../../server/src/prove/index.ts';
import type { CohortRow } from '../../server/src/scope/index.ts';

export type Of = Readonly<{ incident: string; campaign: string }>;
export const some = (count: number) => Array.from({ length: count }, (_, n) => person(n));

export class CampaignWorld {
  db!: Db;
  sink!: Sink;
  folder = '';
  /** What the sink does with a message instead of taking it. */
  deed: (seen: Seen) => Deed | undefined = () => undefined;
  readonly #work = mkdtempSync(join(tmpdir(), 'forthright-returns-'));
  #workspace = '';
  #nowMs = 0;
  #folders = 0;

  readonly now = () => new Date(this.#nowMs);
  pass(minutes: number): void {
    this.#nowMs += minutes * 60_000;
  }

  /** A fresh record before each test of the file, looked at and closed after it. */
  use(): void {
    after(() => rmSync(this.#work, { recursive: true, force: true }));
    beforeEach(async () => {
      this.#nowMs = Date.parse('2025-11-21T08:00:00Z');
      this.deed = () => undefined;
      this.settings = {};
      this.#folders += 1;
      this.folder = join(this.#work, String(this.#folders));
      this.#workspace = await writeWorkspace(this.folder);
      this.db = await openRecord({ folder: this.folder, url: records.url?.(), now: this.now });
      this.sink = await Sink.open({ message: (seen) => this.deed(seen) });
    });
    afterEach(async () => {
      await this.sink.close();
      try {
        assert.deepEqual(await strays(this.db), []);
      } finally {
        await this.db.close();
        // Some hundred of them fill the memory that they lie in.
        rmSync(this.folder, { recursive: true, force: true });
      }
    });
  }

  as = (who: string): Asked => ({ db: this.db, now: this.now, actor: actor(`usr_${who}`, ...ROLES) });
  program = (): Asked => ({ db: this.db, now: this.now, actor: PROGRAM });
  /** Beside the sink's address; for one test. */
  settings: Partial<Mailing> = {};
  mailing = () => mailingTo(this.sink.port, this.settings);
  options = () => ({
    data: this.folder,
    workspace: this.#workspace,
    mailing: this.mailing(),
    allowPrivate: true,
  });

  async ask<T>(name: string, given: object, who = 'ada'): Promise<T> {
    const found = campaignOperations(this.options()).find((one) => one.name === name);
    assert.ok(found, name);
    return found.output.parse(await found.run(this.as(who), found.input.parse(given))) as T;
  }
  record = <T>(name: string, given: object): Promise<T> => askRecord<T>(this.as('ada'), name, given);
  show = (of: Of) => this.ask<CampaignShown>('show-campaign', of);
  sums = async (of: Of) => (await this.show(of)).sums;
  entries = async () => (await this.db.rows('SELECT 1 FROM register_entries')).length;
  take = (bytes: Uint8Array, recipients: readonly string[] = []): Promise<Taken> =>
    takeReturned({ asked: this.program(), mailing: this.mailing() }, bytes, recipients);

  async started(people: readonly CohortRow[], slice = 1000): Promise<Of> {
    const { incident } = await this.record<Changed>('open-incident', {
      title: 'Pages',
      kind: 'technical-error',
      times: { aware: { at: '2025-11-20T10:00:00+01:00', saidBy: 'Ada' } },
    });
    await this.record('set-leaks', { incident, version: 0, leaks: LEAKS });
    const run = await finishedRun(this.as('ada'), incident, people);
    const { campaign } = await this.ask<CampaignChanged>('make-campaign', {
      incident,
      run,
      statement: STATEMENT,
    });
    const handler = prepareCampaignHandler({ db: this.db, now: this.now, ...this.options() });
    await doJob(this.db, PREPARE_CAMPAIGN, handler, { now: this.now() });
    const of = { incident, campaign };
    const { hash } = await this.show(of);
    await this.ask('approve-campaign', { ...of, hash }, 'bo');
    await this.ask('start-campaign', { ...of, slice });
    return of;
  }

  send = (): Promise<boolean> =>
    doJob(
      this.db,
      SEND_CAMPAIGN,
      sendCampaignHandler({ db: this.db, now: this.now, log: () => {}, ...this.options() }),
      { now: this.now() },
    );

  /** Does the job of this kind that is due. */
  does = (kind: string, handler: Handler): Promise<boolean> =>
    doJob(this.db, kind, handler, { now: this.now() });
  refusal = (name: string, given: object, who?: string): Promise<string> =>
    this.ask(name, given, who).then(
      () => 'nothing was refused',
      (error: unknown) =>
        error instanceof ForthrightError ? `${error.code}: ${error.message}` : Promise.reject(error),
    );

  async sent(people: readonly CohortRow[]): Promise<Of> {
    const of = await this.started(people);
    await this.send();
    return of;
  }

  async closeWindows(): Promise<void> {
    const job = { id: 'job', kind: 'x', subject: undefined, input: {}, attempt: 1, mostAttempts: 1 };
    const how = { signal: new AbortController().signal, progress: () => {} };
    await campaignWindowsHandler({ db: this.db, now: this.now, data: this.folder }).run(job, how);
  }
}
