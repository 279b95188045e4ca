import { Link } from '@tanstack/react-router';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import type { Listed } from './queries.ts';

/** An incident in a list. */
export function IncidentLine({ listed }: Readonly<{ listed: Listed }>) {
  const { t, named } = useWords();
  return (
    <>
      <Link to="/incidents/$incident" params={{ incident: listed.id }} className="row-title">
        {listed.title ?? t('erased')}
      </Link>
      <span className="soft">
        {named('state', listed.state)}
        {listed.isRestricted && ` · ${t('incident.restricted')}`}
      </span>
      <When at={listed.aware ?? listed.openedAt} />
      {listed.overdue > 0 && <strong>{t('overdue.count', { count: listed.overdue })}</strong>}
    </>
  );
}
