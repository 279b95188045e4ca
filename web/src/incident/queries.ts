import type { ScopeAnswer } from '@forthright/contract';
import { queryOptions } from '@tanstack/react-query';
import { type Answer, answerOf, api, Refused } from '../app/client.ts';

export type Listed = Answer<'/api/incidents', 'get'>['incidents'][number];
export type Shown = Answer<'/api/incidents/{incident}', 'get'>;
export type Run = Answer<'/api/incidents/{incident}/runs', 'get'>['runs'][number];
export type Leaks = Answer<'/api/incidents/{incident}/leaks', 'get'>;
export type { ScopeAnswer };

/** An answer of scope, and the run that it comes from. */
export type Answered = Readonly<{
  answer: ScopeAnswer;
  sha256: string;
  /** Whether its text has that hash, reckoned here. */
  isIntact: boolean;
  /** When the run was asked for; a sample was not. */
  askedAt?: string;
}>;

type Page = Readonly<{ state?: Listed['state']; after?: string }>;

/** `undefined` where there is none yet. */
async function unless<T>(code: Refused['code'], asked: Promise<T>): Promise<T | null> {
  return asked.catch((error: unknown) => {
    if (error instanceof Refused && error.code === code) return null;
    throw error;
  });
}

const hexOf = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

export async function answered(text: string, sha256: string, askedAt?: string): Promise<Answered> {
  const own = hexOf(await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text)));
  return {
    answer: JSON.parse(text) as ScopeAnswer,
    sha256,
    isIntact: own === sha256,
    ...(askedAt === undefined ? {} : { askedAt }),
  };
}

const ofIncident = (incident: string) => ({ params: { path: { incident } } });

export const incidentQueries = {
  list: ({ state, after }: Page) =>
    queryOptions({
      queryKey: ['incidents', state, after],
      queryFn: () => answerOf(api.GET('/api/incidents', { params: { query: { state, after, most: 50 } } })),
    }),
  shown: (incident: string) =>
    queryOptions({
      queryKey: ['incident', incident],
      queryFn: () => answerOf(api.GET('/api/incidents/{incident}', ofIncident(incident))),
    }),
  /** `null`: nobody has said yet what leaked. */
  leaks: (incident: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'leaks'],
      queryFn: () =>
        unless('leaks-missing', answerOf(api.GET('/api/incidents/{incident}/leaks', ofIncident(incident)))),
    }),
  runs: (incident: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'runs'],
      queryFn: () => answerOf(api.GET('/api/incidents/{incident}/runs', ofIncident(incident))),
    }),
  /** `null`: the answer was erased. What a run has answered never changes. */
  answer: (incident: string, job: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'runs', job],
      staleTime: Number.POSITIVE_INFINITY,
      queryFn: async (): Promise<Answered | null> => {
        const { answer, sha256, askedAt } = await answerOf(
          api.GET('/api/incidents/{incident}/runs/{job}', { params: { path: { incident, job } } }),
        );
        return answer === null || sha256 === undefined ? null : answered(answer, sha256, askedAt);
      },
    }),
  /** Its deadlines of law, the nearest first. */
  clocks: (incident: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'clocks'],
      queryFn: () => answerOf(api.GET('/api/clocks', { params: { query: { incident, most: 50 } } })),
      refetchInterval: ({ state }) => (state.data?.clocks.length === 0 ? 4000 : 60_000),
    }),
};

export const workspaceQuery = queryOptions({
  queryKey: ['workspace'],
  queryFn: async () => (await answerOf(api.GET('/api/workspace'))).workspace,
});
