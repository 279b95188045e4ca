/**
 * Checking at its busiest: `node bench/check.ts [--leaves 100000,1000000,10000000] [--rate 500] [--seconds 20]`. For each size: makes
 * a batch, seals it and writes its static files; then a server of its own is asked, by HTTP, whether codes were sent to
 * addresses, so many times a second and whether or not the answer before has come. At last a notice of 100 KB is checked
 * as an upload. Whoever asks has a loopback address for every fifty requests, since the server limits each.
 */
import { type ChildProcess, fork } from 'node:child_process';
import { createHash, randomBytes } from 'node:crypto';
import { mkdir, mkdtemp, rm } from 'node:fs/promises';
import { Agent, request } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { answerEntrances } from '../server/src/answer/entrances.ts';
import { checkMessage, openFolder, writeAnswerFolder } from '../server/src/answer/index.ts';
import { placeOf, sumsIn } from '../server/src/answer/sums.ts';
import { TAG, world } from '../server/src/answer/testing.ts';
import { makeServer } from '../server/src/http/index.ts';
import { World } from '../server/src/http/testing.ts';
import {
  type Batch,
  BatchMaker,
  type Code,
  commitmentInput,
  groupsOf,
  keepSums,
  makeCode,
} from '../server/src/prove/codes/index.ts';

const LETTERHEAD = {
  name: 'Marlow Market',
  address: 'privacy@marlow.example',
  replyTo: 'privacy@marlow.example',
};
const KNOWN_CODES = 20_000;
const REQUESTS_OF_ONE = 50;

type Pair = Readonly<{ code: string; address: string }>;

const addressOf = (n: number): string => `person-${n}@people.example`;
const sha256 = (bytes: Uint8Array): Buffer => createHash('sha256').update(bytes).digest();

/** The folder of such a batch, and some of its codes. */
async function makeBatch(
  folder: string,
  leaves: number,
): Promise<Readonly<{ pairs: readonly Pair[]; batch: Batch }>> {
  const maker = new BatchMaker(TAG, join(folder, 'sorting'));
  const pairs: Pair[] = [];
  const every = Math.max(1, Math.floor(leaves / KNOWN_CODES));
  const began = performance.now();
  const cpu = process.cpuUsage();
  for (let n = 0; n < leaves; n += 1) {
    const code: Code = makeCode(TAG, randomBytes(10));
    const commitment = sha256(commitmentInput(addressOf(n), code));
    // As long as a body's hash, and as unlike any other.
    await maker.add(commitment, sha256(commitment));
    if (n % every === 0) pairs.push({ code: groupsOf(code), address: addressOf(n) });
  }
  const { size, root, bits, fileBytes } = await maker.seal();
  await maker.write(join(folder, 'batches', TAG));
  await maker.close();
  const seconds = (performance.now() - began) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  const batch = { tag: TAG, size, root, letterhead: LETTERHEAD, isWithdrawn: false };
  await writeAnswerFolder(folder, { keys: [], register: [], batches: [batch] });
  const bytes = 2 ** bits * fileBytes;
  const per300 = 300e6 / leaves;
  console.log(
    `${leaves} leaves: ${seconds.toFixed(1)} s, ${((user + system) / 1e6).toFixed(1)} s of processor, ${2 ** bits} files, ${(bytes / 1e6).toFixed(0)} MB; ` +
      `as many for 300 million: ${((((user + system) / 1e6) * per300) / 3600).toFixed(2)} core-hours, ${((bytes * per300) / 1e9).toFixed(1)} GB`,
  );
  return { pairs, batch };
}

/** In a process of its own, so that who asks takes nothing from who answers but the machine. */
async function serve(folder: string): Promise<void> {
  const all = await World.open();
  const app = makeServer({
    operations: [],
    questions: answerEntrances(() => openFolder(folder, () => new Date()), sumsIn(folder)),
    people: all.people,
    db: all.db,
    now: () => new Date(),
    log: () => {},
    version: 'bench',
  });
  const address = await app.listen({ host: '0.0.0.0', port: 0 });
  process.send?.(address);
  process.on('message', async (said) => {
    const { user, system } = process.cpuUsage();
    if (said === 'cpu') {
      process.send?.((user + system) / 1000);
      return;
    }
    await app.close();
    await all.close();
    process.disconnect?.();
  });
}

/** Milliseconds of processor that the server took so far. */
function cpuOf(child: ChildProcess): Promise<number> {
  const told = new Promise<number>((resolve) => child.once('message', (said) => resolve(Number(said))));
  child.send('cpu');
  return told;
}

async function ask(port: number, from: string, agent: Agent, pair: Pair): Promise<number> {
  const began = performance.now();
  const body = JSON.stringify(pair);
  const is = await new Promise<string>((resolve, reject) => {
    const asked = request(
      {
        host: '127.0.0.1',
        port,
        localAddress: from,
        agent,
        method: 'POST',
        path: '/api/check-code',
        headers: { 'content-type': 'application/json', 'content-length': Buffer.byteLength(body) },
      },
      (answer) => {
        let text = '';
        answer.on('data', (piece) => {
          text += piece;
        });
        answer.on('end', () => resolve(text));
      },
    );
    asked.on('error', reject);
    asked.end(body);
  });
  if (!is.includes('"sent-to-this-address"')) throw new Error(`A code was not found: ${is}`);
  return performance.now() - began;
}

type Load = Readonly<{ what: string; rate: number; seconds: number; pass: number }>;

async function load(
  address: string,
  pairs: readonly Pair[],
  { what, rate, seconds, pass }: Load,
): Promise<void> {
  const port = Number(new URL(address).port);
  const agents = new Map<string, Agent>();
  const waiting: Promise<number>[] = [];
  const began = performance.now();
  for (let n = 0; n < rate * seconds; n += 1) {
    const client = Math.floor(n / REQUESTS_OF_ONE);
    const from = `127.${pass}.${client >> 8}.${(client & 255) + 1}`.replace(/\.256$/, '.255');
    const agent = agents.get(from) ?? new Agent({ keepAlive: true });
    agents.set(from, agent);
    waiting.push(ask(port, from, agent, pairs[(n * 7919) % pairs.length] as Pair));
    const due = began + ((n + 1) * 1000) / rate;
    const wait = due - performance.now();
    if (wait > 0) await sleep(wait);
  }
  const took = (await Promise.all(waiting)).toSorted((a, b) => a - b);
  for (const agent of agents.values()) agent.destroy();
  const at = (share: number) => (took[Math.floor(took.length * share)] ?? 0).toFixed(1);
  console.log(
    `  ${what}, ${took.length} questions at ${rate} a second: median ${at(0.5)} ms, p95 ${at(0.95)} ms, p99 ${at(0.99)} ms, slowest ${(took.at(-1) ?? 0).toFixed(0)} ms`,
  );
}

async function upload(): Promise<void> {
  const all = await world();
  const [first] = all.sent;
  if (first === undefined) throw new Error('There is a notice.');
  const note = Buffer.from(`${'This line was written by a gateway on the way to you. '.repeat(20)}\r\n`);
  const large = Buffer.concat([first.mail, ...Array.from({ length: 88 }, () => note)]);
  for (const [what, bytes] of [
    ['a notice as it came', first.mail],
    ['a notice with a long foreign text behind it', large],
  ] as const) {
    const took: number[] = [];
    for (let n = 0; n < 30; n += 1) {
      const began = performance.now();
      await checkMessage({ bytes, address: first.address }, all.server);
      took.push(performance.now() - began);
    }
    took.sort((a, b) => a - b);
    console.log(
      `${what}, ${(bytes.length / 1000).toFixed(0)} KB: median ${(took[15] ?? 0).toFixed(1)} ms, slowest ${(took.at(-1) ?? 0).toFixed(1)} ms`,
    );
  }
  await all.close();
}

/** A server of its own, begun now, asked as often as there are passes. */
async function asked(
  folder: string,
  pairs: readonly Pair[],
  passes: readonly string[],
  { rate, seconds }: Readonly<{ rate: number; seconds: number }>,
): Promise<void> {
  const child: ChildProcess = fork(new URL(import.meta.url), ['serve', folder]);
  const address = await new Promise<string>((resolve, reject) => {
    child.once('message', (said) => resolve(String(said)));
    child.once('exit', () => reject(new Error('The server ended.')));
  });
  const ended = new Promise((resolve) => child.once('exit', resolve));
  try {
    for (const [n, what] of passes.entries()) {
      const before = await cpuOf(child);
      await load(address, pairs, { what, rate, seconds, pass: n + 1 });
      const each = ((await cpuOf(child)) - before) / (rate * seconds);
      console.log(`    ${each.toFixed(2)} ms of processor each, in the server`);
    }
  } finally {
    child.send('end');
    await ended;
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({
    options: {
      leaves: { type: 'string', default: '100000,1000000,10000000' },
      rate: { type: 'string', default: '500' },
      seconds: { type: 'string', default: '20' },
    },
  });
  const work = await mkdtemp(join(tmpdir(), 'forthright-bench-check-'));
  try {
    for (const leaves of values.leaves.split(',').map(Number)) {
      const folder = join(work, String(leaves));
      await mkdir(folder);
      const { pairs, batch } = await makeBatch(folder, leaves);
      const [rate, seconds] = [Number(values.rate), Number(values.seconds)];
      await asked(folder, pairs, ['each file shown for the first time', 'files known'], { rate, seconds });
      const began = performance.now();
      await keepSums({ folder: join(folder, 'batches', TAG), batch }, await placeOf(folder, TAG));
      console.log(
        `  all files shown in ${((performance.now() - began) / 1000).toFixed(1)} s, as a server does after the approval`,
      );
      await asked(folder, pairs, ['after a start', 'again'], { rate, seconds });
      await rm(folder, { recursive: true, force: true });
    }
    await upload();
  } finally {
    await rm(work, { recursive: true, force: true });
  }
}

if (process.argv[2] === 'serve') await serve(process.argv[3] ?? '');
else await main();
