/** Recipients as their readers get them. */
import type { Deletion, IncidentId, RecipientShown } from '@forthright/contract';
import type { Reads } from '../../platform/db/index.ts';
import { textsOf } from '../../prove/index.ts';
import { countMatters } from '../matters/store.ts';
import type { Matter } from '../matters/types.ts';

export async function showRecipients(
  reads: Reads,
  matters: readonly Matter<'recipient'>[],
  now: Date,
): Promise<RecipientShown[]> {
  const text = await textsOf(
    reads,
    matters.flatMap(({ data: { reach, letter, handedOver, answer, reason } }) =>
      [reach, letter?.entry, handedOver?.entry, answer?.entry, reason].filter((entry) => entry !== undefined),
    ),
  );
  return matters.map(({ id, state, person = '', due, dueAt, data }) => {
    const { class: of, name, pseudonym, reach, letter, letters, handedOver, answer, reason } = data;
    return {
      id,
      class: of,
      state,
      person,
      ...(name === undefined ? {} : { name: text(name, 'name') }),
      ...(pseudonym === undefined ? {} : { pseudonym: text(pseudonym, 'pseudonym') }),
      reach: text(reach, 'reach'),
      ...(letter === undefined ? {} : { letter: text(letter.entry, 'letter') }),
      letters,
      ...(handedOver === undefined
        ? {}
        : {
            handedOver: {
              at: handedOver.at,
              by: handedOver.by,
              ...(handedOver.hasReceipt ? { receipt: text(handedOver.entry, 'receipt') } : {}),
            },
          }),
      ...(due === undefined ? {} : { confirmBy: due }),
      isOverdue: dueAt !== undefined && dueAt < now,
      ...(answer === undefined
        ? {}
        : {
            answer: {
              ...answer,
              confirmedBy: text(answer.entry, 'confirmedBy'),
              words: text(answer.entry, 'words'),
            },
          }),
      ...(reason === undefined ? {} : { reason: text(reason, 'reason') }),
    };
  });
}

/** What deletion has come to in this incident; the assess stage weighs the risk by it. */
export async function deletionOf(reads: Reads, incident: IncidentId): Promise<Deletion> {
  const counts = (await countMatters(reads, incident)).filter(({ kind }) => kind === 'recipient');
  const of = (...states: readonly string[]) =>
    counts.reduce((sum, { state, n }) => sum + (states.includes(state) ? n : 0), 0);
  const confirmed = of('deleted', 'never-seen');
  const refused = of('refused');
  const silent = of('asked', 'silent');
  return { asked: confirmed + refused + silent, confirmed, refused, silent };
}
