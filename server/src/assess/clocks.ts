/**
 * Legal time. Pure: a start, a length, a rule, a calendar in; the last instant and how it was reckoned out.
 *
 * Hours are elapsed hours. Days begin after the day of the event and end with the last hour of the last day in the
 * place's zone. Nothing is moved to a later day but by the rule that the law names.
 */

export type Unit = 'hours' | 'days' | 'business days' | 'months';
export type Length = Readonly<{ count: number; unit: Unit }>;

/**
 * `eu-1182-71`: Regulation (EEC, Euratom) 1182/71 Art. 3, for periods of EU acts that are not counted in hours.
 * `next-working-day`: a last day that is no working day moves to the next that is.
 */
export type Rolling = 'none' | 'next-working-day' | 'eu-1182-71';

export type Calendar = Readonly<{
  /** IANA zone in which days begin and end. */
  zone: string;
  isWorkingDay: (day: Temporal.PlainDate) => boolean;
}>;

export type Ending = Readonly<{
  /** The first instant that is too late. */
  end: Temporal.Instant;
  /** The last day, of periods that end with a day. */
  lastDay: Temporal.PlainDate | null;
  steps: readonly string[];
}>;

/** `72 hours` → 72, hours. */
export function lengthOf(text: string): Length {
  const [, count = '', unit = ''] = /^(\d+) (hours|days|business days|months)$/.exec(text) ?? [];
  if (unit === '') throw new Error(`${text} is no length of time`);
  return { count: Number(count), unit: unit as Unit };
}

/** When a period that begins with an event at `start` ends. */
export function endOf(start: Temporal.Instant, length: Length, rolling: Rolling, calendar: Calendar): Ending {
  const { count, unit } = length;
  if (unit === 'hours') {
    const end = start.add({ hours: count });
    return {
      end,
      lastDay: null,
      steps: [
        `${count} elapsed hours from ${start.toString()}: ${end.toString()}; weekends, holidays and changes of the clock count`,
      ],
    };
  }
  const first = start.toZonedDateTimeISO(calendar.zone).toPlainDate();
  const steps = [`the day of the event is ${first.toString()} in ${calendar.zone}; it is not counted`];
  const counted = lastDayOf(first, length, calendar, steps);
  const lastDay = rolled(first, counted, length, rolling, calendar, steps);
  const end = lastDay.add({ days: 1 }).toZonedDateTime({ timeZone: calendar.zone }).toInstant();
  steps.push(`ends with the last hour of ${lastDay.toString()} in ${calendar.zone}`);
  return { end, lastDay, steps };
}

function lastDayOf(
  first: Temporal.PlainDate,
  { count, unit }: Length,
  { isWorkingDay }: Calendar,
  steps: string[],
): Temporal.PlainDate {
  if (unit === 'months') {
    const last = first.add({ months: count }, { overflow: 'constrain' });
    if (last.day !== first.day)
      steps.push(`${last.toPlainYearMonth().toString()} has no day ${first.day}; its last day counts`);
    return last;
  }
  if (unit !== 'business days') return first.add({ days: count });
  let day = first;
  const skipped: string[] = [];
  for (let left = count; left > 0; ) {
    day = day.add({ days: 1 });
    if (isWorkingDay(day)) left -= 1;
    else if (day.dayOfWeek <= 5) skipped.push(day.toString());
  }
  steps.push(
    `${count} business days later is ${day.toString()}${skipped.length > 0 ? `; no business days: weekends, ${skipped.join(', ')}` : '; weekends are no business days'}`,
  );
  return day;
}

function rolled(
  first: Temporal.PlainDate,
  counted: Temporal.PlainDate,
  { count, unit }: Length,
  rolling: Rolling,
  calendar: Calendar,
  steps: string[],
): Temporal.PlainDate {
  if (rolling === 'none') return counted;
  let last = counted;
  // Art. 3(5): a period of two days or more includes at least two working days.
  if (rolling === 'eu-1182-71' && (unit === 'months' || count >= 2)) {
    while (workingDays(first, last, calendar) < 2) last = last.add({ days: 1 });
    if (!last.equals(counted))
      steps.push(`moved to ${last.toString()}, so that two working days are in it (Reg. 1182/71 Art. 3(5))`);
  }
  const before = last;
  while (!calendar.isWorkingDay(last)) last = last.add({ days: 1 });
  if (!last.equals(before)) {
    const rule = rolling === 'eu-1182-71' ? ' (Reg. 1182/71 Art. 3(4))' : '';
    steps.push(`${before.toString()} is no working day: moved to ${last.toString()}${rule}`);
  }
  return last;
}

function workingDays(
  first: Temporal.PlainDate,
  last: Temporal.PlainDate,
  { isWorkingDay }: Calendar,
): number {
  let n = 0;
  for (
    let day = first.add({ days: 1 });
    Temporal.PlainDate.compare(day, last) <= 0;
    day = day.add({ days: 1 })
  ) {
    if (isWorkingDay(day)) n += 1;
    if (n === 2) break;
  }
  return n;
}

/**
 * Readings of an EU period in hours that a late notifier may argue: the hour of the event is not counted (Reg. 1182/71
 * Art. 3(1)); two working days in it (Art. 3(5), disputed for hours). Shown as a defence, never as a deadline.
 */
export function defencesOf(
  start: Temporal.Instant,
  hours: number,
  calendar: Calendar,
): readonly Readonly<{ words: string; end: Temporal.Instant }>[] {
  const zoned = start.toZonedDateTimeISO(calendar.zone);
  const hour = zoned.round({ smallestUnit: 'hour', roundingMode: 'ceil' }).toInstant();
  const rounded = hour.add({ hours });
  let last = rounded;
  const first = zoned.toPlainDate();
  const dayOf = (at: Temporal.Instant) => at.toZonedDateTimeISO(calendar.zone).toPlainDate();
  while (hours >= 48 && workingDays(first, dayOf(last), calendar) < 2) last = last.add({ hours: 24 });
  return [
    { words: 'the hour of the event is not counted (Reg. 1182/71 Art. 3(1) and (2)(a))', end: rounded },
    ...(last.equals(rounded)
      ? []
      : [
          {
            words: 'at least two working days are in the period (Reg. 1182/71 Art. 3(5); disputed for hours)',
            end: last,
          },
        ]),
  ];
}
