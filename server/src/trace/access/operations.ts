/** What may be asked of reviews of what people can see. */
import {
  AccessReviewChanged,
  AccessReviewsListed,
  AnswerAccessReview,
  OfIncident,
  OpenAccessReview,
  PassOnAccessReview,
} from '@forthright/contract';
import { DECIDERS, guarded, OFFICERS, READERS } from '../../incident/index.ts';
import type { Operation } from '../../prove/index.ts';
import { answerAccessReview, listAccessReviews, openAccessReview, passOnAccessReview } from './reviews.ts';

const path = '/incidents/:incident/access-reviews';
const one = `${path}/:review` as const;

export const accessReviewOperations: readonly Operation[] = [
  guarded(OpenAccessReview, AccessReviewChanged, {
    name: 'open-access-review',
    summary: 'Asks managers, role by role, whether what a count shows that it lets people see is needed.',
    method: 'POST',
    path,
    may: OFFICERS,
    jsonFile: { field: 'asks' },
    run: openAccessReview,
  }),
  guarded(OfIncident, AccessReviewsListed, {
    name: 'list-access-reviews',
    summary: 'What was asked of whom, what they answered when and why, and what is overdue.',
    method: 'GET',
    path,
    may: READERS,
    run: (asked, { incident }) => listAccessReviews(asked, incident),
  }),
  guarded(AnswerAccessReview, AccessReviewChanged, {
    name: 'answer-access-review',
    summary: 'Confirms or cuts, with a reason, what one was asked about; a cut becomes a task.',
    method: 'POST',
    path: `${one}/answers`,
    may: DECIDERS,
    run: answerAccessReview,
  }),
  guarded(PassOnAccessReview, AccessReviewChanged, {
    name: 'pass-on-access-review',
    summary: 'Asks somebody else in place of a reviewer who does not answer, with a reason.',
    method: 'POST',
    path: `${one}/reviewers`,
    may: OFFICERS,
    run: passOnAccessReview,
  }),
];
