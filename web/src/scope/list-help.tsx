/** A file of people, and which of its columns says who they are. */
import { useQuery } from '@tanstack/react-query';
import { Field } from '../kit/form.tsx';
import { Loaded } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import { type PartProps, Text, useSettled } from './form-parts.tsx';
import { type ListColumns, scopeQueries } from './queries.ts';

export function ListHelp(part: PartProps) {
  const { t } = useWords();
  const { incident, draft, change, wrong } = part;
  const at = useSettled(draft.at.trim());
  const found = useQuery({ ...scopeQueries.list(incident, at), enabled: /\.\w+$/.test(at) });
  const columns = found.data?.columns ?? [];
  return (
    <>
      <Text {...part} name="at" at="people" label={t('scope.list')} help={t('scope.fileHelp')} />
      {/\.\w+$/.test(at) && (
        <Loaded query={found}>{(list) => <Suggestion list={list} draft={draft} change={change} />}</Loaded>
      )}
      <div className="pair">
        <Field label={t('scope.column')} wrong={wrong.get('column')} wrongIn="en">
          {(ids) => (
            <select {...ids} value={draft.column} onChange={({ target }) => change({ column: target.value })}>
              {[...new Set([draft.column, ...columns.map(({ name }) => name)])].map((name) => (
                <option key={name} value={name}>
                  {name}
                </option>
              ))}
            </select>
          )}
        </Field>
        <Field label={t('scope.by')}>
          {(ids) => (
            <select
              {...ids}
              value={draft.by}
              onChange={({ target }) => change({ by: target.value === 'email' ? 'email' : 'id' })}
            >
              <option value="id">{t('scope.by.id')}</option>
              <option value="email">{t('scope.by.email')}</option>
            </select>
          )}
        </Field>
      </div>
    </>
  );
}

type SuggestionProps = Pick<PartProps, 'draft' | 'change'> & Readonly<{ list: ListColumns }>;

function Suggestion({ list: { columns, rows, suggested }, draft, change }: SuggestionProps) {
  const { t, number } = useWords();
  if (suggested === null)
    return <p className="help">{t('scope.noColumn', { count: rows, rows: number(rows) })}</p>;
  const by = 'id' in suggested ? 'id' : 'email';
  const name = 'id' in suggested ? suggested.id : suggested.email;
  const column = columns.find((one) => one.name === name);
  const fits = (by === 'id' ? column?.customers : column?.addresses) ?? 0;
  const isTaken = draft.column === name && draft.by === by;
  return (
    <p className="help suggested">
      {t(by === 'id' ? 'scope.columnIds' : 'scope.columnAddresses', {
        column: name,
        fits: number(fits),
        rows: number(rows),
      })}{' '}
      {!isTaken && (
        <button type="button" className="suggestion" onClick={() => change({ column: name, by })}>
          {t('scope.takeColumn')}
        </button>
      )}
    </p>
  );
}
