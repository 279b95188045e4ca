/** When people were first seen by somebody else, and under it, on the same scale, when the logs are silent. */
import { ticks, xOf } from '../incident/drawing.rules.ts';
import type { ScopeAnswer } from '../incident/queries.ts';
import { Hatch } from '../kit/figure.tsx';
import { Between, When } from '../kit/time.tsx';
import { useWidth } from '../kit/width.ts';
import { useWords } from '../words/index.tsx';
import { type Column, columnsOf, type GapRow, gapRows, highest, type Stretch } from './chart.rules.ts';
import { Chart } from './chart.tsx';

const HEIGHT = 190;
const TOP = 26;
const ROW = 42;
const MOST_ROWS = 6;

export function OverTime({ answer }: Readonly<{ answer: ScopeAnswer }>) {
  const { t, number, local } = useWords();
  const { ref, width } = useWidth();
  const { histogram, window, gaps } = answer;
  const bins = histogram.firstSeen?.map(({ at, people }) => ({ at, count: people }));
  if (window.from === null || window.to === null || bins === undefined)
    return (
      <Chart title={t('charts.time')} of="times" run={answer.run}>
        <p>
          <Hatch /> {t(bins === undefined ? 'charts.olderRun' : 'charts.noTime')}
        </p>
      </Chart>
    );
  const over = { from: Date.parse(window.from), to: Date.parse(window.to) };
  const columns = columnsOf(bins, over, { stepMinutes: histogram.stepMinutes, width: Math.max(300, width) });
  const peak = highest(columns);
  const rows = gapRows(gaps);
  return (
    <Chart
      title={t('charts.time')}
      of="times"
      run={answer.run}
      says={
        peak === undefined
          ? t('charts.nobody')
          : t('charts.timeSays', {
              most: number(peak.count),
              count: peak.count,
              at: local(new Date(peak.from).toISOString()),
            })
      }
      table={<Figures columns={columns} />}
    >
      <div className="drawing" ref={ref}>
        {width > 0 && <Drawn width={width} over={over} columns={columns} rows={rows.slice(0, MOST_ROWS)} />}
      </div>
      <ul className="unseen">
        {gaps.map((gap) => (
          <li key={`${gap.log} ${gap.unit} ${gap.from} ${gap.reason}`}>
            {gap.unit === '' ? gap.log : gap.unit} <Between from={gap.from} to={gap.to} />
          </li>
        ))}
      </ul>
      {rows.length > MOST_ROWS && (
        <p className="soft small">{t('bars.more', { count: rows.length - MOST_ROWS })}</p>
      )}
    </Chart>
  );
}

type DrawnProps = Readonly<{
  width: number;
  over: Stretch;
  columns: readonly Column[];
  rows: readonly GapRow[];
}>;

function Drawn({ width, over, columns, rows }: DrawnProps) {
  const { t, number, day } = useWords();
  const scale = { ...over, width, margin: 8 };
  const most = Math.max(1, ...columns.map(({ count }) => count));
  const peak = highest(columns);
  const heightOf = (count: number) => (count === 0 ? 0 : Math.max(2, (count / most) * (HEIGHT - TOP)));
  const height = HEIGHT + 26 + rows.length * ROW;
  const middle = peak === undefined ? 0 : (xOf(scale, peak.from) + xOf(scale, peak.to)) / 2;
  const anchor = middle < 60 ? 'start' : middle > width - 60 ? 'end' : 'middle';
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <defs>
        <pattern
          id="hatch-time"
          width="6"
          height="6"
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <path d="M0 0V6" className="hatch-line" />
        </pattern>
      </defs>
      {columns.map(({ from, to, count }) => {
        const left = xOf(scale, from);
        return (
          <rect
            key={from}
            x={left}
            y={HEIGHT - heightOf(count)}
            width={Math.max(1, xOf(scale, to) - left - 1)}
            height={heightOf(count)}
            className="column"
          />
        );
      })}
      {peak !== undefined && (
        <text x={middle} y={TOP - 8} textAnchor={anchor} className="label">
          {number(peak.count)}
        </text>
      )}
      <path d={`M0 ${HEIGHT}H${width}`} className="axis" />
      {ticks(scale).map((at) => {
        const text = new Date(at).toISOString();
        return (
          <g key={at}>
            <path d={`M${xOf(scale, at)} ${HEIGHT}v5`} className="axis" />
            <text x={xOf(scale, at)} y={HEIGHT + 19} className="tick" textAnchor="middle">
              {text.slice(11, 16) === '00:00' ? day(text) : text.slice(11, 16)}
            </text>
          </g>
        );
      })}
      {rows.map(({ unit, stretches }, n) => {
        const top = HEIGHT + 30 + n * ROW;
        return (
          <g key={unit}>
            <text x={xOf(scale, over.from)} y={top + 13} className="label">
              {t('charts.gapOf', { unit })}
            </text>
            <path d={`M${xOf(scale, over.from)} ${top + 26}H${xOf(scale, over.to)}`} className="stem" />
            {stretches.map(({ from, to }) => (
              <rect
                key={from}
                x={xOf(scale, from)}
                y={top + 19}
                width={Math.max(3, xOf(scale, to) - xOf(scale, from))}
                height={14}
                fill="url(#hatch-time)"
                className="gap-stretch"
              />
            ))}
          </g>
        );
      })}
    </svg>
  );
}

function Figures({ columns }: Readonly<{ columns: readonly Column[] }>) {
  const { t, number } = useWords();
  const some = columns.filter(({ count }) => count > 0);
  return (
    <table className="table figures">
      <thead>
        <tr>
          <th scope="col">{t('charts.from')}</th>
          <th scope="col" className="amount">
            {t('duties.people')}
          </th>
        </tr>
      </thead>
      <tbody>
        {some.map(({ from, count }) => (
          <tr key={from}>
            <th scope="row">
              <When at={new Date(from).toISOString()} />
            </th>
            <td className="amount">{number(count)}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}
