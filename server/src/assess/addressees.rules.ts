import { EEA_AUTHORITIES, GERMAN_AUTHORITIES, UK_AUTHORITY } from './authorities.ts';
import { NO_MAIN } from './facts.ts';
import { eeaStateOf, placeOf } from './places.ts';
import type { Addressee, ReportFacts } from './report.types.ts';

/** The state of the EEA whose authority this country has, however the country is written. */
const stateOf = (country: string | undefined): string | null =>
  country === undefined ? null : eeaStateOf(placeOf(country, '').country);
export const isEea = (country: string | undefined): boolean => stateOf(country) !== null;

type Lived = Readonly<{ exposed: number; unknown: number }>;
const NOBODY: Lived = { exposed: 0, unknown: 0 };

/**
 * People of a run by place as the law and its authorities count them, the same as the duties do: customers in `UK` and `GB`
 * are in one country, those of Réunion are France's, `US-NEW YORK` is US-NY, and Puerto Rico is a place of the USA.
 */
function livedIn({ scope }: Pick<ReportFacts, 'scope'>): ReadonlyMap<string, Lived> {
  const found = new Map<string, Lived>();
  const add = (place: string, { exposed, unknown }: Lived) => {
    const sum = found.get(place) ?? NOBODY;
    found.set(place, { exposed: sum.exposed + exposed, unknown: sum.unknown + unknown });
  };
  for (const [written, people] of Object.entries(scope?.people.byCountry ?? {})) {
    const { country, region } = placeOf(written, '');
    add(eeaStateOf(country) ?? country, people);
    if (region.includes('-')) add(region, people);
  }
  for (const [written, people] of Object.entries(scope?.people.byRegion ?? {})) {
    const [of = ''] = written.split('-');
    // A territory with a code of its own was counted with its country.
    if (placeOf(of, '').country !== of) continue;
    const { region } = placeOf(of, written);
    if (region.includes('-')) add(region, people);
    else if (region === 'unknown') add(`${of}-unknown`, people);
  }
  return found;
}

/** People of one place (`GB`, `US-CA`), exposed or perhaps, and of how many it is not known whether they live there. */
export function livingIn(
  facts: Pick<ReportFacts, 'scope'>,
  place: string,
): Readonly<{ people: number; perhaps: number }> {
  const lived = livedIn(facts);
  const sum = ({ exposed, unknown }: Lived) => exposed + unknown;
  const of = (name: string) => sum(lived.get(name) ?? NOBODY);
  const [country = ''] = place.split('-');
  return { people: of(place), perhaps: of('unknown') + (place === country ? 0 : of(`${country}-unknown`)) };
}

/** People in each country of the EEA, exposed or perhaps: they ask for an authority there. */
export const peopleInEea = (facts: Pick<ReportFacts, 'scope'>): Record<string, number> =>
  Object.fromEntries(
    [...livedIn(facts)]
      .filter(([place, { exposed, unknown }]) => isEea(place) && exposed + unknown > 0)
      .map(([place, { exposed, unknown }]) => [place, exposed + unknown]),
  );

/** States of the EEA in which the organisation has an establishment. */
export const establishmentsInEea = ({ organisation }: Pick<ReportFacts, 'organisation'>): string[] => [
  ...new Set(
    [organisation.country, ...organisation.branches.map(({ country }) => country)].flatMap(
      (country) => stateOf(country) ?? [],
    ),
  ),
];

/** More than one establishment, or people in more than one country, of the EEA (GDPR Art. 4(23)); unknown is not no. */
export function isCrossBorder(facts: ReportFacts): boolean | undefined {
  if (establishmentsInEea(facts).length > 1) return true;
  if (facts.scope === undefined) return undefined;
  if (Object.keys(peopleInEea(facts)).length > 1) return true;
  return livingIn(facts, 'EEA').perhaps > 0 ? undefined : false;
}

function authority(country: string, seat: string | undefined, why: string): Addressee {
  const found = EEA_AUTHORITIES[country];
  if (country !== 'DE' || seat === undefined || !seat.startsWith('DE-'))
    return { country, name: found?.name ?? country, why, confidence: found?.confidence ?? 'low' };
  const name = GERMAN_AUTHORITIES[seat];
  return name === undefined
    ? { country, name: `there is no German state ${seat}`, why, confidence: 'low' }
    : { country: seat, name, why, confidence: 'high' };
}

/**
 * The authorities of the EEA to which the report goes: the lead one of the main establishment; with branches only, those of
 * the branches, since nobody has said which of them decides; without an establishment in the EEA, each where people live, since a representative makes no lead authority (EDPB Guidelines 9/2022 v2.0).
 */
export function addresseesInEea(facts: ReportFacts): Addressee[] {
  const { organisation, statement, incident } = facts;
  const seat = statement.seat ?? organisation.region;
  const said = incident?.facts?.mainEstablishment;
  const main = said === NO_MAIN ? null : stateOf(said ?? organisation.country);
  if (main !== null)
    return [authority(main, seat, 'the main establishment is there: lead authority (GDPR Art. 55, 56)')];
  const branches = establishmentsInEea(facts);
  if (said !== NO_MAIN && branches.length > 0)
    return branches.map((country) =>
      authority(
        country,
        seat,
        'an establishment is there, and the seat is outside the EEA: it leads only if the decisions on the processing are taken there (GDPR Art. 4(16), 56; EDPB Opinion 04/2024); for counsel',
      ),
    );
  const why =
    branches.length > 0
      ? 'no main establishment in the EEA: each authority where people live, or an establishment is (EDPB Opinion 04/2024)'
      : 'no establishment in the EEA: each authority where people live (EDPB Guidelines 9/2022)';
  return [...new Set([...Object.keys(peopleInEea(facts)), ...branches])].map((country) =>
    authority(country, country === 'DE' ? seat : undefined, why),
  );
}

/** To whom a report of this template goes. */
export function addresseesOf(facts: ReportFacts): readonly Addressee[] {
  const { template, place } = facts.statement;
  switch (template) {
    case 'edpb':
      return addresseesInEea(facts);
    case 'ico':
      return [
        {
          country: 'GB',
          name: UK_AUTHORITY.name,
          why: 'people in the United Kingdom (UK GDPR Art. 33)',
          confidence: UK_AUTHORITY.confidence,
        },
      ];
    case 'us-ag':
      return [
        {
          country: place ?? 'US',
          name:
            place === undefined
              ? 'the attorney general of a state: say which under place'
              : `Attorney General, ${place}`,
          why: 'people who live in the state; whether and by when, the duties say',
          confidence: 'low',
        },
      ];
    case 'generic':
      return [];
  }
}
