/** Mails that customers reported, in groups of one campaign each; those that stand alone apart, since most of them are spam of strangers. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { type Answer, answerOf, api } from '../app/client.ts';
import { hasOne, OFFICERS, SPEAKERS, useMe, WORKERS } from '../app/session.ts';
import { incidentQueries } from '../incident/queries.ts';
import { line, prose } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { Field } from '../kit/form.tsx';
import { Empty, Failed, Loaded } from '../kit/states.tsx';
import { Between } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';

type Groups = Answer<'/api/reports/groups', 'get'>;
type Group = Groups['groups'][number];

const MOST = 100;
const groupsQuery = {
  queryKey: ['reports'],
  queryFn: () => answerOf(api.GET('/api/reports/groups', { params: { query: { most: MOST } } })),
};

export function Reports() {
  const { t } = useWords();
  const groups = useQuery(groupsQuery);
  const maySpeak = hasOne(useMe(), SPEAKERS);
  const mayErase = hasOne(useMe(), OFFICERS);
  return (
    <>
      <h1>{t('reports.title')}</h1>
      <p className="lead">{t('reports.lead')}</p>
      <Loaded query={groups}>
        {(found) =>
          found.reports === 0 ? (
            <Empty title={t('reports.none')}>
              <p>{t('reports.noneWhy')}</p>
            </Empty>
          ) : (
            <Found found={found} />
          )
        }
      </Loaded>
      {maySpeak && <ReportFor />}
      {mayErase && <EraseReport />}
    </>
  );
}

function Found({ found: { reports, groups, more } }: Readonly<{ found: Groups }>) {
  const { t, number } = useWords();
  const { groups: chosen = [] } = useSearch({ from: '/reports' });
  const navigate = useNavigate();
  const together = groups.filter((one) => one.reports > 1);
  const alone = groups.filter((one) => one.reports === 1);
  const mayAsk = hasOne(useMe(), WORKERS);
  const choose = mayAsk
    ? (group: string, is: boolean) => {
        const next = is ? [...chosen, group] : chosen.filter((one) => one !== group);
        void navigate({
          to: '/reports',
          search: next.length === 0 ? {} : { groups: next },
          replace: true,
          resetScroll: false,
        });
      }
    : undefined;
  return (
    <>
      <section aria-labelledby="together">
        <h2 id="together">{t('reports.together')}</h2>
        <p className="soft">
          {t('reports.all', { count: reports, reports: number(reports) })}
          {more > 0 && ` ${t('reports.more', { count: more })}`}
        </p>
        {together.length === 0 ? (
          <Empty title={t('reports.noGroup')} />
        ) : (
          <ul className="plain rows groups">
            {together.map((one) => (
              <li key={one.group}>
                <GroupLine group={one} isChosen={chosen.includes(one.group)} choose={choose} />
              </li>
            ))}
          </ul>
        )}
      </section>
      {alone.length > 0 && (
        <details className="more">
          <summary>{t('reports.alone', { count: alone.length })}</summary>
          <p className="soft">{t('reports.aloneWhy')}</p>
          <ul className="plain rows groups">
            {alone.map((one) => (
              <li key={one.group}>
                <GroupLine group={one} isChosen={chosen.includes(one.group)} choose={choose} />
              </li>
            ))}
          </ul>
        </details>
      )}
      {mayAsk && chosen.length > 0 && <AskWhom groups={chosen} />}
    </>
  );
}

type LineProps = Readonly<{
  group: Group;
  isChosen: boolean;
  choose: ((group: string, is: boolean) => void) | undefined;
}>;

function GroupLine({ group, isChosen, choose }: LineProps) {
  const { t } = useWords();
  const title = group.names[0] ?? group.senders[0] ?? group.links[0] ?? t('reports.unnamed');
  const told = [
    ['senders', group.senders],
    ['links', group.links],
    ['phones', group.phones],
    ['names', group.names.slice(1)],
  ] as const;
  return (
    <>
      {choose === undefined ? (
        <span className="row-title">{title}</span>
      ) : (
        <label className="row-title choice">
          <input
            type="checkbox"
            checked={isChosen}
            onChange={({ target }) => choose(group.group, target.checked)}
          />
          {title}
        </label>
      )}
      <strong>{t('reports.count', { count: group.reports })}</strong>
      <span>{t('reports.proved', { count: group.proved })}</span>
      <span className="whole soft">
        <Between from={group.first} to={group.last} />
      </span>
      <dl className="whole stated">
        {told
          .filter(([, values]) => values.length > 0)
          .map(([name, values]) => (
            <div key={name}>
              <dt>{t(`reports.${name}`)}</dt>
              <dd>
                <bdi>{values.join(', ')}</bdi>
              </dd>
            </div>
          ))}
        {group.withoutRecipient > 0 && (
          <div>
            <dt>{t('reports.unknown')}</dt>
            <dd>{t('reports.withoutRecipient', { count: group.withoutRecipient })}</dd>
          </div>
        )}
      </dl>
    </>
  );
}

/** The chosen groups become the reports of a trace, which belongs to an incident. */
function AskWhom({ groups }: Readonly<{ groups: readonly string[] }>) {
  const { t } = useWords();
  const open = useQuery(incidentQueries.list({ state: 'open' }));
  const decided = useQuery(incidentQueries.list({ state: 'decided' }));
  return (
    <section aria-labelledby="ask">
      <h2 id="ask">{t('reports.ask', { count: groups.length })}</h2>
      <p>{t('reports.askWhy')}</p>
      <Loaded query={open}>
        {(undecided) => (
          <Loaded query={decided}>
            {(others) => {
              const all = [...undecided.incidents, ...others.incidents];
              return all.length === 0 ? (
                <Empty title={t('home.noneOpen')} />
              ) : (
                <ul className="plain rows">
                  {all.map((one) => (
                    <li key={one.id}>
                      <Link
                        to="/incidents/$incident/traces"
                        params={{ incident: one.id }}
                        search={{ groups: [...groups] }}
                        className="row-title"
                      >
                        {one.title ?? t('erased')}
                      </Link>
                    </li>
                  ))}
                </ul>
              );
            }}
          </Loaded>
        )}
      </Loaded>
    </section>
  );
}

const ERASE = { report: line('reports.report'), reason: prose('ask.reason') };

function EraseReport() {
  const { t } = useWords();
  return (
    <Deed
      name={t('reports.erase')}
      why={t('reports.eraseWhy')}
      sure={t('manage.sure')}
      parts={ERASE}
      run={({ report, reason }) =>
        answerOf(api.POST('/api/reports/{report}/erase', { params: { path: { report } }, body: { reason } }))
      }
    />
  );
}

/** What a customer told on the telephone or wrote elsewhere; the customer is who reports. */
function ReportFor() {
  const { t, language } = useWords();
  const queries = useQueryClient();
  const [address, setAddress] = useState('');
  const [text, setText] = useState('');
  const reporting = useMutation({
    mutationFn: () => answerOf(api.POST('/api/reports', { body: { address, text, language } })),
    onSuccess: async () => {
      setAddress('');
      setText('');
      await queries.invalidateQueries({ queryKey: ['reports'] });
    },
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    reporting.mutate();
  };
  return (
    <details className="more spaced">
      <summary>{t('reports.for')}</summary>
      <form className="form" onSubmit={handleSubmit}>
        <Field label={t('reports.address')}>
          {(ids) => (
            <input
              {...ids}
              required
              type="email"
              autoComplete="off"
              value={address}
              onChange={({ target }) => setAddress(target.value)}
            />
          )}
        </Field>
        <Field label={t('reports.text')} help={t('reports.textHelp')}>
          {(ids) => (
            <textarea
              {...ids}
              required
              rows={6}
              value={text}
              onChange={({ target }) => setText(target.value)}
            />
          )}
        </Field>
        {reporting.error !== null && <Failed error={reporting.error} />}
        <p className="actions">
          <button type="submit" className="button quiet" disabled={reporting.isPending}>
            {t('reports.record')}
          </button>
          {reporting.data !== undefined && (
            <span role="status">{t(`reports-heard.${reporting.data.heard}`)}</span>
          )}
        </p>
      </form>
    </details>
  );
}
