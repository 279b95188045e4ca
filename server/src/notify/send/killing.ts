/**
 * For tests: kills a process that sends, again and again, against a server that keeps its own truth, and counts for each
 * recipient. Nobody is missing; whoever got it twice was in doubt, and got the same bytes.
 */
import assert from 'node:assert/strict';
import { type ChildProcess, fork } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { randomly } from '../../platform/mail/testing.ts';
import type { Order, Report } from './killing.child.ts';

export type KillSettings = Readonly<{
  folder: string;
  kills: number;
  seed: number;
  people: number;
  connections: number;
}>;
export type Killed = Readonly<{ kills: number; inDoubt: number; twice: number; attemptedTwice: number }>;

const LONGEST_DELAY_MS = 120;
const CHILD = new URL('./killing.child.ts', import.meta.url);

/** A process that can be killed at any moment, and what it has reported until then. */
export class Killable<Order extends object, Report extends Readonly<{ say: string }>> {
  readonly process: ChildProcess;
  readonly #reports: Report[] = [];
  #wake: (() => void) | undefined;
  #isEnded = false;

  constructor(program: URL, order: Order) {
    this.process = fork(program, {
      stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    });
    this.process.on('message', (report: Report) => {
      this.#reports.push(report);
      this.#wake?.();
    });
    this.process.on('exit', () => {
      this.#isEnded = true;
      this.#wake?.();
    });
    this.process.send(order);
  }

  /** The first report of this kind; undefined when the process has ended without. */
  async report<K extends Report['say']>(say: K): Promise<(Report & { say: K }) | undefined> {
    while (true) {
      const found = this.#reports.find((each) => each.say === say);
      if (found !== undefined) return found as Report & { say: K };
      if (this.#isEnded) return undefined;
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  async kill(): Promise<void> {
    this.process.kill('SIGKILL');
    while (!this.#isEnded) await sleep(2);
  }
}

export async function killSenders({
  folder,
  kills,
  seed,
  people,
  connections,
}: KillSettings): Promise<Killed> {
  const random = randomly(seed);
  const truthFile = join(folder, 'truth');
  const keyFile = join(folder, 'dkim.pem');
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  writeFileSync(keyFile, privateKey.export({ type: 'pkcs8', format: 'pem' }));
  const sink = fork(new URL('./sink.child.ts', import.meta.url), [truthFile], {
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
  });
  let child: Killable<Order, Report> | undefined;
  try {
    const port = await new Promise<number>((resolve) => sink.once('message', resolve));
    const order: Order = { folder: join(folder, 'journal'), port, people, connections, keyFile };
    const everInDoubt = new Set<string>();
    let killed = 0;
    for (; killed < kills; killed++) {
      const at = `seed ${seed}, kill ${killed}`;
      child = new Killable<Order, Report>(CHILD, order);
      const begun = await child.report('begun');
      assert.ok(begun !== undefined, `${at}: it did not begin`);
      const fresh = begun.inDoubt.filter((id) => !everInDoubt.has(id));
      // Those of earlier kills are sent once more behind all others, and so may still be among them.
      assert.ok(fresh.length <= connections, `${at}: ${fresh.length} in doubt of ${connections} connections`);
      for (const id of fresh) everInDoubt.add(id);
      // Every fourth is killed before it has sent anything that it knows of.
      if (killed % 4 !== 0) await child.report('accepted');
      await sleep(random() * LONGEST_DELAY_MS);
      await child.kill();
    }
    child = new Killable<Order, Report>(CHILD, order);
    const begun = await child.report('begun');
    for (const id of begun?.inDoubt ?? []) everInDoubt.add(id);
    const finished = await child.report('finished');
    assert.ok(finished !== undefined, `seed ${seed}: the last one did not finish`);
    return count(readFileSync(truthFile, 'utf8'), { finished, everInDoubt, people, kills: killed, seed });
  } finally {
    await child?.kill();
    sink.disconnect();
  }
}

/** What the server took: by recipient, the hash of each message. */
export function copiesIn(truth: string): Map<string, string[]> {
  const copies = new Map<string, string[]>();
  for (const line of truth.trimEnd().split('\n')) {
    const [to = '', sum = ''] = line.split(' ');
    copies.set(to, [...(copies.get(to) ?? []), sum]);
  }
  return copies;
}

function count(
  truth: string,
  found: Readonly<{
    finished: Report & { say: 'finished' };
    everInDoubt: ReadonlySet<string>;
    people: number;
    kills: number;
    seed: number;
  }>,
): Killed {
  const { finished, everInDoubt, people, kills, seed } = found;
  const copies = copiesIn(truth);
  let twice = 0;
  for (let n = 0; n < people; n++) {
    const id = `ntc_${n}`;
    const got = copies.get(`person${n}@customer.example`) ?? [];
    const at = `seed ${seed}, ${id}, ${got.length} times`;
    const isListed = finished.attemptedTwice.includes(id);
    assert.ok(got.length > 0 || isListed, `${at}: nobody told this person, and nothing says so`);
    assert.ok(got.length <= 2, `${at}: too often`);
    if (got.length < 2) continue;
    twice++;
    assert.ok(everInDoubt.has(id) || isListed, `${at}: twice, and never in doubt`);
    assert.equal(got[0], got[1], `${at}: not the same bytes`);
  }
  assert.equal(
    copies.size +
      finished.attemptedTwice.filter((id) => !copies.has(`person${id.slice(4)}@customer.example`)).length,
    people,
  );
  assert.equal(
    (finished.sums.settled ?? 0) + (finished.sums['attempted-twice'] ?? 0),
    people,
    JSON.stringify(finished.sums),
  );
  return { kills, inDoubt: everInDoubt.size, twice, attemptedTwice: finished.attemptedTwice.length };
}
