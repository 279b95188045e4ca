/** What follows from a trace: tasks, the pack of evidence, and the look-ups of a confirmed source as leaks. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { useMe } from '../app/session.ts';
import type { Shown } from '../incident/queries.ts';
import { Field, instantOf, localOf, ownZone } from '../kit/form.tsx';
import { useNames } from '../kit/names.ts';
import { Failed } from '../kit/states.tsx';
import { save } from '../register/saving.ts';
import { useWords } from '../words/index.tsx';
import type { OfRun } from './queries.ts';

const MEASURES = ['suspend-access', 'block-seller', 'preserve-mailbox'] as const;
const DAY_MS = 24 * 3_600_000;
/** What an employee has before them, usually; another field is typed. */
const FIELDS = ['name', 'email', 'phone', 'address', 'orders'] as const;

const without = <T,>(all: readonly T[], one: T): T[] => all.filter((other) => other !== one);

export function MeasuresForm({ of, candidate }: Readonly<{ of: OfRun; candidate: string }>) {
  const { t } = useWords();
  const me = useMe();
  const names = useNames();
  const queries = useQueryClient();
  const [measures, setMeasures] = useState<readonly (typeof MEASURES)[number][]>([]);
  const [owner, setOwner] = useState<string>(me.person.id);
  const [due, setDue] = useState(() => localOf(new Date(Date.now() + DAY_MS)));
  const taking = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/incidents/{incident}/traces/{trace}/runs/{job}/measures', {
          params: { path: of },
          body: { candidate, measures: [...measures], owner, due: instantOf(due) ?? '' },
        }),
      ),
    onSuccess: () => {
      setMeasures([]);
      return queries.invalidateQueries({ queryKey: ['incident', of.incident] });
    },
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    taking.mutate();
  };
  return (
    <form className="form" onSubmit={handleSubmit}>
      <fieldset>
        <legend>{t('measures.title')}</legend>
        {MEASURES.map((one) => (
          <label key={one} className="choice">
            <input
              type="checkbox"
              checked={measures.includes(one)}
              onChange={({ target }) =>
                setMeasures(target.checked ? [...measures, one] : without(measures, one))
              }
            />
            {t(`measures.${one}`)}
          </label>
        ))}
      </fieldset>
      {measures.length > 0 && (
        <div className="pair">
          <Field label={t('task.owner')}>
            {(ids) => (
              <select {...ids} value={owner} onChange={({ target }) => setOwner(target.value)}>
                {names.map((one) => (
                  <option key={one.id} value={one.id}>
                    {one.name}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Field label={t('task.due')} help={t('leaks.zone', { zone: ownZone() })}>
            {(ids) => (
              <input
                {...ids}
                required
                type="datetime-local"
                value={due}
                onChange={({ target }) => setDue(target.value)}
              />
            )}
          </Field>
        </div>
      )}
      {taking.error !== null && <Failed error={taking.error} />}
      <p className="actions">
        <button type="submit" className="button quiet" disabled={taking.isPending || measures.length === 0}>
          {t('measures.take')}
        </button>
        {taking.data !== undefined && measures.length === 0 && (
          <span role="status">
            {t('measures.taken', { count: taking.data.tasks.length })}{' '}
            <Link to="/incidents/$incident/tasks" params={{ incident: of.incident }}>
              {t('task.tab')}
            </Link>
          </span>
        )}
      </p>
    </form>
  );
}

/** One folder about one candidate; who had it in hand is recorded. */
export function Pack({ of, candidate }: Readonly<{ of: OfRun; candidate: string }>) {
  const { t } = useWords();
  const queries = useQueryClient();
  const packing = useMutation({
    mutationFn: async () =>
      save(
        `${candidate}.tar`,
        await answerOf<Blob>(
          api.POST('/api/incidents/{incident}/traces/{trace}/runs/{job}/pack', {
            params: { path: of },
            body: { candidate },
            parseAs: 'blob',
          }),
        ),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['incident', of.incident] }),
  });
  return (
    <>
      <p className="actions">
        <button
          type="button"
          className="button quiet"
          disabled={packing.isPending}
          onClick={() => packing.mutate()}
        >
          {t('pack.get')}
        </button>
        <span className="soft">{t('pack.why')}</span>
      </p>
      {packing.error !== null && <Failed error={packing.error} />}
    </>
  );
}

export function ConfirmForm({
  shown,
  of,
  candidate,
}: Readonly<{ shown: Shown; of: OfRun; candidate: string }>) {
  const { t, named } = useWords();
  const queries = useQueryClient();
  const [fields, setFields] = useState<readonly string[]>([]);
  const [more, setMore] = useState('');
  const [reason, setReason] = useState('');
  const all = [
    ...fields,
    ...more
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== ''),
  ];
  const confirming = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/incidents/{incident}/traces/{trace}/runs/{job}/confirm', {
          params: { path: of },
          body: { candidate, fields: all, reason },
        }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['incident', of.incident] }),
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    confirming.mutate();
  };
  const wasConfirmed = shown.timeline.some(
    ({ kind, facts, texts }) =>
      kind === 'trace-suspect-confirmed' && facts.job === of.job && texts.candidate === candidate,
  );
  if (wasConfirmed || confirming.data !== undefined)
    return (
      <div className="empty" role="status">
        <p className="empty-title">{t('confirm.done', { who: candidate })}</p>
        <p>
          <Link to="/incidents/$incident/leaks" params={{ incident: shown.id }}>
            {t('confirm.leaks')}
          </Link>
        </p>
      </div>
    );
  return (
    <details className="more">
      <summary>{t('confirm.title')}</summary>
      <form className="form" onSubmit={handleSubmit}>
        <p className="soft">{t('confirm.why')}</p>
        <fieldset>
          <legend>{t('confirm.fields')}</legend>
          {FIELDS.map((one) => (
            <label key={one} className="check">
              <input
                type="checkbox"
                checked={fields.includes(one)}
                onChange={({ target }) => setFields(target.checked ? [...fields, one] : without(fields, one))}
              />
              {named('field', one)}
            </label>
          ))}
        </fieldset>
        <Field label={t('confirm.more')}>
          {(ids) => <input {...ids} value={more} onChange={({ target }) => setMore(target.value)} />}
        </Field>
        <Field label={t('trace.reason')}>
          {(ids) => (
            <textarea
              {...ids}
              required
              rows={3}
              maxLength={20_000}
              value={reason}
              onChange={({ target }) => setReason(target.value)}
            />
          )}
        </Field>
        {confirming.error !== null && <Failed error={confirming.error} />}
        <p className="actions">
          <button type="submit" className="button" disabled={confirming.isPending || all.length === 0}>
            {t('confirm.now')}
          </button>
        </p>
      </form>
    </details>
  );
}
