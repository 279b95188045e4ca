/** Delays as their readers get them. */
import type { DelayShown } from '@forthright/contract';
import type { Reads } from '../../platform/db/index.ts';
import { textsOf } from '../../prove/index.ts';
import type { Matter } from '../matters/types.ts';
import { countsAt } from './rules.ts';

export async function showDelays(
  reads: Reads,
  matters: readonly Matter<'delay'>[],
  now: Date,
): Promise<DelayShown[]> {
  const text = await textsOf(
    reads,
    matters.flatMap(({ entry, data: { ended } }) => (ended === undefined ? [entry] : [entry, ended.entry])),
  );
  return matters.map(({ id, state, entry: first, data }) => {
    const { confirmed, ended, suspends, ...others } = data;
    return {
      id,
      state,
      agency: text(first, 'agency'),
      reference: text(first, 'reference'),
      reason: text(first, 'reason'),
      ...others,
      suspends: [...suspends],
      countsNow: state !== 'ended' && countsAt(data, now),
      ...(confirmed === undefined ? {} : { confirmed: withoutEntry(confirmed) }),
      ...(ended === undefined ? {} : { ended: { ...withoutEntry(ended), text: text(ended.entry, 'text') } }),
    };
  });
}

const withoutEntry = <T extends Readonly<{ entry: number }>>({ entry: _, ...others }: T) => others;
