/**
 * The door for webhooks of mail providers. Nobody is signed in here: each provider proves itself by what stands in
 * mail.yaml, and gets no word beside yes and no.
 */
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { takeWebhook, VENDORS, type WebhookOptions } from '../notify/index.ts';
import { Limiter } from '../platform/index.ts';
import { tooMany } from './problem.ts';

export const RETURNED_PATHS = VENDORS.map((vendor) => `/returned/${vendor}`);

/** A provider reports a whole campaign from a few addresses. */
const MOST = { most: 6000, windowSeconds: 60 };
/** Of whoever can't prove who they are; each try costs a signature. */
const UNPROVED = { most: 60, windowSeconds: 60 };

export type ReturnedDoor = Omit<WebhookOptions, 'asked'> &
  Readonly<{ asked: WebhookOptions['asked']; clientOf: (request: FastifyRequest) => string }>;

export const isReturnedPath = (path: string): boolean => RETURNED_PATHS.includes(path);

export function addReturned(app: FastifyInstance, { clientOf, ...options }: ReturnedDoor): void {
  const [all, unproved] = [new Limiter(MOST, options.asked.now), new Limiter(UNPROVED, options.asked.now)];
  app.register((scope, _, done) => {
    scope.removeAllContentTypeParsers();
    // SNS says text/plain of its JSON. Signatures are over the bytes, so they are kept as they came.
    scope.addContentTypeParser(
      '*',
      { parseAs: 'string' },
      async (_request: FastifyRequest, body: string) => body,
    );
    for (const [i, vendor] of VENDORS.entries())
      scope.post(
        RETURNED_PATHS[i] ?? '',
        {
          onRequest: async (request) => {
            const wait = all.take(clientOf(request)) || unproved.waitSeconds(clientOf(request));
            if (wait > 0) throw tooMany(wait);
          },
        },
        async (request, reply) => {
          const headers = Object.fromEntries(
            Object.entries(request.headers).map(([name, value]) => [
              name,
              Array.isArray(value) ? value[0] : value,
            ]),
          );
          const body = typeof request.body === 'string' ? request.body : '';
          try {
            await takeWebhook(options, { vendor, body, headers });
          } catch (error) {
            unproved.take(clientOf(request));
            throw error;
          }
          return reply.code(204).send();
        },
      );
    done();
  });
}
