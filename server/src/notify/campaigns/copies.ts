/**
 * Letters, short messages and copies for accounts, for whoever waits for another channel. Each step is a deed.
 *
 *   making → made → sent (by a mail house; a person says so)
 *      └ failed  ├ posting → sent (to a program of the organisation, one by one)
 *                └ erased
 */
import { createReadStream } from 'node:fs';
import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type CopiesChanged,
  type CopiesListed,
  type CopiesState,
  ForthrightError,
  type MakeCopies,
  newId,
  type OfCopies,
} from '@forthright/contract';
import { deedUpon, type UponEvent } from '../../incident/index.ts';
import type { Db, Reads, Tx } from '../../platform/db/index.ts';
import { namesIn, type Outbound, whyNotTo } from '../../platform/index.ts';
import { printable } from '../../platform/pdf/index.ts';
import { addJob, cancelJob } from '../../platform/queue/index.ts';
import { type Asked, type Download, registerMark } from '../../prove/index.ts';
import {
  type Copies,
  copiesOf,
  copiesWith,
  countOutcomes,
  countWaiting,
  insertCopies,
  moveCopies,
  writtenPeople,
} from './copies.store.ts';
import { noteWhetherOpen } from './open.ts';
import { movePeople } from './people.store.ts';
import { CAMPAIGN_MOVES } from './rules.ts';
import { findCampaign } from './show.ts';
import { insertCampaignMove } from './store.ts';
import type { Campaign, Mailing } from './types.ts';

export const MAKE_COPIES = 'make-copies';
export const POST_COPIES = 'post-copies';

const MAKE_ATTEMPTS = 5;
/** With longer and longer pauses between them: some three days. */
const POST_ATTEMPTS = 80;
const AT_ONCE = 1000;

const refuses = (why: string): ForthrightError =>
  new ForthrightError('campaign-refuses', `This is not possible: ${why}.`);

/** Where the file lies: a tar of letters, or JSON lines. */
export const copiesFile = (data: string, { id, way }: Pick<Copies, 'id' | 'way'>): string =>
  join(data, 'copies', `${id}.${way === 'letter' ? 'tar' : 'jsonl'}`);

/** Refuses as `copies-not-found` those of another campaign, too. */
export async function findCopies(reads: Reads, campaign: string, id: string): Promise<Copies> {
  const [found] = await copiesOf(reads, { campaign, id });
  if (found === undefined)
    throw new ForthrightError('copies-not-found', `The campaign has no copies ${id.slice(0, 60)}.`);
  return found;
}

/** What is sent is what was approved, while the campaign accounts for people, and by somebody who did not approve it. */
function refuseUnlessSends(asked: Asked, campaign: Campaign): void {
  if (CAMPAIGN_MOVES[campaign.state].settle === undefined) throw refuses(`the campaign is ${campaign.state}`);
  if (campaign.approvedBy === asked.actor.account) throw refuses('who approved it does not send it');
}

/**
 * Asks for the copies of all who wait for another channel and are in no other copies. Refuses as `font-missing` letters
 * when mail.yaml names a font that is none, before anything is made.
 */
export async function makeCopies(
  asked: Asked,
  { incident: id, campaign: of, way }: MakeCopies,
  {
    mailing,
    refuseStale,
  }: Readonly<{ mailing: Mailing | undefined; refuseStale: (tx: Tx, campaign: Campaign) => Promise<void> }>,
): Promise<CopiesChanged> {
  const copies = newId('cpy');
  if (way === 'letter') await printable(mailing?.letterFont);
  let campaign: Campaign | undefined;
  let people = 0;
  const done = await deedUpon(
    asked,
    id,
    { kind: 'copies-asked', act: 'campaign' },
    async ({ tx, incident }) => {
      campaign = await findCampaign(tx, incident.id, of);
      refuseUnlessSends(asked, campaign);
      await refuseStale(tx, campaign);
      people = await countWaiting(tx, campaign.id);
      if (people === 0) throw refuses('nobody waits for another channel, but those who are in other copies');
      return { facts: { campaign: campaign.id, copies, way, people } };
    },
    async ({ tx, at, incident }, entry) => {
      const { id: campaignId } = campaign as Campaign;
      const job = await addCopiesJob(tx, { asked, at, incident: incident.id, kind: MAKE_COPIES, copies });
      const { account: askedBy } = asked.actor;
      await insertCopies(tx, {
        id: copies,
        campaign: campaignId,
        way,
        entry,
        askedBy,
        askedAt: at,
        job,
        people,
      });
      await insertCampaignMove(tx, campaignId, entry, 'make-copies');
    },
  );
  const { incident, entry } = done;
  return { incident, entry, campaign: (campaign as Campaign).id, copies, state: 'making', people };
}

async function addCopiesJob(
  tx: Tx,
  {
    asked,
    at,
    incident,
    kind,
    copies,
    ...more
  }: Readonly<{ asked: Asked; at: Date; incident: string; kind: string; copies: string; epoch?: number }>,
): Promise<string> {
  const job = await addJob(
    tx,
    {
      kind,
      input: { copies, incident, ...more },
      subject: incident,
      turn: copies,
      mostAttempts: kind === MAKE_COPIES ? MAKE_ATTEMPTS : POST_ATTEMPTS,
      by: asked.actor.account,
    },
    at,
  );
  if (job === undefined) throw new Error('A job without a key is always added.');
  return job;
}

type Done = Readonly<{ campaign: Campaign; copies: Copies; tx: Tx; at: Date; entry: number }>;

/** One act upon copies: looked at, recorded, moved. */
async function act(
  asked: Asked,
  { incident: id, campaign: of, copies: which }: OfCopies,
  { kind, from, to }: Readonly<{ kind: string; from: readonly CopiesState[]; to: CopiesState }>,
  work: (campaign: Campaign, copies: Copies, tx: Tx) => Promise<UponEvent & { people: number }>,
  then: (done: Done) => Promise<Parameters<typeof moveCopies>[2] | undefined>,
): Promise<CopiesChanged> {
  let found: Readonly<{ campaign: Campaign; copies: Copies; people: number }> | undefined;
  const done = await deedUpon(
    asked,
    id,
    { kind, act: 'campaign' },
    async ({ tx, incident }) => {
      const campaign = await findCampaign(tx, incident.id, of);
      const copies = await findCopies(tx, campaign.id, which);
      if (!from.includes(copies.state)) throw refuses(`the copies are ${copies.state}`);
      const { facts, texts, people } = await work(campaign, copies, tx);
      found = { campaign, copies, people };
      return {
        facts: { campaign: campaign.id, copies: copies.id, ...facts },
        ...(texts === undefined ? {} : { texts }),
      };
    },
    async ({ tx, at }, entry) => {
      const { campaign, copies } = found as NonNullable<typeof found>;
      const changes = await then({ campaign, copies, tx, at, entry });
      await moveCopies(tx, { id: copies.id, from: copies.state, to }, changes);
      await insertCampaignMove(tx, campaign.id, entry, 'move-copies');
    },
  );
  const { campaign, copies, people } = found as NonNullable<typeof found>;
  const { incident, entry } = done;
  return { incident, entry, campaign: campaign.id, copies: copies.id, state: to, people };
}

/** A person says that the file was handed over and what it is for was done: whoever's copy was written is told by it. */
export const markCopiesSent = (asked: Asked, given: OfCopies): Promise<CopiesChanged> => {
  let ids: readonly string[] = [];
  return act(
    asked,
    given,
    { kind: 'copies-sent', from: ['made'], to: 'sent' },
    async (campaign, copies, tx) => {
      refuseUnlessSends(asked, campaign);
      ids = await writtenPeople(tx, copies.id);
      return {
        facts: { channel: copies.way, people: ids.length, sha256: copies.file?.sha256 ?? null },
        people: ids.length,
      };
    },
    async ({ campaign, tx, at, entry }) => {
      for (let from = 0; from < ids.length; from += AT_ONCE)
        await movePeople(tx, {
          campaign: campaign.id,
          event: 'tell',
          ids: ids.slice(from, from + AT_ONCE),
          at,
          entry,
        });
      await noteWhetherOpen(tx, campaign);
      return undefined;
    },
  );
};

/** Asks for each copy to be posted to the program that mail.yaml names. Refuses where it names none. */
export const postCopies = (
  asked: Asked,
  given: OfCopies,
  { mailing, outbound }: Readonly<{ mailing: Mailing | undefined; outbound: Outbound }>,
): Promise<CopiesChanged> =>
  act(
    asked,
    given,
    { kind: 'copies-posting', from: ['made'], to: 'posting' },
    async (campaign, { id, way }, tx) => {
      refuseUnlessSends(asked, campaign);
      const hook = way === 'letter' ? undefined : mailing?.copies?.[way];
      if (hook === undefined) throw refuses(`mail.yaml names no program that takes copies by ${way}`);
      const why = whyNotTo(hook.url, outbound);
      if (why !== undefined)
        throw refuses(`mail.yaml names an address that nothing may be posted to: ${why}`);
      const people = (await writtenPeople(tx, id)).length;
      return { facts: { channel: way, people }, people };
    },
    async ({ campaign, copies, tx, at }) => {
      const epoch = (await registerMark(tx))?.epoch ?? 0;
      const asking = { asked, at, incident: campaign.incident, kind: POST_COPIES, copies: copies.id, epoch };
      return { job: await addCopiesJob(tx, asking) };
    },
  );

/** Deletes the file; who was told by it stays told. */
export async function eraseCopies(asked: Asked, given: OfCopies, data: string): Promise<CopiesChanged> {
  let erased: Copies | undefined;
  const done = await act(
    asked,
    given,
    { kind: 'copies-erased', from: ['made', 'sent', 'posting'], to: 'erased' },
    async (_, copies) => {
      erased = copies;
      return { facts: { sha256: copies.file?.sha256 ?? null }, people: 0 };
    },
    async ({ copies, tx, at }) => {
      if (copies.state === 'posting') await cancelJob(tx, copies.job, at);
      return undefined;
    },
  );
  if (erased !== undefined) await rm(copiesFile(data, erased), { force: true });
  return done;
}

/** The files that hold a copy of this person are given up, as part of erasing them; the caller removes them afterwards. */
export async function giveUpCopiesWith(tx: Tx, at: Date, person: string): Promise<Copies[]> {
  const given = await copiesWith(tx, person);
  for (const { id, state, job } of given) {
    await moveCopies(tx, { id, from: state, to: 'erased' });
    if (state === 'posting') await cancelJob(tx, job, at);
  }
  return given;
}

/** What a crash has left: files that no copies have any more. */
export async function sweepCopies(db: Db, data: string): Promise<void> {
  for (const name of await namesIn(join(data, 'copies'))) {
    const [id = ''] = name.split('.');
    const [found] = await copiesOf(db, { id });
    if (found === undefined || found.state === 'erased' || found.state === 'failed')
      await rm(join(data, 'copies', name), { recursive: true, force: true });
  }
}

/** Refuses as `copies-not-found` what is not made, or was erased, and as `file-missing` what the folder has lost. */
export async function getCopies(_reads: Reads, data: string, copies: Copies): Promise<Download> {
  const { file } = copies;
  if (file === undefined)
    throw new ForthrightError('copies-not-found', `The copies are ${copies.state}: there is no file.`);
  const path = copiesFile(data, copies);
  const found = await stat(path).catch(() => undefined);
  if (found?.size !== file.bytes)
    throw new ForthrightError(
      'file-missing',
      'The data folder has lost the file of these copies, or a part of it: erase them, and make others.',
    );
  return {
    name: `${copies.id}.${copies.way === 'letter' ? 'tar' : 'jsonl'}`,
    bytes: file.bytes,
    content: createReadStream(path),
    close: async () => {},
  };
}

export async function listCopies(reads: Reads, campaign: string): Promise<CopiesListed> {
  const copies = await Promise.all(
    (await copiesOf(reads, { campaign })).map(
      async ({ id, code, askedAt, file, campaign: _, job: __, ...one }) => ({
        ...one,
        copies: id,
        ...(code === undefined ? {} : { code }),
        askedAt: askedAt.toISOString(),
        outcomes: await countOutcomes(reads, id),
        ...file,
      }),
    ),
  );
  return { copies };
}
