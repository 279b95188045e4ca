/** At the desk, for whoever has had no notice: what may be said of incidents, as it was issued last. */
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { paperQueries } from '../incident/papers/queries.ts';
import { PaperSheet } from '../incident/papers/sheet.tsx';
import { Empty, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';

/** Each is read to say what it is about, so they come a few at a time. */
const A_FEW = 5;

export function HoldingStatements() {
  const { t } = useWords();
  const [most, setMost] = useState(A_FEW);
  const listed = useQuery(paperQueries.statements);
  return (
    <section aria-labelledby="statements">
      <h2 id="statements">{t('statements.title')}</h2>
      <p className="soft">{t('statements.lead')}</p>
      <Loaded query={listed}>
        {(statements) =>
          statements.length === 0 ? (
            <Empty title={t('statements.none')}>
              <p>{t('statements.noneWhy')}</p>
            </Empty>
          ) : (
            <>
              {statements.slice(0, most).map((one) => (
                <Statement key={one.incident} of={one} isOpen={statements.length === 1} />
              ))}
              {statements.length > most && (
                <p className="actions">
                  <button type="button" className="link" onClick={() => setMost(most + A_FEW)}>
                    {t('statements.older', { count: statements.length - most })}
                  </button>
                </p>
              )}
            </>
          )
        }
      </Loaded>
    </section>
  );
}

type Listed = Readonly<{ incident: string; number: number; issuedAt: string }>;

/** The desk is told no title: what is to be said first tells two statements apart. */
function Statement({ of, isOpen }: Readonly<{ of: Listed; isOpen: boolean }>) {
  const { t } = useWords();
  const statement = useQuery(paperQueries.statement(of.incident, of.number));
  // What is read aloud is not closed by another that is issued meanwhile.
  const [wasOpen] = useState(isOpen);
  return (
    <Loaded query={statement}>
      {(sheet) => (
        <details className="more" open={wasOpen}>
          <summary>
            <span lang="en">{sheet.sections[0]?.lines[0]?.text ?? sheet.title}</span>
          </summary>
          <p className="soft statement-of">
            <span>{t('papers.version', { number: of.number })}</span>
            <When at={of.issuedAt} />
            <code className="hash">{of.incident}</code>
          </p>
          <PaperSheet sheet={sheet} />
          <p className="actions">
            <a
              target="_blank"
              rel="noopener"
              href={`/api/incidents/${of.incident}/holding-statement?format=html`}
            >
              {t('papers.print')}
            </a>
          </p>
        </details>
      )}
    </Loaded>
  );
}
