import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, test } from 'node:test';
import { matterBlockers, matterSteps, ROOMS } from './rules.ts';
import { rowsOfMoves } from './testing.ts';

describe('matters', () => {
  for (const [kind, { moves, next }] of Object.entries(ROOMS)) {
    test(`docs/afterwards.md shows the states and moves of: ${kind}`, () => {
      const page = readFileSync(new URL('../../../../docs/afterwards.md', import.meta.url), 'utf8');
      const table = rowsOfMoves(moves).join('\n');
      assert.ok(page.includes(table), `docs/afterwards.md lacks this table of ${kind}:\n${table}`);
    });

    test(`from each open state an end can be reached: ${kind}`, () => {
      const isEnd = (state: string) => (next as Record<string, string | undefined>)[state] === undefined;
      for (const state of Object.keys(moves)) {
        const seen = new Set([state]);
        for (const from of seen)
          for (const move of Object.values((moves as Record<string, object>)[from] ?? {}))
            if ('to' in move) seen.add(String(move.to));
        assert.ok([...seen].some(isEnd), state);
      }
    });
  }

  test('more than are looked at one by one still block, as a number', () => {
    const first = [{ id: 'rcp_1', kind: 'recipient', step: 'write-to-recipient' }] as const;
    const open = { first, counts: { recipient: 24 } };
    assert.deepEqual(
      matterBlockers(open).map(({ of, message }) => of ?? message),
      ['rcp_1', 'Just so 23 more recipients.'],
    );
    assert.deepEqual(matterSteps(open), [{ step: 'write-to-recipient', of: 'rcp_1' }]);
  });
});
