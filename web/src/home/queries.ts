import { queryOptions } from '@tanstack/react-query';
import { type Answer, answerOf, api } from '../app/client.ts';

export type Waiting = Answer<'/api/waiting', 'get'>['waiting'][number];

const MOST = 20;

export const homeQueries = {
  clocks: queryOptions({
    queryKey: ['clocks'],
    queryFn: () => answerOf(api.GET('/api/clocks', { params: { query: { most: MOST } } })),
    // The law is applied a moment after a run has ended: until a clock is known, it is looked for often.
    refetchInterval: ({ state }) => (state.data?.clocks.length === 0 ? 4000 : 60_000),
  }),
  waiting: queryOptions({
    queryKey: ['waiting'],
    queryFn: () => answerOf(api.GET('/api/waiting', { params: { query: { most: MOST } } })),
  }),
};
