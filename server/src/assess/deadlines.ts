/** From a rule's clocks and the events that are known to the deadline that is shown. */
import {
  type DutyRule,
  EVENTS,
  type Event,
  type LawFacts,
  type Regime,
  type ShownDeadline,
} from '@forthright/contract';
import { type Calendar, defencesOf, endOf, lengthOf } from './clocks.ts';
import { type Ground, judge } from './conditions.ts';
import { workingDaysOf } from './holidays.ts';

type Clock = DutyRule['deadline']['clocks'][number];
type Shown = ShownDeadline['clocks'][number];
type Ended = Readonly<{ shown: Shown; lastDay: Temporal.PlainDate | null }>;

export type DeadlineGround = Ground &
  Readonly<{
    at: Temporal.Instant;
    /** The deadline of another duty of the file. */
    deadlineOf: (id: string) => ShownDeadline | null;
  }>;

/** Days of a regime without holidays of its own are never counted as business days; the linter sees to it. */
function calendarOf(regime: Regime): Calendar {
  return {
    zone: regime.zone,
    isWorkingDay:
      regime.holidays === undefined ? (day) => day.dayOfWeek <= 5 : workingDaysOf(regime.holidays),
  };
}

export function deadlineOf(rule: DutyRule, ground: DeadlineGround): ShownDeadline {
  const { deadline } = rule;
  const calendar = calendarOf(ground.regime);
  const extensions = deadline.extensions.filter((e) => judge(e.when, ground).outcome === 'yes');
  const within = extensions.at(-1)?.within;
  const ended = deadline.clocks.map((clock) => run(extended(clock, within), rule, ground, calendar));
  const known = ended.filter((e) => e.shown.endsAt !== null);
  const first = known.sort((a, b) => Date.parse(a.shown.endsAt ?? '') - Date.parse(b.shown.endsAt ?? ''))[0];
  const until = first?.shown.endsAt ?? null;
  const state = stateOf(rule, until, ground);
  const isLate = state === 'missed' || state === 'met-late';
  return {
    kind: 'legal',
    words: deadline.words,
    clocks: ended.length > 0 ? ended.map((e) => e.shown) : startOnly(rule, ground.facts),
    until,
    untilWords: until === null ? null : untilWords(until, first?.lastDay ?? null, calendar.zone),
    extendedBy: extensions.map((e) => `${e.name} (${e.citation})`),
    guidance: deadline.guidance.map(({ words, source, from, within: length }) => {
      const start = ground.facts.events[from];
      const end =
        start?.known === true
          ? endOf(Temporal.Instant.from(start.value), lengthOf(length), 'none', calendar).end
          : null;
      return { words, source, until: end?.toString() ?? null };
    }),
    defences: isLate ? defences(rule, ground, calendar) : [],
    state,
    reasons: isLate
      ? (deadline.whenLate ?? 'It is late: write down the reasons for the delay; they will be asked for.')
      : null,
  };
}

/** An extension lengthens what runs from an event; what hangs on another notice stays. */
const extended = (clock: Clock, within: string | undefined): Clock =>
  within !== undefined && 'from' in clock ? { ...clock, within } : clock;

function run(clock: Clock, rule: DutyRule, ground: DeadlineGround, calendar: Calendar): Ended {
  if ('notLaterThan' in clock) return runWith(clock.notLaterThan, ground);
  const [start, startAt, ask] =
    'from' in clock ? eventStart(clock.from, ground.facts) : noticeStart(clock.afterNotice, ground);
  const base = { start, startAt, within: clock.within };
  if (startAt === null) return { shown: { ...base, ask, endsAt: null, steps: [] }, lastDay: null };
  const counted = lengthOf(clock.within);
  const isFirstDayCounted = 'countsFirstDay' in clock && clock.countsFirstDay === true;
  const length = isFirstDayCounted ? { ...counted, count: counted.count - 1 } : counted;
  const ending = endOf(Temporal.Instant.from(startAt), length, rule.deadline.rolling, calendar);
  const steps = isFirstDayCounted
    ? [`the day of the event is day 1 of ${clock.within}`, ...ending.steps.slice(1)]
    : [...ending.steps];
  return {
    shown: { ...base, ask: null, endsAt: ending.end.toString(), steps },
    lastDay: ending.lastDay,
  };
}

function eventStart(event: Event, facts: LawFacts): [string, string | null, string | null] {
  const told = facts.events[event];
  return told?.known === true ? [event, told.value, null] : [event, null, told?.ask ?? EVENTS[event]];
}

type Notice = LawFacts['notices'][number];
/** The first notice of a duty, in whichever order they were written down: stating a later one moves no clock. */
export const noticeOf = (id: string, { notices }: LawFacts): Notice | undefined =>
  notices.filter((n) => n.duty === id).sort((a, b) => Date.parse(a.at) - Date.parse(b.at))[0];

function noticeStart(duty: string, ground: Ground): [string, string | null, string | null] {
  const id = `${ground.regime.code}/${duty}`;
  const notice = noticeOf(id, ground.facts);
  const start = `notice: ${duty}`;
  return notice === undefined ? [start, null, `When was ${id} done?`] : [start, notice.at, null];
}

/** Not later than another duty is done: by its own deadline while that is open. */
function runWith(duty: string, ground: DeadlineGround): Ended {
  const [start, startAt, ask] = noticeStart(duty, ground);
  const base = { start, startAt, within: `not later than ${duty}` };
  if (startAt !== null) {
    const endsAt = Temporal.Instant.from(startAt).toString();
    return { shown: { ...base, ask: null, endsAt, steps: [`${duty} was done at ${endsAt}`] }, lastDay: null };
  }
  const other = ground.deadlineOf(duty);
  const endsAt = other?.until ?? null;
  const steps =
    endsAt === null ? [] : [`not later than ${duty}, which is to be done by ${other?.untilWords ?? endsAt}`];
  const lastDay =
    other?.untilWords?.startsWith('end of ') === true && endsAt !== null
      ? lastDayBefore(endsAt, ground.regime.zone)
      : null;
  return { shown: { ...base, ask, endsAt, steps }, lastDay };
}

const lastDayBefore = (end: string, zone: string): Temporal.PlainDate =>
  Temporal.Instant.from(end).toZonedDateTimeISO(zone).subtract({ seconds: 1 }).toPlainDate();

/** Without a number of days the start still is shown, and asked for when it is unknown. */
function startOnly({ deadline }: DutyRule, facts: LawFacts): Shown[] {
  if (deadline.start === undefined) return [];
  const [start, startAt, ask] = eventStart(deadline.start, facts);
  return [{ start, startAt, ask, within: 'no number in the law', endsAt: null, steps: [] }];
}

function stateOf(
  rule: DutyRule,
  until: string | null,
  { facts, regime, at }: DeadlineGround,
): ShownDeadline['state'] {
  const notice = noticeOf(`${regime.code}/${rule.id}`, facts);
  const isAfter = (instant: Temporal.Instant) =>
    until !== null && Temporal.Instant.compare(instant, Temporal.Instant.from(until)) > 0;
  if (notice !== undefined) return isAfter(Temporal.Instant.from(notice.at)) ? 'met-late' : 'met';
  if (until !== null) return isAfter(at) ? 'missed' : 'running';
  return rule.deadline.clocks.length === 0 ? 'no-number' : 'start-unknown';
}

function defences(rule: DutyRule, { facts }: Ground, calendar: Calendar): ShownDeadline['defences'] {
  if (rule.deadline.rolling !== 'eu-1182-71') return [];
  return rule.deadline.clocks.flatMap((clock) => {
    if (!('from' in clock) || lengthOf(clock.within).unit !== 'hours') return [];
    const start = facts.events[clock.from];
    if (start?.known !== true) return [];
    const found = defencesOf(Temporal.Instant.from(start.value), lengthOf(clock.within).count, calendar);
    return found.map(({ words, end }) => ({ words, until: end.toString() }));
  });
}

const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];
const dayWords = (day: Temporal.PlainDate): string => `${day.day} ${MONTHS[day.month - 1]} ${day.year}`;

/** `end of 14 February 2026 (America/Los_Angeles)`; `14:05 on 23 November 2025 UTC`. */
function untilWords(until: string, lastDay: Temporal.PlainDate | null, zone: string): string {
  if (lastDay !== null) return `end of ${dayWords(lastDay)} (${zone})`;
  const utc = Temporal.Instant.from(until).toZonedDateTimeISO('UTC');
  const clock = utc.toPlainTime().toString({ smallestUnit: utc.second === 0 ? 'minute' : 'second' });
  return `${clock} on ${dayWords(utc.toPlainDate())} UTC`;
}
