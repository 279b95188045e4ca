/**
 * Evidence for those who are in doubt, before anything is sent once more: the relay's log, by Message-ID. Other evidence (a report
 * of success, a bounce, an answer) comes by itself and is noted like everything that comes back.
 */
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import type { Db } from '../../platform/db/index.ts';
import type { Log } from '../../platform/index.ts';
import type { Handler } from '../../platform/queue/index.ts';
import { PROGRAM } from '../../prove/index.ts';
import { messagesInDoubt } from './messages.store.ts';
import { foundInLog } from './relay-log.ts';
import { noteReturned } from './returns.ts';
import type { Mailing } from './types.ts';

export const SEEK_EVIDENCE = 'seek-evidence';

export type EvidenceOptions = Readonly<{ db: Db; now: () => Date; log: Log; mailing: Mailing | undefined }>;

const MOST_IN_DOUBT = 10_000;
/** From the end of the log; of a relay that writes more in fifteen minutes only so much is read. */
const MOST_BYTES = 64 * 1024 ** 2;

/** As a job by the clock. A log that can't be read is said in the log of the program; who is in doubt stays so. */
export function seekEvidenceHandler({ db, now, log, mailing }: EvidenceOptions): Handler {
  const asked = { db, now, actor: PROGRAM };
  return {
    run: async () => {
      if (mailing?.relayLog === undefined) return;
      const doubtful = await messagesInDoubt(db, MOST_IN_DOUBT);
      if (doubtful.length === 0) return;
      const read = await endOf(mailing.relayLog).catch(() => undefined);
      if (read === undefined) {
        log({ event: 'relay-log-unreadable', level: 'error', code: 'file-unreadable' });
        return;
      }
      const found = foundInLog(read, new Set(doubtful.map(({ messageId }) => messageId)));
      for (const message of doubtful) {
        const at = found.get(message.messageId);
        if (at === undefined) continue;
        const { kind, queueId, status, said } = at;
        const parts = ['relay-log', message.messageId, queueId, kind];
        await noteReturned(
          asked,
          message,
          {
            key: createHash('sha256').update(JSON.stringify(parts)).digest(),
            // What the relay could not hand on may be mended or sent otherwise: a person looks at it.
            meaning: kind === 'bounced' ? 'temporary' : 'delivered',
            reason: 'relay-log',
            status,
            said,
          },
          mailing.mostReturned,
        );
      }
    },
  };
}

async function endOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { size } = await file.stat();
    const length = Math.min(size, MOST_BYTES);
    const { buffer, bytesRead } = await file.read(Buffer.alloc(length), 0, length, size - length);
    return buffer.subarray(0, bytesRead).toString('latin1');
  } finally {
    await file.close();
  }
}
