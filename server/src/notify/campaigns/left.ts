/** What was sent and does not stand in the records yet: files of the journal, and messages that were released without an outcome. */
import { randomUUID } from 'node:crypto';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import type { Tx } from '../../platform/db/index.ts';
import { namesIn } from '../../platform/index.ts';
import type { Asked } from '../../prove/index.ts';
import { lockJournal, recover } from '../send/index.ts';
import { statesBefore } from '../states.ts';
import { type Folding, foldMoved, foldRest, foldSegment } from './fold.ts';
import { type NewEvent, setDue } from './messages.store.ts';
import { isAnybodyIn, moveAll } from './people.store.ts';
import { DOUBT_MS } from './rules.ts';
import { findCampaign } from './show.ts';
import { endFence, homeOf, isBeingSent } from './store.ts';
import type { Campaign } from './types.ts';

/** The journal's folder for this process; undefined while another one has it. */
export const lockUnlessUsed = (
  folder: string,
): Promise<Awaited<ReturnType<typeof lockJournal>> | undefined> =>
  lockJournal(folder).catch((error: unknown) => {
    if (error instanceof ForthrightError && error.code === 'data-folder-in-use') return undefined;
    throw error;
  });

/** Names this data folder, whose journals nobody else has. */
export async function homeIn(data: string): Promise<string> {
  const path = join(data, 'sending', 'home');
  await mkdir(join(data, 'sending'), { recursive: true, mode: 0o700 });
  await writeFile(path, randomUUID(), { flag: 'wx', mode: 0o600, flush: true }).catch((error) => {
    if (error.code !== 'EEXIST') throw error;
  });
  return (await readFile(path, 'utf8')).trim();
}

/** Every file of the journal that lies here, those of a crash with them. */
export async function foldAll(folding: Folding): Promise<void> {
  for await (const closed of recover(folding.folder)) await foldSegment(folding, closed);
}

/** Whoever was released has no outcome any more, when nobody sends; what happened to which messages. */
export async function lose(tx: Tx, { id }: Campaign, at: Date): Promise<NewEvent[]> {
  const ns = await moveAll(tx, { campaign: id, event: 'lose', at });
  const due = new Date(at.getTime() + DOUBT_MS);
  await setDue(
    tx,
    id,
    ns.map((n) => ({ n, due })),
  );
  return ns.map((n) => ({ n, event: 'lose', at }));
}

/** After sending has ended otherwise than by itself: doubts are named at once, and not only at the next start. */
export async function loseReleased(folding: Folding): Promise<void> {
  const { asked, campaign, fence } = folding;
  if (await isAnybodyIn(asked.db, campaign.id, statesBefore('lose')))
    await foldMoved(folding, (tx, at) => lose(tx, campaign, at));
  else await foldRest(asked, campaign, fence);
  await asked.db.transaction((tx) => endFence(tx, campaign.id, fence));
}

/**
 * What a process wrote into its journal before it was killed counts, too, when the campaign was paused or stopped before
 * another one could go on. False when a process still has the journal.
 */
export async function foldLeft(
  { asked, data }: Readonly<{ asked: Asked; data: string }>,
  { id, incident }: Pick<Campaign, 'id' | 'incident'>,
): Promise<boolean> {
  const folder = join(data, 'sending', id);
  // A folder that can't be read may hold what was sent: only one that is not there holds nothing.
  const left = await namesIn(folder);
  const campaign = await findCampaign(asked.db, incident, id);
  if (campaign.state === 'sending') return false;
  const home = await homeOf(asked.db, id);
  // Another data folder has the journal.
  if (home !== null && home !== (await homeIn(data))) return false;
  const mayBeLost = await isAnybodyIn(asked.db, id, statesBefore('lose'));
  if (!mayBeLost && !left.some((name) => name.endsWith('.journal'))) {
    if (await isBeingSent(asked.db, id)) await asked.db.transaction((tx) => endFence(tx, id, campaign.fence));
    return true;
  }
  const lock = await lockUnlessUsed(folder);
  if (lock === undefined) return false;
  try {
    const folding: Folding = { asked, campaign, fence: campaign.fence, folder };
    await foldAll(folding);
    await loseReleased(folding);
    return true;
  } finally {
    await lock.release();
  }
}
