/** The register of breaches as a table, read back by another program. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import type { Changed } from '@forthright/contract';
import fc from 'fast-check';
import { type As, World } from '../../http/testing.ts';
import type { Db } from '../../platform/db/index.ts';
import type { Asked, Document } from '../../prove/index.ts';
import { actor, ask, openRecord } from '../testing.ts';
import { COLUMN_NAMES, csvHead, csvRow, defused, undefused } from './csv.ts';
import { incidentOf, someIncident } from './samples.ts';

const NOW = new Date('2026-11-22T12:00:00Z');

/** Python's own reader, which is none of ours: rows of cells. */
const PYTHON = `
import csv, io, json, sys
text = sys.stdin.buffer.read().decode('utf-8-sig')
print(json.dumps(list(csv.reader(io.StringIO(text, newline=''), strict=True))))
`;
const noPython = spawnSync('python3', ['--version']).status === 0 ? false : 'python3 is not installed';
function readByPython(text: string): string[][] {
  const ran = spawnSync('python3', ['-c', PYTHON], { input: text, maxBuffer: 1 << 28 });
  assert.equal(ran.status, 0, String(ran.stderr));
  return JSON.parse(String(ran.stdout)) as string[][];
}

type Row = Readonly<Record<string, string>>;
const rowsOf = ([head = [], ...rows]: string[][]): Row[] =>
  rows.map((cells) => {
    assert.equal(cells.length, head.length);
    return Object.fromEntries(cells.map((cell, i) => [head[i], undefused(cell)]));
  });

describe('CSV', () => {
  test('no cell begins with a formula, in whatever separator, and each value can be had back (property)', () => {
    const piece = fc.oneof(
      fc.string(),
      fc.constantFrom('=', '+', '-', '@', '\t', ';', '|', '\n', '"', "'", ',', '＝', 'x', '=1+1', "'="),
    );
    const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));
    fc.assert(
      fc.property(text, (value) => {
        const safe = defused(value);
        assert.equal(undefused(safe), value);
        for (const cell of safe.split(/[;|\t\r\n]/)) assert.doesNotMatch(cell, /^"*[=+\-@＝＋－＠]/, safe);
      }),
      { numRuns: 3000 },
    );
    assert.equal(defused('=HYPERLINK(1)\nx;-1'), "'=HYPERLINK(1)\nx;'-1");
    assert.equal(defused('Bo, from the shop'), 'Bo, from the shop');
  });

  test('another reader has every value as it was (property)', { skip: noPython }, () => {
    const incidents = fc.sample(someIncident, { numRuns: 200, seed: 20_261_122 });
    const csv = csvHead() + incidents.map((one) => csvRow(one, { now: NOW })).join('');
    const rows = rowsOf(readByPython(`\ufeff${csv}`));
    assert.equal(rows.length, incidents.length);
    for (const [i, { id, facts, decisions }] of incidents.entries()) {
      const row = rows[i] ?? {};
      const is = (column: string, value: unknown) => assert.equal(row[column], String(value ?? ''), column);
      is('incident', id);
      is('title', facts.title);
      is('effects', facts.effects);
      is('remedial_action', facts.remedies);
      is('cause_summary', facts.cause?.summary);
      is('reporter_name', facts.reportedBy?.name);
      is('aware', facts.times.aware?.at);
      is('people_max', facts.estimate?.max);
      is('people_said_by', facts.estimate?.by);
      is('legal_entity', facts.entity?.name);
      const [decision] = decisions;
      const [read] = JSON.parse(row.decisions_json ?? '[]') as { reason: string }[];
      assert.equal(read?.reason, decision?.reason);
    }
  });

  test('undecided, told, not told and why are different things', () => {
    const at = { by: 'usr_ada', at: NOW, reason: 'Returned unopened.' };
    const decided = (answer: 'register-only' | 'tell-authority', id: string) =>
      ({ id, step: 'decision', answer, ...at }) as never;
    const duty = (state: string) =>
      ({
        id: 'tsk_1',
        kind: 'duty',
        answer: 'tell-authority',
        what: 'Tell the authority',
        owner: 'usr_ada',
        due: '2026-11-25T09:00:00+01:00',
        state,
        text: 'By its form.',
      }) as never;
    const facts = { title: 'x', kind: 'other', times: {} } as const;
    const cells = (others: object) => {
      const row = csvRow(incidentOf(facts, others), { now: NOW }).slice(1, -3).split('","');
      return ['authority', 'authority_why', 'authority_outcome'].map(
        (name) => row[COLUMN_NAMES.indexOf(name)],
      );
    };
    assert.deepEqual(cells({}), ['undecided', '', '']);
    assert.deepEqual(cells({ decisions: [decided('register-only', 'd')] }), [
      'not to be told',
      'Returned unopened.',
      '',
    ]);
    for (const [state, words] of [
      ['open', 'to be told'],
      ['done', 'told'],
      ['excused', 'excused'],
    ] as const)
      assert.deepEqual(cells({ decisions: [decided('tell-authority', 'd')], tasks: [duty(state)] }), [
        words,
        'Returned unopened.',
        'By its form.',
      ]);
  });
});

describe('the register of breaches', () => {
  const work = mkdtempSync(join(tmpdir(), 'forthright-csv-'));
  const MANY = 450;
  let db: Db;
  const as = (id: string): Asked => ({ db, actor: actor(id, 'privacy-officer'), now: () => NOW });
  const read = async (asked: Asked): Promise<string> => {
    let text = '';
    const { text: pieces } = await ask<Document>(asked, 'export-breach-register', { bom: false });
    for await (const piece of pieces) text += piece;
    return text;
  };

  before(async () => {
    db = await openRecord({ folder: join(work, 'record'), now: () => NOW });
    for (let n = 0; n < MANY; n += 1)
      await ask(as('usr_ada'), 'open-incident', { title: `=Label ${n}`, kind: 'misdelivery' });
  });
  after(async () => {
    await db.close();
    rmSync(work, { recursive: true, force: true });
  });

  test('holds each incident once, over several pages, but another’s restricted one', {
    skip: noPython,
  }, async () => {
    const { incident } = await ask<Changed>(as('usr_ada'), 'open-incident', {
      title: 'An insider',
      kind: 'insider',
      times: { aware: { at: '2026-11-22T09:00:00+01:00', saidBy: 'Bo' } },
      effects: 'Unwanted visits.',
    });
    await ask(as('usr_ada'), 'decide', {
      incident,
      version: 1,
      step: 'decision',
      answer: 'register-only',
      reason: 'No risk: the list was encrypted.',
    });
    await ask(as('usr_ada'), 'close-incident', { incident, version: 1, summary: 'The list was destroyed.' });
    await ask(as('usr_ada'), 'restrict-incident', { incident, people: ['usr_ada'], reason: 'x' });
    const rows = rowsOf(readByPython(await read(as('usr_ada'))));
    assert.equal(new Set(rows.map((row) => row.incident)).size, MANY + 1);
    assert.equal(rows.length, MANY + 1);
    const own = rows.find((row) => row.incident === incident);
    assert.deepEqual(
      [own?.authority, own?.authority_why, own?.aware, own?.closing_summary, own?.restricted],
      [
        'not to be told',
        'No risk: the list was encrypted.',
        '2026-11-22T09:00:00+01:00',
        'The list was destroyed.',
        'true',
      ],
    );
    assert.equal(rows.filter((row) => row.title === '=Label 7').length, 1);
    const others = rowsOf(readByPython(await read(as('usr_di'))));
    assert.equal(others.length, MANY);
    assert.doesNotMatch(await read(as('usr_di')), /An insider/);
  });

  test('is made while it is sent: the first piece comes before the second page is read', async () => {
    let asked = 0;
    const rows: Db['rows'] = (statement, values) => {
      asked += 1;
      return db.rows(statement, values);
    };
    const watched: Asked = { ...as('usr_ada'), db: { ...db, rows } };
    const { text } = await ask<Document>(watched, 'export-breach-register', {});
    const pieces = (text as AsyncIterable<string>)[Symbol.asyncIterator]();
    assert.match(String((await pieces.next()).value), /^\ufeff"incident","state"/);
    assert.equal(asked, 0);
    await pieces.next();
    const first = asked;
    await pieces.next();
    assert.ok(first > 0 && asked > first, `${first} and ${asked}`);
    await pieces.return?.();
  });

  test('through the door: a file to be saved, streamed', async () => {
    const world = await World.open();
    try {
      const root = await world.first();
      const officer: As = await world.person(root, 'ada@marlow.example', ['privacy-officer']);
      await world.ask('POST', '/api/incidents', officer, { title: 'A label', kind: 'misdelivery' });
      const answer = await world.ask('GET', '/api/breach-register', officer);
      assert.equal(answer.status, 200, answer.text);
      assert.equal(answer.headers['content-type'], 'text/csv; charset=utf-8');
      assert.equal(answer.headers['content-disposition'], 'attachment; filename="breach-register.csv"');
      assert.match(answer.text, /^\ufeff?"incident",.*\r\n"inc_.*"A label".*\r\n$/s);
      assert.doesNotMatch(
        (await world.ask('GET', '/api/breach-register?bom=false', officer)).text,
        /^\ufeff/,
      );
      const support: As = await world.person(root, 'sue@marlow.example', ['support-agent']);
      assert.equal((await world.ask('GET', '/api/breach-register', support)).body.code, 'not-permitted');
      assert.equal((await world.ask('GET', '/api/breach-register', root)).body.code, 'not-permitted');
    } finally {
      await world.close();
    }
  });
});
