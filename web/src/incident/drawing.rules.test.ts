import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Mark, placed, tickAt, ticks, xOf } from './drawing.rules.ts';

const HOUR = 3_600_000;
const scale = { from: 0, to: 100 * HOUR, width: 1000, margin: 10 };
const event = (hours: number, label: string): Mark => ({ at: hours * HOUR, label, kind: 'event' });

test('what is outside of the drawing stands at its edge', () => {
  assert.deepEqual(
    [-5, 0, 50, 100, 500].map((hours) => xOf(scale, hours * HOUR)),
    [10, 10, 500, 990, 990],
  );
});

test('labels that would touch go into lanes of their own, and those far apart share one', () => {
  const marks = placed([event(10, 'First signal'), event(12, 'Aware of it'), event(60, 'Fixed')], scale);
  assert.deepEqual(
    marks.map(({ lane }) => lane),
    [0, 1, 0],
  );
});

test('no two labels in a lane touch, whatever comes, and none leaves the drawing', () => {
  for (let seed = 1; seed < 200; seed++) {
    const marks = Array.from({ length: 9 }, (_, at) =>
      event((seed * (at + 3) * 37) % 101, 'x'.repeat(1 + ((seed * at) % 30))),
    );
    const spans = placed(marks, scale).map(({ x, label, anchor, lane }) => {
      const length = label.length * 6.9;
      const begin = anchor === 'start' ? x : anchor === 'end' ? x - length : x - length / 2;
      return { lane, begin, end: begin + length };
    });
    for (const one of spans) {
      assert.ok(one.begin >= 0 && one.end <= scale.width, `seed ${seed}`);
      for (const other of spans)
        assert.ok(
          one === other || one.lane !== other.lane || one.end <= other.begin || other.end <= one.begin,
          `seed ${seed}`,
        );
    }
  }
});

test('a label that is longer than half of the drawing is cut', () => {
  const [mark] = placed([event(99, 'x'.repeat(300))], { ...scale, width: 360 });
  assert.match(mark?.label ?? '', /^x{20,26}…$/);
});

test('a deadline does not push an event out of its lane', () => {
  const marks = placed([event(10, 'Aware'), { ...event(10, 'Authority'), kind: 'deadline' }], scale);
  assert.deepEqual(
    marks.map(({ kind, lane }) => [kind, lane]),
    [
      ['event', 0],
      ['deadline', 0],
    ],
  );
});

test('the line has whole hours or days of UTC, no more than there is room for', () => {
  for (const hours of [5, 30, 100, 1000, 9000]) {
    const found = ticks({ from: 1000, to: 1000 + hours * HOUR, width: 360, margin: 0 });
    assert.ok(found.length >= 1 && found.length <= 4, `${hours} hours: ${found.length}`);
    assert.ok(found.every((at) => at % HOUR === 0));
  }
});

test('the words of a tick stand below it, and at the edges do not leave the drawing', () => {
  const wide = { from: 0, to: 100, width: 328, margin: 8 };
  assert.deepEqual(tickAt(wide, 50), { x: 164, anchor: 'middle' });
  assert.deepEqual(tickAt(wide, 0), { x: 0, anchor: 'start' });
  assert.deepEqual(tickAt(wide, 100), { x: 328, anchor: 'end' });
});
