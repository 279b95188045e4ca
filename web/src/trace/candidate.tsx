/** One who stands out: the reports, what else would explain them, what speaks against it; the name behind two signatures; what follows. */
import { useQuery } from '@tanstack/react-query';
import { hasOne, useMe } from '../app/session.ts';
import type { Shown } from '../incident/queries.ts';
import { Loaded } from '../kit/states.tsx';
import { When } from '../kit/time.tsx';
import { useWords } from '../words/index.tsx';
import { ConfirmForm, MeasuresForm, Pack } from './follow.tsx';
import { Name } from './name.tsx';
import { type Named, type OfRun, type RunShown, traceQueries } from './queries.ts';

/** So many reports are shown until all are asked for. */
const FEW = 10;

type Props = Readonly<{ shown: Shown; of: OfRun; run: RunShown; named: Named }>;

export function Candidate({ shown, of, run, named }: Props) {
  const { t } = useWords();
  const unlocks = useQuery(traceQueries.unlocks(of.incident));
  const isOpen = shown.state !== 'closed';
  return (
    <section aria-labelledby="candidate" className="candidate">
      <h2 id="candidate">{t('candidate.title', { who: named.candidate })}</h2>
      <Against named={named} />
      <Hits named={named} />
      <Loaded query={unlocks}>
        {({ unlocks: all }) => {
          const own = all.filter((one) => one.run === run.evidence && one.pseudonym === named.candidate);
          // A team, an export or a shop's feed has no name to unlock.
          const isUnlocked = !isPerson(named) || own.some(({ state }) => state === 'granted');
          return (
            <>
              {isPerson(named) && (
                <Name of={of} evidence={run.evidence ?? ''} named={named} unlocks={own} isOpen={isOpen} />
              )}
              {isOpen && <Follow shown={shown} of={of} named={named} isUnlocked={isUnlocked} />}
            </>
          );
        }}
      </Loaded>
    </section>
  );
}

const isPerson = ({ kind }: Named): boolean =>
  kind === 'employee' || kind === 'contractor' || kind === 'account';

function Against({ named }: Readonly<{ named: Named }>) {
  const { t, list } = useWords();
  return (
    <>
      <h3>{t('candidate.against')}</h3>
      <ul lang={named.against.length === 0 ? undefined : 'en'}>
        {named.against.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
      {named.insteadOf.length > 0 && <p>{t('candidate.notApart', { who: list(named.insteadOf) })}</p>}
      {named.alsoSeenBy.length > 0 && (
        <>
          <h3>{t('candidate.others')}</h3>
          <ul>
            {named.alsoSeenBy.map((one) => (
              <li key={one.candidate}>
                {t('candidate.sawToo', { who: one.candidate, hits: one.hits, all: named.hits })}
              </li>
            ))}
          </ul>
        </>
      )}
    </>
  );
}

function Hits({ named: { reports } }: Readonly<{ named: Named }>) {
  const { t, number } = useWords();
  const [few, more] = [reports.slice(0, FEW), reports.slice(FEW)];
  const table = (rows: Named['reports'], caption: string) => (
    <table className="table hits">
      <caption className="unseen">{caption}</caption>
      <thead>
        <tr>
          <th scope="col">{t('candidate.reporter')}</th>
          <th scope="col">{t('candidate.lookedUp')}</th>
          <th scope="col">{t('candidate.reported')}</th>
          <th scope="col" className="amount">
            {t('candidate.sawAlso')}
          </th>
          <th scope="col">{t('candidate.line')}</th>
        </tr>
      </thead>
      <tbody>
        {rows.map((one) => (
          <tr key={`${one.person} ${one.reported}`}>
            <th scope="row">{one.person}</th>
            <td data-label={t('candidate.lookedUp')}>
              <When at={one.lookedUp} />
            </td>
            <td data-label={t('candidate.reported')}>
              <When at={one.reported} />
            </td>
            <td className="amount" data-label={t('candidate.sawAlso')}>
              {number(one.others)}
            </td>
            <td data-label={t('candidate.line')}>
              <code>{`${one.file}:${one.row}`}</code>
            </td>
          </tr>
        ))}
      </tbody>
    </table>
  );
  return (
    <>
      <h3>{t('candidate.reports', { count: reports.length })}</h3>
      {table(few, t('candidate.reports', { count: reports.length }))}
      {more.length > 0 && (
        <details className="more">
          <summary>{t('candidate.more', { count: more.length })}</summary>
          {table(more, t('candidate.more', { count: more.length }))}
        </details>
      )}
    </>
  );
}

function Follow({
  shown,
  of,
  named,
  isUnlocked,
}: Readonly<{ shown: Shown; of: OfRun; named: Named; isUnlocked: boolean }>) {
  const { t } = useWords();
  const me = useMe();
  const isOfficer = hasOne(me, ['privacy-officer']);
  if (!hasOne(me, ['investigator', 'privacy-officer'])) return null;
  return (
    <>
      <h3>{t('candidate.follows')}</h3>
      <MeasuresForm of={of} candidate={named.candidate} />
      {isOfficer &&
        (isUnlocked ? (
          <>
            <Pack of={of} candidate={named.candidate} />
            <ConfirmForm shown={shown} of={of} candidate={named.candidate} />
          </>
        ) : (
          <p className="soft">{t('candidate.locked')}</p>
        ))}
    </>
  );
}
