/** Inquiries as their readers get them. */
import type { InquiryShown } from '@forthright/contract';
import type { Reads } from '../../platform/db/index.ts';
import { textsOf } from '../../prove/index.ts';
import type { Matter } from '../matters/types.ts';
import { questionName } from './changes.ts';

export async function showInquiries(
  reads: Reads,
  matters: readonly Matter<'inquiry'>[],
  now: Date,
): Promise<InquiryShown[]> {
  const text = await textsOf(
    reads,
    matters.flatMap(({ entry, data: { answers, finished } }) =>
      [entry, finished?.entry, ...answers.map((answer) => answer?.entry)].filter((one) => one !== undefined),
    ),
  );
  return matters.map(({ id, state, entry: first, dueAt, data }) => {
    const { received, deadline, evidence, answers, finished } = data;
    return {
      id,
      state,
      authority: text(first, 'authority'),
      reference: text(first, 'reference'),
      received,
      deadline,
      isOverdue: state === 'open' && dueAt !== undefined && dueAt < now,
      ...(evidence === undefined ? {} : { evidence }),
      questions: answers.map((answer, i) => ({
        question: i + 1,
        asked: text(first, questionName(i + 1)),
        ...(answer === null ? { outcome: 'open' as const } : { ...answer, text: text(answer.entry, 'text') }),
      })),
      ...(finished === undefined ? {} : { finished: finishedOf(finished, text) }),
    };
  });
}

const finishedOf = (
  { entry, ...others }: NonNullable<Matter<'inquiry'>['data']['finished']>,
  text: Awaited<ReturnType<typeof textsOf>>,
) => ({ ...others, text: text(entry, 'text') });
