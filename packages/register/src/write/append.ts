import {
  type Frontier,
  GrowingTree,
  HASH_BYTES,
  type Hash,
  LARGEST_ENTRY_BYTES,
  leafHash,
  TILE_WIDTH,
  tooLong,
} from '../tree/index.ts';

/** Hashes to be put behind those that a stored tile has: it has `offset` of them before, none when `offset` is 0. */
export type TileAppend = Readonly<{ level: number; n: number; offset: number; hashes: Uint8Array }>;

/** What appending some entries changes. Everything that has to be stored is in it. */
export type Appended = Readonly<{
  /** Index of the first new entry; the others follow. */
  first: number;
  leaves: readonly Hash[];
  before: Frontier;
  after: Frontier;
  root: Hash;
  tiles: readonly TileAppend[];
}>;

/**
 * Appends entries to the tree with this right edge, without reading anything else: n leaves cost 2n hashes and
 * log(size) more. Pure: nothing has happened until the caller stores the result. Refuses an entry of more than
 * 65,535 bytes.
 */
export function append(before: Frontier, entries: readonly Uint8Array[]): Appended {
  const tree = new GrowingTree(before);
  const runs = new Map<string, { level: number; n: number; offset: number; hashes: Hash[] }>();
  const keep = (height: number, index: number, hash: Hash): void => {
    if (height % 8 !== 0) return;
    const [level, n] = [height / 8, Math.floor(index / TILE_WIDTH)];
    const run = runs.get(`${level}/${n}`);
    if (run === undefined)
      runs.set(`${level}/${n}`, { level, n, offset: index % TILE_WIDTH, hashes: [hash] });
    else run.hashes.push(hash);
  };
  const leaves = entries.map((entry, i) => {
    if (entry.length > LARGEST_ENTRY_BYTES) throw tooLong(`entry ${before.size + i}`, entry.length);
    return leafHash(entry);
  });
  for (const leaf of leaves) tree.add(leaf, 0, keep);
  const tiles = [...runs.values()].map(({ hashes, ...place }) => ({
    ...place,
    hashes: Buffer.concat(hashes, hashes.length * HASH_BYTES),
  }));
  return { first: before.size, leaves, before, after: tree.frontier(), root: tree.root(), tiles };
}

/** Where a tree is kept. Both functions work inside the transaction of the deed that is being recorded. */
export type TreeStore<Tx> = Readonly<{
  /** The stored frontier; nobody else gets it until the transaction ends. */
  lockFrontier: (tx: Tx) => Promise<Frontier>;
  /** Stores entries, tiles and the new frontier. Must refuse when a tile does not have `offset` hashes yet. */
  saveAppended: (tx: Tx, appended: Appended, entries: readonly Uint8Array[]) => Promise<void>;
}>;

/** Appends entries within the caller's transaction: they are in the register exactly if that commits. */
export async function appendEntries<Tx>(
  store: TreeStore<Tx>,
  tx: Tx,
  entries: readonly Uint8Array[],
): Promise<Appended> {
  const appended = append(await store.lockFrontier(tx), entries);
  await store.saveAppended(tx, appended, entries);
  return appended;
}
