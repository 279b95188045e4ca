import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import {
  appendFile,
  mkdir,
  mkdtemp,
  rename,
  rm,
  symlink,
  truncate,
  unlink,
  utimes,
  writeFile,
} from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { gzipSync, zstdCompressSync } from 'node:zlib';
import { ForthrightError } from '@forthright/contract';
import { assertUnchanged, expandSource } from './files.ts';
import { hashFiles } from './hash.ts';
import { readHead, readHeader } from './head.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forthright-files-'));
  await mkdir(join(folder, 'logs/sub/.git'), { recursive: true });
  await mkdir(join(folder, 'empty'));
  const write = (name: string, bytes: string | Uint8Array) => writeFile(join(folder, name), bytes);
  await write('logs/b.log', 'b\n');
  await write('logs/B.log', 'B\n');
  await write('logs/a.log.1', gzipSync('a\n'));
  await write('logs/.hidden.log', 'h\n');
  await write('logs/sub/c.log', zstdCompressSync('c\n'));
  await write('logs/sub/.git/d.log', 'd\n');
  await write('[old].log', 'o\n');
  await write('zip.log', Buffer.from('504b030414000000', 'hex'));
  await write('bz.log', Buffer.from('425a68393141592653590000', 'hex'));
  await write('xz.log', Buffer.from('fd377a585a000004', 'hex'));
  await symlink('nowhere', join(folder, 'dangling.log'));
});
after(() => rm(folder, { recursive: true }));

const expand = (at: string | string[]) => expandSource('logs.web', at, folder);
async function refusal(work: Promise<unknown>): Promise<ForthrightError> {
  const error = await work.then(
    () => undefined,
    (e: unknown) => e,
  );
  assert.ok(error instanceof ForthrightError, String(error));
  return error;
}

test('files come sorted by bytes, each once, numbered, without hidden ones and folders', async () => {
  const files = await expandSource('logs.web', ['logs/b.log', './logs/**/*', 'logs/*.log'], folder, 7);
  assert.deepEqual(
    files.map((f) => [f.f, f.path, f.bytes > 0, f.compression, f.series]),
    [
      [7, 'logs/B.log', true, 'none', 'logs/B.log'],
      [8, 'logs/a.log.1', true, 'gzip', 'logs/a.log'],
      [9, 'logs/b.log', true, 'none', 'logs/b.log'],
      [10, 'logs/sub/c.log', true, 'zstd', 'logs/sub/c.log'],
    ],
  );
});

test('a pattern that names the dot finds hidden files, and a name with brackets is a name first', async () => {
  assert.deepEqual(
    (await expand('logs/.h*')).map((f) => f.path),
    ['logs/.hidden.log'],
  );
  assert.deepEqual(
    (await expand('[old].log')).map((f) => f.path),
    ['[old].log'],
  );
});

test('compression is told by the first bytes, an absolute path works, what is remote is left out', async () => {
  const compression = async (at: string) => (await expand(at))[0]?.compression;
  assert.equal(await compression('bz.log'), 'bzip2');
  assert.equal(await compression(join(folder, 'xz.log')), 'xz');
  assert.deepEqual(await expand(['s3://b/*.gz', 'postgres://h/d#t']), []);
});

const REFUSED: readonly (readonly [string, string, RegExp])[] = [
  [
    'logs/bb.log',
    'file-missing',
    /there is no file logs\/bb\.log: looked in .*logs; did you mean `B\.log`\?/,
  ],
  ['lags/b.log', 'file-missing', /lags, a folder that does not exist; did you mean `logs`\?/],
  [
    'logs/*.lgo',
    'glob-empty',
    /no file matches logs\/\*\.lgo: looked in .*\/logs; in .* there is: B\.log, a/,
  ],
  ['logs/a.lg.?', 'glob-empty', /nearest there: a\.log\.1/],
  ['lgos/*.log', 'glob-empty', /lgos, a folder that does not exist; did you mean `logs`\?/],
  ['empty/*', 'glob-empty', /looked in .*empty; there is nothing in it/],
  ['logs', 'file-unreadable', /it is a folder; name the files in it, such as logs\/\*/],
  ['zip.log', 'file-unreadable', /it is a ZIP archive; unpack it/],
  ['dangling.log', 'file-missing', /there is no file dangling\.log/],
  ['dang*.log', 'file-missing', /it vanished, or is a link to nowhere/],
  ['/dev/null', 'file-unreadable', /it is no plain file/],
];
for (const [at, code, message] of REFUSED) {
  test(`${at} is refused as ${code}`, async () => {
    const error = await refusal(expand(at));
    assert.equal(error.code, code);
    assert.match(error.message, message);
    assert.match(error.message, /^logs\.web: /);
  });
}

test('a file is hashed up to the size it had, in another thread, with progress', async () => {
  await writeFile(join(folder, 'big'), Buffer.alloc(9_000_000, 'x'));
  const files = [...(await expand('big')), ...(await expandSource('x', 'logs/b.log', folder, 1))];
  await appendFile(join(folder, 'big'), 'more');
  const seen: number[] = [];
  const hashes = await hashFiles(files, { onProgress: (done, total) => seen.push(done / total) });
  assert.equal(hashes.get(0), createHash('sha256').update(Buffer.alloc(9_000_000, 'x')).digest('hex'));
  assert.equal(hashes.get(1), createHash('sha256').update('b\n').digest('hex'));
  assert.equal(seen.at(-1), 1);
  await assertUnchanged(files);
});

test('a file that shrank under the hash is evidence-changed, one that vanished is unreadable', async () => {
  await writeFile(join(folder, 'shrinks'), 'abcdef');
  const files = await expand('shrinks');
  await truncate(join(folder, 'shrinks'), 3);
  const error = await refusal(hashFiles(files));
  assert.equal(error.code, 'evidence-changed');
  assert.match(error.message, /shrinks shrank from 6 to 3 bytes/);
  await unlink(join(folder, 'shrinks'));
  assert.equal((await refusal(hashFiles(files))).code, 'file-unreadable');
});

test('hashing stops when aborted, before and while it runs', async () => {
  const files = await expand('logs/b.log');
  assert.equal((await refusal(hashFiles(files, { signal: AbortSignal.abort() }))).code, 'interrupted');
  const controller = new AbortController();
  const work = refusal(hashFiles(files, { signal: controller.signal }));
  controller.abort();
  assert.equal((await work).code, 'interrupted');
});

test('a file that was replaced, shortened, rewritten or removed is named after the run', async () => {
  for (const name of ['replaced', 'shortened', 'rewritten', 'removed', 'grown']) {
    await writeFile(join(folder, `${name}.txt`), 'abcdef');
  }
  const files = await expand('*.txt');
  await rename(join(folder, 'grown.txt'), join(folder, 'grown.tmp'));
  await rename(join(folder, 'grown.tmp'), join(folder, 'grown.txt'));
  await appendFile(join(folder, 'grown.txt'), 'g');
  await writeFile(join(folder, 'other'), 'abcdef');
  await rename(join(folder, 'other'), join(folder, 'replaced.txt'));
  await truncate(join(folder, 'shortened.txt'), 2);
  await utimes(join(folder, 'rewritten.txt'), 1, 1);
  await unlink(join(folder, 'removed.txt'));
  const error = await refusal(assertUnchanged(files));
  assert.equal(error.code, 'evidence-changed');
  assert.deepEqual(
    error.problems.map((p) => `${p.at}: ${p.message}`),
    [
      'removed.txt: it is no longer there',
      'replaced.txt: another file stands in its place',
      'rewritten.txt: it was written to and did not grow',
      'shortened.txt: it shrank from 6 to 2 bytes',
    ],
  );
});

async function separatorOf(text: string, wanted: readonly string[]): Promise<string> {
  await writeFile(join(folder, 'h.csv'), text);
  const [file] = await expand('h.csv');
  assert.ok(file);
  return (await readHeader(file, wanted)).separator;
}

test('the separator of a CSV file is the one under which it has all columns that are asked for', async () => {
  const cases: [header: string, wanted: string[], separator: string][] = [
    ['id,name', ['id'], ','],
    ['id;name', ['id', 'name'], ';'],
    ['"id"\tname', ['id'], '\t'],
    ['id|name', ['name'], '|'],
    ['id;first, last', ['id'], ';'],
    ['id,a;b', ['id'], ','],
    // Nothing tells: the comma, so that the error names the header as it stands.
    ['id;name', ['nothing'], ','],
    ['a;b|c;d', ['nothing'], ','],
    ['id', ['id'], ','],
    ['"a;b";c', ['c'], ';'],
  ];
  for (const [header, wanted, separator] of cases)
    assert.equal(await separatorOf(`${header}\n1\n`, wanted), separator, header);
});

async function header(bytes: string | Uint8Array): Promise<readonly string[]> {
  await writeFile(join(folder, 'h.csv'), bytes);
  const [file] = await expand('h.csv');
  assert.ok(file);
  return (await readHeader(file, [])).columns;
}

test('a CSV header is read through quotes, a byte order mark and compression', async () => {
  assert.deepEqual(await header('\uFEFFid,"e,mail","say ""x""",last\r\n1,2,3,4\r\n'), [
    'id',
    'e,mail',
    'say "x"',
    'last',
  ]);
  assert.deepEqual(await header(gzipSync('id,"two\nlines",\n1,2,3\n')), ['id', 'two\nlines', '']);
  assert.deepEqual(await header(zstdCompressSync('id,e\n'.repeat(100_000))), ['id', 'e']);
  assert.deepEqual(await header('only'), ['only']);
  assert.deepEqual(await header(Buffer.from('pr\xe9nom,id\n1,2\n', 'latin1')), ['prénom', 'id']);
  assert.deepEqual(await header(`${'c,'.repeat(100_000)}z\n`).then((h) => h?.length), 100_001);
});

test('a header that is empty, UTF-16 or without end is refused', async () => {
  assert.match((await refusal(header(''))).message, /it is empty/);
  assert.match((await refusal(header(Buffer.from('\uFEFFid\n', 'utf16le')))).message, /UTF-16/);
  assert.match((await refusal(header(Buffer.alloc(2_000_000, 'x')))).message, /no end within 1 MB/);
  assert.match((await refusal(header(Buffer.from('425a68393141592653590000', 'hex')))).message, /can't read/);
  assert.match((await refusal(header(Buffer.from('fd377a585a000000', 'hex')))).message, /xz.*Compress it/);
});

test('the head of a damaged file is what stands before the damage, or refused when nothing does', async () => {
  const random = Buffer.from(Array.from({ length: 300_000 }, (_, i) => (i * 7919 * (i >> 3)) & 0xff));
  await writeFile(join(folder, 'cut.gz'), gzipSync(random).subarray(0, -20));
  await writeFile(join(folder, 'bad.gz'), Buffer.from('1f8b08ffffffffffffffffffffffffff', 'hex'));
  const [cut] = await expand('cut.gz');
  const [bad] = await expand('bad.gz');
  assert.ok(cut && bad);
  assert.deepEqual(await readHead(cut, 100), random.subarray(0, 100));
  assert.equal((await refusal(readHead(bad, 100))).code, 'file-unreadable');
});

test('a bomb gives no more than the bytes asked for', async () => {
  await writeFile(join(folder, 'bomb.gz'), gzipSync(Buffer.alloc(50_000_000)));
  const [bomb] = await expand('bomb.gz');
  assert.ok(bomb);
  assert.equal((await readHead(bomb, 1000))?.length, 1000);
});
