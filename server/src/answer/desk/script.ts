/** What the agent may say, made of facts, in the customer's language and in the agent's; and what not. */
import type { DeskAnswer, DeskPerson, MessageAnswer } from '@forthright/contract';
import { checkLanguages } from '../check-page/texts.ts';
import { readSayings, type Say } from '../sayings/index.ts';
import type { Seen } from './types.ts';

type Script = Pick<DeskAnswer, 'say' | 'neverSay'>;
type Given = Readonly<{
  seen: Seen;
  people: readonly DeskPerson[];
  /** Of each of these people's messages. */
  sentAt: readonly (Date | undefined)[];
}>;

export async function scriptFor(given: Given, agent: string): Promise<Script> {
  const sayings = await readSayings();
  const own = sayings.nearest(agent);
  const [first] = given.people;
  const customer = sayings.nearest(first?.language ?? own);
  const say = (language: string) => ({ language, lines: linesFor(given, sayings.in(language)) });
  const never = sayings.in(own);
  return {
    say: { customer: say(customer), agent: say(own) },
    neverSay: ['others', 'unpublished', 'delivered', 'repeat'].map((one) => never(`never.${one}`)),
  };
}

/** The verdict on a message with its reasons in the agent's language: the words of the page on which anybody checks one. */
export async function messageIn(message: MessageAnswer, agent: string): Promise<MessageAnswer> {
  const own = (await checkLanguages()).get((await readSayings()).nearest(agent))?.messages;
  if (own === undefined) return message;
  return {
    ...message,
    reasons: message.reasons.map(({ is }) => ({ is, says: own[`reason.${is}`] })),
    next: own[`next.${message.verdict}`],
  };
}

function linesFor({ seen, people, sentAt }: Given, say: Say): string[] {
  const { code, message, isTheirs, by } = seen;
  const lines: string[] = [];
  if (code !== undefined) lines.push(say(`code.${code.is}`));
  if (message !== undefined) lines.push(say(`verdict.${message.verdict}`), say(`next.${message.verdict}`));
  // Whoever has only the code may not be its person.
  if (isTheirs) for (const [i, person] of people.entries()) lines.push(...linesOf(person, sentAt[i], say));
  if (people.length === 0 && (by === 'address' || by === 'customer')) lines.push(say('nobody'));
  return [...new Set(lines)];
}

/** On which day it is said to have been: of what was sent its own date, else when the ledger noted it. */
function linesOf({ told, since, notice }: DeskPerson, sentAt: Date | undefined, say: Say): string[] {
  const sent = told === 'accepted' || told === 'in-doubt' ? sentAt : undefined;
  return [
    say(`told.${told}`, { date: sent ?? new Date(since) }),
    ...(notice === undefined ? [] : [say('notice', { subject: notice.subject })]),
  ];
}
