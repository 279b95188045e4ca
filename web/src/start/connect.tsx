/** One's own logs: what the server knows of them, or how it comes to know. */
import { useMutation, useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import { type Answer, answerOf, api } from '../app/client.ts';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { SettingsHead } from '../app/settings.tsx';
import { workspaceQuery } from '../incident/queries.ts';
import { Hatch } from '../kit/figure.tsx';
import { Failed, Loaded } from '../kit/states.tsx';
import { Between } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';

type Workspace = NonNullable<Answer<'/api/workspace', 'get'>['workspace']>;

const EXAMPLE = `organisation:
  name: Marlow Market
  country: LU
sources:
  customers:
    at: data/customers.csv
    columns: { id: customer_id, email: email, name: full_name, country: country }
  references:
    reviews: { at: data/reviews.csv, key: review_id, person: customer_id }
  logs:
    web: { at: "logs/*.log.gz", format: combined }
`;
const COMMANDS = `npx forthright readiness --workspace forthright.yaml
npx forthright serve --workspace forthright.yaml
`;

export function Connect() {
  const { t } = useWords();
  const workspace = useQuery(workspaceQuery);
  return (
    <>
      <SettingsHead title={t(workspace.data === null ? 'start.connect' : 'sources.name')} />
      <Loaded query={workspace}>
        {(found) => (found === null ? <HowTo /> : <Connected workspace={found} />)}
      </Loaded>
    </>
  );
}

function HowTo() {
  const { t } = useWords();
  return (
    <ol className="steps">
      <li>
        <p>{t('connect.write')}</p>
        <pre translate="no">{EXAMPLE}</pre>
      </li>
      <li>
        <p>{t('connect.start')}</p>
        <pre translate="no">{COMMANDS}</pre>
      </li>
      <li>
        <p>{t('connect.back')}</p>
      </li>
    </ol>
  );
}

type Source = Workspace['sources'][number];

function Connected({ workspace: { organisation, sources } }: Readonly<{ workspace: Workspace }>) {
  const { t } = useWords();
  const mayOpen = hasOne(useMe(), WORKERS);
  return (
    <>
      <p className="lead">{t('connect.connected', { organisation })}</p>
      <ul className="plain rows spaced">
        {sources.map((one) => (
          <li key={one.source}>
            <SourceLine source={one} />
          </li>
        ))}
      </ul>
      <p className="soft spaced">{t('source.how')}</p>
      {mayOpen && (
        <p className="actions">
          <Link to="/incidents/new" className="button">
            {t('incident.new')}
          </Link>
        </p>
      )}
    </>
  );
}

/** A look takes the server some seconds, so somebody asks for it. */
function SourceLine({ source: { source, kind, format, maps } }: Readonly<{ source: Source }>) {
  const { t, named } = useWords();
  const checking = useMutation({
    mutationFn: () => answerOf(api.GET('/api/workspace/check', { params: { query: { source } } })),
  });
  return (
    <>
      <span className="row-title">
        {source.replace(/^\w+\./, '')}{' '}
        <span className="soft light">
          {[
            ...(kind === source ? [] : [named('source-kind', kind)]),
            ...(format === undefined ? [] : [format]),
          ].join(' · ')}
        </span>
      </span>
      <button
        type="button"
        className="button quiet"
        aria-label={t('source.checkOne', { source })}
        disabled={checking.isPending}
        onClick={() => checking.mutate()}
      >
        {t(checking.isPending ? 'source.looking' : 'source.check')}
      </button>
      {maps.length > 0 && (
        <span className="whole soft">
          {t('source.maps')} <bdi>{maps.join(', ')}</bdi>
        </span>
      )}
      {checking.data !== undefined && <Checked found={checking.data} />}
      {checking.error !== null && (
        <div className="whole">
          <Failed error={checking.error} />
        </div>
      )}
    </>
  );
}

function Checked({ found }: Readonly<{ found: Answer<'/api/workspace/check', 'get'> }>) {
  const { t, named, number, bytes } = useWords();
  const { broken } = found;
  if (broken !== null) {
    const own = named('refused', broken.code);
    return (
      <div className="whole failed" role="status">
        <p className="empty-title">{t('source.broken')}</p>
        {own !== broken.code && <p>{own}</p>}
        <p lang="en">{broken.message}</p>
        {broken.problems.length > 0 && (
          <ul lang="en">
            {broken.problems.map(({ at, message }) => (
              <li key={`${at} ${message}`}>
                <code>{at}</code> {message}
              </li>
            ))}
          </ul>
        )}
      </div>
    );
  }
  return (
    <div className="whole" role="status">
      <p>
        <strong>
          {found.rows === 0
            ? t('source.nothing')
            : t(found.oneIn === 1 ? 'source.rows' : 'source.someRows', {
                count: found.rows,
                rows: number(found.rows),
                oneIn: number(found.oneIn),
              })}
        </strong>{' '}
        {found.files > 0 && t('source.files', { count: found.files, size: bytes(found.bytes) })}
      </p>
      {found.first !== null && found.last !== null && (
        <p className="soft">
          <Between from={found.first} to={found.last} />
        </p>
      )}
      {found.withoutViewer > 0 && (
        <p>
          <Hatch /> {t('source.withoutViewer', { count: found.withoutViewer })}
        </p>
      )}
      {found.stoppedEarly && <p className="soft">{t('source.stoppedEarly')}</p>}
    </div>
  );
}
