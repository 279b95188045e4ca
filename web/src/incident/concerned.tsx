/** The people of a small incident, one by one: told, or excused with a reason. */
import { type Answer, answerOf, api } from '../app/client.ts';
import { hasOne, OFFICERS, useMe, WORKERS } from '../app/session.ts';
import { line, moment, one, optional, proof, prose } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { Facts } from '../kit/facts.tsx';
import { useName } from '../kit/names.ts';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { EvidenceFact, Matters } from './matter.tsx';

type Concerned = Answer<'/api/incidents/{incident}/concerned', 'get'>['people'][number];

const WORDS = {
  title: 'concerned.title',
  lead: 'concerned.lead',
  none: 'concerned.none',
  noneWhy: 'concerned.noneWhy',
} as const;
const STATES = ['untold', 'told', 'excused'];
const ADD = { name: line('concerned.name'), contact: optional(line('concerned.contact')) };
const TOLD = {
  how: one('concerned.how', ['phone', 'e-mail', 'letter', 'in-person', 'other'], { group: 'told-by' }),
  at: moment('ask.at'),
  text: optional(prose('concerned.text')),
  proof: optional(proof('ask.proof')),
};
const REASON = { reason: prose('ask.reason') };

export function ConcernedPeople() {
  const mayWork = hasOne(useMe(), WORKERS);
  return (
    <Matters
      words={WORDS}
      group="concerned-state"
      states={STATES}
      ask={async ({ incident, state, after }) => {
        const query = { state: state as Concerned['state'] | undefined, after };
        const { people, next } = await answerOf(
          api.GET('/api/incidents/{incident}/concerned', { params: { path: { incident }, query } }),
        );
        return { rows: people, next };
      }}
      row={(found, { id, state }) => (
        <Row incident={id} found={found} mayWork={mayWork && state !== 'closed'} />
      )}
      add={({ id, state }) => mayWork && state !== 'closed' && <Add incident={id} />}
    />
  );
}

function Row({
  incident,
  found,
  mayWork,
}: Readonly<{ incident: string; found: Concerned; mayWork: boolean }>) {
  const { t, named } = useWords();
  const name = useName();
  const { told, state } = found;
  const mayExcuse = hasOne(useMe(), OFFICERS) && mayWork;
  const params = { path: { incident, concerned: found.id } };
  return (
    <>
      <span className="row-title">{found.name ?? t('erased')}</span>
      <strong>{named('concerned-state', state)}</strong>
      <Facts
        of={[
          [t('concerned.contact'), found.contact],
          [
            t('concerned.told'),
            told && (
              <>
                {named('told-by', told.how)} <When at={told.at} /> {name(told.by)}
              </>
            ),
          ],
          [t('concerned.text'), told?.text],
          [
            t('ask.evidence'),
            told?.evidence === undefined ? undefined : (
              <EvidenceFact key="evidence" incident={incident} id={told.evidence} />
            ),
          ],
          [t('ask.reason'), found.reason],
        ]}
      />
      {mayWork && state !== 'told' && (
        <Deed
          name={t('concerned.tell')}
          parts={TOLD}
          run={(body) =>
            answerOf(api.POST('/api/incidents/{incident}/concerned/{concerned}/told', { params, body }))
          }
        />
      )}
      {mayExcuse && state === 'untold' && (
        <Deed
          name={t('concerned.excuse')}
          parts={REASON}
          run={(body) =>
            answerOf(api.POST('/api/incidents/{incident}/concerned/{concerned}/excuse', { params, body }))
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
      name={t('concerned.add')}
      parts={ADD}
      run={(body) =>
        answerOf(api.POST('/api/incidents/{incident}/concerned', { params: { path: { incident } }, body }))
      }
    />
  );
}
