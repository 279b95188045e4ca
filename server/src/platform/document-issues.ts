import type * as z from 'zod';
import { didYouMean } from '../kernel/index.ts';

/** A problem in words, at a path inside the document, not yet at a line. */
export type DescribedIssue = Readonly<{ path: PropertyKey[]; on: 'key' | 'value'; message: string }>;

type Schema = z.core.$ZodType;
type Issue = z.core.$ZodIssue;

/** What zod found wrong with `raw`, in words for the person who wrote the file. */
export function describeIssues(schema: Schema, raw: unknown, issues: readonly Issue[]): DescribedIssue[] {
  return issues.flatMap((issue) => describe(schema, raw, issue, []));
}

function describe(
  schema: Schema,
  raw: unknown,
  issue: Issue,
  prefix: readonly PropertyKey[],
): DescribedIssue[] {
  const path = [...prefix, ...issue.path];
  const value = valueAt(raw, path);
  const say = (message: string, on: 'key' | 'value' = 'value'): DescribedIssue[] => [{ path, on, message }];
  if (issue.code === 'invalid_union') return describeUnion(schema, raw, issue, path, value);
  if (value === undefined && issue.code !== 'unrecognized_keys' && issue.code !== 'custom') {
    return say(`\`${nameOf(path)}\` is missing${expectation(issue, ': ')}`);
  }
  switch (issue.code) {
    case 'unrecognized_keys': {
      const known = keysAt(schema, raw, path);
      return issue.keys.map((key) => ({
        path: [...path, key],
        on: 'key',
        message: unknownKey(nameOf(path), key, known),
      }));
    }
    case 'invalid_value': {
      const known = issue.values.map(String);
      return say(`${shown(path, value)}, which is not one of: ${known.join(', ')}${near(value, known)}`);
    }
    case 'invalid_key':
      return say(
        `\`${String(path.at(-1))}\` can't be a name here: use letters, digits, \`_\` and \`-\`, and begin with a letter`,
        'key',
      );
    default:
      return say(`${shown(path, value)}${expectation(issue, '; ')}`);
  }
}

function describeUnion(
  schema: Schema,
  raw: unknown,
  issue: Extract<Issue, { code: 'invalid_union' }>,
  path: readonly PropertyKey[],
  value: unknown,
): DescribedIssue[] {
  if (issue.discriminator !== undefined) {
    const known = discriminatorValues(schema, raw, path.slice(0, -1), issue.discriminator);
    const list = known.join(', ');
    const message =
      value === undefined
        ? `\`${nameOf(path)}\` is missing: one of ${list}`
        : `${shown(path, value)}, which is not one of: ${list}${near(value, known)}`;
    return [{ path: [...path], on: 'value', message }];
  }
  if (value === undefined) {
    return [{ path: [...path], on: 'value', message: `\`${nameOf(path)}\` is missing` }];
  }
  // The alternative whose shape the value has is the one that was meant.
  const isOtherShape = (i: Issue) =>
    i.path.length === 0 &&
    (i.code === 'invalid_type' || (i.code === 'invalid_value' && typeof value === 'object'));
  const shaped = issue.errors.filter((e) => !e.some(isOtherShape));
  // Of several mappings the one that knows every key which stands there.
  const keyed = shaped.filter((e) => !e.some((i) => i.code === 'unrecognized_keys' && i.path.length === 0));
  const meant = keyed.length > 0 ? keyed : shaped;
  if (meant.length === 1 && meant[0] !== undefined) {
    return meant[0].flatMap((inner) => describe(schema, raw, inner, path));
  }
  const root = issue.errors.flat().filter((i) => i.path.length === 0);
  const words = root.flatMap((i) => (i.code === 'invalid_value' ? i.values.map(String) : []));
  const isOfWords = root.every(
    (i) => i.code === 'invalid_value' || (i.code === 'invalid_type' && i.expected === 'object'),
  );
  if (words.length > 0 && isOfWords && root.length === issue.errors.flat().length) {
    const message = `${shown(path, value)}, which is not one of: ${words.join(', ')}${near(value, words)}`;
    return [{ path: [...path], on: 'value', message }];
  }
  const kinds = kindsOf(issue.errors);
  return [
    {
      path: [...path],
      on: 'value',
      message: `${shown(path, value)}; expected ${[...new Set(kinds)].join(' or ')}`,
    },
  ];
}

function kindsOf(errors: readonly (readonly Issue[])[]): string[] {
  return errors.flat().flatMap((i) => {
    if (i.code === 'invalid_type') return [typeName(i.expected)];
    if (i.code === 'invalid_value' && i.path.length === 0) return i.values.map((v) => `\`${String(v)}\``);
    return i.code === 'invalid_union' && i.path.length === 0 ? kindsOf(i.errors) : ['another shape'];
  });
}

function unknownKey(where: string, key: string, known: readonly string[]): string {
  const inWhat = where === '' ? 'at the top of the file' : `in \`${where}\``;
  const list = known.length > 0 ? ` (known: ${known.join(', ')})` : '';
  return `\`${key}\` is no key ${inWhat}${didYouMean(key, known) || '; take it out, or check where it belongs'}${list}`;
}

function near(value: unknown, known: readonly string[]): string {
  return typeof value === 'string' ? didYouMean(value, known) : '';
}

/** What the schema wants, when it says so in words; else what zod's issue says, in ours. */
function expectation(issue: Issue, joint: string): string {
  if (!isZodsOwn(issue.message)) return `${joint}${issue.message}`;
  switch (issue.code) {
    case 'invalid_type': {
      const quote =
        issue.expected === 'string' && joint === '; ' ? '; put it in quotes if it is meant as text' : '';
      return `${joint}expected ${typeName(issue.expected)}${quote}`;
    }
    case 'too_small':
      if (issue.origin === 'string') return `${joint}it must not be empty`;
      if (issue.origin === 'array') return `${joint}it needs at least ${issue.minimum}`;
      return `${joint}it must be ${issue.inclusive === true ? 'at least' : 'over'} ${issue.minimum}`;
    case 'too_big':
      if (issue.origin === 'string') return `${joint}it has more than ${issue.maximum} characters`;
      return `${joint}it must be at most ${issue.maximum}`;
    case 'invalid_format':
      if (issue.format === 'starts_with') return `${joint}it must begin with \`${prefixOf(issue)}\``;
      if (issue.format === 'url') return `${joint}expected an address such as https://host:8443`;
      return `${joint}expected ${issue.format}`;
    case 'invalid_value':
      return `${joint}one of ${issue.values.map(String).join(', ')}`;
    default:
      return `${joint}${issue.message}`;
  }
}

function prefixOf(issue: Issue): string {
  return 'prefix' in issue ? String(issue.prefix) : '';
}

/** Zod's texts for a program; a schema's own text, for a reader, begins otherwise. */
function isZodsOwn(message: string): boolean {
  return /^(Invalid |Too (small|big)|Unrecognized key|Expected )/.test(message);
}

function typeName(expected: string): string {
  const names: Record<string, string> = {
    string: 'text',
    object: 'a mapping',
    record: 'a mapping',
    array: 'a list',
    number: 'a number',
    int: 'a whole number',
    boolean: 'true or false',
  };
  return names[expected] ?? expected;
}

/** `` `sources.logs.web.at` is 3 `` with the value as JSON, cut short, and without any secret. */
function shown(path: readonly PropertyKey[], value: unknown): string {
  const name = `\`${nameOf(path)}\``;
  if (value === null) return `${name} is empty`;
  if (Array.isArray(value)) return value.length === 0 ? `${name} is an empty list` : `${name} is a list`;
  if (typeof value === 'object') return `${name} is a mapping`;
  if (value === undefined) return name;
  if (/password|secret|token/i.test(String(path.at(-1)))) return `${name} is not right`;
  return `${name} is ${quoted(value)}`;
}

/** A value as a reader may see it: short, on one line, without a password in an address. */
export function quoted(value: unknown): string {
  const isEndless = typeof value === 'number' && !Number.isFinite(value);
  const text = ((isEndless ? undefined : JSON.stringify(value)) ?? String(value)).replace(
    /:\/\/([^:@/\s"]*):[^@/\s"]*@/g,
    '://$1:***@',
  );
  return text.length > 80 ? `${text.slice(0, 77)}…` : text;
}

export function nameOf(path: readonly PropertyKey[]): string {
  return path
    .map((p, i) => (typeof p === 'number' ? `[${p}]` : i === 0 ? String(p) : `.${String(p)}`))
    .join('');
}

function valueAt(raw: unknown, path: readonly PropertyKey[]): unknown {
  let value = raw;
  for (const segment of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, segment)) return undefined;
    value = (value as Record<PropertyKey, unknown>)[segment];
  }
  return value;
}

/** The schemas that may apply at `path`, wrappers taken off and unions narrowed by their discriminator. */
function schemasAt(schema: Schema, raw: unknown, path: readonly PropertyKey[]): z.core.$ZodTypes[] {
  const here = unwrap(schema, raw);
  const [segment, ...rest] = path;
  if (segment === undefined) return here;
  const inner =
    typeof raw === 'object' && raw !== null ? (raw as Record<PropertyKey, unknown>)[segment] : undefined;
  return here.flatMap((s) => {
    const next = childOf(s, segment);
    return next === undefined ? [] : schemasAt(next, inner, rest);
  });
}

function childOf(schema: z.core.$ZodTypes, segment: PropertyKey): Schema | undefined {
  switch (schema._zod.def.type) {
    case 'object':
      return schema._zod.def.shape[String(segment)];
    case 'array':
      return schema._zod.def.element;
    case 'record':
      return schema._zod.def.valueType;
    default:
      return undefined;
  }
}

function unwrap(schema: Schema, raw: unknown): z.core.$ZodTypes[] {
  const s = schema as z.core.$ZodTypes;
  const def = s._zod.def;
  switch (def.type) {
    case 'optional':
    case 'nullable':
    case 'default':
    case 'prefault':
    case 'readonly':
    case 'catch':
      return unwrap(def.innerType, raw);
    case 'pipe':
      return unwrap(def.in, raw);
    case 'union': {
      const options = def.options.flatMap((o) => unwrap(o, raw));
      const by = 'discriminator' in def ? String(def.discriminator) : undefined;
      if (by === undefined) return options;
      const kind = valueAt(raw, [by]);
      const chosen = options.filter((o) => literalsOf(childOf(o, by)).includes(String(kind)));
      return chosen.length > 0 ? chosen : options;
    }
    default:
      return [s];
  }
}

function literalsOf(schema: Schema | undefined): string[] {
  const def = (schema as z.core.$ZodTypes | undefined)?._zod.def;
  if (def?.type === 'literal') return def.values.map(String);
  if (def?.type === 'enum') return Object.values(def.entries).map(String);
  return [];
}

function keysAt(schema: Schema, raw: unknown, path: readonly PropertyKey[]): string[] {
  const keys = schemasAt(schema, raw, path).flatMap((s) => {
    const def = s._zod.def;
    if (def.type === 'object') return Object.keys(def.shape);
    return def.type === 'record' ? literalsOf(def.keyType) : [];
  });
  return [...new Set(keys)];
}

function discriminatorValues(
  schema: Schema,
  raw: unknown,
  path: readonly PropertyKey[],
  by: string,
): string[] {
  return [...new Set(schemasAt(schema, raw, path).flatMap((s) => literalsOf(childOf(s, by))))];
}
