/** VERIS both ways: nothing is lost, nothing is invented, and a stranger's record does no harm. */
import assert from 'node:assert/strict';
import { after, before, describe, test } from 'node:test';
import {
  type ErrorCode,
  type ForthrightError,
  REPORTERS,
  VERIS_ACTIONS,
  VERIS_ACTORS,
  type VerisRecord,
} from '@forthright/contract';
import fc from 'fast-check';
import { type As, World } from '../../http/testing.ts';
import { strays } from '../testing.ts';
import { aLine, incidentOf, someIncident } from './samples.ts';
import { readVeris, toVeris } from './veris.ts';

const refuses = (work: () => unknown, code: ErrorCode, also: (error: ForthrightError) => void = () => {}) =>
  assert.throws(work, (error: ForthrightError) => {
    assert.equal(error.code, code, error.message);
    also(error);
    return true;
  });

/** What the public schema 1.4.1 requires of the parts that we write; the schema itself is not ours to carry. */
const REQUIRED = [
  'actor',
  'action',
  'discovery_method',
  'schema_version',
  'asset',
  'timeline',
  'incident_id',
  'security_incident',
  'summary',
];
const INNER: Readonly<Record<string, readonly string[]>> = {
  hacking: ['vector', 'variety'],
  malware: ['vector', 'variety'],
  social: ['vector', 'variety', 'target'],
  error: ['variety', 'vector'],
  misuse: ['vector', 'variety'],
  physical: ['vector', 'variety'],
  environmental: ['variety'],
  external: ['variety', 'motive'],
  internal: ['motive', 'variety'],
  partner: ['country', 'motive'],
  unknown: [],
};
type Section = Record<string, Record<string, unknown>>;

function looksLikeVeris(record: VerisRecord): void {
  for (const name of REQUIRED) assert.ok(Object.hasOwn(record, name), name);
  for (const [part, names] of [
    ['action', VERIS_ACTIONS],
    ['actor', VERIS_ACTORS],
  ] as const)
    for (const [name, inner] of Object.entries(record[part] as Section)) {
      for (const field of INNER[name] ?? ['?'])
        assert.ok(Object.hasOwn(inner, field), `${part}.${name}.${field}`);
      for (const variety of (inner.variety ?? []) as string[])
        assert.ok((names as Record<string, readonly string[]>)[name]?.includes(variety), variety);
    }
  for (const field of ['country', 'employee_count', 'industry', 'government'])
    assert.ok(Object.hasOwn(record.victim as object, field), field);
  assert.ok(Number.isInteger((record.timeline as Section).incident?.year));
}

const SMALL: VerisRecord = {
  schema_version: '1.3.7',
  incident_id: 'A1B2',
  summary: 'A stolen laptop held customers’ orders.\nIt was found again.',
  action: { physical: { variety: ['Theft'], vector: ['Victim work area'] } },
  actor: { external: { variety: ['Unaffiliated'], motive: ['Financial'] } },
};

describe('VERIS', () => {
  test('export, import, export: the same record, whatever was known (property)', () => {
    fc.assert(
      fc.property(someIncident, (incident) => {
        const first = toVeris(incident);
        looksLikeVeris(first);
        assert.deepEqual(JSON.parse(JSON.stringify(first)), first, 'it is JSON');
        const { facts } = readVeris(first);
        const second = toVeris(incidentOf(facts), first);
        assert.deepEqual(second, first);
        const { facts: given } = incident;
        assert.equal(facts.kind, given.kind);
        assert.equal(facts.title, given.title);
        const at = (times: typeof given.times) =>
          Object.entries(times).map(([name, time]) => [name, time?.at]);
        assert.deepEqual(at(facts.times as typeof given.times).sort(), at(given.times).sort());
        for (const name of ['site', 'brand', 'role', 'categories', 'entity'] as const)
          assert.deepEqual(facts[name], given[name], name);
        assert.equal(facts.reportedBy?.as, given.reportedBy?.as);
        for (const name of ['estimate', 'records'] as const)
          assert.deepEqual([facts[name]?.min, facts[name]?.max], [given[name]?.min, given[name]?.max]);
        const isNamed = given.cause?.action !== 'unknown' || given.cause?.actor !== 'unknown';
        if (isNamed || given.cause?.summary !== undefined) assert.deepEqual(facts.cause, given.cause);
      }),
      { numRuns: 300 },
    );
  });

  test('names of people are not given away', () => {
    const secret = 'Ada-Lovelace-1815';
    const by = { min: 1, max: 2, by: secret };
    const record = toVeris(
      incidentOf({
        title: 'x',
        kind: 'other',
        times: { aware: { at: '2026-11-22T09:00:00Z', saidBy: secret } },
        estimate: by,
        records: by,
        reportedBy: { as: 'customer', name: secret, contact: secret },
        contactPoint: secret,
      }),
    );
    assert.doesNotMatch(JSON.stringify(record), new RegExp(secret));
  });

  test('every reporter comes back as the same one', () => {
    for (const as of REPORTERS) {
      const record = toVeris(incidentOf({ title: 'x', kind: 'other', times: {}, reportedBy: { as } }));
      assert.equal(readVeris(record).facts.reportedBy?.as, as);
    }
  });

  test('a public record: what we know becomes facts, everything else is kept and listed', () => {
    const record: VerisRecord = {
      ...SMALL,
      action: {
        physical: { variety: ['Theft'], vector: ['Victim work area'] },
        hacking: { variety: ['SQLi', 'Exploit vuln'], vector: ['Web application'], notes: 'two ways' },
      },
      discovery_method: { external: { variety: ['Security researcher'] } },
      victim: { victim_id: 'Marlow', country: ['GB', 'US'], industry: '454110', employee_count: 'Unknown' },
      attribute: {
        confidentiality: {
          data_total: 75,
          data_victim: ['Customer'],
          data: [{ variety: 'Payment', amount: 75 }],
        },
      },
      timeline: { incident: { year: 2013, month: 5 } },
      security_incident: 'False positive',
      impact: { overall_rating: 'Unknown' },
      colour: { of: ['the', 'sky'] },
    };
    const { facts, notUnderstood, more } = readVeris(record);
    assert.equal(facts.title, 'A stolen laptop held customers’ orders.');
    assert.deepEqual(facts.cause, {
      action: 'hacking',
      variety: 'SQLi',
      actor: 'external',
      actorVariety: 'Unaffiliated',
      summary: 'It was found again.',
    });
    assert.equal(facts.kind, 'attack');
    assert.deepEqual(facts.times, {}, 'a year is no instant');
    assert.deepEqual(facts.entity, { name: 'Marlow', country: 'GB' });
    assert.deepEqual(facts.reportedBy, { as: 'security-researcher' });
    assert.deepEqual(facts.records, { min: 75, max: 75, by: 'VERIS record A1B2' });
    assert.deepEqual(facts.categories, { people: ['customers'], data: ['payment'] });
    assert.deepEqual(
      notUnderstood.map(({ at, value }) => `${at}=${value}`),
      [
        'action.physical.variety.0="Theft"',
        'action.physical.vector.0="Victim work area"',
        'action.hacking.variety.1="Exploit vuln"',
        'action.hacking.vector.0="Web application"',
        'action.hacking.notes="two ways"',
        'actor.external.motive.0="Financial"',
        'victim.country.1="US"',
        'victim.industry="454110"',
        'attribute.confidentiality.data.0.amount=75',
        'timeline.incident.year=2013',
        'timeline.incident.month=5',
        'security_incident="False positive"',
        'colour.of.0="the"',
        'colour.of.1="sky"',
      ],
    );
    assert.equal(more, 0);
    const again = toVeris(incidentOf(facts), record);
    const { plus, ...rest } = again;
    assert.deepEqual(Object.keys(plus as object), ['forthright']);
    assert.deepEqual(rest, {
      source_id: 'forthright',
      schema_name: 'verisc',
      asset: again.asset,
      ...record,
    });
  });

  test('what was changed here is written anew, and what was erased is gone from it', () => {
    const { facts } = readVeris(SMALL);
    const changed = toVeris(incidentOf({ ...facts, title: null } as never), SMALL);
    assert.equal(changed.summary, '[erased]\n\nIt was found again.');
    assert.deepEqual(changed.actor, { external: { variety: ['Unaffiliated'], motive: ['Unknown'] } });
    const reported = toVeris(incidentOf({ ...facts, reportedBy: { as: 'customer' } }), SMALL);
    assert.deepEqual(reported.discovery_method, { external: { variety: ['Customer'] } });
    assert.deepEqual(reported.actor, SMALL.actor);
  });

  test('a name that is not offered is Other, and stays in the record', () => {
    const record = { ...SMALL, action: { hacking: { variety: ['RFI'] } } };
    const { facts, notUnderstood } = readVeris(record);
    assert.equal(facts.cause?.variety, 'Other');
    assert.ok(notUnderstood.some(({ at, value }) => at === 'action.hacking.variety.0' && value === '"RFI"'));
    assert.deepEqual(toVeris(incidentOf(facts), record).action, record.action);
  });

  test('wrong types are refused, all at once; a field that looks like a path is none', () => {
    const wrong: VerisRecord = {
      schema_version: 2,
      summary: ['x'],
      action: { error: [] },
      actor: 'me',
      victim: { victim_id: {} },
      attribute: { confidentiality: { data_total: -1, data_victim: 'Customer' } },
      discovery_method: { external: { variety: 'Customer' } },
      plus: 5,
    };
    refuses(
      () => readVeris(wrong),
      'veris-invalid',
      ({ problems }) => {
        const at = problems.map((one) => one.at);
        for (const path of [
          'schema_version',
          'incident_id',
          'summary',
          'action.error',
          'actor',
          'victim.victim_id',
          'attribute.confidentiality.data_total',
          'attribute.confidentiality.data_victim',
          'discovery_method.external.variety',
          'plus',
        ])
          assert.ok(at.includes(path), `${path} in ${at}`);
      },
    );
    for (const version of ['1.2', '2.0', '1.4.1; DROP', '']) {
      refuses(() => readVeris({ ...SMALL, schema_version: version }), 'veris-invalid');
    }
    const { notUnderstood } = readVeris({ ...SMALL, 'action.physical.variety.0': 'sly' });
    assert.deepEqual(notUnderstood.at(-1)?.at, '"action.physical.variety.0"');
  });

  test('every value is either in a fact or listed (property)', () => {
    const mark = fc.nat().map((n) => `mark${n}`);
    const marks = fc.array(mark, { maxLength: 3 });
    const control = mark.map((one) => `${one}\u0007`);
    const part = fc.record({ variety: marks, vector: marks, notes: mark }, { requiredKeys: [] });
    const record = fc.record(
      {
        summary: fc.array(mark, { minLength: 1, maxLength: 3 }).map((lines) => lines.join('\n')),
        action: fc.record({ error: part, hacking: part, novel: part }, { requiredKeys: [] }),
        actor: fc.record({ internal: part, external: part, partner: part }, { requiredKeys: [] }),
        victim: fc.record({ victim_id: fc.oneof(mark, control), country: marks }, { requiredKeys: [] }),
        discovery_method: fc.record({ internal: part, external: part }, { requiredKeys: [] }),
        attribute: fc.record({ confidentiality: fc.record({ data_victim: marks, notes: mark }) }),
        security_incident: mark,
        plus: fc.dictionary(fc.constantFrom('a', 'b.c', 'forthright'), fc.oneof(mark, marks)),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(record, (given) => {
        const whole = { schema_version: '1.4.1', incident_id: 'A', ...given } as VerisRecord;
        const { facts, notUnderstood, more } = readVeris(whole);
        assert.equal(more, 0);
        const seen = JSON.stringify([facts, notUnderstood]);
        for (const [one] of JSON.stringify(whole).matchAll(/mark\d+/g))
          assert.match(seen, new RegExp(`${one}(?!\\d)`), one);
      }),
      { numRuns: 300 },
    );
  });

  test('an extension that was tampered with is kept and not read', () => {
    const plus = { forthright: { format: 1, kind: 'loss', times: { aware: 'yesterday' } } };
    const { facts, notUnderstood } = readVeris({ ...SMALL, plus });
    assert.equal(facts.kind, 'attack');
    assert.ok(notUnderstood.some(({ at }) => at === 'plus.forthright.times.aware'));
  });

  test('any JSON either opens an incident or is refused by a code (property)', () => {
    const piece = fc.jsonValue({ maxDepth: 3 });
    const names = [
      'summary',
      'action',
      'actor',
      'victim',
      'attribute',
      'discovery_method',
      'timeline',
      'plus',
    ];
    const record = fc.record(
      {
        schema_version: fc.constant('1.4.1'),
        incident_id: fc.oneof(aLine, fc.string()),
        ...Object.fromEntries(names.map((name) => [name, piece])),
        action: fc.oneof(piece, fc.record({ error: piece, misuse: piece }, { requiredKeys: [] })),
      },
      { requiredKeys: [] },
    );
    fc.assert(
      fc.property(record, (given) => {
        let read: ReturnType<typeof readVeris>;
        try {
          read = readVeris(given as VerisRecord);
        } catch (error) {
          assert.equal((error as ForthrightError).code, 'veris-invalid', String(error));
          return;
        }
        const first = toVeris(incidentOf(read.facts), given as VerisRecord);
        const second = toVeris(incidentOf(readVeris(first).facts), first);
        assert.deepEqual(second, first);
      }),
      { numRuns: 500 },
    );
  });
});

describe('VERIS through the door', () => {
  let world: World;
  let officer: As;
  before(async () => {
    world = await World.open();
    officer = await world.person(await world.first(), 'ada@marlow.example', ['privacy-officer']);
  });
  after(() => world.close());

  test('a record is imported as a deed, kept whole, exported again, and erased', async () => {
    const record = { ...SMALL, colour: 'blue', notes: 'Zero \u0000 and half \ud800.' };
    const imported = await world.ask('POST', '/api/incidents/from-veris', officer, { record });
    assert.equal(imported.status, 200, imported.text);
    assert.deepEqual(
      (imported.body.notUnderstood as { at: string }[]).map(({ at }) => at),
      ['action.physical.vector.0', 'actor.external.motive.0', 'colour', 'notes'],
    );
    const at = `/api/incidents/${imported.body.incident}`;
    const { body: shown } = await world.ask('GET', at, officer);
    assert.equal(shown.title, 'A stolen laptop held customers’ orders.');
    const [entry] = shown.timeline as { kind: string; facts: object; texts: Record<string, string> }[];
    assert.equal(entry?.kind, 'incident-imported');
    assert.match(entry?.texts.record ?? '', /^\(\d+ characters\)$/);
    const exported = await world.ask('GET', `${at}/veris`, officer);
    assert.equal(exported.body.colour, 'blue');
    assert.equal(exported.body.notes, record.notes);
    const again = await world.ask('POST', '/api/incidents/from-veris', officer, { record: exported.body });
    const second = await world.ask('GET', `/api/incidents/${again.body.incident}/veris`, officer);
    assert.deepEqual(second.body, exported.body);
    const erased = await world.ask('POST', `${at}/erase`, officer, {
      entry: imported.body.entry,
      name: 'record',
    });
    assert.equal(erased.status, 200);
    assert.equal((await world.ask('GET', `${at}/import`, officer)).body.code, 'text-not-found');
    const without = await world.ask('GET', `${at}/veris`, officer);
    assert.equal(without.body.colour, undefined);
    assert.equal(without.body.incident_id, imported.body.incident);
    const opened = await world.ask('POST', '/api/incidents', officer, { title: 'x', kind: 'loss' });
    const none = await world.ask('GET', `/api/incidents/${opened.body.incident}/import`, officer);
    assert.equal(none.body.code, 'import-not-found');
    assert.deepEqual(await strays(world.db), []);
  });

  test('the same record is taken once, and the incident that it became is named; to whoever may not see that one it is new', async () => {
    const record = { ...SMALL, colour: 'green' };
    const send = (given: object) =>
      world.ask('POST', '/api/incidents/from-veris', officer, { record: given });
    // Two at once, as when a press is repeated: the second waits for the first and is told.
    const answers = await Promise.all([send(record), send(record)]);
    const first = answers.find(({ status }) => status === 200)?.body;
    const refused = answers.find(({ status }) => status === 409)?.body;
    assert.equal(refused?.code, 'already-imported');
    assert.deepEqual(refused.problems, [{ at: first?.incident, message: 'the incident of this record' }]);
    assert.match(String(refused.detail), new RegExp(String(first?.incident)));
    assert.equal((await send({ ...record, colour: 'red' })).status, 200, 'another record');
    await world.db.transaction((tx) =>
      tx.run("UPDATE incidents SET restricted_to = '{usr_somebody}' WHERE id = :id::text", {
        id: String(first?.incident),
      }),
    );
    const own = await send(record);
    assert.equal(own.status, 200, 'a restricted incident is not given away');
    assert.deepEqual((await send(record)).body.problems, [
      { at: own.body.incident, message: 'the incident of this record' },
    ]);
  });

  test('hostile records are refused by a code', async () => {
    const send = async (payload: object | string) => {
      const answer = await world.app.inject({
        method: 'POST',
        url: '/api/incidents/from-veris',
        headers: {
          host: '127.0.0.1:8600',
          origin: 'http://127.0.0.1:8600',
          cookie: officer.cookie ?? '',
          'content-type': 'application/json',
        },
        payload: typeof payload === 'string' ? payload : JSON.stringify(payload),
      });
      return JSON.parse(answer.body).code as string;
    };
    assert.equal(await send('{"record":{"__proto__":{"x":1}}}'), 'body-malformed');
    assert.equal(await send({ record: { ...SMALL, notes: 'x'.repeat(1_100_000) } }), 'body-too-large');
    assert.equal(await send(`{"record":${'{"a":'.repeat(100)}1${'}'.repeat(101)}`), 'body-malformed');
    assert.equal(await send({ record: [] }), 'request-invalid');
    assert.equal(await send({ record: {} }), 'veris-invalid');
    const ahead = { format: 1, kind: 'loss', times: { aware: '2199-01-01T00:00:00Z' } };
    assert.equal(await send({ record: { ...SMALL, plus: { forthright: ahead } } }), 'incident-refuses');
    const many = Object.fromEntries(Array.from({ length: 20_000 }, (_, i) => [`f${i}`, i]));
    const answer = await world.ask('POST', '/api/incidents/from-veris', officer, {
      record: { ...SMALL, ...many },
    });
    assert.equal(answer.status, 200);
    assert.equal((answer.body.notUnderstood as unknown[]).length + Number(answer.body.more), 20_002);
    const prototype = { ...SMALL, action: { constructor: { variety: ['x'] }, toString: 1 } };
    const odd = await world.ask('POST', '/api/incidents/from-veris', officer, { record: prototype });
    assert.equal(odd.status, 200, odd.text);
  });
});
