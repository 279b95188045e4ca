/** What a form about an incident changes of its facts: only what is other than what stands there; what was emptied is taken back. Pure. */
import type { paths } from '../../app/api.gen.ts';

type Incident = paths['/api/incidents/{incident}'];
type Body = Incident['patch']['requestBody']['content']['application/json'];
type Shown = Incident['get']['responses'][200]['content']['application/json'];
export type Facts = Omit<Body, 'version'>;
export type Cause = NonNullable<Facts['cause']>;
type Entity = NonNullable<Facts['entity']>;
type Role = NonNullable<Facts['role']>;
type Reporter = NonNullable<Facts['reportedBy']>;
type Range = Readonly<{ min: number; max: number }>;
type Maybe<T> = T | undefined;

const isSame = (one: unknown, other: unknown): boolean => JSON.stringify(one) === JSON.stringify(other);

const TEXTS = ['site', 'brand', 'contactPoint', 'effects', 'remedies', 'delay'] as const;
type Texts = Readonly<Partial<Record<(typeof TEXTS)[number], Maybe<string>>>>;

export function changedTexts(shown: Shown, given: Texts): Pick<Facts, (typeof TEXTS)[number]> {
  const changed = TEXTS.filter((name) => name in given && (shown[name] ?? undefined) !== given[name]);
  return Object.fromEntries(changed.map((name) => [name, given[name] ?? null]));
}

/** Of a fact that goes whole: nothing where the form says what is said already, `null` where it was emptied. */
const changedFact = <T>(said: Maybe<T>, given: Maybe<T>): T | null | undefined =>
  isSame(said, given) ? undefined : (given ?? null);

/** A country is one of an entity, so that without a name there is none. */
export function changedEntity(
  { entity }: Pick<Shown, 'entity'>,
  given: Readonly<{ name: Maybe<string>; country: Maybe<string> }>,
): Pick<Facts, 'entity'> {
  const of = (name: Maybe<string | null>, country: Maybe<string>): Maybe<Entity> =>
    name === undefined || name === null ? undefined : { name, ...(country && { country }) };
  const changed = changedFact(of(entity?.name, entity?.country), of(given.name, given.country));
  return changed === undefined ? {} : { entity: changed };
}

export function changedRole(
  { role }: Pick<Shown, 'role'>,
  given: Readonly<{ as: Maybe<Role['as']>; for: Maybe<string> }>,
): Pick<Facts, 'role'> {
  const of = (as: Maybe<Role['as']>, whom: Maybe<string | null>): Maybe<Role> =>
    as === undefined ? undefined : { as, ...(whom && { for: whom }) };
  const changed = changedFact(of(role?.as, role?.for), of(given.as, given.for));
  return changed === undefined ? {} : { role: changed };
}

/** A name that was said before stays beside it, for the form does not ask for one. */
export function changedReporter(
  { reportedBy }: Pick<Shown, 'reportedBy'>,
  as: Maybe<Reporter['as']>,
): Pick<Facts, 'reportedBy'> {
  if (as === reportedBy?.as) return {};
  if (as === undefined) return { reportedBy: null };
  const { name, contact } = reportedBy ?? {};
  return { reportedBy: { as, ...(name && { name }), ...(contact && { contact }) } };
}

type CauseGiven = Readonly<{
  action: Maybe<Cause['action']>;
  actor: Cause['actor'];
  summary: Maybe<string>;
}>;

/** The finer names of VERIS stay while the coarse ones do. */
export function changedCause(
  { cause }: Pick<Shown, 'cause'>,
  { action, actor, summary }: CauseGiven,
): Pick<Facts, 'cause'> {
  const said = cause && [cause.action, cause.actor, cause.summary ?? undefined];
  if (isSame(said, action && [action, actor, summary])) return {};
  if (action === undefined) return { cause: null };
  return {
    cause: {
      action,
      actor,
      ...(cause?.action === action ? { variety: cause.variety } : {}),
      ...(cause?.actor === actor ? { actorVariety: cause.actorVariety } : {}),
      ...(summary === undefined ? {} : { summary }),
    },
  };
}

type Categories = Required<NonNullable<Shown['categories']>>;

export function changedCategories(
  { categories }: Pick<Shown, 'categories'>,
  { data, people }: Categories,
): Pick<Facts, 'categories'> {
  if (isSame([data, people], [categories?.data ?? [], categories?.people ?? []])) return {};
  if (data.length + people.length === 0) return { categories: null };
  return {
    categories: { ...(data.length === 0 ? {} : { data }), ...(people.length === 0 ? {} : { people }) },
  };
}

/** One bound alone is both, as somebody who knows one number means it. */
const boundsOf = (min: Maybe<number>, max: Maybe<number>): Maybe<Range> => {
  const [low, high] = [min ?? max, max ?? min];
  return low === undefined || high === undefined ? undefined : { min: low, max: high };
};

/** A figure is said anew only when it is another: who said the one that is there stays. */
export function changedFigure<F extends 'estimate' | 'records'>(
  fact: F,
  shown: Pick<Shown, F>,
  { min, max, by }: Readonly<{ min: Maybe<number>; max: Maybe<number>; by: string }>,
): Pick<Facts, F> {
  const said = shown[fact];
  const now = boundsOf(min, max);
  if (said?.min === now?.min && said?.max === now?.max) return {} as Pick<Facts, F>;
  return { [fact]: now === undefined ? null : { ...now, by } } as Pick<Facts, F>;
}
