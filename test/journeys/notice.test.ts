/** From logs to one person's notice, and the notice held to the same facts, as a user does it. */
import assert from 'node:assert/strict';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { ScopeAnswer } from '@forthright/contract';
import { generateMarketplace } from '../marketplace/index.ts';
import { forthright, type Ran } from './command.ts';

const NOTICE = `incident: incident.yaml
answer: answer
texts:
  cause: { en: "Since a change of our site, each review page showed the author’s whole record." }
  contained: { en: "we took the change back and cleared the stored copies." }
  places: { review-pages: { en: "the pages of the reviews that you wrote" } }
notExposed: [password]
nextBy: 2025-12-05
`;

type Made = {
  notice: { to: string; text: string };
  facts: { fact: string; value: unknown; source: { at: string } }[];
};

describe('from logs to a notice', () => {
  let folder = '';
  let shop = '';
  let answer: ScopeAnswer;
  const run = (...args: string[]) => forthright(args, shop);
  const rulesOf = ({ stdout }: Ran) =>
    (JSON.parse(stdout).findings as { rule: string; severity: string; words: string }[])
      .filter((f) => f.severity === 'error')
      .map((f) => [f.rule, f.words]);
  const lint = (file: string) =>
    run(
      'lint',
      file,
      '--incident',
      'incident.yaml',
      '--scope',
      'answer/answer.json',
      '--facts',
      'notice.json',
      '--domain',
      'marlow.example',
      '--json',
    );

  before(async () => {
    folder = await mkdtemp(join(tmpdir(), 'forthright-test-'));
    shop = join(folder, 'shop');
    await generateMarketplace({ directory: shop, customers: 2000, lines: 30_000, seed: 11 });
    await writeFile(join(shop, 'notice.yaml'), NOTICE);
    const scoped = await run('scope', 'incident.yaml', '--out', 'answer');
    assert.equal(scoped.code, 0, scoped.stderr);
    answer = ScopeAnswer.parse(JSON.parse(await readFile(join(shop, 'answer/answer.json'), 'utf8')));
  });
  after(() => rm(folder, { recursive: true, force: true }));

  it('a notice says the run’s own figures, each with where it comes from', async () => {
    const made = await run(
      'notice',
      'notice.yaml',
      '--status',
      'exposed',
      '--language',
      'en',
      '--json',
      '--out',
      'preview',
    );
    assert.equal(made.code, 0, made.stderr);
    await writeFile(join(shop, 'notice.json'), made.stdout);
    const { notice, facts } = JSON.parse(made.stdout) as Made;
    assert.match(notice.to, /^[^@]+@[^@]+$/);
    const exposed = facts.find((f) => f.fact === 'exposed');
    assert.equal(exposed?.value, answer.people.exposed);
    assert.equal(exposed?.source.at, `${answer.run}:people.exposed`);
    const seen = facts.find((f) => f.fact === 'first');
    assert.match(seen?.source.at ?? '', /people\.parquet#.+\.first_seen$/);
  });

  it('held to the same facts the notice passes; a wrong number, a rounded one and a wrong day do not', async () => {
    const passed = await lint('preview/notice.txt');
    assert.equal(passed.code, 0, passed.stdout + passed.stderr);
    const text = await readFile(join(shop, 'preview/notice.txt'), 'utf8');
    const { exposed } = answer.people;
    const figure = `${exposed.toLocaleString('en')} people`;
    const plain = text.replace(/\n(?=\S)/g, ' ');
    const told = new RegExp(`${exposed.toLocaleString('en').replace(',', '\\D?')}\\s+people`);
    assert.match(plain, told, figure);
    const rounded = Math.round(exposed / 100) * 100;
    await writeFile(join(shop, 'wrong.txt'), plain.replace(told, '77,777 people'));
    await writeFile(join(shop, 'rounded.txt'), plain.replace(told, `about ${rounded} people`));
    await writeFile(join(shop, 'day.txt'), `${plain}\nIt all began with a change on 3 October 2025.\n`);
    assert.deepEqual(rulesOf(await lint('wrong.txt')), [['wrong-number', '77,777']]);
    assert.deepEqual(rulesOf(await lint('rounded.txt')), [['rounded', String(rounded)]]);
    assert.deepEqual(rulesOf(await lint('day.txt')), [['wrong-date', '3 October 2025']]);
    assert.equal((await lint('day.txt')).code, 7);

    const made = await readFile(join(shop, 'notice.json'), 'utf8');
    await writeFile(join(shop, 'notice.json'), made.replaceAll(answer.run, 'run_of_another'));
    const foreign = await lint('preview/notice.txt');
    assert.deepEqual(
      [foreign.code, /notice-invalid.*another run/.test(foreign.stderr)],
      [3, true],
      foreign.stderr,
    );
    await writeFile(join(shop, 'notice.json'), made);
  });

  it('nobody is told vaguely: what was typed in no language of the person’s is named', async () => {
    const refused = await run('notice', 'notice.yaml', '--status', 'exposed', '--language', 'de');
    assert.equal(refused.code, 3);
    assert.match(refused.stderr, /notice-incomplete.*`cause` in the language `de`/);
  });

  it('an answer of other leaks is refused', async () => {
    const incident = await readFile(join(shop, 'incident.yaml'), 'utf8');
    await writeFile(join(shop, 'other.yaml'), incident.replace('id: review-pages', 'id: other-pages'));
    await writeFile(join(shop, 'other-notice.yaml'), NOTICE.replace('incident.yaml', 'other.yaml'));
    const refused = await run('notice', 'other-notice.yaml');
    assert.match(refused.stderr, /notice-incomplete.*other-pages/);
  });
});
