/**
 * What is for whoever runs the server, and not for a person of the record: shown by a secret that stands in the data
 * folder, where only they can read it. A backup holds all that the folder holds, so it takes the same right.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { ForthrightError } from '@forthright/contract';
import type { FastifyInstance } from 'fastify';
import type { Download } from '../prove/index.ts';
import { sendDownload } from './streams.ts';

export type OperatorDoor = Readonly<{ secret: string; backup: () => Promise<Download> }>;

export const BACKUP_PATH = '/operator/backup';

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

export function addOperator(app: FastifyInstance, { secret, backup }: OperatorDoor): void {
  const due = hashOf(`Operator ${secret}`);
  app.post(
    BACKUP_PATH,
    {
      onRequest: async ({ headers }) => {
        if (!timingSafeEqual(hashOf(headers.authorization ?? ''), due))
          throw new ForthrightError(
            'not-signed-in',
            'This is for whoever runs the server: use `forthright backup` beside its data folder.',
          );
      },
    },
    async (_, reply) => sendDownload(reply, await backup()),
  );
}
