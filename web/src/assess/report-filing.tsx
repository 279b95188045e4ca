/** Where and when a version was filed, by whom it says so, with the authority's number and receipt; and recording that it was. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type SubmitEvent, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { hasOne, OFFICERS, useMe } from '../app/session.ts';
import type { Shown } from '../incident/queries.ts';
import { useDuties } from '../kit/deadlines.tsx';
import { Field, instantOf, localOf, ownZone } from '../kit/form.tsx';
import { Failed } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { assessQueries, type Listed as Duty } from './queries.ts';
import type { Listed, Report } from './report.queries.ts';

type Props = Readonly<{ shown: Shown; listed: Listed; report: Report }>;

export function Filings({ shown, listed, report }: Props) {
  const { t } = useWords();
  const mayFile = hasOne(useMe(), OFFICERS) && shown.state !== 'closed';
  return (
    <section aria-labelledby="filings">
      <h2 id="filings">{t('report.filings')}</h2>
      {listed.filings.length === 0 ? (
        <p className="soft">{t('report.notFiled')}</p>
      ) : (
        <ul className="plain rows">
          {listed.filings.map((one) => (
            <li key={one.entry}>
              <span className="row-title">{one.authority ?? t('erased')}</span>
              <span>
                {one.reference === null ? (
                  <span className="soft">{t('report.noNumber')}</span>
                ) : (
                  t('report.number', { number: one.reference })
                )}
              </span>
              <When at={one.filedAt} />
              {one.receipt !== null && (
                <a href={`/api/incidents/${shown.id}/files/${one.receipt}`} download>
                  {t('report.receipt')}
                </a>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayFile && (
        <details className="more on-screen">
          <summary>{t('report.file')}</summary>
          <FileForm shown={shown} listed={listed} report={report} />
        </details>
      )}
    </section>
  );
}

const TOLD_BY_REPORT: readonly string[] = ['authority', 'attorney-general', 'agency'];
/** What a report to an authority may fulfil. */
const isOpen = ({ settled, status, to }: Duty): boolean =>
  settled === null && (status === 'due' || status === 'cannot-tell') && TOLD_BY_REPORT.includes(to);

function FileForm({ shown, listed, report }: Props) {
  const { t } = useWords();
  const queries = useQueryClient();
  const duties = useQuery(assessQueries.duties(shown.id));
  const open = (duties.data?.duties ?? []).filter(isOpen);
  const [authority, setAuthority] = useState(report.addressees[0]?.name ?? '');
  const [filedAt, setFiledAt] = useState(() => localOf(new Date()));
  const [reference, setReference] = useState('');
  const [receipt, setReceipt] = useState('');
  const [fulfils, setFulfils] = useState<readonly string[]>([]);
  const [delay, setDelay] = useState('');
  const isLate = open.some(({ duty, clock }) => fulfils.includes(duty) && clock === 'missed');
  const files = shown.evidence.filter(({ kind, erased }) => kind === 'file' && erased === undefined);
  const filing = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/incidents/{incident}/reports/{template}/{version}/filings', {
          params: { path: { incident: shown.id, template: listed.template, version: listed.version } },
          body: {
            authority,
            filedAt: instantOf(filedAt) ?? '',
            ...(reference === '' ? {} : { reference }),
            ...(receipt === '' ? {} : { receipt }),
            duties: [...fulfils],
            ...(isLate ? { delayReasons: delay } : {}),
          },
        }),
      ),
    onSuccess: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['incident', shown.id] }),
        queries.invalidateQueries({ queryKey: ['clocks'] }),
      ]),
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    filing.mutate();
  };
  return (
    <form className="form" onSubmit={handleSubmit}>
      <p className="soft">{t('report.fileWhy')}</p>
      <Field label={t('report.authority')}>
        {(ids) => (
          <input
            {...ids}
            required
            maxLength={300}
            value={authority}
            onChange={({ target }) => setAuthority(target.value)}
          />
        )}
      </Field>
      <Field label={t('report.filedAt')} help={t('leaks.zone', { zone: ownZone() })}>
        {(ids) => (
          <input
            {...ids}
            required
            type="datetime-local"
            value={filedAt}
            onChange={({ target }) => setFiledAt(target.value)}
          />
        )}
      </Field>
      <Field label={t('report.reference')} help={t('report.referenceHelp')}>
        {(ids) => (
          <input
            {...ids}
            maxLength={300}
            value={reference}
            onChange={({ target }) => setReference(target.value)}
          />
        )}
      </Field>
      {files.length > 0 && (
        <Field label={t('report.receipt')} help={t('report.receiptHelp')}>
          {(ids) => (
            <select {...ids} value={receipt} onChange={({ target }) => setReceipt(target.value)}>
              <option value="">{t('report.noReceipt')}</option>
              {files.map(({ id, name }) => (
                <option key={id} value={id}>
                  {name ?? id}
                </option>
              ))}
            </select>
          )}
        </Field>
      )}
      <Fulfils duties={open} chosen={fulfils} onChange={setFulfils} />
      {isLate && (
        <Field label={t('report.delay')} help={t('report.delayHelp')}>
          {(ids) => (
            <textarea
              {...ids}
              required
              rows={3}
              maxLength={20_000}
              value={delay}
              onChange={({ target }) => setDelay(target.value)}
            />
          )}
        </Field>
      )}
      {filing.error !== null && <Failed error={filing.error} />}
      <p className="actions">
        <button type="submit" className="button" disabled={filing.isPending}>
          {t('report.file')}
        </button>
        {filing.data !== undefined && (
          <span role="status">{t('report.filed', { entry: filing.data.entry })}</span>
        )}
      </p>
    </form>
  );
}

function Fulfils({
  duties,
  chosen,
  onChange,
}: Readonly<{
  duties: readonly Duty[];
  chosen: readonly string[];
  onChange: (next: readonly string[]) => void;
}>) {
  const { t } = useWords();
  const words = useDuties();
  if (duties.length === 0) return null;
  return (
    <fieldset>
      <legend>{t('report.duties')}</legend>
      {duties.map(({ duty, clock }) => (
        <label key={duty} className={clock === 'missed' ? 'choice legal-time' : 'choice'}>
          <input
            type="checkbox"
            checked={chosen.includes(duty)}
            onChange={({ target }) =>
              onChange(target.checked ? [...chosen, duty] : chosen.filter((one) => one !== duty))
            }
          />
          {words([duty])}
        </label>
      ))}
    </fieldset>
  );
}
