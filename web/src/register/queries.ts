import { queryOptions } from '@tanstack/react-query';
import { type Answer, answerOf, api } from '../app/client.ts';
import { isProved } from './proof.ts';

export type Listed = Answer<'/api/register/entries', 'get'>;
export type Entry = Listed['entries'][number];
export type Sought = Readonly<{
  incident?: string;
  kind?: string;
  by?: string;
  from?: string;
  to?: string;
  before?: number;
}>;

const PAGE = 50;

/** From the beginning of a day to its end, in the reader's zone. */
const instant = (day: string | undefined, days: number): string | undefined => {
  const at = day === undefined ? undefined : new Date(`${day}T00:00:00`);
  if (at === undefined || Number.isNaN(at.getTime())) return undefined;
  at.setDate(at.getDate() + days);
  return at.toISOString();
};

export const registerQueries = {
  entries: ({ from, to, ...sought }: Sought) =>
    queryOptions({
      queryKey: ['entries', from, to, sought],
      queryFn: () =>
        answerOf(
          api.GET('/api/register/entries', {
            params: { query: { ...sought, from: instant(from, 0), to: instant(to, 1), most: PAGE } },
          }),
        ),
    }),
  proof: (entry: number) =>
    queryOptions({
      queryKey: ['proof', entry],
      queryFn: async () => {
        const proved = await answerOf(
          api.GET('/api/register/entries/{entry}/proof', { params: { path: { entry } } }),
        );
        return { ...proved, isTrue: await isProved(proved) };
      },
    }),
};
