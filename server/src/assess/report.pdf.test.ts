import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { type ForthrightError, ReportStatement, Workspace } from '@forthright/contract';
import { reportPdf } from './report.pdf.ts';
import { makeReport } from './report.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forthright-test-'));
});
after(() => rm(folder, { recursive: true, force: true }));

const { organisation } = Workspace.parse({
  organisation: { name: 'Łódź Żółw Market', country: 'PL' },
  sources: { customers: { at: 'c.csv', columns: { id: 'id' } } },
});

const NEEDED = ['qpdf', 'pdfinfo', 'pdftotext'];
const absent = NEEDED.filter((tool) => spawnSync(tool, ['--help']).error !== undefined);
const skip = absent.length === 0 ? false : `not installed: ${absent.join(', ')}`;

test('a report’s PDF is tagged, whole, in its language, and says in order what the report says', {
  skip,
}, async () => {
  // Longer than a page, so that one value goes over the break.
  const long = Array.from({ length: 900 }, (_, i) => `word${i}`).join(' ');
  const report = makeReport({
    organisation,
    statement: ReportStatement.parse({ by: 'Ana Κώστα', fields: { 62: `${long}\u0007`, 51: 'Почта' } }),
    at: new Date('2025-11-21T00:00:00Z'),
  });
  const path = join(folder, 'report.pdf');
  await writeFile(path, await reportPdf(report));
  const run = (command: string, ...args: string[]) =>
    execFileSync(command, [...args, path], { encoding: 'utf8', stdio: ['ignore', 'pipe', 'pipe'] });
  assert.match(run('qpdf', '--check'), /No syntax or stream encoding errors/);
  const info = run('pdfinfo');
  assert.match(info, /^Tagged: +yes$/m);
  assert.match(info, /^Title: +EDPB common template/m);
  const tags = run('pdfinfo', '-struct-text');
  for (const tag of ['Document', 'H1', 'H2', 'L', 'LI', 'Lbl', 'LBody'])
    assert.match(tags, new RegExp(`^ *${tag}\\b`, 'm'));
  const said = tags.replace(/\s+/g, ' ');
  const order = ['Łódź Żółw Market', 'Почта', 'word0 ', 'word899'].map((text) => said.indexOf(text));
  assert.ok(
    order.every((at) => at > 0),
    String(order),
  );
  assert.deepEqual(
    order,
    order.toSorted((a, b) => a - b),
  );
  // Every word that is painted stands in the tags, but for the numbers of pages.
  const painted = execFileSync('pdftotext', ['-raw', path, '-'], { encoding: 'utf8' });
  const words = painted
    .replace(/^\d+ \/ \d+$/gm, '')
    .split(/\s+/)
    .filter((word) => word !== '');
  assert.ok(words.length > 1000);
  const tagged = said.replaceAll(/\s/g, '');
  for (const word of words) assert.ok(tagged.includes(word), word);
  const raw = execFileSync('qpdf', ['--qdf', '--object-streams=disable', path, '-'], {
    maxBuffer: 1 << 26,
  }).toString('latin1');
  assert.match(raw, /\/Lang \(en\)/);
  assert.match(raw, /pdfuaid/);
  assert.match(raw, /\/DisplayDocTitle true/);
  const fonts = raw.match(/\/FontFile2/g) ?? [];
  assert.ok(fonts.length >= 2, 'the fonts are within');
  const opened = raw.match(/\bBDC\b/g)?.length;
  assert.equal(opened, raw.match(/\bEMC\b/g)?.length, 'what is marked ends');
});

const typed = (text: string) =>
  makeReport({
    organisation,
    statement: ReportStatement.parse({ by: 'Ana Κώστα', fields: { 62: text } }),
    at: new Date('2025-11-21T00:00:00Z'),
  });

test('Japanese beside Polish: each text in a font that has its letters', { skip }, async () => {
  const path = join(folder, 'japanese.pdf');
  await writeFile(path, await reportPdf(typed('個人データの漏えい, Łódź')));
  const text = execFileSync('pdftotext', [path, '-'], { encoding: 'utf8' });
  assert.match(text, /個人データの漏えい, Łódź/);
  assert.match(text, /Łódź Żółw Market/);
});

test('letters that no font at hand has are refused by name, and never boxes', async () => {
  await assert.rejects(reportPdf(typed('ᚠᚢᚦ ꦲꦏ Ａ')), (error: ForthrightError) => {
    assert.equal(error.code, 'font-missing');
    assert.match(error.message, /ꦲ/);
    return true;
  });
});
