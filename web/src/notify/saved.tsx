/** The draft of a notice on the server: saved when somebody pauses, never over another's words. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';
import { answerOf, api, Refused } from '../app/client.ts';
import { useMe } from '../app/session.ts';
import { useName } from '../kit/names.ts';
import { Failed, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { notifyQueries, type Saved } from './queries.ts';
import { placesOf, type Typed, taken, typedOf, unfinishedOf } from './statement.ts';

/** So long nobody types before it is saved: each saving is an entry of the register. */
const PAUSE_MS = 15_000;

type Last = Readonly<{ draft: string; version: number }>;
type Given = Readonly<{
  incident: string;
  run: string;
  typed: Typed;
  begin: Typed;
  saved: Saved | undefined;
  onSaved: (draft: string) => void;
}>;

export type Saving = Readonly<{
  last: Last | undefined;
  /** Something was typed that the server does not have. */
  isTyped: boolean;
  isSaving: boolean;
  error: Error | null;
  /** Somebody else's version, which must be read first. */
  theirs: Saved | undefined;
  /** Saves upon that version, or upon the last one that was read. */
  save: (upon?: number) => void;
}>;

const wordsOf = (typed: Typed): string => JSON.stringify(unfinishedOf(typed));

export function useSaving({ incident, run, typed, begin, saved, onSaved }: Given): Saving {
  const queries = useQueryClient();
  const navigate = useNavigate();
  const [last, setLast] = useState<Last | undefined>(saved);
  const [kept, setKept] = useState(() => wordsOf(begin));
  const [theirs, setTheirs] = useState<Saved>();
  const words = wordsOf(typed);
  const isTyped = words !== kept;
  const saving = useMutation({
    mutationFn: async (upon: number | undefined) => {
      const statement = unfinishedOf(typed);
      const version = upon ?? last?.version;
      const body = {
        run,
        statement,
        ...(last === undefined ? {} : { draft: last.draft, version }),
      };
      const done = await answerOf(
        api.POST('/api/incidents/{incident}/saved-notice-drafts', { params: { path: { incident } }, body }),
      );
      return { ...done, words: JSON.stringify(statement) };
    },
    onSuccess: async ({ draft, version, words: now }) => {
      setKept(now);
      setLast({ draft, version });
      setTheirs(undefined);
      if (last === undefined) {
        onSaved(draft);
        await navigate({
          to: '.',
          search: (before) => ({ ...before, draft }),
          replace: true,
          resetScroll: false,
        });
      }
      await queries.invalidateQueries({ queryKey: ['incident', incident, 'drafts'] });
    },
    onError: async (error) => {
      if (last === undefined || !(error instanceof Refused) || error.code !== 'incident-changed') return;
      const newest = await queries.fetchQuery(notifyQueries.saved(incident, last.draft));
      if (newest.version !== last.version) setTheirs(newest);
    },
  });
  const { mutate, isPending, error } = saving;
  const isHeld = !isTyped || isPending || theirs !== undefined || error !== null;
  // biome-ignore lint/correctness/useExhaustiveDependencies: what is typed begins the pause anew.
  useEffect(() => {
    if (isHeld) return;
    const timer = setTimeout(() => mutate(undefined), PAUSE_MS);
    return () => clearTimeout(timer);
  }, [isHeld, words, mutate]);
  return {
    last,
    isTyped,
    isSaving: isPending,
    error: theirs === undefined ? error : null,
    theirs,
    save: (upon) => mutate(upon),
  };
}

type BarProps = Readonly<{
  saving: Saving;
  typed: Typed;
  setTyped: (typed: Typed) => void;
  incident: string;
}>;

/** How the draft stands, and what to do about it. */
export function SavedBar({ saving, typed, setTyped, incident }: BarProps) {
  const { t } = useWords();
  const { last, isTyped, isSaving, error, theirs, save } = saving;
  if (theirs !== undefined)
    return <Conflict theirs={theirs} typed={typed} setTyped={setTyped} saving={saving} />;
  const said = isSaving
    ? t('saved.saving')
    : isTyped
      ? t('saved.isNot', { seconds: PAUSE_MS / 1000 })
      : last === undefined
        ? ''
        : t('saved.is', { version: last.version });
  return (
    <div className="saved">
      <p className="soft" role="status">
        {said}
      </p>
      {error !== null && <Failed error={error} again={() => save()} />}
      <p>
        <button type="button" className="button quiet" disabled={!isTyped || isSaving} onClick={() => save()}>
          {t('saved.save')}
        </button>
      </p>
      {last !== undefined && last.version > 1 && (
        <Earlier incident={incident} last={last} setTyped={setTyped} />
      )}
    </div>
  );
}

function Earlier({
  incident,
  last,
  setTyped,
}: Readonly<{ incident: string; last: Last; setTyped: (typed: Typed) => void }>) {
  const { t } = useWords();
  const name = useName();
  const queries = useQueryClient();
  const shown = useQuery(notifyQueries.saved(incident, last.draft));
  const taking = useMutation({
    mutationFn: (version: number) => queries.fetchQuery(notifyQueries.saved(incident, last.draft, version)),
    onSuccess: ({ statement }) => {
      if (statement !== null) setTyped(typedOf(statement));
    },
  });
  return (
    <details className="more">
      <summary>{t('saved.earlier', { count: last.version - 1 })}</summary>
      <Loaded query={shown}>
        {({ versions }) => (
          <ul className="plain">
            {versions
              .filter(({ version }) => version !== last.version)
              .map(({ version, savedBy, savedAt }) => (
                <li key={version}>
                  <span className="soft">
                    {name(savedBy)} <When at={savedAt} />
                  </span>{' '}
                  <button
                    type="button"
                    className="link"
                    disabled={taking.isPending}
                    onClick={() => taking.mutate(version)}
                  >
                    {t('saved.take', { version })}
                  </button>
                </li>
              ))}
          </ul>
        )}
      </Loaded>
      {taking.error !== null && <Failed error={taking.error} />}
    </details>
  );
}

type ConflictProps = Readonly<{
  theirs: Saved;
  typed: Typed;
  setTyped: (typed: Typed) => void;
  saving: Saving;
}>;

/** Both, at each place where they differ. */
function Conflict({ theirs, typed, setTyped, saving }: ConflictProps) {
  const { t } = useWords();
  const name = useName();
  const me = useMe();
  const placeName = usePlaceName();
  const other = typedOf(theirs.statement ?? {});
  const [one, two] = [placesOf(other), placesOf(typed)];
  const places = [...new Set([...one.keys(), ...two.keys()])].filter(
    (place) => one.get(place) !== two.get(place),
  );
  const { version } = theirs;
  return (
    <section className="failed" aria-labelledby="conflict" role="alert">
      <h3 id="conflict">
        {theirs.savedBy === me.person.id
          ? t('saved.conflictOwn', { version })
          : t('saved.conflict', { name: name(theirs.savedBy), version })}
      </h3>
      <p>{t('saved.conflictWhy', { version })}</p>
      {places.length === 0 ? (
        <p>{t('saved.same')}</p>
      ) : (
        <ul className="plain conflicts">
          {places.map((place) => (
            <li key={place}>
              <h4>{placeName(place)}</h4>
              <dl className="stated">
                <div>
                  <dt>{t('saved.theirs')}</dt>
                  <dd className="as-came">{one.get(place) ?? t('saved.nothing')}</dd>
                </div>
                <div>
                  <dt>{t('saved.mine')}</dt>
                  <dd className="as-came">{two.get(place) ?? t('saved.nothing')}</dd>
                </div>
              </dl>
              <button
                type="button"
                className="link"
                onClick={() => setTyped(taken(typed, other, place))}
                aria-label={`${t('saved.takeTheirs')}: ${placeName(place)}`}
              >
                {t('saved.takeTheirs')}
              </button>
            </li>
          ))}
        </ul>
      )}
      <p className="actions">
        <button
          type="button"
          className="button"
          disabled={saving.isSaving}
          onClick={() => saving.save(version)}
        >
          {t('saved.keepMine', { version: version + 1 })}
        </button>
      </p>
    </section>
  );
}

/** What a place is called in the form. */
function usePlaceName(): (place: string) => string {
  const { t, languageName } = useWords();
  const nameOf = (at: string): string => {
    if (at === 'texts.cause') return t('notify.cause');
    if (at === 'texts.contained') return t('notify.contained');
    const measure = /^texts\.measures\[(\d+)\]$/.exec(at);
    if (measure !== null) return t('notify.measure', { number: Number(measure[1]) + 1 });
    if (at.startsWith('texts.places.')) return t('notify.place', { place: at.slice(13) });
    if (at.startsWith('texts.fields.')) return t('notify.field', { field: at.slice(13) });
    if (at === 'notExposed') return t('notify.notExposed');
    if (at === 'authorities') return t('notify.authority');
    if (at === 'nextBy') return t('notify.nextBy');
    if (at === 'delayedByPolice') return t('notify.police');
    if (at === 'agencies') return t('notify.agencies');
    return t('notify.fallback');
  };
  return (place) => {
    const [at = '', language] = place.split(' ');
    return language === undefined ? nameOf(at) : `${nameOf(at)} · ${languageName(language)}`;
  };
}
