/** Two runs of an incident beside each other: who came in, who left, and what was asked or read that differs. */
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useParams, useSearch } from '@tanstack/react-router';
import { useState } from 'react';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries, type Run } from '../incident/queries.ts';
import { Hatch } from '../kit/figure.tsx';
import { Empty, Loaded } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import { Why } from './compare-why.tsx';
import { type Compared, type Side, type Status, singlesQueries } from './queries.ts';
import { RunChoice, runsDone } from './run-choice.tsx';
import { SingleViews } from './single-views.tsx';
import './scope.css';

const HERE = '/incidents/$incident/compare';

export function Compare() {
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
  const search = useSearch({ from: HERE });
  const navigate = useNavigate();
  const now = runs.find(({ job }) => job === search.run) ?? runs[0];
  const others = runs.filter(({ job }) => job !== now?.job);
  const before = others.find(({ job }) => job === search.against) ?? others[0];
  if (now === undefined || before === undefined)
    return (
      <Empty title={t('compare.one')}>
        <p>{t('compare.oneWhy')}</p>
        <p>
          <Link to="/incidents/$incident" params={{ incident }}>
            {t('incident.answers')}
          </Link>
        </p>
      </Empty>
    );
  const go = (run: string, against: string) =>
    void navigate({ to: HERE, params: { incident }, search: { run, against }, resetScroll: false });
  return (
    <section aria-labelledby="compare">
      <h2 id="compare">{t('compare.title')}</h2>
      <div className="pair runs">
        <RunChoice
          label={t('compare.run')}
          runs={runs}
          chosen={now.job}
          onChoose={(job) => go(job, job === before.job ? now.job : before.job)}
        />
        <RunChoice
          label={t('compare.against')}
          runs={others}
          chosen={before.job}
          onChoose={(job) => go(now.job, job)}
        />
      </div>
      <Beside key={`${now.job} ${before.job}`} incident={incident} now={now.job} before={before.job} />
    </section>
  );
}

type BesideProps = Readonly<{ incident: string; now: string; before: string }>;

function Beside({ incident, now, before }: BesideProps) {
  const { t } = useWords();
  const comparison = useQuery(singlesQueries.comparison({ incident, job: now }, before));
  return (
    <Loaded query={comparison}>
      {(compared) => (
        <>
          <Figures compared={compared} />
          <p className="soft small">
            {t('compare.runs')} <code>{compared.before.run}</code> {t('compare.arrow')}{' '}
            <code>{compared.now.run}</code>
          </p>
          <Moves compared={compared} incident={incident} />
          <Why compared={compared} />
        </>
      )}
    </Loaded>
  );
}

const FIGURES = ['exposed', 'unknown', 'clear', 'min', 'max'] as const;

function Figures({ compared: { before, now } }: Readonly<{ compared: Compared }>) {
  const { t, number } = useWords();
  const signed = (count: number) =>
    count > 0 ? `+${number(count)}` : count < 0 ? `−${number(-count)}` : '0';
  return (
    <table className="table compared">
      <caption className="unseen">{t('compare.figures')}</caption>
      <thead>
        <tr>
          <td />
          <th scope="col" className="amount">
            {t('compare.before')}
          </th>
          <th scope="col" className="amount">
            {t('compare.now')}
          </th>
          <th scope="col" className="amount">
            {t('compare.difference')}
          </th>
        </tr>
      </thead>
      <tbody>
        {FIGURES.map((name) => (
          <tr key={name}>
            <th scope="row">
              {name === 'unknown' && <Hatch />}
              {t(`compare.${name}`)}
            </th>
            <td className="amount">{number(before.figures[name])}</td>
            <td className="amount">{number(now.figures[name])}</td>
            <td className="amount">{signed(now.figures[name] - before.figures[name])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

type Move = Compared['people'][number];

function Moves({ compared, incident }: Readonly<{ compared: Compared; incident: string }>) {
  const { t, number } = useWords();
  const { was, now } = useSearch({ from: HERE });
  const mayLook = hasOne(useMe(), WORKERS);
  const sum = (part: (move: Move) => boolean) =>
    compared.people.filter(part).reduce((all, { count }) => all + count, 0);
  const came = sum((move) => move.now === 'exposed');
  const left = sum((move) => move.was === 'exposed');
  const open = compared.people.find((move) => move.was === was && move.now === now);
  const runs = { run: compared.now.job, against: compared.before.job };
  return (
    <section aria-labelledby="moves">
      <h2 id="moves">{t('compare.who')}</h2>
      {compared.people.length === 0 ? (
        <p>{t('compare.nobody')}</p>
      ) : (
        <>
          <div className="large-pair">
            <p className="large less">
              {number(came)} <span className="large-words">{t('compare.came', { count: came })}</span>
            </p>
            <p className="large less">
              {number(left)} <span className="large-words">{t('compare.left', { count: left })}</span>
            </p>
          </div>
          <ul className="plain rows">
            {compared.people.map((move) => (
              <li key={`${move.was} ${move.now}`}>
                <span className="row-title">
                  <State of={move.was} /> {t('compare.arrow')} <State of={move.now} />
                </span>
                <span>{t('people', { count: move.count })}</span>
                {mayLook && (
                  <Link
                    to={HERE}
                    params={{ incident }}
                    search={move === open ? runs : { ...runs, was: move.was, now: move.now }}
                    resetScroll={false}
                    aria-expanded={move === open}
                  >
                    {t(move === open ? 'compare.hide' : 'compare.show')}
                  </Link>
                )}
              </li>
            ))}
          </ul>
          {mayLook && open !== undefined && (
            <People key={`${open.was} ${open.now}`} incident={incident} runs={runs} move={open} />
          )}
        </>
      )}
    </section>
  );
}

function State({ of }: Readonly<{ of: Status }>) {
  const { t } = useWords();
  return (
    <>
      {of === 'unknown' && <Hatch />}
      {t(`compare.${of}`)}
    </>
  );
}

type PeopleProps = Readonly<{ incident: string; runs: { run: string; against: string }; move: Move }>;

function People({ incident, runs: { run, against }, move: { was, now } }: PeopleProps) {
  const { t, list, named } = useWords();
  const [after, setAfter] = useState(0);
  const [side, setSide] = useState<Side>();
  const page = useQuery(singlesQueries.people({ incident, job: run }, { status: now, was, against, after }));
  return (
    <Loaded query={page}>
      {({ people, next, entry }) => (
        <div className="moved">
          <ul className="plain rows">
            {people.map(({ person, fields, views }) => (
              <li key={person}>
                <button
                  type="button"
                  className="suggestion"
                  aria-expanded={side?.asked === person}
                  onClick={() =>
                    setSide(side?.asked === person ? undefined : { by: 'person', asked: person })
                  }
                >
                  <bdi>{person}</bdi>
                </button>
                <span className="soft">
                  {[list(fields.map((name) => named('field', name))), t('views', { count: views })]
                    .filter((one) => one !== '')
                    .join(' · ')}
                </span>
                {side?.asked === person && (
                  <div className="whole">
                    <SingleViews incident={incident} job={now === 'clear' ? against : run} begin={side} />
                  </div>
                )}
              </li>
            ))}
          </ul>
          <p className="actions">
            {after > 0 && (
              <button type="button" className="button quiet" onClick={() => setAfter(0)}>
                {t('page.first')}
              </button>
            )}
            {next !== undefined && (
              <button type="button" className="button quiet" onClick={() => setAfter(next)}>
                {t('page.next')}
              </button>
            )}
            <span className="soft small">{t('views.recorded', { entry })}</span>
          </p>
        </div>
      )}
    </Loaded>
  );
}
