import type { AccessAnswer, TraceAnswer } from '@forthright/contract';
import { queryOptions } from '@tanstack/react-query';
import { type Answer, answerOf, api } from '../app/client.ts';

export type Trace = Answer<'/api/incidents/{incident}/traces/{trace}', 'get'>;
export type RunListed = Trace['runs'][number];
export type RunShown = Answer<'/api/incidents/{incident}/traces/{trace}/runs/{job}', 'get'>;
/** Of a run that ranks candidates; one that counts what each can see has another. */
export type Definition = Extract<NonNullable<RunShown['definition']>, { routing: unknown }>;
export const rankingOf = (definition: RunShown['definition'] | undefined): Definition | null =>
  definition != null && 'routing' in definition ? definition : null;
export type Unlock = Answer<'/api/incidents/{incident}/unlocks', 'get'>['unlocks'][number];
export type Named = TraceAnswer['named'][number];
export type { AccessAnswer, TraceAnswer };

export type OfTrace = Readonly<{ incident: string; trace: string }>;
export type OfRun = OfTrace & Readonly<{ job: string }>;

/** An answer, and whether its text has the hash of the record, reckoned here. */
export type Ranked = Readonly<{
  run: RunShown;
  answer: TraceAnswer | AccessAnswer | null;
  isIntact: boolean;
}>;

const hexOf = (bytes: ArrayBuffer): string =>
  [...new Uint8Array(bytes)].map((byte) => byte.toString(16).padStart(2, '0')).join('');

/** While a run is under way somebody looks on. */
const LIVE_MS = 3000;
const live = (runs: readonly RunListed[] | undefined): number | false =>
  runs?.some(({ state }) => state === 'asked') ? LIVE_MS : false;

export const traceQueries = {
  list: (incident: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'traces'],
      queryFn: () =>
        answerOf(api.GET('/api/incidents/{incident}/traces', { params: { path: { incident } } })),
      refetchInterval: ({ state }) => live(state.data?.traces.flatMap(({ runs }) => runs)),
    }),
  one: (of: OfTrace) =>
    queryOptions({
      queryKey: ['incident', of.incident, 'traces', of.trace],
      queryFn: () => answerOf(api.GET('/api/incidents/{incident}/traces/{trace}', { params: { path: of } })),
      refetchInterval: ({ state }) => live(state.data?.runs),
    }),
  run: (of: OfRun) =>
    queryOptions({
      queryKey: ['incident', of.incident, 'traces', of.trace, 'runs', of.job],
      queryFn: async (): Promise<Ranked> => {
        const run = await answerOf(
          api.GET('/api/incidents/{incident}/traces/{trace}/runs/{job}', { params: { path: of } }),
        );
        if (run.answer === null) return { run, answer: null, isIntact: false };
        const own = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(run.answer));
        return {
          run,
          answer: JSON.parse(run.answer) as TraceAnswer | AccessAnswer,
          isIntact: hexOf(own) === run.sha256,
        };
      },
    }),
  unlocks: (incident: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'unlocks'],
      queryFn: () =>
        answerOf(api.GET('/api/incidents/{incident}/unlocks', { params: { path: { incident } } })),
    }),
};
