/** Pages of ours that send forms without script. */
import type { FastifyInstance, FastifyRequest } from 'fastify';

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
