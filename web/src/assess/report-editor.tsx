/** One field of a report, by its type. What is left empty stays as logs and record say it. */
import { useState } from 'react';
import { Field, instantOf, localOf, ownZone } from '../kit/form.tsx';
import { useWords } from '../words/index.tsx';
import type { FormField, Value } from './report.queries.ts';

type Props = Readonly<{
  field: FormField;
  typed: Value | undefined;
  onType: (value: Value | undefined) => void;
}>;

export function FieldEditor({ field, typed, onType }: Props) {
  const { t } = useWords();
  return (
    <div className="form">
      {field.note !== undefined && (
        <p className="soft" lang="en">
          {field.note}
        </p>
      )}
      <OwnEditor field={field} typed={typed} onType={onType} />
      <p className="help">{t('report.typedHelp')}</p>
    </div>
  );
}

const linesOf = (text: string): string[] =>
  text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');

/** What stands in a text field for a value that is a list or a table. */
function textOf(value: Value | undefined): string {
  if (value === undefined) return '';
  if (Array.isArray(value)) return value.join('\n');
  if (typeof value === 'object')
    return Object.entries(value)
      .map(([country, count]) => `${country}: ${count}`)
      .join('\n');
  return String(value);
}

const someOf = <T,>(list: readonly T[]): T[] | undefined => (list.length === 0 ? undefined : [...list]);

function byCountry(text: string): Record<string, number> | undefined {
  const found = linesOf(text).flatMap((line): [string, number][] => {
    const [, country, count] = /^([A-Z]{2})\s*:?\s*(\d+)$/i.exec(line) ?? [];
    return country === undefined ? [] : [[country.toUpperCase(), Number(count)]];
  });
  return found.length === 0 ? undefined : Object.fromEntries(found);
}

function OwnEditor({ field, typed, onType }: Props) {
  const { t } = useWords();
  const label = t('report.typed');
  const text = (value: string): string | undefined => (value.trim() === '' ? undefined : value);
  switch (field.type) {
    case 'text':
      return (
        <Field label={label}>
          {(ids) => (
            <textarea
              {...ids}
              rows={3}
              maxLength={20_000}
              value={textOf(typed)}
              onChange={({ target }) => onType(text(target.value))}
            />
          )}
        </Field>
      );
    case 'texts':
      return (
        <Lines
          label={label}
          help={t('report.linesHelp')}
          typed={typed}
          read={(raw) => someOf(linesOf(raw))}
          onType={onType}
        />
      );
    case 'countries':
      return (
        <Lines
          label={label}
          help={t('report.countriesHelp')}
          typed={typed}
          read={(raw) => someOf(raw.toUpperCase().match(/\b[A-Z]{2}\b/g) ?? [])}
          onType={onType}
        />
      );
    case 'by-country':
      return (
        <Lines
          label={label}
          help={t('report.byCountryHelp')}
          typed={typed}
          read={byCountry}
          onType={onType}
        />
      );
    case 'instant':
      return (
        <Field label={label} help={t('leaks.zone', { zone: ownZone() })}>
          {(ids) => (
            <input
              {...ids}
              type="datetime-local"
              value={typeof typed === 'string' ? localOf(new Date(typed)) : ''}
              onChange={({ target }) => onType(instantOf(target.value))}
            />
          )}
        </Field>
      );
    case 'date':
      return (
        <Field label={label}>
          {(ids) => (
            <input
              {...ids}
              type="date"
              value={textOf(typed)}
              onChange={({ target }) => onType(text(target.value))}
            />
          )}
        </Field>
      );
    case 'whole':
      return (
        <Field label={label}>
          {(ids) => (
            <input
              {...ids}
              type="number"
              min={0}
              value={textOf(typed)}
              onChange={({ target }) =>
                onType(target.value === '' ? undefined : Math.max(0, Math.trunc(Number(target.value))))
              }
            />
          )}
        </Field>
      );
    case 'flag':
      return (
        <Pick
          label={label}
          typed={typed === undefined ? '' : typed === true ? 'yes' : 'no'}
          choices={[
            { value: 'yes', means: t('report.yes') },
            { value: 'no', means: t('report.no') },
          ]}
          onType={(value) => onType(value === undefined ? undefined : value === 'yes')}
        />
      );
    case 'choice':
      return <Pick label={label} typed={textOf(typed)} choices={field.choices} onType={onType} isEnglish />;
    case 'choices':
      return (
        <fieldset>
          <legend>{label}</legend>
          {field.choices.map(({ value, means }) => {
            const chosen: readonly string[] = Array.isArray(typed) ? typed : [];
            return (
              <label key={value} className="choice" lang="en">
                <input
                  type="checkbox"
                  checked={chosen.includes(value)}
                  onChange={({ target }) =>
                    onType(
                      someOf(
                        field.choices
                          .map((one) => one.value)
                          .filter((one) => (one === value ? target.checked : chosen.includes(one))),
                      ),
                    )
                  }
                />
                {means}
              </label>
            );
          })}
        </fieldset>
      );
  }
}

function Pick({
  label,
  typed,
  choices,
  onType,
  isEnglish = false,
}: Readonly<{
  label: string;
  typed: string;
  choices: FormField['choices'];
  onType: (value: string | undefined) => void;
  /** The words of the template are. */
  isEnglish?: boolean;
}>) {
  const { t } = useWords();
  return (
    <Field label={label}>
      {(ids) => (
        <select
          {...ids}
          value={typed}
          onChange={({ target }) => onType(target.value === '' ? undefined : target.value)}
        >
          <option value="">{t('risk.leave')}</option>
          {choices.map(({ value, means }) => (
            <option key={value} value={value} lang={isEnglish ? 'en' : undefined}>
              {means}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

/** Keeps what is typed as it is typed, and tells what it means. */
function Lines({
  label,
  help,
  typed,
  read,
  onType,
}: Readonly<{
  label: string;
  help: string;
  typed: Value | undefined;
  read: (raw: string) => Value | undefined;
  onType: (value: Value | undefined) => void;
}>) {
  const [raw, setRaw] = useState(() => textOf(typed));
  return (
    <Field label={label} help={help}>
      {(ids) => (
        <textarea
          {...ids}
          rows={3}
          value={raw}
          onChange={({ target }) => {
            setRaw(target.value);
            onType(read(target.value));
          }}
        />
      )}
    </Field>
  );
}
