import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { test } from 'node:test';
import { Killable } from '../../server/src/notify/send/killing.ts';
import { randomly } from '../../server/src/platform/mail/testing.ts';
import type { Order, Report } from './posting.child.ts';

const KILLS = 2;
const PEOPLE = 230;
/** So many are posted before they are noted. */
const AT_ONCE = 100;

test('kill -9 of a process that posts copies: nobody is missing, each is told by one entry, and what comes again has the same id', {
  timeout: 600_000,
}, async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'forthright-kill-posting-'));
  const seed = Date.now() & 0x7fffffff;
  const random = randomly(seed);
  const idsOf = new Map<string, string[]>();
  let sinceStart = 0;
  let killAfter = Number.POSITIVE_INFINITY;
  let reached = () => {};
  const hook = createServer(async (request, response) => {
    const { data } = (await json(request)) as { data: { person: string } };
    const id = String(request.headers['webhook-id']);
    idsOf.set(data.person, [...(idsOf.get(data.person) ?? []), id]);
    sinceStart += 1;
    // The last one before the kill may be taken without an answer, as whoever is killed never knows.
    if (sinceStart === killAfter) reached();
    else response.writeHead(204).end();
  });
  await new Promise<void>((resolve) => hook.listen(0, '127.0.0.1', resolve));
  const { port } = hook.address() as AddressInfo;
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  let child: Killable<Order, Report> | undefined;
  const start = (n: number) =>
    new Killable<Order, Report>(new URL('./posting.child.ts', import.meta.url), {
      folder: data,
      url: `http://127.0.0.1:${port}/`,
      people: PEOPLE,
      minutes: n * 16,
    });
  try {
    for (let killed = 0; killed < KILLS; killed += 1) {
      sinceStart = 0;
      killAfter = 1 + Math.floor(random() * 1.2 * AT_ONCE);
      const isReached = new Promise<void>((resolve) => {
        reached = resolve;
      });
      child = start(killed);
      assert.ok(await child.report('begun'), `seed ${seed}, kill ${killed}`);
      await isReached;
      await child.kill();
    }
    killAfter = Number.POSITIVE_INFINITY;
    child = start(KILLS);
    const finished = await child.report('finished');
    assert.ok(finished?.say === 'finished', `seed ${seed}: the last one did not finish`);
    const at = `seed ${seed}`;
    assert.equal(finished.told.length, PEOPLE, at);
    assert.deepEqual(finished.states, ['sent'], at);
    assert.deepEqual(finished.taken.flat().sort(), [...finished.told].sort(), `${at}: each by one entry`);
    assert.deepEqual([...idsOf.keys()].sort(), [...finished.told].sort(), `${at}: told, and never posted`);
    const again = [...idsOf.values()].filter((ids) => ids.length > 1);
    for (const ids of idsOf.values()) assert.equal(new Set(ids).size, 1, `${at}: under another id`);
    assert.ok(again.length <= KILLS * AT_ONCE, `${at}: ${again.length} came again`);
    t.diagnostic(JSON.stringify({ seed, again: again.length }));
  } finally {
    await child?.kill();
    hook.closeAllConnections();
    await new Promise((resolve) => hook.close(resolve));
    rmSync(folder, { recursive: true, force: true });
  }
});
