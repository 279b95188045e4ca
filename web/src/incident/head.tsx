/** What stands above every part of an incident: which it is, how it stands, and its parts in their groups. */
import { Link } from '@tanstack/react-router';
import { useHere, useParts } from '../app/places.ts';
import { useWords } from '../words/index.tsx';
import type { Shown } from './queries.ts';

export function Head({ shown }: Readonly<{ shown: Shown }>) {
  const { t, named, length } = useWords();
  const said = [
    named('kind', shown.kind),
    named('state', shown.state),
    ...(shown.restrictedTo === undefined ? [] : [t('incident.restricted')]),
    ...(shown.awareSeconds === undefined
      ? []
      : [t('incident.awareFor', { time: length(shown.awareSeconds * 1000) })]),
  ];
  return (
    <header className="incident-head">
      <h1>{shown.title ?? t('erased')}</h1>
      <p className="soft">{said.join(' · ')}</p>
      <Parts incident={shown.id} />
    </header>
  );
}

/** The router marks what is looked at by the whole address alone; what is below a part is marked here. */
const EXACT = { exact: true, includeSearch: false } as const;

/** Groups, and below them the parts of the one that is looked at. A group leads to its first part. */
export function Parts({ incident }: Readonly<{ incident: string }>) {
  const { t } = useWords();
  const groups = useParts(incident);
  const here = useHere(groups.flatMap(({ parts }) => parts));
  const open = groups.find(({ group }) => group === here?.group);
  return (
    <nav className="parts" aria-label={t('incident.parts')}>
      <ul className="plain part-groups">
        {groups.map(({ group, parts: [first] }) => (
          <li key={group}>
            <Link
              to={first?.to ?? '/'}
              search={first?.search ?? {}}
              className={group === open?.group ? 'here' : ''}
              activeOptions={EXACT}
            >
              {t(`group.${group}`)}
            </Link>
          </li>
        ))}
      </ul>
      {open !== undefined && open.parts.length > 1 && (
        <ul className="plain part-ways">
          {open.parts.map((one) => (
            <li key={one.path}>
              <Link
                to={one.to}
                search={one.search}
                activeOptions={EXACT}
                className={one === here ? 'here' : ''}
                aria-current={one === here ? 'page' : undefined}
              >
                {t(one.name)}
              </Link>
            </li>
          ))}
        </ul>
      )}
    </nav>
  );
}
