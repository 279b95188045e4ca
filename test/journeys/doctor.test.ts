/** `forthright doctor`: what it says of a place that is well, and of each thing that is not. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { chmodSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { examine, type Finding } from '../../server/src/doctor.ts';
import { readMigrations } from '../../server/src/platform/db/index.ts';
import { mailNames, reverseName } from '../../server/src/platform/index.ts';
import { dkimKey, dkimRecord } from '../../server/src/platform/mail/index.ts';
import { EXTENSIONS, Sink } from '../../server/src/platform/mail/smtp/testing.ts';
import { MIGRATIONS } from '../../server/src/serve.ts';
import { startDns } from '../peers/dns.ts';
import { startPostgres, whyNoPostgres } from '../peers/postgres.ts';
import { selfSigned } from '../peers/started.ts';
import { Desk, type Served } from './terminal.ts';

const KEY = 'MCowBQYDK2VwAyEAGb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE=';
const RECORDS = {
  'TXT marlow.example': ['v=spf1 include:_spf.mail.example -all', 'some-verification=1'],
  'TXT _dmarc.marlow.example': ['v=DMARC1; p=reject; rua=mailto:dmarc@marlow.example'],
  'TXT s1._domainkey.marlow.example': [`v=DKIM1; k=ed25519; ${' '.repeat(250)} p=${KEY}`],
  'PTR 25.2.0.192.in-addr.arpa': ['out.marlow.example'],
  'A out.marlow.example': ['192.0.2.25'],
  'TXT twice.example': ['v=spf1 -all', 'v=spf1 ~all'],
  'TXT _dmarc.twice.example': ['v=DMARC1'],
  'TXT s1._domainkey.twice.example': ['v=DKIM1; p='],
  'PTR 26.2.0.192.in-addr.arpa': ['liar.example'],
  'A liar.example': ['192.0.2.99'],
};

describe('the doctor', () => {
  const desk = new Desk();
  let server: Served | undefined;
  let dns: Awaited<ReturnType<typeof startDns>>;
  before(async () => {
    dns = await startDns(RECORDS);
    workspace('marlow.example');
  });
  after(async () => {
    dns.stop();
    await desk.close();
  });
  const workspace = (domain: string) =>
    writeFileSync(
      join(desk.folder, 'forthright.yaml'),
      `organisation: { name: Marlow, domains: [${domain}] }\nsources: { customers: { at: c.csv, columns: { id: id } }, logs: {} }\n`,
    );
  async function look(...words: string[]) {
    const { exit, stdout, stderr } = await desk.run(['doctor', '--json', '--dns', dns.address, ...words]);
    const { findings } = JSON.parse(stdout) as { findings: Finding[] };
    const of = (check: string) => findings.filter((one) => one.check === check);
    const state = (check: string) =>
      of(check)
        .map((one) => one.state)
        .join();
    for (const { state, todo } of findings)
      assert.equal(todo === undefined, state === 'well', 'what is not well has something to do');
    return { exit, stderr, of, state };
  }

  test('before the first start it says what is missing, and makes nothing', async () => {
    const { exit, state } = await look();
    assert.equal(state('folder'), 'doubtful');
    assert.equal(state('database'), 'doubtful');
    assert.equal(state('analytics'), 'well');
    assert.equal(exit, 12);
    assert.deepEqual(
      readdirSync(desk.folder).filter((name) => name !== 'forthright.yaml'),
      [],
    );
  });

  test('a server that runs is asked for its register, and whoever stops it looks at the records themselves', async () => {
    server = await desk.serve();
    const running = await look();
    for (const check of ['folder', 'disk', 'keys', 'database', 'register', 'analytics', 'mail'])
      assert.equal(running.state(check), 'well', check);
    assert.match(running.of('database')[0]?.what ?? '', /process \d+ has the records open, and they answer/);
    await server.stop();
    const alone = await look();
    assert.equal(alone.state('database'), 'well');
    assert.equal(alone.state('register'), 'well');
    // Its own web site does not answer here, which is no judgement on the clock.
    assert.equal(alone.state('clock'), 'unknown');
    assert.equal(alone.exit, 12);
  });

  test('SPF, DMARC, DKIM and PTR are read from DNS; two of one kind, an empty key and a name that lies are told', async () => {
    const good = await look('--dkim', 's1', '--sender', '192.0.2.25');
    assert.equal(good.state('dns'), 'well,well,well,well', JSON.stringify(good.of('dns')));
    workspace('twice.example');
    const bad = await look('--dkim', 's1', '--sender', '192.0.2.26', '--sender', '192.0.2.27');
    assert.equal(bad.exit, 9);
    assert.match(bad.stderr, /"code":"not-well"/);
    assert.deepEqual(
      bad.of('dns').map(({ state, what }) => `${state}: ${what}`),
      [
        'broken: twice.example has 2 SPF records; with more than one none counts',
        'broken: _dmarc.twice.example has no DMARC record',
        'broken: s1._domainkey.twice.example has no DKIM record',
        'broken: 192.0.2.26 is called liar.example, which has another address or none',
        'broken: 192.0.2.27 has no name (PTR)',
      ],
    );
    workspace('marlow.example');
    const unsaid = await look();
    assert.equal(unsaid.state('dns'), 'well,well,unknown,unknown', 'what was not named is not guessed');
  });

  test('what mail needs of DNS is said record by record, as it is to be published, and held against what is there', async () => {
    const data = join(desk.folder, 'forthright-data');
    const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' });
    writeFileSync(join(data, 'keys/mail-f1.pem'), pem, { mode: 0o600 });
    writeFileSync(
      join(data, 'mail.yaml'),
      'from: { name: Marlow, address: privacy@marlow.example }\nreturns: returns.marlow.example\nrelays: [{ host: 127.0.0.1, port: 9 }]\n',
    );
    const { text } = dkimRecord(dkimKey({ domain: 'marlow.example', selector: 'f1', privateKey }));
    const mine = await startDns({
      'TXT f1._domainkey.marlow.example': [text],
      'TXT returns.marlow.example': ['v=spf1 ip4:192.0.2.25 -all'],
      'TXT _dmarc.marlow.example': ['v=DMARC1; p=reject'],
      'MX returns.marlow.example': ['in.marlow.example'],
    });
    const bad = await startDns({
      'TXT f1._domainkey.marlow.example': [text.replace('p=MI', 'p=IM')],
      'TXT returns.marlow.example': ['v=spf1 +all'],
      'MX other.example': ['x.example'],
    });
    try {
      const names = ({ address }: { address: string }) => mailNames([address]);
      const findingsOf = async (server: { address: string }) =>
        (
          await examine({
            ...(await options()),
            data,
            domains: [],
            names: names(server),
            dateOf: async () => undefined,
          })
        ).filter(({ record }) => record !== undefined);
      const well = await findingsOf(mine);
      assert.deepEqual(
        well.map(({ state, record }) => `${state} ${record?.type} ${record?.name}`),
        [
          'well TXT f1._domainkey.marlow.example',
          'well TXT returns.marlow.example',
          'well TXT _dmarc.marlow.example',
          'well MX returns.marlow.example',
        ],
      );
      assert.equal(well[0]?.record?.value, text, 'as it is to be published');
      assert.deepEqual(
        (await findingsOf(bad)).map(({ state }) => state),
        ['broken', 'broken', 'broken', 'broken'],
      );
      const { stdout } = await desk.run(['doctor', '--dns', mine.address]);
      assert.ok(stdout.includes(`f1._domainkey.marlow.example TXT ${text}`), stdout);
    } finally {
      mine.stop();
      bad.stop();
      rmSync(join(data, 'keys/mail-f1.pem'));
      rmSync(join(data, 'mail.yaml'));
    }
  });

  test('each relay is greeted as before a message; one that is away, without TLS or that knows another password is told', async () => {
    const data = join(desk.folder, 'forthright-data');
    const plain = await Sink.open();
    const { key, cert } = selfSigned(desk.folder, 'relay.marlow.example');
    const secure = await Sink.open({
      tls: { key: readFileSync(key, 'utf8'), cert: readFileSync(cert, 'utf8') },
      extensions: [...EXTENSIONS, 'AUTH PLAIN'],
      command: (line) => (line.startsWith('AUTH') ? { say: '535 5.7.8 no\r\n' } : undefined),
    });
    const at = ({ port }: Sink, more: string) => `{ host: 127.0.0.1, port: ${port}, verifies: false${more} }`;
    writeFileSync(join(data, 'password'), 'wrong', { mode: 0o600 });
    const login = ', user: marlow, passwordFile: password';
    writeFileSync(
      join(data, 'mail.yaml'),
      `from: { name: Marlow, address: privacy@marlow.example }
returns: returns.marlow.example
relays: [${at(plain, '')}, ${at(plain, ', security: starttls')}, ${at(secure, login)}, { host: 127.0.0.1, port: 9 }]
`,
    );
    try {
      const given = { ...(await options()), data, domains: [], dateOf: async () => undefined };
      const found = (await examine({ ...given, names: mailNames([dns.address]) })).filter(({ what }) =>
        what.startsWith('the relay'),
      );
      assert.deepEqual(
        found.map(({ state }) => state),
        ['well', 'broken', 'broken', 'broken'],
      );
      assert.match(found[1]?.what ?? '', /offers no STARTTLS/);
      assert.match(found[2]?.what ?? '', /535/);
      assert.match(found[3]?.what ?? '', /ECONNREFUSED/);
      assert.equal(plain.taken.length, 0, 'nothing is sent');
      assert.ok(!plain.lines.some((line) => /^(MAIL|RCPT)/.test(line)), 'and nobody is named');
    } finally {
      await plain.close();
      await secure.close();
      for (const name of ['mail.yaml', 'password']) rmSync(join(data, name));
    }
  });

  test('without DNS nothing is guessed', async () => {
    const closed = await startDns({});
    closed.stop();
    const { stdout, exit } = await desk.run([
      'doctor',
      '--dns',
      closed.address,
      '--dkim',
      's1',
      '--sender',
      '192.0.2.25',
    ]);
    assert.equal(exit, 12, stdout);
    assert.equal(stdout.match(/^-- {2}dns .*DNS can't be asked/gm)?.length, 4, stdout);
  });

  test('rights that are too wide are broken, each with what to do', async () => {
    const data = join(desk.folder, 'forthright-data');
    const [key = ''] = readdirSync(join(data, 'keys'));
    chmodSync(data, 0o755);
    chmodSync(join(data, 'keys', key), 0o644);
    const { exit, state, of } = await look();
    assert.equal(exit, 9);
    assert.equal(state('folder'), 'broken');
    assert.match(of('keys')[0]?.todo ?? '', /revoke the key/);
    chmodSync(data, 0o700);
    chmodSync(join(data, 'keys', key), 0o600);
  });

  test('a register that is stopped is found, whether or not the server runs', async () => {
    rmSync(join(desk.folder, 'forthright-data/register/register-head.json'));
    assert.match((await look()).of('register')[0]?.what ?? '', /stopped: this data folder has never seen it/);
    server = await desk.serve();
    const running = await look();
    assert.equal(running.state('register'), 'broken');
    await server.stop();
  });

  test('an address is looked up by its name in reverse', () => {
    assert.equal(reverseName('192.0.2.25'), '25.2.0.192.in-addr.arpa');
    // RFC 3596, section 2.5
    const name = 'b.a.9.8.7.6.5.0.4.0.0.0.3.0.0.0.2.0.0.0.1.0.0.0.0.0.0.0.1.2.3.4.ip6.arpa';
    assert.equal(reverseName('4321:0:1:2:3:4:567:89ab'), name);
    assert.equal(reverseName('2001:db8::1'), `1.${'0.'.repeat(23)}8.b.d.0.1.0.0.2.ip6.arpa`);
  });

  const options = async () => ({
    data: join(desk.folder, 'none'),
    database: undefined,
    clickhouse: undefined,
    domains: ['marlow.example'],
    selectors: [],
    senders: [],
    migrations: await readMigrations(...MIGRATIONS),
    program: 'Forthright test',
    names: mailNames([dns.address]),
    askServer: () => Promise.reject(new Error('nobody')),
    now: () => new Date('2026-11-22T10:00:00.500Z'),
  });

  test('a clock that is wrong against the own web site is told by how much', async () => {
    for (const [date, state] of [
      ['10:00:00Z', 'well'],
      ['10:00:10Z', 'doubtful'],
      ['09:58:00Z', 'broken'],
    ] as const) {
      const found = await examine({
        ...(await options()),
        dateOf: async () => new Date(`2026-11-22T${date}`),
      });
      assert.equal(found.find(({ check }) => check === 'clock')?.state, state, date);
    }
  });

  test('PostgreSQL is looked at as it is: away, empty, with a clock of its own', {
    skip: whyNoPostgres() ?? false,
  }, async () => {
    const postgres = await startPostgres();
    try {
      const with_ = async (database: string, now = () => new Date()) => {
        const found = await examine({ ...(await options()), database, now, dateOf: async () => undefined });
        return (check: string) => found.filter((one) => one.check === check).map((one) => one.state);
      };
      assert.deepEqual((await with_(postgres.url))('database'), ['doubtful']);
      assert.throws(() => postgres.run('SELECT * FROM forthright.migrations'), 'nothing was made by looking');
      assert.deepEqual((await with_('postgres://u:p@127.0.0.1:1/d'))('database'), ['broken']);
      server = await desk.serve(['--data', 'pg'], { env: { FORTHRIGHT_DATABASE: postgres.url } });
      const data = join(desk.folder, 'pg');
      const found = await examine({
        ...(await options()),
        data,
        database: postgres.url,
        now: () => new Date(Date.now() + 60_000),
        dateOf: async () => undefined,
      });
      const clock = found.filter(({ check }) => check === 'clock');
      assert.deepEqual(
        clock.map(({ state }) => state),
        ['broken', 'unknown'],
      );
      assert.match(clock[0]?.what ?? '', /the database are (59|60)\.\d s apart/);
      assert.equal(found.find(({ check }) => check === 'register')?.state, 'well');
      await server.stop();
    } finally {
      await postgres.stop();
    }
  });
});
