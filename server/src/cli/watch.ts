/** A stream of server-sent events at the terminal: each event a line, until there are no more. */
import { ask, jsonOf, type Place, type Request, unreachable } from './client.ts';
import { recordText } from './text/record.ts';
import { textOf } from './transfer.ts';
import type { Context } from './types.ts';

const AGAIN_MS = 500;

/**
 * Prints the events of `request`: as people read them, or with `--json` each event's data as one line. The server ends
 * a stream after some time; it is then asked for what comes after the last event, until it says that there is no more
 * (204). Refused as any request when the reader may no longer see it.
 */
export async function watch(
  place: Place,
  request: Request,
  { print, json }: Pick<Context, 'print' | 'json'>,
): Promise<void> {
  for (let seen = ''; ; ) {
    const headers = { ...place.headers, ...(seen === '' ? {} : { 'last-event-id': seen }) };
    const answer = await ask({ ...place, headers }, request);
    if (answer.status === 204) return;
    if (answer.headers.get('content-type')?.startsWith('text/event-stream') !== true) {
      await jsonOf(place.server, answer);
      throw unreachable(place.server, 'did not answer with events; is it another program?');
    }
    for await (const { id, data } of eventsOf(textOf(place.server, answer))) {
      seen = id;
      print(json ? `${data}\n` : lineOf(data));
    }
    await new Promise((resolve) => setTimeout(resolve, AGAIN_MS));
    request.signal.throwIfAborted();
  }
}

/** An event is what stands between two empty lines; comments and what is cut short are none. */
async function* eventsOf(texts: AsyncIterable<string>): AsyncGenerator<{ id: string; data: string }> {
  let rest = '';
  for await (const text of texts) {
    const blocks = `${rest}${text}`.split('\n\n');
    rest = blocks.pop() ?? '';
    for (const block of blocks) {
      const fields = new Map(block.split('\n').map((line) => [line.split(': ', 1)[0], line] as const));
      const [id, data] = ['id', 'data'].map((name) => fields.get(name)?.slice(name.length + 2));
      if (id !== undefined && data !== undefined) yield { id, data };
    }
  }
}

function lineOf(data: string): string {
  const { at, state, step, done, total, code } = JSON.parse(data) as Record<string, unknown>;
  const far = done === undefined ? undefined : total === undefined ? `${done}` : `${done} of ${total}`;
  return recordText([at, state, step, far, code].filter((one) => one !== undefined).join('  '));
}
