/** The first hour at a terminal, before any log is at hand; and what leaves for others. */
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { Desk, type Served } from './terminal.ts';

describe('the first hour', () => {
  const desk = new Desk();
  let server: Served;
  let incident = '';
  const kept = (name: string) => readFileSync(join(desk.folder, name), 'utf8');
  const run = async (...words: string[]) => {
    const { exit, stdout, stderr } = await desk.run(words, { person: 'olga' });
    assert.equal(exit, 0, stderr);
    return stdout;
  };
  before(async () => {
    server = await desk.serve();
    await desk.people(server.firstLink, { olga: 'privacy-officer', ines: 'investigator' });
    ({ incident } = await desk.ask<{ incident: string }>('ines', [
      ...['open-incident', '--title', 'Names on review pages', '--kind', 'technical-error'],
      ...['--times-aware-at', 'now', '--times-aware-said-by', 'the shift lead'],
      ...['--estimate-min', '100', '--estimate-max', '50000', '--estimate-by', 'Ines, from page views'],
      ...['--reported-by-as', 'security-researcher', '--brand', 'Marlow Home'],
      ...['--role-as', 'processor', '--role-for', 'Tall Lamps GmbH'],
      ...['--categories-data', 'name', '--categories-data', 'email'],
    ]));
  });
  after(() => desk.close());

  test('a statement is printed as text; the report says what is missing; a brief is issued and kept', async () => {
    const statement = await run(
      ...['compose-paper', incident, 'holding-statement', '--format', 'text', '--next-update', 'now'],
    );
    assert.match(statement, /^Holding statement for the support desk\n\*\* Draft: nothing was sent \*\*/);
    assert.match(statement, /- We know of an incident with Marlow Home/);
    const report = await desk.ask<{ isComplete: boolean; missing: { what: string }[]; title: string }>(
      'ines',
      [...['compose-paper', incident, 'authority-report']],
    );
    assert.equal(report.isComplete, false);
    assert.match(report.title, /controller/);
    assert.ok(report.missing.some(({ what }) => /Likely consequences/.test(what)));
    await run('compose-paper', incident, 'board-brief', '--format', 'html', '--out', 'brief.html');
    assert.match(kept('brief.html'), /100 to 50,000.*estimated by Ines, from page views/);
    const issue = ['issue-paper', incident, 'board-brief', '--version', '1'];
    const { id } = await desk.ask<{ id: string }>('olga', issue);
    assert.match(await run('show-paper', incident, id, '--format', 'text'), /Version 1, issued by usr_/);
    const wrong = await desk.run(['compose-paper', incident, 'poem'], { person: 'olga' });
    assert.match(wrong.stderr, /^error\[[a-z-]+\].*[\s\S]*PAPER/);
    assert.match((await desk.run(['help', 'compose-paper'])).stdout, /holding-statement \| authority-report/);
  });

  test('the register of breaches is a file; VERIS leaves and comes back; JSON-LD is printed', async () => {
    await run('export-breach-register', '--out', 'breaches.csv');
    assert.match(kept('breaches.csv'), /^\ufeff"incident",.*\r\n"inc_[^\r]*"Names on review pages"/);
    const record = await desk.ask<Record<string, unknown>>('olga', ['export-veris', incident]);
    assert.equal(record.schema_version, '1.4.1');
    assert.deepEqual(
      JSON.parse(await run('export-veris', incident)),
      record,
      'JSON without being asked for it',
    );
    await run('export-veris', incident, '--out', 'record.json');
    assert.deepEqual(JSON.parse(kept('record.json')), record);
    const imported = await desk.ask<{ incident: string }>('olga', ['import-veris', 'record.json']);
    const missing = await desk.run(['import-veris', 'none.json'], { person: 'olga' });
    assert.match(missing.stderr, /^error\[file-missing\]: none\.json is not there/);
    assert.deepEqual(await desk.ask('olga', ['export-veris', imported.incident]), record);
    const document = JSON.parse(await run('export-dpv', incident)) as Record<string, unknown>;
    assert.equal(document['@id'], `urn:forthright:incident:${incident}`);
  });
});
