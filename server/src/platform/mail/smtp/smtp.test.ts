import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import { oneAddress } from '../address.ts';
import { writeMail } from '../message.ts';
import { HARD_ADDRESSES, HARD_LINES, letterhead, notice, UNICODE_ADDRESSES } from '../testing.ts';
import { stuffed } from './connection.ts';
import {
  directly,
  Mailer,
  type MailerOptions,
  type Outcome,
  type Outgoing,
  type Resolver,
  type Target,
  viaRelays,
} from './index.ts';
import { Backoff, retryAfterMs } from './limits.ts';
import { Garbage, ReplyReader } from './reply.ts';
import { EXTENSIONS, Sink, type SinkOptions } from './testing.ts';

const targetOf = (sink: { port: number }, changes: Partial<Target> = {}): Target => ({
  host: '127.0.0.1',
  port: sink.port,
  security: 'starttls-where-offered',
  verifies: true,
  ...changes,
});

let made = 0;
function outgoing(changes: Partial<Outgoing> = {}, text?: string): Outgoing {
  made++;
  const recipient = changes.recipient ?? oneAddress(`person${made}@customer.example`);
  const mail = writeMail(notice({ to: recipient, ...(text !== undefined && { text }) }), letterhead());
  const sender = oneAddress(`bounce-${made}@marlow.example`);
  return { id: `m${made}`, attempt: 1, sender, recipient, mail: () => mail, ...changes };
}

type Result = Readonly<{
  outcomes: Map<string, Outcome>;
  /** What was settled more than once. */
  twice: string[];
  events: string[];
}>;

/** Sends all of these, and gives what became of each. */
async function send(
  messages: readonly Outgoing[],
  targets: readonly Target[],
  changes: Partial<MailerOptions> = {},
): Promise<Result> {
  const outcomes = new Map<string, Outcome>();
  const twice: string[] = [];
  const events: string[] = [];
  const mailer = new Mailer({
    routes: viaRelays(targets),
    helo: 'out.marlow.example',
    released: async ({ id }) => void events.push(`released ${id}`),
    settled: ({ id }, outcome) => {
      if (outcomes.has(id)) twice.push(id);
      events.push(`${outcome.kind} ${id}`);
      outcomes.set(id, outcome);
    },
    connections: 1,
    ...changes,
  });
  for (const message of messages) await mailer.add(message);
  await mailer.finish();
  return { outcomes, twice, events };
}

async function withSink(options: SinkOptions, work: (sink: Sink) => Promise<void>): Promise<void> {
  const sink = await Sink.open(options);
  try {
    await work(sink);
  } finally {
    await sink.close();
  }
}

const several = (count: number) => Array.from({ length: count }, () => outgoing());
const kinds = ({ outcomes }: Result) => [...outcomes.values()].map(({ kind }) => kind);
const QUICK = { connect: 500, greeting: 500, command: 500, data: 500, dot: 300 };

test('a message arrives byte for byte, with its own envelope', async () => {
  const messages = [
    ...several(3),
    ...[...HARD_ADDRESSES, ...UNICODE_ADDRESSES].map((to) => outgoing({ recipient: oneAddress(to) })),
    outgoing({}, HARD_LINES.join('\n')),
  ];
  await withSink({}, async (sink) => {
    const result = await send(messages, [targetOf(sink)]);
    assert.deepEqual(
      kinds(result),
      messages.map(() => 'accepted'),
    );
    assert.deepEqual(
      sink.taken.map(({ bytes }) => bytes.toString('latin1')).toSorted(),
      messages.map((m) => m.mail().bytes.toString('latin1')).toSorted(),
    );
    assert.equal(sink.connections, 1);
    const unicode = sink.lines.filter((line) => line.includes('SMTPUTF8'));
    assert.equal(unicode.length, UNICODE_ADDRESSES.length);
    assert.ok(sink.taken.some(({ to }) => to === '用户@例子.example'));
    assert.equal(new Set(sink.taken.map(({ from }) => from)).size, messages.length);
  });
});

test('lines that begin with dots survive, whatever the body', () => {
  const pieces = fc.array(fc.constantFrom('.', '\r\n', 'a', '..', '\r\n.'), { maxLength: 30 });
  fc.assert(
    fc.property(pieces, (body) => {
      const bytes = Buffer.from(body.join(''));
      const sent = stuffed(bytes).toString();
      assert.doesNotMatch(`${sent.endsWith('\r\n') ? sent : `${sent}\r\n`}`, /(?:^|\r\n)\.\r\n/);
      assert.equal(sent.replace(/(^|\r\n)\./g, '$1'), bytes.toString());
    }),
  );
});

test('with pipelining the end of a message and the next envelope come in one piece; without, step by step', async () => {
  for (const extensions of [EXTENSIONS, EXTENSIONS.filter((name) => name !== 'PIPELINING'), []])
    await withSink({ extensions }, async (sink) => {
      const result = await send(several(5), [targetOf(sink)]);
      assert.deepEqual(kinds(result), Array(5).fill('accepted'));
      assert.equal(sink.taken.length, 5);
      assert.equal(
        sink.lines.some((line) => line.includes('SIZE=')),
        extensions.length > 0,
      );
    });
});

test('nothing of a message’s end is written before it is released', async () => {
  for (const text of [undefined, 'a line of a long message\n'.repeat(20_000)]) {
    let isReleased = false;
    const seen: boolean[] = [];
    await withSink({ message: () => void seen.push(isReleased) }, async (sink) => {
      await send([outgoing({}, text)], [targetOf(sink)], {
        released: async () => {
          await sleep(100);
          assert.equal(sink.taken.length, 0);
          assert.deepEqual(seen, []);
          isReleased = true;
        },
      });
      assert.deepEqual(seen, [true]);
    });
  }
});

test('on one connection a message is released only when the one before is settled', async () => {
  await withSink({}, async (sink) => {
    const { events } = await send(several(20), [targetOf(sink)]);
    for (let i = 0; i < events.length; i += 2)
      assert.equal(events[i]?.split(' ')[1], events[i + 1]?.split(' ')[1], events.join());
  });
});

test('what can not be released is not sent, and nothing after it', async () => {
  const failure = new Error('the disk is full');
  const outcomes = new Map<string, Outcome>();
  let count = 0;
  await withSink({}, async (sink) => {
    const mailer = new Mailer({
      routes: viaRelays([targetOf(sink)]),
      helo: 'out.marlow.example',
      connections: 3,
      released: async () => {
        if (++count === 5) throw failure;
      },
      settled: ({ id }, outcome) => void outcomes.set(id, outcome),
    });
    const messages = several(40);
    for (const message of messages) await mailer.add(message);
    await assert.rejects(mailer.finish(), failure);
    assert.equal(outcomes.size, 40);
    const accepted = [...outcomes.values()].filter(({ kind }) => kind === 'accepted');
    assert.equal(accepted.length, sink.taken.length);
    assert.ok(accepted.length <= count - 1);
    assert.ok(
      [...outcomes.values()].every(({ kind }) => kind === 'accepted' || kind === 'broken-before-dot'),
    );
  });
});

type Expected = readonly [kind: Outcome['kind'], stage?: string];
const ANSWERS: readonly (readonly [name: string, SinkOptions, Expected])[] = [
  [
    'a refused sender',
    { command: (l) => (l.startsWith('MAIL') ? { say: '550 5.7.1 no\r\n' } : undefined) },
    ['refused', 'sender'],
  ],
  [
    'a refused recipient',
    { command: (l) => (l.startsWith('RCPT') ? { say: '550 5.1.1 no\r\n' } : undefined) },
    ['refused', 'recipient'],
  ],
  [
    'a recipient later',
    { command: (l) => (l.startsWith('RCPT') ? { say: '450 4.2.1 later\r\n' } : undefined) },
    ['deferred', 'recipient'],
  ],
  [
    'a refused DATA',
    { command: (l) => (l === 'DATA' ? { say: '554 no\r\n' } : undefined) },
    ['refused', 'message'],
  ],
  [
    'DATA later',
    { command: (l) => (l === 'DATA' ? { say: '451 later\r\n' } : undefined) },
    ['deferred', 'message'],
  ],
  ['a refused message', { message: () => ({ say: '554 5.7.1 spam\r\n' }) }, ['refused', 'message']],
  ['a message later', { message: () => ({ say: '451 4.3.0 later\r\n' }) }, ['deferred', 'message']],
  ['many lines', { message: () => ({ say: '250-one\r\n250-two\r\n250 three\r\n' }) }, ['accepted']],
  ['a bare code', { message: () => ({ say: '250\r\n' }) }, ['accepted']],
  [
    'closing instead of an answer',
    { message: () => ({ say: '421 4.3.2 closing\r\n' }) },
    ['deferred', 'message'],
  ],
  ['the end of the connection after the end of the message', { message: () => 'close' }, ['in-doubt']],
  ['silence after the end of the message', { message: () => 'nothing' }, ['in-doubt']],
  ['garbage after the end of the message', { message: () => ({ say: 'Ok, thanks\r\n' }) }, ['in-doubt']],
  ['no CR after the end of the message', { message: () => ({ say: '250 Ok\n' }) }, ['in-doubt']],
  ['two codes in one answer', { message: () => ({ say: '250-Ok\r\n550 no\r\n' }) }, ['in-doubt']],
  ['half an answer', { message: () => ({ say: '250 O' }) }, ['in-doubt']],
  ['an answer without an end', { message: () => ({ say: '250-Ok\r\n'.repeat(300) }) }, ['in-doubt']],
  ['a line without an end', { message: () => ({ say: `250 ${'x'.repeat(9000)}` }) }, ['in-doubt']],
  ['an answer that fits no message', { message: () => ({ say: '354 go on\r\n' }) }, ['in-doubt']],
  ['a code that is none', { message: () => ({ say: '299 Ok\r\n' }) }, ['in-doubt']],
  [
    'the end of the connection at DATA',
    { command: (l) => (l === 'DATA' ? 'close' : undefined) },
    ['broken-before-dot'],
  ],
  ['silence at DATA', { command: (l) => (l === 'DATA' ? 'nothing' : undefined) }, ['broken-before-dot']],
  [
    'garbage at MAIL',
    { command: (l) => (l.startsWith('MAIL') ? { say: '\0\x01\x02\r\n' } : undefined) },
    ['broken-before-dot'],
  ],
  [
    'closing at MAIL',
    { command: (l) => (l.startsWith('MAIL') ? { say: '421 closing\r\n' } : undefined) },
    ['broken-before-dot'],
  ],
  [
    '354 to RCPT',
    { command: (l) => (l.startsWith('RCPT') ? { say: '354 go on\r\n' } : undefined) },
    ['broken-before-dot'],
  ],
  [
    '250 to DATA',
    { command: (l) => (l === 'DATA' ? { say: '250 Ok\r\n' } : undefined) },
    ['broken-before-dot'],
  ],
  [
    'an answer too many',
    { command: (l) => (l === 'DATA' ? { say: '354 go on\r\n250 Ok\r\n' } : undefined) },
    ['broken-before-dot'],
  ],
];

test('each answer gives exactly one outcome, and doubt only where there is some', {
  timeout: 120_000,
}, async () => {
  await Promise.all(
    ANSWERS.flatMap(([name, options, [kind, stage]]) =>
      [EXTENSIONS, []].map((extensions) =>
        withSink({ ...options, extensions }, async (sink) => {
          const result = await send([outgoing()], [targetOf(sink)], {
            timeouts: QUICK,
            patienceMs: 30_000,
          });
          const [outcome] = [...result.outcomes.values()];
          assert.equal(outcome?.kind, kind, `${name}: ${JSON.stringify(outcome)}`);
          if (stage !== undefined && outcome !== undefined && 'stage' in outcome)
            assert.equal(outcome.stage, stage, name);
          assert.deepEqual(result.twice, [], name);
          const dots = result.events.filter((event) => event.startsWith('released')).length;
          if (kind === 'in-doubt')
            assert.equal(dots, 1, `${name}: an attempt in doubt is never repeated here`);
        }),
      ),
    ),
  );
});

test('a refusal concerns one message, and the connection goes on', async () => {
  const command = (line: string) =>
    line.startsWith('RCPT') && /person\d*[05]@/.test(line)
      ? ({ say: '550 5.1.1 no\r\n' } as const)
      : undefined;
  for (const extensions of [EXTENSIONS, []])
    await withSink({ command, extensions }, async (sink) => {
      const result = await send(several(20), [targetOf(sink)]);
      assert.equal(kinds(result).filter((kind) => kind === 'accepted').length, 16);
      assert.equal(kinds(result).filter((kind) => kind === 'refused').length, 4);
      assert.equal(sink.connections, 1);
    });
});

test('a server that takes DATA without a recipient gets no message, and a recipient without a sender none', async () => {
  for (const verb of ['RCPT', 'MAIL']) {
    let isRefused = false;
    const command = (line: string) => {
      if (line.startsWith(verb) && line.includes('nobody')) {
        isRefused = true;
        return { say: '550 5.1.1 no\r\n' } as const;
      }
      if (line !== 'DATA' || !isRefused) return undefined;
      isRefused = false;
      return { say: '354 go on\r\n' } as const;
    };
    await withSink({ command }, async (sink) => {
      const nobody = oneAddress('nobody@customer.example');
      const result = await send(
        [outgoing({ recipient: nobody, sender: nobody }), ...several(2)],
        [targetOf(sink)],
      );
      assert.deepEqual(kinds(result).toSorted(), ['accepted', 'accepted', 'refused']);
      assert.equal(sink.taken.length, 2);
    });
  }
});

test('a connection that breaks in the midst of a long message leaves no doubt, and the message is sent again', async () => {
  const midway = (bytes: number, connection: number) =>
    bytes > 20_000 && connection < 2 ? 'close' : undefined;
  await withSink({ midway, extensions: ['PIPELINING'] }, async (sink) => {
    // More than the system itself takes in, so that a part is still here when the connection breaks.
    const bytes = Buffer.from('a line of a very long message\r\n'.repeat(400_000));
    const result = await send([outgoing({ mail: () => ({ bytes, utf8: false }) })], [targetOf(sink)]);
    assert.deepEqual(kinds(result), ['accepted']);
    assert.equal(sink.taken[0]?.bytes.length, bytes.length);
    assert.equal(sink.connections, 3);
  });
});

test('a server that closes between messages costs none of them', async () => {
  const command = (line: string, connection: number) =>
    line.startsWith('MAIL') && connection % 3 !== 2 ? ({ say: '421 4.7.0 enough\r\n' } as const) : undefined;
  await withSink({ command }, async (sink) => {
    const result = await send(several(6), [targetOf(sink)], { messagesPerConnection: 3 });
    assert.deepEqual(kinds(result), Array(6).fill('accepted'));
    assert.deepEqual(sink.taken.length, 6);
  });
});

test('connections are used again, up to their number of messages', async () => {
  await withSink({}, async (sink) => {
    await send(several(50), [targetOf(sink)], { messagesPerConnection: 25 });
    assert.equal(sink.connections, 2);
    assert.equal(sink.taken.length, 50);
  });
});

test('where the first relay can not be reached, the next one takes over', async () => {
  await withSink({ greeting: '554 no service' }, async (broken) => {
    await withSink({}, async (sink) => {
      const result = await send(several(10), [targetOf({ port: 1 }), targetOf(broken), targetOf(sink)]);
      assert.deepEqual(kinds(result), Array(10).fill('accepted'));
      assert.equal(sink.taken.length, 10);
    });
  });
});

test('where no server can be reached, messages wait, and are deferred in the end', async () => {
  const began = Date.now();
  const result = await send(several(3), [targetOf({ port: 1 })], { patienceMs: 1500 });
  assert.deepEqual(kinds(result), Array(3).fill('deferred'));
  for (const outcome of result.outcomes.values())
    assert.ok(outcome.kind === 'deferred' && !outcome.isAttempted && outcome.notBeforeMs > began);
});

test('a server that restarts is used again', async () => {
  const first = await Sink.open({});
  const { port } = first;
  const messages = several(6);
  const outcomes: Outcome[] = [];
  const mailer = new Mailer({
    routes: viaRelays([targetOf(first)]),
    helo: 'out.marlow.example',
    connections: 1,
    released: async () => undefined,
    settled: (_, outcome) => void outcomes.push(outcome),
  });
  for (const message of messages.slice(0, 3)) await mailer.add(message);
  while (outcomes.length < 3) await sleep(10);
  await first.close();
  const second = await Sink.open({ port });
  for (const message of messages.slice(3)) await mailer.add(message);
  await mailer.finish();
  assert.deepEqual(
    outcomes.map(({ kind }) => kind),
    Array(6).fill('accepted'),
  );
  assert.equal(second.taken.length, 3);
  await second.close();
});

test('a domain’s limit spreads its messages, and others go past', async () => {
  await withSink({}, async (sink) => {
    const slow = Array.from({ length: 5 }, (_, i) =>
      outgoing({ recipient: oneAddress(`s${i}@slow.example`) }),
    );
    const began = performance.now();
    const { events } = await send([...slow, ...several(5)], [targetOf(sink)], {
      limits: { domains: { 'slow.example': 10 } },
    });
    assert.ok(performance.now() - began > 380);
    const ids = events.filter((event) => event.startsWith('accepted')).map((event) => event.split(' ')[1]);
    assert.ok(ids.indexOf(slow[4]?.id) > 5, ids.join());
  });
});

test('a relay’s limit holds over all connections', async () => {
  await withSink({}, async (sink) => {
    const began = performance.now();
    const result = await send(several(8), [targetOf(sink)], {
      connections: 4,
      limits: { relayPerSecond: 20 },
    });
    assert.ok(performance.now() - began > 330);
    assert.deepEqual(kinds(result), Array(8).fill('accepted'));
  });
});

test('a domain that defers one after the other rests, and is not asked', async () => {
  const command = (line: string) =>
    line.startsWith('RCPT') ? ({ say: '451 4.7.1 slower\r\n' } as const) : undefined;
  await withSink({ command }, async (sink) => {
    const result = await send(several(12), [targetOf(sink)]);
    const attempted = [...result.outcomes.values()].map((o) => o.kind === 'deferred' && o.isAttempted);
    assert.equal(attempted.length, 12);
    assert.ok(attempted.filter(Boolean).length <= 7, JSON.stringify(attempted));
  });
  const backoff = new Backoff();
  for (let i = 0; i < 4; i++) backoff.deferred('a.example', 0);
  assert.equal(backoff.untilMs('a.example'), 0);
  backoff.deferred('a.example', 0);
  assert.equal(backoff.untilMs('a.example'), 60_000);
  for (let i = 0; i < 5; i++) backoff.deferred('a.example', 70_000);
  assert.equal(backoff.untilMs('a.example'), 190_000);
  backoff.answered('a.example');
  assert.equal(backoff.untilMs('a.example'), 0);
  assert.deepEqual([1, 2, 3, 20].map(retryAfterMs), [300_000, 600_000, 1_200_000, 14_400_000]);
});

test('a message that can not be written, or is too much for the server, is refused without asking', async () => {
  await withSink({ extensions: ['PIPELINING', 'SIZE 3000'] }, async (sink) => {
    const broken = outgoing({
      mail: () => {
        throw new Error('its subject holds a line break');
      },
    });
    const big = outgoing({}, 'x '.repeat(3000));
    const unicode = outgoing({ recipient: oneAddress(UNICODE_ADDRESSES[0] ?? '') });
    const result = await send([broken, big, unicode, outgoing()], [targetOf(sink)]);
    assert.deepEqual(kinds(result).toSorted(), ['accepted', 'refused', 'refused', 'refused']);
    assert.equal(sink.taken.length, 1);
  });
});

test('stop: what was released gets its outcome, and nothing else is sent', async () => {
  let release: () => void = () => undefined;
  const blocked = new Promise<void>((resolve) => {
    release = resolve;
  });
  const outcomes = new Map<string, Outcome>();
  await withSink({ message: () => blocked.then(() => undefined) }, async (sink) => {
    const mailer = new Mailer({
      routes: viaRelays([targetOf(sink)]),
      helo: 'out.marlow.example',
      connections: 2,
      released: async () => undefined,
      settled: ({ id }, outcome) => void outcomes.set(id, outcome),
    });
    for (const message of several(10)) await mailer.add(message);
    while (sink.lines.filter((line) => line === 'DATA').length < 2) await sleep(5);
    await sleep(50);
    mailer.stop('somebody pressed stop');
    release();
    await mailer.finish();
    assert.equal(outcomes.size, 10);
    assert.equal([...outcomes.values()].filter(({ kind }) => kind === 'accepted').length, sink.taken.length);
    assert.equal(sink.taken.length, 2);
  });
});

const folder = mkdtempSync(join(tmpdir(), 'forthright-smtp-'));
const made509 = spawnSync('openssl', [
  'req',
  '-x509',
  '-newkey',
  'rsa:2048',
  '-nodes',
  '-days',
  '30',
  '-subj',
  '/CN=sink.example',
  '-addext',
  'subjectAltName=IP:127.0.0.1,DNS:localhost',
  '-keyout',
  join(folder, 'key.pem'),
  '-out',
  join(folder, 'cert.pem'),
]);
const whyNoTls = made509.status === 0 ? false : 'openssl is not installed';
const tls =
  made509.status === 0
    ? {
        key: readFileSync(join(folder, 'key.pem'), 'utf8'),
        cert: readFileSync(join(folder, 'cert.pem'), 'utf8'),
      }
    : { key: '', cert: '' };
rmSync(folder, { recursive: true });
const deferred = { patienceMs: 300 };

test('TLS is used where it is offered, with the certificate that we trust', { skip: whyNoTls }, async () => {
  await withSink({ tls }, async (sink) => {
    const result = await send(several(3), [targetOf(sink, { ca: tls.cert })]);
    assert.deepEqual(kinds(result), Array(3).fill('accepted'));
    assert.ok(sink.taken.every(({ isSecure }) => isSecure));
    assert.deepEqual(
      kinds(await send([outgoing()], [targetOf(sink)], deferred)),
      ['deferred'],
      'an unknown certificate',
    );
    assert.deepEqual(kinds(await send([outgoing()], [targetOf(sink, { verifies: false })])), ['accepted']);
    assert.ok(sink.taken.every(({ isSecure }) => isSecure));
  });
  await withSink({ tls, isImplicitTls: true }, async (sink) => {
    const result = await send([outgoing()], [targetOf(sink, { ca: tls.cert, security: 'tls' })]);
    assert.deepEqual(kinds(result), ['accepted']);
  });
});

test('where TLS is offered and fails, or is demanded and not offered, nothing is sent in the clear', {
  skip: whyNoTls,
}, async () => {
  const refuses = (line: string) =>
    line === 'STARTTLS' ? ({ say: '454 4.7.0 not now\r\n' } as const) : undefined;
  await withSink({ tls, command: refuses }, async (sink) => {
    assert.deepEqual(kinds(await send([outgoing()], [targetOf(sink)], deferred)), ['deferred']);
    assert.equal(sink.taken.length, 0);
  });
  const goesOn = (line: string) =>
    line === 'STARTTLS' ? ({ say: '220 Ready\r\n250 injected\r\n' } as const) : undefined;
  await withSink({ tls, command: goesOn }, async (sink) => {
    assert.deepEqual(kinds(await send([outgoing()], [targetOf(sink)], { ...deferred, timeouts: QUICK })), [
      'deferred',
    ]);
    assert.equal(sink.taken.length, 0);
  });
  await withSink({}, async (sink) => {
    assert.deepEqual(kinds(await send([outgoing()], [targetOf(sink, { security: 'starttls' })], deferred)), [
      'deferred',
    ]);
    assert.equal(sink.taken.length, 0);
  });
});

test('a name and a password are said over TLS only, by PLAIN or LOGIN', { skip: whyNoTls }, async () => {
  const login = { user: 'user', password: 'secret' };
  for (const auth of ['AUTH PLAIN LOGIN', 'AUTH LOGIN', 'AUTH=PLAIN'])
    await withSink({ tls, extensions: [...EXTENSIONS, auth] }, async (sink) => {
      const result = await send([outgoing()], [targetOf(sink, { ca: tls.cert, login })]);
      assert.deepEqual(kinds(result), ['accepted']);
      assert.equal(sink.taken[0]?.login, '|user|secret');
      const wrong = { ...login, password: 'wrong' };
      const [outcome] = (
        await send([outgoing()], [targetOf(sink, { ca: tls.cert, login: wrong })], deferred)
      ).outcomes.values();
      assert.ok(
        outcome?.kind === 'deferred' && outcome.why.includes('535') && !outcome.why.includes('wrong'),
      );
    });
  await withSink({ extensions: [...EXTENSIONS, 'AUTH PLAIN'] }, async (sink) => {
    assert.deepEqual(kinds(await send([outgoing()], [targetOf(sink, { login })], deferred)), ['deferred']);
    assert.ok(!sink.lines.some((line) => line.startsWith('AUTH')));
  });
});

const records = (mx: Readonly<Record<string, readonly string[] | string>>): Resolver => ({
  resolveMx: async (domain) => {
    const found = mx[domain];
    if (typeof found === 'string') throw Object.assign(new Error(found), { code: found });
    return (found ?? []).map((exchange, i) => ({ exchange, priority: 10 + i }));
  },
  resolve4: async (domain) => {
    if (domain === 'bare.example') return ['127.0.0.1'];
    throw Object.assign(new Error(domain), { code: 'ENOTFOUND' });
  },
  resolve6: async () => {
    throw Object.assign(new Error(), { code: 'ENODATA' });
  },
});

test('direct sending follows the domain’s records, and takes no failure of a look-up for an answer', async () => {
  await withSink({}, async (sink) => {
    const routes = directly(
      records({
        'good.example': ['127.0.0.2', '127.0.0.1'],
        'never.example': ['.'],
        'broken.example': 'ESERVFAIL',
        'silent.example': 'ETIMEOUT',
      }),
      { port: sink.port },
    );
    const to = (domain: string) => outgoing({ recipient: oneAddress(`a@${domain}`) });
    const messages = ['good', 'never', 'broken', 'silent', 'missing'].map((name) => to(`${name}.example`));
    const { outcomes } = await send(messages, [], { routes });
    assert.deepEqual(
      messages.map(({ id }) => outcomes.get(id)?.kind),
      ['accepted', 'refused', 'deferred', 'deferred', 'refused'],
    );
    assert.equal(sink.taken.length, 1);
    const bare = await routes('bare.example');
    assert.ok('targets' in bare && bare.targets[0]?.host === 'bare.example');
  });
});

test('the reader of replies takes pieces of any size, and throws on nothing but garbage', () => {
  const stream = '220 a\r\n250-one\r\n250-5.1.0 two\r\n250 three \u00fc\r\n354\r\n421 4.3.2 bye\r\n';
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 9 }), { minLength: 1 }), (sizes) => {
      const reader = new ReplyReader();
      const bytes = Buffer.from(stream);
      const replies = [];
      for (let at = 0, i = 0; at < bytes.length; i++) {
        const size = sizes[i % sizes.length] ?? 1;
        replies.push(...reader.push(bytes.subarray(at, at + size)));
        at += size;
      }
      assert.deepEqual(
        replies.map(({ code }) => code),
        [220, 250, 354, 421],
      );
      assert.equal(replies[1]?.text, 'one\n5.1.0 two\nthree \u00fc');
      assert.equal(replies[3]?.enhanced, '4.3.2');
      assert.ok(reader.isEmpty);
    }),
  );
  fc.assert(
    fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => {
      try {
        for (const { code } of new ReplyReader().push(Buffer.from(bytes)))
          assert.ok(code >= 200 && code < 560);
      } catch (error) {
        assert.ok(error instanceof Garbage);
      }
    }),
  );
});
