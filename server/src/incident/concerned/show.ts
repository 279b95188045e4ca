/** The people concerned, as readers get them. */
import type { ConcernedShown } from '@forthright/contract';
import type { Reads } from '../../platform/db/index.ts';
import { textsOf } from '../../prove/index.ts';
import type { Matter } from '../matters/types.ts';
import type { ConcernedData } from './types.ts';

type TextAt = Awaited<ReturnType<typeof textsOf>>;

export async function showConcerned(
  reads: Reads,
  matters: readonly Matter<'concerned'>[],
): Promise<ConcernedShown[]> {
  const text = await textsOf(
    reads,
    matters.flatMap(({ entry, data: { told, reason } }) =>
      [entry, told?.entry, reason].filter((one) => one !== undefined),
    ),
  );
  return matters.map(({ id, state, entry, person = '', data: { hasContact, told, reason } }) => ({
    id,
    state,
    person,
    name: text(entry, 'name'),
    ...(hasContact ? { contact: text(entry, 'contact') } : {}),
    ...(told === undefined ? {} : { told: toldOf(told, text) }),
    ...(reason === undefined ? {} : { reason: text(reason, 'reason') }),
  }));
}

const toldOf = ({ entry, hasText, ...others }: NonNullable<ConcernedData['told']>, text: TextAt) => ({
  ...others,
  ...(hasText ? { text: text(entry, 'text') } : {}),
});
