import assert from 'node:assert/strict';
import { after, before, describe, it } from 'node:test';
import { startPostgres, whyNoPostgres } from '../../../test/peers/postgres.ts';
import { type As, World } from '../http/testing.ts';
import { strays } from '../incident/testing.ts';

const SAID = {
  by: 'Ana',
  ordinary: true,
  factors: {
    kinds: ['confidentiality'],
    how: 'published',
    data: ['contact'],
    recipients: [{ who: 'public' }],
  },
};
const organisation = {
  name: 'Marlow Market',
  country: 'LU',
  contactPoint: { email: 'privacy@marlow.example' },
};
const AWARE = '2025-11-20T12:00:00+01:00';

function journey(url: () => string | undefined) {
  let world: World;
  let officer: As & { id: string };
  let investigator: As & { id: string };
  let approver: As & { id: string };
  before(async () => {
    const address = url();
    world = await World.open(address === undefined ? {} : { url: address });
    const root = await world.first();
    officer = await world.person(root, 'olga@marlow.example', ['privacy-officer']);
    investigator = await world.person(root, 'iris@marlow.example', ['investigator']);
    approver = await world.person(root, 'arno@marlow.example', ['approver']);
  });
  after(() => world.close());

  const open = async () => {
    const { body } = await world.ask('POST', '/api/incidents', officer, {
      title: 'Names on pages',
      kind: 'technical-error',
      times: { aware: { at: AWARE, saidBy: 'Olga' } },
    });
    return `/api/incidents/${body.incident}`;
  };
  const post = (path: string, body: object, as: As = officer) => world.ask('POST', path, as, body);
  const code = ({ body }: { body: Record<string, unknown> }) => body.code;

  it('keeps assessments and versions of a report, each with its entry, and tells what changed', async () => {
    const at = await open();
    assert.equal(code(await world.ask('GET', `${at}/risk`, approver)), 'assessment-not-found');
    const first = await post(`${at}/risk`, { statement: SAID }, investigator);
    assert.equal(first.status, 200, JSON.stringify(first.body));
    const again = await post(`${at}/risk`, {
      statement: { ...SAID, factors: { ...SAID.factors, data: ['special'] } },
    });
    assert.deepEqual([first.body.version, again.body.version], [1, 2]);
    const shown = await world.ask('GET', `${at}/risk`, approver);
    assert.deepEqual(shown.body, again.body);
    const earlier = await world.ask('GET', `${at}/risk?version=1`, approver);
    assert.deepEqual(earlier.body, first.body);

    const fields = { 21: 'Olga' };
    const one = await post(`${at}/reports`, { organisation, statement: { by: 'Olga', fields } });
    assert.equal(one.status, 200, JSON.stringify(one.body));
    const report = one.body.report as { values: Record<string, { value: unknown; source: unknown }> };
    assert.deepEqual(report.values[48], { value: AWARE, source: { kind: 'incident', from: 'aware' } });
    assert.equal(report.values[89]?.value, 'high', 'the last assessment counts');
    const two = await post(`${at}/reports`, {
      organisation,
      statement: { by: 'Olga', kind: 'follow-up', fields: { ...fields, 6: 'LU-1' } },
    });
    const { previous } = two.body.report as { previous: { changes: { field: string }[] } };
    assert.deepEqual(
      previous.changes.map(({ field }) => field),
      ['3', '6'],
    );
    await post(`${at}/decisions`, {
      version: 1,
      step: 'decision',
      answer: 'tell-authority',
      reason: 'The special data turned out to be none.',
      due: '2025-11-23T10:00:00Z',
    });
    const ico = await post(`${at}/reports`, { organisation, statement: { by: 'Olga', template: 'ico' } });
    const decided = (
      ico.body.report as { values: Record<string, { value: string; source: { kind: string } }> }
    ).values;
    assert.match(
      decided.risk?.value ?? '',
      /^a risk, not a high one, is likely/,
      'a person decided otherwise',
    );
    assert.equal(decided.told?.value, 'no, since no high risk is likely');
    const kept = await world.ask('GET', `${at}/reports/edpb/1`, approver);
    assert.deepEqual(kept.body, one.body, 'a version does not change');

    const filed = await post(`${at}/reports/edpb/1/filings`, {
      authority: 'CNPD',
      filedAt: '2025-11-20T13:30:00Z',
      reference: 'LU-2025-77',
    });
    assert.equal(filed.status, 200, JSON.stringify(filed.body));
    const { body } = await world.ask('GET', `${at}/reports`, approver);
    const [newest, oldest] = (body.reports as { template: string }[]).filter(
      ({ template }) => template === 'edpb',
    ) as unknown as { version: number; filings: Record<string, unknown>[] }[];
    assert.deepEqual([newest?.version, oldest?.version, newest?.filings], [2, 1, []]);
    assert.deepEqual(
      oldest?.filings.map(({ authority, reference, filedAt }) => [authority, reference, filedAt]),
      [['CNPD', 'LU-2025-77', '2025-11-20T13:30:00Z']],
    );

    const { body: incident } = await world.ask('GET', at, approver);
    const timeline = incident.timeline as { kind: string; facts: object; texts: Record<string, string> }[];
    for (const { kind, texts } of timeline.filter((one) => 'body' in one.texts))
      assert.match(texts.body ?? '', /^\(\d+ characters\)$/, kind);
    assert.deepEqual(
      timeline.map(({ kind }) => kind),
      [
        ...['incident-opened', 'risk-assessed', 'risk-assessed', 'report-saved', 'report-saved'],
        ...['incident-decided', 'report-saved', 'report-filed'],
      ],
    );
    assert.deepEqual(timeline[1]?.facts, {
      version: 1,
      answer: 'tell-authority',
      atLeast: 'tell-authority',
      atMost: 'tell-authority',
      se: { min: 1.5, max: 1.5 },
    });
    assert.deepEqual(await strays(world.db), []);
  });

  it('an erased text leaves the version, without what it said', async () => {
    const at = await open();
    const { body } = await post(`${at}/risk`, { statement: SAID });
    const erased = await post(`${at}/erase`, { entry: body.entry, name: 'body' });
    assert.equal(erased.status, 200, JSON.stringify(erased.body));
    const shown = await world.ask('GET', `${at}/risk`, approver);
    assert.deepEqual([shown.body.version, shown.body.assessment], [1, null]);
    const report = await post(`${at}/reports`, { organisation, statement: { by: 'Olga' } });
    assert.equal(report.status, 200, 'a report is made without it');
  });

  it('drafts what would be kept, and keeps nothing of it; whoever may not see the incident learns nothing', async () => {
    const at = await open();
    const entries = async () => (await world.db.rows('SELECT 1 FROM register_entries')).length;
    const before = await entries();
    const drafted = await post(`${at}/risk/draft`, { statement: SAID }, investigator);
    const statement = { by: 'Olga', fields: { 21: 'Olga' } };
    const report = await post(`${at}/reports/draft`, { organisation, statement });
    assert.equal(report.status, 200, JSON.stringify(report.body));
    assert.equal(await entries(), before);
    assert.equal(code(await world.ask('GET', `${at}/risk`, approver)), 'assessment-not-found');

    const kept = await post(`${at}/risk`, { statement: SAID });
    assert.deepEqual(kept.body.assessment, drafted.body.assessment);
    const stated = kept.body.statement as Record<string, unknown>;
    assert.equal(stated.by, 'Ana');
    const again = await post(`${at}/risk`, { statement: stated });
    assert.deepEqual(again.body.assessment, kept.body.assessment, 'what was stated can be stated anew');
    const saved = await post(`${at}/reports`, { organisation, statement });
    const { missing } = saved.body.report as { missing: unknown };
    assert.ok(Array.isArray(missing) && missing.length > 0);
    const file = await world.ask('GET', `${at}/reports/edpb/1/file?as=html`, approver);
    assert.match(file.text, /<h1>EDPB common template/);
    assert.match(String(file.headers['content-disposition']), /report-edpb-1\.html/);

    const people = [officer.id, approver.id];
    const restricted = await world.ask('PUT', `${at}/people`, officer, { people, reason: 'x' });
    assert.equal(restricted.status, 200, JSON.stringify(restricted.body));
    for (const [path, given] of [
      ['/risk/draft', { statement: SAID }],
      ['/reports/draft', { organisation, statement }],
    ] as const)
      assert.equal(code(await post(`${at}${path}`, given, investigator)), 'incident-not-found', path);
    const gone = await world.ask('GET', `${at}/reports/edpb/1/file`, investigator);
    assert.equal(code(gone), 'incident-not-found');
  });

  it('names every field of a template, and every question of the risk, with what may be answered', async () => {
    const { body: edpb } = await world.ask('GET', '/api/report-templates/edpb', approver);
    const fields = edpb.fields as { field: string; type: string; choices: { value: string }[] }[];
    assert.deepEqual(
      fields.find(({ field }) => field === '23'),
      {
        field: '23',
        label: 'Their function',
        type: 'choice',
        choices: [
          { value: 'dpo', means: 'data protection officer' },
          { value: 'legal', means: 'legal representative' },
          { value: 'other', means: 'other, with authority' },
        ],
      },
    );
    const { body: own } = await world.ask('GET', '/api/report-templates/us-ag', approver);
    assert.ok((own.fields as { field: string }[]).some(({ field }) => field === 'residents'));
    const { body: risk } = await world.ask('GET', '/api/risk-questions', approver);
    const factors = risk.factors as { factor: string; values: { value: string }[]; ordinary?: string }[];
    const amount = factors.find(({ factor }) => factor === 'amount');
    assert.deepEqual(
      [amount?.values.map(({ value }) => value), amount?.ordinary],
      [['little', 'some', 'much'], 'some'],
    );
  });

  it('refuses what is not there, not theirs, ahead, closed, or wrong', async () => {
    const at = await open();
    const filing = { authority: 'CNPD', filedAt: '2025-11-20T13:30:00Z' };
    assert.equal(code(await post(`${at}/reports/edpb/1/filings`, filing)), 'report-not-found');
    assert.equal(code(await world.ask('GET', `${at}/reports/ico/1`, officer)), 'report-not-found');
    assert.equal(code(await post(`${at}/reports/edpb/1/filings`, filing, investigator)), 'not-permitted');
    await post(`${at}/reports`, { organisation, statement: { by: 'Olga' } });
    const ahead = await post(`${at}/reports/edpb/1/filings`, { ...filing, filedAt: '2099-01-01T00:00:00Z' });
    assert.equal(code(ahead), 'incident-refuses');
    const receipt = await post(`${at}/reports/edpb/1/filings`, {
      ...filing,
      receipt: `evi_${'0'.repeat(32)}`,
    });
    assert.equal(code(receipt), 'incident-refuses');
    assert.equal(code(await post(`${at}/risk`, { statement: { ...SAID, by: '' } })), 'request-invalid');

    for (const [method, path, body] of [
      ['PATCH', '', { title: 'x' }],
      ['POST', '/decisions', { step: 'decision', answer: 'register-only', reason: 'x' }],
      ['POST', '/papers/board-brief', {}],
      ['POST', '/close', { summary: 'x' }],
      ['PATCH', '/law-facts', { acquisition: 'acquired' }],
    ] as const)
      for (const version of [2 ** 31, Number.MAX_SAFE_INTEGER]) {
        const tooLarge = await world.ask(method, `${at}${path}`, officer, { ...body, version });
        assert.equal(code(tooLarge), 'request-invalid', `version ${version} of ${path}`);
      }

    const gone = await open();
    await post(`${gone}/risk`, { statement: SAID });
    await post(`${gone}/reports`, { organisation, statement: { by: 'Olga' } });
    const restricted = await world.ask('PUT', `${gone}/people`, officer, {
      people: [officer.id],
      reason: 'An employee may be involved.',
    });
    assert.equal(restricted.status, 200, JSON.stringify(restricted.body));
    for (const [method, path, body] of [
      ['GET', '/risk', undefined],
      ['GET', '/reports', undefined],
      ['GET', '/reports/edpb/1', undefined],
      ['POST', '/risk', { statement: SAID }],
      ['POST', '/reports', { organisation, statement: { by: 'Iris' } }],
    ] as const)
      assert.equal(
        code(await world.ask(method, `${gone}${path}`, investigator, body)),
        'incident-not-found',
        path,
      );

    const closed = await open();
    await post(`${closed}/decisions`, {
      version: 1,
      step: 'decision',
      answer: 'register-only',
      reason: 'Nobody saw it.',
    });
    await post(`${closed}/close`, { version: 1, summary: 'Done.' });
    assert.equal(code(await post(`${closed}/risk`, { statement: SAID })), 'incident-refuses');
    assert.deepEqual(await strays(world.db), []);
  });
}

describe('assessments and reports in the record', () => journey(() => undefined));

describe('the same on a PostgreSQL server', { skip: whyNoPostgres() ?? false }, () => {
  let postgres: Awaited<ReturnType<typeof startPostgres>>;
  before(async () => {
    postgres = await startPostgres();
  });
  after(() => postgres.stop());
  describe('there', () => journey(() => postgres.url));
});
