/**
 * The only process that loads chDB. A crash of the engine ends this process and not the program. When the
 * parent goes away the channel closes: then this process removes its data and ends.
 */
import { rmSync } from 'node:fs';
import { Session } from 'chdb';
import { unpackBzip2 } from './bunzip2.ts';
import type { Order, Report } from './protocol.ts';
import type { Params } from './types.ts';
import { checkZstd } from './zstd.ts';

const PIECE_BYTES = 256 * 1024;

let session: Session | undefined;
let ownDirectory: string | undefined;
let onMore: ((goOn: boolean) => void) | undefined;

function say(report: Report): void {
  if (process.connected) process.send?.(report);
}

function engine(): Session {
  if (session === undefined) throw new Error('The engine has not been opened.');
  return session;
}

async function open(directory: string, options: readonly string[]): Promise<void> {
  ownDirectory = directory;
  session = new Session(`${directory}/engine`, { connectionArgs: options });
  const answer = await session.queryAsync('SELECT version()', { format: 'TSVRaw' });
  say({ say: 'ready', version: answer.text().trim() });
}

async function run(sql: string, params: Params): Promise<void> {
  if (Object.keys(params).length === 0) await engine().queryAsync(sql, { format: 'Null' });
  else await engine().queryBindAsync(sql, params, { format: 'Null' });
}

/** In small pieces: Node's channel takes time with the square of a message's length. */
function sayPage(id: number, bytes: Uint8Array): void {
  for (let from = 0; from < bytes.length; from += PIECE_BYTES) {
    const to = from + PIECE_BYTES;
    say({ say: 'page', id, bytes: bytes.subarray(from, to), last: to >= bytes.length });
  }
}

/** One page under way at a time, so that neither process collects what the other can't take. */
async function stream(id: number, sql: string, format: string): Promise<void> {
  for await (const chunk of engine().queryStream(sql, { format })) {
    const answered = new Promise<boolean>((resolve) => {
      onMore = resolve;
    });
    sayPage(id, chunk.raw());
    if (!(await answered)) break;
  }
}

function failed(id: number, rawError: unknown): Report {
  const message = rawError instanceof Error ? rawError.message : String(rawError);
  const code = /^Code: (\d+)\./.exec(message)?.[1];
  return { say: 'failed', id, message, code: code === undefined ? undefined : Number(code) };
}

async function obey(id: number, work: Promise<void>): Promise<void> {
  try {
    await work;
    say({ say: 'done', id });
  } catch (rawError) {
    say(failed(id, rawError));
  }
}

function take(order: Order): Promise<void> | undefined {
  switch (order.do) {
    case 'open':
      return open(order.directory, order.options).catch((rawError) => say(failed(0, rawError)));
    case 'run':
      return obey(order.id, run(order.sql, order.params));
    case 'stream':
      return obey(order.id, stream(order.id, order.sql, order.format));
    case 'unpack':
      return obey(order.id, unpackBzip2(order.from, order.to, order.bytes));
    case 'check':
      return obey(order.id, (async () => checkZstd(order.path, order.bytes))());
    case 'more':
      onMore?.(order.goOn);
      return undefined;
  }
}

process.on('message', (rawOrder) => void take(rawOrder as Order));

process.on('disconnect', () => {
  try {
    if (ownDirectory !== undefined) rmSync(ownDirectory, { recursive: true, force: true, maxRetries: 3 });
  } catch {
    // The engine's threads may still be writing; what is left lies in the temporary directory.
  }
  // Not process.exit(): that waits for the engine's threads, which may be in the middle of a long statement.
  process.kill(process.pid, 'SIGKILL');
});

// Ctrl-C goes to the whole group; the parent decides what it means for the run.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => {});
