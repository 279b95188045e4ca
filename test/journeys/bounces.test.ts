import assert from 'node:assert/strict';
import { chmodSync, copyFileSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { forthright } from './command.ts';

const fixture = (name: string) =>
  fileURLToPath(new URL(`../../server/src/notify/returned/fixtures/${name}.eml`, import.meta.url));
const linesOf = (stdout: string) =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line) as Record<string, unknown>);

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'bounces-'));
  mkdirSync(join(folder, 'mail/new'), { recursive: true });
});
afterEach(() => rmSync(folder, { recursive: true }));
const put = (name: string, as = name) => copyFileSync(fixture(name), join(folder, 'mail/new', as));

describe('forthright bounces', () => {
  test('one object a line for each recipient, file by file', async () => {
    put('postfix-unknown', 'a.eml');
    put('several', 'b.eml');
    put('absence', 'c.eml');
    const ran = await forthright(['bounces', 'mail', '--json'], folder);
    assert.equal(ran.code, 0, ran.stderr);
    const lines = linesOf(ran.stdout);
    assert.deepEqual(Object.keys(lines[0] ?? {}), [
      'file',
      'kind',
      'recipient',
      'status',
      'reason',
      'hard',
      'reply',
      'diagnostic',
    ]);
    assert.deepEqual(
      lines.map(({ file, kind, recipient, reason, hard }) => [file, kind, recipient, reason, hard]),
      [
        ['new/a.eml', 'address-dead', 'ana@shop.example', 'userunknown', true],
        ['new/b.eml', 'temporary', 'ana@shop.example', 'mailboxfull', false],
        ['new/b.eml', 'address-dead', 'ben@shop.example', 'userunknown', true],
        ['new/b.eml', 'not-a-bounce', 'cem@shop.example', 'delivered', false],
        ['new/c.eml', 'not-a-bounce', 'ana@shop.example', 'vacation', false],
      ],
    );
  });

  test('a table for people, and one file alone', async () => {
    put('qmail');
    const ran = await forthright(['bounces', 'mail/new/qmail'], folder);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(
      ran.stdout,
      /^kind .*\naddress-dead +userunknown +5\.1\.1 +ana@shop\.example +mail\/new\/qmail\n$/,
    );
    assert.match(ran.stderr, /1 message: 1 address-dead/);
  });

  test('a file that cannot be read is told, and the others are read', {
    skip: process.getuid?.() === 0 && 'root reads everything',
  }, async () => {
    put('qmail', '1.eml');
    put('qmail', '2.eml');
    chmodSync(join(folder, 'mail/new/1.eml'), 0);
    const ran = await forthright(['bounces', 'mail', '--json'], folder);
    const [first, second] = linesOf(ran.stdout);
    assert.deepEqual([first?.file, second?.kind], ['new/1.eml', 'address-dead']);
    assert.match(JSON.stringify(first?.error), /"code":"file-unreadable"/);
    assert.equal(ran.code, 4);
  });

  test('rubbish, empty files, hidden files and links to nowhere do no harm', async () => {
    writeFileSync(join(folder, 'mail/new/empty'), '');
    writeFileSync(join(folder, 'mail/new/rubbish'), Buffer.alloc(100_000, 0xff));
    writeFileSync(join(folder, 'mail/new/.hidden'), 'x');
    symlinkSync('nowhere', join(folder, 'mail/new/link'));
    const ran = await forthright(['bounces', 'mail', '--json'], folder);
    assert.equal(ran.code, 0, ran.stderr);
    assert.deepEqual(
      linesOf(ran.stdout).map(({ file, kind }) => [file, kind]),
      [
        ['new/empty', 'not-a-bounce'],
        ['new/rubbish', 'not-a-bounce'],
      ],
    );
  });

  test('a folder that is not there, and one with nothing in it', async () => {
    const missing = await forthright(['bounces', 'nowhere', '--json'], folder);
    assert.equal(missing.code, 4);
    assert.equal((JSON.parse(missing.stderr) as { code: string }).code, 'file-missing');
    assert.equal((await forthright(['bounces', 'mail'], folder)).code, 4);
  });
});
