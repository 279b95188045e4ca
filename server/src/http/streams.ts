/** Files on their way in and out: in pieces, with a limit on how long a piece may take, and never shown by a browser. */

import { Readable } from 'node:stream';
import { ForthrightError } from '@forthright/contract';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { Download } from '../prove/index.ts';
import { refuseOtherCodings } from './requests.ts';

const TYPE = 'application/octet-stream';

/** The content of a request that takes a file. Refuses one that says it is something else. */
export function contentOf({ headers, raw }: FastifyRequest, silenceMs: number): AsyncIterable<Uint8Array> {
  refuseOtherCodings(undefined, headers['content-encoding']);
  if (!/^application\/octet-stream\s*(;|$)/i.test(headers['content-type'] ?? ''))
    throw new ForthrightError(
      'content-type-unsupported',
      `Send the file as it is, as \`Content-Type: ${TYPE}\`.`,
    );
  return pieces(raw, silenceMs);
}

async function* pieces(raw: FastifyRequest['raw'], silenceMs: number): AsyncGenerator<Uint8Array> {
  const silence = () => raw.destroy(new ForthrightError('interrupted', 'The file did not come on.'));
  raw.setTimeout(silenceMs, silence);
  try {
    // Not ended with an error by whoever stops reading: they have an answer to give on the same connection.
    for await (const piece of raw.iterator({ destroyOnReturn: false })) yield piece as Uint8Array;
  } catch (cause) {
    if (cause instanceof ForthrightError) throw cause;
    throw new ForthrightError('interrupted', 'The connection ended before the file did.', { cause });
  } finally {
    raw.setTimeout(0);
  }
}

/** Sends a file for saving: no browser shows it or runs anything in it. */
export function sendDownload(reply: FastifyReply, { name, bytes, content, close }: Download): FastifyReply {
  reply.raw.once('close', () => void close().catch(() => {}));
  reply.type(TYPE).header('content-disposition', disposition(name));
  if (bytes !== undefined) reply.header('content-length', String(bytes));
  return reply.send(Readable.from(content, { objectMode: false }));
}

/** RFC 6266: an ASCII name for old programs, the name itself for all others. */
function disposition(name: string): string {
  const plain = name.replaceAll(/[^A-Za-z0-9._ -]/g, '_');
  const whole = encodeURIComponent(name).replaceAll(
    /['()*]/g,
    (c) => `%${c.charCodeAt(0).toString(16).toUpperCase()}`,
  );
  return `attachment; filename="${plain}"; filename*=UTF-8''${whole}`;
}
