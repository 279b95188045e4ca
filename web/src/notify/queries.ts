import { queryOptions } from '@tanstack/react-query';
import { type Answer, answerOf, api } from '../app/client.ts';

export type Campaign = Answer<'/api/incidents/{incident}/campaigns/{campaign}', 'get'>;
export type Listed = Answer<'/api/incidents/{incident}/campaigns', 'get'>['campaigns'][number];
export type Statement = NonNullable<Campaign['statement']>;
export type Cohort = Answer<'/api/incidents/{incident}/runs/{run}/cohort', 'get'>;
export type Draft = Answer<'/api/incidents/{incident}/notice-drafts', 'post'>;
export type Finding = Draft['findings'][number];
export type Piece = Draft['subject'][number];
export type Block = Draft['blocks'][number];
export type Difference = Answer<'/api/incidents/{incident}/campaigns/{campaign}/changes', 'get'>;
export type Linted = Answer<'/api/incidents/{incident}/campaigns/{campaign}/lint', 'get'>;
export type Saved = Answer<'/api/incidents/{incident}/saved-notice-drafts/{draft}', 'get'>;
/** A statement that somebody is still typing: anything may be missing. */
export type Unfinished = NonNullable<Saved['statement']>;
export type Addressees = Answer<'/api/incidents/{incident}/campaigns/{campaign}/people', 'get'>;
export type Waiting = Answer<'/api/campaigns/waiting', 'get'>['waiting'][number];

export type Of = Readonly<{ incident: string; campaign: string }>;
export const pathOf = ({ incident, campaign }: Of) => ({ params: { path: { incident, campaign } } });

const MOST_WAITING = 20;
const PAGE = 50;
/** While messages go out, and while nothing but time or an answer from outside can change anything. */
const LIVE_MS = 2000;
const CALM_MS = 15_000;

/** How long the last answer took: a campaign of millions is asked about less often, so that looking on costs little. */
const took = new Map<string, number>();
/** Of the time between two questions at most this part is spent on the answer. */
const MOST_SHARE = 0.05;

async function timed<T>(key: string, asked: Promise<T>): Promise<T> {
  const began = performance.now();
  try {
    return await asked;
  } finally {
    took.set(key, performance.now() - began);
  }
}

const isMoving = (state: Listed['state'] | undefined): boolean =>
  state === 'preparing' || state === 'sending';
const isOver = (state: Listed['state'] | undefined): boolean =>
  state === 'discarded' || state === 'failed' || state === 'prepared' || state === 'approved';
const often = (states: readonly (Listed['state'] | undefined)[]): number | false => {
  if (states.some(isMoving)) return LIVE_MS;
  return states.every(isOver) ? false : CALM_MS;
};

export const notifyQueries = {
  list: (incident: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'campaigns'],
      queryFn: () =>
        answerOf(api.GET('/api/incidents/{incident}/campaigns', { params: { path: { incident } } })),
      refetchInterval: ({ state }) => often(state.data?.campaigns.map((one) => one.state) ?? []),
    }),
  drafts: (incident: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'drafts'],
      queryFn: () =>
        answerOf(
          api.GET('/api/incidents/{incident}/saved-notice-drafts', { params: { path: { incident } } }),
        ),
    }),
  saved: (incident: string, draft: string, version?: number) =>
    queryOptions({
      queryKey: ['incident', incident, 'drafts', draft, version],
      // Another person may have gone on with it.
      staleTime: 0,
      queryFn: () =>
        answerOf(
          api.GET('/api/incidents/{incident}/saved-notice-drafts/{draft}', {
            params: { path: { incident, draft }, query: { version } },
          }),
        ),
    }),
  one: (of: Of) =>
    queryOptions({
      queryKey: ['incident', of.incident, 'campaigns', of.campaign],
      queryFn: () =>
        timed(of.campaign, answerOf(api.GET('/api/incidents/{incident}/campaigns/{campaign}', pathOf(of)))),
      refetchInterval: ({ state }) => {
        const ms = often([state.data?.state]);
        if (state.data?.state !== 'sending' || ms === false) return ms;
        // What is slow because the server is busy is no reason to look away.
        return Math.min(CALM_MS, Math.max(ms, (took.get(of.campaign) ?? 0) / MOST_SHARE));
      },
    }),
  changes: (of: Of) =>
    queryOptions({
      queryKey: ['incident', of.incident, 'campaigns', of.campaign, 'changes'],
      queryFn: () => answerOf(api.GET('/api/incidents/{incident}/campaigns/{campaign}/changes', pathOf(of))),
    }),
  lint: (of: Of) =>
    queryOptions({
      queryKey: ['incident', of.incident, 'campaigns', of.campaign, 'lint'],
      queryFn: () => answerOf(api.GET('/api/incidents/{incident}/campaigns/{campaign}/lint', pathOf(of))),
    }),
  people: (of: Of, page: Readonly<{ state?: string | undefined; after?: string | undefined }>) =>
    queryOptions({
      queryKey: ['incident', of.incident, 'campaigns', of.campaign, 'people', page.state, page.after],
      queryFn: () =>
        answerOf(
          api.GET('/api/incidents/{incident}/campaigns/{campaign}/people', {
            params: { path: of, query: { ...page, most: PAGE } },
          }),
        ),
    }),
  notice: (of: Of, person: string, language: string | undefined) =>
    queryOptions({
      queryKey: ['incident', of.incident, 'campaigns', of.campaign, 'notice', person, language],
      queryFn: () =>
        answerOf(
          api.GET('/api/incidents/{incident}/campaigns/{campaign}/people/{person}/notice', {
            params: { path: { ...of, person }, query: { language } },
          }),
        ),
    }),
  cohort: (incident: string, run: string, fallback: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'runs', run, 'cohort', fallback],
      queryFn: () =>
        answerOf(
          api.GET('/api/incidents/{incident}/runs/{run}/cohort', {
            params: { path: { incident, run }, query: { fallback } },
          }),
        ),
    }),
  waiting: queryOptions({
    queryKey: ['waiting', 'campaigns'],
    queryFn: () => answerOf(api.GET('/api/campaigns/waiting', { params: { query: { most: MOST_WAITING } } })),
  }),
};
