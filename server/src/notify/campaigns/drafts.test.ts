/** A notice before it is made, and what an approval would change, over real records. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, afterEach, beforeEach, test } from 'node:test';
import {
  type AddresseesListed,
  type CampaignChanged,
  type CampaignDifference,
  type CampaignShown,
  type CampaignsWaiting,
  type Changed,
  type CohortDescribed,
  type NoticeDraftDiscarded,
  type NoticeDrafted,
  type NoticeDraftSaved,
  type NoticeDraftShown,
  type NoticeDraftsListed,
  type NoticePreviewed,
  ROLES,
  type Role,
} from '@forthright/contract';
import { actor, ask as askRecord, openRecord, seat } from '../../incident/testing.ts';
import type { Db } from '../../platform/db/index.ts';
import { lastEntryOf } from '../../prove/index.ts';
import { campaignOperations } from './operations.ts';
import { PREPARE_CAMPAIGN, prepareCampaignHandler } from './prepare.ts';
import { doJob, finishedRun, LEAKS, person, STATEMENT, writeWorkspace } from './testing.ts';

const folder = mkdtempSync(join(tmpdir(), 'forthright-drafts-'));
after(() => rmSync(folder, { recursive: true, force: true }));

let db: Db;
let options: { data: string; workspace: string };
let incident = '';
let run = '';
let n = 0;
const now = () => new Date('2025-11-21T08:00:00Z');
const as = (who: string, roles: readonly Role[] = ROLES) => ({
  db,
  now,
  actor: actor(`usr_${who}`, ...roles),
});

const PEOPLE = [
  person(1),
  person(2, { language: 'de-LU' }),
  person(3, { status: 'unknown', fields: [], perhaps: ['name'], language: 'en' }),
];

beforeEach(async () => {
  n += 1;
  const data = join(folder, String(n));
  options = { data, workspace: await writeWorkspace(data) };
  db = await openRecord({ folder: data, now });
  ({ incident } = await askRecord<Changed>(as('ada'), 'open-incident', {
    title: 'Pages',
    kind: 'technical-error',
    times: { aware: { at: '2025-11-20T10:00:00+01:00', saidBy: 'Ada' } },
  }));
  await askRecord(as('ada'), 'set-leaks', { incident, version: 0, leaks: LEAKS });
  run = await finishedRun(as('ada'), incident, PEOPLE);
});
afterEach(() => db.close());

async function ask<T>(name: string, given: object, asked = as('ada')): Promise<T> {
  const found = campaignOperations(options).find((one) => one.name === name);
  assert.ok(found, name);
  return found.output.parse(await found.run(asked, found.input.parse(given))) as T;
}
const refusal = (name: string, given: object): Promise<string> =>
  ask(name, given).then(
    () => 'nothing was refused',
    (error: Error & { code?: string }) => `${error.code}: ${error.message}`,
  );

const words = (pieces: readonly { text: string }[]) => pieces.map(({ text }) => text).join('');

async function made(statement: object): Promise<{ incident: string; campaign: string }> {
  const { campaign } = await ask<CampaignChanged>('make-campaign', { incident, run, statement });
  const handler = prepareCampaignHandler({ db, now, ...options, mailing: undefined });
  await doJob(db, PREPARE_CAMPAIGN, handler, { now: now() });
  return { incident, campaign };
}

test('a cohort says in which languages its people are written to, and which texts are needed', async () => {
  const { languages, ...found } = await ask<CohortDescribed>('describe-cohort', { incident, run });
  assert.deepEqual(languages, [
    { language: 'en', people: 2 },
    { language: 'de', people: 1 },
  ]);
  assert.deepEqual(
    { ...found, known: found.known.length },
    {
      run,
      exposed: 2,
      unknown: 1,
      known: 10,
      places: ['list'],
      fields: [],
      contained: null,
      duties: ['EU/people'],
    },
  );
  const french = await ask<CohortDescribed>('describe-cohort', { incident, run, fallback: 'fr' });
  assert.equal(french.languages.length, 2, 'nobody needs the fallback');
});

test('a draft tells values apart from words, leads each to its source, and changes nothing', async () => {
  const before = await lastEntryOf(db, incident);
  const draft = await ask<NoticeDrafted>('draft-notice', { incident, run, statement: STATEMENT });
  const pieces = draft.blocks.flatMap((block) => block.pieces);
  const of = (fact: string) => pieces.filter((piece) => piece.fact === fact);
  assert.deepEqual(
    of('exposed').map(({ text }) => text),
    ['2'],
  );
  assert.match(of('exposed')[0]?.source?.at ?? '', /^run_0+\d+:people\.exposed$/);
  assert.deepEqual(
    of('cause').map(({ source }) => source),
    [{ is: 'stated', at: 'texts.cause' }],
  );
  assert.equal(of('name')[0]?.text, 'Person 1');
  assert.equal(of('code')[0]?.text, '????-?????-?????-?????');
  assert.equal(await lastEntryOf(db, incident), before);
  const german = await ask<NoticeDrafted>('draft-notice', {
    incident,
    run,
    statement: STATEMENT,
    person: 'c000002',
  });
  assert.equal(german.language, 'de');
});

test('the words of a draft are those of the notice that is sent, to every person and in every language', async () => {
  const of = await made(STATEMENT);
  const { people } = await ask<AddresseesListed>('list-addressees', of);
  assert.equal(people.length, PEOPLE.length);
  for (const { person: id } of people)
    for (const language of ['en', 'de', 'fr', 'pl', 'ja']) {
      const { text, subject, apart } = await ask<NoticePreviewed>('preview-notice', {
        ...of,
        person: id,
        language,
      });
      const plain = (said: string) =>
        said
          .replace(/^-+$/gm, '')
          .replace(/^- /gm, '')
          .replace(/[\s\u2068\u2069]+/g, ' ')
          .trim();
      assert.equal(plain(apart.blocks.map(({ pieces }) => words(pieces)).join(' ')), plain(text), language);
      assert.equal(words(apart.subject), subject.replace(/[\u2068\u2069]/g, ''));
    }
});

test('what the linter finds stands beside the words that it concerns, and names the text in which they were typed', async () => {
  const statement = {
    ...STATEMENT,
    texts: { ...STATEMENT.texts, cause: { en: 'It happened due to a technical error.' } },
  };
  const { findings, blocks, errors } = await ask<NoticeDrafted>('draft-notice', {
    incident,
    run,
    statement,
    language: 'en',
  });
  assert.ok(errors > 0);
  const vague = findings.find(({ rule }) => rule === 'vagueCause');
  assert.ok(vague?.at);
  assert.equal(words(blocks[vague.at.block]?.pieces ?? []).slice(vague.at.from, vague.at.to), vague.words);
  assert.deepEqual(vague.texts, ['texts.cause']);
  assert.ok(
    findings.some(({ rule, at }) => rule === 'cause' && at === null),
    'and the cause is missing then',
  );
});

test('a draft that lacks what a notice must say is refused, and says what', async () => {
  const { nextBy: _, ...statement } = STATEMENT;
  assert.match(
    await refusal('draft-notice', { incident, run, statement, status: 'unknown' }),
    /notice-incomplete.*nextBy/,
  );
  assert.match(
    await refusal('draft-notice', { incident, run, statement: STATEMENT, person: 'c9' }),
    /campaign-not-found/,
  );
});

test('an approval shows all of the first campaign, and of the next what is not the same', async () => {
  const first = await made(STATEMENT);
  const all = await ask<CampaignDifference>('compare-campaign', first);
  assert.equal(all.before, null);
  assert.ok(all.texts.every(({ before, now: is }) => before === null && is !== null));
  assert.deepEqual(
    all.notices.map(({ language, status, people, isChanged }) => ({ language, status, people, isChanged })),
    [
      { language: 'de', status: 'exposed', people: 1, isChanged: true },
      { language: 'en', status: 'exposed', people: 1, isChanged: true },
      { language: 'en', status: 'unknown', people: 1, isChanged: true },
    ],
  );
  const { hash } = await ask<CampaignShown>('show-campaign', first);
  await ask('approve-campaign', { ...first, hash }, as('bo'));
  await ask('discard-campaign', { ...first, reason: 'Said better.' });
  const cause = {
    ...STATEMENT.texts.cause,
    en: 'Each review page printed the record of its author in full.',
  };
  const second = await made({ ...STATEMENT, texts: { ...STATEMENT.texts, cause } });
  const changes = await ask<CampaignDifference>('compare-campaign', second);
  assert.deepEqual(
    {
      campaign: changes.before?.campaign,
      by: changes.before?.approvedBy,
      isReadable: changes.before?.isReadable,
    },
    { campaign: first.campaign, by: 'usr_bo', isReadable: true },
  );
  assert.deepEqual(
    changes.texts.map(({ at, language, now: is }) => ({ at, language, is })),
    [{ at: 'texts.cause', language: 'en', is: cause.en }],
  );
  const english = changes.notices.find(({ language, status }) => language === 'en' && status === 'exposed');
  assert.deepEqual(
    english?.blocks.filter(({ change }) => change !== 'same').map(({ change }) => change),
    ['gone', 'new'],
  );
  assert.equal(changes.notices.find(({ language }) => language === 'de')?.isChanged, false);
});

test('what waits for whom: approval for whoever did not make it, the start for whoever did not approve it', async () => {
  const of = await made(STATEMENT);
  const waits = async (who: string, roles?: readonly Role[]) =>
    (await ask<CampaignsWaiting>('list-campaigns-waiting', {}, as(who, roles))).waiting.map(
      ({ for: what, title }) => `${what} ${title}`,
    );
  assert.deepEqual(await waits('ada'), []);
  assert.deepEqual(await waits('bo', ['auditor']), []);
  assert.deepEqual(await waits('bo', ['approver']), ['approve Pages']);
  const { hash } = await ask<CampaignShown>('show-campaign', of);
  await ask('approve-campaign', { ...of, hash }, as('bo'));
  assert.deepEqual(await waits('bo'), []);
  assert.deepEqual(await waits('ada'), ['start Pages']);
  await askRecord(as('ada'), 'restrict-incident', {
    incident,
    people: ['usr_bo', 'usr_cy'],
    reason: 'x',
  }).catch(() => {});
  await askRecord(as('bo'), 'restrict-incident', { incident, people: ['usr_bo'], reason: 'An insider.' });
  assert.deepEqual(await waits('ada'), [], 'nothing of an incident that one may not see');
});

test('what is typed is kept version by version, half done or not, and nobody overwrites another’s work', async () => {
  const half = {
    texts: { cause: { en: 'A change of our site' } },
    authorities: [{ name: 'CNPD', at: '' }],
    nextBy: '2025-1',
  };
  const save = (given: object, who?: ReturnType<typeof as>) =>
    ask<NoticeDraftSaved>('save-notice-draft', { incident, run, ...given }, who);
  const first = await save({ statement: half });
  assert.equal(first.version, 1);
  const { draft } = first;
  const whole = { ...half, texts: { cause: { en: 'A change of our site showed each author’s record.' } } };
  const second = await save({ draft, version: 1, statement: whole }, as('bo'));
  assert.equal(second.version, 2);
  const again = await save({ draft, version: 2, statement: whole });
  assert.deepEqual([again.version, again.entry], [2, null], 'the same words are kept once');
  const late = { incident, draft, version: 1, statement: { ...half, nextBy: '2025-12-05' } };
  assert.match(await refusal('save-notice-draft', late), /^incident-changed: .*saved version 2/);
  assert.match(await refusal('save-notice-draft', { ...late, version: undefined }), /you have read none/);

  const { drafts } = await ask<NoticeDraftsListed>('list-notice-drafts', { incident });
  assert.deepEqual(
    drafts.map(({ draft: id, version, savedBy }) => [id, version, savedBy]),
    [[draft, 2, as('bo').actor.account]],
  );
  const shown = await ask<NoticeDraftShown>('get-notice-draft', { incident, draft });
  assert.deepEqual([shown.version, shown.run, shown.statement], [2, run, whole]);
  const before = await ask<NoticeDraftShown>('get-notice-draft', { incident, draft, version: 1 });
  assert.deepEqual(before.statement, half, 'each version can be read again');
  assert.match(await refusal('get-notice-draft', { incident, draft, version: 3 }), /^draft-not-found/);
  const twoAtOnce = await Promise.allSettled([
    save({ draft, version: 2, statement: { nextBy: '2025-12-06' } }),
    save({ draft, version: 2, statement: { nextBy: '2025-12-07' } }, as('bo')),
  ]);
  assert.deepEqual(twoAtOnce.map(({ status }) => status).sort(), ['fulfilled', 'rejected']);

  const { entry } = await ask<NoticeDraftDiscarded>('discard-notice-draft', { incident, draft });
  assert.match(await refusal('get-notice-draft', { incident, draft }), /^draft-not-found/);
  assert.match(await refusal('save-notice-draft', { ...late, version: 3 }), /^draft-not-found/);
  const [kept] = await db.rows<{ texts: number }>(
    'SELECT count(*)::int4 AS texts FROM register_texts WHERE index = :entry::int8',
    {
      entry: second.entry,
    },
  );
  assert.equal(kept?.texts, 0, 'the words went with it');
  assert.ok(entry > (second.entry ?? 0));
});

test('drafts of an incident that is restricted to others are not found, and neither are those of another incident', async () => {
  const { draft } = await ask<NoticeDraftSaved>('save-notice-draft', { incident, statement: {} });
  const { incident: other } = await askRecord<Changed>(as('ada'), 'open-incident', {
    title: 'Other',
    kind: 'insider',
  });
  assert.match(await refusal('get-notice-draft', { incident: other, draft }), /^draft-not-found/);
  assert.match(await refusal('discard-notice-draft', { incident: other, draft }), /^draft-not-found/);
  assert.match(
    await refusal('save-notice-draft', { incident: other, draft, version: 1, statement: {} }),
    /^draft-not-found/,
  );
  await seat(db);
  await askRecord(as('ada'), 'restrict-incident', { incident, people: ['usr_ada'], reason: 'An insider.' });
  const others = { incident, draft, version: 1, statement: {} };
  for (const [name, given] of [
    ['save-notice-draft', others],
    ['list-notice-drafts', { incident }],
    ['get-notice-draft', { incident, draft }],
    ['discard-notice-draft', { incident, draft }],
  ] as const)
    await assert.rejects(ask(name, given, as('bo')), { code: 'incident-not-found' }, name);
});
