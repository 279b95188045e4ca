/** The built web application: files that are read once, already compressed, under a policy that lets nothing foreign run. */
import { createHash } from 'node:crypto';
import { globSync, readFileSync } from 'node:fs';
import { extname, join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';

type File = Readonly<{
  type: string;
  etag: string;
  plain: Buffer;
  br: Buffer | undefined;
  gzip: Buffer | undefined;
}>;

export type Web = Readonly<{ files: ReadonlyMap<string, File> }>;

/** Where the application has views. A view is an address, so each of these answers with the same page. */
export const WEB_PATHS = [
  '/',
  '/sample',
  '/connect',
  '/incidents',
  '/incidents/:incident',
  '/incidents/:incident/:view',
  '/incidents/:incident/traces/:trace',
  '/incidents/:incident/traces/:trace/runs/:job',
  '/incidents/:incident/notify/:campaign',
  '/incidents/:incident/notify/:campaign/approval',
  '/register',
  '/reports',
  '/people',
  '/mail-keys',
  '/my-sign-in',
  '/webhooks',
  '/keys',
  '/hand-overs',
  '/decoys',
  '/aliases',
  '/desk',
] as const;

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.json': 'application/json; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.woff2': 'font/woff2',
};

/** Scripts and styles are files of ours, nothing may be written into the page as markup, and nothing is asked of others. */
export const WEB_POLICY =
  "default-src 'none'; script-src 'self'; style-src 'self'; font-src 'self'; img-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types 'none'";

/** All files of the folder that `web/build.ts` has made. Refuses a folder without the page. */
export function readWeb(folder: string): Web {
  const files = new Map<string, File>();
  const names = globSync('**/*.*', { cwd: folder }).map((name) => name.replaceAll('\\', '/'));
  const read = (name: string) => (names.includes(name) ? readFileSync(join(folder, name)) : undefined);
  for (const name of names) {
    const type = TYPES[extname(name)];
    const plain = type === undefined ? undefined : read(name);
    if (type === undefined || plain === undefined) continue;
    const etag = `"${createHash('sha256').update(plain).digest('base64url').slice(0, 22)}"`;
    files.set(`/${name}`, { type, etag, plain, br: read(`${name}.br`), gzip: read(`${name}.gz`) });
  }
  if (!files.has('/index.html'))
    throw new ForthrightError('file-missing', `${folder} has no index.html; make it with \`npm run build\`.`);
  return { files };
}

const accepts = (request: FastifyRequest, coding: string): boolean =>
  String(request.headers['accept-encoding'] ?? '')
    .split(',')
    .some((one) => one.split(';')[0]?.trim() === coding && !/;\s*q=0(\.0*)?\s*$/.test(one));

function send(
  request: FastifyRequest,
  reply: FastifyReply,
  { type, etag, plain, br, gzip }: File,
): FastifyReply {
  reply.type(type).header('etag', etag).header('vary', 'accept-encoding');
  if (request.headers['if-none-match'] === etag) return reply.code(304).send();
  if (br !== undefined && accepts(request, 'br')) return reply.header('content-encoding', 'br').send(br);
  if (gzip !== undefined && accepts(request, 'gzip'))
    return reply.header('content-encoding', 'gzip').send(gzip);
  return reply.send(plain);
}

export function addWeb(app: FastifyInstance, { files }: Web): void {
  const page = files.get('/index.html');
  if (page === undefined) throw new Error('The web application has no page.');
  for (const path of WEB_PATHS)
    app.get(path, async (request, reply) =>
      send(
        request,
        reply.header('content-security-policy', WEB_POLICY).header('cache-control', 'no-cache'),
        page,
      ),
    );
  app.get('/assets/:file', async (request, reply) => {
    const { file: name } = request.params as { file: string };
    const file = files.get(`/assets/${name}`);
    if (file === undefined) throw new ForthrightError('route-not-found', 'There is no such file.');
    // Its name has the hash of its content.
    return send(request, reply.header('cache-control', 'public, max-age=31536000, immutable'), file);
  });
  for (const [path, file] of files)
    if (path !== '/index.html' && !path.startsWith('/assets/'))
      app.get(path, async (request, reply) => send(request, reply.header('cache-control', 'no-cache'), file));
}
