/** The campaigns of an incident: what was written to whom, and how far it is. */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries, type Shown } from '../incident/queries.ts';
import { useName } from '../kit/names.ts';
import { Empty, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { SumBar } from './bar.tsx';
import { Drafts } from './drafts.tsx';
import { NoRun } from './editor.tsx';
import { type Listed, notifyQueries } from './queries.ts';
import './notify.css';

export function Campaigns() {
  const { incident } = useParams({ from: '/incidents/$incident/notify' });
  const shown = useQuery(incidentQueries.shown(incident));
  const list = useQuery(notifyQueries.list(incident));
  const runs = useQuery(incidentQueries.runs(incident));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <Loaded query={list}>
            {({ campaigns }) => (
              <Loaded query={runs}>
                {({ runs: all }) => (
                  <Sent
                    shown={found}
                    campaigns={[...campaigns].reverse()}
                    hasRun={all.some(({ state }) => state === 'done')}
                  />
                )}
              </Loaded>
            )}
          </Loaded>
        </>
      )}
    </Loaded>
  );
}

function Sent({
  shown,
  campaigns,
  hasRun,
}: Readonly<{ shown: Shown; campaigns: readonly Listed[]; hasRun: boolean }>) {
  const { t } = useWords();
  const mayWrite = hasOne(useMe(), WORKERS) && shown.state !== 'closed';
  if (campaigns.length === 0 && !hasRun) return <NoRun incident={shown.id} />;
  return (
    <section aria-labelledby="campaigns">
      <h2 id="campaigns">{t('notify.title')}</h2>
      {campaigns.length === 0 ? (
        <Empty title={t('notify.none')}>
          <p>{t('notify.noneWhy')}</p>
        </Empty>
      ) : (
        <ul className="plain campaigns">
          {campaigns.map((one) => (
            <li key={one.campaign}>
              <Line incident={shown.id} listed={one} />
            </li>
          ))}
        </ul>
      )}
      {mayWrite && <Drafts incident={shown.id} />}
      {mayWrite && hasRun && (
        <p className="actions">
          <Link to="/incidents/$incident/notify/new" params={{ incident: shown.id }} className="button">
            {t('notify.write')}
          </Link>
        </p>
      )}
    </section>
  );
}

function Line({ incident, listed }: Readonly<{ incident: string; listed: Listed }>) {
  const { t, named } = useWords();
  const name = useName();
  return (
    <>
      <p className="campaign-line">
        <Link
          to="/incidents/$incident/notify/$campaign"
          params={{ incident, campaign: listed.campaign }}
          className="row-title"
        >
          {t('campaign.name', { cohort: t(`cohort.${listed.cohort}`) })}
        </Link>
        <strong>{named('campaign-state', listed.state)}</strong>
        {listed.people > 0 && <span>{t('people', { count: listed.people })}</span>}
        <span className="soft">
          {name(listed.madeBy)} <When at={listed.madeAt} />
        </span>
      </p>
      {listed.people > 0 && listed.state !== 'discarded' && <SumBar listed={listed} />}
    </>
  );
}
