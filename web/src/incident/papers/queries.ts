import { queryOptions } from '@tanstack/react-query';
import { type Answer, answerOf, api } from '../../app/client.ts';
import type { PaperKind } from './kinds.ts';
import { readPaper, type Sheet } from './paper.rules.ts';

export type Composed = Exclude<Answer<'/api/incidents/{incident}/papers/{paper}', 'get'>, string>;

/** What is composed, but for what is missing, which is shown by itself. */
export const sheetOf = ({ title, marks, sections }: Composed): Sheet => ({
  title,
  marks,
  sections: sections.map(({ heading, lines }) => ({
    heading,
    lines: lines.map(({ label, text, source, basis }) => ({
      label,
      text,
      source,
      isUnknown: basis === 'unknown',
    })),
  })),
  foot: [],
});

export const paperQueries = {
  /** As it reads now; nothing is kept of it. What was there stays while a time is typed. */
  draft: (incident: string, paper: PaperKind, nextUpdate: string | undefined) =>
    queryOptions({
      queryKey: ['incident', incident, 'paper', paper, nextUpdate],
      queryFn: async () =>
        (await answerOf(
          api.GET('/api/incidents/{incident}/papers/{paper}', {
            params: { path: { incident, paper }, query: { nextUpdate } },
          }),
          // Text comes only when it is asked for.
        )) as Composed,
      placeholderData: (before) => (before?.paper === paper ? before : undefined),
    }),
  /** What was issued never changes, but may be erased. */
  issued: (incident: string, issued: string) =>
    queryOptions({
      queryKey: ['incident', incident, 'issued-paper', issued],
      queryFn: async () =>
        readPaper(
          await answerOf<string>(
            api.GET('/api/incidents/{incident}/issued-papers/{issued}', {
              params: { path: { incident, issued }, query: { format: 'text' } },
              parseAs: 'text',
            }),
          ),
        ),
    }),
  /** For which incidents the desk may say something. */
  statements: queryOptions({
    queryKey: ['holding-statements'],
    queryFn: async () => (await answerOf(api.GET('/api/holding-statements'))).statements,
  }),
  statement: (incident: string, number: number) =>
    queryOptions({
      queryKey: ['holding-statements', incident, number],
      queryFn: async () =>
        readPaper(
          await answerOf<string>(
            api.GET('/api/incidents/{incident}/holding-statement', {
              params: { path: { incident }, query: { format: 'text' } },
              parseAs: 'text',
            }),
          ),
        ),
    }),
};
