/** The texts of a page that people type, one language at a time; beside each it says in which languages it is still missing. */

import { Hatch } from '../kit/figure.tsx';
import { Field, instantOf, localOf } from '../kit/form.tsx';
import { useWords } from '../words/index.tsx';
import type { Checked, Statement, Texts } from './page.queries.ts';

type InEach = Readonly<Record<string, string>>;
type Common = Readonly<{ checked: Checked; written: string }>;

function Text({
  label,
  value = {},
  onChange,
  checked: { languages },
  written,
}: Common &
  Readonly<{ label: string; value?: InEach | undefined; onChange: (next: InEach | undefined) => void }>) {
  const { t, list, languageName } = useWords();
  const lacking = languages.filter((one) => value[one] === undefined);
  const isBegun = lacking.length < languages.length;
  const change = (text: string) => {
    const { [written]: _, ...others } = value;
    const next = text.trim() === '' ? others : { ...others, [written]: text };
    onChange(Object.keys(next).length === 0 ? undefined : next);
  };
  return (
    <>
      <Field label={label}>
        {(ids) => (
          <textarea
            {...ids}
            lang={written}
            rows={2}
            maxLength={1000}
            value={value[written] ?? ''}
            onChange={({ target }) => change(target.value.replaceAll('\n', ' '))}
          />
        )}
      </Field>
      {isBegun && lacking.length > 0 && (
        <p className="help">
          <Hatch /> {t('page-edit.lacks', { languages: list(lacking.map(languageName)) })}
        </p>
      )}
    </>
  );
}

const put = (all: Readonly<Record<string, InEach>> | undefined, name: string, next: InEach | undefined) => {
  const { [name]: _, ...others } = all ?? {};
  return next === undefined ? others : { ...others, [name]: next };
};

export function StatementTexts({
  statement,
  onChange,
  ...common
}: Common & Readonly<{ statement: Statement; onChange: (next: Statement) => void }>) {
  const { t } = useWords();
  const { texts } = statement;
  const setText = (name: 'cause' | 'contained', next: InEach | undefined) => {
    const { [name]: _, ...others } = texts;
    onChange({ ...statement, texts: next === undefined ? others : { ...others, [name]: next } });
  };
  return (
    <>
      <Text
        label={t('page-edit.cause')}
        value={texts.cause}
        onChange={(next) => setText('cause', next)}
        {...common}
      />
      <Text
        label={t('page-edit.contained')}
        value={texts.contained}
        onChange={(next) => setText('contained', next)}
        {...common}
      />
      {common.checked.places.map((leak) => (
        <Text
          key={leak}
          label={t('page-edit.place', { leak })}
          value={texts.places?.[leak]}
          onChange={(next) =>
            onChange({ ...statement, texts: { ...texts, places: put(texts.places, leak, next) } })
          }
          {...common}
        />
      ))}
      {common.checked.fields.map((field) => (
        <Text
          key={field}
          label={t('page-edit.field', { field })}
          value={texts.fields?.[field]}
          onChange={(next) =>
            onChange({ ...statement, texts: { ...texts, fields: put(texts.fields, field, next) } })
          }
          {...common}
        />
      ))}
      <Field label={t('page-edit.nextBy')}>
        {(ids) => (
          <input
            {...ids}
            type="date"
            value={statement.nextBy ?? ''}
            onChange={({ target }) => {
              const { nextBy: _, ...others } = statement;
              onChange(target.value === '' ? others : { ...others, nextBy: target.value });
            }}
          />
        )}
      </Field>
      <Authorities statement={statement} onChange={onChange} />
    </>
  );
}

function Authorities({
  statement,
  onChange,
}: Readonly<{ statement: Statement; onChange: (next: Statement) => void }>) {
  const { t } = useWords();
  const all = statement.authorities ?? [];
  const set = (next: typeof all) => onChange({ ...statement, authorities: next });
  return (
    <>
      {all.map(({ name, at }, i) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: an authority that is being typed has no name but its place.
        <div key={i} className="pair">
          <Field label={t('page-edit.authority')}>
            {(ids) => (
              <input
                {...ids}
                maxLength={1000}
                value={name}
                onChange={({ target }) =>
                  set(all.map((one, j) => (i === j ? { ...one, name: target.value } : one)))
                }
              />
            )}
          </Field>
          <Field label={t('page-edit.authorityAt')}>
            {(ids) => (
              <input
                {...ids}
                type="datetime-local"
                value={at === '' ? '' : localOf(new Date(at))}
                onChange={({ target }) =>
                  set(all.map((one, j) => (i === j ? { ...one, at: instantOf(target.value) ?? '' } : one)))
                }
              />
            )}
          </Field>
        </div>
      ))}
      <p className="actions">
        <button type="button" className="link" onClick={() => set([...all, { name: '', at: '' }])}>
          {t('page-edit.addAuthority')}
        </button>
      </p>
    </>
  );
}

export function OwnTexts({
  texts,
  onChange,
  ...common
}: Common & Readonly<{ texts: Texts; onChange: (next: Texts) => void }>) {
  const { t, named } = useWords();
  const { notYet = [], questions = [] } = texts;
  const setText = (name: 'whom' | 'told', next: InEach | undefined) => {
    const { [name]: _, ...others } = texts;
    onChange(next === undefined ? others : { ...others, [name]: next });
  };
  const setOpen = (next: typeof notYet) => onChange({ ...texts, notYet: next });
  const setQuestions = (next: typeof questions) => onChange({ ...texts, questions: next });
  return (
    <>
      <Text
        label={t('page-edit.whom')}
        value={texts.whom}
        onChange={(next) => setText('whom', next)}
        {...common}
      />
      <Text
        label={t('page-edit.told')}
        value={texts.told}
        onChange={(next) => setText('told', next)}
        {...common}
      />
      {notYet.map(({ section, because, until }) => {
        const set = (next: Partial<(typeof notYet)[number]>) =>
          setOpen(notYet.map((one) => (one.section === section ? { ...one, ...next } : one)));
        return (
          <fieldset key={section} className="group">
            <legend>
              <Hatch /> {named('page-section', section)}
            </legend>
            <Text
              label={t('page-edit.because')}
              value={because}
              onChange={(next) => set({ because: { ...next } })}
              {...common}
            />
            <Field label={t('page-edit.until')}>
              {(ids) => (
                <input
                  {...ids}
                  type="date"
                  value={until}
                  onChange={({ target }) => set({ until: target.value })}
                />
              )}
            </Field>
            <p className="actions">
              <button
                type="button"
                className="link"
                onClick={() => setOpen(notYet.filter((one) => one.section !== section))}
              >
                {t('page-edit.takeOut')}
              </button>
            </p>
          </fieldset>
        );
      })}
      <h3 className="spaced">{t('page-edit.questions')}</h3>
      {questions.map(({ question, answer }, i) => {
        const set = (next: Partial<(typeof questions)[number]>) =>
          setQuestions(questions.map((one, j) => (i === j ? { ...one, ...next } : one)));
        return (
          // biome-ignore lint/suspicious/noArrayIndexKey: a question has no name but its place.
          <div key={i} className="group">
            <Text
              label={t('page-edit.question')}
              value={question}
              onChange={(next) => set({ question: { ...next } })}
              {...common}
            />
            <Text
              label={t('page-edit.answer')}
              value={answer}
              onChange={(next) => set({ answer: { ...next } })}
              {...common}
            />
            <p className="actions">
              <button
                type="button"
                className="link"
                onClick={() => setQuestions(questions.filter((_, j) => i !== j))}
              >
                {t('page-edit.takeOut')}
              </button>
            </p>
          </div>
        );
      })}
      <p className="actions">
        <button
          type="button"
          className="link"
          onClick={() => setQuestions([...questions, { question: {}, answer: {} }])}
        >
          {t('page-edit.addQuestion')}
        </button>
      </p>
    </>
  );
}
