import assert from 'node:assert/strict';
import { mock, test } from 'node:test';
import { Reading } from './reading.ts';

test('progress never goes back, though the engine counts anew for each statement and each log', async () => {
  mock.timers.enable({ apis: ['setInterval'] });
  try {
    let counted: number | undefined;
    const told: number[] = [];
    const steps: string[] = [];
    const reading = new Reading([100, 50], {
      engine: { bytesRead: () => counted },
      step: (words) => steps.push(words),
      progress: (_, done, total) => {
        assert.equal(total, 150);
        told.push(done);
      },
    });
    const counts =
      (...each: (number | undefined)[]) =>
      async () => {
        for (const one of each) {
          counted = one;
          mock.timers.tick(250);
        }
      };
    await reading.of('web', 100, counts(30, 90, 20, 130, undefined, 5));
    await reading.of('api', 50, counts(10, 5, 40));
    assert.deepEqual(told, [30, 90, 90, 100, 100, 100, 110, 110, 140, 150]);
    assert.deepEqual(steps, ['reading log web', 'reading log api']);
  } finally {
    mock.timers.reset();
  }
});
