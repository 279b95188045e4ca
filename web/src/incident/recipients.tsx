/** Those who got the data: asked to delete it, and what they answered. */
import { type Answer, answerOf, api } from '../app/client.ts';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { check, line, lines, moment, one, optional, proof, prose, when } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { Facts } from '../kit/facts.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { EvidenceFact, Matters } from './matter.tsx';

type Listed = Answer<'/api/incidents/{incident}/recipients', 'get'>;
type Recipient = Listed['recipients'][number];

const WORDS = {
  title: 'recipient.title',
  lead: 'recipient.lead',
  none: 'recipient.none',
  noneWhy: 'recipient.noneWhy',
} as const;
const STATES = ['listed', 'written', 'asked', 'deleted', 'never-seen', 'refused', 'silent', 'excused'];
const CLASSES = [
  'customer',
  'anonymous',
  'crawler',
  'seller',
  'employee',
  'contractor',
  'thirdParty',
] as const;
const WAYS = ['post', 'e-mail', 'web-form', 'in-person', 'other'] as const;
const isStaff = (of: unknown) => of === 'employee' || of === 'contractor';

const ADD = {
  class: one('recipient.class', CLASSES, { group: 'class-name' }),
  pseudonym: when(({ class: of }) => isStaff(of), line('recipient.pseudonym')),
  name: when(({ class: of }) => !isStaff(of), optional(line('recipient.name'))),
  reach: prose('recipient.reach', { help: 'recipient.reachHelp' }),
};
const LETTER = {
  from: line('recipient.from', { help: 'recipient.fromHelp' }),
  fields: lines('recipient.fields'),
  places: optional(lines('recipient.places')),
  seenFrom: optional(moment('recipient.seenFrom')),
  seenTo: optional(moment('recipient.seenTo')),
  confirmBy: moment('recipient.confirmBy'),
  confirmTo: line('recipient.confirmTo'),
};
const HANDED = {
  at: moment('ask.at'),
  by: one('ask.by', WAYS, { group: 'hand-over' }),
  receipt: optional(line('recipient.receipt', { help: 'recipient.receiptHelp' })),
  proof: optional(proof('ask.proof')),
};
const ANSWER = {
  answer: one('recipient.answer', ['deleted', 'never-seen', 'refused'], { group: 'recipient-state' }),
  at: moment('ask.at'),
  confirmedBy: line('recipient.confirmedBy'),
  words: prose('recipient.words'),
  inWriting: check('recipient.inWriting'),
  proof: when(({ inWriting }) => inWriting === true, proof('ask.proof')),
};
const REASON = { reason: prose('ask.reason') };

export function Recipients() {
  const mayWork = hasOne(useMe(), WORKERS);
  return (
    <Matters
      words={WORDS}
      group="recipient-state"
      states={STATES}
      ask={async ({ incident, state, after }) => {
        const query = { state: state as Recipient['state'] | undefined, after };
        const found = await answerOf(
          api.GET('/api/incidents/{incident}/recipients', { params: { path: { incident }, query } }),
        );
        return { rows: found.recipients, next: found.next, deletion: found.deletion };
      }}
      above={({ deletion }) => <Deletion deletion={deletion} />}
      row={(found, { id, state }) => (
        <Row incident={id} found={found} mayWork={mayWork && state !== 'closed'} />
      )}
      add={({ id, state }) => mayWork && state !== 'closed' && <Add incident={id} />}
    />
  );
}

/** What deletion has come to, out of those who were asked. */
function Deletion({ deletion }: Readonly<{ deletion: Listed['deletion'] }>) {
  const { t } = useWords();
  if (deletion.asked === 0) return null;
  return <p className="verdict">{t('recipient.deletion', deletion)}</p>;
}

function Row({
  incident,
  found,
  mayWork,
}: Readonly<{ incident: string; found: Recipient; mayWork: boolean }>) {
  const { t, named } = useWords();
  const { letter, handedOver, answer } = found;
  return (
    <>
      <span className="row-title">
        {found.pseudonym ?? (found.name === undefined ? t('recipient.unnamed') : (found.name ?? t('erased')))}
      </span>
      <span>{named('class-name', found.class)}</span>
      <strong>{named('recipient-state', found.state)}</strong>
      {found.confirmBy !== undefined && (
        <span>
          {t('recipient.until')} <When at={found.confirmBy} />
        </span>
      )}
      {found.isOverdue && <strong>{t('overdue')}</strong>}
      <Facts
        of={[
          [t('recipient.reach'), found.reach],
          [
            t('recipient.handedOver'),
            handedOver && (
              <>
                {named('hand-over', handedOver.by)} <When at={handedOver.at} /> {handedOver.receipt}
              </>
            ),
          ],
          [t('recipient.words'), answer?.words],
          [
            t('recipient.confirmedBy'),
            answer && (
              <>
                {answer.confirmedBy ?? t('erased')} <When at={answer.at} />{' '}
                {t(answer.inWriting ? 'recipient.isInWriting' : 'recipient.isSaid')}
              </>
            ),
          ],
          [
            t('ask.evidence'),
            answer?.evidence === undefined ? undefined : (
              <EvidenceFact key="evidence" incident={incident} id={answer.evidence} />
            ),
          ],
          [t('ask.reason'), found.reason],
        ]}
      />
      {letter !== undefined && (
        <details className="whole">
          <summary>{t('recipient.letter', { count: found.letters })}</summary>
          <p className="wrapped">{letter ?? t('erased')}</p>
        </details>
      )}
      {mayWork && <Deeds incident={incident} found={found} />}
    </>
  );
}

function Deeds({ incident, found: { id, state } }: Readonly<{ incident: string; found: Recipient }>) {
  const { t } = useWords();
  const params = { path: { incident, recipient: id } };
  const isDone = state === 'deleted' || state === 'never-seen';
  const isUnwritten = isDone || state === 'listed' || state === 'excused';
  const isGivenUp = isDone || state === 'silent' || state === 'excused' || state === 'refused';
  return (
    <>
      {!isDone && (
        <Deed
          name={t('recipient.write')}
          parts={LETTER}
          run={(body) =>
            answerOf(api.POST('/api/incidents/{incident}/recipients/{recipient}/letter', { params, body }))
          }
        />
      )}
      {!isUnwritten && (
        <Deed
          name={t('recipient.handOver')}
          parts={HANDED}
          run={(body) =>
            answerOf(
              api.POST('/api/incidents/{incident}/recipients/{recipient}/handed-over', { params, body }),
            )
          }
        />
      )}
      <Deed
        name={t('recipient.record')}
        why={t('recipient.recordWhy')}
        parts={ANSWER}
        run={(body) =>
          answerOf(api.POST('/api/incidents/{incident}/recipients/{recipient}/undertaking', { params, body }))
        }
      />
      {!isGivenUp && (
        <Deed
          name={t('recipient.giveUp')}
          parts={REASON}
          run={(body) =>
            answerOf(api.POST('/api/incidents/{incident}/recipients/{recipient}/give-up', { params, body }))
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
      name={t('recipient.add')}
      parts={ADD}
      run={(body) =>
        answerOf(api.POST('/api/incidents/{incident}/recipients', { params: { path: { incident } }, body }))
      }
    />
  );
}
