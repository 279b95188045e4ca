/** From logs to duties, and the law from the command line, as a user runs them. */
import assert from 'node:assert/strict';
import { appendFile, cp, mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { AssessAnswer, type DutyRow, ScopeAnswer } from '@forthright/contract';
import { generateMarketplace } from '../marketplace/index.ts';
import { forthright } from './command.ts';

const LAW = fileURLToPath(new URL('../../duties', import.meta.url));

describe('from logs to duties', () => {
  let folder = '';
  let shop = '';
  const assess = (...more: string[]) =>
    forthright(
      ['assess', 'incident.yaml', '--workspace', 'forthright.yaml', '--at', '2025-11-22T10:00:00Z', ...more],
      shop,
    );
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forthright-test-'));
    shop = join(folder, 'shop');
    await generateMarketplace({ directory: shop, customers: 2000, lines: 30_000, seed: 11 });
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('the people of the answer are those of the scope run, and the risk is asked for', async () => {
    const [scoped, assessed] = [
      await forthright(['scope', 'incident.yaml', '--json', '--workspace', 'forthright.yaml'], shop),
      await assess('--json'),
    ];
    assert.equal(assessed.code, 0, assessed.stderr);
    const scope = ScopeAnswer.parse(JSON.parse(scoped.stdout));
    const { duties: answer } = AssessAnswer.parse(JSON.parse(assessed.stdout));
    assert.equal(answer.facts.run, scope.run);
    const people = answer.facts.groups.filter((g) => g.unidentified !== true);
    assert.equal(
      people.reduce((n, g) => n + g.exposed, 0),
      scope.people.exposed,
    );
    assert.equal(
      people.reduce((n, g) => n + g.unknown, 0),
      scope.people.unknown,
    );
    const uk = answer.rows.find((r) => r.id === 'UK/authority');
    assert.equal(uk?.people.min, scope.people.byCountry.GB?.exposed);
    const eu = answer.rows.find((r) => r.id === 'EU/authority');
    assert.deepEqual([eu?.status, eu?.deadline?.until], ['cannot-tell', '2025-11-23T14:05:00Z']);
    const us = answer.rows.filter((r) => r.regime.startsWith('US-') && r.status !== 'unverified');
    assert.ok(us.every((r) => r.status === 'not-due'));
  });

  it('stating a fact changes duties and not the run', async () => {
    const { duties: before } = AssessAnswer.parse(JSON.parse((await assess('--json')).stdout));
    const file = join(shop, 'incident.yaml');
    const text = await readFile(file, 'utf8');
    await appendFile(
      file,
      'facts: { risk: risk, notices: [{ duty: EU/authority, at: 2025-11-24T08:00:00Z }] }\n',
    );
    const later = ['--workspace', 'forthright.yaml', '--at', '2025-11-25T10:00:00Z'];
    const ran = await forthright(['assess', 'incident.yaml', ...later], shop);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /tell Commission nationale pour la protection des données \(CNPD\)/);
    assert.match(ran.stdout, /done late: was to be done by 14:05 on 23 November 2025 UTC/);
    assert.match(ran.stdout, /accompanied by the reasons for the delay/);
    assert.match(ran.stdout, /CEILING OF FINES[\s\S]*EUR 24,000,000/);
    const { duties: after } = AssessAnswer.parse(JSON.parse((await assess('--json')).stdout));
    assert.equal(after.facts.run, before.facts.run);
    await writeFile(file, text);
  });

  const RISK_FILE =
    'by: Ana Silva\nordinary: true\nfactors: { kinds: [confidentiality], recipients: [{ who: public }] }\n';
  const withFacts = async (facts: string, ...more: string[]) => {
    const file = join(shop, 'incident.yaml');
    const text = await readFile(file, 'utf8');
    await writeFile(join(shop, 'risk.yaml'), RISK_FILE);
    await writeFile(file, `${text}${facts}`);
    const ran = await assess('--risk', 'risk.yaml', ...more);
    await writeFile(file, text);
    return ran;
  };

  it('severity, proposal and duties come from one run; the proposal is no decision, and the clock runs', async () => {
    const told = await withFacts('');
    assert.equal(told.code, 0, told.stderr);
    assert.match(told.stdout, /Severity +ENISA 2013[\s\S]*Proposal +tell the authority\n/);
    assert.match(told.stdout, /Decision +none that counts\.[\s\S]*proposed is risk/);
    const ran = await withFacts('', '--json');
    const { risk, decision, duties } = AssessAnswer.parse(JSON.parse(ran.stdout));
    const { people, malice } = risk.factors;
    assert.ok(people.known && people.source.kind === 'computed' && people.source.run === duties.facts.run);
    assert.deepEqual(malice.known && [malice.value, malice.source.kind], ['none', 'incident']);
    assert.deepEqual([risk.proposal.answer, decision.known], ['tell-authority', false]);
    for (const id of ['EU/authority', 'UK/authority']) {
      const row = duties.rows.find((r) => r.id === id);
      assert.deepEqual([row?.status, row?.deadline?.until], ['cannot-tell', '2025-11-23T14:05:00Z']);
      assert.match(row?.why ?? '', /a person has to decide; proposed is risk/);
    }
  });

  it('a decision against the proposal needs a name and a reason', async () => {
    const signed = await withFacts(
      'facts: { risk: { is: none, by: J. Muller, reason: test data } }\n',
      '--json',
    );
    const { duties, decision } = AssessAnswer.parse(JSON.parse(signed.stdout));
    assert.equal(duties.rows.find((r) => r.id === 'EU/authority')?.status, 'not-due');
    assert.match(
      decision.known ? decision.source : '',
      /decided by J\. Muller \(against the proposal, risk\): test data/,
    );
    const unsigned = await withFacts('facts: { risk: { is: none } }\n');
    assert.equal(unsigned.code, 3);
    assert.match(unsigned.stderr, /incident\.yaml:\d+:\d+ +`facts\.risk\.by` is missing/);
    const other = await withFacts('facts: { risk: hihg }\n');
    assert.match(other.stderr, /not one of: none, risk, high.*did you mean/);
  });

  it('a risk file that contradicts the incident is refused, at its line', async () => {
    const file = join(shop, 'other.yaml');
    for (const [text, message] of [
      [
        'by: Ana\nfactors:\n  malice: external\n',
        /other\.yaml:3:\d+ +the cause is technical-error[\s\S]*instead\.malice/,
      ],
      [
        'by: Ana\nrole: processor\nfactors: {}\n',
        /other\.yaml:2:\d+ +the role here is processor, and controller/,
      ],
    ] as const) {
      await writeFile(file, text);
      const ran = await assess('--risk', 'other.yaml');
      assert.equal(ran.code, 3);
      assert.match(ran.stderr, message);
    }
    assert.equal((await assess('--risk', 'nowhere.yaml')).code, 4);
  });

  it('a broken file of the law is named, and the answer says that it is incomplete', async () => {
    const law = join(folder, 'law');
    await cp(LAW, law, { recursive: true });
    const text = await readFile(join(law, 'TR.yaml'), 'utf8');
    await writeFile(join(law, 'TR.yaml'), text.replace('code: TR', 'code: [TR'));
    const ran = await assess('--law', law);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /INCOMPLETE: 1 file of the law can't be used[\s\S]*TR\.yaml/);
    assert.doesNotMatch(ran.stdout, /TR\/authority/);
    const check = await forthright(['duties', 'check', '--law', law], folder);
    assert.equal(check.code, 3);
    assert.match(check.stderr, /error\[law-invalid\][\s\S]*TR\.yaml/);
    const list = await forthright(['duties', 'list', '--law', law], folder);
    assert.match(list.stdout, /INCOMPLETE/);
  });

  it('refuses what it can not read before the long run', async () => {
    for (const [args, message] of [
      [['--at', '2025-11-22'], /is no instant/],
      [['--law', join(folder, 'nowhere')], /error\[law-missing\]/],
    ] as const) {
      const ran = await forthright(
        ['assess', 'incident.yaml', '--workspace', 'forthright.yaml', ...args],
        shop,
      );
      assert.notEqual(ran.code, 0);
      assert.match(ran.stderr, message);
    }
    const file = join(shop, 'incident.yaml');
    const text = await readFile(file, 'utf8');
    await appendFile(file, 'facts: { discovered: 2025-11-20T14:05:00 }\n');
    const ran = await assess();
    assert.equal(ran.code, 3);
    assert.match(ran.stderr, /incident\.yaml:\d+:\d+.*with its zone/);
    await writeFile(file, text);
  });
});

/** A shop whose leak is a list of all its customers; `countries` are theirs in turn. */
async function shopOf(
  folder: string,
  { customers, countries, fields, cause, recipient }: Listed,
): Promise<void> {
  await mkdir(folder, { recursive: true });
  const ids = Array.from({ length: customers }, (_, i) => i + 1);
  const rows = ids.map((i) => `${i},c${i}@mail.example,${countries[i % countries.length]}`);
  await writeFile(join(folder, 'customers.csv'), `id,email,country,state\n${rows.join('\n')}\n`);
  await writeFile(join(folder, 'sold.csv'), `id\n${ids.join('\n')}\n`);
  await writeFile(
    join(folder, 'forthright.yaml'),
    [
      'organisation: { name: Marlow, legalName: Marlow S.à r.l., country: LU, contactPoint: { email: privacy@marlow.example }, annualTurnover: { amount: 1200000000, currency: EUR } }',
      'sources: { customers: { at: customers.csv, columns: { id: id, email: email, country: country, region: state } } }',
    ].join('\n'),
  );
  await writeFile(
    join(folder, 'incident.yaml'),
    [
      'title: A list',
      'aware: 2026-11-20T14:05:00Z',
      `cause: { kind: ${cause}, summary: as told }`,
      `leaks: [{ id: all, kind: list, fields: [${fields}], people: { at: sold.csv, id: id }, recipients: [${recipient}] }]`,
    ].join('\n'),
  );
  await writeFile(join(folder, 'risk.yaml'), RISKS_OF[cause]);
}
type Listed = Readonly<{
  customers: number;
  countries: readonly string[];
  fields: string;
  cause: 'insider' | 'technical-error';
  recipient: string;
}>;
const RISKS_OF = {
  insider:
    'by: Ana Silva\nordinary: true\nfactors: { kinds: [confidentiality], how: abuse-of-access, recipients: [{ who: malicious, count: 1 }] }\ninstead: { recipients: the seller paid for them }\n',
  'technical-error':
    'by: Ana Silva\nordinary: true\nfactors: { kinds: [confidentiality], how: published, recipients: [{ who: public }] }\ninstead: { recipients: anybody could see the pages }\n',
} as const;

describe('two cases, worked out by hand in docs/assess.md', () => {
  let folder = '';
  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forthright-test-'));
  });
  after(() => rm(folder, { recursive: true, force: true }));
  const assessed = async (name: string, listed: Listed) => {
    await shopOf(join(folder, name), listed);
    const args = ['assess', 'incident.yaml', '--risk', 'risk.yaml', '--at', '2026-11-21T10:00:00Z', '--json'];
    const ran = await forthright(args, join(folder, name));
    assert.equal(ran.code, 0, ran.stderr);
    const { risk, duties } = AssessAnswer.parse(JSON.parse(ran.stdout));
    const row = (id: string): DutyRow | undefined => duties.rows.find((r) => r.id === id);
    return { risk, duties, row };
  };

  it('(a) names and e-mail addresses of 1.2 million customers in 40 countries, by an error', async () => {
    const { risk, duties, row } = await assessed('a', {
      customers: 1_200_000,
      countries: COUNTRIES,
      fields: 'name, email',
      cause: 'technical-error',
      recipient: '{ id: everybody, class: anonymous }',
    });
    assert.deepEqual(risk.factors.people.known && risk.factors.people.value, {
      min: 1_200_000,
      max: 1_200_000,
    });
    assert.equal(risk.proposal.answer, 'tell-authority');
    const us = duties.rows.filter((r) => r.regime.startsWith('US-') && r.status !== 'unverified');
    assert.equal(us.filter((r) => r.status !== 'not-due').length, 0);
    assert.equal(row('EU/authority')?.status, 'cannot-tell');
    assert.equal(row('EU/authority')?.deadline?.until, '2026-11-23T14:05:00Z');
    assert.deepEqual(row('JP/authority')?.people, { min: 30_000, max: 30_000 });
    assert.equal(row('JP/authority')?.status, 'due');
    assert.equal(row('TR/authority')?.status, 'due');
    assert.match(duties.fines.find((f) => f.regime === 'EU')?.ceiling ?? '', /EUR 24,000,000/);
  });

  it("(b) an employee sold 300 customers' addresses to a seller: Japan counts from the first person", async () => {
    const { risk, row } = await assessed('b', {
      customers: 300,
      countries: ['DE,', 'US,US-CA', 'JP,'],
      fields: 'name, address',
      cause: 'insider',
      recipient: '{ id: S1, class: seller }',
    });
    const { malice } = risk.factors;
    assert.deepEqual(malice.known && malice.value, 'insider');
    assert.equal(risk.proposal.answer, 'tell-authority');
    assert.equal(row('EU/authority')?.status, 'cannot-tell');
    assert.equal(row('JP/authority')?.status, 'due');
    assert.equal(row('JP/final-report')?.deadline?.untilWords, 'end of 18 January 2027 (Asia/Tokyo)');
    assert.equal(row('US-CA/people')?.status, 'not-due');
  });
});
const COUNTRIES =
  'LU DE FR IT ES PT NL BE AT IE PL CZ SK HU RO BG GR HR SI SE DK FI EE LV LT CY MT NO IS LI GB CH JP SG TR BR AU NZ MX'
    .split(' ')
    .map((country) => `${country},`)
    .concat('US,US-CA');

describe('the law from the command line', () => {
  const duties = (...args: string[]) => forthright(['duties', ...args], tmpdir());
  it('lists, shows and checks it', async () => {
    const list = await duties('list');
    assert.match(list.stdout, /US-CA +high +California: people, attorney-general, owner/);
    assert.match(list.stdout, /laws that nobody verified: ask counsel/);
    const show = await duties('show', 'us-ca');
    assert.match(
      show.stdout,
      /not verified by counsel[\s\S]*within 15 calendar days of notifying the affected people/,
    );
    const unverified = await duties('show', 'CL');
    assert.match(unverified.stdout, /UNVERIFIED: ask counsel[\s\S]*applies from: 2026-12-01/);
    const check = await duties('check');
    assert.equal(check.code, 0, check.stderr);
    assert.match(check.stdout, /as expected/);
  });
  it('refuses what it does not know', async () => {
    const cases = [
      [['show', 'US-CX'], /error\[regime-not-found\].*did you mean/],
      [['show'], /needs the CODE/],
      [['list', 'EU'], /takes no CODE/],
      [['print'], /not `print`/],
      [[], /needs ACTION/],
    ] as const;
    for (const [args, message] of cases) {
      const ran = await duties(...args);
      assert.notEqual(ran.code, 0);
      assert.match(ran.stderr, message);
    }
  });
});
