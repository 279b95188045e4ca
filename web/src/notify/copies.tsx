/** Letters, short messages and copies for accounts, for whom no message reaches. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { type Answer, answerOf, api } from '../app/client.ts';
import { hasOne, OFFICERS, useMe, WORKERS } from '../app/session.ts';
import { Deed } from '../kit/deed.tsx';
import { useName } from '../kit/names.ts';
import { Failed, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { type Campaign, type Of, pathOf } from './queries.ts';

type Copy = Answer<'/api/incidents/{incident}/campaigns/{campaign}/copies', 'get'>['copies'][number];

const WAYS = ['letter', 'text-message', 'account'] as const;
const LIVE_MS = 2000;

export function Copies({ of, found }: Readonly<{ of: Of; found: Campaign }>) {
  const { t, number } = useWords();
  const me = useMe();
  const queries = useQueryClient();
  const copies = useQuery({
    queryKey: ['incident', of.incident, 'campaigns', of.campaign, 'copies'],
    queryFn: () => answerOf(api.GET('/api/incidents/{incident}/campaigns/{campaign}/copies', pathOf(of))),
    refetchInterval: ({ state }) =>
      state.data?.copies.some((one) => one.state === 'making' || one.state === 'posting') === true
        ? LIVE_MS
        : false,
  });
  const making = useMutation({
    mutationFn: (way: (typeof WAYS)[number]) =>
      answerOf(
        api.POST('/api/incidents/{incident}/campaigns/{campaign}/copies', { ...pathOf(of), body: { way } }),
      ),
    onSuccess: () => queries.invalidateQueries({ queryKey: ['incident', of.incident] }),
  });
  const waiting = found.sums['other-channel'] ?? 0;
  const mayMake = hasOne(me, WORKERS) && found.approvedBy !== me.person.id && waiting > 0;
  return (
    <Loaded query={copies}>
      {({ copies: all }) =>
        all.length === 0 && waiting === 0 ? null : (
          <section aria-labelledby="copies">
            <h2 id="copies">{t('copies.title')}</h2>
            <p>{t('copies.waiting', { count: waiting, people: number(waiting) })}</p>
            <ul className="plain rows">
              {all.map((one) => (
                <li key={one.copies}>
                  <Line of={of} copy={one} />
                </li>
              ))}
            </ul>
            {mayMake && (
              <p className="actions">
                {WAYS.map((way) => (
                  <button
                    key={way}
                    type="button"
                    className="button quiet"
                    disabled={making.isPending}
                    onClick={() => making.mutate(way)}
                  >
                    {t(`copies.make.${way}`)}
                  </button>
                ))}
              </p>
            )}
            {making.error !== null && <Failed error={making.error} />}
          </section>
        )
      }
    </Loaded>
  );
}

function Line({ of, copy }: Readonly<{ of: Of; copy: Copy }>) {
  const { t, named, number, bytes } = useWords();
  const name = useName();
  const me = useMe();
  const { copies, way, state, people, outcomes, askedBy, askedAt } = copy;
  const path = { params: { path: { ...of, copies } } };
  const isMade = state === 'made';
  return (
    <>
      <span className="row-title">
        {t('copies.line', { way: t(`channel.${way}`), people })}{' '}
        <span className="soft light">{named('copies-state', state)}</span>
      </span>
      <span>
        {Object.entries(outcomes)
          .map(([outcome, count]) => `${named('copy-outcome', outcome)} ${number(count)}`)
          .join(', ')}
      </span>
      <span className="soft">
        {name(askedBy)} <When at={askedAt} />
      </span>
      {isMade && hasOne(me, WORKERS) && (
        <a href={`/api/incidents/${of.incident}/campaigns/${of.campaign}/copies/${copies}`} download>
          {t('copies.get', { size: bytes(copy.bytes ?? 0) })}
        </a>
      )}
      {isMade && hasOne(me, OFFICERS) && (
        <Deed
          name={t('copies.sent')}
          why={t('copies.sentWhy')}
          sure={t('copies.sentSure', { people })}
          parts={{}}
          run={() =>
            answerOf(api.POST('/api/incidents/{incident}/campaigns/{campaign}/copies/{copies}/sent', path))
          }
        />
      )}
      {isMade && hasOne(me, OFFICERS) && (
        <Deed
          name={t('copies.post')}
          why={t('copies.postWhy')}
          sure={t('copies.postSure', { people })}
          parts={{}}
          run={() =>
            answerOf(api.POST('/api/incidents/{incident}/campaigns/{campaign}/copies/{copies}/post', path))
          }
        />
      )}
      {(isMade || state === 'sent') && hasOne(me, OFFICERS) && (
        <Deed
          name={t('copies.erase')}
          sure={t('manage.sure')}
          parts={{}}
          run={() =>
            answerOf(api.POST('/api/incidents/{incident}/campaigns/{campaign}/copies/{copies}/erase', path))
          }
        />
      )}
    </>
  );
}
