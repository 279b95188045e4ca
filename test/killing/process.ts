/** A process that does deeds until it is killed. It looks at the whole record first, as it was left by the one before. */

import { join } from 'node:path';
import { type Changed, ROLES } from '@forthright/contract';
import { openFiles } from '../../server/src/incident/files.ts';
import { actor, databaseOf, ORIGIN, schema } from '../../server/src/incident/testing.ts';
import { openDatabase, type Reads } from '../../server/src/platform/db/index.ts';
import { openReady } from '../../server/src/platform/db/ready.ts';
import { type Asked, continueRegister, keyFolder, openRegister } from '../../server/src/prove/index.ts';

export type Order = Readonly<{
  folder: string;
  url?: string | undefined;
  /** Later than any time of the processes before. */
  at: number;
  /** The operation to end up in, and how many others come first. */
  target: string;
  before: readonly string[];
  /** Deeds that were acknowledged to earlier processes, by their entries. */
  acknowledged: readonly number[];
}>;

export type Report =
  | Readonly<{ say: 'looked'; wrong: readonly string[]; wasStopped: boolean }>
  | Readonly<{ say: 'doing'; name: string; isTarget: boolean }>
  | Readonly<{ say: 'done'; entry: number | undefined }>;

export type World = Readonly<{
  asked: Asked;
  folder: string;
  does: <T>(work: () => Promise<T>) => Promise<T>;
}>;

/** Each makes what must come before, and then does the one thing; the answer's entry is what was acknowledged. */
export type Deeds = Readonly<
  Record<string, (world: World) => Promise<Pick<Changed, 'entry'> | number | undefined>>
>;

/** What is wrong with the record, as sentences. */
export type AlsoWrong = (reads: Reads, folder: string) => Promise<string[]>;

export type Orders = Readonly<{ deeds: Deeds; alsoWrong: AlsoWrong }>;

/** Opens the register over a database that is open, as a start of the server does. */
export const openIn = ({ db, now }: Pick<Asked, 'db' | 'now'>, folder: string) =>
  openRegister({ db, folder, origin: ORIGIN, keys: keyFolder(join(folder, 'keys')), now });

const say = (report: Report): void => {
  if (process.connected) process.send?.(report);
};

async function obey(
  { deeds, alsoWrong }: Orders,
  { folder, url, at: begin, target, before, acknowledged }: Order,
): Promise<void> {
  let at = begin;
  /** Hours pass between deeds, so that a checkpoint is due each time. */
  const now = () => {
    at += 3_600_000;
    return new Date(at);
  };
  const db = await (url === undefined
    ? openReady(databaseOf(folder), schema)
    : openDatabase({ kind: 'server', url, schema }));
  const asked: Asked = { db, actor: actor('usr_ada', ...ROLES), now };
  await openFiles(db, folder, { now });
  const state = await openIn(asked, folder);
  if (state.kind === 'stopped') await continueRegister(asked, 'It was cut short.');
  const kept = await db.rows<{ n: number }>(
    'SELECT count(*)::int4 AS n FROM register_entries WHERE index = ANY (:acknowledged::int8[])',
    { acknowledged },
  );
  const lost = acknowledged.length - (kept[0]?.n ?? 0);
  const wrong = [
    ...(await alsoWrong(db, folder)),
    ...(lost === 0 ? [] : [`${lost} acknowledged entries are lost`]),
  ];
  say({ say: 'looked', wrong, wasStopped: state.kind === 'stopped' });
  for (const name of [...before, target]) {
    const isTarget = name === target;
    const does = <T>(work: () => Promise<T>): Promise<T> => {
      say({ say: 'doing', name, isTarget });
      return work();
    };
    const made = await deeds[name]?.({ asked, folder, does });
    say({ say: 'done', entry: typeof made === 'object' ? made.entry : made });
  }
}

/** Does what it is told by the process that began this one. */
export function takeOrders(orders: Orders): void {
  process.on('message', (rawOrder) => void obey(orders, rawOrder as Order));
  process.on('disconnect', () => process.exit());
}
