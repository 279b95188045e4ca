/** What follows an incident is shown the same way: a list by its state, what is known of each, what may be done with it, and one more. */
import { useQuery } from '@tanstack/react-query';
import { Link, useParams, useSearch } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { Pages } from '../kit/facts.tsx';
import { Empty, Loaded } from '../kit/states.tsx';
import { type Key, useWords } from '../words/index.tsx';
import { Head } from './head.tsx';
import { incidentQueries, type Shown } from './queries.ts';

export type MatterSearch = Readonly<{ state?: string; past?: number }>;
export type Asked = Readonly<{ incident: string; state: string | undefined; after: number | undefined }>;

type ListOfRows = Readonly<{ rows: readonly Readonly<{ id: string }>[]; next?: number | undefined }>;
type Props<L extends ListOfRows> = Readonly<{
  words: Readonly<{ title: Key; lead: Key; none: Key; noneWhy: Key }>;
  /** The group of messages of its states, and which there are. */
  group: string;
  states: readonly string[];
  ask: (asked: Asked) => Promise<L>;
  /** What is told of all of them. */
  above?: (listed: L) => ReactNode;
  row: (one: L['rows'][number], shown: Shown) => ReactNode;
  add: (shown: Shown) => ReactNode;
}>;

export function Matters<L extends ListOfRows>(props: Props<L>) {
  const { incident = '' } = useParams({ strict: false });
  const shown = useQuery(incidentQueries.shown(incident));
  return (
    <Loaded query={shown} isWhole>
      {(found) => (
        <>
          <Head shown={found} />
          <ListOf {...props} shown={found} />
        </>
      )}
    </Loaded>
  );
}

function ListOf<L extends ListOfRows>(props: Props<L> & Readonly<{ shown: Shown }>) {
  const { words, group, states, ask, above, row, add, shown } = props;
  const { t } = useWords();
  const { state, past }: MatterSearch = useSearch({ strict: false });
  const list = useQuery({
    queryKey: ['incident', shown.id, 'matters', group, state, past],
    queryFn: () => ask({ incident: shown.id, state, after: past }),
  });
  return (
    <section aria-labelledby="matters">
      <h2 id="matters">{t(words.title)}</h2>
      <p className="lead">{t(words.lead)}</p>
      <StateFilter group={group} states={states} state={state} />
      <Loaded query={list}>
        {(listed) => (
          <>
            {above?.(listed)}
            {listed.rows.length === 0 ? (
              <Empty title={t(words.none)}>
                <p>{t(words.noneWhy)}</p>
              </Empty>
            ) : (
              <ul className="plain rows">
                {listed.rows.map((one) => (
                  <li key={one.id}>{row(one, shown)}</li>
                ))}
              </ul>
            )}
            <Pages next={listed.next} past={past} />
          </>
        )}
      </Loaded>
      {add(shown)}
    </section>
  );
}

/** A filter is a part of the address. */
export function StateFilter({
  group,
  states,
  state,
}: Readonly<{ group: string; states: readonly string[]; state: string | undefined }>) {
  const { t, named } = useWords();
  return (
    <nav className="filters" aria-label={t('incidents.byState')}>
      {[undefined, ...states].map((one) => (
        <Link
          key={one ?? ''}
          to="."
          search={({ state: _, past: __, ...others }) => ({
            ...others,
            ...(one === undefined ? {} : { state: one }),
          })}
          aria-current={one === state ? 'page' : undefined}
          className={one === state ? 'active' : ''}
          activeProps={{}}
          resetScroll={false}
        >
          {one === undefined ? t('incidents.every') : named(group, one)}
        </Link>
      ))}
    </nav>
  );
}

/** The file that proves a step, by its id in the evidence. */
export function EvidenceFact({ incident, id }: Readonly<{ incident: string; id: string }>) {
  return (
    <Link to="/incidents/$incident/files" params={{ incident }}>
      <code>{id}</code>
    </Link>
  );
}
