/** What is believed to have leaked: every kind of leak by a form, with help from the logs that are connected. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries, type Leaks as Known, type Shown, workspaceQuery } from '../incident/queries.ts';
import { Empty, Failed, Loaded } from '../kit/states.tsx';
import { Between } from '../kit/time.tsx';
import { useUnsaved } from '../kit/unsaved.ts';
import { useWords } from '../words/index.tsx';
import { type Draft, draftOf, type Leak, NEW } from './draft.rules.ts';
import type { Workspace } from './form-parts.tsx';
import { LeakForm } from './leak-form.tsx';
import './scope.css';

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
                    <Editor key={leaks?.version ?? 0} shown={found} known={leaks} sources={sources} />
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

type EditorProps = Readonly<{ shown: Shown; known: Known | null; sources: Workspace }>;

/** The list with what is not saved yet. Which leak is open in the form stands in the address. */
function Editor({ shown, known, sources }: EditorProps) {
  const { t } = useWords();
  const { leak: opened } = useSearch({ from: '/incidents/$incident/leaks' });
  const navigate = useNavigate();
  const mayWork = hasOne(useMe(), WORKERS) && shown.state !== 'closed';
  const [leaks, setLeaks] = useState<readonly Leak[]>(known?.leaks ?? []);
  const open = (leak: string | undefined) =>
    navigate({
      to: '/incidents/$incident/leaks',
      params: { incident: shown.id },
      search: leak === undefined ? {} : { leak },
      resetScroll: false,
    });
  const changing = leaks.find(({ id }) => id === opened);
  const handleTake = (leak: Leak) => {
    setLeaks(
      changing === undefined ? [...leaks, leak] : leaks.map((one) => (one.id === leak.id ? leak : one)),
    );
    void open(undefined);
  };
  return (
    <div className="form leaks">
      <h2>{t('leaks.title')}</h2>
      {leaks.length === 0 ? (
        <p className="soft">{t('leaks.none')}</p>
      ) : (
        <ul className="plain rows">
          {leaks.map((leak) => (
            <li key={leak.id}>
              <LeakWords leak={leak} />
              {mayWork && (
                <span className="row-acts">
                  <button type="button" className="button quiet" onClick={() => void open(leak.id)}>
                    {t('scope.change')}
                  </button>
                  <button
                    type="button"
                    className="button quiet"
                    onClick={() => setLeaks(leaks.filter(({ id }) => id !== leak.id))}
                  >
                    {t('leaks.remove')}
                  </button>
                </span>
              )}
            </li>
          ))}
        </ul>
      )}
      {mayWork && <Save incident={shown.id} known={known} leaks={leaks} />}
      {mayWork && (
        <LeakForm
          // Another leak, or the next one, is another form.
          key={`${changing?.id ?? ''} ${leaks.length}`}
          incident={shown.id}
          sources={sources}
          id={changing?.id ?? nextId(leaks)}
          begin={changing === undefined ? firstDraft(shown, sources) : draftOf(changing)}
          isChange={changing !== undefined}
          onTake={handleTake}
          onLeave={() => void open(undefined)}
        />
      )}
    </div>
  );
}

function Save({
  incident,
  known,
  leaks,
}: Readonly<{ incident: string; known: Known | null; leaks: readonly Leak[] }>) {
  const { t } = useWords();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const isSame = leaks === known?.leaks || JSON.stringify(leaks) === JSON.stringify(known?.leaks ?? []);
  const keep = useUnsaved(!isSame);
  const saving = useMutation({
    mutationFn: () =>
      answerOf(
        api.PUT('/api/incidents/{incident}/leaks', {
          params: { path: { incident } },
          body: { version: known?.version ?? 0, leaks: [...leaks], gaps: known?.gaps ?? [] },
        }),
      ),
    onSuccess: async () => {
      keep();
      await queries.invalidateQueries({ queryKey: ['incident', incident] });
      await navigate({ to: '/incidents/$incident', params: { incident } });
    },
  });
  return (
    <>
      {saving.error !== null && <Failed error={saving.error} />}
      <p className="actions">
        <button
          type="button"
          className="button"
          disabled={saving.isPending || leaks.length === 0 || isSame}
          onClick={() => saving.mutate()}
        >
          {t('leaks.save')}
        </button>
        {!isSame && <span role="status">{t('scope.unsaved')}</span>}
        <Link to="/incidents/$incident" params={{ incident }}>
          {t('back')}
        </Link>
      </p>
    </>
  );
}

function nextId(leaks: readonly Leak[]): string {
  const taken = new Set(leaks.map(({ id }) => id));
  let number = leaks.length + 1;
  while (taken.has(`leak-${number}`)) number += 1;
  return `leak-${number}`;
}

const DAY_MS = 24 * 3_600_000;

/** Between what is known of the incident's times, else the day before somebody became aware. */
function firstDraft({ times }: Shown, sources: Workspace): Draft {
  const to = times.contained?.at ?? times.fixed?.at ?? times.aware?.at ?? new Date().toISOString();
  const from = times.occurred?.at ?? new Date(Date.parse(to) - DAY_MS).toISOString();
  const window = draftOf({
    id: 'window',
    kind: 'access',
    log: sources.logs[0]?.name ?? '',
    from,
    to,
    fields: ['name', 'email'],
  });
  return { ...NEW, log: window.log, from: window.from.slice(0, 16), to: window.to.slice(0, 16) };
}

function LeakWords({ leak }: Readonly<{ leak: Leak }>) {
  const { named, list } = useWords();
  const place =
    'path' in leak && leak.path !== undefined
      ? leak.path
      : 'people' in leak && leak.people !== undefined
        ? leak.people.at
        : 'eml' in leak
          ? leak.eml
          : 'log' in leak
            ? leak.log
            : undefined;
  return (
    <>
      <span className="row-title">
        {named('leak', leak.kind)} {place !== undefined && <code>{place}</code>}
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
