import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import fc from 'fast-check';
import {
  isFromMailgun,
  isFromPostmark,
  isFromSendGrid,
  isFromSns,
  readVendorEvent,
  snsCertificateUrl,
  type Vendor,
} from './vendors.ts';

const now = new Date('2025-11-20T10:00:00Z');
const seconds = String(now.getTime() / 1000);
const ANA = 'ana@shop.example';

const CASES: readonly (readonly [
  vendor: Vendor,
  what: string,
  body: unknown,
  expected: readonly string[],
])[] = [
  [
    'ses',
    'a bounce within an SNS message',
    {
      Type: 'Notification',
      Message: JSON.stringify({
        notificationType: 'Bounce',
        bounce: {
          bounceType: 'Permanent',
          bounceSubType: 'General',
          bouncedRecipients: [
            {
              emailAddress: ANA,
              action: 'failed',
              status: '5.1.1',
              diagnosticCode: 'smtp; 550 5.1.1 user unknown',
            },
            { emailAddress: 'ben@shop.example' },
          ],
        },
      }),
    },
    ['address-dead userunknown ana@shop.example 5.1.1 550', 'address-dead userunknown ben@shop.example  '],
  ],
  [
    'ses',
    'an address that SES no longer tries',
    {
      eventType: 'Bounce',
      bounce: {
        bounceType: 'Permanent',
        bounceSubType: 'OnAccountSuppressionList',
        bouncedRecipients: [
          { emailAddress: ANA, diagnosticCode: 'Amazon SES did not send the message to this address' },
        ],
      },
    },
    ['blocked-by-policy suppressed ana@shop.example  '],
  ],
  [
    'ses',
    'a full mailbox without a diagnostic',
    {
      eventType: 'Bounce',
      bounce: {
        bounceType: 'Transient',
        bounceSubType: 'MailboxFull',
        bouncedRecipients: [{ emailAddress: ANA }],
      },
    },
    ['temporary mailboxfull ana@shop.example  '],
  ],
  [
    'ses',
    'a complaint',
    { eventType: 'Complaint', complaint: { complainedRecipients: [{ emailAddress: ANA }] } },
    ['not-a-bounce feedback ana@shop.example  '],
  ],
  ['ses', 'an opened message', { eventType: 'Open', open: {} }, []],
  [
    'sendgrid',
    'a list of events',
    [
      { email: ANA, event: 'bounce', type: 'bounce', status: '5.2.2', reason: '552 5.2.2 mailbox full' },
      { email: ANA, event: 'bounce', type: 'blocked', reason: 'sorry' },
      { email: ANA, event: 'deferred', response: '451 4.7.1 Greylisted' },
      { email: ANA, event: 'dropped', reason: 'Bounced Address' },
      { email: ANA, event: 'spamreport' },
      { email: ANA, event: 'open' },
    ],
    [
      'temporary mailboxfull ana@shop.example 5.2.2 552',
      'blocked-by-policy blocked ana@shop.example  ',
      'temporary expired ana@shop.example 4.7.1 451',
      'blocked-by-policy suppressed ana@shop.example  ',
      'not-a-bounce feedback ana@shop.example  ',
    ],
  ],
  [
    'postmark',
    'a hard bounce',
    { RecordType: 'Bounce', Type: 'HardBounce', Email: ANA, Details: 'smtp;550 5.1.1 user unknown' },
    ['address-dead userunknown ana@shop.example 5.1.1 550'],
  ],
  [
    'postmark',
    'an absence note',
    { RecordType: 'Bounce', Type: 'AutoResponder', Email: ANA, Details: '' },
    ['not-a-bounce vacation ana@shop.example  '],
  ],
  [
    'postmark',
    'a block without details',
    { RecordType: 'Bounce', Type: 'Blocked', Email: ANA },
    ['blocked-by-policy blocked ana@shop.example  '],
  ],
  [
    'mailgun',
    'a permanent failure',
    {
      'event-data': {
        event: 'failed',
        severity: 'permanent',
        reason: 'bounce',
        recipient: ANA,
        'delivery-status': { code: 550, message: '5.7.26 DMARC policy', 'enhanced-code': '5.7.26' },
      },
    },
    ['blocked-by-policy authfailure ana@shop.example 5.7.26 550'],
  ],
  [
    'mailgun',
    'an address that Mailgun no longer tries',
    { 'event-data': { event: 'failed', severity: 'permanent', reason: 'suppress-bounce', recipient: ANA } },
    ['blocked-by-policy suppressed ana@shop.example  '],
  ],
];

describe('what vendors tell', () => {
  for (const [vendor, what, body, expected] of CASES) {
    test(`${vendor}: ${what}`, () => {
      const got = readVendorEvent(vendor, JSON.stringify(body)) ?? [];
      const shown = got.map(({ kind, reason, recipient, status, reply }) =>
        [kind, reason, recipient, status, reply].join(' '),
      );
      assert.deepEqual(shown, expected);
    });
  }

  test('a body of another kind is none', () => {
    for (const vendor of ['ses', 'sendgrid', 'postmark', 'mailgun'] as const) {
      assert.equal(readVendorEvent(vendor, 'not json'), undefined);
      assert.equal(readVendorEvent(vendor, '"text"'), undefined);
    }
    assert.equal(readVendorEvent('sendgrid', '{"event":"bounce"}'), undefined);
    assert.equal(readVendorEvent('mailgun', '{}'), undefined);
  });

  test('any JSON is answered', () => {
    fc.assert(
      fc.property(
        fc.constantFrom<Vendor>('ses', 'sendgrid', 'postmark', 'mailgun'),
        fc.json(),
        (vendor, body) => {
          const got = readVendorEvent(vendor, body);
          assert.ok(got === undefined || Array.isArray(got));
        },
      ),
    );
  });
});

describe('who told it', () => {
  const mailgun = (key: string, timestamp = seconds) => {
    const token = 'f3c1';
    const signature = createHmac('sha256', key)
      .update(timestamp + token)
      .digest('hex');
    return JSON.stringify({ signature: { timestamp, token, signature }, 'event-data': {} });
  };

  test('Mailgun: by its key, and lately', () => {
    assert.equal(isFromMailgun(mailgun('key'), 'key', now), true);
    assert.equal(isFromMailgun(mailgun('other'), 'key', now), false);
    assert.equal(isFromMailgun(mailgun('key', String(Number(seconds) - 3600)), 'key', now), false);
    assert.equal(isFromMailgun('{}', 'key', now), false);
  });

  test('SendGrid: over time and body', () => {
    const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
    const key = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
    const body = '[{"event":"bounce"}]';
    const signature = sign('sha256', Buffer.from(seconds + body), privateKey).toString('base64');
    const headers = { signature, timestamp: seconds };
    assert.equal(isFromSendGrid(body, headers, key, now), true);
    assert.equal(isFromSendGrid(`${body} `, headers, key, now), false);
    assert.equal(isFromSendGrid(body, { ...headers, timestamp: '1' }, key, now), false);
    assert.equal(isFromSendGrid(body, { ...headers, signature: 'x' }, key, now), false);
    assert.equal(isFromSendGrid(body, headers, 'no key', now), false);
  });

  test('Postmark: by user and password', () => {
    const sent = `Basic ${Buffer.from('hook:secret').toString('base64')}`;
    assert.equal(isFromPostmark(sent, 'hook', 'secret'), true);
    assert.equal(isFromPostmark(sent, 'hook', 'secrets'), false);
    assert.equal(isFromPostmark('', 'hook', 'secret'), false);
  });

  test('SNS: fields in their order, by the certificate, for our topic, lately', () => {
    const pem = (name: string) =>
      readFileSync(new URL(`./fixtures/sns/${name}.pem`, import.meta.url), 'utf8');
    const message = {
      Type: 'Notification',
      MessageId: '1',
      TopicArn: 'arn:aws:sns:eu-west-1:1:ours',
      Message: '{}',
      Timestamp: now.toISOString(),
      SigningCertURL: 'https://sns.eu-west-1.amazonaws.com/x.pem',
    };
    const text = `Message\n{}\nMessageId\n1\nTimestamp\n${message.Timestamp}\nTopicArn\n${message.TopicArn}\nType\nNotification\n`;
    const signed = (version: string, algorithm: string, changed = {}) => {
      const Signature = sign(algorithm, Buffer.from(text), pem('test-key')).toString('base64');
      return JSON.stringify({ ...message, SignatureVersion: version, Signature, ...changed });
    };
    const is = (body: string, at = now, topic = message.TopicArn) =>
      isFromSns(body, pem('certificate'), topic, at);
    assert.equal(is(signed('1', 'sha1')), true);
    assert.equal(is(signed('2', 'sha256')), true);
    assert.equal(is(signed('2', 'sha1')), false);
    assert.equal(is(signed('2', 'sha256', { Message: '{"a":1}' })), false);
    assert.equal(is(signed('2', 'sha256', { Subject: 'added' })), false);
    assert.equal(is(signed('2', 'sha256'), now, 'arn:aws:sns:eu-west-1:1:theirs'), false);
    assert.equal(is(signed('2', 'sha256'), new Date('2025-11-21T10:00:00Z')), false);
    assert.equal(is(signed('2', 'sha256', { SigningCertURL: 'https://evil.example/x.pem' })), false);
  });

  test('SNS: only a certificate that lies at Amazon is asked for', () => {
    const at = (SigningCertURL: string) => snsCertificateUrl(JSON.stringify({ SigningCertURL }));
    const good = 'https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-1.pem';
    assert.equal(at(good), good);
    for (const bad of [
      good.replace('https', 'http'),
      'https://sns.eu-west-1.amazonaws.com.evil.example/x.pem',
      'https://evil.example/sns.eu-west-1.amazonaws.com/x.pem',
      'https://sns.eu-west-1.amazonaws.com@evil.example/x.pem',
      'https://sns.eu-west-1.amazonaws.com:8443/x.pem',
      'https://bucket.s3.amazonaws.com/x.pem',
      'https://sns.eu-west-1.amazonaws.com/x',
      'nonsense',
    ])
      assert.equal(at(bad), undefined, bad);
    assert.equal(
      isFromSns(JSON.stringify({ SigningCertURL: good, Type: 'Notification' }), 'no certificate', 'arn', now),
      false,
    );
  });
});
