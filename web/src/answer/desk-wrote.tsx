/** What one person wrote and was answered, as the desk is shown it: nothing else of the incident. */
import { ITEM_KINDS } from '@forthright/contract/lists';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { type Answer, answerOf, api } from '../app/client.ts';
import { moment, one, prose, received } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { Facts } from '../kit/facts.tsx';
import { Empty, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';

type Item = Answer<'/api/inbox/{person}', 'get'>['items'][number];

const ADD = {
  kind: one('inbox.kind', ITEM_KINDS, { group: 'item-kind' }),
  received: received('inbox.received'),
  text: prose('inbox.text'),
};
const ANSWER = { at: moment('ask.at'), text: prose('inbox.answerText') };

export function Wrote({ incident, person }: Of) {
  const { t } = useWords();
  const [after, setAfter] = useState<number>();
  const listed = useQuery({
    queryKey: ['inbox-of', person, after],
    queryFn: () =>
      answerOf(api.GET('/api/inbox/{person}', { params: { path: { person }, query: { after } } })),
  });
  return (
    <Loaded query={listed}>
      {({ items, next }) => (
        <>
          {items.length === 0 ? (
            <Empty title={t('desk.wroteNone')}>
              <p>{t('desk.wroteNoneWhy')}</p>
            </Empty>
          ) : (
            <>
              <ul className="plain rows">
                {items.map((item) => (
                  <li key={item.id}>
                    <WroteOne item={item} />
                  </li>
                ))}
              </ul>
              <Add incident={incident} person={person} />
            </>
          )}
          {(next !== undefined || after !== undefined) && (
            <p className="actions">
              {after !== undefined && (
                <button type="button" className="link" onClick={() => setAfter(undefined)}>
                  {t('page.first')}
                </button>
              )}
              {next !== undefined && (
                <button type="button" className="link" onClick={() => setAfter(next)}>
                  {t('page.next')}
                </button>
              )}
            </p>
          )}
        </>
      )}
    </Loaded>
  );
}

type Of = Readonly<{ incident: string; person: string }>;

/** Only of somebody who has written before is it known here that they are the same. */
function Add({ incident, person }: Of) {
  const { t } = useWords();
  return (
    <Deed
      name={t('desk.wroteAdd')}
      why={t('desk.wroteAddWhy')}
      parts={ADD}
      run={(body) =>
        answerOf(
          api.POST('/api/incidents/{incident}/inbox', {
            params: { path: { incident } },
            body: { ...body, person },
          }),
        )
      }
    />
  );
}

function WroteOne({ item }: Readonly<{ item: Item }>) {
  const { t, named } = useWords();
  const { id, incident, kind, state, clock, text, answer } = item;
  return (
    <>
      <span className="row-title">{named('item-kind', kind)}</span>
      <strong>{named('item-state', state)}</strong>
      {clock !== undefined && state === 'open' && (
        <span className={clock.by === 'law' ? 'legal' : ''}>
          {t('inbox.until')} <When at={clock.due} /> {clock.source}
        </span>
      )}
      {clock?.isOverdue === true && state === 'open' && <strong>{t('overdue')}</strong>}
      <p className="wrapped whole">{text ?? t('erased')}</p>
      <Facts
        of={[
          [t('inbox.received'), <When key="received" at={item.received.at} />],
          [t('inbox.answerText'), answer?.text],
          [t('inbox.answered'), answer && <When key="answered" at={answer.at} />],
        ]}
      />
      {state === 'open' && (
        <Deed
          name={t('inbox.answer')}
          parts={ANSWER}
          run={(body) =>
            answerOf(
              api.POST('/api/incidents/{incident}/inbox/{item}/answer', {
                params: { path: { incident, item: id } },
                body,
              }),
            )
          }
        />
      )}
    </>
  );
}
