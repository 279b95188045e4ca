import { createRequire } from 'node:module';
import type Holidays from 'date-holidays';

/** Loaded when a working day is asked for: it is a quarter of a second that no other command should wait. */
const load = (): typeof Holidays => createRequire(import.meta.url)('date-holidays');

/** Countries whose week ends otherwise than with Saturday and Sunday; days of ISO weeks. */
const WEEKENDS: Readonly<Record<string, readonly number[]>> = {
  BH: [5, 6],
  EG: [5, 6],
  IL: [5, 6],
  QA: [5, 6],
  SA: [5, 6],
};

/**
 * Federal holidays that the package lists for a state whose law has none of them: Iowa Code § 1C.2, 1 V.S.A. § 371. A day
 * too many here would put a deadline too late.
 */
const NO_HOLIDAY: Readonly<Record<string, readonly string[]>> = {
  'US-IA': ["Indigenous Peoples' Day", 'Juneteenth'],
  'US-VT': ['Juneteenth'],
};

const known = new Map<string, (day: Temporal.PlainDate) => boolean>();

/**
 * Which days are working days where `place` (`BR`, `US-VT`) is: no weekend and no public holiday. Bank holidays and
 * observances don't count. Refuses a place that the package of holidays does not know.
 */
export function workingDaysOf(place: string): (day: Temporal.PlainDate) => boolean {
  const cached = known.get(place);
  if (cached !== undefined) return cached;
  const [country = '', region] = place.split('-');
  const Of = load();
  const holidays = region === undefined ? new Of(country) : new Of(country, region);
  const years = new Map<number, ReadonlySet<string>>();
  const publicIn = (year: number): ReadonlySet<string> => {
    const found =
      years.get(year) ??
      new Set(
        (holidays.getHolidays(year, 'en') ?? [])
          .filter((h) => h.type === 'public' && NO_HOLIDAY[place]?.some((n) => h.name.startsWith(n)) !== true)
          .flatMap(daysOf),
      );
    years.set(year, found);
    return found;
  };
  if (publicIn(2026).size === 0) throw new Error(`no holidays are known for ${place}`);
  const weekend = WEEKENDS[country] ?? [6, 7];
  const isWorkingDay = (day: Temporal.PlainDate) =>
    !weekend.includes(day.dayOfWeek) && !publicIn(day.year).has(day.toString());
  known.set(place, isWorkingDay);
  return isWorkingDay;
}

/** The days that a holiday covers; some last several. */
function daysOf({ date, start, end }: { date: string; start: Date; end: Date }): string[] {
  const first = Temporal.PlainDate.from(date.slice(0, 10));
  const days = Math.max(1, Math.round((end.getTime() - start.getTime()) / 86_400_000));
  return Array.from({ length: days }, (_, i) => first.add({ days: i }).toString());
}
