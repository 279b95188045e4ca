/** Who may see an incident, what of it was looked at, opening it again, and what is erased of it for good. */
import { useQuery } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { answerOf, api } from '../app/client.ts';
import { hasOne, OFFICERS, useMe } from '../app/session.ts';
import { line, prose, some, whole } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { useName, useNames } from '../kit/names.ts';
import { Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { Head } from './head.tsx';
import { incidentQueries, type Shown } from './queries.ts';

const REASON = { reason: prose('ask.reason') };
const TEXT = {
  entry: whole('manage.entry', { help: 'manage.entryHelp' }),
  name: line('manage.text', { help: 'manage.textHelp' }),
};

export function Manage() {
  const { incident } = useParams({ from: '/incidents/$incident/manage' });
  const shown = useQuery(incidentQueries.shown(incident));
  const mayManage = hasOne(useMe(), OFFICERS);
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <Seen shown={found} />
          <Exchange incident={found.id} />
          {mayManage && <Deeds shown={found} />}
        </>
      )}
    </Loaded>
  );
}

function Seen({ shown }: Readonly<{ shown: Shown }>) {
  const { t, list } = useWords();
  const name = useName();
  return (
    <section aria-labelledby="seen">
      <h2 id="seen">{t('manage.title')}</h2>
      <p>
        {shown.restrictedTo === undefined
          ? t('manage.everybody')
          : t('manage.only', { people: list(shown.restrictedTo.map(name)) })}
      </p>
    </section>
  );
}

/** The incident in forms that other programs and collections read. */
function Exchange({ incident }: Readonly<{ incident: string }>) {
  const { t } = useWords();
  return (
    <section aria-labelledby="exchange">
      <h2 id="exchange">{t('manage.exchange')}</h2>
      <ul className="plain">
        <li>
          <a href="/api/breach-register" download>
            {t('manage.breaches')}
          </a>
        </li>
        <li>
          <a href={`/api/incidents/${incident}/dpv`} download>
            {t('manage.dpv')}
          </a>
        </li>
        <li>
          <a href={`/api/incidents/${incident}/veris`} download>
            {t('manage.veris')}
          </a>
        </li>
      </ul>
    </section>
  );
}

function Deeds({ shown }: Readonly<{ shown: Shown }>) {
  const { t } = useWords();
  const { id: incident, state } = shown;
  const params = { path: { incident } };
  return (
    <>
      {state === 'closed' ? (
        <Deed
          name={t('manage.reopen')}
          parts={REASON}
          run={(body) => answerOf(api.POST('/api/incidents/{incident}/reopen', { params, body }))}
        />
      ) : (
        <Restrict shown={shown} />
      )}
      <section aria-labelledby="erase">
        <h2 id="erase">{t('manage.erase')}</h2>
        <p className="soft">{t('manage.eraseWhy')}</p>
        <Runs incident={incident} />
        <Deed
          name={t('manage.eraseText')}
          sure={t('manage.sure')}
          parts={TEXT}
          run={(body) => answerOf(api.POST('/api/incidents/{incident}/erase', { params, body }))}
        />
      </section>
    </>
  );
}

function Restrict({ shown }: Readonly<{ shown: Shown }>) {
  const { t } = useWords();
  const names = useNames();
  const params = { path: { incident: shown.id } };
  const people = names.map(({ id }) => id);
  return (
    <>
      <Deed
        name={t('manage.restrict')}
        why={t('manage.restrictWhy')}
        parts={{
          people: some('manage.people', people, { group: 'person', first: shown.restrictedTo ?? [] }),
          ...REASON,
        }}
        run={(body) => answerOf(api.PUT('/api/incidents/{incident}/people', { params, body }))}
      />
      {shown.restrictedTo !== undefined && (
        <Deed
          name={t('manage.unrestrict')}
          parts={REASON}
          run={({ reason }) =>
            answerOf(api.PUT('/api/incidents/{incident}/people', { params, body: { people: null, reason } }))
          }
        />
      )}
    </>
  );
}

function Runs({ incident }: Readonly<{ incident: string }>) {
  const { t } = useWords();
  const runs = useQuery(incidentQueries.runs(incident));
  const done = (runs.data?.runs ?? []).filter(({ state }) => state === 'done');
  return (
    <ul className="plain rows">
      {done.map(({ job, askedAt }) => (
        <li key={job}>
          <span className="row-title">
            {t('manage.run')} <When at={askedAt} />
          </span>
          <Deed
            name={t('manage.eraseRun')}
            sure={t('manage.sure')}
            parts={{}}
            run={() =>
              answerOf(
                api.POST('/api/incidents/{incident}/runs/{job}/erase', {
                  params: { path: { incident, job } },
                }),
              )
            }
          />
        </li>
      ))}
    </ul>
  );
}
