import {
  consistencyRanges,
  type Hash,
  inclusionRanges,
  type Range,
  type Tile,
  TileContents,
  tilesFor,
} from '../tree/index.ts';

/** Reads stored tiles, in the order asked for. A tile that has grown since may come whole. */
export type ReadTiles = (tiles: readonly Tile[]) => Promise<readonly Uint8Array[]>;

/** The roots of these runs of leaves, in a tree of `size`: one call of `readTiles`, of log(size) tiles for each run. */
export async function hashRanges(
  readTiles: ReadTiles,
  ranges: readonly Range[],
  size: number,
): Promise<Hash[]> {
  const tiles = tilesFor(ranges, size);
  const contents = new TileContents(size, tiles, await readTiles(tiles));
  return ranges.map((range) => contents.hashOf(range));
}

/** That the entry at `index` stands in the tree of `size` entries. Refuses an index that is not in it. */
export async function proveInclusion(readTiles: ReadTiles, index: number, size: number): Promise<Hash[]> {
  return hashRanges(readTiles, inclusionRanges(index, size), size);
}

/** That the tree of `size` begins with that of `oldSize`, which must not be empty. */
export async function proveConsistency(readTiles: ReadTiles, oldSize: number, size: number): Promise<Hash[]> {
  return hashRanges(readTiles, consistencyRanges(oldSize, size), size);
}
