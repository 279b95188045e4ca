/**
 * What is for whoever runs the server, and not for a person of the record: shown by a secret that stands in the data
 * folder, where only they can read it. A backup holds all that the folder holds, so it takes the same right.
 */
import { createHash, timingSafeEqual } from 'node:crypto';
import { ForthrightError } from '@forthright/contract';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import type { Download, RegisterState } from '../prove/index.ts';
import { sendDownload } from './streams.ts';

export type OperatorDoor = Readonly<{
  secret: string;
  backup: () => Promise<Download>;
  register: () => Promise<RegisterState>;
}>;

export const BACKUP_PATH = '/operator/backup';
export const REGISTER_PATH = '/operator/register';

const hashOf = (text: string): Buffer => createHash('sha256').update(text).digest();

export function addOperator(app: FastifyInstance, { secret, backup, register }: OperatorDoor): void {
  const due = hashOf(`Operator ${secret}`);
  const onRequest = async ({ headers }: FastifyRequest) => {
    if (!timingSafeEqual(hashOf(headers.authorization ?? ''), due))
      throw new ForthrightError(
        'not-signed-in',
        'This is for whoever runs the server: use `forthright backup` or `doctor` beside its data folder.',
      );
  };
  app.post(BACKUP_PATH, { onRequest }, async (_, reply) => sendDownload(reply, await backup()));
  app.post(REGISTER_PATH, { onRequest }, async (_, reply) =>
    reply.type('application/json; charset=utf-8').send(JSON.stringify(await register())),
  );
}
