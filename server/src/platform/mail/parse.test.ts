import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseMail } from './parse.ts';

test('a megabyte of blanks costs no more than a megabyte of anything else', async () => {
  const begun = performance.now();
  for (const blanks of [' '.repeat(1_000_000), '\t \r\n'.repeat(250_000), '\n'.repeat(1_000_000)])
    await parseMail(Buffer.from(`Subject: x\r\nContent-Type: text/plain\r\n\r\nHello${blanks}there.\r\n`));
  // Unguarded, 900 KB took 15 s on an idle machine.
  assert.ok(performance.now() - begun < 10_000);
});

test('blanks within words stay as they are', async () => {
  const text = `a${' '.repeat(400)}b`;
  const mail = await parseMail(Buffer.from(`Subject: x\r\n\r\n${text}\r\n`));
  assert.equal(mail.text?.trim(), text);
});

test('a message of a hundred thousand parts costs no more than one of two thousand', async () => {
  const parts = (count: number) =>
    Buffer.from(
      `Subject: x\r\nContent-Type: multipart/mixed; boundary=X\r\n\r\n${'--X\r\nContent-Type: text/csv\r\n\r\na\r\n'.repeat(count)}--X--\r\n`,
    );
  assert.equal((await parseMail(parts(1900))).attachments.length, 1900, 'ordinary messages are read whole');
  const read = (await parseMail(parts(100_000))).attachments.length;
  assert.ok(read >= 1900 && read <= 2000, `${read} parts were read`);
});

test('of half a million short lines the first are read, and none where the whole is asked for', async () => {
  const many = Buffer.from(`Subject: x\r\nContent-Type: text/plain\r\n\r\n${'abc\r\n'.repeat(500_000)}`);
  assert.ok((await parseMail(many)).text?.startsWith('abc\nabc'));
  await assert.rejects(parseMail(many, { isWhole: true }), /more parts or lines/);
  const base64 = Buffer.alloc(57 * 60_000, 7)
    .toString('base64')
    .replace(/.{76}/g, '$&\r\n');
  const file = `Subject: x\r\nContent-Type: application/pdf\r\nContent-Transfer-Encoding: base64\r\n\r\n${base64}`;
  assert.equal(
    (await parseMail(Buffer.from(file), { isWhole: true })).attachments.length,
    1,
    'a large file is no such message',
  );
});
