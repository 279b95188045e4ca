/** Figures, times and lengths as a language writes them. Numbers are never shortened. */
export type Formats = Readonly<{
  number: (value: number) => string;
  /** Bytes in whole units. */
  bytes: (value: number) => string;
  /** In the reader's zone, with its name. */
  local: (at: string) => string;
  utc: (at: string) => string;
  day: (at: string) => string;
  /** The two largest units: `2 days, 4 hours`. */
  length: (ms: number) => string;
  list: (parts: readonly string[]) => string;
  country: (code: string) => string;
  /** Its name in this language: `fr` as `French`. */
  languageName: (code: string) => string;
}>;

const MINUTE = 60_000;
const UNITS = [
  ['day', 24 * 60 * MINUTE],
  ['hour', 60 * MINUTE],
  ['minute', MINUTE],
] as const;

function lengthOf(language: string, ms: number): string {
  const parts: string[] = [];
  let rest = Math.max(0, Math.round(ms / MINUTE) * MINUTE);
  for (const [unit, size] of UNITS) {
    const count = Math.floor(rest / size);
    if (count === 0 && (parts.length > 0 || unit !== 'minute')) {
      if (parts.length > 0) break;
      continue;
    }
    rest -= count * size;
    parts.push(new Intl.NumberFormat(language, { style: 'unit', unit, unitDisplay: 'long' }).format(count));
    if (parts.length === 2) break;
  }
  return parts.join(', ');
}

const BYTE_UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const;

function bytesOf(language: string, value: number): string {
  const step = Math.min(BYTE_UNITS.length - 1, value < 1 ? 0 : Math.floor(Math.log10(value) / 3));
  const unit = BYTE_UNITS[step] ?? 'byte';
  const format = { style: 'unit', unit, unitDisplay: 'short', maximumFractionDigits: 1 } as const;
  return new Intl.NumberFormat(language, format).format(value / 1000 ** step);
}

export function formatsOf(language: string): Formats {
  // British order of day and month: the American one is read wrongly in Europe, and no one misreads a month's name.
  const locale = language === 'en' ? 'en-GB' : language;
  const number = new Intl.NumberFormat(locale);
  const moment = {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
  } as const;
  const local = new Intl.DateTimeFormat(locale, { ...moment, timeZoneName: 'short' });
  const utc = new Intl.DateTimeFormat(locale, { ...moment, timeZone: 'UTC', timeZoneName: 'short' });
  const day = new Intl.DateTimeFormat(locale, { day: 'numeric', month: 'short', timeZone: 'UTC' });
  const list = new Intl.ListFormat(locale, { type: 'conjunction' });
  const countries = new Intl.DisplayNames(locale, { type: 'region', fallback: 'code' });
  const languages = new Intl.DisplayNames(locale, { type: 'language', fallback: 'code' });
  return {
    number: (value) => number.format(value),
    bytes: (value) => bytesOf(locale, value),
    local: (at) => local.format(new Date(at)),
    utc: (at) => utc.format(new Date(at)),
    day: (at) => day.format(new Date(at)),
    length: (ms) => lengthOf(locale, ms),
    list: (parts) => list.format(parts),
    country: (code) => (/^[A-Z]{2}$/.test(code) ? (countries.of(code) ?? code) : code),
    languageName: (code) => (/^[a-z]{2,3}(-\w+)*$/i.test(code) ? (languages.of(code) ?? code) : code),
  };
}
