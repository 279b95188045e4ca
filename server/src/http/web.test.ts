import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { brotliCompressSync, brotliDecompressSync } from 'node:zlib';
import { World } from './testing.ts';
import { readWeb, WEB_PATHS } from './web.ts';

const PAGE = '<!doctype html><title>Forthright</title>';
const SCRIPT = 'export const answer = 42;';

describe('the web application behind the door', () => {
  const folder = mkdtempSync(join(tmpdir(), 'forthright-web-door-'));
  let world: World;

  before(async () => {
    mkdirSync(join(folder, 'assets'));
    writeFileSync(join(folder, 'index.html'), PAGE);
    writeFileSync(join(folder, 'secret.txt'), 'not of a type that is served');
    writeFileSync(join(folder, 'assets/index-abc.js'), SCRIPT);
    writeFileSync(join(folder, 'assets/index-abc.js.br'), brotliCompressSync(SCRIPT));
    world = await World.open({ web: folder });
  });
  after(async () => {
    await world.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const get = (url: string, headers: Record<string, string> = {}) =>
    world.app.inject({ url, headers: { host: '127.0.0.1:8600', ...headers } });

  test('every view answers with the same page, under a policy that lets nothing foreign run', async () => {
    for (const path of WEB_PATHS) {
      const answer = await get(path.replaceAll(/:\w+/g, 'x'));
      assert.deepEqual([answer.statusCode, answer.body], [200, PAGE], path);
      const policy = String(answer.headers['content-security-policy']);
      assert.ok(!/unsafe|\*|https?:|data:/.test(policy), policy);
      assert.match(policy, /script-src 'self';.*require-trusted-types-for 'script'; trusted-types 'none'/);
      assert.equal(answer.headers['cache-control'], 'no-cache');
    }
  });

  test('every address of the application is one of these', async () => {
    const router = readFileSync(new URL('../../../web/src/app/router.tsx', import.meta.url), 'utf8');
    const paths = [...router.matchAll(/ path: '([^']+)'/g)].map(([, path = '']) => path);
    assert.ok(paths.includes('/incidents/$incident/leaks'));
    for (const path of paths) assert.equal((await get(path.replaceAll(/\$\w+/g, 'x'))).statusCode, 200, path);
  });

  test('a file is sent as the browser can take it, and kept for good, since its name is that of its content', async () => {
    const plain = await get('/assets/index-abc.js');
    assert.equal(plain.body, SCRIPT);
    assert.equal(plain.headers['content-encoding'], undefined);
    const small = await get('/assets/index-abc.js', { 'accept-encoding': 'gzip, br' });
    assert.deepEqual([small.headers['content-encoding'], small.headers.vary], ['br', 'accept-encoding']);
    assert.equal(brotliDecompressSync(small.rawPayload).toString(), SCRIPT);
    const refused = await get('/assets/index-abc.js', { 'accept-encoding': 'br;q=0' });
    assert.equal(refused.headers['content-encoding'], undefined);
    assert.match(String(plain.headers['cache-control']), /immutable/);
    const again = await get('/assets/index-abc.js', { 'if-none-match': String(plain.headers.etag) });
    assert.deepEqual([again.statusCode, again.body], [304, '']);
  });

  test('nothing else of the folder, and nothing beside it, is to be had', async () => {
    for (const path of [
      '/secret.txt',
      '/assets/other.js',
      '/assets/index-abc.js.br',
      '/assets/..%2findex.html',
      '/nothing',
    ]) {
      const { statusCode } = await get(path);
      assert.ok(statusCode === 404 || statusCode === 400, `${path}: ${statusCode}`);
    }
    assert.equal((await world.ask('POST', '/sample')).status, 405);
  });

  test('without the application the first address leads to signing in', async () => {
    const bare = await World.open();
    try {
      const answer = await bare.ask('GET', '/');
      assert.deepEqual([answer.status, answer.headers.location], [302, '/sign-in']);
      assert.equal((await bare.ask('GET', '/sample')).status, 404);
    } finally {
      await bare.close();
    }
  });

  test('signing in leads to the view from which one came, and to no other server', async () => {
    await world.first();
    let client = 0;
    const sign = async (then: string) => {
      client += 1;
      const answer = await world.app.inject({
        method: 'POST',
        url: '/sign-in',
        remoteAddress: `10.9.9.${client}`,
        headers: {
          host: '127.0.0.1:8600',
          origin: 'http://127.0.0.1:8600',
          'content-type': 'application/x-www-form-urlencoded',
        },
        payload: new URLSearchParams([
          ['email', 'root@marlow.example'],
          ['password', 'lamp orchard ferry'],
          ['then', then],
        ]).toString(),
      });
      return [answer.statusCode, answer.headers.location];
    };
    assert.deepEqual(await sign('/incidents/inc_1?evidence=gaps'), [303, '/incidents/inc_1?evidence=gaps']);
    for (const elsewhere of [
      '//evil.example',
      'https://evil.example',
      '/\\evil.example',
      'javascript:x',
      '/a\nb',
      '',
    ])
      assert.deepEqual(await sign(elsewhere), [303, '/'], elsewhere);
  });

  test('the pages for signing in speak the browser’s language', async () => {
    const german = await get('/sign-in', { 'accept-language': 'fr, de;q=0.8, en;q=0.5' });
    assert.match(german.body, /<html lang="de">[\s\S]*Bei Forthright anmelden/);
    assert.match((await get('/sign-in', { 'accept-language': 'de;q=0, fr' })).body, /<html lang="en">/);
    assert.match(
      (await get('/welcome?link=x', { 'accept-language': 'de-AT' })).body,
      /Dieser Link gilt einmal/,
    );
  });

  test('a folder without a page is refused at the start', () => {
    assert.throws(() => readWeb(join(folder, 'assets')), /npm run build/);
  });
});
