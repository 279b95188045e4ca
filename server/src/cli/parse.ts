import { parseArgs } from 'node:util';
import { ForthrightError } from '@forthright/contract';
import { didYouMean } from '../kernel/index.ts';
import { usageOf } from './help.ts';
import type { Args, Operation, OptionSpec, OptionValue } from './types.ts';

export const COMMON_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  workspace: {
    type: 'string',
    value: 'FILE',
    about: 'the workspace; by default forthright.yaml beside the incident file, here, or in a folder above',
  },
  json: { type: 'boolean', about: 'print the answer (and any error) as JSON' },
  out: { type: 'string', value: 'PATH', about: 'write the files of the answer there' },
  help: { type: 'boolean', about: 'show this help' },
};
const TOP_OPTIONS: Readonly<Record<string, OptionSpec>> = {
  ...COMMON_OPTIONS,
  version: { type: 'boolean', about: 'show the version' },
};

/** Its own options and those of the common ones that mean something to it. */
export function optionsOf({ options, common }: Operation): Readonly<Record<string, OptionSpec>> {
  const shared = Object.entries(COMMON_OPTIONS).filter(([name]) => common?.includes(name) ?? true);
  return { ...options, ...Object.fromEntries(shared) };
}

export type Parsed =
  | Readonly<{ kind: 'version' }>
  | Readonly<{ kind: 'help'; about: Operation | null }>
  | Readonly<{
      kind: 'run';
      operation: Operation;
      args: Args;
      workspace: string | undefined;
      json: boolean;
      out: string | undefined;
    }>;

const usage = (message: string) => new ForthrightError('usage', message);

/** What the words of the command line ask for. Refuses with the nearest command or option suggested. */
export function parseCommand(argv: readonly string[], operations: readonly Operation[]): Parsed {
  const all = Object.assign({}, ...operations.map((o) => o.options ?? {}), TOP_OPTIONS) as typeof TOP_OPTIONS;
  // Which command it is decides what an option's word means; two commands may have options of one name.
  const named = wordsOf(argv, all).find((token) => token.kind === 'positional')?.value;
  const asked = operations.find((o) => o.name === named);
  const own = asked?.options;
  // What a command takes is named of that command alone: all commands together have hundreds of options.
  const offered = asked === undefined ? TOP_OPTIONS : optionsOf(asked);
  const { words, given } = readWords(argv, { ...all, ...TOP_OPTIONS, ...own }, offered);
  const [command, ...rest] = words;
  const names = [...operations.map((o) => o.name), 'help'];
  if (command !== undefined && !names.includes(command)) {
    throw usage(`there is no command \`${command}\`${didYouMean(command, names)}`);
  }
  if (given.has('version') && own?.version === undefined) return { kind: 'version' };
  if (command === undefined) {
    if (given.has('help')) return { kind: 'help', about: null };
    throw usage('name a command, such as `forthright scope INCIDENT`');
  }
  if (command === 'help') return { kind: 'help', about: topicOf(rest, operations) };
  const operation = operations.find((o) => o.name === command);
  if (operation === undefined) throw usage(`there is no command \`${command}\``);
  const known = optionsOf(operation);
  for (const name of given.keys()) {
    if (!Object.hasOwn(known, name))
      throw usage(`\`${command}\` has no option \`--${name}\`${nearOption(name, known)}`);
  }
  if (given.has('help')) return { kind: 'help', about: operation };
  const text = (name: string) => given.get(name) as string | undefined;
  return {
    kind: 'run',
    operation,
    args: {
      positional: positionals(operation, rest),
      options: Object.fromEntries(
        Object.keys(operation.options ?? {}).map((name) => [name, given.get(name)]),
      ),
    },
    workspace: text('workspace'),
    json: given.has('json'),
    out: text('out'),
  };
}

type Given = Map<string, OptionValue>;

function wordsOf(argv: readonly string[], specs: Readonly<Record<string, OptionSpec>>) {
  const options = Object.fromEntries(Object.entries(specs).map(([name, { type }]) => [name, { type }]));
  const shorts = { help: { type: 'boolean', short: 'h' } } as const;
  const { tokens } = parseArgs({
    args: [...argv],
    options: { ...options, ...shorts },
    strict: false,
    allowPositionals: true,
    tokens: true,
  });
  return tokens;
}

function readWords(
  argv: readonly string[],
  specs: Readonly<Record<string, OptionSpec>>,
  offered: Readonly<Record<string, OptionSpec>>,
): { words: string[]; given: Given } {
  const words: string[] = [];
  const given: Given = new Map();
  for (const token of wordsOf(argv, specs)) {
    if (token.kind === 'positional') words.push(token.value);
    if (token.kind !== 'option') continue;
    const spec = Object.hasOwn(specs, token.name) ? specs[token.name] : undefined;
    if (spec === undefined)
      throw usage(`there is no option \`${token.rawName}\`${nearOption(token.name, offered)}`);
    const value = optionValue(token, spec);
    const before = given.get(token.name);
    if (spec.multiple === true && typeof value === 'string')
      given.set(token.name, [...(Array.isArray(before) ? before : []), value]);
    else if (before === undefined) given.set(token.name, value);
    else throw usage(`\`--${token.name}\` is given twice; give it once`);
  }
  return { words, given };
}

function optionValue(
  token: Readonly<{ name: string; value: string | undefined; inlineValue: boolean | undefined }>,
  spec: OptionSpec,
): string | boolean {
  if (spec.type === 'boolean') {
    if (token.value !== undefined) throw usage(`\`--${token.name}\` takes no value; write it alone`);
    return true;
  }
  const isNext = token.inlineValue !== true && token.value?.startsWith('-') === true && token.value !== '-';
  if (token.value === undefined || token.value === '' || isNext) {
    throw usage(`\`--${token.name}\` needs a value: \`--${token.name} ${spec.value ?? 'VALUE'}\``);
  }
  return token.value;
}

function nearOption(name: string, specs: Readonly<Record<string, OptionSpec>>): string {
  const names = Object.keys(specs);
  const near = didYouMean(name, names).replace('`', '`--');
  return near || ` (known: ${names.map((n) => `--${n}`).join(', ')})`;
}

function topicOf(rest: readonly string[], operations: readonly Operation[]): Operation | null {
  const [topic] = rest;
  if (topic === undefined || topic === 'help') return null;
  const operation = operations.find((o) => o.name === topic);
  if (operation !== undefined) return operation;
  const names = operations.map((o) => o.name);
  throw usage(`there is no command \`${topic}\`${didYouMean(topic, names)}`);
}

function positionals(operation: Operation, words: readonly string[]): Record<string, string> {
  const takes = operation.takes ?? [];
  const missing = takes.slice(words.length).filter((t) => t.optional !== true);
  if (missing.length > 0) {
    const what = missing.map((m) => `${m.name} (${m.about})`).join(' and ');
    throw usage(`\`${operation.name}\` needs ${what}: ${usageOf(operation)}`);
  }
  if (words.length > takes.length) {
    throw usage(`\`${words[takes.length]}\` is one word too many: ${usageOf(operation)}`);
  }
  const named = words.map((word, i) => [(takes[i]?.name ?? '').toLowerCase(), word] as const);
  const empty = named.find(([, word]) => word.trim() === '');
  if (empty !== undefined) throw usage(`${empty[0].toUpperCase()} is empty: ${usageOf(operation)}`);
  return Object.fromEntries(named);
}
