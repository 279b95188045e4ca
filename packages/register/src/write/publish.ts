import { mkdir, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import {
  encodeEntryBundle,
  entryBundlePath,
  HASH_BYTES,
  newTiles,
  parseCheckpoint,
  RegisterError,
  TILE_WIDTH,
  tilePath,
} from '../tree/index.ts';
import type { ReadTiles } from './prove.ts';

export type Publication = Readonly<{
  checkpoint: string;
  /** Size of the tree that is already published in the folder; 0 when none is. */
  publishedSize: number;
  readTiles: ReadTiles;
  /** Absent: the entries themselves stay private, and only hashes are published. */
  readEntries?: (first: number, count: number) => Promise<readonly Uint8Array[]>;
}>;

/**
 * Writes what C2SP tlog-tiles wants served under one URL as plain files: tiles, entries if they are given, and the
 * checkpoint last, so that nobody sees one whose tiles are not there yet.
 */
export async function publishStatic(directory: string, publication: Publication): Promise<void> {
  const { checkpoint, publishedSize, readTiles, readEntries } = publication;
  const { size } = parseCheckpoint(checkpoint, 'checkpoint');
  for (const tile of newTiles(publishedSize, size)) {
    const [bytes] = await readTiles([tile]);
    const wanted = tile.width * HASH_BYTES;
    if (bytes === undefined || bytes.length < wanted) {
      throw new RegisterError('tree-mismatch', tilePath(tile), `fewer than ${wanted} bytes are stored`);
    }
    await put(join(directory, tilePath(tile)), bytes.subarray(0, wanted));
    if (tile.level > 0 || readEntries === undefined) continue;
    const entries = await readEntries(tile.n * TILE_WIDTH, tile.width);
    await put(join(directory, entryBundlePath(tile)), encodeEntryBundle(entries));
  }
  await put(join(directory, 'checkpoint'), checkpoint);
}

/** Under another name first: a web server must never hand out half a file. */
async function put(path: string, content: Uint8Array | string): Promise<void> {
  await mkdir(dirname(path), { recursive: true });
  await writeFile(`${path}.part`, content);
  await rename(`${path}.part`, path);
}
