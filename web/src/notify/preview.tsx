/** The notice of one person as it would be sent now, with what the check finds beside the words. */
import { keepPreviousData, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type SubmitEvent, useEffect, useState } from 'react';
import { answerOf, api, Refused } from '../app/client.ts';
import { Hatch } from '../kit/figure.tsx';
import { Empty, Failed, Loading } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import { isWhole } from './fields.tsx';
import { FindingNote, inOrder, Notice } from './pieces.tsx';
import type { Cohort, Draft } from './queries.ts';
import { statementOf, type Typed } from './statement.ts';

type PreviewProps = Readonly<{
  incident: string;
  cohort: Cohort;
  typed: Typed;
  language: string;
  status: 'exposed' | 'unknown' | undefined;
}>;

/** So long nobody types before the check is asked. */
const PAUSE_MS = 500;

/** The value as it was when nothing had changed for a while. */
function useSettled<T>(value: T): T {
  const [settled, setSettled] = useState(value);
  const json = JSON.stringify(value);
  useEffect(() => {
    const timer = setTimeout(() => setSettled(JSON.parse(json) as T), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [json]);
  return settled;
}

export function Preview({ incident, cohort, typed, language, status }: PreviewProps) {
  const { t } = useWords();
  const [person, setPerson] = useState('');
  // What is lacking is told of the same words that are asked about.
  const settled = useSettled(typed);
  const statement = statementOf(settled);
  const asked = {
    run: cohort.run,
    language,
    ...(person === '' ? (status === undefined ? {} : { status }) : { person }),
  };
  const isUnknown = person === '' && (status ?? (cohort.exposed === 0 ? 'unknown' : 'exposed')) === 'unknown';
  const lacks = !isWhole(settled, cohort, language) || (isUnknown && settled.nextBy === '');
  const draft = useQuery({
    queryKey: ['draft', incident, asked, statement],
    enabled: statement !== null && !lacks,
    placeholderData: keepPreviousData,
    retry: false,
    queryFn: () => {
      if (statement === null) throw new Error('There is nothing to be looked at yet.');
      return answerOf(
        api.POST('/api/incidents/{incident}/notice-drafts', {
          params: { path: { incident } },
          body: { ...asked, statement },
        }),
      );
    },
  });
  return (
    <section className="preview" aria-labelledby="preview">
      <h2 id="preview">{t('notify.preview')}</h2>
      <Readers cohort={cohort} status={status} person={person} setPerson={setPerson} />
      {statement === null ? (
        <Empty title={t('notify.nothingYet')}>
          <p>{t('notify.nothingYetWhy')}</p>
        </Empty>
      ) : lacks ? (
        <Empty title={t('notify.lacksStill')}>
          <p>{t('notify.lacksStillWhy')}</p>
        </Empty>
      ) : draft.error instanceof Refused && draft.error.code === 'notice-incomplete' ? (
        <Empty title={t('notify.lacksStill')}>
          <p lang="en">{draft.error.message}</p>
        </Empty>
      ) : draft.error !== null ? (
        <Failed error={draft.error} again={() => void draft.refetch()} />
      ) : draft.data === undefined ? (
        <Loading />
      ) : (
        <Read draft={draft.data} incident={incident} />
      )}
    </section>
  );
}

type ReadersProps = Readonly<{
  cohort: Cohort;
  status: 'exposed' | 'unknown' | undefined;
  person: string;
  setPerson: (person: string) => void;
}>;

/** Who reads: somebody exposed, somebody of whom we can't tell, or one person by the directory's id. */
function Readers({ cohort, status, person, setPerson }: ReadersProps) {
  const { t } = useWords();
  const [asked, setAsked] = useState(person);
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setPerson(asked.trim());
  };
  return (
    <>
      {cohort.unknown > 0 && cohort.exposed > 0 && (
        <nav className="filters" aria-label={t('notify.readers')}>
          {(['exposed', 'unknown'] as const).map((one) => {
            const isShown = person === '' && (status ?? 'exposed') === one;
            return (
              <Link
                key={one}
                to="."
                search={(before) => ({ ...before, reader: one })}
                aria-current={isShown ? 'page' : undefined}
                className={isShown ? 'active' : ''}
                activeProps={{}}
                resetScroll={false}
                onClick={() => setPerson('')}
              >
                {one === 'unknown' && <Hatch />}
                {t(`notify.as.${one}`)}
              </Link>
            );
          })}
        </nav>
      )}
      <form className="as-person" onSubmit={handleSubmit}>
        <label htmlFor="as-person">{t('notify.asPerson')}</label>
        <input
          id="as-person"
          autoComplete="off"
          value={asked}
          onChange={(event) => setAsked(event.target.value)}
        />
        <button type="submit" className="button quiet">
          {t('notify.look')}
        </button>
      </form>
    </>
  );
}

function Read({ draft, incident }: Readonly<{ draft: Draft; incident: string }>) {
  const { t, languageName, country } = useWords();
  const { person, language, errors, warnings, findings, laws } = draft;
  const unplaced = inOrder(findings).filter(({ at }) => at === null);
  const notes = unplaced.filter(({ severity }) => severity === 'note');
  const others = unplaced.filter(({ severity }) => severity !== 'note');
  return (
    <>
      <p className="soft">
        {t('notify.reader', {
          name: person.name === '' ? person.customer : person.name,
          country: country(person.country),
          language: languageName(language),
        })}
        {laws.length > 0 && ` · ${t('notify.laws', { laws: laws.join(', ') })}`}
      </p>
      <p className="verdict" role="status">
        {t('notify.found', { errors, warnings })}
      </p>
      {others.length > 0 && (
        <>
          <h3>{t('notify.whole')}</h3>
          {others.map((finding) => (
            <FindingNote key={finding.number} finding={finding} language={language} />
          ))}
        </>
      )}
      <p className="soft small legend">
        <span className="fact">{t('notify.legendValue')}</span>{' '}
        <span className="typed">{t('notify.legendTyped')}</span>
      </p>
      <Notice
        language={language}
        subject={draft.subject}
        blocks={draft.blocks}
        findings={findings}
        incident={incident}
      />
      {notes.length > 0 && (
        <details className="more">
          <summary>{t('notify.notes', { count: notes.length })}</summary>
          {notes.map((finding) => (
            <FindingNote key={finding.number} finding={finding} language={language} />
          ))}
        </details>
      )}
    </>
  );
}
