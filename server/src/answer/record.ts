/** The check's truth as the records of a data folder have it: batches, and what each person was sent. */
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import {
  committedBatches,
  isBatchWithdrawn,
  type Mailing,
  ownLanguages,
  Writers,
  writtenNotice,
} from '../notify/index.ts';
import type { Db } from '../platform/db/index.ts';
import { type Code, normalisedAddress } from '../prove/codes/index.ts';
import { fileOrNone } from './folder.ts';
import { archivedKeys } from './keys.ts';
import { phrasesOf } from './truth.ts';
import type { BatchFacts, SentNotice, Truth } from './types.ts';

export type RecordOptions = Readonly<{
  db: Db;
  /** The data folder. */
  data: string;
  workspace: string | undefined;
  mailing: Mailing | undefined;
}>;

/** A campaign that is approved now counts at once. */
export async function openRecordTruth(options: RecordOptions): Promise<Truth> {
  const { db, data } = options;
  const writers = new Writers(options);
  // What was committed does not change; whether it still holds is asked each time.
  const known = new Map<string, Omit<BatchFacts, 'isWithdrawn'>>();
  return {
    keys: () => archivedKeys(db),
    batch: async (tag) => {
      const seen = known.get(tag);
      if (seen !== undefined) return { ...seen, isWithdrawn: await isBatchWithdrawn(db, tag) };
      const found = (await committedBatches(db)).find((batch) => batch.tag === tag);
      if (found === undefined) return undefined;
      const { size, root, letterhead, isWithdrawn } = found;
      const batch = { tag, size, root, letterhead };
      known.set(tag, batch);
      return { ...batch, isWithdrawn };
    },
    prefixFile: (tag, path) => fileOrNone(join(data, 'public', 'batches', tag, path)),
    sent: async (code) => noticeOf({ db, writers }, code as Code),
    phrases: phrasesOf(await ownLanguages()),
  };
}

async function noticeOf(
  from: Parameters<typeof writtenNotice>[0],
  code: Code,
): Promise<SentNotice | undefined> {
  const found = await writtenNotice(from, code);
  const address = found === undefined ? undefined : normalisedAddress(found.address);
  if (found === undefined || address === undefined) return undefined;
  const { mail } = found;
  return { address, mail: () => mail().catch(undefinedIfGone) };
}

/** Texts that were erased, a workspace that changed: then there is no original, which is an answer. */
export function undefinedIfGone(error: unknown): undefined {
  const codes = ['campaign-changed', 'workspace-missing', 'leaks-missing', 'notice-incomplete'];
  if (error instanceof ForthrightError && codes.includes(error.code)) return undefined;
  throw error;
}
