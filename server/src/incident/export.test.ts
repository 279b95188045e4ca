/** A bundle of an incident, as a stranger checks it. */
import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Changed, ErrorCode, ForthrightError } from '@forthright/contract';
import { keysOf, verifyBundle } from '@forthright/register';
import type { Db } from '../platform/db/index.ts';
import { type Asked, makeCheckpoint, publishedCheckpoint, registerKeys } from '../prove/index.ts';
import { exportIncident } from './export.ts';
import { AFTERWARDS_INPUTS } from './matters/testing.ts';
import { actor, ask, openRecord, strays } from './testing.ts';

const AFTERWARDS_BEGUN = Object.keys(AFTERWARDS_INPUTS).filter((name) => name.startsWith('add-'));

const work = mkdtempSync(join(tmpdir(), 'forthright-export-'));
const now = () => new Date('2026-11-22T10:00:00Z');
const HOSTILE = '<script>alert(1)</script> & "\u202e" \u{1f642}\nsecond line';

const refuses = (promise: Promise<unknown>, code: ErrorCode) =>
  assert.rejects(promise, (error: ForthrightError) => {
    assert.equal(error.code, code, `${error.code}: ${error.message}`);
    return true;
  });

describe('an exported incident', () => {
  let db: Db;
  let asked: Asked;
  let incident = '';
  let other = '';
  let note = 0;
  const log = join(work, 'access.log');
  let evidence = '';
  let made = 0;
  const place = () => join(work, `bundle-${++made}`);
  const verify = async (directory: string) => {
    const keys = keysOf(
      (await registerKeys(asked)).map((term) => ({ ...term })),
      'keys',
    );
    return verifyBundle(directory, { keys, now: now() });
  };

  before(async () => {
    db = await openRecord({ folder: join(work, 'record'), now });
    asked = { db, actor: actor('usr_ada', 'privacy-officer'), now };
    const open = (title: string) =>
      ask<Changed>(asked, 'open-incident', {
        title,
        kind: 'technical-error',
        cause: { action: 'error', variety: 'Publishing error', actor: 'internal', summary: HOSTILE },
        times: { aware: { at: '2026-11-22T10:00:00+01:00', saidBy: 'Bo' } },
        estimate: { min: 1, max: 20, by: 'Bo' },
      });
    incident = (await open('Review pages <b>showed</b> names')).incident;
    other = (await open('Another one')).incident;
    await makeCheckpoint(asked);
    writeFileSync(log, 'GET /reviews/1\n');
    const sha256 = createHash('sha256').update(readFileSync(log)).digest('hex');
    const registered = await ask<Changed>(asked, 'add-evidence', {
      incident,
      kind: 'file',
      sha256,
      bytes: 15,
      name: 'access.log',
      origin: 'Copied from web-3 by Bo.',
    });
    evidence = registered.id ?? '';
    note = (await ask<Changed>(asked, 'add-note', { incident, text: HOSTILE })).entry;
    for (const name of AFTERWARDS_BEGUN) await ask(asked, name, { ...AFTERWARDS_INPUTS[name], incident });
    await ask(asked, 'decide', {
      incident,
      version: 1,
      step: 'decision',
      answer: 'tell-authority',
      due: '2026-11-25T10:00:00+01:00',
      reason: 'Names and addresses.',
    });
  });
  after(async () => {
    try {
      assert.deepEqual(await strays(db), []);
    } finally {
      await db.close();
      rmSync(work, { recursive: true, force: true });
    }
  });

  test('is proved: entries, texts, page, timeline, evidence, and that the log only grew', async () => {
    const directory = place();
    await exportIncident(asked, { incident, directory, files: new Map([[evidence, log]]) });
    const report = await verify(directory);
    assert.equal(report.verdict, 'proved');
    const proved = report.findings.filter(({ verdict }) => verdict === 'proved').map(({ check }) => check);
    assert.deepEqual([...new Set(proved)].sort(), [
      'attachments',
      'checkpoint',
      'earlier',
      'entries',
      'key',
      'openings',
    ]);
    assert.deepEqual(
      report.findings.filter(({ verdict }) => verdict !== 'proved').map(({ check }) => check),
      ['witnesses'],
      'nothing else lies in the folder',
    );
    if (process.platform !== 'win32') assert.equal(statSync(directory).mode & 0o777, 0o700);
    const kept = await publishedCheckpoint(db);
    const keys = keysOf(
      (await registerKeys(asked)).map((term) => ({ ...term })),
      'keys',
    );
    const asWell = await verifyBundle(directory, { keys, now: now(), earlier: kept ?? '' });
    assert.equal(asWell.verdict, 'proved', 'whoever kept the published checkpoint sees the same log');
    assert.doesNotMatch(readFileSync(join(directory, 'entries.jsonl'), 'utf8'), new RegExp(other));
  });

  test('its page says what was recorded, and runs and loads nothing', async () => {
    const directory = place();
    await exportIncident(asked, { incident, directory });
    const page = readFileSync(join(directory, 'attachments/index.html'), 'utf8');
    for (const words of [
      'Review pages &lt;b&gt;showed&lt;/b&gt; names',
      '2026-11-22T10:00:00+01:00',
      'said by Bo',
      'estimated by Bo',
      'Publishing error',
      'Names and addresses.',
      'Tell the authority',
      'Copied from web-3 by Bo.',
      'usr_ada',
      'note-added',
      'ada@people.example',
      'How many people?',
      'What do you know of me?',
      'What we have found:<br>Addresses of customers',
      'It would warn the buyer.',
      'Ada Lane',
      '&lt;script&gt;alert(1)&lt;/script&gt; &amp; &quot;\\u202e&quot; \u{1f642}<br>second line',
    ])
      assert.ok(page.includes(words), words);
    assert.doesNotMatch(page, /<script|<img|<link|href=|src=|\u202e/);
    const list = JSON.parse(readFileSync(join(directory, 'attachments/timeline.json'), 'utf8'));
    assert.equal(list.timeline[0].kind, 'incident-opened');
    assert.deepEqual(
      Object.values<unknown[]>(list.afterwards).map((all) => all.length),
      [1, 1, 1, 1, 1, 1],
      'each kind of what follows',
    );
  });

  test('whatever is altered afterwards is found', async () => {
    for (const file of ['attachments/index.html', 'attachments/timeline.json', 'entries.jsonl']) {
      const directory = place();
      await exportIncident(asked, { incident, directory });
      const path = join(directory, file);
      const text = readFileSync(path, 'utf8');
      writeFileSync(path, text.replace('2026-11-22', '2026-11-23'));
      assert.equal((await verify(directory)).verdict, 'failed', file);
    }
  });

  test('only the files that were registered go in, and only into an empty folder', async () => {
    const otherLog = join(work, 'other.log');
    writeFileSync(otherLog, 'GET /reviews/2\n');
    const files = (path: string, id = evidence) => new Map([[id, path]]);
    const size = async () => (await db.rows('SELECT 1 FROM register_entries')).length;
    const before = await size();
    await refuses(
      exportIncident(asked, { incident, directory: place(), files: files(otherLog) }),
      'evidence-changed',
    );
    await refuses(
      exportIncident(asked, { incident, directory: place(), files: files(join(work, 'none')) }),
      'file-missing',
    );
    await refuses(
      exportIncident(asked, { incident, directory: place(), files: files(log, 'evi_x') }),
      'usage',
    );
    await refuses(exportIncident(asked, { incident, directory: work }), 'usage');
    await refuses(
      exportIncident({ ...asked, actor: actor('usr_bo', 'auditor') }, { incident, directory: place() }),
      'not-permitted',
    );
    assert.equal(await size(), before, 'none of these is an entry');
  });

  test('another’s restricted incident is not found, and an erased text is in no later bundle', async () => {
    await ask(asked, 'restrict-incident', { incident, people: ['usr_ada'], reason: 'An insider.' });
    const di: Asked = { ...asked, actor: actor('usr_di', 'privacy-officer') };
    await refuses(exportIncident(di, { incident, directory: place() }), 'incident-not-found');
    await ask(asked, 'erase-text', { incident, entry: note, name: 'text' });
    await ask(asked, 'erase-text', { incident, entry: 1, name: 'summary' });
    const directory = place();
    await exportIncident(asked, { incident, directory });
    assert.equal((await verify(directory)).verdict, 'proved');
    for (const file of ['attachments/index.html', 'attachments/timeline.json', 'entries.jsonl'])
      assert.doesNotMatch(readFileSync(join(directory, file), 'utf8'), /alert\(1\)/, file);
    assert.match(readFileSync(join(directory, 'attachments/index.html'), 'utf8'), /\[erased\]/);
  });
});
