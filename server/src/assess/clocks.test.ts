/** Legal time, worked out by hand from calendars. */
import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Calendar, defencesOf, endOf, lengthOf, type Rolling } from './clocks.ts';
import { workingDaysOf } from './holidays.ts';

const at = (text: string) => Temporal.Instant.from(text);
const calendar = (zone: string, holidays?: string): Calendar => ({
  zone,
  isWorkingDay: holidays === undefined ? (day) => day.dayOfWeek <= 5 : workingDaysOf(holidays),
});

describe('hours', () => {
  const cases: readonly (readonly [what: string, start: string, length: string, end: string])[] = [
    ['over a weekend', '2026-05-01T10:00:00+02:00', '72 hours', '2026-05-04T08:00:00Z'],
    [
      'clocks go forward (Berlin, 29 March 2026)',
      '2026-03-27T23:30:00+01:00',
      '72 hours',
      '2026-03-30T22:30:00Z',
    ],
    [
      'clocks go back (Berlin, 25 October 2026)',
      '2026-10-24T12:00:00+02:00',
      '72 hours',
      '2026-10-27T10:00:00Z',
    ],
    [
      'clocks go forward (New York, 8 March 2026)',
      '2026-03-07T12:00:00-05:00',
      '72 hours',
      '2026-03-10T17:00:00Z',
    ],
    ['over Christmas and the year', '2026-12-30T23:59:59Z', '72 hours', '2027-01-02T23:59:59Z'],
    ['over a leap day', '2028-02-28T00:00:00Z', '48 hours', '2028-03-01T00:00:00Z'],
    ['to the second', '2026-06-01T12:17:31Z', '6 hours', '2026-06-01T18:17:31Z'],
  ];
  for (const rolling of ['none', 'next-working-day', 'eu-1182-71'] satisfies Rolling[]) {
    for (const [what, start, length, end] of cases) {
      it(`${length} are elapsed hours, ${what}, and ${rolling} moves nothing`, () => {
        const ending = endOf(at(start), lengthOf(length), rolling, calendar('Europe/Berlin', 'DE'));
        assert.equal(ending.end.toString(), end);
        assert.equal(ending.lastDay, null);
      });
    }
  }
});

describe('days and months', () => {
  const cases: readonly (readonly [
    what: string,
    start: string,
    length: string,
    zone: string,
    lastDay: string,
    end: string,
  ])[] = [
    [
      'the day of the event is not counted',
      '2026-01-01T12:00:00-08:00',
      '30 days',
      'America/Los_Angeles',
      '2026-01-31',
      '2026-02-01T08:00:00Z',
    ],
    [
      'the day is that of the place, not of UTC',
      '2026-01-02T07:59:00Z',
      '30 days',
      'America/Los_Angeles',
      '2026-01-31',
      '2026-02-01T08:00:00Z',
    ],
    [
      'and a minute later it is the next',
      '2026-01-02T08:00:00Z',
      '30 days',
      'America/Los_Angeles',
      '2026-02-01',
      '2026-02-02T08:00:00Z',
    ],
    [
      'clocks go forward meanwhile',
      '2026-02-20T12:00:00-05:00',
      '30 days',
      'America/New_York',
      '2026-03-22',
      '2026-03-23T04:00:00Z',
    ],
    [
      'clocks go back meanwhile',
      '2026-10-15T12:00:00-04:00',
      '30 days',
      'America/New_York',
      '2026-11-14',
      '2026-11-15T05:00:00Z',
    ],
    [
      'the last day itself has 23 hours',
      '2026-03-05T12:00:00-05:00',
      '3 days',
      'America/New_York',
      '2026-03-08',
      '2026-03-09T04:00:00Z',
    ],
    ['over a leap day', '2028-02-01T00:00:00Z', '30 days', 'UTC', '2028-03-02', '2028-03-03T00:00:00Z'],
    ['over no leap day', '2026-02-01T00:00:00Z', '30 days', 'UTC', '2026-03-03', '2026-03-04T00:00:00Z'],
    [
      'over the end of the year',
      '2026-12-15T00:00:00Z',
      '45 days',
      'UTC',
      '2027-01-29',
      '2027-01-30T00:00:00Z',
    ],
    [
      'a month that has no such day',
      '2026-01-31T10:00:00Z',
      '1 months',
      'UTC',
      '2026-02-28',
      '2026-03-01T00:00:00Z',
    ],
    [
      'the same in a leap year',
      '2028-01-31T10:00:00Z',
      '1 months',
      'UTC',
      '2028-02-29',
      '2028-03-01T00:00:00Z',
    ],
    [
      'midnight that does not exist (Beirut, 29 March 2026)',
      '2026-03-27T10:00:00Z',
      '1 days',
      'Asia/Beirut',
      '2026-03-28',
      '2026-03-28T22:00:00Z',
    ],
  ];
  for (const [what, start, length, zone, lastDay, end] of cases) {
    it(`${length}: ${what}`, () => {
      const ending = endOf(at(start), lengthOf(length), 'none', calendar(zone));
      assert.deepEqual([ending.lastDay?.toString(), ending.end.toString()], [lastDay, end]);
    });
  }
});

describe('rolling', () => {
  const lastDay = (start: string, length: string, rolling: Rolling) =>
    endOf(at(start), lengthOf(length), rolling, calendar('Europe/Brussels', 'BE')).lastDay?.toString();
  it('none: a deadline on a Sunday stays there', () => {
    assert.equal(lastDay('2026-05-07T10:00:00Z', '3 days', 'none'), '2026-05-10');
  });
  it('next-working-day: over the weekend and a holiday', () => {
    // Thursday 14 May 2026 is Ascension Day; Monday 25 May is Whit Monday.
    assert.equal(lastDay('2026-05-07T10:00:00Z', '3 days', 'next-working-day'), '2026-05-11');
    assert.equal(lastDay('2026-05-20T10:00:00Z', '3 days', 'next-working-day'), '2026-05-26');
  });
  it('1182/71 Art. 3(4): months and days roll to the next working day', () => {
    assert.equal(lastDay('2026-04-23T10:00:00Z', '1 months', 'eu-1182-71'), '2026-05-26');
  });
  it('1182/71 Art. 3(5): two days or more hold two working days', () => {
    // From Friday: Saturday, Sunday and Monday hold one working day, so Tuesday is added.
    assert.equal(lastDay('2026-06-05T10:00:00Z', '3 days', 'eu-1182-71'), '2026-06-09');
    assert.equal(lastDay('2026-06-01T10:00:00Z', '3 days', 'eu-1182-71'), '2026-06-04');
  });
});

describe('business days with the holidays of the place', () => {
  const cases: readonly (readonly [
    holidays: string,
    zone: string,
    start: string,
    days: number,
    lastDay: string,
    over: string,
  ])[] = [
    [
      'US-VT',
      'America/New_York',
      '2026-06-12',
      14,
      '2026-07-02',
      'Juneteenth, which is a holiday of the federation and none of 1 V.S.A. § 371',
    ],
    ['US-VT', 'America/New_York', '2026-07-02', 1, '2026-07-06', 'Independence Day kept on Friday 3 July'],
    ['US-VT', 'America/New_York', '2026-03-02', 1, '2026-03-04', 'Town Meeting Day'],
    ['US-IA', 'America/Chicago', '2026-11-23', 5, '2026-12-01', 'Thanksgiving'],
    ['BR', 'America/Sao_Paulo', '2026-04-17', 3, '2026-04-23', 'Tiradentes'],
    ['JP', 'Asia/Tokyo', '2026-05-01', 3, '2026-05-11', 'Golden Week, with a substitute on Wednesday 6 May'],
    ['TR', 'Europe/Istanbul', '2026-10-28', 2, '2026-11-02', 'Republic Day'],
    ['SG', 'Asia/Singapore', '2026-12-24', 2, '2026-12-29', 'Christmas'],
    ['CO', 'America/Bogota', '2026-06-05', 3, '2026-06-11', 'Corpus Christi, kept on Monday'],
    ['AU', 'Australia/Sydney', '2026-04-02', 2, '2026-04-08', 'Good Friday and Easter Monday'],
    ['CA', 'America/Toronto', '2026-06-30', 1, '2026-07-02', 'Canada Day'],
    ['CA-QC', 'America/Toronto', '2026-06-23', 1, '2026-06-25', 'Saint-Jean-Baptiste'],
    ['GB', 'Europe/London', '2026-04-02', 1, '2026-04-07', 'Good Friday and Easter Monday'],
    ['DE', 'Europe/Berlin', '2026-04-30', 1, '2026-05-04', 'Labour Day and a weekend'],
    ['FR', 'Europe/Paris', '2026-07-13', 1, '2026-07-15', 'the national day'],
    [
      'IL',
      'Asia/Jerusalem',
      '2026-09-10',
      2,
      '2026-09-15',
      'a weekend of Friday and Saturday, and Rosh Hashanah',
    ],
    ['KR', 'Asia/Seoul', '2026-09-23', 2, '2026-09-29', 'Chuseok'],
  ];
  for (const [holidays, zone, start, days, lastDay, over] of cases) {
    it(`${holidays}: ${days} from ${start} over ${over}`, () => {
      const begin = Temporal.PlainDate.from(start)
        .toZonedDateTime({ timeZone: zone, plainTime: '23:30' })
        .toInstant();
      const ending = endOf(begin, { count: days, unit: 'business days' }, 'none', calendar(zone, holidays));
      assert.equal(ending.lastDay?.toString(), lastDay);
    });
  }
  it('14 business days are not 336 hours', () => {
    const begin = at('2026-06-12T14:00:00Z');
    const ending = endOf(begin, lengthOf('14 business days'), 'none', calendar('America/New_York', 'US-VT'));
    assert.ok(Temporal.Instant.compare(ending.end, begin.add({ hours: 336 })) > 0);
  });
  it('refuses a place whose holidays nobody knows', () => {
    assert.throws(() => workingDaysOf('ZZ'));
  });
});

describe('what a late notifier may argue', () => {
  it('the hour of the event is not counted', () => {
    const [rounded, ...more] = defencesOf(at('2026-06-01T12:17:00Z'), 72, calendar('Europe/Brussels', 'BE'));
    assert.equal(rounded?.end.toString(), '2026-06-04T13:00:00Z');
    assert.deepEqual(more, []);
  });
  it('two working days, which is disputed for hours', () => {
    // Friday 3 April 2026 to Monday 6 April, Easter Monday: no working day in it.
    const found = defencesOf(at('2026-04-03T12:00:00Z'), 72, calendar('Europe/Brussels', 'BE'));
    assert.deepEqual(
      found.map((d) => d.end.toString()),
      ['2026-04-06T12:00:00Z', '2026-04-08T12:00:00Z'],
    );
  });
});
