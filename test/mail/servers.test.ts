import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { bytesOf, type JournalRecord, type Prepared, sendAll } from '../../server/src/notify/send/index.ts';
import { dkimKey, oneAddress } from '../../server/src/platform/mail/index.ts';
import { HARD_ADDRESSES, HARD_LINES, HARD_TEXTS, notice } from '../../server/src/platform/mail/testing.ts';
import { startExim, whyNoExim } from '../peers/exim.ts';
import { type Postfix, startPostfix, whyNoPostfix } from '../peers/postfix.ts';

const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });

function hardMessages(): Prepared[] {
  const notices = [
    ...HARD_ADDRESSES.filter((each) => /@(?:customer|bücher)\.example$/.test(each)),
    '用户@例子.example',
    'żaneta@customer.example',
  ].map((to) => notice({ to: oneAddress(to) }));
  notices.push(
    ...HARD_TEXTS.map((text) => notice({ text, subject: text.slice(0, 300), html: `<p>${text}</p>` })),
  );
  notices.push(notice({ text: HARD_LINES.join('\n'), html: HARD_LINES.join('\n') }));
  return notices.map((each, n) => ({
    id: `ntc_${n}`,
    attempt: 1,
    content: { notice: each },
    messageId: `hard-message-${n}@marlow.example`,
    sender: oneAddress(`bounce-${n}@marlow.example`),
    dateMs: 1_795_330_800_000,
  }));
}

/** Without the lines that a receiving server puts above a message; ends of lines as mail has them. */
function asSent(received: Buffer): string {
  const text = received.toString('latin1').replace(/\r?\n/g, '\r\n');
  return text.slice(text.indexOf('DKIM-Signature: '));
}

async function takesAll(start: () => Promise<Postfix>, secured: RegExp): Promise<void> {
  const server = await start();
  const folder = mkdtempSync(join(tmpdir(), 'forthright-postfix-send-'));
  try {
    const messages = hardMessages();
    const outcomes: JournalRecord[] = [];
    const settings = {
      from: { name: 'Marlow Market', address: oneAddress('privacy@marlow.example') },
      replyTo: oneAddress('questions@marlow.example'),
      helo: 'out.marlow.example',
      dkim: [{ domain: 'marlow.example', selector: 's1', privateKey }],
      route: {
        kind: 'relays',
        relays: [
          { host: '127.0.0.1', port: server.port, security: 'starttls', verifies: true, ca: server.ca },
        ],
      },
      connections: 2,
    } as const;
    await sendAll({
      messages,
      settings,
      folder,
      fence: 'test',
      holdsFence: async () => 10_000,
      onOutcomes: (more) => void outcomes.push(...more),
    });
    assert.deepEqual(
      outcomes.filter(({ kind }) => kind !== 'accepted').map(({ id, kind, why }) => [id, kind, why]),
      [],
    );
    assert.equal(outcomes.length, messages.length);
    const keys = settings.dkim.map(dkimKey);
    const sent = messages.map((each) => bytesOf(each, settings, keys).bytes.toString('latin1'));
    const arrived = await server.arrived(messages.length);
    assert.deepEqual(arrived.map(asSent).toSorted(), sent.toSorted());
    for (const each of arrived) assert.match(each.toString('latin1'), secured);
  } finally {
    await server.stop();
    rmSync(folder, { recursive: true });
  }
}

test(
  'Debian’s Postfix accepts the hardest messages over TLS, and delivers them byte for byte',
  {
    skip: whyNoPostfix() ?? false,
    timeout: 120_000,
  },
  () => takesAll(startPostfix, /with (?:ESMTPS|UTF8SMTPS) id/),
);

test(
  'Debian’s Exim accepts the hardest messages over TLS, and delivers them byte for byte',
  {
    skip: whyNoExim() ?? false,
    timeout: 120_000,
  },
  () => takesAll(startExim, /with (?:esmtps|utf8esmtps) {2}\(TLS1/),
);
