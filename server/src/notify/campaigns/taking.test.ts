/** kill -9 while returned mail is taken. */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CampaignWorld, some } from '../../../../test/campaigns/world.ts';
import { openRecord } from '../../incident/testing.ts';
import { makeMaildir, putIntoMaildir } from '../../platform/mail/receive/index.ts';

const world = new CampaignWorld();
world.use();
const CHILD = new URL('../../../../test/campaigns/taking.child.ts', import.meta.url);
const MESSAGES = 12;

/** Takes, and is killed when so many are noted; whether it came to its end before. */
async function taking(folder: string, killAfter: number): Promise<boolean> {
  const child = fork(CHILD, [folder, world.now().toISOString()], {
    stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
  });
  let words = '';
  child.stderr?.on('data', (piece: Buffer) => {
    words += piece.toString();
  });
  child.on('message', (done) => {
    if (done === killAfter) child.kill('SIGKILL');
  });
  const code = await new Promise<number | null>((resolve) => child.once('exit', resolve));
  assert.equal(words, '');
  return code === 0;
}

test('a process that is killed while it takes returned mail loses none and notes none twice', async () => {
  const of = await world.sent(some(MESSAGES));
  const box = join(world.folder, 'returned');
  await makeMaildir(box);
  for (const [n, { from, to }] of world.sink.taken.entries())
    await putIntoMaildir(
      box,
      [
        Buffer.from(
          `Return-Path: <>\r\nDelivered-To: ${from}\r\nFrom: MAILER-DAEMON@mx.people.example\r\nSubject: failure notice\r\nMessage-ID: <${n}@mx>\r\n\r\nHi. This is the qmail-send program at mx.\r\n\r\n<${to}>:\r\n192.0.2.7 does not like recipient.\r\nRemote host said: 550 5.1.1 User unknown\r\n`,
        ),
      ],
      String(n).padStart(3, '0'),
    );
  await world.db.close();
  for (const killAfter of [1, 3, 4])
    assert.equal(await taking(world.folder, killAfter), false, 'it was killed');
  assert.equal(await taking(world.folder, Number.POSITIVE_INFINITY), true);
  world.db = await openRecord({ folder: world.folder, now: world.now });
  const rows = await world.db.rows<{ n: number }>('SELECT n FROM campaign_returns ORDER BY n');
  assert.deepEqual(
    rows.map(({ n }) => n),
    Array.from({ length: MESSAGES }, (_, n) => n),
  );
  assert.deepEqual(await world.sums(of), { 'other-channel': MESSAGES });
  assert.deepEqual([readdirSync(join(box, 'new')), readdirSync(join(box, 'cur'))], [[], []]);
});
