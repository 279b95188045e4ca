/** For tests: one command, as a user runs it. */
import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';

export const FORTHRIGHT = fileURLToPath(new URL('../../server/bin/forthright.js', import.meta.url));

export type Ran = { code: number | null; stdout: string; stderr: string };

/** Runs `forthright ARGS` in a folder, to its end. */
export function forthright(args: readonly string[], cwd: string): Promise<Ran> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [FORTHRIGHT, ...args], { cwd, stdio: ['ignore', 'pipe', 'pipe'] });
    let [stdout, stderr] = ['', ''];
    child.stdout.setEncoding('utf8').on('data', (text: string) => (stdout += text));
    child.stderr.setEncoding('utf8').on('data', (text: string) => (stderr += text));
    child.once('error', reject);
    child.once('close', (code) => resolve({ code, stdout, stderr }));
  });
}
