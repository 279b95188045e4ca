import { useQuery } from '@tanstack/react-query';
import { Loaded } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import { pageQueries } from './page.queries.ts';

/** The words that were published last, which the desk may say. */
export function PublishedAnswers({ incident }: Readonly<{ incident: string }>) {
  const { t, language } = useWords();
  const answers = useQuery(pageQueries.answers(incident, language));
  return (
    <Loaded query={answers}>
      {(found) =>
        found === null ? (
          <p className="soft">{t('page-edit.noAnswers')}</p>
        ) : (
          <dl className="answers" lang={found.language}>
            {found.questions.map(({ question, answer }) => (
              <div key={question}>
                <dt>{question}</dt>
                {answer.map((line) => (
                  <dd key={line}>{line}</dd>
                ))}
              </div>
            ))}
          </dl>
        )
      }
    </Loaded>
  );
}
