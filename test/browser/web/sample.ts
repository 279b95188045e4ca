/**
 * The sample incident of the first visit: what a run answers over a small synthetic marketplace.
 * `node test/browser/web/sample.ts` writes it; the journey's own run over the same marketplace is held against it.
 */
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { forthright } from '../../journeys/command.ts';
import { generateMarketplace } from '../../marketplace/index.ts';

export const SAMPLE_MARKET = { customers: 20_000, lines: 200_000, seed: 7 };
export const SAMPLE_FILE = fileURLToPath(new URL('../../../web/src/start/sample.json', import.meta.url));
export type Sample = Readonly<{ text: string; sha256: string }>;

export const readSample = (): Sample => JSON.parse(readFileSync(SAMPLE_FILE, 'utf8'));

async function writeSample(): Promise<void> {
  const shop = mkdtempSync(join(tmpdir(), 'forthright-sample-'));
  try {
    await generateMarketplace({ directory: shop, ...SAMPLE_MARKET });
    const { code, stdout, stderr } = await forthright(['scope', 'incident.yaml', '--json'], shop);
    if (code !== 0) throw new Error(stderr);
    const text = JSON.stringify(JSON.parse(stdout));
    const sha256 = createHash('sha256').update(text).digest('hex');
    writeFileSync(SAMPLE_FILE, `${JSON.stringify({ text, sha256 }, null, 2)}\n`);
  } finally {
    rmSync(shop, { recursive: true, force: true });
  }
}

if (import.meta.main) await writeSample();
