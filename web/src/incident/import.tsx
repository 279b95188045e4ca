/** Records of VERIS, as others share them, become incidents: one by one, each with what of it was not understood or refused. */
import { useMutation, useQueryClient } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type ChangeEvent, type SubmitEvent, useState } from 'react';
import { type Answer, answerOf, api, Refused } from '../app/client.ts';
import { Field } from '../kit/form.tsx';
import { Empty, Failed } from '../kit/states.tsx';
import { useUnsaved } from '../kit/unsaved.ts';
import { useWords } from '../words/index.tsx';
import { type Found, recordsIn, type Untaken, untaken, type VerisRecord } from './import.rules.ts';
import { NotUnderstood } from './imported.tsx';

type Imported = Answer<'/api/incidents/from-veris', 'post'>;
type Outcome = 'waits' | 'runs' | Imported | Error;
type Row = Found & Readonly<{ outcome: Outcome }>;

const untakenBy = (error: Error) => untaken(error instanceof Refused ? error : undefined);

const isToDo = ({ record, outcome }: Row): boolean =>
  record !== undefined &&
  (outcome === 'waits' || (outcome instanceof Error && untakenBy(outcome).kind !== 'held'));

export function ImportIncidents() {
  const { t } = useWords();
  const queries = useQueryClient();
  const [rows, setRows] = useState<readonly Row[]>([]);
  const put = (key: string, outcome: Outcome) =>
    setRows((before) => before.map((row) => (row.key === key ? { ...row, outcome } : row)));
  const importOne = async (key: string, record: VerisRecord) => {
    put(key, 'runs');
    const outcome = await answerOf(api.POST('/api/incidents/from-veris', { body: { record } })).catch(
      (error: unknown) => (error instanceof Error ? error : new Error(String(error))),
    );
    put(key, outcome);
  };
  const importing = useMutation({
    // One after another: each is a deed of its own, and what was refused keeps nothing else from being taken.
    mutationFn: async (asked: readonly Row[]) => {
      for (const { key, record } of asked) if (record !== undefined) await importOne(key, record);
    },
    onSettled: () =>
      Promise.all(
        ['incidents', 'clocks', 'waiting'].map((key) => queries.invalidateQueries({ queryKey: [key] })),
      ),
  });
  const toDo = rows.filter(isToDo);
  useUnsaved(importing.isPending || toDo.some(({ outcome }) => outcome === 'waits'));
  const handleFiles = async ({ target }: ChangeEvent<HTMLInputElement>) => {
    const files = [...(target.files ?? [])];
    const found = await Promise.all(files.map(async (file) => recordsIn(file.name, await file.text())));
    // Or else the same file, once it was corrected, could not be chosen again.
    target.value = '';
    setRows(found.flat().map((one) => ({ ...one, outcome: 'waits' })));
  };
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    importing.mutate(toDo);
  };
  const ended = rows.filter(({ outcome }) => typeof outcome !== 'string').length;
  return (
    <>
      <h1>{t('import.name')}</h1>
      <p className="lead">{t('import.lead')}</p>
      <form className="form" onSubmit={handleSubmit}>
        <Field label={t('import.files')} help={t('import.filesHelp')}>
          {(ids) => (
            <input
              {...ids}
              type="file"
              multiple
              accept=".json,application/json"
              disabled={importing.isPending}
              onChange={(event) => void handleFiles(event)}
            />
          )}
        </Field>
        <p className="actions">
          <button type="submit" className="button" disabled={toDo.length === 0 || importing.isPending}>
            {t(ended > 0 && !importing.isPending ? 'import.again' : 'import.now', { count: toDo.length })}
          </button>
          {rows.length > 0 && (
            <span role="status" className="soft">
              {t('import.progress', { ended, all: rows.filter(({ record }) => record !== undefined).length })}
            </span>
          )}
        </p>
      </form>
      <section aria-labelledby="records">
        <h2 id="records">{t('import.records')}</h2>
        {rows.length === 0 ? (
          <Empty title={t('import.none')}>
            <p>{t('import.noneWhy')}</p>
          </Empty>
        ) : (
          <ul className="plain rows">
            {rows.map((row) => (
              <li key={row.key}>
                <RecordLine row={row} />
              </li>
            ))}
          </ul>
        )}
      </section>
    </>
  );
}

const UNTAKEN = {
  held: 'import.held',
  unknown: 'import.unknown',
  refused: 'import.refused',
} as const satisfies Record<Untaken['kind'], string>;

function RecordLine({ row: { name, title, record, outcome } }: Readonly<{ row: Row }>) {
  const { t } = useWords();
  if (record === undefined)
    return (
      <>
        <span className="row-title">{name}</span>
        <strong>{t('import.unreadable')}</strong>
        <span className="whole">{t('import.unreadableWhy')}</span>
      </>
    );
  const isDone = typeof outcome !== 'string' && !(outcome instanceof Error);
  const not = outcome instanceof Error ? untakenBy(outcome) : undefined;
  const incident = isDone ? outcome.incident : not?.kind === 'held' ? not.incident : undefined;
  return (
    <>
      <span className="row-title">
        {incident === undefined ? (
          (title ?? name)
        ) : (
          <Link to="/incidents/$incident" params={{ incident }}>
            {title ?? name}
          </Link>
        )}
      </span>
      <span className="soft">{name}</span>
      <span aria-busy={outcome === 'runs'}>
        {t(
          isDone
            ? 'import.done'
            : not !== undefined
              ? UNTAKEN[not.kind]
              : outcome === 'runs'
                ? 'import.runs'
                : 'import.waits',
        )}
      </span>
      {not?.kind === 'unknown' && (
        <p className="whole" role="alert">
          {t('import.unknownWhy')}
        </p>
      )}
      {not?.kind === 'refused' && outcome instanceof Error && (
        <div className="whole">
          <Failed error={outcome} />
        </div>
      )}
      {isDone && <NotUnderstood of={outcome} />}
    </>
  );
}
