/** The fields of the editor: texts in each language in which people are written to, and what is the same in all. */
import { Link } from '@tanstack/react-router';
import { Field, instantOf, localOf } from '../kit/form.tsx';
import { useWords } from '../words/index.tsx';
import type { Cohort } from './queries.ts';
import { type Typed, textOf, withText } from './statement.ts';

type FieldsProps = Readonly<{
  typed: Typed;
  setTyped: (typed: Typed) => void;
  cohort: Cohort;
  language: string;
}>;

/** Kinds of data of which people ask first whether they were part of it. */
const ASKED_FOR = [
  'password',
  'cardNumber',
  'bankAccount',
  'email',
  'phone',
  'postalAddress',
  'birthDate',
  'orderHistory',
] as const;

/** Texts that a notice in this language can't do without. */
const needed = ({ contained, fields }: Cohort): string[] => [
  'texts.cause',
  ...(contained === null ? [] : ['texts.contained']),
  ...fields.map((field) => `texts.fields.${field}`),
];

export const isWhole = (typed: Typed, cohort: Cohort, language: string): boolean =>
  needed(cohort).every((at) => textOf(typed, at, language).trim() !== '');

export function EditorFields(props: FieldsProps) {
  const { typed, setTyped, cohort, language } = props;
  const { t } = useWords();
  return (
    <>
      <Languages {...props} />
      <Text {...props} at="texts.cause" label={t('notify.cause')} help={t('notify.causeHelp')} />
      {cohort.contained !== null && (
        <Text
          {...props}
          at="texts.contained"
          label={t('notify.contained')}
          help={t('notify.containedHelp')}
        />
      )}
      {Array.from({ length: typed.measures }, (_, i) => `texts.measures[${i}]`).map((at, i) => (
        <Text
          key={at}
          {...props}
          at={at}
          label={t('notify.measure', { number: i + 1 })}
          help={i === 0 ? t('notify.measureHelp') : undefined}
          isOptional
        />
      ))}
      <p className="add-line">
        <button
          type="button"
          className="button quiet"
          onClick={() => setTyped({ ...typed, measures: typed.measures + 1 })}
        >
          {t('notify.addMeasure')}
        </button>
      </p>
      {cohort.places.map((place) => (
        <Text
          key={place}
          {...props}
          at={`texts.places.${place}`}
          label={t('notify.place', { place })}
          help={t('notify.placeHelp')}
          isOptional
        />
      ))}
      {cohort.fields.map((field) => (
        <Text key={field} {...props} at={`texts.fields.${field}`} label={t('notify.field', { field })} />
      ))}
      <h3 className="form-part">{t('notify.sameInAll')}</h3>
      {cohort.unknown > 0 && (
        <Field label={t('notify.nextBy')} help={t('notify.nextByHelp')}>
          {(ids) => (
            <input
              {...ids}
              type="date"
              required
              value={typed.nextBy}
              onChange={(event) => setTyped({ ...typed, nextBy: event.target.value })}
            />
          )}
        </Field>
      )}
      <NotExposed {...props} />
      <Authorities {...props} />
      <AmericanLaw {...props} />
      <Fallback {...props} />
      <p className="unseen" role="status">
        {t(isWhole(typed, cohort, language) ? 'notify.languageWhole' : 'notify.languageLacks')}
      </p>
    </>
  );
}

/** Which language is typed: those of the people first, with how many they are, and whether anything is missing. */
function Languages({ typed, cohort, language }: FieldsProps) {
  const { t, languageName } = useWords();
  return (
    <nav className="filters" aria-label={t('notify.languages')}>
      {cohort.languages.map((one) => (
        <Link
          key={one.language}
          to="."
          search={(before) => ({ ...before, language: one.language })}
          aria-current={one.language === language ? 'page' : undefined}
          className={one.language === language ? 'active' : ''}
          activeProps={{}}
          resetScroll={false}
        >
          {t('notify.language', { language: languageName(one.language), people: one.people })}
          {!isWhole(typed, cohort, one.language) && <span className="lacks">{t('notify.lacks')}</span>}
        </Link>
      ))}
    </nav>
  );
}

type TextProps = FieldsProps &
  Readonly<{ at: string; label: string; help?: string | undefined; isOptional?: boolean }>;

function Text({ typed, setTyped, language, at, label, help, isOptional = false }: TextProps) {
  return (
    <Field label={label} help={help}>
      {(ids) => (
        <textarea
          {...ids}
          rows={2}
          lang={language}
          required={!isOptional}
          maxLength={1000}
          value={textOf(typed, at, language)}
          onChange={(event) =>
            setTyped(withText(typed, at, language, event.target.value.replace(/[\r\n]+/g, ' ')))
          }
        />
      )}
    </Field>
  );
}

function NotExposed({ typed, setTyped }: FieldsProps) {
  const { t } = useWords();
  const { notExposed } = typed;
  return (
    <fieldset>
      <legend>{t('notify.notExposed')}</legend>
      <p className="help">{t('notify.notExposedHelp')}</p>
      {ASKED_FOR.map((one) => (
        <label key={one} className="check">
          <input
            type="checkbox"
            checked={notExposed.includes(one)}
            onChange={() =>
              setTyped({
                ...typed,
                notExposed: notExposed.includes(one)
                  ? notExposed.filter((other) => other !== one)
                  : [...notExposed, one],
              })
            }
          />
          {t(`element.${one}`)}
        </label>
      ))}
    </fieldset>
  );
}

function Authorities({ typed, setTyped }: FieldsProps) {
  const { t } = useWords();
  const set = (i: number, given: Readonly<{ name?: string; at?: string }>) =>
    setTyped({
      ...typed,
      authorities: typed.authorities.map((one, n) => (n === i ? { ...one, ...given } : one)),
    });
  return (
    <>
      {typed.authorities.map(({ name, at }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: An authority that is being typed has no other name yet.
        <div className="pair" key={i}>
          <Field label={t('notify.authority')}>
            {(ids) => (
              <input
                {...ids}
                required
                value={name}
                onChange={(event) => set(i, { name: event.target.value })}
              />
            )}
          </Field>
          <Field label={t('notify.authorityAt')}>
            {(ids) => (
              <input
                {...ids}
                required
                type="datetime-local"
                value={at === '' ? '' : localOf(new Date(at))}
                onChange={(event) => set(i, { at: instantOf(event.target.value) ?? '' })}
              />
            )}
          </Field>
        </div>
      ))}
      <p className="add-line">
        <button
          type="button"
          className="button quiet"
          onClick={() => setTyped({ ...typed, authorities: [...typed.authorities, { name: '', at: '' }] })}
        >
          {t('notify.addAuthority')}
        </button>
      </p>
    </>
  );
}

/** What some statutes of the United States want said; asked for only where one of them holds. */
function AmericanLaw({ typed, setTyped, cohort }: FieldsProps) {
  const { t } = useWords();
  if (!cohort.duties.some((duty) => duty.startsWith('US-'))) return null;
  return (
    <>
      <Field label={t('notify.police')}>
        {(ids) => (
          <select
            {...ids}
            value={typed.delayedByPolice}
            onChange={({ target }) =>
              setTyped({
                ...typed,
                delayedByPolice: target.value === 'yes' ? 'yes' : target.value === 'no' ? 'no' : '',
              })
            }
          >
            <option value="">{t('notify.policeUnsaid')}</option>
            <option value="no">{t('notify.policeNo')}</option>
            <option value="yes">{t('notify.policeYes')}</option>
          </select>
        )}
      </Field>
      <Field label={t('notify.agencies')} help={t('notify.agenciesHelp')}>
        {(ids) => (
          <textarea
            {...ids}
            rows={4}
            value={typed.agencies}
            onChange={(event) => setTyped({ ...typed, agencies: event.target.value })}
          />
        )}
      </Field>
    </>
  );
}

function Fallback({ typed, setTyped, cohort }: FieldsProps) {
  const { t, languageName } = useWords();
  return (
    <Field label={t('notify.fallback')}>
      {(ids) => (
        <select
          {...ids}
          value={typed.fallback}
          onChange={(event) => setTyped({ ...typed, fallback: event.target.value })}
        >
          {cohort.known.map((one) => (
            <option key={one} value={one}>
              {languageName(one)}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}
