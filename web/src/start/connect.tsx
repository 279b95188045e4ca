/** One's own logs: what the server knows of them, or how it comes to know. */
import { useQuery } from '@tanstack/react-query';
import { Link } from '@tanstack/react-router';
import type { Answer } from '../app/client.ts';
import { hasOne, useMe, WORKERS } from '../app/session.ts';
import { workspaceQuery } from '../incident/queries.ts';
import { Loaded } from '../kit/states.tsx';
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
      <h1>{t('start.connect')}</h1>
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

function Connected({ workspace: { organisation, logs, references } }: Readonly<{ workspace: Workspace }>) {
  const { t } = useWords();
  const mayOpen = hasOne(useMe(), WORKERS);
  return (
    <>
      <p className="lead">{t('connect.connected', { organisation })}</p>
      <dl className="facts">
        <dt>{t('connect.logs')}</dt>
        <dd>
          {logs.map(({ name, format }) => (
            <span key={name} className="chip">
              {name} <span className="soft">{format}</span>
            </span>
          ))}
        </dd>
        <dt>{t('connect.references')}</dt>
        <dd>
          {references.map((name) => (
            <span key={name} className="chip">
              {name}
            </span>
          ))}
        </dd>
      </dl>
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
