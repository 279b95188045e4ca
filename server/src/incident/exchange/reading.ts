/** Reads a stranger's JSON field by field, and knows afterwards what of it nobody has read. */
import type { NotUnderstood, Problem } from '@forthright/contract';
import { visible } from '../../kernel/index.ts';

type Json = unknown;
type JsonObject = Readonly<Record<string, Json>>;

const isObject = (value: Json): value is JsonObject =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Values that say nothing, so that nothing is lost when nobody reads them. */
const EMPTY: readonly Json[] = ['Unknown', 'NA', '000', '', null];
const MOST_LISTED = 500;
const LONGEST_VALUE = 200;

export class Reading {
  readonly #record: JsonObject;
  readonly #read = new Set<string>();
  readonly #problems: Problem[] = [];

  constructor(record: JsonObject) {
    this.#record = record;
  }

  get problems(): readonly Problem[] {
    return this.#problems;
  }

  problem(path: string, message: string): void {
    this.#problems.push({ at: path, message });
  }

  /** The value at a path of own fields; undefined when it is not there. A path through something else is a problem. */
  #at(path: string): Json {
    let value: Json = this.#record;
    const walked: string[] = [];
    for (const name of path.split('.')) {
      if (!isObject(value)) {
        this.problem(walked.join('.'), 'an object is expected here');
        return undefined;
      }
      if (!Object.hasOwn(value, name)) return undefined;
      value = value[name];
      walked.push(name);
    }
    return value;
  }

  text(path: string): string | undefined {
    const value = this.#at(path);
    if (value === undefined) return undefined;
    if (typeof value === 'string') {
      this.#read.add(path);
      return value;
    }
    this.problem(path, 'a text is expected here');
    return undefined;
  }

  /** The names of the fields at a path. */
  names(path: string): string[] {
    const value = this.#at(path);
    if (value === undefined) return [];
    if (isObject(value)) return Object.keys(value);
    this.problem(path, 'an object is expected here');
    return [];
  }

  /** A list of texts; each that is used is to be claimed. */
  texts(path: string): string[] {
    const value = this.#at(path);
    if (value === undefined) return [];
    if (Array.isArray(value) && value.every((one) => typeof one === 'string')) return value;
    this.problem(path, 'a list of texts is expected here');
    return [];
  }

  count(path: string): number | undefined {
    const value = this.#at(path);
    if (value === undefined) return undefined;
    if (typeof value === 'number' && Number.isSafeInteger(value) && value >= 0) {
      this.#read.add(path);
      return value;
    }
    this.problem(path, 'a whole number from 0 on is expected here');
    return undefined;
  }

  /** Whatever stands there, as it is; nothing of it counts as read. */
  raw(path: string): Json {
    return this.#at(path);
  }

  /** Counts this, and all that is in it, as read. */
  claim(path: string): void {
    this.#read.add(path);
  }

  /** Every value that nobody has read, with its path. */
  notUnderstood(): Readonly<{ listed: NotUnderstood[]; more: number }> {
    const listed: NotUnderstood[] = [];
    let more = 0;
    const walk = (value: Json, path: string): void => {
      if (this.#read.has(path)) return;
      const inner = Array.isArray(value)
        ? value.map((one, i) => [String(i), one] as const)
        : isObject(value)
          ? Object.entries(value)
          : undefined;
      if (inner !== undefined && inner.length > 0) {
        for (const [name, one] of inner) {
          // A field that is called `a.b` must not pass for the `b` of `a`.
          const step = name.includes('.') ? JSON.stringify(name) : name;
          walk(one, path === '' ? step : `${path}.${step}`);
        }
      } else if (!EMPTY.includes(value)) {
        if (listed.length < MOST_LISTED)
          listed.push({ at: short(path), value: short(JSON.stringify(value)) });
        else more += 1;
      }
    };
    walk(this.#record, '');
    return { listed, more };
  }
}

const short = (text: string): string => {
  const shown = visible(text);
  return shown.length > LONGEST_VALUE ? `${shown.slice(0, LONGEST_VALUE)}…` : shown;
};
