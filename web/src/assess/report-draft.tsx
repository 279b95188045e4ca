/** The next version of a report: filled from the record, changed by hand where that says nothing, and kept when somebody says so. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useDeferredValue, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { useMe } from '../app/session.ts';
import type { Shown } from '../incident/queries.ts';
import { Field } from '../kit/form.tsx';
import { Failed, Loaded, Loading, useKept } from '../kit/states.tsx';
import { useUnsaved } from '../kit/unsaved.ts';
import { useWords } from '../words/index.tsx';
import {
  type Listed,
  type Report,
  reportQueries,
  type Statement,
  type Template,
  type Value,
} from './report.queries.ts';
import { About, Changes } from './report-about.tsx';
import { Fields } from './report-fields.tsx';

const FROM = '/incidents/$incident/report' as const;
type Props = Readonly<{ shown: Shown; template: Template; last: Listed | undefined }>;

/** Once somebody has typed something it stands in each version that follows, until they take it out. */
const typedIn = (report: Report | null): Record<string, Value> =>
  Object.fromEntries(
    Object.entries(report?.values ?? {}).flatMap(([field, { value, source }]) =>
      source.kind === 'stated' && field !== '3' && field !== '4' ? [[field, value]] : [],
    ),
  );

/** Reasons for the delay belong to the first notification of the common form; a follow-up names the number that it got. */
function begun(before: Report | null, filed: Listed | undefined): Record<string, Value> {
  const typed = typedIn(before);
  if (before?.template !== 'edpb' || filed === undefined) return typed;
  const { 49: _, ...others } = typed;
  const reference = filed.filings.at(-1)?.reference;
  return typeof reference === 'string' ? { ...others, 6: reference } : others;
}

export function Drafting({ shown, template, last }: Props) {
  if (last === undefined) return <Draft shown={shown} template={template} last={last} before={null} />;
  return <After shown={shown} template={template} last={last} />;
}

function After({ shown, template, last }: Props & Readonly<{ last: Listed }>) {
  const saved = useQuery(reportQueries.shown(shown.id, template, last.version));
  return (
    <Loaded query={saved}>
      {({ report }) => <Draft shown={shown} template={template} last={last} before={report} />}
    </Loaded>
  );
}

function Draft({ shown, template, last, before }: Props & Readonly<{ before: Report | null }>) {
  const { t, named } = useWords();
  const me = useMe();
  const navigate = useNavigate();
  const queries = useQueryClient();
  const wasFiled = last !== undefined && last.filings.length > 0;
  const [statement, setStatement] = useState<Statement>(() => ({
    template,
    kind: wasFiled ? 'follow-up' : (before?.kind ?? 'new'),
    state: before?.state === 'complete' ? 'complete' : 'incomplete',
    by: me.person.name,
    fields: begun(before, wasFiled ? last : undefined),
  }));
  const [first] = useState(statement);
  const keep = useUnsaved(
    statement !== first,
    (search) => search.next === true && (search.template ?? template) === template,
  );
  const form = useQuery(reportQueries.form(template));
  const draft = useQuery(reportQueries.draft(shown.id, useDeferredValue(statement)));
  const report = useKept(draft.data)?.report;
  const keeping = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/incidents/{incident}/reports', {
          params: { path: { incident: shown.id } },
          body: { statement },
        }),
      ),
    onSuccess: async ({ version }) => {
      keep();
      await queries.invalidateQueries({ queryKey: ['incident', shown.id] });
      await navigate({ to: FROM, params: { incident: shown.id }, search: { template, version } });
    },
  });
  const handleType = (field: string, value: Value | undefined) => {
    const { [field]: _, ...others } = statement.fields ?? {};
    setStatement({ ...statement, fields: value === undefined ? others : { ...others, [field]: value } });
  };
  return (
    <>
      <h3 className="spaced">{t('report.drafting')}</h3>
      {last === undefined && <p className="soft">{t('report.noneWhy')}</p>}
      <div className="form pair">
        <Field label={t('report.kind')}>
          {(ids) => (
            <select
              {...ids}
              value={statement.kind}
              onChange={({ target }) =>
                setStatement({ ...statement, kind: target.value === 'new' ? 'new' : 'follow-up' })
              }
            >
              {(['new', 'follow-up'] as const).map((one) => (
                <option key={one} value={one}>
                  {named('report-kind', one)}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('report.stateOf')}>
          {(ids) => (
            <select
              {...ids}
              value={statement.state}
              onChange={({ target }) => {
                const state = STATES.find((one) => one === target.value) ?? 'incomplete';
                setStatement({ ...statement, state });
              }}
            >
              {STATES.map((one) => (
                <option key={one} value={one}>
                  {named('report-state', one)}
                </option>
              ))}
            </select>
          )}
        </Field>
        {wantsPlace(template, report) && <Place statement={statement} onChange={setStatement} />}
      </div>
      {draft.error !== null && !draft.isFetching && (
        <Failed error={draft.error} again={() => void draft.refetch()} />
      )}
      {report === undefined ? (
        draft.error === null && <Loading />
      ) : (
        <>
          <About report={report} />
          <Changes report={report} version={(last?.version ?? 0) + 1} />
          <Loaded query={form}>
            {(found) => (
              <Fields
                report={report}
                incident={shown.id}
                edit={{ form: found, typed: statement.fields ?? {}, onType: handleType }}
              />
            )}
          </Loaded>
        </>
      )}
      <div className="record-bar">
        {keeping.error !== null && <Failed error={keeping.error} />}
        <p className="actions">
          <button
            type="button"
            className="button"
            disabled={keeping.isPending || report === undefined || draft.error !== null}
            onClick={() => keeping.mutate()}
          >
            {t('report.keep')}
          </button>
          {report !== undefined && (
            <span className="soft" role="status">
              {t('report.lacks', { missing: report.missing.length, wrong: report.wrong.length })}
            </span>
          )}
        </p>
      </div>
    </>
  );
}

/** The authority of a German controller goes by the state of its seat. */
const wantsPlace = (template: Template, report: Report | undefined): boolean =>
  template === 'us-ag' || report?.addressees.some(({ country }) => country === 'DE') === true;

const STATES = ['incomplete', 'complete', 'withdraw'] as const;

/** A state of the United States, or the German state of the seat: only where the form goes by it. */
function Place({
  statement,
  onChange,
}: Readonly<{ statement: Statement; onChange: (next: Statement) => void }>) {
  const { t } = useWords();
  const name = statement.template === 'us-ag' ? 'place' : 'seat';
  const pattern = name === 'place' ? 'US-[A-Z]{2}' : 'DE-[A-Z]{2}';
  const [raw, setRaw] = useState(statement[name] ?? '');
  return (
    <Field label={t(`report.${name}`)}>
      {(ids) => (
        <input
          {...ids}
          pattern={pattern}
          maxLength={5}
          value={raw}
          onChange={({ target }) => {
            const next = target.value.toUpperCase();
            setRaw(next);
            const { [name]: _, ...others } = statement;
            onChange(new RegExp(`^${pattern}$`).test(next) ? { ...others, [name]: next } : others);
          }}
        />
      )}
    </Field>
  );
}
