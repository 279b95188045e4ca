import type { LeakKind } from '@forthright/contract';
import type { Planted } from './truth.ts';
import type { PlantedLine } from './web.ts';

/** One worked example of a kind of leak: its incident file, its data, and what is true of it. */
export type LeakPlan = Readonly<{
  kind: LeakKind;
  incident: string;
  files: readonly Readonly<{ path: string; text: string }>[];
  /** Lines that it wants in the web log. */
  web: readonly Readonly<{ server: number; day: number; line: PlantedLine }>[];
  planted: Planted;
}>;

/** Nothing yet; a plan overwrites what it knows. */
export const NOTHING: Planted = {
  exposed: new Set(),
  maybe: new Set(),
  unidentified: new Set(),
  possiblySelf: 0,
  onlyWithoutAccount: 0,
  recipients: {},
  unknownAccounts: 0,
  views: null,
  first: null,
  last: null,
};
