/** The report to an authority: versions that never change, the next one as a form that is filled in already, and where each was filed. */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries, type Shown } from '../incident/queries.ts';
import { Empty, Failed, Loaded } from '../kit/states.tsx';
import { useWords } from '../words/index.tsx';
import { type Listed, reportQueries, TEMPLATES, type Template } from './report.queries.ts';
import { About, Changes } from './report-about.tsx';
import { Drafting } from './report-draft.tsx';
import { Fields } from './report-fields.tsx';
import { Filings } from './report-filing.tsx';
import './assess.css';

const FROM = '/incidents/$incident/report' as const;

export function ReportPage() {
  const { incident } = useParams({ from: FROM });
  const shown = useQuery(incidentQueries.shown(incident));
  const reports = useQuery(reportQueries.list(incident));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <Loaded query={reports}>{(listed) => <OfIncident shown={found} reports={listed.reports} />}</Loaded>
        </>
      )}
    </Loaded>
  );
}

function OfIncident({ shown, reports }: Readonly<{ shown: Shown; reports: readonly Listed[] }>) {
  const { t, named } = useWords();
  const search = useSearch({ from: FROM });
  const { template = reports[0]?.template ?? 'edpb' } = search;
  const versions = reports.filter((one) => one.template === template);
  const mayWork = hasOne(useMe(), WORKERS) && shown.state !== 'closed';
  const isNext = mayWork && (search.next === true || versions.length === 0);
  const version = search.version ?? versions[0]?.version;
  return (
    <section aria-labelledby="report">
      <h2 id="report">{t('report.title')}</h2>
      <nav className="filters" aria-label={t('report.templates')}>
        {TEMPLATES.map((one) => (
          <Choice key={one} incident={shown.id} template={one} isChosen={one === template}>
            {named('report-template', one)}
          </Choice>
        ))}
      </nav>
      {versions.length > 0 && (
        <Versions
          incident={shown.id}
          versions={versions}
          chosen={isNext ? undefined : version}
          mayWork={mayWork}
        />
      )}
      {isNext ? (
        <Drafting key={template} shown={shown} template={template} last={versions[0]} />
      ) : version === undefined ? (
        <Empty title={t('report.none')}>
          <p>{t('report.nobodyYet')}</p>
        </Empty>
      ) : (
        <Kept
          shown={shown}
          template={template}
          version={version}
          listed={versions.find((one) => one.version === version)}
        />
      )}
    </section>
  );
}

const Choice = ({
  incident,
  template,
  isChosen,
  children,
}: Readonly<{ incident: string; template: Template; isChosen: boolean; children: string }>) => (
  <Link
    to={FROM}
    params={{ incident }}
    search={{ template }}
    aria-current={isChosen ? 'page' : undefined}
    className={isChosen ? 'active' : ''}
    activeProps={{}}
  >
    {children}
  </Link>
);

function Versions({
  incident,
  versions,
  chosen,
  mayWork,
}: Readonly<{
  incident: string;
  versions: readonly Listed[];
  chosen: number | undefined;
  mayWork: boolean;
}>) {
  const { t, named } = useWords();
  const template = versions[0]?.template ?? 'edpb';
  return (
    <>
      <h3>{t('report.versions')}</h3>
      <ul className="plain rows report-versions">
        {versions.map((one) => (
          <li key={one.version}>
            <Link
              to={FROM}
              params={{ incident }}
              search={{ template, version: one.version }}
              aria-current={one.version === chosen ? 'page' : undefined}
              className="row-title"
              activeProps={{}}
            >
              {t('report.version', { version: one.version })}
            </Link>
            <span className="soft">
              {[
                named('report-kind', one.kind),
                named('report-state', one.state),
                t('report.lacks', { missing: one.missing, wrong: one.wrong }),
              ].join(' · ')}
            </span>
            {one.filings.length > 0 && <strong>{t('report.filings')}</strong>}
          </li>
        ))}
      </ul>
      {mayWork && chosen !== undefined && (
        <p className="actions">
          <Link to={FROM} params={{ incident }} search={{ template, next: true }} className="button quiet">
            {t('report.prepare')}
          </Link>
        </p>
      )}
    </>
  );
}

function Kept({
  shown,
  template,
  version,
  listed,
}: Readonly<{ shown: Shown; template: Template; version: number; listed: Listed | undefined }>) {
  const { t } = useWords();
  const saved = useQuery(reportQueries.shown(shown.id, template, version));
  return (
    <Loaded query={saved}>
      {({ report, entry }) =>
        report === null ? (
          <Failed error={new Error(t('report.erased'))} />
        ) : (
          <>
            <About report={report} entry={entry} />
            <p className="actions">
              {(['pdf', 'html', 'json'] as const).map((as) => (
                <a
                  key={as}
                  href={`/api/incidents/${shown.id}/reports/${template}/${version}/file?as=${as}`}
                  download
                >
                  {t(`report.${as}`)}
                </a>
              ))}
            </p>
            {listed !== undefined && <Filings shown={shown} listed={listed} report={report} />}
            <Changes report={report} version={version} />
            <Fields report={report} incident={shown.id} edit={undefined} />
          </>
        )
      }
    </Loaded>
  );
}
