/** Decoys in the record, with real records, a real SMTP receiver on loopback, and a clock that is set. */
import assert from 'node:assert/strict';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  type DecoysGiven,
  type DecoysListed,
  type DecoysPlanted,
  type ErrorCode,
  ForthrightError,
} from '@forthright/contract';
import nodemailer from 'nodemailer';
import { MOST_MAIL_BYTES, readArrived } from '../../server/src/answer/index.ts';
import { actor, openRecord } from '../../server/src/incident/testing.ts';
import { mailingTo } from '../../server/src/notify/campaigns/testing.ts';
import { decoysMaildir, startReceiver } from '../../server/src/notify/index.ts';
import type { Db } from '../../server/src/platform/db/index.ts';
import type { Receiver } from '../../server/src/platform/mail/receive/index.ts';
import { type Actor, type Asked, Document, PROGRAM, sealFolder } from '../../server/src/prove/index.ts';
import { decoysAsked, eraseEndedDecoys } from '../../server/src/trace/decoys/decoys.ts';
import { FEWEST_ADDRESSES } from '../../server/src/trace/decoys/make.ts';
import { decoyOperations } from '../../server/src/trace/decoys/operations.ts';
import { takeDecoyMailHandler } from '../../server/src/trace/decoys/take.handler.ts';
import { GATE } from '../../server/src/trace/testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'forthright-decoys-'));
const seals = sealFolder(join(folder, 'keys'));
const DOMAINS = ['post.example', 'lux-mail.example'];
let nowMs = Date.parse('2026-11-22T10:00:00Z');
const now = () => {
  nowMs += 1000;
  return new Date(nowMs);
};
let db: Db;
let receiver: Receiver | undefined;
const notes: string[] = [];
before(async () => {
  db = await openRecord({ folder, now });
  const mailing = {
    ...mailingTo(1),
    receive: { maildirs: [], imap: [], smtp: { host: '127.0.0.1', port: 0 } },
    decoys: { domains: DOMAINS, maildirs: [], imap: [] },
  };
  receiver = await startReceiver({ db, now, log: () => {}, data: folder, mailing });
});
after(async () => {
  await receiver?.close();
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

const ADA = actor('usr_ada', 'privacy-officer');
const BO = actor('usr_bo', 'investigator');
const as = (who: Actor): Asked => ({ db, actor: who, now });
const operations = decoyOperations(seals, DOMAINS);
async function ask<T>(who: Actor, name: string, rawInput: object): Promise<T> {
  const found = operations.find((one) => one.name === name) ?? assert.fail(name);
  const answer = await found.run(as(who), found.input.parse(rawInput));
  return (answer instanceof Document ? answer : found.output.parse(answer)) as T;
}
const refuses = (work: Promise<unknown>, code: ErrorCode) =>
  assert.rejects(work, (error) => error instanceof ForthrightError && error.code === code);

const PLACES = [
  { kind: 'view', name: 'e-4711', like: { country: 'DE', region: 'R1', language: 'de' } },
  { kind: 'queue', name: 'returns', like: { country: 'FR' } },
  { kind: 'partner', name: 'O’Brien’s "post"' },
];
const planting = { gate: GATE, places: PLACES, perPlace: 3, nowhere: 10 };

const take = () =>
  takeDecoyMailHandler({
    db,
    now,
    log: ({ note }) => notes.push(note ?? ''),
    seals,
    received: decoysMaildir(folder),
    maildirs: [],
    imap: [],
    own: async () => ['marlow.example'],
    readArrived,
    mostBytes: MOST_MAIL_BYTES,
  }).run(
    { id: 'job', kind: 'x', subject: undefined, input: {}, attempt: 1, mostAttempts: 1 },
    { signal: new AbortController().signal, progress: () => {} },
  );

async function send(to: string, from = 'offers@lamps.example', subject = 'An offer'): Promise<string> {
  const transport = nodemailer.createTransport({
    host: '127.0.0.1',
    port: receiver?.port ?? 0,
    ignoreTLS: true,
  });
  const { response } = await transport.sendMail({
    envelope: { from, to },
    from,
    to: 'undisclosed@elsewhere.example',
    subject,
    text: 'Lamps for half the price. https://www.lamps.example/x?who=you',
  });
  transport.close();
  return response ?? '';
}

test('decoys are made for each place and for none, look like anybody, and stand in no table in the clear', async () => {
  await refuses(ask(BO, 'plant-decoys', { planting }), 'not-permitted');
  const { gate: _, ...noGate } = planting;
  assert.equal(operations[0]?.input.safeParse({ planting: noGate }).success, false);
  assert.equal(
    operations[0]?.input.safeParse({ planting: { ...planting, places: [PLACES[0], PLACES[0]] } }).success,
    false,
  );
  await refuses(
    (async () => decoyOperations(seals, [])[0]?.run(as(ADA), { planting: { ...planting } }))(),
    'decoys-not-set',
  );
  const { planting: id, decoys, ends } = await ask<DecoysPlanted>(ADA, 'plant-decoys', { planting });
  assert.deepEqual([decoys, ends.slice(0, 10)], [19, '2027-02-20']);
  const given = await ask<DecoysGiven>(ADA, 'get-decoys', { planting: id });
  assert.deepEqual(given.places.map(({ kind, name, customers }) => [kind, name, customers.length]).sort(), [
    ['nowhere', null, 10],
    ['partner', 'O’Brien’s "post"', 3],
    ['queue', 'returns', 3],
    ['view', 'e-4711', 3],
  ]);
  const all = given.places.flatMap(({ customers }) => customers);
  const addresses = all.map(({ email }) => email);
  assert.equal(new Set(addresses).size, 19);
  assert.ok(Math.log2(FEWEST_ADDRESSES) > 44);
  for (const address of addresses) {
    assert.match(address, /^[a-z]+(?:[._][a-z]+)?\d{2,4}@(?:post|lux-mail)\.example$/);
    // No two begin alike further than common first names make them.
    for (const other of addresses)
      if (other !== address) assert.notEqual(other.slice(0, 12), address.slice(0, 12));
  }
  const dump: string[] = [];
  for (const table of ['decoys', 'decoy_plantings', 'register_texts', 'register_entries']) {
    const rows = await db.rows<{ t: string }>(`SELECT json_agg(x)::text AS t FROM ${table} x`);
    dump.push(rows[0]?.t ?? '');
  }
  const entries = await db.rows<{ t: string }>(
    "SELECT convert_from(entry, 'UTF8') AS t FROM register_entries",
  );
  const text = [...dump, ...entries.map(({ t }) => t)].join('\n');
  for (const hidden of [...addresses, 'e-4711', 'O’Brien'])
    assert.equal(text.includes(hidden), false, hidden);
});

test('a shop loads them as rows or as views, which say nothing of what they are', async () => {
  const { planting: id } = await ask<DecoysPlanted>(ADA, 'plant-decoys', { planting });
  const csv = await ask<Document>(ADA, 'get-decoys', { planting: id, as: 'csv' });
  const lines = String(csv.text).trim().split('\n');
  assert.deepEqual([lines.length, lines[0]], [20, 'place,at,name,email,country,region,language']);
  assert.ok(lines.some((line) => line.includes('"O’Brien’s ""post"""')));
  const sql = await ask<Document>(ADA, 'get-decoys', { planting: id, as: 'sql', view: 'people_part' });
  // In a real database, as somebody would load it.
  await assert.rejects(
    db.transaction(async (tx) => {
      for (const statement of String(sql.text)
        .replaceAll(/^--.*$/gm, '')
        .split(';'))
        if (statement.trim() !== '') await tx.run(statement, {});
      const counts = await tx.rows<{ n: number; kept: string | null }>(
        `SELECT (SELECT count(*)::int4 FROM people_part_${1}) + (SELECT count(*)::int4 FROM people_part_2) + (SELECT count(*)::int4 FROM people_part_3)
           + (SELECT count(*)::int4 FROM people_part_4) AS n,
          (SELECT string_agg(definition, ' ') FROM pg_views WHERE viewname LIKE 'people_part%') AS kept`,
      );
      assert.equal(counts[0]?.n, 19);
      assert.doesNotMatch(counts[0]?.kept ?? '', /decoy|nowhere|e-4711|returns/);
      throw new Error('undone');
    }),
    /^Error: undone$/,
  );
  const said = await db.rows<{ n: number }>(
    "SELECT count(*)::int4 AS n FROM register_entries WHERE kind = 'decoys-given'",
  );
  assert.equal(said[0]?.n, 3);
});

test('a mail to one is kept once as evidence of its place; the server tells nobody which address is a decoy', async () => {
  const { planting: id } = await ask<DecoysPlanted>(ADA, 'plant-decoys', { planting });
  const places = async () => (await ask<DecoysGiven>(ADA, 'get-decoys', { planting: id })).places;
  const { customers: views } = (await places()).find(({ kind }) => kind === 'view') ?? assert.fail();
  const { customers: queue } = (await places()).find(({ kind }) => kind === 'queue') ?? assert.fail();
  const [view, other] = [views[0]?.email ?? '', queue[0]?.email ?? ''];
  const [known, unknown] = [await send(view.toUpperCase()), await send('nobody.at.all@post.example')];
  assert.equal(known.replace(/\S+$/, ''), unknown.replace(/\S+$/, ''));
  await assert.rejects(send('x@elsewhere.example'), /550/);
  await send(other, 'news@marlow.example', 'Our newsletter');
  notes.length = 0;
  await take();
  assert.deepEqual(notes, ['nobodys']);
  assert.deepEqual(readdirSync(join(decoysMaildir(folder), 'new')), []);
  const { mails, plantings } = await ask<DecoysListed>(BO, 'list-decoys', {});
  assert.deepEqual(mails.map(({ place, name, fromUs }) => [place, name, fromUs]).sort(), [
    ['queue', 'returns', true],
    ['view', null, false],
  ]);
  const mail = mails.find(({ place }) => place === 'view') ?? assert.fail();
  assert.deepEqual(
    [mail.read?.sender?.address, mail.read?.envelope, mail.read?.links, mail.read?.to],
    ['offers@lamps.example', 'offers@lamps.example', ['www.lamps.example'], null],
  );
  assert.equal(plantings.at(-1)?.places.view, 1);
  assert.doesNotMatch(JSON.stringify({ mails, plantings }), /e-4711|lux-mail|@post\.example/);
  // What a run is given, and what it refuses.
  const { decoys, mails: asked, nowhereHit } = await decoysAsked(db, [mail.id], { seals, now: now() });
  assert.deepEqual([decoys.length, asked.length, nowhereHit], [57, 1, 0]);
  const ours = mails.find(({ fromUs }) => fromUs) ?? assert.fail();
  await refuses(decoysAsked(db, [ours.id], { seals, now: now() }), 'trace-invalid');
  await refuses(decoysAsked(db, ['dcm_0'], { seals, now: now() }), 'decoys-not-found');
});

test('decoys that nobody was given count for nothing, twenty mails a day of one are enough', async () => {
  const { planting: id } = await ask<DecoysPlanted>(ADA, 'plant-decoys', { planting });
  const rows = await decoysAsked(db, [], { seals, now: now() });
  const { places } = await ask<DecoysGiven>(ADA, 'get-decoys', { planting: id });
  const after = await decoysAsked(db, [], { seals, now: now() });
  assert.equal(after.decoys.length - rows.decoys.length, 19, 'those that nobody has count for nothing');
  const address = places.find(({ kind }) => kind === 'nowhere')?.customers[0]?.email ?? '';
  for (let n = 0; n < 21; n++) await send(address, 'offers@lamps.example', `Offer ${n}`);
  notes.length = 0;
  await take();
  assert.deepEqual(notes, ['too-many']);
  assert.equal((await decoysAsked(db, [], { seals, now: now() })).nowhereHit, 1);
});

test('after its time nothing opens who they were, nor what came to them', async () => {
  const { planting: id } = await ask<DecoysPlanted>(ADA, 'plant-decoys', { planting });
  await ask(ADA, 'get-decoys', { planting: id });
  await ask(ADA, 'erase-decoys', { planting: id, reason: 'Planted by mistake.' });
  await refuses(ask(ADA, 'erase-decoys', { planting: id, reason: 'Again.' }), 'decoys-erased');
  await refuses(ask(ADA, 'get-decoys', { planting: id }), 'decoys-erased');
  await refuses(ask(ADA, 'get-decoys', { planting: 'dcp_0' }), 'decoys-not-found');
  nowMs += 91 * 86_400_000;
  assert.ok((await eraseEndedDecoys({ db, actor: PROGRAM, now }, seals)) >= 3);
  assert.equal(await eraseEndedDecoys({ db, actor: PROGRAM, now }, seals), 0);
  const left = await db.rows(
    "SELECT id FROM decoys WHERE sealed <> '' OR address_hash IS NOT NULL UNION ALL SELECT value FROM register_texts WHERE name IN ('mail', 'gate')",
  );
  assert.deepEqual(left, []);
  assert.deepEqual(
    readdirSync(join(folder, 'keys')).filter((name) => name.startsWith('seal-')),
    [],
  );
  const { mails, plantings } = await ask<DecoysListed>(BO, 'list-decoys', {});
  assert.deepEqual([mails, plantings.every(({ gate }) => gate === null)], [[], true]);
});
