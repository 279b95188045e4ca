/** An incident as a bundle that a stranger can check. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { ForthrightError, type IncidentId, type PaperIssued } from '@forthright/contract';
import { type BundleHeader, type DisclosedFile, writeBundle } from '@forthright/register';
import type { Reads } from '../platform/db/index.ts';
import {
  type Asked,
  deed,
  publishedCheckpoint,
  record,
  refuseUnlessMay,
  registerHead,
  registerKeys,
  registerTiles,
  signedHead,
  wholeEntriesOf,
} from '../prove/index.ts';
import { notFound } from './changes.ts';
import { composeIndex } from './compose.ts';
import { wholeAfterwards } from './matters/whole.ts';
import { paperTexts } from './papers/store.ts';
import { showIncident } from './show.ts';
import { findIncident, insertMove } from './store.ts';
import type { Incident } from './types.ts';

export type ExportOptions = Readonly<{
  incident: string;
  /** Empty, or not there yet. */
  directory: string;
  /** Files of registered evidence that go with it, by the evidence's id. */
  files?: ReadonlyMap<string, string> | undefined;
}>;

/**
 * Writes a folder for a court: a page to read, the timeline, files of evidence, and every entry of the incident with
 * its proof. That it was made is itself an entry, which states the hash of the page. Refuses a file that is not the
 * one that was registered.
 */
export async function exportIncident(
  asked: Asked,
  { incident: id, directory, files = new Map() }: ExportOptions,
): Promise<BundleHeader> {
  refuseUnlessMay(asked.actor, ['privacy-officer']);
  const found = await findIncident(asked.db, id, asked.actor);
  if (found === undefined) throw notFound(id);
  const { incident } = found;
  await refuseFull(directory);
  const evidence = await evidenceFiles(incident, files);
  const { entry, entries, page, list, papers } = await recordExport(asked, incident.id);
  const bundle = await writeBundle(directory, {
    checkpoint: await signedHead(asked, await registerHead(asked.db)),
    ...(await earlier(asked)),
    keys: await registerKeys(asked),
    proofs: 'each',
    entries,
    attachments: [
      { path: 'attachments/index.html', from: page, index: entry, at: '/facts/index' },
      { path: 'attachments/timeline.json', from: list, index: entry, at: '/facts/timeline' },
      ...evidence,
      ...papers,
    ],
    readTiles: registerTiles(asked.db),
  });
  refuseChanged(bundle, incident);
  return bundle;
}

/** Whoever kept the last published checkpoint sees that the log has only grown since. */
async function earlier({ db }: Asked): Promise<{ earlier?: string }> {
  const note = await publishedCheckpoint(db);
  return note === undefined ? {} : { earlier: note };
}

const sha256 = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** What is exported is read under the register's lock, so that page, timeline and entries are of one moment. */
function recordExport(asked: Asked, id: IncidentId) {
  return deed(asked, async (tx) => {
    const found = await findIncident(tx, id, asked.actor);
    if (found === undefined) throw notFound(id);
    const { shown, timeline } = await wholeTimeline(tx, found.incident, asked.now());
    const afterwards = await wholeAfterwards(tx, id, asked.now());
    const page = Buffer.from(composeIndex(shown, timeline, afterwards, asked.now().toISOString()));
    const list = Buffer.from(`${JSON.stringify({ ...shown, afterwards, timeline }, null, 2)}\n`);
    const facts = { index: sha256(page), timeline: sha256(list) };
    const entry = await record(tx, { kind: 'incident-exported', incident: id, facts });
    await insertMove(tx, id, entry, 'export');
    const papers = await paperFiles(tx, shown.papers);
    return { entry, page, list, papers, entries: await wholeEntriesOf(tx, id) };
  });
}

/** Each issued paper that is not erased, as page and as text, with the hash that its entry states. */
async function paperFiles(reads: Reads, papers: readonly PaperIssued[]): Promise<DisclosedFile[]> {
  const textOf = await paperTexts(reads, papers);
  return papers.flatMap((paper) =>
    (['html', 'text'] as const).flatMap((format) => {
      const text = textOf(paper, format);
      if (text === null) return [];
      const path = `attachments/papers/${paper.paper}-${paper.number}.${format === 'html' ? 'html' : 'txt'}`;
      return [{ path, from: Buffer.from(text), index: paper.entry, at: `/facts/${format}` }];
    }),
  );
}

async function refuseFull(directory: string): Promise<void> {
  // It will hold what somebody typed about people.
  await mkdir(directory, { recursive: true, mode: 0o700 });
  if ((await readdir(directory)).length > 0)
    throw new ForthrightError(
      'usage',
      `The folder ${directory} for the bundle is not empty; name a new one.`,
    );
}

async function wholeTimeline(reads: Reads, incident: Incident, now: Date) {
  const { timelineNext, ...shown } = await showIncident(reads, incident, {
    now,
    timelineAfter: -1,
    inBundle: true,
  });
  const timeline = [...shown.timeline];
  for (let after = timelineNext; after !== undefined; ) {
    const page = await showIncident(reads, incident, { now, timelineAfter: after, inBundle: true });
    timeline.push(...page.timeline);
    after = page.timelineNext;
  }
  return { shown, timeline };
}

async function evidenceFiles(
  { evidence }: Incident,
  files: ReadonlyMap<string, string>,
): Promise<DisclosedFile[]> {
  const found: DisclosedFile[] = [];
  for (const [id, from] of files) {
    const one = evidence.find((registered) => registered.id === id);
    if (one === undefined)
      throw new ForthrightError('usage', `The incident has no evidence ${id} that a file could belong to.`);
    if ((await hashOf(from)) !== one.sha256) throw notRegistered(from, one.id);
    found.push({ path: `attachments/evidence/${id}`, from, index: one.entry, at: '/facts/sha256' });
  }
  return found;
}

async function hashOf(path: string): Promise<string> {
  const hash = createHash('sha256');
  try {
    for await (const piece of createReadStream(path)) hash.update(piece as Uint8Array);
  } catch (error) {
    const isMissing = (error as NodeJS.ErrnoException).code === 'ENOENT';
    throw new ForthrightError(
      isMissing ? 'file-missing' : 'file-unreadable',
      `The file ${path} can not be read.`,
      {
        cause: error,
      },
    );
  }
  return hash.digest('hex');
}

const notRegistered = (path: string, id: string): ForthrightError =>
  new ForthrightError(
    'evidence-changed',
    `${path} is not the file that was registered as ${id}: its hash differs.`,
  );

/** A file may have been exchanged between hashing and copying. */
function refuseChanged({ attachments }: BundleHeader, { evidence }: Incident): void {
  for (const { path, sha256: copied } of attachments) {
    const one = evidence.find(({ id }) => path.endsWith(`/${id}`));
    if (one !== undefined && one.sha256 !== copied) throw notRegistered(path, one.id);
  }
}
