/** An incident as a bundle that a stranger can check. */
import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { mkdir, readdir } from 'node:fs/promises';
import { ForthrightError, type IncidentId, type PaperIssued } from '@forthright/contract';
import { type BundleHeader, type DisclosedFile, writeBundle } from '@forthright/register';
import type { Reads } from '../platform/db/index.ts';
import {
  type Asked,
  commitOnce,
  deed,
  publishedCheckpoint,
  record,
  refuseUnlessMay,
  registerHead,
  registerKeys,
  registerTiles,
  signedHead,
  textsOf,
  wholeEntriesOf,
} from '../prove/index.ts';
import { notFound } from './changes.ts';
import { composeIndex } from './compose.ts';
import { wholeAfterwards } from './matters/whole.ts';
import { paperTexts } from './papers/store.ts';
import { answerOfRun, runsOf } from './runs.store.ts';
import { showIncident } from './show.ts';
import { findIncident, insertMove } from './store.ts';
import type { Incident } from './types.ts';

export type ExportOptions = Readonly<{
  incident: string;
  /** Empty, or not there yet. */
  directory: string;
  /** Files of registered evidence that go with it, by the evidence's id. */
  files?: ReadonlyMap<string, string> | undefined;
  /** What later stages add. */
  partsOf?: readonly PartsOf[] | undefined;
}>;

/** A document of a later stage, for people to read or as it was recorded. */
export type BundlePart = Readonly<{
  /** `attachments/reports/edpb-1.html` */
  path: `attachments/${string}`;
  title: string;
  by: string;
  at: string;
  content: string;
  /** The text of an entry that it is; left out when it is made for the bundle from one. */
  text?: Readonly<{ entry: number; name: string }> | undefined;
}>;

/** What a later stage has of an incident, within the deed that records the export. */
export type PartsOf = (reads: Reads, incident: IncidentId) => Promise<readonly BundlePart[]>;

const FOLDER = 'attachments/';

/**
 * Writes a folder for a court: a page to read, the timeline, files of evidence, and every entry of the incident with
 * its proof. That it was made is itself an entry, which commits to the page. Refuses a file that is not the
 * one that was registered.
 */
export async function exportIncident(
  asked: Asked,
  { incident: id, directory, files = new Map(), partsOf = [] }: ExportOptions,
): Promise<BundleHeader> {
  refuseUnlessMay(asked.actor, ['privacy-officer']);
  const found = await findIncident(asked.db, id, asked.actor);
  if (found === undefined) throw notFound(id);
  const { incident } = found;
  await refuseFull(directory);
  const evidence = await evidenceFiles(asked.db, incident, files);
  const { entries, attachments } = await recordExport(asked, incident.id, { evidence, partsOf });
  const bundle = await writeBundle(directory, {
    checkpoint: await signedHead(asked, await registerHead(asked.db)),
    ...(await earlier(asked)),
    keys: await registerKeys(asked),
    proofs: 'each',
    entries,
    attachments,
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

type Attached = Readonly<{ evidence: readonly DisclosedFile[]; partsOf: readonly PartsOf[] }>;

/** What is exported is read under the register's lock, so that page, timeline and entries are of one moment. */
function recordExport(asked: Asked, id: IncidentId, { evidence, partsOf }: Attached) {
  return deed(asked, async (tx) => {
    const found = await findIncident(tx, id, asked.actor);
    if (found === undefined) throw notFound(id);
    const { shown, timeline } = await wholeTimeline(tx, found.incident, asked.now());
    const afterwards = await wholeAfterwards(tx, id, asked.now());
    const files = [...evidence, ...(await runAnswers(tx, id)), ...(await paperFiles(tx, shown.papers))];
    const parts: BundlePart[] = [];
    for (const of of partsOf) parts.push(...(await of(tx, id)));
    const page = composeIndex({
      incident: shown,
      timeline,
      afterwards,
      madeAt: asked.now().toISOString(),
      files: new Map(files.map(({ path, index }) => [index, fromIndex(path)])),
      parts: parts.map(({ path, title, by, at }) => ({ path: fromIndex(path), title, by, at })),
    });
    const list = `${JSON.stringify({ ...shown, afterwards, timeline }, null, 2)}\n`;
    // What is made for this bundle alone: its hash is known to whoever has the bundle, and to nobody else.
    const made = [
      { path: `${FOLDER}index.html`, content: page },
      { path: `${FOLDER}timeline.json`, content: list },
      ...parts.filter(({ text }) => text === undefined),
    ].map(({ path, content }, i) => {
      const at = `/facts/files/${i}`;
      return { path, content, at, ...commitOnce(at, 'file', sha256(Buffer.from(content))) };
    });
    const entry = await record(tx, {
      kind: 'incident-exported',
      incident: id,
      facts: { files: made.map(({ stated }) => stated) },
    });
    await insertMove(tx, id, entry, 'export');
    const entries = (await wholeEntriesOf(tx, id)).map((one) =>
      one.index === entry ? { ...one, openings: made.map(({ opening }) => opening) } : one,
    );
    const attachments: DisclosedFile[] = [
      ...made.map(({ path, content, at }) => ({ path, from: Buffer.from(content), index: entry, at })),
      ...files,
      ...parts.flatMap(({ path, content, text }) =>
        text === undefined
          ? []
          : [{ path, from: Buffer.from(content), index: text.entry, at: `/texts/${text.name}` }],
      ),
    ];
    return { entries, attachments };
  });
}

const fromIndex = (path: string): string => path.slice(FOLDER.length);

/** The answers of runs on this server that are not erased, under the hash that their entries state. */
async function runAnswers(reads: Reads, incident: IncidentId): Promise<DisclosedFile[]> {
  const files: DisclosedFile[] = [];
  for (const { job, evidence, endedEntry } of await runsOf(reads, incident)) {
    const answer = evidence === undefined ? null : await answerOfRun(reads, job);
    if (answer === null || endedEntry === undefined) continue;
    const path = `${FOLDER}evidence/${evidence}.json`;
    files.push({ path, from: Buffer.from(answer), index: endedEntry, at: '/facts/sha256' });
  }
  return files;
}

/** Each issued paper that is not erased, as page and as text, as its entry has committed to it. */
async function paperFiles(reads: Reads, papers: readonly PaperIssued[]): Promise<DisclosedFile[]> {
  const textOf = await paperTexts(reads, papers);
  return papers.flatMap((paper) =>
    (['html', 'text'] as const).flatMap((format) => {
      const text = textOf(paper, format);
      if (text === null) return [];
      const path = `${FOLDER}papers/${paper.paper}-${paper.number}.${format === 'html' ? 'html' : 'txt'}`;
      const at = `/texts/${format === 'html' ? 'page' : 'plain'}`;
      return [{ path, from: Buffer.from(text), index: paper.entry, at }];
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
  reads: Reads,
  { evidence }: Incident,
  files: ReadonlyMap<string, string>,
): Promise<DisclosedFile[]> {
  const found: DisclosedFile[] = [];
  for (const [id, from] of files) {
    const one = evidence.find((registered) => registered.id === id);
    if (one === undefined)
      throw new ForthrightError('usage', `The incident has no evidence ${id} that a file could belong to.`);
    if ((await hashOf(from)) !== one.sha256) throw notRegistered(from, one.id);
    // Of what was handed in the hash is a text, which is erased with the file; entries of older versions state it.
    const isText = (await textsOf(reads, [one.entry]))(one.entry, 'sha256') !== null;
    const at = isText ? '/texts/sha256' : '/facts/sha256';
    found.push({ path: `${FOLDER}evidence/${id}`, from, index: one.entry, at });
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
