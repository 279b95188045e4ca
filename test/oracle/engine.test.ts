import { describe, it } from 'node:test';
import { LEAK_KINDS } from '@forthright/contract';
import { askEngine } from './engine.ts';
import {
  engineEqualsOracle,
  layoutChangesNothing,
  lostHourNeverClears,
  moreLogNeverClears,
} from './properties.ts';

/** A few worlds of each kind, others every time; `npm run soak` asks many more. A failure names its seed. */
describe('the engine against the oracle', () => {
  for (const kind of LEAK_KINDS) {
    it(`${kind}: equal people, recipients, times and bounds`, async () => {
      await engineEqualsOracle(askEngine, { kinds: [kind], runs: 1, seconds: 8 });
    });
  }
  it('several kinds in one incident', async () => {
    await engineEqualsOracle(askEngine, { runs: 2, seconds: 8 });
  });
  it('splitting, merging, compressing and reordering files changes nothing', async () => {
    await layoutChangesNothing(askEngine, { runs: 1, seconds: 8 });
  });
  it('more log never turns exposed into clear', async () => {
    await moreLogNeverClears(askEngine, { runs: 1, seconds: 8 });
  });
  it('a lost hour turns nobody clear who was unknown', async () => {
    await lostHourNeverClears(askEngine, { runs: 1, seconds: 8 });
  });
});
