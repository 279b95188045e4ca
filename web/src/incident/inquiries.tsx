/** What an authority asks after the report: each question with its answer, and by when. */
import { type Answer, answerOf, api } from '../app/client.ts';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { line, lines, moment, one, optional, proof, prose, received } from '../kit/deed.parts.ts';
import { Deed } from '../kit/deed.tsx';
import { Facts } from '../kit/facts.tsx';
import { useName } from '../kit/names.ts';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { EvidenceFact, Matters } from './matter.tsx';

type Inquiry = Answer<'/api/incidents/{incident}/inquiries', 'get'>['inquiries'][number];
type Question = Inquiry['questions'][number];

const WORDS = {
  title: 'inquiry.title',
  lead: 'inquiry.lead',
  none: 'inquiry.none',
  noneWhy: 'inquiry.noneWhy',
} as const;
const STATES = ['open', 'answered', 'excused'];
const ADD = {
  authority: line('inquiry.authority'),
  reference: line('ask.reference'),
  received: received('inquiry.received'),
  deadline: moment('inquiry.deadline'),
  questions: lines('inquiry.questions', { help: 'inquiry.questionsHelp' }),
  proof: optional(proof('ask.proof')),
};
const ANSWER = {
  outcome: one('ask.outcome', ['answered', 'declined'], { group: 'question-state' }),
  text: prose('inquiry.text', { help: 'inquiry.textHelp' }),
  proof: optional(proof('ask.proof')),
};
const MOVE = {
  deadline: moment('inquiry.deadline'),
  agreedBy: line('inquiry.agreedBy'),
  reason: prose('ask.reason'),
  proof: optional(proof('ask.proof')),
};
const FINISH = {
  outcome: one('ask.outcome', ['answered', 'excused'], { group: 'inquiry-state' }),
  at: moment('ask.at'),
  text: prose('inquiry.finishText'),
  proof: optional(proof('ask.proof')),
};

export function Inquiries() {
  const mayWork = hasOne(useMe(), WORKERS);
  return (
    <Matters
      words={WORDS}
      group="inquiry-state"
      states={STATES}
      ask={async ({ incident, state, after }) => {
        const query = { state: state as Inquiry['state'] | undefined, after };
        const { inquiries, next } = await answerOf(
          api.GET('/api/incidents/{incident}/inquiries', { params: { path: { incident }, query } }),
        );
        return { rows: inquiries, next };
      }}
      row={(found, { id, state }) => (
        <Row incident={id} found={found} mayWork={mayWork && state !== 'closed'} />
      )}
      add={({ id, state }) => mayWork && state !== 'closed' && <Add incident={id} />}
    />
  );
}

type RowProps = Readonly<{ incident: string; found: Inquiry; mayWork: boolean }>;

function Row({ incident, found, mayWork }: RowProps) {
  const { t, named } = useWords();
  const { state, finished, evidence } = found;
  const isOpen = mayWork && state === 'open';
  const params = { path: { incident, inquiry: found.id } };
  return (
    <>
      <span className="row-title">{found.authority ?? t('erased')}</span>
      <strong>{named('inquiry-state', state)}</strong>
      <span>
        {t('inquiry.until')} <When at={found.deadline} />
      </span>
      {found.isOverdue && <strong>{t('overdue')}</strong>}
      <Facts
        of={[
          [t('ask.reference'), found.reference],
          [t('inquiry.received'), <When key="received" at={found.received.at} />],
          [t('inquiry.finishText'), finished?.text],
          [
            t('ask.evidence'),
            evidence === undefined ? undefined : (
              <EvidenceFact key="evidence" incident={incident} id={evidence} />
            ),
          ],
        ]}
      />
      <ol className="whole">
        {found.questions.map((question) => (
          <li key={question.question}>
            <Asked incident={incident} inquiry={found.id} question={question} mayWork={isOpen} />
          </li>
        ))}
      </ol>
      {isOpen && (
        <>
          <Deed
            name={t('inquiry.move')}
            why={t('inquiry.moveWhy')}
            parts={MOVE}
            run={(body) =>
              answerOf(api.POST('/api/incidents/{incident}/inquiries/{inquiry}/deadline', { params, body }))
            }
          />
          <Deed
            name={t('inquiry.finish')}
            parts={FINISH}
            run={(body) =>
              answerOf(api.POST('/api/incidents/{incident}/inquiries/{inquiry}/finish', { params, body }))
            }
          />
        </>
      )}
    </>
  );
}

type AskedProps = Readonly<{ incident: string; inquiry: string; question: Question; mayWork: boolean }>;

function Asked({ incident, inquiry, question, mayWork }: AskedProps) {
  const { t, named } = useWords();
  const name = useName();
  const { outcome, text, by, entry } = question;
  return (
    <>
      <p className="as-came">{question.asked ?? t('erased')}</p>
      <p className="soft">
        {named('question-state', outcome)}
        {by !== undefined && ` · ${name(by)}`}
      </p>
      {text !== undefined && <p className="wrapped">{text ?? t('erased')}</p>}
      {mayWork && (
        <Deed
          name={t(entry === undefined ? 'inquiry.answer' : 'inquiry.answerAnew', {
            number: question.question,
          })}
          parts={ANSWER}
          run={(given) =>
            answerOf(
              api.POST('/api/incidents/{incident}/inquiries/{inquiry}/answers', {
                params: { path: { incident, inquiry } },
                body: { ...given, question: question.question, supersedes: entry },
              }),
            )
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
      name={t('inquiry.add')}
      parts={ADD}
      run={(body) =>
        answerOf(api.POST('/api/incidents/{incident}/inquiries', { params: { path: { incident } }, body }))
      }
    />
  );
}
