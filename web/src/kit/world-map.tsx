/** A map of the world: outlines, and what is told of countries as marks or as fills. Nothing of it is loaded from elsewhere. */
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { Loaded } from './states.tsx';
import './world.css';
import { type Country, countriesOf, HEIGHT, labelled, type Topology, WIDTH } from './world.rules.ts';

const atlasQuery = {
  queryKey: ['atlas'],
  staleTime: Number.POSITIVE_INFINITY,
  queryFn: async (): Promise<Country[]> => {
    const { default: atlas } = await import('world-atlas/countries-110m.json');
    return countriesOf(atlas as unknown as Topology);
  },
};

/** How a country is filled: as the ink, as what is unknown, or not at all. */
export type Fill = 'some' | 'unknown' | 'both';
export type OfCountry = Readonly<{
  code: string;
  fill?: Fill;
  /** A circle of this share of the largest area, from 0 to 1, … */
  share?: number;
  /** … of which this part is unknown. */
  unknown?: number;
  label?: string;
}>;

/** The same is told beside it in a table: to who hears the page this is nothing. */
export function WorldMap({ of }: Readonly<{ of: readonly OfCountry[] }>) {
  const countries = useQuery(atlasQuery);
  return <Loaded query={countries}>{(all) => <World countries={all} of={of} />}</Loaded>;
}

const LARGEST = 34;
const SMALLEST = 2.5;

type WorldProps = Readonly<{ countries: readonly Country[]; of: readonly OfCountry[] }>;

function World({ countries, of }: WorldProps) {
  const hatch = `hatch-${useId()}`;
  const told = new Map(of.map((one) => [one.code, one]));
  const marks = countries
    .flatMap((country) => {
      const one = told.get(country.code);
      if (one?.share === undefined && one?.label === undefined) return [];
      const radius = one.share === undefined ? 0 : Math.max(SMALLEST, Math.sqrt(one.share) * LARGEST);
      return [{ ...country, radius, label: one.label ?? '', unknown: one.unknown ?? 0, share: one.share }];
    })
    .toSorted((a, b) => b.radius - a.radius);
  const labels = labelled(marks.filter(({ label }) => label !== ''));
  return (
    <svg className="world" viewBox={`0 0 ${WIDTH} ${HEIGHT}`} aria-hidden="true">
      <defs>
        <pattern id={hatch} width="5" height="5" patternUnits="userSpaceOnUse" patternTransform="rotate(45)">
          <path d="M0 0V5" className="hatch-line" />
        </pattern>
      </defs>
      {countries.map((country, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the atlas never changes.
        <Outline key={n} country={country} fill={told.get(country.code)?.fill} hatch={hatch} />
      ))}
      {marks.map(({ code, x, y, radius, unknown, share }) =>
        share === undefined ? null : (
          <g key={code}>
            <circle cx={x} cy={y} r={radius} className="map-circle" />
            {unknown > 0 && (
              <path d={slice(x, y, radius, unknown)} fill={`url(#${hatch})`} className="map-unknown" />
            )}
          </g>
        ),
      )}
      {marks.map(
        ({ code, x, y, radius, label }) =>
          labels.has(code) && (
            <text key={code} x={x} y={y - radius - 3} textAnchor="middle" className="map-label">
              {label}
            </text>
          ),
      )}
    </svg>
  );
}

type OutlineProps = Readonly<{ country: Country; fill: Fill | undefined; hatch: string }>;

function Outline({ country: { d: outline, x, y }, fill, hatch }: OutlineProps) {
  if (outline === '' && fill === undefined) return null;
  // One that is too small for the atlas is a dot.
  const d = outline === '' ? slice(x, y, 4, 1) : outline;
  return (
    <>
      <path d={d} className={fill === 'some' || fill === 'both' ? 'land land-some' : 'land'} />
      {(fill === 'unknown' || fill === 'both') && (
        <path d={d} fill={`url(#${hatch})`} className="land-unknown" />
      )}
    </>
  );
}

/** A part of a circle, from its top; the whole of it where all is unknown. */
function slice(x: number, y: number, radius: number, part: number): string {
  const round = `M${x - radius} ${y}a${radius} ${radius} 0 1 0 ${2 * radius} 0a${radius} ${radius} 0 1 0 ${-2 * radius} 0Z`;
  if (part >= 1) return round;
  const angle = part * 2 * Math.PI;
  const [toX, toY] = [x + radius * Math.sin(angle), y - radius * Math.cos(angle)];
  return `M${x} ${y}V${y - radius}A${radius} ${radius} 0 ${part > 0.5 ? 1 : 0} 1 ${toX} ${toY}Z`;
}
