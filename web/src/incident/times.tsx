/** When it occurred, was noticed, became known, was stopped and mended; each as somebody said it. Deadlines of law begin here. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { answerOf, api, Refused } from '../app/client.ts';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { Field, instantOf, localOf, ownZone } from '../kit/form.tsx';
import { conflictsOf, UNTOUCHED, valuesOf, withMine, withTheirs, withTyped } from '../kit/meanwhile.rules.ts';
import { Conflicts } from '../kit/meanwhile.tsx';
import { Failed, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useUnsaved } from '../kit/unsaved.ts';
import { useWords } from '../words/index.tsx';
import { Head } from './head.tsx';
import { incidentQueries, type Shown } from './queries.ts';

const TIMES = ['occurred', 'firstSignal', 'aware', 'contained', 'fixed'] as const;
type Name = (typeof TIMES)[number];

export function Times() {
  const { incident } = useParams({ from: '/incidents/$incident/times' });
  const shown = useQuery(incidentQueries.shown(incident));
  const mayWork = hasOne(useMe(), WORKERS);
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <section aria-labelledby="times">
            <TimesTitle />
            {mayWork && found.state !== 'closed' ? <TimesForm shown={found} /> : <TimesSaid shown={found} />}
          </section>
        </>
      )}
    </Loaded>
  );
}

function TimesTitle() {
  const { t } = useWords();
  return (
    <>
      <h2 id="times">{t('times.title')}</h2>
      <p className="soft">{t('times.why')}</p>
    </>
  );
}

function TimesSaid({ shown: { times } }: Readonly<{ shown: Shown }>) {
  const { t } = useWords();
  return (
    <dl className="facts">
      {TIMES.map((name) => (
        <div key={name}>
          <dt>{t(`time.${name}`)}</dt>
          <dd>
            {times[name] === undefined ? (
              t('times.unsaid')
            ) : (
              <>
                <When at={times[name].at} />{' '}
                <span className="soft">{t('times.by', { who: times[name].saidBy ?? t('erased') })}</span>
              </>
            )}
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** As the fields hold it: local, to the minute. */
const fieldOf = (at: string | undefined): string => (at === undefined ? '' : localOf(new Date(at)));

const atOf = (name: Name) => `${name} at` as const;
const whoOf = (name: Name) => `${name} saidBy` as const;
/** A time goes to the server with who said it. */
const GROUPS = TIMES.map((name) => [atOf(name), whoOf(name)]);

type Fields = Readonly<Record<ReturnType<typeof atOf> | ReturnType<typeof whoOf>, string>>;

const fieldsOf = ({ times }: Shown): Fields =>
  Object.fromEntries(
    TIMES.flatMap((name) => [
      [atOf(name), fieldOf(times[name]?.at)],
      [whoOf(name), times[name]?.saidBy ?? ''],
    ]),
  ) as Fields;

const isTime = (field: string): boolean => TIMES.some((name) => atOf(name) === field);
const wordsOf = (field: string, value: string): string => (isTime(field) ? value.replace('T', ' ') : value);

function TimesForm({ shown }: Readonly<{ shown: Shown }>) {
  const { t } = useWords();
  const me = useMe();
  const queries = useQueryClient();
  const [typing, setTyping] = useState(UNTOUCHED);
  const now = fieldsOf(shown);
  const fields = valuesOf(typing, now);
  const changed = TIMES.filter((name) =>
    [atOf(name), whoOf(name)].some((field) => fields[field] !== now[field]),
  );
  const keep = useUnsaved(changed.length > 0);
  const anew = (of: readonly string[]) =>
    Promise.all(of.map((key) => queries.invalidateQueries({ queryKey: [key] })));
  const saving = useMutation({
    mutationFn: () =>
      answerOf(
        api.PATCH('/api/incidents/{incident}', {
          params: { path: { incident: shown.id } },
          body: {
            version: shown.version,
            times: Object.fromEntries(
              changed.map((name) => {
                const at = instantOf(fields[atOf(name)]);
                const saidBy = fields[whoOf(name)].trim() || me.person.name;
                return [name, at === undefined ? null : { at, saidBy }];
              }),
            ),
          },
        }),
      ),
    onSuccess: async () => {
      keep();
      await anew(['incident', 'incidents', 'clocks']);
      setTyping(UNTOUCHED);
    },
    // What somebody else has said is shown; what was typed here stays.
    onError: (error) =>
      error instanceof Refused && error.code === 'incident-changed' ? anew(['incident']) : undefined,
  });
  const labelOf = (field: string): string => {
    const name = TIMES.find((one) => atOf(one) === field);
    if (name !== undefined) return t(`time.${name}`);
    const of = TIMES.find((one) => whoOf(one) === field);
    return of === undefined ? field : t('times.saidBy', { time: t(`time.${of}`) });
  };
  const conflicts = conflictsOf(typing, now, GROUPS).map((group) => ({
    fields: group,
    places: (group as readonly (keyof Fields)[]).map((field) => ({
      label: labelOf(field),
      theirs: wordsOf(field, now[field]),
      mine: wordsOf(field, fields[field]),
    })),
  }));
  const handleField = (field: keyof Fields, value: string) =>
    setTyping((before) => withTyped(before, now, GROUPS, [field, value]));
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    saving.mutate();
  };
  return (
    <form className="form" onSubmit={handleSubmit}>
      {TIMES.map((name) => (
        <div key={name} className="pair">
          <Field label={t(`time.${name}`)} help={t('leaks.zone', { zone: ownZone() })}>
            {(ids) => (
              <input
                {...ids}
                type="datetime-local"
                // Emptied, a time that was said is taken back; of one that never was, nobody can have said it.
                required={now[atOf(name)] === '' && fields[whoOf(name)] !== ''}
                value={fields[atOf(name)]}
                onChange={({ target }) => handleField(atOf(name), target.value)}
              />
            )}
          </Field>
          <Field label={t('times.saidBy', { time: t(`time.${name}`) })} help={t('times.saidByHelp')}>
            {(ids) => (
              <input
                {...ids}
                maxLength={300}
                value={fields[whoOf(name)]}
                onChange={({ target }) => handleField(whoOf(name), target.value)}
              />
            )}
          </Field>
        </div>
      ))}
      {saving.error !== null && <Failed error={saving.error} />}
      <Conflicts
        of={conflicts}
        onTheirs={(group) => setTyping((before) => withTheirs(before, group))}
        onMine={(group) => setTyping((before) => withMine(before, now, group))}
      />
      <p className="actions">
        <button
          type="submit"
          className="button"
          disabled={saving.isPending || changed.length === 0 || conflicts.length > 0}
        >
          {t('times.save')}
        </button>
      </p>
    </form>
  );
}
