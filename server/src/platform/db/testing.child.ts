/** A process of its own for tests that race several, or end one in the midst of its work. */
import { setTimeout as sleep } from 'node:timers/promises';
import { ForthrightError } from '@forthright/contract';
import { FolderLock } from './folder.ts';
import { type DatabaseOptions, openDatabase } from './open.ts';
import type { Db } from './types.ts';

export type Order =
  | Readonly<{ do: 'lock'; directory: string; at: number }>
  | Readonly<{ do: 'open'; options: DatabaseOptions; at: number }>
  | Readonly<{ do: 'write'; from: number }>
  | Readonly<{ do: 'let go' }>;

export type Report =
  | Readonly<{ say: 'ready' | 'got it' | 'let go' }>
  | Readonly<{ say: 'refused'; code: string; message: string }>
  | Readonly<{ say: 'wrote'; n: number }>;

let held: { close(): Promise<void> } | undefined;

function say(report: Report): void {
  if (process.connected) process.send?.(report);
}

/** All at the same instant: a timer alone is milliseconds off. */
async function until(at: number): Promise<void> {
  await sleep(Math.max(0, at - Date.now() - 5));
  while (Date.now() < at);
}

async function attempt(at: number, take: () => Promise<{ close(): Promise<void> }>): Promise<void> {
  await until(at);
  try {
    held = await take();
    say({ say: 'got it' });
  } catch (error) {
    const code = error instanceof ForthrightError ? error.code : 'none';
    say({ say: 'refused', code, message: String(error) });
  }
}

/** One row in each of two tables per transaction, some of them long, told as soon as they are acknowledged. */
async function write(from: number): Promise<void> {
  for (let n = from; ; n++) {
    await (held as Db).transaction(async (tx) => {
      await tx.run(
        'INSERT INTO lefts VALUES (:n::int8, repeat(:n::int8::text, 1 + (:n::int8 * 7919 % 3000)::int4))',
        { n },
      );
      await tx.run('INSERT INTO rights VALUES (:n::int8)', { n });
    });
    say({ say: 'wrote', n });
  }
}

async function lock(directory: string) {
  const taken = await FolderLock.take(directory);
  return { close: () => taken.release() };
}

async function obey(order: Order): Promise<void> {
  switch (order.do) {
    case 'lock':
      return attempt(order.at, () => lock(order.directory));
    case 'open':
      return attempt(order.at, () => openDatabase(order.options));
    case 'write':
      return write(order.from);
    case 'let go':
      await held?.close();
      held = undefined;
      return say({ say: 'let go' });
  }
}

process.on('message', (rawOrder) => void obey(rawOrder as Order));
process.on('disconnect', () => process.exit());
say({ say: 'ready' });
