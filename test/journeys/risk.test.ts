import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { Report, RiskAnswer, type ScopeAnswer } from '@forthright/contract';
import { generateMarketplace } from '../marketplace/index.ts';
import { forthright } from './command.ts';

describe('risk, from a run of scope and what somebody says', () => {
  let directory = '';
  let scope: ScopeAnswer;
  const write = (name: string, text: string) => writeFile(join(directory, name), text);
  before(async () => {
    directory = join(await mkdtemp(join(tmpdir(), 'forthright-test-')), 'shop');
    await generateMarketplace({ directory, customers: 1000, lines: 20_000, seed: 7 });
    const ran = await forthright(['scope', 'incident.yaml', '--json'], directory);
    assert.equal(ran.code, 0, ran.stderr);
    await write('answer.json', ran.stdout);
    scope = JSON.parse(ran.stdout) as ScopeAnswer;
  });
  after(() => rm(join(directory, '..'), { recursive: true, force: true }));

  it('takes from the run what it shows, with its id, and asks for the rest', async () => {
    await write('bare.yaml', 'by: Ana\nfactors: {}\n');
    const ran = await forthright(['risk', 'bare.yaml', '--scope', 'answer.json', '--json'], directory);
    assert.equal(ran.code, 0, ran.stderr);
    const { factors, proposal } = RiskAnswer.parse(JSON.parse(ran.stdout));
    assert.deepEqual(factors.people, {
      known: true,
      value: { min: scope.people.min, max: scope.people.max },
      source: { kind: 'computed', run: scope.run, from: 'people' },
    });
    assert.deepEqual(factors.data.known && factors.data.value, ['contact']);
    assert.equal(factors.confidentiality.known, true);
    assert.equal(factors.malice.known, false);
    assert.equal(proposal.answer, 'cannot-tell');
    assert.ok(proposal.questions.length > 0);
  });

  it('proposes with what is ordinary, and prints reasons with their citations', async () => {
    await write(
      'said.yaml',
      'by: Ana\nordinary: true\nfactors:\n  kinds: [confidentiality]\n  recipients: [{ who: public }]\n',
    );
    const ran = await forthright(['risk', 'said.yaml', '--scope', 'answer.json'], directory);
    // The log has gaps, so the run says nothing of who all the recipients are, and somebody may.
    assert.ok(scope.gaps.length > 0);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /Proposal +tell the authority\n/);
    assert.match(ran.stdout, /GDPR Art\. 33\(1\)/);
    assert.match(ran.stdout, /second opinion: not a legal test/);
  });

  it('refuses another number than the computed one, at its line, until a reason is given', async () => {
    const file = 'by: Ana\nfactors:\n  people: 3\n';
    await write('other.yaml', file);
    const refused = await forthright(['risk', 'other.yaml', '--scope', 'answer.json'], directory);
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /other\.yaml:3:11 +run run_\w+ computed .*instead\.people/);
    await write('other.yaml', `${file}instead: { people: two of them are test accounts }\n`);
    const ran = await forthright(['risk', 'other.yaml', '--scope', 'answer.json', '--json'], directory);
    assert.equal(ran.code, 0, ran.stderr);
    const { people } = RiskAnswer.parse(JSON.parse(ran.stdout)).factors;
    assert.ok(people.known && people.source.kind === 'stated');
    assert.match(people.source.insteadOf ?? '', /test accounts/);
  });

  it('tells every problem of a file, and of an answer that is none', async () => {
    await write('bad.yaml', 'by: Ana\nfactors:\n  malise: none\n  data: [contacts]\n');
    const bad = await forthright(['risk', 'bad.yaml'], directory);
    assert.equal(bad.code, 3);
    assert.match(bad.stderr, /error\[risk-invalid\]/);
    assert.match(bad.stderr, /bad\.yaml:3:3/);
    assert.match(bad.stderr, /bad\.yaml:4:/);
    await write('bare.yaml', 'by: Ana\nfactors: {}\n');
    await write('none.json', '{"schema":"other"}');
    const none = await forthright(['risk', 'bare.yaml', '--scope', 'none.json'], directory);
    assert.equal(none.code, 3);
    const gone = await forthright(['risk', 'bare.yaml', '--scope', 'gone.json'], directory);
    assert.equal(gone.code, 4);
  });

  it('prints every factor', async () => {
    const ran = await forthright(['risk-factors'], directory);
    assert.equal(ran.code, 0, ran.stderr);
    assert.match(ran.stdout, /recipients: deletion\n +unread/);
  });

  it('makes a report of the run, the incident and the risk; the next version tells what differs', async () => {
    await write(
      'said.yaml',
      'by: Ana\nordinary: true\nfactors: { kinds: [confidentiality], how: published }\n',
    );
    const files = 'by: Ana\nincident: incident.yaml\nscope: answer.json\nrisk: said.yaml\n';
    await write('report.yaml', files);
    const first = await forthright(['report', 'report.yaml', '--json', '--out', 'first.json'], directory);
    assert.equal(first.code, 0, first.stderr);
    const report = Report.parse(JSON.parse(first.stdout));
    assert.equal(await readFile(join(directory, 'first.json'), 'utf8'), first.stdout);
    assert.equal(report.values[68]?.value, scope.people.max);
    assert.equal(report.values[68]?.source.kind, 'computed');
    assert.equal(report.addressees[0]?.country, 'LU');
    assert.ok(report.missing.length > 0);

    await write(
      'next.yaml',
      `${files}kind: follow-up\nprevious: first.json\nfields: { "6": LU-2025-1, "60": misconfiguration }\n`,
    );
    const next = await forthright(['report', 'next.yaml', '--json'], directory);
    assert.equal(next.code, 0, next.stderr);
    const changes = Report.parse(JSON.parse(next.stdout)).previous?.changes.map(({ field }) => field);
    assert.deepEqual(changes, ['3', '6', '60']);

    for (const [name, head] of [
      ['report.html', '<!doctype html>'],
      ['report.pdf', '%PDF-1.7'],
    ] as const) {
      const ran = await forthright(['report', 'report.yaml', '--out', name], directory);
      assert.equal(ran.code, 0, ran.stderr);
      assert.match(ran.stdout, /fields missing/);
      assert.ok((await readFile(join(directory, name), 'latin1')).startsWith(head));
    }
    const other = await forthright(['report', 'report.yaml', '--out', 'report.doc'], directory);
    assert.equal(other.code, 2);
    await write('bad.yaml', 'by: Ana\ntemplate: france\n');
    const bad = await forthright(['report', 'bad.yaml'], directory);
    assert.deepEqual([bad.code, /bad\.yaml:2:11/.test(bad.stderr)], [3, true]);
  });
});
