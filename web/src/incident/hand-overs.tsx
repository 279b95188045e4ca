/** Restricted incidents whose last privacy officer is gone: two people, who need not see them, name another. */
import { useQuery } from '@tanstack/react-query';
import { type Answer, answerOf, api } from '../app/client.ts';
import { hasOne, type Role, useMe } from '../app/session.ts';
import { SettingsHead } from '../app/settings.tsx';
import { person, prose } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { Facts } from '../kit/facts.tsx';
import { useName } from '../kit/names.ts';
import { Empty, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';

type HandOver = Answer<'/api/hand-overs', 'get'>['handOvers'][number];

const ASK = { from: person('hand-overs.from'), to: person('hand-overs.to'), reason: prose('ask.reason') };
const REASON = { reason: prose('ask.reason') };
const CONFIRMERS: readonly Role[] = ['administrator', 'privacy-officer', 'approver'];

export function HandOvers() {
  const { t } = useWords();
  const me = useMe();
  const list = useQuery({ queryKey: ['hand-overs'], queryFn: () => answerOf(api.GET('/api/hand-overs')) });
  return (
    <>
      <SettingsHead title={t('hand-overs.name')} />
      <p className="lead">{t('hand-overs.lead')}</p>
      <Loaded query={list}>
        {({ handOvers }) =>
          handOvers.length === 0 ? (
            <Empty title={t('hand-overs.none')}>
              <p>{t('hand-overs.noneWhy')}</p>
            </Empty>
          ) : (
            <ul className="plain rows">
              {handOvers.map((one) => (
                <li key={one.id}>
                  <Line handOver={one} />
                </li>
              ))}
            </ul>
          )
        }
      </Loaded>
      {hasOne(me, ['administrator']) && (
        <Deed
          name={t('hand-overs.ask')}
          parts={ASK}
          run={(body) => answerOf(api.POST('/api/hand-overs', { body }))}
        />
      )}
    </>
  );
}

function Line({ handOver }: Readonly<{ handOver: HandOver }>) {
  const { t, named } = useWords();
  const name = useName();
  const me = useMe();
  const { id, from, to, state, askedBy, askedAt, until, reason, confirmedBy, confirmedReason } = handOver;
  const mayConfirm = state === 'asked' && hasOne(me, CONFIRMERS) && askedBy !== me.person.id;
  return (
    <>
      <span className="row-title">{t('hand-overs.fromTo', { from: name(from), to: name(to) })}</span>
      <strong>{named('hand-over-state', state)}</strong>
      <span className="soft">
        {name(askedBy)} <When at={askedAt} />
      </span>
      <Facts
        of={[
          [t('ask.reason'), reason],
          [t('hand-overs.until'), state === 'asked' && <When key="until" at={until} />],
          [t('hand-overs.confirmedBy'), confirmedBy && name(confirmedBy)],
          [t('hand-overs.confirmedWhy'), confirmedReason],
        ]}
      />
      {mayConfirm && (
        <Deed
          name={t('hand-overs.confirm')}
          parts={REASON}
          run={(body) =>
            answerOf(
              api.POST('/api/hand-overs/{handOver}/confirm', { params: { path: { handOver: id } }, body }),
            )
          }
        />
      )}
    </>
  );
}
