/** Writing a notice: what no log knows is typed, everything else is a value of the run; the check looks on. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries, type Shown } from '../incident/queries.ts';
import { Empty, Failed, Loaded, Loading } from '../kit/states.tsx';
import { useUnsaved } from '../kit/unsaved.ts';
import { useWords } from '../words/index.tsx';
import { EditorFields } from './fields.tsx';
import { goneOnWith, type Made, mustWait, replacedBy } from './making.rules.ts';
import { Preview } from './preview.tsx';
import { type Cohort, type Listed, notifyQueries, type Saved } from './queries.ts';
import { SavedBar, useSaving } from './saved.tsx';
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
  const list = useQuery(notifyQueries.list(shown.id));
  const cohort = useQuery(notifyQueries.cohort(shown.id, run, 'en'));
  if (!hasOne(me, WORKERS)) return <Empty title={t('notify.mayNotWrite')} />;
  return (
    <Loaded query={cohort}>
      {(found) => (
        <Loaded query={list}>
          {({ campaigns }) => <Begun shown={shown} cohort={found} campaigns={campaigns} />}
        </Loaded>
      )}
    </Loaded>
  );
}

type BegunProps = Omit<FormProps, 'begin' | 'onSaved'>;

/** With what the form begins: a draft, a notice that is to be said better, or nothing. */
function Begun(props: BegunProps) {
  const { draft, from } = useSearch({ from: '/incidents/$incident/notify/new' });
  const [opened, setOpened] = useState({ draft, from, made: draft });
  // Its first saving gives a draft an address, which is no other draft.
  const isSame = from === opened.from && (draft === opened.draft || draft === opened.made);
  if (!isSame) setOpened({ draft, from, made: draft });
  const key = `${opened.draft} ${opened.from}`;
  const all = { ...props, onSaved: (made: string) => setOpened({ ...opened, made }) };
  if (opened.draft !== undefined) return <OfDraft key={key} {...all} draft={opened.draft} />;
  if (opened.from !== undefined) return <OfCampaign key={key} {...all} campaign={opened.from} />;
  return <Form key={key} {...all} begin={NOTHING} />;
}

function OfDraft({ draft, ...props }: Omit<FormProps, 'begin'> & Readonly<{ draft: string }>) {
  const { t } = useWords();
  const { data, error, refetch } = useQuery(notifyQueries.saved(props.shown.id, draft));
  // What was read first: what others save afterwards must not come under the hands of who types.
  const first = useFirst(data);
  if (first === undefined && error !== null) return <Failed error={error} again={() => void refetch()} />;
  if (first === undefined) return <Loading />;
  if (first.statement === null) return <Empty title={t('saved.gone')} />;
  return <Form {...props} begin={typedOf(first.statement)} saved={first} />;
}

function useFirst<T>(value: T | undefined): T | undefined {
  const [first, setFirst] = useState(value);
  if (first === undefined && value !== undefined) setFirst(value);
  return first ?? value;
}

function OfCampaign({ campaign, ...props }: Omit<FormProps, 'begin'> & Readonly<{ campaign: string }>) {
  const earlier = useQuery({
    ...notifyQueries.one({ incident: props.shown.id, campaign }),
    refetchInterval: false,
  });
  return (
    <Loaded query={earlier}>
      {({ statement }) => <Form {...props} begin={statement === null ? NOTHING : typedOf(statement)} />}
    </Loaded>
  );
}

type FormProps = Readonly<{
  shown: Shown;
  cohort: Cohort;
  campaigns: readonly Listed[];
  begin: Typed;
  /** The draft that it begins with. */
  saved?: Saved;
  onSaved: (draft: string) => void;
}>;

const COHORTS = ['both', 'exposed', 'unknown'] as const;
const TOLD: readonly Listed['state'][] = ['sent', 'stopped'];

function Form({ shown, cohort, campaigns, begin, saved, onSaved }: FormProps) {
  const { t } = useWords();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const { language = cohort.languages[0]?.language ?? 'en', reader } = useSearch({
    from: '/incidents/$incident/notify/new',
  });
  const [typed, setTyped] = useState<Typed>(begin);
  const saving = useSaving({ incident: shown.id, run: cohort.run, typed, begin, saved, onSaved });
  const keep = useUnsaved(saving.isTyped);
  const [who, setWho] = useState<(typeof COHORTS)[number]>(cohort.unknown === 0 ? 'exposed' : 'both');
  const told = campaigns.filter(({ state }) => TOLD.includes(state)).at(-1);
  const [isAfter, setAfter] = useState(told !== undefined);
  const statement = statementOf(typed);
  const params = { path: { incident: shown.id } };
  const body = statement && {
    run: cohort.run,
    cohort: who,
    statement,
    ...(isAfter && told !== undefined ? { after: told.campaign } : {}),
  };
  const words = JSON.stringify(body);
  const [made, setMade] = useState<Made>();
  // What the list showed may have changed since: two that wait for approval would write to everybody twice.
  const listed = async () =>
    (await queries.fetchQuery({ ...notifyQueries.list(shown.id), staleTime: 0 })).campaigns;
  const making = useMutation({
    mutationFn: async () => {
      if (body === null) throw new Error('A notice has a cause.');
      const before = await listed();
      // The list now says so, too.
      if (mustWait(made, words, before)) return undefined;
      const { campaign } =
        goneOnWith(made, words, before) ??
        (await answerOf(api.POST('/api/incidents/{incident}/campaigns', { params, body })));
      setMade({ campaign, words });
      for (const other of replacedBy(campaign, await listed()))
        await answerOf(
          api.POST('/api/incidents/{incident}/campaigns/{campaign}/discard', {
            params: { path: { incident: shown.id, campaign: other } },
            body: { reason: t('notify.replaced') },
          }),
        );
      await discardDraft();
      return campaign;
    },
    onSuccess: async (campaign) => {
      if (campaign === undefined) return;
      keep();
      await queries.invalidateQueries({ queryKey: ['incident', shown.id] });
      await navigate({
        to: '/incidents/$incident/notify/$campaign',
        params: { incident: shown.id, campaign },
      });
    },
  });
  /** Its words are those of the campaign now. */
  const discardDraft = async () => {
    const draft = saving.last?.draft;
    if (draft === undefined) return;
    const { drafts } = await queries.fetchQuery({ ...notifyQueries.drafts(shown.id), staleTime: 0 });
    // A try before may have discarded it, and not have heard so.
    if (!drafts.some((one) => one.draft === draft)) return;
    await answerOf(
      api.POST('/api/incidents/{incident}/saved-notice-drafts/{draft}/discard', {
        params: { path: { incident: shown.id, draft } },
      }),
    );
  };
  const isWaiting = mustWait(made, words, campaigns);
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    making.mutate();
  };
  return (
    <div className="editor">
      <form className="form" onSubmit={handleSubmit}>
        <h2>{t('notify.write')}</h2>
        <p className="soft">{t('notify.writeWhy')}</p>
        <SavedBar saving={saving} typed={typed} setTyped={setTyped} incident={shown.id} />
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
        {replacedBy(made?.campaign, campaigns).length > 0 && <p className="soft">{t('notify.replaces')}</p>}
        {isWaiting && !making.isPending && <p role="status">{t('notify.waits')}</p>}
        <p className="actions">
          <button
            type="submit"
            className="button"
            disabled={making.isPending || statement === null || isWaiting}
          >
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
