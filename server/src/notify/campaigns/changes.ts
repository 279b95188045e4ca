/** What people do with campaigns. Each is one deed with its entry, through the door of the record. */
import { randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import {
  type AddresseesSettled,
  type ApproveCampaign,
  type CampaignChanged,
  type CampaignState,
  type EraseAddressee,
  ForthrightError,
  type MakeCampaign,
  newId,
  type OfCampaign,
  type Pause,
  type SettleAddressees,
  type StartCampaign,
  type StopCampaign,
} from '@forthright/contract';
import {
  cohortOfRun,
  deedUpon,
  isAwaited,
  lastRun,
  leaksOf,
  type PersonElsewhere,
  recordUpon,
  setCampaign,
  type UponEvent,
} from '../../incident/index.ts';
import type { Reads, Tx } from '../../platform/db/index.ts';
import { addJob, cancelJob } from '../../platform/queue/index.ts';
import { makeTag } from '../../prove/codes/index.ts';
import { type Asked, registerMark } from '../../prove/index.ts';
import { EVENT_OF_OUTCOME, MOVES, type PersonEvent, type PersonState, STATES } from '../states.ts';
import type { Copies } from './copies.store.ts';
import { copiesFile, giveUpCopiesWith } from './copies.ts';
import { noteWhetherOpen } from './open.ts';
import {
  eraseAddressee as eraseRows,
  movePeople,
  peopleOf,
  samePersonIn,
  sentElsewhere,
  tryAnew,
} from './people.store.ts';
import { dutiesNow, PREPARE_CAMPAIGN } from './prepare.ts';
import { PUBLISH_BATCHES, publishBatch } from './publish.ts';
import { CAMPAIGN_MOVES } from './rules.ts';
import { SEND_CAMPAIGN } from './send.ts';
import { canSend } from './settings.ts';
import { campaignSums, findCampaign, OVERRIDE, STATEMENT } from './show.ts';
import {
  countFindings,
  insertCampaign,
  insertCampaignMove,
  isBeingSent,
  isTagTaken,
  leaveHome,
  moveCampaign,
} from './store.ts';
import type { Campaign, CampaignAct, Mailing } from './types.ts';
import { erasedRun } from './writer.ts';

/** Ends of processes count, too, and nobody is told more than twice by them. */
const MOST_ATTEMPTS = 1_000_000;
const PREPARE_ATTEMPTS = 5;
const PUBLISH_ATTEMPTS = 20;

export const refuses = (why: string): ForthrightError =>
  new ForthrightError('campaign-refuses', `This is not possible: ${why}.`);

const MAY_SEND: readonly CampaignState[] = ['prepared', 'approved', 'sending', 'paused'];

/** Makes a campaign; its job is there if this deed is. Refuses a run that is not the last one, or of older leaks. */
export async function makeCampaign(asked: Asked, given: MakeCampaign): Promise<CampaignChanged> {
  const { incident: id, run, cohort, after, statement } = given;
  const campaign = newId('cmp');
  const done = await deedUpon(
    asked,
    id,
    { kind: 'campaign-made', act: 'campaign' },
    async ({ tx, incident }) => {
      await refuseStale(tx, { incident: incident.id, runJob: run, duties: undefined });
      await refuseUnassessed(tx, incident.id);
      if (after !== undefined) {
        const earlier = await findCampaign(tx, incident.id, after);
        if (earlier.hash === undefined) throw refuses('the earlier campaign was never prepared');
        if (MAY_SEND.includes(earlier.state))
          throw refuses(
            `the earlier campaign is ${earlier.state} and may still send, so somebody could be told twice: stop or discard it first`,
          );
      }
      const found = await cohortOfRun(tx, incident.id, run);
      return {
        facts: {
          campaign,
          run,
          cohort,
          people: found?.cohort.sha256 ?? null,
          ...(after === undefined ? {} : { after }),
        },
        texts: { [STATEMENT]: { value: JSON.stringify(statement) } },
      };
    },
    async ({ tx, at, incident }, entry) => {
      const job = await addJob(
        tx,
        {
          kind: PREPARE_CAMPAIGN,
          input: { campaign },
          subject: incident.id,
          turn: campaign,
          mostAttempts: PREPARE_ATTEMPTS,
          by: asked.actor.account,
        },
        at,
      );
      if (job === undefined) throw new Error('A job without a key is always added.');
      await insertCampaign(tx, {
        id: campaign,
        incident: incident.id,
        entry,
        runJob: run,
        cohort,
        after: after ?? null,
        madeBy: asked.actor.account,
        madeAt: at,
        job,
        tag: await freeTag(tx),
      });
      await insertCampaignMove(tx, campaign, entry, 'make');
      await setCampaign(tx, { campaign, incident: incident.id, isOpen: true });
    },
  );
  return { ...done, campaign, state: 'preparing' };
}

/** 32,768 there are; the search ends early while most are free. */
async function freeTag(reads: Reads): Promise<string> {
  for (let tries = 0; tries < 1000; tries += 1) {
    const tag = makeTag(randomBytes(2));
    if (!(await isTagTaken(reads, tag))) return tag;
  }
  throw refuses('nearly all batch tags of this register are taken');
}

/** The law decides the form of notices, and what they are held to: it must have been asked. */
async function refuseUnassessed(reads: Reads, incident: string): Promise<void> {
  if (await isAwaited(reads, incident))
    throw refuses(
      'the duties of law have not been assessed since the last change that they hang on: wait for it, or ask for it with assess-duties',
    );
}

/** Facts have changed when there is a newer run, when the leaks are others than the run was about, or the duties towards people. */
export async function refuseStale(
  reads: Reads,
  { incident, runJob, duties }: Pick<Campaign, 'incident' | 'runJob' | 'duties'>,
): Promise<void> {
  const found = await cohortOfRun(reads, incident, runJob);
  if (found === undefined) throw erasedRun();
  const leaks = await leaksOf(reads, incident);
  if (leaks !== undefined && leaks.version !== found.leaks)
    throw new ForthrightError(
      'campaign-changed',
      `The run is about version ${found.leaks} of the leaks, and they are at version ${leaks.version} now: run scope again.`,
    );
  const last = await lastRun(reads, incident);
  if (last !== undefined && last !== runJob)
    throw new ForthrightError(
      'campaign-changed',
      `There is a newer run, ${last}: make a campaign of that one.`,
    );
  if (duties === undefined) return;
  const now = await dutiesNow(reads, incident);
  if (duties.join() !== now.join())
    throw new ForthrightError(
      'campaign-changed',
      `It was prepared for the duties ${duties.join(', ') || 'of nobody'}, and now they are ${now.join(', ') || 'none'}: make it anew.`,
    );
}

type Done = Readonly<{ campaign: Campaign; tx: Tx; at: Date; entry: number }>;

/** One act upon a campaign as a whole: looked at, recorded, moved. */
async function act(
  asked: Asked,
  { incident: id, campaign: of }: OfCampaign,
  { kind, act }: Readonly<{ kind: string; act: CampaignAct }>,
  work: (
    campaign: Campaign,
    tx: Tx,
    at: Date,
  ) => Promise<UponEvent & { changes?: Parameters<typeof moveCampaign>[2] }>,
  then: (done: Done) => Promise<void> = async () => {},
): Promise<CampaignChanged> {
  let found: Campaign | undefined;
  let changes: Parameters<typeof moveCampaign>[2];
  const done = await deedUpon(
    asked,
    id,
    { kind, act: 'campaign' },
    async ({ tx, at, incident }) => {
      found = await findCampaign(tx, incident.id, of);
      if (CAMPAIGN_MOVES[found.state][act] === undefined) throw refuses(`the campaign is ${found.state}`);
      const { facts, texts, changes: given } = await work(found, tx, at);
      changes = given;
      return { facts: { campaign: found.id, ...facts }, texts };
    },
    async ({ tx, at }, entry) => {
      const campaign = found as Campaign;
      const to = CAMPAIGN_MOVES[campaign.state][act] as Campaign['state'];
      if (!(await moveCampaign(tx, { id: campaign.id, from: campaign.state, to }, changes)))
        throw refuses(`the campaign is not ${campaign.state} any more`);
      await insertCampaignMove(tx, campaign.id, entry, act);
      await then({ campaign, tx, at, entry });
    },
  );
  const campaign = found as Campaign;
  return { ...done, campaign: campaign.id, state: CAMPAIGN_MOVES[campaign.state][act] as Campaign['state'] };
}

/**
 * A second person's approval of exactly what the hash stands for; with it the batch is committed to the register, before
 * any message is released. Refuses another hash, facts that have changed, whoever made the campaign, and notices in which
 * the linter finds an error, unless a reason is given why they go out all the same.
 */
export async function approveCampaign(
  asked: Asked,
  given: ApproveCampaign,
  {
    data,
    notAsMade,
  }: Readonly<{ data: string; notAsMade: (campaign: Campaign) => Promise<string | undefined> }>,
): Promise<CampaignChanged> {
  const changed = await act(
    asked,
    given,
    { kind: 'campaign-approved', act: 'approve' },
    async (campaign, tx) => {
      if (campaign.madeBy === asked.actor.account) throw refuses('who made it does not approve it');
      if (campaign.hash !== given.hash)
        throw new ForthrightError('campaign-changed', 'This is not the hash of what was prepared.');
      await refuseStale(tx, campaign);
      await refuseUnassessed(tx, campaign.incident);
      const why = await notAsMade(campaign);
      if (why !== undefined) throw new ForthrightError('campaign-changed', why);
      const { errors, warnings, faulty } = await countFindings(tx, campaign.id);
      if (errors > 0 && given.override === undefined)
        throw new ForthrightError(
          'campaign-faulty',
          `The linter finds ${errors} errors in the notices of ${faulty} cohorts.`,
        );
      const overridden = errors > 0 ? given.override : undefined;
      return {
        facts: { hash: given.hash, lint: { errors, warnings, overridden: overridden !== undefined } },
        texts: {
          ...(given.reason === undefined ? {} : { reason: { value: given.reason } }),
          ...(overridden === undefined ? {} : { [OVERRIDE]: { value: overridden } }),
        },
        changes: { approvedBy: asked.actor.account, overrides: overridden !== undefined },
      };
    },
    async ({ campaign, tx, at }) => {
      const batchEntry = await recordUpon(tx, {
        incident: campaign.incident,
        kind: 'batch-committed',
        act: 'campaign',
        facts: {
          campaign: campaign.id,
          batch: campaign.tag,
          leaves: campaign.messages + campaign.letters,
          root: Buffer.from(campaign.root ?? []).toString('hex'),
          format: 'forthright-batch/1',
        },
      });
      await insertCampaignMove(tx, campaign.id, batchEntry, 'commit-batch');
      await moveCampaign(tx, { id: campaign.id, from: 'approved', to: 'approved' }, { batchEntry });
      await addPublishJob(tx, asked, at);
    },
  );
  await publishBatch(
    { db: asked.db, data },
    await findCampaign(asked.db, changed.incident, changed.campaign),
  );
  return changed;
}

async function addPublishJob(tx: Tx, { actor }: Asked, at: Date): Promise<void> {
  await addJob(
    tx,
    {
      kind: PUBLISH_BATCHES,
      input: {},
      turn: PUBLISH_BATCHES,
      mostAttempts: PUBLISH_ATTEMPTS,
      by: actor.account,
    },
    at,
  );
}

const epochNow = async (reads: Reads): Promise<number> => (await registerMark(reads))?.epoch ?? 0;

/** The first messages, as many as the slice says. Refuses whoever approved it, and a server that can't send. */
export function startCampaign(
  asked: Asked,
  given: StartCampaign,
  mailing: Mailing | undefined,
): Promise<CampaignChanged> {
  return act(asked, given, { kind: 'campaign-started', act: 'start' }, async (campaign, tx, at) => {
    refuseWithoutMail(mailing);
    if (campaign.approvedBy === asked.actor.account) throw refuses('who approved it does not send it');
    await refuseStale(tx, campaign);
    await refuseTwice(tx, campaign);
    const job = await addSendJob(tx, asked, campaign, at);
    const sums = await campaignSums(tx, campaign);
    const changes = { job, slice: given.slice, epoch: await epochNow(tx) };
    return { facts: { slice: given.slice, people: campaign.people, sums: { ...sums } }, changes };
  });
}

/** Goes on, with all that is left. Refuses when facts have changed since the approval. */
export function resumeCampaign(
  asked: Asked,
  given: OfCampaign,
  mailing: Mailing | undefined,
): Promise<CampaignChanged> {
  return act(
    asked,
    given,
    { kind: 'campaign-resumed', act: 'resume' },
    async (campaign, tx, at) => {
      refuseWithoutMail(mailing);
      if (campaign.isWithdrawn) throw refuses('its notices were withdrawn');
      if (campaign.approvedBy === asked.actor.account) throw refuses('who approved it does not send it');
      await refuseStale(tx, campaign);
      const sums = await campaignSums(tx, campaign);
      const job = await addSendJob(tx, asked, campaign, at);
      return {
        facts: { people: campaign.people, sums: { ...sums } },
        changes: { job, slice: null, epoch: await epochNow(tx) },
      };
    },
    async ({ campaign, tx }) => {
      // Put back from a backup: what was sent after it is lost, and a person has decided.
      if (campaign.epoch !== (await epochNow(tx))) await leaveHome(tx, campaign.id);
    },
  );
}

/** Nobody has two letters because two campaigns did not know of each other. */
async function refuseTwice(tx: Tx, { id }: Campaign): Promise<void> {
  const found = await sentElsewhere(tx, id);
  if (found !== undefined)
    throw refuses(
      `${found.people} of its people have the message of ${found.other}, or may still get it: make a campaign \`after\` that one, which leaves out whom it told`,
    );
}

function refuseWithoutMail(mailing: Mailing | undefined): void {
  if (!canSend(mailing))
    throw new ForthrightError('mail-missing', 'This server has no relay in mail.yaml, so it sends nothing.');
}

async function addSendJob(tx: Tx, { actor }: Asked, { id, incident }: Campaign, at: Date): Promise<string> {
  const job = await addJob(
    tx,
    {
      kind: SEND_CAMPAIGN,
      input: { campaign: id },
      subject: incident,
      turn: id,
      mostAttempts: MOST_ATTEMPTS,
      by: actor.account,
    },
    at,
  );
  if (job === undefined) throw new Error('A job without a key is always added.');
  return job;
}

/** At once: no message is released after this, but for those whose end is being written. */
export const pauseCampaign = (
  asked: Asked,
  given: OfCampaign,
  pause: Pause = 'asked',
): Promise<CampaignChanged> =>
  act(asked, given, { kind: 'campaign-paused', act: 'pause' }, async (campaign, tx, at) => {
    await cancelJob(tx, campaign.job, at);
    const sums = await campaignSums(tx, campaign);
    return { facts: { pause, sums: { ...sums } }, changes: { pause } };
  });

/** For good: whoever has not been told is told otherwise, or excused. */
export const stopCampaign = (asked: Asked, given: StopCampaign): Promise<CampaignChanged> =>
  act(asked, given, { kind: 'campaign-stopped', act: 'stop' }, async (campaign, tx, at) => {
    await cancelJob(tx, campaign.job, at);
    const sums = await campaignSums(tx, campaign);
    return { facts: { sums: { ...sums } }, texts: { reason: { value: given.reason } } };
  });

/**
 * Says of notices that went out that they no longer hold: whoever checks one is told so from now on, and nothing of it is
 * sent any more. Refuses what may still be sending, and what was withdrawn before.
 */
export const withdrawCampaign = (asked: Asked, given: StopCampaign): Promise<CampaignChanged> =>
  act(
    asked,
    given,
    { kind: 'campaign-withdrawn', act: 'withdraw' },
    async ({ isWithdrawn, tag, batchEntry }) => {
      if (isWithdrawn) throw refuses('its notices were withdrawn before');
      return {
        facts: { batch: tag, committed: batchEntry ?? null },
        texts: { reason: { value: given.reason } },
      };
    },
    ({ tx, at }) => addPublishJob(tx, asked, at),
  );

/** Before anything was sent: as if it had not been made, but for the record. */
export const discardCampaign = (asked: Asked, given: StopCampaign): Promise<CampaignChanged> =>
  act(
    asked,
    given,
    { kind: 'campaign-discarded', act: 'discard' },
    async () => ({ texts: { reason: { value: given.reason } } }),
    async ({ campaign, tx }) => {
      await setCampaign(tx, { campaign: campaign.id, incident: campaign.incident, isOpen: false });
    },
  );

/**
 * While a process sends, the records lag behind its journal: whoever waits there may have the message by now, and who then
 * is told otherwise has two.
 */
const LAGS = {
  events: new Set<PersonEvent>(['turn', 'excuse', 'never-again']),
  states: new Set<PersonState>(['prepared', 'deferred', 'broken', 'in-doubt']),
};

/** Brings people to an end, or another way, by a person's decision: all of them or none. */
export async function settleAddressees(asked: Asked, given: SettleAddressees): Promise<AddresseesSettled> {
  const { incident: id, campaign: of, outcome, channels, reason } = given;
  const ids = [...new Set(given.people)];
  refuseUnreasoned(given);
  const event = EVENT_OF_OUTCOME[outcome];
  let campaign: Campaign | undefined;
  const done = await deedUpon(
    asked,
    id,
    { kind: 'addressees-settled', act: 'campaign' },
    async ({ tx, incident }) => {
      campaign = await findCampaign(tx, incident.id, of);
      if (CAMPAIGN_MOVES[campaign.state].settle === undefined)
        throw refuses(`the campaign is ${campaign.state}`);
      const found = await peopleOf(tx, campaign.id, { most: ids.length, ids });
      const states = new Map(found.map((person) => [person.id, person.state]));
      const lags = LAGS.events.has(event) && (await isBeingSent(tx, campaign.id));
      const problems = ids.flatMap((person, i) => {
        const state = states.get(person);
        if (state === undefined) return [{ at: `people.${i}`, message: 'nobody of this campaign' }];
        if (MOVES[state][event] === undefined)
          return [{ at: `people.${i}`, message: `is ${state}: ${STATES[state].is}` }];
        return lags && LAGS.states.has(state)
          ? [{ at: `people.${i}`, message: 'may be handed over at this moment: pause the campaign first' }]
          : [];
      });
      if (problems.length > 0)
        throw new ForthrightError(
          'campaign-refuses',
          `Not all of them can become ${outcome}; nothing was changed.`,
          {
            problems,
          },
        );
      return {
        facts: { campaign: campaign.id, outcome, people: ids, channels },
        ...(reason === undefined ? {} : { texts: { reason: { value: reason } } }),
      };
    },
    async ({ tx, at }, entry) => {
      const { id: campaignId } = campaign as Campaign;
      await movePeople(tx, { campaign: campaignId, event, ids, at, entry });
      if (outcome === 'retry') await sendAgain(tx, campaignId, ids);
      await insertCampaignMove(tx, campaignId, entry, 'settle');
      await noteWhetherOpen(tx, campaign as Campaign);
    },
  );
  return { ...done, campaign: (campaign as Campaign).id, settled: ids.length };
}

function refuseUnreasoned({ outcome, reason, channels }: SettleAddressees): void {
  const needsReason = outcome === 'excused' || outcome === 'unreachable';
  const needsChannel = outcome === 'told' || outcome === 'unreachable';
  const problems = [
    ...(needsReason && reason === undefined ? [{ at: 'reason', message: `why somebody is ${outcome}` }] : []),
    ...(needsChannel && channels.length === 0
      ? [
          {
            at: 'channels',
            message: outcome === 'told' ? 'how they were told' : 'which other channels were tried',
          },
        ]
      : []),
  ];
  if (problems.length > 0)
    throw new ForthrightError('request-invalid', 'Something is missing that the record needs.', { problems });
}

async function sendAgain(tx: Tx, campaign: string, ids: readonly string[]): Promise<void> {
  const people = await peopleOf(tx, campaign, { most: ids.length, ids });
  await tryAnew(
    tx,
    campaign,
    people.flatMap(({ n }) => (n === null ? [] : [n])),
  );
}

/**
 * Deletes name, address, code and facts of somebody who has a final state; their leaf in the tree tells nobody anything. Files of
 * copies in which they stand go with them.
 */
export async function eraseAddressee(
  asked: Asked,
  given: EraseAddressee,
  data: string,
): Promise<AddresseesSettled> {
  let campaign: Campaign | undefined;
  let files: readonly Copies[] = [];
  const done = await deedUpon(
    asked,
    given.incident,
    { kind: ERASED, act: 'campaign' },
    async ({ tx, at, incident }) => {
      campaign = await findCampaign(tx, incident.id, given.campaign);
      const [person] = await peopleOf(tx, campaign.id, { most: 1, ids: [given.person] });
      if (person === undefined || person.facts === null)
        throw new ForthrightError(
          'campaign-not-found',
          'There is nobody of this id in the campaign, or no more.',
        );
      refuseUnlessEnded(person.state, campaign);
      files = await giveUpCopiesWith(tx, at, given.person);
      return {
        facts: { campaign: campaign.id, person: given.person, copies: files.map(({ id }) => id) },
      };
    },
    async ({ tx }, entry) => {
      const { id } = campaign as Campaign;
      await eraseRows(tx, id, given.person);
      await insertCampaignMove(tx, id, entry, 'erase');
    },
  );
  await removeFiles(data, files);
  return { ...done, campaign: (campaign as Campaign).id, settled: 1 };
}

const ERASED = 'addressee-erased';

/** Whoever still waits would be forgotten. */
function refuseUnlessEnded(state: PersonState, { id, state: of }: Pick<Campaign, 'id' | 'state'>): void {
  if (!STATES[state].final && of !== 'discarded')
    throw refuses(`the person has no final state yet in the campaign ${id}; tell or excuse them first`);
}

async function removeFiles(data: string, files: readonly Copies[]): Promise<void> {
  for (const copies of files) await rm(copiesFile(data, copies), { force: true });
}

/** Whoever is erased among the texts is erased in campaigns as well, or neither. */
export const addresseesElsewhere = (data: string): PersonElsewhere => ({
  has: async (tx, incident, person) => (await samePersonIn(tx, { person, incidents: [incident] })).length > 0,
  erase: async (tx, at, given) => {
    const entries: number[] = [];
    const files: Copies[] = [];
    for (const { campaign, incident, id: person, state, campaign_state: of } of await samePersonIn(
      tx,
      given,
    )) {
      refuseUnlessEnded(state, { id: campaign, state: of });
      const copies = await giveUpCopiesWith(tx, at, person);
      files.push(...copies);
      const facts = { campaign, person, copies: copies.map(({ id }) => id) };
      const entry = await recordUpon(tx, { incident, kind: ERASED, act: 'campaign', facts });
      await eraseRows(tx, campaign, person);
      await insertCampaignMove(tx, campaign, entry, 'erase');
      entries.push(entry);
    }
    return { entries, afterwards: () => removeFiles(data, files) };
  },
});
