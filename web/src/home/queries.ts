import { queryOptions } from '@tanstack/react-query';
import { type Answer, answerOf, api } from '../app/client.ts';

export type Waiting = Answer<'/api/waiting', 'get'>['waiting'][number];

const MOST = 20;

export const homeQueries = {
  clocks: queryOptions({
    queryKey: ['clocks'],
    queryFn: () => answerOf(api.GET('/api/clocks', { params: { query: { most: MOST } } })),
    refetchInterval: 60_000,
  }),
  waiting: queryOptions({
    queryKey: ['waiting'],
    queryFn: () => answerOf(api.GET('/api/waiting', { params: { query: { most: MOST } } })),
  }),
};
