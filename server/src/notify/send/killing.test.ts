import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { killSenders } from './killing.ts';

test('kill -9 of a process that sends: nobody is missing, and only who was in doubt is told twice, in the same bytes', {
  timeout: 300_000,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'forthright-kill-send-'));
  const seed = Date.now() & 0x7fffffff;
  try {
    const found = await killSenders({ folder, kills: 10, seed, people: 3000, connections: 8 });
    t.diagnostic(JSON.stringify({ seed, ...found }));
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
