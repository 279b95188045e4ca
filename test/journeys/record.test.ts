/** The record of incidents at a terminal, through a server that runs. */
import assert from 'node:assert/strict';
import { chmodSync, existsSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, before, describe, test } from 'node:test';
import { allOperations } from '../../server/src/serve.ts';
import { Desk, PASSWORD, type Served } from './terminal.ts';

type Changed = Readonly<{ incident: string; version: number; id?: string }>;

describe('a terminal beside a running server', () => {
  const desk = new Desk();
  let server: Served;
  before(async () => {
    server = await desk.serve();
    await desk.people(server.firstLink, { olga: 'privacy-officer', ines: 'investigator' });
  });
  after(() => desk.close());

  test('a small incident is opened, decided and closed within two minutes', async () => {
    const startedMs = performance.now();
    const words = [
      'open-incident',
      '--title',
      'One label went to the wrong customer',
      '--kind',
      'misdelivery',
    ];
    const opened = await desk.run(
      [...words, '--times-aware-at', 'now', '--times-aware-said-by', 'the depot'],
      { person: 'olga' },
    );
    assert.equal(opened.exit, 0, opened.stderr);
    const [incident = ''] = /inc_[0-9a-f]{32}/.exec(opened.stdout) ?? [];
    assert.match(opened.stdout, /^version {3} *1$/m);
    const decide = ['decide', incident, '--version', '1', '--step', 'decision', '--answer', 'register-only'];
    const decided = await desk.run([...decide, '--reason', 'Returned unopened.'], { person: 'olga' });
    assert.equal(decided.exit, 0, decided.stderr);
    const close = [
      'close-incident',
      incident,
      '--version',
      '1',
      '--summary',
      'Destroyed; the depot checks labels.',
    ];
    assert.equal((await desk.run(close, { person: 'olga' })).exit, 0);
    const tookMs = performance.now() - startedMs;
    assert.ok(
      tookMs < 30_000,
      `the machine's part took ${tookMs} ms, which leaves too little of two minutes for typing`,
    );

    const listed = await desk.run(['list-incidents', '--state', 'closed'], { person: 'olga' });
    assert.match(listed.stdout, new RegExp(`${incident} .*One label went to the wrong customer.*closed`));
    const shown = await desk.ask<{ state: string; timeline: { kind: string; by: string }[] }>('olga', [
      'show-incident',
      incident,
    ]);
    assert.equal(shown.state, 'closed');
    const { person } = await desk.ask<{ person: { id: string } }>('olga', ['who-am-i']);
    assert.deepEqual(
      shown.timeline.map(({ kind, by }) => `${kind} ${by}`),
      ['incident-opened', 'incident-decided', 'incident-closed'].map((kind) => `${kind} ${person.id}`),
    );
  });

  test('what is wrong is told by the options that were written, before anything is sent', async () => {
    const bad = ['open-incident', '--kind', 'mishap', '--times-aware-at', 'yesterday', '--estimate-min', '3'];
    const { exit, stderr } = await desk.run(bad, { person: 'olga' });
    assert.equal(exit, 2);
    for (const line of [
      /--title {2}is missing/,
      /--kind {2}/,
      /--times-aware-at {2}an instant such as/,
      /--times-aware-said-by {2}/,
      /--estimate-max {2}/,
    ])
      assert.match(stderr, line);
    const number = await desk.run(['decide', 'inc_x', '--version', 'one'], { person: 'olga' });
    assert.match(number.stderr, /^error\[usage\][\s\S]*--version {2}is no number/);
    const near = await desk.run(['open-incident', '--titel', 'x'], { person: 'olga' });
    assert.match(near.stderr, /did you mean `--title`/);
  });

  test('what the server refuses keeps its code, exit code and problems, at the options', async () => {
    const { incident } = await desk.ask<Changed>('olga', [
      'open-incident',
      '--title',
      'A basket',
      '--kind',
      'other',
    ]);
    const early = await desk.run(['close-incident', incident, '--version', '1', '--summary', 'No.'], {
      person: 'olga',
    });
    assert.match(early.stderr, /^error\[incident-not-closable\]/);
    assert.equal(early.exit, 7);
    const stale = await desk.run(['set-incident-facts', incident, '--version', '7', '--title', 'B'], {
      person: 'olga',
    });
    assert.match(stale.stderr, /^error\[incident-changed\]/);
    const role = await desk.run(['restrict-incident', incident, '--no-people', '--reason', 'x'], {
      person: 'ines',
    });
    assert.match(role.stderr, /^error\[not-permitted\]/);
    const json = await desk.run(['show-incident', 'inc_none', '--json'], { person: 'olga' });
    assert.equal((JSON.parse(json.stderr) as { code: string }).code, 'incident-not-found');
    assert.equal(json.exit, 6);
  });

  test('a job is watched until it has ended, event by event', async () => {
    const { jobs } = await desk.ask<{ jobs: { id: string }[] }>('rosa', ['list-jobs']);
    const job = jobs.at(-1)?.id ?? '';
    const watched = await desk.run(['watch-job', job], { person: 'rosa' });
    assert.equal(watched.exit, 0, watched.stderr);
    const lines = watched.stdout.trimEnd().split('\n');
    assert.match(lines[0] ?? '', /^20[0-9T:.-]+Z {2}waiting$/);
    assert.match(lines.at(-1) ?? '', / {2}done$/);
    const data = (await desk.run(['watch-job', job, '--json'], { person: 'rosa' })).stdout
      .trimEnd()
      .split('\n');
    assert.equal(data.length, lines.length);
    assert.equal((JSON.parse(data.at(-1) ?? '') as { state: string }).state, 'done');
    assert.match((await desk.run(['watch-job', job], { person: 'ines' })).stderr, /^error\[job-not-found\]/);
  });

  test('lists, nothing-in-its-place, and fields from a file', async () => {
    const given = join(desk.folder, 'incident.json');
    writeFileSync(
      given,
      JSON.stringify({
        title: 'Named in the file',
        kind: 'loss',
        cause: { action: 'error', actor: 'internal' },
      }),
    );
    const { incident } = await desk.ask<Changed>('olga', [
      'open-incident',
      '--input',
      given,
      '--title',
      'Named by the option',
    ]);
    const piped = await desk.ask<Changed>(
      'olga',
      ['add-note', incident, '--input', '-'],
      '{"text":"From a pipe"}',
    );
    assert.equal(piped.incident, incident);
    const { person } = await desk.ask<{ person: { id: string } }>('olga', ['who-am-i']);
    const { person: other } = await desk.ask<{ person: { id: string } }>('rosa', ['who-am-i']);
    await desk.ask('olga', [
      'restrict-incident',
      incident,
      '--people',
      person.id,
      '--people',
      other.id,
      '--reason',
      'x',
    ]);
    const shown = await desk.ask<{ title: string; restrictedTo: string[] }>('olga', [
      'show-incident',
      incident,
    ]);
    assert.equal(shown.title, 'Named by the option');
    assert.deepEqual(shown.restrictedTo, [person.id, other.id].sort());
    const hidden = await desk.run(['show-incident', incident], { person: 'ines' });
    assert.match(hidden.stderr, /^error\[incident-not-found\]/);
    await desk.ask('olga', ['restrict-incident', incident, '--no-people', '--reason', 'over']);
    await desk.ask('ines', ['show-incident', incident]);
    const broken = await desk.run(['add-note', incident, '--input', join(desk.folder, 'none.json')], {
      person: 'olga',
    });
    assert.match(broken.stderr, /^error\[file-missing\]/);
  });

  test('a session is kept where only its person can read it, and is nobody else’s', async () => {
    const file = join(desk.folder, 'home/olga/forthright/credentials.json');
    assert.equal(statSync(file).mode & 0o777, 0o600);
    assert.equal(statSync(join(file, '..')).mode & 0o077, 0);
    chmodSync(file, 0o644);
    const unsafe = await desk.run(['list-incidents'], { person: 'olga' });
    assert.match(unsafe.stderr, /^error\[credentials-unsafe\]/);
    chmodSync(file, 0o600);
    const stranger = await desk.run(['list-incidents'], { person: 'nobody' });
    assert.match(stranger.stderr, /^error\[not-signed-in\].*forthright login/);
    assert.equal(stranger.exit, 10);
    const wrong = await desk.run(['login', '--email', 'olga@marlow.example'], {
      person: 'nobody',
      stdin: 'not it at all\n',
    });
    assert.match(wrong.stderr, /error\[sign-in-refused\]/);
    assert.ok(!existsSync(join(desk.folder, 'home/nobody')));
  });

  test('a program asks with a token out of a tight file', async () => {
    const made = await desk.ask<{ secret: string }>('olga', [
      'make-token',
      '--name',
      'nightly',
      '--scopes',
      'privacy-officer',
      '--days',
      '1',
    ]);
    const file = join(desk.folder, 'token');
    writeFileSync(file, `${made.secret}\n`, { mode: 0o600 });
    const listed = await desk.run(['list-incidents', '--token-file', file], { person: 'program' });
    assert.equal(listed.exit, 0, listed.stderr);
    const env = { FORTHRIGHT_TOKEN_FILE: file, FORTHRIGHT_SERVER: server.address };
    assert.equal((await desk.run(['who-am-i'], { person: 'program', env })).exit, 0);
    chmodSync(file, 0o640);
    const unsafe = await desk.run(['list-incidents', '--token-file', file], { person: 'program' });
    assert.match(unsafe.stderr, /^error\[credentials-unsafe\]/);
  });

  test('a password never stands in the command line, and signing out ends the session', async () => {
    const { stdout } = await desk.run(['help', 'change-password']);
    assert.ok(!stdout.includes('--password'));
    const changed = await desk.run(['change-password'], {
      person: 'ines',
      stdin: `${PASSWORD}\nwinter harbour kettle\n`,
    });
    assert.equal(changed.exit, 0, changed.stderr);
    const over = await desk.run(['who-am-i'], { person: 'ines' });
    assert.match(over.stderr, /^error\[session-expired\]/);
    await desk.ask('ines', ['login', '--email', 'ines@marlow.example'], 'winter harbour kettle\n');
    assert.equal((await desk.run(['logout'], { person: 'ines' })).exit, 0);
    assert.match((await desk.run(['who-am-i'], { person: 'ines' })).stderr, /^error\[not-signed-in\]/);
  });

  test('secrets go to no server in the clear, and another program at the address is told from ours', async () => {
    const far = await desk.run(['list-incidents', '--server', 'http://forthright.marlow.example'], {
      person: 'olga',
    });
    assert.match(far.stderr, /^error\[usage\].*https/);
    const none = await desk.run(['list-incidents', '--server', 'ftp://x'], { person: 'olga' });
    assert.match(none.stderr, /^error\[usage\].*is no server/);
    const closed = await desk.run(['login', '--email', 'a@b.example', '--server', 'http://127.0.0.1:1'], {
      person: 'olga',
      stdin: 'x\n',
    });
    assert.match(closed.stderr, /error\[server-unreachable\]/);
    assert.equal(closed.exit, 5);
  });

  test('every operation has its help, with every field', async () => {
    const { exit, stdout } = await desk.run(['help']);
    assert.equal(exit, 0);
    const names = allOperations().map(({ name }) => name);
    for (const name of names) assert.match(stdout, new RegExp(`^  ${name} `, 'm'));
    // A field does not hide one of the command's own options.
    const letter = await desk.run(['help', 'write-recipient-letter']);
    assert.match(letter.stdout, /--fields TEXT/);
    assert.match(letter.stdout, /--data DIR/);
  });

  test('where no server runs, the command says so and touches nothing', async () => {
    const { exit, stderr } = await desk.run(['list-incidents', '--data', 'elsewhere'], { person: 'olga' });
    assert.match(stderr, /^error\[server-not-found\][\s\S]*forthright serve/);
    assert.equal(exit, 9);
    assert.ok(!existsSync(join(desk.folder, 'elsewhere')));
  });
});
