/** A map of the world: outlines, and what is told of countries as marks or as fills. Nothing of it is loaded from elsewhere. */
import { useQuery } from '@tanstack/react-query';
import { useId } from 'react';
import { Loaded } from './states.tsx';
import './world.css';
import { useWidth } from './width.ts';
import {
  type Box,
  type Country,
  countriesOf,
  EUROPE,
  isWithin,
  labelled,
  type Topology,
  WORLD,
} from './world.rules.ts';

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

type Props = Readonly<{ of: readonly OfCountry[]; europe: string }>;

/** The world, and Europe once more where several countries of it are told of. The same stands beside it in a table: to who hears the page this is nothing. */
export function WorldMap({ of, europe }: Props) {
  const countries = useQuery(atlasQuery);
  return (
    <Loaded query={countries}>
      {(all) => {
        const told = new Set(of.map(({ code }) => code));
        const inEurope = all.filter((one) => told.has(one.code) && isWithin(EUROPE, one));
        const isTwice = inEurope.length > 2;
        return (
          <>
            <MapOf countries={all} of={of} box={WORLD} without={isTwice ? EUROPE : undefined} />
            {isTwice && (
              <>
                <p className="soft small" aria-hidden="true">
                  {europe}
                </p>
                <MapOf countries={all} of={of} box={EUROPE} />
              </>
            )}
          </>
        );
      }}
    </Loaded>
  );
}

type MapProps = Readonly<{
  countries: readonly Country[];
  of: readonly OfCountry[];
  box: Box;
  /** Labels in this part stand on another map. */
  without?: Box | undefined;
}>;

const SMALLEST_PX = 3;
const LABEL_PX = 13;

function MapOf({ countries, of, box, without }: MapProps) {
  const { ref, width } = useWidth();
  return (
    <div ref={ref} className={box === WORLD ? 'world-box' : 'world-box europe-box'}>
      {width > 0 && <Drawn countries={countries} of={of} box={box} without={without} width={width} />}
    </div>
  );
}

/** Marks and letters have the same size in pixels, however wide the map is. */
function Drawn({ countries, of, box, without, width }: MapProps & Readonly<{ width: number }>) {
  const hatch = `hatch-${useId()}`;
  const unit = box.width / width;
  const largest = Math.min(34, Math.max(14, width / 28)) * unit;
  const told = new Map(of.map((one) => [one.code, one]));
  const marks = countries
    .flatMap((country) => {
      const one = told.get(country.code);
      if (one === undefined || !isWithin(box, country)) return [];
      const radius =
        one.share === undefined ? 0 : Math.max(SMALLEST_PX * unit, Math.sqrt(one.share) * largest);
      const label = without !== undefined && isWithin(without, country) ? '' : (one.label ?? '');
      return [{ ...country, radius, label, unknown: one.unknown ?? 0, share: one.share }];
    })
    .toSorted((a, b) => b.radius - a.radius);
  const labels = labelled(
    marks.filter(({ label }) => label !== ''),
    box,
    unit,
  );
  return (
    <svg
      className="world"
      viewBox={`${box.x} ${box.y} ${box.width} ${box.height}`}
      style={{ fontSize: `${LABEL_PX * unit}px`, strokeWidth: unit }}
      aria-hidden="true"
    >
      <defs>
        <pattern
          id={hatch}
          width={5 * unit}
          height={5 * unit}
          patternUnits="userSpaceOnUse"
          patternTransform="rotate(45)"
        >
          <path d={`M0 0V${5 * unit}`} className="hatch-line" style={{ strokeWidth: 1.4 * unit }} />
        </pattern>
      </defs>
      {countries.map((country, n) => (
        // biome-ignore lint/suspicious/noArrayIndexKey: the atlas never changes.
        <Outline key={n} country={country} fill={told.get(country.code)?.fill} hatch={hatch} unit={unit} />
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
            <text key={code} x={x} y={y - radius - 3 * unit} textAnchor="middle" className="map-label">
              {label}
            </text>
          ),
      )}
    </svg>
  );
}

type OutlineProps = Readonly<{ country: Country; fill: Fill | undefined; hatch: string; unit: number }>;

function Outline({ country: { d: outline, x, y }, fill, hatch, unit }: OutlineProps) {
  if (outline === '' && fill === undefined) return null;
  // One that is too small for the atlas is a dot.
  const d = outline === '' ? slice(x, y, 4 * unit, 1) : outline;
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
