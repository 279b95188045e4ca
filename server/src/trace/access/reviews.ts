/**
 * Managers answer whether what a role lets people see is needed; each step one deed. Items are rows of a count's answer: roles and
 * fields, no people.
 *
 *   open ─▶ confirm | cut (a task follows)        open behind its time: overdue; it can be passed on to somebody else
 */
import {
  type AccessAnswer,
  type AccessItem,
  type AccessReviewChanged,
  type AccessReviewsListed,
  type AnswerAccessReview,
  ForthrightError,
  newId,
  type OpenAccessReview,
  type PassOnAccessReview,
} from '@forthright/contract';
import { addTaskWithin, deedUpon, findIncident, notFound, refuseUnableTo } from '../../incident/index.ts';
import { activeAmong } from '../../people/index.ts';
import type { Reads } from '../../platform/db/index.ts';
import { type Asked, textsOf } from '../../prove/index.ts';
import { runsOfTrace } from '../store.ts';
import { findTrace, refuseEnded } from '../traces.ts';
import {
  insertReview,
  itemsOf,
  reviewsOf,
  type StoredItem,
  type StoredReview,
  setAnswered,
  setReviewer,
} from './store.ts';

const noReview = (id: string): ForthrightError =>
  new ForthrightError('review-not-found', `The incident has no review ${id.slice(0, 60)}.`);

/** The rows of a count that were asked about, each with who is to answer. Refuses a role that the count does not have. */
function asked(
  { cut }: AccessAnswer,
  asks: OpenAccessReview['asks'],
): Readonly<{ items: AccessItem[]; reviewers: string[] }> {
  const items: AccessItem[] = [];
  const reviewers: string[] = [];
  const problems: { at: string; message: string }[] = [];
  for (const [i, { role, tool, reviewer }] of asks.entries()) {
    const rows = cut.filter((one) => one.role === role && (tool === undefined || one.tool === tool));
    if (rows.length === 0)
      problems.push({ at: `asks.${i}.role`, message: `the count has no grants of ${role} there` });
    for (const row of rows)
      if (!items.includes(row)) {
        items.push(row);
        reviewers.push(reviewer);
      }
  }
  if (problems.length > 0)
    throw new ForthrightError('trace-invalid', 'This can not be asked about as it is.', { problems });
  return { items, reviewers };
}

/** Asks each reviewer about the grants of some roles. Refuses a count that has not ended well, and reviewers who may not see the incident. */
export async function openAccessReview(
  by: Asked,
  { incident: given, trace: traceId, job, due, owner, cutBy, asks }: OpenAccessReview,
): Promise<AccessReviewChanged> {
  const review = newId('arv');
  let items: AccessItem[] = [];
  let reviewers: string[] = [];
  const { incident, entry } = await deedUpon(
    by,
    given,
    { kind: 'access-review-opened', act: 'trace' },
    async ({ tx, at, incident }) => {
      const trace = await findTrace(tx, incident.id, traceId);
      refuseEnded(trace, at);
      const [run] = await runsOfTrace(tx, trace.id, job);
      if (run?.what !== 'access' || run.answer === undefined)
        throw new ForthrightError('trace-not-found', `${job.slice(0, 60)} is no count that has ended well.`);
      ({ items, reviewers } = asked(JSON.parse(run.answer) as AccessAnswer, asks));
      await refuseUnableTo(tx, incident, [
        { at: 'owner', account: owner },
        ...asks.map(({ reviewer }, i) => ({ at: `asks.${i}.reviewer`, account: reviewer })),
      ]);
      const facts = { review, trace: trace.id, job, items: items.length, due, owner, cutBy };
      return {
        facts: { ...facts, reviewers: [...new Set(reviewers)] },
        texts: { items: { value: JSON.stringify(items) } },
      };
    },
    ({ tx, at, incident }, entry) =>
      insertReview(
        tx,
        {
          id: review,
          incident: incident.id,
          trace: traceId,
          job,
          entry,
          by: by.actor.account,
          at,
          due: new Date(due),
          owner,
          cutBy,
        },
        reviewers,
      ),
  );
  return { incident, review, items: items.length, entry };
}

async function findReview(reads: Reads, incident: string, id: string): Promise<StoredReview> {
  const review = (await reviewsOf(reads, incident)).find((one) => one.id === id);
  if (review === undefined) throw noReview(id);
  return review;
}

async function openItems(
  reads: Reads,
  review: StoredReview,
  wanted: readonly number[],
): Promise<StoredItem[]> {
  const all = new Map((await itemsOf(reads, review.id)).map((one) => [one.item, one]));
  return [...new Set(wanted)].map((n) => {
    const item = all.get(n);
    if (item === undefined) throw noReview(`${review.id}, item ${n}`);
    if (item.verdict !== undefined)
      throw new ForthrightError('incident-refuses', `This can not be done: item ${n} is answered.`);
    return item;
  });
}

const whatOf = async (reads: Reads, { entry }: StoredReview): Promise<readonly AccessItem[]> => {
  const text = (await textsOf(reads, [entry]))(entry, 'items');
  return text === null ? [] : (JSON.parse(text) as AccessItem[]);
};

/** A reviewer's answer, with a reason; what is cut becomes a task. Refuses whoever was not asked, and a token of somebody else. */
export async function answerAccessReview(
  by: Asked,
  { incident: given, review: id, items: wanted, verdict, reason }: AnswerAccessReview,
): Promise<AccessReviewChanged> {
  const tasks: string[] = [];
  let items: readonly StoredItem[] = [];
  const { incident, entry } = await deedUpon(
    by,
    given,
    { kind: 'access-review-answered', act: 'trace' },
    async ({ tx, at, incident }) => {
      const review = await findReview(tx, incident.id, id);
      refuseEnded(await findTrace(tx, incident.id, review.trace), at);
      items = await openItems(tx, review, wanted);
      const other = items.find(({ reviewer }) => reviewer !== by.actor.account);
      if (other !== undefined)
        throw new ForthrightError('not-permitted', `Item ${other.item} is asked of somebody else.`);
      tasks.length = 0;
      if (verdict === 'cut') {
        const what = await whatOf(tx, review);
        for (const { item } of items) {
          const { role, tool, field, customers } = what[item - 1] ?? {
            role: '',
            tool: '',
            field: '',
            customers: '',
          };
          const words = `Take from the role ${role} what lets it see ${field} of customers (${customers}) in ${tool}. As answered in ${review.id}.`;
          tasks.push(
            (await addTaskWithin(tx, incident, { what: words, owner: review.owner, due: review.cutBy })).id,
          );
        }
      }
      return {
        facts: {
          review: review.id,
          trace: review.trace,
          verdict,
          items: items.map(({ item }) => item),
          tasks: [...tasks],
          overdue: at >= review.due,
        },
        texts: { reason: { value: reason } },
      };
    },
    ({ tx, at }, entry) =>
      setAnswered(tx, {
        review: id,
        items: items.map(({ item }) => item),
        tasks: items.map((_, i) => tasks[i] ?? null),
        verdict,
        at,
        entry,
      }),
  );
  return { incident, review: id, items: items.length, tasks, entry };
}

/** Asks somebody else instead, with a reason. */
export async function passOnAccessReview(
  by: Asked,
  { incident: given, review: id, items: wanted, reviewer, reason }: PassOnAccessReview,
): Promise<AccessReviewChanged> {
  let items: readonly StoredItem[] = [];
  const { incident, entry } = await deedUpon(
    by,
    given,
    { kind: 'access-review-passed-on', act: 'trace' },
    async ({ tx, at, incident }) => {
      const review = await findReview(tx, incident.id, id);
      refuseEnded(await findTrace(tx, incident.id, review.trace), at);
      items = await openItems(tx, review, wanted);
      await refuseUnableTo(tx, incident, [{ at: 'reviewer', account: reviewer }]);
      return {
        facts: { review: review.id, trace: review.trace, items: items.map(({ item }) => item), reviewer },
        texts: { reason: { value: reason } },
      };
    },
    async ({ tx }) => {
      await setReviewer(tx, { review: id, items: items.map(({ item }) => item), reviewer });
    },
  );
  return { incident, review: id, items: items.length, entry };
}

const goneAs = (gone: 'no-role' | 'not-admitted' | undefined) => (gone === undefined ? {} : { gone });

export async function listAccessReviews(by: Asked, given: string): Promise<AccessReviewsListed> {
  const found = await findIncident(by.db, given, by.actor);
  if (found === undefined) throw notFound(given);
  const now = by.now();
  const reviews: AccessReviewsListed['reviews'] = [];
  for (const review of await reviewsOf(by.db, found.incident.id)) {
    const items = await itemsOf(by.db, review.id);
    const what = await whatOf(by.db, review);
    const reasons = await textsOf(
      by.db,
      items.flatMap(({ answeredEntry }) => answeredEntry ?? []),
    );
    const waiting = items.filter(({ verdict }) => verdict === undefined);
    const active = await activeAmong(
      by.db,
      waiting.map(({ reviewer }) => reviewer),
    );
    const goneOf = ({ reviewer, verdict }: StoredItem) => {
      if (verdict !== undefined) return undefined;
      if (!active.has(reviewer)) return 'no-role' as const;
      return found.incident.restrictedTo?.includes(reviewer) === false
        ? ('not-admitted' as const)
        : undefined;
    };
    const stateOf = ({ verdict }: StoredItem) => verdict ?? (now >= review.due ? 'overdue' : 'open');
    const count = (state: string) => items.filter((one) => stateOf(one) === state).length;
    reviews.push({
      id: review.id,
      trace: review.trace,
      job: review.job,
      entry: review.entry,
      openedBy: review.openedBy,
      openedAt: review.openedAt.toISOString(),
      due: review.due.toISOString(),
      owner: review.owner,
      open: count('open'),
      overdue: count('overdue'),
      unanswerable: waiting.filter((one) => goneOf(one) !== undefined).length,
      confirmed: count('confirm'),
      cut: count('cut'),
      items: items.map((one) => ({
        item: one.item,
        what: what[one.item - 1] ?? null,
        reviewer: one.reviewer,
        state: stateOf(one),
        ...goneAs(goneOf(one)),
        ...(one.answeredAt === undefined || one.answeredEntry === undefined
          ? {}
          : {
              answeredAt: one.answeredAt.toISOString(),
              answeredEntry: one.answeredEntry,
              reason: reasons(one.answeredEntry, 'reason'),
            }),
        ...(one.task === undefined ? {} : { task: one.task }),
      })),
    });
  }
  return { reviews };
}
