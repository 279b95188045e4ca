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

export type Compared = Answer<'/api/incidents/{incident}/runs/{job}/comparison', 'get'>;
export type Status = Compared['people'][number]['now'];
export type ViewsShown = Answer<'/api/incidents/{incident}/runs/{job}/views', 'post'>;
export type SingleView = ViewsShown['views'][number];

/** Whom or what views are asked for by. It is personal, and stands in no address. */
export type Side = Readonly<{ by: 'person' | 'viewer'; asked: string }>;
type OfRun = Readonly<{ incident: string; job: string }>;
export type Listing = Readonly<{ status: Status; against?: string; was?: Status; after: number }>;

/** Each look is recorded, so that none is taken but when somebody asks for it; none is kept longer than it is shown. */
const RECORDED = {
  staleTime: Number.POSITIVE_INFINITY,
  gcTime: 0,
  retry: false,
  refetchOnWindowFocus: false,
  refetchOnReconnect: false,
  refetchOnMount: false,
} as const;

export const singlesQueries = {
  comparison: ({ incident, job }: OfRun, against: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'comparison', job, against],
      staleTime: Number.POSITIVE_INFINITY,
      queryFn: () =>
        answerOf(
          api.GET('/api/incidents/{incident}/runs/{job}/comparison', {
            params: { path: { incident, job }, query: { against } },
          }),
        ),
    }),
  views: ({ incident, job }: OfRun, { by, asked }: Side, after: number) =>
    queryOptions({
      ...RECORDED,
      queryKey: ['looks', incident, job, by, asked, after],
      queryFn: () =>
        answerOf(
          api.POST('/api/incidents/{incident}/runs/{job}/views', {
            params: { path: { incident, job } },
            body: { [by]: asked, after, most: 25 },
          }),
        ),
    }),
  people: ({ incident, job }: OfRun, listing: Listing) =>
    queryOptions({
      ...RECORDED,
      queryKey: ['looks', incident, job, 'people', listing],
      queryFn: () =>
        answerOf(
          api.POST('/api/incidents/{incident}/runs/{job}/people', {
            params: { path: { incident, job } },
            body: { ...listing, most: 50 },
          }),
        ),
    }),
};
