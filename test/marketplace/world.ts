import { BROWSERS, CRAWLERS } from './agents.ts';
import { COUNTRIES, type Country, INTERNATIONAL_DOMAINS, MAIL_DOMAINS, namesOf } from './names.ts';
import { hashOf, mix, Random } from './random.ts';

/**
 * What there is before anybody visits: people, reviews, accounts and when traffic comes. Everything that a
 * thread may ask is a pure function of the seed and an index, or lies in shared memory, so that no byte depends
 * on which thread writes what. Times are whole seconds since 1970.
 */
const at = (iso: string): number => Date.parse(iso) / 1000;
export const isoOf = (seconds: number): string => new Date(seconds * 1000).toISOString();

export const START = at('2025-11-18T00:00:00Z');
export const DAYS = 3;
export const LEAK = { from: at('2025-11-18T06:00:00Z'), to: at('2025-11-20T15:30:00Z') };
/** One server's lines of these 47 minutes are lost. It ends where no log file ends. */
export const GAP = { server: 1, from: at('2025-11-19T10:31:00Z'), to: at('2025-11-19T11:18:00Z') };
/** Names without digits, so that a file series stays one however numbers are taken out of it. */
export const SERVERS = ['ams', 'dub', 'fra', 'iad'];
const SERVER_WEIGHTS = [28, 26, 24, 22];
/** Share of the busiest hour, by hour of the day, UTC. */
const DAY_CURVE = [
  46, 40, 35, 32, 31, 33, 39, 48, 58, 66, 72, 76, 78, 79, 80, 83, 87, 92, 97, 100, 98, 88, 73, 58,
];

export type Size = Readonly<{ seed: number; customers: number; lines: number }>;

export type World = Size &
  Readonly<{
    /** Reviewers whom the directory does not know: persons `customers` … `customers + strangers − 1`. */
    strangers: number;
    sellers: number;
    employees: number;
    anonymous: number;
    crawlers: number;
    servers: number;
    filesPerDay: number;
    reviews: number;
    reviewPerson: Int32Array;
    published: Int32Array;
    /** 0: still there */
    removed: Int32Array;
    /** A person's first review, or −1. */
    firstReview: Int32Array;
    /** Lines of server s in minute m: `minutes[s * DAYS * 1440 + m]`. */
    minutes: Int32Array;
    /** Persons and viewers for whom single answers are kept. */
    watched: Readonly<{ persons: readonly number[]; accounts: readonly number[] }>;
  }>;

const shared = (n: number): Int32Array => new Int32Array(new SharedArrayBuffer(4 * n));

export function makeWorld({ seed, customers, lines }: Size): World {
  const strangers = Math.max(6, Math.round(customers / 2500));
  const reviews = Math.max(200, Math.round(customers * 0.45));
  const servers = lines >= 500_000 ? 4 : 2;
  const world = {
    seed,
    customers,
    lines,
    strangers,
    reviews,
    servers,
    sellers: Math.max(24, Math.round(customers / 1000)),
    employees: Math.max(36, Math.round(customers / 2500)),
    anonymous: Math.max(300, Math.round(lines / 25)),
    crawlers: CRAWLERS.length * 4,
    filesPerDay: lines >= 1_000_000 ? 24 : 4,
    reviewPerson: shared(reviews),
    published: shared(reviews),
    removed: shared(reviews),
    firstReview: shared(customers + strangers).fill(-1),
    minutes: shared(servers * DAYS * 1440),
  };
  publishReviews(world);
  planTraffic(world);
  return { ...world, watched: watchedOf(world) };
}

type Bare = Omit<World, 'watched'>;

/** Reviewers are three customers in ten and every stranger; some write many reviews. */
function publishReviews(w: Bare): void {
  const rng = new Random(w.seed, 101);
  const reviewers = Math.floor(w.customers * 0.3);
  for (let i = 0; i < w.reviews; i++) {
    const u = rng.unit();
    const person =
      i % 5 === 4 && i < w.strangers * 10
        ? w.customers + (((i - 4) / 5) % w.strangers)
        : reviewerOf(w, Math.floor(u * u * reviewers));
    w.reviewPerson[i] = person;
    w.published[i] = publicationOf(rng);
    w.removed[i] = removalOf(rng, w.published[i] as number);
    plantInGap(w, i);
    const writer = w.reviewPerson[i] as number;
    if (w.firstReview[writer] === -1) w.firstReview[writer] = i;
  }
}

/** Some reviews come or go while the server is silent; those that come are all that their writers wrote. */
function plantInGap(w: Bare, review: number): void {
  const moment = (GAP.from + GAP.to) / 2 + (review % 400) - 200;
  if (review % 97 === 5 && (w.published[review] as number) < START) w.removed[review] = moment;
  if (review % 97 !== 6) return;
  w.published[review] = moment;
  w.removed[review] = 0;
  w.reviewPerson[review] = 10 * (review % Math.floor(w.customers / 10)) + 5;
}

/** Persons 1, 2 and 7 of ten, so that neighbours who share an address both review. */
function reviewerOf(w: Bare, rank: number): number {
  return Math.min(w.customers - 1, Math.floor(rank / 3) * 10 + (rank % 3 === 2 ? 7 : 1 + (rank % 3)));
}

/** Most reviews are old; some come and go in the three days, none near the gap's ends, where logs are coarse. */
function publicationOf(rng: Random): number {
  if (rng.chance(0.94)) return START - 3600 - rng.below(2 * 365 * 86400);
  return awayFromGap(START + rng.below(DAYS * 86400));
}

function removalOf(rng: Random, published: number): number {
  const u = rng.unit();
  if (u < 0.93) return 0;
  if (u < 0.95) return published < START - 86400 ? START - 1 - rng.below(START - published) : 0;
  const removed = awayFromGap(START + rng.below(DAYS * 86400));
  return removed > published + 7200 ? removed : 0;
}

function awayFromGap(t: number): number {
  for (const end of [GAP.from, GAP.to]) if (Math.abs(t - end) < 900) return GAP.from - 5400;
  return t;
}

function planTraffic(w: Bare): void {
  const weights = new Float64Array(w.minutes.length);
  let total = 0;
  for (let i = 0; i < weights.length; i++) {
    const server = Math.floor(i / (DAYS * 1440));
    const minute = i % (DAYS * 1440);
    const lost = server === GAP.server && minute >= (GAP.from - START) / 60 && minute < (GAP.to - START) / 60;
    const noise = 0.85 + (0.3 * hashOf(w.seed, 7, i)) / 4294967296;
    weights[i] = lost ? 0 : curveAt(minute % 1440) * noise * (SERVER_WEIGHTS[server] as number);
    total += weights[i] as number;
  }
  let sum = 0;
  let given = 0;
  for (let i = 0; i < weights.length; i++) {
    sum += weights[i] as number;
    const upTo = i === weights.length - 1 ? w.lines : Math.min(w.lines, Math.floor((sum / total) * w.lines));
    w.minutes[i] = upTo - given;
    given = upTo;
  }
}

function curveAt(minuteOfDay: number): number {
  const hour = Math.floor(minuteOfDay / 60);
  const part = (minuteOfDay % 60) / 60;
  return (DAY_CURVE[hour] as number) * (1 - part) + (DAY_CURVE[(hour + 1) % 24] as number) * part;
}

function watchedOf(w: Bare): World['watched'] {
  const popular = [0.002, 0.02, 0.1, 0.4].map(
    (part) => w.reviewPerson[itemOfRank(w, Math.floor(part * w.reviews))],
  );
  const known = [...new Set(popular)].filter((p) => p !== undefined && p < w.customers) as number[];
  return { persons: known, accounts: [3, 5, 8, 13].map((n) => mix(n) % w.customers) };
}

/** The most read review has rank 0. */
export function itemOfRank(w: Pick<World, 'reviews'>, rank: number): number {
  return Number((BigInt(rank) * 2_654_435_761n + 11n) % BigInt(w.reviews));
}

export const customerId = (w: Size, person: number): string =>
  person < w.customers ? `C${1_000_000 + person}` : `C${90_000_000 + person - w.customers}`;
export const reviewId = (review: number): string => `R${100_000 + review}`;
export const sellerId = (seller: number): string => `S${2_000 + seller}`;
export const employeeId = (employee: number): string => `E${1_000 + employee}`;
/** Every sixth is from outside. */
export const employeeKind = (employee: number): 'staff' | 'contractor' | 'vendor' =>
  employee % 6 !== 5 ? 'staff' : employee % 12 === 5 ? 'contractor' : 'vendor';

/** 100.64.0.0/10 and 2001:db8::/32 are nobody's on the Internet. The halves keep accounts and others apart. */
function addressOf(group: number, half: 0 | 1): string {
  if (mix(group + half * 7919) % 6 === 0)
    return `2001:db8:${(0x1000 * (half + 1) + (group >>> 16)).toString(16)}:${(group & 0xffff).toString(16)}::${(1 + (mix(group) % 0xfffe)).toString(16)}`;
  const n = Math.imul(group, 0x9e3779b1) & 0x1fffff;
  return `100.${64 + 32 * half + (n >>> 16)}.${(n >>> 8) & 255}.${n & 255}`;
}

export const accountAddress = (account: number): string => addressOf(account, 1);
export const accountAgent = (account: number, device: number): string =>
  BROWSERS[mix(account * 3 + device) % BROWSERS.length] as string;

/** Two anonymous viewers stand behind each address, with different programs. */
export function anonymousViewer(index: number): { client: string; userAgent: string } {
  const group = index >>> 1;
  return {
    client: addressOf(group, 0),
    userAgent: BROWSERS[(mix(group) + (index & 1)) % BROWSERS.length] as string,
  };
}

export function crawlerViewer(index: number): { client: string; userAgent: string } {
  const userAgent = CRAWLERS[index % CRAWLERS.length] as string;
  return {
    client: `198.18.${index % CRAWLERS.length}.${10 + Math.floor(index / CRAWLERS.length)}`,
    userAgent,
  };
}

export type Customer = Readonly<{
  email: string;
  name: string;
  country: string;
  region: string;
  language: string;
  phone: string;
  street: string;
  postcode: string;
  city: string;
}>;

/** The account whose address this one shares (in another case), or itself. */
export function addressOwner(person: number): number {
  const place = person % 53;
  if (place === 17) return person - 1;
  if (place === 18 && person % 7 === 0) return person - 2;
  return person;
}

export const COUNTRY_CODES: readonly string[] = COUNTRIES.map((c) => c.code);
const TOTAL_WEIGHT = COUNTRIES.reduce((sum, c) => sum + c.weight, 0);

function countryAt(n: number): Country {
  let left = n % TOTAL_WEIGHT;
  for (const c of COUNTRIES) {
    if (left < c.weight) return c;
    left -= c.weight;
  }
  return COUNTRIES[0] as Country;
}

/** The directory's row of one customer. */
export function customerOf(w: Size, person: number): Customer {
  const h = (purpose: number): number => hashOf(w.seed, purpose, person);
  const home = countryAt(h(20));
  const names = namesOf(home.script);
  const first = names.first[h(21) % names.first.length] as readonly [string, string];
  const last = names.last[h(22) % names.last.length] as readonly [string, string];
  const isPlaceKnown = h(23) % 61 !== 0;
  const number = 1 + (h(24) % 180);
  return {
    email: emailOf(w, person),
    name: 'lastFirst' in names ? `${last[0]} ${first[0]}` : `${first[0]} ${last[0]}`,
    country: isPlaceKnown ? home.code : '',
    region: isPlaceKnown && home.regions ? (home.regions[h(25) % home.regions.length] as string) : '',
    language: home.languages[h(26) % home.languages.length] as string,
    phone:
      h(27) % 4 === 0
        ? ''
        : `${home.dial} ${10 + (h(28) % 90)} 555 ${String(h(29) % 10000).padStart(4, '0')}`,
    street:
      h(30) % 9 === 0
        ? `${number} "${last[0]}" House, Flat ${1 + (number % 30)}`
        : `${last[0]} Street ${number}`,
    postcode: String(10000 + (h(31) % 89999)),
    city: home.cities[h(32) % home.cities.length] as string,
  };
}

/** Unique but for case: an account may repeat another's address as `MARIA…` or `Maria…`. */
export function emailOf(w: Size, person: number): string {
  const owner = addressOwner(person);
  if (owner === person) return ownEmailOf(w, person);
  const email = ownEmailOf(w, owner);
  return person % 2 === 0 ? email.toUpperCase() : email.charAt(0).toUpperCase() + email.slice(1);
}

function ownEmailOf(w: Size, person: number): string {
  const h = (purpose: number): number => hashOf(w.seed, purpose, person);
  const names = namesOf(countryAt(h(20)).script);
  const first = names.first[h(21) % names.first.length] as readonly [string, string];
  const last = names.last[h(22) % names.last.length] as readonly [string, string];
  const mark = person.toString(36);
  // Row 17 and 18 of 53 repeat this one in another case, so it must be ASCII.
  const isRepeated = person % 53 === 16;
  if (!isRepeated && h(33) % 400 === 0)
    return `${first[0].toLowerCase()}.${mark}@${INTERNATIONAL_DOMAINS[h(34) % INTERNATIONAL_DOMAINS.length]}`;
  const joint = ['.', '-', '_', ''][h(35) % 4];
  return `${first[1]}${joint}${last[1]}.${mark}@${MAIL_DOMAINS[h(34) % MAIL_DOMAINS.length]}`;
}
