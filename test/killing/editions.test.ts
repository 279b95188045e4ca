import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { readdir, readFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { editionOperations } from '../../server/src/answer/index.ts';
import { killInEveryDeed } from '../../server/src/incident/killing.ts';
import { DEEDS } from './editions.child.ts';

const KILLS = 4;
const SEED = 20_261_122;
const work = mkdtempSync(join(tmpdir(), 'forthright-kill-editions-'));
after(() => rmSync(work, { recursive: true, force: true }));

test(`kill -9 in the midst of what is done with editions, ${KILLS} times (seed ${SEED}): no deed without entry, and every page that lies there is whole`, async () => {
  const changing = editionOperations({})
    // `check-edition` keeps nothing (see all.test.ts).
    .filter(({ method, name }) => method !== 'GET' && name !== 'check-edition')
    .map(({ name }) => name);
  const names = Object.keys(DEEDS);
  for (const name of changing) assert.ok(names.includes(name), name);
  const child = new URL('./editions.child.ts', import.meta.url);
  const { acknowledged } = await killInEveryDeed({ rounds: KILLS, seed: SEED, folder: work, child, names });
  assert.ok(acknowledged > KILLS, `only ${acknowledged} deeds were acknowledged`);
  await wholePages(join(work, 'public', 'incidents'));
});

/** Whenever it was killed: each page is one to its end, each edition has all its files, each link leads to one of them. */
async function wholePages(folder: string): Promise<void> {
  const paths = await readdir(folder, { recursive: true });
  const pages = paths.filter((path) => path.endsWith('.html'));
  assert.ok(pages.length > 0);
  for (const path of pages) {
    const page = await readFile(join(folder, path), 'utf8');
    assert.match(page, /^<!doctype html>[\s\S]*<\/html>\n$/, path);
    for (const [, edition] of page.matchAll(/href="(\d+\/edition\.json)"/g))
      await readFile(join(folder, path, '..', edition ?? ''));
  }
  for (const path of paths.filter((one) => one.endsWith('edition.json'))) {
    const { files } = JSON.parse(await readFile(join(folder, path), 'utf8')) as {
      files: Record<string, string>;
    };
    for (const [name, hash] of Object.entries(files)) {
      const content = await readFile(join(folder, path, '..', name));
      assert.equal(createHash('sha256').update(content).digest('hex'), hash, `${path} ${name}`);
    }
  }
}
