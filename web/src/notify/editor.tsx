/** Writing a notice: what no log knows is typed, everything else is a value of the run; the check looks on. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useBlocker, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type SubmitEvent, useRef, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries, type Shown } from '../incident/queries.ts';
import { Empty, Failed, Loaded } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import { EditorFields } from './fields.tsx';
import { Preview } from './preview.tsx';
import { type Cohort, type Listed, notifyQueries } from './queries.ts';
import { NOTHING, statementOf, type Typed, typedOf } from './statement.ts';
import './notify.css';

export function Editor() {
  const { incident } = useParams({ from: '/incidents/$incident/notify/new' });
  const shown = useQuery(incidentQueries.shown(incident));
  const runs = useQuery(incidentQueries.runs(incident));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <Loaded query={runs}>
            {({ runs: all }) => {
              const done = all.find(({ state }) => state === 'done');
              return done === undefined ? (
                <NoRun incident={incident} />
              ) : (
                <OfRun shown={found} run={done.job} />
              );
            }}
          </Loaded>
        </>
      )}
    </Loaded>
  );
}

export function NoRun({ incident }: Readonly<{ incident: string }>) {
  const { t } = useWords();
  return (
    <Empty title={t('notify.noRun')}>
      <p>{t('notify.noRunWhy')}</p>
      <p>
        <Link to="/incidents/$incident" params={{ incident }}>
          {t('incident.answers')}
        </Link>
      </p>
    </Empty>
  );
}

function OfRun({ shown, run }: Readonly<{ shown: Shown; run: string }>) {
  const { t } = useWords();
  const me = useMe();
  const { from } = useSearch({ from: '/incidents/$incident/notify/new' });
  const list = useQuery(notifyQueries.list(shown.id));
  const cohort = useQuery(notifyQueries.cohort(shown.id, run, 'en'));
  const earlier = useQuery({
    ...notifyQueries.one({ incident: shown.id, campaign: from ?? '' }),
    enabled: from !== undefined,
    refetchInterval: false,
  });
  if (!hasOne(me, WORKERS)) return <Empty title={t('notify.mayNotWrite')} />;
  return (
    <Loaded query={cohort}>
      {(found) => (
        <Loaded query={list}>
          {({ campaigns }) =>
            from === undefined ? (
              <Form shown={shown} cohort={found} campaigns={campaigns} begin={NOTHING} />
            ) : (
              <Loaded query={earlier}>
                {({ statement }) => (
                  <Form
                    shown={shown}
                    cohort={found}
                    campaigns={campaigns}
                    begin={statement === null ? NOTHING : typedOf(statement)}
                  />
                )}
              </Loaded>
            )
          }
        </Loaded>
      )}
    </Loaded>
  );
}

type FormProps = Readonly<{
  shown: Shown;
  cohort: Cohort;
  campaigns: readonly Listed[];
  begin: Typed;
}>;

const COHORTS = ['both', 'exposed', 'unknown'] as const;
/** What was prepared of other words goes when these are prepared. */
const REPLACED: readonly Listed['state'][] = ['prepared', 'approved', 'failed'];
const TOLD: readonly Listed['state'][] = ['sent', 'stopped'];

function Form({ shown, cohort, campaigns, begin }: FormProps) {
  const { t } = useWords();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { language = cohort.languages[0]?.language ?? 'en', reader } = useSearch({
    from: '/incidents/$incident/notify/new',
  });
  const [typed, setTyped] = useState<Typed>(begin);
  const isKept = useRef(false);
  const isLost = () => JSON.stringify(typed) !== JSON.stringify(begin) && !isKept.current;
  useBlocker({
    shouldBlockFn: ({ current, next }) =>
      current.pathname !== next.pathname && isLost() && !window.confirm(t('notify.leave')),
    enableBeforeUnload: isLost,
  });
  const [who, setWho] = useState<(typeof COHORTS)[number]>(cohort.unknown === 0 ? 'exposed' : 'both');
  const told = campaigns.filter(({ state }) => TOLD.includes(state)).at(-1);
  const [isAfter, setAfter] = useState(told !== undefined);
  const statement = statementOf(typed);
  const replaced = campaigns.filter(({ state }) => REPLACED.includes(state));
  const params = { path: { incident: shown.id } };
  const making = useMutation({
    mutationFn: async () => {
      if (statement === null) throw new Error('A notice has a cause.');
      const made = await answerOf(
        api.POST('/api/incidents/{incident}/campaigns', {
          params,
          body: {
            run: cohort.run,
            cohort: who,
            statement,
            ...(isAfter && told !== undefined ? { after: told.campaign } : {}),
          },
        }),
      );
      for (const { campaign } of replaced)
        await answerOf(
          api.POST('/api/incidents/{incident}/campaigns/{campaign}/discard', {
            params: { path: { incident: shown.id, campaign } },
            body: { reason: t('notify.replaced') },
          }),
        );
      return made.campaign;
    },
    onSuccess: async (campaign) => {
      isKept.current = true;
      await queries.invalidateQueries({ queryKey: ['incident', shown.id] });
      await navigate({
        to: '/incidents/$incident/notify/$campaign',
        params: { incident: shown.id, campaign },
      });
    },
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    making.mutate();
  };
  return (
    <div className="editor">
      <form className="form" onSubmit={handleSubmit}>
        <h2>{t('notify.write')}</h2>
        <p className="soft">{t('notify.writeWhy')}</p>
        <EditorFields typed={typed} setTyped={setTyped} cohort={cohort} language={language} />
        <fieldset>
          <legend>{t('notify.who')}</legend>
          {COHORTS.filter((one) => cohort.unknown > 0 || one === 'exposed').map((one) => (
            <label key={one} className="choice">
              <input type="radio" name="cohort" checked={who === one} onChange={() => setWho(one)} />
              {t(`notify.${one}`, {
                exposed: cohort.exposed,
                unknown: cohort.unknown,
                all: cohort.exposed + cohort.unknown,
              })}
            </label>
          ))}
        </fieldset>
        {told !== undefined && (
          <label className="choice">
            <input type="checkbox" checked={isAfter} onChange={() => setAfter(!isAfter)} />
            {t('notify.after')}
          </label>
        )}
        {making.error !== null && <Failed error={making.error} />}
        {replaced.length > 0 && <p className="soft">{t('notify.replaces')}</p>}
        <p className="actions">
          <button type="submit" className="button" disabled={making.isPending || statement === null}>
            {t('notify.make')}
          </button>
          <Link to="/incidents/$incident/notify" params={{ incident: shown.id }}>
            {t('back')}
          </Link>
        </p>
      </form>
      <Preview incident={shown.id} cohort={cohort} typed={typed} language={language} status={reader} />
    </div>
  );
}
