/** What stands above every part of an incident: which it is, how it stands, and its parts. */
import { Link } from '@tanstack/react-router';
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
      <nav className="filters" aria-label={t('incident.parts')}>
        <Link
          to="/incidents/$incident"
          params={{ incident: shown.id }}
          activeOptions={{ exact: true, includeSearch: false }}
        >
          {t('incident.answers')}
        </Link>
        <Link to="/incidents/$incident/leaks" params={{ incident: shown.id }}>
          {t('leaks.title')}
        </Link>
        <Link
          to="/incidents/$incident/charts"
          params={{ incident: shown.id }}
          activeOptions={{ includeSearch: false }}
        >
          {t('charts.tab')}
        </Link>
        <Link to="/incidents/$incident/views" params={{ incident: shown.id }}>
          {t('views.tab')}
        </Link>
        <Link to="/incidents/$incident/compare" params={{ incident: shown.id }}>
          {t('compare.tab')}
        </Link>
        <Link to="/incidents/$incident/duties" params={{ incident: shown.id }}>
          {t('duties.tab')}
        </Link>
        <Link to="/incidents/$incident/risk" params={{ incident: shown.id }}>
          {t('risk.tab')}
        </Link>
        <Link to="/incidents/$incident/report" params={{ incident: shown.id }}>
          {t('report.tab')}
        </Link>
        <Link to="/incidents/$incident/notify" params={{ incident: shown.id }}>
          {t('notify.tab')}
        </Link>
        <Link to="/incidents/$incident/page" params={{ incident: shown.id }}>
          {t('page-edit.tab')}
        </Link>
        <Link to="/incidents/$incident/decide" params={{ incident: shown.id }}>
          {t('decide.tab')}
        </Link>
        <Link to="/register" search={{ incident: shown.id }}>
          {t('register.name')}
        </Link>
      </nav>
    </header>
  );
}
