import { join } from 'node:path';
import { type CampaignState, type ErrorCode, ForthrightError, type Pause } from '@forthright/contract';
import { recordUpon } from '../../incident/index.ts';
import type { Log } from '../../platform/index.ts';
import { domainOf, type OneAddress, oneAddress } from '../../platform/mail/index.ts';
import { endJob, type Handler, type Held, putJobBack } from '../../platform/queue/index.ts';
import type { Code } from '../../prove/codes/index.ts';
import { type Asked, deed, PROGRAM, registerMark } from '../../prove/index.ts';
import {
  fencesOf,
  type Material,
  type Prepared,
  readSegment,
  type Segment,
  type SenderSettings,
  sendAll,
} from '../send/index.ts';
import { type Folding, foldMoved, foldRest, foldSegment } from './fold.ts';
import { foldAll, homeIn, lockUnlessUsed, lose, loseReleased } from './left.ts';
import { type MailKey, mailKeysNow } from './mail-keys.ts';
import { countTried, type DueMessage, dueMessages, insertEvents, nextDue } from './messages.store.ts';
import { noteWhetherOpen } from './open.ts';
import { expirePeople, isAnybodyExpired } from './people.store.ts';
import { type CampaignJobOptions, campaignOfJob, writerOf } from './prepare.ts';
import { publishBatch } from './publish.ts';
import { CAMPAIGN_MOVES } from './rules.ts';
import { canSend, routeOf } from './settings.ts';
import { campaignSums, findCampaign } from './show.ts';
import { endFence, extendFence, homeOf, insertCampaignMove, moveCampaign, takeFence } from './store.ts';
import type { Campaign, Mailing } from './types.ts';
import { Watch } from './watch.ts';

export const SEND_CAMPAIGN = 'send-campaign';

/** A server may ask to try later for so long. */
const EXPIRY_MS = 3 * 86_400_000;
const PAGE = 2000;
const LOOK_MS = 1000;
/** To start a second thread takes as long as to send so many. */
const FEW = 500;
/** So long nobody else takes the right to send from a process that does not answer. */
const LEASE_MS = 15_000;
/** A file of the journal is folded in when it is so long, or so old. */
const SEGMENT = { mostBytes: 2 * 1024 ** 2, mostMs: 5000 };
/** No message is taken while more files wait to be folded in. */
const MOST_UNFOLDED = 8;
export type SendOptions = CampaignJobOptions & Readonly<{ log: Log }>;

export function sendCampaignHandler(options: SendOptions): Handler {
  const { db, now } = options;
  const asked: Asked = { db, now, actor: PROGRAM };
  return {
    run: async (job, how) => {
      const { mailing } = options;
      if (!canSend(mailing))
        throw new ForthrightError(
          'mail-missing',
          'This server has no relay in mail.yaml, so it sends nothing.',
        );
      const before = await campaignOfJob(db, job);
      if (before.state !== 'sending' || before.job !== job.id) return;
      const pause = await whyNotSend(before, options);
      if (pause !== undefined) return endWith(asked, job, before, { act: 'pause', pause });
      // A crash between the approval and this has left them where they were made, and a backup does not have them.
      await publishBatch(options, before);
      const folder = join(options.data, 'sending', before.id);
      const lock = await lockUnlessUsed(folder);
      // Another process on this data folder is at it, or is about to end.
      if (lock === undefined) return later(asked, job, LOOK_MS);
      try {
        const fence = await claim(asked, before, folder);
        if (fence === 'elsewhere') return await endWith(asked, job, before, { act: 'pause', pause: fence });
        if (fence === undefined) return await later(asked, job, LOOK_MS);
        await sendUnder({ asked, campaign: before, fence, folder }, { job, mailing, options, how });
      } finally {
        await lock.release();
      }
    },
    fail: async (job, code) => {
      const campaign = await campaignOfJob(db, job);
      if (campaign.state === 'sending')
        await endWith(asked, job, campaign, { act: 'pause', pause: pauseFor(code) ?? 'error' });
    },
  };
}

const later = ({ db, now }: Asked, job: Held, ms: number): Promise<void> =>
  db.transaction((tx) => putJobBack(tx, job, now(), new Date(now().getTime() + ms)));

type What = Readonly<{
  job: Held;
  mailing: Mailing;
  options: SendOptions;
  how: Parameters<Handler['run']>[1];
}>;

async function sendUnder(folding: Folding, { job, mailing, options, how }: What): Promise<void> {
  const { asked, campaign: before, fence } = folding;
  const { incident, id } = before;
  try {
    await foldAll(folding);
    await begin(folding, options.log);
    const campaign = await findCampaign(asked.db, incident, id);
    const { material } = await writerOf(campaign, options, campaign.day ?? asked.now());
    const sending: Sending = { ...folding, ...how, campaign, material, mailing, data: options.data };
    const found = await sendAndFold(sending);
    await foldRest(asked, campaign, fence);
    await asked.db.transaction((tx) => endFence(tx, id, fence));
    await goOn(sending, job, found);
  } catch (error) {
    const now = await findCampaign(asked.db, incident, id);
    // Somebody paused or stopped it, and so ended the job.
    if (now.fence === fence && now.state !== 'sending') return loseReleased(folding);
    const pause = error instanceof ForthrightError ? pauseFor(error.code) : undefined;
    // Of all else the queue knows what passes, and says what it was.
    if (now.fence !== fence || pause === undefined) throw error;
    await loseReleased(folding);
    await endWith(asked, job, now, { act: 'pause', pause });
  }
}

/** Whatever ends it: what stands in the journal then is folded in. */
async function sendAndFold(sending: Sending): Promise<Sent> {
  try {
    return await sendDue(sending);
  } finally {
    await foldAll(sending);
  }
}

/** What a person has to look at before it can go on; undefined for what passes by itself. */
function pauseFor(code: ErrorCode): Pause | undefined {
  if (code === 'no-disk') return 'disk';
  if (code === 'journal-damaged') return 'journal';
  const isChange = code === 'campaign-changed' || code === 'leaks-missing' || code.startsWith('notice-');
  return isChange || code === 'workspace-missing' ? 'changed' : undefined;
}

/** The right to send; `elsewhere` when another data folder has the journal, undefined while another process may send. */
async function claim(
  { db }: Asked,
  { id }: Campaign,
  folder: string,
): Promise<number | 'elsewhere' | undefined> {
  const home = await homeIn(join(folder, '..', '..'));
  const seen = Math.max(0, ...(await fencesOf(folder)).map(Number));
  // An embedded database is this process's alone, so whoever had the right has ended.
  const given = { id, home, seen, alone: db.kind === 'embedded' };
  const fence = await db.transaction((tx) => takeFence(tx, given));
  if (fence !== undefined) return fence;
  const there = await homeOf(db, id);
  return there === null || there === home ? undefined : 'elsewhere';
}

/** What was put back from a backup, and texts that are not those of the approval, go on only by a person's decision. */
async function whyNotSend(campaign: Campaign, options: SendOptions): Promise<Pause | undefined> {
  const mark = await registerMark(options.db);
  if (mark?.epoch !== campaign.epoch) return 'restored';
  const changed = await isChanged(campaign, options);
  return changed ? 'changed' : undefined;
}

async function isChanged(campaign: Campaign, options: SendOptions): Promise<boolean> {
  try {
    const { letterhead } = await writerOf(campaign, options, campaign.day ?? options.now());
    return (
      JSON.stringify(letterhead, Object.keys(letterhead).sort()) !==
      JSON.stringify(campaign.letterhead, Object.keys(letterhead).sort())
    );
  } catch (error) {
    if (error instanceof ForthrightError) return true;
    throw error;
  }
}

/** Finds who was released without an outcome, and states the sums, which must add up to the last unit. */
async function begin({ asked, campaign, fence }: Folding, log: Log): Promise<void> {
  const sums = await deed(asked, async (tx, at) => {
    const doubts = await lose(tx, campaign, at);
    await insertEvents(tx, campaign.id, doubts);
    const sums = await campaignSums(tx, campaign);
    const entry = await recordUpon(tx, {
      incident: campaign.incident,
      kind: 'sending-begun',
      act: 'campaign',
      facts: {
        campaign: campaign.id,
        fence,
        inDoubt: doubts.length,
        people: campaign.people,
        sums: { ...sums },
      },
    });
    await insertCampaignMove(tx, campaign.id, entry, 'begin-sending');
    return sums;
  });
  log({
    event: 'campaign-sums',
    level: 'info',
    campaign: campaign.id,
    sums: { ...sums, all: campaign.people },
  });
}

type Sending = Folding &
  Readonly<{
    material: Material;
    mailing: Mailing;
    /** The data folder. */
    data: string;
    signal: AbortSignal;
    progress: (step: string, done?: number, total?: number) => void;
  }>;

type Sent = Readonly<{ stopped: Pause | 'signal' | undefined }>;

/** Everything that is due now, but for what the slice does not allow; those in doubt last. */
async function sendDue(sending: Sending): Promise<Sent> {
  const { asked, campaign, fence, folder, signal, progress } = sending;
  const stop = new AbortController();
  const watch = new Watch(sending.mailing.mostReturned);
  const folds = new Folds(sending, () => stop.abort());
  const left =
    campaign.slice === undefined
      ? undefined
      : campaign.slice - (await countTried(asked.db, campaign.id)).tried;
  const source = new Source(sending, folds, left ?? Number.POSITIVE_INFINITY);
  await sendAll({
    messages: source.messages(AbortSignal.any([signal, stop.signal])),
    settings: settingsOf(sending, await mailKeysNow(asked.db, sending.data)),
    folder,
    fence: String(fence),
    holdsFence: async () => {
      const holds = await asked.db.transaction((tx) => extendFence(tx, campaign.id, fence, LEASE_MS), {
        isolation: 'read committed',
      });
      return holds ? LEASE_MS : 0;
    },
    onOutcomes: (records) => {
      for (const record of records) watch.see(record);
      if (watch.stopped !== undefined) stop.abort();
      progress('sending', watch.settled, campaign.messages);
    },
    onSegment: (segment) => folds.add(segment),
    segments: SEGMENT,
    signal: AbortSignal.any([signal, stop.signal]),
    ...(Math.min(left ?? campaign.messages, campaign.messages) <= FEW ? { workers: 1 } : {}),
  }).finally(() => folds.end());
  folds.mustBeWhole();
  if (signal.aborted) return { stopped: 'signal' };
  return { stopped: watch.stopped ?? (source.isSliced ? 'slice' : undefined) };
}

/** Folds files of the journal in, one after the other, while more are written. */
class Folds {
  readonly #folding: Folding;
  readonly #failed: () => void;
  #waiting = 0;
  #last: Promise<void> = Promise.resolve();
  #failure: unknown;
  #isEnded = false;

  constructor(folding: Folding, failed: () => void) {
    this.#folding = folding;
    this.#failed = failed;
  }

  add(segment: Segment): void {
    if (this.#isEnded) return;
    this.#waiting += 1;
    this.#last = this.#last.then(async () => {
      try {
        if (this.#failure !== undefined) return;
        const { records } = await readSegment(this.#folding.folder, segment.name);
        await foldSegment(this.#folding, { segment, records });
      } catch (error) {
        this.#failure = error;
        this.#failed();
      } finally {
        this.#waiting -= 1;
      }
    });
  }

  /** Resolves when few enough wait. */
  async room(): Promise<void> {
    while (this.#waiting > MOST_UNFOLDED) await this.#last;
  }

  /** What comes after this is read from the folder. */
  end(): Promise<void> {
    this.#isEnded = true;
    return this.#last;
  }

  mustBeWhole(): void {
    if (this.#failure !== undefined) throw this.#failure;
  }
}

/** Due messages page by page, so that memory does not grow with the campaign. */
class Source {
  readonly #sending: Sending;
  readonly #folds: Folds;
  #left: number;
  isSliced = false;

  constructor(sending: Sending, folds: Folds, left: number) {
    this.#sending = sending;
    this.#folds = folds;
    this.#left = left;
  }

  async *messages(signal: AbortSignal): AsyncGenerator<Prepared> {
    const { asked, campaign } = this.#sending;
    for (const inDoubt of [false, true])
      for (let after = -1; !signal.aborted; ) {
        await this.#folds.room();
        const asks = { now: asked.now(), after, most: PAGE, inDoubt, fresh: !this.isSliced };
        const page = await dueMessages(asked.db, campaign.id, asks);
        const last = page.at(-1);
        if (last === undefined) break;
        after = last.n;
        for (const due of interleaved(page)) if (this.#isAllowed(due)) yield prepared(due, this.#sending);
      }
  }

  #isAllowed({ attempts }: DueMessage): boolean {
    if (attempts > 0) return true;
    if (this.#left <= 0) this.isSliced = true;
    this.#left -= 1;
    return this.#left >= 0;
  }
}

/** One of each domain in turn, so that no receiver gets its share of a page in one go. */
function* interleaved(page: readonly DueMessage[]): Generator<DueMessage> {
  let queues = [...Map.groupBy(page, ({ address }) => domainOf(address as OneAddress)).values()].map(
    (queue) => queue.values(),
  );
  while (queues.length > 0) {
    const going: typeof queues = [];
    for (const queue of queues) {
      const { value, done } = queue.next();
      if (done === true) continue;
      going.push(queue);
      yield value;
    }
    queues = going;
  }
}

function settingsOf({ mailing, material }: Sending, made: readonly MailKey[]): SenderSettings {
  const { from, replyTo, helo, connections, limits } = mailing;
  const dkim = [...mailing.dkim, ...made];
  return { from, replyTo, helo, dkim, route: routeOf(mailing), connections, limits, material };
}

function prepared(due: DueMessage, { asked, mailing }: Sending): Prepared {
  const { facts, code, body_hash: bodyHash, message_id: messageId } = due;
  return {
    id: String(due.n),
    attempt: due.attempts + 1,
    content: { unwritten: { facts, to: due.address as OneAddress, code: code as Code, bodyHash } },
    messageId,
    sender: oneAddress(`${due.token}@${mailing.returns}`),
    // Frozen with the first release; a repetition is the same to the last byte.
    dateMs: due.date_ms === null ? Math.floor(asked.now().getTime() / 1000) * 1000 : Number(due.date_ms),
  };
}

/** Later, paused, or sent. */
async function goOn(sending: Sending, job: Held, { stopped }: Sent): Promise<void> {
  const { asked, campaign } = sending;
  const { db } = asked;
  const now = await findCampaign(db, campaign.incident, campaign.id);
  // Somebody paused or stopped it: the job was ended with that.
  if (stopped === 'signal' || now.state !== 'sending') return;
  if (stopped !== undefined) return endWith(asked, job, now, { act: 'pause', pause: stopped });
  await expire(sending, now);
  const due = await nextDue(db, campaign.id, asked.now());
  if (due === undefined) return endWith(asked, job, now, { act: 'end-sending' });
  await db.transaction((tx) =>
    putJobBack(tx, job, asked.now(), new Date(Math.max(due.getTime(), asked.now().getTime() + LOOK_MS))),
  );
}

/** Whom no server took for days, since the first try, is told otherwise. */
async function expire(folding: Folding, { id }: Campaign): Promise<void> {
  const given = { campaign: id, before: new Date(folding.asked.now().getTime() - EXPIRY_MS) };
  if (!(await isAnybodyExpired(folding.asked.db, given))) return;
  await foldMoved(folding, async (tx, at) => {
    const ns = await expirePeople(tx, { ...given, at });
    return ns.map((n) => ({ n, event: 'expire', at }));
  });
}

type End = Readonly<{ act: 'pause'; pause: Pause }> | Readonly<{ act: 'end-sending' }>;

const KIND: Readonly<Record<End['act'], string>> = {
  pause: 'campaign-paused',
  'end-sending': 'campaign-sent',
};

function endWith(asked: Asked, job: Held, campaign: Campaign, end: End): Promise<void> {
  const { id, incident, state } = campaign;
  return deed(asked, async (tx, at) => {
    const to = CAMPAIGN_MOVES[state][end.act] as CampaignState;
    const changes = end.act === 'pause' ? { pause: end.pause } : {};
    if (!(await moveCampaign(tx, { id, from: state, to }, changes)))
      throw new ForthrightError('campaign-refuses', `The campaign is not ${state} any more.`);
    const sums = await campaignSums(tx, campaign);
    const entry = await recordUpon(tx, {
      incident,
      kind: KIND[end.act],
      act: 'campaign',
      facts: { campaign: id, ...(end.act === 'pause' ? { pause: end.pause } : {}), sums: { ...sums } },
    });
    await insertCampaignMove(tx, id, entry, end.act);
    await noteWhetherOpen(tx, campaign);
    await endJob(tx, job, at, { state: to });
  });
}
