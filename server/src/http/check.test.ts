/** The form for checking, as browsers without script send it, and as others do. */
import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { readMultipart } from './multipart.ts';
import { World } from './testing.ts';

let world: World;
before(async () => {
  world = await World.open();
});
after(() => world.close());

const HOST = '127.0.0.1:8600';
const send = (type: string, payload: string | Buffer, from = '10.9.9.9') =>
  world.app.inject({
    method: 'POST',
    url: '/check',
    headers: { host: HOST, origin: `http://${HOST}`, 'content-type': type },
    remoteAddress: from,
    payload,
  });
const FORM = 'application/x-www-form-urlencoded';

const part = (name: string, content: string, file = '') =>
  `--b\r\ncontent-disposition: form-data; name="${name}"${file}\r\n\r\n${content}\r\n`;

test('a code is answered with a page in the language of the form', async () => {
  const given = new URLSearchParams({ language: 'de', code: '7KQ4', address: 'ana@shop.example' });
  const answer = await send(FORM, given.toString());
  assert.equal(answer.statusCode, 200);
  assert.match(answer.body, /<html lang="de"[\s\S]*Was wie ein Code aussieht/);
  assert.match(
    String(answer.headers['content-security-policy']),
    /^default-src 'none'; .*form-action 'self'; frame-ancestors 'none'$/,
  );
});

test('a message is answered, pasted or as a file; an empty file is none', async () => {
  const address = part('address', 'ana@shop.example');
  const type = 'multipart/form-data; boundary=b';
  const eml = 'From: a@b.example\r\nSubject: x\r\n\r\nHello, pay now.\r\n';
  const file = '; filename="a.eml"\r\ncontent-type: message/rfc822';
  for (const body of [
    `${address}${part('eml', eml, file)}--b--\r\n`,
    `${address}${part('text', 'Hello, pay now.')}${part('eml', '', file)}--b--\r\n`,
  ]) {
    const answer = await send(type, body);
    assert.equal(answer.statusCode, 200, answer.body);
    assert.match(answer.body, /class="verdict bad"><h2>✗ Not ours/);
  }
});

test('what is no form is refused with a page, and floods wait', async () => {
  for (const [type, body] of [
    ['multipart/form-data; boundary=b', 'nothing'],
    ['multipart/form-data', part('address', 'x')],
    ['multipart/form-data; boundary=b', part('address', 'x')],
    ['multipart/form-data; boundary=b', `${part('address', 'x').repeat(11)}--b--`],
    [FORM, 'address=x&text=y'],
  ] as const) {
    const answer = await send(type, body);
    assert.ok([400, 422].includes(answer.statusCode), `${answer.statusCode} ${body}`);
    assert.match(answer.body, /class="verdict unsure"/);
  }
  const large = await send(FORM, `address=a%40b.example&text=${'x'.repeat(1_300_000)}`);
  assert.equal(large.statusCode, 413);
  let last = 0;
  for (let n = 0; n < 70; n += 1) last = (await send(FORM, 'address=x', '10.8.8.8')).statusCode;
  assert.equal(last, 429);
});

test('of a form with files each byte is kept, and a boundary within a line is none', () => {
  const content = Buffer.from([0, 13, 10, 45, 45, 98, 120, 255]);
  const body = Buffer.concat([
    Buffer.from(
      part('text', 'a --b c').replace(
        /\r\n$/,
        '\r\n--b\r\ncontent-disposition: form-data; name="eml"; filename="x"\r\n\r\n',
      ),
    ),
    content.subarray(0, 1),
    Buffer.from('\r\n--b--'),
  ]);
  const parts = readMultipart(body, 'multipart/form-data; boundary=b');
  assert.equal(parts.get('text')?.content.toString(), 'a --b c');
  assert.deepEqual([...(parts.get('eml')?.content ?? [])], [0]);
});
