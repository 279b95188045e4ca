import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type SourceFile, seriesOf } from '../sources/index.ts';
import { seriesByTime } from './series.ts';

const HOUR = 3_600_000;

/** Files by name with the hours that they cover. */
function seriesOfFiles(spans: Record<string, [number, number]>): string[] {
  const names = Object.keys(spans);
  const files = names.map(
    (path, f): SourceFile => ({
      f,
      source: 'logs.web',
      path,
      absolute: path,
      bytes: 1,
      compression: 'none',
      series: seriesOf(path).series,
    }),
  );
  const of = seriesByTime(files, (f) => {
    const [first = 0, last = 0] = spans[names[f] ?? ''] ?? [];
    return { first: first * HOUR, last: last * HOUR };
  });
  return names.map((_, f) => of.get(f) ?? '');
}

test('numbered parts that follow each other are one series', () => {
  assert.deepEqual(
    seriesOfFiles({ 'part-001.log': [0, 6], 'part-002.log': [6, 12], 'part-003.log.gz': [11, 20] }),
    ['part.log', 'part.log', 'part.log'],
  );
});

test('numbered servers that cover the same time are a series each', () => {
  assert.deepEqual(seriesOfFiles({ 'web-01.log': [0, 24], 'web-02.log': [0, 24] }), [
    'web-01.log',
    'web-02.log',
  ]);
});

test('one server with a number keeps its name', () => {
  assert.deepEqual(seriesOfFiles({ 'web-01-20251118.log': [0, 24], 'web-01-20251119.log': [24, 48] }), [
    'web-01.log',
    'web-01.log',
  ]);
});

test('a log and its numbered remainder are one series', () => {
  assert.deepEqual(seriesOfFiles({ 'access.log': [6, 12], 'access-1.log': [0, 6] }), [
    'access.log',
    'access.log',
  ]);
});
