/**
 * What is typed in a form whose fields somebody else may change meanwhile. Nothing that nobody has touched stands still: it follows
 * what is there now. What somebody touches stands as they saw it, whole groups where these go to the server whole, and is neither
 * sent over what another has said since nor taken away. Pure.
 */

export type Values = Readonly<Record<string, unknown>>;
/** Fields that are said together; each field stands in one group at most, and is one of its own where it stands in none. */
export type Groups = readonly (readonly string[])[];

export type Typing = Readonly<{
  /** Of each group that was touched: what stands in its fields now. */
  typed: Values;
  /** And what stood in them when it was touched first. */
  base: Values;
}>;

export const UNTOUCHED: Typing = { typed: {}, base: {} };

const isSame = (one: unknown, other: unknown): boolean =>
  one === other ||
  (Array.isArray(one) &&
    Array.isArray(other) &&
    one.length === other.length &&
    one.every((each) => other.includes(each)));

const groupOf = (field: string, groups: Groups): readonly string[] =>
  groups.find((group) => group.includes(field)) ?? [field];

const part = (values: Values, fields: readonly string[]): Values =>
  Object.fromEntries(fields.map((field) => [field, values[field]]));

const without = (values: Values, fields: readonly string[]): Values =>
  Object.fromEntries(Object.entries(values).filter(([field]) => !fields.includes(field)));

const isEqual = (one: Values, other: Values, fields: readonly string[]): boolean =>
  fields.every((field) => isSame(one[field], other[field]));

/** What stands in the form. */
export const valuesOf = <T extends Values>({ typed }: Typing, now: T): T => ({ ...now, ...typed });

export const isTouched = ({ typed }: Typing): boolean => Object.keys(typed).length > 0;

/** What was typed in this group is dropped: it shows again what is there. */
export const withTheirs = ({ typed, base }: Typing, group: readonly string[]): Typing => ({
  typed: without(typed, group),
  base: without(base, group),
});

/** With another value in one field. A group in which everything is as it was again is touched no more. */
export function withTyped(
  typing: Typing,
  now: Values,
  groups: Groups,
  [field, value]: readonly [field: string, value: unknown],
): Typing {
  const group = groupOf(field, groups);
  const typed = { ...part(now, group), ...typing.typed, [field]: value };
  const base = { ...part(now, group), ...typing.base };
  return isEqual(typed, base, group) ? withTheirs({ typed, base }, group) : { typed, base };
}

/** What stands there now was read, and what was typed in this group goes over it. */
export const withMine = ({ typed, base }: Typing, now: Values, group: readonly string[]): Typing => ({
  typed,
  base: { ...base, ...part(now, group) },
});

/** Groups in which something was typed over what somebody else has said otherwise meanwhile. */
export function conflictsOf({ typed, base }: Typing, now: Values, groups: Groups): Groups {
  const touched = new Map(
    Object.keys(typed).map((field) => {
      const group = groupOf(field, groups);
      return [group[0], group];
    }),
  );
  return [...touched.values()].filter((group) => !isEqual(base, now, group) && !isEqual(typed, now, group));
}
