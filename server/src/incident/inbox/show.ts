/** What people wrote, as its readers get it. */
import type { ItemShown } from '@forthright/contract';
import type { Reads } from '../../platform/db/index.ts';
import { textsOf } from '../../prove/index.ts';
import type { Matter } from '../matters/types.ts';
import { CLOCKS } from './rules.ts';
import type { ItemData } from './types.ts';

type TextAt = Awaited<ReturnType<typeof textsOf>>;

export async function showItems(
  reads: Reads,
  matters: readonly Matter<'item'>[],
  now: Date,
): Promise<ItemShown[]> {
  const text = await textsOf(
    reads,
    matters.flatMap(({ entry, data: { extension, answer, closed } }) =>
      [entry, extension?.entry, answer?.entry, closed].filter((one) => one !== undefined),
    ),
  );
  return matters.map((matter) => {
    const { id, incident, state, entry, person = '', owner, data } = matter;
    const { kind, writer, received, hasName, hasContact, evidence, answer, closed } = data;
    return {
      id,
      incident,
      kind,
      state,
      received,
      person,
      ...(writer === undefined ? {} : { writer }),
      ...(hasName ? { name: text(entry, 'name') } : {}),
      ...(hasContact ? { contact: text(entry, 'contact') } : {}),
      text: text(entry, 'text'),
      ...(evidence === undefined ? {} : { evidence }),
      ...(owner === undefined ? {} : { assignedTo: owner }),
      ...clockOf(matter, now, text),
      ...(answer === undefined ? {} : { answer: answerOf(matter, answer, text) }),
      ...(closed === undefined ? {} : { closed: text(closed, 'reason') }),
    };
  });
}

function clockOf({ state, due, dueAt, data: { kind, extension } }: Matter<'item'>, now: Date, text: TextAt) {
  if (due === undefined || dueAt === undefined) return {};
  const source = CLOCKS[kind]?.source;
  const shown = {
    ...(source === undefined ? { by: 'target' as const } : { by: 'law' as const, source }),
    due,
    isOverdue: state === 'open' && dueAt < now,
  };
  if (extension === undefined) return { clock: shown };
  const { entry, ...others } = extension;
  return { clock: { ...shown, extended: { ...others, reason: text(entry, 'reason') } } };
}

const answerOf = (
  { dueAt }: Matter<'item'>,
  { entry, ...others }: NonNullable<ItemData['answer']>,
  text: TextAt,
) => ({
  ...others,
  text: text(entry, 'text'),
  isLate: dueAt !== undefined && Date.parse(others.at) > dueAt.getTime(),
});
