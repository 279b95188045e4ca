/** Where things stand in the drawing of an incident's time. Pure: instants and a width become places. */

export type Mark = Readonly<{
  at: number;
  label: string;
  kind: 'event' | 'deadline';
}>;
export type Placed = Mark & Readonly<{ x: number; lane: number; anchor: 'start' | 'middle' | 'end' }>;

export type Scale = Readonly<{ from: number; to: number; width: number; margin: number }>;

export const xOf = ({ from, to, width, margin }: Scale, at: number): number =>
  margin + ((Math.min(Math.max(at, from), to) - from) / Math.max(1, to - from)) * (width - 2 * margin);

const cut = (text: string, most: number): string =>
  text.length <= most ? text : `${text.slice(0, Math.max(1, most - 1)).trimEnd()}…`;

/** About as wide as a letter of the labels is on average, in pixels. */
const LETTER = 6.9;
const SPACE = 12;

/**
 * Gives each mark a lane in which its label touches no other, those of events below the line and those of deadlines
 * above it. A label keeps within the width: at the edges it hangs to one side of its mark, and one that is longer than all
 * of it is cut.
 */
export function placed(marks: readonly Mark[], scale: Scale): Placed[] {
  const ends: Record<Mark['kind'], number[]> = { event: [], deadline: [] };
  return marks
    .toSorted((a, b) => a.at - b.at)
    .map((mark) => {
      const x = xOf(scale, mark.at);
      const label = cut(mark.label, Math.floor(scale.width / 2 / LETTER));
      const length = label.length * LETTER;
      const anchor =
        x - length / 2 < 0
          ? ('start' as const)
          : x + length / 2 > scale.width
            ? ('end' as const)
            : ('middle' as const);
      const begin = anchor === 'start' ? x : anchor === 'end' ? x - length : x - length / 2;
      const lanes = ends[mark.kind];
      const free = lanes.findIndex((end) => end + SPACE < begin);
      const lane = free < 0 ? lanes.length : free;
      lanes[lane] = begin + length;
      return { ...mark, label, x, lane, anchor };
    });
}

const HOUR = 3_600_000;
const STEPS = [1, 3, 6, 12, 24, 48, 24 * 7, 24 * 14, 24 * 30, 24 * 91, 24 * 365].map((hours) => hours * HOUR);

/** Instants to write at the line: whole hours or days in UTC, about as many as fit. */
export function ticks({ from, to, width }: Scale): number[] {
  const most = Math.max(2, Math.floor(width / 110));
  const step = STEPS.find((one) => (to - from) / one <= most) ?? STEPS.at(-1) ?? HOUR;
  const first = Math.ceil(from / step) * step;
  return Array.from(
    { length: Math.max(0, Math.floor((to - first) / step) + 1) },
    (_, at) => first + at * step,
  );
}

/** About half as wide as the words of a tick. */
const HALF_TICK = 32;

/** Where the words of a tick stand: below it, and at the edges within the drawing. */
export function tickAt(scale: Scale, at: number): Pick<Placed, 'x' | 'anchor'> {
  const x = xOf(scale, at);
  if (x < HALF_TICK) return { x: 0, anchor: 'start' };
  if (x > scale.width - HALF_TICK) return { x: scale.width, anchor: 'end' };
  return { x, anchor: 'middle' };
}
