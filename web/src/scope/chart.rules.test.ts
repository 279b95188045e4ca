import assert from 'node:assert/strict';
import { test } from 'node:test';
import { columnsOf, gapRows, highest } from './chart.rules.ts';

const HOUR = 3_600_000;
const at = (hour: number, minute = 0) => Date.UTC(2025, 10, 18, hour, minute);
const iso = (hour: number, minute = 0) => new Date(at(hour, minute)).toISOString();

test('steps are put together into columns, and nobody is lost', () => {
  const bins = Array.from({ length: 24 }, (_, hour) => ({ at: iso(hour), count: hour }));
  const fine = columnsOf(bins, { from: at(0), to: at(24) }, { stepMinutes: 60, width: 500 });
  assert.deepEqual([fine.length, fine[3]?.count, fine[0]?.to], [24, 3, at(1)]);
  const coarse = columnsOf(bins, { from: at(0), to: at(24) }, { stepMinutes: 60, width: 40 });
  assert.deepEqual([coarse.length, coarse.reduce((sum, { count }) => sum + count, 0)], [8, 276]);
  assert.equal(highest(coarse)?.from, at(21));
});

test('a window that begins within a step begins with that step, and what lies outside is counted at its edge', () => {
  const bins = [
    { at: iso(5), count: 1 },
    { at: iso(9), count: 2 },
  ];
  const columns = columnsOf(bins, { from: at(6, 30), to: at(8) }, { stepMinutes: 60, width: 500 });
  assert.deepEqual(
    columns.map(({ from, count }) => [(from - at(0)) / HOUR, count]),
    [
      [6, 1],
      [7, 2],
    ],
  );
  assert.equal(highest([]), undefined);
});

test('gaps of a host are one row, and those that touch are one stretch', () => {
  const gap = (unit: string, from: number, to: number) => ({
    log: 'web',
    unit,
    from: iso(from),
    to: iso(to),
  });
  assert.deepEqual(gapRows([gap('b', 4, 5), gap('a', 1, 3), gap('a', 2, 4), gap('', 9, 10)]), [
    { unit: 'a', stretches: [{ from: at(1), to: at(4) }] },
    { unit: 'b', stretches: [{ from: at(4), to: at(5) }] },
    { unit: 'web', stretches: [{ from: at(9), to: at(10) }] },
  ]);
});
