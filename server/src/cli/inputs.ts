/** From an operation's input to a command's arguments and options, and back to the JSON that is asked with. */
import { ForthrightError, type Problem } from '@forthright/contract';
import * as z from 'zod';
import type { Operation as Asking } from '../prove/index.ts';
import type { Args, OptionSpec, OptionValue } from './types.ts';

type Json = { [name: string]: unknown };
type Value = 'text' | 'number' | 'list' | 'json' | 'instant' | 'true' | 'false' | 'null' | 'secret';

/** One option: what its word becomes, and where that stands in the input. */
type Leaf = Readonly<{ option: string; path: readonly string[]; value: Value; spec: OptionSpec }>;

/** How an operation is asked on the command line. */
export type Form = Readonly<{
  takes: readonly Readonly<{ name: string; about: string }>[];
  options: Readonly<Record<string, OptionSpec>>;
  /** What is asked for at the terminal, because whoever lists the processes reads the command line. */
  secrets: readonly string[];
  leaves: readonly Leaf[];
}>;

/** Words that must not stand in a command line. */
const SECRET = /password|secret/i;
const DEEPEST = 4;
/** What every such command has of its own; a field of that name is `--field-data`. */
const OWN: ReadonlySet<string> = new Set([
  'data',
  'help',
  'input',
  'json',
  'out',
  'server',
  'token-file',
  'workspace',
]);

const dashed = (name: string): string => name.replaceAll(/[A-Z]/g, (c) => `-${c.toLowerCase()}`);
const parametersOf = (path: string): string[] =>
  [...path.matchAll(/:([A-Za-z]\w*)/g)].map(([, name]) => name ?? '');

/** Path parameters are arguments in their order; every other field is an option, `cause.actorVariety` as `--cause-actor-variety`. */
export function formOf({ input, path }: Pick<Asking, 'input' | 'path'>): Form {
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Json;
  const definitions = (schema.$defs ?? {}) as { [name: string]: Json };
  const parameters = parametersOf(path);
  const required = new Set((schema.required as string[] | undefined) ?? []);
  const leaves = Object.entries((schema.properties ?? {}) as { [name: string]: Json })
    .filter(([name]) => !parameters.includes(name))
    .flatMap(([name, inner]) => leavesOf(inner, [name], required.has(name), definitions));
  const shown = leaves.filter(({ value }) => value !== 'secret');
  return {
    takes: parameters.map((name) => ({
      name: dashed(name).toUpperCase(),
      about: choicesOf(schema, name) ?? `the id of the ${name}`,
    })),
    options: Object.fromEntries(shown.map(({ option, spec }) => [option, spec])),
    secrets: leaves.flatMap((leaf) => (leaf.value === 'secret' ? [leaf.option] : [])),
    leaves,
  };
}

/** Of a parameter that is one of a few words. */
function choicesOf({ properties }: Json, name: string): string | undefined {
  const { enum: choices } = (properties as { [name: string]: Json } | undefined)?.[name] ?? {};
  return Array.isArray(choices) ? choices.join(' | ') : undefined;
}

function leavesOf(
  rawSchema: Json,
  path: readonly string[],
  isRequired: boolean,
  definitions: Readonly<Record<string, Json>>,
): Leaf[] {
  const { schema, isNullable } = plain(rawSchema, definitions);
  const plainOption = path.map(dashed).join('-');
  const option = OWN.has(plainOption) ? `field-${plainOption}` : plainOption;
  const about = (words: string) => [words, isRequired ? 'required' : ''].filter((w) => w !== '').join('; ');
  const leaf = (value: Value, spec: OptionSpec): Leaf => ({ option, path, value, spec });
  const none: Leaf[] = isNullable
    ? [{ option: `no-${option}`, path, value: 'null', spec: { type: 'boolean', about: `no ${path.at(-1)}` } }]
    : [];
  const fields = path.length < DEEPEST ? fieldsOf(schema) : undefined;
  if (fields !== undefined)
    return [
      ...none,
      ...fields.flatMap(([name, inner, isDue]) =>
        leavesOf(inner, [...path, name], isRequired && isDue, definitions),
      ),
    ];
  const name = path.at(-1) ?? '';
  const words = wordsOf(schema);
  if (schema.type === 'boolean')
    return [
      leaf('true', { type: 'boolean', about: about(`say that ${name}`) }),
      {
        option: `no-${option}`,
        path,
        value: 'false',
        spec: { type: 'boolean', about: `say that not ${name}` },
      },
    ];
  if (schema.type === 'integer' || schema.type === 'number')
    return [...none, leaf('number', { type: 'string', value: 'N', about: about(words) })];
  if (schema.type === 'array' && isScalar((schema.items ?? {}) as Json)) {
    const spec = { type: 'string', value: valueName(schema.items as Json), multiple: true } as const;
    return [
      ...none,
      leaf('list', {
        ...spec,
        about: about(
          [wordsOf(schema.items as Json), 'give each by itself'].filter((w) => w !== '').join('; '),
        ),
      }),
    ];
  }
  if (schema.type === 'array' || schema.type === 'object' || schema.anyOf !== undefined)
    return [...none, leaf('json', { type: 'string', value: 'JSON', about: about('as JSON') })];
  if (schema.format === 'date-time')
    return [
      ...none,
      leaf('instant', {
        type: 'string',
        value: 'TIME',
        about: about('an instant with its zone, such as 2025-11-20T15:05:00+01:00, or `now`'),
      }),
    ];
  // Whether a password can be turned back is no password.
  const value = SECRET.test(name) && schema.enum === undefined ? 'secret' : 'text';
  return [...none, leaf(value, { type: 'string', value: valueName(schema), about: about(words) })];
}

/** What a reference or `… | null` stands for. */
function plain(
  schema: Json,
  definitions: Readonly<Record<string, Json>>,
): { schema: Json; isNullable: boolean } {
  const id = /^#\/\$defs\/(.+)$/.exec(String(schema.$ref ?? ''))?.[1];
  const here = id === undefined ? schema : (definitions[id] ?? {});
  const either = here.anyOf as Json[] | undefined;
  const others = either?.filter(({ type }) => type !== 'null');
  const [only] = others ?? [];
  if (either === undefined || others?.length !== 1 || only === undefined)
    return { schema: here, isNullable: false };
  return { schema: plain(only, definitions).schema, isNullable: either.length > 1 };
}

/** Of an object, or of a record whose keys are a closed list. */
function fieldsOf(schema: Json): [string, Json, boolean][] | undefined {
  if (schema.type !== 'object') return undefined;
  const required = (schema.required as string[] | undefined) ?? [];
  if (schema.properties !== undefined)
    return Object.entries(schema.properties as { [name: string]: Json }).map(([name, inner]) => [
      name,
      inner,
      required.includes(name),
    ]);
  const names = (schema.propertyNames as Json | undefined)?.enum as string[] | undefined;
  return names?.map((name) => [name, schema.additionalProperties as Json, required.includes(name)]);
}

const isScalar = ({ type, enum: choices }: Json): boolean =>
  choices !== undefined || type === 'string' || type === 'number' || type === 'integer';

const valueName = ({ enum: choices, format }: Json): string =>
  choices !== undefined ? 'WORD' : format === 'email' ? 'ADDRESS' : 'TEXT';

function wordsOf({ enum: choices, default: usual, minimum, maximum }: Json): string {
  const most = typeof maximum === 'number' && maximum < Number.MAX_SAFE_INTEGER ? ` to ${maximum}` : '';
  return [
    Array.isArray(choices) ? choices.join(' | ') : '',
    typeof minimum === 'number' && minimum > Number.MIN_SAFE_INTEGER ? `from ${minimum}${most}` : '',
    usual === undefined || typeof usual === 'object' ? '' : `by default ${String(usual)}`,
  ]
    .filter((words) => words !== '')
    .join('; ');
}

/** Minutes of the zone as ISO 8601 writes them. */
function zoned(now: Date): string {
  const minutes = -now.getTimezoneOffset();
  const local = new Date(now.getTime() + minutes * 60_000).toISOString().slice(0, 19);
  const two = (n: number) => String(Math.floor(Math.abs(n))).padStart(2, '0');
  return `${local}${minutes < 0 ? '-' : '+'}${two(minutes / 60)}:${two(minutes % 60)}`;
}

/** The input that arguments and options say, laid over `given`. Refuses words that can't be what they stand for. */
export function inputOf(
  form: Form,
  path: string,
  { positional, options }: Args,
  { given, now }: Readonly<{ given: Json; now: Date }>,
): Json {
  const input: Json = structuredClone(given);
  for (const name of parametersOf(path)) input[name] = positional[dashed(name)];
  const problems: Problem[] = [];
  for (const leaf of form.leaves) {
    const word = options[leaf.option];
    if (word === undefined || word === false) continue;
    const value = read(leaf, word, now);
    if (value === undefined) problems.push({ at: `--${leaf.option}`, message: `is no ${leaf.value}` });
    else put(input, leaf.path, value.is);
  }
  if (problems.length === 0) return input;
  throw new ForthrightError('usage', 'An option says nothing that could be meant.', { problems });
}

function read({ value }: Leaf, word: OptionValue, now: Date): { is: unknown } | undefined {
  switch (value) {
    case 'true':
      return { is: true };
    case 'false':
      return { is: false };
    case 'null':
      return { is: null };
    case 'number':
      return /^-?\d{1,15}(\.\d{1,15})?$/.test(String(word)) ? { is: Number(word) } : undefined;
    case 'instant':
      return { is: word === 'now' ? zoned(now) : word };
    case 'json':
      return readJson(String(word));
    case 'list':
    case 'text':
    case 'secret':
      return { is: word };
  }
}

function readJson(text: string): { is: unknown } | undefined {
  try {
    return { is: JSON.parse(text) };
  } catch {
    return undefined;
  }
}

function put(into: Json, path: readonly string[], value: unknown): void {
  const [first = '', ...rest] = path;
  if (rest.length === 0) {
    into[first] = value;
    return;
  }
  const next = into[first];
  const inner = typeof next === 'object' && next !== null && !Array.isArray(next) ? (next as Json) : {};
  into[first] = inner;
  put(inner, rest, value);
}

/** A problem of the input, at the option or argument where its value was given. */
export function atOption(form: Form, path: string, { at, message }: Problem): Problem {
  const parts = at.split('.');
  const [first = ''] = parts;
  if (parametersOf(path).includes(first)) return { at: dashed(first).toUpperCase(), message };
  const under = (leaf: Leaf) => leaf.path.every((part, i) => i >= parts.length || parts[i] === part);
  const exact = form.leaves.find((leaf) => leaf.value !== 'null' && leaf.path.join('.') === at);
  const near = exact ?? form.leaves.find((leaf) => at !== '' && leaf.value !== 'null' && under(leaf));
  return { at: near === undefined ? at : `--${near.option}`, message };
}
