import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  type Could,
  LEAK_KINDS,
  type LeakKind,
  type LogReadiness,
  type LogReading,
  type Reason,
} from '@forthright/contract';
import { type Facts, judge } from './readiness.rules.ts';

const DAY = 86_400_000;
const FIRST = Date.parse('2025-08-01T00:00:00Z');

/** A log in which every kind of leak could be scoped. */
const READING: LogReading = {
  files: 100,
  repeatedFiles: 0,
  lines: 1000,
  rejected: 0,
  rejectedSample: null,
  first: new Date(FIRST).toISOString(),
  last: new Date(FIRST + 100 * DAY).toISOString(),
  days: 100,
  strayStamps: 0,
  withoutZone: null,
  wholeSeconds: false,
  fields: {
    host: 1000,
    method: 1000,
    path: 1000,
    status: 1000,
    client: 1000,
    userAgent: 1000,
    account: 600,
    session: 0,
    person: null,
    action: null,
    cacheStatus: 1000,
    cache: 1000,
    recipient: null,
  },
  withQuery: 200,
  viewers: {
    lines: 1000,
    without: 400,
    withoutShare: 0.4,
    sessionOnly: 0,
    accounts: { ids: 50, known: 50, customers: 40, employees: 5, sellers: 5 },
    sessions: { ids: 0, known: 0 },
  },
  persons: { ids: 0, known: 0 },
  units: { is: 'host', count: 1, tooQuiet: 0 },
  gaps: [],
  overlaps: [],
  missing: [],
};

const AUDIT: LogReading = {
  ...READING,
  fields: {
    ...READING.fields,
    path: null,
    method: null,
    status: null,
    cacheStatus: null,
    account: 1000,
    person: 1000,
    action: 1000,
  },
  viewers: { ...READING.viewers, without: 0, withoutShare: 0 },
  persons: { ids: 80, known: 80 },
};

const logOf = (log: string, read: LogReading | null, more: Partial<LogReadiness> = {}): LogReadiness => ({
  log,
  at: [`${log}.log`],
  format: 'pattern',
  retention: { declared: null, days: null },
  sampled: 1,
  maps: log === 'admin' ? ['action', 'person', 'time', 'viewer'] : [],
  broken: null,
  read,
  ...more,
});

const READY: Facts = {
  logs: [logOf('web', READING), logOf('admin', AUDIT)],
  references: [
    {
      reference: 'reviews',
      broken: null,
      read: {
        rows: 10,
        keys: 10,
        uniqueKeys: true,
        withoutKey: 0,
        withoutPerson: 0,
        persons: { ids: 9, known: 9 },
        from: 10,
        to: 1,
      },
    },
  ],
  directory: {
    broken: null,
    read: {
      people: 100,
      duplicateIds: 0,
      brokenRows: 0,
      withoutEmail: 0,
      withoutCountry: 0,
      withoutLanguage: 0,
      withoutState: { US: 0, CA: 0, AU: 0 },
    },
  },
  sessions: { stated: false, broken: null, rows: null },
  employees: { stated: true, broken: null, rows: 5 },
  sellers: { stated: true, broken: null, rows: 5 },
};

const web = (change: Partial<LogReading>, more: Partial<LogReadiness> = {}): Partial<Facts> => ({
  logs: [logOf('web', { ...READING, ...change }, more), logOf('admin', AUDIT)],
});
const admin = (change: Partial<LogReading>): Partial<Facts> => ({
  logs: [logOf('web', READING), logOf('admin', { ...AUDIT, ...change })],
});
const fields = (change: Partial<LogReading['fields']>) => ({ fields: { ...READING.fields, ...change } });
const viewers = (change: Partial<LogReading['viewers']>) => ({
  viewers: { ...READING.viewers, ...change },
});
const directory = (
  change: Partial<NonNullable<Facts['directory']['read']>>,
  read = READY.directory.read,
): Partial<Facts> => ({
  directory: { broken: null, read: read === null ? null : { ...read, ...change } },
});
const [REVIEWS] = READY.references;
const reviews = (
  change: Partial<NonNullable<Facts['references'][number]['read']>>,
  read = REVIEWS?.read ?? null,
): Partial<Facts> => ({
  references: [{ reference: 'reviews', broken: null, read: read === null ? null : { ...read, ...change } }],
});
const broken = (code: string) => ({ code, message: 'It is broken.' });

type Expected = Readonly<{ code: string; not: Partial<Record<LeakKind, Could>>; effect?: Reason['effect'] }>;
const PATHS = (could: Could) => ({ page: could, 'shared-cache': could, export: could, url: could });
const ALL = (could: Could): Partial<Record<LeakKind, Could>> =>
  Object.fromEntries(LEAK_KINDS.map((kind) => [kind, could]));

/** What is changed in a workspace that is ready, the code that says so, and verdicts that are no longer yes. */
const CASES: readonly (readonly [string, Partial<Facts>, Expected])[] = [
  [
    'a log that is missing',
    { logs: [logOf('web', null, { broken: broken('glob-empty') }), logOf('admin', AUDIT)] },
    { code: 'glob-empty', not: PATHS('no') },
  ],
  [
    'a log without a readable line',
    web({ first: null, last: null, rejected: 1000 }),
    { code: 'no-lines', not: PATHS('no') },
  ],
  [
    'stamps without a zone',
    web({ withoutZone: { files: 1, lines: 7, first: 'web.log:3' } }),
    { code: 'stamps-without-zone', not: PATHS('no') },
  ],
  ['a log of three days', web({ days: 3 }), { code: 'short-reach', not: PATHS('partly') }],
  ['a log of 89.5 days', web({ days: 89.5 }), { code: 'without-viewer', not: {} }],
  [
    'a log that is as long as declared, and short',
    web({ days: 29.5 }, { retention: { declared: 'P30D', days: 30 } }),
    { code: 'short-reach', not: PATHS('partly') },
  ],
  [
    'a log that is shorter than declared',
    web({ days: 100 }, { retention: { declared: 'P6M', days: 182.5 } }),
    { code: 'reaches-less-than-declared', not: PATHS('partly') },
  ],
  [
    'files that should be gone',
    web({ days: 130 }, { retention: { declared: 'P90D', days: 90 } }),
    { code: 'older-than-declared', not: {} },
  ],
  ['a sampled log', web({}, { sampled: 0.1 }), { code: 'sampled', not: PATHS('partly') }],
  ['one line in twenty rejected', web({ rejected: 50 }), { code: 'rejected-lines', not: {} }],
  ['one line in ten rejected', web({ rejected: 100 }), { code: 'rejected-lines', not: PATHS('partly') }],
  [
    'a gap',
    web({
      gaps: [
        {
          unit: 'a',
          from: '2025-09-01T10:00:00.000Z',
          to: '2025-09-01T11:00:00.000Z',
          reason: 'silent',
          detail: '',
        },
      ],
    }),
    { code: 'gaps', not: PATHS('partly') },
  ],
  [
    'a host that is too quiet',
    web({ units: { is: 'host', count: 2, tooQuiet: 1 } }),
    { code: 'too-quiet', not: {} },
  ],
  [
    'two servers in one series',
    web({ overlaps: [{ series: 's', kind: 'side-by-side', pairs: 1, example: ['a', 'b'], minutes: 60 }] }),
    { code: 'files-side-by-side', not: PATHS('partly') },
  ],
  [
    'files that overlap at the edge',
    web({ overlaps: [{ series: 's', kind: 'at-the-edge', pairs: 1, example: ['a', 'b'], minutes: 2 }] }),
    { code: 'files-overlap', not: {} },
  ],
  [
    'a rotation that skips a number',
    web({ missing: [{ series: 's', names: ['2'] }] }),
    { code: 'missing-files', not: {} },
  ],
  ['a clock that was wrong', web({ strayStamps: 1 }), { code: 'stray-stamps', not: {} }],
  [
    'no viewer at all',
    web({
      ...fields({ account: 0 }),
      ...viewers({
        without: 1000,
        withoutShare: 1,
        accounts: { ids: 0, known: 0, customers: 0, employees: 0, sellers: 0 },
      }),
    }),
    { code: 'no-viewer', not: { page: 'partly', export: 'partly', 'shared-cache': 'no' } },
  ],
  [
    'a viewer on one line in twenty',
    web(viewers({ without: 950, withoutShare: 0.95 })),
    { code: 'few-viewers', not: { page: 'partly', export: 'partly', 'shared-cache': 'partly' } },
  ],
  [
    'sessions that no table knows',
    web(viewers({ sessionOnly: 300 })),
    { code: 'sessions-without-owner', not: { page: 'partly', export: 'partly', 'shared-cache': 'partly' } },
  ],
  [
    'sessions that never join',
    {
      ...web(
        viewers({
          sessionOnly: 600,
          accounts: { ids: 0, known: 0, customers: 0, employees: 0, sellers: 0 },
          sessions: { ids: 30, known: 0 },
        }),
      ),
      sessions: { stated: true, broken: null, rows: 9 },
    },
    { code: 'sessions-never-join', not: { page: 'partly', export: 'partly', 'shared-cache': 'no' } },
  ],
  [
    'accounts that never join',
    web(viewers({ accounts: { ids: 50, known: 0, customers: 0, employees: 0, sellers: 0 } })),
    { code: 'accounts-never-join', not: { page: 'partly', export: 'partly', 'shared-cache': 'no' } },
  ],
  [
    'accounts half of which join',
    web(viewers({ accounts: { ids: 50, known: 25, customers: 25, employees: 0, sellers: 0 } })),
    { code: 'without-viewer', not: {} },
  ],
  [
    'no client address',
    web(fields({ client: null })),
    { code: 'visitors-alike', not: { page: 'partly', export: 'partly' } },
  ],
  ['no path', web({ ...fields({ path: null }), withQuery: 0 }), { code: 'no-path', not: PATHS('no') }],
  ['no method', web(fields({ method: null })), { code: 'no-method', not: PATHS('no') }],
  ['no status field', web(fields({ status: null })), { code: 'no-status', not: PATHS('partly') }],
  ['a status that is never filled', web(fields({ status: 0 })), { code: 'no-status', not: PATHS('no') }],
  ['no host', web(fields({ host: null })), { code: 'no-host', not: {} }],
  [
    'no cache status',
    web(fields({ cacheStatus: null })),
    { code: 'no-cache-status', not: { 'shared-cache': 'no' } },
  ],
  [
    'no name of the cache',
    web(fields({ cache: null })),
    { code: 'no-cache-name', not: { 'shared-cache': 'partly' } },
  ],
  [
    'whole seconds',
    web({ wholeSeconds: true }),
    { code: 'whole-seconds', not: { 'shared-cache': 'partly' } },
  ],
  ['no query in any path', web({ withQuery: 0 }), { code: 'no-query', not: { url: 'partly' } }],
  [
    'an audit log without viewers',
    admin({
      viewers: {
        ...AUDIT.viewers,
        without: 1000,
        withoutShare: 1,
        accounts: { ids: 0, known: 0, customers: 0, employees: 0, sellers: 0 },
      },
    }),
    { code: 'no-viewer', not: { access: 'no' } },
  ],
  [
    'an audit log that names persons nobody knows',
    admin({ persons: { ids: 80, known: 0 } }),
    { code: 'persons-never-join', not: { access: 'no' } },
  ],
  [
    'an audit log that names persons long gone',
    admin({ persons: { ids: 80, known: 60 } }),
    { code: 'persons-rarely-join', not: { access: 'partly' } },
  ],
  [
    'an audit log without actions',
    admin({ fields: { ...AUDIT.fields, action: 0 } }),
    { code: 'no-action', not: {} },
  ],
  ['no audit log', { logs: [logOf('web', READING)] }, { code: 'no-person', not: { access: 'partly' } }],
  ['no web log', { logs: [logOf('admin', AUDIT)] }, { code: 'no-log', not: PATHS('no') }],
  ['no log at all', { logs: [] }, { code: 'no-log', not: { ...PATHS('no'), access: 'no' } }],
  [
    'a directory that is missing',
    { directory: { broken: broken('file-missing'), read: null } },
    { code: 'file-missing', not: ALL('no') },
  ],
  ['an empty directory', directory({ people: 0 }), { code: 'empty-directory', not: ALL('no') }],
  [
    'rows of the directory that can not be read',
    directory({ brokenRows: 1 }),
    { code: 'broken-rows', not: ALL('partly') },
  ],
  ['ids that come twice', directory({ duplicateIds: 2 }), { code: 'duplicate-ids', not: {} }],
  [
    'nobody with an e-mail address',
    directory({ withoutEmail: null }),
    { code: 'without-email', not: { mailing: 'no', url: 'partly' } },
  ],
  [
    'one in ten without an e-mail address',
    directory({ withoutEmail: 10 }),
    { code: 'without-email', not: { mailing: 'partly' } },
  ],
  ['people without a country', directory({ withoutCountry: 1 }), { code: 'without-country', not: {} }],
  ['people without a language', directory({ withoutLanguage: 1 }), { code: 'without-language', not: {} }],
  [
    'people in the US without a state',
    directory({ withoutState: { US: 3, CA: 0, AU: 0 } }),
    { code: 'without-state', not: {} },
  ],
  ['no reference', { references: [] }, { code: 'no-reference', not: { page: 'partly' } }],
  [
    'a reference that is missing',
    { references: [{ reference: 'reviews', broken: broken('file-missing'), read: null }] },
    { code: 'file-missing', not: { page: 'partly' } },
  ],
  [
    'a reference that never joins',
    reviews({ persons: { ids: 9, known: 0 } }),
    { code: 'reference-never-joins', not: { page: 'partly' } },
  ],
  [
    'a reference with persons long gone',
    reviews({ persons: { ids: 9, known: 7 } }),
    { code: 'reference-rarely-joins', not: { page: 'partly' } },
  ],
  ['a reference without dates', reviews({ from: null }), { code: 'reference-without-dates', not: {} }],
  [
    'a reference whose dates can not be read',
    reviews({ from: 0 }),
    { code: 'reference-dates-unreadable', not: { page: 'partly' } },
  ],
  [
    'no employees',
    { employees: { stated: false, broken: null, rows: null } },
    { code: 'no-employees', not: { access: 'partly' } },
  ],
  [
    'a table of employees that is missing',
    { employees: { stated: true, broken: broken('file-missing'), rows: null } },
    { code: 'file-missing', not: { access: 'partly' } },
  ],
  ['no sellers', { sellers: { stated: false, broken: null, rows: null } }, { code: 'no-sellers', not: {} }],
];

test('a workspace that is ready could scope every kind of leak', () => {
  const { kinds, first } = judge(READY);
  assert.deepEqual(kinds, ALL('yes'));
  assert.deepEqual(first, []);
});

for (const [name, change, { code, not }] of CASES) {
  test(`readiness of ${name}: ${code}`, () => {
    const { kinds, verdicts, findings, first } = judge({ ...READY, ...change });
    assert.deepEqual(kinds, { ...ALL('yes'), ...not });
    const reasons = verdicts.flatMap((v) => v.reasons);
    assert.ok(
      reasons.some((r) => r.code === code),
      `${code} among ${reasons.map((r) => r.code).join(', ')}`,
    );
    for (const reason of reasons) assert.match(reason.text, /\S.*[.]$/s, reason.text);
    for (const finding of findings) assert.doesNotMatch(finding.text, /NaN|undefined|null/);
    assert.equal(first.length > 0, Object.keys(not).length > 0);
  });
}

test('a directory that can not be read is one finding, not as many as there are joins', () => {
  const { findings } = judge({
    ...READY,
    ...reviews({ persons: { ids: 9, known: 0 } }),
    ...web(viewers({ accounts: { ids: 50, known: 0, customers: 0, employees: 0, sellers: 0 } })),
    directory: { broken: broken('file-missing'), read: null },
  });
  assert.deepEqual(
    findings.filter((f) => f.level !== 'note').map((f) => f.code),
    ['file-missing'],
  );
});

test('what makes a kind of leak impossible comes before what weakens many, and equal advice is said once', () => {
  const { first } = judge({
    ...READY,
    logs: [
      logOf('web', { ...READING, days: 3 }),
      logOf('edge', { ...READING, ...fields({ method: null }), days: 3 }),
    ],
  });
  assert.match(first[0]?.todo ?? '', /method/);
  const keep = first.find((f) => /90 days/.test(f.todo));
  assert.deepEqual(keep?.at, ['logs.web', 'logs.edge']);
});
