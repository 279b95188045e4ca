/**
 * The brute-force oracle: the rules of docs/counting.md as loops over lines and people, in the order in which the
 * page states them. It shares no code with the engine and must stay this slow and plain: a reviewer checks it
 * against the rules by eye, and the engine is checked against it.
 */
import { BlockList, isIPv6 } from 'node:net';
import { domainToASCII } from 'node:url';
import type { Leak, RecipientClass } from '@forthright/contract';
import type { Customer, Line, Log, ReferenceRow, World } from './world.ts';

export type Status = 'exposed' | 'unknown' | 'clear';
export type Seen = Readonly<{ first: number | null; last: number | null }>;
export type Split = Readonly<{ exposed: number; unknown: number }>;
export type RecipientOfOracle = Readonly<{
  viewer: string;
  class: RecipientClass;
  /** Directory persons. */
  people: ReadonlySet<string>;
  views: number;
  first: number | null;
  last: number | null;
}>;
export type LeakOfOracle = Readonly<{
  id: string;
  exposed: ReadonlySet<string>;
  unknown: ReadonlySet<string>;
  views: number;
  seen: Seen;
}>;

/** `others`: how many others of each class saw them; classes of which nobody did are left out. */
export type PersonOfOracle = Readonly<{
  first: number | null;
  last: number | null;
  views: number;
  others: Readonly<Partial<Record<RecipientClass, number>>>;
}>;

export type OracleAnswer = Readonly<{
  /** Every person of the directory. */
  people: ReadonlyMap<string, Status>;
  /** Of exposed persons: sorted fields, united over the leaks that exposed them. */
  exposedFields: ReadonlyMap<string, readonly string[]>;
  /** Of exposed persons: lines that showed them to somebody else. */
  perPerson: ReadonlyMap<string, PersonOfOracle>;
  /** Subjects, exposed or unknown, that the directory does not know: ids or normalised addresses. */
  unidentified: ReadonlySet<string>;
  /** By class and viewer. */
  recipients: ReadonlyMap<string, RecipientOfOracle>;
  unknownAccounts: number;
  views: number;
  seen: Seen;
  min: number;
  max: number;
  possiblySelf: ReadonlySet<string>;
  /** Of page leaks: `reference/key`. */
  items: ReadonlySet<string>;
  itemsWithoutReference: ReadonlySet<string>;
  leaks: readonly LeakOfOracle[];
  fields: ReadonlyMap<string, Split>;
  /** Sorted fields with a blank between → persons exposed with exactly these. */
  combinations: ReadonlyMap<string, number>;
  /** Place and fields, as `groups` of the answer, as JSON → persons. */
  groups: ReadonlyMap<string, Split>;
  hosts: ReadonlyMap<string, Readonly<{ people: number; views: number }>>;
  /** Log, unit and bounds of each declared gap → directory persons whom it alone would make unknown. */
  declaredGaps: ReadonlyMap<string, number>;
  addresses: Split;
  deleted: Split;
  byCountry: ReadonlyMap<string, Split>;
  byRegion: ReadonlyMap<string, Split>;
  byLanguage: ReadonlyMap<string, Split>;
  directory: Readonly<{
    people: number;
    duplicateIds: number;
    withoutCountry: number;
    /** Exposed persons whose address another exposed person has too. */
    sharedAddresses: number;
  }>;
}>;

/** Somebody else got to see a subject. `line` is null when no log line says so (stated, mailed). */
type Shown = Readonly<{ subject: string; viewer: string; class: RecipientClass; line: Line | null }>;

/** What one leak did. Subjects are directory ids, or ids and addresses that the directory does not know. */
type Outcome = {
  readonly leak: Leak;
  readonly exposed: Set<string>;
  readonly unknown: Set<string>;
  readonly shown: Shown[];
  readonly items: Set<string>;
  readonly itemsWithoutReference: Set<string>;
};

type Viewer = Readonly<{ key: string; account: string; class: RecipientClass }>;
type Stretch = Readonly<{ unit: string; from: number; to: number }>;

// ---- people -------------------------------------------------------------------------------------------------

/** The directory: of rows with one id the first counts. */
export function directoryOf(world: World): Map<string, Customer> {
  const directory = new Map<string, Customer>();
  for (const row of world.customers) if (!directory.has(row.id)) directory.set(row.id, row);
  return directory;
}

export function normalisedAddress(raw: string): string {
  const address = raw.trim().normalize('NFC').toLowerCase();
  const at = address.lastIndexOf('@');
  if (at < 0) return address;
  const domain = address.slice(at + 1);
  return `${address.slice(0, at)}@${domainToASCII(domain) || domain}`;
}

/** An address stands for every account that has it; one that nobody has stands for itself. */
function subjectsOfAddress(world: World, raw: string): string[] {
  const address = normalisedAddress(raw);
  const accounts: string[] = [];
  for (const person of directoryOf(world).values()) {
    if (person.email !== '' && normalisedAddress(person.email) === address) accounts.push(person.id);
  }
  return accounts.length > 0 ? accounts : [address];
}

function existedDuring(world: World, person: Customer, from: number, to: number): boolean {
  if (!world.hasLifetimes) return true;
  return (person.createdAt ?? -Infinity) < to && (person.deletedAt ?? Infinity) > from;
}

// ---- viewers ------------------------------------------------------------------------------------------------

function accountOf(world: World, line: Line): string {
  if (line.account !== '') return line.account;
  if (line.session === '') return '';
  for (const row of world.sessions) if (row.session === line.session) return row.account;
  return '';
}

/** One address however it is spelt: IPv6 in its short form, IPv4 written as IPv6 as what it is. */
function addressOf(client: string): string {
  if (!isIPv6(client) || client.includes('%')) return client.toLowerCase();
  const short = new URL(`http://[${client}]/`).hostname.slice(1, -1);
  const mapped = /^::ffff:([0-9a-f]+):([0-9a-f]+)$/.exec(short);
  if (mapped === null) return short;
  const [high, low] = [Number.parseInt(mapped[1] ?? '', 16), Number.parseInt(mapped[2] ?? '', 16)];
  return [high >> 8, high & 255, low >> 8, low & 255].join('.');
}

function isOwnTraffic(world: World, line: Line): boolean {
  const networks = new BlockList();
  for (const network of world.own.networks) {
    const [address, bits] = network.split('/');
    networks.addSubnet(address as string, Number(bits), isIPv6(address as string) ? 'ipv6' : 'ipv4');
  }
  const client = addressOf(line.client);
  if (client !== '' && networks.check(client, isIPv6(client) ? 'ipv6' : 'ipv4')) return true;
  for (const glob of world.own.userAgents) if (matchesGlob(line.userAgent, glob)) return true;
  return false;
}

function matchesGlob(text: string, glob: string): boolean {
  const literal = glob.split('*').map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${literal.join('.*')}$`, 's').test(text);
}

/** Worlds only have crawlers that say who they are. */
const CRAWLERS = ['googlebot', 'bingbot', 'ahrefsbot'];

function classOfAccount(world: World, account: string, kind: Leak['kind']): RecipientClass {
  const employee = world.employees.find((e) => e.id === account);
  const asEmployee: RecipientClass | null =
    employee === undefined
      ? null
      : employee.kind === 'contractor' || employee.kind === 'vendor'
        ? 'contractor'
        : 'employee';
  const asSeller: RecipientClass | null = world.sellers.some((s) => s.id === account) ? 'seller' : null;
  const asCustomer: RecipientClass | null = world.customers.some((c) => c.id === account) ? 'customer' : null;
  if (kind === 'access') return asEmployee ?? asSeller ?? asCustomer ?? 'thirdParty';
  return asCustomer ?? asSeller ?? asEmployee ?? 'thirdParty';
}

export function viewerOf(world: World, line: Line, kind: Leak['kind']): Viewer {
  const account = accountOf(world, line);
  const key = account !== '' ? account : `${addressOf(line.client)} ${line.userAgent}`;
  const staffMayBeViewers = (kind === 'access' || kind === 'export') && account !== '';
  if (isOwnTraffic(world, line) && !staffMayBeViewers) return { key, account, class: 'own' };
  if (account !== '') return { key, account, class: classOfAccount(world, account, kind) };
  const crawls = CRAWLERS.some((name) => line.userAgent.toLowerCase().includes(name));
  return { key, account, class: crawls ? 'crawler' : 'anonymous' };
}

/** Own data: the person's own account, unless that account is somebody else's (staff, a seller). */
function isOwnData(viewer: Viewer, subject: string): boolean {
  return viewer.account === subject && (viewer.class === 'customer' || viewer.class === 'thirdParty');
}

// ---- paths --------------------------------------------------------------------------------------------------

/** Runs of %XX are decoded once; a stray % stays. */
function decodedOnce(text: string): string {
  return text.replace(/(?:%[0-9a-f]{2})+/gi, (run) =>
    Buffer.from(run.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

/** Cut at slashes as sent, path parameters cut off, then decoded, so that %2F stays inside its segment. */
function segmentsOf(path: string, hasParameters: boolean): string[] {
  const segments: string[] = [];
  for (const raw of path.split('/')) {
    const segment = decodedOnce(hasParameters ? raw : raw.replace(/;[a-z_][a-z0-9_.-]*=.*$/is, ''));
    if (segment === '' || segment === '.') continue;
    if (segment === '..') segments.pop();
    else segments.push(segment);
  }
  return segments;
}

function parametersOf(query: string): [string, string][] {
  const pairs: [string, string][] = [];
  for (const pair of query.split('&')) {
    const at = pair.indexOf('=');
    const name = at < 0 ? pair : pair.slice(0, at);
    const value = at < 0 ? '' : pair.slice(at + 1);
    pairs.push([decodedOnce(name.replaceAll('+', ' ')), decodedOnce(value.replaceAll('+', ' '))]);
  }
  return pairs;
}

/** What the placeholders of a leak's path are bound to by a request's path, or null when it doesn't match. */
export function matchPath(pattern: string, target: string): Map<string, string> | null {
  if (!target.startsWith('/')) return null;
  const bound = new Map<string, string>();
  const fits = (wanted: string, found: string): boolean => {
    if (found === '') return false;
    if (wanted.startsWith('{') && wanted.endsWith('}')) {
      bound.set(wanted.slice(1, -1), found);
      return true;
    }
    return wanted === '*' || wanted.toLowerCase() === found.toLowerCase();
  };

  const [wantedPath = '', wantedQuery] = pattern.split('?');
  const [withoutFragment = ''] = target.split('#');
  const question = withoutFragment.indexOf('?');
  const foundPath = question < 0 ? withoutFragment : withoutFragment.slice(0, question);
  const foundQuery = question < 0 ? '' : withoutFragment.slice(question + 1);

  const wanted = wantedPath.split('/').filter((segment) => segment !== '');
  const found = segmentsOf(foundPath, wantedPath.includes(';'));
  if (wanted.length !== found.length) return null;
  for (let i = 0; i < wanted.length; i += 1) {
    if (!fits(wanted[i] as string, found[i] as string)) return null;
  }
  for (const part of wantedQuery === undefined ? [] : wantedQuery.split('&')) {
    const [name = '', value = ''] = part.split('=');
    const parameter = parametersOf(foundQuery).find(([n]) => n.toLowerCase() === name.toLowerCase());
    if (parameter === undefined || !fits(value, parameter[1])) return null;
  }
  return bound;
}

/** The one placeholder that a path binds, such as `reviews`, `customers` or `customers.email`. */
function placeholderOf(path: string): string | null {
  return /\{([^}]+)\}/.exec(path)?.[1] ?? null;
}

function isValidAt(row: ReferenceRow, time: number): boolean {
  return (row.from ?? -Infinity) <= time && time < (row.to ?? Infinity);
}

/** Whose data stood on a page at a time, by what its path bound. */
function subjectsOf(world: World, bound: ReadonlyMap<string, string>, time: number): string[] {
  const subjects: string[] = [];
  for (const [name, value] of bound) {
    if (name === 'customers') subjects.push(value);
    else if (name === 'customers.email') subjects.push(...subjectsOfAddress(world, value));
    else {
      for (const row of world.references[name] ?? []) {
        if (row.key === value && isValidAt(row, time)) subjects.push(row.person);
      }
    }
  }
  return subjects;
}

// ---- lines and gaps -----------------------------------------------------------------------------------------

type WithLog = Readonly<{
  log: string;
  path?: string | undefined;
  hosts?: readonly string[] | undefined;
  status?: readonly number[] | undefined;
  methods?: readonly string[] | undefined;
  from: string;
  to: string;
}>;

function logOf(world: World, name: string): Log {
  const log = world.logs[name];
  if (log === undefined) throw new Error(`this world has no log ${name}`);
  return log;
}

function isInWindow(leak: WithLog, line: Line): boolean {
  return Date.parse(leak.from) <= line.time && line.time < Date.parse(leak.to);
}

/** Method, status, host and path; the window apart. */
function isServed(leak: WithLog, line: Line): boolean {
  const hasMethod = leak.methods === undefined || line.method === '' || leak.methods.includes(line.method);
  if (!hasMethod) return false;
  if (leak.status !== undefined && !leak.status.includes(line.status)) return false;
  if (leak.hosts !== undefined && !leak.hosts.includes(line.host)) return false;
  return leak.path === undefined || matchPath(leak.path, line.target) !== null;
}

function unitOf(log: Log, line: Line): string {
  return log.fields.includes('host') ? line.host : 'series';
}

/** Worlds are dense: but for holes of an hour and more, no unit is silent for two minutes. */
export const QUIET_MS = 10 * 60_000;

/** Where a unit's log can't show everything, as far as it bears on [from, to). */
export function gapsOf(world: World, logName: string, unit: string, from: number, to: number): Stretch[] {
  const log = logOf(world, logName);
  const times = log.lines
    .filter((line) => unitOf(log, line) === unit)
    .map((line) => line.time)
    .sort((a, b) => a - b);
  const gaps: Stretch[] = [];
  const first = times[0];
  const last = times.at(-1);
  if (first === undefined || last === undefined || log.sampled < 1) {
    gaps.push({ unit, from: -Infinity, to: Infinity });
  } else {
    if (first - from > QUIET_MS) gaps.push({ unit, from: -Infinity, to: first });
    if (to - last > QUIET_MS) gaps.push({ unit, from: last, to: Infinity });
    for (let i = 1; i < times.length; i += 1) {
      const before = times[i - 1] as number;
      const after = times[i] as number;
      if (after - before > QUIET_MS) gaps.push({ unit, from: before, to: after });
    }
  }
  for (const gap of world.incident.gaps) {
    if (gap.log !== logName || (gap.host !== undefined && gap.host !== unit)) continue;
    gaps.push({ unit, from: Date.parse(gap.from), to: Date.parse(gap.to) });
  }
  return gaps;
}

/** The units on which an item could be reached: those that ever served the path; if none did, all. */
export function servingUnits(world: World, leak: WithLog): string[] {
  if (leak.hosts !== undefined) return [...leak.hosts];
  const log = logOf(world, leak.log);
  const all = new Set<string>();
  const serving = new Set<string>();
  for (const line of log.lines) {
    all.add(unitOf(log, line));
    if (isServed({ ...leak, methods: undefined }, line)) serving.add(unitOf(log, line));
  }
  return serving.size > 0 ? [...serving] : [...all];
}

/** Gaps of serving units, cut to the leak's window. */
export function gapsThatMatter(world: World, leak: WithLog): Stretch[] {
  const from = Date.parse(leak.from);
  const to = Date.parse(leak.to);
  const cut: Stretch[] = [];
  for (const unit of servingUnits(world, leak)) {
    for (const gap of gapsOf(world, leak.log, unit, from, to)) {
      const part = { unit, from: Math.max(gap.from, from), to: Math.min(gap.to, to) };
      if (part.from < part.to) cut.push(part);
    }
  }
  return cut;
}

function everyoneWhoExisted(world: World, gaps: readonly Stretch[]): string[] {
  const people: string[] = [];
  for (const person of directoryOf(world).values()) {
    if (gaps.some((gap) => existedDuring(world, person, gap.from, gap.to))) people.push(person.id);
  }
  return people;
}

// ---- the seven kinds ----------------------------------------------------------------------------------------

type LeakOf<K extends Leak['kind']> = Extract<Leak, { kind: K }>;

function show(outcome: Outcome, subject: string, viewer: Viewer, line: Line | null): void {
  outcome.exposed.add(subject);
  outcome.shown.push({ subject, viewer: viewer.key, class: viewer.class, line });
}

/** Whom gaps make unknown, by the kind of leak. */
function hiddenBy(world: World, leak: Leak, gaps: readonly Stretch[]): string[] {
  if (gaps.length === 0) return [];
  switch (leak.kind) {
    case 'page': {
      const placeholder = placeholderOf(leak.path);
      if (placeholder === null) return [];
      if (placeholder.startsWith('customers')) return everyoneWhoExisted(world, gaps);
      const people: string[] = [];
      for (const row of world.references[placeholder] ?? []) {
        const from = row.from ?? -Infinity;
        const to = row.to ?? Infinity;
        if (gaps.some((gap) => from < to && from < gap.to && to > gap.from)) people.push(row.person);
      }
      return people;
    }
    case 'access':
    case 'url':
    case 'shared-cache':
      return everyoneWhoExisted(world, gaps);
    case 'export':
      return subjectsOfList(world, leak.people);
    case 'mailing':
    case 'list':
      return [];
  }
}

function hide(world: World, leak: Leak & WithLog, outcome: Outcome): void {
  for (const person of hiddenBy(world, leak, gapsThatMatter(world, leak))) outcome.unknown.add(person);
}

function page(world: World, leak: LeakOf<'page'>, outcome: Outcome): void {
  for (const line of logOf(world, leak.log).lines) {
    if (!isInWindow(leak, line) || !isServed(leak, line)) continue;
    const viewer = viewerOf(world, line, leak.kind);
    if (viewer.class === 'own') continue;
    const bound = matchPath(leak.path, line.target) ?? new Map<string, string>();
    for (const [name, key] of bound) {
      const isAddress = name === 'customers.email';
      outcome.items.add(`${name}/${isAddress ? normalisedAddress(key) : key}`);
      if (name.startsWith('customers')) continue;
      const isKnown = (world.references[name] ?? []).some((row) => row.key === key);
      if (!isKnown) outcome.itemsWithoutReference.add(`${name}/${key}`);
    }
    for (const subject of subjectsOf(world, bound, line.time)) {
      if (!isOwnData(viewer, subject)) show(outcome, subject, viewer, line);
    }
  }

  hide(world, leak, outcome);
}

/** `either`: STALE or REVALIDATED without a rule: the cached answer, or a new one for this very viewer. */
type CacheRole = 'fill' | 'hit' | 'either' | 'neither';

function cacheRole(leak: LeakOf<'shared-cache'>, line: Line): CacheRole {
  switch (line.cacheStatus) {
    case 'MISS':
    case 'EXPIRED':
      return 'fill';
    case 'HIT':
      return 'hit';
    case 'STALE':
    case 'REVALIDATED':
      return leak.rules[line.cacheStatus] ?? 'either';
    default:
      return 'neither';
  }
}

/** Whose response a cache may hold. '' is an anonymous filler; `before the log` is a fill that no line shows. */
type Held = Readonly<{ fillers: ReadonlySet<string>; since: number }>;
const BEFORE_THE_LOG = '\u0000before the log';

function sharedCache(world: World, leak: LeakOf<'shared-cache'>, outcome: Outcome): void {
  const log = logOf(world, leak.log);
  const entries = new Map<string, Line[]>();
  for (const line of log.lines) {
    if (!isServed(leak, line) || cacheRole(leak, line) === 'neither') continue;
    const entry = JSON.stringify([line.cache || line.host, line.host, line.target]);
    entries.set(entry, [...(entries.get(entry) ?? []), line]);
  }
  for (const lines of entries.values()) {
    let held: Held = { fillers: new Set([BEFORE_THE_LOG]), since: -Infinity };
    for (const end of [...new Set(lines.map(endOf))].sort((a, b) => a - b)) {
      held = sameInstant(
        world,
        leak,
        outcome,
        held,
        lines.filter((line) => endOf(line) === end),
      );
    }
  }
  hide(world, leak, outcome);
}

function endOf(line: Line): number {
  return line.time + line.durationMs;
}

/** All requests for one cache entry that ended in the same instant: their order is not known. */
function sameInstant(
  world: World,
  leak: LeakOf<'shared-cache'>,
  outcome: Outcome,
  held: Held,
  lines: readonly Line[],
): Held {
  const end = endOf(lines[0] as Line);
  const fills = lines.filter((line) => cacheRole(leak, line) === 'fill');
  const perhapsFills = lines.filter((line) => cacheRole(leak, line) === 'either');
  for (const line of lines) {
    const role = cacheRole(leak, line);
    if (role === 'fill' || !isInWindow(leak, line)) continue;
    const viewer = viewerOf(world, line, leak.kind);
    if (viewer.class === 'own') continue;
    const candidates = new Set(held.fillers);
    for (const fill of [...fills, ...perhapsFills]) {
      if (fill !== line) candidates.add(accountOf(world, fill));
    }
    const isCertain =
      role === 'hit' &&
      candidates.size === 1 &&
      !candidates.has(BEFORE_THE_LOG) &&
      !hasGapBetween(world, leak, line, held.since, end);
    for (const filler of candidates) {
      if (filler === '' || filler === BEFORE_THE_LOG || filler === viewer.account) continue;
      if (isCertain) show(outcome, filler, viewer, line);
      else outcome.unknown.add(filler);
    }
  }
  if (fills.length > 0) {
    return {
      fillers: new Set([...fills, ...perhapsFills].map((line) => accountOf(world, line))),
      since: end,
    };
  }
  return {
    fillers: new Set([...held.fillers, ...perhapsFills.map((line) => accountOf(world, line))]),
    since: held.since,
  };
}

function hasGapBetween(
  world: World,
  leak: LeakOf<'shared-cache'>,
  hit: Line,
  since: number,
  end: number,
): boolean {
  const unit = unitOf(logOf(world, leak.log), hit);
  const gaps = gapsOf(world, leak.log, unit, Date.parse(leak.from), Date.parse(leak.to));
  return gaps.some((gap) => gap.from < end && gap.to > since);
}

function access(world: World, leak: LeakOf<'access'>, outcome: Outcome): void {
  const log = logOf(world, leak.log);
  for (const line of log.lines) {
    if (!isInWindow(leak, line) || !isServed(leak, line)) continue;
    if (leak.actions !== undefined && !leak.actions.includes(line.action)) continue;
    const viewer = viewerOf(world, line, leak.kind);
    if (viewer.class === 'own') continue;
    if (leak.viewers !== undefined && !leak.viewers.includes(viewer.account)) continue;
    const bound = leak.path === undefined ? null : matchPath(leak.path, line.target);
    const subjects = log.fields.includes('person')
      ? line.persons
      : subjectsOf(world, bound ?? new Map<string, string>(), line.time);
    for (const subject of subjects) {
      if (!isOwnData(viewer, subject)) show(outcome, subject, viewer, line);
    }
  }
  hide(world, leak, outcome);
}

type Listed = Readonly<{ at: string; id?: string | undefined; email?: string | undefined }>;

function subjectsOfList(world: World, list: Listed): string[] {
  const values = world.lists[list.at] ?? [];
  return list.id !== undefined ? [...values] : values.flatMap((address) => subjectsOfAddress(world, address));
}

type Stated = string | Readonly<{ id: string; class: RecipientClass }>;

function showToStated(
  world: World,
  kind: Leak['kind'],
  outcome: Outcome,
  subjects: readonly string[],
  recipients: readonly Stated[],
) {
  for (const stated of recipients) {
    const id = typeof stated === 'string' ? stated : stated.id;
    const viewer: Viewer = {
      key: id,
      account: id,
      class: typeof stated === 'string' ? classOfAccount(world, id, kind) : stated.class,
    };
    for (const subject of subjects) if (!isOwnData(viewer, subject)) show(outcome, subject, viewer, null);
  }
}

function exported(world: World, leak: LeakOf<'export'>, outcome: Outcome): void {
  const subjects = subjectsOfList(world, leak.people);
  if (leak.recipients !== undefined) {
    for (const subject of subjects) outcome.exposed.add(subject);
    showToStated(world, leak.kind, outcome, subjects, leak.recipients);
  }
  if (leak.log === undefined || leak.path === undefined) return;
  const download = { ...leak, log: leak.log, path: leak.path };
  for (const line of logOf(world, download.log).lines) {
    if (!isInWindow(download, line) || !isServed(download, line)) continue;
    const viewer = viewerOf(world, line, leak.kind);
    if (viewer.class === 'own') continue;
    for (const subject of subjects) if (!isOwnData(viewer, subject)) show(outcome, subject, viewer, line);
  }
  hide(world, download, outcome);
}

function mailing(world: World, leak: LeakOf<'mailing'>, outcome: Outcome): void {
  /** Address (or the id of somebody without a known one) → whom it stands for. */
  const members = new Map<string, Set<string>>();
  const add = (address: string, subjects: readonly string[]) => {
    members.set(address, new Set([...(members.get(address) ?? []), ...subjects]));
  };
  if (leak.people?.id !== undefined) {
    for (const id of world.lists[leak.people.at] ?? []) {
      const email = directoryOf(world).get(id)?.email ?? '';
      add(email === '' ? id : normalisedAddress(email), [id]);
    }
  } else {
    const addresses = leak.eml !== undefined ? world.mails[leak.eml] : world.lists[leak.people?.at as string];
    for (const address of addresses ?? []) add(normalisedAddress(address), subjectsOfAddress(world, address));
  }
  if (members.size < 2) return;
  const directory = directoryOf(world);
  for (const [address, itself] of members) {
    const isKnown = [...itself].some((subject) => directory.has(subject));
    const viewer: Viewer = { key: address, account: '', class: isKnown ? 'customer' : 'thirdParty' };
    for (const [other, subjects] of members) {
      if (other === address) continue;
      for (const subject of subjects) show(outcome, subject, viewer, null);
    }
  }
}

function url(world: World, leak: LeakOf<'url'>, outcome: Outcome): void {
  for (const line of logOf(world, leak.log).lines) {
    if (!isInWindow(leak, line) || !isServed(leak, line)) continue;
    if (viewerOf(world, line, leak.kind).class === 'own') continue;
    const bound = matchPath(leak.path, line.target) ?? new Map<string, string>();
    const receivers = leak.passedTo ?? (line.recipient === '' ? [] : [line.recipient]);
    for (const subject of subjectsOf(world, bound, line.time)) {
      for (const receiver of receivers) {
        show(outcome, subject, { key: receiver, account: receiver, class: 'thirdParty' }, line);
      }
    }
  }
  hide(world, leak, outcome);
}

function list(world: World, leak: LeakOf<'list'>, outcome: Outcome): void {
  const subjects = subjectsOfList(world, leak.people);
  for (const subject of subjects) outcome.exposed.add(subject);
  showToStated(world, leak.kind, outcome, subjects, leak.recipients ?? []);
}

function outcomeOf(world: World, leak: Leak): Outcome {
  const outcome: Outcome = {
    leak,
    exposed: new Set(),
    unknown: new Set(),
    shown: [],
    items: new Set(),
    itemsWithoutReference: new Set(),
  };
  switch (leak.kind) {
    case 'page':
      page(world, leak, outcome);
      break;
    case 'shared-cache':
      sharedCache(world, leak, outcome);
      break;
    case 'access':
      access(world, leak, outcome);
      break;
    case 'export':
      exported(world, leak, outcome);
      break;
    case 'mailing':
      mailing(world, leak, outcome);
      break;
    case 'url':
      url(world, leak, outcome);
      break;
    case 'list':
      list(world, leak, outcome);
      break;
    default:
      leak satisfies never;
  }
  return outcome;
}

// ---- the answer ---------------------------------------------------------------------------------------------

function viewsIn(shown: readonly Shown[]): Line[] {
  const lines = new Set<Line>();
  for (const { line } of shown) if (line !== null) lines.add(line);
  return [...lines];
}

function seenIn(shown: readonly Shown[]): Seen {
  let first: number | null = null;
  let last: number | null = null;
  for (const line of viewsIn(shown)) {
    if (first === null || line.time < first) first = line.time;
    if (last === null || line.time > last) last = line.time;
  }
  return { first, last };
}

function splitBy(
  directory: ReadonlyMap<string, Customer>,
  people: ReadonlyMap<string, Status>,
  keyOf: (person: Customer) => string | null,
): Map<string, Split> {
  const splits = new Map<string, Split>();
  for (const person of directory.values()) {
    const status = people.get(person.id);
    if (status === 'clear' || status === undefined) continue;
    const key = keyOf(person);
    if (key === null) continue;
    const split = splits.get(key) ?? { exposed: 0, unknown: 0 };
    splits.set(key, { ...split, [status]: split[status] + 1 });
  }
  return splits;
}

/** Only where the law or the post of a state differs from its neighbour's. */
function regionOf(person: Customer): string | null {
  if (!['US', 'CA', 'AU'].includes(person.country)) return null;
  return `${person.country}-${person.region || 'unknown'}`;
}

function addressesIn(
  directory: ReadonlyMap<string, Customer>,
  people: ReadonlyMap<string, Status>,
  status: Status,
) {
  const addresses = new Set<string>();
  for (const person of directory.values()) {
    if (person.email !== '' && people.get(person.id) === status)
      addresses.add(normalisedAddress(person.email));
  }
  return addresses;
}

/** Staff in a class that is not theirs are withheld, unless the directory knows the very same id. */
function nameOf(world: World, { viewer, class: name }: Shown): string {
  if (name !== 'thirdParty' && name !== 'seller') return viewer;
  if (name === 'seller' && world.sellers.some((s) => s.id === viewer)) return viewer;
  if (world.customers.some((c) => c.id === viewer)) return viewer;
  const isStaff = world.employees.some((e) => e.id.toLowerCase() === viewer.toLowerCase());
  return isStaff ? 'withheld' : viewer;
}

function recipientsIn(world: World, directory: ReadonlyMap<string, Customer>, shown: readonly Shown[]) {
  const groups = new Map<string, Shown[]>();
  for (const one of shown) {
    const key = `${one.class} ${one.viewer}`;
    const group = groups.get(key);
    if (group === undefined) groups.set(key, [one]);
    else group.push(one);
  }
  const recipients = new Map<string, RecipientOfOracle>();
  for (const [key, group] of groups) {
    const [one] = group as [Shown];
    const subjects = group.map(({ subject }) => subject);
    recipients.set(key, {
      viewer: nameOf(world, one),
      class: one.class,
      people: new Set(subjects.filter((subject) => directory.has(subject))),
      views: viewsIn(group).length,
      ...seenIn(group),
    });
  }
  return recipients;
}

function fieldsIn(directory: ReadonlyMap<string, Customer>, outcomes: readonly Outcome[]) {
  const fields = new Map<string, Split>();
  for (const field of new Set(outcomes.flatMap(({ leak }) => leak.fields))) {
    const withField = outcomes.filter(({ leak }) => leak.fields.includes(field));
    let exposed = 0;
    let unknown = 0;
    for (const id of directory.keys()) {
      if (withField.some((outcome) => outcome.exposed.has(id))) exposed += 1;
      else if (withField.some((outcome) => outcome.unknown.has(id))) unknown += 1;
    }
    fields.set(field, { exposed, unknown });
  }
  return fields;
}

/** Of what showed one person: how many different viewers there are of each class. */
function othersIn(shown: readonly Shown[]): Partial<Record<RecipientClass, number>> {
  const others: Partial<Record<RecipientClass, number>> = {};
  const seen = new Set<string>();
  for (const { viewer, class: name } of shown) {
    if (seen.has(`${name} ${viewer}`)) continue;
    seen.add(`${name} ${viewer}`);
    others[name] = (others[name] ?? 0) + 1;
  }
  return others;
}

/** Whether every view of this person by others was anonymous, in every leak that exposed them. */
function isPossiblySelf(outcomes: readonly Outcome[], id: string): boolean {
  const exposing = outcomes.filter((outcome) => outcome.exposed.has(id));
  return exposing.every(({ shown }) => {
    const ofThem = shown.filter(({ subject }) => subject === id);
    return ofThem.length > 0 && ofThem.every((one) => one.class === 'anonymous');
  });
}

/** The true answer for a world, by the rules of docs/counting.md and nothing else. */
export function answer(world: World): OracleAnswer {
  const directory = directoryOf(world);
  const outcomes = world.incident.leaks.map((leak) => outcomeOf(world, leak));
  const shown = outcomes.flatMap((outcome) => outcome.shown);

  const people = new Map<string, Status>();
  const exposedFields = new Map<string, readonly string[]>();
  const perPerson = new Map<string, PersonOfOracle>();
  for (const id of directory.keys()) {
    const exposing = outcomes.filter((outcome) => outcome.exposed.has(id));
    if (exposing.length > 0) {
      people.set(id, 'exposed');
      exposedFields.set(id, [...new Set(exposing.flatMap(({ leak }) => leak.fields))].sort());
      const ofThem = shown.filter(({ subject }) => subject === id);
      perPerson.set(id, { ...seenIn(ofThem), views: viewsIn(ofThem).length, others: othersIn(ofThem) });
    } else {
      people.set(id, outcomes.some((outcome) => outcome.unknown.has(id)) ? 'unknown' : 'clear');
    }
  }
  const subjects = outcomes.flatMap((outcome) => [...outcome.exposed, ...outcome.unknown]);
  const unidentified = new Set(subjects.filter((subject) => !directory.has(subject)));
  const withStatus = (status: Status) => [...people].filter(([, s]) => s === status).map(([id]) => id);
  const exposed = withStatus('exposed');
  const unknown = withStatus('unknown');
  const recipients = recipientsIn(world, directory, shown);
  const exposedAddresses = addressesIn(directory, people, 'exposed');
  const unknownAddresses = addressesIn(directory, people, 'unknown');
  const isDeleted = (id: string) => world.hasLifetimes && directory.get(id)?.deletedAt !== null;
  const normalised = exposed.flatMap((id) => directory.get(id)?.email || []).map(normalisedAddress);

  return {
    people,
    exposedFields,
    perPerson,
    unidentified,
    recipients,
    unknownAccounts: countUnknownAccounts(world, outcomes),
    views: viewsIn(shown).length,
    seen: seenIn(shown),
    min: exposed.length,
    max: exposed.length + unknown.length + unidentified.size,
    possiblySelf: new Set(exposed.filter((id) => isPossiblySelf(outcomes, id))),
    items: new Set(outcomes.flatMap((outcome) => [...outcome.items])),
    itemsWithoutReference: new Set(outcomes.flatMap((outcome) => [...outcome.itemsWithoutReference])),
    leaks: outcomes.map((outcome) => ({
      id: outcome.leak.id,
      exposed: new Set([...outcome.exposed].filter((id) => directory.has(id))),
      unknown: new Set([...outcome.unknown].filter((id) => directory.has(id) && !outcome.exposed.has(id))),
      views: viewsIn(outcome.shown).length,
      seen: seenIn(outcome.shown),
    })),
    fields: fieldsIn(directory, outcomes),
    combinations: combinationsIn(exposedFields),
    groups: groupsIn(directory, people, outcomes),
    hosts: hostsIn(directory, shown),
    declaredGaps: declaredGapsIn(world, people),
    addresses: {
      exposed: exposedAddresses.size,
      unknown: [...unknownAddresses].filter((address) => !exposedAddresses.has(address)).length,
    },
    deleted: {
      exposed: exposed.filter(isDeleted).length,
      unknown: unknown.filter(isDeleted).length,
    },
    byCountry: splitBy(directory, people, (person) => person.country || 'unknown'),
    byRegion: splitBy(directory, people, regionOf),
    byLanguage: splitBy(directory, people, (person) => person.language || 'unknown'),
    directory: {
      people: directory.size,
      duplicateIds: world.customers.length - directory.size,
      withoutCountry: [...directory.values()].filter((person) => person.country === '').length,
      sharedAddresses: normalised.filter((a) => normalised.filter((b) => b === a).length > 1).length,
    },
  };
}

/** Combinations of fields: sorted fields with a blank between → persons exposed with exactly these. */
function combinationsIn(exposedFields: ReadonlyMap<string, readonly string[]>): Map<string, number> {
  const combinations = new Map<string, number>();
  for (const fields of exposedFields.values()) {
    combinations.set(fields.join(' '), (combinations.get(fields.join(' ')) ?? 0) + 1);
  }
  return combinations;
}

/** Each person alone: where they live, what of theirs was shown, and what else may have been. */
function groupsIn(
  directory: ReadonlyMap<string, Customer>,
  people: ReadonlyMap<string, Status>,
  outcomes: readonly Outcome[],
): Map<string, Split> {
  const groups = new Map<string, Split>();
  for (const [id, person] of directory) {
    const status = people.get(id);
    if (status !== 'exposed' && status !== 'unknown') continue;
    const fieldsOf = (of: readonly Outcome[]) => [...new Set(of.flatMap(({ leak }) => leak.fields))].sort();
    const shown = fieldsOf(outcomes.filter((outcome) => outcome.exposed.has(id)));
    const maybe = fieldsOf(outcomes.filter((outcome) => outcome.unknown.has(id)));
    const key = JSON.stringify([
      person.country || 'unknown',
      regionOf(person) ?? '',
      status === 'exposed' ? shown : maybe,
      status === 'exposed' ? maybe.filter((field) => !shown.includes(field)) : [],
    ]);
    const sum = groups.get(key) ?? { exposed: 0, unknown: 0 };
    groups.set(key, { ...sum, [status]: sum[status] + 1 });
  }
  return groups;
}

function hostsIn(directory: ReadonlyMap<string, Customer>, shown: readonly Shown[]) {
  const hosts = new Map<string, { people: number; views: number }>();
  for (const host of new Set(shown.flatMap(({ line }) => line?.host || []))) {
    const there = shown.filter(({ line }) => line?.host === host);
    const people = new Set(there.map(({ subject }) => subject).filter((subject) => directory.has(subject)));
    hosts.set(host, { people: people.size, views: viewsIn(there).length });
  }
  return hosts;
}

/** For each declared gap, cut to a leak's window: directory persons whom it alone would make unknown. */
function declaredGapsIn(world: World, people: ReadonlyMap<string, Status>): Map<string, number> {
  const hidden = new Map<string, Set<string>>();
  for (const leak of world.incident.leaks) {
    if (!('from' in leak) || leak.log === undefined) continue;
    const { log } = leak;
    for (const unit of servingUnits(world, { ...leak, log })) {
      for (const gap of world.incident.gaps) {
        if (gap.log !== log || (gap.host !== undefined && gap.host !== unit)) continue;
        const from = Math.max(Date.parse(gap.from), Date.parse(leak.from));
        const to = Math.min(Date.parse(gap.to), Date.parse(leak.to));
        if (from >= to) continue;
        const key = [log, unit, new Date(from).toISOString(), new Date(to).toISOString()].join(' ');
        const sofar = hidden.get(key) ?? new Set();
        hidden.set(key, new Set([...sofar, ...hiddenBy(world, leak, [{ unit, from, to }])]));
      }
    }
  }
  const isCounted = (id: string) => people.has(id) && people.get(id) !== 'exposed';
  return new Map([...hidden].map(([key, ids]) => [key, [...ids].filter(isCounted).length]));
}

/** Viewers with an account that no directory knows; whom a url or a mailing told of are no accounts. */
function countUnknownAccounts(world: World, outcomes: readonly Outcome[]): number {
  const accounts = new Set<string>();
  for (const { leak, shown } of outcomes) {
    if (leak.kind === 'url' || leak.kind === 'mailing') continue;
    for (const { viewer, class: viewerClass, line } of shown) {
      if (line !== null && viewerClass === 'thirdParty' && accountOf(world, line) === viewer)
        accounts.add(viewer);
    }
  }
  return accounts.size;
}
