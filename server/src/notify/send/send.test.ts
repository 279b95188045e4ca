import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { dkimKey, oneAddress } from '../../platform/mail/index.ts';
import { Sink, type SinkOptions } from '../../platform/mail/testing.ts';
import {
  bytesOf,
  type JournalRecord,
  lockJournal,
  recover,
  type SenderSettings,
  type SendOptions,
  sendAll,
} from './index.ts';
import { prepared } from './killing.child.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

function settingsFor(sink: Sink, changes: Partial<SenderSettings> = {}): SenderSettings {
  return {
    from: { name: 'Marlow Market', address: oneAddress('privacy@marlow.example') },
    replyTo: oneAddress('questions@marlow.example'),
    helo: 'out.marlow.example',
    dkim: [{ domain: 'marlow.example', selector: 's1', privateKey }],
    route: {
      kind: 'relays',
      relays: [{ host: '127.0.0.1', port: sink.port, security: 'starttls-where-offered', verifies: true }],
    },
    connections: 6,
    ...changes,
  };
}

type Around = Readonly<{
  sink: Sink;
  folder: string;
  records: JournalRecord[];
  send: (o: Partial<SendOptions>) => ReturnType<typeof sendAll>;
}>;

async function around(options: SinkOptions, work: (around: Around) => Promise<void>): Promise<void> {
  const folder = mkdtempSync(join(tmpdir(), 'forthright-send-'));
  const sink = await Sink.open(options);
  const records: JournalRecord[] = [];
  try {
    const send = (given: Partial<SendOptions>) =>
      sendAll({
        messages: [],
        folder,
        fence: 'fence-1',
        holdsFence: async () => 5000,
        workers: 2,
        settings: settingsFor(sink),
        onOutcomes: (more) => void records.push(...more),
        ...given,
      });
    await work({ sink, folder, records, send });
  } finally {
    await sink.close();
    rmSync(folder, { recursive: true });
  }
}

const people = (count: number) => Array.from({ length: count }, (_, n) => prepared(n, 1));
const settled = (records: readonly JournalRecord[]) => records.filter(({ kind }) => kind !== 'released');

test('two threads send each message once, signed, in its frozen bytes, and every record is in the journal', async () => {
  await around({}, async ({ sink, folder, records, send }) => {
    const messages = people(300);
    const segments = await send({ messages });
    assert.equal(sink.taken.length, 300);
    assert.deepEqual(new Set(settled(records).map(({ kind }) => kind)), new Set(['accepted']));
    assert.equal(settled(records).length, 300);
    const settings = settingsFor(sink);
    const keys = settings.dkim.map(dkimKey);
    const expected = messages.map((m) => bytesOf(m, settings, keys).bytes.toString('latin1'));
    assert.deepEqual(sink.taken.map(({ bytes }) => bytes.toString('latin1')).toSorted(), expected.toSorted());
    assert.match(expected[0] ?? '', /^DKIM-Signature: /);
    const read: JournalRecord[] = [];
    const hashes: string[] = [];
    for await (const found of recover(folder)) {
      read.push(...found.records);
      hashes.push(found.segment.sha256);
    }
    const byName = (one: JournalRecord, other: JournalRecord) =>
      `${one.id} ${one.kind}` < `${other.id} ${other.kind}` ? -1 : 1;
    assert.deepEqual(settled(read).toSorted(byName), records.toSorted(byName));
    assert.equal(read.length, 600);
    assert.deepEqual(hashes.toSorted(), segments.map(({ sha256 }) => sha256).toSorted());
  });
});

test('a message that can not be written is refused by name, and the others go', async () => {
  await around({}, async ({ sink, records, send }) => {
    const [first, second, third] = people(3);
    assert.ok(first && second && third);
    assert.ok('notice' in second.content);
    const notice = { ...second.content.notice, subject: 'a\r\nBcc: x@other.example' };
    const bad = { ...second, content: { notice } };
    await send({ messages: [first, bad, third] });
    assert.equal(sink.taken.length, 2);
    const refused = records.find(({ kind }) => kind === 'refused');
    assert.equal(refused?.id, 'ntc_1');
    assert.match(refused?.why ?? '', /subject holds a line break/);
  });
});

test('who can not show that nobody else sends, sends nothing', async () => {
  await around({}, async ({ sink, folder, send }) => {
    await assert.rejects(send({ messages: people(10), holdsFence: async () => 0 }), {
      code: 'sending-fenced',
    });
    assert.equal(sink.taken.length, 0);
    assert.deepEqual(readdirSync(folder), []);
  });
});

test('when the right to send is lost in the midst, nothing more is released, and what was is accounted for', async () => {
  await around({ message: () => sleep(5).then(() => undefined) }, async ({ sink, records, send }) => {
    const holdsFence = async () => (sink.taken.length < 20 ? 150 : 0);
    await assert.rejects(send({ messages: people(2000), holdsFence }), { code: 'sending-fenced' });
    const accepted = records.filter(({ kind }) => kind === 'accepted').length;
    assert.ok(accepted > 0 && accepted < 2000, String(accepted));
    assert.equal(sink.taken.length, accepted);
  });
});

test('a question about the right that gets no answer ends the sending when the time is over', async () => {
  let asked = 0;
  await around({ message: () => sleep(5).then(() => undefined) }, async ({ sink, records, send }) => {
    const holdsFence = async () => {
      if (asked++ > 0) throw new Error('the database does not answer');
      return 300;
    };
    await assert.rejects(send({ messages: people(2000), holdsFence }), /the database does not answer/);
    assert.equal(sink.taken.length, records.filter(({ kind }) => kind === 'accepted').length);
    assert.ok(sink.taken.length < 2000);
  });
});

test('stop: the rest is not sent, and can be sent later', async () => {
  const stop = new AbortController();
  await around({ message: () => sleep(3).then(() => undefined) }, async ({ sink, records, send }) => {
    const onOutcomes = (more: readonly JournalRecord[]) => {
      records.push(...more);
      if (records.length > 25) stop.abort();
    };
    await send({ messages: people(500), signal: stop.signal, onOutcomes });
    const accepted = new Set(records.flatMap(({ kind, id }) => (kind === 'accepted' ? [id] : [])));
    assert.equal(sink.taken.length, accepted.size);
    assert.ok(accepted.size < 400);
    await send({
      messages: people(500)
        .filter(({ id }) => !accepted.has(id))
        .map((m) => ({ ...m, attempt: 2 })),
    });
    assert.equal(new Set(sink.taken.map(({ to }) => to)).size, 500);
    assert.equal(sink.taken.length, 500);
  });
});

test('one process at a time uses a journal', async () => {
  await around({}, async ({ folder }) => {
    const lock = await lockJournal(folder);
    await assert.rejects(lockJournal(folder), { code: 'data-folder-in-use' });
    await lock.release();
  });
});
