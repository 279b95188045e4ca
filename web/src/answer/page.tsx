/** The public page of an incident: its editions, what speaks against publishing one, and what the public was answered. */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries, type Shown } from '../incident/queries.ts';
import { Empty, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { type Edition, pageQueries } from './page.queries.ts';
import { EditionView } from './page-edition.tsx';
import { Preparing } from './page-prepare.tsx';
import { PublishedAnswers } from './published.tsx';
import './answer.css';

const FROM = '/incidents/$incident/page' as const;

export function PublicPage() {
  const { incident } = useParams({ from: FROM });
  const shown = useQuery(incidentQueries.shown(incident));
  const editions = useQuery(pageQueries.editions(incident));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <Loaded query={editions}>
            {(listed) => <OfIncident shown={found} editions={listed.editions.toReversed()} />}
          </Loaded>
        </>
      )}
    </Loaded>
  );
}

/** The newest first. */
function OfIncident({ shown, editions }: Readonly<{ shown: Shown; editions: readonly Edition[] }>) {
  const { t } = useWords();
  const { edition, next } = useSearch({ from: FROM });
  const isRestricted = shown.restrictedTo !== undefined;
  const mayWork = hasOne(useMe(), WORKERS) && shown.state !== 'closed' && !isRestricted;
  const chosen = editions.find((one) => one.edition === edition) ?? editions[0];
  if (next === true && mayWork) return <Preparing shown={shown} last={editions[0]} />;
  return (
    <section aria-labelledby="page">
      <h2 id="page">{t('page-edit.title')}</h2>
      {isRestricted && <p>{t('page-edit.restricted')}</p>}
      {chosen === undefined ? (
        !isRestricted && (
          <Empty title={t('page-edit.none')}>
            <p>{t('page-edit.noneWhy')}</p>
            {mayWork && (
              <p>
                <Link to={FROM} params={{ incident: shown.id }} search={{ next: true }} className="button">
                  {t('page-edit.prepare')}
                </Link>
              </p>
            )}
          </Empty>
        )
      ) : (
        <>
          <Editions incident={shown.id} editions={editions} chosen={chosen.edition} />
          {mayWork && (
            <p className="actions">
              <Link
                to={FROM}
                params={{ incident: shown.id }}
                search={{ next: true }}
                className="button quiet"
              >
                {t('page-edit.prepareNext')}
              </Link>
            </p>
          )}
          <EditionView key={chosen.edition} shown={shown} edition={chosen.edition} />
          <section aria-labelledby="answers">
            <h2 id="answers">{t('page-edit.answers')}</h2>
            <PublishedAnswers incident={shown.id} />
          </section>
        </>
      )}
    </section>
  );
}

function Editions({
  incident,
  editions,
  chosen,
}: Readonly<{ incident: string; editions: readonly Edition[]; chosen: string }>) {
  const { t, named } = useWords();
  return (
    <>
      <h3>{t('page-edit.editions')}</h3>
      <ul className="plain rows">
        {editions.map((one) => (
          <li key={one.edition}>
            <Link
              to={FROM}
              params={{ incident }}
              search={{ edition: one.edition }}
              aria-current={one.edition === chosen ? 'page' : undefined}
              className="row-title"
              activeProps={{}}
              resetScroll={false}
            >
              {t('page-edit.edition', { number: one.number })}
            </Link>
            <span className="soft">{named('edition-state', one.state)}</span>
            <When at={one.publishedAt ?? one.madeAt} />
          </li>
        ))}
      </ul>
    </>
  );
}
