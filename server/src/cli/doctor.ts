/** `forthright doctor`: what is well, what is not, and what to do. */
import { isIP } from 'node:net';
import { resolve } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import { visible } from '../kernel/index.ts';
import { loadWorkspace } from '../sources/index.ts';
import { ask, jsonOf, originOf } from './client.ts';
import { DATABASE_OPTIONS, type Where, whereOf } from './database.ts';
import type { Args, Context, Operation } from './types.ts';
import { nearWorkspace } from './workspace.ts';

type Finding = Readonly<{
  check: string;
  state: 'well' | 'doubtful' | 'broken' | 'unknown';
  what: string;
  todo?: string;
  record?: Readonly<{ name: string; type: string; value: string }>;
}>;

/** What is asked about beside the records. */
export type Examined = Where &
  Readonly<{
    clickhouse: string | undefined;
    domains: readonly string[];
    selectors: readonly string[];
    senders: readonly string[];
    dnsServers: readonly string[];
    askServer: (data: string) => Promise<Readonly<{ kind: string; why?: string }>>;
  }>;

export type DoctorWiring = Readonly<{
  database: string | undefined;
  operatorOf: (data: string) => Promise<Readonly<{ address: string; secret: string }> | undefined>;
  examine: (what: Examined) => Promise<readonly Finding[]>;
}>;

const MARKS: Readonly<Record<Finding['state'], string>> = {
  well: 'ok',
  doubtful: '??',
  broken: 'XX',
  unknown: '--',
};
const WORDS: Readonly<Record<Finding['state'], string>> = {
  well: 'well',
  doubtful: 'doubtful',
  broken: 'broken',
  unknown: 'unknown',
};

async function examinedOf(wiring: DoctorWiring, context: Context, args: Args): Promise<Examined> {
  const path =
    context.workspace === '' ? await nearWorkspace(context.cwd) : resolve(context.cwd, context.workspace);
  const workspace = path === undefined ? undefined : (await loadWorkspace(path)).workspace;
  const many = (name: string): readonly string[] =>
    (args.options[name] as readonly string[] | undefined) ?? [];
  const senders = many('sender');
  const bad = senders.find((sender) => isIP(sender) === 0);
  if (bad !== undefined)
    throw new ForthrightError('usage', `\`--sender ${bad}\` is no address; give one such as 192.0.2.25`);
  const dnsServers = many('dns');
  const strange = dnsServers.find((server) => !/^[0-9a-fA-F.:[\]]+$/.test(server));
  if (strange !== undefined)
    throw new ForthrightError(
      'usage',
      `\`--dns ${strange}\` is no address of a DNS server; give one such as 192.0.2.53`,
    );
  const server = workspace?.engines.analytics?.clickhouse;
  return {
    ...(await whereOf(context, args, wiring.database)),
    clickhouse: server === undefined ? undefined : addressOf(server),
    domains: workspace?.organisation.domains ?? [],
    selectors: many('dkim'),
    senders,
    dnsServers,
    askServer: (data) => stateOf(wiring, data, context.signal),
  };
}

function addressOf({
  url,
  username = '',
  password = '',
}: Readonly<{ url: string; username?: string | undefined; password?: string | undefined }>): string {
  const address = new URL(url);
  if (username !== '') address.username = username;
  if (password !== '') address.password = password;
  return address.href;
}

async function stateOf({ operatorOf }: DoctorWiring, data: string, signal: AbortSignal) {
  const operator = await operatorOf(data);
  if (operator === undefined)
    throw new ForthrightError('server-not-found', 'it has not said yet where it can be reached');
  const server = originOf(operator.address);
  const headers = { authorization: `Operator ${operator.secret}` };
  const limit = AbortSignal.any([signal, AbortSignal.timeout(10_000)]);
  const answer = await ask(
    { server, headers },
    { method: 'POST', path: '/operator/register', body: {}, signal: limit },
  );
  return (await jsonOf(server, answer)) as { kind: string; why?: string };
}

function textOf(findings: readonly Finding[]): string {
  const lines = findings.flatMap(({ check, state, what, todo, record }) => [
    `${MARKS[state]}  ${check.padEnd(9)}  ${visible(what)}`,
    ...(todo === undefined ? [] : [`${' '.repeat(15)}→ ${visible(todo)}`]),
    ...(record === undefined
      ? []
      : [`${' '.repeat(15)}${visible(`${record.name} ${record.type} ${record.value}`)}`]),
  ]);
  return `${lines.join('\n')}\n`;
}

export const doctorCommand = (wiring: DoctorWiring): Operation => ({
  name: 'doctor',
  summary: 'whether database, engine, register, keys, clock, disk and DNS are well, and what to do',
  options: {
    ...DATABASE_OPTIONS,
    dkim: {
      type: 'string',
      value: 'SELECTOR',
      multiple: true,
      about: 'a DKIM selector of yours, whose key is looked for',
    },
    sender: {
      type: 'string',
      value: 'ADDRESS',
      multiple: true,
      about: 'an address from which mail is sent, whose name (PTR) is looked for',
    },
    dns: {
      type: 'string',
      value: 'ADDRESS',
      multiple: true,
      about: "a DNS server to ask; by default this machine's",
    },
  },
  common: ['workspace', 'json', 'help'],
  examples: ['forthright doctor', 'forthright doctor --dkim s1 --sender 192.0.2.25 --json'],
  run: async (context, args) => {
    const findings = await wiring.examine(await examinedOf(wiring, context, args));
    context.print(context.json ? `${JSON.stringify({ findings }, null, 2)}\n` : textOf(findings));
    const of = (state: Finding['state']) => findings.filter((one) => one.state === state).length;
    const counts = (['broken', 'doubtful', 'unknown'] as const)
      .filter((state) => of(state) > 0)
      .map((state) => `${of(state)} ${WORDS[state]}`);
    if (of('broken') > 0)
      throw new ForthrightError('not-well', `of ${findings.length} things, ${counts.join(', ')}`);
    if (counts.length > 0)
      throw new ForthrightError('not-sure', `of ${findings.length} things, ${counts.join(', ')}`);
  },
});
