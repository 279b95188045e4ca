/** A run, view by view: somebody asks for a person or a viewer. What they ask for is personal, and stands in no address. */
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { type SubmitEvent, useState } from 'react';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries } from '../incident/queries.ts';
import { Field } from '../kit/form.tsx';
import { Empty, Loaded } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import type { Side } from './queries.ts';
import { RunChoice, runsDone } from './run-choice.tsx';
import { SingleViews } from './single-views.tsx';
import './scope.css';

export function Views() {
  const { incident } = useParams({ from: '/incidents/$incident/views' });
  const shown = useQuery(incidentQueries.shown(incident));
  const runs = useQuery(incidentQueries.runs(incident));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <Loaded query={runs}>
            {({ runs: all }) => <OfRuns incident={incident} runs={runsDone(all)} />}
          </Loaded>
        </>
      )}
    </Loaded>
  );
}

type Runs = ReturnType<typeof runsDone>;

function OfRuns({ incident, runs }: Readonly<{ incident: string; runs: Runs }>) {
  const { t } = useWords();
  const { run } = useSearch({ from: '/incidents/$incident/views' });
  const navigate = useNavigate();
  const mayLook = hasOne(useMe(), WORKERS);
  const chosen = runs.find(({ job }) => job === run) ?? runs[0];
  if (!mayLook) return <Empty title={t('views.notYou')} />;
  if (chosen === undefined)
    return (
      <Empty title={t('views.noRun')}>
        <p>
          <Link to="/incidents/$incident" params={{ incident }}>
            {t('incident.answers')}
          </Link>
        </p>
      </Empty>
    );
  return (
    <section aria-labelledby="views">
      <h2 id="views">{t('views.title')}</h2>
      {runs.length > 1 && (
        <RunChoice
          label={t('compare.run')}
          runs={runs}
          chosen={chosen.job}
          onChoose={(job) =>
            void navigate({
              to: '/incidents/$incident/views',
              params: { incident },
              search: { run: job },
              resetScroll: false,
            })
          }
        />
      )}
      <Ask key={chosen.job} incident={incident} job={chosen.job} />
    </section>
  );
}

function Ask({ incident, job }: Readonly<{ incident: string; job: string }>) {
  const { t } = useWords();
  const [by, setBy] = useState<Side['by']>('person');
  const [asked, setAsked] = useState('');
  const [side, setSide] = useState<Side>();
  const handleSubmit = (event: SubmitEvent<HTMLFormElement>) => {
    event.preventDefault();
    setSide({ by, asked: asked.trim() });
  };
  return (
    <>
      <form className="form" onSubmit={handleSubmit}>
        <fieldset>
          <legend>{t('views.ask')}</legend>
          {(['person', 'viewer'] as const).map((one) => (
            <label key={one} className="choice">
              <input type="radio" name="by" checked={by === one} onChange={() => setBy(one)} />
              {t(`views.by.${one}`)}
            </label>
          ))}
        </fieldset>
        <Field label={t(`views.which.${by}`)} help={t(`views.help.${by}`)}>
          {(ids) => (
            <input
              {...ids}
              required
              autoComplete="off"
              value={asked}
              onChange={({ target }) => setAsked(target.value)}
            />
          )}
        </Field>
        <p className="actions">
          <button type="submit" className="button">
            {t('views.look')}
          </button>
          <span className="soft small">{t('views.willRecord')}</span>
        </p>
      </form>
      {side !== undefined && (
        <SingleViews key={`${side.by} ${side.asked}`} incident={incident} job={job} begin={side} />
      )}
    </>
  );
}
