/**
 * One whole run of an incident: answer as JSON on standard output. With `--trace`, the time of every statement on
 * standard error, the slowest first.
 */
import { readFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { parseArgs } from 'node:util';
import { EngineProcess } from '../server/src/platform/analytics/transport.ts';
import { withRun } from '../server/src/scope/index.ts';

const { values, positionals } = parseArgs({
  options: { trace: { type: 'boolean' }, steps: { type: 'boolean' } },
  allowPositionals: true,
});
const [incident = 'incident.yaml'] = positionals;
const began = performance.now();
const seconds = (ms: number) => (ms / 1000).toFixed(3).padStart(8);
const statements: { ms: number; cpu: number; at: number; sql: string }[] = [];
/** Processor time of the engine so far: on a busy machine it says more than the clock. */
const cpuOf = (pid: number | undefined): number => {
  const [user, system] =
    readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1]?.split(' ').slice(11, 13) ?? [];
  return (Number(user) + Number(system)) * 10;
};
const run = EngineProcess.prototype.run;
EngineProcess.prototype.run = async function (sql, params) {
  if (!values.trace) return run.call(this, sql, params);
  const at = performance.now();
  const cpu = cpuOf(this.pid);
  try {
    await run.call(this, sql, params);
  } finally {
    statements.push({ ms: performance.now() - at, cpu: cpuOf(this.pid) - cpu, at: at - began, sql });
  }
};

await withRun(
  { incident, workspace: `${dirname(incident)}/forthright.yaml` },
  {
    step: (words) => {
      if (values.steps) console.error(`${seconds(performance.now() - began)} ${words}`);
    },
    signal: new AbortController().signal,
  },
  async ({ answer }) => {
    console.log(JSON.stringify(answer, null, 1));
  },
);
if (values.trace) {
  const sum = statements.reduce((n, s) => n + s.ms, 0);
  const cpu = statements.reduce((n, s) => n + s.cpu, 0);
  console.error(
    `${statements.length} statements took ${seconds(sum)} of ${seconds(performance.now() - began)} s, ${seconds(cpu)} s of processor time`,
  );
  for (const s of statements.toSorted((a, b) => b.cpu - a.cpu).slice(0, 30))
    console.error(
      `${seconds(s.cpu)} cpu ${seconds(s.ms)} at ${seconds(s.at)}: ${s.sql.replace(/\s+/g, ' ').slice(0, 150)}`,
    );
}
