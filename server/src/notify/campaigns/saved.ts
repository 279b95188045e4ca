/** Drafts of notices that are kept while somebody writes them: each saving is a version, and nobody overwrites another's. */
import {
  type DiscardNoticeDraft,
  ForthrightError,
  type GetNoticeDraft,
  type NoticeDraftDiscarded,
  type NoticeDraftSaved,
  type NoticeDraftShown,
  type NoticeDraftsListed,
  newId,
  type SaveNoticeDraft,
  UnfinishedStatement,
} from '@forthright/contract';
import * as z from 'zod';
import { deedUpon } from '../../incident/index.ts';
import type { Reads } from '../../platform/db/index.ts';
import { type Asked, eraseTextsOf, textsOf } from '../../prove/index.ts';
import {
  discardSaved,
  insertVersion,
  type SavedDraft,
  type SavedVersion,
  savedDrafts,
  savedVersions,
} from './saved.store.ts';

const TYPED = 'typed';
const Typed = z.strictObject({ run: z.string().nullable(), statement: UnfinishedStatement });
const ACT = { act: 'campaign' } as const;

const notFound = (id: string): ForthrightError =>
  new ForthrightError(
    'draft-not-found',
    `This incident has no draft ${id.slice(0, 60)}, or no such version of it.`,
  );

async function find(reads: Reads, incident: string, id: string): Promise<SavedDraft> {
  const [found] = await savedDrafts(reads, { incident, id });
  if (found === undefined) throw notFound(id);
  return found;
}

async function typedAt(reads: Reads, entry: number): Promise<string | null> {
  return (await textsOf(reads, [entry]))(entry, TYPED);
}

const said = ({ version, savedBy, savedAt }: SavedVersion) => ({
  version,
  savedBy,
  savedAt: savedAt.toISOString(),
});

/**
 * Keeps what was typed, as a new draft or a new version of one. Refuses as `incident-changed` who has not read the last version, so that
 * nobody's work is lost; the same words again are kept once. `incident`: one that the actor may see.
 */
export async function saveNoticeDraft(
  asked: Asked,
  { incident, draft, version: seen, run, statement }: SaveNoticeDraft,
): Promise<NoticeDraftSaved> {
  const value = JSON.stringify({ run: run ?? null, statement } satisfies z.input<typeof Typed>);
  const before = draft === undefined ? undefined : await find(asked.db, incident, draft);
  if (before !== undefined && (await typedAt(asked.db, before.entry)) === value)
    return { incident, draft: before.id, version: before.version, entry: null };
  const id = draft ?? newId('drf');
  let version = 1;
  const done = await deedUpon(
    asked,
    incident,
    { kind: 'draft-saved', ...ACT },
    async ({ tx }) => {
      if (draft !== undefined) {
        const last = await find(tx, incident, draft);
        if (last.version !== seen) throw savedSince(last, seen);
        version = last.version + 1;
      }
      return { facts: { draft: id, version }, texts: { [TYPED]: { value } } };
    },
    async ({ tx, at }, entry) =>
      insertVersion(tx, { incident, draft: id, version, entry, by: asked.actor.account, at }),
  );
  return { incident, draft: id, version, entry: done.entry };
}

const savedSince = ({ version, savedBy, savedAt }: SavedVersion, seen: number | undefined): ForthrightError =>
  new ForthrightError(
    'incident-changed',
    `${savedBy} saved version ${version} of this draft at ${savedAt.toISOString()}; you have read ${
      seen === undefined ? 'none' : `version ${seen}`
    }. Read it, and save yours upon it or as a draft of its own.`,
  );

export async function listNoticeDrafts(reads: Reads, incident: string): Promise<NoticeDraftsListed> {
  const drafts = await savedDrafts(reads, { incident });
  return { drafts: drafts.map((draft) => ({ draft: draft.id, ...said(draft) })) };
}

/** The last version, or an earlier one. Refuses as `draft-not-found` what is not there, or was thrown away. */
export async function getNoticeDraft(
  reads: Reads,
  incident: string,
  { draft, version }: Pick<GetNoticeDraft, 'draft' | 'version'>,
): Promise<NoticeDraftShown> {
  const last = await find(reads, incident, draft);
  const versions = await savedVersions(reads, draft);
  const one = versions.find((each) => each.version === (version ?? last.version));
  if (one === undefined) throw notFound(draft);
  const text = await typedAt(reads, one.entry);
  const typed = text === null ? undefined : Typed.parse(JSON.parse(text));
  return {
    draft,
    ...said(one),
    run: typed?.run ?? null,
    statement: typed?.statement ?? null,
    versions: versions.map(said),
  };
}

/** Throws it away with the words of all its versions; that it was there stays in the register. */
export async function discardNoticeDraft(
  asked: Asked,
  { incident, draft }: DiscardNoticeDraft,
): Promise<NoticeDraftDiscarded> {
  const done = await deedUpon(
    asked,
    incident,
    { kind: 'draft-discarded', ...ACT },
    async ({ tx, incident: { id } }) => {
      await find(tx, id, draft);
      for (const { entry } of await savedVersions(tx, draft)) await eraseTextsOf(tx, entry);
      return { facts: { draft } };
    },
    async ({ tx }, entry) => discardSaved(tx, draft, entry),
  );
  return { incident: done.incident, draft, entry: done.entry };
}
