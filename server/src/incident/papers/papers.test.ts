/** Papers of the first hour: of facts and unknowns only, and kept as they were issued. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import {
  type Changed,
  type ErrorCode,
  type ForthrightError,
  type IncidentShown,
  newId,
  PAPERS,
  type PaperComposed,
  type PaperMade,
} from '@forthright/contract';
import { keysOf, verifyBundle } from '@forthright/register';
import fc from 'fast-check';
import { type As, type Reply, World } from '../../http/testing.ts';
import { type Asked, type Document, registerKeys } from '../../prove/index.ts';
import { exportIncident } from '../export.ts';
import { actor, ask, openRecord, strays } from '../testing.ts';
import type { Facts, Incident } from '../types.ts';
import { composePaper } from './compose.ts';
import { paperPage, paperText } from './render.ts';
import { ENGLISH } from './words.ts';

const NOW = new Date('2026-11-22T12:00:00Z');
const RUN = newId('evi');
const AWARE = { at: '2026-11-22T09:00:00+01:00', saidBy: 'the shift lead' };
const FULL: Facts = {
  title: 'Review pages showed names',
  kind: 'technical-error',
  cause: {
    action: 'error',
    variety: 'Publishing error',
    actor: 'internal',
    actorVariety: 'Developer',
    summary: 'A template printed the author record.',
  },
  times: {
    occurred: { at: '2026-11-18T06:00:00Z', saidBy: 'the deployment log' },
    firstSignal: { at: '2026-11-22T07:50:00+01:00', saidBy: 'the support desk' },
    aware: AWARE,
    contained: { at: '2026-11-22T10:30:00+01:00', saidBy: 'Bo' },
  },
  estimate: { min: 100, max: 50_000, by: 'Bo, from page views' },
  records: { min: 211, max: 211, by: 'Bo', run: RUN },
  categories: { people: ['customers'], data: ['name', 'email'] },
  reportedBy: { as: 'customer', name: 'Q. Quill', contact: 'quill@people.example' },
  site: 'www.marlow.example',
  brand: 'Marlow Home',
  entity: { name: 'Marlow Market S.à r.l.', country: 'LU' },
  role: { as: 'controller' },
  contactPoint: 'Data Protection Office, privacy@marlow.example',
  effects: 'Unwanted mail and phishing.',
  remedies: 'Template rolled back, caches purged.',
  delay: 'None yet.',
};
const incident = (facts: Facts): Incident => ({
  id: newId('inc'),
  version: 3,
  state: 'open',
  facts,
  openedAt: NOW,
  openedBy: 'usr_ada',
  decisions: [],
  tasks: [],
  matters: { first: [], counts: {} },
  delays: [],
  duties: { first: [], count: 0, isAwaited: false },
  campaigns: [],
  evidence: [
    { id: RUN, kind: 'run', sha256: 'd'.repeat(64), bytes: 1, name: 'answer.json', origin: 'x', entry: 4 },
  ],
});
const compose = (paper: PaperMade['paper'], facts: Facts, more: object = {}) =>
  composePaper({ paper, incident: incident(facts), now: NOW, words: ENGLISH, ...more });
const linesOf = ({ sections }: PaperMade) => sections.flatMap(({ lines }) => lines);
const missingOf = ({ missing }: PaperMade) => missing.map(({ what }) => what);
const NOTHING: Facts = { title: 'Something', kind: 'other', times: {} };

describe('a paper', () => {
  test('of an empty record says unknown everywhere and asks for all that Art. 33(3) names', () => {
    const report = compose('authority-report', NOTHING);
    assert.ok(!report.isComplete);
    assert.ok(report.marks.includes(ENGLISH.marks.incomplete));
    const asked = report.missing.flatMap(({ rule }) => rule ?? []);
    assert.deepEqual(
      [...new Set(asked)],
      [
        'GDPR Art. 33(1)',
        'GDPR Art. 33(3)(a)',
        'GDPR Art. 33(3)(b)',
        'GDPR Art. 33(3)(c)',
        'GDPR Art. 33(3)(d)',
      ],
    );
    const known = linesOf(report).filter(({ basis }) => basis === 'recorded');
    assert.deepEqual(
      known.map(({ label }) => label),
      [ENGLISH.labels.reference, ENGLISH.labels.title, ENGLISH.labels.kind],
    );
    assert.ok(paperText(report, ENGLISH).includes('Became aware: Not known yet'));
  });

  test('with everything in it is complete, and labels each figure with who says so or with its run', () => {
    const report = compose('authority-report', FULL);
    assert.deepEqual(report.missing, []);
    assert.ok(report.isComplete && report.marks.includes(ENGLISH.marks.complete));
    const text = paperText(report, ENGLISH);
    for (const words of [
      'People concerned: 100 to 50,000 (estimated by Bo, from page views)',
      `Records of personal data: 211 (read by Bo in the run ${RUN}, SHA-256 ${'d'.repeat(64)})`,
      'Became aware: 2026-11-22 09:00 (+01:00) (said by the shift lead)',
      '72 hours after becoming aware: 2026-11-25 09:00 (+01:00): 68 h left (computed from the time above)',
      'Evidence registered: files: 0; runs of scope: 1',
      'Legal entity: Marlow Market S.à r.l. (LU)',
    ])
      assert.ok(text.includes(words), `${words}\n${text}`);
    assert.doesNotMatch(text, /Quill|quill@/, 'who reported it is nobody’s business there');
  });

  test('asks for the reasons once 72 hours are over, and not before', () => {
    const { delay: _, ...late } = FULL;
    const after72 = (hours: number, facts: Facts) =>
      compose('authority-report', facts, { now: new Date(Date.parse(AWARE.at) + hours * 3_600_000) });
    assert.deepEqual(missingOf(after72(71.9, late)), []);
    assert.deepEqual(missingOf(after72(72.1, late)), [ENGLISH.missing.delay]);
    assert.ok(!after72(72.1, late).isComplete);
    assert.ok(after72(72.1, FULL).isComplete);
    assert.match(paperText(after72(75, FULL), ENGLISH), /over by 3 h/);
  });

  test('of a processor goes to the controller', () => {
    const report = compose('authority-report', {
      ...FULL,
      role: { as: 'processor', for: 'Tall Lamps GmbH' },
    });
    assert.equal(report.title, ENGLISH.toController);
    assert.match(paperText(report, ENGLISH), /processor for Tall Lamps GmbH/);
  });

  test('for the support desk says no figure, no name and no cause aloud, and by when more is known', () => {
    const statement = compose('holding-statement', FULL, { nextUpdate: '2026-11-22T18:00:00+01:00' });
    const [say] = statement.sections;
    const aloud = (say?.lines ?? []).map(({ text }) => text).join('\n');
    assert.match(aloud, /with Marlow Home.*\nAs far as we know, it concerns: name, e-mail address\./);
    assert.match(aloud, /We know more by 2026-11-22 18:00 \(\+01:00\)\./);
    assert.doesNotMatch(aloud, /100|50,000|211|template|Bo\b|Publishing|Developer|Quill|error/i);
    const unsure = compose('holding-statement', NOTHING);
    assert.match(
      paperText(unsure, ENGLISH),
      /We do not know yet which data.*\n.*can not say yet that it has stopped/,
    );
    assert.match(paperText(unsure, ENGLISH), /Not that it is over/);
    assert.ok(missingOf(unsure).includes(ENGLISH.missing.nextUpdate));
  });

  test('erased texts are erased here too, and asked for again', () => {
    const report = compose('authority-report', { ...FULL, effects: null, entity: { name: null } });
    assert.match(paperText(report, ENGLISH), /Likely consequences: \[erased\]/);
    assert.deepEqual(missingOf(report), [ENGLISH.missing.effects, ENGLISH.missing.entity]);
  });

  test('holds no figure that the record does not hold, whatever is known (property)', () => {
    const { title, kind, times, ...optional } = FULL;
    const facts = fc
      .record({
        facts: fc.record(
          Object.fromEntries(Object.entries(optional).map(([name, value]) => [name, fc.constant(value)])),
          { requiredKeys: [] },
        ),
        times: fc.record(
          Object.fromEntries(Object.entries(times).map(([name, value]) => [name, fc.constant(value)])),
          { requiredKeys: [] },
        ),
      })
      .map(({ facts: some, times: when }) => ({ title, kind, ...some, times: when }) as Facts);
    const numbers = (text: string) => text.replaceAll(/(\d),(?=\d{3})/g, '$1').match(/\d+/g) ?? [];
    fc.assert(
      fc.property(facts, fc.constantFrom(...PAPERS), (known, paper) => {
        const one = incident(known);
        const made = composePaper({ paper, incident: one, now: NOW, words: ENGLISH });
        const held = new Set(numbers(JSON.stringify(one)));
        for (const line of linesOf(made)) {
          if (line.basis === 'computed') continue;
          for (const figure of numbers(line.text)) assert.ok(held.has(figure), `${figure} in ${line.text}`);
          if (line.basis === 'fixed' || line.basis === 'unknown') assert.deepEqual(numbers(line.text), []);
        }
        const [page, plain] = [paperPage(made, ENGLISH), paperText(made, ENGLISH)];
        for (const line of linesOf(made)) assert.ok(plain.includes(line.text), line.text);
        assert.ok(!page.includes('undefined') && !plain.includes('undefined'));
      }),
    );
  });

  test('runs nothing that somebody typed', () => {
    const hostile = '<script>alert(1)</script><style>*{}</style> & "\u202e\nsecond';
    const page = paperPage(compose('board-brief', { ...FULL, title: hostile, effects: hostile }), ENGLISH);
    assert.doesNotMatch(page, /<script|<style>\*|\u202e/);
    assert.match(page, /&lt;script&gt;/);
  });
});

describe('an issued paper', () => {
  const work = mkdtempSync(join(tmpdir(), 'forthright-papers-'));
  const now = () => NOW;
  const refuses = (promise: Promise<unknown>, code: ErrorCode) =>
    assert.rejects(promise, (error: ForthrightError) => {
      assert.equal(error.code, code, error.message);
      return true;
    });
  after(() => rmSync(work, { recursive: true, force: true }));

  test('stays as it was, byte for byte, with version, hash and who; the bundle proves it; erasing it leaves that it was', async () => {
    const db = await openRecord({ folder: join(work, 'record'), now });
    try {
      const asked: Asked = { db, actor: actor('usr_ada', 'privacy-officer'), now };
      const { records: _, ...facts } = FULL;
      const { incident: id } = await ask<Changed>(asked, 'open-incident', facts);
      const issue = (version: number, paper = 'authority-report') =>
        ask<Changed>(asked, 'issue-paper', { incident: id, paper, version });
      const first = await issue(1);
      await ask(asked, 'set-incident-facts', { incident: id, version: 1, title: 'Another title' });
      await refuses(issue(1), 'incident-changed');
      await issue(2);
      await issue(2, 'board-brief');
      const { papers, timeline } = await ask<IncidentShown>(asked, 'show-incident', { incident: id });
      assert.deepEqual(
        papers.map(({ paper, number, version, by }) => [paper, number, version, by]),
        [
          ['authority-report', 1, 1, 'usr_ada'],
          ['authority-report', 2, 2, 'usr_ada'],
          ['board-brief', 1, 2, 'usr_ada'],
        ],
      );
      assert.match(String(timeline[1]?.texts.page), /^\(\d+ characters\)$/);
      const show = (issued: string | undefined, format: string) =>
        ask<Document>(asked, 'show-paper', { incident: id, issued, format });
      const kept = await show(first.id, 'html');
      assert.match(String(kept.text), /Review pages showed names/);
      assert.match(String(kept.text), /Version 1, issued by usr_ada/);
      for (const format of ['html', 'text'] as const) {
        const { text } = await show(first.id, format);
        const hash = createHash('sha256').update(String(text)).digest('hex');
        assert.equal(hash, papers[0]?.[format]);
      }
      await refuses(show(newId('pap'), 'html'), 'paper-not-found');
      const verify = async (directory: string) => {
        const keys = keysOf(
          (await registerKeys(asked)).map((term) => ({ ...term })),
          'keys',
        );
        return (await verifyBundle(directory, { keys, now: NOW })).verdict;
      };
      const bundle = join(work, 'bundle');
      await exportIncident(asked, { incident: id, directory: bundle });
      assert.equal(await verify(bundle), 'proved');
      const inBundle = readFileSync(join(bundle, 'attachments/papers/authority-report-1.html'), 'utf8');
      assert.equal(inBundle, kept.text);
      assert.match(
        readFileSync(join(bundle, 'attachments/index.html'), 'utf8'),
        /papers\/board-brief-1\.html/,
      );
      for (const name of ['page', 'plain'])
        await ask(asked, 'erase-text', { incident: id, entry: first.entry, name });
      await refuses(show(first.id, 'html'), 'text-not-found');
      const without = join(work, 'without');
      await exportIncident(asked, { incident: id, directory: without });
      assert.equal(await verify(without), 'proved');
      assert.deepEqual(await strays(db), []);
    } finally {
      await db.close();
    }
  });

  test('is the draft that was read, but for the time that has passed; whatever else was recorded since is read first', async () => {
    let at = NOW.getTime();
    const passing = () => new Date(at);
    const db = await openRecord({ folder: join(work, 'read'), now: passing });
    try {
      const asked: Asked = { db, actor: actor('usr_ada', 'privacy-officer'), now: passing };
      const { incident: id } = await ask<Changed>(asked, 'open-incident', { ...FULL, records: undefined });
      const paper = { incident: id, paper: 'board-brief' };
      const nextUpdate = '2026-11-22T18:00:00Z';
      const read = async (more: object = {}) =>
        (await ask<PaperComposed>(asked, 'compose-paper', { ...paper, ...more })).draft;
      const issue = (draft: string, more: object = {}) =>
        ask<Changed>(asked, 'issue-paper', { ...paper, version: 1, draft, ...more });
      const untouched = await read();
      at += 5 * 3_600_000;
      await issue(untouched);
      // A paper that was issued, and a note, change no line of it.
      await ask(asked, 'add-note', { incident: id, text: 'Read by the board.' });
      await issue(untouched);

      const undecided = await read();
      await ask(asked, 'decide', {
        ...{ incident: id, version: 1, step: 'decision', answer: 'register-only', reason: 'Deleted unread.' },
      });
      await refuses(issue(undecided), 'incident-changed');
      const decided = await read();
      await ask(asked, 'add-task', {
        ...{ incident: id, what: 'Tell the insurer', owner: 'usr_bo', due: '2026-11-23T09:00:00Z' },
      });
      await refuses(issue(decided), 'incident-changed');
      await refuses(issue(await read({ nextUpdate })), 'incident-changed');
      await issue(await read({ nextUpdate }), { nextUpdate });
      await refuses(issue(undecided.replace(/.$/, (last) => (last === '0' ? '1' : '0'))), 'incident-changed');
      await refuses(issue((await read()).replace(/^.{10}/, '2026-13-45')), 'incident-changed');
    } finally {
      await db.close();
    }
  });

  describe('through the door', () => {
    let world: World;
    let officer: As;
    let auditor: As;
    before(async () => {
      world = await World.open();
      const root = await world.first();
      officer = await world.person(root, 'ada@marlow.example', ['privacy-officer']);
      auditor = await world.person(root, 'eve@marlow.example', ['auditor']);
    });
    after(() => world.close());

    test('is a page, plain text or JSON; the page runs and loads nothing', async () => {
      const opened = await world.ask('POST', '/api/incidents', officer, {
        title: 'A <b>label</b>',
        kind: 'loss',
      });
      assert.equal(opened.status, 200);
      const at = `/api/incidents/${opened.body.incident}`;
      const draft = (query: string): Promise<Reply> =>
        world.ask('GET', `${at}/papers/holding-statement?${query}`, auditor);
      const json = await draft('nextUpdate=2025-11-20T18:00:00%2B01:00');
      assert.equal(json.headers['content-type'], 'application/json; charset=utf-8');
      assert.equal(json.body.isComplete, false);
      const page = await draft('format=html');
      assert.equal(page.headers['content-type'], 'text/html; charset=utf-8');
      assert.match(String(page.headers['content-security-policy']), /^default-src 'none';.*sandbox$/);
      assert.equal(page.headers['content-disposition'], 'inline; filename="holding-statement-draft.html"');
      assert.doesNotMatch(page.text, /<b>/);
      assert.equal((await draft('format=text')).headers['content-type'], 'text/plain; charset=utf-8');
      assert.equal((await draft('format=pdf')).body.code, 'request-invalid');
      assert.equal((await world.ask('GET', `${at}/papers/poem`, auditor)).body.code, 'request-invalid');
      const issued = await world.ask('POST', `${at}/papers/board-brief`, officer, { version: 1 });
      assert.equal(issued.status, 200, JSON.stringify(issued.body));
      const refused = await world.ask('POST', `${at}/papers/board-brief`, auditor, { version: 1 });
      assert.equal(refused.body.code, 'not-permitted');
      const shown = await world.ask('GET', `${at}/issued-papers/${issued.body.id}`, auditor);
      assert.match(shown.text, /^<!doctype html>/);
      const { body } = await world.ask('GET', '/api/openapi.json');
      const described = JSON.stringify(body);
      assert.match(described, /"\/api\/incidents\/\{incident\}\/issued-papers\/\{issued\}".*?"text\/plain"/);
    });
  });
});
