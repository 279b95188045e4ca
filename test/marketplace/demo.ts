import { spawn } from 'node:child_process';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import type { ScopeAnswer } from '@forthright/contract';
import { differencesOf } from './compare.ts';
import {
  ANSWER_FOLDER,
  GENERATOR_VERSION,
  generateMarketplace,
  type MarketplaceOptions,
  readTruth,
  settingsOf,
  type Truth,
} from './index.ts';
import { serveDemo } from './serve.ts';

/** `npm run demo`: a made-up marketplace, one incident, and on it the real command line, then the web application. */
const ROOT = fileURLToPath(new URL('../../', import.meta.url));
const FORTHRIGHT = join(ROOT, 'server/bin/forthright.js');
const USAGE =
  'npm run demo -- [--customers 200000] [--lines 5000000] [--seed 1] [--directory demo] [--port 8600] [--no-serve]';

const say = (text: string): void => void process.stderr.write(`${text}\n`);
const number = (n: number): string => n.toLocaleString('en');

async function main(): Promise<number> {
  const options = optionsOf(process.argv.slice(2));
  if (options === null) return 2;
  const truth = writtenBefore(options) ?? (await writeWithProgress(options));
  const { directory } = options;
  say('');
  const answerFolder = join(directory, ANSWER_FOLDER);
  rmSync(answerFolder, { recursive: true, force: true });
  const exit = await run(directory, ['scope', 'incident.yaml', '--out', ANSWER_FOLDER]);
  if (exit !== 0) {
    say(`\nThe run ended with code ${exit}. The data is in ${shown(directory)}.`);
    return exit;
  }
  const agrees = compare(truth, join(answerFolder, 'answer.json'));
  sayWhatNext(directory, truth);
  if (!agrees) return 1;
  return options.port === undefined ? 0 : serveDemo({ directory, port: options.port, say });
}

type DemoOptions = MarketplaceOptions &
  Readonly<{
    /** Undefined when nothing is to be served. */
    port: number | undefined;
  }>;

function optionsOf(args: string[]): DemoOptions | null {
  try {
    const { values } = parseArgs({
      args,
      options: {
        customers: { type: 'string', default: '200000' },
        lines: { type: 'string', default: '5000000' },
        seed: { type: 'string', default: '1' },
        directory: { type: 'string', default: join(ROOT, 'demo') },
        port: { type: 'string', default: '8600' },
        'no-serve': { type: 'boolean', default: false },
      },
    });
    const options = {
      directory: resolve(values.directory),
      customers: Number(values.customers),
      lines: Number(values.lines),
      seed: Number(values.seed),
    };
    settingsOf(options);
    return { ...options, port: values['no-serve'] ? undefined : Number(values.port) };
  } catch (error) {
    say(`${(error as Error).message}\n${USAGE}`);
    return null;
  }
}

/** The truth of a folder that an earlier demo of the same version, seed and sizes wrote to its end. */
function writtenBefore({ port: _, ...options }: DemoOptions): Truth | null {
  if (!existsSync(join(options.directory, 'truth.json'))) return null;
  const truth = readTruth(options.directory);
  const wanted = { version: GENERATOR_VERSION, ...settingsOf(options) };
  const isSame = Object.entries(wanted).every(([k, v]) => String(truth[k as keyof Truth]) === String(v));
  if (!isSame) return null;
  say(`Using the marketplace in ${shown(options.directory)}, written before.`);
  return truth;
}

async function writeWithProgress({ port: _, ...options }: DemoOptions): Promise<Truth> {
  const { customers, lines } = settingsOf(options);
  const title = `Making up a marketplace: ${number(customers)} customers, ${number(lines)} log lines`;
  const began = performance.now();
  const isTerminal = process.stderr.isTTY === true;
  if (!isTerminal) say(title);
  const truth = await generateMarketplace({
    ...options,
    onProgress: ({ lines: done, of }) => {
      if (isTerminal) process.stderr.write(`\r${title} … ${Math.floor((done / of) * 100)} %`);
    },
  });
  const seconds = ((performance.now() - began) / 1000).toFixed(0);
  say(`${isTerminal ? '\r\u001b[K' : ''}Made up in ${seconds} s, in ${shown(options.directory)}.`);
  return truth;
}

/** Runs the command line as a user would; what it prints goes straight through. */
function run(directory: string, args: string[]): Promise<number> {
  return new Promise((done, reject) => {
    const child = spawn(process.execPath, [FORTHRIGHT, ...args], { cwd: directory, stdio: 'inherit' });
    // Ctrl-C reaches the child too, and how it ends is its own affair.
    const wait = (): void => {};
    process.on('SIGINT', wait);
    child.once('error', reject);
    child.once('exit', (code) => {
      process.off('SIGINT', wait);
      done(code ?? 130);
    });
  });
}

function compare(truth: Truth, path: string): boolean {
  const leak = truth.leaks.page;
  if (leak === undefined || !existsSync(path)) {
    say('\nThe run left no answer.json, so its figures were not compared with what was planted.');
    return true;
  }
  const answer = JSON.parse(readFileSync(path, 'utf8')) as ScopeAnswer;
  const differences = differencesOf(truth, leak, answer);
  if (differences.length === 0) {
    say(
      `\nThe figures are those that were planted: ${number(leak.exposed)} exposed, ${number(leak.unknown)} unknown, ${number(leak.views ?? 0)} views.`,
    );
    return true;
  }
  say('\nSome figures are not those that were planted:');
  for (const { figure, planted, answered } of differences)
    say(`  ${figure}: planted ${JSON.stringify(planted)}, answered ${JSON.stringify(answered)}`);
  return false;
}

function sayWhatNext(directory: string, { samples }: Truth): void {
  const person = Object.keys(samples.whoSaw)[0] ?? 'C1000001';
  const [viewer = 'C1000003'] =
    Object.entries(samples.seenBy)
      .sort(([, a], [, b]) => b.length - a.length)
      .map(([id]) => id) ?? [];
  const commands = [
    [`who-saw ${person} incident.yaml`, "who saw this person's data"],
    [`seen-by ${viewer} incident.yaml`, 'whose data this viewer saw'],
    ['readiness', 'what these logs could answer on any day'],
    ['scope incidents/mailing.yaml', 'another kind of leak; five more are there'],
  ].map(([command = '', what]) => `  npx forthright ${command.padEnd(34)}${what}`);
  say(`
Next, in ${shown(directory)}:
${commands.join('\n')}

The answer is in ${shown(join(directory, ANSWER_FOLDER))}, what was planted in truth.json.
For your own data, write a forthright.yaml and an incident.yaml like the two there.`);
}

function shown(path: string): string {
  const near = relative(process.cwd(), path);
  return near === '' ? '.' : near.startsWith('..') ? path : near;
}

process.exitCode = await main().catch((error: unknown) => {
  say(`\n${(error as Error).message}`);
  return 1;
});
