/** Pages of ours that send forms without script. */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { readMultipart } from './multipart.ts';

export const HTML = 'text/html; charset=utf-8';

export function takeFormsOnly(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    'application/x-www-form-urlencoded',
    { parseAs: 'string', bodyLimit: 8192 },
    async (_: FastifyRequest, body: string) => new URLSearchParams(body),
  );
}

export const formOf = ({ body }: FastifyRequest): URLSearchParams =>
  body instanceof URLSearchParams ? body : new URLSearchParams();

/** The fields that somebody filled in. A browser sends the empty ones, too. */
export const filledOf = (request: FastifyRequest): Record<string, string> =>
  Object.fromEntries([...formOf(request)].filter(([, value]) => value !== ''));

/** A message of one megabyte, and what stands around it. */
const MESSAGE_LIMIT_BYTES = 1_200_000;

/** What was typed, and the message that was chosen as a file, in the field `eml`. */
export type Sent = Readonly<{ fields: Readonly<Record<string, string>>; file?: Buffer }>;

export function takeFormsWithMessage(scope: FastifyInstance): void {
  scope.removeAllContentTypeParsers();
  scope.addContentTypeParser(
    ['application/x-www-form-urlencoded', 'multipart/form-data'],
    { parseAs: 'buffer', bodyLimit: MESSAGE_LIMIT_BYTES },
    async (request: FastifyRequest, body: Buffer) => sentIn(request, body),
  );
}

function sentIn(request: FastifyRequest, body: Buffer): Sent {
  const type = request.headers['content-type'] ?? '';
  if (!type.toLowerCase().startsWith('multipart/'))
    return { fields: Object.fromEntries(new URLSearchParams(body.toString('utf8'))) };
  const parts = readMultipart(body, type);
  const fields = [...parts].filter(([, { isFile }]) => !isFile);
  const file = parts.get('eml');
  return {
    fields: Object.fromEntries(fields.map(([name, { content }]) => [name, content.toString('utf8').trim()])),
    // A browser sends an empty one where none was chosen.
    ...(file?.isFile && file.content.length > 0 ? { file: file.content } : {}),
  };
}
