import { keepPreviousData, queryOptions } from '@tanstack/react-query';
import type { paths } from '../app/api.gen.ts';
import { type Answer, answerOf, api } from '../app/client.ts';

export const TEMPLATES = ['edpb', 'generic', 'ico', 'us-ag'] as const;
export type Template = (typeof TEMPLATES)[number];
export type Listed = Answer<'/api/incidents/{incident}/reports', 'get'>['reports'][number];
export type Saved = Answer<'/api/incidents/{incident}/reports/{template}/{version}', 'get'>;
export type Report = NonNullable<Saved['report']>;
export type Form = Answer<'/api/report-templates/{template}', 'get'>;
export type FormField = Form['fields'][number];
type Body =
  paths['/api/incidents/{incident}/reports/draft']['post']['requestBody']['content']['application/json'];
export type Statement = Body['statement'];
export type Value = NonNullable<Statement['fields']>[string];

export const reportQueries = {
  list: (incident: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'reports'],
      queryFn: () =>
        answerOf(api.GET('/api/incidents/{incident}/reports', { params: { path: { incident } } })),
    }),
  /** A version never changes. */
  shown: (incident: string, template: Template, version: number) =>
    queryOptions({
      queryKey: ['incident', incident, 'reports', template, version],
      staleTime: Number.POSITIVE_INFINITY,
      queryFn: () =>
        answerOf(
          api.GET('/api/incidents/{incident}/reports/{template}/{version}', {
            params: { path: { incident, template, version } },
          }),
        ),
    }),
  draft: (incident: string, statement: Statement) =>
    queryOptions({
      queryKey: ['incident', incident, 'report-draft', JSON.stringify(statement)],
      queryFn: () =>
        answerOf(
          api.POST('/api/incidents/{incident}/reports/draft', {
            params: { path: { incident } },
            body: { statement },
          }),
        ),
      placeholderData: keepPreviousData,
      retry: false,
    }),
  form: (template: Template) =>
    queryOptions({
      queryKey: ['report-template', template],
      queryFn: () =>
        answerOf(api.GET('/api/report-templates/{template}', { params: { path: { template } } })),
      staleTime: Number.POSITIVE_INFINITY,
    }),
};
