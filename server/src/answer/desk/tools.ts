import { type Mailing, Writers } from '../../notify/index.ts';
import type { Db } from '../../platform/db/index.ts';
import { openRecordTruth } from '../record.ts';
import type { Truth } from '../types.ts';

export type DeskOptions = Readonly<{
  /** The data folder. */
  data: string;
  workspace?: string | undefined;
  mailing?: Mailing | undefined;
}>;

/** What look-ups go by, opened by the first of them. */
export type Tools = Readonly<{ writers: Writers; truth: () => Promise<Truth> }>;

/** The same for all who ask over the same records. */
export function toolsFor({ data, workspace, mailing }: DeskOptions): (db: Db) => Tools {
  const kept = new WeakMap<Db, Tools>();
  return (db) => {
    const found = kept.get(db);
    if (found !== undefined) return found;
    let truth: Promise<Truth> | undefined;
    const options = { db, data, workspace, mailing };
    const tools: Tools = {
      writers: new Writers(options),
      truth: () => {
        truth ??= openRecordTruth(options).catch((error: unknown) => {
          truth = undefined;
          throw error;
        });
        return truth;
      },
    };
    kept.set(db, tools);
    return tools;
  };
}
