/** The demo's second half: a server with the incident in its record, for the web application. */
import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parse } from 'yaml';
import { buildWeb } from '../../web/build.ts';

const FORTHRIGHT = fileURLToPath(new URL('../../server/bin/forthright.js', import.meta.url));
const DATA = 'served';
const ROLES = ['administrator', 'investigator', 'privacy-officer'];

type Told = Readonly<{ address: string; firstLink: string }>;
type Say = (text: string) => void;

/**
 * Serves until it is told to end. Each demo has a new record, with one person, who has all the roles that the demo needs,
 * and signs in by a link that works once.
 */
export async function serveDemo({
  directory,
  port,
  say,
}: Readonly<{ directory: string; port: number; say: Say }>): Promise<number> {
  say('\nMaking the web application, and a record with this incident …');
  await buildWeb();
  rmSync(join(directory, DATA), { recursive: true, force: true });
  const words = [
    FORTHRIGHT,
    'serve',
    '--data',
    DATA,
    '--port',
    String(port),
    '--workspace',
    'forthright.yaml',
    '--json',
  ];
  const child = spawn(process.execPath, words, { cwd: directory, stdio: ['ignore', 'pipe', 'pipe'] });
  let log = '';
  child.stderr.on('data', (piece) => {
    log = `${log}${piece}`.slice(-20_000);
  });
  const ended = new Promise<number>((resolve) => child.once('close', (code) => resolve(code ?? 130)));
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => child.kill('SIGTERM'));
  const told = await firstWords(child);
  if (told === undefined) {
    say(log.trim());
    return ended;
  }
  try {
    const link = await fill(told, directory);
    say(`
The web application is at ${told.address}. This link signs you in, once:

  ${told.address}${link}

Ctrl-C ends it.`);
  } catch (error) {
    child.kill('SIGTERM');
    await ended;
    throw error;
  }
  return ended;
}

function firstWords(child: ChildProcess): Promise<Told | undefined> {
  return new Promise((resolve) => {
    child.stdout?.once('data', (piece) => resolve(JSON.parse(String(piece)) as Told));
    child.once('close', () => resolve(undefined));
  });
}

/** Opens the incident of the demo's own file, and asks the logs; answers the page of the one-time link. */
async function fill({ address, firstLink }: Told, directory: string): Promise<string> {
  let cookie = '';
  const ask = async <T>(method: string, path: string, body: object): Promise<T> => {
    const answer = await fetch(`${address}/api${path}`, {
      method,
      headers: { origin: address, 'content-type': 'application/json', ...(cookie === '' ? {} : { cookie }) },
      body: JSON.stringify(body),
    });
    cookie = answer.headers.get('set-cookie')?.split(';')[0] ?? cookie;
    const told = (await answer.json()) as T & { detail?: string };
    if (!answer.ok) throw new Error(`${method} ${path}: ${told.detail}`);
    return told;
  };
  const link = new URL(firstLink).searchParams.get('link');
  // Nobody needs it: whoever opens the link that is printed chooses another.
  const password = randomBytes(24).toString('base64url');
  const who = { link, name: 'Dana Demo', email: 'dana@marlow.example', password };
  const { person } = await ask<{ person: string }>('POST', '/accept-link', who);
  await ask('PUT', `/people/${person}/roles`, { roles: ROLES });
  const file = parse(readFileSync(join(directory, 'incident.yaml'), 'utf8')) as {
    title: string;
    aware?: string;
    contained?: { at: string };
    leaks: object[];
  };
  const said = (at: string | undefined) => at && { at, saidBy: 'incident.yaml' };
  const { incident } = await ask<{ incident: string }>('POST', '/incidents', {
    title: file.title,
    kind: 'technical-error',
    times: {
      ...(file.aware && { aware: said(file.aware) }),
      ...(file.contained && { contained: said(file.contained.at) }),
    },
  });
  await ask('PUT', `/incidents/${incident}/leaks`, { version: 0, leaks: file.leaks });
  await ask('POST', `/incidents/${incident}/runs`, {});
  const { page } = await ask<{ page: string }>('POST', `/people/${person}/reset-link`, {});
  return page;
}
