/** Signing in through a company's identity provider: a real one on loopback, honest and not. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, before, describe, test } from 'node:test';
import type { ForthrightError } from '@forthright/contract';
import { type As, PASSWORD, World } from '../http/testing.ts';
import { openRecords } from '../serve.ts';
import { readCompany } from './company.ts';
import { type Lie, Provider } from './testing.provider.ts';
import { strays } from './testing.ts';

const HOST = '127.0.0.1:8600';
const work = mkdtempSync(join(tmpdir(), 'forthright-company-'));
let provider: Provider;
let world: World;
let root: As;
const settings = () => `company:
  name: Marlow Market
  issuer: ${provider.issuer}
  clientId: ${provider.clientId}
  clientSecretFile: client-secret
  domains: [Marlow.example]
`;
before(async () => {
  provider = await Provider.start();
  writeFileSync(join(work, 'client-secret'), `${provider.clientSecret}\n`, { mode: 0o600 });
  writeFileSync(join(work, 'sign-in.yaml'), settings());
  const company = await readCompany(work);
  assert.deepEqual(company?.domains, ['marlow.example']);
  world = await World.open(company === undefined ? {} : { company });
  root = await world.first();
});
afterEach(() => {
  provider.lie = {};
});
after(async () => {
  try {
    assert.deepEqual(await strays(world.db), []);
  } finally {
    await world.close();
    await provider.stop();
    rmSync(work, { recursive: true, force: true });
  }
});

let from = 0;
const inject = (method: 'GET' | 'POST', url: string, cookie = '') =>
  world.app.inject({
    method,
    url,
    remoteAddress: `10.9.${from >> 8}.${from++ & 255}`,
    headers: {
      host: HOST,
      cookie,
      ...(method === 'GET'
        ? {}
        : { origin: `http://${HOST}`, 'content-type': 'application/x-www-form-urlencoded' }),
    },
  });

type Answer = Awaited<ReturnType<typeof inject>>;
const cookieFrom = ({ headers }: Answer, name: string): string =>
  [headers['set-cookie'] ?? []]
    .flat()
    .find((one) => one.startsWith(`${name}=`))
    ?.split(';')[0] ?? '';

/** A browser that has begun: where it is to go, and its ticket. */
async function begin() {
  const answer = await inject('POST', '/sign-in/company');
  assert.equal(answer.statusCode, 303, answer.body);
  return { address: String(answer.headers.location), ticket: cookieFrom(answer, 'forthright-company') };
}

/** At the provider's page; where that sends the browser back to. */
async function atProvider(address: string): Promise<string> {
  const { status, headers } = await fetch(address, { redirect: 'manual' });
  assert.equal(status, 303);
  const { pathname, search } = new URL(headers.get('location') ?? '');
  return pathname + search;
}

async function signIn(): Promise<Answer> {
  const { address, ticket } = await begin();
  return inject('GET', await atProvider(address), ticket);
}

function refuses(answer: Answer, words: RegExp, status = 401): void {
  assert.equal(answer.statusCode, status, answer.body);
  assert.match(answer.body.replaceAll('&#39;', "'"), words);
  assert.equal(cookieFrom(answer, 'forthright-session'), '');
}

const invite = async (email: string, roles = ['investigator']) => {
  const { body } = await world.ask('POST', '/api/people', root, { email, name: 'Iris Quint', roles });
  return String((body.person as { id: string }).id);
};
const me = async (answer: Answer) =>
  (await world.ask('GET', '/api/me', { cookie: cookieFrom(answer, 'forthright-session') })).body.person as {
    id: string;
    state: string;
  };

describe('somebody who was invited', () => {
  let id: string;
  test('signs in by the verified address the first time, and by the provider’s id from then on', async () => {
    id = await invite('iris@marlow.example');
    provider.person = { sub: 'u-1', email: 'Iris@Marlow.example', email_verified: true };
    const first = await signIn();
    assert.equal(first.statusCode, 200, first.body);
    assert.match(first.body, /As Iris Quint/);
    assert.deepEqual([(await me(first)).id, (await me(first)).state], [id, 'active']);
    provider.person = { sub: 'u-1', email: 'iris.married@marlow.example', email_verified: false };
    assert.equal((await me(await signIn())).id, id);
    const { entries } = (await world.ask('GET', '/api/history?most=500', root)).body as {
      entries: { kind: string; by: string; facts: Record<string, unknown>; texts: object }[];
    };
    const own = entries.filter(({ by }) => by === id);
    assert.deepEqual(
      own.map(({ kind, facts }) => [kind, facts.means]),
      [
        ['identity-linked', undefined],
        ['session-begun', 'company'],
        ['session-begun', 'company'],
      ],
    );
    assert.deepEqual(own[0]?.texts, { subject: 'u-1' });
  });

  test('is not whoever is given the same address later', async () => {
    provider.person = { sub: 'u-2', email: 'iris@marlow.example', email_verified: true };
    refuses(await signIn(), /one of that|is already|exists/i, 409);
  });

  test('is shut out without roles, and forgotten by a reset and by erasure', async () => {
    provider.person = { sub: 'u-1' };
    await world.ask('PUT', `/api/people/${id}/roles`, root, { roles: [] });
    refuses(await signIn(), /has been invited/);
    await world.ask('PUT', `/api/people/${id}/roles`, root, { roles: ['investigator'] });
    assert.equal((await signIn()).statusCode, 200);
    const reset = await world.ask('POST', `/api/people/${id}/reset-link`, root);
    const given = { link: reset.body.link, password: PASSWORD };
    assert.equal((await world.ask('POST', '/api/accept-link', {}, given)).status, 200);
    refuses(await signIn(), /has verified the address/);
    provider.person = { sub: 'u-1', email: 'iris@marlow.example', email_verified: true };
    assert.equal((await signIn()).statusCode, 200);
    provider.person = { sub: 'u-1' };
    await world.ask('POST', `/api/people/${id}/erase`, root, { reason: 'left' });
    refuses(await signIn(), /has verified the address/);
    assert.deepEqual(await world.db.rows('SELECT 1 FROM identities'), []);
  });
});

describe('nobody signs in', () => {
  before(async () => {
    await invite('ines@marlow.example');
    await invite('ines@elsewhere.example');
    provider.person = { sub: 'u-9', email: 'ines@marlow.example', email_verified: true };
  });

  const LIES: readonly (readonly [string, Lie, RegExp])[] = [
    ['a wrong nonce', { claims: { nonce: 'another' } }, /does not hold/],
    ['no nonce', { claims: { nonce: undefined } }, /does not hold/],
    ['a wrong issuer', { claims: { iss: 'https://evil.example' } }, /does not hold/],
    ['a wrong audience', { claims: { aud: 'another-client' } }, /does not hold/],
    [
      'several audiences, for another party',
      { claims: { aud: ['forthright', 'x'], azp: 'x' } },
      /does not hold/,
    ],
    ['a token that is over', { claims: { exp: 1_000_000 } }, /does not hold/],
    ['no subject', { claims: { sub: undefined } }, /does not hold/],
    ['alg: none', { algorithm: 'none' }, /does not hold/],
    ['the public key as a shared secret', { algorithm: 'HS256' }, /does not hold/],
    ['another key', { key: generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey }, /does not hold/],
    ['an address that is not verified', { claims: { email_verified: false } }, /has verified the address/],
    ['nothing said of the address', { claims: { email_verified: undefined } }, /has verified the address/],
    ['a word in place of true', { claims: { email_verified: 'true' } }, /can not be read/],
    ['no address', { claims: { email: undefined } }, /has verified the address/],
    ['a foreign domain', { claims: { email: 'ines@elsewhere.example' } }, /not of a domain/],
    ['a domain that ends alike', { claims: { email: 'ines@evil-marlow.example' } }, /not of a domain/],
    [
      'a domain in the name',
      { claims: { email: 'ines@marlow.example@elsewhere.example' } },
      /not of a domain/,
    ],
    ['somebody who was not invited', { claims: { email: 'x@marlow.example' } }, /has been invited/],
    ['a refusal at the provider', { back: { error: 'access_denied' } }, /does not hold/],
    ['another state', { back: { code: 'x', state: 'another' } }, /does not hold/],
    ['a code that is none', { back: { code: 'guessed' } }, /does not hold/],
  ];
  for (const [name, lie, words] of LIES)
    test(`with ${name}`, async () => {
      provider.lie = lie;
      refuses(await signIn(), words);
    });

  test('with an answer that was used already', async () => {
    const { address, ticket } = await begin();
    const back = await atProvider(address);
    assert.equal((await inject('GET', back, ticket)).statusCode, 200);
    refuses(await inject('GET', back, ticket), /done already/);
  });

  test('with an answer that was meant for another browser', async () => {
    const [one, two] = [await begin(), await begin()];
    const back = await atProvider(one.address);
    refuses(await inject('GET', back), /not begun in this browser/);
    refuses(await inject('GET', back, 'forthright-company=fwc_guessed'), /not begun in this browser/);
    refuses(await inject('GET', back, two.ticket), /does not hold/);
  });

  test('after ten minutes', async () => {
    const { address, ticket } = await begin();
    world.pass(0.17);
    refuses(await inject('GET', await atProvider(address), ticket), /took too long/);
  });

  test('from a page that is not of this server', async () => {
    const answer = await world.app.inject({
      method: 'POST',
      url: '/sign-in/company',
      headers: {
        host: HOST,
        origin: 'https://evil.example',
        'content-type': 'application/x-www-form-urlencoded',
      },
    });
    assert.equal(answer.statusCode, 403);
  });

  test('too often from one client', async () => {
    const tries = [];
    for (let i = 0; i < 21; i++)
      tries.push(
        await world.app.inject({
          url: '/sign-in/company/back?code=x',
          headers: { host: HOST },
          remoteAddress: '192.0.2.77',
        }),
      );
    assert.equal(tries.at(-1)?.statusCode, 429);
  });

  test('for the first time while the register is stopped', async () => {
    await invite('late@marlow.example', ['administrator']);
    provider.person = { sub: 'u-late', email: 'late@marlow.example', email_verified: true };
    rmSync(join(world.folder, 'register', 'register-head.json'));
    await openRecords(world.db, world.folder, world.now);
    assert.equal((await signIn()).statusCode, 503);
    await world.ask('POST', '/api/register/continue', root, { reason: 'Tried.' });
    assert.equal((await signIn()).statusCode, 200);
  });
});

describe('the provider', () => {
  test('that is away, or is another than it was taken for, is said to be; the form for passwords stays', async () => {
    world.pass(2);
    provider.lie = { issuer: 'https://evil.example' };
    const answer = await inject('POST', '/sign-in/company');
    assert.equal(answer.statusCode, 503);
    const page = await inject('GET', '/sign-in');
    assert.equal(page.statusCode, 200);
    assert.doesNotMatch(page.body, /Marlow Market/);
    assert.match(page.body, /Your password/);
    provider.lie = {};
    const back = await inject('GET', '/sign-in');
    assert.match(back.body, /Sign in with Marlow Market/);
    assert.match(
      String(back.headers['content-security-policy']),
      new RegExp(`form-action 'self' ${provider.issuer};`),
    );
  });

  test('gets a secret that only its owner can read', { skip: process.platform === 'win32' }, async () => {
    chmodSync(join(work, 'client-secret'), 0o644);
    assert.equal((await inject('POST', '/sign-in/company')).statusCode, 500);
    chmodSync(join(work, 'client-secret'), 0o600);
    assert.equal((await inject('POST', '/sign-in/company')).statusCode, 303);
  });

  test('leaves nothing of anybody in the log', () => {
    const text = world.lines.join('');
    for (const word of ['ines', 'iris', 'marlow', 'u-9', 'code=', 'state='])
      assert.ok(!text.includes(word), word);
  });
});

test('the settings are refused with every problem', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'forthright-settings-'));
  try {
    assert.equal(await readCompany(folder), undefined);
    writeFileSync(
      join(folder, 'sign-in.yaml'),
      'company:\n  name: x\n  issuer: http://login.marlow.example\n  clientId: y\n  domains: ["*"]\n  secret: z\n',
    );
    await assert.rejects(readCompany(folder), (error: ForthrightError) => {
      assert.equal(error.code, 'settings-invalid');
      assert.equal(error.problems.length, 3, JSON.stringify(error.problems));
      return true;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});
