/** Preparing an edition: what is known section by section, what is missing, and the texts that no log knows, in each language. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { Link, useNavigate } from '@tanstack/react-router';
import { type Dispatch, type SetStateAction, useDeferredValue, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { incidentQueries, type Shown } from '../incident/queries.ts';
import { Hatch } from '../kit/figure.tsx';
import { Field } from '../kit/form.tsx';
import { Empty, Failed, Loaded, Loading, useKept } from '../kit/states.tsx';
import { useUnsaved } from '../kit/unsaved.ts';
import { useWords } from '../words/index.tsx';
import { type Checked, type Edition, type Given, pageQueries, type Whole } from './page.queries.ts';
import { OwnTexts, StatementTexts } from './page-texts.tsx';

const FROM = '/incidents/$incident/page' as const;
type Props = Readonly<{ shown: Shown; last: Edition | undefined }>;

export function Preparing({ shown, last }: Props) {
  const { t } = useWords();
  const runs = useQuery(incidentQueries.runs(shown.id));
  return (
    <section aria-labelledby="prepare">
      <h2 id="prepare">{t('page-edit.prepare')}</h2>
      <p>
        <Link to={FROM} params={{ incident: shown.id }} search={{}}>
          {t('page-edit.leave')}
        </Link>
      </p>
      <Loaded query={runs}>
        {({ runs: all }) => {
          const run = all.find(({ state }) => state === 'done');
          return run === undefined ? (
            <Empty title={t('page-edit.noRun')}>
              <p>
                <Link to="/incidents/$incident" params={{ incident: shown.id }}>
                  {t('incident.answers')}
                </Link>
              </p>
            </Empty>
          ) : last === undefined ? (
            <Form shown={shown} run={run.job} before={undefined} />
          ) : (
            <After shown={shown} run={run.job} last={last} />
          );
        }}
      </Loaded>
    </section>
  );
}

function After({ shown, run, last }: Readonly<{ shown: Shown; run: string; last: Edition }>) {
  const before = useQuery(pageQueries.edition(shown.id, last.edition));
  return <Loaded query={before}>{(found) => <Form shown={shown} run={run} before={found} />}</Loaded>;
}

/** What was said the last time is where the next one begins. */
function begun(shown: Shown, run: string, before: Whole | undefined): Given {
  const typed = (before?.typed ?? {}) as Pick<Given, 'statement' | 'texts'>;
  const { campaign } = before ?? {};
  return {
    run,
    address: before?.address ?? `notice-${shown.openedAt.slice(0, 7)}`,
    ...(campaign === undefined ? { statement: typed.statement ?? { texts: {} } } : { campaign }),
    texts: typed.texts ?? {},
  };
}

const isSaid = (texts: Readonly<Record<string, string>>): boolean => Object.keys(texts).length > 0;

/** Without what is begun and not yet said: the server refuses half a sentence. */
function asFarAsSaid({ texts = {}, statement, ...given }: Given): Given {
  const { notYet = [], questions = [] } = texts;
  return {
    ...given,
    ...(statement === undefined
      ? {}
      : {
          statement: {
            ...statement,
            authorities: (statement.authorities ?? []).filter(
              ({ name, at }) => name.trim() !== '' && at !== '',
            ),
          },
        }),
    texts: {
      ...texts,
      notYet: notYet.filter(({ because, until }) => isSaid(because) && until !== ''),
      questions: questions.filter(({ question, answer }) => isSaid(question) && isSaid(answer)),
    },
  };
}

function Form({ shown, run, before }: Readonly<{ shown: Shown; run: string; before: Whole | undefined }>) {
  const { t } = useWords();
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [given, setGiven] = useState(() => begun(shown, run, before));
  const [first] = useState(given);
  const keep = useUnsaved(given !== first, (search) => search.next === true);
  const said = asFarAsSaid({ ...given, run });
  const checked = useQuery(pageQueries.check(shown.id, useDeferredValue(said)));
  const preparing = useMutation({
    mutationFn: () =>
      answerOf(
        api.POST('/api/incidents/{incident}/editions', {
          params: { path: { incident: shown.id } },
          body: said,
        }),
      ),
    onSuccess: async ({ edition }) => {
      keep();
      await queries.invalidateQueries({ queryKey: ['incident', shown.id] });
      await navigate({ to: FROM, params: { incident: shown.id }, search: { edition } });
    },
  });
  const isWhole = (said.texts?.questions ?? []).length === (given.texts?.questions ?? []).length;
  const found = useKept(checked.data);
  const isReady = checked.data?.problems.length === 0 && checked.error === null && isWhole;
  return (
    <>
      <div className="form">
        <Field label={t('page-edit.address')} help={t('page-edit.addressHelp')}>
          {(ids) => (
            <input
              {...ids}
              required
              maxLength={60}
              value={given.address}
              onChange={({ target }) => setGiven({ ...given, address: target.value.toLowerCase() })}
            />
          )}
        </Field>
        <Campaign shown={shown} given={given} onChange={setGiven} />
      </div>
      {checked.error !== null && !checked.isFetching && (
        <Failed error={checked.error} again={() => void checked.refetch()} />
      )}
      {found === undefined ? (
        checked.error === null && <Loading />
      ) : (
        <Checking shown={shown} checked={found} given={given} onChange={setGiven} />
      )}
      <div className="record-bar">
        {preparing.error !== null && <Failed error={preparing.error} />}
        <p className="actions">
          <button
            type="button"
            className="button"
            disabled={!isReady || preparing.isPending}
            onClick={() => preparing.mutate()}
          >
            {t('page-edit.prepare')}
          </button>
        </p>
      </div>
    </>
  );
}

type Change = Dispatch<SetStateAction<Given>>;

/** Page and notices say the same when both take one statement. */
function Campaign({ shown, given, onChange }: Readonly<{ shown: Shown; given: Given; onChange: Change }>) {
  const { t, local } = useWords();
  const campaigns = useQuery(pageQueries.campaigns(shown.id));
  const found = campaigns.data?.campaigns ?? [];
  // What was typed here, while the words of a campaign are tried.
  const [aside, setAside] = useState<Given['statement']>({ texts: {} });
  if (found.length === 0) return null;
  const choose = (campaign: string) => {
    const { campaign: _, statement, ...others } = given;
    if (statement !== undefined) setAside(statement);
    onChange(campaign === '' ? { ...others, statement: statement ?? aside } : { ...others, campaign });
  };
  return (
    <Field label={t('page-edit.from')}>
      {(ids) => (
        <select {...ids} value={given.campaign ?? ''} onChange={({ target }) => choose(target.value)}>
          <option value="">{t('page-edit.fromHere')}</option>
          {found.map(({ campaign, madeAt, people }) => (
            <option key={campaign} value={campaign}>
              {t('page-edit.fromCampaign', { date: local(madeAt), people: t('people', { count: people }) })}
            </option>
          ))}
        </select>
      )}
    </Field>
  );
}

function Checking({
  checked,
  given,
  onChange,
}: Readonly<{ shown: Shown; checked: Checked; given: Given; onChange: Change }>) {
  const { t, language, languageName } = useWords();
  const [written, setWritten] = useState<string>(language);
  // What a section lacks is told there.
  const others = checked.problems.filter(
    ({ at }) => !checked.sections.some(({ section, is }) => section === at && is === 'missing'),
  );
  return (
    <>
      <Sections checked={checked} given={given} onChange={onChange} />
      <section aria-labelledby="texts">
        <h2 id="texts">{t('page-edit.texts')}</h2>
        <div className="form">
          <Field label={t('page-edit.language')} help={t('page-edit.languageWhy')}>
            {(ids) => (
              <select {...ids} value={written} onChange={({ target }) => setWritten(target.value)}>
                {checked.languages.map((code) => (
                  <option key={code} value={code}>
                    {languageName(code)}
                  </option>
                ))}
              </select>
            )}
          </Field>
          {given.statement !== undefined && (
            <StatementTexts
              statement={given.statement}
              checked={checked}
              written={written}
              onChange={(statement) => onChange({ ...given, statement })}
            />
          )}
          <OwnTexts
            texts={given.texts ?? {}}
            checked={checked}
            written={written}
            onChange={(texts) => onChange({ ...given, texts })}
          />
        </div>
      </section>
      {others.length > 0 && (
        <section aria-labelledby="problems">
          <h2 id="problems">{t('page-edit.problems')}</h2>
          <ul lang="en">
            {others.map(({ at, message }) => (
              <li key={at + message}>
                <code>{at}</code> {message}
              </li>
            ))}
          </ul>
        </section>
      )}
    </>
  );
}

const CALLABLE = [
  'howMany',
  'whom',
  'data',
  'where',
  'toWhom',
  'howLong',
  'cause',
  'fixed',
  'authorities',
] as const;

/** Each answer of the page: known, said to be open, or missing, behind the hatch. */
function Sections({
  checked,
  given,
  onChange,
}: Readonly<{ checked: Checked; given: Given; onChange: Change }>) {
  const { t, named } = useWords();
  const open = new Set((given.texts?.notYet ?? []).map(({ section }) => section as string));
  const call = (section: (typeof CALLABLE)[number]) =>
    onChange({
      ...given,
      texts: {
        ...given.texts,
        notYet: [...(given.texts?.notYet ?? []), { section, because: {}, until: '' }],
      },
    });
  return (
    <section aria-labelledby="sections">
      <h2 id="sections">{t('page-edit.sections')}</h2>
      <p className="soft">{t('page-edit.sectionsWhy')}</p>
      <ul className="plain rows">
        {checked.sections.map(({ section, is }) => {
          const callable = CALLABLE.find((one) => one === section);
          return (
            <li key={section}>
              <span className="row-title">{named('page-section', section)}</span>
              <span className={is === 'missing' ? 'unknown' : 'soft'}>
                {is !== 'known' && <Hatch />} {named('section-is', is)}
              </span>
              {is === 'missing' && (
                <span className="whole soft">
                  {named('section-needs', section)}{' '}
                  {callable !== undefined && !open.has(section) && (
                    <button type="button" className="link" onClick={() => call(callable)}>
                      {t('page-edit.callOpen')}
                    </button>
                  )}
                </span>
              )}
            </li>
          );
        })}
      </ul>
    </section>
  );
}
