/** Aliases with real records, our real SMTP receiver and a real sink behind the relay, on loopback; the clock is set. */
import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import {
  type AliasesListed,
  type AliasesMade,
  type AliasesOpened,
  type AliasFound,
  type ErrorCode,
  ForthrightError,
} from '@forthright/contract';
import { dkimVerify } from 'mailauth/lib/dkim/verify.js';
import nodemailer from 'nodemailer';
import { MOST_MAIL_BYTES, readArrived } from '../../server/src/answer/index.ts';
import { actor, openRecord } from '../../server/src/incident/testing.ts';
import { mailingTo } from '../../server/src/notify/campaigns/testing.ts';
import { aliasesMaildir, startReceiver } from '../../server/src/notify/index.ts';
import type { Db } from '../../server/src/platform/db/index.ts';
import { dkimKey, dkimRecord } from '../../server/src/platform/mail/index.ts';
import type { Receiver } from '../../server/src/platform/mail/receive/index.ts';
import { type Deed, Sink } from '../../server/src/platform/mail/smtp/testing.ts';
import { type Actor, type Asked, PROGRAM, sealFolder } from '../../server/src/prove/index.ts';
import { aliasesAsked, eraseEndedAliases, isAliasKnown } from '../../server/src/trace/aliases/aliases.ts';
import { forwardAliasesHandler } from '../../server/src/trace/aliases/forward.handler.ts';
import { aliasOperations } from '../../server/src/trace/aliases/operations.ts';
import { GATE } from '../../server/src/trace/testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'forthright-aliases-'));
const seals = sealFolder(join(folder, 'keys'));
const DOMAIN = 'relay.marlow.example';
let nowMs = Date.parse('2026-11-22T10:00:00Z');
const now = () => {
  nowMs += 1000;
  return new Date(nowMs);
};
let db: Db;
let receiver: Receiver | undefined;
let sink: Sink;
let deed: Deed | undefined;
const notes: string[] = [];
const mailing = () => ({
  ...mailingTo(sink.port),
  receive: { maildirs: [], imap: [], smtp: { host: '127.0.0.1', port: 0 } },
  aliases: { domain: DOMAIN },
});
before(async () => {
  db = await openRecord({ folder, now });
  sink = await Sink.open({ message: () => deed });
  receiver = await startReceiver({
    db,
    now,
    log: () => {},
    data: folder,
    mailing: mailing(),
    isAlias: (address) => isAliasKnown(db, address, { seals, now: now() }),
  });
});
after(async () => {
  await receiver?.close();
  await sink.close();
  await db.close();
  rmSync(folder, { recursive: true, force: true });
});

const ADA = actor('usr_ada', 'privacy-officer');
const BO = actor('usr_bo', 'investigator');
const APP = actor('usr_eve', 'customer-app');
const as = (who: Actor): Asked => ({ db, actor: who, now });
const operations = aliasOperations(seals, DOMAIN);
async function ask<T>(who: Actor, name: string, rawInput: object): Promise<T> {
  const found = operations.find((one) => one.name === name) ?? assert.fail(name);
  return found.output.parse(await found.run(as(who), found.input.parse(rawInput))) as T;
}
const refuses = (work: Promise<unknown>, code: ErrorCode) =>
  assert.rejects(work, (error) => error instanceof ForthrightError && error.code === code);

const forward = () =>
  forwardAliasesHandler({
    db,
    now,
    log: ({ note }) => notes.push(note ?? ''),
    seals,
    received: aliasesMaildir(folder),
    domain: DOMAIN,
    mailing: mailing(),
    readArrived,
    mostBytes: MOST_MAIL_BYTES,
  }).run(
    { id: 'job', kind: 'x', subject: undefined, input: {}, attempt: 1, mostAttempts: 1 },
    { signal: new AbortController().signal, progress: () => {} },
  );
const waiting = () => readdirSync(join(aliasesMaildir(folder), 'new')).length;

const SELLER = { kind: 'seller', name: 'Lamp Shop' };
const wish = {
  customer: 'c-1',
  address: 'anna@people.example',
  viewer: SELLER,
  order: 'o-1',
  expects: ['lamps.example'],
};
const screen = {
  customer: 'c-1',
  address: 'anna@people.example',
  viewer: { kind: 'employee', name: 'e-4711' },
};

type Given = Readonly<{
  to: string;
  from?: string;
  path?: string;
  subject?: string;
  headers?: Record<string, string>;
  dkim?: object;
}>;
async function send({
  to,
  from = 'orders@lamps.example',
  path = from,
  subject = 'Your order',
  headers = {},
  dkim,
}: Given) {
  const transport = nodemailer.createTransport({
    host: '127.0.0.1',
    port: receiver?.port ?? 0,
    ignoreTLS: true,
  });
  try {
    await transport.sendMail({
      envelope: { from: path, to },
      from,
      to,
      subject,
      headers,
      text: `It is on its way. https://www.${from.split('@')[1]}/track\n`,
      ...(dkim === undefined ? {} : { dkim: dkim as never }),
    });
  } finally {
    transport.close();
  }
}

async function made(wishes: readonly object[]) {
  await ask<AliasesOpened>(ADA, 'open-aliases', { gate: GATE });
  const { aliases } = await ask<AliasesMade>(APP, 'make-aliases', { aliases: wishes });
  return aliases;
}

test('an alias stands for one customer, viewer and order, is the same when it is asked for again, and says nothing of itself', async () => {
  await refuses(ask(APP, 'make-aliases', { aliases: [wish] }), 'aliases-not-set');
  await refuses(ask(APP, 'open-aliases', { gate: GATE }), 'not-permitted');
  await refuses(
    (async () => aliasOperations(seals, undefined)[0]?.run(as(ADA), { gate: GATE }))(),
    'aliases-not-set',
  );
  await ask<AliasesOpened>(ADA, 'open-aliases', { gate: GATE });
  const others = [
    { ...wish, order: 'o-2' },
    { ...wish, customer: 'c-2', address: 'otto@people.example' },
    screen,
    { ...screen, viewer: { kind: 'employee', name: 'e-12' } },
  ];
  const first = await ask<AliasesMade>(APP, 'make-aliases', { aliases: [wish, ...others, wish] });
  assert.deepEqual([first.made, first.aliases.length], [5, 6]);
  const addresses = first.aliases.map(({ alias }) => alias);
  assert.equal(new Set(addresses).size, 5);
  assert.equal(addresses[0], addresses[5]);
  for (const alias of addresses) assert.match(alias, /^[a-z2-9]{14}@relay\.marlow\.example$/);
  const again = await ask<AliasesMade>(APP, 'make-aliases', { aliases: [wish] });
  assert.deepEqual([again.made, again.entry, again.aliases[0]], [0, null, first.aliases[0]]);
  await refuses(
    ask(APP, 'make-aliases', { aliases: [{ ...wish, order: 'o-3', address: addresses[0] }] }),
    'address-unusable',
  );
  assert.equal(
    operations[1]?.input.safeParse({ aliases: [{ ...screen, expects: ['lamps.example'] }] }).success,
    false,
  );
  const rows = await db.rows<{ t: string }>(
    "SELECT json_agg(a)::text AS t FROM aliases a UNION ALL SELECT string_agg(convert_from(entry, 'UTF8'), ' ') FROM register_entries UNION ALL SELECT string_agg(value, ' ') FROM register_texts",
  );
  const text = rows.map(({ t }) => t).join('\n');
  for (const hidden of [...addresses, 'anna@', 'c-1"', 'e-4711', 'Lamp Shop', 'lamps.example'])
    assert.equal(text.includes(hidden), false, hidden);
});

test('mail to it goes on as it was written, its signature holds, and what comes back goes back', async () => {
  const [alias] = await made([wish]);
  const to = alias?.alias ?? '';
  const { privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const key = dkimKey({ domain: 'lamps.example', selector: 's', privateKey });
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  await send({ to, dkim: { domainName: 'lamps.example', keySelector: 's', privateKey: pem } });
  notes.length = 0;
  await forward();
  assert.deepEqual([notes, waiting()], [[], 0]);
  const seen = sink.taken.at(-1) ?? assert.fail();
  assert.equal(seen.to, 'anna@people.example');
  assert.match(seen.from, /^SRS0=[\w-]{8}=[A-Z2-7]{2}=lamps\.example=orders@relay\.marlow\.example$/);
  const text = seen.bytes.toString('utf8');
  assert.match(
    text,
    /^Delivered-To: [a-z2-9]{14}@relay\.marlow\.example\r\nReceived: by marlow\.example \(aliases\);/,
  );
  assert.match(text, /\r\nFrom: orders@lamps\.example\r\n/);
  const { results } = await dkimVerify(seen.bytes, {
    resolver: async () => [[dkimRecord(key).text]],
  } as never);
  assert.equal((results as { status: { result: string } }[])[0]?.status.result, 'pass');
  // Ordinary mail is no evidence, and no entry.
  assert.deepEqual((await ask<AliasesListed>(BO, 'list-aliases', {})).mails, []);

  await send({ to: seen.from, from: 'mailer-daemon@mx.people.example', path: '' });
  await forward();
  const back = sink.taken.at(-1);
  assert.deepEqual([back?.to, back?.from], ['orders@lamps.example', '']);
  // Nobody sends to others through us: what comes back has no sender, and only what we wrote is an address here.
  await send({ to: seen.from, from: 'spam@elsewhere.example' });
  notes.length = 0;
  await forward();
  assert.deepEqual([notes, sink.taken.at(-1) === back], [['not-a-return'], true]);
  await assert.rejects(send({ to: seen.from.replace('orders', 'victim') }), /550/);
  await assert.rejects(send({ to: 'nobodynobody22@relay.marlow.example' }), /550/);
});

test('one mail from somebody who should not know it names customer, viewer and moment; an employee by no name', async () => {
  const [ofSeller, ofScreen] = await made([wish, screen]);
  await send({ to: ofSeller?.alias ?? '', from: 'deals@other-shop.example' });
  await send({ to: ofScreen?.alias ?? '', from: 'deals@other-shop.example' });
  await forward();
  await forward();
  assert.deepEqual(
    sink.taken.slice(-2).map(({ to }) => to),
    ['anna@people.example', 'anna@people.example'],
  );
  const { mails } = await ask<AliasesListed>(BO, 'list-aliases', {});
  const mine = mails.filter(({ alias }) => alias === ofSeller?.id || alias === ofScreen?.id);
  assert.deepEqual(
    mine
      .map(({ viewer, name, customer, order, read }) => [
        viewer,
        name,
        customer,
        order,
        read?.sender?.address,
      ])
      .sort(),
    [
      ['employee', null, 'c-1', null, 'deals@other-shop.example'],
      ['seller', 'Lamp Shop', 'c-1', 'o-1', 'deals@other-shop.example'],
    ],
  );
  assert.doesNotMatch(JSON.stringify(mails), /e-4711|@relay\.marlow|anna@/);
  // As it stands in a mail that a customer forwards.
  const found = await ask<AliasFound>(BO, 'find-alias', { alias: (ofSeller?.alias ?? '').toUpperCase() });
  assert.deepEqual(
    [found.id, found.viewer, found.name, found.customer, found.order],
    [ofSeller?.id, 'seller', 'Lamp Shop', 'c-1', 'o-1'],
  );
  assert.ok(mine.every(({ madeAt, at }) => madeAt < at));
  // What a run is given of them: who saw how many, and these two.
  const asked = await aliasesAsked(
    db,
    mine.map(({ id }) => id),
    { seals, now: now() },
  );
  assert.deepEqual(asked.mails.map(({ place, at }) => [place, at]).sort(), [
    ['feed', 'Lamp Shop'],
    ['view', 'e-4711'],
  ]);
  assert.ok(asked.viewers.some(({ place, at, n }) => place === 'feed' && at === 'Lamp Shop' && n >= 3));
  await refuses(aliasesAsked(db, ['alm_0'], { seals, now: now() }), 'decoys-not-found');
  await refuses(ask(BO, 'find-alias', { alias: 'x@relay.marlow.example' }), 'alias-not-found');
});

test('what goes round, floods, is blocked, or finds no relay: each ends or waits', async () => {
  const [alias, other] = await made([wish, { ...wish, order: 'o-9' }]);
  const to = alias?.alias ?? '';
  const before = sink.taken.length;
  await send({ to, headers: { 'Delivered-To': to } });
  notes.length = 0;
  await forward();
  assert.deepEqual([notes, sink.taken.length], [['loop'], before]);

  // The relay does not want it now: it waits, is tried again, and goes once.
  deed = { say: '451 4.3.0 later\r\n' };
  await send({ to });
  await forward();
  assert.equal(waiting(), 1);
  deed = undefined;
  nowMs += 3_600_000;
  await forward();
  assert.deepEqual([waiting(), sink.taken.length], [0, before + 1]);
  // What it refuses for good is gone.
  deed = { say: '550 5.7.1 no\r\n' };
  await send({ to });
  notes.length = 0;
  await forward();
  assert.deepEqual([notes, waiting()], [['refused'], 0]);
  deed = undefined;

  // Fifty a day; who sends more is told to come again.
  await db.transaction((tx) =>
    tx.run('UPDATE alias_counts SET mails = 50 WHERE alias = :id::text', { id: alias?.id ?? '' }),
  );
  await assert.rejects(send({ to }), /451/);
  nowMs += 86_400_000;
  await send({ to });
  await forward();
  assert.equal(sink.taken.length, before + 2);

  await ask(APP, 'block-alias', { id: other?.id, reason: 'The order is done.' });
  await assert.rejects(send({ to: other?.alias ?? '' }), /550/);
  await refuses(ask(APP, 'block-alias', { id: other?.id, reason: 'Again.' }), 'incident-refuses');
  await refuses(ask(BO, 'block-alias', { id: other?.id, reason: 'Mine.' }), 'not-permitted');
  await refuses(ask(ADA, 'block-alias', { id: 'als_0', reason: 'None.' }), 'alias-not-found');
});

test('after the book’s time mail is refused, and nothing says for whom an alias stood', async () => {
  const [alias] = await made([{ ...wish, order: 'o-last' }]);
  await ask(ADA, 'erase-aliases', {
    book: (await ask<AliasesListed>(ADA, 'list-aliases', {})).books.at(-1)?.id,
    reason: 'Over.',
  });
  await assert.rejects(send({ to: alias?.alias ?? '' }), /550/);
  await refuses(ask(BO, 'find-alias', { alias: alias?.alias }), 'alias-not-found');
  nowMs += 91 * 86_400_000;
  assert.ok((await eraseEndedAliases({ db, actor: PROGRAM, now }, seals)) >= 3);
  const left = await db.rows(
    "SELECT id FROM aliases WHERE sealed <> '' OR address_hash IS NOT NULL OR pair_hash IS NOT NULL",
  );
  assert.deepEqual(left, []);
  assert.deepEqual(
    readdirSync(join(folder, 'keys')).filter((name) => name.startsWith('seal-')),
    [],
  );
  assert.deepEqual((await ask<AliasesListed>(BO, 'list-aliases', {})).mails, []);
});
