import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { paths } from '../app/api.gen.ts';
import { type Answer, answerOf, api, Refused } from '../app/client.ts';

export type Assessed = Answer<'/api/incidents/{incident}/risk', 'get'>;
export type Assessment = NonNullable<Assessed['assessment']>;
export type Factors = Assessment['factors'];
export type FactorId = keyof Factors;
type Draft = paths['/api/incidents/{incident}/risk/draft']['post'];
/** What somebody states. */
export type Statement = Draft['requestBody']['content']['application/json']['statement'];
export type Stated = Statement['factors'];
export type Questions = Answer<'/api/risk-questions', 'get'>;

export const riskQueries = {
  /** `null`: the risk was not assessed yet. */
  shown: (incident: string, version?: number) =>
    queryOptions({
      queryKey: ['incident', incident, 'risk', version ?? 'last'],
      queryFn: async (): Promise<Assessed | null> =>
        answerOf(
          api.GET('/api/incidents/{incident}/risk', { params: { path: { incident }, query: { version } } }),
        ).catch((error: unknown) => {
          if (error instanceof Refused && error.code === 'assessment-not-found') return null;
          throw error;
        }),
    }),
  /** What would be found; kept nowhere. The last one stays while the next is asked for. */
  draft: (incident: string, statement: Statement) =>
    queryOptions({
      queryKey: ['incident', incident, 'risk-draft', JSON.stringify(statement)],
      queryFn: () =>
        answerOf(
          api.POST('/api/incidents/{incident}/risk/draft', {
            params: { path: { incident } },
            body: { statement },
          }),
        ),
      placeholderData: keepPreviousData,
      retry: false,
    }),
  questions: queryOptions({
    queryKey: ['risk-questions'],
    queryFn: () => answerOf(api.GET('/api/risk-questions')),
    staleTime: Number.POSITIVE_INFINITY,
  }),
};
