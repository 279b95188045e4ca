/** A run as drawings: people over time with the gaps of the logs, by country, by what was seen together, and who looked. */
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { EvidencePanel } from '../incident/evidence.tsx';
import { Head } from '../incident/head.tsx';
import { type Answered, incidentQueries, type Run } from '../incident/queries.ts';
import { Source } from '../incident/source.tsx';
import { Empty, Failed, Loaded } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import { Combinations } from './chart-combinations.tsx';
import { Countries } from './chart-countries.tsx';
import { Recipients } from './chart-recipients.tsx';
import { OverTime } from './chart-time.tsx';
import { RunChoice, runsDone } from './run-choice.tsx';
import './scope.css';
import './charts.css';

const HERE = '/incidents/$incident/charts';

export function Charts() {
  const { incident } = useParams({ from: HERE });
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

function OfRuns({ incident, runs }: Readonly<{ incident: string; runs: readonly Run[] }>) {
  const { t } = useWords();
  const { run } = useSearch({ from: HERE });
  const navigate = useNavigate();
  const chosen = runs.find(({ job }) => job === run) ?? runs[0];
  if (chosen === undefined)
    return (
      <Empty title={t('charts.noRun')}>
        <p>
          <Link to="/incidents/$incident" params={{ incident }}>
            {t('incident.answers')}
          </Link>
        </p>
      </Empty>
    );
  return (
    <>
      {runs.length > 1 && (
        <RunChoice
          label={t('compare.run')}
          runs={runs}
          chosen={chosen.job}
          onChoose={(job) =>
            void navigate({ to: HERE, params: { incident }, search: { run: job }, resetScroll: false })
          }
        />
      )}
      <OfRun incident={incident} job={chosen.job} />
    </>
  );
}

function OfRun({ incident, job }: Readonly<{ incident: string; job: string }>) {
  const { t } = useWords();
  const answer = useQuery(incidentQueries.answer(incident, job));
  return (
    <Loaded query={answer}>
      {(answered) =>
        answered === null ? <Failed error={new Error(t('run.erased'))} /> : <All answered={answered} />
      }
    </Loaded>
  );
}

function All({ answered }: Readonly<{ answered: Answered }>) {
  const { answer } = answered;
  return (
    <div className="charts">
      <OverTime answer={answer} />
      <Countries answer={answer} />
      <Recipients answer={answer} />
      <Combinations answer={answer} />
      <Source answered={answered} />
      <EvidencePanel answered={answered} />
    </div>
  );
}
