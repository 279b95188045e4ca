import { queryOptions } from '@tanstack/react-query';
import { type Answer, answerOf, api } from '../app/client.ts';
import type { Leak } from './draft.rules.ts';

export type Preview = NonNullable<Answer<'/api/incidents/{incident}/leaks/preview', 'post'>['seen']>;
export type Suggested = Answer<'/api/incidents/{incident}/paths', 'get'>;
export type ListColumns = Answer<'/api/incidents/{incident}/lists', 'get'>;

type Window = Readonly<{ log: string; from: string; to: string }>;

const previewed = (incident: string, leak: Leak, shown: boolean) =>
  answerOf(
    api.POST('/api/incidents/{incident}/leaks/preview', {
      params: { path: { incident } },
      body: { leak, shown },
    }),
  );

export const scopeQueries = {
  /** The same look is not taken twice: logs of a past window stay as they are while a form is filled in. */
  preview: (incident: string, leak: Leak) =>
    queryOptions({
      queryKey: ['incident', incident, 'preview', leak],
      staleTime: Number.POSITIVE_INFINITY,
      queryFn: () => previewed(incident, leak, false),
    }),
  paths: (incident: string, window: Window) =>
    queryOptions({
      queryKey: ['incident', incident, 'paths', window],
      staleTime: Number.POSITIVE_INFINITY,
      queryFn: () =>
        answerOf(
          api.GET('/api/incidents/{incident}/paths', { params: { path: { incident }, query: window } }),
        ),
    }),
  list: (incident: string, at: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'list', at],
      staleTime: 60_000,
      queryFn: () =>
        answerOf(
          api.GET('/api/incidents/{incident}/lists', { params: { path: { incident }, query: { at } } }),
        ),
    }),
};

/** The same lines with what is personal in them, which the register records. */
export const showPreview = (incident: string, leak: Leak) => previewed(incident, leak, true);
