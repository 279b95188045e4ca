import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CampaignWorld, some } from '../../../../test/campaigns/world.ts';
import { seekEvidenceHandler } from './evidence.ts';
import { foundInLog } from './relay-log.ts';

const world = new CampaignWorld();
world.use();

const line = (program: string, words: string) => `Nov 21 08:00:01 relay postfix/${program}[123]: ${words}`;

test('that a message is in the relay’s queue is evidence; that its Message-ID was seen is none', () => {
  const log = [
    line('cleanup', '4A1B2C3D4E: message-id=<taken@marlow.example>'),
    line('qmgr', '4A1B2C3D4E: from=<t@returns.marlow.example>, size=8000, nrcpt=1 (queue active)'),
    line(
      'smtp',
      '4A1B2C3D4E: to=<a@b.example>, relay=mx[192.0.2.1]:25, delay=1, dsn=2.0.0, status=sent (250 2.0.0 Ok)',
    ),
    line('qmgr', '4A1B2C3D4E: removed'),
    line('cleanup', '5A1B2C3D4E: message-id=<broken-off@marlow.example>'),
    line('smtpd', '5A1B2C3D4E: lost connection after DATA (4000 bytes) from unknown[192.0.2.9]'),
    line('cleanup', '6A1B2C3D4E: message-id=<gone@marlow.example>'),
    line('qmgr', '6A1B2C3D4E: from=<t@returns.marlow.example>, size=8000, nrcpt=1 (queue active)'),
    line(
      'smtp',
      '6A1B2C3D4E: to=<c@b.example>, relay=none, dsn=5.1.1, status=bounced (host mx said: 550 5.1.1 unknown)',
    ),
    // The first queue id is used again by somebody else's message.
    line('cleanup', '4A1B2C3D4E: message-id=<other@elsewhere.example>'),
    line('smtp', '4A1B2C3D4E: to=<x@y.example>, dsn=5.0.0, status=bounced (no)'),
    'Nov 21 08:00:02 relay kernel: nothing',
  ].join('\n');
  const ids = new Set(['taken', 'broken-off', 'gone', 'never'].map((one) => `${one}@marlow.example`));
  const found = foundInLog(log, ids);
  assert.deepEqual(
    [...found].map(([id, { kind, status }]) => [id, kind, status]),
    [
      ['taken@marlow.example', 'taken', '2.0.0'],
      ['gone@marlow.example', 'bounced', '5.1.1'],
    ],
  );
});

test('whom the relay’s log settles is not written to again; the others are, after fifteen minutes', async () => {
  const [taken, gone, nothing] = ['person-1', 'person-2', 'person-3'].map((one) => `${one}@people.example`);
  const seen = new Map<string, string>();
  const times = new Map<string, number>();
  let isOver = false;
  world.deed = ({ to, bytes }) => {
    seen.set(to, /^Message-ID: <(.*)>/im.exec(bytes.toString('latin1'))?.[1] ?? '');
    times.set(to, (times.get(to) ?? 0) + 1);
    return !isOver && [taken, gone, nothing].includes(to) ? 'close' : undefined;
  };
  const of = await world.sent(some(5));
  assert.deepEqual(await world.sums(of), { accepted: 2, 'in-doubt': 3 });
  isOver = true;
  const path = join(world.folder, 'mail.log');
  const seek = async () => {
    const mailing = { ...world.mailing(), relayLog: path };
    const handler = seekEvidenceHandler({ db: world.db, now: world.now, log: () => {}, mailing });
    const job = { id: 'job', kind: 'x', subject: undefined, input: {}, attempt: 1, mostAttempts: 1 };
    await handler.run(job, { signal: new AbortController().signal, progress: () => {} });
  };
  await seek();
  assert.equal((await world.sums(of))['in-doubt'], 3, 'a log that is not there shows nothing');
  const queued = (queue: string, to = '') => [
    line('cleanup', `${queue}: message-id=<${seen.get(to)}>`),
    line('qmgr', `${queue}: from=<t@returns.marlow.example>, size=1, nrcpt=1 (queue active)`),
  ];
  writeFileSync(
    path,
    [
      ...queued('AAAAAAAAAA', taken),
      ...queued('BBBBBBBBBB', gone),
      line('smtp', 'BBBBBBBBBB: to=<x>, dsn=5.1.1, status=bounced (no such user)'),
      line('cleanup', `CCCCCCCCCC: message-id=<${seen.get(nothing ?? '')}>`),
    ].join('\n'),
  );
  await seek();
  await seek();
  assert.deepEqual(await world.sums(of), { accepted: 3, bounced: 1, 'in-doubt': 1 });
  world.pass(16);
  await world.send();
  assert.deepEqual(await world.sums(of), { accepted: 4, bounced: 1 });
  assert.deepEqual(
    [taken, gone, nothing].map((to) => times.get(to ?? '')),
    [1, 1, 2],
  );
  const notes = await world.db.rows('SELECT 1 FROM campaign_returns');
  assert.equal(notes.length, 2, 'each once');
});
