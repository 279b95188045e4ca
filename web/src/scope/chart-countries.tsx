/** People by country, as circles whose areas are the numbers; what of them is unknown is hatched. */
import type { ScopeAnswer } from '../incident/queries.ts';
import { Hatch } from '../kit/figure.tsx';
import { WorldMap } from '../kit/world-map.tsx';
import { useWords } from '../words/index.tsx';
import { Chart } from './chart.tsx';

export function Countries({ answer }: Readonly<{ answer: ScopeAnswer }>) {
  const { t, number, country } = useWords();
  const rows = Object.entries(answer.people.byCountry)
    .map(([code, split]) => ({ code, ...split, all: split.exposed + split.unknown }))
    .filter(({ all }) => all > 0)
    .toSorted((a, b) => b.all - a.all);
  const most = Math.max(1, ...rows.map(({ all }) => all));
  const placed = rows.filter(({ code }) => /^[A-Z]{2}$/.test(code));
  const [first] = placed;
  return (
    <Chart
      title={t('people.byCountry')}
      of="people"
      run={answer.run}
      says={
        first === undefined
          ? t('charts.nobody')
          : t('charts.mapSays', {
              country: country(first.code),
              exposed: number(first.exposed),
              unknown: number(first.unknown),
              count: placed.length,
            })
      }
      table={
        <table className="table figures">
          <thead>
            <tr>
              <th scope="col">{t('charts.country')}</th>
              <th scope="col" className="amount">
                {t('people.exposed')}
              </th>
              <th scope="col" className="amount">
                <Hatch className="hatch small-hatch" /> {t('people.unknown')}
              </th>
            </tr>
          </thead>
          <tbody>
            {rows.map(({ code, exposed, unknown }) => (
              <tr key={code}>
                <th scope="row">{/^[A-Z]{2}$/.test(code) ? country(code) : t('country.unknown')}</th>
                <td className="amount">{number(exposed)}</td>
                <td className="amount">{number(unknown)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      }
    >
      <WorldMap
        europe={t('charts.europe')}
        of={placed.map(({ code, unknown, all }) => ({
          code,
          share: all / most,
          unknown: unknown / all,
          label: `${code} ${number(all)}`,
        }))}
      />
      <p className="soft small">
        <Hatch /> {t('charts.mapUnknown')}
      </p>
    </Chart>
  );
}
