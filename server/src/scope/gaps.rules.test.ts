import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { findGaps } from './gaps.rules.ts';
import { coverageOf, rateAt, simulate, type World, withoutLines } from './gaps.simulate.ts';
import type { Coverage, FoundGap, Minute } from './gaps.types.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;
const MONDAY = Date.UTC(2025, 10, 17);
const seed = 20251118;

const shop: World = {
  seed: 7,
  rate: 60,
  days: 7,
  clump: 3,
  swing: 20,
  weekend: 0.3,
  restless: 0.15,
  start: MONDAY,
};
const week = { from: MONDAY, to: MONDAY + 7 * DAY };
const gapsOf = (minutes: readonly Minute[], window = week, more: Partial<Coverage> = {}) =>
  findGaps([{ ...coverageOf('www', minutes), ...more }], window);
const spans = (gaps: readonly FoundGap[]) => gaps.map((g) => [g.reason, g.from, g.to]);
const around = (minutes: readonly Minute[], from: number, to: number) => [
  minutes.filter((m) => m.last < from).at(-1)?.last,
  minutes.find((m) => m.first >= to)?.first,
];

test('nights, week-ends and sessions of a shop raise no alarm', () => {
  for (const rate of [0.05, 1, 60]) {
    for (const clump of [1, 10]) {
      assert.deepEqual(
        gapsOf(simulate({ ...shop, rate, clump })),
        [],
        `${rate} lines/min, ${clump} a session`,
      );
    }
  }
});

test('a missing hour at noon at one line a second is found with the stamps around it', () => {
  const from = MONDAY + 2 * DAY + 12 * HOUR;
  const minutes = withoutLines(simulate(shop), from, from + HOUR);
  const gaps = gapsOf(minutes);
  assert.deepEqual(spans(gaps), [['silent', ...around(minutes, from, from + HOUR)]]);
  assert.match(
    gaps[0]?.detail ?? '',
    /^no line for 60 min where about [\d,]+ were expected \(ordinary traffic/,
  );
});

test('a missing hour at night at one line a minute is found when lines come singly', () => {
  const world = { ...shop, clump: 1, weekend: 1, swing: 5, rate: 2.2 };
  const from = MONDAY + 3 * DAY + 3 * HOUR;
  assert.ok(Math.abs(rateAt(world, from / MINUTE) - 1) < 0.3);
  const minutes = withoutLines(simulate(world), from, from + HOUR);
  assert.deepEqual(spans(gapsOf(minutes)), [['silent', ...around(minutes, from, from + HOUR)]]);
});

test('several missing hours do not hide each other, not even at the same hour of every second day', () => {
  let minutes = simulate(shop);
  const holes = [0, 1, 2, 3, 4, 5].map((d) => MONDAY + d * DAY + 13 * HOUR).filter((_, d) => d % 2 === 0);
  holes.push(MONDAY + DAY + 9 * HOUR, MONDAY + DAY + 11 * HOUR, MONDAY + 3 * DAY + 20 * HOUR);
  for (const from of holes) minutes = withoutLines(minutes, from, from + HOUR);
  assert.deepEqual(
    spans(gapsOf(minutes)),
    holes.sort((a, b) => a - b).map((from) => ['silent', ...around(minutes, from, from + HOUR)]),
  );
});

test('a window that starts before the first line or ends after the last is a gap there', () => {
  const minutes = simulate({ ...shop, days: 3 });
  const window = { from: MONDAY - 5 * HOUR, to: MONDAY + 3 * DAY + 4 * HOUR };
  assert.deepEqual(spans(gapsOf(minutes, window)), [
    ['before-first-line', window.from, minutes[0]?.first],
    ['after-last-line', minutes.at(-1)?.last, window.to],
  ]);
});

test('a window that lies wholly after the last line is one gap', () => {
  const window = { from: MONDAY + 9 * DAY, to: MONDAY + 10 * DAY };
  assert.deepEqual(spans(gapsOf(simulate(shop), window)), [['after-last-line', window.from, window.to]]);
});

test('only the part of a gap within the window is returned', () => {
  const from = MONDAY + 2 * DAY + 12 * HOUR;
  const minutes = withoutLines(simulate(shop), from, from + 2 * HOUR);
  const window = { from: from + HOUR / 2, to: from + HOUR };
  assert.deepEqual(spans(gapsOf(minutes, window)), [['silent', window.from, window.to]]);
});

test('a unit without lines is a gap over the whole window', () => {
  assert.deepEqual(spans(gapsOf([])), [['no-lines', week.from, week.to]]);
});

test('a host that served one page raises no alarm', () => {
  const minute = Math.floor((MONDAY + 30 * HOUR) / MINUTE);
  const minutes = [{ minute, lines: 25, first: minute * MINUTE + 100, last: minute * MINUTE + 4000 }];
  const small: Coverage = { unit: 'small', minutes, rotation: [], rejected: [] };
  const busy: Coverage = { unit: 'busy', minutes: simulate(shop), rotation: [], rejected: [] };
  assert.deepEqual(
    findGaps([small, busy], week),
    [],
    'the busy host shows that the log was written throughout',
  );
});

test('a log of few lines shows nothing before its first and after its last line', () => {
  const at = [10, 11, 12].map((h) => MONDAY + h * HOUR);
  const minutes = at.map((t) => ({ minute: t / MINUTE, lines: 1, first: t, last: t }));
  const few: Coverage = { unit: 'few', minutes, rotation: [], rejected: [] };
  const gaps = findGaps([few], { from: MONDAY, to: MONDAY + 14 * HOUR });
  assert.deepEqual(
    gaps.map((g) => [g.reason, g.from, g.to]),
    [['before-first-line', MONDAY, at[0]]],
  );
  assert.deepEqual(findGaps([few], { from: MONDAY + 9 * HOUR, to: MONDAY + 13 * HOUR }), []);
  const [one] = minutes;
  assert.ok(one);
  const single = findGaps([{ ...few, minutes: [one] }], { from: MONDAY + 9 * HOUR, to: MONDAY + 11 * HOUR });
  assert.equal(single.length, 2);
});

test('a log that is written in beats has lost one when it is silent for two', () => {
  const minutes: Minute[] = [];
  for (let h = 0; h < 84; h++) {
    const first = MONDAY + h * HOUR + 5 * MINUTE;
    minutes.push({ minute: first / MINUTE, lines: 120, first, last: first + 58_000 });
  }
  const window = { from: MONDAY, to: MONDAY + 84 * HOUR };
  assert.deepEqual(gapsOf(minutes, window), []);
  const lost = minutes.toSpliced(40, 1);
  assert.deepEqual(
    gapsOf(lost, window).map((g) => [g.reason, g.from, g.to]),
    [['silent', minutes[39]?.last, minutes[41]?.first]],
  );
});

test('an office host that is silent each night raises no alarm once four nights are known', () => {
  let minutes = simulate({ ...shop, rate: 5, swing: 1, weekend: 1 });
  for (let d = 0; d < 7; d++) minutes = withoutLines(minutes, MONDAY + d * DAY, MONDAY + d * DAY + 7 * HOUR);
  const window = { from: MONDAY + 7 * HOUR, to: MONDAY + 7 * DAY };
  assert.deepEqual(gapsOf(minutes, window), []);
});

type Rotated = Coverage['rotation'][number];
const filesOf = (
  minutes: readonly Minute[],
  cuts: readonly number[],
  order: (k: number) => Rotated['order'],
) =>
  [MONDAY, ...cuts].map((from, k): Rotated => {
    const to = cuts[k] ?? Number.POSITIVE_INFINITY;
    const within = minutes.filter((m) => m.first >= from && m.first < to);
    const o = order(k);
    return {
      path: `logs/access.log.${o?.value ?? ''}.gz`,
      order: o,
      first: within[0]?.first ?? from,
      last: within.at(-1)?.last ?? from,
    };
  });

test('a missing number whose neighbours meet is no gap, one with a break is', () => {
  const world = { ...shop, rate: 4 };
  const cuts = [1, 2, 3, 4, 5, 6].map((d) => MONDAY + d * DAY + 13 * HOUR);
  const whole = simulate(world);
  const skipFour = (k: number): Rotated['order'] => ({ kind: 'number', value: k < 3 ? 8 - k : 7 - k });
  assert.deepEqual(gapsOf(whole, week, { rotation: filesOf(whole, cuts, skipFour) }), []);
  const at = cuts[2] ?? 0;
  const skipFive = (k: number): Rotated['order'] => ({ kind: 'number', value: k < 3 ? 9 - k : 8 - k });
  const broken = withoutLines(whole, at, at + 6 * MINUTE);
  assert.deepEqual(gapsOf(broken), [], 'without the missing number, six minutes are within the ordinary');
  const gaps = gapsOf(broken, week, { rotation: filesOf(broken, cuts, skipFive) });
  assert.deepEqual(spans(gaps), [['missing-file', ...around(broken, at, at + 6 * MINUTE)]]);
  assert.match(gaps[0]?.detail ?? '', /^number 6 missing between .*: no line for \d+ min/);
});

test('a missing day is a gap from the last stamp before it to the first stamp after it', () => {
  const cuts = [1, 2, 3, 4, 5, 6].map((d) => MONDAY + d * DAY);
  const minutes = withoutLines(simulate({ ...shop, rate: 1 }), MONDAY + 2 * DAY, MONDAY + 3 * DAY);
  const dayAt = (k: number) => ({ kind: 'day', value: `2025-11-${17 + k}` }) as const;
  const rotation = filesOf(minutes, cuts, dayAt).filter((f) => f.order?.value !== '2025-11-19');
  const gaps = gapsOf(minutes, week, { rotation });
  assert.deepEqual(spans(gaps), [['missing-file', ...around(minutes, MONDAY + 2 * DAY, MONDAY + 3 * DAY)]]);
  assert.match(gaps[0]?.detail ?? '', /^2025-11-19 missing between/);
});

test('minutes in which too many lines were rejected are one gap, a few per cent of garbage are none', () => {
  const minutes = simulate({ ...shop, rate: 10 });
  const noon = (MONDAY + DAY + 12 * HOUR) / MINUTE;
  const bad = Array.from({ length: 15 }, (_, k) => ({ minute: noon + k, lines: 40 }));
  assert.deepEqual(spans(gapsOf(minutes, week, { rejected: bad })), [
    ['rejected-lines', noon * MINUTE, (noon + 15) * MINUTE],
  ]);
  const scanners = minutes.map((m) => ({ minute: m.minute, lines: Math.floor(m.lines / 10) }));
  assert.deepEqual(gapsOf(minutes, week, { rejected: scanners }), []);
});

test('units are told apart and sorted', () => {
  const minutes = simulate({ ...shop, days: 2 });
  const gaps = findGaps([coverageOf('b', minutes), coverageOf('a', [])], week);
  assert.deepEqual(
    gaps.map((g) => [g.unit, g.reason]),
    [
      ['a', 'no-lines'],
      ['b', 'after-last-line'],
    ],
  );
});

const anyWorld = fc.record({
  seed: fc.nat(),
  rate: fc.double({ min: 0.5, max: 60, noNaN: true }),
  days: fc.constantFrom(3, 7),
  clump: fc.constantFrom(1, 3),
  swing: fc.constantFrom(1, 5, 20),
  weekend: fc.constantFrom(1, 0.4),
  restless: fc.constant(0.15),
  start: fc.constant(MONDAY),
});

test(`gaps lie within the window, are sorted and do not touch (seed ${seed})`, () => {
  fc.assert(
    fc.property(anyWorld, fc.nat(2 * 1440), fc.integer({ min: 1, max: 600 }), (world, at, length) => {
      const from = MONDAY + at * MINUTE;
      const minutes = withoutLines(simulate(world), from, from + length * MINUTE);
      const window = { from: MONDAY - HOUR, to: MONDAY + 4 * DAY };
      const gaps = gapsOf(minutes, window);
      gaps.forEach((g, i) => {
        assert.ok(window.from <= g.from && g.from < g.to && g.to <= window.to);
        const next = gaps.slice(i + 1).find((n) => n.reason === g.reason);
        assert.ok(!next || next.from > g.to);
      });
    }),
    { seed, numRuns: 60 },
  );
});

test(`removing any hour unflags no hour that holds a hundred expected sessions (seed ${seed})`, () => {
  fc.assert(
    fc.property(anyWorld, fc.nat(3 * 1440 - 180), fc.nat(3 * 1440 - 60), (world, at, removedAt) => {
      const from = MONDAY + at * MINUTE;
      const rate = Math.min(...[0, 30, 60, 90].map((m) => rateAt(world, from / MINUTE + m)));
      fc.pre((rate * 90) / world.clump > 100);
      const holed = withoutLines(simulate(world), from, from + 90 * MINUTE);
      const removed = MONDAY + removedAt * MINUTE;
      const window = { from: MONDAY, to: MONDAY + world.days * DAY };
      const before = gapsOf(holed, window);
      assert.ok(before.some((g) => g.from <= from && g.to >= from + 90 * MINUTE));
      const after = gapsOf(withoutLines(holed, removed, removed + HOUR), window);
      for (const g of before) assert.ok(after.some((a) => a.from <= g.from && g.to <= a.to));
    }),
    { seed, numRuns: 150 },
  );
});
