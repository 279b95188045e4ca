/** Access reviews: managers say of each grant whether it is needed; what is cut becomes a task. */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams } from '@tanstack/react-router';
import { type Answer, answerOf, api } from '../app/client.ts';
import { DECIDERS, hasOne, OFFICERS, useMe } from '../app/session.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries } from '../incident/queries.ts';
import { one, person, prose } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { Facts } from '../kit/facts.tsx';
import { useName } from '../kit/names.ts';
import { Empty, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';

type Review = Answer<'/api/incidents/{incident}/access-reviews', 'get'>['reviews'][number];
type Item = Review['items'][number];

const ANSWER = {
  verdict: one('reviews.verdict', ['confirm', 'cut'], { group: 'review-verdict' }),
  reason: prose('ask.reason'),
};
const PASS_ON = { reviewer: person('reviews.reviewer'), reason: prose('ask.reason') };

export function AccessReviews() {
  const { t } = useWords();
  const { incident } = useParams({ from: '/incidents/$incident/access-reviews' });
  const shown = useQuery(incidentQueries.shown(incident));
  const reviews = useQuery({
    queryKey: ['incident', incident, 'access-reviews'],
    queryFn: () =>
      answerOf(api.GET('/api/incidents/{incident}/access-reviews', { params: { path: { incident } } })),
  });
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <h2>{t('reviews.title')}</h2>
          <p className="lead">{t('reviews.lead')}</p>
          <Loaded query={reviews}>
            {({ reviews: all }) =>
              all.length === 0 ? (
                <Empty title={t('reviews.none')}>
                  <p>{t('reviews.noneWhy')}</p>
                  <p>
                    <Link to="/incidents/$incident/traces" params={{ incident }}>
                      {t('trace.tab')}
                    </Link>
                  </p>
                </Empty>
              ) : (
                all.map((each) => <OfReview key={each.id} incident={incident} review={each} />)
              )
            }
          </Loaded>
        </>
      )}
    </Loaded>
  );
}

function OfReview({ incident, review }: Readonly<{ incident: string; review: Review }>) {
  const { t } = useWords();
  const name = useName();
  const { id, open, overdue, confirmed, cut, openedBy, openedAt, due, owner, items } = review;
  return (
    <section aria-labelledby={id}>
      <h3 id={id}>
        {t('reviews.of')} <When at={openedAt} />
      </h3>
      <p className="verdict">
        {t('reviews.sum', { all: items.length, open: open + overdue, overdue, confirmed, cut })}
      </p>
      <Facts
        of={[
          [t('reviews.openedBy'), name(openedBy)],
          [t('reviews.due'), <When key="due" at={due} />],
          [t('reviews.owner'), name(owner)],
        ]}
      />
      <ul className="plain rows">
        {items.map((each) => (
          <li key={each.item}>
            <Line incident={incident} review={id} item={each} />
          </li>
        ))}
      </ul>
    </section>
  );
}

function Line({ incident, review, item }: Readonly<{ incident: string; review: string; item: Item }>) {
  const { t, named, number } = useWords();
  const name = useName();
  const me = useMe();
  const { what, reviewer, state, gone, reason, answeredAt } = item;
  const isOpen = state === 'open' || state === 'overdue';
  const params = { path: { incident, review } };
  return (
    <>
      <span className="row-title">
        {what === null ? t('erased') : `${what.role} · ${what.tool} · ${what.field} · ${what.customers}`}
      </span>
      <strong>{named('review-verdict', state)}</strong>
      <span>{name(reviewer)}</span>
      {gone !== undefined && <strong>{t(`reviews.gone.${gone}`)}</strong>}
      {what !== null && (
        <span className="whole soft">
          {t('reviews.used', {
            employees: number(what.employees),
            reachable: number(what.reachable),
            used: number(what.used),
            usedBy: number(what.usedBy),
          })}
        </span>
      )}
      <Facts
        of={[
          [t('ask.reason'), reason],
          [t('reviews.answered'), answeredAt && <When at={answeredAt} />],
        ]}
      />
      {isOpen && reviewer === me.person.id && hasOne(me, DECIDERS) && (
        <Deed
          name={t('reviews.answer')}
          parts={ANSWER}
          run={(given) =>
            answerOf(
              api.POST('/api/incidents/{incident}/access-reviews/{review}/answers', {
                params,
                body: { ...given, items: [item.item] },
              }),
            )
          }
        />
      )}
      {isOpen && hasOne(me, OFFICERS) && (
        <Deed
          name={t('reviews.passOn')}
          parts={PASS_ON}
          run={(given) =>
            answerOf(
              api.POST('/api/incidents/{incident}/access-reviews/{review}/reviewers', {
                params,
                body: { ...given, items: [item.item] },
              }),
            )
          }
        />
      )}
    </>
  );
}
