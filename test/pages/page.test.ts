/** The public page of an incident over real records: prepared, approved, published, proved. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { after, before, test } from 'node:test';
import type {
  AnswersRead,
  EditionChanged,
  EditionChecked,
  EditionShown,
  EditionsListed,
  EditionWhole,
  IncidentShown,
} from '@forthright/contract';
import { decodeEntry, keysOf, verifyBundle, verifyTlogProof } from '@forthright/register';
import { editionParts } from '../../server/src/answer/index.ts';
import { publishAnswers } from '../../server/src/answer/publish.ts';
import { exportIncident } from '../../server/src/incident/index.ts';
import type { NoticeVersions } from '../../server/src/notify/campaigns/cohorts.ts';
import { person } from '../../server/src/notify/campaigns/testing.ts';
import { noticeParts } from '../../server/src/notify/index.ts';
import { type Document, makeCheckpoint, registerKeys } from '../../server/src/prove/index.ts';
import { ADDRESS, LANGUAGES, type PageWorld, pageWorld, STATEMENT, some, TEXTS } from './world.ts';

let nowMs = Date.parse('2025-11-22T08:00:00Z');
const now = () => new Date(nowMs);
let world: PageWorld;
before(async () => {
  world = await pageWorld(now);
});
after(() => world.close());

const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest('hex');
const at = (...path: string[]) => join(world.folder, 'public', 'incidents', ...path);
const read = (...path: string[]) => readFile(at(...path), 'utf8');
const publish = () => publishAnswers({ db: world.db, data: world.folder });
const bare = (html: string) => html.replaceAll(/<[^>]*>/g, '').replaceAll(/\s+/g, ' ');
const code =
  (expected: string, says = /./) =>
  (error: { code?: string; message: string }) => {
    assert.equal(error.code, expected, error.message);
    assert.match(error.message + JSON.stringify((error as { problems?: unknown }).problems), says);
    return true;
  };

test('an edition is prepared by one, published by another, stated by the register, and proved by what everybody has', async () => {
  const { incident, run } = await world.incident();
  const { batch } = await world.campaign(incident, run);
  const given = { incident, run, address: ADDRESS, statement: STATEMENT, texts: TEXTS };
  const first = await world.ask<EditionChanged>('prepare-edition', given);
  await publish();
  assert.ok(!existsSync(at()), 'what is not published leaves no trace');
  await assert.rejects(world.ask('read-answers', { incident }), code('edition-not-found'));

  const of = { incident, edition: first.edition };
  const page = await world.ask<Document>('preview-edition', { ...of, language: 'de' });
  const shown = await world.ask<EditionShown>('show-edition', of);
  assert.equal(shown.files.length, 2 * LANGUAGES.length + 3);
  await assert.rejects(
    world.ask('publish-edition', { ...of, hash: first.hash }),
    code('edition-refuses', /who prepared it/),
  );
  await assert.rejects(
    world.ask('publish-edition', { ...of, hash: '0'.repeat(64) }, 'bo'),
    code('edition-changed', /not the hash/),
  );
  const published = await world.ask<EditionChanged>('publish-edition', { ...of, hash: first.hash }, 'bo');
  assert.equal(published.state, 'published');
  await publish();
  assert.equal(await read(ADDRESS, '1', 'de.html'), page.text);
  assert.match(
    bare(await read(ADDRESS, 'en.html')),
    /The next checkpoint of the register takes this entry in/,
  );
  assert.ok(!existsSync(at(ADDRESS, '1', 'proof.tlog')));

  const manifest = await readFile(at(ADDRESS, '1', 'edition.json'));
  assert.equal(sha256(manifest), first.hash);
  const { files, notices } = JSON.parse(manifest.toString()) as {
    files: Record<string, string>;
    notices: object[];
  };
  assert.deepEqual(notices, [{ batch: batch?.tag, leaves: 30, entry: batch?.entry }]);
  for (const [name, hash] of Object.entries(files))
    assert.equal(sha256(await read(ADDRESS, '1', name)), hash);
  assert.equal(Object.keys(files).length, shown.files.length - 1);

  nowMs += 3_600_000;
  await makeCheckpoint(world.as('program'));
  await publish();
  const entry = await readFile(at(ADDRESS, '1', 'entry.json'));
  const { kind, facts } = decodeEntry(entry, 'entry') as { kind: string; facts: { hash: string } };
  assert.deepEqual([kind, facts.hash], ['edition-published', first.hash]);
  const proof = await read(ADDRESS, '1', 'proof.tlog');
  const keys = keysOf(await registerKeys({ db: world.db }), 'register');
  assert.ok(verifyTlogProof(proof, entry, { keys, now: now() }).isProved);
  assert.equal(manifest.compare(await readFile(at(ADDRESS, '1', 'edition.json'))), 0);
  const newest = await read(ADDRESS, 'en.html');
  assert.match(newest, /<pre>[^<]*marlow\.example\/register/);
  const words = bare(newest);
  for (const said of [
    /Marlow Market: personal data were visible/,
    /The data stand on a list/,
    /It concerns 30 people\. There is nobody of whom we can’t tell/,
    /By country: Luxembourg: 20; Germany: 10/,
    /e-mail address: 30/,
    /These data were not part of it: password and card number/,
    /The data stood here: the review pages of the shop/,
    /4 customers and 1 visitor without an account/,
    /The first time was on (November 18, 2025|18 November 2025)/,
    /A template printed the record/,
    /We stopped it on .*rolled back/,
    /Be careful with e-mails that name us/,
    /CNPD \(Luxembourg\) on/,
    /There is nothing that we still have to find out/,
    /At most 30 notices were prepared/,
    /How do I learn whether it concerns me/,
  ])
    assert.match(words, said);

  const answers = await world.ask<AnswersRead>('read-answers', { incident, language: 'de' });
  assert.deepEqual([answers.number, answers.questions.length], [1, 15]);
  assert.match(answers.questions[1]?.answer[0] ?? '', /Betroffen sind 30 Menschen/);
});

test('what an edition lacks is told section by section, and nothing is kept; what speaks against publishing, by who asks', async () => {
  const { incident, run } = await world.incident();
  const entries = async () => (await world.db.rows('SELECT 1 FROM register_entries')).length;
  const before = await entries();
  const given = { incident, run, address: 'checked', statement: { texts: {} }, texts: { whom: { en: 'x' } } };
  const lacking = await world.ask<EditionChecked>('check-edition', given);
  const missing = lacking.sections.flatMap(({ section, is }) => (is === 'missing' ? [section] : []));
  assert.deepEqual(missing, ['where', 'cause', 'fixed', 'authorities']);
  assert.ok(
    lacking.problems.some(({ at: of, message }) => of === 'texts.whom' && /missing in: de, es/.test(message)),
  );
  assert.deepEqual([lacking.places, lacking.fields, lacking.languages.toSorted()], [['list'], [], LANGUAGES]);
  const whole = { ...given, statement: STATEMENT, texts: TEXTS };
  assert.deepEqual((await world.ask<EditionChecked>('check-edition', whole)).problems, []);
  assert.equal(await entries(), before);

  const { edition, hash } = await world.ask<EditionChanged>('prepare-edition', whole);
  const of = { incident, edition };
  const speaks = async (who: string) =>
    (await world.ask<EditionWhole>('show-edition', of, who)).refusals.map(({ is }) => is);
  assert.deepEqual([await speaks('ada'), await speaks('bo')], [['own'], []]);
  const shown = await world.ask<EditionWhole>('show-edition', of);
  assert.deepEqual(shown.typed?.texts, { ...TEXTS, notYet: [], questions: [] });
  await world.run(incident, some(31));
  assert.deepEqual(await speaks('bo'), ['changed']);
  await assert.rejects(world.ask('publish-edition', { ...of, hash }, 'bo'), code('edition-changed'));
  await world.ask('discard-edition', { ...of, reason: 'x' });
  assert.deepEqual(await speaks('bo'), ['not-prepared']);
});

/** `SHA256SUMS` states every file of pages and check, and a copy that still has an old one beside new ones is told. */
async function sumsTellMixture(old: string): Promise<void> {
  const folder = join(world.folder, 'public');
  const stated = (await readFile(join(folder, 'SHA256SUMS'), 'utf8'))
    .trim()
    .split('\n')
    .map((line) => line.slice(66));
  const there = await Promise.all(
    ['incidents', 'check'].map(async (name) =>
      (await readdir(join(folder, name), { recursive: true, withFileTypes: true }))
        .filter((one) => one.isFile())
        .map((one) => relative(folder, join(one.parentPath, one.name))),
    ),
  );
  assert.deepEqual(stated.toSorted(), ['answer.json', ...there.flat()].toSorted());
  const isWhole = () => spawnSync('sha256sum', ['--quiet', '-c', 'SHA256SUMS'], { cwd: folder }).status === 0;
  assert.ok(isWhole());
  const path = at(ADDRESS, 'en.html');
  const newest = await readFile(path);
  await writeFile(path, old);
  assert.ok(!isWhole(), 'an old page beside new ones');
  await writeFile(path, newest);
}

test('the next edition stands beside the one before, with what differs, in every language; the first one is not touched', async () => {
  const [{ incident }] = (await world.db.rows<{ incident: string }>('SELECT incident FROM editions')) as [
    { incident: string },
  ];
  const old = await read(ADDRESS, '1', 'en.html');
  const oldNewest = await read(ADDRESS, 'en.html');
  const run = await world.run(incident, [...some(31), person(99, { status: 'unknown' })]);
  const open = { section: 'cause', because: TEXTS.whom, until: '2026-12-24' };
  const { cause: _, ...texts } = STATEMENT.texts;
  const given = {
    incident,
    run,
    address: ADDRESS,
    statement: { ...STATEMENT, texts },
    texts: { ...TEXTS, notYet: [open] },
  };
  await assert.rejects(
    world.ask('prepare-edition', { ...given, address: 'another' }),
    code('edition-refuses', /stands at review-pages-2025/),
  );
  const second = await world.ask<EditionChanged>('prepare-edition', given);
  const of = { incident, edition: second.edition };
  await world.ask('publish-edition', { ...of, hash: second.hash }, 'bo');
  await publish();
  assert.equal(await read(ADDRESS, '1', 'en.html'), old);
  await sumsTellMixture(oldNewest);
  for (const language of LANGUAGES) {
    const newest = await read(ADDRESS, `${language}.html`);
    assert.match(newest, /<li value="2">[\s\S]*<li value="1">/, language);
    assert.match(
      newest,
      /<del><span class="unseen">[^<]*<\/span>A template printed the record of the author in full\.<\/del>/,
      language,
    );
    assert.match(newest, /<ins>/, language);
  }
  const english = await read(ADDRESS, 'en.html');
  assert.match(
    english,
    /<del><span class="unseen">removed: <\/span>30<\/del><ins><span class="unseen">added: <\/span>31<\/ins>/,
  );
  assert.match(bare(english), /We do not know this yet\. People who wrote a review/);
  assert.match(
    bare(english),
    /Of 1 person we can’t tell whether data of theirs were visible. We shall say more by/,
  );
  const { before: earlier } = JSON.parse(await read(ADDRESS, '2', 'edition.json')) as { before: string };
  assert.equal(earlier, sha256(await read(ADDRESS, '1', 'edition.json')));
});

test('feeds, the list of incidents and the record for programs speak of the newest editions', async () => {
  const rss = await read('feed.fr.xml');
  assert.equal(rss.match(/<item>/g)?.length, 2);
  assert.match(rss, /<link>https:\/\/marlow\.example\/incidents\/review-pages-2025\/2\/fr\.html<\/link>/);
  const feed = JSON.parse(await read('feed.ja.json')) as { items: { url: string; title: string }[] };
  assert.deepEqual(
    feed.items.map(({ url }) => url.split('/').at(-2)),
    ['2', '1'],
  );
  assert.match(await read('sv.html'), /href="review-pages-2025\/sv\.html"/);
  const { default: jsonld } = (await import('jsonld' as string)) as {
    default: { expand: (document: object) => Promise<object[]> };
  };
  const record = JSON.parse(await read(ADDRESS, '2', 'record.jsonld'));
  const [node] = (await jsonld.expand(record)) as [Record<string, unknown>];
  assert.deepEqual(node['@type'], ['https://w3id.org/dpv/legal/eu/gdpr#DataBreach']);
  const data = node['https://w3id.org/dpv#hasPersonalData'] as { '@id': string }[];
  assert.deepEqual(
    data.map((one) => one['@id']),
    ['https://w3id.org/dpv/pd#EmailAddress', 'https://w3id.org/dpv/pd#Name'],
  );
});

test('what must be said and is not keeps an edition from being prepared, each at its place', async () => {
  const { incident, run } = await world.incident([person(1), person(2, { status: 'unknown' })]);
  const bareStatement = { texts: { cause: { en: 'A mistake.' } } };
  const given = { incident, run, address: 'bare', statement: bareStatement };
  await assert.rejects(world.ask('prepare-edition', given), (error: { problems: { at: string }[] }) => {
    code('edition-incomplete')(error as never);
    assert.deepEqual(
      error.problems.map(({ at: where }) => where),
      ['whom', 'where', 'fixed', 'authorities', 'open', 'statement.texts.cause'],
    );
    return true;
  });
  const past = { ...STATEMENT, nextBy: '2025-11-01' };
  await assert.rejects(
    world.ask('prepare-edition', { incident, run, address: 'bare', statement: past, texts: TEXTS }),
    code('edition-incomplete', /2025-11-01, which is over/),
  );
});

test('an approval is void when anything has changed: a newer run, the incident’s times, another edition', async () => {
  const { incident, run } = await world.incident();
  const given = { incident, run, address: 'void', statement: STATEMENT, texts: TEXTS };
  const prepare = (job = run) => world.ask<EditionChanged>('prepare-edition', { ...given, run: job });
  const publishIt = ({ edition, hash }: EditionChanged) =>
    world.ask<EditionChanged>('publish-edition', { incident, edition, hash }, 'bo');
  const one = await prepare();
  const newer = await world.run(incident, some(31));
  await assert.rejects(publishIt(one), code('edition-changed', /newer run/));
  await assert.rejects(prepare(), code('edition-changed', /newer run/));
  const two = await prepare(newer);
  await world.record('set-incident-facts', {
    incident,
    version: 1,
    times: { contained: { at: '2025-11-20T17:30:00+01:00', saidBy: 'Bo' } },
  });
  await assert.rejects(publishIt(two), code('edition-changed', /not those of which it was made/));
  const [three, four] = [await prepare(newer), await prepare(newer)];
  await publishIt(three);
  await assert.rejects(publishIt(four), code('edition-changed', /Another edition/));
  await world.ask('discard-edition', { incident, edition: four.edition, reason: 'Not needed.' });
  await assert.rejects(publishIt(four), code('edition-refuses', /is discarded/));
  const { editions } = await world.ask<EditionsListed>('list-editions', { incident });
  assert.deepEqual(
    editions.map(({ state }) => state),
    ['prepared', 'prepared', 'published', 'discarded'],
  );
});

test('a bundle has every version of the notices, what was typed for them, and each page that was published', async () => {
  const people = Array.from({ length: 24 }, (_, n) =>
    person(n, n < 20 ? {} : { language: 'de', status: 'unknown', fields: [], perhaps: ['email', 'name'] }),
  );
  const { incident, run } = await world.incident(people);
  const { campaign } = await world.campaign(incident, run);
  const given = { incident, run, address: 'in-a-bundle', statement: STATEMENT, texts: TEXTS };
  const { edition, hash } = await world.ask<EditionChanged>('prepare-edition', given);
  await world.ask('publish-edition', { incident, edition, hash }, 'bo');
  await world.ask('prepare-edition', given);

  const directory = join(world.folder, 'bundle');
  const partsOf = [noticeParts, editionParts];
  await exportIncident(world.as('ada'), { incident, directory, partsOf });
  const keys = keysOf(
    (await registerKeys(world.as('ada'))).map((term) => ({ ...term })),
    'keys',
  );
  const report = await verifyBundle(directory, { keys, now: now() });
  assert.equal(report.verdict, 'proved', JSON.stringify(report.findings));
  const bundled = (path: string) => readFile(join(directory, 'attachments', path), 'utf8');
  assert.deepEqual(JSON.parse(await bundled(`notices/${campaign}-statement.json`)).nextBy, STATEMENT.nextBy);
  const { cohorts, name, versions } = JSON.parse(await bundled(`notices/${campaign}.json`)) as NoticeVersions;
  assert.equal(versions.length, cohorts);
  assert.deepEqual(
    new Set(versions.map(({ language, status }) => `${language} ${status}`)),
    new Set(['en exposed', 'de unknown']),
  );
  assert.equal(
    versions.reduce((sum, each) => sum + each.people, 0),
    people.length,
  );
  for (const { text } of versions) assert.ok(text.includes(name) && !/Person \d|@people\.example/.test(text));
  const page = await bundled(`notices/${campaign}.html`);
  assert.match(bare(page), /A template printed the record of the author in full/);
  assert.ok(!page.includes('\\u20'), 'marks of writing directions are not shown as text');
  assert.equal(sha256(await bundled('pages/in-a-bundle-1/edition.json')), hash);
  assert.match(bare(await bundled('pages/in-a-bundle-1/de.html')), /Marlow Market/);
  assert.ok(!existsSync(join(directory, 'attachments/pages/in-a-bundle-2')));
  const index = await bundled('index.html');
  for (const path of [`notices/${campaign}.html`, 'pages/in-a-bundle-1/de.html'])
    assert.ok(index.includes(`href="${path}"`), path);
  const { timeline } = await world.record<IncidentShown>('show-incident', { incident });
  const prepared = timeline.find(({ kind }) => kind === 'campaign-prepared');
  assert.match(String(prepared?.texts.notices), /^\(\d+ characters\)$/);

  await world.record('erase-text', { incident, entry: prepared?.entry, name: 'notices' });
  const later = join(world.folder, 'bundle-later');
  await exportIncident(world.as('ada'), { incident, directory: later, partsOf });
  assert.ok(!existsSync(join(later, `attachments/notices/${campaign}.json`)));
  assert.equal((await verifyBundle(later, { keys, now: now() })).verdict, 'proved');
});

test('a restricted incident has no page, and one of another is not found', async () => {
  const { incident, run } = await world.incident();
  const given = { incident, run, address: 'hidden', statement: STATEMENT, texts: TEXTS };
  const one = await world.ask<EditionChanged>('prepare-edition', given);
  await world.record('restrict-incident', { incident, people: ['usr_ada', 'usr_bo'], reason: 'Insider.' });
  await assert.rejects(world.ask('prepare-edition', given), code('edition-refuses', /restricted/));
  await assert.rejects(
    world.ask('publish-edition', { incident, edition: one.edition, hash: one.hash }, 'bo'),
    code('edition-refuses', /restricted/),
  );
  for (const [name, input] of [
    ['list-editions', { incident }],
    ['show-edition', { incident, edition: one.edition }],
    ['preview-edition', { incident, edition: one.edition }],
    ['read-answers', { incident }],
    ['prepare-edition', given],
    ['publish-edition', { incident, edition: one.edition, hash: one.hash }],
    ['discard-edition', { incident, edition: one.edition, reason: 'x' }],
  ] as const)
    await assert.rejects(world.ask(name, input, 'eve'), code('incident-not-found'), name);
  await publish();
  assert.ok(!(await readdir(at())).includes('hidden'));
});

test('what people typed is text on the page and nothing else', async () => {
  const { incident, run } = await world.incident();
  const evil = '</p><script>alert(1)</script><img src=x onerror=alert(1)>"\'&';
  const all = Object.fromEntries(LANGUAGES.map((language) => [language, evil]));
  const statement = { ...STATEMENT, texts: { ...STATEMENT.texts, cause: all } };
  const texts = { ...TEXTS, questions: [{ question: all, answer: all }] };
  const made = await world.ask<EditionChanged>('prepare-edition', {
    incident,
    run,
    address: 'evil',
    statement,
    texts,
  });
  const page = await world.ask<Document>('preview-edition', { incident, edition: made.edition });
  assert.doesNotMatch(String(page.text), /<script|<img/);
  assert.match(String(page.text), /&lt;script&gt;/);
});
