import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import { ANSWER, type ErrorCode } from '@forthright/contract';
import { TOTP } from 'otpauth';
import { type Postgres, startPostgres, whyNoPostgres } from '../../../test/peers/postgres.ts';
import { type As, PASSWORD, type Reply, World } from '../http/testing.ts';
import { Gate } from './gate.ts';
import { hashPassword, isPassword, refuseWeakPassword } from './secrets.ts';

function refuses(reply: Reply, code: ErrorCode): void {
  assert.equal(reply.body.code, code, JSON.stringify(reply.body));
  assert.equal(reply.status, ANSWER[code].status);
}

/** The embedded engine does one thing after the other; what happens at once is only seen on a server. */
const ENGINES = [
  { name: 'embedded', why: undefined },
  { name: 'PostgreSQL', why: whyNoPostgres() },
] as const;

for (const { name, why } of ENGINES)
  describe(name, why === undefined ? {} : { skip: why }, () => suite(name));

function suite(engine: (typeof ENGINES)[number]['name']): void {
  let world: World;
  let postgres: Postgres | undefined;
  before(async () => {
    postgres = engine === 'PostgreSQL' ? await startPostgres() : undefined;
    world = await World.open(postgres === undefined ? {} : { url: postgres.url });
  });
  after(async () => {
    await world.close();
    await postgres?.stop();
  });

  const post = (url: string, as: As, payload?: object) => world.ask('POST', `/api${url}`, as, payload);
  const signIn = (email: string, password = PASSWORD, more: object = {}) =>
    post('/sign-in', {}, { email, password, ...more });

  let root: As;

  describe('the first start', () => {
    test('the newest link alone opens, once, within an hour', async () => {
      const who = { email: 'root@marlow.example', name: 'Rosa Root', password: PASSWORD };
      const old = await world.people.firstLink();
      const late = await world.people.firstLink();
      refuses(await post('/accept-link', {}, { ...who, link: old?.link }), 'link-invalid');
      world.pass(1);
      refuses(await post('/accept-link', {}, { ...who, link: late?.link }), 'link-invalid');
      const made = await world.people.firstLink();
      refuses(await post('/accept-link', {}, { link: made?.link, password: PASSWORD }), 'request-invalid');
      refuses(
        await post('/accept-link', {}, { ...who, link: made?.link, password: 'password1234' }),
        'password-unsuitable',
      );
      const [one, two] = await Promise.all([
        post('/accept-link', {}, { ...who, link: made?.link }),
        post('/accept-link', {}, { ...who, link: made?.link }),
      ]);
      assert.deepEqual([one.status, two.status].sort(), [200, 410]);
      root = { cookie: one.cookie || two.cookie };
      assert.equal(await world.people.firstLink(), undefined);
      const me = await world.ask('GET', '/api/me', root);
      assert.deepEqual(me.body.roles, ['administrator']);
    });

    test('a link that is none opens nothing', async () => {
      for (const link of ['', 'fwl_', `fwl_${'A'.repeat(43)}`, "' OR 1=1 --"])
        refuses(await post('/accept-link', {}, { link, password: PASSWORD }), 'link-invalid');
    });
  });

  describe('signing in', () => {
    test('by address in any case and password; which of both was wrong is not said', async () => {
      const answer = await signIn('ROOT@marlow.example');
      assert.equal(answer.status, 200);
      const wrong = await signIn('root@marlow.example', 'lamp orchard ferrY');
      const nobody = await signIn('nobody@marlow.example');
      refuses(wrong, 'sign-in-refused');
      refuses(nobody, 'sign-in-refused');
      const { instance: _a, ...one } = wrong.body;
      const { instance: _b, ...two } = nobody.body;
      assert.deepEqual(one, two);
    });

    test('signing out ends the session for good, and takes the cookie away', async () => {
      const { cookie } = await signIn('root@marlow.example');
      assert.equal((await world.ask('GET', '/api/me', { cookie })).status, 200);
      const out = await post('/sign-out', { cookie }, {});
      assert.match(
        String(out.headers['set-cookie']),
        /forthright-session=; Path=\/; Expires=Thu, 01 Jan 1970/,
      );
      refuses(await world.ask('GET', '/api/me', { cookie }), 'session-expired');
    });

    test('a session ends after two hours without use, and after twelve in any case', async () => {
      const idle = await signIn('root@marlow.example');
      world.pass(2);
      refuses(await world.ask('GET', '/api/me', { cookie: idle.cookie }), 'session-expired');
      const used = await signIn('root@marlow.example');
      for (let hour = 1; hour < 12; hour++) {
        world.pass(1);
        assert.equal(
          (await world.ask('GET', '/api/me', { cookie: used.cookie })).status,
          200,
          `hour ${hour}`,
        );
      }
      world.pass(1);
      refuses(await world.ask('GET', '/api/me', { cookie: used.cookie }), 'session-expired');
      root = { cookie: (await signIn('root@marlow.example')).cookie };
    });

    test('a cookie that is none is refused', async () => {
      for (const value of ['', 'x', `fws_${'A'.repeat(43)}`, '%00', `${root.cookie?.split('=')[1]}x`])
        assert.equal(
          (await world.ask('GET', '/api/me', { cookie: `forthright-session=${value}` })).status,
          401,
        );
    });

    test('after ten wrong tries an account waits, wherever they came from, even with the right password', async () => {
      await world.person(root, 'target@marlow.example', ['auditor']);
      const tries = await Promise.all(
        Array.from({ length: 12 }, () => signIn('target@marlow.example', 'wrong wrong wrong')),
      );
      assert.equal(tries.filter(({ status }) => status === 401).length, 10);
      const answer = await signIn('Target@marlow.example');
      refuses(answer, 'too-many-requests');
      assert.equal(answer.headers['retry-after'], '900');
      world.pass(0.25);
      assert.equal((await signIn('target@marlow.example')).status, 200);
    });

    test('processes on one server count tries together', {
      skip: engine === 'embedded' && 'an embedded database has one process',
    }, async () => {
      await world.person(root, 'shared@marlow.example', ['auditor']);
      const second = await World.open(postgres === undefined ? {} : { url: postgres.url });
      second.pass((world.now().getTime() - second.now().getTime()) / 3_600_000);
      try {
        const tries = await Promise.all(
          Array.from({ length: 12 }, (_, i) =>
            (i % 2 === 0 ? world : second).ask(
              'POST',
              '/api/sign-in',
              {},
              { email: 'shared@marlow.example', password: 'wrong wrong wrong' },
            ),
          ),
        );
        assert.equal(tries.filter(({ status }) => status === 401).length, 10);
        refuses(await signIn('shared@marlow.example'), 'too-many-requests');
      } finally {
        await second.close();
      }
    });

    test('one client has twenty tries a minute at all accounts together', async () => {
      const from = '192.0.2.9';
      for (let i = 0; i < 20; i++)
        await post('/sign-in', { from }, { email: `a${i}@marlow.example`, password: 'a' });
      refuses(
        await post('/sign-in', { from }, { email: 'b@marlow.example', password: 'a' }),
        'too-many-requests',
      );
    });
  });

  describe('the second factor', () => {
    const email = 'factor@marlow.example';
    let me: As;
    let totp: TOTP;
    const code = () => totp.generate({ timestamp: world.now().getTime() });
    /** The next code, since none counts twice. */
    const next = () => {
      world.pass(30 / 3600);
      return code();
    };

    test('begins with the password, and counts when a code was shown to work', async () => {
      me = await world.person(root, email, ['investigator']);
      refuses(await post('/me/second-factor/confirm', me, { code: '123456' }), 'second-factor-state');
      refuses(await post('/me/second-factor', me, { password: 'not the password' }), 'sign-in-refused');
      const begun = await post('/me/second-factor', me, { password: PASSWORD });
      assert.match(String(begun.body.address), /^otpauth:\/\/totp\/Forthright:factor%40marlow\.example\?/);
      totp = new TOTP({ secret: String(begun.body.secret) });
      assert.equal((await signIn(email)).status, 200);
      const wrong = code() === '000000' ? '111111' : '000000';
      refuses(await post('/me/second-factor/confirm', me, { code: wrong }), 'sign-in-refused');
      assert.equal((await post('/me/second-factor/confirm', me, { code: code() })).status, 200);
      refuses(await post('/me/second-factor', me, { password: PASSWORD }), 'second-factor-state');
    });

    test('is asked for after the password only, and each code counts once', async () => {
      refuses(await signIn(email, 'not the password'), 'sign-in-refused');
      refuses(await signIn(email), 'second-factor-needed');
      refuses(await signIn(email, PASSWORD, { code: code() }), 'sign-in-refused');
      const fresh = next();
      const both = await Promise.all([1, 2].map(() => signIn(email, PASSWORD, { code: fresh })));
      assert.deepEqual(both.map(({ status }) => status).sort(), [200, 401]);
      const old = code();
      world.pass(0.1);
      refuses(await signIn(email, PASSWORD, { code: old }), 'sign-in-refused');
    });

    test('wrong codes are counted like wrong passwords', async () => {
      world.pass(0.25);
      const wrong = code() === '000000' ? '111111' : '000000';
      for (let i = 0; i < 10; i++) refuses(await signIn(email, PASSWORD, { code: wrong }), 'sign-in-refused');
      refuses(await signIn(email, PASSWORD, { code: code() }), 'too-many-requests');
      world.pass(0.25);
      const remove = (given: string) =>
        post('/me/second-factor/remove', me, { password: PASSWORD, code: given });
      const guess = code() === '000000' ? '111111' : '000000';
      for (let i = 0; i < 10; i++) refuses(await remove(guess), 'sign-in-refused');
      refuses(await remove(code()), 'too-many-requests');
    });

    test('goes away with password and code', async () => {
      world.pass(0.25);
      const gone = await post('/me/second-factor/remove', me, { password: PASSWORD, code: next() });
      assert.equal(gone.status, 200);
      assert.equal((await signIn(email)).status, 200);
      refuses(
        await post('/me/second-factor/remove', me, { password: PASSWORD, code: next() }),
        'second-factor-state',
      );
    });

    test('is taken away by an administrator’s link, which ends all sessions', async () => {
      const begun = await post('/me/second-factor', me, { password: PASSWORD });
      totp = new TOTP({ secret: String(begun.body.secret) });
      await post('/me/second-factor/confirm', me, { code: code() });
      const { body } = await world.ask('GET', '/api/me', me);
      const { id } = body.person as { id: string };
      const made = await post(`/people/${id}/reset-link`, root);
      refuses(await signIn(email), 'second-factor-needed');
      const reset = await post('/accept-link', {}, { link: made.body.link, password: 'another long phrase' });
      assert.equal(reset.status, 200);
      refuses(await world.ask('GET', '/api/me', me), 'session-expired');
      refuses(await signIn(email), 'sign-in-refused');
      assert.equal((await signIn(email, 'another long phrase')).status, 200);
    });
  });

  describe('people', () => {
    test('an invitation opens once, for the account it names, and an older one is void', async () => {
      const who = { email: 'eve@marlow.example', name: 'Eve', roles: ['support-agent'] };
      const invited = await post('/people', root, who);
      assert.equal(invited.body.page, `/welcome?link=${invited.body.link}`);
      refuses(await post('/people', root, { ...who, email: 'EVE@marlow.example' }), 'record-exists');
      const { id } = invited.body.person as { id: string };
      const again = await post(`/people/${id}/reset-link`, root);
      const accept = (link: unknown, more = {}) =>
        post('/accept-link', {}, { link, password: PASSWORD, ...more });
      refuses(await accept(invited.body.link), 'link-invalid');
      refuses(await accept(again.body.link, { email: 'mallory@marlow.example' }), 'request-invalid');
      assert.deepEqual((await accept(again.body.link)).body.roles, ['support-agent']);
      refuses(await accept(again.body.link), 'link-invalid');
      for (const name of ['a\u0000b', 'a\ud800b', 'a\nb', 'a\u202eb', ' ', 'x'.repeat(201)])
        refuses(
          await post('/people', root, { ...who, email: 'odd@marlow.example', name }),
          'request-invalid',
        );
      const raced = await post('/people', root, { ...who, email: 'raced@marlow.example' });
      const both = await Promise.all([1, 2].map(() => accept(raced.body.link)));
      assert.deepEqual(both.map(({ status }) => status).sort(), [200, 410]);
      const third = await post('/people', root, { ...who, email: 'late@marlow.example' });
      world.pass(72);
      refuses(await accept(third.body.link), 'link-invalid');
      root = { cookie: (await signIn('root@marlow.example')).cookie };
    });

    test('roles are those of now, for sessions and tokens; without one a person is shut out', async () => {
      const her = await world.person(root, 'both@marlow.example', ['investigator', 'approver']);
      const made = await post('/tokens', her, { name: 'ci', scopes: ['investigator', 'approver'] });
      const token = { token: String(made.body.secret) };
      const set = (roles: string[]) => world.ask('PUT', `/api/people/${her.id}/roles`, root, { roles });
      await set(['approver', 'auditor']);
      assert.deepEqual((await world.ask('GET', '/api/me', her)).body.roles, ['approver', 'auditor']);
      assert.deepEqual((await world.ask('GET', '/api/me', token)).body.roles, ['approver']);
      await set([]);
      refuses(await world.ask('GET', '/api/me', her), 'session-expired');
      refuses(await world.ask('GET', '/api/me', token), 'token-invalid');
      refuses(await signIn('both@marlow.example'), 'sign-in-refused');
      await set(['approver']);
      refuses(await world.ask('GET', '/api/me', token), 'token-invalid');
      refuses(
        await world.ask('PUT', `/api/people/${her.id}/roles`, root, { roles: ['king'] }),
        'request-invalid',
      );
      refuses(
        await world.ask('PUT', '/api/people/usr_00000000000000000000/roles', root, { roles: [] }),
        'account-not-found',
      );
    });

    test('the last administrator stays one, even when two go at once', async () => {
      const other = await world.person(root, 'second@marlow.example', ['administrator']);
      const { body } = await world.ask('GET', '/api/me', root);
      const { id } = body.person as { id: string };
      const drop = (whose: string) =>
        world.ask('PUT', `/api/people/${whose}/roles`, root, { roles: ['auditor'] });
      const both = await Promise.all([drop(other.id), drop(id)]);
      const refused = both.filter(({ status }) => status === 409 || status === 403);
      assert.equal(refused.length, 1, JSON.stringify(both.map((r) => r.body)));
      // Which of the two goes first is chance: the first dropped the other.
      root = both[0]?.status === 200 ? root : other;
      const { body: list } = await world.ask('GET', '/api/people', root);
      const people = list.people as { roles: string[]; state: string }[];
      assert.equal(people.filter(({ roles }) => roles.includes('administrator')).length, 1);
    });

    test('a person is signed out everywhere, by themselves or by an administrator', async () => {
      const her = await world.person(root, 'many@marlow.example', ['auditor']);
      const second = await signIn('many@marlow.example');
      const token = await post('/tokens', her, { name: 'export', scopes: ['auditor'] });
      assert.deepEqual((await post('/sign-out-everywhere', her)).body, { ended: 2 });
      refuses(await world.ask('GET', '/api/me', second), 'session-expired');
      const third = await signIn('many@marlow.example');
      await post(`/people/${her.id}/sign-out`, root);
      refuses(await world.ask('GET', '/api/me', third), 'session-expired');
      refuses(await world.ask('GET', '/api/me', { token: String(token.body.secret) }), 'token-invalid');
    });

    test('a changed password ends all sessions', async () => {
      const her = await world.person(root, 'change@marlow.example', ['auditor']);
      const change = (password: string, newPassword: string) =>
        world.ask('PUT', '/api/me/password', her, { password, newPassword });
      refuses(await change('wrong wrong wrong', 'river candle stamp'), 'sign-in-refused');
      refuses(await change(PASSWORD, 'short'), 'password-unsuitable');
      assert.equal((await change(PASSWORD, 'river candle stamp')).status, 200);
      refuses(await world.ask('GET', '/api/me', her), 'session-expired');
      refuses(await signIn('change@marlow.example'), 'sign-in-refused');
      assert.equal((await signIn('change@marlow.example', 'river candle stamp')).status, 200);
    });
  });

  describe('API tokens', () => {
    let her: As & { id: string };
    let secret: string;
    let id: string;

    test('are shown once, and can do no more than their maker', async () => {
      her = await world.person(root, 'maker@marlow.example', ['investigator', 'auditor']);
      refuses(
        await post('/tokens', her, { name: 'x', scopes: ['auditor', 'administrator'] }),
        'request-invalid',
      );
      const made = await post('/tokens', her, { name: 'nightly export', scopes: ['auditor'], days: 2 });
      secret = String(made.body.secret);
      assert.match(secret, /^fwt_[\w-]{43}$/);
      id = (made.body.token as { id: string }).id;
      const list = await world.ask('GET', '/api/tokens', her);
      assert.ok(!JSON.stringify(list.body).includes(secret));
      const rows = await world.db.rows<{ all: string }>(
        'SELECT json_agg(t)::text AS all FROM api_tokens t UNION ALL SELECT json_agg(s)::text FROM sessions s UNION ALL SELECT json_agg(l)::text FROM one_time_links l UNION ALL SELECT json_agg(a)::text FROM accounts a',
      );
      const kept = JSON.stringify(rows);
      for (const hidden of [secret, her.cookie?.split('=')[1] ?? '', PASSWORD])
        assert.ok(!kept.includes(hidden));
    });

    test('have the roles of their scopes, and tell when they were last used', async () => {
      const me = await world.ask('GET', '/api/me', { token: secret });
      assert.deepEqual([me.body.roles, me.body.via], [['auditor'], 'token']);
      const { body } = await world.ask('GET', '/api/tokens', her);
      assert.equal((body.tokens as { usedAt: string }[])[0]?.usedAt, world.now().toISOString());
    });

    test('make no tokens and change no sign-in', async () => {
      const token = { token: secret };
      refuses(await post('/tokens', token, { name: 'heir', scopes: ['auditor'] }), 'session-required');
      refuses(await post('/me/second-factor', token, { password: PASSWORD }), 'session-required');
      const newPassword = 'river candle stamp';
      refuses(
        await world.ask('PUT', '/api/me/password', token, { password: PASSWORD, newPassword }),
        'session-required',
      );
    });

    test('act for their maker: no second person who decides, and no stranger to what their maker may see', async () => {
      const officer = await world.person(root, 'officer@marlow.example', ['privacy-officer']);
      const made = await post('/tokens', officer, { name: 'robot', scopes: ['privacy-officer'] });
      const robot = { token: String(made.body.secret) };
      const opened = await post('/incidents', officer, { title: 'A label', kind: 'misdelivery' });
      const at = `/incidents/${opened.body.incident}`;
      const proposed = { version: 1, answer: 'register-only', reason: 'Returned unopened.' };
      const mine = await post(`${at}/decisions`, robot, { ...proposed, step: 'proposal' });
      const decision = { ...proposed, step: 'decision', proposal: mine.body.id };
      for (const as of [officer, robot]) refuses(await post(`${at}/decisions`, as, decision), 'own-proposal');
      const people = [officer.id];
      await world.ask('PUT', `/api${at}/people`, robot, { people, reason: 'An insider.' });
      const shown = await world.ask('GET', `/api${at}`, robot);
      assert.equal(shown.status, 200);
      const [, entry] = shown.body.timeline as { by: string; token?: string }[];
      assert.deepEqual([entry?.by, entry?.token], [officer.id, (made.body.token as { id: string }).id]);
      const other = await world.person(root, 'other@marlow.example', ['privacy-officer']);
      refuses(await post(`${at}/decisions`, other, decision), 'incident-not-found');
    });

    test('of others are not found, but for an administrator', async () => {
      const stranger = await world.person(root, 'stranger@marlow.example', ['investigator']);
      refuses(await world.ask('DELETE', `/api/tokens/${id}`, stranger), 'token-not-found');
      assert.deepEqual((await world.ask('GET', '/api/tokens', stranger)).body.tokens, []);
      const admin = await world.ask('GET', '/api/tokens', root);
      assert.ok((admin.body.tokens as { id: string }[]).some((token) => token.id === id));
    });

    test('end on their last day, and when they are revoked', async () => {
      const made = await post('/tokens', her, { name: 'other', scopes: ['auditor'] });
      const token = { token: String(made.body.secret) };
      const revoked = await world.ask('DELETE', `/api/tokens/${(made.body.token as { id: string }).id}`, her);
      assert.equal(revoked.body.revokedAt, world.now().toISOString());
      refuses(await world.ask('GET', '/api/me', token), 'token-invalid');
      world.pass(47.9);
      assert.equal((await world.ask('GET', '/api/me', { token: secret })).status, 200);
      world.pass(0.2);
      refuses(await world.ask('GET', '/api/me', { token: secret }), 'token-expired');
      for (const wrong of ['fwt_', 'x', secret.slice(0, -1), `${secret}x`, secret.replace('fwt', 'fws')])
        refuses(await world.ask('GET', '/api/me', { token: wrong }), 'token-invalid');
    });
  });

  test('nothing of anybody stands in the log', () => {
    const text = world.lines.join('');
    assert.ok(world.lines.length > 100);
    for (const planted of ['marlow.example', 'Rosa', 'Iris', PASSWORD, 'fwt_', 'fws_', 'fwl_', 'target'])
      assert.ok(!text.includes(planted), planted);
    assert.match(text, /"actor":"usr_[0-9a-f]{20}"/);
  });
}

test('a password that waits gets its turn, and one too many is refused at once', async () => {
  const gate = new Gate(1, 1);
  const ends: (() => void)[] = [];
  const work = () => new Promise<void>((resolve) => ends.push(resolve));
  const first = gate.through(work);
  const second = gate.through(work);
  await assert.rejects(gate.through(work), { code: 'too-many-requests' });
  ends[0]?.();
  await first;
  await assert.rejects(Promise.all([gate.through(work), gate.through(work)]), { code: 'too-many-requests' });
  for (let i = 1; i < 3; i++) {
    await new Promise(setImmediate);
    ends[i]?.();
  }
  await second;
  const failed = new Gate(1, 0);
  await assert.rejects(
    failed.through(async () => Promise.reject(new Error('no'))),
    /no/,
  );
  assert.equal(await failed.through(async () => 7), 7);
});

describe('passwords', () => {
  const own = ['rosa', 'root', 'marlow', 'example'];
  const WEAK = [
    'short',
    '12345678901',
    '123456789012',
    'aaaaaaaaaaaa',
    'abababababab',
    'abcdefghijklm',
    'Password1234!',
    'qwertyuiop123',
    'ChangeMe!2025',
    'marlowmarlowmarlow',
    'rosa.root.rosa',
    'adminadminadmin',
    'a'.repeat(300),
    '１２３４５６７８９０１２',
  ];
  for (const password of WEAK)
    test(`${password.slice(0, 20)} is weak`, () => {
      assert.throws(() => refuseWeakPassword(password, own), { code: 'password-unsuitable' });
    });
  for (const password of [
    PASSWORD,
    'correct horse battery',
    'x7!kQ2#vB9$m',
    'übergrößenträger',
    '雨の日は家で本を読むのが好き',
  ])
    test(`${password} is good`, () => refuseWeakPassword(password, own));

  test('a hash is salted, keeps the work it was made with, and takes the same letters typed otherwise', async () => {
    const work = { N: 1024, r: 8, p: 1 };
    const one = await hashPassword('Ångström lamp', work);
    assert.notEqual(one, await hashPassword('Ångström lamp', work));
    assert.ok(await isPassword('A\u030angstro\u0308m lamp', one, { N: 2048, r: 8, p: 1 }));
    assert.ok(!(await isPassword('Angstrom lamp', one, work)));
    assert.ok(!(await isPassword('', null, work)));
  });
});
