/** What people write after an incident: replies, complaints, claims and requests of the law, each with its clock. */
import { ITEM_KINDS } from '@forthright/contract/lists';
import { type Answer, answerOf, api } from '../app/client.ts';
import { hasOne, OFFICERS, useMe, WORKERS } from '../app/session.ts';
import {
  line,
  moment,
  one,
  optional,
  person,
  proof,
  prose,
  type Raws,
  received,
  when,
} from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { Facts } from '../kit/facts.tsx';
import { useName } from '../kit/names.ts';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { EvidenceFact, Matters } from './matter.tsx';

type Item = Answer<'/api/inbox', 'get'>['items'][number];

const WORDS = {
  title: 'inbox.title',
  lead: 'inbox.lead',
  none: 'inbox.none',
  noneWhy: 'inbox.noneWhy',
} as const;
const STATES = ['open', 'answered', 'closed'];
/** Kinds of which no law says by when they are answered. */
const isFree = ({ kind }: Raws) => ['reply', 'complaint', 'claim', 'other'].includes(String(kind));
const ADD = {
  kind: one('inbox.kind', ITEM_KINDS, { group: 'item-kind' }),
  received: received('inbox.received'),
  person: optional(line('inbox.person', { help: 'inbox.personHelp' })),
  name: optional(line('concerned.name')),
  contact: optional(line('inbox.contact')),
  text: prose('inbox.text'),
  target: when(isFree, optional(moment('inbox.target'))),
  proof: optional(proof('ask.proof')),
};
const ASSIGN = { to: person('inbox.to') };
const ANSWER = { at: moment('ask.at'), text: prose('inbox.answerText'), proof: optional(proof('ask.proof')) };
const EXTEND = {
  informedAt: moment('inbox.informedAt'),
  reason: prose('ask.reason'),
  proof: optional(proof('ask.proof')),
};
const REASON = { reason: prose('ask.reason') };

export function Inbox() {
  const mayWork = hasOne(useMe(), WORKERS);
  return (
    <Matters
      words={WORDS}
      group="item-state"
      states={STATES}
      ask={async ({ incident, state, after }) => {
        const query = { incident, state: state as Item['state'] | undefined, after };
        const { items, next } = await answerOf(api.GET('/api/inbox', { params: { query } }));
        return { rows: items, next };
      }}
      row={(found, { id, state }) => (
        <Row incident={id} found={found} mayWork={mayWork && state !== 'closed'} />
      )}
      add={({ id, state }) => mayWork && state !== 'closed' && <AddItem incident={id} />}
    />
  );
}

function Row({ incident, found, mayWork }: Readonly<{ incident: string; found: Item; mayWork: boolean }>) {
  const { t, named } = useWords();
  const name = useName();
  const { clock, answer, state } = found;
  return (
    <>
      <span className="row-title">{found.name ?? found.contact ?? found.person}</span>
      <span>{named('item-kind', found.kind)}</span>
      <strong>{named('item-state', state)}</strong>
      {clock !== undefined && state === 'open' && (
        <span className={clock.by === 'law' ? 'legal' : ''}>
          {t('inbox.until')} <When at={clock.due} /> {clock.source}
        </span>
      )}
      {clock?.isOverdue === true && state === 'open' && <strong>{t('overdue')}</strong>}
      <p className="wrapped whole">{found.text ?? t('erased')}</p>
      <Facts
        of={[
          [t('inbox.received'), <When key="received" at={found.received.at} />],
          [t('inbox.person'), <code key="person">{found.person}</code>],
          [t('inbox.writer'), found.writer && named('writer', found.writer)],
          [t('inbox.to'), found.assignedTo && name(found.assignedTo)],
          [t('inbox.extended'), clock?.extended?.reason],
          [t('inbox.answerText'), answer?.text],
          [
            t('inbox.answered'),
            answer && (
              <>
                {name(answer.by)} <When at={answer.at} />
                {answer.isLate && ` · ${t('inbox.late')}`}
              </>
            ),
          ],
          [
            t('ask.evidence'),
            found.evidence === undefined ? undefined : (
              <EvidenceFact key="evidence" incident={incident} id={found.evidence} />
            ),
          ],
          [t('inbox.closed'), found.closed],
        ]}
      />
      {mayWork && <Deeds incident={incident} found={found} />}
    </>
  );
}

function Deeds({ incident, found }: Readonly<{ incident: string; found: Item }>) {
  const { t } = useWords();
  const mayErase = hasOne(useMe(), OFFICERS);
  const { id, state, clock } = found;
  const params = { path: { incident, item: id } };
  return (
    <>
      {state === 'open' && (
        <>
          <Deed
            name={t('inbox.assign')}
            parts={ASSIGN}
            run={(body) =>
              answerOf(api.POST('/api/incidents/{incident}/inbox/{item}/assign', { params, body }))
            }
          />
          <Deed
            name={t('inbox.answer')}
            parts={ANSWER}
            run={(body) =>
              answerOf(api.POST('/api/incidents/{incident}/inbox/{item}/answer', { params, body }))
            }
          />
        </>
      )}
      {state === 'open' && clock?.by === 'law' && clock.extended === undefined && (
        <Deed
          name={t('inbox.extend')}
          why={t('inbox.extendWhy')}
          parts={EXTEND}
          run={(body) =>
            answerOf(api.POST('/api/incidents/{incident}/inbox/{item}/extend', { params, body }))
          }
        />
      )}
      {state !== 'closed' && (
        <Deed
          name={t('inbox.close')}
          parts={REASON}
          run={(body) => answerOf(api.POST('/api/incidents/{incident}/inbox/{item}/close', { params, body }))}
        />
      )}
      {mayErase && (
        <Deed
          name={t('inbox.erase')}
          why={t('inbox.eraseWhy')}
          sure={t('inbox.eraseSure')}
          parts={{}}
          run={() =>
            answerOf(
              api.POST('/api/incidents/{incident}/erase-person', {
                params: { path: { incident } },
                body: { person: found.person },
              }),
            )
          }
        >
          {({ texts, campaigns }) => <p>{t('inbox.erased', { texts, campaigns })}</p>}
        </Deed>
      )}
    </>
  );
}

export function AddItem({ incident }: Readonly<{ incident: string }>) {
  const { t } = useWords();
  return (
    <Deed
      name={t('inbox.add')}
      parts={ADD}
      run={(body) =>
        answerOf(api.POST('/api/incidents/{incident}/inbox', { params: { path: { incident } }, body }))
      }
    />
  );
}
