/** What is believed to have leaked: page leaks by a form; those of other kinds are kept, and can be taken out. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { type Answer, answerOf, api } from '../app/client.ts';
import { Field, instantOf, localOf, ownZone } from '../kit/form.tsx';
import { Empty, Failed, Loaded } from '../kit/states.tsx';
import { Between } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { Head } from './head.tsx';
import { incidentQueries, type Leaks as Known, workspaceQuery } from './queries.ts';

type Workspace = NonNullable<Answer<'/api/workspace', 'get'>['workspace']>;
type Leak = NonNullable<Known['leaks']>[number];

const FIELDS = ['name', 'email', 'phone', 'address', 'orders', 'messages'] as const;
/** A page that is shown. */
const METHODS = ['GET', 'POST'];
const DAY_MS = 24 * 3_600_000;

export function Leaks() {
  const { incident } = useParams({ from: '/incidents/$incident/leaks' });
  const { t } = useWords();
  const shown = useQuery(incidentQueries.shown(incident));
  const known = useQuery(incidentQueries.leaks(incident));
  const workspace = useQuery(workspaceQuery);
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <Loaded query={known}>
            {(leaks) => (
              <Loaded query={workspace}>
                {(sources) =>
                  sources === null ? (
                    <Empty title={t('leaks.noWorkspace')}>
                      <p>
                        <Link to="/connect">{t('start.connect')}</Link>
                      </p>
                    </Empty>
                  ) : (
                    <Editor incident={incident} known={leaks} sources={sources} />
                  )
                }
              </Loaded>
            )}
          </Loaded>
        </>
      )}
    </Loaded>
  );
}

type EditorProps = Readonly<{ incident: string; known: Known | null; sources: Workspace }>;

function Editor({ incident, known, sources }: EditorProps) {
  const { t } = useWords();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [leaks, setLeaks] = useState<readonly Leak[]>(known?.leaks ?? []);
  const saving = useMutation({
    mutationFn: () =>
      answerOf(
        api.PUT('/api/incidents/{incident}/leaks', {
          params: { path: { incident } },
          body: { version: known?.version ?? 0, leaks: [...leaks], gaps: known?.gaps ?? [] },
        }),
      ),
    onSuccess: async () => {
      await queries.invalidateQueries({ queryKey: ['incident', incident] });
      await navigate({ to: '/incidents/$incident', params: { incident } });
    },
  });
  return (
    <div className="form">
      <h2>{t('leaks.title')}</h2>
      {leaks.length === 0 ? (
        <p className="soft">{t('leaks.none')}</p>
      ) : (
        <ul className="plain rows">
          {leaks.map((leak) => (
            <li key={leak.id}>
              <LeakWords leak={leak} />
              <button
                type="button"
                className="button quiet"
                onClick={() => setLeaks(leaks.filter(({ id }) => id !== leak.id))}
              >
                {t('leaks.remove')}
              </button>
            </li>
          ))}
        </ul>
      )}
      <AddPage
        sources={sources}
        id={nextId(leaks)}
        add={(leak) => {
          setLeaks([...leaks, leak]);
        }}
      />
      {saving.error !== null && <Failed error={saving.error} />}
      <p className="actions">
        <button
          type="button"
          className="button"
          disabled={saving.isPending || leaks.length === 0}
          onClick={() => saving.mutate()}
        >
          {t('leaks.save')}
        </button>
        <Link to="/incidents/$incident" params={{ incident }}>
          {t('back')}
        </Link>
      </p>
    </div>
  );
}

function nextId(leaks: readonly Leak[]): string {
  const taken = new Set(leaks.map(({ id }) => id));
  let number = leaks.length + 1;
  while (taken.has(`leak-${number}`)) number += 1;
  return `leak-${number}`;
}

function LeakWords({ leak }: Readonly<{ leak: Leak }>) {
  const { named, list } = useWords();
  return (
    <>
      <span className="row-title">
        {named('leak', leak.kind)} {'path' in leak && leak.path !== undefined && <code>{leak.path}</code>}
      </span>
      <span>{list(leak.fields.map((name) => named('field', name)))}</span>
      {'from' in leak && 'to' in leak && (
        <span className="soft">
          <Between from={leak.from} to={leak.to} />
        </span>
      )}
    </>
  );
}

type AddProps = Readonly<{ sources: Workspace; id: string; add: (leak: Leak) => void }>;

function AddPage({ sources, id, add }: AddProps) {
  const { t, named } = useWords();
  const [log, setLog] = useState(sources.logs[0]?.name ?? '');
  const [path, setPath] = useState(
    `/${sources.references[1] ?? 'customers'}/{${sources.references[1] ?? 'customers'}}`,
  );
  const [from, setFrom] = useState(() => localOf(new Date(Date.now() - DAY_MS)));
  const [to, setTo] = useState(() => localOf(new Date()));
  const [fields, setFields] = useState<readonly string[]>(['name', 'email']);
  const [answers, setAnswers] = useState('200, 206, 304');
  const [begin, end] = [instantOf(from), instantOf(to)];
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (begin === undefined || end === undefined || fields.length === 0) return;
    const status = answers.match(/\d+/g)?.map(Number) ?? [];
    add({ id, kind: 'page', log, path, from: begin, to: end, fields: [...fields], status, methods: METHODS });
  };
  return (
    <form className="add" onSubmit={handleSubmit}>
      <h3>{t('leaks.add')}</h3>
      <Field label={t('leaks.log')}>
        {(ids) => (
          <select {...ids} value={log} onChange={(event) => setLog(event.target.value)}>
            {sources.logs.map(({ name, format }) => (
              <option key={name} value={name}>
                {`${name} (${format})`}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field
        label={t('leaks.path')}
        help={t('leaks.pathHelp', { references: sources.references.map((name) => `{${name}}`).join(' ') })}
      >
        {(ids) => (
          <input
            {...ids}
            required
            pattern="/.*"
            value={path}
            onChange={(event) => setPath(event.target.value)}
          />
        )}
      </Field>
      <div className="pair">
        <Field label={t('leaks.from')} help={t('leaks.zone', { zone: ownZone() })}>
          {(ids) => (
            <input
              {...ids}
              required
              type="datetime-local"
              value={from}
              onChange={(event) => setFrom(event.target.value)}
            />
          )}
        </Field>
        <Field label={t('leaks.to')} help={t('leaks.zone', { zone: ownZone() })}>
          {(ids) => (
            <input
              {...ids}
              required
              type="datetime-local"
              value={to}
              min={from}
              onChange={(event) => setTo(event.target.value)}
            />
          )}
        </Field>
      </div>
      <Field label={t('leaks.answers')} help={t('leaks.answersHelp')}>
        {(ids) => (
          <input
            {...ids}
            required
            pattern="\s*\d{3}(\s*,\s*\d{3})*\s*"
            value={answers}
            onChange={(event) => setAnswers(event.target.value)}
          />
        )}
      </Field>
      <fieldset>
        <legend>{t('leaks.fields')}</legend>
        {FIELDS.map((name) => (
          <label key={name} className="check">
            <input
              type="checkbox"
              checked={fields.includes(name)}
              onChange={({ target }) =>
                setFields(target.checked ? [...fields, name] : fields.filter((one) => one !== name))
              }
            />
            {named('field', name)}
          </label>
        ))}
      </fieldset>
      <button type="submit" className="button quiet" disabled={fields.length === 0}>
        {t('leaks.addThis')}
      </button>
    </form>
  );
}
