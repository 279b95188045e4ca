/** The people of a campaign, by state and a page at a time; what can be decided about them; and each one's notice. */
import { Dialog } from '@base-ui/react/dialog';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { DECIDERS, hasOne, OFFICERS, useMe } from '../app/session.ts';
import { Deed } from '../kit/deed.tsx';
import { Field } from '../kit/form.tsx';
import { Panel } from '../kit/panel.tsx';
import { Empty, Failed, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { EVERYBODY } from './bar.tsx';
import { Notice } from './pieces.tsx';
import { type Addressees as Found, notifyQueries, type Of, pathOf } from './queries.ts';
import { asksChannels, asksReason, type Channel, type Outcome, settledBy } from './settle.rules.ts';

/** A test goes to one's own address, and nobody else's. */

type Props = Readonly<{ of: Of; state: string; after: string | undefined }>;

/** Names are asked for only when somebody asks for a state. */
export function Addressees({ of, state: asked, after }: Props) {
  const { t, named } = useWords();
  const state = asked === EVERYBODY ? undefined : asked;
  const page = useQuery(notifyQueries.people(of, { state, after }));
  return (
    <section aria-labelledby="addressees">
      <h2 id="addressees">
        {state === undefined
          ? t('addressees.title')
          : t('addressees.inState', { state: named('person-state', state) })}
      </h2>
      <Loaded query={page}>
        {(found) =>
          found.people.length === 0 ? (
            <Empty title={t('addressees.none')} />
          ) : (
            <Page of={of} state={state} after={after} found={found} key={`${asked} ${after}`} />
          )
        }
      </Loaded>
    </section>
  );
}

type PageProps = Readonly<{ of: Of; state: string | undefined; after: string | undefined; found: Found }>;

function Page({ of, state, after, found }: PageProps) {
  const { t, named } = useWords();
  const maySettle = hasOne(useMe(), OFFICERS) && found.outcomes.length > 0;
  const [chosen, setChosen] = useState<ReadonlySet<string>>(new Set());
  const toggle = (id: string) => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    setChosen(next);
  };
  const isAll = chosen.size === found.people.length;
  return (
    <>
      <table className="table people-table">
        <thead>
          <tr>
            {maySettle && (
              <th scope="col" className="tick">
                <input
                  type="checkbox"
                  aria-label={t('addressees.chooseAll')}
                  checked={isAll}
                  onChange={() =>
                    setChosen(isAll ? new Set() : new Set(found.people.map((one) => one.person)))
                  }
                />
              </th>
            )}
            <th scope="col">{t('addressees.person')}</th>
            {state === undefined && <th scope="col">{t('addressees.state')}</th>}
            <th scope="col">{t('addressees.since')}</th>
            <th scope="col">{t('addressees.said')}</th>
          </tr>
        </thead>
        <tbody>
          {found.people.map((one) => (
            <tr key={one.person}>
              {maySettle && (
                <td className="tick">
                  <input
                    type="checkbox"
                    aria-label={t('addressees.choose', { name: one.name ?? one.person })}
                    checked={chosen.has(one.person)}
                    onChange={() => toggle(one.person)}
                  />
                </td>
              )}
              <th scope="row">
                {one.customer === null ? (
                  t('erased')
                ) : (
                  <Link
                    to="/incidents/$incident/notify/$campaign"
                    params={of}
                    search={(before) => ({ ...before, person: one.person })}
                    resetScroll={false}
                  >
                    {one.name === '' || one.name === null ? one.customer : one.name}
                  </Link>
                )}
                {one.address !== null && one.address !== '' && (
                  <span className="soft address">{one.address}</span>
                )}
              </th>
              {state === undefined && <td>{named('person-state', one.state)}</td>}
              <td>
                <When at={one.at} />
              </td>
              <td className="small">
                <span lang="en">{one.said}</span>{' '}
                {one.copy !== undefined && (
                  <span className="soft">
                    {`${t(`channel.${one.copy.way}`)} (${named('copy-outcome', one.copy.outcome)})`}
                  </span>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <p className="actions">
        {after !== undefined && (
          <Link
            to="/incidents/$incident/notify/$campaign"
            params={of}
            search={{ state: state ?? EVERYBODY }}
            resetScroll={false}
          >
            {t('page.first')}
          </Link>
        )}
        {found.next !== undefined && (
          <Link
            to="/incidents/$incident/notify/$campaign"
            params={of}
            search={{ state: state ?? EVERYBODY, after: found.next }}
            resetScroll={false}
          >
            {t('page.next')}
          </Link>
        )}
      </p>
      {maySettle && (
        <Settle of={of} people={[...chosen]} outcomes={found.outcomes} done={() => setChosen(new Set())} />
      )}
    </>
  );
}

const CHANNELS: readonly Channel[] = ['letter', 'phone', 'text-message', 'account', 'in-person'];

type SettleProps = Readonly<{
  of: Of;
  people: readonly string[];
  outcomes: readonly Outcome[];
  done: () => void;
}>;

/** What an officer decides about those who are chosen; a deed with its entry. */
function Settle({ of, people, outcomes, done }: SettleProps) {
  const { t } = useWords();
  const queries = useQueryClient();
  const [outcome, setOutcome] = useState<Outcome>(outcomes[0] ?? 'other-channel');
  const [channels, setChannels] = useState<readonly Channel[]>([]);
  const [reason, setReason] = useState('');
  const settling = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/incidents/{incident}/campaigns/{campaign}/settled', {
          ...pathOf(of),
          body: settledBy({ people, outcome, channels, reason }),
        }),
      ),
    onSuccess: async () => {
      done();
      await queries.invalidateQueries({ queryKey: ['incident', of.incident] });
    },
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    settling.mutate();
  };
  return (
    <form className="form" onSubmit={handleSubmit}>
      <h3>{t('settle.title')}</h3>
      <fieldset>
        <legend className="unseen">{t('settle.title')}</legend>
        {outcomes.map((one) => (
          <label key={one} className="choice">
            <input type="radio" name="outcome" checked={outcome === one} onChange={() => setOutcome(one)} />
            {t(`settle.${one}`)}
          </label>
        ))}
      </fieldset>
      {asksChannels(outcome) && (
        <fieldset>
          <legend>{t('settle.channels')}</legend>
          {CHANNELS.map((one) => (
            <label key={one} className="check">
              <input
                type="checkbox"
                checked={channels.includes(one)}
                onChange={() =>
                  setChannels(
                    channels.includes(one) ? channels.filter((other) => other !== one) : [...channels, one],
                  )
                }
              />
              {t(`channel.${one}`)}
            </label>
          ))}
        </fieldset>
      )}
      {asksReason(outcome) && (
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
      )}
      {settling.error !== null && <Failed error={settling.error} />}
      <p className="actions">
        <button type="submit" className="button" disabled={people.length === 0 || settling.isPending}>
          {t('settle.now', { count: people.length })}
        </button>
      </p>
    </form>
  );
}

const LANGUAGES = ['en', 'de', 'fr', 'it', 'es', 'pt', 'nl', 'pl', 'sv', 'ja'] as const;

/** What one person reads, in their language or another. */
export function NoticePanel({
  of,
  person,
  language,
}: Readonly<{ of: Of; person: string; language: string | undefined }>) {
  const { t, languageName, named } = useWords();
  const me = useMe();
  const navigate = useNavigate();
  const testing = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/incidents/{incident}/campaigns/{campaign}/people/{person}/test', {
          params: { path: { ...of, person } },
          body: language === undefined ? {} : { language },
        }),
      ),
  });
  // What was said once they were erased; their notice is no more.
  const [erased, setErased] = useState<string>();
  const notice = useQuery({
    ...notifyQueries.notice(of, person, language),
    enabled: erased === undefined,
  });
  const close = () =>
    void navigate({
      to: '.',
      search: ({ person: _, language: __, ...others }: { person?: string; language?: string }) => others,
      resetScroll: false,
    });
  return (
    <Panel title={t('addressees.notice')} onEnd={close}>
      {erased === undefined ? (
        <>
          <Field label={t('addressees.language')}>
            {(ids) => (
              <select
                {...ids}
                value={language ?? ''}
                onChange={({ target }) =>
                  void navigate({
                    to: '.',
                    search: ({ language: _, ...others }: { language?: string }) => ({
                      ...others,
                      ...(target.value === '' ? {} : { language: target.value }),
                    }),
                    resetScroll: false,
                  })
                }
              >
                <option value="">{t('addressees.ownLanguage')}</option>
                {LANGUAGES.map((one) => (
                  <option key={one} value={one}>
                    {languageName(one)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          <Loaded query={notice}>
            {(found) => (
              <>
                <Dialog.Description className="soft">
                  {found.to === '' ? t('addressees.noAddress') : t('addressees.to', { address: found.to })}
                </Dialog.Description>
                {hasOne(me, DECIDERS) && (
                  <>
                    <p className="actions">
                      <button
                        type="button"
                        className="button quiet"
                        disabled={testing.isPending}
                        onClick={() => testing.mutate()}
                      >
                        {t('addressees.test')}
                      </button>
                      {testing.data !== undefined && (
                        <span role="status">
                          {t('addressees.tested', {
                            to: testing.data.to,
                            outcome: named('outcome', testing.data.outcome),
                          })}
                        </span>
                      )}
                    </p>
                    {testing.error !== null && <Failed error={testing.error} />}
                  </>
                )}
                <Notice
                  language={found.language}
                  subject={found.apart.subject}
                  blocks={found.apart.blocks}
                  incident={of.incident}
                />
                {hasOne(me, OFFICERS) && <Erase of={of} person={person} onErased={setErased} />}
              </>
            )}
          </Loaded>
        </>
      ) : (
        <Dialog.Description role="status">{erased}</Dialog.Description>
      )}
    </Panel>
  );
}

type EraseProps = Readonly<{ of: Of; person: string; onErased: (said: string) => void }>;

/** Somebody's right to be forgotten: in this campaign, or wherever they are known. */
function Erase({ of, person, onErased }: EraseProps) {
  const { t } = useWords();
  return (
    <section aria-labelledby="erase-person">
      <h3 id="erase-person">{t('addressees.eraseTitle')}</h3>
      <Deed
        name={t('addressees.erase')}
        why={t('addressees.eraseWhy')}
        sure={t('addressees.eraseSure')}
        parts={{}}
        run={async () => {
          const { entry } = await answerOf(
            api.POST('/api/incidents/{incident}/campaigns/{campaign}/people/{person}/erase', {
              params: { path: { ...of, person } },
            }),
          );
          onErased(t('addressees.erased', { entry }));
        }}
      />
      <Deed
        name={t('addressees.eraseAll')}
        why={t('addressees.eraseAllWhy')}
        sure={t('addressees.eraseAllSure')}
        parts={{}}
        run={async () => {
          const { texts, campaigns } = await answerOf(
            api.POST('/api/incidents/{incident}/erase-person', {
              params: { path: { incident: of.incident } },
              body: { person },
            }),
          );
          onErased(t('inbox.erased', { texts, campaigns }));
        }}
      />
    </section>
  );
}
