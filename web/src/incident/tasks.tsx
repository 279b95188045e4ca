/** Who does what by when, and what somebody noted. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { DECIDERS, hasOne, useMe, WORKERS } from '../app/session.ts';
import { Field, instantOf, localOf, ownZone } from '../kit/form.tsx';
import { useName, useNames } from '../kit/names.ts';
import { Empty, Failed, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useUnsaved } from '../kit/unsaved.ts';
import { useWords } from '../words/index.tsx';
import { Head } from './head.tsx';
import { incidentQueries, type Shown } from './queries.ts';

type Task = Shown['tasks'][number];
const DAY_MS = 24 * 3_600_000;

export function Tasks() {
  const { incident } = useParams({ from: '/incidents/$incident/tasks' });
  const shown = useQuery(incidentQueries.shown(incident));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <TasksOf shown={found} />
          <Notes shown={found} />
        </>
      )}
    </Loaded>
  );
}

/** Asks for a deed upon the incident, and shows what is then so. */
function useDeed<T>(deed: (given: T) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: deed,
    onSuccess: () =>
      Promise.all(
        ['incident', 'waiting', 'entries'].map((key) => queries.invalidateQueries({ queryKey: [key] })),
      ),
  });
}

function TasksOf({ shown }: Readonly<{ shown: Shown }>) {
  const { t } = useWords();
  const mayWork = hasOne(useMe(), WORKERS) && shown.state !== 'closed';
  const open = shown.tasks.filter(({ state }) => state === 'open');
  const ended = shown.tasks.filter(({ state }) => state !== 'open');
  return (
    <section aria-labelledby="tasks">
      <h2 id="tasks">{t('task.title')}</h2>
      {open.length === 0 ? (
        <Empty title={t('task.none')} />
      ) : (
        <ul className="plain rows">
          {open.map((one) => (
            <li key={one.id}>
              <TaskLine task={one} />
              {mayWork && <Finish incident={shown.id} task={one.id} />}
            </li>
          ))}
        </ul>
      )}
      {ended.length > 0 && (
        <details className="more">
          <summary>{t('task.ended', { count: ended.length })}</summary>
          <ul className="plain rows">
            {ended.map((one) => (
              <li key={one.id}>
                <TaskLine task={one} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {mayWork && <AddTask incident={shown.id} />}
    </section>
  );
}

function TaskLine({ task }: Readonly<{ task: Task }>) {
  const { t, named } = useWords();
  const name = useName();
  return (
    <>
      <span className="row-title">{task.what ?? t('erased')}</span>
      {task.state !== 'open' && <strong>{named('task-state', task.state)}</strong>}
      <span>{name(task.owner)}</span>
      <span>
        {t('task.until')} <When at={task.due} />
      </span>
      {task.isOverdue && <strong>{t('overdue')}</strong>}
      {task.text !== undefined && <span className="whole">{task.text ?? t('erased')}</span>}
    </>
  );
}

function Finish({ incident, task }: Readonly<{ incident: string; task: string }>) {
  const { t } = useWords();
  const [text, setText] = useState('');
  const [outcome, setOutcome] = useState<'done' | 'excused'>('done');
  const finishing = useDeed(() =>
    answerOf(
      api.POST('/api/incidents/{incident}/tasks/{task}/finish', {
        params: { path: { incident, task } },
        body: { outcome, text },
      }),
    ),
  );
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    finishing.mutate(undefined);
  };
  return (
    <details className="whole">
      <summary>{t('task.finish')}</summary>
      <form className="form" onSubmit={handleSubmit}>
        <fieldset>
          <legend>{t('task.outcome')}</legend>
          {(['done', 'excused'] as const).map((one) => (
            <label key={one} className="choice">
              <input
                type="radio"
                name={`outcome-${task}`}
                checked={outcome === one}
                onChange={() => setOutcome(one)}
              />
              {t(`task-state.${one}`)}
            </label>
          ))}
        </fieldset>
        <Field label={t(outcome === 'done' ? 'task.what' : 'task.whyNot')}>
          {(ids) => (
            <textarea
              {...ids}
              required
              rows={2}
              maxLength={20_000}
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
          )}
        </Field>
        {finishing.error !== null && <Failed error={finishing.error} />}
        <p className="actions">
          <button type="submit" className="button" disabled={finishing.isPending}>
            {t('task.record')}
          </button>
        </p>
      </form>
    </details>
  );
}

function AddTask({ incident }: Readonly<{ incident: string }>) {
  const { t } = useWords();
  const me = useMe();
  const names = useNames();
  const [what, setWhat] = useState('');
  const [owner, setOwner] = useState<string>(me.person.id);
  const [due, setDue] = useState(() => localOf(new Date(Date.now() + DAY_MS)));
  const adding = useDeed(() =>
    answerOf(
      api.POST('/api/incidents/{incident}/tasks', {
        params: { path: { incident } },
        body: { what, owner, due: instantOf(due) ?? '' },
      }),
    ).then(() => setWhat('')),
  );
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    adding.mutate(undefined);
  };
  return (
    <form className="form spaced" onSubmit={handleSubmit}>
      <h3>{t('task.add')}</h3>
      <Field label={t('task.is')}>
        {(ids) => (
          <input
            {...ids}
            required
            maxLength={300}
            value={what}
            onChange={({ target }) => setWhat(target.value)}
          />
        )}
      </Field>
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
      {adding.error !== null && <Failed error={adding.error} />}
      <p className="actions">
        <button type="submit" className="button quiet" disabled={adding.isPending}>
          {t('task.addNow')}
        </button>
      </p>
    </form>
  );
}

function Notes({ shown }: Readonly<{ shown: Shown }>) {
  const { t } = useWords();
  const name = useName();
  const [text, setText] = useState('');
  useUnsaved(text !== '');
  const mayNote = hasOne(useMe(), DECIDERS) && shown.state !== 'closed';
  const notes = shown.timeline.filter(({ kind }) => kind === 'note-added').reverse();
  const adding = useDeed(() =>
    answerOf(
      api.POST('/api/incidents/{incident}/notes', {
        params: { path: { incident: shown.id } },
        body: { text },
      }),
    ).then(() => setText('')),
  );
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    adding.mutate(undefined);
  };
  return (
    <section aria-labelledby="notes">
      <h2 id="notes">{t('note.title')}</h2>
      {notes.length === 0 ? (
        <p className="soft">{t('note.none')}</p>
      ) : (
        <ul className="plain rows">
          {notes.map((one) => (
            <li key={one.entry}>
              <span className="as-came whole">{one.texts.text ?? t('erased')}</span>
              <span className="soft">
                {name(one.by)} <When at={one.at} />
              </span>
            </li>
          ))}
        </ul>
      )}
      {mayNote && (
        <form className="form" onSubmit={handleSubmit}>
          <Field label={t('note.text')} help={t('note.textHelp')}>
            {(ids) => (
              <textarea
                {...ids}
                required
                rows={3}
                maxLength={20_000}
                value={text}
                onChange={({ target }) => setText(target.value)}
              />
            )}
          </Field>
          {adding.error !== null && <Failed error={adding.error} />}
          <p className="actions">
            <button type="submit" className="button quiet" disabled={adding.isPending}>
              {t('note.add')}
            </button>
          </p>
        </form>
      )}
    </section>
  );
}
