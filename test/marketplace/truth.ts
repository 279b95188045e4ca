import type { LeakKind, RecipientClass } from '@forthright/contract';
import type { LeakTruth, PeopleLists, Split } from './types.ts';
import type { DayResult, Tally } from './web.ts';
import { addressOwner, customerId, employeeKind, GAP, isoOf, type World } from './world.ts';

/** Country, region and language of every customer, as the directory was written. */
export type Places = Readonly<{ country: string[]; region: string[]; language: string[] }>;

/** What the writer of a leak knows of it. Persons are indices; those past the directory are strangers. */
export type Planted = Readonly<{
  exposed: ReadonlySet<number>;
  /** May hold exposed persons too: those stay exposed. */
  maybe: ReadonlySet<number>;
  /** Subjects of whom there is only an id or an address that no directory knows. */
  unidentified: ReadonlySet<string>;
  possiblySelf: number;
  onlyWithoutAccount: number;
  recipients: Partial<Record<RecipientClass, number>>;
  unknownAccounts: number | null;
  views: number | null;
  first: string | null;
  last: string | null;
}>;

/** Sums up what was planted by the rules of counting. */
export function truthOf(
  w: World,
  places: Places,
  kind: LeakKind,
  incident: string,
  planted: Planted,
): { truth: LeakTruth; people: PeopleLists } {
  const exposed = [...planted.exposed].filter((p) => p < w.customers);
  const unknown = [...planted.maybe].filter((p) => p < w.customers && !planted.exposed.has(p));
  const strangers = [...planted.exposed, ...planted.maybe].filter((p) => p >= w.customers);
  const unidentified = new Set([...planted.unidentified, ...strangers.map((p) => customerId(w, p))]);
  const split = (of: readonly string[]): Record<string, Split> => splitBy(of, exposed, unknown);
  const addresses = new Set(exposed.map(addressOwner));
  const truth: LeakTruth = {
    kind,
    incident,
    exposed: exposed.length,
    unknown: unknown.length,
    clear: w.customers - exposed.length - unknown.length,
    unidentified: unidentified.size,
    min: exposed.length,
    max: exposed.length + unknown.length + unidentified.size,
    possiblySelf: planted.possiblySelf,
    onlyWithoutAccount: planted.onlyWithoutAccount,
    addresses: {
      exposed: addresses.size,
      unknown: new Set(unknown.map(addressOwner).filter((a) => !addresses.has(a))).size,
    },
    byCountry: split(places.country),
    byRegion: split(places.region),
    byLanguage: split(places.language),
    recipients: planted.recipients,
    unknownAccounts: planted.unknownAccounts,
    views: planted.views,
    first: planted.first,
    last: planted.last,
    people: `truth/${kind}.people.json`,
  };
  const ids = (persons: readonly number[]): string[] => persons.map((p) => customerId(w, p)).sort();
  return {
    truth,
    people: { exposed: ids(exposed), unknown: ids(unknown), unidentified: [...unidentified].sort() },
  };
}

function splitBy(
  of: readonly string[],
  exposed: readonly number[],
  unknown: readonly number[],
): Record<string, Split> {
  const counts = new Map<string, Split>();
  const at = (person: number): Split => {
    const name = of[person] as string;
    const known = counts.get(name) ?? { exposed: 0, unknown: 0 };
    counts.set(name, known);
    return known;
  };
  for (const person of exposed) at(person).exposed++;
  for (const person of unknown) at(person).unknown++;
  return Object.fromEntries([...counts].sort(([a], [b]) => (a < b ? -1 : 1)));
}

/** The page leak: what the days' tallies say, and who stood on a page while a server was silent. */
export function plantedByPages(w: World, tally: Tally, days: readonly DayResult[]): Planted {
  const exposed = new Set<number>();
  let possiblySelf = 0;
  let onlyWithoutAccount = 0;
  for (let p = 0; p < w.customers + w.strangers; p++) {
    const account = tally.seen.account[p] === 1;
    const anonymous = tally.seen.anonymous[p] === 1;
    const crawler = tally.seen.crawler[p] === 1;
    if (!account && !anonymous && !crawler) continue;
    exposed.add(p);
    if (p >= w.customers || account) continue;
    onlyWithoutAccount++;
    if (!crawler) possiblySelf++;
  }
  const maybe = new Set<number>();
  for (let i = 0; i < w.reviews; i++) if (stoodInGap(w, i)) maybe.add(w.reviewPerson[i] as number);
  const { recipients, unknownAccounts } = recipientsOf(w, tally);
  const first = Math.min(...days.map((d) => d.first));
  const last = Math.max(...days.map((d) => d.last));
  return {
    exposed,
    maybe,
    unidentified: new Set(),
    possiblySelf,
    onlyWithoutAccount,
    recipients,
    unknownAccounts,
    views: days.reduce((sum, d) => sum + d.views, 0),
    first: Number.isFinite(first) ? isoOf(first) : null,
    last: Number.isFinite(last) ? isoOf(last) : null,
  };
}

function stoodInGap(w: World, review: number): boolean {
  const removed = w.removed[review] as number;
  return (w.published[review] as number) < GAP.to && (removed === 0 || removed > GAP.from);
}

function recipientsOf(w: World, tally: Tally): Pick<Planted, 'recipients'> & { unknownAccounts: number } {
  const { viewers } = tally;
  const sum = (bytes: Uint8Array): number => bytes.reduce((n, b) => n + b, 0);
  const unknownAccounts = sum(viewers.account.subarray(w.customers));
  const contractors = viewers.employee.reduce((n, b, i) => n + (employeeKind(i) === 'staff' ? 0 : b), 0);
  const counts: [RecipientClass, number][] = [
    ['customer', sum(viewers.account.subarray(0, w.customers))],
    ['anonymous', sum(viewers.anonymous)],
    ['crawler', sum(viewers.crawler)],
    ['seller', sum(viewers.seller)],
    ['employee', sum(viewers.employee) - contractors],
    ['contractor', contractors],
    ['thirdParty', unknownAccounts],
  ];
  return { recipients: Object.fromEntries(counts.filter(([, n]) => n > 0)), unknownAccounts };
}
