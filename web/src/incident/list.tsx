/** All incidents, by state, a page at a time. */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { Empty, Loaded } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import { IncidentLine } from './incident-line.tsx';
import { incidentQueries } from './queries.ts';

const STATES = ['open', 'decided', 'closed'] as const;

export function Incidents() {
  const { t, named } = useWords();
  const { state, after } = useSearch({ from: '/incidents' });
  const mayOpen = hasOne(useMe(), WORKERS);
  const page = useQuery(incidentQueries.list({ ...(state && { state }), ...(after && { after }) }));
  return (
    <>
      <h1>{t('incidents.name')}</h1>
      <nav className="filters" aria-label={t('incidents.byState')}>
        <Link to="/incidents" search={{}} activeOptions={{ exact: true, includeSearch: true }}>
          {t('incidents.every')}
        </Link>
        {STATES.map((one) => (
          <Link key={one} to="/incidents" search={{ state: one }}>
            {named('state', one)}
          </Link>
        ))}
      </nav>
      <Loaded query={page}>
        {({ incidents, next }) =>
          incidents.length === 0 ? (
            <Empty title={t('incidents.none')} />
          ) : (
            <>
              <ul className="plain rows">
                {incidents.map((one) => (
                  <li key={one.id}>
                    <IncidentLine listed={one} />
                  </li>
                ))}
              </ul>
              <p className="actions">
                {after !== undefined && (
                  <Link to="/incidents" search={state === undefined ? {} : { state }}>
                    {t('page.first')}
                  </Link>
                )}
                {next !== undefined && (
                  <Link to="/incidents" search={{ ...(state && { state }), after: next }}>
                    {t('page.next')}
                  </Link>
                )}
              </p>
            </>
          )
        }
      </Loaded>
      {mayOpen && (
        <p className="actions">
          <Link to="/incidents/new" className="button">
            {t('incident.new')}
          </Link>
          <Link to="/incidents/import">{t('import.name')}</Link>
        </p>
      )}
    </>
  );
}
