/** One campaign: how far it is, what can be done with it, and its people by state. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { type ReactNode, type SubmitEvent, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { APPROVERS, DECIDERS, hasOne, OFFICERS, useMe, WORKERS } from '../app/session.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries } from '../incident/queries.ts';
import { useDuties } from '../kit/deadlines.tsx';
import { Field } from '../kit/form.tsx';
import { useName } from '../kit/names.ts';
import { Failed, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { Addressees, NoticePanel } from './addressees.tsx';
import { StateRows, SumBar } from './bar.tsx';
import { Copies } from './copies.tsx';
import { Lint } from './lint.tsx';
import { type Campaign as Found, notifyQueries, type Of, pathOf } from './queries.ts';
import './notify.css';

export function Campaign() {
  const of = useParams({ from: '/incidents/$incident/notify/$campaign' });
  const { state, after, person, language } = useSearch({ from: '/incidents/$incident/notify/$campaign' });
  const shown = useQuery(incidentQueries.shown(of.incident));
  const campaign = useQuery(notifyQueries.one(of));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <Loaded query={campaign}>
            {(one) => (
              <>
                <Progress of={of} found={one} shown={state} />
                <Next of={of} found={one} />
                {one.hash !== undefined && (
                  <>
                    <Lint of={of} found={one} />
                    {state !== undefined && <Addressees of={of} state={state} after={after} />}
                    {person !== undefined && <NoticePanel of={of} person={person} language={language} />}
                    {one.batch?.entry !== undefined && <Copies of={of} found={one} />}
                    <Facts found={one} />
                  </>
                )}
              </>
            )}
          </Loaded>
        </>
      )}
    </Loaded>
  );
}

function Progress({ of, found, shown }: Readonly<{ of: Of; found: Found; shown: string | undefined }>) {
  const { t, named } = useWords();
  return (
    <section aria-labelledby="campaign">
      <h2 id="campaign">{t('campaign.name', { cohort: t(`cohort.${found.cohort}`) })}</h2>
      <p className="large less" role="status">
        {found.isFinished ? t('campaign.finished') : named('campaign-state', found.state)}
      </p>
      {found.isWithdrawn && <p>{t('campaign.isWithdrawn')}</p>}
      {found.pause !== undefined && <p>{named('pause', found.pause)}</p>}
      {found.state === 'failed' && found.code !== undefined && (
        <p className="pre-words">{t('campaign.failedBy', { code: found.code })}</p>
      )}
      {found.hash !== undefined && (
        <>
          <SumBar listed={found} />
          <StateRows of={of} listed={found} shown={shown} />
          <p className="soft">
            {t('campaign.counts', { messages: found.messages, addresses: found.addresses })}
          </p>
        </>
      )}
    </section>
  );
}

/** Asks for a deed upon the campaign, and shows what is then so. */
function useDeed<T>({ incident }: Of, deed: (given: T) => Promise<unknown>) {
  const queries = useQueryClient();
  return useMutation({
    mutationFn: deed,
    onSettled: () =>
      Promise.all([
        queries.invalidateQueries({ queryKey: ['incident', incident] }),
        queries.invalidateQueries({ queryKey: ['waiting'] }),
      ]),
  });
}

/** What can be done now, by whoever looks. The server decides; this only offers what it would not refuse. */
function Next({ of, found }: Readonly<{ of: Of; found: Found }>) {
  const { t } = useWords();
  const me = useMe();
  const isMine = found.madeBy === me.person.id;
  const mayWork = hasOne(me, WORKERS);
  const maySend = mayWork && found.approvedBy !== me.person.id;
  const parts: ReactNode[] = [];
  if (found.state === 'prepared')
    parts.push(
      isMine || !hasOne(me, APPROVERS) ? (
        <p key="approve">{t(isMine ? 'campaign.waitsForOther' : 'campaign.waitsForApprover')}</p>
      ) : (
        <p className="actions" key="approve">
          <Link to="/incidents/$incident/notify/$campaign/approval" params={of} className="button">
            {t('campaign.lookAndApprove')}
          </Link>
        </p>
      ),
    );
  if (found.state === 'approved')
    parts.push(
      maySend ? <Start key="start" of={of} found={found} /> : <p key="start">{t('campaign.otherStarts')}</p>,
    );
  if (['sending', 'paused', 'sent'].includes(found.state))
    parts.push(<Running key="run" of={of} found={found} maySend={maySend} mayStop={hasOne(me, DECIDERS)} />);
  if (['sent', 'stopped'].includes(found.state) && !found.isWithdrawn && hasOne(me, OFFICERS))
    parts.push(
      <Ending
        key="withdraw"
        of={of}
        path="/api/incidents/{incident}/campaigns/{campaign}/withdraw"
        words={{
          ask: t('campaign.withdraw'),
          why: t('campaign.withdrawWhy'),
          now: t('campaign.withdrawNow'),
        }}
      />,
    );
  if (['prepared', 'approved', 'failed'].includes(found.state) && mayWork)
    parts.push(<Mend key="mend" of={of} found={found} />);
  if (parts.length === 0) return null;
  return (
    <section aria-labelledby="next">
      <h2 id="next">{t('campaign.next')}</h2>
      {parts}
    </section>
  );
}

/** A campaign can't be taken back: whoever starts it types how many people they write to. */
function Start({ of, found }: Readonly<{ of: Of; found: Found }>) {
  const { t, number } = useWords();
  const [typed, setTyped] = useState('');
  const [slice, setSlice] = useState(Math.min(100, Math.max(1, found.messages)));
  const starting = useDeed(of, () =>
    answerOf(
      api.POST('/api/incidents/{incident}/campaigns/{campaign}/start', { ...pathOf(of), body: { slice } }),
    ),
  );
  const isRight = typed.replace(/[\s.,'’\u00a0\u202f]/g, '') === String(found.people);
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    if (isRight) starting.mutate(undefined);
  };
  return (
    <form className="form" onSubmit={handleSubmit}>
      <p>{t('campaign.startWhy', { people: number(found.people), messages: number(found.messages) })}</p>
      <Field label={t('campaign.slice')} help={t('campaign.sliceHelp')}>
        {(ids) => (
          <input
            {...ids}
            type="number"
            required
            min={1}
            max={Math.max(1, found.messages)}
            value={slice}
            onChange={(event) => setSlice(event.target.valueAsNumber)}
          />
        )}
      </Field>
      <Field
        label={t('campaign.typeNumber')}
        help={t('campaign.typeNumberHelp', { people: number(found.people) })}
      >
        {(ids) => (
          <input
            {...ids}
            required
            inputMode="numeric"
            autoComplete="off"
            value={typed}
            onChange={(event) => setTyped(event.target.value)}
          />
        )}
      </Field>
      {starting.error !== null && <Failed error={starting.error} />}
      <p className="actions">
        <button type="submit" className="button" disabled={!isRight || starting.isPending}>
          {t('campaign.start')}
        </button>
      </p>
    </form>
  );
}

type RunningProps = Readonly<{ of: Of; found: Found; maySend: boolean; mayStop: boolean }>;

function Running({ of, found, maySend, mayStop }: RunningProps) {
  const { t } = useWords();
  const pausing = useDeed(of, () =>
    answerOf(api.POST('/api/incidents/{incident}/campaigns/{campaign}/pause', pathOf(of))),
  );
  const resuming = useDeed(of, () =>
    answerOf(api.POST('/api/incidents/{incident}/campaigns/{campaign}/resume', pathOf(of))),
  );
  const error = pausing.error ?? resuming.error;
  const mayResume = found.state === 'paused' || (found.state === 'sent' && (found.sums.prepared ?? 0) > 0);
  return (
    <>
      <p className="actions">
        {found.state === 'sending' && mayStop && (
          <button
            type="button"
            className="button"
            disabled={pausing.isPending}
            onClick={() => pausing.mutate(undefined)}
          >
            {t('campaign.pause')}
          </button>
        )}
        {mayResume && maySend && (
          <button
            type="button"
            className="button"
            disabled={resuming.isPending}
            onClick={() => resuming.mutate(undefined)}
          >
            {t('campaign.resume')}
          </button>
        )}
        {mayResume && !maySend && <span>{t('campaign.otherStarts')}</span>}
      </p>
      {error !== null && <Failed error={error} />}
      {found.state === 'sent' && !mayResume && <p>{t('campaign.sentWhy')}</p>}
      {found.state !== 'sent' && mayStop && (
        <Ending
          of={of}
          path="/api/incidents/{incident}/campaigns/{campaign}/stop"
          words={{ ask: t('campaign.stop'), why: t('campaign.stopWhy'), now: t('campaign.stopNow') }}
        />
      )}
    </>
  );
}

function Mend({ of, found }: Readonly<{ of: Of; found: Found }>) {
  const { t } = useWords();
  return (
    <>
      <p className="actions">
        <Link
          to="/incidents/$incident/notify/new"
          params={{ incident: of.incident }}
          search={{ from: of.campaign }}
          className={found.state === 'failed' ? 'button' : 'button quiet'}
        >
          {t('campaign.mend')}
        </Link>
      </p>
      <Ending
        of={of}
        path="/api/incidents/{incident}/campaigns/{campaign}/discard"
        words={{ ask: t('campaign.discard'), why: t('campaign.discardWhy'), now: t('campaign.discardNow') }}
      />
    </>
  );
}

type EndingProps = Readonly<{
  of: Of;
  path:
    | '/api/incidents/{incident}/campaigns/{campaign}/stop'
    | '/api/incidents/{incident}/campaigns/{campaign}/discard'
    | '/api/incidents/{incident}/campaigns/{campaign}/withdraw';
  words: Readonly<{ ask: string; why: string; now: string }>;
}>;

/** What can't be taken back is asked for twice, with a reason. */
function Ending({ of, path, words }: EndingProps) {
  const { t } = useWords();
  const [reason, setReason] = useState('');
  const ending = useDeed(of, () => answerOf(api.POST(path, { ...pathOf(of), body: { reason } })));
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    ending.mutate(undefined);
  };
  return (
    <details className="more">
      <summary>{words.ask}</summary>
      <form className="form" onSubmit={handleSubmit}>
        <p>{words.why}</p>
        <Field label={t('campaign.reason')}>
          {(ids) => (
            <textarea
              {...ids}
              required
              rows={2}
              value={reason}
              onChange={(event) => setReason(event.target.value)}
            />
          )}
        </Field>
        {ending.error !== null && <Failed error={ending.error} />}
        <p className="actions">
          <button type="submit" className="button quiet" disabled={ending.isPending}>
            {words.now}
          </button>
        </p>
      </form>
    </details>
  );
}

function Facts({ found }: Readonly<{ found: Found }>) {
  const { t } = useWords();
  const name = useName();
  const duties = useDuties();
  return (
    <section aria-labelledby="facts">
      <h2 id="facts">{t('campaign.facts')}</h2>
      <dl className="facts">
        <dt>{t('campaign.madeBy')}</dt>
        <dd>
          {name(found.madeBy)} <When at={found.madeAt} />
        </dd>
        {found.approvedBy !== undefined && (
          <>
            <dt>{t('campaign.approvedBy')}</dt>
            <dd>{name(found.approvedBy)}</dd>
          </>
        )}
        {found.override !== undefined && (
          <>
            <dt>{t('campaign.override')}</dt>
            <dd>{found.override.reason ?? t('erased')}</dd>
          </>
        )}
        <dt>{t('campaign.hash')}</dt>
        <dd>
          <code className="hash">{found.hash}</code>
        </dd>
        {found.batch !== undefined && (
          <>
            <dt>{t('campaign.batch', { tag: found.batch.tag, leaves: found.batch.leaves })}</dt>
            <dd>
              <code className="hash">{found.batch.root}</code>{' '}
              {found.batch.entry !== undefined && (
                <Link to="/register" search={{ entry: found.batch.entry }}>
                  {t('campaign.batchEntry', { entry: found.batch.entry })}
                </Link>
              )}
            </dd>
          </>
        )}
        {found.duties !== undefined && found.duties.length > 0 && (
          <>
            <dt>{t('campaign.duties')}</dt>
            <dd>{duties(found.duties)}</dd>
          </>
        )}
      </dl>
    </section>
  );
}
