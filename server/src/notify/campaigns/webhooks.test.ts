/** Webhooks through the real HTTP door, over real records. */
import assert from 'node:assert/strict';
import { createHmac, generateKeyPairSync, sign } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { CampaignWorld, some } from '../../../../test/campaigns/world.ts';
import { makeServer } from '../../http/index.ts';
import { refuseLastOfficer } from '../../incident/index.ts';
import { makePeople } from '../../people/index.ts';
import { sealFolder } from '../../prove/index.ts';
import type { ProviderProofs } from './types.ts';

const world = new CampaignWorld();
world.use();

const TOPIC = 'arn:aws:sns:eu-west-1:1:ours';
const { privateKey, publicKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
const PROOFS: ProviderProofs = {
  ses: { topics: [TOPIC] },
  sendgrid: { publicKey: publicKey.export({ format: 'der', type: 'spki' }).toString('base64') },
  postmark: { user: 'forthright', password: 'secret' },
  mailgun: { signingKey: 'key' },
};
const pem = (name: string) =>
  readFileSync(new URL(`../returned/fixtures/sns/${name}.pem`, import.meta.url), 'utf8');

function door(providers: ProviderProofs = PROOFS) {
  const { db, now, folder } = world;
  const asked: string[] = [];
  const people = makePeople({
    db,
    now,
    seals: sealFolder(join(folder, 'keys')),
    refuseLosing: refuseLastOfficer,
  });
  const app = makeServer({
    operations: people.operations,
    people,
    db,
    now,
    log: () => {},
    version: '0',
    returned: {
      asked: world.program(),
      mailing: { ...world.mailing(), providers },
      fetchFromAmazon: async (url) => {
        asked.push(url);
        return pem('certificate');
      },
    },
  });
  const post = async (vendor: string, body: string, headers: Record<string, string> = {}) =>
    (
      await app.inject({
        method: 'POST',
        url: `/returned/${vendor}`,
        headers: { host: '127.0.0.1:8600', 'content-type': 'text/plain; charset=UTF-8', ...headers },
        payload: body,
      })
    ).statusCode;
  return { post, asked };
}

function sns(message: object, more: Readonly<Record<string, string>> = {}, id = '1'): string {
  const signed: Record<string, string> = {
    Message: JSON.stringify(message),
    MessageId: id,
    Timestamp: world.now().toISOString(),
    TopicArn: TOPIC,
    Type: 'Notification',
    ...more,
  };
  const text = Object.keys(signed)
    .sort()
    .map((name) => `${name}\n${signed[name]}\n`)
    .join('');
  const Signature = sign('sha256', Buffer.from(text), pem('test-key')).toString('base64');
  const SigningCertURL = 'https://sns.eu-west-1.amazonaws.com/x.pem';
  return JSON.stringify({ ...signed, SignatureVersion: '2', Signature, SigningCertURL });
}

test('SES by its envelope, SendGrid and Mailgun by the Message-ID, Postmark by the address: each is noted once', async () => {
  const of = await world.sent(some(4));
  const [ses, grid, gun, mark] = world.sink.taken;
  assert.ok(ses && grid && gun && mark);
  const { post, asked } = door();
  const idOf = ({ bytes }: typeof ses) => /^Message-ID: <(.*)>/im.exec(bytes.toString('latin1'))?.[1];
  const bounce = {
    notificationType: 'Bounce',
    bounce: {
      bounceType: 'Permanent',
      bounceSubType: 'General',
      bouncedRecipients: [
        {
          emailAddress: 'rewritten@forwarded.example',
          status: '5.1.1',
          diagnosticCode: 'smtp; 550 5.1.1 user unknown',
        },
      ],
    },
    mail: { source: ses.from, messageId: 'amazons-own' },
  };
  assert.equal(await post('ses', sns(bounce)), 204);
  assert.equal(await post('ses', sns(bounce)), 204, 'again');
  assert.ok(asked.every((url) => url === 'https://sns.eu-west-1.amazonaws.com/x.pem'));

  const seconds = String(Math.floor(world.now().getTime() / 1000));
  const events = JSON.stringify([
    { email: grid.to, event: 'processed', sg_event_id: 'p', 'smtp-id': `<${idOf(grid)}>` },
    { email: grid.to, event: 'spamreport', sg_event_id: 'e1', 'smtp-id': `<${idOf(grid)}>` },
  ]);
  const signature = sign('sha256', Buffer.from(seconds + events), privateKey).toString('base64');
  const signed = {
    'x-twilio-email-event-webhook-signature': signature,
    'x-twilio-email-event-webhook-timestamp': seconds,
  };
  assert.equal(await post('sendgrid', events, signed), 204);
  assert.equal(await post('sendgrid', events, signed), 204, 'replayed');
  assert.equal(await post('sendgrid', events.replace('spamreport', 'delivered'), signed), 403);

  const token = 'aa';
  const mac = createHmac('sha256', 'key')
    .update(seconds + token)
    .digest('hex');
  const event = {
    signature: { timestamp: seconds, token, signature: mac },
    'event-data': {
      id: 'm1',
      event: 'failed',
      severity: 'temporary',
      recipient: gun.to,
      message: { headers: { 'message-id': idOf(gun) } },
      'delivery-status': { code: 450, message: '450 4.2.0 greylisted' },
    },
  };
  assert.equal(await post('mailgun', JSON.stringify(event)), 204);
  const body = JSON.stringify({
    RecordType: 'Bounce',
    Type: 'HardBounce',
    ID: 7,
    Email: mark.to,
    Details: '550 5.1.1 unknown',
  });
  const basic = `Basic ${Buffer.from('forthright:secret').toString('base64')}`;
  assert.equal(await post('postmark', body, { authorization: basic }), 204);
  assert.equal(await post('postmark', body, { authorization: 'Basic bm86bm8=' }), 403);
  assert.deepEqual(await world.sums(of), { accepted: 1, complained: 1, 'other-channel': 2 });
  const notes = await world.db.rows('SELECT 1 FROM campaign_returns');
  assert.equal(notes.length, 4);
});

test('a subscription is confirmed at Amazon only; nobody else is ever asked anything', async () => {
  const { post, asked } = door();
  const subscription = (SubscribeURL: string) =>
    sns(
      {},
      { Type: 'SubscriptionConfirmation', SubscribeURL, Token: 't', Message: 'You have chosen to subscribe' },
    );
  const good = `https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&TopicArn=${TOPIC}&Token=t`;
  assert.equal(await post('ses', subscription(good)), 204);
  assert.equal(asked.at(-1), good);
  for (const bad of [
    'https://evil.example/?Action=ConfirmSubscription',
    'http://169.254.169.254/?Action=ConfirmSubscription',
    'https://sns.eu-west-1.amazonaws.com@evil.example/?Action=ConfirmSubscription',
    'https://sns.eu-west-1.amazonaws.com/?Action=Publish',
  ])
    assert.equal(await post('ses', subscription(bad)), 403, bad);
  assert.equal(
    await post('ses', sns({}, { TopicArn: 'arn:aws:sns:eu-west-1:2:theirs' })),
    403,
    'another topic',
  );
  assert.ok(asked.every((url) => new URL(url).hostname === 'sns.eu-west-1.amazonaws.com'));
});

test('what is not set up, not signed, or no event is refused, and whoever tries often waits', async () => {
  const none = door({});
  assert.equal(await none.post('mailgun', '{}'), 403);
  const { post } = door();
  const basic = { authorization: `Basic ${Buffer.from('forthright:secret').toString('base64')}` };
  assert.equal(await post('postmark', 'no JSON', basic), 400);
  assert.equal(await post('nobody', '{}'), 404);
  assert.equal(await post('ses', sns({ nonsense: true }).replace('nonsense', 'changed')), 403);
  const statuses: number[] = [];
  for (let n = 0; n < 65; n += 1) statuses.push(await post('mailgun', '{}'));
  assert.deepEqual([statuses[0], statuses.at(-1)], [403, 429]);
});
