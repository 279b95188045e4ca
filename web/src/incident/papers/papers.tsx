/** The papers of the first hour: composed of what is recorded, read, issued as a version, printed; before any log is at hand. */
import { Dialog } from '@base-ui/react/dialog';
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { answerOf, api, Refused } from '../../app/client.ts';
import { hasOne, useMe, WORKERS } from '../../app/session.ts';
import { Field, instantOf, localOf, ownZone } from '../../kit/form.tsx';
import { useName } from '../../kit/names.ts';
import { Panel } from '../../kit/panel.tsx';
import { Failed, Loaded } from '../../kit/states.tsx';
import { When } from '../../kit/time.tsx';
import { useWords } from '../../words/index.tsx';
import { Head } from '../head.tsx';
import { incidentQueries, type Shown } from '../queries.ts';
import { PAPERS, type PaperKind } from './kinds.ts';
import { Known } from './known.tsx';
import { type Composed, paperQueries, sheetOf } from './queries.ts';
import { PaperSheet } from './sheet.tsx';

type Issued = Shown['papers'][number];

export function Papers() {
  const { incident } = useParams({ from: '/incidents/$incident/papers' });
  const shown = useQuery(incidentQueries.shown(incident));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <PapersOf shown={found} />
        </>
      )}
    </Loaded>
  );
}

function PapersOf({ shown }: Readonly<{ shown: Shown }>) {
  const { t, named } = useWords();
  const { paper: asked, issued } = useSearch({ from: '/incidents/$incident/papers' });
  const [nextUpdate, setNextUpdate] = useState('');
  const read = shown.papers.find(({ id }) => id === issued);
  const paper = read?.paper ?? asked ?? PAPERS[0];
  return (
    <section aria-labelledby="papers">
      <h2 id="papers">{t('papers.title')}</h2>
      <p className="on-screen">{t('papers.lead')}</p>
      <nav className="filters" aria-label={t('papers.which')}>
        {PAPERS.map((one) => (
          <Link
            key={one}
            to="."
            search={{ paper: one }}
            aria-current={one === paper ? 'page' : undefined}
            className={one === paper ? 'active' : ''}
            activeProps={{}}
            resetScroll={false}
          >
            {named('paper', one)}
          </Link>
        ))}
      </nav>
      <p className="soft on-screen">{named('paper-for', paper)}</p>
      <Versions shown={shown} paper={paper} read={read} />
      {issued === undefined ? (
        <Draft shown={shown} paper={paper} nextUpdate={nextUpdate} setNextUpdate={setNextUpdate} />
      ) : (
        <IssuedPaper incident={shown.id} issued={issued} key={issued} />
      )}
    </section>
  );
}

/** Versions of one paper, the newest first, and the one that would be the next. */
function Versions({
  shown,
  paper,
  read,
}: Readonly<{ shown: Shown; paper: PaperKind; read: Issued | undefined }>) {
  const { t } = useWords();
  const name = useName();
  const versions = shown.papers.filter((one) => one.paper === paper).toReversed();
  if (versions.length === 0) return <p className="on-screen paper-none">{t('papers.none')}</p>;
  return (
    <ul className="plain rows paper-versions on-screen">
      {versions.map((one) => (
        <li key={one.id}>
          <span className="row-title">
            <Link
              to="."
              search={{ paper, issued: one.id }}
              aria-current={one.id === read?.id ? 'page' : undefined}
              resetScroll={false}
            >
              {t('papers.version', { number: one.number })}
            </Link>
          </span>
          <span className="soft">
            {name(one.by)} <When at={one.at} />
          </span>
          {one.version !== shown.version && <span className="soft">{t('papers.older')}</span>}
          <Link to="/register" search={{ incident: shown.id, entry: one.entry }}>
            {t('trace.entry', { entry: one.entry })}
          </Link>
        </li>
      ))}
      {read !== undefined && (
        <li>
          <span className="row-title">
            <Link to="." search={{ paper }} resetScroll={false}>
              {t('papers.draft')}
            </Link>
          </span>
        </li>
      )}
    </ul>
  );
}

function IssuedPaper({ incident, issued }: Readonly<{ incident: string; issued: string }>) {
  const { t } = useWords();
  const found = useQuery(paperQueries.issued(incident, issued));
  return (
    <Loaded query={found}>
      {(sheet) => (
        <>
          <PaperSheet sheet={sheet} />
          <p className="actions">
            <a
              className="button quiet"
              target="_blank"
              rel="noopener"
              href={`/api/incidents/${incident}/issued-papers/${issued}?format=html`}
            >
              {t('papers.print')}
            </a>
          </p>
        </>
      )}
    </Loaded>
  );
}

/** Which of them say by when more is known. */
const SAYS_WHEN: readonly PaperKind[] = ['holding-statement', 'board-brief'];

type DraftProps = Readonly<{
  shown: Shown;
  paper: PaperKind;
  nextUpdate: string;
  setNextUpdate: (local: string) => void;
}>;

function Draft({ shown, paper, nextUpdate, setNextUpdate }: DraftProps) {
  const mayIssue = hasOne(useMe(), WORKERS) && shown.state !== 'closed';
  const saysWhen = SAYS_WHEN.includes(paper);
  const until = saysWhen ? instantOf(nextUpdate) : undefined;
  const draft = useQuery(paperQueries.draft(shown.id, paper, until));
  return (
    <>
      {mayIssue && saysWhen && <NextUpdate value={nextUpdate} onChange={setNextUpdate} />}
      <Loaded query={draft}>
        {(composed) => (
          <>
            <PaperSheet sheet={sheetOf(composed)} />
            <Missing composed={composed} />
          </>
        )}
      </Loaded>
      {/* What is typed there stays, whichever paper is read and whether or not it can be composed. */}
      {mayIssue && (
        <div className="on-screen">
          <Known shown={shown} />
        </div>
      )}
      {draft.data !== undefined && (
        <Bar
          shown={shown}
          composed={draft.data}
          nextUpdate={until}
          mayIssue={mayIssue}
          isRead={!draft.isPlaceholderData}
        />
      )}
    </>
  );
}

const HOUR_MS = 3_600_000;
const SOON = [1, 4, 24] as const;

/** In the first hour an hour is near enough: the usual ones are one press. */
function NextUpdate({ value, onChange }: Readonly<{ value: string; onChange: (local: string) => void }>) {
  const { t } = useWords();
  return (
    <div className="next-update on-screen">
      <Field label={t('papers.nextUpdate')} help={t('leaks.zone', { zone: ownZone() })}>
        {(ids) => (
          <input
            {...ids}
            type="datetime-local"
            value={value}
            onChange={({ target }) => onChange(target.value)}
          />
        )}
      </Field>
      {SOON.map((hours) => (
        <button
          key={hours}
          type="button"
          className="link"
          onClick={() => onChange(localOf(new Date(Date.now() + hours * HOUR_MS)))}
        >
          {t('papers.inHours', { hours })}
        </button>
      ))}
    </div>
  );
}

function Missing({ composed: { missing } }: Readonly<{ composed: Composed }>) {
  const { t } = useWords();
  return (
    <section aria-labelledby="missing">
      <h2 id="missing">{t('papers.missing')}</h2>
      {missing.length === 0 ? (
        <p>{t('papers.nothingMissing')}</p>
      ) : (
        <ul lang="en">
          {missing.map(({ what, rule }) => (
            <li key={what}>
              {what} {rule !== undefined && <span className="soft">{rule}</span>}
            </li>
          ))}
        </ul>
      )}
    </section>
  );
}

function Bar({
  shown,
  composed,
  nextUpdate,
  mayIssue,
  isRead,
}: Readonly<{
  shown: Shown;
  composed: Composed;
  nextUpdate: string | undefined;
  mayIssue: boolean;
  /** Whether the draft is the one of this time for the next update, and not yet the one before. */
  isRead: boolean;
}>) {
  const { t } = useWords();
  // As it was read when issuing was asked for: the page behind the question may be drawn anew.
  const [asked, setAsked] = useState<Composed>();
  const { paper, version } = composed;
  const query = new URLSearchParams({ format: 'html', ...(nextUpdate === undefined ? {} : { nextUpdate }) });
  return (
    <div className="record-bar">
      <p className="actions">
        {mayIssue && (
          <button type="button" className="button" disabled={!isRead} onClick={() => setAsked(composed)}>
            {t('papers.issue')}
          </button>
        )}
        <a
          className="button quiet"
          target="_blank"
          rel="noopener"
          href={`/api/incidents/${shown.id}/papers/${paper}?${query}`}
        >
          {t('papers.printDraft')}
        </a>
        <span className="soft">
          {t(mayIssue ? 'papers.madeOf' : shown.state === 'closed' ? 'papers.closed' : 'papers.whoIssues', {
            version,
          })}
        </span>
      </p>
      {asked !== undefined && (
        <Issue shown={shown} composed={asked} nextUpdate={nextUpdate} onEnd={() => setAsked(undefined)} />
      )}
    </div>
  );
}

/** What somebody else has recorded meanwhile is read first: the question is closed, and asked again about the draft of now. */
const hasChanged = (error: Error | null): boolean =>
  error instanceof Refused && error.code === 'incident-changed';

/** A version stays, so it is asked once more, with what becomes of it. */
function Issue({
  shown,
  composed: { paper, version, isComplete, draft },
  nextUpdate,
  onEnd,
}: Readonly<{ shown: Shown; composed: Composed; nextUpdate: string | undefined; onEnd: () => void }>) {
  const { t, named } = useWords();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const number = 1 + shown.papers.filter((one) => one.paper === paper).length;
  const anew = () => queries.invalidateQueries({ queryKey: ['incident', shown.id] });
  const issuing = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/incidents/{incident}/papers/{paper}', {
          params: { path: { incident: shown.id, paper } },
          body: { version, draft, ...(nextUpdate === undefined ? {} : { nextUpdate }) },
        }),
      ),
    onSuccess: async ({ id }) => {
      await anew();
      await queries.invalidateQueries({ queryKey: ['holding-statements'] });
      await navigate({ to: '.', search: { paper, ...(id === undefined ? {} : { issued: id }) } });
    },
    onError: (error) => (hasChanged(error) ? anew() : undefined),
  });
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    issuing.mutate();
  };
  return (
    <Panel title={t('papers.issueTitle', { paper: named('paper', paper), number })} isSmall onEnd={onEnd}>
      <Dialog.Description>{t('papers.issueWhy')}</Dialog.Description>
      <p>{named('paper-then', paper)}</p>
      {paper === 'authority-report' && !isComplete && <p>{t('papers.incomplete')}</p>}
      {SAYS_WHEN.includes(paper) && nextUpdate === undefined && <p>{t('papers.noNextUpdate')}</p>}
      <form onSubmit={handleSubmit}>
        {issuing.error !== null && <Failed error={issuing.error} />}
        {hasChanged(issuing.error) && <p>{t('papers.readAgain')}</p>}
        <p className="actions">
          <button type="submit" className="button" disabled={issuing.isPending || hasChanged(issuing.error)}>
            {t('papers.issueNow')}
          </button>
        </p>
      </form>
    </Panel>
  );
}
