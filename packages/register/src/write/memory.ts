import {
  EMPTY_FRONTIER,
  type Frontier,
  HASH_BYTES,
  RegisterError,
  TILE_WIDTH,
  type Tile,
  tilePath,
} from '../tree/index.ts';
import type { Appended, TreeStore } from './append.ts';

type StoredTile = { bytes: Uint8Array; used: number };

/** A log that ends with the process: for tests, benchmarks, and as the pattern of a real store. It has no transactions. */
export class MemoryLog implements TreeStore<null> {
  readonly entries: Uint8Array[] = [];
  readonly #tiles = new Map<string, StoredTile>();
  #frontier: Frontier = EMPTY_FRONTIER;

  readonly lockFrontier = async (_tx: null): Promise<Frontier> => this.#frontier;

  readonly saveAppended = async (
    _tx: null,
    { before, after, tiles }: Appended,
    entries: readonly Uint8Array[],
  ): Promise<void> => {
    if (before.size !== this.#frontier.size) {
      throw new RegisterError('tree-mismatch', 'frontier', 'somebody else has appended meanwhile');
    }
    for (const { level, n, offset, hashes } of tiles) {
      const key = `${level}/${n}`;
      const tile = this.#tiles.get(key) ?? { bytes: new Uint8Array(TILE_WIDTH * HASH_BYTES), used: 0 };
      if (tile.used !== offset * HASH_BYTES) {
        throw new RegisterError('tree-mismatch', `tile ${key}`, `does not have ${offset} hashes`);
      }
      tile.bytes.set(hashes, tile.used);
      tile.used += hashes.length;
      this.#tiles.set(key, tile);
    }
    for (const entry of entries) this.entries.push(entry);
    this.#frontier = after;
  };

  readonly readTiles = async (tiles: readonly Tile[]): Promise<Uint8Array[]> =>
    tiles.map((tile) => {
      const stored = this.#tiles.get(`${tile.level}/${tile.n}`);
      if (stored === undefined) throw new RegisterError('tree-mismatch', tilePath(tile), 'no such tile');
      return stored.bytes.subarray(0, stored.used);
    });
}
