/** Duties as countries: what is asked for where. Pure. */
/** As the map fills a country: something is told of it, something of it is unknown, or both. */
export type Fill = 'some' | 'unknown' | 'both';

type Row = Readonly<{ duty: string; status: 'due' | 'cannot-tell' | 'unverified' | 'not-due' }>;

/** Members of the European Union; and of the European Economic Area, in which the same regulation holds. */
const EU = 'AT BE BG CY CZ DE DK EE ES FI FR GR HR HU IE IT LT LU LV MT NL PL PT RO SE SI SK IS LI NO'.split(
  ' ',
);

/** The countries that a duty's code begins with: `EU/authority`, `UK/people`, `US-CA/attorney-general`. */
export function countriesOfDuty(duty: string): readonly string[] {
  const [code = ''] = duty.split('/');
  const [state = ''] = code.split('-');
  if (state === 'EU') return EU;
  if (state === 'UK') return ['GB'];
  return /^[A-Z]{2}$/.test(state) ? [state] : [];
}

/** By country whether something is due there, and whether something there can't be told; where neither, it is not in it. */
export function dutiesByCountry(rows: readonly Row[]): ReadonlyMap<string, Fill> {
  const found = new Map<string, Fill>();
  for (const { duty, status } of rows) {
    if (status === 'not-due') continue;
    const fill = status === 'due' ? 'some' : 'unknown';
    for (const code of countriesOfDuty(duty)) {
      const before = found.get(code);
      found.set(code, before === undefined || before === fill ? fill : 'both');
    }
  }
  return found;
}
