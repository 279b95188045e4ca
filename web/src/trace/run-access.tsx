/** Asks what everybody can see of customers, and what of it they used: from tables of grants and the log of one tool. */
import { answerOf, api } from '../app/client.ts';
import { line, lines, moment, one, optional, when } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { useWords } from '../words/index.tsx';
import type { OfTrace } from './queries.ts';

export function RunAccess({ of, logs }: Readonly<{ of: OfTrace; logs: readonly string[] }>) {
  const { t } = useWords();
  const parts = {
    from: moment('access.from'),
    to: moment('access.to'),
    tool: line('access.tool'),
    log: one('access.log', logs, { group: 'no-group' }),
    fields: lines('access.fields'),
    format: one('access.format', ['csv', 'json'], { group: 'access-format' }),
    grants: when(({ format }) => format === 'csv', line('access.grants', { help: 'access.grantsHelp' })),
    members: when(({ format }) => format === 'csv', line('access.members', { help: 'access.membersHelp' })),
    at: when(({ format }) => format === 'json', line('access.at', { help: 'access.atHelp' })),
    customers: optional(lines('access.customers')),
  };
  return (
    <Deed
      name={t('access.run')}
      why={t('access.why')}
      parts={parts}
      run={({ from, to, tool, log, fields, format, grants, members, at, customers }) =>
        answerOf(
          api.POST('/api/incidents/{incident}/traces/{trace}/access-runs', {
            params: { path: of },
            body: {
              definition: {
                from,
                to,
                tools: [{ tool, fields, log }],
                grants:
                  format === 'json'
                    ? { format, at: at ?? '' }
                    : { format, grants: grants ?? '', members: members ?? '' },
                customers,
              },
            },
          }),
        )
      }
    />
  );
}
