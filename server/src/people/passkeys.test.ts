import assert from 'node:assert/strict';
import { createPrivateKey, generateKeyPairSync, randomBytes } from 'node:crypto';
import { after, before, test } from 'node:test';
import { ANSWER, type ErrorCode } from '@forthright/contract';
import { type As, PASSWORD, type Reply, World } from '../http/testing.ts';
import { Authenticator, b64, ORIGIN, type Twist } from './testing.authenticator.ts';

let world: World;
let root: As;
let her: As & { id: string };
const device = new Authenticator();
before(async () => {
  world = await World.open();
  root = await world.first();
  her = await world.person(root, 'key@marlow.example', ['approver']);
});
after(async () => world.close());

function refuses(reply: Reply, code: ErrorCode): void {
  assert.equal(reply.body.code, code, JSON.stringify(reply.body));
  assert.equal(reply.status, ANSWER[code].status);
}

const post = (url: string, as: As, payload: object) => world.ask('POST', `/api${url}`, as, payload);
const creation = async () => (await post('/me/passkeys/begin', her, { password: PASSWORD })).body;
const add = (credential: object, as: As = her) => post('/me/passkeys', as, { name: 'laptop', credential });
const request = async () => (await post('/sign-in/passkey/begin', {}, {})).body;
const signIn = async (twist: Twist = {}) =>
  post('/sign-in/passkey', {}, { credential: device.get(await request(), twist) });

test('a passkey is made with the password, at a page that can have one, and kept without attestation', async () => {
  refuses(await post('/me/passkeys/begin', her, { password: 'not the password' }), 'sign-in-refused');
  const TWISTS: readonly Twist[] = [
    { origin: 'http://forthright.marlow.example' },
    { origin: 'https://forthright.marlow.example/' },
    { origin: 'https://evil.example' },
    { origin: 'http://127.0.0.1:8600', domain: '127.0.0.1' },
    { domain: 'evil.example' },
    { flags: 0b001 },
    { type: 'webauthn.get' },
  ];
  for (const twist of TWISTS) refuses(await add(device.create(await creation(), twist)), 'request-invalid');
  const attested = await add(device.create(await creation(), { format: 'packed' }));
  assert.match(JSON.stringify(attested.body.problems), /it has an attestation, and none was asked for/);
  refuses(await add({ ...device.create(await creation()), extra: 1 }), 'request-invalid');
  refuses(await add({ ...device.create(await creation()), id: 'AAAA' }), 'request-invalid');
  const good = device.create(await creation());
  const token = await post('/tokens', her, { name: 't', scopes: ['approver'] });
  refuses(await add(good, { token: String(token.body.secret) }), 'session-required');
  const added = await add(good);
  assert.equal(added.status, 200, JSON.stringify(added.body));
  assert.equal(added.body.origin, ORIGIN);
  refuses(await add(good), 'request-invalid');
  refuses(await add(device.create(await creation())), 'record-exists');
});

test('a challenge is its asker’s, and good for five minutes', async () => {
  const other = new Authenticator();
  refuses(await add(other.create(await creation()), root), 'request-invalid');
  refuses(await add(other.create({ ...(await creation()), ...(await request()) })), 'request-invalid');
  const options = await creation();
  world.pass(5.1 / 60);
  refuses(await add(other.create(options)), 'request-invalid');
});

test('a passkey signs in by itself, once for each challenge', async () => {
  const credential = device.get(await request());
  const both = await Promise.all([1, 2].map(() => post('/sign-in/passkey', {}, { credential })));
  assert.deepEqual(both.map(({ status }) => status).sort(), [200, 401]);
  const { cookie } = both.find(({ status }) => status === 200) ?? {};
  const me = await world.ask('GET', '/api/me', { cookie: cookie ?? '' });
  assert.deepEqual(me.body.roles, ['approver']);
  const { body } = await world.ask('GET', '/api/me/passkeys', her);
  assert.equal((body.passkeys as { usedAt: string }[])[0]?.usedAt, world.now().toISOString());
});

test('another page, key, person, copy, or an authenticator that asked nobody, signs nobody in', async () => {
  const stranger = createPrivateKey(
    generateKeyPairSync('ec', { namedCurve: 'P-256' }).privateKey.export({ format: 'pem', type: 'pkcs8' }),
  );
  const TWISTS: readonly Twist[] = [
    { origin: 'https://forthright-marlow.example' },
    { origin: 'http://forthright.marlow.example' },
    { domain: 'evil.example' },
    { key: stranger },
    { flags: 0b001 },
    { flags: 0b100 },
    { type: 'webauthn.create' },
    { userHandle: b64('usr_00000000000000000000') },
  ];
  for (const twist of TWISTS) refuses(await signIn(twist), 'sign-in-refused');
  const made = device.get(await creation());
  refuses(await post('/sign-in/passkey', {}, { credential: made }), 'sign-in-refused');
  refuses(
    await post('/sign-in/passkey', {}, { credential: new Authenticator().get(await request()) }),
    'sign-in-refused',
  );
  const options = await request();
  world.pass(5.1 / 60);
  refuses(await post('/sign-in/passkey', {}, { credential: device.get(options) }), 'sign-in-refused');
  assert.equal((await signIn()).status, 200);
  device.rewind();
  refuses(await signIn(), 'sign-in-refused');
  for (let i = 0; i < 20; i++) device.get({});
  assert.equal((await signIn()).status, 200);
});

test('whatever stands in a credential, the answer is coded', async () => {
  const good = device.get(await request());
  for (const clientDataJSON of ['', 'AAAA', b64('[]'), b64('{"challenge":1}'), b64('null')])
    refuses(
      await post(
        '/sign-in/passkey',
        {},
        { credential: { ...good, response: { ...good.response, clientDataJSON } } },
      ),
      'request-invalid',
    );
  for (const attestationObject of ['', 'AAAA', b64(randomBytes(200)), b64(Buffer.alloc(5000, 0x9f))]) {
    const made = new Authenticator().create(await creation());
    refuses(await add({ ...made, response: { ...made.response, attestationObject } }), 'request-invalid');
  }
});

test('without roles it opens nothing; an administrator’s link for a new password takes it away', async () => {
  const set = (roles: string[]) => world.ask('PUT', `/api/people/${her.id}/roles`, root, { roles });
  await set([]);
  refuses(await signIn(), 'sign-in-refused');
  await set(['approver']);
  const { cookie } = await signIn();
  const stranger = await world.person(root, 'other@marlow.example', ['auditor']);
  const passkey = b64(device.id);
  refuses(await post('/me/passkeys/remove', stranger, { passkey, password: PASSWORD }), 'passkey-not-found');
  assert.equal((await world.ask('GET', '/api/me/passkeys', { cookie })).status, 200);
  const made = await post(`/people/${her.id}/reset-link`, root, {});
  await post('/accept-link', {}, { link: made.body.link, password: 'another long phrase' });
  refuses(await signIn(), 'sign-in-refused');
});
