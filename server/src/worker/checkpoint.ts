/** Once an hour, whether or not anything happened: a checkpoint, the public files, and the end of keys whose time is over. */
import { join } from 'node:path';
import { publishAnswers } from '../answer/index.ts';
import type { Db } from '../platform/db/index.ts';
import type { Handler } from '../platform/queue/index.ts';
import {
  type Asked,
  type Cosign,
  makeCheckpoint,
  PROGRAM,
  publishRegister,
  removeEndedKeys,
} from '../prove/index.ts';

export const CHECKPOINT = 'checkpoint';

/** `data`: the data folder; its folder `public` is what a web server gives to everybody. Each step may be repeated, and is after a crash. */
export function checkpointHandler({
  db,
  now,
  data,
  cosign,
  upkeep = async () => {},
}: Readonly<{
  db: Db;
  now: () => Date;
  data: string;
  /** Has witnesses sign each checkpoint before it is published. */
  cosign?: Cosign | undefined;
  upkeep?: (() => Promise<void>) | undefined;
}>): Handler {
  const asked: Asked = { db, now, actor: PROGRAM };
  return {
    run: async () => {
      await makeCheckpoint(asked, cosign);
      await publishRegister(asked, join(data, 'public'));
      await publishAnswers({ db, data });
      await removeEndedKeys(asked);
      await upkeep();
    },
  };
}
