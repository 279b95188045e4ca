/** For tests: a real server process, and people who sit at terminals beside it. */
import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { putRecords } from '../peers/records.ts';

const program = fileURLToPath(new URL('../../server/bin/forthright.js', import.meta.url));
export const PASSWORD = 'lamp orchard ferry';

export type Ended = Readonly<{ exit: number | null; stdout: string; stderr: string }>;
export type Served = Readonly<{
  address: string;
  firstLink: string | null;
  child: ChildProcess;
  /** The log so far. */
  log: () => string;
  stop: (signal?: NodeJS.Signals) => Promise<Ended>;
}>;
type Given = Readonly<{ stdin?: string; person?: string; env?: Readonly<Record<string, string>> }>;

/** A folder of its own; `close` ends whatever was started in it. */
export class Desk {
  readonly folder = mkdtempSync(join(tmpdir(), 'forthright-desk-'));
  readonly #children = new Set<ChildProcess>();

  start(words: readonly string[], { stdin = '', person = 'operator', env = {} }: Given = {}) {
    const child = spawn(process.execPath, [program, ...words], {
      cwd: this.folder,
      env: {
        PATH: process.env.PATH,
        HOME: this.folder,
        XDG_CONFIG_HOME: join(this.folder, 'home', person),
        ...env,
      },
    });
    this.#children.add(child);
    child.stdin?.on('error', () => {});
    child.stdin?.end(stdin);
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (piece) => {
      stdout += piece;
    });
    child.stderr?.on('data', (piece) => {
      stderr += piece;
    });
    const ended = new Promise<Ended>((resolve) => {
      child.on('close', (exit) => {
        this.#children.delete(child);
        resolve({ exit, stdout, stderr });
      });
    });
    return { child, ended, stdout: () => stdout, stderr: () => stderr };
  }

  /** A whole command, as a person types it. */
  run(words: readonly string[], given?: Given): Promise<Ended> {
    return this.start(words, given).ended;
  }

  /** The answer of a command that must go well. */
  async ask<T>(person: string, words: readonly string[], stdin = ''): Promise<T> {
    const { exit, stdout, stderr } = await this.run([...words, '--json'], { person, stdin });
    if (exit !== 0) throw new Error(`${words.join(' ')}: ${stderr}`);
    return JSON.parse(stdout) as T;
  }

  /** With the embedded database unless words or environment name another. */
  async serve(words: readonly string[] = [], given?: Given): Promise<Served> {
    const at = words.indexOf('--data');
    const data = join(this.folder, at < 0 ? 'forthright-data' : (words[at + 1] ?? ''));
    if (!words.includes('--database-file') && given?.env?.FORTHRIGHT_DATABASE === undefined)
      await putRecords(data);
    const { child, ended, stdout, stderr } = this.start(['serve', '--port', '0', '--json', ...words], given);
    await new Promise<void>((resolve, reject) => {
      child.stdout?.on('data', () => stdout().includes('\n') && resolve());
      child.on('close', () => reject(new Error(`the server ended: ${stderr()}`)));
    });
    const told = JSON.parse(stdout()) as { address: string; firstLink: string | null };
    const stop = (signal: NodeJS.Signals = 'SIGTERM') => {
      child.kill(signal);
      return ended;
    };
    return { ...told, child, log: stderr, stop };
  }

  /** An administrator `rosa` by the link of the first start, and everybody else by hers; all are signed in. */
  async people(
    firstLink: string | null,
    others: Readonly<Record<string, string>>,
    ...where: string[]
  ): Promise<void> {
    const rosa = [
      'login',
      '--link',
      firstLink ?? '',
      '--name',
      'Rosa Root',
      '--email',
      'rosa@marlow.example',
    ];
    await this.ask('rosa', [...rosa, ...where], `${PASSWORD}\n`);
    for (const [person, role] of Object.entries(others)) {
      const email = `${person}@marlow.example`;
      const invited = await this.ask<{ link: string }>('rosa', [
        'invite-person',
        '--email',
        email,
        '--name',
        person,
        '--roles',
        role,
        ...where,
      ]);
      await this.ask(person, ['login', '--link', invited.link, ...where], `${PASSWORD}\n`);
    }
  }

  async close(): Promise<void> {
    for (const child of this.#children) child.kill('SIGKILL');
    rmSync(this.folder, { recursive: true, force: true, maxRetries: 3 });
  }
}
