/** What a privacy officer finds of one duty: that an exemption holds, or that it is open again. */
import { answerOf, api } from '../app/client.ts';
import { check, one, prose } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { useWords } from '../words/index.tsx';
import type { Duty } from './queries.ts';

const REASON = { reason: prose('ask.reason') };

type Props = Readonly<{ incident: string; duty: string; found: Duty }>;

export function DutyFindings({ incident, duty, found: { row, settled } }: Props) {
  const { t } = useWords();
  const params = { path: { incident } };
  const exemptions = row.exemptions.map(({ name }) => name);
  return (
    <>
      {exemptions.length > 0 && (
        <Deed
          name={t('duty.exemption')}
          parts={{
            exemption: one('duty.which', exemptions, { group: 'no-group' }),
            holds: check('duty.holds', { first: true }),
            ...REASON,
          }}
          run={(body) => answerOf(api.POST('/api/incidents/{incident}/determinations', { params, body }))}
        />
      )}
      {settled !== null && (
        <Deed
          name={t('duty.reopen')}
          parts={REASON}
          run={({ reason }) =>
            answerOf(api.POST('/api/incidents/{incident}/duties/reopen', { params, body: { duty, reason } }))
          }
        />
      )}
    </>
  );
}
