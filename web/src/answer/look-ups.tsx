/** Who at the desk looked up whom of an incident, and when, for those who check it later. */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { answerOf, api } from '../app/client.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries } from '../incident/queries.ts';
import { Pages } from '../kit/facts.tsx';
import { useName } from '../kit/names.ts';
import { Empty, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import './answer.css';

export function LookUps() {
  const { incident } = useParams({ from: '/incidents/$incident/look-ups' });
  const shown = useQuery(incidentQueries.shown(incident));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <LookUpsOf incident={incident} />
        </>
      )}
    </Loaded>
  );
}

function LookUpsOf({ incident }: Readonly<{ incident: string }>) {
  const { t } = useWords();
  const { person, past } = useSearch({ from: '/incidents/$incident/look-ups' });
  const listed = useQuery({
    queryKey: ['incident', incident, 'look-ups', person, past],
    queryFn: () =>
      answerOf(
        api.GET('/api/incidents/{incident}/look-ups', {
          params: { path: { incident }, query: { person, before: past, most: 50 } },
        }),
      ),
  });
  return (
    <section aria-labelledby="look-ups">
      <h2 id="look-ups">{t('look-ups.title')}</h2>
      <p>{t('look-ups.lead')}</p>
      {person !== undefined && (
        <p className="actions">
          <span>{t('look-ups.only')}</span>
          <Link to="." search={{}}>
            {t('look-ups.everybody')}
          </Link>
        </p>
      )}
      <Loaded query={listed}>
        {({ lookUps, next }) =>
          lookUps.length === 0 ? (
            <Empty title={t('look-ups.none')}>
              <p>{t('look-ups.noneWhy')}</p>
            </Empty>
          ) : (
            <>
              <ul className="plain rows look-ups">
                {lookUps.map((one) => (
                  <li key={`${one.entry} ${one.person}`}>
                    <LookUpLine incident={incident} one={one} isOnly={person !== undefined} />
                  </li>
                ))}
              </ul>
              <Pages next={next} past={past} />
            </>
          )
        }
      </Loaded>
    </section>
  );
}

type LookUp = Readonly<{ entry: number; at: string; by: string; campaign: string; person: string }>;

function LookUpLine({
  incident,
  one: { entry, at, by, campaign, person },
  isOnly,
}: Readonly<{ incident: string; one: LookUp; isOnly: boolean }>) {
  const { t } = useWords();
  const name = useName();
  return (
    <>
      <span className="row-title">{name(by)}</span>
      <When at={at} />
      <Link to="/register" search={{ incident, entry }}>
        {t('trace.entry', { entry })}
      </Link>
      <span className="whole look-up-whom">
        <code className="hash">{person}</code>
        <Link to="/incidents/$incident/notify/$campaign" params={{ incident, campaign }} search={{ person }}>
          {t('look-ups.whom')}
        </Link>
        {!isOnly && (
          <Link to="." search={{ person }}>
            {t('look-ups.others')}
          </Link>
        )}
      </span>
    </>
  );
}
