import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { paths } from '../app/api.gen.ts';
import { type Answer, answerOf, api, Refused } from '../app/client.ts';

export type Edition = Answer<'/api/incidents/{incident}/editions', 'get'>['editions'][number];
export type Whole = Answer<'/api/incidents/{incident}/editions/{edition}', 'get'>;
export type Checked = Answer<'/api/incidents/{incident}/editions/check', 'post'>;
/** What an edition is prepared from. */
export type Given =
  paths['/api/incidents/{incident}/editions/check']['post']['requestBody']['content']['application/json'];
export type Statement = NonNullable<Given['statement']>;
export type Texts = NonNullable<Given['texts']>;

export const pageQueries = {
  editions: (incident: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'editions'],
      queryFn: () =>
        answerOf(api.GET('/api/incidents/{incident}/editions', { params: { path: { incident } } })),
    }),
  edition: (incident: string, edition: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'editions', edition],
      queryFn: () =>
        answerOf(
          api.GET('/api/incidents/{incident}/editions/{edition}', {
            params: { path: { incident, edition } },
          }),
        ),
    }),
  check: (incident: string, given: Given) =>
    queryOptions({
      queryKey: ['incident', incident, 'edition-check', JSON.stringify(given)],
      queryFn: () =>
        answerOf(
          api.POST('/api/incidents/{incident}/editions/check', {
            params: { path: { incident } },
            body: given,
          }),
        ),
      placeholderData: keepPreviousData,
      retry: false,
    }),
  /** `null`: nothing was published yet. */
  answers: (incident: string, language: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'answers', language],
      queryFn: async () =>
        answerOf(
          api.GET('/api/incidents/{incident}/answers', {
            params: { path: { incident }, query: { language } },
          }),
        ).catch((error: unknown) => {
          if (error instanceof Refused && error.code === 'edition-not-found') return null;
          throw error;
        }),
    }),
  campaigns: (incident: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'campaigns-of-page'],
      queryFn: () =>
        answerOf(api.GET('/api/incidents/{incident}/campaigns', { params: { path: { incident } } })),
    }),
};
