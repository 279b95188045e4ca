import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { checkMessage } from './index.ts';
import { LETTERHEAD, type Sent, world } from './testing.ts';

const ARCHIVE = ['../shared', '../../shared']
  .map((folder) => join(folder, 'data', 'forwarded.tar.gz'))
  .find((path) => existsSync(path));

test('what real programs wrote around a forwarded message leaves ours genuine, and never makes it not ours', {
  skip: ARCHIVE === undefined && 'forwarded.tar.gz is not here',
}, async (t) => {
  const folder = await mkdtemp(join(tmpdir(), 'forthright-forwards-'));
  const all = await world();
  try {
    assert.equal(spawnSync('tar', ['xzf', ARCHIVE ?? '', '-C', folder]).status, 0);
    const [anna] = all.sent as [Sent];
    const told = new Map<string, string[]>();
    for (const name of await readdir(join(folder, 'forwarded'))) {
      const form = await readFile(join(folder, 'forwarded', name), 'utf8');
      const prefix = /^[ >]*(?=Aenean)/m.exec(form)?.[0] ?? '';
      const text = anna.text.trimEnd().replaceAll('\n', `\n${prefix.includes('>') ? prefix : ''}`);
      const ours = form
        .replace(/Aenean quis[\s\S]*massa sagittis eget\./, () => text)
        .replace(
          /^[> \t]*(?:Cc|CC|Kopie|Kopi|Kopia|Copia|Cópia|Dw|DW|Másolat|Kopio|Kópia|Kopija|Копія|Koopia)\s*:?[^\n]*@[^\n]*\n/gmu,
          '',
        )
        .replace(/(?:Cc|CC|Kopie|Dw|Kopio)\s?:?\s?Walter[^\n]*?globex\.corp>/g, '')
        .replaceAll('John Doe', LETTERHEAD.name)
        .replaceAll('john.doe@acme.com', LETTERHEAD.address)
        .replaceAll(/(?:;|,) ?suzanne@globex\.corp(?: <suzanne@globex\.corp>)?/g, '')
        .replaceAll('bessie.berry@acme.com', anna.address)
        .replaceAll('Integer consequat non purus', anna.subject);
      if (!ours.includes('7KQ4')) continue;
      const { verdict, reasons } = await checkMessage({ bytes: Buffer.from(ours) }, all.server);
      told.set(verdict, [...(told.get(verdict) ?? []), `${name} ${reasons.map(({ is }) => is).join(',')}`]);
      assert.notEqual(verdict, 'not-ours', name);
    }
    for (const [verdict, names] of told)
      t.diagnostic(`${verdict}: ${names.length} ${verdict === 'genuine-touched' ? '' : names.join('; ')}`);
    assert.ok((told.get('genuine-touched')?.length ?? 0) >= 35);
  } finally {
    await all.close();
    await rm(folder, { recursive: true, force: true });
  }
});
