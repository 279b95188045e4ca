/**
 * A notice becomes a campaign in three steps: it is made, what was prepared before it is discarded, then its draft. Any of them may
 * fail and be tried again; whatever happens, no two may be left that would write to the same people. Pure.
 */
import type { paths } from '../app/api.gen.ts';

type Listed =
  paths['/api/incidents/{incident}/campaigns']['get']['responses'][200]['content']['application/json']['campaigns'][number];
type One = Pick<Listed, 'campaign' | 'state'>;

/** A campaign that was made here, and of which words. */
export type Made = Readonly<{ campaign: string; words: string }>;

/** What was prepared of other words goes when these are prepared. */
const REPLACED: readonly Listed['state'][] = ['prepared', 'approved', 'failed'];
const STANDING: readonly Listed['state'][] = ['preparing', 'prepared', 'approved'];

/** What a try again goes on with: what was made of the same words, and still stands. */
export const goneOnWith = (made: Made | undefined, words: string, all: readonly One[]): Made | undefined =>
  made?.words === words &&
  all.some(({ campaign, state }) => campaign === made.campaign && STANDING.includes(state))
    ? made
    : undefined;

/** Whether one is being prepared, which can't be discarded yet: another beside it would escape being replaced. */
export const mustWait = (made: Made | undefined, words: string, all: readonly One[]): boolean =>
  all.some(
    ({ campaign, state }) => state === 'preparing' && campaign !== goneOnWith(made, words, all)?.campaign,
  );

/** What goes for it. */
export const replacedBy = (made: string | undefined, all: readonly One[]): readonly string[] =>
  all.flatMap(({ campaign, state }) => (REPLACED.includes(state) && campaign !== made ? [campaign] : []));
