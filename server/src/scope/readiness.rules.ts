import {
  type Could,
  type ErrorCode,
  EXPLAIN,
  LEAK_KINDS,
  type LeakKind,
  type LogReadiness,
  type LogReading,
  type Readiness,
  type ReadinessField,
  type ReadinessFinding,
  type Reason,
  type TableReadiness,
  type Verdict,
} from '@forthright/contract';

/** All that was found out; every verdict follows from it and from nothing else. */
export type Facts = Pick<
  Readiness,
  'logs' | 'references' | 'directory' | 'sessions' | 'employees' | 'sellers'
>;

type Effect = Reason['effect'];
/** A thing that is amiss, and what it does to each kind of leak; kinds that are not named don't suffer. */
export type Issue = Readonly<{
  code: string;
  at: string;
  text: string;
  todo: string | null;
  effects: Readonly<Partial<Record<LeakKind, Effect>>>;
}>;

/** Most breaches are found weeks or months after they began. */
export const WANTED_DAYS = 90;
const MOST_REJECTED = 0.05;
const MOST_WITHOUT_VIEWER = 0.9;
const FEWEST_KNOWN = 0.5;
const NAMED_IN_TEXT = 3;

const BY_LOG: readonly LeakKind[] = ['page', 'shared-cache', 'access', 'export', 'url'];
const BY_PATH: readonly LeakKind[] = ['page', 'shared-cache', 'export', 'url'];
const RANK: Record<Effect, number> = { blocks: 2, weakens: 1, note: 0 };
const COULD_OF: Record<Effect, Could> = { blocks: 'no', weakens: 'partly', note: 'yes' };
const LEVEL: Record<Effect, ReadinessFinding['level']> = {
  blocks: 'problem',
  weakens: 'warning',
  note: 'note',
};

const n = (count: number, one: string, many = `${one}s`) =>
  `${count.toLocaleString('en-GB')} ${count === 1 ? one : many}`;
const share = (part: number, whole: number) => (whole === 0 ? 0 : part / whole);
const percent = (x: number) => {
  if (x > 0 && x < 0.001) return 'under 0.1 %';
  if (x < 1 && x > 0.999) return 'over 99.9 %';
  return `${Math.round(x * 1000) / 10} %`;
};
const some = (names: readonly string[]) =>
  names.length <= NAMED_IN_TEXT
    ? names.join(', ')
    : `${names.slice(0, NAMED_IN_TEXT).join(', ')} and ${names.length - NAMED_IN_TEXT} more`;
const each = (kinds: readonly LeakKind[], effect: Effect): Issue['effects'] =>
  Object.fromEntries(kinds.map((kind) => [kind, effect]));
const adviceFor = (code: string): string =>
  code in EXPLAIN ? EXPLAIN[code as ErrorCode].advice : 'Put this source right.';

/** What is said of the whole answer: verdicts, findings and what to do first. */
export function judge(facts: Facts): Pick<Readiness, 'kinds' | 'verdicts' | 'findings' | 'first'> {
  const general = [...directoryIssues(facts), ...referenceIssues(facts), ...accountIssues(facts)];
  const byLog = new Map(facts.logs.map((log) => [log.log, logIssues(log, facts)]));
  const verdicts = LEAK_KINDS.flatMap((kind) => verdictsOf(kind, facts, general, byLog));
  const issues = [...[...byLog.values()].flat(), ...general];
  return {
    kinds: Object.fromEntries(LEAK_KINDS.map((kind) => [kind, bestOf(kind, verdicts)])) as Readiness['kinds'],
    verdicts,
    findings: issues
      .filter((issue) => mentions(issue, verdicts).length > 0)
      .map((issue) => findingOf(issue, verdicts)),
    first: whatFirst(issues, verdicts),
  };
}

function bestOf(kind: LeakKind, verdicts: readonly Verdict[]): Could {
  const all = verdicts.filter((v) => v.kind === kind).map((v) => v.could);
  return all.includes('yes') ? 'yes' : all.includes('partly') ? 'partly' : 'no';
}

const hasValues = (log: LogReadiness, field: ReadinessField): boolean => (log.read?.fields[field] ?? 0) > 0;

/** The logs in which a leak of this kind would be looked for. */
function logsFor(kind: LeakKind, logs: readonly LogReadiness[]): readonly LogReadiness[] {
  const isAudit = (l: LogReadiness) =>
    hasValues(l, 'person') || l.maps.includes('person') || l.maps.includes('action');
  const isWeb = (l: LogReadiness) => hasValues(l, 'path') || !isAudit(l);
  const web = logs.filter(isWeb);
  if (kind === 'access') return logs.some(isAudit) ? logs.filter(isAudit) : web;
  if (kind !== 'shared-cache') return web;
  const cached = web.filter((l) => hasValues(l, 'cacheStatus') || l.maps.includes('cacheStatus'));
  return cached.length > 0 ? cached : web;
}

function verdictsOf(
  kind: LeakKind,
  facts: Facts,
  general: readonly Issue[],
  byLog: ReadonlyMap<string, readonly Issue[]>,
): Verdict[] {
  if (!BY_LOG.includes(kind)) return [verdictOf(kind, null, general)];
  const logs = logsFor(kind, facts.logs);
  if (logs.length === 0) return [verdictOf(kind, null, [NO_LOG, ...general])];
  return logs.map((l) => verdictOf(kind, l.log, [...(byLog.get(l.log) ?? []), ...general]));
}

const NO_LOG: Issue = {
  code: 'no-log',
  at: 'logs',
  text: 'The workspace names no log in which such a leak would show.',
  todo: 'Name the access logs of your servers under sources.logs.',
  effects: each(BY_LOG, 'blocks'),
};

function verdictOf(kind: LeakKind, log: string | null, issues: readonly Issue[]): Verdict {
  const reasons = issues
    .flatMap(({ code, at, text, todo, effects }): Reason[] => {
      const effect = effects[kind];
      return effect === undefined ? [] : [{ code, effect, at, text, todo }];
    })
    .sort((a, b) => RANK[b.effect] - RANK[a.effect]);
  const [worst] = reasons;
  return { kind, log, could: COULD_OF[worst?.effect ?? 'note'], reasons };
}

const isFrom = (reason: Reason, { code, at, text }: Issue): boolean =>
  reason.code === code && reason.at === at && reason.text === text;

/** Verdicts that name the issue; none where it matters to no kind of leak that this log would show. */
const mentions = (issue: Issue, verdicts: readonly Verdict[]): Verdict[] =>
  verdicts.filter((v) => v.reasons.some((r) => isFrom(r, issue)));

const bearsOn = (issue: Issue, verdicts: readonly Verdict[]): Verdict[] =>
  verdicts.filter((v) => v.reasons.some((r) => isFrom(r, issue) && r.effect !== 'note'));

function findingOf(issue: Issue, verdicts: readonly Verdict[]): ReadinessFinding {
  const { code, at, text, todo } = issue;
  const effects = verdicts.flatMap((v) => v.reasons.filter((r) => isFrom(r, issue)).map((r) => r.effect));
  const worst = effects.reduce((a, b) => (RANK[b] > RANK[a] ? b : a), 'note');
  return { code, level: LEVEL[worst], at, text, todo };
}

/** By how many verdicts hang on it; what makes one impossible counts more than what weakens many. */
function whatFirst(issues: readonly Issue[], verdicts: readonly Verdict[]): Readiness['first'] {
  const hasNoLog = verdicts.some((v) => v.reasons.some((r) => r.code === NO_LOG.code));
  const byTodo = new Map<
    string,
    { weight: number; at: string[]; helps: Readiness['first'][number]['helps'] }
  >();
  for (const issue of hasNoLog ? [NO_LOG, ...issues] : issues) {
    const bears = bearsOn(issue, verdicts);
    if (issue.todo === null || bears.length === 0) continue;
    const entry = byTodo.get(issue.todo) ?? { weight: 0, at: [], helps: [] };
    byTodo.set(issue.todo, entry);
    entry.weight += bears.reduce((sum, v) => sum + (issue.effects[v.kind] === 'blocks' ? 20 : 1), 0);
    if (!entry.at.includes(issue.at)) entry.at.push(issue.at);
    for (const { kind, log } of bears) {
      if (!entry.helps.some((h) => h.kind === kind && h.log === log)) entry.helps.push({ kind, log });
    }
  }
  return [...byTodo]
    .sort(([, a], [, b]) => b.weight - a.weight)
    .map(([todo, { at, helps }]) => ({ at, todo, helps }));
}

type Add = (
  when: boolean,
  code: string,
  text: string | (() => string),
  todo: string | null,
  effects: Issue['effects'],
) => void;

function collector(at: string): { issues: Issue[]; add: Add } {
  const issues: Issue[] = [];
  const add: Add = (when, code, text, todo, effects) => {
    if (when) issues.push({ code, at, text: typeof text === 'string' ? text : text(), todo, effects });
  };
  return { issues, add };
}

function logIssues(log: LogReadiness, facts: Facts): Issue[] {
  const { issues, add } = collector(`logs.${log.log}`);
  if (log.broken !== null || log.read === null) {
    const { code, message } = log.broken ?? { code: 'internal', message: 'It was not read.' };
    add(true, code, message, adviceFor(code), each(BY_LOG, 'blocks'));
    return issues;
  }
  const { read } = log;
  if (read.first === null) {
    const shown = read.rejectedSample === null ? '' : ` The first is ${read.rejectedSample.at}.`;
    const text =
      read.lines === 0
        ? 'The log holds no line.'
        : `None of its ${n(read.lines, 'line')} could be read as ${log.format}.${shown}`;
    add(true, 'no-lines', text, 'Compare the format in the workspace with a line of the log.', {
      ...each(BY_LOG, 'blocks'),
    });
    return issues;
  }
  timeIssues(read, add);
  lineIssues(log, read, add);
  silenceIssues(read, add);
  viewerIssues(read, facts, add);
  fieldIssues(log, read, add);
  if (hasPeople(facts)) personIssues(read, add);
  reachIssues(log, read, add);
  return issues;
}

function timeIssues(read: LogReading, add: Add): void {
  add(
    read.withoutZone !== null,
    'stamps-without-zone',
    () =>
      `The stamps of ${n(read.withoutZone?.lines ?? 0, 'line')} carry no time zone, so they name no instant; the first is ${read.withoutZone?.first}.`,
    'Set `timezone` for the log (such as Europe/Berlin or UTC), or log stamps with their zone (nginx: $time_iso8601).',
    each(BY_LOG, 'blocks'),
  );
  add(
    read.strayStamps > 0,
    'stray-stamps',
    `${n(read.strayStamps, 'line')} stand far away in time from all others, as from a clock that was wrong.`,
    "Check the clocks of the servers (NTP), and the log's files.",
    each(BY_LOG, 'note'),
  );
  add(
    read.wholeSeconds,
    'whole-seconds',
    'Stamps have no fraction of a second: when a cache is filled twice within a second, nobody can tell which fill was shown.',
    'Log milliseconds (nginx: $msec).',
    { 'shared-cache': 'weakens' },
  );
}

/** How far back the log goes: told last, since it says nothing about what is there. */
function reachIssues(log: LogReadiness, read: LogReading, add: Add): void {
  const reach = Math.round(read.days * 10) / 10;
  const back = `The log reaches back ${n(reach, 'day')}`;
  const { days: kept, declared } = log.retention;
  // A rotation takes away a whole file, so up to a day of what is kept may not be there yet, or no more.
  const isShort = kept !== null && read.days < kept - 1;
  add(
    isShort,
    'reaches-less-than-declared',
    `${back}, not the ${declared} that the workspace declares.`,
    'Find out where the older files are, or declare what is really kept.',
    each(BY_LOG, 'weakens'),
  );
  add(
    kept !== null && read.days > kept + Math.max(2, kept / 10),
    'older-than-declared',
    `${back}, further than the ${declared} that the workspace declares: older files are still there.`,
    'Delete what should be gone by now, or declare what is really kept.',
    each(BY_LOG, 'note'),
  );
  add(
    !isShort && read.days < WANTED_DAYS - 1,
    'short-reach',
    `${back}: a leak that is found later than that could not be scoped.`,
    `Keep this log for at least ${WANTED_DAYS} days.`,
    each(BY_LOG, 'weakens'),
  );
}

function lineIssues(log: LogReadiness, read: LogReading, add: Add): void {
  const rejected = share(read.rejected, read.lines);
  const sample = read.rejectedSample === null ? '' : `, such as ${read.rejectedSample.at}`;
  add(
    read.rejected > 0,
    'rejected-lines',
    `${n(read.rejected, 'line')} (${percent(rejected)}) could not be read${sample}.`,
    'Compare the format in the workspace with these lines.',
    each(BY_LOG, rejected > MOST_REJECTED ? 'weakens' : 'note'),
  );
  add(
    log.sampled < 1,
    'sampled',
    `Only ${percent(log.sampled)} of the lines are written, so whoever is not seen exposed stays unknown.`,
    'Write every line, at least for pages that show personal data.',
    each(BY_LOG, 'weakens'),
  );
  add(
    read.repeatedFiles > 0,
    'repeated-files',
    `${n(read.repeatedFiles, 'file repeats', 'files repeat')} another one; their lines count once.`,
    null,
    each(BY_LOG, 'note'),
  );
}

function silenceIssues(read: LogReading, add: Add): void {
  const hours = read.gaps.reduce((sum, g) => sum + Date.parse(g.to) - Date.parse(g.from), 0) / 3_600_000;
  const longest = [...read.gaps]
    .sort((a, b) => span(b) - span(a))
    .map((g) => `${g.unit === '' ? 'all hosts' : g.unit} ${stretch(g)}`);
  add(
    read.gaps.length > 0,
    'gaps',
    `${n(read.gaps.length, 'gap')}, ${hours < 10 ? Math.round(hours * 10) / 10 : Math.round(hours)} h in all, in which nobody can be called clear: ${some(longest)}.`,
    'Find out why the log fell silent there; ship lines to a second place as they are written.',
    each(BY_LOG, 'weakens'),
  );
  const parallel = read.overlaps.filter((o) => o.kind === 'side-by-side');
  add(
    parallel.length > 0,
    'files-side-by-side',
    () =>
      `Files of one series run side by side (${parallel[0]?.example.join(' and ')}), as of two servers: a silence of one is hidden by the other.`,
    'Give each server a folder or a name of its own in the file names.',
    each(BY_LOG, 'weakens'),
  );
  const edges = read.overlaps.filter((o) => o.kind === 'at-the-edge');
  add(
    edges.length > 0,
    'files-overlap',
    () =>
      `${n(
        edges.reduce((sum, o) => sum + o.pairs, 0),
        'pair',
      )} of neighbouring files overlap, such as ${edges[0]?.example.join(' and ')}; lines that stand in both count once.`,
    null,
    each(BY_LOG, 'note'),
  );
  add(
    read.missing.length > 0,
    'missing-files',
    () =>
      `The rotation skips ${some(read.missing.flatMap((m) => m.names.map((name) => `${m.series} ${name}`)))}.`,
    'Find out whether these files were lost, or never written.',
    each(BY_LOG, 'note'),
  );
  const { count, tooQuiet, is } = read.units;
  const units = is === 'host' ? n(count, 'host') : n(count, 'file series', 'file series');
  add(
    tooQuiet > 0,
    'too-quiet',
    `${tooQuiet} of ${units} ${tooQuiet === 1 ? 'has' : 'have'} too few lines for a test of silence: there, "clear" rests on no test.`,
    null,
    each(BY_LOG, 'note'),
  );
}

const span = (g: { from: string; to: string }) => Date.parse(g.to) - Date.parse(g.from);
const minute = (iso: string) => iso.slice(0, 16).replace('T', ' ');
const stretch = (g: { from: string; to: string }) =>
  `${minute(g.from)} to ${g.from.slice(0, 10) === g.to.slice(0, 10) ? g.to.slice(11, 16) : minute(g.to)}`;

const LOG_A_VIEWER = 'Log the authenticated user (nginx: $remote_user, or your own header) or a session id.';

/** A directory that can't be read is one finding; that nothing joins it would only repeat it. */
const hasPeople = ({ directory }: Facts): boolean => (directory.read?.people ?? 0) > 0;

function viewerIssues(read: LogReading, facts: Facts, add: Add): void {
  const { lines, without, withoutShare, sessionOnly, accounts, sessions } = read.viewers;
  const none: Issue['effects'] = {
    page: 'weakens',
    export: 'weakens',
    url: 'note',
    'shared-cache': 'blocks',
    access: 'blocks',
  };
  const fewer: Issue['effects'] = {
    page: 'weakens',
    export: 'weakens',
    'shared-cache': 'weakens',
    access: 'weakens',
  };
  const noAccounts = accounts.ids === 0;
  const canSessionsJoin = facts.sessions.rows !== null;
  add(
    lines > 0 && without === lines,
    'no-viewer',
    'No line says who looked: recipients are known by address and program only, and own visits can not be told apart.',
    LOG_A_VIEWER,
    none,
  );
  add(
    without < lines && withoutShare > MOST_WITHOUT_VIEWER,
    'few-viewers',
    `${percent(withoutShare)} of the lines have neither account nor session.`,
    LOG_A_VIEWER,
    fewer,
  );
  add(
    without > 0 && withoutShare <= MOST_WITHOUT_VIEWER && without < lines,
    'without-viewer',
    `${percent(withoutShare)} of the lines have neither account nor session: those viewers are known by address and program only.`,
    withoutShare > 0.5 ? LOG_A_VIEWER : null,
    { ...each(BY_PATH, 'note'), access: withoutShare > 0.01 ? 'weakens' : 'note' },
  );
  add(
    sessionOnly > 0 && !canSessionsJoin,
    'sessions-without-owner',
    `${percent(share(sessionOnly, lines))} of the lines have a session, and no table says whose it is.`,
    'Name a table of sessions under sources.sessions, and keep it as long as the log.',
    noAccounts ? none : fewer,
  );
  const sessionsKnown = share(sessions.known, sessions.ids);
  add(
    canSessionsJoin && sessions.ids > 0 && sessionsKnown < FEWEST_KNOWN,
    sessions.known === 0 ? 'sessions-never-join' : 'sessions-rarely-join',
    `${sessions.known === 0 ? 'None' : `Only ${percent(sessionsKnown)}`} of the ${n(sessions.ids, 'session')} in the log ${sessions.known === 0 ? 'stands' : 'stand'} in the table of sessions.`,
    'Check the key column of sources.sessions, and keep that table as long as the log.',
    sessions.known === 0 && noAccounts ? none : fewer,
  );
  const accountsKnown = share(accounts.known, accounts.ids);
  add(
    hasPeople(facts) && accounts.ids > 0 && accountsKnown < FEWEST_KNOWN,
    accounts.known === 0 ? 'accounts-never-join' : 'accounts-rarely-join',
    `${accounts.known === 0 ? 'None' : `Only ${percent(accountsKnown)}`} of the ${n(accounts.ids, 'account')} in the log ${accounts.known === 0 ? 'is' : 'are'} known to the directory, the employees or the sellers: the others would count as third parties, their own visits as exposure.`,
    'Log the same id as the directory has, or map its column.',
    accounts.known === 0 && sessions.known === 0 ? { ...fewer, 'shared-cache': 'blocks' } : fewer,
  );
  const canTellVisitors = (read.fields.client ?? 0) > 0 && (read.fields.userAgent ?? 0) > 0;
  add(
    without > 0 && !canTellVisitors,
    'visitors-alike',
    'Lines without an account lack the client address or the program, so different visitors count as one, and crawlers can not be told.',
    'Log the client address (nginx: $remote_addr) and the program ($http_user_agent).',
    { page: 'weakens', export: 'weakens' },
  );
}

function fieldIssues(log: LogReadiness, read: LogReading, add: Add): void {
  const has = (field: ReadinessField) => (read.fields[field] ?? 0) > 0;
  const lacks = (
    field: ReadinessField,
    code: string,
    text: string,
    todo: string,
    effects: Issue['effects'],
  ) => add(!has(field), code, text, todo, effects);
  lacks(
    'path',
    'no-path',
    'No line has a path, so pages can not be told apart.',
    'Log the path with its query (nginx: $request_uri, or the whole "$request").',
    each(BY_PATH, 'blocks'),
  );
  lacks(
    'method',
    'no-method',
    'No line has a method, so nobody can tell a view (GET) from anything else.',
    'Log the method (nginx: $request_method, or the whole "$request").',
    each(BY_PATH, 'blocks'),
  );
  // Without the field every line counts as a success; with a field that is never filled, none does.
  lacks(
    'status',
    'no-status',
    read.fields.status === null
      ? 'The log has no status: redirects, refusals and errors would count as views.'
      : 'The status is on no line, so no line would count as a view.',
    'Log the status (nginx: $status), and map its column.',
    each(BY_PATH, read.fields.status === null ? 'weakens' : 'blocks'),
  );
  lacks(
    'host',
    'no-host',
    'Lines do not name their host: silences are looked for per file series, and a leak can not be narrowed to a host.',
    'Log the host (nginx: $host).',
    each(BY_PATH, 'note'),
  );
  lacks(
    'cacheStatus',
    'no-cache-status',
    'No line says whether the cache or the server answered.',
    'Log the cache status (nginx: $upstream_cache_status).',
    { 'shared-cache': 'blocks' },
  );
  add(
    has('cacheStatus') && !has('cache'),
    'no-cache-name',
    'Lines do not name the cache that answered; several caches would be taken for one.',
    'Log the name of the cache or server (nginx: $hostname).',
    { 'shared-cache': 'weakens' },
  );
  lacks(
    'person',
    'no-person',
    'Lines do not say whose data was looked at; only addresses that hold a customer id could be scoped.',
    'Log the id of the customer whose record was opened, and map its column to "person".',
    { access: has('path') ? 'weakens' : 'blocks' },
  );
  add(
    log.maps.includes('person') && !has('action'),
    'no-action',
    'Lines do not say what was done (looked at, exported, changed).',
    'Log the action, and map its column.',
    { access: 'note' },
  );
  add(
    has('path') && read.withQuery === 0,
    'no-query',
    'No path has a query string; if the log drops them, data that stood there can not be found.',
    'Log the path with its query (nginx: $request_uri, not $uri).',
    { url: 'weakens' },
  );
  lacks(
    'recipient',
    'no-recipient',
    'Lines do not say to whom an address was passed on; an incident must state it (`passedTo`).',
    'Keep a list of the third parties whose scripts and images your pages load.',
    { url: 'note' },
  );
}

function personIssues(read: LogReading, add: Add): void {
  add(
    read.persons.ids > 0 && read.persons.known === 0,
    'persons-never-join',
    `None of the ${n(read.persons.ids, 'person')} whom the lines name is in the directory.`,
    'Log the same id as the directory has, or map its column.',
    { access: 'blocks' },
  );
  const known = share(read.persons.known, read.persons.ids);
  add(
    read.persons.known > 0 && known < 0.9,
    'persons-rarely-join',
    `Only ${percent(known)} of the ${n(read.persons.ids, 'person')} whom the lines name are in the directory.`,
    'Keep deleted customers in the directory (with `deletedAt`) as long as the log.',
    { access: 'weakens' },
  );
}

function directoryIssues({ directory }: Facts): Issue[] {
  const { issues, add } = collector('customers');
  const { broken, read } = directory;
  if (broken !== null || read === null) {
    const { code, message } = broken ?? { code: 'internal', message: 'It was not read.' };
    add(true, code, message, adviceFor(code), each(LEAK_KINDS, 'blocks'));
    return issues;
  }
  add(
    read.people === 0,
    'empty-directory',
    'The directory holds nobody.',
    'Check the file, and the column of the id.',
    each(LEAK_KINDS, 'blocks'),
  );
  if (read.people === 0) return issues;
  add(
    read.brokenRows > 0,
    'broken-rows',
    `${n(read.brokenRows, 'row')} of the directory can not be read: these people would be forgotten.`,
    'Repair these rows.',
    each(LEAK_KINDS, 'weakens'),
  );
  add(
    read.duplicateIds > 0,
    'duplicate-ids',
    `${n(read.duplicateIds, 'row repeats', 'rows repeat')} an id; the first row of each counts.`,
    'Export each customer once.',
    each(LEAK_KINDS, 'note'),
  );
  const missing = (count: number | null) => count ?? read.people;
  const said = (count: number | null, what: string) =>
    count === null
      ? `The workspace maps no column with ${what}.`
      : `${n(count, 'person has', 'people have')} no ${what} (${percent(share(count, read.people))}).`;
  const noEmail = missing(read.withoutEmail);
  const tellsNobody = noEmail === read.people;
  add(
    noEmail > 0,
    'without-email',
    `${said(read.withoutEmail, 'e-mail address')} They can not be found by address, nor written to by e-mail.`,
    'Add the e-mail address to the directory.',
    {
      mailing: tellsNobody ? 'blocks' : share(noEmail, read.people) > 0.01 ? 'weakens' : 'note',
      url: tellsNobody ? 'weakens' : 'note',
      list: 'note',
    },
  );
  add(
    missing(read.withoutCountry) > 0,
    'without-country',
    `${said(read.withoutCountry, 'country')} Which law protects them, and which authority must be told, can not be worked out.`,
    'Add the country to the directory.',
    each(LEAK_KINDS, 'note'),
  );
  const states = Object.entries(read.withoutState).filter(([, count]) => count > 0);
  add(
    states.length > 0,
    'without-state',
    `People without a state or province: ${states.map(([country, count]) => `${count.toLocaleString('en-GB')} in ${country}`).join(', ')}. Duties differ from state to state there.`,
    'Add the state or province (column `region`) for US, CA and AU.',
    each(LEAK_KINDS, 'note'),
  );
  add(
    missing(read.withoutLanguage) > 0,
    'without-language',
    `${said(read.withoutLanguage, 'language')} A notice might reach them in one that they do not read.`,
    'Add the language to the directory.',
    each(LEAK_KINDS, 'note'),
  );
  return issues;
}

function referenceIssues(facts: Facts): Issue[] {
  const { references } = facts;
  const issues: Issue[] = [];
  for (const { reference, broken, read } of references) {
    const { issues: own, add } = collector(`references.${reference}`);
    if (broken !== null || read === null) {
      const { code, message } = broken ?? { code: 'internal', message: 'It was not read.' };
      add(true, code, message, adviceFor(code), { page: 'weakens' });
    } else if (!hasPeople(facts)) {
      continue;
    } else if (read.persons.known === 0) {
      const text =
        read.rows === 0
          ? 'The table is empty.'
          : `None of its ${n(read.persons.ids, 'person')} is in the directory, so nobody could be named through it.`;
      add(true, 'reference-never-joins', text, "Check the reference's `person` column.", { page: 'weakens' });
    } else {
      const known = share(read.persons.known, read.persons.ids);
      add(
        known < 1,
        'reference-rarely-joins',
        `${(read.persons.ids - read.persons.known).toLocaleString('en-GB')} of the ${n(read.persons.ids, 'person')} in it (${percent(1 - known)}) are not in the directory; they could not be named.`,
        'Keep deleted customers in the directory (with `deletedAt`) as long as the reference has them.',
        { page: known < 0.9 ? 'weakens' : 'note' },
      );
      add(
        read.withoutKey + read.withoutPerson > 0,
        'reference-incomplete',
        `${n(read.withoutKey, 'row has', 'rows have')} no key, ${n(read.withoutPerson, 'row', 'rows')} no person.`,
        null,
        { page: 'note' },
      );
      add(
        read.from === null || read.to === null,
        'reference-without-dates',
        `The workspace does not say ${read.from === null ? 'since when' : 'until when'} somebody stood on an item: people who came later or were gone before would be counted too.`,
        'Map the columns `from` and `to` of the reference, and keep removed rows.',
        { page: 'note' },
      );
      add(
        read.from === 0 || (read.to === 0 && read.from === null),
        'reference-dates-unreadable',
        'The column of its dates is mapped, and no row has a date that can be read.',
        'Write dates as 2025-11-20T14:05:00Z.',
        { page: 'weakens' },
      );
    }
    issues.push(...own);
  }
  if (references.length > 0) return issues;
  const { issues: own, add } = collector('references');
  add(
    true,
    'no-reference',
    'No reference says who stands on which page: only pages whose address holds a customer id or an e-mail address could be scoped.',
    'Name the tables of reviews, orders, questions, … under sources.references.',
    { page: 'weakens' },
  );
  return own;
}

function accountIssues(facts: Facts): Issue[] {
  const table = (
    source: 'sessions' | 'employees' | 'sellers',
    absent: string | null,
    effects: Issue['effects'],
  ): Issue[] => {
    const { issues, add } = collector(source);
    const { stated, broken, rows }: TableReadiness = facts[source];
    if (broken !== null) add(true, broken.code, broken.message, adviceFor(broken.code), effects);
    else if (!stated && absent !== null)
      add(true, `no-${source}`, absent, `Name the table under sources.${source}.`, effects);
    else
      add(stated && rows === 0, `${source}-empty`, 'The table is empty.', 'Check the file.', {
        ...effects,
      });
    return issues;
  };
  return [
    ...table('sessions', null, { page: 'weakens', 'shared-cache': 'weakens' }),
    ...table('employees', 'The workspace names no employees: staff would be taken for third parties.', {
      access: 'weakens',
    }),
    ...table('sellers', 'The workspace names no sellers: sellers would be taken for customers.', {
      page: 'note',
      access: 'note',
    }),
  ];
}
