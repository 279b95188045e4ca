/** What stands above a report's fields: to whom it goes, what it lacks, and what differs from the version before. */
import { useWords } from '../words/index.tsx';
import type { Report } from './report.queries.ts';

/** To whom, in which state, and what the template itself is worth; of a draft, which has no entry, the form above says the kind. */
export function About({ report, entry }: Readonly<{ report: Report; entry?: number }>) {
  const { t, named } = useWords();
  return (
    <>
      <dl className="facts report-about">
        <dt>{t('report.to')}</dt>
        <dd lang="en">
          {report.addressees.length === 0
            ? t('report.noAddressee')
            : report.addressees.map(({ name, country, why }) => (
                <span key={country + name} className="whole-line">
                  {`${name} (${country}): ${why}`}
                </span>
              ))}
        </dd>
        {entry !== undefined && (
          <>
            <dt>{t('report.kind')}</dt>
            <dd>{`${named('report-kind', report.kind)}, ${named('report-state', report.state)}`}</dd>
          </>
        )}
        <dt>{t('report.stateOf')}</dt>
        <dd>
          {report.isReady
            ? t('report.ready')
            : t('report.lacks', { missing: report.missing.length, wrong: report.wrong.length })}
        </dd>
        <dt>{t('report.status')}</dt>
        <dd lang="en">{`${report.name}, ${report.templateVersion}: ${report.status}`}</dd>
      </dl>
      <p className="soft">
        {[
          t('report.by', { name: report.by }),
          ...(entry === undefined ? [] : [t('risk.entry', { entry })]),
        ].join(' · ')}
      </p>
      {report.wrong.length > 0 && (
        <>
          <h3 className="spaced">{t('report.wrong')}</h3>
          <ul lang="en">
            {report.wrong.map(({ field, label, message }) => (
              <li key={field + message}>{`${field} ${label}: ${message}`}</li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

const shownValue = (value: unknown): string =>
  value === null
    ? ''
    : Array.isArray(value)
      ? value.join('; ')
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value);

/** Side by side with the version before. */
export function Changes({ report, version }: Readonly<{ report: Report; version: number }>) {
  const { t } = useWords();
  const { previous } = report;
  if (previous === null) return null;
  return (
    <section aria-labelledby="changes">
      <h2 id="changes">{t('report.changes', { version: version - 1 })}</h2>
      {previous.changes.length === 0 ? (
        <p className="soft">{t('report.noChanges')}</p>
      ) : (
        <table className="table side-by-side">
          <thead>
            <tr>
              <th scope="col">{t('report.field')}</th>
              <th scope="col">{t('report.before')}</th>
              <th scope="col">{t('report.after')}</th>
            </tr>
          </thead>
          <tbody lang="en">
            {previous.changes.map(({ field, label, before, after }) => (
              <tr key={field}>
                <th scope="row">{`${field} ${label}`}</th>
                <td className="as-came">{before === null ? <Nothing /> : <del>{shownValue(before)}</del>}</td>
                <td className="as-came">{after === null ? <Nothing /> : <ins>{shownValue(after)}</ins>}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </section>
  );
}

function Nothing() {
  const { t, language } = useWords();
  return (
    <span className="soft" lang={language}>
      {t('report.nothing')}
    </span>
  );
}
