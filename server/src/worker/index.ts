/** What the program does by itself: jobs that were asked for, and upkeep by the clock. Wired by hand. */
import { join } from 'node:path';
import {
  ANSWER_ASKS,
  answerAsksHandler,
  MOST_MAIL_BYTES,
  publishAnswers,
  readArrived,
  reportersOf,
  SEND_ANSWERS,
  SUM_FILES,
  sendAnswersHandler,
  sumFilesHandler,
  TAKE_CHECKS,
  TAKE_REPORTS,
  takeChecksHandler,
  takeReportsHandler,
} from '../answer/index.ts';
import { assessDutiesHandler, scopeRunHandler } from '../flow/index.ts';
import { ASSESS_DUTIES, SCOPE_RUN } from '../incident/index.ts';
import {
  aliasesMaildir,
  CAMPAIGN_WINDOWS,
  campaignWindowsHandler,
  decoysMaildir,
  MAKE_COPIES,
  type Mailing,
  makeCopiesHandler,
  POST_COPIES,
  PREPARE_CAMPAIGN,
  PUBLISH_BATCHES,
  postCopiesHandler,
  prepareCampaignHandler,
  SEEK_EVIDENCE,
  SEND_CAMPAIGN,
  seekEvidenceHandler,
  sendCampaignHandler,
  TAKE_RETURNED,
  takeReturnedHandler,
} from '../notify/index.ts';
import type { Db } from '../platform/db/index.ts';
import type { Log, Outbound } from '../platform/index.ts';
import { domainOf } from '../platform/mail/index.ts';
import { addJob, type Lane, type Runner, runJobs, type Schedule } from '../platform/queue/index.ts';
import { CHECKPOINT_MINUTES, type Cosign, registerState, sealFolder } from '../prove/index.ts';
import { loadWorkspace } from '../sources/index.ts';
import {
  ACCESS_RUN,
  accessRunHandler,
  FORWARD_ALIASES,
  forwardAliasesHandler,
  TAKE_DECOY_MAIL,
  TRACE_RUN,
  takeDecoyMailHandler,
  traceRunHandler,
} from '../trace/index.ts';
import { announce, announceDeadlines, DELIVERY, deliveryHandler } from '../webhooks/index.ts';
import { CHECKPOINT, checkpointHandler } from './checkpoint.ts';

export type WorkerOptions = Readonly<{
  db: Db;
  now: () => Date;
  log: Log;
  /** The data folder. What everybody may have lies in its folder `public`. */
  data: string;
  /** Path of the workspace file; without one no run of scope can be asked for. */
  workspace?: string | undefined;
  /** How mail is sent; without it none is. */
  mailing?: Mailing | undefined;
  /** Whether webhooks may lead into private networks. */
  outbound: Outbound;
  /** Has witnesses sign each checkpoint; without it none is asked. */
  cosign?: Cosign | undefined;
  /** What other stages have done once an hour. */
  upkeep?: () => Promise<void>;
  pollMs?: number;
}>;

const UPKEEP_ATTEMPTS = 5;
const DEADLINES = 'deadlines';
const DEADLINES_MINUTES = 5;
const CAMPAIGN_WINDOW_MINUTES = 60;
const RETURNED_MINUTES = 1;
const EVIDENCE_MINUTES = 1;
const ANSWERS_MINUTES = 1;
const CHECKS_MINUTES = 1;
const SUMS_MINUTES = 1;
const REPORTS_MINUTES = 1;
const DECOYS_MINUTES = 1;
const ALIASES_MINUTES = 1;
/** The directory is read once for all who asked. */
const ASKS_MINUTES = 5;

/**
 * Begins to work, until `stop`. Several may work on one PostgreSQL; each job is done by one of them. While the register is
 * stopped nothing is begun.
 */
export async function startWorker(options: WorkerOptions): Promise<Runner> {
  const { db, now, log, data, workspace, mailing, outbound, cosign, upkeep, pollMs } = options;
  const campaigns = { db, now, log, data, workspace, mailing };
  const lanes: Lane[] = [
    // One at a time: a run takes as much of the machine as it gets.
    {
      atOnce: 1,
      handlers: {
        [SCOPE_RUN]: scopeRunHandler({ db, now, data, workspace }),
        [TRACE_RUN]: traceRunHandler({ db, now, data, workspace, reportersOf }),
        [ACCESS_RUN]: accessRunHandler({ db, now, data, workspace }),
      },
    },
    {
      atOnce: 1,
      handlers: {
        [CHECKPOINT]: checkpointHandler({ db, now, data, cosign, upkeep }),
        [PUBLISH_BATCHES]: { run: () => publishAnswers({ db, data }) },
        [CAMPAIGN_WINDOWS]: campaignWindowsHandler({ db, now, data }),
        [DEADLINES]: { run: () => announceDeadlines(db, now) },
      },
    },
    { atOnce: 1, handlers: { [SUM_FILES]: sumFilesHandler({ db, data, log }) } },
    { atOnce: 1, handlers: { [ASSESS_DUTIES]: assessDutiesHandler({ db, now, workspace }) } },
    { atOnce: 1, handlers: { [PREPARE_CAMPAIGN]: prepareCampaignHandler(campaigns) } },
    // Campaigns of several incidents go side by side; of one there is one at a time.
    { atOnce: 4, handlers: { [SEND_CAMPAIGN]: sendCampaignHandler(campaigns) } },
    { atOnce: 1, handlers: { [MAKE_COPIES]: makeCopiesHandler(campaigns) } },
    { atOnce: 1, handlers: { [POST_COPIES]: postCopiesHandler({ ...campaigns, outbound }) } },
    { atOnce: 1, handlers: { [SEEK_EVIDENCE]: seekEvidenceHandler({ db, now, log, mailing }) } },
    // One at a time: no two programs share a Maildir.
    { atOnce: 1, handlers: { [TAKE_RETURNED]: takeReturnedHandler({ db, now, log, data, mailing }) } },
    // One at a time: no two programs share a Maildir.
    { atOnce: 1, handlers: { [TAKE_CHECKS]: takeChecksHandler(campaigns) } },
    // One at a time: no two programs share a Maildir.
    { atOnce: 1, handlers: { [TAKE_REPORTS]: takeReportsHandler(campaigns) } },
    ...(mailing?.decoys === undefined
      ? []
      : [
          // One at a time: no two programs share a Maildir.
          {
            atOnce: 1,
            handlers: {
              [TAKE_DECOY_MAIL]: takeDecoyMailHandler({
                db,
                now,
                log,
                seals: sealFolder(join(data, 'keys')),
                received: mailing.receive?.smtp === undefined ? undefined : decoysMaildir(data),
                maildirs: mailing.decoys.maildirs,
                imap: mailing.decoys.imap,
                own: () => ownDomains(mailing, workspace),
                readArrived,
                mostBytes: MOST_MAIL_BYTES,
              }),
            },
          },
        ]),
    ...(mailing?.aliases === undefined
      ? []
      : [
          // One at a time: no two programs share a Maildir.
          {
            atOnce: 1,
            handlers: {
              [FORWARD_ALIASES]: forwardAliasesHandler({
                db,
                now,
                log,
                seals: sealFolder(join(data, 'keys')),
                received: aliasesMaildir(data),
                domain: mailing.aliases.domain,
                mailing,
                readArrived,
                mostBytes: MOST_MAIL_BYTES,
              }),
            },
          },
        ]),
    { atOnce: 1, handlers: { [ANSWER_ASKS]: answerAsksHandler(campaigns) } },
    // One at a time: each mail is one process's.
    { atOnce: 1, handlers: { [SEND_ANSWERS]: sendAnswersHandler({ db, now, mailing }) } },
    // They wait for others' machines, and of one webhook there is one at a time.
    { atOnce: 4, handlers: { [DELIVERY]: deliveryHandler({ db, now, log, outbound }) } },
  ];
  const schedules: Schedule[] = [
    { kind: CHECKPOINT, everyMinutes: CHECKPOINT_MINUTES },
    { kind: DEADLINES, everyMinutes: DEADLINES_MINUTES },
    { kind: SUM_FILES, everyMinutes: SUMS_MINUTES },
    { kind: CAMPAIGN_WINDOWS, everyMinutes: CAMPAIGN_WINDOW_MINUTES },
    ...(mailing === undefined
      ? []
      : [
          { kind: SEND_ANSWERS, everyMinutes: ANSWERS_MINUTES },
          { kind: ANSWER_ASKS, everyMinutes: ASKS_MINUTES },
        ]),
    ...(mailing?.relayLog === undefined ? [] : [{ kind: SEEK_EVIDENCE, everyMinutes: EVIDENCE_MINUTES }]),
    ...(mailing?.check === undefined ? [] : [{ kind: TAKE_CHECKS, everyMinutes: CHECKS_MINUTES }]),
    ...(mailing?.reports === undefined ? [] : [{ kind: TAKE_REPORTS, everyMinutes: REPORTS_MINUTES }]),
    ...(mailing?.decoys === undefined ? [] : [{ kind: TAKE_DECOY_MAIL, everyMinutes: DECOYS_MINUTES }]),
    ...(mailing?.aliases === undefined ? [] : [{ kind: FORWARD_ALIASES, everyMinutes: ALIASES_MINUTES }]),
    ...(mailing?.receive === undefined ? [] : [{ kind: TAKE_RETURNED, everyMinutes: RETURNED_MINUTES }]),
  ];
  // At each start, too: the folder may be another one than that of an hour ago.
  await db.transaction((tx) =>
    addJob(
      tx,
      { kind: CHECKPOINT, turn: CHECKPOINT, input: {}, mostAttempts: UPKEEP_ATTEMPTS, by: 'program' },
      now(),
    ),
  );
  const mayWork = () => registerState(db).kind === 'open';
  return runJobs({
    db,
    now,
    log,
    lanes,
    schedules,
    mayWork,
    before: () => announce(db, now),
    ...(pollMs === undefined ? {} : { pollMs }),
  });
}

/** From which we write ourselves. */
async function ownDomains(
  { from, returns }: Mailing,
  workspace: string | undefined,
): Promise<readonly string[]> {
  const domains =
    workspace === undefined ? [] : (await loadWorkspace(workspace)).workspace.organisation.domains;
  return [...new Set([domainOf(from.address), returns, ...domains])];
}
