/** When it occurred, was noticed, became known, was stopped and mended; each as somebody said it. Deadlines of law begin here. */
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query';
import { useParams } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { answerOf, api } from '../app/client.ts';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { Field, instantOf, localOf, ownZone } from '../kit/form.tsx';
import { Failed, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useUnsaved } from '../kit/unsaved.ts';
import { useWords } from '../words/index.tsx';
import { Head } from './head.tsx';
import { incidentQueries, type Shown } from './queries.ts';

const TIMES = ['occurred', 'firstSignal', 'aware', 'contained', 'fixed'] as const;
type Name = (typeof TIMES)[number];
type Said = Readonly<{ at: string; saidBy: string }>;

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
            {mayWork && found.state !== 'closed' ? (
              // What somebody else has said meanwhile begins the form anew.
              <TimesForm shown={found} key={JSON.stringify(found.times)} />
            ) : (
              <TimesSaid shown={found} />
            )}
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

function TimesForm({ shown }: Readonly<{ shown: Shown }>) {
  const { t } = useWords();
  const me = useMe();
  const queries = useQueryClient();
  const [said] = useState(
    () =>
      Object.fromEntries(
        TIMES.map((name) => [
          name,
          { at: fieldOf(shown.times[name]?.at), saidBy: shown.times[name]?.saidBy ?? '' },
        ]),
      ) as Record<Name, Said>,
  );
  const [typed, setTyped] = useState(said);
  const changed = TIMES.filter(
    (name) => typed[name].at !== said[name].at || typed[name].saidBy !== said[name].saidBy,
  );
  const keep = useUnsaved(changed.length > 0);
  const saving = useMutation({
    mutationFn: () =>
      answerOf(
        api.PATCH('/api/incidents/{incident}', {
          params: { path: { incident: shown.id } },
          body: {
            version: shown.version,
            times: Object.fromEntries(
              changed.map((name) => {
                const at = instantOf(typed[name].at);
                const saidBy = typed[name].saidBy.trim() || me.person.name;
                return [name, at === undefined ? null : { at, saidBy }];
              }),
            ),
          },
        }),
      ),
    onSuccess: () => {
      keep();
      return Promise.all(
        ['incident', 'incidents', 'clocks'].map((key) => queries.invalidateQueries({ queryKey: [key] })),
      );
    },
  });
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
                value={typed[name].at}
                onChange={({ target }) =>
                  setTyped({ ...typed, [name]: { ...typed[name], at: target.value } })
                }
              />
            )}
          </Field>
          <Field label={t('times.saidBy', { time: t(`time.${name}`) })} help={t('times.saidByHelp')}>
            {(ids) => (
              <input
                {...ids}
                maxLength={300}
                value={typed[name].saidBy}
                onChange={({ target }) =>
                  setTyped({ ...typed, [name]: { ...typed[name], saidBy: target.value } })
                }
              />
            )}
          </Field>
        </div>
      ))}
      {saving.error !== null && <Failed error={saving.error} />}
      <p className="actions">
        <button type="submit" className="button" disabled={saving.isPending || changed.length === 0}>
          {t('times.save')}
        </button>
      </p>
    </form>
  );
}
