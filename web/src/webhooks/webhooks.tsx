/** Programs elsewhere that are told of things, and how telling them went. */
import { useQuery } from '@tanstack/react-query';
import { Link, useSearch } from '@tanstack/react-router';
import { type Answer, answerOf, api } from '../app/client.ts';
import { SettingsHead } from '../app/settings.tsx';
import { check, line, some } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { Facts } from '../kit/facts.tsx';
import { useName } from '../kit/names.ts';
import { Empty, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';

type Webhook = Answer<'/api/webhooks', 'get'>['webhooks'][number];

const EVENTS = [
  'incident-opened',
  'deadline-near',
  'approval-asked',
  'duties-changed',
  'campaign-finished',
] as const;
const ADD = {
  url: line('webhook.url', { help: 'webhook.urlHelp' }),
  events: some('webhook.events', EVENTS, { group: 'webhook-event', first: EVENTS }),
  restricted: check('webhook.restricted'),
};

export function Webhooks() {
  const { t } = useWords();
  const webhooks = useQuery({ queryKey: ['webhooks'], queryFn: () => answerOf(api.GET('/api/webhooks')) });
  return (
    <>
      <SettingsHead title={t('webhook.name')} />
      <p className="lead">{t('webhook.lead')}</p>
      <Loaded query={webhooks}>
        {({ webhooks: all, standsSince }) => (
          <>
            {standsSince !== undefined && <Standing since={standsSince} />}
            {all.length === 0 ? (
              <Empty title={t('webhook.none')}>
                <p>{t('webhook.noneWhy')}</p>
              </Empty>
            ) : (
              <ul className="plain rows">
                {all.map((one) => (
                  <li key={one.webhook}>
                    <Line webhook={one} />
                  </li>
                ))}
              </ul>
            )}
          </>
        )}
      </Loaded>
      <Deed name={t('webhook.add')} parts={ADD} run={(body) => answerOf(api.POST('/api/webhooks', { body }))}>
        {({ secret }) => (
          <>
            <p className="empty-title">{t('webhook.once')}</p>
            <p>
              <code className="hash">{secret}</code>
            </p>
          </>
        )}
      </Deed>
    </>
  );
}

/** Since a restore nobody is told of anything. */
function Standing({ since }: Readonly<{ since: string }>) {
  const { t } = useWords();
  return (
    <Empty title={t('webhook.stands')}>
      <p>
        <When at={since} />
      </p>
      <Deed
        name={t('webhook.resume')}
        why={t('webhook.resumeWhy')}
        parts={{}}
        run={() => answerOf(api.POST('/api/webhooks/resume'))}
      />
    </Empty>
  );
}

function Line({ webhook }: Readonly<{ webhook: Webhook }>) {
  const { t, named } = useWords();
  const name = useName();
  const { webhook: open } = useSearch({ from: '/webhooks' });
  const { webhook: id, url, events, restricted, state, madeBy, madeAt, failingSince } = webhook;
  const params = { path: { webhook: id } };
  return (
    <>
      <span className="row-title">{url ?? t('erased')}</span>
      <strong>{named('webhook-state', state)}</strong>
      <span className="soft">
        {name(madeBy)} <When at={madeAt} />
      </span>
      <Facts
        of={[
          [t('webhook.events'), events.map((one) => named('webhook-event', one)).join(', ')],
          [t('webhook.restrictedToo'), restricted ? t('webhook.yes') : undefined],
          [
            t('webhook.failing'),
            failingSince === undefined ? undefined : <When key="since" at={failingSince} />,
          ],
        ]}
      />
      <Link
        to="/webhooks"
        search={open === id ? {} : { webhook: id }}
        aria-expanded={open === id}
        className="whole"
        resetScroll={false}
      >
        {t('webhook.deliveries')}
      </Link>
      {open === id && <Deliveries webhook={id} />}
      <Deed
        name={t('webhook.test')}
        parts={{}}
        run={() => answerOf(api.POST('/api/webhooks/{webhook}/test', { params }))}
      >
        {() => <p>{t('webhook.tested')}</p>}
      </Deed>
      {state === 'disabled' && (
        <Deed
          name={t('webhook.enable')}
          parts={{}}
          run={() => answerOf(api.POST('/api/webhooks/{webhook}/enable', { params }))}
        />
      )}
      <Deed
        name={t('webhook.remove')}
        sure={t('webhook.removeSure')}
        parts={{}}
        run={() => answerOf(api.DELETE('/api/webhooks/{webhook}', { params }))}
      />
    </>
  );
}

function Deliveries({ webhook }: Readonly<{ webhook: string }>) {
  const { t, named } = useWords();
  const deliveries = useQuery({
    queryKey: ['webhooks', webhook],
    queryFn: () => answerOf(api.GET('/api/webhooks/{webhook}/deliveries', { params: { path: { webhook } } })),
  });
  return (
    <div className="whole">
      <Loaded query={deliveries}>
        {({ deliveries: all }) =>
          all.length === 0 ? (
            <p className="soft">{t('webhook.noDelivery')}</p>
          ) : (
            <ul className="plain rows">
              {all.map((one) => (
                <li key={one.delivery}>
                  <span className="row-title">{named('webhook-event', one.type)}</span>
                  <strong>{named('delivery-state', one.state)}</strong>
                  <span>{one.status ?? (one.fault && named('delivery-fault', one.fault))}</span>
                  <span>{t('webhook.attempts', { count: one.attempts })}</span>
                  <When at={one.lastAt ?? one.at} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
    </div>
  );
}
