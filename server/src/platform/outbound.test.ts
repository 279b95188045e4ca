import assert from 'node:assert/strict';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { after, test } from 'node:test';
import { isPublicAddress, lookUpPublic, postOutside, whyNotTo } from './outbound.ts';

const servers: Server[] = [];
after(() => {
  for (const server of servers) {
    server.closeAllConnections();
    server.close();
  }
});

async function listen(handler: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(handler as never);
  servers.push(server);
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
}

test('an address is public, or it is of this machine, of a private network, or of none', () => {
  const isPublic = ['8.8.8.8', '1.1.1.1', '172.32.0.1', '192.169.0.1', '2606:4700::1111', '2a00:1450::1'];
  for (const address of isPublic) assert.equal(isPublicAddress(address), true, address);
  const isNot = [
    '0.0.0.0',
    '10.1.2.3',
    '100.64.0.1',
    '127.0.0.1',
    '169.254.169.254',
    '172.16.0.1',
    '172.31.255.255',
    '192.168.1.1',
    '198.18.0.1',
    '203.0.113.9',
    '224.0.0.1',
    '255.255.255.255',
    '::',
    '::1',
    '::ffff:127.0.0.1',
    '::ffff:8.8.8.8',
    '64:ff9b::7f00:1',
    'fe80::1',
    'fc00::1',
    'fd12::1',
    'ff02::1',
    '2001:db8::1',
    '2001::1',
    '2002:7f00:1::',
    'localhost',
    '',
  ];
  for (const address of isNot) assert.equal(isPublicAddress(address), false, address);
});

test('what leads to this machine is refused, however it is written', () => {
  const open = { allowPrivate: false };
  for (const url of ['https://hooks.marlow.example/a?b=c', 'https://8.8.8.8:8443/'])
    assert.equal(whyNotTo(url, open), undefined, url);
  const refused = [
    'http://hooks.marlow.example/',
    'ftp://hooks.marlow.example/',
    'file:///etc/passwd',
    'https://user:word@hooks.marlow.example/',
    'https://hooks.marlow.example/#a',
    'https://127.0.0.1/',
    'https://127.1/',
    'https://0x7f000001/',
    'https://2130706433/',
    'https://0177.0.0.1/',
    'https://①②⑦.0.0.1/',
    'https://[::1]/',
    'https://[::ffff:127.0.0.1]/',
    'https://[fe80::1]/',
    'https://169.254.169.254/latest/meta-data/',
    'https://localhost/',
    'https://a.localhost./',
    `https://hooks.marlow.example/${'a'.repeat(2000)}`,
    'nonsense',
  ];
  for (const url of refused) assert.equal(typeof whyNotTo(url, open), 'string', url);
  assert.equal(whyNotTo('http://127.0.0.1:8080/', { allowPrivate: true }), undefined);
});

test('a name is refused by what it leads to, for the very connection', async () => {
  const found = await new Promise<Error | null>((resolve) => {
    lookUpPublic('localhost', { all: true }, (error) => resolve(error));
  });
  assert.match(String(found), /not public/);
  const address = await listen((_, answer) => answer.end());
  assert.deepEqual(await postOutside(address, '{}', {}, { allowPrivate: false }), {
    fault: 'address-refused',
  });
});

test('a redirect is not followed, an endless answer is left, and silence ends', async () => {
  const open = { allowPrivate: true, timeoutMs: 300 };
  let asked = 0;
  const target = await listen((_, answer) => {
    asked += 1;
    answer.end();
  });
  const redirect = await listen((_, answer) => answer.writeHead(307, { location: target }).end());
  assert.deepEqual(await postOutside(redirect, '{}', {}, open), { status: 307 });
  assert.equal(asked, 0);

  let sent = 0;
  const endless = await listen((_, answer) => {
    const more = () => {
      while (!answer.destroyed && answer.write(Buffer.alloc(10_000))) sent += 10_000;
    };
    answer.on('drain', more);
    more();
  });
  assert.deepEqual(await postOutside(endless, '{}', {}, { allowPrivate: true }), { status: 200 });
  assert.ok(sent < 50_000_000);

  const silent = await listen(() => {});
  assert.deepEqual(await postOutside(silent, '{}', {}, open), { fault: 'timeout' });
  assert.deepEqual(await postOutside('http://127.0.0.1:1/', '{}', {}, open), { fault: 'unreachable' });
  const plain = target.replace('http:', 'https:');
  assert.ok('fault' in (await postOutside(plain, '{}', {}, open)));
});
