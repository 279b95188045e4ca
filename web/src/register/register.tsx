/** The register in plain words: who did what, when, and of which incident; each entry with its proof. */
import { useQuery } from '@tanstack/react-query';
import { Link, useNavigate, useSearch } from '@tanstack/react-router';
import type { ChangeEvent } from 'react';
import { hasOne, READERS, useMe } from '../app/session.ts';
import { Head } from '../incident/head.tsx';
import { incidentQueries } from '../incident/queries.ts';
import { Field } from '../kit/form.tsx';
import { useName, useNames } from '../kit/names.ts';
import { Empty, Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { Bundle } from './bundle.tsx';
import { ProofPanel } from './panel.tsx';
import { type Entry, type Listed, registerQueries, type Sought } from './queries.ts';
import './register.css';

export function Register() {
  const { t } = useWords();
  const { entry, ...sought } = useSearch({ from: '/register' });
  const page = useQuery(registerQueries.entries(sought));
  const me = useMe();
  const isOfOne = sought.incident !== undefined && hasOne(me, READERS);
  const shown = useQuery({ ...incidentQueries.shown(sought.incident ?? ''), enabled: isOfOne });
  return (
    <>
      {isOfOne && shown.data !== undefined ? (
        <>
          <Head shown={shown.data} />
          <h2 className="spaced">{t('register.title')}</h2>
        </>
      ) : (
        <h1>{t('register.title')}</h1>
      )}
      <p className="lead">{t('register.lead')}</p>
      <Filters
        sought={sought}
        title={sought.incident === undefined ? undefined : page.data?.titles[sought.incident]}
      />
      <Loaded query={page}>
        {(found) =>
          found.entries.length === 0 ? (
            <Empty title={t('register.none')}>
              <p>
                <Link to="/register">{t('register.everything')}</Link>
              </p>
            </Empty>
          ) : (
            <Entries found={found} sought={sought} />
          )
        }
      </Loaded>
      {isOfOne && <Bundle incident={sought.incident ?? ''} />}
      {entry !== undefined && <ProofPanel entry={entry} />}
    </>
  );
}

type FiltersProps = Readonly<{ sought: Sought; title: string | null | undefined }>;

/** A change of a filter is another address, and begins with the newest. */
function Filters({ sought: { before: _, ...sought }, title }: FiltersProps) {
  const { incident: __, ...withoutIncident } = sought;
  const { t, named, namesOf } = useWords();
  const names = useNames();
  const navigate = useNavigate();
  const handle = (what: keyof Sought) => (event: ChangeEvent<HTMLInputElement | HTMLSelectElement>) =>
    void navigate({
      to: '/register',
      search: { ...sought, [what]: event.target.value === '' ? undefined : event.target.value },
    });
  return (
    <form
      className="filter-form"
      aria-label={t('register.filter')}
      onSubmit={(event) => event.preventDefault()}
    >
      <Field label={t('register.kind')}>
        {(ids) => (
          <select {...ids} value={sought.kind ?? ''} onChange={handle('kind')}>
            <option value="">{t('register.any')}</option>
            {namesOf('entry')
              .map((kind) => [kind, named('entry', kind)] as const)
              .sort(([, a], [, b]) => a.localeCompare(b))
              .map(([kind, said]) => (
                <option key={kind} value={kind}>
                  {said}
                </option>
              ))}
          </select>
        )}
      </Field>
      <Field label={t('register.by')}>
        {(ids) => (
          <select {...ids} value={sought.by ?? ''} onChange={handle('by')}>
            <option value="">{t('register.any')}</option>
            <option value="program">{t('by.program')}</option>
            {names.map(({ id, name }) => (
              <option key={id} value={id}>
                {name}
              </option>
            ))}
          </select>
        )}
      </Field>
      <Field label={t('register.from')}>
        {(ids) => <input {...ids} type="date" value={sought.from ?? ''} onChange={handle('from')} />}
      </Field>
      <Field label={t('register.to')}>
        {(ids) => <input {...ids} type="date" value={sought.to ?? ''} onChange={handle('to')} />}
      </Field>
      {sought.incident !== undefined && (
        <p className="whole-filter">
          {t('register.onlyIncident', { title: title ?? sought.incident })}{' '}
          <Link to="/register" search={withoutIncident}>
            {t('register.everything')}
          </Link>
        </p>
      )}
    </form>
  );
}

function Entries({ found, sought }: Readonly<{ found: Listed; sought: Sought }>) {
  const { before: _, ...newest } = sought;
  const { t } = useWords();
  return (
    <>
      <ol className="plain rows entries">
        {found.entries.map((one) => (
          <li key={one.entry}>
            <Line entry={one} titles={found.titles} isOfOne={sought.incident !== undefined} />
          </li>
        ))}
      </ol>
      <p className="actions">
        {sought.before !== undefined && (
          <Link to="/register" search={newest}>
            {t('register.newest')}
          </Link>
        )}
        {found.next !== undefined && (
          <Link to="/register" search={{ ...sought, before: found.next }}>
            {t('register.older')}
          </Link>
        )}
      </p>
    </>
  );
}

type Value = string | number | boolean | null;

/** The values of an entry as lines, each under the names on the way to it. */
function linesOf(
  value: unknown,
  at: readonly string[] = [],
): (readonly [at: readonly string[], value: Value])[] {
  if (typeof value !== 'object' || value === null) return [[at, value as Value]];
  return Object.entries(value).flatMap(([key, one]) =>
    linesOf(one, [...at, Array.isArray(value) ? String(Number(key) + 1) : key]),
  );
}

/** Words of a closed list, by the name under which they stand. */
const WORDS_OF: Readonly<Record<string, string>> = {
  answer: 'answer',
  cohort: 'cohort',
  channel: 'channel',
  channels: 'channel',
  leakKind: 'leak',
  measures: 'measures',
  roles: 'role',
  scopes: 'role',
  template: 'report-template',
  paper: 'paper',
  pause: 'pause',
  code: 'refused',
};
const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d/;

/** A fact as its reader says it: people by their names, instants in both zones, words of closed lists translated. */
function Fact({ at, value }: Readonly<{ at: readonly string[]; value: Value }>) {
  const { t, named, number } = useWords();
  const name = useName();
  if (typeof value === 'number') return number(value);
  if (typeof value === 'boolean') return t(value ? 'report.yes' : 'report.no');
  if (value === null) return t('erased');
  if (value.startsWith('usr_')) return name(value);
  if (INSTANT.test(value)) return <When at={value} />;
  const group = at.map((one) => WORDS_OF[one]).findLast((one) => one !== undefined);
  return group === undefined ? value : named(group, value);
}

/** What a value stands under: a fact's name, or within sums and times a word of a closed list. */
const OTHER_NAMES = ['time', 'person-state', 'field', 'duty-status'];
function sayOf(named: (group: string, name: string) => string, name: string): string {
  const own = named('entry-fact', name);
  const all = [own, ...OTHER_NAMES.map((group) => named(group, name))];
  return all.find((said) => said !== name) ?? name;
}

const capital = (text: string): string => text.slice(0, 1).toLocaleUpperCase() + text.slice(1);

type LineProps = Readonly<{ entry: Entry; titles: Listed['titles']; isOfOne: boolean }>;

function Line({ entry, titles, isOfOne }: LineProps) {
  const { t, named } = useWords();
  const name = useName();
  const facts = linesOf(entry.facts);
  const texts = Object.entries(entry.texts);
  const called = (at: readonly string[]) => at.map((one) => capital(sayOf(named, one))).join(' · ');
  return (
    <>
      <span className="row-title">{named('entry', entry.kind)}</span>
      <span>
        {name(entry.by)}
        {entry.token !== undefined && ` ${t('register.token')}`}
      </span>
      <When at={entry.at} />
      <Link
        to="/register"
        search={(before) => ({ ...before, entry: entry.entry })}
        resetScroll={false}
        className="entry-proof"
      >
        {t('register.proveNumber', { entry: entry.entry })}
      </Link>
      {isOfOne || entry.incident === undefined ? null : (
        <Link to="/incidents/$incident" params={{ incident: entry.incident }} className="whole">
          {titles[entry.incident] ?? t('erased')}
        </Link>
      )}
      {facts.length + texts.length > 0 && (
        <details className="whole">
          <summary>{t('register.details')}</summary>
          <dl className="stated">
            {texts.map(([key, text]) => (
              <div key={key}>
                <dt>{called(key.split('.'))}</dt>
                <dd className="text">{text ?? t('erased')}</dd>
              </div>
            ))}
            {facts.map(([at, value]) => (
              <div key={at.join(' ')}>
                <dt>{called(at)}</dt>
                <dd className="hash">
                  <Fact at={at} value={value} />
                </dd>
              </div>
            ))}
          </dl>
        </details>
      )}
    </>
  );
}
