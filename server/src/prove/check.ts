/** The register against itself: whatever is stored twice must agree. */
import {
  decodeEntry,
  GrowingTree,
  isEqual,
  leafHash,
  newTiles,
  rootOf,
  TILE_WIDTH,
  toBase64,
  valueAt,
} from '@forthright/register';
import type { Reads } from '../platform/db/index.ts';
import { commitment, countTiles, entriesFrom, readLog, readTilesFrom, textsFrom } from './store.ts';

const PAGE = 1000;

/**
 * Computes the tree from the entries and compares frontier, tiles and commitments with it. What does not agree, as
 * sentences; empty when all does. Reads everything, a thousand entries at a time.
 */
export async function checkRegister(reads: Reads): Promise<string[]> {
  const log = await readLog(reads);
  if (log === undefined) return ['there is no register'];
  const { frontier } = log;
  const wrong: string[] = [];
  const tree = new GrowingTree();
  const nodes = new Map<string, Uint8Array>();
  for (let first = 0; ; first += PAGE) {
    const page = await entriesFrom(reads, first, PAGE);
    for (const { index, entry } of page) {
      if (index !== tree.size) return [`entry ${tree.size} is missing`];
      tree.add(leafHash(entry), 0, (height, at, hash) => {
        if (height % 8 === 0) nodes.set(`${height / 8}/${at}`, hash);
      });
    }
    wrong.push(...(await wrongTexts(reads, page)));
    if (page.length < PAGE) break;
  }
  if (tree.size !== frontier.size) wrong.push(`${tree.size} entries, but the frontier says ${frontier.size}`);
  if (!isEqual(tree.root(), rootOf(frontier))) wrong.push('the entries have another root than the frontier');
  return [...wrong, ...(await wrongTiles(reads, tree.size, nodes))];
}

type Page = Awaited<ReturnType<typeof entriesFrom>>;

async function wrongTexts(reads: Reads, page: Page): Promise<string[]> {
  const [first, last] = [page[0]?.index, page.at(-1)?.index];
  if (first === undefined || last === undefined) return [];
  const stated = new Map(page.map(({ index, entry }) => [index, decodeEntry(entry, `entry ${index}`)]));
  const texts = await textsFrom(reads, first, last + 1);
  return texts
    .filter(({ index, name, salt, value }) => {
      const entry = stated.get(index);
      return entry === undefined || valueAt(entry, `/texts/${name}`) !== commitment(name, salt, value);
    })
    .map(({ index, name }) => `text ${name} is not the one that entry ${index} is committed to`);
}

async function wrongTiles(
  reads: Reads,
  size: number,
  nodes: ReadonlyMap<string, Uint8Array>,
): Promise<string[]> {
  const tiles = newTiles(0, size);
  const wrong: string[] = [];
  const stored = await countTiles(reads);
  if (stored !== tiles.length) wrong.push(`${stored} tiles are stored, ${tiles.length} are due`);
  for (const [i, hashes] of (await readTilesFrom(reads)(tiles)).entries()) {
    const { level, n, width } = tiles[i] ?? { level: 0, n: 0, width: 0 };
    const due = Array.from({ length: width }, (_, at) => nodes.get(`${level}/${n * TILE_WIDTH + at}`) ?? []);
    if (toBase64(hashes) !== Buffer.concat(due.map((hash) => Uint8Array.from(hash))).toString('base64'))
      wrong.push(`tile ${level}/${n} is not that of the entries`);
  }
  return wrong;
}
