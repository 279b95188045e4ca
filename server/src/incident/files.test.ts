/** Files through the real HTTP door: whole or not at all, given to nobody but those who may, and never shown. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdirSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { gzipSync } from 'node:zlib';
import { type As, World } from '../http/testing.ts';
import { headersOf } from '../kernel/index.ts';
import { openFiles } from './files.ts';
import { lostFiles, strays } from './testing.ts';

type Body = string | Uint8Array<ArrayBuffer> | ReadableStream;
type Answer = Readonly<{ status: number; body: Record<string, unknown>; headers: Headers; bytes: Buffer }>;
const MOST = 3 * 1024 * 1024;
const HASH = (bytes: Uint8Array) => createHash('sha256').update(bytes).digest('hex');

describe('files of an incident', () => {
  let world: World;
  let base = '';
  let olga: As;
  let otto: As & { id: string };
  let incident = '';
  before(async () => {
    world = await World.open({ silenceMs: 1500 });
    await openFiles(world.db, world.folder, { mostBytes: MOST, now: world.now });
    const root = await world.first();
    olga = await world.person(root, 'olga@marlow.example', ['privacy-officer']);
    otto = await world.person(root, 'otto@marlow.example', ['investigator']);
    const opened = await world.ask('POST', '/api/incidents', olga, { title: 'Files', kind: 'other' });
    incident = String(opened.body.incident);
    base = await world.app.listen({ host: '127.0.0.1', port: 0 });
  });
  after(async () => {
    try {
      assert.deepEqual([...(await strays(world.db)), ...(await lostFiles(world.db, world.folder))], []);
    } finally {
      await world.close();
    }
  });

  async function ask(
    method: string,
    path: string,
    as: As,
    sent: { body?: Body; type?: string; headers?: Record<string, string> } = {},
  ): Promise<Answer> {
    const { body, type = 'application/octet-stream', headers = {} } = sent;
    const answer = await fetch(`${base}${path}`, {
      method,
      headers: {
        cookie: as.cookie ?? '',
        origin: base,
        ...(body === undefined ? {} : { 'content-type': type }),
        ...headers,
      },
      ...(body === undefined ? {} : { body, duplex: 'half' }),
    } as RequestInit);
    const bytes = Buffer.from(await answer.arrayBuffer());
    const isJson = /json/.test(answer.headers.get('content-type') ?? '');
    return {
      status: answer.status,
      body: isJson ? JSON.parse(bytes.toString()) : {},
      headers: answer.headers,
      bytes,
    };
  }
  const where = (name = 'access.log', origin = 'From web-3.', id = incident) => ({
    path: `/api/incidents/${id}/files`,
    fields: headersOf({ name, origin }),
  });
  const add = (
    content: Body,
    { path, fields } = where(),
    as = olga,
    type?: string,
    headers?: Record<string, string>,
  ) =>
    ask('POST', path, as, {
      body: content,
      ...(type === undefined ? {} : { type }),
      headers: { ...fields, ...headers },
    });
  const FIELDS = Object.entries(where().fields).map((field) => field.join(': '));
  const incoming = () => readdirSync(join(world.folder, 'files/incoming'));
  const entries = async () => (await world.db.rows('SELECT 1 FROM register_entries')).length;

  test('what is handed in is evidence, and comes out again as it was, for saving only', async () => {
    const content = Buffer.from('GET /reviews/1\n'.repeat(50_000));
    const added = await add(content, where('Zugriff “1”.log'));
    assert.equal(added.status, 200, JSON.stringify(added.body));
    assert.equal(added.body.sha256, HASH(content));
    assert.equal(added.body.bytes, content.length);
    const given = await ask('GET', `/api/incidents/${incident}/files/${added.body.id}`, otto);
    assert.ok(given.bytes.equals(content));
    assert.equal(given.headers.get('content-type'), 'application/octet-stream');
    assert.equal(given.headers.get('x-content-type-options'), 'nosniff');
    assert.match(given.headers.get('content-security-policy') ?? '', /default-src 'none'/);
    assert.equal(
      given.headers.get('content-disposition'),
      `attachment; filename="Zugriff _1_.log"; filename*=UTF-8''Zugriff%20%E2%80%9C1%E2%80%9D.log`,
    );
    assert.equal(given.headers.get('content-length'), String(content.length));
    const { body } = await world.ask('GET', `/api/incidents/${incident}`, olga);
    const evidence = body.evidence as { id: string; sha256: string; name: string }[];
    assert.equal(evidence.find(({ id }) => id === added.body.id)?.name, 'Zugriff “1”.log');
    const stored = join(world.folder, 'files', HASH(content).slice(0, 2), HASH(content));
    assert.equal(statSync(stored).mode & 0o077, 0);
    // The same content again is other evidence, and one file.
    const again = await add(content);
    assert.notEqual(again.body.id, added.body.id);
    assert.ok(
      (await ask('GET', `/api/incidents/${incident}/files/${again.body.id}`, olga)).bytes.equals(content),
    );
    assert.deepEqual(incoming(), []);
  });

  test('an empty file is a file', async () => {
    const added = await add('');
    assert.equal(added.body.bytes, 0, JSON.stringify(added.body));
  });

  test('a name that leads elsewhere, hides something or has no end is refused', async () => {
    const before = await entries();
    for (const name of [
      '../passwd',
      '..',
      'a/b',
      'a\\b',
      'a\u0000b',
      'a\nb',
      'gpj\u202eexe.log',
      '.',
      ' ',
      'x'.repeat(201),
      '',
    ]) {
      const { status, body } = await add('x', where(name));
      assert.equal(status, 422, name);
      assert.equal(body.code, 'request-invalid');
      assert.deepEqual(
        (body.problems as { at: string }[]).map(({ at }) => at),
        ['name'],
        name,
      );
    }
    const unknown = await add('x', { ...where(), path: `${where().path}?path=/etc` });
    assert.equal(unknown.body.code, 'request-invalid');
    // Proxies log addresses: nothing that names somebody is taken from one, nor what could be read in two ways.
    const query = await add('x', { path: `${where().path}?name=ada.log&origin=Ada`, fields: {} });
    assert.match(
      JSON.stringify(query.body.problems),
      /belongs into the header Forthright-Origin, not into the query/,
    );
    for (const name of ['Ada Lane.log', 'a.log, b.log', '%ff', '%']) {
      const { body } = await add('x', { ...where(), fields: { ...where().fields, 'Forthright-Name': name } });
      assert.match(JSON.stringify(body.problems), /"at":"name","message":"the header Forthright-Name/, name);
    }
    assert.equal(await entries(), before);
  });

  test('another type of content, or one that was compressed on the way, is refused', async () => {
    for (const type of [
      'application/json',
      'multipart/form-data; boundary=x',
      'text/plain',
      'application/zip',
    ])
      assert.equal((await add('{}', where(), olga, type)).body.code, 'content-type-unsupported', type);
    const packed = await add(gzipSync('x'), where(), olga, undefined, { 'content-encoding': 'gzip' });
    assert.equal(packed.body.code, 'content-type-unsupported');
    assert.deepEqual(incoming(), []);
  });

  test('an archive that would unfold to a gigabyte is kept as small as it came', async () => {
    const bomb = gzipSync(Buffer.alloc(256 * 1024 * 1024));
    assert.ok(bomb.length < 1024 * 1024);
    const added = await add(bomb, where('logs.tar.gz'));
    assert.equal(added.body.bytes, bomb.length);
    assert.equal(added.body.sha256, HASH(bomb));
  });

  test('what is larger than the cap leaves nothing, whether or not it said so', async () => {
    const before = await entries();
    const large = Buffer.alloc(MOST + 1, 'x');
    assert.equal((await add(large)).body.code, 'body-too-large');
    const pieces = new ReadableStream({
      start(controller) {
        for (let n = 0; n < 8; n++) controller.enqueue(new Uint8Array(large.subarray(0, MOST / 4)));
        controller.close();
      },
    });
    assert.equal((await add(pieces)).body.code, 'body-too-large');
    assert.deepEqual(incoming(), []);
    assert.equal(await entries(), before);
  });

  test('a connection that breaks in the midst leaves neither file nor entry', async () => {
    const before = await entries();
    const url = new URL(where().path, base);
    const socket = connect(Number(url.port), url.hostname);
    await new Promise((resolve) => socket.once('connect', resolve));
    const head = [
      `POST ${url.pathname} HTTP/1.1`,
      ...FIELDS,
      `Host: ${url.host}`,
      `Origin: ${base}`,
      `Cookie: ${olga.cookie}`,
      'Content-Type: application/octet-stream',
      'Content-Length: 1000000',
    ];
    socket.write(`${head.join('\r\n')}\r\n\r\n${'x'.repeat(300_000)}`);
    while (incoming().length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    socket.destroy();
    while (incoming().length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(await entries(), before);
  });

  test('a body or a file that does not come on is given up, and a slow one is not', async () => {
    const url = new URL(where().path, base);
    const send = async (type: string, path: string, pieces: number) => {
      const socket = connect(Number(url.port), url.hostname);
      let said = '';
      socket.on('data', (piece) => {
        said += piece;
      });
      const ended = new Promise<string>((resolve) => socket.once('close', () => resolve(said)));
      socket.write(
        `POST ${path} HTTP/1.1\r\nHost: ${url.host}\r\nOrigin: ${base}\r\nCookie: ${olga.cookie}\r\n${FIELDS.join('\r\n')}\r\nConnection: close\r\nContent-Type: ${type}\r\nContent-Length: 10\r\n\r\n`,
      );
      for (let n = 0; n < pieces; n++) {
        await new Promise((resolve) => setTimeout(resolve, 200));
        socket.write('1');
      }
      return ended;
    };
    const before = await entries();
    assert.match(await send('application/json', '/api/incidents', 1), /request-malformed/);
    assert.doesNotMatch(await send('application/octet-stream', url.pathname, 1), /^HTTP.1.1 200/);
    while (incoming().length > 0) await new Promise((resolve) => setTimeout(resolve, 5));
    assert.equal(await entries(), before);
    assert.match(await send('application/octet-stream', url.pathname, 10), /^HTTP.1.1 200/);
  });

  test('who may not, gets nothing read and nothing given; another’s restricted incident is not found', async () => {
    assert.equal((await add('x', where(), {})).body.code, 'not-signed-in');
    const { body } = await world.ask('POST', '/api/incidents', olga, { title: 'Hidden', kind: 'insider' });
    const hidden = String(body.incident);
    const secret = await add('the name', where('n.txt', 'o', hidden));
    const { body: me } = await world.ask('GET', '/api/me', olga);
    const people = [(me.person as { id: string }).id];
    await world.ask('PUT', `/api/incidents/${hidden}/people`, olga, { people, reason: 'An insider.' });
    assert.equal(
      (await ask('GET', `/api/incidents/${hidden}/files/${secret.body.id}`, otto)).body.code,
      'incident-not-found',
    );
    assert.equal((await add('x', where('n.txt', 'o', hidden), otto)).body.code, 'incident-not-found');
    assert.equal(
      (await ask('GET', `/api/incidents/${incident}/files/${secret.body.id}`, otto)).body.code,
      'evidence-not-found',
    );
    // To know its hash is no right to the file.
    const known = { kind: 'file', sha256: secret.body.sha256, bytes: 8, name: 'n', origin: 'o' };
    const claimed = await world.ask('POST', `/api/incidents/${incident}/evidence`, otto, known);
    assert.equal(
      (await ask('GET', `/api/incidents/${incident}/files/${claimed.body.id}`, otto)).body.code,
      'evidence-not-found',
    );
    assert.deepEqual(incoming(), []);
  });

  test('a closed incident takes no file, and its files can be read', async () => {
    const opened = await world.ask('POST', '/api/incidents', olga, {
      title: 'Closed',
      kind: 'other',
      times: { aware: { at: '2025-11-20T10:00:00Z', saidBy: 'x' } },
    });
    const id = String(opened.body.incident);
    const added = await add('x', where('n', 'o', id));
    await world.ask('POST', `/api/incidents/${id}/decisions`, olga, {
      version: 1,
      step: 'decision',
      answer: 'register-only',
      reason: 'r',
    });
    await world.ask('POST', `/api/incidents/${id}/close`, olga, { version: 1, summary: 's' });
    assert.equal((await add('y', where('n', 'o', id))).body.code, 'incident-refuses');
    assert.equal(
      (await ask('GET', `/api/incidents/${id}/files/${added.body.id}`, olga)).bytes.toString(),
      'x',
    );
  });

  test('an erased file leaves no byte, name or hash, and its entry; the same content elsewhere stays', async () => {
    const content = Buffer.from('Ada Lane, 1 Side Street');
    const first = await add(content, where('Ada Lane.txt', 'From Ada.'));
    const second = await add(content);
    const path = join(world.folder, 'files', HASH(content).slice(0, 2), HASH(content));
    const erase = (id: unknown, as = olga) => ask('POST', `/api/incidents/${incident}/files/${id}/erase`, as);
    assert.equal((await erase(first.body.id, otto)).body.code, 'not-permitted');
    const texts = await world.ask('POST', `/api/incidents/${incident}/erase`, olga, {
      entry: first.body.entry,
      name: 'sha256',
    });
    assert.equal(texts.body.code, 'incident-refuses', 'not the hash alone');
    const erased = await erase(first.body.id);
    assert.equal(erased.status, 200, JSON.stringify(erased.body));
    assert.ok(statSync(path), 'it is somebody else’s evidence, too');
    assert.equal((await ask('GET', `/api/incidents/${incident}/files/${first.body.id}`, olga)).status, 404);
    assert.ok(
      (await ask('GET', `/api/incidents/${incident}/files/${second.body.id}`, olga)).bytes.equals(content),
    );
    assert.equal((await erase(first.body.id)).body.code, 'evidence-not-found');
    await erase(second.body.id);
    assert.equal(statSync(path, { throwIfNoEntry: false }), undefined);
    const { body } = await world.ask('GET', `/api/incidents/${incident}`, olga);
    const evidence = body.evidence as Record<string, unknown>[];
    const { id, kind, bytes, entry } = first.body as Record<string, unknown> & { kind?: string };
    assert.deepEqual(
      evidence.find((one) => one.id === id),
      {
        id,
        kind: kind ?? 'file',
        sha256: null,
        bytes,
        name: null,
        origin: null,
        entry,
        erased: erased.body.entry,
      },
    );
    const kept = await world.db.rows(
      `SELECT index FROM register_entries WHERE position(:hash::text IN convert_from(entry, 'UTF8')) > 0
       UNION ALL SELECT index FROM register_texts WHERE value = :hash::text OR value LIKE '%Ada%'
       UNION ALL SELECT entry FROM incident_evidence WHERE sha256 = :hash::text`,
      { hash: HASH(content) },
    );
    assert.deepEqual(kept, []);
  });

  test('a file that the folder has lost is said to be lost', async () => {
    const added = await add('will be lost');
    const sha256 = String(added.body.sha256);
    const path = join(world.folder, 'files', sha256.slice(0, 2), sha256);
    const content = readFileSync(path);
    writeFileSync(path, 'cut');
    const lost = await ask('GET', `/api/incidents/${incident}/files/${added.body.id}`, olga);
    assert.equal(lost.body.code, 'file-missing');
    writeFileSync(path, content);
  });

  test('what a crash left is removed a day later, and what is listed stays', async () => {
    const kept = String((await add('kept')).body.sha256);
    const files = join(world.folder, 'files');
    const orphan = HASH(Buffer.from('orphan'));
    mkdirSync(join(files, orphan.slice(0, 2)), { recursive: true });
    const paths = [
      join(files, 'incoming/old.part'),
      join(files, orphan.slice(0, 2), orphan),
      join(files, kept.slice(0, 2), kept),
    ];
    for (const path of paths) {
      writeFileSync(path, path.endsWith(kept) ? 'kept' : 'orphan');
      utimesSync(path, world.now(), world.now());
    }
    const isThere = () => paths.map((path) => statSync(path, { throwIfNoEntry: false }) !== undefined);
    world.pass(23);
    await openFiles(world.db, world.folder, { mostBytes: MOST, now: world.now });
    assert.deepEqual(isThere(), [true, true, true]);
    world.pass(2);
    await openFiles(world.db, world.folder, { mostBytes: MOST, now: world.now });
    assert.deepEqual(isThere(), [false, false, true]);
  });
});
