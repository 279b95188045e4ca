import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { japaneseFont } from '../../platform/pdf/index.ts';
import { compose, ownLanguages } from '../compose/index.ts';
import { incidentSample, personSample, TODAY } from '../compose/testing.ts';
import { type Copy, writeLetters, writeLines } from './index.ts';

const languages = await ownLanguages();
const copy = (person: string, language: string, more: Partial<Copy> = {}): Copy => ({
  person,
  composed: compose({
    incident: incidentSample(),
    person: personSample({ language }),
    languages,
    fallback: 'en',
    code: 'K7QM-2XPA',
    today: TODAY,
  }),
  name: 'Ana Lopes',
  address: ['Rue du Marché 1', '1234 Luxembourg'],
  country: 'LU',
  phone: '+352 20 00 00',
  ...more,
});

const about = { organisation: 'Marlow Market', at: new Date(TODAY) };

async function inFolder(work: (folder: string) => Promise<void>): Promise<void> {
  const parent = await mkdtemp(join(tmpdir(), 'forthright-letters-'));
  try {
    await work(join(parent, 'copies'));
  } finally {
    await rm(parent, { recursive: true });
  }
}

test('everybody has a letter, or an outcome that says why not', async () => {
  await inFolder(async (folder) => {
    const copies = [
      copy('P1', 'en'),
      copy('P2', 'pl', { name: '=cmd|"x"', phone: '' }),
      copy('P3', 'ja'),
      copy('P4', 'de', { address: [' '] }),
      copy('P5', 'en', { name: 'سارة' }),
    ];
    assert.deepEqual(await Array.fromAsync(writeLetters(copies, folder, about)), [
      { person: 'P1', outcome: 'written' },
      { person: 'P2', outcome: 'written' },
      { person: 'P3', outcome: 'unprintable' },
      { person: 'P4', outcome: 'no-address' },
      { person: 'P5', outcome: 'unprintable' },
    ]);
    assert.deepEqual((await readdir(join(folder, 'batch-0001'))).sort(), ['000001.pdf', '000002.pdf']);
    const pdf = await readFile(join(folder, 'batch-0001/000001.pdf'));
    assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
    assert.ok(pdf.includes('/StructTreeRoot') && pdf.includes('/Lang (en)'));
    const rows = (await readFile(join(folder, 'letters.csv'), 'utf8')).trim().split('\r\n');
    assert.equal(rows.length, 3);
    assert.ok(
      rows[1]?.startsWith('"batch-0001/000001.pdf","Ana Lopes","Rue du Marché 1","1234 Luxembourg","",'),
    );
    assert.ok(rows[2]?.includes(`"'=cmd|""x"""`));
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
  });
});

const font = await japaneseFont();
const why = font === undefined ? 'no font with Japanese letters (Debian: fonts-ipafont-gothic)' : false;

test('with a font that has the letters, a Japanese letter says what the notice says', {
  skip: why,
}, async () => {
  await inFolder(async (folder) => {
    const letter = copy('P3', 'ja', { name: '山田 花子', address: ['千代田区1-1'], country: 'JP' });
    const written = await Array.fromAsync(writeLetters([letter], folder, { ...about, japanese: font }));
    assert.deepEqual(written, [{ person: 'P3', outcome: 'written' }]);
    const read = spawnSync('pdftotext', ['-layout', join(folder, 'batch-0001/000001.pdf'), '-'], {
      encoding: 'utf8',
    });
    assert.equal(read.error, undefined, 'Debian: poppler-utils');
    for (const words of ['山田 花子', '千代田区1-1', '確認コード', 'K7QM-2XPA'])
      assert.ok(read.stdout.includes(words), `${words} in ${read.stdout}`);
  });
});

test('short messages and copies for accounts are lines; who has no telephone has none', async () => {
  await inFolder(async (folder) => {
    await mkdir(folder);
    const copies = [copy('P1', 'en'), copy('P2', 'pl', { phone: ' ' })];
    const [sms, account] = [join(folder, 'sms'), join(folder, 'account')];
    assert.deepEqual(await Array.fromAsync(writeLines(copies, sms, 'text-message')), [
      { person: 'P1', outcome: 'written' },
      { person: 'P2', outcome: 'no-phone' },
    ]);
    assert.equal((await Array.fromAsync(writeLines(copies, account, 'account'))).length, 2);
    const linesOf = async (path: string) =>
      (await readFile(path, 'utf8'))
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line));
    const [line, ...others] = await linesOf(sms);
    assert.equal(others.length, 0);
    assert.deepEqual(Object.keys(line), ['person', 'language', 'phone', 'text']);
    assert.ok(line.text.includes('K7QM-2XPA') && line.text.includes('marlow.example'));
    assert.ok(
      (await linesOf(account)).every(({ text, html }) => text.includes('K7QM-2XPA') && html.includes('<h1')),
    );
    assert.equal((await stat(sms)).mode & 0o777, 0o600);
  });
});
