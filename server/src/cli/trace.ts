import { resolve } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { HABITS, SIMULATED, type Simulation, simulateWorkspace, traceOperation } from '../trace/index.ts';
import { traceText } from './text/trace.ts';
import type { Operation, OptionValue } from './types.ts';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;

/** The commands of the stage trace. */
export const traceCommands: readonly Operation[] = [
  {
    name: 'trace',
    summary: 'which employee, team, export or shop reports point to, and how sure that is',
    takes: [{ name: 'FILE', about: 'the trace file: gate, logs, routing keys, reports and controls' }],
    needsWorkspace: true,
    examples: ['forthright trace trace.yaml', 'forthright trace trace.yaml --json > trace.json'],
    run: async ({ cwd, workspace, json: isJson, print, progress, signal }, { positional }) => {
      const asked = { file: resolve(cwd, positional.file ?? ''), workspace: resolve(cwd, workspace) };
      const answer = await traceOperation.run(asked, {
        signal,
        step: (words) => progress.update(words),
        progress: (words, done, total) => progress.update(words, done, total),
      });
      print(isJson ? json(answer) : traceText(answer));
    },
  },
  {
    name: 'simulate',
    summary: 'write a workspace with planted truth, to see what a trace would find in a company like yours',
    takes: [{ name: 'STAGE', about: '`trace`' }],
    options: {
      seed: { type: 'string', value: 'N', about: 'another world; the same seed gives the same files' },
      customers: { type: 'string', value: 'N', about: `how many customers (${SIMULATED.customers})` },
      employees: { type: 'string', value: 'N', about: `how many employees (${SIMULATED.employees})` },
      leakers: { type: 'string', value: 'N', about: 'how many leaked (1); 0 for nobody' },
      queue: { type: 'boolean', about: "let teams' queues leak in place of employees" },
      habit: { type: 'string', value: 'HABIT', about: `what they sell: ${HABITS.join(' or ')}` },
      sold: { type: 'string', value: 'N', about: `addresses sold by each (${SIMULATED.sold})` },
      reporting: {
        type: 'string',
        value: 'SHARE',
        about: `who reports, of those sold (${SIMULATED.reporting})`,
      },
      noise: {
        type: 'string',
        value: 'N',
        about: `unrelated reports for each true one (${SIMULATED.noise})`,
      },
      controls: { type: 'string', value: 'N', about: 'past unrelated reports (as many as a trace asks for)' },
      wave: {
        type: 'string',
        value: 'SHARE',
        about: 'the share of unrelated reports that follow a category',
      },
      'withhold-category': { type: 'boolean', about: 'leave the category out of the routing keys' },
    },
    common: ['out', 'json', 'help'],
    examples: [
      'forthright simulate trace --out trial && forthright trace trial/trace.yaml',
      'forthright simulate trace --out trial --wave 0.9 --withhold-category --leakers 0',
    ],
    run: async ({ cwd, out, json: isJson, print }, { positional, options }) => {
      if (positional.stage !== 'trace')
        throw new ForthrightError(
          'usage',
          `\`simulate ${positional.stage}\`: only \`trace\` can be simulated`,
        );
      if (out === undefined)
        throw new ForthrightError('usage', 'say with --out FOLDER where the workspace is to be written');
      const folder = resolve(cwd, out);
      const truth = await simulateWorkspace(simulationOf(options), folder);
      print(isJson ? json(truth) : `Written to ${out}. Now: forthright trace ${out}/trace.yaml\n`);
    },
  },
];

type Options = Readonly<Record<string, OptionValue | undefined>>;

function simulationOf(options: Options): Simulation {
  const number = (name: keyof Simulation & string, least: number, most: number): number => {
    const raw = options[name];
    if (raw === undefined) return Number(SIMULATED[name]);
    const value = Number(raw);
    if (String(raw).trim() === '' || !(value >= least && value <= most))
      throw new ForthrightError('usage', `--${name} ${String(raw)}: a number from ${least} to ${most}`);
    return value;
  };
  const whole = (name: keyof Simulation & string, least: number, most: number): number => {
    const value = number(name, least, most);
    if (!Number.isInteger(value)) throw new ForthrightError('usage', `--${name} ${value}: a whole number`);
    return value;
  };
  const habit = HABITS.find((x) => x === (options.habit ?? SIMULATED.habit));
  if (habit === undefined)
    throw new ForthrightError('usage', `--habit ${String(options.habit)}: one of ${HABITS.join(', ')}`);
  const employees = whole('employees', 20, 60_000);
  const asked = {
    leakers: whole('leakers', 0, 5),
    sold: whole('sold', 10, 100_000),
    reporting: number('reporting', 0.0001, 1),
    noise: number('noise', 0, 1000),
  };
  return {
    ...asked,
    seed: whole('seed', 0, 2 ** 31),
    customers: whole('customers', 1000, 5_000_000),
    employees,
    queue: options.queue === true,
    habit,
    controls: options.controls === undefined ? enoughControls(asked) : whole('controls', 0, 100_000),
    wave: number('wave', 0, 1),
    withholdsCategory: options['withhold-category'] === true,
  };
}

/** A trace asks for three times as many past reports as there are in question; some are of people whom nobody had looked up. */
const enoughControls = ({
  leakers,
  sold,
  reporting,
  noise,
}: Pick<Simulation, 'leakers' | 'sold' | 'reporting' | 'noise'>): number =>
  Math.max(SIMULATED.controls, Math.ceil(4 * Math.max(1, leakers) * sold * reporting * (1 + noise)));
