import assert from 'node:assert/strict';
import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { sampleBundle, sampleKey, sampleLog, sampleSigner } from '../samples.ts';
import {
  decimal,
  entryBundlePath,
  type Hash,
  hashFromBase64,
  isEqual,
  newTiles,
  parseCheckpoint,
  parseEntryBundle,
  RegisterError,
  signedBy,
  TileContents,
  tilePath,
  verifyConsistency,
} from '../tree/index.ts';
import {
  addSignatures,
  append,
  appendEntries,
  cosign,
  ed25519Signer,
  MemoryLog,
  newSalt,
  proveConsistency,
  publishStatic,
  type Signer,
  signCheckpoint,
  submitToWitness,
  writeBundle,
} from './index.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forthright-write-'));
});
after(() => rm(folder, { recursive: true }));

const LOG = sampleSigner();
const refusal = (code: string) => (rawError: unknown) =>
  rawError instanceof RegisterError && rawError.code === code;

describe('appending', () => {
  test('costs the right edge alone, whatever the size of the tree', () => {
    const edge = { size: 2 ** 52 - 1, hashes: Array.from({ length: 52 }, () => randomBytes(32)) };
    const { after: edgeAfter, tiles, first } = append(edge, [Buffer.from('x'), Buffer.from('y')]);
    assert.equal(first, 2 ** 52 - 1);
    assert.equal(edgeAfter.size, 2 ** 52 + 1);
    assert.deepEqual(
      tiles.filter(({ level }) => level === 0).map(({ offset, hashes }) => [offset, hashes.length]),
      [
        [255, 32],
        [0, 32],
      ],
    );
    assert.equal(tiles.length, 8);
  });

  test('what is refused leaves the log as it was', async () => {
    const log = new MemoryLog();
    await appendEntries(log, null, [Buffer.from('x')]);
    await assert.rejects(appendEntries(log, null, [new Uint8Array(65_536)]), refusal('entry-refused'));
    const stale = append({ size: 0, hashes: [] }, [Buffer.from('y')]);
    await assert.rejects(log.saveAppended(null, stale, [Buffer.from('y')]), refusal('tree-mismatch'));
    assert.equal((await log.lockFrontier(null)).size, 1);
  });

  test('a frontier that can not be one is refused', () => {
    for (const edge of [
      { size: 1, hashes: [] },
      { size: 2, hashes: [randomBytes(31)] },
      { size: -1, hashes: [] },
      { size: 1.5, hashes: [] },
      { size: 2 ** 53, hashes: [randomBytes(32)] },
    ]) {
      assert.throws(() => append(edge, []), refusal('tree-mismatch'));
    }
  });
});

describe('signing', () => {
  test('only an Ed25519 key signs, and only under the name of its log', async () => {
    const { privateKey, publicKey } = generateKeyPairSync('ed25519');
    const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
    const signer = ed25519Signer('a.example/log', pem);
    const head = { ...(await sampleLog(3)).head(3), origin: 'a.example/log' };
    const { note } = parseCheckpoint(await signCheckpoint(head, signer), 'c');
    assert.equal(signedBy(note, signer.key).kind, 'signed');
    await assert.rejects(
      signCheckpoint({ ...head, origin: 'b.example/log' }, signer),
      refusal('key-invalid'),
    );
    assert.throws(() => ed25519Signer('a', publicKey), refusal('key-invalid'));
    assert.throws(() => ed25519Signer('a', generateKeyPairSync('x25519').privateKey), refusal('key-invalid'));
    assert.throws(() => ed25519Signer('a b', privateKey), refusal('key-invalid'));
    const broken = pem.replace('M', '!');
    assert.throws(
      () => ed25519Signer('a', broken),
      (rawError: unknown) => !String(rawError).includes(pem.slice(30, 60)),
    );
  });

  test('a cosignature is the time in eight bytes, and an Ed25519 signature over two lines and the text', async () => {
    const signer = sampleSigner('witness', 'witness.example/w1', 'cosignature');
    const checkpoint = await signCheckpoint((await sampleLog(3)).head(3), LOG);
    const line = await cosign(checkpoint, signer, 1_679_315_147);
    const [, name, encoded = ''] = line.trimEnd().split(' ');
    const bytes = Buffer.from(encoded, 'base64');
    const text = checkpoint.slice(0, checkpoint.indexOf('\n\n') + 1);
    const message = Buffer.from(`cosignature/v1\ntime 1679315147\n${text}`);
    assert.equal(name, 'witness.example/w1');
    assert.equal(bytes.toString('hex', 4, 12), '00000000641850cb');
    assert.ok(verify(null, message, createPublicKey(sampleKey('witness')), bytes.subarray(12)));
    await assert.rejects(cosign(checkpoint, LOG, 5), refusal('key-invalid'));
    await assert.rejects(cosign(checkpoint, signer, 0), refusal('key-invalid'));
  });

  test('salts are 32 bytes and differ', () => {
    assert.equal(newSalt().length, 32);
    assert.ok(!isEqual(newSalt(), newSalt()));
  });
});

describe('static files', () => {
  test('a log published in steps can be read back by its tiles alone', async () => {
    const directory = join(folder, 'static');
    const { log, head } = await sampleLog(700);
    let publishedSize = 0;
    for (const size of [3, 256, 300, 700]) {
      const checkpoint = await signCheckpoint(head(size), LOG);
      const readEntries = async (first: number, count: number) => log.entries.slice(first, first + count);
      await publishStatic(directory, { checkpoint, publishedSize, readTiles: log.readTiles, readEntries });
      publishedSize = size;
      const { root } = parseCheckpoint(await readFile(join(directory, 'checkpoint'), 'utf8'), 'checkpoint');
      const tiles = newTiles(0, size);
      const contents = await Promise.all(
        tiles.map(async (tile) => {
          const full = join(directory, tilePath(tile));
          const bytes = await readFile(full);
          assert.equal(bytes.length, tile.width * 32);
          if (tile.level === 0) {
            const entries = await readFile(join(directory, entryBundlePath(tile)));
            const parsed = parseEntryBundle(entries, tile.width, 'entries');
            assert.deepEqual(
              parsed.map(String),
              log.entries.slice(tile.n * 256, tile.n * 256 + tile.width).map(String),
            );
          }
          return bytes;
        }),
      );
      assert.ok(isEqual(new TileContents(size, tiles, contents).hashOf({ start: 0, end: size }), root));
    }
  });

  test('tiles that are not stored are told', async () => {
    const { head } = await sampleLog(5);
    const publication = {
      checkpoint: await signCheckpoint(head(5), LOG),
      publishedSize: 0,
      readTiles: async () => [],
    };
    await assert.rejects(publishStatic(join(folder, 'none'), publication), refusal('tree-mismatch'));
  });
});

describe('bundles', () => {
  test('are not written over anything', async () => {
    const directory = join(folder, 'used');
    await sampleBundle(directory, { size: 2 });
    await assert.rejects(sampleBundle(directory, { size: 2 }), refusal('directory-in-use'));
  });

  test('entries that are not the log’s, or not in order, and paths that lead out are refused', async () => {
    const { log, head, entries } = await sampleLog(4);
    const source = {
      checkpoint: await signCheckpoint(head(4), LOG),
      keys: [],
      readTiles: log.readTiles,
    };
    const [a, b] = entries;
    assert.ok(a !== undefined && b !== undefined);
    let n = 0;
    const write = (change: Partial<Parameters<typeof writeBundle>[1]>) => {
      n += 1;
      return writeBundle(join(folder, `refused-${n}`), { ...source, proofs: 'together', entries, ...change });
    };
    for (const proofs of ['each', 'together'] as const) {
      await assert.rejects(
        write({ proofs, entries: [{ index: 0, entry: b.entry }] }),
        refusal('tree-mismatch'),
      );
      await assert.rejects(write({ proofs, entries: [b, a] }), refusal('entry-refused'));
      await assert.rejects(write({ proofs, entries: [a, a] }), refusal('entry-refused'));
      await assert.rejects(write({ proofs, entries: [{ ...a, index: 4 }] }), refusal('entry-refused'));
    }
    const file = { from: Buffer.from('x'), index: 0, at: '/x' };
    const key = { vkey: 'x', from: '2025-01-01T00:00:00Z', until: null };
    await assert.rejects(write({ keys: [key] }), refusal('key-invalid'));
    for (const path of ['attachments/../x', '/x', 'x', 'bundle.json']) {
      await assert.rejects(write({ attachments: [{ ...file, path }] }), refusal('file-refused'));
    }
  });
});

/** A witness as the specification describes it, over HTTP's types and nothing of the code under test but parsers. */
class Witness {
  size = 0;
  root: Hash | undefined;
  requests = 0;
  readonly #signer: Signer;
  constructor(signer: Signer) {
    this.#signer = signer;
  }

  readonly fetch = async (url: string | URL | Request, init?: RequestInit): Promise<Response> => {
    this.requests += 1;
    assert.equal(String(url), 'https://witness.example/w1/add-checkpoint');
    assert.equal(init?.method, 'POST');
    const body = String(init.body);
    const split = body.indexOf('\n\n');
    const [old = '', ...proof] = body.slice(0, split).split('\n');
    const checkpoint = parseCheckpoint(body.slice(split + 2), 'checkpoint');
    if (signedBy(checkpoint.note, LOG.key).kind !== 'signed') return new Response('', { status: 403 });
    const oldSize = decimal(old.replace(/^old /, ''), 'old');
    if (oldSize > checkpoint.size) return new Response('', { status: 400 });
    if (oldSize !== this.size) {
      return new Response(`${this.size}\n`, { status: 409, headers: { 'content-type': 'text/x.tlog.size' } });
    }
    const hashes = proof.map((hash) => hashFromBase64(hash, 'proof'));
    const isGood =
      this.root === undefined
        ? hashes.length === 0
        : verifyConsistency({
            oldSize,
            oldRoot: this.root,
            size: checkpoint.size,
            root: checkpoint.root,
            proof: hashes,
          });
    if (!isGood) return new Response('', { status: 422 });
    this.size = checkpoint.size;
    this.root = checkpoint.root;
    return new Response(await cosign(checkpoint.raw, this.#signer, 1_800_000_000));
  };
}

describe('witnesses', () => {
  const signer = sampleSigner('witness', 'witness.example/w1', 'cosignature');
  const at = { url: 'https://witness.example/w1/', keys: [signer.key] };

  test('cosign what has only grown, also when they remember another size than we do', async () => {
    const { log, head } = await sampleLog(90);
    const witness = new Witness(signer);
    const outside = { fetch: witness.fetch, timeoutMs: 1000 };
    const submit = async (size: number, knownSize: number) =>
      submitToWitness(
        at,
        {
          checkpoint: await signCheckpoint(head(size), LOG),
          knownSize,
          proveConsistency: (old, now) => proveConsistency(log.readTiles, old, now),
        },
        outside,
      );
    const first = await submit(20, 0);
    assert.equal(first.kind, 'cosigned');
    assert.equal((await submit(50, 20)).kind, 'cosigned');
    assert.equal(witness.requests, 2);
    const again = await submit(90, 20);
    assert.ok(again.kind === 'cosigned' && again.lines.length === 1 && again.atSeconds === 1_800_000_000);
    assert.equal(witness.requests, 4);
    const cosigned = addSignatures(await signCheckpoint(head(90), LOG), again.lines);
    assert.deepEqual(signedBy(parseCheckpoint(cosigned, 'c').note, signer.key), {
      kind: 'signed',
      atSeconds: [1_800_000_000],
    });
    assert.deepEqual(await submit(30, 0), { kind: 'ahead', witnessSize: 90 });
    assert.deepEqual(await submit(30, 90), { kind: 'ahead', witnessSize: 90 });
    assert.equal((await submit(90, 90)).kind, 'cosigned', 'the same checkpoint again');
  });

  test('a log that was rewritten gets no signature', async () => {
    const { log, head } = await sampleLog(60);
    const witness = new Witness(signer);
    const submission = {
      knownSize: 0,
      proveConsistency: (old: number, now: number) => proveConsistency(log.readTiles, old, now),
    };
    const outside = { fetch: witness.fetch, timeoutMs: 1000 };
    await submitToWitness(at, { ...submission, checkpoint: await signCheckpoint(head(30), LOG) }, outside);
    const rewritten = await signCheckpoint({ ...head(59), size: 60 }, LOG);
    const answer = await submitToWitness(
      at,
      { ...submission, checkpoint: rewritten, knownSize: 30 },
      outside,
    );
    assert.deepEqual(answer, { kind: 'refused', status: 422, said: '' });
  });

  test('whatever else comes back is a value: foreign, false, huge or no answers', async () => {
    const { head } = await sampleLog(3);
    const checkpoint = await signCheckpoint(head(3), LOG);
    const stranger = sampleSigner('stranger', 'witness.example/w1', 'cosignature');
    const other = await signCheckpoint(head(2), LOG);
    const submission = { checkpoint, knownSize: 0, proveConsistency: async () => [] };
    const answers: readonly (readonly [string, () => Promise<Response>])[] = [
      ['unusable', async () => new Response(await cosign(checkpoint, stranger, 5))],
      ['unusable', async () => new Response(await cosign(other, signer, 5))],
      ['unusable', async () => new Response('')],
      ['unusable', async () => new Response('<html>\n')],
      ['unusable', async () => new Response(`${await cosign(checkpoint, signer, 5)}\n`)],
      ['unusable', async () => new Response('x'.repeat(100_000))],
      ['refused', async () => new Response('no', { status: 404 })],
      ['refused', async () => new Response('99999999999999999999\n', { status: 409 })],
      [
        'refused',
        async () => new Response('2\n', { status: 409, headers: { 'content-type': 'text/x.tlog.size' } }),
      ],
      ['unreachable', async () => Promise.reject(new TypeError('fetch failed'))],
    ];
    for (const [kind, answer] of answers) {
      const { kind: found } = await submitToWitness(at, submission, { fetch: answer, timeoutMs: 1000 });
      assert.equal(found, kind);
    }
    const both = `${await cosign(checkpoint, stranger, 5)}${await cosign(checkpoint, signer, 6)}`;
    const outside = { fetch: async () => new Response(both), timeoutMs: 1000 };
    const kept = await submitToWitness(at, submission, outside);
    assert.ok(
      kept.kind === 'cosigned' && kept.lines.length === 1,
      'only the line of a known key is taken over',
    );
  });

  test('no witness is waited for past the time given', async () => {
    const { head } = await sampleLog(3);
    const submission = {
      checkpoint: await signCheckpoint(head(3), LOG),
      knownSize: 0,
      proveConsistency: async () => [],
    };
    const never: typeof fetch = (_url, init) =>
      new Promise((_resolve, reject) => {
        init?.signal?.addEventListener('abort', () => reject(new Error('timed out')));
      });
    const keepAlive = setInterval(() => {}, 1000);
    const answer = await submitToWitness(at, submission, { fetch: never, timeoutMs: 20 });
    clearInterval(keepAlive);
    assert.deepEqual(answer, { kind: 'unreachable', why: 'timed out' });
  });
});
