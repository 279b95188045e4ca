/**
 * What may be gone to, out of the one list of routes: the ways at the head of every view, the parts of an incident, and the
 * command palette all read it there.
 */
import { type AnyRoute, useRouter, useRouterState } from '@tanstack/react-router';
import type { Key } from '../words/index.tsx';
import { hasOne, type Role, useMe } from './session.ts';

/** In the order in which they are shown. Those of an incident come first. */
export const GROUPS = ['answers', 'trace', 'law', 'notices', 'afterwards', 'record'] as const;
export type Group = (typeof GROUPS)[number];

/** What a route says of itself, if it is a place to go to. */
export type Place = Readonly<{
  name: Key;
  /** Who is led there; everybody where it is not said. The server decides who may. */
  may?: readonly Role[];
  /** In which group of an incident's parts it stands, or among the settings. */
  group?: Group | 'settings';
  /** It stands at the head of every view. */
  isWay?: true;
  /** It is of one incident when its address says so. */
  asks?: 'incident';
}>;

declare module '@tanstack/react-router' {
  interface StaticDataRouteOption {
    place?: Place;
  }
}

export type Found = Place & Readonly<{ path: string }>;

/** A part of one incident, and its address. */
export type Part = Found & Readonly<{ to: string; search: Readonly<Record<string, string>> }>;

const isPlace = (route: AnyRoute): boolean => route.options.staticData?.place !== undefined;

/** Where whoever looks may be led, in the order of the routes. */
export function usePlaces(): readonly Found[] {
  const router = useRouter();
  const me = useMe();
  const routes: readonly AnyRoute[] = Object.values(router.routesById);
  return routes.filter(isPlace).flatMap((route) => {
    const place = route.options.staticData?.place;
    if (place === undefined || (place.may !== undefined && !hasOne(me, place.may))) return [];
    return [{ ...place, path: route.fullPath }];
  });
}

/** Whether the view is one that whoever looks is led to; what stands below a place is as that place. */
export function useIsTheirs(): boolean {
  const router = useRouter();
  const me = useMe();
  const view = useRouterState({ select: ({ matches }) => matches.at(-1)?.fullPath ?? '/' });
  const routes: readonly AnyRoute[] = Object.values(router.routesById);
  const [place] = routes
    .filter(({ fullPath }) => view === fullPath || (fullPath !== '/' && view.startsWith(`${fullPath}/`)))
    .sort((a, b) => b.fullPath.length - a.fullPath.length)
    .flatMap((route) => route.options.staticData?.place ?? []);
  return place?.may === undefined || hasOne(me, place.may);
}

/** The parts of this incident, by their groups. */
export function useParts(incident: string): readonly Readonly<{ group: Group; parts: readonly Part[] }>[] {
  const places = usePlaces();
  return GROUPS.flatMap((group) => {
    const parts = places
      .filter((one) => one.group === group)
      .map((one) => ({
        ...one,
        to: one.path.replace('$incident', incident),
        search: one.asks === undefined ? {} : { [one.asks]: incident },
      }));
    return parts.length === 0 ? [] : [{ group, parts }];
  });
}

/** The place that is looked at: the one whose address begins that of the view, the longest of several. */
export function useHere<T extends Readonly<{ to: string }>>(places: readonly T[]): T | undefined {
  const path = useRouterState({ select: ({ location }) => location.pathname });
  const [here] = places
    .filter(({ to }) => path === to || path.startsWith(`${to}/`))
    .sort((a, b) => b.to.length - a.to.length);
  return here;
}
