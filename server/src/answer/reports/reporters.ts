/** Who reported, as a trace counts them. */
import { ForthrightError } from '@forthright/contract';
import { getDomain } from '../../notify/index.ts';
import type { Reads } from '../../platform/db/index.ts';
import { groupReports } from './group.rules.ts';
import { keptReports } from './take.ts';

export type Reporter = Readonly<{ address: string; at: Date }>;

/**
 * Those who reported something of the groups in which these reports stand, as the groups are now; or, with `isOthers`, whatever
 * is in none of them. Without `alsoUnproved` only who proved to be who they say. Refuses a report that there is not.
 */
export async function reportersOf(
  reads: Reads,
  {
    groups,
    isOthers,
    alsoUnproved,
  }: Readonly<{ groups: readonly string[]; isOthers: boolean; alsoUnproved: boolean }>,
): Promise<Reporter[]> {
  const all = groupReports(await keptReports(reads), getDomain);
  const missing = groups.find((id) => !all.some((group) => group.some((one) => one.id === id)));
  if (missing !== undefined)
    throw new ForthrightError('report-not-found', `There is no report ${missing.slice(0, 60)}.`);
  return all
    .filter((group) => group.some(({ id }) => groups.includes(id)) !== isOthers)
    .flat()
    .filter(({ proved }) => proved || alsoUnproved)
    .map(({ reporter, at, read }) => ({ address: reporter, at: arrivedBefore(at, read.arrived) }));
}

const YEAR_MS = 365 * 86_400_000;

/**
 * When the mail came, where that can be: whoever handles a complaint looks the customer up before they report, and would
 * stand out by the look-ups of their own trade if these counted.
 */
function arrivedBefore(reported: Date, arrived: string | null): Date {
  const time = arrived === null ? Number.NaN : Date.parse(arrived);
  const canBe = time <= reported.getTime() && time > reported.getTime() - YEAR_MS;
  return canBe ? new Date(time) : reported;
}
