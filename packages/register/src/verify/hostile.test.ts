import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rename, rm, symlink, truncate, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, beforeEach, describe, test } from 'node:test';
import fc from 'fast-check';
import { NOW, sampleBundle, sampleSigner } from '../samples.ts';
import { type BundleHeader, type BundleLine, formatHeader, RegisterError } from '../tree/index.ts';
import { verifyBundle } from './bundle.ts';
import { keyForAllTime } from './keys.ts';

const QUESTION = { keys: [keyForAllTime(sampleSigner().key.vkey, 'test')], now: NOW };

let folder = '';
let bundle = '';
let header: BundleHeader;
let headerText = '';
let entriesText = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forthright-hostile-'));
});
after(() => rm(folder, { recursive: true }));
beforeEach(async () => {
  bundle = join(folder, 'bundle');
  await rm(bundle, { recursive: true, force: true });
  await sampleBundle(bundle, { size: 4, earlierSize: 2, proofs: 'each' });
  headerText = await readFile(join(bundle, 'bundle.json'), 'utf8');
  header = JSON.parse(headerText) as BundleHeader;
  entriesText = await readFile(join(bundle, 'entries.jsonl'), 'utf8');
});

/** The code, and where: `malformed bundle.json: earlier.proof[0]`. Anything thrown but a RegisterError fails the test. */
async function refusal(): Promise<string> {
  try {
    const { verdict, findings } = await verifyBundle(bundle, QUESTION);
    const failed = findings.filter((finding) => finding.verdict === 'failed');
    assert.equal(verdict, failed.length > 0 ? 'failed' : 'proved');
    return failed.map(({ check, at, message }) => `failed ${check} ${at}: ${message}`).join('\n');
  } catch (rawError) {
    assert.ok(rawError instanceof RegisterError, `a stray ${String(rawError)}`);
    return `${rawError.code} ${rawError.at}`;
  }
}

const putHeader = (text: string | Uint8Array): Promise<void> => writeFile(join(bundle, 'bundle.json'), text);
const putEntries = (text: string | Uint8Array): Promise<void> =>
  writeFile(join(bundle, 'entries.jsonl'), text);

type Loose = Record<string, unknown>;
const changed = (change: (loose: Loose) => void): string => {
  const loose = structuredClone(header) as unknown as Loose;
  change(loose);
  return formatHeader(loose as unknown as BundleHeader);
};
const attachment = (change: Loose) =>
  changed((h) => Object.assign((h.attachments as Loose[])[0] as Loose, change));

describe('bundle.json', () => {
  const CASES: readonly (readonly [name: string, text: () => string | Uint8Array, expected: string])[] = [
    ['empty', () => '', 'malformed bundle.json'],
    ['no JSON', () => '{', 'malformed bundle.json'],
    [
      'not UTF-8',
      () => Buffer.concat([Buffer.from(headerText), Uint8Array.of(0xff)]),
      'malformed bundle.json',
    ],
    ['a byte order mark', () => `\ufeff${headerText}`, 'malformed bundle.json'],
    ['null', () => 'null\n', 'malformed bundle.json: format'],
    ['a list', () => '[]\n', 'malformed bundle.json: format'],
    [
      'another format',
      () => changed((h) => Object.assign(h, { format: 'x/2' })),
      'malformed bundle.json: format',
    ],
    ['nested a million deep', () => '['.repeat(1e6), 'malformed bundle.json'],
    [
      'nested deep in a known field',
      () => headerText.replace('"rest": []', `"rest": ${'['.repeat(20)}`),
      'malformed bundle.json',
    ],
    ['more than 32 MiB', () => Buffer.alloc(33 * 1024 * 1024, 0x20), 'too-large bundle.json'],
    ['trailing data', () => `${headerText}\n`, 'not-canonical bundle.json:'],
    ['other spaces', () => JSON.stringify(header), 'not-canonical bundle.json:1'],
    [
      'a field twice',
      () => headerText.replace('"earlier"', '"origin": "x",\n  "earlier"'),
      'not-canonical bundle.json:3',
    ],
    [
      'a field twice, first a decoy',
      () => headerText.replace('{\n', '{\n  "origin": "decoy",\n'),
      'not-canonical bundle.json:2',
    ],
    ['an unknown field', () => changed((h) => Object.assign(h, { extra: 1 })), 'malformed bundle.json'],
    ['a prototype', () => headerText.replace('{\n', '{\n  "__proto__": {},\n'), 'malformed bundle.json'],
    ['a missing field', () => changed((h) => delete h.keys), 'malformed bundle.json'],
    [
      'a count of 2^53',
      () => headerText.replace('"count": 4', '"count": 9007199254740992'),
      'malformed bundle.json: entries.count',
    ],
    [
      'a count of 1e400',
      () => headerText.replace('"count": 4', '"count": 1e400'),
      'malformed bundle.json: entries.count',
    ],
    ['a count of 4.0', () => headerText.replace('"count": 4', '"count": 4.0'), 'not-canonical bundle.json:'],
    ['a count of -0', () => headerText.replace('"count": 4', '"count": -0'), 'not-canonical bundle.json:'],
    [
      'a tree of 2^53',
      () => headerText.replaceAll('register\\n4\\n', 'register\\n9007199254740992\\n'),
      'malformed bundle.json: checkpoint, size',
    ],
    [
      'a note without signature',
      () => changed((h) => Object.assign(h, { checkpoint: 'x\n' })),
      'note-invalid bundle.json: checkpoint',
    ],
    [
      'another origin',
      () => changed((h) => Object.assign(h, { origin: 'x' })),
      'checkpoint-invalid bundle.json: origin',
    ],
    [
      'half a character',
      () => headerText.replace('"origin": "', '"origin": "\\ud800'),
      'malformed bundle.json: origin',
    ],
    [
      'a key that is none',
      () => headerText.replace('"vkey": "', '"vkey": "x'),
      'key-invalid bundle.json: keys[0].vkey',
    ],
    [
      '64 hashes in a proof',
      () => changed((h) => Object.assign(h.earlier as Loose, { proof: Array(64).fill('x') })),
      'too-large bundle.json: earlier.proof',
    ],
    [
      'a proof of objects',
      () => changed((h) => Object.assign(h.earlier as Loose, { proof: [{}] })),
      'malformed bundle.json: earlier.proof[0]',
    ],
    [
      'a hash in loose base64',
      () => changed((h) => Object.assign(h.earlier as Loose, { proof: [`${'A'.repeat(42)}B=`] })),
      'malformed bundle.json: earlier.proof[0]',
    ],
    [
      'an attachment twice',
      () => changed((h) => (h.attachments as unknown[]).push((h.attachments as unknown[])[0])),
      'malformed bundle.json: attachments[1].path',
    ],
    [
      'an attachment twice, in capitals',
      () =>
        changed((h) =>
          (h.attachments as unknown[]).push({
            ...((h.attachments as Loose[])[0] as Loose),
            path: 'attachments/PAGE.txt',
          }),
        ),
      'malformed bundle.json: attachments[1].path',
    ],
    [
      'a path that leads out',
      () => attachment({ path: 'attachments/../../x' }),
      'file-refused bundle.json: attachments[0].path',
    ],
    [
      'an absolute path',
      () => attachment({ path: '/etc/passwd' }),
      'file-refused bundle.json: attachments[0].path',
    ],
    [
      'a path of Windows',
      () => attachment({ path: 'attachments/..\\..\\x' }),
      'file-refused bundle.json: attachments[0].path',
    ],
    [
      'a path with a zero byte',
      () => attachment({ path: 'attachments/a\0b' }),
      'file-refused bundle.json: attachments[0].path',
    ],
    [
      'a hash in capitals',
      () => attachment({ sha256: 'A'.repeat(64) }),
      'malformed bundle.json: attachments[0].sha256',
    ],
    [
      'an attachment of an entry that is not shown',
      () => attachment({ index: 999 }),
      'failed attachments attachments/page.txt',
    ],
    [
      'a pointer to a prototype',
      () => attachment({ at: '/constructor/name' }),
      'failed attachments attachments/page.txt',
    ],
  ];
  for (const [name, text, expected] of CASES) {
    test(`refused: ${name}`, async () => {
      await putHeader(text());
      const said = await refusal();
      assert.ok(said.startsWith(expected), said);
    });
  }
});

describe('entries.jsonl', () => {
  const line = (i: number): string => `${entriesText.split('\n')[i]}\n`;
  const first = (change: (loose: Loose) => void): string => {
    const loose = JSON.parse(line(0)) as Loose;
    change(loose);
    return `${JSON.stringify(loose)}\n${entriesText.slice(line(0).length)}`;
  };
  const CASES: readonly (readonly [name: string, text: () => string | Uint8Array, expected: string])[] = [
    ['empty', () => '', 'failed entries entries.jsonl: has 0 entries'],
    ['no newline at the end', () => entriesText.slice(0, -1), 'malformed entries.jsonl:4'],
    ['an empty line', () => `${entriesText}\n`, 'malformed entries.jsonl:5'],
    ['trailing data', () => `${entriesText}{}\n`, 'malformed entries.jsonl:5'],
    ['carriage returns', () => entriesText.replaceAll('\n', '\r\n'), 'not-canonical entries.jsonl:1'],
    ['a space', () => entriesText.replace('{"index":2', '{"index": 2'), 'not-canonical entries.jsonl:3'],
    [
      'a field twice',
      () => entriesText.replace('{"index":2', '{"index":2,"index":2'),
      'not-canonical entries.jsonl:3',
    ],
    [
      'an escape for a letter',
      () => entriesText.replace('"text":"{', '"text":"\\u007b'),
      'not-canonical entries.jsonl:1',
    ],
    [
      'an index of 2^53',
      () => entriesText.replace('"index":3', '"index":9007199254740992'),
      'malformed entries.jsonl:4, index',
    ],
    [
      'an index of 1e15',
      () => entriesText.replace('"index":3', '"index":1000000000000000'),
      'failed entries entries.jsonl:4, entry 1000000000000000',
    ],
    [
      'an index of text',
      () => entriesText.replace('"index":3', '"index":"3"'),
      'malformed entries.jsonl:4, index',
    ],
    [
      'an index below zero',
      () => entriesText.replace('"index":3', '"index":-3'),
      'malformed entries.jsonl:4, index',
    ],
    [
      'the same index twice',
      () => entriesText.replace('"index":3', '"index":2'),
      'failed entries entries.jsonl:4, entry 2',
    ],
    [
      'both text and base64',
      () => first((l) => Object.assign(l, { base64: '' })),
      'malformed entries.jsonl:1',
    ],
    [
      'text as base64',
      () => entriesText.replace(/"text":"[^\n]*?}",/, '"base64":"e30=",'),
      'not-canonical entries.jsonl:1, base64',
    ],
    [
      'an empty list of openings',
      () => first((l) => Object.assign(l, { openings: [] })),
      'not-canonical entries.jsonl:1',
    ],
    ['neither text nor base64', () => first((l) => delete l.text), 'malformed entries.jsonl:1'],
    ['no proof', () => first((l) => delete l.proof), 'malformed entries.jsonl:1'],
    [
      'a proof of 1,000',
      () => first((l) => Object.assign(l, { proof: Array(1000).fill('') })),
      'too-large entries.jsonl:1, proof',
    ],
    [
      'an entry of 100,000 bytes',
      () => first((l) => Object.assign(l, { text: 'x'.repeat(1e5) })),
      'too-large entries.jsonl:1, text',
    ],
    [
      'an entry of 3 × 30,000 bytes',
      () => first((l) => Object.assign(l, { text: '€'.repeat(3e4) })),
      'too-large entries.jsonl:1',
    ],
    ['a line of 3 MB', () => ' '.repeat(3e6), 'too-large entries.jsonl, from line 1 on'],
    [
      'a line nested a million deep',
      () => `${'['.repeat(1e6)}${']'.repeat(1e6)}\n`,
      'malformed entries.jsonl:1',
    ],
    [
      'openings nested deep',
      () => first((l) => Object.assign(l, { openings: [[[[[]]]]] })),
      'malformed entries.jsonl:1, openings[0]',
    ],
    [
      'a short salt',
      () => entriesText.replace(/"salt":"[^"]+"/, '"salt":"AAAA"'),
      'malformed entries.jsonl:2, openings[0].salt',
    ],
    [
      'not UTF-8',
      () => Buffer.concat([Buffer.from(entriesText), Uint8Array.of(0xc0, 0x80, 0x0a)]),
      'malformed entries.jsonl, from line 1 on',
    ],
    [
      'half a character',
      () => first((l) => Object.assign(l, { text: '\ud800' })),
      'malformed entries.jsonl:1',
    ],
  ];
  for (const [name, text, expected] of CASES) {
    test(`refused: ${name}`, async () => {
      await putEntries(text());
      const said = await refusal();
      assert.ok(said.startsWith(expected), said);
    });
  }

  test('an attachment’s entry that is nested a thousand deep is no statement, and nothing breaks', async () => {
    const deep = `${'['.repeat(1000)}${']'.repeat(1000)}`;
    await putEntries(first((l) => Object.assign(l, { text: deep } satisfies Partial<BundleLine>)));
    assert.match(await refusal(), /^failed entries .*\nfailed attachments/s);
  });
});

describe('files', () => {
  const page = () => join(bundle, 'attachments', 'page.txt');

  test('a missing file is named', async () => {
    for (const name of ['entries.jsonl', 'bundle.json']) {
      await rm(join(bundle, name));
      assert.equal(await refusal(), `file-missing ${name}`);
    }
    await rm(bundle, { recursive: true });
    assert.equal(await refusal(), `file-missing ${bundle}`);
    await writeFile(bundle, '');
    assert.equal(await refusal(), 'file-missing bundle.json');
  });

  test('a link is not followed: to a file, to a folder, nor inside the bundle', async () => {
    const outside = join(folder, 'outside');
    await mkdir(outside, { recursive: true });
    await rename(page(), join(outside, 'page.txt'));
    await symlink(join(outside, 'page.txt'), page());
    assert.match(await refusal(), /^failed attachments .*\[file-refused\] is reached through a link/);
    await rm(join(bundle, 'attachments'), { recursive: true });
    await symlink(outside, join(bundle, 'attachments'));
    assert.match(await refusal(), /^failed attachments .*\[file-refused\]/);
    await rename(join(bundle, 'entries.jsonl'), join(bundle, 'other.jsonl'));
    await symlink('other.jsonl', join(bundle, 'entries.jsonl'));
    assert.equal(await refusal(), 'file-refused entries.jsonl');
    await rm(join(bundle, 'entries.jsonl'));
    await symlink('entries.jsonl', join(bundle, 'entries.jsonl'));
    assert.equal(await refusal(), 'file-unreadable entries.jsonl');
  });

  test('a folder or a pipe in place of a file is refused at once', async () => {
    await rm(page());
    await mkdir(page());
    assert.match(await refusal(), /^failed attachments .*\[file-refused\] is no plain file/);
    await rm(page(), { recursive: true });
    if (spawnSync('mkfifo', [page()]).status !== 0) return;
    assert.match(await refusal(), /^failed attachments .*\[file-refused\] is no plain file/);
  });

  test('a file of a terabyte of zeroes in place of a short one is given up early', async () => {
    await truncate(page(), 1e12);
    assert.match(await refusal(), /^failed attachments .* not the one/);
  });
});

test('whatever the bytes are, the answer is a finding or a coded error', async () => {
  const chunk = fc.oneof(
    fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
    fc
      .constantFrom('{', '[', '"', ':', ',', '1e999', 'null', '\\u0000', '{"index":0,"text":"', '"}\n', '\n')
      .map((s) => Buffer.from(s)),
  );
  const bytes = fc.array(chunk, { maxLength: 30 }).map((parts) => Buffer.concat(parts));
  await fc.assert(
    fc.asyncProperty(bytes, fc.boolean(), fc.nat(), async (garbage, isHeader, anyAt) => {
      const honest = Buffer.from(isHeader ? headerText : entriesText);
      const at = anyAt % honest.length;
      const spliced = Buffer.concat([honest.subarray(0, at), garbage, honest.subarray(at + garbage.length)]);
      await (isHeader ? putHeader(spliced) : putEntries(spliced));
      const said = await refusal();
      assert.ok(
        said !== '' || spliced.equals(honest) || /20\d\d-/.test(spliced.toString('latin1', at - 25, at + 25)),
        said,
      );
      await putHeader(headerText);
      await putEntries(entriesText);
    }),
    { numRuns: 300 },
  );
});
