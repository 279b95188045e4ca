import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm, stat } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import { compose, ownLanguages } from '../compose/index.ts';
import { incidentSample, personSample, TODAY } from '../compose/testing.ts';
import { type Copy, writeCopies } from './index.ts';

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

test('everybody has a letter, a short message or a line that says why not', async () => {
  const parent = await mkdtemp(join(tmpdir(), 'forthright-letters-'));
  try {
    const folder = join(parent, 'copies');
    const copies = await writeCopies(
      [
        copy('P1', 'en'),
        copy('P2', 'pl', { name: '=cmd|"x"', phone: '' }),
        copy('P3', 'ja'),
        copy('P4', 'de', { address: [' '] }),
      ],
      folder,
      { organisation: 'Marlow Market', at: new Date(TODAY) },
    );
    assert.deepEqual(copies, {
      letters: 2,
      shortMessages: 3,
      inAccount: 4,
      withoutAddress: ['P4'],
      withoutPhone: ['P2'],
      unprintable: ['P3'],
    });
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
    const sms = (await readFile(join(folder, 'sms.jsonl'), 'utf8'))
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line));
    assert.ok(sms.every(({ text }) => text.includes('K7QM-2XPA') && text.includes('marlow.example')));
    assert.equal((await stat(folder)).mode & 0o777, 0o700);
  } finally {
    await rm(parent, { recursive: true });
  }
});
