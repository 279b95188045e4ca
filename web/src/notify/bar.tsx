/** How many people of a campaign are in which state: one bar that is always all of them, and a row for each state. */
import { Link } from '@tanstack/react-router';
import { useWords } from '../words/index.tsx';
import { OfRun } from './pieces.tsx';
import type { Listed, Of } from './queries.ts';

/** From whom nothing is to be done any more, over who waits, to whom nobody has reached. */
const GROUPS = [
  ['told', ['told']],
  ['accepted', ['accepted', 'complained']],
  ['doubt', ['in-doubt', 'released-again', 'attempted-twice']],
  ['leaving', ['released']],
  ['waiting', ['planned', 'prepared', 'deferred', 'broken']],
  ['back', ['bounced', 'refused']],
  ['other', ['other-channel']],
  ['ended', ['excused', 'unreachable']],
] as const;

type Sums = Listed['sums'];

/** In an address: people of all states. */
export const EVERYBODY = 'every';

/** States with somebody in them, in the order of the bar. A state that we have no place for stands last. */
export function rowsOf(sums: Sums): { state: string; group: string; people: number }[] {
  const known = GROUPS.flatMap(([group, states]) =>
    states.map((state) => ({ group: group as string, state: state as string })),
  );
  const others = Object.keys(sums)
    .filter((state) => known.every((one) => one.state !== state))
    .map((state) => ({ group: 'waiting', state }));
  return [...known, ...others].flatMap(({ group, state }) => {
    const people = sums[state] ?? 0;
    return people === 0 ? [] : [{ state, group, people }];
  });
}

export function SumBar({ listed }: Readonly<{ listed: Pick<Listed, 'sums' | 'people'> }>) {
  const { t, number } = useWords();
  const rows = rowsOf(listed.sums);
  const groups = GROUPS.flatMap(([group]) => {
    const people = rows.filter((row) => row.group === group).reduce((sum, row) => sum + row.people, 0);
    return people === 0 ? [] : [{ group, people }];
  });
  const words = groups.map(({ group, people }) => `${t(`sum.${group}`)} ${number(people)}`).join(', ');
  return (
    <div
      className="sum-bar"
      role="img"
      aria-label={t('campaign.sums', { people: listed.people, sums: words })}
    >
      {groups.map(({ group, people }) => (
        <span key={group} className={`sum-part ${group}`} style={{ flexGrow: people }} />
      ))}
    </div>
  );
}

export function StateRows({
  of,
  listed,
  shown,
}: Readonly<{ of: Of; listed: Listed; shown: string | undefined }>) {
  const { t, number, named } = useWords();
  return (
    <table className="table states">
      <caption className="unseen">{t('campaign.byState')}</caption>
      <tbody>
        {rowsOf(listed.sums).map(({ state, group, people }) => (
          <tr key={state}>
            <td className="swatch-cell" aria-hidden="true">
              <span className={`sum-part swatch ${group}`} />
            </td>
            <th scope="row">
              <Link
                to="/incidents/$incident/notify/$campaign"
                params={of}
                search={{ state }}
                aria-current={state === shown ? 'true' : undefined}
                resetScroll={false}
              >
                {named('person-state', state)}
              </Link>
            </th>
            <td className="amount">{number(people)}</td>
          </tr>
        ))}
      </tbody>
      <tfoot>
        <tr>
          <td />
          <th scope="row">
            <Link
              to="/incidents/$incident/notify/$campaign"
              params={of}
              search={{ state: EVERYBODY }}
              aria-current={shown === EVERYBODY ? 'true' : undefined}
              resetScroll={false}
            >
              {t('campaign.all')}
            </Link>
          </th>
          <td className="amount">
            <strong>
              <OfRun incident={of.incident}>{number(listed.people)}</OfRun>
            </strong>
          </td>
        </tr>
      </tfoot>
    </table>
  );
}
