import { EEA_AUTHORITIES, GERMAN_AUTHORITIES, UK_AUTHORITY } from './authorities.ts';
import type { Addressee, ReportFacts } from './report.types.ts';

export const isEea = (country: string | undefined): boolean =>
  country !== undefined && Object.hasOwn(EEA_AUTHORITIES, country);

/** People in each country, exposed or perhaps: who live in the EEA first asks for an authority there. */
export const peopleByCountry = ({ scope }: Pick<ReportFacts, 'scope'>): Record<string, number> =>
  Object.fromEntries(
    Object.entries(scope?.people.byCountry ?? {})
      .filter(([country]) => /^[A-Z]{2}$/.test(country))
      .map(([country, { exposed, unknown }]) => [country, exposed + unknown])
      .filter(([, people]) => people !== 0),
  );

const eeaOnly = (people: Record<string, number>): Record<string, number> =>
  Object.fromEntries(Object.entries(people).filter(([country]) => isEea(country)));
export const peopleInEea = (facts: ReportFacts): Record<string, number> => eeaOnly(peopleByCountry(facts));

/** Countries of the EEA in which the organisation has an establishment. */
export const establishmentsInEea = ({ organisation }: Pick<ReportFacts, 'organisation'>): string[] =>
  [...new Set([organisation.country, ...organisation.branches.map(({ country }) => country)])].filter(
    (country): country is string => isEea(country),
  );

/** More than one establishment, or people in more than one country, of the EEA (GDPR Art. 4(23)). */
export function isCrossBorder(facts: ReportFacts): boolean | undefined {
  if (establishmentsInEea(facts).length > 1) return true;
  if (facts.scope === undefined) return undefined;
  return Object.keys(peopleInEea(facts)).length > 1;
}

function authority(country: string, seat: string | undefined, why: string): Addressee {
  const found = EEA_AUTHORITIES[country];
  if (country !== 'DE' || seat === undefined)
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
  const { organisation, statement } = facts;
  if (organisation.country !== undefined && isEea(organisation.country))
    return [
      authority(
        organisation.country,
        statement.seat,
        'the main establishment is there: lead authority (GDPR Art. 55, 56)',
      ),
    ];
  const branches = establishmentsInEea(facts);
  if (branches.length > 0)
    return branches.map((country) =>
      authority(
        country,
        statement.seat,
        'an establishment is there, and the seat is outside the EEA: it leads only if the decisions on the processing are taken there (GDPR Art. 4(16), 56; EDPB Opinion 04/2024); for counsel',
      ),
    );
  return Object.keys(peopleInEea(facts)).map((country) =>
    authority(
      country,
      country === 'DE' ? statement.seat : undefined,
      'no establishment in the EEA: each authority where people live (EDPB Guidelines 9/2022)',
    ),
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
