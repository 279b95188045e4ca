/** The folder that everybody may have, as any web server would give it: pages, feeds, batches, tiles. */
import { readFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import type { FastifyInstance } from 'fastify';

export const PUBLIC_PATH = '/public/*';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.jsonld': 'application/ld+json; charset=utf-8',
  '.xml': 'application/rss+xml; charset=utf-8',
  '.txt': 'text/plain; charset=utf-8',
  '.tlog': 'text/plain; charset=utf-8',
};

/** No part begins with a dot: nothing hidden, and no way up. */
const PART = /^[A-Za-z0-9_-][A-Za-z0-9._-]*$/;
/** A batch is never written again; what else is there may be another one after the next checkpoint. */
const cachingOf = (path: string): string =>
  path.startsWith('batches/') ? 'public, max-age=31536000, immutable' : 'public, max-age=60';

/** Our pages say themselves what a browser may do with them. What says nothing may do nothing. */
const POLICY = /<meta http-equiv="Content-Security-Policy" content="([a-z0-9 '+/=;-]+)">/i;
const NOTHING = "default-src 'none'; base-uri 'none'; form-action 'none'";

function policyIn(path: string, content: Buffer): string {
  const said = path.endsWith('.html') ? POLICY.exec(content.toString('utf8', 0, 4096))?.[1] : undefined;
  // Browsers take this one from the header alone.
  return `${said ?? NOTHING}; frame-ancestors 'none'`;
}

/** `folder`: the folder `public` of the data folder. */
export function addPublic(app: FastifyInstance, folder: string): void {
  app.get<{ Params: { '*': string } }>(PUBLIC_PATH, async (request, reply) => {
    const asked = request.params['*'];
    const path = asked === '' || asked.endsWith('/') ? `${asked}index.html` : asked;
    const content = path.split('/').every((part) => PART.test(part))
      ? await readFile(join(folder, path)).catch(unlessMissing)
      : undefined;
    if (content === undefined)
      throw new ForthrightError('route-not-found', 'There is nothing at this address.');
    return reply
      .header('content-security-policy', policyIn(path, content))
      .header('cache-control', cachingOf(path))
      .type(TYPES[extname(path)] ?? 'application/octet-stream')
      .send(content);
  });
}

function unlessMissing(error: NodeJS.ErrnoException): undefined {
  if (['ENOENT', 'ENOTDIR', 'EISDIR'].includes(error.code ?? '')) return undefined;
  throw error;
}
