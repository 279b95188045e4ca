/** What is done with an authority's inquiry. */
import {
  type AddInquiry,
  type AnswerInquiryQuestion,
  type FinishInquiry,
  ForthrightError,
  type MoveInquiryDeadline,
  type StepTaken,
} from '@forthright/contract';
import { type Asked, refuseUnlessMay } from '../../prove/index.ts';
import { begin, refuseAhead, refused, take } from '../matters/steps.ts';
import { openQuestions } from './rules.ts';

const kind = 'inquiry';

/** How the text of a question is called. */
export const questionName = (n: number): string => `question.${n}`;

export const addInquiry = (
  asked: Asked,
  { incident, authority, reference, received, deadline, questions, proof }: AddInquiry,
): Promise<StepTaken> =>
  begin(asked, { kind, incident, state: 'open' }, ({ at }) => {
    refuseAhead(received.at, at);
    return {
      event: 'inquiry-received',
      facts: { received, deadline, questions: questions.length },
      texts: {
        authority,
        reference,
        ...Object.fromEntries(questions.map((text, i) => [questionName(i + 1), text])),
      },
      proof,
      due: deadline,
      data: (_, evidence) => ({
        received,
        deadline,
        ...(evidence === undefined ? {} : { evidence }),
        answers: questions.map(() => null),
      }),
    };
  });

export const answerInquiryQuestion = (
  asked: Asked,
  { incident, inquiry: id, question, outcome, text, proof, supersedes }: AnswerInquiryQuestion,
): Promise<StepTaken> =>
  take(asked, { kind, incident, id, act: 'answer-question' }, ({ data }) => {
    const before = data.answers[question - 1];
    if (before === undefined)
      throw refused(`the inquiry has ${data.answers.length} questions, and no question ${question}`);
    if (before !== null && before.entry !== supersedes)
      throw new ForthrightError(
        'incident-changed',
        `${before.by} has ${before.outcome} question ${question} already, in entry ${before.entry}. To put another answer in its place, name that entry as \`supersedes\`.`,
      );
    return {
      event: 'inquiry-question-answered',
      facts: { question, outcome, ...(supersedes === undefined ? {} : { supersedes }) },
      texts: { text },
      proof,
      data: (entry, evidence) => ({
        ...data,
        answers: data.answers.with(question - 1, {
          entry,
          outcome,
          by: asked.actor.account,
          ...(evidence === undefined ? {} : { evidence }),
        }),
      }),
    };
  });

export const moveInquiryDeadline = (
  asked: Asked,
  { incident, inquiry: id, deadline, agreedBy, reason, proof }: MoveInquiryDeadline,
): Promise<StepTaken> =>
  take(asked, { kind, incident, id, act: 'move-deadline' }, ({ data }) => {
    if (Date.parse(deadline) <= Date.parse(data.received.at))
      throw refused('the deadline would be before the inquiry was received');
    return {
      event: 'inquiry-deadline-moved',
      facts: { from: data.deadline, to: deadline },
      texts: { agreedBy, reason },
      proof,
      due: deadline,
      data: () => ({ ...data, deadline }),
    };
  });

/** Answered needs every question answered or declined; a privacy officer may excuse the rest with a reason. */
export function finishInquiry(
  asked: Asked,
  { incident, inquiry: id, outcome, at, text, proof }: FinishInquiry,
): Promise<StepTaken> {
  if (outcome === 'excused') refuseUnlessMay(asked.actor, ['privacy-officer']);
  const act = outcome === 'answered' ? 'answer' : 'excuse';
  return take(asked, { kind, incident, id, act }, ({ data }, { at: now }) => {
    refuseAhead(at, now);
    const open = openQuestions(data);
    if (outcome === 'answered' && open.length > 0)
      throw refused(`neither answered nor declined with a reason: question ${open.join(', ')}`);
    return {
      event: outcome === 'answered' ? 'inquiry-answered' : 'inquiry-excused',
      facts: { at },
      texts: { text },
      proof,
      data: (entry, evidence) => ({
        ...data,
        finished: { entry, at, ...(evidence === undefined ? {} : { evidence }) },
      }),
    };
  });
}
