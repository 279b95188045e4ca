import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { type Block, compose, ownLanguages } from '../compose/index.ts';
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
      copy('P5', 'en', { name: '김민수' }),
    ];
    assert.deepEqual(await Array.fromAsync(writeLetters(copies, folder, about)), [
      { person: 'P1', outcome: 'written' },
      { person: 'P2', outcome: 'written' },
      { person: 'P3', outcome: 'written' },
      { person: 'P4', outcome: 'no-address' },
      { person: 'P5', outcome: 'unprintable' },
    ]);
    assert.deepEqual((await readdir(join(folder, 'batch-0001'))).sort(), [
      '000001.pdf',
      '000002.pdf',
      '000003.pdf',
    ]);
    const pdf = await readFile(join(folder, 'batch-0001/000001.pdf'));
    assert.equal(pdf.subarray(0, 5).toString(), '%PDF-');
    assert.ok(pdf.includes('/StructTreeRoot') && pdf.includes('/Lang (en)'));
    const rows = (await readFile(join(folder, 'letters.csv'), 'utf8')).trim().split('\r\n');
    assert.equal(rows.length, 4);
    assert.ok(
      rows[1]?.startsWith('"batch-0001/000001.pdf","Ana Lopes","Rue du Marché 1","1234 Luxembourg","",'),
    );
    assert.ok(rows[2]?.includes(`"'=cmd|""x"""`));
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
  });
});

const textOf = (folder: string, n: number): string => {
  const read = spawnSync('pdftotext', ['-raw', join(folder, `batch-0001/00000${n}.pdf`), '-'], {
    encoding: 'utf8',
  });
  assert.equal(read.error, undefined, 'Debian: poppler-utils');
  return read.stdout;
};
const wordsOf = (block: Block): readonly string[] => (block.is === 'list' ? block.items : [block.text]);
const dense = (text: string): string => text.replace(/[\s\u2068\u2069]/g, '').normalize('NFKC');

test('a Japanese letter says all that the notice says, with names in their own kanji, and of other countries', async () => {
  await inFolder(async (folder) => {
    const letters = [
      copy('P1', 'ja', {
        name: '𠮷田 花子',
        address: ['〒100-0001', '東京都千代田区千代田1-1 葛󠄀ビル'],
        country: 'JP',
      }),
      copy('P2', 'ja', {
        name: 'Łucja Žižková',
        address: ['大阪市北区1-1 メゾン・ド・サクラ301号室'],
        country: 'JP',
      }),
      copy('P3', 'en', { name: '髙﨑 凜', address: ['横浜市中区1-1'], country: 'JP' }),
      copy('P4', 'en', { name: 'ნინო Արամ', address: ['1 Rustaveli'], country: 'GE' }),
    ];
    const written = await Array.fromAsync(writeLetters(letters, folder, about));
    assert.deepEqual(
      written.map(({ outcome }) => outcome),
      letters.map(() => 'written'),
    );
    for (const [i, { name, address, composed }] of letters.entries()) {
      const said = dense(textOf(folder, i + 1).replace(/^\s*\d+ ?\/ ?\d+\s*$/gm, ''));
      for (const words of [name, ...address, ...composed.blocks.flatMap(wordsOf)])
        assert.ok(said.includes(dense(words)), `${words} in ${said}`);
    }
    const pages = spawnSync('pdfinfo', [join(folder, 'batch-0001/000001.pdf')], { encoding: 'utf8' }).stdout;
    assert.match(pages, /Tagged: +yes/);
    const lines = wordsIn(join(folder, 'batch-0001/000001.pdf'));
    assert.ok(
      lines.every(({ x, right }) => x > 50 && right < 595 - 50),
      'nothing runs over the margin',
    );
    assert.ok(!lines.some(({ text }) => /^[、。」）]/.test(text)), 'no line begins with what closes');
  });
});

const NANUM = '/usr/share/fonts/truetype/nanum/NanumGothic.ttf';

test('a font that the organisation names prints the names that ours lack', {
  skip: existsSync(NANUM) ? false : 'not installed: fonts-nanum',
}, async () => {
  await inFolder(async (folder) => {
    const korean = copy('P1', 'de', { name: '김민수', address: ['서울특별시 종로구 1'], country: 'KR' });
    const written = await Array.fromAsync(writeLetters([korean], folder, { ...about, font: NANUM }));
    assert.deepEqual(written, [{ person: 'P1', outcome: 'written' }]);
    for (const words of ['김민수', '서울특별시 종로구 1', 'K7QM-2XPA'])
      assert.ok(textOf(folder, 1).includes(words), words);
  });
});

/** Words of the first page with where they begin, in points from the left, as poppler reads them. */
function wordsIn(pdf: string): readonly { text: string; x: number; y: number; right: number }[] {
  const read = spawnSync('pdftotext', ['-bbox', pdf, '-'], { encoding: 'utf8' });
  assert.equal(read.error, undefined, 'Debian: poppler-utils');
  return [...read.stdout.matchAll(/xMin="([\d.]+)" yMin="([\d.]+)" xMax="([\d.]+)"[^>]*>([^<]*)</g)].map(
    ([, x, y, right, text = '']) => ({
      text,
      x: Number(x),
      y: Math.round(Number(y)),
      right: Number(right),
    }),
  );
}

test('names in Arabic, Hebrew and Thai stand in a letter as their readers write them; letters that no font here has are refused', async () => {
  await inFolder(async (folder) => {
    const letters = [
      copy('P1', 'en', {
        name: 'محمد علي حسن',
        address: ['شارع الملك 12 (ب)', '11564 الرياض'],
        country: 'SA',
      }),
      copy('P2', 'de', { name: 'נועה לוי', address: ['רחוב הרצל 7', '61000 תל אביב'], country: 'IL' }),
      copy('P3', 'fr', { name: 'สมชาย น้ำใจ', address: ['12/3 ถนนสีลม', 'กรุงเทพฯ 10500'], country: 'TH' }),
      copy('P4', 'en', { name: '김민수', address: ['서울'], country: 'KR' }),
      copy('P5', 'en', { name: 'Ana 🦊 Lopes', address: ['Rua 1'], country: 'PT' }),
    ];
    const written = await Array.fromAsync(writeLetters(letters, folder, about));
    assert.deepEqual(
      written.map(({ outcome }) => outcome),
      ['written', 'written', 'written', 'unprintable', 'unprintable'],
    );
    const [arabic = [], hebrew = [], thai = []] = [1, 2, 3].map((n) =>
      wordsIn(join(folder, `batch-0001/00000${n}.pdf`)),
    );
    const at = (words: typeof arabic, text: string) => {
      // Poppler gives a word's letters as they stand from left to right.
      const seen = /\p{Script=Arabic}|\p{Script=Hebrew}/u.test(text)
        ? Array.from(text).reverse().join('')
        : text;
      const found = words.find((word) => word.text.normalize('NFKC').includes(seen));
      assert.ok(found, `${text} in ${words.map((word) => word.text).join(' ')}`);
      return found;
    };
    for (const [words, first, second, third] of [
      [arabic, 'محمد', 'علي', 'حسن'],
      [arabic, 'شارع', 'الملك', '12'],
      [hebrew, 'רחוב', 'הרצל', '7'],
    ] as const) {
      assert.equal(at(words, first).y, at(words, second).y);
      assert.ok(at(words, first).x > at(words, second).x, `${first} stands right of ${second}`);
      assert.ok(at(words, second).x > at(words, third).x, `${second} stands right of ${third}`);
    }
    assert.ok(at(hebrew, '61000').x > at(hebrew, 'תל').x, 'the line runs from right to left');
    at(thai, 'ถนนสีลม');
    assert.ok(at(thai, '10500').x > at(thai, 'กรุงเทพฯ').x);
    for (const words of [arabic, hebrew, thai]) at(words, 'K7QM-2XPA');
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
