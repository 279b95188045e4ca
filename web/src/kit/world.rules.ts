/** From the atlas to shapes on a page. Pure: a topology of longitudes and latitudes becomes paths of an SVG. */
import { CODE_OF, SMALL } from './countries.ts';

/** TopoJSON, as far as the atlas uses it. */
type Geometry = Readonly<{ type: string; id?: string; arcs?: unknown }>;
export type Topology = Readonly<{
  transform: Readonly<{ scale: readonly number[]; translate: readonly number[] }>;
  arcs: readonly (readonly (readonly number[])[])[];
  objects: Readonly<{ countries: Readonly<{ geometries: readonly Geometry[] }> }>;
}>;

type Point = readonly [x: number, y: number];
export type Country = Readonly<{
  /** ISO 3166-1, two letters; empty where no state of that list is. */
  code: string;
  /** Its outline. */
  d: string;
  /** Where a mark for it stands. */
  x: number;
  y: number;
}>;

export const WIDTH = 960;
export const HEIGHT = 430;
/** Nobody lives below; without it the rest is larger. */
const SOUTH = -57;
const NORTH = 83.7;

const [A1, A2, A3, A4] = [1.340264, -0.081106, 0.000893, 0.003796];
const M = Math.sqrt(3) / 2;

/** Equal Earth (Šavrič, Patterson, Jenny 2018): areas are true, so that no country looks more than it is. */
function projected(longitude: number, latitude: number): Point {
  const l = Math.asin(M * Math.sin((latitude * Math.PI) / 180));
  const l2 = l * l;
  const l6 = l2 * l2 * l2;
  const x =
    ((longitude * Math.PI) / 180) * (Math.cos(l) / (M * (A1 + 3 * A2 * l2 + l6 * (7 * A3 + 9 * A4 * l2))));
  return [x, l * (A1 + A2 * l2 + l6 * (A3 + A4 * l2))];
}

const [LEFT] = projected(-180, 0);
const [, TOP] = projected(0, NORTH);
const [, BOTTOM] = projected(0, SOUTH);
const SCALE = Math.min(WIDTH / (2 * -LEFT), HEIGHT / (TOP - BOTTOM));

/** Where a place stands on the page. */
export function placeOf(longitude: number, latitude: number): Point {
  const [x, y] = projected(longitude, Math.min(NORTH, Math.max(SOUTH, latitude)));
  return [WIDTH / 2 + x * SCALE, (TOP - y) * SCALE];
}

/** The countries of the atlas, and the small ones, which have a place and no outline. */
export function countriesOf(topology: Topology): Country[] {
  const arcs = topology.arcs.map((arc) => unpacked(arc, topology.transform));
  const drawn = topology.objects.countries.geometries
    .filter(({ id }) => id !== ANTARCTICA)
    .map((geometry) => {
      const rings = ringsOf(geometry, arcs).flatMap(cutAtEdge).map(onPage);
      const [x, y] = middleOf(rings);
      return { code: CODE_OF.get(geometry.id ?? '') ?? '', d: rings.map(pathOf).join(''), x, y };
    });
  const small = Object.entries(SMALL).map(([code, [longitude, latitude]]) => {
    const [x, y] = placeOf(longitude, latitude);
    return { code, d: '', x, y };
  });
  return [...drawn, ...small];
}

const ANTARCTICA = '010';

/** Longitudes and latitudes; each point of an arc is a step from the one before. */
function unpacked(arc: readonly (readonly number[])[], { scale, translate }: Topology['transform']): Point[] {
  let [x, y] = [0, 0];
  return arc.map(([dx = 0, dy = 0]) => {
    x += dx;
    y += dy;
    return [x * (scale[0] ?? 1) + (translate[0] ?? 0), y * (scale[1] ?? 1) + (translate[1] ?? 0)];
  });
}

function ringsOf({ type, arcs: raw }: Geometry, arcs: readonly (readonly Point[])[]): Point[][] {
  const polygons = (type === 'Polygon' ? [raw] : raw) as readonly (readonly (readonly number[])[])[];
  return polygons.flatMap((polygon) =>
    polygon.map((ring) =>
      ring.flatMap((at, n) => {
        // A negative number is that arc from its end to its beginning.
        const arc = at < 0 ? (arcs[~at] ?? []).toReversed() : (arcs[at] ?? []);
        return n === 0 ? arc : arc.slice(1);
      }),
    ),
  );
}

const onPage = (ring: readonly Point[]): Point[] =>
  ring.map(([longitude, latitude]) => placeOf(longitude, latitude));

/** A ring that goes over the edge of the map, at 180°, is cut there into rings on its both sides. */
function cutAtEdge(ring: readonly Point[]): Point[][] {
  const pieces: Point[][] = [[]];
  for (const [n, here] of ring.entries()) {
    const before = ring[n - 1];
    if (before !== undefined && Math.abs(here[0] - before[0]) > 180) {
      const side = before[0] > 0 ? 180 : -180;
      const latitude = (before[1] + here[1]) / 2;
      pieces.at(-1)?.push([side, latitude]);
      pieces.push([[-side, latitude]]);
    }
    pieces.at(-1)?.push(here);
  }
  // It ends where it began, so that its last piece is the beginning of its first.
  const last = pieces.length > 1 ? (pieces.pop() ?? []) : [];
  return [[...last, ...(pieces[0] ?? [])], ...pieces.slice(1)];
}

const short = (value: number): string => value.toFixed(1);
const pathOf = (ring: readonly Point[]): string =>
  ring.length === 0 ? '' : `M${ring.map(([x, y]) => `${short(x)} ${short(y)}`).join('L')}Z`;

/** The middle of the largest ring: of France not one between Europe and Guiana. */
function middleOf(rings: readonly (readonly Point[])[]): Point {
  let best: Readonly<{ size: number; at: Point }> = { size: -1, at: [0, 0] };
  for (const ring of rings) {
    let [area, x, y] = [0, 0, 0];
    for (const [n, [x1, y1]] of ring.entries()) {
      const [x2, y2] = ring[(n + 1) % ring.length] ?? [x1, y1];
      const cross = x1 * y2 - x2 * y1;
      area += cross;
      x += (x1 + x2) * cross;
      y += (y1 + y2) * cross;
    }
    if (Math.abs(area) > best.size && area !== 0)
      best = { size: Math.abs(area), at: [x / (3 * area), y / (3 * area)] };
  }
  return best.at;
}

/** A part of the page. */
export type Box = Readonly<{ x: number; y: number; width: number; height: number }>;

export const WORLD: Box = { x: 0, y: 0, width: WIDTH, height: HEIGHT };

const [WEST, EUROPE_TOP] = placeOf(-14, 67.5);
const [EAST, EUROPE_BOTTOM] = placeOf(40, 34);
/** Many small countries beside each other, in which many customers live: drawn once more, larger. */
export const EUROPE: Box = {
  x: WEST,
  y: EUROPE_TOP,
  width: EAST - WEST,
  height: EUROPE_BOTTOM - EUROPE_TOP,
};

export const isWithin = (box: Box, { x, y }: Readonly<{ x: number; y: number }>): boolean =>
  x >= box.x && x <= box.x + box.width && y >= box.y && y <= box.y + box.height;

/** A mark and the room that its label takes. */
export type Marked = Readonly<{ code: string; x: number; y: number; radius: number; label: string }>;

const LETTER = 7.4;
const LINE = 15;

/**
 * The labels that touch none of a larger mark and none before them; the others stand in the table. `unit`: how much of the page
 * is a pixel.
 */
export function labelled(marks: readonly Marked[], box: Box = WORLD, unit = 1): ReadonlySet<string> {
  const taken: (readonly [left: number, top: number, right: number, bottom: number])[] = [];
  const shown = new Set<string>();
  for (const { code, x, y, radius, label } of marks.toSorted((a, b) => b.radius - a.radius)) {
    const half = (label.length * LETTER * unit) / 2;
    const own = [x - half, y - radius - LINE * unit, x + half, y - radius] as const;
    const isFree = taken.every(
      ([left, top, right, bottom]) => own[2] < left || own[0] > right || own[3] < top || own[1] > bottom,
    );
    if (isFree && own[0] > box.x && own[2] < box.x + box.width && own[1] > box.y) {
      shown.add(code);
      taken.push(own);
    }
    taken.push([x - radius, y - radius, x + radius, y + radius]);
  }
  return shown;
}
