/** Who looked, by class. A table whose rows are bars. */
import type { ScopeAnswer } from '../incident/queries.ts';
import { useWords } from '../words/index.tsx';
import { Chart } from './chart.tsx';

export function Recipients({ answer }: Readonly<{ answer: ScopeAnswer }>) {
  const { t, number } = useWords();
  // Own monitoring is no exposure.
  const { own: _, ...others } = answer.recipients.byClass;
  const rows = Object.entries(others)
    .filter(([, count]) => count > 0)
    .toSorted(([, a], [, b]) => b - a);
  const most = Math.max(1, ...rows.map(([, count]) => count));
  return (
    <Chart title={t('charts.recipients')} of="recipients" run={answer.run}>
      {rows.length === 0 ? (
        <p>{t('recipients.none')}</p>
      ) : (
        <table className="bars">
          <caption className="unseen">{t('charts.recipients')}</caption>
          <thead className="unseen">
            <tr>
              <th scope="col">{t('bars.name')}</th>
              <th scope="col">{t('charts.howMany')}</th>
            </tr>
          </thead>
          <tbody>
            {rows.map(([name, count]) => (
              <tr key={name}>
                <th scope="row">{t(`class.${name}` as 'class.customer', { count: 2 })}</th>
                <td className="amount">{number(count)}</td>
                <td className="bar-cell" aria-hidden="true">
                  <span className="bar" style={{ width: `${(count / most) * 100}%` }} />
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
    </Chart>
  );
}
