/** Bans of sellers as their readers get them. */
import type { BanShown } from '@forthright/contract';
import type { Reads } from '../../platform/db/index.ts';
import { textsOf } from '../../prove/index.ts';
import type { Matter } from '../matters/types.ts';

export async function showSellerBans(
  reads: Reads,
  matters: readonly Matter<'ban'>[],
  now: Date,
): Promise<BanShown[]> {
  const text = await textsOf(
    reads,
    matters.flatMap(({ entry, data: { carriedOut, appeal, decision } }) =>
      [entry, carriedOut?.entry, appeal?.entry, decision?.entry].filter((one) => one !== undefined),
    ),
  );
  const step = ({ entry, ...others }: Readonly<{ entry: number; at: string; evidence?: string }>) => ({
    ...others,
    text: text(entry, 'text'),
  });
  return matters.map(({ id, state, entry: first, person = '', owner = '', due, dueAt, data }) => {
    const { banFrom, appealBy, writtenBy, told, carriedOut, appeal, decision } = data;
    const isOpen = state === 'written' || state === 'told' || state === 'appealed';
    return {
      id,
      state,
      person,
      seller: text(first, 'seller'),
      letter: text(first, 'letter'),
      banFrom,
      appealBy,
      owner,
      writtenBy,
      ...(due === undefined ? {} : { due }),
      isOverdue: isOpen && dueAt !== undefined && dueAt < now,
      ...(told === undefined ? {} : { told: toldOf(told) }),
      ...(carriedOut === undefined ? {} : { carriedOut: step(carriedOut) }),
      ...(appeal === undefined ? {} : { appeal: step(appeal) }),
      ...(decision === undefined
        ? {}
        : {
            decision: {
              outcome: decision.outcome,
              by: decision.by,
              reason: text(decision.entry, 'reason'),
            },
          }),
    };
  });
}

const toldOf = ({ entry: _, ...others }: NonNullable<Matter<'ban'>['data']['told']>) => others;
