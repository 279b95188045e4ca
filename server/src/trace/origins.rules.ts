/** Whether the reports that point to somebody look as if few had written them. Whoever forges reports writes them himself. */

export type Told = Readonly<{
  /** Instant (ms) of the report. */
  reported: number;
  isTimed: boolean;
  /** From where it was sent: a sender, or a network; '' where nobody said. */
  origin: string;
}>;

const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Fewer that come together are no burst. */
const FEWEST_TOGETHER = 4;

/** The most reports that one origin sent. */
export const mostOfOneOrigin = (told: readonly Told[]): number =>
  fullest(told.flatMap(({ origin }) => (origin === '' ? [] : [origin])));

/** How many were sent from somewhere that is known, and from how many places. */
export function originsOf(told: readonly Told[]): Readonly<{ known: number; places: number }> {
  const known = told.filter(({ origin }) => origin !== '');
  return { known: known.length, places: new Set(known.map(({ origin }) => origin)).size };
}

/** How many came within one hour of the clock, where that is half of them; null otherwise, and where they have days alone. */
export function burstOf(told: readonly Told[]): number | null {
  const timed = told.filter(({ isTimed }) => isTimed);
  if (timed.every(({ reported }) => reported % DAY === 0)) return null;
  const most = fullest(timed.map(({ reported }) => String(Math.floor(reported / HOUR))));
  return most >= Math.max(FEWEST_TOGETHER, told.length / 2) ? most : null;
}

function fullest(keys: readonly string[]): number {
  const counts = new Map<string, number>();
  for (const key of keys) counts.set(key, (counts.get(key) ?? 0) + 1);
  return Math.max(0, ...counts.values());
}
