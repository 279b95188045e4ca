/** Which kinds of data were shown of the same person: a row each, with a dot for each kind, and how many people. */
import type { ScopeAnswer } from '../incident/queries.ts';
import { useWords } from '../words/index.tsx';
import { Chart } from './chart.tsx';

const MOST = 12;

export function Combinations({ answer }: Readonly<{ answer: ScopeAnswer }>) {
  const { t, number, named } = useWords();
  const rows = answer.combinations.toSorted((a, b) => b.people - a.people).slice(0, MOST);
  const fields = [...new Set(rows.flatMap((row) => row.fields))].toSorted();
  const most = Math.max(1, ...rows.map(({ people }) => people));
  return (
    <Chart title={t('charts.combinations')} of="fields" run={answer.run}>
      {rows.length === 0 ? (
        <p>{t('charts.nobody')}</p>
      ) : (
        <div className="wide">
          <table className="bars dots">
            <caption className="unseen">{t('charts.combinations')}</caption>
            <thead>
              <tr>
                {fields.map((field) => (
                  <th key={field} scope="col">
                    {named('field', field)}
                  </th>
                ))}
                <th scope="col" className="amount">
                  {t('duties.people')}
                </th>
                <td />
              </tr>
            </thead>
            <tbody>
              {rows.map((row) => (
                <tr key={row.fields.join(' ')}>
                  {fields.map((field) => (
                    <td key={field}>
                      <span
                        className={row.fields.includes(field) ? 'dot-mark full' : 'dot-mark'}
                        aria-hidden="true"
                      />
                      <span className="unseen">
                        {t(row.fields.includes(field) ? 'charts.among' : 'charts.notAmong')}
                      </span>
                    </td>
                  ))}
                  <td className="amount">{number(row.people)}</td>
                  <td className="bar-cell" aria-hidden="true">
                    <span className="bar" style={{ width: `${(row.people / most) * 100}%` }} />
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
          {answer.combinations.length > MOST && (
            <p className="soft">{t('bars.more', { count: answer.combinations.length - MOST })}</p>
          )}
        </div>
      )}
    </Chart>
  );
}
