import { spawn, spawnSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** What one whole process took, its children with it. */
export type Taken = Readonly<{ seconds: number; cpu: number; peakMiB: number; output: string }>;

type Seen = { cpu: number; peakKiB: number };

const statusOf = (pid: string, file: string): string => {
  try {
    return readFileSync(`/proc/${pid}/${file}`, 'utf8');
  } catch {
    return '';
  }
};

/** Looks at the process and all that descend from it; what has ended keeps its last values. */
function look(root: number, seen: Map<string, Seen>): void {
  const parents = new Map<string, string>();
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const parent = /^PPid:\s+(\d+)/m.exec(statusOf(pid, 'status'))?.[1];
    if (parent !== undefined) parents.set(pid, parent);
  }
  const isOurs = (pid: string): boolean =>
    pid === String(root) || (parents.has(pid) && pid !== '1' && isOurs(parents.get(pid) ?? '1'));
  for (const pid of parents.keys()) {
    if (!isOurs(pid)) continue;
    const [user, system] = statusOf(pid, 'stat').split(') ')[1]?.split(' ').slice(11, 13) ?? [];
    const peakKiB = Number(/^VmHWM:\s+(\d+)/m.exec(statusOf(pid, 'status'))?.[1] ?? 0);
    const cpu = (Number(user ?? 0) + Number(system ?? 0)) / 100;
    seen.set(pid, { cpu, peakKiB: Math.max(peakKiB, seen.get(pid)?.peakKiB ?? 0) });
  }
}

export async function measure(command: string, args: readonly string[], cwd: string): Promise<Taken> {
  const began = performance.now();
  const child = spawn(command, args, { cwd, stdio: ['ignore', 'pipe', 'inherit'] });
  let output = '';
  child.stdout.on('data', (piece: Buffer) => {
    output += piece.toString();
  });
  const seen = new Map<string, Seen>();
  const watch = setInterval(() => look(child.pid ?? 0, seen), 100);
  const code = await new Promise<number | null>((resolve, reject) => {
    child.once('error', reject);
    child.once('close', resolve);
  });
  const seconds = (performance.now() - began) / 1000;
  clearInterval(watch);
  if (code !== 0) throw new Error(`${command} ${args.join(' ')} ended with ${code}`);
  const all = [...seen.values()];
  return {
    seconds,
    cpu: all.reduce((n, s) => n + s.cpu, 0),
    peakMiB: all.reduce((n, s) => n + s.peakKiB, 0) / 1024,
    output,
  };
}

export const median = (values: readonly number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

/** Runs the contestants in turn, so that a busy minute meets all of them. */
export async function inTurn<K extends string>(
  contestants: Readonly<Record<K, () => Promise<Taken>>>,
  times: number,
): Promise<Record<K, Taken>> {
  const names = Object.keys(contestants) as K[];
  const taken = new Map<K, Taken[]>(names.map((name) => [name, []]));
  for (let i = 0; i < times; i++) for (const name of names) taken.get(name)?.push(await contestants[name]());
  const result = {} as Record<K, Taken>;
  for (const name of names) {
    const all = taken.get(name) ?? [];
    const last = all.at(-1);
    if (last === undefined) continue;
    result[name] = {
      seconds: median(all.map((t) => t.seconds)),
      cpu: median(all.map((t) => t.cpu)),
      peakMiB: Math.max(...all.map((t) => t.peakMiB)),
      output: last.output,
    };
  }
  return result;
}

export const isInstalled = (program: string): boolean => spawnSync(program, ['--version']).status === 0;
