import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { killCampaigns } from './sending.ts';

test('kill -9 of a process that sends a campaign: sums add up at every start, nobody is missing, and only who was in doubt is told twice, in the same bytes', {
  timeout: 900_000,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'forthright-kill-campaign-'));
  const seed = Date.now() & 0x7fffffff;
  try {
    const found = await killCampaigns({ folder, kills: 4, seed, people: 600, connections: 8 });
    t.diagnostic(JSON.stringify({ seed, ...found }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
