/** From a request to an operation's input: one object, of which every field stands in exactly one place. */
import { ForthrightError, type Problem } from '@forthright/contract';
import * as z from 'zod';
import { didYouMean, fromHeader, headerOf } from '../kernel/index.ts';
import type { Asked } from './types.ts';

export type Json = { [name: string]: unknown };
/** `header` in place of the query where the body is a file: an address is logged on the way, and its fields are names and prose. */
type Place = 'path' | 'query' | 'header' | 'body';

/** An operation's fields, and where a request has each. */
export type Shape = Readonly<{
  fields: ReadonlyMap<string, Readonly<{ place: Place; schema: Json; isRequired: boolean }>>;
  takesBody: boolean;
  definitions: Json;
}>;

export type RawInput = Readonly<{
  path: unknown;
  query: unknown;
  body: unknown;
  headers?: Readonly<Record<string, unknown>>;
}>;

export const parametersOf = (path: string): string[] =>
  [...path.matchAll(/:([A-Za-z]\w*)/g)].map(([, name]) => name ?? '');

/**
 * Where each field of an input stands. Throws, when the server is made, for an input that the door could not hold to
 * its word: one that is no object, lacks a parameter of its path, or would pass over an unknown field further in.
 */
export function shapeOf({ name, input, method, path, streams }: Asked): Shape {
  const schema = z.toJSONSchema(input, { io: 'input', unrepresentable: 'any' }) as Json;
  if (schema.type !== 'object') throw new Error(`The input of ${name} is no object.`);
  const properties = (schema.properties ?? {}) as { [name: string]: Json };
  for (const [field, inner] of Object.entries(properties)) refuseLoose(inner, `${name}.${field}`);
  const parameters = parametersOf(path);
  const missing = parameters.find((parameter) => !Object.hasOwn(properties, parameter));
  if (missing !== undefined) throw new Error(`The input of ${name} lacks the path's ${missing}.`);
  const takesBody = method !== 'GET' && method !== 'DELETE' && streams !== 'takes a file';
  const required = new Set((schema.required as string[] | undefined) ?? []);
  const rest: Place = takesBody ? 'body' : streams === 'takes a file' ? 'header' : 'query';
  const fields = Object.entries(properties).map(([field, inner]) => {
    const place: Place = parameters.includes(field) ? 'path' : rest;
    return [field, { place, schema: inner, isRequired: required.has(field) }] as const;
  });
  return { fields: new Map(fields), takesBody, definitions: (schema.$defs ?? {}) as Json };
}

function refuseLoose(schema: unknown, at: string): void {
  if (Array.isArray(schema)) for (const [i, inner] of schema.entries()) refuseLoose(inner, `${at}.${i}`);
  if (typeof schema !== 'object' || schema === null || Array.isArray(schema)) return;
  const { type, properties, additionalProperties } = schema as Json;
  if (type === 'object' && properties !== undefined && additionalProperties === undefined)
    throw new Error(`${at} would pass over unknown fields: make it a strictObject.`);
  for (const [key, inner] of Object.entries(schema)) refuseLoose(inner, `${at}.${key}`);
}

/** The operation's input, checked. Refuses with every problem of every place at once. */
export function readInput(operation: Asked, shape: Shape, raw: RawInput): unknown {
  const problems: Problem[] = [];
  const merged: Json = {};
  const given = { ...raw, header: inHeaders(shape, raw.headers, problems) };
  for (const place of ['path', 'query', 'header', 'body'] as const) {
    for (const [name, value] of entriesOf(given[place], place, problems)) {
      const field = shape.fields.get(name);
      if (field?.place !== place) problems.push({ at: name, message: misplaced(name, place, shape) });
      else merged[name] = place === 'body' ? value : fromText(field.schema, value);
    }
  }
  const parsed = operation.input.safeParse(merged);
  const found = parsed.success ? [] : parsed.error.issues.flatMap(problemsOf);
  const all = [...problems, ...found.filter((p) => !problems.some(({ at }) => at === p.at))];
  if (parsed.success && all.length === 0) return parsed.data;
  const count = all.length === 1 ? 'One thing is' : `${all.length} things are`;
  throw new ForthrightError('request-invalid', `${count} wrong with what \`${operation.name}\` was given.`, {
    problems: all.slice(0, MOST_PROBLEMS).map(({ at, message }) => ({
      at: at.slice(0, LONGEST_NAME),
      message: message.slice(0, LONGEST_MESSAGE),
    })),
  });
}

/** The fields that stand in headers. Of all others nothing is read, and nothing refused: browsers and proxies add what they like. */
function inHeaders({ fields }: Shape, headers: RawInput['headers'] = {}, problems: Problem[]): Json {
  const found: Json = {};
  for (const [name, { place }] of fields) {
    const raw = place === 'header' ? headers[headerOf(name).toLowerCase()] : undefined;
    if (raw === undefined) continue;
    const text = fromHeader(String(raw));
    if (text !== undefined) found[name] = text;
    else
      problems.push({
        at: name,
        message: `the header ${headerOf(name)} is percent-encoded UTF-8, and there once`,
      });
  }
  return found;
}

/** A body of a hundred thousand unknown fields, or of one whose name is a megabyte, is not answered at such length. */
const MOST_PROBLEMS = 100;
const LONGEST_NAME = 100;
const LONGEST_MESSAGE = 500;

function entriesOf(raw: unknown, place: Place, problems: Problem[]): [string, unknown][] {
  if (raw === undefined || (raw === null && place !== 'body')) return [];
  if (typeof raw !== 'object' || raw === null || Array.isArray(raw)) {
    problems.push({ at: '', message: 'the body must be one JSON object' });
    return [];
  }
  return Object.entries(raw).slice(0, 2 * MOST_PROBLEMS);
}

function misplaced(name: string, place: Place, shape: Shape): string {
  const field = shape.fields.get(name);
  if (field?.place === 'header') return `belongs into the header ${headerOf(name)}, not into the ${place}`;
  if (field !== undefined) return `belongs into the ${field.place}, not into the ${place}`;
  return `is not known here${didYouMean(name.slice(0, LONGEST_NAME), shape.fields.keys())}`;
}

/** A query has text only. What is no such value stays text, for the schema to refuse. */
function fromText(schema: Json, value: unknown): unknown {
  if (schema.type === 'array') {
    const items = (schema.items ?? {}) as Json;
    return (Array.isArray(value) ? value : [value]).map((item) => fromText(items, item));
  }
  if (typeof value !== 'string') return value;
  const isNumber = schema.type === 'integer' || schema.type === 'number';
  if (isNumber && /^-?\d{1,15}(\.\d{1,15})?$/.test(value)) return Number(value);
  if (schema.type === 'boolean' && (value === 'true' || value === 'false')) return value === 'true';
  return value;
}

function problemsOf(issue: z.core.$ZodIssue): Problem[] {
  const at = issue.path.map(String).join('.');
  if (issue.code !== 'unrecognized_keys') return [{ at, message: issue.message }];
  return issue.keys.map((key) => ({ at: at === '' ? key : `${at}.${key}`, message: 'is not known here' }));
}
