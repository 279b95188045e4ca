/** Places as the law knows them: ISO 3166-1 and -2. What is not a place is `unknown`, never the nearest one. */

/** EU member states, and the EEA states Iceland, Liechtenstein and Norway. */
export const EEA_STATES = [
  'AT',
  'BE',
  'BG',
  'CY',
  'CZ',
  'DE',
  'DK',
  'EE',
  'ES',
  'FI',
  'FR',
  'GR',
  'HR',
  'HU',
  'IE',
  'IS',
  'IT',
  'LI',
  'LT',
  'LU',
  'LV',
  'MT',
  'NL',
  'NO',
  'PL',
  'PT',
  'RO',
  'SE',
  'SI',
  'SK',
] as const;

/** Parts of a member state that have a country code of their own and where EU law applies. */
const PARTS: Readonly<Record<string, string>> = {
  AX: 'FI',
  EA: 'ES',
  GF: 'FR',
  GP: 'FR',
  IC: 'ES',
  MF: 'FR',
  MQ: 'FR',
  RE: 'FR',
  YT: 'FR',
};

/** Territories that have a country code, and whose law stands with the states of the USA. */
const US_TERRITORIES = ['AS', 'GU', 'MP', 'PR', 'VI'];

const STATES: Readonly<Record<string, Readonly<Record<string, string>>>> = {
  US: {
    AL: 'Alabama',
    AK: 'Alaska',
    AZ: 'Arizona',
    AR: 'Arkansas',
    CA: 'California',
    CO: 'Colorado',
    CT: 'Connecticut',
    DE: 'Delaware',
    DC: 'District of Columbia',
    FL: 'Florida',
    GA: 'Georgia',
    HI: 'Hawaii',
    ID: 'Idaho',
    IL: 'Illinois',
    IN: 'Indiana',
    IA: 'Iowa',
    KS: 'Kansas',
    KY: 'Kentucky',
    LA: 'Louisiana',
    ME: 'Maine',
    MD: 'Maryland',
    MA: 'Massachusetts',
    MI: 'Michigan',
    MN: 'Minnesota',
    MS: 'Mississippi',
    MO: 'Missouri',
    MT: 'Montana',
    NE: 'Nebraska',
    NV: 'Nevada',
    NH: 'New Hampshire',
    NJ: 'New Jersey',
    NM: 'New Mexico',
    NY: 'New York',
    NC: 'North Carolina',
    ND: 'North Dakota',
    OH: 'Ohio',
    OK: 'Oklahoma',
    OR: 'Oregon',
    PA: 'Pennsylvania',
    RI: 'Rhode Island',
    SC: 'South Carolina',
    SD: 'South Dakota',
    TN: 'Tennessee',
    TX: 'Texas',
    UT: 'Utah',
    VT: 'Vermont',
    VA: 'Virginia',
    WA: 'Washington',
    WV: 'West Virginia',
    WI: 'Wisconsin',
    WY: 'Wyoming',
    AS: 'American Samoa',
    GU: 'Guam',
    MP: 'Northern Mariana Islands',
    PR: 'Puerto Rico',
    VI: 'U.S. Virgin Islands',
  },
  CA: {
    AB: 'Alberta',
    BC: 'British Columbia',
    MB: 'Manitoba',
    NB: 'New Brunswick',
    NL: 'Newfoundland and Labrador',
    NS: 'Nova Scotia',
    NT: 'Northwest Territories',
    NU: 'Nunavut',
    ON: 'Ontario',
    PE: 'Prince Edward Island',
    QC: 'Quebec',
    SK: 'Saskatchewan',
    YT: 'Yukon',
  },
  AU: {
    ACT: 'Australian Capital Territory',
    NSW: 'New South Wales',
    NT: 'Northern Territory',
    QLD: 'Queensland',
    SA: 'South Australia',
    TAS: 'Tasmania',
    VIC: 'Victoria',
    WA: 'Western Australia',
  },
};

/** Codes of the Union's own for two states; ISO gave them to nobody else. */
const OTHER_CODES: Readonly<Record<string, string>> = { EL: 'GR', UK: 'GB' };

/** Codes that `Intl` names although they are no country. */
const NO_COUNTRIES = new Set(['EU', 'EZ', 'QO', 'UN', 'XA', 'XB', 'ZZ']);
const NAMES = new Intl.DisplayNames(['en'], { type: 'region', fallback: 'none' });

export type Place = Readonly<{ country: string; region: string; problem: string | null }>;

/** The English name of a country or a state, or the code itself. */
export function placeName(code: string): string {
  const [country = '', region] = code.split('-');
  if (region !== undefined) return STATES[country]?.[region] ?? code;
  return /^[A-Z]{2}$/.test(country) ? (NAMES.of(country) ?? code) : code;
}

/**
 * A country and a region as a scope run tells them, as places of the law. `problem` says what the directory holds that
 * is no place; those people then live in `unknown`.
 */
export function placeOf(rawCountry: string, rawRegion: string): Place {
  const country = OTHER_CODES[rawCountry] ?? rawCountry;
  if (country === 'unknown' || country === '') return { country: 'unknown', region: '', problem: null };
  if (!isCountry(country)) {
    const why = isWithdrawn(country) ? ` any more; ISO 3166 has withdrawn the code` : '';
    return { country: 'unknown', region: '', problem: `there is no country \`${country}\`${why}` };
  }
  if (US_TERRITORIES.includes(country)) return { country: 'US', region: `US-${country}`, problem: null };
  const states = STATES[country];
  if (states === undefined) return { country, region: '', problem: null };
  const text = rawRegion.replace(new RegExp(`^${country}-`, 'i'), '').trim();
  if (text === '' || text === 'unknown') return { country, region: 'unknown', problem: null };
  const code = stateCode(states, text);
  return code === null
    ? { country, region: 'unknown', problem: `\`${text}\` is no state or province of ${placeName(country)}` }
    : { country, region: `${country}-${code}`, problem: null };
}

function stateCode(states: Readonly<Record<string, string>>, text: string): string | null {
  const upper = text.toUpperCase();
  if (Object.hasOwn(states, upper)) return upper;
  const plain = (name: string) => name.normalize('NFD').replace(/\p{M}/gu, '').toUpperCase();
  return Object.entries(states).find(([, name]) => plain(name) === plain(text))?.[0] ?? null;
}

function isCountry(code: string): boolean {
  return (
    /^[A-Z]{2}$/.test(code) && !NO_COUNTRIES.has(code) && NAMES.of(code) !== undefined && !isWithdrawn(code)
  );
}

/** `Intl` names a state that was dissolved (DD, SU, YU) by one that came after it; where its people live now it can't know. */
const isWithdrawn = (code: string): boolean =>
  /^[A-Z]{2}$/.test(code) && new Intl.Locale(`und-${code}`).region !== code;

/** The EEA state whose law holds in a country, or null. */
export function eeaStateOf(country: string): string | null {
  const state = PARTS[country] ?? country;
  return (EEA_STATES as readonly string[]).includes(state) ? state : null;
}

/** Whether people of a group live in a place of the law: `EEA`, `everywhere`, `JP`, `US-CA`. */
export function livesIn(
  group: Readonly<{ country: string; region: string }>,
  place: string,
): 'yes' | 'no' | 'maybe' {
  if (place === 'everywhere') return 'yes';
  if (group.country === 'unknown') return 'maybe';
  if (place === 'EEA') return eeaStateOf(group.country) === null ? 'no' : 'yes';
  const [country = '', region] = place.split('-');
  if ((eeaStateOf(group.country) ?? group.country) !== country) return 'no';
  if (region === undefined || group.region === place) return 'yes';
  return group.region === 'unknown' || group.region === '' ? 'maybe' : 'no';
}

/** Whether a place stands in a rule file that the engine understands. */
export function isPlace(place: string): boolean {
  if (place === 'EEA' || place === 'everywhere') return true;
  const [country = '', region] = place.split('-');
  return isCountry(country) && (region === undefined || STATES[country]?.[region] !== undefined);
}
