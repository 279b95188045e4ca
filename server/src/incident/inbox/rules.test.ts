import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { CLOCKS, lawfulDue, monthsAfter } from './rules.ts';

/** The first six are examples of the EDPB's Guidelines 01/2022 on access, or follow from Regulation 1182/71 as they do. */
const CASES: readonly (readonly [string, string, number, string])[] = [
  ['2026-03-05T10:00:00+01:00', 'Europe/Luxembourg', 1, '2026-04-05T23:59:59+02:00'],
  ['2026-08-31T10:00:00+02:00', 'Europe/Luxembourg', 1, '2026-09-30T23:59:59+02:00'],
  ['2026-01-31T10:00:00+01:00', 'Europe/Luxembourg', 1, '2026-02-28T23:59:59+01:00'],
  ['2028-01-31T10:00:00+01:00', 'Europe/Luxembourg', 1, '2028-02-29T23:59:59+01:00'],
  ['2026-01-31T10:00:00+01:00', 'Europe/Luxembourg', 3, '2026-04-30T23:59:59+02:00'],
  ['2025-12-31T10:00:00+01:00', 'Europe/Luxembourg', 3, '2026-03-31T23:59:59+02:00'],
  ['2025-12-15T10:00:00Z', 'UTC', 1, '2026-01-15T23:59:59+00:00'],
  // The day is that of the zone, whatever offset it was written with.
  ['2026-03-04T23:30:00Z', 'Europe/Luxembourg', 1, '2026-04-05T23:59:59+02:00'],
  ['2026-03-05T00:30:00+01:00', 'America/New_York', 1, '2026-04-04T23:59:59-04:00'],
];

describe('clocks', () => {
  for (const [at, zone, months, due] of CASES)
    test(`received ${at} in ${zone}, ${months} months: ${due}`, () => {
      assert.equal(monthsAfter({ at, zone }, months), due);
    });

  test('an extension runs from receipt, so that a short month costs no day', () => {
    const received = { at: '2026-01-31T10:00:00+01:00', zone: 'Europe/Luxembourg' };
    assert.equal(lawfulDue('access', received, 2), '2026-04-30T23:59:59+02:00');
  });

  test('only requests have a clock, and each says where it is written', () => {
    const received = { at: '2026-01-31T10:00:00Z', zone: 'UTC' };
    const timed = Object.entries(CLOCKS).filter(([, clock]) => clock !== undefined);
    assert.deepEqual(
      timed.map(([kind, clock]) => [kind, clock?.source]),
      ['access', 'rectification', 'erasure', 'restriction', 'portability', 'objection'].map((kind) => [
        kind,
        'GDPR Art. 12(3)',
      ]),
    );
    assert.equal(lawfulDue('complaint', received), undefined);
  });
});
