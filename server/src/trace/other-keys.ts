/** Whether those who stand out would do so, too, if a key that is known, and was not taken to route work, did. */
import {
  ROUTING_FIELDS,
  type RoutingKey,
  type TraceAnswer,
  WEEK,
  type Workspace,
} from '@forthright/contract';
import { withoutFallen } from './hits.ts';
import type { LoadedTrace } from './load.ts';
import type { Beside, Ranking } from './rank.ts';
import { Scene } from './rank.ts';
import { nameOfKey, type Strata } from './strata.ts';

export type Held = Readonly<{
  /** Without those who fall; null where nobody is left. */
  ranking: Ranking | null;
  tried: NonNullable<TraceAnswer['otherKeys']>;
}>;

/** The keys to try, and what the directory and the logs have beside the routing keys. */
export function otherKeys({ file }: LoadedTrace, workspace: Workspace): RoutingKey[] {
  const { columns } = workspace.sources.customers;
  const named = [...file.routing, ...file.tryKeys];
  const rest = ROUTING_FIELDS.filter((key) => columns[key] !== undefined && !named.includes(key));
  return [...file.tryKeys, ...rest, ...(named.includes(WEEK) ? [] : ([WEEK] as const))];
}

/**
 * Holds whoever stands out against each key in turn. Who does not stand out under every one of them is taken out of the ranking: a wave that
 * strikes one town, where only `country` is named, looks like a leak of that town's colleagues.
 */
export async function holdAgainst(
  ranking: Ranking,
  keys: readonly RoutingKey[],
  {
    alpha,
    beside,
    count,
    set,
  }: Readonly<{
    alpha: number;
    beside: ReadonlyMap<number, Beside>;
    count: (key: RoutingKey) => Promise<Strata>;
    /** Which reports are in question. */
    set: number;
  }>,
): Promise<Held> {
  const shown = (ranking.outcome === 'accepted' ? ranking.accepted : ranking.notApart).map(
    ({ candidate }) => candidate,
  );
  const fallen = new Set<number>();
  const tried: { key: string; stand: number; fall: number }[] = [];
  for (const key of shown.length === 0 ? [] : keys) {
    const strata = await count(key);
    const scene = new Scene(strata.access, { alpha, beside, overlapOf: () => new Map() });
    for (const report of strata.sets.get(set) ?? []) scene.add(report);
    const falling = shown.filter((candidate) => !scene.standsAlone(candidate));
    for (const candidate of falling) fallen.add(candidate);
    tried.push({ key: nameOfKey(key), stand: shown.length - falling.length, fall: falling.length });
  }
  return { ranking: withoutFallen(ranking, fallen), tried };
}
