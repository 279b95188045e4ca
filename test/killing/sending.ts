/**
 * For tests: kills a process that sends a campaign, again and again, against a server that keeps its own truth, and counts
 * for each recipient. Nobody is missing; whoever got it twice was in doubt, and got the same bytes.
 */
import assert from 'node:assert/strict';
import { fork } from 'node:child_process';
import { mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { copiesIn, Killable, type Killed, type KillSettings } from '../../server/src/notify/send/killing.ts';
import { randomly } from '../../server/src/platform/mail/testing.ts';
import type { Order, Report } from './sending.child.ts';

const LONGEST_DELAY_MS = 400;
/** So that there is something left to be killed in. */
const THINK_MS = 15;
const CHILD = new URL('./sending.child.ts', import.meta.url);

const total = (sums: Readonly<Record<string, number>>): number =>
  Object.values(sums).reduce((a, b) => a + b, 0);

export async function killCampaigns(settings: KillSettings): Promise<Killed> {
  const { folder, kills, seed, people, connections } = settings;
  const random = randomly(seed);
  const truth = join(folder, 'truth');
  const data = join(folder, 'data');
  mkdirSync(data, { mode: 0o700 });
  const sink = fork(
    new URL('../../server/src/notify/send/sink.child.ts', import.meta.url),
    [truth, String(THINK_MS)],
    {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    },
  );
  let child: Killable<Order, Report> | undefined;
  try {
    const port = await new Promise<number>((resolve) => sink.once('message', resolve));
    const everInDoubt = new Set<string>();
    let minutes = 0;
    const start = () => {
      const order = { folder: data, port, people, connections, minutes };
      minutes += 16;
      return new Killable<Order, Report>(CHILD, order);
    };
    const begun = async (started: ReturnType<typeof start>, at: string) => {
      const report = await started.report('begun');
      const found = report ?? (await started.report('finished'));
      assert.ok(report !== undefined, `${at}: it did not begin, ${JSON.stringify(found)}`);
      const { all = 0, ...sums } = report.sums;
      assert.deepEqual([total(sums), all], [people, people], `${at}: ${JSON.stringify(sums)}`);
      const fresh = report.inDoubt.filter((address) => !everInDoubt.has(address));
      assert.ok(fresh.length <= connections, `${at}: ${fresh.length} in doubt of ${connections} connections`);
      for (const address of fresh) everInDoubt.add(address);
    };
    for (let killed = 0; killed < kills; killed++) {
      child = start();
      await begun(child, `seed ${seed}, kill ${killed}`);
      // Every fourth is killed before it has sent anything that it knows of.
      if (killed % 4 !== 0) await child.report('accepted');
      await sleep(random() * LONGEST_DELAY_MS);
      await child.kill();
    }
    child = start();
    await begun(child, `seed ${seed}, the last`);
    const finished = await child.report('finished');
    assert.ok(finished !== undefined, `seed ${seed}: the last one did not finish`);
    return count(copiesIn(readFileSync(truth, 'utf8')), { finished, everInDoubt, settings });
  } finally {
    await child?.kill();
    sink.disconnect();
  }
}

function count(
  copies: ReadonlyMap<string, readonly string[]>,
  found: Readonly<{
    finished: Report & { say: 'finished' };
    everInDoubt: ReadonlySet<string>;
    settings: KillSettings;
  }>,
): Killed {
  const { finished, everInDoubt, settings } = found;
  const { kills, people, seed } = settings;
  let twice = 0;
  for (let n = 0; n < people; n++) {
    const address = `person-${n}@people.example`;
    const got = copies.get(address) ?? [];
    const at = `seed ${seed}, ${address}, ${got.length} times`;
    const isListed = finished.attemptedTwice.includes(address);
    assert.ok(got.length > 0 || isListed, `${at}: nobody told this person, and nothing says so`);
    assert.ok(got.length <= 2, `${at}: too often`);
    if (got.length < 2) continue;
    twice++;
    assert.ok(everInDoubt.has(address) || isListed, `${at}: twice, and never in doubt`);
    assert.equal(got[0], got[1], `${at}: not the same bytes`);
  }
  const { accepted = 0, 'attempted-twice': attemptedTwice = 0 } = finished.sums;
  assert.equal(accepted + attemptedTwice, people, JSON.stringify(finished.sums));
  return { kills, inDoubt: everInDoubt.size, twice, attemptedTwice };
}
