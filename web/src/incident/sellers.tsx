/** Sellers who are banned: the letter, the ban, the appeal and what was decided of it. */
import { type Answer, answerOf, api } from '../app/client.ts';
import { hasOne, OFFICERS, useMe, WORKERS } from '../app/session.ts';
import { line, moment, one, optional, person, proof, prose } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { Facts } from '../kit/facts.tsx';
import { useName } from '../kit/names.ts';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { Matters } from './matter.tsx';

type Ban = Answer<'/api/incidents/{incident}/seller-bans', 'get'>['bans'][number];

const WORDS = {
  title: 'seller.title',
  lead: 'seller.lead',
  none: 'seller.none',
  noneWhy: 'seller.noneWhy',
} as const;
const STATES = ['written', 'told', 'banned', 'appealed', 'lifted', 'withdrawn'];
const WAYS = ['post', 'e-mail', 'web-form', 'in-person', 'other'] as const;
const ADD = {
  seller: line('seller.name'),
  reach: prose('seller.reach'),
  from: line('recipient.from', { help: 'recipient.fromHelp' }),
  found: prose('seller.found'),
  rule: line('seller.rule'),
  asked: prose('seller.asked'),
  banFrom: moment('seller.banFrom'),
  appealTo: line('seller.appealTo'),
  appealBy: moment('seller.appealBy'),
  owner: person('seller.owner'),
  due: moment('task.due'),
};
const HANDED = {
  at: moment('ask.at'),
  by: one('ask.by', WAYS, { group: 'hand-over' }),
  proof: optional(proof('ask.proof')),
};
const DONE = { at: moment('ask.at'), text: prose('seller.doneText'), proof: optional(proof('ask.proof')) };
const APPEAL = {
  at: moment('ask.at'),
  text: prose('seller.appealText'),
  due: moment('seller.appealDue'),
  proof: optional(proof('ask.proof')),
};
const RULING = { reason: prose('ask.reason'), proof: optional(proof('ask.proof')) };

export function Sellers() {
  const mayOpen = hasOne(useMe(), OFFICERS);
  return (
    <Matters
      words={WORDS}
      group="ban-state"
      states={STATES}
      ask={async ({ incident, state, after }) => {
        const query = { state: state as Ban['state'] | undefined, after };
        const { bans, next } = await answerOf(
          api.GET('/api/incidents/{incident}/seller-bans', { params: { path: { incident }, query } }),
        );
        return { rows: bans, next };
      }}
      row={(found, { id, state }) => <Row incident={id} found={found} isClosed={state === 'closed'} />}
      add={({ id, state }) => mayOpen && state !== 'closed' && <Add incident={id} />}
    />
  );
}

function Row({ incident, found, isClosed }: Readonly<{ incident: string; found: Ban; isClosed: boolean }>) {
  const { t, named } = useWords();
  const name = useName();
  const { told, carriedOut, appeal, decision } = found;
  return (
    <>
      <span className="row-title">{found.seller ?? t('erased')}</span>
      <strong>{named('ban-state', found.state)}</strong>
      <span>{name(found.owner)}</span>
      {found.due !== undefined && (
        <span>
          {t('task.until')} <When at={found.due} />
        </span>
      )}
      {found.isOverdue && <strong>{t('overdue')}</strong>}
      <Facts
        of={[
          [t('seller.banFrom'), <When key="from" at={found.banFrom} />],
          [t('seller.appealBy'), <When key="appeal" at={found.appealBy} />],
          [
            t('seller.told'),
            told && (
              <>
                {named('hand-over', told.by)} <When at={told.at} />
              </>
            ),
          ],
          [t('seller.doneText'), carriedOut?.text],
          [t('seller.appealText'), appeal?.text],
          [
            t('seller.decided'),
            decision && `${named('ban-outcome', decision.outcome)} · ${name(decision.by)}`,
          ],
          [t('ask.reason'), decision?.reason],
        ]}
      />
      <details className="whole">
        <summary>{t('seller.letter')}</summary>
        <p className="wrapped">{found.letter ?? t('erased')}</p>
      </details>
      {!isClosed && <Deeds incident={incident} found={found} />}
    </>
  );
}

function Deeds({ incident, found }: Readonly<{ incident: string; found: Ban }>) {
  const { t } = useWords();
  const me = useMe();
  const { state } = found;
  const params = { path: { incident, ban: found.id } };
  const [mayWork, mayDecide] = [hasOne(me, WORKERS), hasOne(me, OFFICERS)];
  const isTold = state === 'told' || state === 'banned' || state === 'appealed';
  const rulings = [
    ...(state === 'appealed' ? (['upheld'] as const) : []),
    ...(isTold ? (['lifted'] as const) : []),
    ...(state === 'written' ? (['withdrawn'] as const) : []),
  ];
  return (
    <>
      {mayWork && state === 'written' && (
        <Deed
          name={t('recipient.handOver')}
          parts={HANDED}
          run={(body) =>
            answerOf(api.POST('/api/incidents/{incident}/seller-bans/{ban}/handed-over', { params, body }))
          }
        />
      )}
      {mayWork && isTold && found.carriedOut === undefined && (
        <Deed
          name={t('seller.carryOut')}
          parts={DONE}
          run={(body) =>
            answerOf(api.POST('/api/incidents/{incident}/seller-bans/{ban}/carried-out', { params, body }))
          }
        />
      )}
      {mayWork && (state === 'told' || state === 'banned') && (
        <Deed
          name={t('seller.appeal')}
          parts={APPEAL}
          run={(body) =>
            answerOf(api.POST('/api/incidents/{incident}/seller-bans/{ban}/appeal', { params, body }))
          }
        />
      )}
      {mayDecide && rulings.length > 0 && (
        <Deed
          name={t('seller.decide')}
          parts={{ outcome: one('ask.outcome', rulings, { group: 'ban-outcome' }), ...RULING }}
          run={(body) =>
            answerOf(api.POST('/api/incidents/{incident}/seller-bans/{ban}/decision', { params, body }))
          }
        />
      )}
    </>
  );
}

function Add({ incident }: Readonly<{ incident: string }>) {
  const { t } = useWords();
  return (
    <Deed
      name={t('seller.add')}
      parts={ADD}
      run={(body) =>
        answerOf(api.POST('/api/incidents/{incident}/seller-bans', { params: { path: { incident } }, body }))
      }
    />
  );
}
