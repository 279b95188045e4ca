/** What comes back, over real records: messages as mail systems write them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CampaignShown, InboxListed, IncidentShown } from '@forthright/contract';
import { CampaignWorld, some } from '../../../../test/campaigns/world.ts';

const world = new CampaignWorld();
world.use();
const DAY = 24 * 60;

/** A delivery report as Postfix writes it. */
export function report(
  to: string,
  {
    address,
    code = '5.1.1',
    action = 'failed',
    words = '550 5.1.1 <x>: Recipient address rejected: User unknown in virtual mailbox table',
    id = 'a1',
  }: Readonly<{ address: string; code?: string; action?: string; words?: string; id?: string }>,
): Buffer {
  return Buffer.from(
    [
      'Return-Path: <>',
      `Delivered-To: ${to}`,
      'From: MAILER-DAEMON@mx.people.example (Mail Delivery System)',
      'Subject: Undelivered Mail Returned to Sender',
      `To: ${to}`,
      'Auto-Submitted: auto-replied',
      'MIME-Version: 1.0',
      `Content-Type: multipart/report; report-type=delivery-status; boundary="B"`,
      `Message-Id: <${id}@mx.people.example>`,
      '',
      '--B',
      'Content-Type: text/plain; charset=us-ascii',
      '',
      'This is the mail system at host mx.people.example.',
      '',
      action === 'delayed'
        ? 'YOUR MESSAGE HAS NOT BEEN DELIVERED YET. It will be retried until it is 5 days old.'
        : "I'm sorry to have to inform you that your message could not be delivered to one or more recipients.",
      '',
      `<${address}>: host mx2.people.example[192.0.2.7] said: ${words} (in reply to RCPT TO command)`,
      '',
      '--B',
      'Content-Type: message/delivery-status',
      '',
      'Reporting-MTA: dns; mx.people.example',
      '',
      `Final-Recipient: rfc822; ${address}`,
      `Action: ${action}`,
      `Status: ${code}`,
      'Remote-MTA: dns; mx2.people.example',
      `Diagnostic-Code: smtp; ${words}`,
      '',
      '--B--',
      '',
    ].join('\r\n'),
  );
}

const letter = (to: string, from: string, headers: readonly string[], text: string): Buffer =>
  Buffer.from(
    [`From: ${from}`, `To: ${to}`, ...headers, 'Content-Type: text/plain; charset=utf-8', '', text, ''].join(
      '\r\n',
    ),
  );

test('a report finds its person by the envelope; each outcome moves them as the table says; the same again changes nothing', async () => {
  const of = await world.sent(some(8));
  const [dead, blocked, full, late, away, confirmed, complains] = world.sink.taken;
  assert.ok(dead && blocked && full && late && away && confirmed && complains);
  const gone = report(dead.from, { address: 'somebody-else@forwarded.example' });
  assert.equal(await world.take(gone), 'noted', 'though the report names another address');
  assert.equal(
    await world.take(
      report(blocked.from, {
        address: blocked.to,
        code: '5.7.1',
        id: 'b',
        words: '554 5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org',
      }),
    ),
    'noted',
  );
  assert.equal(
    await world.take(
      report(full.from, {
        address: full.to,
        code: '4.2.2',
        id: 'c',
        words: '452 4.2.2 The email account that you tried to reach is over quota',
      }),
    ),
    'noted',
  );
  assert.equal(
    await world.take(
      report(late.from, {
        address: late.to,
        code: '4.4.1',
        action: 'delayed',
        id: 'd',
        words: 'connect to mx2.people.example[192.0.2.7]:25: Connection timed out',
      }),
    ),
    'noted',
  );
  assert.equal(
    await world.take(
      letter(
        away.from,
        away.to,
        ['Subject: Automatic reply: notice', 'Auto-Submitted: auto-replied', 'Message-ID: <ooo@x>'],
        'I am out of the office.',
      ),
    ),
    'noted',
  );
  assert.equal(
    await world.take(
      report(confirmed.from, {
        address: confirmed.to,
        code: '2.0.0',
        action: 'delivered',
        id: 'e',
        words: '250 2.0.0 Ok',
      }),
    ),
    'noted',
  );
  const complaint = Buffer.from(
    [
      'From: feedback@isp.example',
      `To: ${complains.from}`,
      'Message-ID: <arf@isp.example>',
      'Subject: FW: notice',
      'MIME-Version: 1.0',
      'Content-Type: multipart/report; report-type=feedback-report; boundary="B"',
      '',
      '--B',
      'Content-Type: message/feedback-report',
      '',
      'Feedback-Type: abuse',
      'User-Agent: ISP/1',
      'Version: 1',
      '',
      '--B--',
    ].join('\r\n'),
  );
  assert.equal(await world.take(complaint), 'noted');
  assert.deepEqual(await world.sums(of), {
    accepted: 4,
    bounced: 2,
    complained: 1,
    'other-channel': 1,
  });
  const before = await world.entries();
  assert.equal(await world.take(gone), 'known');
  const again = Buffer.concat([
    Buffer.from('Received: from a by b; Sat, 22 Nov 2025 10:00:00 +0000\r\n'),
    gone,
  ]);
  assert.equal(await world.take(again), 'known', 'by another way');
  assert.equal(await world.entries(), before);
  assert.equal(
    await world.take(report('nobody0123@returns.marlow.example', { address: 'a@b.example', id: 'z' })),
    'unknown',
  );
  const other = report('privacy@marlow.example', { address: late.to, id: 'q' });
  assert.equal(await world.take(other), 'unknown', 'no token, and no Message-ID of ours');

  world.pass(4 * DAY);
  await world.take(
    report(late.from, {
      address: late.to,
      code: '4.4.1',
      action: 'delayed',
      id: 'd2',
      words: 'Connection timed out',
    }),
  );
  world.pass(1 * DAY + 1);
  await world.closeWindows();
  assert.equal((await world.sums(of)).accepted, 1, 'whose server still tries is not told yet');
  world.pass(5 * DAY);
  await world.closeWindows();
  assert.deepEqual(await world.sums(of), { told: 5, bounced: 2, 'other-channel': 1 });
  await world.take(report(late.from, { address: late.to, id: 'late' }));
  const after = await world.sums(of);
  assert.deepEqual(after, { told: 4, bounced: 2, 'other-channel': 2 }, 'a late return opens it again');
  const { blockers } = await world.record<IncidentShown>('show-incident', { incident: of.incident });
  assert.ok(blockers.some(({ blocker }) => blocker === 'open-campaign'));
});

test('who writes back is told, and is heard: it waits in the inbox with a clock; a stranger is heard, and counts for nobody', async () => {
  const of = await world.sent(some(4));
  const [one, two, three, four] = world.sink.taken;
  assert.ok(one && two && three && four);
  const id = /^Message-ID: <(.*)>/im.exec(two.bytes.toString('latin1'))?.[1];
  await world.take(
    letter(
      one.from,
      `"Person \u202e One" <${one.to}>`,
      ['Subject: Re: notice', 'Message-ID: <r1@x>'],
      'I am away. What shall I do?',
    ),
  );
  await world.take(
    letter(
      'privacy@marlow.example',
      'other@people.example',
      [`In-Reply-To: <${id}>`, 'Subject: Re: notice', 'Message-ID: <r2@x>'],
      'Please delete my data.',
    ),
  );
  await world.take(
    letter(three.from, 'spam@spam.example', ['Subject: Offer', 'Message-ID: <r3@x>'], 'Buy this.'),
  );
  assert.equal(await world.take(four.bytes, [four.from]), 'noted', 'our own message that came round');
  assert.deepEqual(await world.sums(of), { accepted: 2, told: 2 });
  const { items } = await world.record<InboxListed>('list-inbox', {});
  assert.deepEqual(items.map(({ kind }) => kind).sort(), ['other', 'other', 'reply', 'reply']);
  const asks = items.find(({ text }) => text?.includes('Please delete'));
  assert.equal(asks?.contact, 'other@people.example');
  assert.match(asks?.clock?.due ?? '', /^2025-12-21T/);
});

test('what is blocked for our own fault stops the campaign, a full mailbox does not; of one message no more than twenty are noted', async () => {
  const of = await world.started(some(60), 30);
  await world.send();
  await world.ask('resume-campaign', of);
  const blocks = (n: number) => {
    const seen = world.sink.taken[n];
    assert.ok(seen);
    return report(seen.from, {
      address: seen.to,
      code: '5.7.1',
      id: `b${n}`,
      words: '554 5.7.1 Message rejected: your IP is on our blocklist',
    });
  };
  for (const n of [0, 1, 2]) {
    const seen = world.sink.taken[n];
    assert.ok(seen);
    await world.take(
      report(seen.from, { address: seen.to, code: '5.2.2', id: `f${n}`, words: '552 5.2.2 mailbox full' }),
    );
  }
  assert.equal((await world.show(of)).state, 'sending');
  await world.take(blocks(3));
  assert.equal((await world.show(of)).state, 'sending', 'one of thirty');
  await world.take(blocks(4));
  const stopped: CampaignShown = await world.show(of);
  assert.deepEqual([stopped.state, stopped.pause], ['paused', 'returns']);

  const [, , , , , flooded] = world.sink.taken;
  assert.ok(flooded);
  const outcomes: string[] = [];
  for (let n = 0; n < 22; n += 1)
    outcomes.push(
      await world.take(
        letter(
          flooded.from,
          flooded.to,
          ['Auto-Submitted: auto-replied', 'Subject: Auto: away', `Message-ID: <${n}@x>`],
          'Away.',
        ),
      ),
    );
  assert.deepEqual([outcomes.filter((one) => one === 'noted').length, outcomes.at(-1)], [20, 'enough']);
});
