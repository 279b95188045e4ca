import { queryOptions } from '@tanstack/react-query';
import { type Answer, answerOf, api, Refused } from '../app/client.ts';

export type Duties = Answer<'/api/incidents/{incident}/duties', 'get'>;
export type Listed = NonNullable<Duties['duties']>[number];
export type Duty = Answer<'/api/incidents/{incident}/duties/explained', 'get'>;

export const assessQueries = {
  /** `null`: the law was not applied yet. */
  duties: (incident: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'duties'],
      queryFn: async (): Promise<Duties | null> =>
        answerOf(api.GET('/api/incidents/{incident}/duties', { params: { path: { incident } } })).catch(
          (error: unknown) => {
            if (error instanceof Refused && error.code === 'assessment-not-found') return null;
            throw error;
          },
        ),
    }),
  duty: (incident: string, duty: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'duties', duty],
      queryFn: () =>
        answerOf(
          api.GET('/api/incidents/{incident}/duties/explained', {
            params: { path: { incident }, query: { duty } },
          }),
        ),
    }),
};
