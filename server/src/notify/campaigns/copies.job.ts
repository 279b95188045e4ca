/** The jobs of letters and other copies: writes the file, and posts its lines to a program of the organisation. */
import { createHash } from 'node:crypto';
import { createReadStream, createWriteStream } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { pipeline } from 'node:stream/promises';
import { type ErrorCode, ForthrightError } from '@forthright/contract';
import { recordUpon } from '../../incident/index.ts';
import type { Db, Tx } from '../../platform/db/index.ts';
import {
  type Outbound,
  type Packed,
  packed,
  postOutside,
  signedHeaders,
  syncFolder,
} from '../../platform/index.ts';
import { endJob, failJob, type Handler, type Held, putJobBack } from '../../platform/queue/index.ts';
import type { Code } from '../../prove/codes/index.ts';
import { type Asked, deed, PROGRAM, registerMark } from '../../prove/index.ts';
import { type Copy, type CopyLine, type Written, writeLetters, writeLines } from '../letters/index.ts';
import {
  type Copies,
  copiesOf,
  copyPeople,
  isErasedAmong,
  moveCopies,
  noteOutcomes,
  writtenPeople,
} from './copies.store.ts';
import { copiesFile } from './copies.ts';
import { letterHash } from './hashes.ts';
import { noteWhetherOpen } from './open.ts';
import { movePeople } from './people.store.ts';
import { type CampaignJobOptions, writerOf } from './prepare.ts';
import { findCampaign } from './show.ts';
import { insertCampaignMove } from './store.ts';
import type { Campaign, CopiesHook } from './types.ts';
import type { Writer } from './writer.ts';

const PAGE = 500;
/** So many are posted before they are noted; after a crash at most these are posted again, under the same id. */
const POSTED_AT_ONCE = 100;
const FIRST_PAUSE_MS = 30_000;
const LONGEST_PAUSE_MS = 3_600_000;

async function ofJob(db: Db, job: Held): Promise<Readonly<{ copies: Copies; campaign: Campaign }>> {
  const [copies] = await copiesOf(db, { id: String(job.input.copies) });
  if (copies === undefined) throw new Error('A job is about copies that there are.');
  return { copies, campaign: await findCampaign(db, String(job.input.incident), copies.campaign) };
}

/** Makes the file, whole or not at all; may be begun again at any time. */
export function makeCopiesHandler(options: CampaignJobOptions): Handler {
  const { db, now, data } = options;
  const asked: Asked = { db, now, actor: PROGRAM };
  return {
    run: async (job, { signal, progress }) => {
      const { copies, campaign } = await ofJob(db, job);
      if (copies.state !== 'making') return;
      const writer = await writerOf(campaign, options, campaign.day ?? now());
      const part = join(data, 'copies', `${copies.id}.part`);
      await rm(part, { recursive: true, force: true });
      await mkdir(part, { recursive: true, mode: 0o700 });
      try {
        const outcomes: Written[] = [];
        const people = copiesFor(db, { copies, writer, signal });
        for await (const written of copiesTo(people, part, copies, { writer, options })) {
          outcomes.push(written);
          if (outcomes.length % PAGE === 0) progress('writing copies', outcomes.length, copies.people);
        }
        const file = await filed(part, copiesFile(data, copies), copies);
        await deed(asked, (tx, at) => noteMade(tx, { job, at, copies, campaign, outcomes, file }));
      } finally {
        await rm(part, { recursive: true, force: true });
      }
    },
    fail: async (job, code) => {
      const { copies, campaign } = await ofJob(db, job);
      await deed(asked, (tx, at) => noteFailed(tx, { job, at, copies, campaign, code }));
    },
  };
}

function copiesTo(
  people: AsyncIterable<Copy>,
  part: string,
  { way }: Copies,
  { writer, options }: Readonly<{ writer: Writer; options: CampaignJobOptions }>,
): AsyncIterable<Written> {
  const { mailing, now } = options;
  return way === 'letter'
    ? writeLetters(people, join(part, 'letters'), {
        organisation: writer.letterhead.name,
        at: now(),
        font: mailing?.letterFont,
      })
    : writeLines(people, join(part, 'lines'), way);
}

/** Each notice with its code, as it was approved. */
async function* copiesFor(
  db: Db,
  { copies, writer, signal }: Readonly<{ copies: Copies; writer: Writer; signal: AbortSignal }>,
): AsyncGenerator<Copy> {
  for (let after = ''; ; ) {
    signal.throwIfAborted();
    const page = await copyPeople(db, copies.id, { after, most: PAGE });
    for (const { person, facts, code, address, body_hash: bodyHash, is_letter: isLetter } of page) {
      const composed = writer.copy(facts, { code: code as Code, address });
      if (isLetter && Buffer.compare(letterHash(composed), bodyHash) !== 0)
        throw new ForthrightError('campaign-changed', 'A letter is not the one that was approved.');
      const { name, address: lines, country, phone } = facts;
      yield { person, composed, name, address: lines, country, phone };
    }
    const last = page.at(-1);
    if (last === undefined) return;
    after = last.person;
  }
}

/** One file of what was written, on the disk before it gets its name. */
async function filed(part: string, path: string, { way }: Copies): Promise<NonNullable<Copies['file']>> {
  const whole = join(part, 'whole');
  const hash = createHash('sha256');
  const content =
    way === 'letter' ? packed(filesIn(join(part, 'letters'))) : createReadStream(join(part, 'lines'));
  await pipeline(
    content,
    async function* (pieces: AsyncIterable<Uint8Array>) {
      for await (const piece of pieces) {
        hash.update(piece);
        yield piece;
      }
    },
    createWriteStream(whole, { mode: 0o600, flush: true }),
  ).catch((cause: NodeJS.ErrnoException) => {
    throw cause.code === 'ENOSPC'
      ? new ForthrightError('no-disk', 'There is no room for the copies.', { cause })
      : cause;
  });
  const { size: bytes } = await stat(whole);
  await rename(whole, path);
  await syncFolder(join(path, '..'));
  return { sha256: hash.digest('hex'), bytes };
}

async function* filesIn(folder: string): AsyncGenerator<Packed> {
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries.filter((one) => one.isFile()).map((one) => join(one.parentPath, one.name));
  for (const full of paths.sort()) {
    const path = full.slice(folder.length + 1).replaceAll('\\', '/');
    yield { path, bytes: (await stat(full)).size, content: createReadStream(full) };
  }
}

type Ended = Readonly<{ job: Held; at: Date; copies: Copies; campaign: Campaign }>;

async function noteMade(
  tx: Tx,
  {
    job,
    at,
    copies,
    campaign,
    outcomes,
    file,
  }: Ended & Readonly<{ outcomes: readonly Written[]; file: NonNullable<Copies['file']> }>,
): Promise<void> {
  for (let from = 0; from < outcomes.length; from += PAGE)
    await noteOutcomes(tx, copies.id, outcomes.slice(from, from + PAGE));
  // Their copy is in the file: it is made anew without them.
  if (await isErasedAmong(tx, copies.id)) throw new Error('Somebody was erased while the copies were made.');
  if (!(await moveCopies(tx, { id: copies.id, from: 'making', to: 'made' }, { file })))
    throw new ForthrightError('campaign-refuses', 'The copies are not being made any more.');
  const counts: Record<string, number> = {};
  for (const { outcome } of outcomes) counts[outcome] = (counts[outcome] ?? 0) + 1;
  const entry = await recordUpon(tx, {
    incident: campaign.incident,
    kind: 'copies-made',
    act: 'campaign',
    facts: { campaign: campaign.id, copies: copies.id, way: copies.way, outcomes: counts, ...file },
  });
  await insertCampaignMove(tx, campaign.id, entry, 'move-copies');
  await endJob(tx, job, at, counts);
}

async function noteFailed(
  tx: Tx,
  { job, at, copies, campaign, code }: Ended & Readonly<{ code: ErrorCode }>,
): Promise<void> {
  await moveCopies(tx, { id: copies.id, from: 'making', to: 'failed' }, { code });
  const entry = await recordUpon(tx, {
    incident: campaign.incident,
    kind: 'copies-failed',
    act: 'campaign',
    facts: { campaign: campaign.id, copies: copies.id, code },
  });
  await insertCampaignMove(tx, campaign.id, entry, 'move-copies');
  await failJob(tx, job, at, code);
}

export type PostOptions = CampaignJobOptions & Readonly<{ outbound: Outbound }>;

/**
 * Posts each line, signed (Standard Webhooks), under an id that stays the same when it is posted again. Whoever's copy was taken
 * (2xx) is told by it; what is refused for good (4xx) is noted; anything else is tried again later.
 */
export function postCopiesHandler(options: PostOptions): Handler {
  const { db, now, data, mailing } = options;
  const asked: Asked = { db, now, actor: PROGRAM };
  return {
    run: async (job, { signal, progress }) => {
      const { copies, campaign } = await ofJob(db, job);
      if (copies.state !== 'posting' || copies.way === 'letter') return;
      const hook = mailing?.copies?.[copies.way];
      const epoch = (await registerMark(db))?.epoch ?? 0;
      // Put back from a backup: nobody here knows who was told after it. A person decides.
      if (hook === undefined || job.input.epoch !== epoch)
        return giveBack(asked, { job, copies, campaign }, hook === undefined ? 'no-hook' : 'restored');
      const left = new Set(await writtenPeople(db, copies.id));
      let tried: Posted[] = [];
      const lines = createInterface({
        input: createReadStream(copiesFile(data, copies)),
        crlfDelay: Number.POSITIVE_INFINITY,
      });
      const note = async () => {
        if (tried.length > 0) await notePosted(asked, { copies, campaign, tried });
        tried = [];
        progress('posting copies', copies.people - left.size, copies.people);
      };
      for await (const raw of lines) {
        signal.throwIfAborted();
        const line = JSON.parse(raw) as CopyLine;
        if (!left.delete(line.person)) continue;
        const outcome = await post(line, copies, hook, {
          ...options,
          outbound: { ...options.outbound, signal },
        });
        if (outcome === 'later') {
          await note();
          return later(asked, job);
        }
        tried.push({ person: line.person, outcome });
        if (tried.length >= POSTED_AT_ONCE) await note();
      }
      await note();
      await deed(asked, (tx, at) =>
        endPosting(tx, { job, at, copies, campaign }, { to: 'sent', kind: 'copies-posted' }),
      );
    },
    fail: async (job) => {
      const { copies, campaign } = await ofJob(db, job);
      await giveBack(asked, { job, copies, campaign }, 'gave-up');
    },
  };
}

type Posted = Readonly<{ person: string; outcome: 'posted' | 'rejected' }>;

async function post(
  { person, ...line }: CopyLine,
  { id, campaign, way }: Copies,
  { url, secret }: CopiesHook,
  { now, outbound }: PostOptions,
): Promise<Posted['outcome'] | 'later'> {
  const at = now();
  const data = { campaign, copies: id, person, ...line };
  const body = JSON.stringify({ type: `copy.${way}`, timestamp: at.toISOString(), data });
  const headers = signedHeaders(secret, { id: `${id}_${person}`, at, body });
  const answered = await postOutside(
    url,
    body,
    { ...headers, 'content-type': 'application/json', 'user-agent': 'Forthright' },
    outbound,
  );
  if (!('status' in answered)) return 'later';
  const { status } = answered;
  if (status >= 200 && status < 300) return 'posted';
  return status >= 400 && status < 500 && status !== 408 && status !== 429 ? 'rejected' : 'later';
}

function later({ db, now }: Asked, job: Held): Promise<void> {
  const pauseMs = Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.max(0, job.attempt - 1));
  return db.transaction((tx) => putJobBack(tx, job, now(), new Date(now().getTime() + pauseMs)));
}

/** Those who were told, by id: it is what their state goes back to. */
function notePosted(
  asked: Asked,
  { copies, campaign, tried }: Readonly<{ copies: Copies; campaign: Campaign; tried: readonly Posted[] }>,
): Promise<void> {
  return deed(asked, async (tx, at) => {
    const told = tried.filter(({ outcome }) => outcome === 'posted').map(({ person }) => person);
    const rejected = tried.filter(({ outcome }) => outcome === 'rejected').map(({ person }) => person);
    const entry = await recordUpon(tx, {
      incident: campaign.incident,
      kind: 'copies-taken',
      act: 'campaign',
      facts: { campaign: campaign.id, copies: copies.id, channel: copies.way, told, rejected },
    });
    await noteOutcomes(tx, copies.id, tried);
    await movePeople(tx, { campaign: campaign.id, event: 'tell', ids: told, at, entry });
    await insertCampaignMove(tx, campaign.id, entry, 'move-copies');
    await noteWhetherOpen(tx, campaign);
  });
}

const giveBack = (asked: Asked, of: Omit<Ended, 'at'>, why: string): Promise<void> =>
  deed(asked, (tx, at) => endPosting(tx, { ...of, at }, { to: 'made', kind: 'copies-not-posted', why }));

async function endPosting(
  tx: Tx,
  { job, at, copies, campaign }: Ended,
  { to, kind, why }: Readonly<{ to: 'made' | 'sent'; kind: string; why?: string }>,
): Promise<void> {
  if (!(await moveCopies(tx, { id: copies.id, from: 'posting', to })))
    throw new ForthrightError('campaign-refuses', 'The copies are not being posted any more.');
  const entry = await recordUpon(tx, {
    incident: campaign.incident,
    kind,
    act: 'campaign',
    facts: { campaign: campaign.id, copies: copies.id, ...(why === undefined ? {} : { why }) },
  });
  await insertCampaignMove(tx, campaign.id, entry, 'move-copies');
  await endJob(tx, job, at);
}
