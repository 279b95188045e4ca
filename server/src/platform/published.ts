/** Reads what this register last published, from where everybody can see it. */
import { readFile } from 'node:fs/promises';
import { ForthrightError } from '@forthright/contract';

/** A checkpoint is a few lines, with the signatures of witnesses a few more. */
const MOST_BYTES = 64 * 1024;
const WAIT_MS = 10_000;

/** The text of the checkpoint in a file or at an `http(s)` address. Refuses as `checkpoint-unavailable` what can't be had. */
export async function readPublished(where: string): Promise<string> {
  try {
    const text = /^https?:/i.test(where) ? await fetched(where) : await readFile(where, 'utf8');
    if (text.length > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`);
    return text;
  } catch (cause) {
    const why = cause instanceof Error ? cause.message : String(cause);
    throw new ForthrightError('checkpoint-unavailable', `The published checkpoint can not be read: ${why}.`, {
      cause,
    });
  }
}

async function fetched(url: string): Promise<string> {
  const answer = await fetch(url, { redirect: 'error', signal: AbortSignal.timeout(WAIT_MS) });
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of answer.body ?? []) {
    bytes += piece.length;
    if (bytes > MOST_BYTES) throw new Error(`it has more than ${MOST_BYTES} bytes`);
    pieces.push(piece);
  }
  if (!answer.ok) throw new Error(`it is answered with status ${answer.status}`);
  return Buffer.concat(pieces).toString('utf8');
}
