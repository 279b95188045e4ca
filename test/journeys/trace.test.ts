/** Whom do reports point to: simulated workspaces whose truth is known, through the command line. */
import assert from 'node:assert/strict';
import { cp, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { TraceAnswer } from '../../packages/contract/src/index.ts';
import { SIMULATED, simulateWorkspace, type Truth } from '../../server/src/trace/index.ts';
import { startCluster, whyNoCluster } from '../cluster/cluster.ts';
import { forthright } from './command.ts';

const SMALL = { ...SIMULATED, customers: 30_000, employees: 200, sold: 500, reporting: 0.06, controls: 400 };
/** Staff in the simulated files; pseudonyms have a word before the hyphen. */
const STAFF = /\be-(\d+|complaints)\b/;

let folder = '';
let truth: Truth;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forthright-trace-'));
  truth = await simulateWorkspace(SMALL, join(folder, 'one'));
});

after(() => rm(folder, { recursive: true, force: true }));

async function answerOf(name: string): Promise<TraceAnswer> {
  const { code, stdout, stderr } = await forthright(['trace', join(name, 'trace.yaml'), '--json'], folder);
  assert.equal(code, 0, stderr);
  return TraceAnswer.parse(JSON.parse(stdout));
}

/** The same workspace with some of its files changed. */
async function changed(name: string, files: Readonly<Record<string, (text: string) => string>>) {
  await cp(join(folder, 'one'), join(folder, name), { recursive: true });
  for (const [file, change] of Object.entries(files)) {
    const path = join(folder, name, file);
    await writeFile(path, change(await readFile(path, 'utf8')));
  }
}

const rowsOf = async (name: string, file: string) =>
  (await readFile(join(folder, name, file), 'utf8')).split('\n');

describe('forthright trace', () => {
  it('names the account that leaked, by a pseudonym, with every look-up at its line', async () => {
    const answer = await answerOf('one');
    assert.equal(answer.outcome, 'named');
    assert.equal(answer.named.length, 1);
    const [one] = answer.named;
    assert.ok(one !== undefined);
    assert.match(one.candidate, /^employee-\d+$/);
    // Look-ups behind the last cut before a report don't count, as the answer says itself.
    const theirs = truth.reports[truth.leakers[0] ?? ''] ?? Infinity;
    assert.ok(one.hits >= theirs * 0.9, `${one.hits} of ${theirs}`);
    assert.ok(one.expected < one.hits / 2);
    assert.equal(one.reports.length, one.hits);
    const log = await rowsOf('one', 'admin.csv');
    for (const { file, row, person, lookedUp, reported } of one.reports) {
      assert.equal(file, 'admin.csv');
      const [at, who, , customer] = (log[row] ?? '').split(',');
      assert.deepEqual([at, who, customer], [lookedUp.replace('.000', ''), truth.leakers[0], person]);
      assert.ok(lookedUp < reported);
    }
    assert.ok(one.against.length > 1);
    assert.ok(answer.evidence.every((x) => x.sha256 !== null));
    assert.doesNotMatch(JSON.stringify(answer), STAFF);
  });

  it('says on one screen whom, why, what speaks against it, and never a name', async () => {
    const { stdout } = await forthright(['trace', 'one/trace.yaml'], folder);
    assert.match(stdout, /The reports point to employee-\d+/);
    assert.match(stdout, /Against: .* of the \d+ reports are of people whom they had not looked up/);
    assert.match(stdout, /works council agreed 2026-09-01/);
    assert.doesNotMatch(stdout, STAFF);
  });

  it('scores nobody before purpose, occasion and works council are settled', async () => {
    await changed('no-gate', {
      'trace.yaml': (text) => text.replace(/^ {2}(occasion|worksCouncil): .*\n/gm, ''),
    });
    const { code, stdout, stderr } = await forthright(['trace', 'no-gate/trace.yaml'], folder);
    assert.equal(code, 3);
    assert.equal(stdout, '');
    assert.match(stderr, /error\[trace-invalid\]/);
    assert.match(stderr, /occasion/);
    assert.match(stderr, /worksCouncil/);
  });

  it('names every fault of a file at its line', async () => {
    await changed('faults', {
      'trace.yaml': (text) => text.replace('log: admin', 'log: amdin').replace('[region,', '[language,'),
    });
    const { code, stderr } = await forthright(['trace', 'faults/trace.yaml'], folder);
    assert.equal(code, 3);
    assert.match(stderr, /trace\.yaml:12:\d+.*amdin/);
    assert.match(stderr, /trace\.yaml:13:\d+.*language/);
  });

  it('names nobody without controls', async () => {
    await changed('no-controls', { 'trace.yaml': (text) => text.slice(0, text.indexOf('controls:')) });
    const answer = await answerOf('no-controls');
    assert.deepEqual([answer.outcome, answer.refusal, answer.named], ['refused', 'no-controls', []]);
    assert.doesNotMatch(JSON.stringify(answer), /employee-\d/);
  });

  it('takes decoys and the mails to them from files: three in one view name it where reports are too few', async () => {
    const views = ['e-3', 'e-9', ...Array.from({ length: 58 }, (_, n) => `e-${n + 20}`)];
    const row = (place: string, at: string, n: number) =>
      `"${place}","${at}","Somebody","d${n}@post.example","","R0",""`;
    const rows = [
      ...views.flatMap((at, v) => [0, 1, 2, 3].map((n) => row('view', at, v * 4 + n))),
      ...Array.from({ length: 20 }, (_, n) => row('nowhere', '', 900 + n)),
    ];
    await changed('decoys', {
      'reports.csv': (text) => `${text.split('\n').slice(0, 4).join('\n')}\n`,
      'trace.yaml': (text) =>
        `${text.slice(0, text.indexOf('controls:'))}decoys:\n  at: decoys.csv\n  since: 2026-05-01T00:00:00Z\n  mails: { at: mails.csv, email: to, time: at, from: from }\n`,
    });
    const mails = (all: readonly string[]) =>
      writeFile(join(folder, 'decoys', 'mails.csv'), `to,at,from\n${all.join('\n')}\n`);
    await writeFile(
      join(folder, 'decoys', 'decoys.csv'),
      `"place","at","name","email","country","region","language"\n${rows.join('\n')}\n`,
    );
    const campaign = [
      'D4@post.example,2026-08-20T10:00:00Z,x@lamps.example',
      'd5@post.example,,x@lamps.example',
      'd6@post.example,2026-08-22T10:00:00Z,',
    ];
    const nothing = [
      'd0@post.example,2026-08-20T10:00:00Z,News <news@marlow.example>',
      'd8@post.example,2026-04-20T10:00:00Z,x@lamps.example',
      'nobody@post.example,2026-08-20T10:00:00Z,x@lamps.example',
    ];
    await mails([...campaign, ...nothing]);
    const answer = await answerOf('decoys');
    const [one] = answer.named;
    assert.deepEqual([answer.outcome, answer.refusal, answer.named.length], ['named', null, 1]);
    assert.deepEqual([one?.kind, one?.hits, one?.decoys?.planted], ['employee', 0, 4]);
    assert.deepEqual(
      one?.decoys?.hits.map(({ decoy, mail }) => [decoy, mail]),
      [
        ['decoy-5', 'row-1'],
        ['decoy-7', 'row-3'],
        ['decoy-6', 'row-2'],
      ],
    );
    assert.equal(answer.decoys?.count, true);
    assert.doesNotMatch(JSON.stringify(answer), STAFF);
    assert.doesNotMatch(JSON.stringify(answer), /post\.example/);
    for (const left of [
      /1 say that they come from us, 1 are to none of the decoys, 1 came before/,
      /1 mails to decoys have no time/,
    ])
      assert.ok(
        answer.cautions.some((x) => left.test(x)),
        String(left),
      );
    assert.ok(answer.evidence.some(({ path }) => path === 'decoys.csv'));

    // One to a decoy of no place, and none of them counts.
    await mails([...campaign, 'd901@post.example,2026-08-21T10:00:00Z,x@lamps.example']);
    const { stdout } = await forthright(['trace', 'decoys/trace.yaml'], folder);
    assert.match(stdout, /Nobody is named: there are no controls/);
    assert.match(stdout.replaceAll(/\s+/g, ' '), /Of 20 that stand in no place 1 got some/);
    assert.doesNotMatch(stdout, STAFF);

    // What is no list of decoys is told row by row, without what stands in it.
    const faulty = [
      row('view', 'e-3', 1),
      row('screen', 'e-3', 2),
      row('view', '', 3),
      row('view', 'e-4', 1),
    ];
    await writeFile(
      join(folder, 'decoys', 'decoys.csv'),
      `place,at,name,email,country,region,language\n${faulty.join('\n')}\n`,
    );
    const refused = await forthright(['trace', 'decoys/trace.yaml'], folder);
    assert.equal(refused.code, 3);
    for (const part of [/row 2/, /row 3/, /row 4/, /at least 10 must/]) assert.match(refused.stderr, part);
    assert.doesNotMatch(refused.stderr, STAFF);
  });

  it('names nobody while controls are too few to show anything', async () => {
    await changed('few-controls', { 'past.csv': (text) => text.split('\n').slice(0, 60).join('\n') });
    const answer = await answerOf('few-controls');
    assert.deepEqual([answer.outcome, answer.refusal], ['refused', 'too-few-controls']);
    assert.equal(answer.controls.needed, 300);
  });

  it('says that three reports are too few', async () => {
    await changed('three', { 'reports.csv': (text) => `${text.split('\n').slice(0, 4).join('\n')}\n` });
    const answer = await answerOf('three');
    assert.deepEqual([answer.outcome, answer.named, answer.reports.used], ['too-few', [], 3]);
  });

  it('does not take a look-up after a report for its source', async () => {
    await changed('before', {
      'reports.csv': (text) => text.replace(/,2026-\S+/g, ',2026-05-31T00:00:00Z'),
    });
    const answer = await answerOf('before');
    assert.equal(answer.outcome, 'too-few');
    assert.equal(answer.reports.seenByNobody, answer.reports.used);
  });

  it('counts each person once, and leaves out who is in no directory or shares an address', async () => {
    await writeFile(join(folder, 'one', 'bought.csv'), 'buyer\nc-11\nc-12\n');
    await changed('odd', {
      'customers.csv': (text) => text.replace('c-2,c2@mail.example', 'c-2,c1@mail.example'),
      'reports.csv': () =>
        'email,at\nC9@mail.example,2026-08-25T10:00:00Z\nc9@mail.example ,2026-08-26T10:00:00Z\nc1@mail.example,\nghost@mail.example,2026-08-25\nc10@mail.example,soon\nc11@mail.example,2026-08-27\n',
      'trace.yaml': (text) =>
        `${text.replace(/^reports: .*$/m, 'reports: { at: reports.csv, email: email, time: at }')}setAside:\n  - { name: customers of the shop, at: bought.csv, id: buyer }\n`,
      'admin.csv': (text) =>
        `${text}2026-08-30T00:00:00Z,,view_contact,c-5\n2026-08-30T00:00:01Z,c-5,view_contact,c-5\n2026-08-30T00:00:02Z,e-api,view_contact,c-5\n`,
    });
    const { reports, lookUps, cautions } = await answerOf('odd');
    assert.deepEqual([lookUps.withoutViewer, lookUps.own], [1, 1]);
    assert.ok(cautions.some((x) => x.startsWith('1 look-ups name nobody who looked')));
    assert.ok(
      cautions.some((x) => x.startsWith('1 accounts that looked people up are not in the directory')),
    );
    assert.deepEqual(
      { ...reports, seenByNobody: 0 },
      { used: 2, repeated: 1, setAside: 1, unidentified: 1, ambiguous: 1, untimed: 1, seenByNobody: 0 },
    );
  });

  it('names nobody where nobody leaked', async () => {
    await simulateWorkspace(
      { ...SMALL, seed: 2, leakers: 0, noise: 4, controls: 600 },
      join(folder, 'nobody'),
    );
    const answer = await answerOf('nobody');
    assert.deepEqual([answer.outcome, answer.named], ['nobody', []]);
  });

  it('names the queue and not its members', async () => {
    const { leakers } = await simulateWorkspace(
      { ...SMALL, seed: 3, queue: true, reporting: 0.12 },
      join(folder, 'queue'),
    );
    const answer = await answerOf('queue');
    assert.equal(answer.outcome, 'named');
    assert.deepEqual(
      answer.named.map((x) => x.candidate),
      leakers,
    );
  });

  it('refuses names when a routing key is missing, and says which one', async () => {
    const blind = {
      ...SMALL,
      seed: 4,
      employees: 220,
      customers: 40_000,
      leakers: 0,
      wave: 0.9,
      noise: 5,
      controls: 400,
    };
    await simulateWorkspace({ ...blind, withholdsCategory: true }, join(folder, 'blind'));
    const answer = await answerOf('blind');
    assert.deepEqual([answer.outcome, answer.refusal, answer.named], ['refused', 'loud-controls', []]);
    const [found] = answer.controls.missing;
    assert.deepEqual([found?.key, found?.quiet], ['category', true]);
  });

  it('names a shop whose feed fits, and no colleague who looked its customers up', async () => {
    const shops = Array.from({ length: 12 }, (_, shop) => `shop-${shop + 1}`);
    const feed = shops.flatMap((shop, s) =>
      Array.from(
        { length: 400 },
        (_, i) => `2026-07-01T00:00:00Z,${shop},c-${((i * 71 + s * 2503) % 30_000) + 1}`,
      ),
    );
    const sold = feed
      .filter((line) => line.includes(',shop-7,'))
      .slice(0, 20)
      .map((line) => line.split(',')[2]);
    await changed('feed', {
      'reports.csv': () =>
        `customer_id,reported_at\n${sold.map((id) => `${id},2026-08-25T00:00:00Z`).join('\n')}\n`,
      'forthright.yaml': (text) =>
        `${text}    feeds:\n      at: feeds.csv\n      format: csv\n      columns: { time: at, viewer: shop, person: customer }\n`,
      'trace.yaml': (text) =>
        text.replace('  - log: admin\n', '  - log: admin\n  - { log: feeds, viewers: paths }\n'),
    });
    await writeFile(join(folder, 'feed', 'feeds.csv'), `at,shop,customer\n${feed.join('\n')}\n`);
    const answer = await answerOf('feed');
    assert.deepEqual(
      answer.named.map((x) => [x.candidate, x.kind, x.hits]),
      [['shop-7', 'path', 20]],
    );
    assert.equal(answer.candidates.paths, 12);
  });
});

describe('forthright trace on a ClickHouse server', () => {
  it('answers the same', { skip: whyNoCluster() ?? false }, async () => {
    const cluster = await startCluster();
    try {
      await changed('server', {
        'forthright.yaml': (text) =>
          `${text}engines:\n  analytics: { clickhouse: { url: "${cluster.url}" } }\n`,
      });
      const [embedded, server] = [await answerOf('one'), await answerOf('server')];
      assert.deepEqual({ ...server, evidence: [] }, { ...embedded, evidence: [] });
    } finally {
      await cluster.stop();
    }
  });
});

describe('forthright simulate', () => {
  it('writes the same files from the same seed', async () => {
    const args = [
      '--customers',
      '2000',
      '--employees',
      '60',
      '--sold',
      '100',
      '--controls',
      '20',
      '--seed',
      '9',
    ];
    for (const out of ['a', 'b']) {
      const { code, stderr } = await forthright(['simulate', 'trace', '--out', out, ...args], folder);
      assert.equal(code, 0, stderr);
    }
    for (const file of ['admin.csv', 'customers.csv', 'reports.csv', 'past.csv', 'truth.json'])
      assert.deepEqual(await rowsOf('a', file), await rowsOf('b', file));
  });

  it('refuses what it can not simulate', async () => {
    for (const args of [
      ['traffic', '--out', 'x'],
      ['trace'],
      ['trace', '--out', 'x', '--leakers', 'two'],
      ['trace', '--out', 'x', '--habit', 'odd'],
    ]) {
      const { code, stderr } = await forthright(['simulate', ...args], folder);
      assert.equal(code, 2, stderr);
    }
  });
});
