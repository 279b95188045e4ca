/**
 * Facts in their three forms: as somebody gives them, as an entry states them (names and numbers in the clear, all
 * that was typed as texts), and as the tables hold them (in place of each text, the entry that is committed to it).
 */
import type { SetIncidentFacts } from '@forthright/contract';
import type { Json } from '@forthright/register';
import type { Text } from '../prove/index.ts';
import type { Facts, Typed } from './types.ts';

/** Facts with, for each text, the register's entry that is committed to it. */
export type StoredFacts = Facts<number>;
export type GivenFacts = Omit<SetIncidentFacts, 'incident' | 'version'>;
export type TextAt = (index: number, name: string) => Typed;

/** Of each fact: which of its fields somebody types, and by which name that text stands in the register. */
const TYPED_FIELDS: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  cause: { summary: 'summary' },
  estimate: { by: 'estimateBy' },
  records: { by: 'recordsBy' },
  reportedBy: { name: 'reporterName', contact: 'reporterContact' },
  entity: { name: 'entity' },
  role: { for: 'roleFor' },
};
/** Facts that are one text. */
const TYPED_WHOLE: readonly string[] = [
  'title',
  'site',
  'brand',
  'contactPoint',
  'effects',
  'remedies',
  'delay',
];
const saidBy = (time: string): string => `saidBy.${time}`;

type Values = Record<string, unknown>;
const typedOf = (fact: string): Readonly<Record<string, string>> => TYPED_FIELDS[fact] ?? {};
const isGiven = ([, value]: [string, unknown]): boolean => value !== undefined;
const given = (values: object): [string, unknown][] => Object.entries(values).filter(isGiven);

/** What an entry states of these facts. */
export function statedFacts({ times = {}, ...others }: GivenFacts): {
  facts: Record<string, Json>;
  texts: Record<string, Text>;
} {
  const facts: Record<string, Json> = {};
  const texts: Record<string, Text> = {};
  for (const [fact, value] of given(others)) {
    if (value === null) facts[fact] = null;
    else if (TYPED_WHOLE.includes(fact)) texts[fact] = { value: String(value) };
    else if (typeof value !== 'object') facts[fact] = value as Json;
    else {
      const clear = given(value).filter(([field]) => typedOf(fact)[field] === undefined);
      if (clear.length > 0) facts[fact] = Object.fromEntries(clear) as Record<string, Json>;
      for (const [field, name] of Object.entries(typedOf(fact))) {
        const text = (value as Values)[field];
        if (text !== undefined) texts[name] = { value: String(text) };
      }
    }
  }
  const instants = given(times).map(([name, time]) => [name, (time as { at: string } | null)?.at ?? null]);
  if (instants.length > 0) facts.times = Object.fromEntries(instants);
  for (const [name, time] of Object.entries(times))
    if (time !== null && time !== undefined) texts[saidBy(name)] = { value: time.saidBy };
  return { facts, texts };
}

/** The given facts as they are stored; those that are taken back are not among them. */
export function storedFacts({ times, ...others }: GivenFacts, entry: number): Partial<StoredFacts> {
  const stored: Values = {};
  for (const [fact, value] of given(others)) {
    if (value === null) continue;
    if (TYPED_WHOLE.includes(fact)) stored[fact] = entry;
    else if (typeof value !== 'object') stored[fact] = value;
    else
      stored[fact] = Object.fromEntries(
        given(value).map(([field, inner]) => [field, typedOf(fact)[field] === undefined ? inner : entry]),
      );
  }
  if (times !== undefined)
    stored.times = Object.fromEntries(
      Object.entries(times).flatMap(([name, time]) =>
        time === null ? [] : [[name, { at: time.at, saidBy: entry }]],
      ),
    );
  return stored as Partial<StoredFacts>;
}

/** What was stored, with this change in it. */
export function mergedFacts(stored: StoredFacts, change: GivenFacts, entry: number): StoredFacts {
  const added = storedFacts(change, entry);
  const { times: changedTimes = {}, ...others } = change;
  const isKept = ([name, value]: [string, unknown], from: object) =>
    value !== undefined && (from as Values)[name] !== null;
  const times = Object.entries({ ...stored.times, ...added.times }).filter((one) =>
    isKept(one, changedTimes),
  );
  const facts = Object.entries({ ...stored, ...added }).filter((one) => isKept(one, others));
  return { ...Object.fromEntries(facts), times: Object.fromEntries(times) } as StoredFacts;
}

/** The entries that hold the texts of these facts. */
export function entriesOf({ times, ...others }: StoredFacts): number[] {
  const found = Object.values(times).map((time) => time.saidBy);
  for (const [fact, value] of given(others)) {
    if (TYPED_WHOLE.includes(fact)) found.push(value as number);
    for (const field of Object.keys(typedOf(fact))) {
      const entry = (value as Values)[field];
      if (entry !== undefined) found.push(entry as number);
    }
  }
  return found;
}

/** Stored facts with their texts, as far as these are not erased. */
export function withTexts({ times, ...others }: StoredFacts, text: TextAt): Facts {
  const facts: Values = {};
  for (const [fact, value] of given(others)) {
    if (TYPED_WHOLE.includes(fact)) facts[fact] = text(value as number, fact);
    else if (typeof value !== 'object' || value === null) facts[fact] = value;
    else
      facts[fact] = Object.fromEntries(
        given(value).map(([field, inner]) => {
          const name = typedOf(fact)[field];
          return [field, name === undefined ? inner : text(inner as number, name)];
        }),
      );
  }
  facts.times = Object.fromEntries(
    Object.entries(times).map(([name, time]) => [
      name,
      { at: time.at, saidBy: text(time.saidBy, saidBy(name)) },
    ]),
  );
  return facts as Facts;
}
