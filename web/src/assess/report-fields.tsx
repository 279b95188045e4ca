/** The fields of a report, by section: each with its value and where it comes from, what is missing hatched, and the way to type it. */
import { Link, useSearch } from '@tanstack/react-router';
import { Hatch, Mark } from '../kit/figure.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import type { Form, Report, Value } from './report.queries.ts';
import { FieldEditor } from './report-editor.tsx';

const FROM = '/incidents/$incident/report' as const;
type Section = Report['sections'][number];
type Shown = Section['fields'][number];
export type EditFields = Readonly<{
  form: Form;
  typed: Readonly<Record<string, Value>>;
  onType: (field: string, value: Value | undefined) => void;
}>;

export function Fields({
  report,
  incident,
  edit,
}: Readonly<{ report: Report; incident: string; edit: EditFields | undefined }>) {
  const { t, number } = useWords();
  const search = useSearch({ from: FROM });
  const isLacking = ({ isMissing, field }: Shown) =>
    isMissing || field === search.field || report.wrong.some((one) => one.field === field);
  const lacking = report.missing.length + report.wrong.length;
  const sections =
    search.only === 'lacking'
      ? report.sections
          .map((section) => ({ ...section, fields: section.fields.filter(isLacking) }))
          .filter(({ fields }) => fields.length > 0)
      : report.sections;
  return (
    <>
      <nav className="filters" aria-label={t('report.fields')}>
        {(['all', 'lacking'] as const).map((one) => (
          <Link
            key={one}
            to={FROM}
            params={{ incident }}
            search={({ only: _, ...before }) => (one === 'all' ? before : { ...before, only: one })}
            aria-current={(search.only ?? 'all') === one ? 'page' : undefined}
            className={(search.only ?? 'all') === one ? 'active' : ''}
            activeProps={{}}
            resetScroll={false}
          >
            {one === 'lacking' && <Hatch />}
            {one === 'all' ? t('report.allFields') : `${t('report.onlyLacking')} ${number(lacking)}`}
          </Link>
        ))}
      </nav>
      {sections.map((section) => (
        <Part key={section.name} section={section} incident={incident} report={report} edit={edit} />
      ))}
    </>
  );
}

function Part({
  section: { name, fields },
  report,
  incident,
  edit,
}: Readonly<{ section: Section; report: Report; incident: string; edit: EditFields | undefined }>) {
  const { t } = useWords();
  const id = `part-${name.replaceAll(/\W+/g, '-')}`;
  return (
    <section aria-labelledby={id}>
      <h2 id={id} lang="en">
        {name}
      </h2>
      <table className="table factors">
        <thead>
          <tr>
            <th scope="col">{t('report.field')}</th>
            <th scope="col">{t('report.value')}</th>
            <th scope="col">{t('report.from')}</th>
            {edit !== undefined && (
              <td className="on-screen">
                <span className="unseen">{t('risk.change')}</span>
              </td>
            )}
          </tr>
        </thead>
        <tbody>
          {fields.map((field) => (
            <Row
              key={field.field}
              field={field}
              wrong={report.wrong.filter((one) => one.field === field.field).map(({ message }) => message)}
              incident={incident}
              edit={edit}
            />
          ))}
        </tbody>
      </table>
    </section>
  );
}

function Row({
  field,
  wrong,
  incident,
  edit,
}: Readonly<{
  field: Shown;
  wrong: readonly string[];
  incident: string;
  edit: EditFields | undefined;
}>) {
  const { t } = useWords();
  const { field: open } = useSearch({ from: FROM });
  const asked = edit?.form.fields.find((one) => one.field === field.field);
  const isOpen = edit !== undefined && asked !== undefined && open === field.field;
  const words = t(isOpen ? 'risk.closeRow' : field.value === null ? 'report.fill' : 'risk.change');
  return (
    <>
      <tr>
        <th scope="row" lang="en">
          {field.label}
          <span className="soft small whole-line">
            {[field.field, ...(field.law === null ? [] : [field.law])].join(' · ')}
          </span>
        </th>
        <td>
          {field.value === null ? (
            field.isMissing ? (
              <span className="unknown">
                <Hatch /> {t('report.isMissing')}
              </span>
            ) : (
              <span className="soft">{t('report.nothing')}</span>
            )
          ) : (
            <Shows value={field.value} />
          )}
          {wrong.map((message) => (
            <strong key={message} className="whole-line" lang="en">
              {message}
            </strong>
          ))}
        </td>
        <td>
          <Source source={field.source} incident={incident} />
        </td>
        {edit !== undefined && (
          <td className="on-screen">
            {asked !== undefined && (
              <Link
                to={FROM}
                params={{ incident }}
                search={({ field: _, ...before }) => (isOpen ? before : { ...before, field: field.field })}
                resetScroll={false}
                aria-expanded={isOpen}
                aria-label={`${words}: ${field.label}`}
              >
                {words}
              </Link>
            )}
          </td>
        )}
      </tr>
      {isOpen && asked !== undefined && (
        <tr>
          <td colSpan={4} className="factor-editor">
            <FieldEditor
              key={field.field}
              field={asked}
              typed={edit.typed[field.field]}
              onType={(value) => edit.onType(field.field, value)}
            />
          </td>
        </tr>
      )}
    </>
  );
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

const Shows = ({ value }: Readonly<{ value: string }>) =>
  INSTANT.test(value) ? (
    <When at={value} />
  ) : (
    <span className="as-came" lang="en">
      {value}
    </span>
  );

function Source({ source, incident }: Readonly<{ source: Shown['source']; incident: string }>) {
  const { t } = useWords();
  if (source === null) return null;
  switch (source.kind) {
    case 'computed':
      return (
        <Link
          to="/incidents/$incident"
          params={{ incident }}
          search={{ evidence: source.from.startsWith('people') ? 'people' : 'fields' }}
          className="evident soft"
        >
          {t('report.ofRun')}
          <Mark />
        </Link>
      );
    case 'incident':
      return <span className="soft">{t('report.ofIncident')}</span>;
    case 'risk':
      return (
        <Link to="/incidents/$incident/risk" params={{ incident }}>
          {t('report.ofRisk')}
        </Link>
      );
    case 'workspace':
      return <span className="soft">{t('report.ofWorkspace')}</span>;
    case 'stated':
      return <span className="soft">{t('report.ofStated', { name: source.by })}</span>;
  }
}
