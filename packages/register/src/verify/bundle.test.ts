import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import fc from 'fast-check';
import { NOW, type SampleOptions, sampleBundle, sampleLog, sampleSigner, termOf } from '../samples.ts';
import {
  type BundleHeader,
  type BundleLine,
  commitmentOf,
  encodeEntry,
  formatHeader,
  formatLine,
  formatTlogProof,
  RegisterError,
} from '../tree/index.ts';
import {
  addSignatures,
  append,
  appendEntries,
  cosign,
  newSalt,
  proveInclusion,
  signCheckpoint,
  writeBundle,
} from '../write/index.ts';
import { type BundleQuestion, verifyBundle } from './bundle.ts';
import { keyForAllTime, parseKeys } from './keys.ts';
import { verifyTlogProof } from './proof.ts';
import type { Finding, Report } from './report.ts';

let folder = '';
let made = 0;
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forthright-register-'));
});
after(() => rm(folder, { recursive: true }));

const place = (): string => {
  made += 1;
  return join(folder, `bundle-${made}`);
};

const KEYS = [keyForAllTime(sampleSigner().key.vkey, 'test')];
const TRUSTED: BundleQuestion = { keys: KEYS, now: NOW };

async function madeWith(options: SampleOptions): Promise<string> {
  const directory = place();
  await sampleBundle(directory, options);
  return directory;
}

const of = ({ findings }: Report, check: Finding['check'], verdict: Finding['verdict']): Finding[] =>
  findings.filter((finding) => finding.check === check && finding.verdict === verdict);

/** What the check says of a bundle that was meddled with: the names of what failed, or the code of what can't be read. */
async function blame(directory: string, question: BundleQuestion = TRUSTED): Promise<string> {
  try {
    const { verdict, findings } = await verifyBundle(directory, question);
    const failed = findings.filter((finding) => finding.verdict === 'failed');
    assert.equal(verdict !== 'failed', failed.length === 0);
    return failed.map(({ check, at, message }) => `${check} ${at}: ${message}`).join('\n');
  } catch (rawError) {
    assert.ok(rawError instanceof RegisterError, `a stray ${String(rawError)}`);
    assert.notEqual(rawError.code, 'internal');
    return `${rawError.code} ${rawError.at}: ${rawError.message}`;
  }
}

const readHeader = async (directory: string): Promise<BundleHeader> =>
  JSON.parse(await readFile(join(directory, 'bundle.json'), 'utf8')) as BundleHeader;
const writeHeader = (directory: string, header: BundleHeader): Promise<void> =>
  writeFile(join(directory, 'bundle.json'), formatHeader(header));
const readLines = async (directory: string): Promise<BundleLine[]> =>
  (await readFile(join(directory, 'entries.jsonl'), 'utf8'))
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as BundleLine);
const writeLines = (directory: string, lines: readonly BundleLine[]): Promise<void> =>
  writeFile(join(directory, 'entries.jsonl'), lines.map(formatLine).join(''));

describe('honest bundles', () => {
  test('of any size, shown whole or in part, in both forms, are proved', async () => {
    const options = fc.record({
      size: fc.integer({ min: 0, max: 700 }),
      earlier: fc.option(fc.nat(), { nil: undefined }),
      step: fc.constantFrom(1, 1, 2, 7, 300),
      proofs: fc.constantFrom('each', 'together'),
    });
    await fc.assert(
      fc.asyncProperty(options, async ({ size, earlier, step, proofs }) => {
        const directory = await madeWith({
          size,
          proofs,
          shown: (index) => index % step === 0,
          ...(earlier === undefined ? {} : { earlierSize: earlier % (size + 1) }),
        });
        const report = await verifyBundle(directory, TRUSTED);
        assert.equal(report.verdict, 'proved', JSON.stringify(report.findings));
        assert.equal(of(report, 'entries', 'proved').length, 1);
        assert.equal(of(report, 'earlier', 'proved').length, earlier === undefined ? 0 : 1);
        assert.equal(of(report, 'attachments', 'proved').length, size > 0 ? 1 : 0);
        await rm(directory, { recursive: true });
      }),
      { numRuns: 40 },
    );
  });

  test('entries that are no text, and empty ones, are proved', async () => {
    const { log, head } = await sampleLog(0);
    const entries = [Uint8Array.of(0xff, 0), new Uint8Array(), Buffer.from('\ufeffé\u2028"\\\n')];
    await log.saveAppended(null, append({ size: 0, hashes: [] }, entries), entries);
    const directory = place();
    await writeBundle(directory, {
      checkpoint: await signCheckpoint(head(3), sampleSigner()),
      keys: [],
      proofs: 'each',
      entries: entries.map((entry, index) => ({ index, entry })),
      readTiles: log.readTiles,
    });
    assert.equal(await blame(directory), '');
  });

  test('compared with their own key they are only consistent, and the report says so', async () => {
    const report = await verifyBundle(await madeWith({ size: 5 }), { now: NOW });
    assert.equal(report.verdict, 'consistent');
    assert.equal(report.isKeyTrusted, false);
    assert.match(of(report, 'key', 'not-proved')[0]?.message ?? '', /YOU GAVE NO KEY/);
  });

  test('what is not shown is said: no witness, no earlier checkpoint, files that lie about', async () => {
    const directory = await madeWith({ size: 5 });
    await writeFile(join(directory, 'attachments', 'extra\u202e.txt'), 'x');
    const report = await verifyBundle(directory, TRUSTED);
    assert.equal(report.verdict, 'proved');
    assert.equal(of(report, 'witnesses', 'not-proved').length, 1);
    assert.equal(of(report, 'earlier', 'not-proved').length, 1);
    assert.equal(of(report, 'other-files', 'not-proved')[0]?.at, 'attachments/extra\ufffd.txt');
  });
});

describe('erasing a person', () => {
  test('deletes salt and data, and every proof stays valid', async () => {
    const { log, entries, head } = await sampleLog(20);
    const source = {
      checkpoint: await signCheckpoint(head(20), sampleSigner()),
      keys: [],
      proofs: 'each' as const,
      readTiles: log.readTiles,
    };
    const before = place();
    await writeBundle(before, { ...source, entries });
    assert.equal(of(await verifyBundle(before, TRUSTED), 'openings', 'proved').length, 1);
    const after = place();
    const erased = 4;
    await writeBundle(after, {
      ...source,
      entries: entries.map((shown) =>
        shown.index === erased ? { index: erased, entry: shown.entry } : shown,
      ),
    });
    assert.equal(await blame(after), '');
    assert.ok((await readFile(join(before, 'entries.jsonl'), 'utf8')).includes(`customer${erased}@`));
    assert.ok(!(await readFile(join(after, 'entries.jsonl'), 'utf8')).includes(`customer${erased}@`));
    const [old, later] = [(await readLines(before))[erased], (await readLines(after))[erased]];
    assert.deepEqual(later?.proof, old?.proof, 'the proof that somebody had before is still the proof');
  });

  test('an attachment is proved by a commitment that is opened to it, or to its hash; by no other', async () => {
    const { log, head, entries } = await sampleLog(3);
    const page = Buffer.from('<p>Short.');
    const hash = createHash('sha256').update(page).digest('hex');
    const committed = (label: string, value: string) => {
      const opening = { at: `/${label}`, label, salt: newSalt(), value: Buffer.from(value) };
      return { stated: commitmentOf(opening), opening };
    };
    const [whole, hashed] = [committed('page', page.toString()), committed('hash', hash)];
    const entry = encodeEntry({ page: whole.stated, hash: hashed.stated });
    const index = 3;
    await appendEntries(log, null, [entry]);
    const made = async (at: string, openings = [whole.opening, hashed.opening], from = page) => {
      const directory = place();
      await writeBundle(directory, {
        checkpoint: await signCheckpoint(head(index + 1), sampleSigner()),
        keys: [],
        proofs: 'each',
        entries: [...entries, { index, entry, openings }],
        attachments: [{ path: 'attachments/a', from, index, at }],
        readTiles: log.readTiles,
      });
      return directory;
    };
    assert.equal(await blame(await made('/page')), '');
    assert.equal(await blame(await made('/hash')), '');
    const not = /^attachments attachments\/a: entry 3 .* does not state/;
    assert.match(await blame(await made('/page', [hashed.opening])), not, 'it is not opened');
    assert.match(await blame(await made('/page', undefined, Buffer.from('<p>Other.'))), not);
  });

  test('whoever opens a commitment to another value, label or place is found out', async () => {
    const directory = await madeWith({ size: 5 });
    const lines = await readLines(directory);
    const [opening] = lines[1]?.openings ?? [];
    assert.ok(opening !== undefined && 'text' in opening);
    const lies = [
      { ...opening, text: 'customer2@people.example' },
      { ...opening, label: 'name' },
      { ...opening, at: '/person' },
      { ...opening, at: '/number' },
      { ...opening, salt: Buffer.alloc(32).toString('base64') },
    ];
    for (const lie of lies) {
      await writeLines(directory, lines.with(1, { ...(lines[1] as BundleLine), openings: [lie] }));
      assert.match(await blame(directory), /^openings entries\.jsonl:2, entry 1, /);
    }
  });
});

describe('a bundle that was meddled with', () => {
  // All eight bits of each byte take minutes; which two are tried moves from byte to byte.
  test('any single bit, in any file: fails, or stands in a time of a key, which nothing in a bundle proves', async () => {
    const directory = await madeWith({ size: 2, earlierSize: 1, proofs: 'each' });
    const idle: string[] = [];
    let flips = 0;
    for (const name of ['bundle.json', 'entries.jsonl', 'attachments/page.txt']) {
      const path = join(directory, name);
      const honest = await readFile(path);
      for (let at = 0; at < honest.length; at += 1) {
        for (const bit of [(at * 3) % 8, (at * 3 + 5) % 8]) {
          const altered = Buffer.from(honest);
          altered[at] = (altered[at] ?? 0) ^ (1 << bit);
          await writeFile(path, altered);
          flips += 1;
          if ((await blame(directory)) !== '') continue;
          const lineStart = honest.lastIndexOf('\n', at - 1) + 1;
          idle.push(honest.toString('utf8', lineStart, honest.indexOf('\n', at)).trim());
        }
      }
      await writeFile(path, honest);
    }
    assert.equal(await blame(directory), '');
    assert.ok(flips > 3000, `${flips}`);
    assert.deepEqual([...new Set(idle)], ['"from": "2025-01-01T00:00:00Z",']);
  });

  const size = fc.integer({ min: 2, max: 60 });
  const proofs = fc.constantFrom('each' as const, 'together' as const);
  const meddle = (
    name: string,
    change: (lines: BundleLine[], a: number, b: number) => BundleLine[],
    expected: RegExp,
  ): void => {
    test(`${name}: fails and is named`, async () => {
      await fc.assert(
        fc.asyncProperty(
          size,
          proofs,
          fc.nat(),
          fc.nat(),
          fc.boolean(),
          async (n, form, x, y, isCountKept) => {
            const directory = await madeWith({ size: n, proofs: form });
            const lines = await readLines(directory);
            const changed = change(lines, x % n, y % n);
            fc.pre(JSON.stringify(changed) !== JSON.stringify(lines));
            await writeLines(directory, changed);
            const header = await readHeader(directory);
            if (!isCountKept) {
              await writeHeader(directory, {
                ...header,
                entries: { ...header.entries, count: changed.length },
              });
            }
            const said = await blame(directory);
            // With a proof of its own each entry stands alone: leaving one out honestly is an excerpt.
            const isExcerpt = changed.length < lines.length && form === 'each' && !isCountKept;
            if (isExcerpt && said === '') return;
            assert.match(said, isExcerpt ? /entries|attachments/ : expected);
            await rm(directory, { recursive: true });
          },
        ),
        { numRuns: 40 },
      );
    });
  };
  const renumbered = (lines: readonly BundleLine[]): BundleLine[] =>
    lines.map((line, index) => ({ ...line, index }));
  const altered = (line: BundleLine): BundleLine => {
    const { index, proof } = line;
    const text = 'text' in line ? line.text.replace('"number":', '"number":1') : '';
    return { index, text, ...(proof === undefined ? {} : { proof }) };
  };
  meddle('an altered entry', (l, a) => l.with(a, altered(l[a] as BundleLine)), /^entries entries\.jsonl/m);
  meddle('a removed entry', (l, a) => l.toSpliced(a, 1), /^entries /m);
  meddle('a removed entry, the others moved up', (l, a) => renumbered(l.toSpliced(a, 1)), /^entries /m);
  meddle('a repeated entry', (l, a) => l.toSpliced(a, 0, l[a] as BundleLine), /^entries entries\.jsonl/m);
  meddle(
    'an inserted entry',
    (l, a) => renumbered(l.toSpliced(a, 0, altered(l[a] as BundleLine))),
    /^entries entries\.jsonl/m,
  );
  meddle(
    'two entries in each other’s place',
    (l, a, b) => l.with(a, l[b] as BundleLine).with(b, l[a] as BundleLine),
    /^entries entries\.jsonl/m,
  );
  meddle(
    'two entries exchanged under their numbers',
    (l, a, b) => renumbered(l.with(a, l[b] as BundleLine).with(b, l[a] as BundleLine)),
    /^entries entries\.jsonl/m,
  );

  test('an altered entry with a proof of its own is named, and the others stay proved by theirs', async () => {
    const directory = await madeWith({ size: 30, proofs: 'each' });
    const lines = await readLines(directory);
    await writeLines(directory, lines.with(17, altered(lines[17] as BundleLine)));
    assert.equal(
      await blame(directory),
      'entries entries.jsonl:18, entry 17: the entry and its proof do not lead to the checkpoint',
    );
  });

  test('hashes for entries that are not shown: one altered, missing or too many fails', async () => {
    const directory = await madeWith({ size: 100, shown: (index) => index % 9 === 0 });
    const header = await readHeader(directory);
    const { rest } = header.entries;
    assert.ok(rest.length > 10);
    const [first = '', second = ''] = rest;
    for (const changed of [
      rest.slice(1),
      rest.slice(0, -1),
      [...rest, first],
      rest.with(0, second),
      rest.toReversed(),
    ]) {
      await writeHeader(directory, { ...header, entries: { ...header.entries, rest: changed } });
      assert.match(await blame(directory), /^entries (bundle\.json: entries\.rest|entries\.jsonl)/m);
    }
  });

  test('an exchanged, altered, shortened, lengthened or removed attachment fails and is named', async () => {
    const { log, file, head, entries } = await sampleLog(3);
    const directory = place();
    await writeBundle(directory, {
      checkpoint: await signCheckpoint(head(3), sampleSigner()),
      keys: [],
      proofs: 'together',
      entries,
      attachments: [{ path: 'attachments/a', from: file, index: 0, at: '/evidence/0/sha256' }],
      readTiles: log.readTiles,
    });
    const path = join(directory, 'attachments/a');
    for (const content of ['another', file.subarray(1), Buffer.concat([file, file]), '']) {
      await writeFile(path, content);
      assert.match(await blame(directory), /^attachments attachments\/a: the file is not the one/);
    }
    const header = await readHeader(directory);
    await writeFile(path, 'another');
    const sha256 = createHash('sha256').update('another').digest('hex');
    const listed = header.attachments.map((attachment) => ({ ...attachment, bytes: 7, sha256 }));
    await writeHeader(directory, { ...header, attachments: listed });
    assert.match(await blame(directory), /^attachments attachments\/a: entry 0 .* does not state/);
    await writeHeader(directory, header);
    await rm(path);
    assert.match(await blame(directory), /^attachments attachments\/a: \[file-missing\]/);
  });

  test('an earlier checkpoint of another history fails', async () => {
    const directory = await madeWith({ size: 40, earlierSize: 13 });
    const header = await readHeader(directory);
    const other = await signCheckpoint({ ...(await sampleLog(12)).head(12), size: 13 }, sampleSigner());
    const earlier = { checkpoint: other, proof: header.earlier?.proof ?? [] };
    await writeHeader(directory, { ...header, earlier });
    assert.match(await blame(directory), /^earlier .* does not begin with/);
    await writeHeader(directory, { ...header, earlier: header.earlier && { ...header.earlier, proof: [] } });
    assert.match(await blame(directory), /^earlier .* does not begin with/);
  });
});

describe('keys', () => {
  test('a foreign key fails, even when the bundle brings it along', async () => {
    const directory = await madeWith({ size: 9, signer: sampleSigner('forger') });
    assert.match(await blame(directory), /^checkpoint .* signed by none of the keys given/);
    assert.equal(
      await blame(directory, { now: NOW }),
      '',
      'without a key of the reader it only agrees with itself',
    );
  });

  test('a key of the same owner for another log fails', async () => {
    const other = sampleSigner('log', 'marlow.example/tests');
    const directory = await madeWith({ size: 9, signer: other });
    assert.match(await blame(directory), /^checkpoint .* its origin is "marlow\.example\/tests"/);
  });

  const OLD = sampleSigner('leaked');
  const NEW = sampleSigner('new');
  const ARCHIVE = parseKeys(
    JSON.stringify([
      { vkey: OLD.key.vkey, from: '2024-01-01T00:00:00Z', until: '2026-01-01T00:00:00Z' },
      { vkey: NEW.key.vkey, from: '2026-01-01T00:00:00Z', until: null },
    ]),
    'archive',
  );
  const WITNESS = sampleSigner('witness', 'witness.example/w1', 'cosignature');
  const seconds = (iso: string): number => Date.parse(iso) / 1000;
  const asked: BundleQuestion = { keys: ARCHIVE, witnesses: [WITNESS.key], now: NOW };

  test('a forgery by a leaked old key is not genuine, whatever the bundle says of that key', async () => {
    for (const keys of [[termOf(OLD)], [termOf(OLD, '2026-01-01T00:00:00Z')], []]) {
      const directory = await madeWith({ size: 9, signer: OLD, earlierSize: 4, keys });
      const said = await blame(directory, { ...TRUSTED, keys: ARCHIVE });
      assert.match(
        said,
        /^checkpoint .* counted until 2026-01-01T00:00:00Z, and no trusted witness saw it before/,
      );
    }
  });

  test('nor is it when a witness first saw it after the key had ceased to count', async () => {
    const directory = await madeWith({ size: 9, signer: OLD });
    const header = await readHeader(directory);
    const line = await cosign(header.checkpoint, WITNESS, seconds('2026-01-01T00:00:00Z'));
    await writeHeader(directory, { ...header, checkpoint: addSignatures(header.checkpoint, [line]) });
    assert.match(await blame(directory, asked), /^checkpoint /);
  });

  test('an old checkpoint that a witness saw while its key counted stays genuine', async () => {
    const directory = await madeWith({ size: 9, signer: OLD });
    const header = await readHeader(directory);
    const line = await cosign(header.checkpoint, WITNESS, seconds('2025-12-31T23:59:59Z'));
    await writeHeader(directory, { ...header, checkpoint: addSignatures(header.checkpoint, [line]) });
    assert.equal(await blame(directory, asked), '');
    assert.match(
      await blame(directory, { ...asked, witnesses: [] }),
      /^checkpoint /,
      'a witness nobody named is none',
    );
  });

  test('an old checkpoint stays genuine as the beginning of a newer one by the new key', async () => {
    const { log, head, entries } = await sampleLog(30);
    const directory = place();
    const source = {
      checkpoint: await signCheckpoint(head(30), NEW),
      earlier: await signCheckpoint(head(11), OLD),
      keys: [termOf(OLD, '2026-01-01T00:00:00Z'), termOf(NEW)],
      proofs: 'together' as const,
      entries,
      readTiles: log.readTiles,
    };
    await writeBundle(directory, source);
    const report = await verifyBundle(directory, { ...TRUSTED, keys: ARCHIVE });
    assert.equal(report.verdict, 'proved');
    assert.match(
      of(report, 'earlier', 'proved')[0]?.message ?? '',
      /borne out by the later checkpoint alone/,
    );
  });

  test('the bundle can shorten the time of a key that the reader trusts, and not lengthen it', async () => {
    const shortened = await madeWith({ size: 3, keys: [termOf(sampleSigner(), '2026-01-01T00:00:00Z')] });
    assert.match(await blame(shortened), /^checkpoint .* counted until/);
  });

  test('nor does a key that the reader gives twice count for longer than the shorter time', async () => {
    const directory = await madeWith({ size: 3, signer: OLD });
    const twice = [keyForAllTime(OLD.key.vkey, 'test'), ...ARCHIVE];
    assert.match(await blame(directory, { ...TRUSTED, keys: twice }), /^checkpoint .* counted until/);
  });

  test('a named witness that has not signed, or falsely, fails', async () => {
    const directory = await madeWith({ size: 3 });
    const question = { ...TRUSTED, witnesses: [WITNESS.key] };
    assert.match(await blame(directory, question), /^witnesses .* has not signed/);
    const header = await readHeader(directory);
    const good = await cosign(header.checkpoint, WITNESS, 1_700_000_000);
    await writeHeader(directory, { ...header, checkpoint: addSignatures(header.checkpoint, [good]) });
    assert.equal(await blame(directory, question), '');
    const line = await cosign(await signCheckpoint((await sampleLog(2)).head(2), sampleSigner()), WITNESS, 1);
    await writeHeader(directory, { ...header, checkpoint: addSignatures(header.checkpoint, [line]) });
    assert.match(await blame(directory, question), /^witnesses .* does not match/);
  });

  test('a witness of the earlier checkpoint alone is told as far as it goes', async () => {
    const { log, head, entries } = await sampleLog(30);
    const cosigned = async (size: number, of: typeof head = head) => {
      const note = await signCheckpoint(of(size), sampleSigner());
      return addSignatures(note, [await cosign(note, WITNESS, 1_700_000_000)]);
    };
    const made = async (earlier: string, shown: (index: number) => boolean) => {
      const directory = place();
      await writeBundle(directory, {
        checkpoint: await signCheckpoint(head(30), sampleSigner()),
        earlier,
        keys: [termOf(sampleSigner())],
        proofs: 'each',
        entries: (await entries).filter(({ index }) => shown(index)),
        readTiles: log.readTiles,
      });
      return directory;
    };
    const question = { ...TRUSTED, witnesses: [WITNESS.key] };
    const inside = await verifyBundle(await made(await cosigned(11), (index) => index < 11), question);
    assert.equal(inside.verdict, 'proved');
    assert.match(of(inside, 'witnesses', 'proved')[0]?.message ?? '', /saw .* first 11 entries/);
    const beyond = await verifyBundle(await made(await cosigned(11), (index) => index >= 9), question);
    assert.equal(beyond.verdict, 'failed', 'not all that was asked for is shown');
    assert.match(of(beyond, 'witnesses', 'not-proved')[0]?.message ?? '', /19 of the entries shown/);
    const unseen = await made(await signCheckpoint(head(11), sampleSigner()), () => true);
    assert.match(await blame(unseen, question), /^witnesses .* has not signed/);
    const directory = await made(await cosigned(11), () => true);
    const header = await readHeader(directory);
    const other = await cosigned(11, (size) => ({ ...head(size), root: head(12).root }));
    const earlier = header.earlier === null ? null : { ...header.earlier, checkpoint: other };
    await writeHeader(directory, { ...header, earlier });
    assert.match(await blame(directory, question), /witnesses .* does not begin/);
  });

  test('lists of keys with a private part, a key twice, a witness or times out of order are refused', () => {
    const [a, b] = [termOf(OLD), termOf(NEW)];
    const bad: unknown[] = [
      [{ ...a, private: 'x' }],
      [a, a],
      [{ ...a, vkey: WITNESS.key.vkey }],
      [{ ...a, until: '2025-01-01T00:00:00Z' }],
      [{ ...a, from: '2025-02-30T00:00:00Z' }],
      [{ ...a, from: '2025-01-01' }],
      [{ ...a, from: 5 }],
      { a, b },
      'x',
    ];
    for (const list of bad) assert.throws(() => parseKeys(JSON.stringify(list), 'k'), RegisterError);
    assert.throws(() => parseKeys('[['.repeat(1e6), 'k'), RegisterError);
  });
});

describe('a checkpoint that the reader kept', () => {
  const kept = async (at: number, seedSize = at): Promise<string> =>
    signCheckpoint({ ...(await sampleLog(seedSize)).head(seedSize), size: at }, sampleSigner());

  test('is proved from the entries, from the proof in the bundle, or not at all', async () => {
    const whole = await madeWith({ size: 50 });
    const part = await madeWith({ size: 50, earlierSize: 20, proofs: 'each', shown: (index) => index > 30 });
    for (const at of [0, 1, 20, 33, 50]) {
      const report = await verifyBundle(whole, { ...TRUSTED, earlier: await kept(at) });
      assert.equal(report.verdict, 'proved', `${at}`);
    }
    assert.equal((await verifyBundle(part, { ...TRUSTED, earlier: await kept(20) })).verdict, 'proved');
    assert.equal((await verifyBundle(part, { ...TRUSTED, earlier: await kept(50) })).verdict, 'proved');
    const unknown = await verifyBundle(part, { ...TRUSTED, earlier: await kept(21) });
    assert.equal(unknown.verdict, 'failed', 'asked for, and not shown');
    assert.match(of(unknown, 'earlier', 'not-proved')[0]?.message ?? '', /no proof from 21 entries on/);
    const later = await verifyBundle(part, { ...TRUSTED, earlier: await kept(51) });
    assert.match(of(later, 'earlier', 'not-proved')[0]?.message ?? '', /later than the bundle/);
  });

  test('tells a log that was forked', async () => {
    const whole = await madeWith({ size: 50, earlierSize: 20 });
    for (const at of [20, 33, 50]) {
      const question = { ...TRUSTED, earlier: await kept(at, at - 1) };
      assert.match(await blame(whole, question), /^earlier .* two different logs were signed for/m);
    }
  });
});

describe('an accusation', () => {
  test('of two histories is made on signatures that count alone', async () => {
    const whole = await madeWith({ size: 50, earlierSize: 20 });
    const header = await readHeader(whole);
    const head = { ...(await sampleLog(19)).head(19), size: 20 };
    const stranger = await signCheckpoint(head, sampleSigner('stranger'));
    await writeHeader(whole, {
      ...header,
      earlier: { checkpoint: stranger, proof: header.earlier?.proof ?? [] },
    });
    const honest = await signCheckpoint((await sampleLog(20)).head(20), sampleSigner());
    const said = await blame(whole, { ...TRUSTED, earlier: honest });
    assert.match(said, /the first 20 entries are not those that you kept/);
    assert.doesNotMatch(said, /two different logs/);
  });
});

describe('single proofs', () => {
  test('a tlog-proof shows its entry, and no other', async () => {
    const { log, entries, head } = await sampleLog(77);
    const checkpoint = await signCheckpoint(head(77), sampleSigner());
    const raw = formatTlogProof({ index: 8, proof: await proveInclusion(log.readTiles, 8, 77), checkpoint });
    const [right, wrong] = [entries[8]?.entry, entries[9]?.entry] as [Uint8Array, Uint8Array];
    const question = { keys: KEYS, now: NOW };
    assert.equal(verifyTlogProof(raw, right, question).isProved, true);
    assert.equal(verifyTlogProof(raw, wrong, question).isProved, false);
    assert.equal(verifyTlogProof(raw.replace('index 8', 'index 9'), right, question).isProved, false);
    const foreign = [keyForAllTime(sampleSigner('other').key.vkey, 'k')];
    assert.equal(verifyTlogProof(raw, right, { ...question, keys: foreign }).isProved, false);
    const witness = sampleSigner('w', 'witness.example', 'cosignature').key;
    assert.equal(verifyTlogProof(raw, right, { ...question, witnesses: [witness] }).isProved, false);
  });
});

test('nothing but bundles lies in the folder of this test', async () => {
  assert.ok((await readdir(folder)).every((name) => name.startsWith('bundle-')));
});
