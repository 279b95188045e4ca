/**
 * Sends a campaign, as a job. What is noted before a message's end is written, and after its outcome, is on the disk in
 * the records, many at once; the register gets runs of it by their hash.
 *
 *   begin (fence, doubts, sums) ─▶ due messages ─▶ Mailer ─ released ─▶ notes ─ settled ─▶ notes ─▶ fold ─▶ due later | sent
 */
import { type CampaignState, ForthrightError, type Pause } from '@forthright/contract';
import { recordUpon } from '../../incident/index.ts';
import type { Log } from '../../platform/index.ts';
import {
  Mailer,
  type OneAddress,
  type Outgoing,
  oneAddress,
  signed,
  viaRelays,
} from '../../platform/mail/index.ts';
import { endJob, type Handler, type Held, putJobBack } from '../../platform/queue/index.ts';
import type { Code } from '../../prove/codes/index.ts';
import { type Asked, deed, PROGRAM, registerMark } from '../../prove/index.ts';
import { eventsHash } from './hashes.ts';
import { Notes } from './notes.ts';
import { noteWhetherOpen } from './open.ts';
import { type CampaignJobOptions, campaignOfJob, writerOf } from './prepare.ts';
import { publishBatch } from './publish.ts';
import { CAMPAIGN_MOVES, DOUBT_MS, isTooMany } from './rules.ts';
import { campaignSums, findCampaign } from './show.ts';
import {
  countTried,
  type DueMessage,
  dueMessages,
  eventsAfter,
  insertCampaignMove,
  insertEvents,
  moveAll,
  moveCampaign,
  nextDue,
  raiseFence,
  setDue,
  setFolded,
} from './store.ts';
import type { Campaign, Mailing } from './types.ts';
import type { Writer } from './writer.ts';

export const SEND_CAMPAIGN = 'send-campaign';

/** A server may ask to try later for so long. */
const EXPIRY_MS = 3 * 86_400_000;
const PAGE = 500;
const MOST_FOLDED = 100_000;
const LOOK_MS = 1000;

export type SendOptions = CampaignJobOptions & Readonly<{ log: Log }>;

export function sendCampaignHandler(options: SendOptions): Handler {
  const { db, now } = options;
  const asked: Asked = { db, now, actor: PROGRAM };
  return {
    run: async (job, { signal, progress }) => {
      const { mailing } = options;
      if (mailing === undefined || mailing.relays.length === 0)
        throw new ForthrightError(
          'mail-missing',
          'This server has no relay in mail.yaml, so it sends nothing.',
        );
      const before = await campaignOfJob(db, job);
      if (before.state !== 'sending' || before.job !== job.id) return;
      const pause = await whyNotSend(before, options);
      if (pause !== undefined) return endWith(asked, job, before, { act: 'pause', pause });
      // A crash between the approval and this has left them where they were made.
      await publishBatch(options.data, before);
      const fence = await begin(asked, before, options.log);
      const campaign = await findCampaign(db, before.incident, before.id);
      const writer = await writerOf(campaign, options, campaign.day ?? now());
      const sending = { asked, campaign, fence, writer, mailing, signal, progress };
      const found = await sendDue(sending);
      await fold(asked, campaign, fence);
      await goOn(sending, job, found);
    },
    fail: async (job) => {
      const campaign = await campaignOfJob(db, job);
      if (campaign.state === 'sending')
        await endWith(asked, job, campaign, { act: 'pause', pause: 'changed' });
    },
  };
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

/**
 * Takes the right to send from whoever had it, finds who was released without an outcome, and states the sums, which
 * must add up to the last unit.
 */
async function begin(asked: Asked, campaign: Campaign, log: Log): Promise<number> {
  return deed(asked, async (tx, at) => {
    const fence = await raiseFence(tx, campaign.id);
    const ns = await moveAll(tx, { campaign: campaign.id, event: 'lose', at });
    await insertEvents(
      tx,
      campaign.id,
      ns.map((n) => ({ n, event: 'lose', at })),
    );
    await setDue(
      tx,
      campaign.id,
      ns.map((n) => ({ n, due: new Date(at.getTime() + DOUBT_MS) })),
    );
    const sums = await campaignSums(tx, campaign);
    const entry = await recordUpon(tx, {
      incident: campaign.incident,
      kind: 'sending-begun',
      act: 'campaign',
      facts: { campaign: campaign.id, fence, inDoubt: ns.length, people: campaign.people, sums: { ...sums } },
    });
    await insertCampaignMove(tx, campaign.id, entry, 'begin-sending');
    log({
      event: 'campaign-sums',
      level: 'info',
      campaign: campaign.id,
      sums: { ...sums, all: campaign.people },
    });
    return fence;
  });
}

type Sending = Readonly<{
  asked: Asked;
  campaign: Campaign;
  fence: number;
  writer: Writer;
  mailing: Mailing;
  signal: AbortSignal;
  progress: (step: string, done?: number, total?: number) => void;
}>;

type Sent = Readonly<{ stopped: Pause | 'signal' | undefined }>;

/** Everything that is due now, but for what the slice does not allow. */
async function sendDue(sending: Sending): Promise<Sent> {
  const { asked, campaign, fence, mailing, signal, progress } = sending;
  const notes = new Notes(asked, { campaign: campaign.id, fence });
  const counts = { tried: await countTried(asked.db, campaign.id), refused: 0, settled: 0 };
  let stopped: Pause | undefined;
  const mailer = new Mailer({
    routes: viaRelays(mailing.relays),
    helo: mailing.helo,
    connections: mailing.connections,
    limits: mailing.limits,
    released: (message) => notes.released(message, asked.now()),
    settled: (message, outcome) => {
      counts.settled += 1;
      if (outcome.kind === 'refused') counts.refused += 1;
      notes.settled(Number(message.id), outcome, asked.now());
      if (isTooMany(counts.refused, counts.settled, mailing.mostReturned) && stopped === undefined) {
        stopped = 'refusals';
        mailer.stop('too many are refused');
      }
      progress('sending', counts.settled, campaign.messages);
    },
  });
  const watching = watch(sending, mailer);
  const isHalted = () => stopped === 'refusals' || mailer.hasFailed;
  try {
    let left = campaign.slice === undefined ? Number.POSITIVE_INFINITY : campaign.slice - counts.tried;
    for (let after = -1; !isHalted() && !signal.aborted; ) {
      const page = await dueMessages(asked.db, campaign.id, { now: asked.now(), after, most: PAGE });
      if (page.length === 0) break;
      for (const due of page) {
        if (isHalted() || signal.aborted) break;
        if (left <= 0 && due.attempts === 0) {
          stopped ??= 'slice';
          continue;
        }
        if (due.attempts === 0) left -= 1;
        await mailer.add(outgoing(due, sending));
      }
      after = page.at(-1)?.n ?? after;
    }
    await mailer.finish();
  } finally {
    watching.end();
    await notes.end();
  }
  return { stopped: signal.aborted ? 'signal' : stopped };
}

/** Stops the mailer when the job was cancelled, as by a pause. */
function watch({ signal }: Sending, mailer: Mailer): { end: () => void } {
  const stop = () => mailer.stop('the campaign was paused, or the program ends');
  if (signal.aborted) stop();
  signal.addEventListener('abort', stop, { once: true });
  return { end: () => signal.removeEventListener('abort', stop) };
}

function outgoing(due: DueMessage, { asked, writer, mailing }: Sending): Outgoing & { dateMs: number } {
  const to = due.address as OneAddress;
  // Frozen with the first release; a repetition is the same to the last byte.
  const dateMs = due.date_ms === null ? Math.floor(asked.now().getTime() / 1000) * 1000 : Number(due.date_ms);
  return {
    id: String(due.n),
    attempt: due.attempts + 1,
    sender: oneAddress(`${due.token}@${mailing.returns}`),
    recipient: to,
    dateMs,
    mail: () => {
      const { code, message_id: messageId } = due;
      const mail = writer.write(due.facts, to, { code: code as Code, messageId, dateMs });
      if (Buffer.compare(mail.bodyHash, due.body_hash) !== 0)
        throw new ForthrightError('campaign-changed', 'The message is not the one that was approved.');
      const bytes =
        mailing.dkim.length === 0 ? mail.bytes : signed(mail.bytes, mailing.dkim, Math.floor(dateMs / 1000));
      return { bytes, utf8: mail.utf8 };
    },
  };
}

/** Puts the hash of what happened since the last time into the register. */
async function fold(asked: Asked, { id, incident }: Campaign, fence: number): Promise<void> {
  for (;;) {
    const { folded } = await findCampaign(asked.db, incident, id);
    const events = await eventsAfter(asked.db, id, folded, MOST_FOLDED);
    const last = events.at(-1);
    if (last === undefined) return;
    const counts: Record<string, number> = {};
    for (const { event } of events) counts[event] = (counts[event] ?? 0) + 1;
    await deed(asked, async (tx) => {
      const entry = await recordUpon(tx, {
        incident,
        kind: 'sending-folded',
        act: 'campaign',
        facts: {
          campaign: id,
          fence,
          from: folded + 1,
          to: Number(last.seq),
          sha256: eventsHash(events),
          counts,
        },
      });
      await insertCampaignMove(tx, id, entry, 'fold');
      await setFolded(tx, id, Number(last.seq));
    });
  }
}

/** Later, paused, or sent. */
async function goOn({ asked, campaign }: Sending, job: Held, { stopped }: Sent): Promise<void> {
  const { db } = asked;
  const now = await findCampaign(db, campaign.incident, campaign.id);
  // Somebody paused or stopped it: the job was ended with that.
  if (stopped === 'signal' || now.state !== 'sending') return;
  if (stopped !== undefined) return endWith(asked, job, now, { act: 'pause', pause: stopped });
  await expire(asked, now);
  const due = await nextDue(db, campaign.id, asked.now());
  if (due === undefined) return endWith(asked, job, now, { act: 'end-sending' });
  await db.transaction((tx) =>
    putJobBack(tx, job, asked.now(), new Date(Math.max(due.getTime(), asked.now().getTime() + LOOK_MS))),
  );
}

/** Whom no server took for days is told otherwise. */
async function expire(asked: Asked, { id }: Campaign): Promise<void> {
  const at = asked.now();
  await asked.db.transaction(async (tx) => {
    const ns = await moveAll(tx, {
      campaign: id,
      event: 'expire',
      at,
      before: new Date(at.getTime() - EXPIRY_MS),
    });
    await insertEvents(
      tx,
      id,
      ns.map((n) => ({ n, event: 'expire', at })),
    );
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
