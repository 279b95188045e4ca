import { Incident, type Leak, type LeakKind, type LogField } from '@forthright/contract';
import fc from 'fast-check';
import {
  asLogged,
  BLANK,
  type Customer,
  FIELDS_OF,
  type Line,
  type Log,
  type LogShape,
  type ReferenceRow,
  type World,
} from './world.ts';

/**
 * A plan is what fast-check makes, shrinks and prints: a few dozen small numbers. `expand` turns it into a world,
 * the same one every time. So that a world has one right answer although the engine finds gaps by statistics:
 * - every unit (host, or the log) has a line each 2 to 8 s from the first hour to the last: fewer, or holes in most of the log, would be no test of
 *   counting, since no test of silence could tell (docs/gaps.md, 'What it can't do');
 * - holes begin and end at whole hours and are 1 or 2 hours long, never the first or last hour;
 * - windows, validities and lifetimes begin and end at half hours, so they cross a gap by 30 minutes or not at all;
 * - within three minutes of a hole or a declared gap there is nothing but background.
 */
export type Plan = Readonly<{
  seed: number;
  hours: number;
  shape: LogShape;
  hosts: number;
  hasAccounts: boolean;
  zoneMinutes: number;
  isSampled: boolean;
  ids: number;
  hasLifetimes: boolean;
  collidingIds: boolean;
  customers: readonly PlannedCustomer[];
  references: readonly PlannedReference[];
  holes: readonly Readonly<{ unit: number; hour: number; hours: number; declared: boolean; all: boolean }>[];
  leaks: readonly PlannedLeak[];
  lines: readonly PlannedLine[];
  /** Lines that `expand(plan, { more: true })` adds. */
  moreLines: readonly PlannedLine[];
  /** Some other number that a property may want. */
  choice: number;
}>;

type PlannedCustomer = Readonly<{
  address: number;
  country: number;
  isTwice: boolean;
  created: number;
  deleted: number;
}>;
type PlannedReference = Readonly<{ key: number; person: number; from: number; to: number }>;
type PlannedLeak = Readonly<{
  kind: LeakKind;
  path: number;
  start: number;
  end: number;
  options: number;
  fields: number;
  list: readonly number[];
}>;
type PlannedLine = Readonly<{
  leak: number;
  at: number;
  edge: number;
  viewer: number;
  who: number;
  item: number;
  form: number;
  status: number;
  method: number;
  host: number;
  cache: number;
}>;

const HOUR = 3_600_000;
const HALF = HOUR / 2;
export const BEGIN = Date.UTC(2025, 10, 18, 3);

const nat = (max: number) => fc.nat({ max });

const plannedLine: fc.Arbitrary<PlannedLine> = fc.record({
  leak: nat(3),
  at: nat(999_999),
  edge: nat(99),
  viewer: nat(23),
  who: nat(39),
  item: nat(39),
  form: nat(63),
  status: nat(15),
  method: nat(11),
  host: nat(3),
  cache: nat(255),
});

const plannedLeak = (kinds: readonly LeakKind[]): fc.Arbitrary<PlannedLeak> =>
  fc.record({
    kind: fc.constantFrom(...kinds),
    path: nat(6),
    start: nat(11),
    end: nat(11),
    options: nat(255),
    fields: nat(3),
    list: fc.array(nat(44), { minLength: 1, maxLength: 25 }),
  });

const ALL_KINDS = ['page', 'page', 'shared-cache', 'access', 'export', 'mailing', 'url', 'list'] as const;

/** Random plans. `kinds` and `maxHours` narrow them, `hasGaps: false` leaves every hole and sampling out. */
export function plans(
  options: Readonly<{ kinds?: readonly LeakKind[]; maxHours?: number; hasGaps?: boolean }> = {},
): fc.Arbitrary<Plan> {
  const maxHours = options.maxHours ?? 24;
  const hasGaps = options.hasGaps ?? true;
  return fc.record({
    seed: nat(0x7fffffff),
    hours: fc.oneof(
      { weight: 9, arbitrary: fc.integer({ min: 8, max: Math.max(8, Math.min(12, maxHours)) }) },
      { weight: 1, arbitrary: fc.integer({ min: 8, max: Math.max(8, maxHours) }) },
    ),
    shape: fc.constantFrom('combined', 'combined-host', 'jsonl', 'jsonl'),
    hosts: nat(3),
    hasAccounts: fc.oneof({ weight: 7, arbitrary: fc.constant(true) }, fc.boolean()),
    zoneMinutes: fc.constantFrom(0, 0, 60, -330),
    isSampled: hasGaps ? nat(19).map((n) => n === 19) : fc.constant(false),
    ids: nat(3),
    hasLifetimes: fc.boolean(),
    collidingIds: nat(3).map((n) => n === 3),
    customers: fc.array(
      fc.record({
        address: nat(15),
        country: nat(7),
        isTwice: nat(9).map((n) => n === 9),
        created: nat(15),
        deleted: nat(15),
      }),
      { minLength: 5, maxLength: 40 },
    ),
    references: fc.array(fc.record({ key: nat(13), person: nat(44), from: nat(11), to: nat(11) }), {
      minLength: 1,
      maxLength: 30,
    }),
    holes: fc.array(
      fc.record({
        unit: nat(3),
        hour: nat(71),
        hours: fc.integer({ min: 1, max: 2 }),
        declared: fc.boolean(),
        all: nat(3).map((n) => n === 3),
      }),
      { maxLength: hasGaps ? 2 : 0 },
    ),
    leaks: fc.array(plannedLeak(options.kinds ?? ALL_KINDS), { minLength: 1, maxLength: 2 }),
    lines: fc.array(plannedLine, { maxLength: 120, size: 'max' }),
    moreLines: fc.array(plannedLine, { minLength: 1, maxLength: 20 }),
    choice: nat(0xffff),
  });
}

export const MOZILLA = 'Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0';
const BROWSERS = [
  MOZILLA,
  'Mozilla/5.0 (iPhone; CPU iPhone OS 18_6 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/18.6 Mobile/15E148 Safari/604.1',
] as const;
const CRAWLERS = [
  'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)',
  'Mozilla/5.0 (compatible; bingbot/2.0; +http://www.bing.com/bingbot.htm)',
] as const;
const CLIENTS = [
  '203.0.113.5',
  '198.51.100.7',
  '2001:db8:1::17',
  '2001:DB8:1:0:0::0017',
  '::ffff:cb00:7105',
] as const;
const OWN = { networks: ['10.0.0.0/8', '2001:db8:aaaa::/48'], userAgents: ['MarlowMonitor/*'] };
const OWN_CLIENTS = ['10.1.2.3', '2001:db8:aaaa::5', '0:0:0:0:0:ffff:10.1.2.3', '::FFFF:0a01:203'] as const;
const HOSTS = ['www.marlow.example', 'm.marlow.example', 'shop.marlow.example'] as const;
const KEYS = [
  'r1',
  'R1',
  'r2',
  '007',
  '7',
  'a b',
  'a/b',
  '50%',
  '%41',
  'x+y',
  'ü-1',
  'a&b=c',
  'q"x,y',
  'r.1',
];
const PATHS: Readonly<Record<'page' | 'url' | 'access' | 'cache', readonly string[]>> = {
  page: [
    '/reviews/{reviews}',
    '/review?id={reviews}',
    '/*/reviews/{reviews}',
    '/p/{products}/reviews',
    '/review?view=full&id={reviews}',
    '/customers/{customers}',
    '/u/{customers.email}',
  ],
  url: ['/welcome?email={customers.email}', '/account/{customers}/verify', '/verify?c={customers}'],
  access: ['/admin/customers/{customers}', '/admin/review?id={reviews}'],
  cache: ['/my/orders', '/my/*'],
};

/** A small generator for the background alone (mulberry32): fast-check need not shrink it. */
function dice(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}

function pick<T>(from: readonly T[], index: number): T {
  return from[index % from.length] as T;
}

/** Some half hour of the log's span. */
function halfHour(plan: Plan, n: number): number {
  return BEGIN + ((n * 7) % plan.hours) * HOUR + HALF;
}

function idOf(plan: Plan, index: number): string {
  if (index >= plan.customers.length) return `ghost-${index}`;
  switch (plan.ids) {
    case 0:
      return `c${index}`;
    case 1:
      return index % 2 === 0 ? `${index / 2 + 1}` : `00${(index - 1) / 2 + 1}`;
    case 2:
      return `${index % 2 === 0 ? 'c' : 'C'}${index >> 1}`;
    default:
      return `${100000 + index}`;
  }
}

function addressOf(planned: PlannedCustomer, index: number): string {
  switch (planned.address) {
    case 15:
      return '';
    case 14:
      return `Person${Math.max(0, index - 1)}@SHOP.example`;
    case 13:
      return 'anna@müller.example';
    case 12:
      return 'Anna@xn--mller-kva.example';
    case 11:
      return 'jose\u0301@post.example';
    case 10:
      return 'jos\u00e9@Post.example';
    default:
      return `person${index}@shop.example`;
  }
}

function expandCustomers(plan: Plan): Customer[] {
  const rows: Customer[] = [];
  plan.customers.forEach((planned, index) => {
    const createdAt = planned.created > 11 ? halfHour(plan, planned.created) : BEGIN - 90 * 24 * HOUR;
    const deletedAt = planned.deleted > 11 ? halfHour(plan, planned.deleted + 3) : null;
    const row: Customer = {
      id: idOf(plan, index),
      email: addressOf(planned, index),
      name: index % 5 === 0 ? `Ødegård, "Ida" ${index}` : `Person ${index}`,
      country: pick(['DE', 'FR', 'LU', 'US', 'US', 'GB', 'DE', ''], planned.country),
      region: pick(['', '', '', 'CA', 'NY', '', 'BY', ''], planned.country),
      language: pick(['de', 'fr', '', 'en', 'en', 'en', 'de', ''], planned.country),
      createdAt,
      deletedAt: deletedAt !== null && deletedAt > createdAt ? deletedAt : null,
    };
    rows.push(row);
    if (planned.isTwice) rows.push({ ...row, email: `other${index}@shop.example`, country: 'IT' });
  });
  return rows;
}

function expandReferences(plan: Plan): Record<string, ReferenceRow[]> {
  const person = (planned: PlannedReference) => idOf(plan, planned.person % (plan.customers.length + 2));
  const edge = (n: number) => (n < 6 ? null : halfHour(plan, n));
  const rows = plan.references.map((planned) => ({
    key: pick(KEYS, planned.key),
    person: person(planned),
    from: edge(planned.from),
    to: edge(planned.to),
  }));
  return {
    reviews: rows.filter((row) => row.from === null || row.to === null || row.from < row.to),
    products: plan.references.map((planned) => ({
      key: `p${planned.key % 4}`,
      person: person(planned),
      from: null,
      to: null,
    })),
  };
}

// ---- leaks --------------------------------------------------------------------------------------------------

type Hole = Readonly<{ log: string; unit: string; from: number; to: number; declared: boolean }>;

function hostsOf(plan: Plan): readonly string[] {
  return plan.hosts === 0 ? [] : HOSTS.slice(0, plan.hosts);
}

function windowOf(plan: Plan, planned: PlannedLeak): { from: number; to: number } {
  const end = BEGIN + plan.hours * HOUR;
  if (planned.kind === 'shared-cache') {
    return {
      from: planned.start % 4 === 0 ? BEGIN - HALF : BEGIN + HALF,
      to: planned.end % 4 === 0 ? end + HALF : end - HALF,
    };
  }
  const from = planned.start === 11 ? BEGIN - 3 * HALF : BEGIN + HALF + (planned.start % 3) * HOUR;
  const to = planned.end === 11 ? end + 3 * HALF : end - HALF - (planned.end % 3) * HOUR;
  return { from, to };
}

const FIELD_SETS = [['name', 'email'], ['email'], ['name', 'address', 'orders'], ['phone']] as const;

function iso(time: number): string {
  return new Date(time).toISOString();
}

function expandLeak(plan: Plan, planned: PlannedLeak, index: number, shape: LogShape): Leak {
  const { from, to } = windowOf(plan, planned);
  const common = {
    id: `leak-${index}`,
    fields: [...pick(FIELD_SETS, planned.fields)],
  };
  const window = { from: iso(from), to: iso(to) };
  const bit = (n: number) => ((planned.options >> n) & 1) === 1;
  const hasHosts = shape !== 'combined' && plan.hosts > 0;
  const web = {
    log: 'web',
    ...(bit(0) && bit(1) && hasHosts ? { hosts: [pick(hostsOf(plan), planned.options >> 2)] } : {}),
    status: bit(2) && bit(3) ? [200] : [200, 206, 304],
    methods: bit(4) && bit(5) ? ['GET'] : ['GET', 'POST'],
  };
  const people = bit(6)
    ? { at: `lists/${index}.csv`, id: 'value' }
    : { at: `lists/${index}.csv`, email: 'value' };
  const recipients = [
    'buyer-1',
    { id: 's1', class: 'seller' as const },
    { id: idOf(plan, planned.list[0] ?? 0), class: 'customer' as const },
  ].slice(0, 1 + (planned.options % 3));
  switch (planned.kind) {
    case 'page':
      return { ...common, ...window, ...web, kind: 'page', path: pick(PATHS.page, planned.path) };
    case 'shared-cache':
      return {
        ...common,
        ...window,
        ...web,
        kind: 'shared-cache',
        path: pick(PATHS.cache, planned.path),
        rules: {
          ...(bit(6) ? { STALE: 'hit' as const } : {}),
          ...(bit(7) ? { REVALIDATED: bit(6) ? ('fill' as const) : ('hit' as const) } : {}),
        },
      };
    case 'access':
      return {
        ...common,
        ...window,
        kind: 'access',
        log: 'admin',
        ...(bit(0) && bit(1) ? { viewers: ['e1', 'e2', idOf(plan, 0)] } : {}),
        ...(bit(2) && bit(3) ? { actions: ['view', 'export'] } : {}),
        ...(bit(4) ? { path: pick(PATHS.access, planned.path) } : {}),
        ...(bit(5) && bit(6) ? { status: [200] } : {}),
      };
    case 'export':
      return {
        ...common,
        ...window,
        kind: 'export',
        people,
        ...(bit(0) && bit(1) ? {} : { log: 'web', path: '/exports/people.csv' }),
        status: web.status,
        methods: web.methods,
        ...(bit(0) ? { recipients } : {}),
      };
    case 'mailing':
      return bit(0)
        ? { ...common, kind: 'mailing', eml: `mails/${index}.eml` }
        : { ...common, kind: 'mailing', people };
    case 'url':
      return {
        ...common,
        ...window,
        ...web,
        kind: 'url',
        path: pick(PATHS.url, planned.path),
        ...(shape === 'jsonl' && bit(6)
          ? {}
          : { passedTo: ['ads.example', 'pixel.example'].slice(0, bit(7) ? 2 : 1) }),
      };
    case 'list':
      return { ...common, kind: 'list', people, ...(bit(0) ? { recipients } : {}) };
  }
}

/** Values of the lists and mails that leaks name: some twice, some that the directory doesn't know. */
function expandLists(plan: Plan, leaks: readonly Leak[]) {
  const lists: Record<string, string[]> = {};
  const mails: Record<string, string[]> = {};
  leaks.forEach((leak, index) => {
    const numbers = (plan.leaks[index]?.list ?? []).map((n) => n % (plan.customers.length + 3));
    const address = (n: number) => {
      const planned = plan.customers[n];
      const email = planned === undefined ? `stranger${n}@else.example` : addressOf(planned, n);
      return email === '' ? [] : [email];
    };
    if (leak.kind === 'mailing' && leak.eml !== undefined) {
      const ascii = numbers.flatMap(address).filter((email) => /^[\x20-\x7e]+$/.test(email));
      mails[leak.eml] = ascii.length > 0 ? ascii : ['stranger@else.example'];
    }
    if (leak.kind !== 'mailing' && leak.kind !== 'list' && leak.kind !== 'export') return;
    if (leak.people === undefined) return;
    const isMailing = leak.kind === 'mailing';
    const values =
      leak.people.id !== undefined
        ? numbers
            .filter((n) => !isMailing || (plan.customers[n] !== undefined && address(n).length > 0))
            .map((n) => idOf(plan, n))
        : numbers.flatMap(address);
    lists[leak.people.at] = values.length > 0 ? values : ['stranger@else.example'];
  });
  return { lists, mails };
}

// ---- lines --------------------------------------------------------------------------------------------------

/** Writes one path segment or parameter as some client might. */
function encoded(text: string, form: number): string {
  const plain = encodeURIComponent(text);
  if (form % 4 === 1)
    return plain.toLowerCase() === plain ? plain : plain.replace(/%[0-9A-F]{2}/g, (x) => x.toLowerCase());
  if (form % 4 === 2 && /^[a-z0-9]/i.test(plain)) {
    return `%${plain.charCodeAt(0).toString(16)}${plain.slice(1)}`;
  }
  return plain;
}

/** A request for an item of this path: right, but in some odd form, or wrong by a hair. */
function targetOf(pattern: string, value: string, form: number): string {
  const [path = '', query] = pattern.split('?');
  const isOdd = form >= 16;
  const odd = form >> 2;
  const segments = path
    .split('/')
    .slice(1)
    .map((segment) => {
      if (segment === '*') return pick(['en', 'de'], form);
      if (segment.startsWith('{')) return encoded(value, form);
      if (odd === 4) return segment.toUpperCase();
      return odd === 5 ? encoded(segment, 2) : segment;
    });
  let target = `/${segments.join('/')}`;
  if (isOdd && odd === 6) target = `${target}/`;
  if (isOdd && odd === 6 && form % 2 === 1)
    target = target.replaceAll(/(?<=[^/])(?=\/|$)/g, ';jsessionid=A1.n2;v=%2F');
  if (isOdd && odd === 7) target = target.replaceAll('/', '//');
  if (isOdd && odd === 8) target = `/x/..${target}/.`;
  if (isOdd && odd === 9) target = `${target}/more`;
  if (isOdd && odd === 10) target = target.slice(0, target.lastIndexOf('/')) || '/';
  if (isOdd && odd === 11) target = target.replaceAll('%', '%25');
  if (isOdd && odd === 12) target = `/%2e%2F${target.slice(1)}`;
  const parameters = (query ?? '').split('&').flatMap((parameter) => {
    const [name = '', wanted = ''] = parameter.split('=');
    if (name === '') return [];
    const text = wanted.startsWith('{') ? encoded(value, form) : odd === 4 ? wanted.toUpperCase() : wanted;
    return [
      `${odd === 4 ? name.toUpperCase() : name}=${form % 4 === 3 ? text.replaceAll('%20', '+') : text}`,
    ];
  });
  if (isOdd && odd === 13) parameters.reverse();
  if (isOdd && odd === 14) parameters.unshift('utm_source=mail', 'x');
  if (isOdd && odd === 15) parameters.push('ref=a%26b');
  return parameters.length === 0 ? target : `${target}?${parameters.join('&')}`;
}

function withViewer(plan: Plan, planned: PlannedLine, self: string): Partial<Line> {
  const { who } = planned;
  const browser = { client: pick(CLIENTS, who), userAgent: pick(BROWSERS, who >> 2) };
  const crawler = { client: pick(CLIENTS, who), userAgent: pick(CRAWLERS, who >> 2) };
  const customer = idOf(plan, who % plan.customers.length);
  switch (planned.viewer) {
    case 0:
    case 1:
    case 2:
      return browser;
    case 3:
    case 4:
      return crawler;
    case 5:
      return { ...browser, session: `sess-${who % 6}` };
    case 6:
      return { ...browser, session: 'unmapped' };
    case 7:
      return { ...browser, account: 's1' };
    case 8:
      return { ...browser, account: pick(['e1', 'e2', 'k1', 'v1'], who) };
    case 9:
      return { ...browser, account: `partner-${who % 2}` };
    case 10:
      return { ...browser, client: pick(OWN_CLIENTS, who) };
    case 11:
      return { ...browser, client: pick(OWN_CLIENTS, who), account: pick([customer, 'e1'], who) };
    case 12:
      return { ...browser, userAgent: 'MarlowMonitor/2.1 (probe)', account: who % 2 === 0 ? '' : customer };
    case 13:
    case 14:
      return { ...browser, account: self };
    case 15:
      return { ...crawler, account: customer };
    default:
      return { ...browser, account: customer };
  }
}

type Making = Readonly<{
  plan: Plan;
  references: Readonly<Record<string, readonly ReferenceRow[]>>;
  leaks: readonly Leak[];
  edges: readonly number[];
}>;

function valueFor(making: Making, path: string, item: number): { value: string; self: string } {
  const { plan, references } = making;
  const name = /\{([^}]+)\}/.exec(path)?.[1] ?? '';
  const index = item % (plan.customers.length + 2);
  if (name === 'customers') return { value: idOf(plan, index), self: idOf(plan, index) };
  if (name === 'customers.email') {
    const planned = plan.customers[index];
    const address = planned === undefined ? 'nobody@else.example' : addressOf(planned, index);
    return {
      value: item % 3 === 0 ? address.toUpperCase() : address,
      self: idOf(plan, index),
    };
  }
  const rows = references[name] ?? [];
  const row = rows[item % (rows.length + 1)];
  return row === undefined
    ? { value: 'nobody-knows', self: idOf(plan, index) }
    : { value: row.key, self: row.person };
}

function timeOf(making: Making, planned: PlannedLine): number {
  const { plan, edges } = making;
  const edge = edges[planned.edge];
  if (edge !== undefined) return edge;
  const span = plan.hours * HOUR;
  return BEGIN + Math.floor((planned.at / 1_000_000) * span);
}

const STATUSES = [200, 200, 200, 200, 200, 200, 200, 200, 206, 304, 301, 403, 404, 500, 204, 200];
const METHODS = ['GET', 'GET', 'GET', 'GET', 'GET', 'GET', 'GET', 'GET', 'POST', 'HEAD', 'OPTIONS', 'GET'];
const CACHE_STATUSES = ['HIT', 'MISS', 'HIT', 'EXPIRED', 'HIT', 'STALE', 'REVALIDATED', 'BYPASS'];

/** A line of the web log that bears on a leak, or comes close. */
function webLine(making: Making, planned: PlannedLine, leak: Leak): Line | null {
  const path = 'path' in leak ? leak.path : undefined;
  if (path === undefined || leak.kind === 'access') return null;
  const { plan } = making;
  const { value, self } = valueFor(making, path, planned.item);
  const line: Line = {
    ...BLANK,
    ...withViewer(plan, planned, self),
    time: timeOf(making, planned),
    host: pick(hostsOf(plan), planned.host) ?? '',
    method: pick(METHODS, planned.method),
    target: targetOf(path, value, planned.form),
    status: pick(STATUSES, planned.status),
    cacheStatus: pick(CACHE_STATUSES, planned.cache & 7),
    cache: 'pop-1',
    durationMs: 120,
    recipient:
      leak.kind === 'url' && planned.cache % 4 === 0
        ? ''
        : pick(['ads.example', 'maps.example'], planned.cache),
  };
  if (leak.kind === 'shared-cache')
    return crowded(plan, planned, line, targetOf(path, value, planned.form % 2));
  // Half of the exports were fetched by nobody but ourselves.
  const isUnread = leak.kind === 'export' && leak.recipients === undefined && plan.choice % 2 === 0;
  return isUnread ? { ...line, account: '', session: '', client: OWN_CLIENTS[0] } : line;
}

/** Requests for a cache crowd on few entries, and half of them on few instants, so that fills, hits and ties meet. */
function crowded(plan: Plan, planned: PlannedLine, line: Line, target: string): Line {
  const step = planned.form < 16 ? 300_000 : 1000;
  const viewer =
    planned.viewer < 10 ? { account: idOf(plan, planned.who % plan.customers.length), session: '' } : {};
  return {
    ...line,
    ...viewer,
    host: pick(hostsOf(plan), planned.host >> 1) ?? '',
    target,
    time: Math.floor(line.time / step) * step + (planned.form % 3) * 250,
    cache: planned.cache > 200 ? 'pop-2' : 'pop-1',
    durationMs: pick([0, 250, 1000, 60_000], planned.cache >> 6),
  };
}

function adminLine(making: Making, planned: PlannedLine, leak: Leak): Line | null {
  if (leak.kind !== 'access') return null;
  const path = leak.path ?? '/admin/search';
  const { value, self } = valueFor(making, path, planned.item);
  const { plan } = making;
  const persons = [self, idOf(plan, planned.who), idOf(plan, planned.form % plan.customers.length)];
  const seen = withViewer(plan, planned, self);
  const account =
    planned.viewer < 5 ? pick(['e1', 'e2', 'k1', 'v1', idOf(plan, 0)], planned.who) : seen.account;
  return {
    ...BLANK,
    ...seen,
    account: account ?? '',
    time: timeOf(making, planned),
    target: targetOf(path, value, planned.form),
    status: pick(STATUSES, planned.status),
    persons: persons.slice(0, 1 + (planned.cache % 3)),
    action: pick(['view', 'export', 'search'], planned.cache >> 2),
  };
}

function background(plan: Plan, unit: string, seed: number, isAdmin: boolean): Line[] {
  const roll = dice(plan.seed ^ seed);
  const lines: Line[] = [];
  const end = BEGIN + plan.hours * HOUR;
  const targets = isAdmin
    ? ['/admin/login', '/admin/search']
    : ['/', '/static/app.css', '/cart', '/search?q=a+b'];
  for (let time = BEGIN + 1000; time < end; time += 2000 + Math.floor(roll() * 6000)) {
    const n = Math.floor(roll() * 1000);
    lines.push({
      ...BLANK,
      time,
      host: unit,
      target: pick(targets, n),
      client: pick(CLIENTS, n >> 2),
      userAgent: pick(BROWSERS, n >> 3),
      account: isAdmin
        ? pick(['e1', 'e2', 'e3'], n)
        : n % 5 === 0
          ? idOf(plan, n % plan.customers.length)
          : '',
      action: isAdmin ? 'login' : '',
      cacheStatus: pick(['HIT', 'MISS', 'BYPASS'], n),
      cache: pick(['pop-1', 'pop-2'], n >> 1),
      durationMs: n % 400,
    });
  }
  return lines;
}

function holesOf(plan: Plan, log: string, units: readonly string[]): Hole[] {
  return plan.holes.flatMap((planned) => {
    const from = BEGIN + (1 + (planned.hour % (plan.hours - 2))) * HOUR;
    const to = Math.min(from + planned.hours * HOUR, BEGIN + (plan.hours - 1) * HOUR);
    const hit = planned.all ? units : [pick(units, planned.unit)];
    return hit.map((unit) => ({ log, unit, from, to, declared: planned.declared }));
  });
}

const NEAR = 3 * 60_000;

function makeLog(
  making: Making,
  name: 'web' | 'admin',
  shape: LogShape,
  fields: readonly LogField[],
  holes: readonly Hole[],
  planned: readonly Line[],
): Log {
  const { plan } = making;
  const isAdmin = name === 'admin';
  const units = fields.includes('host') ? hostsOf(plan) : [''];
  const isInside = (line: Line, hole: Hole, near: number) =>
    line.time >= hole.from - near &&
    line.time < hole.to + near &&
    (hole.unit === '' || line.host === hole.unit);
  const silent = holes.filter((hole) => !hole.declared);
  const dense = units
    .flatMap((unit, i) => background(plan, unit, i + (isAdmin ? 101 : 1), isAdmin))
    .filter((line) => !silent.some((hole) => isInside(line, hole, 0)));
  const isNearEdge = (line: Line, hole: Hole) =>
    isInside(line, hole, NEAR) && (!hole.declared || !isInside(line, hole, -NEAR));
  const kept = planned.filter(
    (line) =>
      line.time >= BEGIN + NEAR &&
      line.time < BEGIN + plan.hours * HOUR - NEAR &&
      !holes.some((hole) => isNearEdge(line, hole)),
  );
  const lines = [...dense, ...kept]
    .map((line) =>
      asLogged(plan.hasAccounts || isAdmin ? line : { ...line, account: '', session: '' }, shape, fields),
    )
    .sort((a, b) => a.time - b.time);
  return { shape, fields, sampled: plan.isSampled ? 0.5 : 1, zoneMinutes: plan.zoneMinutes, lines };
}

/** A plain request near each end of a leak's window: most leaks should match something. */
function anchorsOf(leak: Leak, index: number): { line: PlannedLine; time: number }[] {
  if (!('from' in leak)) return [];
  const plain = { at: 0, edge: 0, who: 0, item: 0, form: 0, status: 0, method: 0, host: 0, cache: 0 };
  const line: PlannedLine = { ...plain, leak: index, viewer: 0 };
  return [Date.parse(leak.from) + 12 * 60_000, Date.parse(leak.to) - 12 * 60_000].map((time) => ({
    line,
    time,
  }));
}

/** The world of a plan; `more` adds the plan's further lines, everything else being equal. */
export function expand(plan: Plan, options: Readonly<{ more?: boolean }> = {}): World {
  const needsJson = plan.leaks.some(({ kind }) => kind === 'shared-cache');
  const shape = needsJson
    ? 'jsonl'
    : plan.hosts === 0 && plan.shape === 'combined-host'
      ? 'combined'
      : plan.shape;
  const leaks = plan.leaks.map((planned, index) => expandLeak(plan, planned, index, shape));
  const references = expandReferences(plan);
  const edges = leaks.flatMap((leak) =>
    'from' in leak ? [leak.from, leak.to].flatMap((e) => [Date.parse(e), Date.parse(e) - 1000]) : [],
  );
  for (const row of references.reviews ?? []) {
    for (const edge of [row.from, row.to]) if (edge !== null) edges.push(edge, edge - 1000);
  }
  const making: Making = { plan, references, leaks, edges };
  const planned = options.more === true ? [...plan.lines, ...plan.moreLines] : plan.lines;
  const anchors = plan.choice % 8 === 7 ? [] : leaks.flatMap((leak, index) => anchorsOf(leak, index));
  const linesOf = (make: typeof webLine) => [
    ...anchors.flatMap(({ line, time }) => {
      const made = make(making, line, pick(leaks, line.leak));
      return made === null ? [] : [{ ...made, time }];
    }),
    ...planned.flatMap((line, index) => {
      const isMore = index >= plan.lines.length;
      const made = make(making, line, pick(leaks, line.leak));
      // A fill that was not logged would change what later hits showed: that log was not complete.
      const isFill = isMore && !['HIT', 'BYPASS', ''].includes(made?.cacheStatus ?? '') && needsJson;
      return made === null || isFill ? [] : [made];
    }),
  ];

  const webFields = FIELDS_OF[shape].filter((field) => field !== 'host' || plan.hosts > 0);
  const recipientField: LogField[] = leaks.some((l) => l.kind === 'url' && l.passedTo === undefined)
    ? ['recipient']
    : [];
  const webUnits = webFields.includes('host') ? hostsOf(plan) : [''];
  const webHoles = holesOf(plan, 'web', webUnits);
  const logs: Record<string, Log> = {
    web: makeLog(making, 'web', shape, [...webFields, ...recipientField], webHoles, linesOf(webLine)),
  };
  const holes = [...webHoles];
  if (leaks.some((leak) => leak.kind === 'access')) {
    const isByPath = leaks.every((leak) => leak.kind !== 'access' || leak.path !== undefined);
    const personField: LogField[] = isByPath && plan.choice % 2 === 0 ? [] : ['person'];
    const fields: LogField[] = [
      'time',
      'viewer',
      'client',
      'userAgent',
      'path',
      'status',
      'action',
      ...personField,
    ];
    const adminHoles = holesOf(plan, 'admin', ['']);
    holes.push(...adminHoles);
    logs.admin = makeLog(making, 'admin', 'jsonl', fields, adminHoles, linesOf(adminLine));
  }

  const first = idOf(plan, 0);
  return {
    customers: expandCustomers(plan),
    hasLifetimes: plan.hasLifetimes,
    references,
    sessions: Array.from({ length: 6 }, (_, i) => ({
      session: `sess-${i}`,
      account: i === 5 ? 'partner-0' : idOf(plan, i % plan.customers.length),
    })),
    employees: [
      { id: 'e1', team: 'support', kind: 'staff' },
      { id: 'e2', team: 'support', kind: '' },
      { id: 'e3', team: 'billing', kind: 'staff' },
      { id: 'k1', team: 'support', kind: 'contractor' },
      { id: 'v1', team: 'billing', kind: 'vendor' },
      ...(plan.collidingIds ? [{ id: first, team: 'billing', kind: 'staff' }] : []),
    ],
    sellers: [
      { id: 's1', name: 'Lamps & more', country: 'DE' },
      ...(plan.collidingIds ? [{ id: idOf(plan, 1), name: 'Twin', country: '' }] : []),
    ],
    own: OWN,
    logs,
    ...expandLists(plan, leaks),
    incident: Incident.parse({
      title: 'A random world',
      leaks,
      gaps: holes
        .filter((hole) => hole.declared)
        .map((hole) => ({
          log: hole.log,
          ...(hole.unit === '' ? {} : { host: hole.unit }),
          from: iso(hole.from),
          to: iso(hole.to),
          reason: 'the collector was down',
        })),
    }),
  };
}
