import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { EventEmitter } from 'node:events';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ForthrightError } from '@forthright/contract';
import { abortOnSignals, type CliDoor, createProgress, type Operation, runCli } from './index.ts';

let folder = '';
before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'forthright-cli-'));
  await mkdir(join(folder, 'shop/incidents/2025'), { recursive: true });
  await mkdir(join(folder, 'elsewhere'));
  for (const file of [
    'shop/forthright.yaml',
    'shop/incidents/2025/i.yaml',
    'elsewhere/i.yaml',
    'elsewhere/forthright.yaml',
  ]) {
    await writeFile(join(folder, file), '');
  }
});
after(() => rm(folder, { recursive: true }));

const SCOPE: Operation = {
  name: 'scope',
  summary: 'who was exposed',
  takes: [{ name: 'INCIDENT', about: 'the incident file' }],
  options: { top: { type: 'string', value: 'N', about: 'how many' }, all: { type: 'boolean', about: 'all' } },
  examples: ['forthright scope incident.yaml'],
  run: async (context, args) => {
    const { json, out, workspace } = context;
    context.print(`${JSON.stringify({ json, out, workspace, ...args.positional, ...args.options })}\n`);
  },
};

async function run(argv: string[], operation: Partial<Operation> = {}, door: Partial<CliDoor> = {}) {
  let stdout = '';
  let stderr = '';
  const exit = await runCli(argv, {
    operations: [{ ...SCOPE, ...operation }],
    stdout: { write: (text) => (stdout += text) },
    stderr: { write: (text) => (stderr += text) },
    version: '1.2.3',
    ...door,
  });
  return { exit, stdout, stderr };
}

test('arguments and options reach the operation wherever they stand', async () => {
  const { exit, stdout } = await run([
    '--json',
    'scope',
    '--top=5',
    'i.yaml',
    '--out',
    'o',
    '--workspace',
    'w.yaml',
  ]);
  assert.equal(exit, 0);
  assert.deepEqual(JSON.parse(stdout), {
    json: true,
    out: 'o',
    workspace: 'w.yaml',
    incident: 'i.yaml',
    top: '5',
  });
  assert.match((await run(['scope', '--', '--odd name'])).stdout, /"incident":"--odd name"/);
});

test('what is offered in place of an unknown option is what the command takes, not what others take', async () => {
  const other: Operation = {
    ...SCOPE,
    name: 'other',
    options: { zone: { type: 'string', about: 'of another command' } },
  };
  const door = { operations: [SCOPE, other] };
  const unknown = await run(['scope', 'x', '--quux', 'y'], {}, door);
  assert.equal(unknown.exit, 2);
  assert.match(
    unknown.stderr,
    /no option `--quux` \(known: --top, --all, --workspace, --json, --out, --help\)/,
  );
  assert.doesNotMatch((await run(['scope', 'x', '--zoen', 'y'], {}, door)).stderr, /--zone/);
});

const USAGE: readonly (readonly [string[], RegExp])[] = [
  [[], /name a command/],
  [['scpoe', 'x'], /no command `scpoe`; did you mean `scope`\?/],
  [['help', 'scop'], /no command `scop`; did you mean `scope`\?/],
  [['scope', 'x', '--wrokspace', 'y'], /no option `--wrokspace`; did you mean `--workspace`\?/],
  [['scope', 'x', '-x'], /no option `-x`/],
  [['scope', 'x', '--constructor'], /no option `--constructor`/],
  [['scope', 'x', '--out'], /`--out` needs a value: `--out PATH`/],
  [['scope', 'x', '--out='], /`--out` needs a value/],
  [['scope', 'x', '--out', '--help'], /`--out` needs a value/],
  [['scope', 'x', '--json=yes'], /`--json` takes no value/],
  [['scope', 'x', '--out', 'a', '--out', 'b'], /`--out` is given twice/],
  [['scope'], /needs INCIDENT \(the incident file\): forthright scope INCIDENT/],
  [['scope', 'a', 'b'], /`b` is one word too many/],
  [['scope', ''], /INCIDENT is empty/],
];
for (const [argv, message] of USAGE) {
  test(`\`${['forthright', ...argv].join(' ')}\` is answered with what is wrong`, async () => {
    const { exit, stdout, stderr } = await run(argv);
    assert.equal(exit, 2);
    assert.equal(stdout, '');
    assert.match(stderr, /^error\[usage\]: /);
    assert.match(stderr, message);
    assert.match(stderr, /\nhint: /);
  });
}

test('help, help of a command and the version go to stdout', async () => {
  for (const argv of [['help'], ['--help'], ['-h']])
    assert.match((await run(argv)).stdout, /scope INCIDENT +who was/);
  for (const argv of [
    ['help', 'scope'],
    ['scope', '--help'],
  ]) {
    assert.match(
      (await run(argv)).stdout,
      /--top N .*\n[\s\S]*examples:\n {2}forthright scope incident\.yaml/,
    );
  }
  assert.deepEqual(await run(['--version']), { exit: 0, stdout: 'forthright 1.2.3\n', stderr: '' });
});

test('the workspace is taken beside the incident, else here, else from a folder above', async () => {
  const found = async (cwd: string, incident: string) => {
    const { stdout, stderr } = await run(
      ['scope', incident],
      { needsWorkspace: true },
      { cwd: join(folder, cwd) },
    );
    return stdout === '' ? stderr : (JSON.parse(stdout) as { workspace: string }).workspace;
  };
  assert.equal(
    await found('shop/incidents', '../../elsewhere/i.yaml'),
    join(folder, 'elsewhere/forthright.yaml'),
  );
  assert.equal(await found('elsewhere', '../shop/incidents/2025/i.yaml'), 'forthright.yaml');
  assert.equal(await found('shop/incidents/2025', 'i.yaml'), join(folder, 'shop/forthright.yaml'));
  assert.match(
    await found('', 'shop/incidents/2025/i.yaml'),
    /file-missing.*there is no forthright\.yaml in/,
  );
  assert.match(await found('shop', 'none.yaml'), /file-missing.*no incident file none\.yaml/);
});

const fails = (error: unknown) => ({ run: () => Promise.reject(error) });

test('an error is told with its code, every problem and a hint, and ends with its exit code', async () => {
  const error = new ForthrightError('incident-invalid', 'incident file i.yaml has one problem', {
    problems: [{ at: 'i.yaml:3:5', message: 'no such log' }],
  });
  const text = await run(['scope', 'x'], fails(error));
  assert.equal(text.exit, 3);
  assert.deepEqual(text.stderr.split('\n'), [
    'error[incident-invalid]: incident file i.yaml has one problem',
    '  i.yaml:3:5  no such log',
    'hint: Put the listed lines right and run again.',
    '',
  ]);
  const json = await run(['scope', 'x', '--json'], fails(error));
  assert.equal(json.exit, 3);
  assert.deepEqual(JSON.parse(json.stderr), {
    type: 'urn:forthright:error:incident-invalid',
    title: 'The incident file has problems, or names what the workspace does not have; all are listed.',
    status: 422,
    detail: 'incident file i.yaml has one problem',
    code: 'incident-invalid',
    problems: [{ at: 'i.yaml:3:5', message: 'no such log' }],
  });
  assert.equal((JSON.parse((await run(['nope', '--json'])).stderr) as { code: string }).code, 'usage');
});

test('an unexpected error shows no stack unless it is asked for', async () => {
  for (const rawError of [new TypeError('x of undefined'), 'a string', null]) {
    const quiet = await run(['scope', 'x'], fails(rawError));
    assert.equal(quiet.exit, 70);
    assert.match(quiet.stderr, /^error\[internal\]: something unexpected happened; .* report it/);
    assert.doesNotMatch(quiet.stderr, /undefined| at /);
  }
  const debug = await run(['scope', 'x'], fails(new TypeError('x of undefined')), { debug: true });
  assert.match(debug.stderr, /caused by: TypeError: x of undefined\n {4}at /);
});

test('an escape sequence in a name does not act on the terminal, nor a newline forge a line', async () => {
  const error = new ForthrightError('file-missing', 'no file \u001b[2Ja\nhint: all is well\u202e');
  const { stderr } = await run(['scope', 'x'], fails(error));
  assert.match(stderr, /^error\[file-missing\]: no file \\u001b\[2Ja\\u000ahint: all is well\\u202e\n/);
});

test('the first Ctrl-C aborts with exit code 130, the second kills, the same one twice does not', async () => {
  const source = new EventEmitter();
  let time = 0;
  let killed = 0;
  const signal = abortOnSignals(
    source,
    () => {},
    () => killed++,
    () => time,
  );
  const work: Partial<Operation> = {
    run: (context) =>
      new Promise((_, reject) =>
        context.signal.addEventListener('abort', () => reject(new Error('torn down'))),
      ),
  };
  const running = run(['scope', 'x'], work, { signal });
  setImmediate(() => source.emit('SIGINT'));
  const { exit, stderr } = await running;
  assert.equal(exit, 130);
  assert.match(stderr, /^error\[interrupted\]: you stopped it/);
  time = 50;
  source.emit('SIGINT');
  assert.equal(killed, 0);
  time = 5000;
  source.emit('SIGTERM');
  assert.equal(killed, 1);
});

test('an operation that heeds no signal has still not succeeded', async () => {
  const controller = new AbortController();
  controller.abort(new ForthrightError('interrupted', 'you stopped it'));
  assert.equal((await run(['scope', 'x'], {}, { signal: controller.signal })).exit, 130);
});

test('progress redraws one line on a terminal and is sparse elsewhere', () => {
  const lines: string[] = [];
  let time = 0;
  const terminal = createProgress({ write: (t) => lines.push(t), isTTY: true, columns: 12 }, () => time);
  terminal.update('hashing', 1, 2);
  terminal.update('hashing', 2, 2);
  time = 200;
  terminal.update('a long label indeed', 1, 3);
  terminal.clear();
  assert.deepEqual(lines.splice(0), ['\r\u001b[2Khashing 50…', '\r\u001b[2Ka long lab…', '\r\u001b[2K']);
  const plain = createProgress({ write: (t) => lines.push(t) }, () => time);
  for (let i = 0; i < 60; i++, time += 1000) plain.update('reading', i, 60);
  plain.clear();
  assert.deepEqual(lines, ['reading 25 %\n', 'reading 50 %\n', 'reading 75 %\n']);
});

test('a reader that closes the pipe ends the program quietly', async () => {
  const bin = fileURLToPath(new URL('../../bin/forthright.js', import.meta.url));
  const child = spawn(process.execPath, [bin, 'help'], { stdio: ['ignore', 'pipe', 'pipe'] });
  child.stdout.destroy();
  let stderr = '';
  child.stderr.on('data', (chunk) => (stderr += chunk));
  const { promise, resolve } = Promise.withResolvers<number | null>();
  child.on('close', resolve);
  assert.equal(await promise, 141);
  assert.equal(stderr, '');
});
