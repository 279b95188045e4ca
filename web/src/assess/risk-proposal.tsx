/** What the rules propose, with their reasons, the questions that would settle it, and the nearest official examples. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { Hatch } from '../kit/figure.tsx';
import { useWords } from '../words/index.tsx';
import { type Assessment, riskQueries } from './risk.queries.ts';

type Proposed = Assessment['proposal'];
const GRAVITY = ['register-only', 'tell-authority', 'tell-people'];

export function Proposal({
  incident,
  assessment: { proposal },
  mayAnswer,
}: Readonly<{ incident: string; assessment: Assessment; mayAnswer: boolean }>) {
  const { t, named } = useWords();
  const { answer, atLeast, atMost, reasons, advice, nearest } = proposal;
  return (
    <>
      <section aria-labelledby="proposal">
        <h2 id="proposal">{t('risk.title')}</h2>
        <p className="large proposal">
          {answer === 'cannot-tell' ? (
            <>
              <Hatch />
              {t('risk.cannotTell', { atLeast: named('answer', atLeast), atMost: named('answer', atMost) })}
            </>
          ) : (
            t('risk.proposes', { answer: named('answer', answer) })
          )}
        </p>
        <p className="soft">
          {t('risk.byRules')}{' '}
          <Link to="/incidents/$incident/decide" params={{ incident }} className="on-screen">
            {t('risk.decide')}
          </Link>
        </p>
        <h3 className="spaced">{t('risk.reasons')}</h3>
        <Grounds grounds={reasons} />
        {advice.length > 0 && (
          <>
            <h3 className="spaced">{t('risk.advice')}</h3>
            <Grounds grounds={advice} />
          </>
        )}
      </section>
      <Questions incident={incident} proposal={proposal} mayAnswer={mayAnswer} />
      {nearest.length > 0 && (
        <section aria-labelledby="nearest">
          <h2 id="nearest">{t('risk.nearest')}</h2>
          <p className="soft">{t('risk.nearestWhy')}</p>
          <ul className="plain rows">
            {nearest.map(({ id, title, outcome, source, differs }) => (
              <li key={id}>
                <span className="row-title" lang="en">
                  {title}
                </span>
                <span>{named('answer', outcome)}</span>
                <span className="soft whole">
                  <span lang="en">{source}</span>
                  {differs.length > 0 && (
                    <>
                      {' · '}
                      {t('risk.differs')} <span lang="en">{differs.join(', ')}</span>
                    </>
                  )}
                </span>
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

/** Sentences of the rules, which are English, each with what it cites. */
function Grounds({ grounds }: Readonly<{ grounds: Proposed['reasons'] }>) {
  const { data } = useQuery(riskQueries.questions);
  return (
    <ul className="grounds">
      {grounds.map(({ text, cites }) => (
        <li key={text} lang="en">
          {text}{' '}
          <span className="soft small">
            {cites.map((id, at) => {
              const cited = data?.citations[id];
              return (
                <span key={id}>
                  {at > 0 && '; '}
                  {cited === undefined ? (
                    id
                  ) : (
                    <a href={cited.link} target="_blank" rel="noreferrer noopener">
                      {cited.text}
                    </a>
                  )}
                </span>
              );
            })}
          </span>
        </li>
      ))}
    </ul>
  );
}

function Questions({
  incident,
  proposal: { questions, atLeast, atMost },
  mayAnswer,
}: Readonly<{ incident: string; proposal: Proposed; mayAnswer: boolean }>) {
  const { t, named, list } = useWords();
  if (questions.length === 0) return null;
  // What leaves everything open says nothing.
  const span = GRAVITY.indexOf(atMost) - GRAVITY.indexOf(atLeast) + 1;
  return (
    <section aria-labelledby="risk-questions">
      <h2 id="risk-questions">{t('risk.questions')}</h2>
      <ol className="plain rows">
        {questions.map(({ factor, settles, ifAnswered }) => (
          <li key={factor}>
            <span className="row-title">
              <Hatch /> {named('risk-ask', factor)}
            </span>
            <span className="soft">{t(`risk.settles.${settles}`)}</span>
            {mayAnswer && (
              <Link
                to="/incidents/$incident/risk"
                params={{ incident }}
                search={(before) => ({ ...before, factor })}
                hash={`factor-${factor}`}
              >
                {t('risk.answer')}
              </Link>
            )}
            {ifAnswered.some(({ leaves }) => leaves.length < span) && (
              <ul className="soft whole if-answered">
                {ifAnswered
                  .filter(({ leaves }) => leaves.length < span)
                  .map(({ answer, leaves }) => (
                    <li key={answer}>
                      {t('risk.leaves', {
                        answer: named('risk-value', `${factor}.${answer}`).replace(`${factor}.`, ''),
                        leaves: list(leaves.map((one) => named('answer', one))),
                      })}
                    </li>
                  ))}
              </ul>
            )}
          </li>
        ))}
      </ol>
    </section>
  );
}
