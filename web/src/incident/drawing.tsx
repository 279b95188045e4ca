/** The time of an incident as a drawing: what happened, when who looked, where the logs are silent, what the law wants by when. */
import { useWidth } from '../kit/width.ts';
import { useWords } from '../words/index.tsx';
import { type Mark, type Placed, placed, type Scale, tickAt, ticks, xOf } from './drawing.rules.ts';
import type { ScopeAnswer } from './queries.ts';

type Deadline = Readonly<{ at: string; label: string }>;
type Props = Readonly<{
  answer: ScopeAnswer | undefined;
  /** What happened, by name of the message. */
  events: readonly Readonly<{ at: string; label: string }>[];
  deadlines: readonly Deadline[];
}>;

const LANE = 22;
const BAND = 44;
const MARGIN = 8;
const MOST_FLAGS = 4;

export function Drawing({ answer, events, deadlines }: Props) {
  const { t, local } = useWords();
  const { ref, width } = useWidth();
  const flags = deadlines.slice(0, MOST_FLAGS);
  const said = [...events, ...flags].map(({ at, label }) => `${label}: ${local(at)}`);
  return (
    <figure className="drawing" ref={ref}>
      <figcaption className="unseen">{t('drawing.name')}</figcaption>
      {width > 0 && <Lines width={width} answer={answer} events={events} deadlines={flags} />}
      <ul className="unseen">
        {said.map((one) => (
          <li key={one}>{one}</li>
        ))}
      </ul>
      {deadlines.length > flags.length && (
        <p className="soft small">{t('drawing.later', { count: deadlines.length - flags.length })}</p>
      )}
    </figure>
  );
}

const ms = (at: string): number => Date.parse(at);

function scaleOf({ answer, events, deadlines }: Props, width: number): Scale | undefined {
  const instants = [
    ...events.map(({ at }) => at),
    ...deadlines.map(({ at }) => at),
    ...[answer?.window.from, answer?.window.to].filter((one) => typeof one === 'string'),
  ].map(ms);
  if (instants.length === 0) return undefined;
  const [from, to] = [Math.min(...instants), Math.max(...instants)];
  const room = Math.max((to - from) * 0.03, 3_600_000);
  return { from: from - room, to: to + room, width, margin: MARGIN };
}

function Lines({ width, ...props }: Props & Readonly<{ width: number }>) {
  const { t, day } = useWords();
  const scale = scaleOf(props, width);
  if (scale === undefined) return <p className="soft">{t('drawing.empty')}</p>;
  const { answer, events, deadlines } = props;
  const marks: Mark[] = [
    ...events.map(({ at, label }) => ({ at: ms(at), label, kind: 'event' as const })),
    ...deadlines.map(({ at, label }) => ({ at: ms(at), label, kind: 'deadline' as const })),
  ];
  const all = placed(marks, scale);
  const lanes = (kind: Mark['kind']) =>
    1 + Math.max(-1, ...all.filter((one) => one.kind === kind).map(({ lane }) => lane));
  const line = lanes('deadline') * LANE + 16 + BAND;
  const height = line + 30 + lanes('event') * LANE + 8;
  return (
    <svg width={width} height={height} viewBox={`0 0 ${width} ${height}`} aria-hidden="true">
      <defs>
        <pattern id="hatch" width="6" height="6" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V6" className="hatch-line" />
        </pattern>
      </defs>
      {answer !== undefined && <Band answer={answer} scale={scale} line={line} />}
      <path d={`M0 ${line}H${width}`} className="axis" />
      {all.map((mark) => (
        <Flag key={`${mark.kind} ${mark.label} ${mark.at}`} mark={mark} line={line} top={lanes('deadline')} />
      ))}
      {/* After the flags, whose stems would go through their words. */}
      {ticks(scale).map((at) => (
        <g key={at}>
          <path d={`M${xOf(scale, at)} ${line}v5`} className="axis" />
          <text {...textAt(tickAt(scale, at))} y={line + 19} className="tick">
            {hour(at) === '00:00' ? day(new Date(at).toISOString()) : `${hour(at)} UTC`}
          </text>
        </g>
      ))}
    </svg>
  );
}

const textAt = ({ x, anchor }: Pick<Placed, 'x' | 'anchor'>) => ({ x, textAnchor: anchor });
const hour = (at: number): string => new Date(at).toISOString().slice(11, 16);

function Flag({
  mark: { kind, x, lane, label, anchor },
  line,
  top,
}: Readonly<{ mark: Placed; line: number; top: number }>) {
  const y = kind === 'event' ? line + 42 + lane * LANE : (top - lane) * LANE - 8;
  return kind === 'event' ? (
    <g>
      <path d={`M${x} ${line}V${y - 12}`} className="stem" />
      <circle cx={x} cy={line} r="5" className="dot" />
      <text x={x} y={y} textAnchor={anchor} className="label">
        {label}
      </text>
    </g>
  ) : (
    <g>
      <path d={`M${x} ${line}V${y + 5}`} className="stem legal" />
      <path d={`M${x} ${y + 5}l-5 -3v6z`} className="flag" />
      <text x={x} y={y} textAnchor={anchor} className="label legal-label">
        {label}
      </text>
    </g>
  );
}

/** The window in which it leaked, the views in it, and the stretches that no log shows, hatched like all that is unknown. */
function Band({ answer, scale, line }: Readonly<{ answer: ScopeAnswer; scale: Scale; line: number }>) {
  const { window, gaps, histogram } = answer;
  if (window.from === null || window.to === null) return null;
  const [left, right] = [xOf(scale, ms(window.from)), xOf(scale, ms(window.to))];
  const top = line - BAND;
  // No finer than the answer counts, and no finer than can be seen.
  const bins = Math.ceil((ms(window.to) - ms(window.from)) / (Math.max(1, histogram.stepMinutes) * 60_000));
  const columns = Math.max(1, Math.min(bins, Math.floor((right - left) / 3)));
  const sums = new Array<number>(columns).fill(0);
  const [start, end] = [ms(window.from), ms(window.to)];
  for (const { at, views } of histogram.bins) {
    const column = Math.min(
      columns - 1,
      Math.max(0, Math.floor(((ms(at) - start) / Math.max(1, end - start)) * columns)),
    );
    sums[column] = (sums[column] ?? 0) + views;
  }
  const most = Math.max(1, ...sums);
  return (
    <g>
      <rect x={left} y={top} width={Math.max(1, right - left)} height={BAND} className="window" />
      {sums.map((views, at) =>
        views === 0 ? null : (
          <rect
            // biome-ignore lint/suspicious/noArrayIndexKey: a column is its place.
            key={at}
            x={left + ((right - left) * at) / columns}
            y={line - Math.max(2, (views / most) * (BAND - 4))}
            width={Math.max(1, (right - left) / columns - 1)}
            height={Math.max(2, (views / most) * (BAND - 4))}
            className="views"
          />
        ),
      )}
      {gaps.map((gap) => (
        <rect
          key={`${gap.log} ${gap.unit} ${gap.from} ${gap.reason}`}
          x={xOf(scale, ms(gap.from))}
          y={top}
          width={Math.max(3, xOf(scale, ms(gap.to)) - xOf(scale, ms(gap.from)))}
          height={BAND}
          className="gap"
        />
      ))}
    </g>
  );
}
