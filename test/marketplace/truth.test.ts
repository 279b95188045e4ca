import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { Incident, LEAK_KINDS, type ScopeAnswer, Workspace } from '@forthright/contract';
import { isbot } from 'isbot';
import PostalMime from 'postal-mime';
import { parse } from 'yaml';
import { BROWSERS, CRAWLERS } from './agents.ts';
import { differencesOf } from './compare.ts';
import { generateMarketplace, type LeakTruth, readPeople, readTruth, type Truth } from './index.ts';
import {
  csvRows,
  emptyCount,
  figuresOf,
  isOwn,
  jsonLines,
  type People,
  type Recount,
  readPeopleOf,
  readWeb,
  show,
  textOf,
  type WebLine,
} from './recount.ts';

const SIZE = { customers: 1500, lines: 40_000, seed: 7 };
const directory = mkdtempSync(join(tmpdir(), 'marketplace-'));
let truth: Truth;
let people: People;
let web: ReturnType<typeof readWeb>;

before(async () => {
  truth = await generateMarketplace({ directory, ...SIZE });
  people = readPeopleOf(directory);
  web = readWeb(directory);
});
after(() => rmSync(directory, { recursive: true, force: true }));

const leakOf = (kind: (typeof LEAK_KINDS)[number]): LeakTruth => {
  const leak = truth.leaks[kind];
  assert.ok(leak, `no truth for ${kind}`);
  return leak;
};

/** The leak as its incident file states it. */
function stated(leak: LeakTruth) {
  const [found] = Incident.parse(parse(textOf(directory, leak.incident))).leaks;
  assert.ok(found);
  return found;
}

function assertAgrees(leak: LeakTruth, count: Recount, apart: readonly string[] = []): void {
  const { lists, ...figures } = figuresOf(count, people);
  assert.deepEqual(readPeople(directory, leak), lists);
  for (const [name, value] of Object.entries(figures))
    if (!apart.includes(name))
      assert.deepEqual(leak[name as keyof LeakTruth], value, `${leak.kind}: ${name}`);
}

const accountOf = (line: WebLine): { account: string; client: string; agent: string } => ({
  account: line.user === '-' ? '' : line.user,
  client: line.client,
  agent: line.agent,
});

/** Lines of the web log that a leak may count. */
function* servedLines(from: string, to: string): Generator<WebLine> {
  for (const line of web.lines)
    if (
      line.time >= Date.parse(from) &&
      line.time < Date.parse(to) &&
      ['GET', 'POST'].includes(line.method) &&
      !isOwn(line)
    )
      yield line;
}

const segmentsOf = (target: string): string[] =>
  decodeURIComponent(target.split('?')[0] ?? '')
    .split('/')
    .filter(Boolean);

test('the page leak is what a plain recount of the written lines finds', () => {
  const leak = stated(leakOf('page'));
  assert.equal(leak.kind, 'page');
  const reviews = new Map(csvRows(directory, 'data/reviews.csv.gz').map((r) => [r.review_id, r]));
  const count = emptyCount();
  for (const line of servedLines(leak.from, leak.to)) {
    const [first, id, ...more] = segmentsOf(line.target);
    if (line.status !== 200 || first !== 'reviews' || id === undefined || more.length > 0) continue;
    const review = reviews.get(id);
    assert.ok(review, `nobody stands on ${id}`);
    const removed = review.removed_at === '' ? Infinity : Date.parse(review.removed_at ?? '');
    assert.ok(line.time >= Date.parse(review.published_at ?? '') && line.time < removed);
    show(count, people, [review.customer_id ?? ''], accountOf(line), line.time);
  }
  const { from, to } = truth.gap;
  for (const r of reviews.values())
    if ((r.published_at ?? '') < to && (r.removed_at === '' || (r.removed_at ?? '') > from))
      count.maybe.add(r.customer_id ?? '');
  assertAgrees(leakOf('page'), count);
  assert.equal(leakOf('page').unknownAccounts, count.viewers.get('thirdParty')?.size);
});

test('the cache leak is what a plain recount of the written lines finds', () => {
  const leak = stated(leakOf('shared-cache'));
  assert.equal(leak.kind, 'shared-cache');
  const accounts = new Map(
    csvRows(directory, 'data/sessions.csv.gz').map((r) => [r.session_id, r.customer_id]),
  );
  const lines = jsonLines(directory, 'logs/cdn').map((l) => ({
    // A view has its line's stamp; only the order of fills and hits goes by the end of the request.
    start: Date.parse(String(l.ts)),
    end: Math.round(Date.parse(String(l.ts)) + Number(l.seconds) * 1000),
    key: `${l.server} ${l.host} ${l.uri}`,
    by: { account: accounts.get(String(l.sid)) ?? '', client: String(l.ip), agent: String(l.ua) },
    ...l,
  }));
  const count = emptyCount();
  const held = new Map<string, { fillers: Set<string>; end: number }>();
  const relevant = lines.filter(
    (l) => segmentsOf(String(l.key.split(' ')[2])).join('/') === 'account/overview',
  );
  for (const line of relevant.sort((a, b) => a.end - b.end)) {
    const { status, method, cache_status: cached } = line as Record<string, unknown>;
    const before = held.get(line.key);
    assert.ok(line.end >= Date.parse(leak.from) && line.end < Date.parse(leak.to));
    if (status !== 200 || method !== 'GET' || cached === 'BYPASS') continue;
    const { account } = line.by;
    if (cached === 'MISS' || cached === 'EXPIRED') {
      const together = before?.end === line.end ? before.fillers : [];
      held.set(line.key, { fillers: new Set([...together, account]), end: line.end });
      continue;
    }
    assert.ok(before && before.end < line.end, 'nothing is shown before it was filled');
    const isCertain = cached === 'HIT' && before.fillers.size === 1;
    if (cached !== 'HIT') held.set(line.key, { ...before, fillers: new Set([...before.fillers, account]) });
    if (isOwn(line.by)) continue;
    if (isCertain) show(count, people, before.fillers, line.by, line.start);
    else for (const filler of before.fillers) if (filler !== account) count.maybe.add(filler);
  }
  assertAgrees(leakOf('shared-cache'), count);
  assert.ok(leakOf('shared-cache').unknown > 0);
});

test('the look-ups are what a plain recount of the written lines finds', () => {
  const leak = stated(leakOf('access'));
  assert.equal(leak.kind, 'access');
  const count = emptyCount();
  for (const l of jsonLines(directory, 'logs/admin')) {
    const time = Date.parse(String(l.ts));
    if (!leak.viewers?.includes(String(l.employee_id)) || !leak.actions?.includes(String(l.action))) continue;
    if (time < Date.parse(leak.from) || time >= Date.parse(leak.to)) continue;
    const by = { account: String(l.employee_id), client: '', agent: '' };
    show(count, people, [String(l.customer_id)], by, time);
  }
  assertAgrees(leakOf('access'), count);
});

test('the export is what a plain recount of the written lines finds', () => {
  const leak = stated(leakOf('export'));
  assert.equal(leak.kind, 'export');
  const listed = csvRows(directory, leak.people.at).map((r) => r.customer_id ?? '');
  const count = emptyCount();
  for (const line of servedLines(leak.from, leak.to))
    if (line.target === leak.path && leak.status.includes(line.status))
      show(count, people, listed, accountOf(line), line.time);
  assertAgrees(leakOf('export'), count);
});

test('the addresses in pages are what a plain recount of the written lines finds', () => {
  const leak = stated(leakOf('url'));
  assert.equal(leak.kind, 'url');
  const byAddress = new Map([...people.customers].map(([id, row]) => [row.email?.toLowerCase(), id]));
  const count = emptyCount();
  for (const line of servedLines(leak.from, leak.to)) {
    const url = new URL(line.target, 'https://www.marlow.example');
    if (line.status !== 200 || url.pathname !== '/orders/thanks') continue;
    const email = (url.searchParams.get('email') ?? '').toLowerCase();
    const subject = byAddress.get(email) ?? email;
    show(count, people, [subject], { account: 'pixel.adnet.example', client: '', agent: '' }, line.time);
  }
  assertAgrees(leakOf('url'), count, ['recipients']);
  assert.equal(leakOf('url').recipients.thirdParty, leak.passedTo?.length);
});

test('the mailing and the list name the people that truth says', async () => {
  const mail = await PostalMime.parse(textOf(directory, 'mail/mailing.eml'));
  const addresses = [...(mail.to ?? []), ...(mail.cc ?? [])].map((box) => (box.address ?? '').toLowerCase());
  const byAddress = new Map([...people.customers].map(([id, row]) => [row.email?.toLowerCase(), id]));
  const known = addresses.flatMap((a) => byAddress.get(a) ?? []);
  const others = addresses.filter((a) => !byAddress.has(a));
  const { exposed, unidentified } = readPeople(directory, leakOf('mailing'));
  assert.deepEqual(exposed, [...new Set(known)].sort());
  assert.deepEqual(unidentified, [...new Set(others)].sort());

  const listed = new Set(csvRows(directory, 'data/offered-list.csv').map((r) => r.customer_id ?? ''));
  const list = readPeople(directory, leakOf('list'));
  assert.deepEqual([...list.exposed, ...list.unidentified].sort(), [...listed].sort());
});

test('files, their rejected lines, the overlap and the silent server are as planted', () => {
  assert.deepEqual(
    truth.files,
    web.files.sort((a, b) => (a.path < b.path ? -1 : 1)),
  );
  assert.ok(truth.overlap);
  assert.deepEqual(web.overlaps, [{ file: truth.overlap.file, lines: truth.overlap.lines }]);
  const written = truth.files.reduce((sum, f) => sum + f.lines, 0);
  assert.equal(written - truth.overlap.lines, truth.lines);
  assert.ok(truth.files.some((f) => f.rejected > 0));
  const { series, from, to } = truth.gap;
  const silent = web.lines.filter(
    (l) => l.series === series && l.time >= Date.parse(from) && l.time < Date.parse(to),
  );
  assert.equal(silent.length, 0);
  assert.ok(web.lines.some((l) => l.series === series));
});

test('the figures of every leak add up', () => {
  assert.deepEqual(Object.keys(truth.leaks).sort(), [...LEAK_KINDS].sort());
  for (const leak of Object.values(truth.leaks)) {
    assert.equal(leak.exposed + leak.unknown + leak.clear, SIZE.customers);
    assert.equal(leak.min, leak.exposed);
    assert.equal(leak.max, leak.exposed + leak.unknown + leak.unidentified);
    assert.ok(leak.exposed > 0 && leak.clear > 0 && leak.possiblySelf <= leak.onlyWithoutAccount);
    for (const by of [leak.byCountry, leak.byRegion, leak.byLanguage]) {
      const sum = (key: 'exposed' | 'unknown'): number => Object.values(by).reduce((n, s) => n + s[key], 0);
      assert.deepEqual([sum('exposed'), sum('unknown')], [leak.exposed, leak.unknown]);
    }
  }
  for (const kind of ['customer', 'anonymous', 'crawler', 'seller', 'employee', 'thirdParty'] as const)
    assert.ok(leakOf('page').recipients[kind], `no ${kind} saw a page`);
});

test('the sample answers agree with each other and with the lists', () => {
  const { exposed } = readPeople(directory, leakOf('page'));
  for (const [person, viewers] of Object.entries(truth.samples.whoSaw)) {
    assert.equal(viewers.length > 0, exposed.includes(person));
    assert.ok(!viewers.includes(person), 'nobody is among the viewers of their own data');
    for (const viewer of viewers)
      if (typeof viewer === 'string' && truth.samples.seenBy[viewer] !== undefined)
        assert.ok(truth.samples.seenBy[viewer].includes(person));
  }
});

test('the workspace and every incident file are what the contract asks for', () => {
  Workspace.parse(parse(textOf(directory, 'forthright.yaml')));
  for (const leak of Object.values(truth.leaks)) assert.equal(stated(leak).kind, leak.kind);
  assert.deepEqual(readTruth(directory), truth);
});

test('crawlers are known as such, and browsers are not taken for crawlers', () => {
  assert.deepEqual(
    CRAWLERS.filter((agent) => !isbot(agent)),
    [],
  );
  assert.deepEqual(
    BROWSERS.filter((agent) => isbot(agent)),
    [],
  );
});

test('the same seed and sizes give the same bytes, however many threads write', async () => {
  const again = mkdtempSync(join(tmpdir(), 'marketplace-'));
  try {
    await generateMarketplace({ directory: again, ...SIZE, workers: 2 });
    assert.deepEqual(hashes(again), hashes(directory));
    await generateMarketplace({ directory: again, ...SIZE, seed: 8, only: ['page'] });
    assert.notDeepEqual(hashes(again), hashes(directory));
    assert.deepEqual(Object.keys(readTruth(again).leaks), ['page']);
  } finally {
    rmSync(again, { recursive: true, force: true });
  }
});

function hashes(of: string): Record<string, string> {
  const names = readdirSync(of, { recursive: true, withFileTypes: true }).filter((e) => e.isFile());
  const paths = names.map((e) => join(e.parentPath, e.name)).sort();
  return Object.fromEntries(
    paths.map((p) => [p.slice(of.length), createHash('sha256').update(readFileSync(p)).digest('hex')]),
  );
}

test('a folder with something else in it is refused and left alone', async () => {
  const other = mkdtempSync(join(tmpdir(), 'marketplace-'));
  try {
    writeFileSync(join(other, 'letter.txt'), 'mine');
    await assert.rejects(generateMarketplace({ directory: other, ...SIZE }), /is not empty/);
    assert.deepEqual(readdirSync(other), ['letter.txt']);
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
});

test('an aborted writing leaves no truth behind, so nobody takes the folder for a whole one', async () => {
  const other = mkdtempSync(join(tmpdir(), 'marketplace-'));
  const stop = new AbortController();
  try {
    const writing = generateMarketplace({
      directory: other,
      ...SIZE,
      workers: 2,
      signal: stop.signal,
      onProgress: () => stop.abort(new Error('enough')),
    });
    await assert.rejects(writing, /enough/);
    assert.ok(!readdirSync(other).includes('truth.json'));
  } finally {
    rmSync(other, { recursive: true, force: true });
  }
});

test('an answer with the planted figures has no differences, and each other figure is named', () => {
  const leak = leakOf('page');
  const gap = { unit: truth.gap.series, from: '2025-11-19T10:30:58.000Z', to: '2025-11-19T11:18:01.000Z' };
  const answer = {
    people: { ...leak, byCountry: { ...leak.byCountry, ZZ: { exposed: 0, unknown: 0 } } },
    recipients: { byClass: { ...leak.recipients, own: 3 }, unknownAccounts: leak.unknownAccounts },
    seen: { first: leak.first, last: leak.last },
    views: leak.views,
    gaps: [gap],
    directory: truth.directory,
    evidence: { files: truth.files },
    rejected: { lines: truth.files.reduce((n, f) => n + f.rejected, 0) },
  } as unknown as ScopeAnswer;
  const named = (other: object): string[] =>
    differencesOf(truth, leak, { ...answer, ...other } as ScopeAnswer).map((d) => d.figure);
  assert.deepEqual(named({}), []);
  assert.deepEqual(named({ views: 1, gaps: [{ ...gap, from: truth.gap.to }] }), [
    'views',
    'the silent server',
  ]);
  assert.deepEqual(named({ people: { ...answer.people, byLanguage: {}, max: 3 } }), ['max', 'languages']);
  assert.deepEqual(
    named({ people: { ...answer.people, byCountry: { ...leak.byCountry, ZZ: { exposed: 1, unknown: 0 } } } }),
    ['countries'],
  );
});
