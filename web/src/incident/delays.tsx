/** What law enforcement asked to wait with: for how long, in which form, and what it delays. */
import { type Answer, answerOf, api } from '../app/client.ts';
import { hasOne, OFFICERS, useMe } from '../app/session.ts';
import { line, moment, one, optional, proof, prose, some, when } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { Facts } from '../kit/facts.tsx';
import { Between, When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { EvidenceFact, Matters } from './matter.tsx';

type Delay = Answer<'/api/incidents/{incident}/delays', 'get'>['delays'][number];

const WORDS = {
  title: 'delay.title',
  lead: 'delay.lead',
  none: 'delay.none',
  noneWhy: 'delay.noneWhy',
} as const;
const STATES = ['oral', 'written', 'ended'];
const DELAYABLE = ['tell-people', 'tell-authority'] as const;
const ADD = {
  agency: line('delay.agency'),
  reference: line('ask.reference'),
  askedAt: moment('delay.askedAt'),
  form: one('delay.form', ['written', 'oral'], { group: 'delay-form' }),
  writtenDue: when(({ form }) => form === 'oral', moment('delay.writtenDue')),
  from: moment('delay.from'),
  until: moment('delay.until'),
  suspends: some('delay.suspends', DELAYABLE, { group: 'delays', first: ['tell-people'] }),
  reason: prose('ask.reason'),
  proof: when(({ form }) => form === 'written', proof('ask.proof')),
};
const CONFIRM = { at: moment('ask.at'), proof: proof('ask.proof') };
const PROLONG = { until: moment('delay.until'), reason: prose('ask.reason'), proof: proof('ask.proof') };
const END = { at: moment('ask.at'), text: prose('delay.endText'), proof: optional(proof('ask.proof')) };

export function Delays() {
  const mayAct = hasOne(useMe(), OFFICERS);
  return (
    <Matters
      words={WORDS}
      group="delay-state"
      states={STATES}
      ask={async ({ incident, state, after }) => {
        const query = { state: state as Delay['state'] | undefined, after };
        const { delays, next } = await answerOf(
          api.GET('/api/incidents/{incident}/delays', { params: { path: { incident }, query } }),
        );
        return { rows: delays, next };
      }}
      row={(found, { id, state }) => (
        <Row incident={id} found={found} mayAct={mayAct && state !== 'closed'} />
      )}
      add={({ id, state }) => mayAct && state !== 'closed' && <Add incident={id} />}
    />
  );
}

function Row({ incident, found, mayAct }: Readonly<{ incident: string; found: Delay; mayAct: boolean }>) {
  const { t, named, list } = useWords();
  const { confirmed, ended, state, evidence } = found;
  return (
    <>
      <span className="row-title">{found.agency ?? t('erased')}</span>
      <strong>{named('delay-state', state)}</strong>
      <span>{t(found.countsNow ? 'delay.counts' : 'delay.countsNot')}</span>
      <span className="whole">
        <Between from={found.from} to={found.until} />
      </span>
      <Facts
        of={[
          [t('ask.reference'), found.reference],
          [t('delay.suspends'), list(found.suspends.map((each) => named('delays', each)))],
          [t('delay.countsUntil'), <When key="until" at={found.countsUntil} />],
          [t('delay.askedAt'), <When key="asked" at={found.askedAt} />],
          [t('ask.reason'), found.reason],
          [t('delay.confirmed'), confirmed && <When at={confirmed.at} />],
          [t('delay.endText'), ended?.text],
          [
            t('ask.evidence'),
            evidence === undefined ? undefined : (
              <EvidenceFact key="evidence" incident={incident} id={evidence} />
            ),
          ],
        ]}
      />
      {mayAct && state !== 'ended' && <Deeds incident={incident} found={found} />}
    </>
  );
}

function Deeds({ incident, found: { id, state } }: Readonly<{ incident: string; found: Delay }>) {
  const { t } = useWords();
  const params = { path: { incident, delay: id } };
  return (
    <>
      {state === 'oral' && (
        <Deed
          name={t('delay.confirm')}
          parts={CONFIRM}
          run={(body) =>
            answerOf(api.POST('/api/incidents/{incident}/delays/{delay}/confirm', { params, body }))
          }
        />
      )}
      {state === 'written' && (
        <Deed
          name={t('delay.prolong')}
          parts={PROLONG}
          run={(body) =>
            answerOf(api.POST('/api/incidents/{incident}/delays/{delay}/prolong', { params, body }))
          }
        />
      )}
      <Deed
        name={t('delay.end')}
        parts={END}
        run={(body) => answerOf(api.POST('/api/incidents/{incident}/delays/{delay}/end', { params, body }))}
      />
    </>
  );
}

function Add({ incident }: Readonly<{ incident: string }>) {
  const { t } = useWords();
  return (
    <Deed
      name={t('delay.add')}
      parts={ADD}
      run={(body) =>
        answerOf(api.POST('/api/incidents/{incident}/delays', { params: { path: { incident } }, body }))
      }
    />
  );
}
