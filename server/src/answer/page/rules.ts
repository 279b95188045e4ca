/** What every edition must answer. Pure. */
import { PAGE_SECTIONS, type PageSection, type Problem } from '@forthright/contract';

/** What is there to be said of each section; a section that is neither here nor said to be open keeps the page from being published. */
export type Known = Readonly<Record<PageSection, boolean>>;

const WANTS: Readonly<Record<PageSection, string>> = {
  what: 'what happened: the leaks of the run',
  howMany: 'how many: the figures of a run',
  whom: 'whom it concerned: `texts.whom`, or countries in the directory',
  data: 'which data: the fields of the run’s exposed people, or those that may have been shown',
  where: 'where it was visible: `statement.texts.places` for each leak',
  toWhom: 'to whom it was visible: recipients that the run counted',
  howLong: 'how long: the run found no time at which somebody saw it',
  cause: 'the cause: `statement.texts.cause`',
  fixed: 'what was fixed: the incident’s time `contained` with `statement.texts.contained`',
  advice: 'what people can do: it follows from the data',
  authorities: 'what the authorities were told and when: `statement.authorities` with `texts.told`',
  open: 'by when more is said of those of whom we can’t tell: `statement.nextBy`',
};

export type Promised = Readonly<{ section: PageSection; until: number }>;

/**
 * Why an edition can't be published: a section of which nothing is known and nothing is said, one that is called open twice,
 * a day for more that is over. `nextBy`, when people are unknown. Instants are milliseconds since 1970.
 */
export function problemsOf(
  known: Known,
  {
    notYet,
    nextBy,
    today,
  }: Readonly<{ notYet: readonly Promised[]; nextBy: number | undefined; today: number }>,
): Problem[] {
  const open = notYet.map(({ section }) => section);
  const missing = PAGE_SECTIONS.filter((section) => !known[section] && !open.includes(section)).map(
    (section) => ({ at: section, message: `is missing: ${WANTS[section]}; or an entry in \`texts.notYet\`` }),
  );
  const twice = open
    .filter((section, i) => open.indexOf(section) !== i)
    .map((section) => ({ at: section, message: 'is said to be open twice' }));
  const past = [...notYet, ...(nextBy === undefined ? [] : [{ section: 'open' as const, until: nextBy }])]
    .filter(({ until }) => until < today)
    .map(({ section, until }) => ({
      at: section,
      message: `more is promised by ${new Date(until).toISOString().slice(0, 10)}, which is over`,
    }));
  return [...missing, ...twice, ...past];
}
