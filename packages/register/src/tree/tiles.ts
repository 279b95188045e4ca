import { RegisterError } from './errors.ts';
import { HASH_BYTES, type Hash, nodeHash } from './hash.ts';
import { type Range, type Subtree, subtreesOf } from './ranges.ts';

/** Hashes in a full tile, and entries in a full entry bundle (C2SP tlog-tiles). */
export const TILE_WIDTH = 256;
const TILE_HEIGHT = 8;
/** Entry bundles hold the length of an entry in two bytes. */
export const LARGEST_ENTRY_BYTES = 65_535;

/** The `n`-th tile of a level; `width` is below 256 when the tree does not fill it. */
export type Tile = Readonly<{ level: number; n: number; width: number }>;

/** `tile/0/x001/x234/067`, with `.p/17` behind it when only 17 wide. */
export function tilePath({ level, n, width }: Tile): string {
  return `tile/${level}/${numberPath(n, width)}`;
}

/** `tile/entries/x001/x234/067`, for the entries under a tile of level 0. */
export function entryBundlePath({ n, width }: Omit<Tile, 'level'>): string {
  return `tile/entries/${numberPath(n, width)}`;
}

function numberPath(n: number, width: number): string {
  const digits = String(n);
  const padded = digits.padStart(Math.ceil(digits.length / 3) * 3, '0');
  const parts = padded.match(/.{3}/g) ?? [];
  const path = parts.map((part, i) => (i === parts.length - 1 ? part : `x${part}`)).join('/');
  return width === TILE_WIDTH ? path : `${path}.p/${width}`;
}

/** The tiles of a tree of `size` that one of `oldSize` did not have, or had narrower: what must be published. */
export function newTiles(oldSize: number, size: number): Tile[] {
  const tiles: Tile[] = [];
  for (let level = 0; ; level += 1) {
    const hashes = Math.floor(size / TILE_WIDTH ** level);
    const before = Math.floor(oldSize / TILE_WIDTH ** level);
    if (hashes === 0) return tiles;
    if (hashes === before) continue;
    for (let n = Math.floor(before / TILE_WIDTH); n * TILE_WIDTH < hashes; n += 1) {
      tiles.push({ level, n, width: Math.min(TILE_WIDTH, hashes - n * TILE_WIDTH) });
    }
  }
}

/** Where a full subtree's hash comes from: some hashes of a tile, from `offset` on. */
type Place = Readonly<{ tile: Tile; offset: number }>;

function placeOf({ level, index }: Subtree, size: number): Place {
  const tileLevel = Math.floor(level / TILE_HEIGHT);
  const count = 2 ** (level % TILE_HEIGHT);
  const first = index * count;
  const n = Math.floor(first / TILE_WIDTH);
  const width = Math.min(TILE_WIDTH, Math.floor(size / TILE_WIDTH ** tileLevel) - n * TILE_WIDTH);
  return { tile: { level: tileLevel, n, width }, offset: first - n * TILE_WIDTH };
}

const nameOf = ({ level, n }: Tile): string => `${level}/${n}`;

/** The tiles of a tree of `size` that hold what these ranges hash to, each once. */
export function tilesFor(ranges: readonly Range[], size: number): Tile[] {
  const places = ranges.flatMap(subtreesOf).map((subtree) => placeOf(subtree, size).tile);
  return [...new Map(places.map((tile) => [nameOf(tile), tile])).values()];
}

/** What tiles hold, by `tilesFor`. A tile that has grown since may be given in its later, wider form. */
export class TileContents {
  readonly #bytes = new Map<string, Uint8Array>();
  readonly #computed = new Map<string, Hash>();
  readonly #size: number;
  constructor(size: number, tiles: readonly Tile[], contents: readonly Uint8Array[]) {
    this.#size = size;
    for (const [i, tile] of tiles.entries()) {
      const bytes = contents[i];
      if (bytes === undefined || bytes.length < tile.width * HASH_BYTES) {
        const message = `${bytes?.length ?? 0} bytes are stored, ${tile.width * HASH_BYTES} are needed`;
        throw new RegisterError('tree-mismatch', tilePath(tile), message);
      }
      this.#bytes.set(nameOf(tile), bytes);
    }
  }

  /** The root of the tree over these leaves alone. What is computed once is kept: neighbours share most of it. */
  hashOf(range: Range): Hash {
    const hashes = subtreesOf(range).map(({ level, index }) => this.#subtree(level, index));
    return hashes.reduceRight((right, left) => nodeHash(left, right));
  }

  #subtree(level: number, index: number): Hash {
    if (level % TILE_HEIGHT === 0) return this.#stored({ level, index });
    const name = `${level}/${index}`;
    const known = this.#computed.get(name);
    if (known !== undefined) return known;
    const left = this.#subtree(level - 1, 2 * index);
    const hash = nodeHash(left, this.#subtree(level - 1, 2 * index + 1));
    this.#computed.set(name, hash);
    return hash;
  }

  #stored(subtree: Subtree): Hash {
    const { tile, offset } = placeOf(subtree, this.#size);
    const bytes = this.#bytes.get(nameOf(tile));
    if (bytes === undefined) throw new RegisterError('tree-mismatch', tilePath(tile), 'the tile is missing');
    return bytes.subarray(offset * HASH_BYTES, (offset + 1) * HASH_BYTES);
  }
}

/** An entry bundle: each entry behind its length in two bytes, big-endian. */
export function encodeEntryBundle(entries: readonly Uint8Array[]): Uint8Array {
  return Buffer.concat(
    entries.flatMap((entry, i) => {
      if (entry.length > LARGEST_ENTRY_BYTES) throw tooLong(`entry ${i}`, entry.length);
      return [Uint8Array.of(entry.length >> 8, entry.length & 0xff), entry];
    }),
  );
}

/** The entries of a bundle that must hold `width` of them and nothing else. */
export function parseEntryBundle(bytes: Uint8Array, width: number, at: string): Uint8Array[] {
  const entries: Uint8Array[] = [];
  let offset = 0;
  while (offset < bytes.length && entries.length < width) {
    const length = ((bytes[offset] ?? 0) << 8) | (bytes[offset + 1] ?? 0);
    const end = offset + 2 + length;
    if (end > bytes.length) break;
    entries.push(bytes.subarray(offset + 2, end));
    offset = end;
  }
  if (entries.length !== width || offset !== bytes.length) {
    throw new RegisterError('malformed', at, `not ${width} entries behind their lengths and nothing else`);
  }
  return entries;
}

export function tooLong(at: string, bytes: number): RegisterError {
  const message = `${bytes} bytes; an entry has at most ${LARGEST_ENTRY_BYTES}`;
  return new RegisterError('entry-refused', at, message);
}
