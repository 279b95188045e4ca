/**
 * Messages a second: `node bench/send.ts --people 100000`. Each differs, has 8 kB and an RSA-2048 signature, and is
 * released in the durable journal; the receiver is Debian's `smtp-sink` on the same machine. Beside it, in the same
 * run, nodemailer (pool, DKIM) and Postfix's `smtp-source` (in C, one unsigned text).
 */
import { spawn } from 'node:child_process';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { connect } from 'node:net';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { type Prepared, sendAll } from '../server/src/notify/send/index.ts';
import { oneAddress } from '../server/src/platform/mail/index.ts';

const { values } = parseArgs({
  options: {
    people: { type: 'string', default: '20000' },
    connections: { type: 'string', default: '80' },
    workers: { type: 'string', default: '2' },
    port: { type: 'string', default: '2599' },
    /** How many the other programs send, as a share of ours: they are slower, or know no difference. */
    others: { type: 'string', default: '0.25' },
  },
});
const people = Number(values.people);
const port = Number(values.port);
const connections = Number(values.connections);
const others = Math.max(1000, Math.round(people * Number(values.others)));
const BYTES = 8000;

const from = { name: 'Marlow Market', address: oneAddress('privacy@marlow.example') };
const replyTo = oneAddress('questions@marlow.example');
const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const SENTENCE = 'On our public pages stood what you had given to us, and others could read it for a while. ';
const FILL = SENTENCE.repeat(Math.ceil(BYTES / 2 / SENTENCE.length)).replace(/(.{70}\S*) /g, '$1\n');

function textsOf(n: number): { subject: string; text: string; html: string } {
  const own = `Dear person ${n},\n\nyour review ${n * 7919} was seen by ${n % 97} others.\n\n`;
  const text = `${own}${FILL.slice(0, BYTES / 2 - 700)}\n`;
  return {
    subject: 'What others could see of you on our pages',
    text,
    html: `<!doctype html><html lang="en"><title>Your data</title><body><p>${text.replaceAll('\n\n', '</p>\n<p>')}</p></body></html>\n`,
  };
}

function* prepared(count: number): Generator<Prepared> {
  for (let n = 0; n < count; n++)
    yield {
      id: `ntc_${n.toString(36).padStart(12, '0')}`,
      attempt: 1,
      content: { notice: { to: oneAddress(`person${n}@customer.example`), language: 'en', ...textsOf(n) } },
      messageId: `${n.toString(16).padStart(32, '0')}@marlow.example`,
      sender: oneAddress(`b-${n.toString(36).padStart(16, '0')}@bounce.marlow.example`),
      dateMs: 1_795_330_800_000,
    };
}

type Row = Readonly<{ name: string; count: number; seconds: number; cpu: number; peakMiB?: number }>;
const rows: Row[] = [];

async function forthright(): Promise<Row> {
  const folder = mkdtempSync(join(tmpdir(), 'forthright-bench-send-'));
  const began = performance.now();
  const cpu = process.cpuUsage();
  let accepted = 0;
  let lastSaid = 0;
  let peak = 0;
  try {
    await sendAll({
      messages: prepared(people),
      folder,
      fence: 'bench',
      holdsFence: async () => 30_000,
      workers: Number(values.workers),
      settings: {
        from,
        replyTo,
        helo: 'out.marlow.example',
        dkim: [{ domain: 'marlow.example', selector: 's1', privateKey }],
        route: {
          kind: 'relays',
          relays: [{ host: '127.0.0.1', port, security: 'starttls-where-offered', verifies: true }],
        },
        connections,
        messagesPerConnection: 1000,
      },
      onOutcomes: (records) => {
        for (const { kind } of records) if (kind === 'accepted') accepted++;
        peak = Math.max(peak, process.memoryUsage.rss());
        if (accepted - lastSaid < people / 5) return;
        lastSaid = accepted;
        const seconds = (performance.now() - began) / 1000;
        const mib = (process.memoryUsage.rss() / 2 ** 20).toFixed(0);
        console.log(`  ${accepted} accepted, ${(accepted / seconds).toFixed(0)}/s so far, ${mib} MiB`);
      },
    });
    if (accepted !== people) throw new Error(`${accepted} of ${people} were accepted`);
    const { user, system } = process.cpuUsage(cpu);
    const seconds = (performance.now() - began) / 1000;
    return {
      name: 'Forthright: own text each, RSA-2048, durable journal',
      count: people,
      seconds,
      cpu: (user + system) / 1e6,
      peakMiB: peak / 2 ** 20,
    };
  } finally {
    rmSync(folder, { recursive: true });
  }
}

type Transport = { sendMail: (mail: object) => Promise<unknown>; close: () => void };

async function nodemailer(): Promise<Row> {
  const require = createRequire(new URL('../server/package.json', import.meta.url));
  const { createTransport } = require('nodemailer') as { createTransport: (options: object) => Transport };
  const transport = createTransport({
    pool: true,
    host: '127.0.0.1',
    port,
    maxConnections: 20,
    maxMessages: Number.POSITIVE_INFINITY,
    ignoreTLS: true,
    dkim: {
      domainName: 'marlow.example',
      keySelector: 's1',
      privateKey: privateKey.export({ type: 'pkcs8', format: 'pem' }),
    },
  });
  const began = performance.now();
  const cpu = process.cpuUsage();
  let next = 0;
  const work = async () => {
    while (next < others) {
      const n = next++;
      const to = `person${n}@customer.example`;
      await transport.sendMail({ from: from.address, to, replyTo, ...textsOf(n) });
    }
  };
  await Promise.all(Array.from({ length: 100 }, work));
  transport.close();
  const { user, system } = process.cpuUsage(cpu);
  const seconds = (performance.now() - began) / 1000;
  return {
    name: 'nodemailer: pool of 20, RSA-2048, no journal',
    count: others,
    seconds,
    cpu: (user + system) / 1e6,
  };
}

async function smtpSource(): Promise<Row> {
  const began = performance.now();
  const args = [
    '-c',
    '-l',
    String(BYTES),
    '-m',
    String(others),
    '-s',
    '20',
    '-d',
    '-f',
    from.address,
    '-t',
    replyTo,
    `127.0.0.1:${port}`,
  ];
  const child = spawn('smtp-source', args, { stdio: ['ignore', 'ignore', 'inherit'] });
  const code = await new Promise((resolve, reject) => child.once('error', reject).once('close', resolve));
  if (code !== 0) throw new Error(`smtp-source ended with ${code}`);
  return {
    name: 'smtp-source: one text, unsigned, in C',
    count: others,
    seconds: (performance.now() - began) / 1000,
    cpu: Number.NaN,
  };
}

async function untilListening(): Promise<void> {
  for (let tries = 0; tries < 100; tries++) {
    const isThere = await new Promise((resolve) => {
      const socket = connect(port, '127.0.0.1', () => resolve(true));
      socket.on('error', () => resolve(false));
      socket.on('connect', () => socket.destroy());
    });
    if (isThere) return;
    await sleep(50);
  }
  throw new Error('smtp-sink does not answer (Debian: apt-get install postfix)');
}

const asUser = process.getuid?.() === 0 ? ['-u', 'nobody'] : [];
const sink = spawn('smtp-sink', [...asUser, `127.0.0.1:${port}`, '1024'], { stdio: 'inherit' });
try {
  await untilListening();
  console.log(
    `${cpus().length} cores (${cpus()[0]?.model}), Node ${process.version}; ${people} people, the sink on the same machine`,
  );
  for (const contestant of [forthright, nodemailer, smtpSource]) rows.push(await contestant());
} finally {
  sink.kill();
}
console.log('\n| | messages | messages/s | processor, s | peak memory, MiB | Forthright is |');
console.log('|---|---:|---:|---:|---:|---:|');
const ours = rows[0] === undefined ? Number.NaN : rows[0].count / rows[0].seconds;
for (const { name, count, seconds, cpu, peakMiB } of rows) {
  const rate = count / seconds;
  const ratio = rate === ours ? '' : `${(ours / rate).toFixed(2)} ×`;
  console.log(
    `| ${name} | ${count} | ${rate.toFixed(0)} | ${Number.isNaN(cpu) ? '' : cpu.toFixed(1)} | ${peakMiB?.toFixed(0) ?? ''} | ${ratio} |`,
  );
}
