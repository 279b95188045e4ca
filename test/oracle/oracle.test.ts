import assert from 'node:assert/strict';
import { mkdtemp, readdir, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { Incident, type LogField, Workspace } from '@forthright/contract';
import fc from 'fast-check';
import { parse } from 'yaml';
import { answer, gapsOf, matchPath, normalisedAddress, QUIET_MS, viewerOf } from './oracle.ts';
import { expand, plans } from './plan.ts';
import {
  asEngineResult,
  engineEqualsOracle,
  layoutChangesNothing,
  lossIsComparable,
  lostHourNeverClears,
  moreLogNeverClears,
  type Run,
} from './properties.ts';
import { BLANK, type Customer, FIELDS_OF, type Line, type Log, type World, withoutHour } from './world.ts';
import { ONE_FILE, writeWorld } from './write.ts';

const DAY = Date.UTC(2025, 10, 18);
const at = (clock: string) => Date.parse(`2025-11-18T${clock.padEnd(8, ':00')}Z`);
const GOOGLEBOT = 'Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)';

function person(id: string, more: Partial<Customer> = {}): Customer {
  return {
    id,
    email: `${id}@shop.example`,
    name: id,
    country: 'DE',
    region: '',
    language: 'de',
    createdAt: null,
    deletedAt: null,
    ...more,
  };
}

/** A line a minute on each host from 00:00 to 06:00, but for what `silent` takes out. */
function heartbeat(hosts: readonly string[], silent: (time: number, host: string) => boolean): Line[] {
  return hosts.flatMap((host) =>
    Array.from({ length: 360 }, (_, minute) => ({
      ...BLANK,
      time: DAY + minute * 60_000,
      host,
      target: '/health',
    })).filter((line) => !silent(line.time, host)),
  );
}

type Small = Partial<Omit<World, 'incident' | 'logs'>> &
  Readonly<{
    leaks: readonly unknown[];
    gaps?: readonly unknown[];
    lines?: readonly Partial<Line>[];
    hosts?: readonly string[];
    silent?: (time: number, host: string) => boolean;
    fields?: readonly LogField[];
    sampled?: number;
  }>;

function world(small: Small): World {
  const { leaks, gaps, lines, hosts, silent, fields, sampled, ...rest } = small;
  const log: Log = {
    shape: 'jsonl',
    fields: fields ?? [...FIELDS_OF.jsonl, 'recipient'],
    sampled: sampled ?? 1,
    zoneMinutes: 0,
    lines: [
      ...heartbeat(hosts ?? ['www'], silent ?? (() => false)),
      ...(lines ?? []).map((line) => ({ ...BLANK, host: 'www', ...line })),
    ].sort((a, b) => a.time - b.time),
  };
  return {
    customers: ['ann', 'ben', 'cat'].map((id) => person(id)),
    hasLifetimes: false,
    references: {
      reviews: [
        { key: 'r1', person: 'ann', from: null, to: null },
        { key: 'r2', person: 'ben', from: at('02:00'), to: at('03:00') },
      ],
    },
    sessions: [{ session: 's-ann', account: 'ann' }],
    employees: [
      { id: 'emp', team: 't', kind: 'staff' },
      { id: 'con', team: 't', kind: 'contractor' },
      { id: 'ven', team: 't', kind: 'vendor' },
      { id: 'ann', team: 't', kind: '' },
    ],
    sellers: [
      { id: 'sel', name: 'S', country: '' },
      { id: 'ben', name: 'S', country: '' },
    ],
    own: { networks: ['10.0.0.0/8', '2001:db8:a::/48'], userAgents: ['Probe/*'] },
    logs: { web: log },
    lists: {},
    mails: {},
    incident: Incident.parse({ title: 't', leaks, gaps: gaps ?? [] }),
    ...rest,
  };
}

const WINDOW = { from: '2025-11-18T01:00:00Z', to: '2025-11-18T05:00:00Z' };
const WEB = { id: 'leak', fields: ['name', 'email'], log: 'web', ...WINDOW };
const PAGE = { ...WEB, kind: 'page', path: '/reviews/{reviews}' };
const ACCESS = { ...WEB, kind: 'access' };
const CACHE = { ...WEB, kind: 'shared-cache', path: '/my/orders' };
const URL_LEAK = { ...WEB, kind: 'url', path: '/welcome?email={customers.email}', passedTo: ['ads.example'] };
const EXPORT = {
  ...WEB,
  kind: 'export',
  path: '/x.csv',
  people: { at: 'l.csv', id: 'value' },
};

/** `exposed ann; unknown cat; ghosts x` of a world, clear persons left out. */
function told(w: World): string {
  const a = answer(w);
  const ids = (status: string) => [...a.people].filter(([, s]) => s === status).map(([id]) => id);
  const parts: [string, string[]][] = [
    ['exposed', ids('exposed')],
    ['unknown', ids('unknown')],
    ['ghosts', [...a.unidentified].sort()],
  ];
  return parts
    .filter(([, who]) => who.length > 0)
    .map(([name, who]) => `${name} ${who.join(' ')}`)
    .join('; ');
}

function recipients(w: World): string[] {
  return [...answer(w).recipients.values()]
    .map((r) => `${r.class} ${[...r.people].join('+')} ${r.views}`)
    .sort();
}

const SEEN: Partial<Line> = { time: at('02:10'), target: '/reviews/r1' };

describe('paths', () => {
  const cases: [string, string, string, string | null][] = [
    ['plain', '/reviews/{k}', '/reviews/r1', 'r1'],
    ['the query is ignored', '/reviews/{k}', '/reviews/r1?x=/y', 'r1'],
    ['the fragment is ignored', '/reviews/{k}', '/reviews/r1#top', 'r1'],
    ['a trailing slash is ignored', '/reviews/{k}', '/reviews/r1/', 'r1'],
    ['double slashes collapse', '/reviews/{k}', '//reviews//r1', 'r1'],
    ['dot segments resolve', '/reviews/{k}', '/a/../reviews/./r1', 'r1'],
    ['encoded dot segments resolve too', '/reviews/{k}', '/a/%2e%2E/reviews/r1', 'r1'],
    ['dots do not climb above the root', '/reviews/{k}', '/../reviews/r1', 'r1'],
    ['literals in upper case', '/reviews/{k}', '/REVIEWS/r1', 'r1'],
    ['keys keep their case', '/reviews/{k}', '/reviews/R1', 'R1'],
    ['a path parameter', '/reviews/{k}', '/reviews/r1;jsessionid=A1.n2', 'r1'],
    ['path parameters anywhere', '/a/reviews/{k}', '/a;v=1;w=2/reviews;x=/r1;y=1?q=2', 'r1'],
    ['a path parameter alone is an empty segment', '/reviews/{k}', '/;jsessionid=A/reviews/r1', 'r1'],
    ['a semicolon of a key', '/reviews/{k}', '/reviews/r1;b', 'r1;b'],
    ['an encoded semicolon', '/reviews/{k}', '/reviews/r1%3Bb=c', 'r1;b=c'],
    ['a leak with a parameter of its own', '/reviews;v=1/{k}', '/reviews;v=1/r1', 'r1'],
    ['decoded once', '/reviews/{k}', '/reviews/%2541', '%41'],
    ['a decoded literal', '/reviews/{k}', '/%72eviews/r1', 'r1'],
    ['%2F stays in its segment', '/reviews/{k}', '/reviews/a%2Fb', 'a/b'],
    ['a plus in a path is a plus', '/reviews/{k}', '/reviews/x+y', 'x+y'],
    ['a stray percent sign', '/reviews/{k}', '/reviews/50%', '50%'],
    ['letters beyond ASCII', '/reviews/{k}', '/reviews/%C3%BC-1', 'ü-1'],
    ['an encoded question mark', '/reviews/{k}', '/reviews/a%3Fb', 'a?b'],
    ['a segment too many', '/reviews/{k}', '/reviews/r1/more', null],
    ['a segment too few', '/reviews/{k}', '/reviews/', null],
    ['another literal', '/reviews/{k}', '/review/r1', null],
    ['a star is one segment', '/*/reviews/{k}', '/en/reviews/r1', 'r1'],
    ['a star is not none', '/*/reviews/{k}', '/reviews/r1', null],
    ['a star is not two', '/*/reviews/{k}', '/a/b/reviews/r1', null],
    ['a parameter', '/review?id={k}', '/review?id=r1', 'r1'],
    ['parameters in any order', '/review?v=1&id={k}', '/review?id=r1&x=2&v=1', 'r1'],
    ['another value', '/review?v=1&id={k}', '/review?id=r1&v=2', null],
    ['no such parameter', '/review?id={k}', '/review?idx=r1', null],
    ['an empty parameter', '/review?id={k}', '/review?id=', null],
    ['a plus in a query is a space', '/review?id={k}', '/review?id=a+b', 'a b'],
    ['an encoded plus in a query', '/review?id={k}', '/review?id=a%2Bb', 'a+b'],
    ['an encoded ampersand', '/review?id={k}', '/review?id=a%26b%3Dc', 'a&b=c'],
    ['no path at all', '/reviews/{k}', '*', null],
  ];
  for (const [name, pattern, target, wanted] of cases) {
    it(name, () => assert.equal(matchPath(pattern, target)?.get('k') ?? null, wanted));
  }
});

describe('addresses', () => {
  const cases = [
    ['Anna@SHOP.example', 'anna@shop.example'],
    ['anna@müller.example', 'anna@xn--mller-kva.example'],
    ['jose\u0301@a.example', 'jos\u00e9@a.example'],
    ['anna.b@shop.example', 'anna.b@shop.example'],
    ['anna+x@shop.example', 'anna+x@shop.example'],
  ] as const;
  for (const [raw, wanted] of cases) it(raw, () => assert.equal(normalisedAddress(raw), wanted));
});

describe('viewers', () => {
  const cases: [string, Partial<Line>, 'page' | 'access' | 'export', string][] = [
    ['a customer', { account: 'cat' }, 'page', 'cat customer'],
    ['an account before a session', { account: 'cat', session: 's-ann' }, 'page', 'cat customer'],
    ['the account behind a session', { session: 's-ann' }, 'page', 'ann customer'],
    [
      'an unmapped session',
      { session: 'no', client: '192.0.2.1', userAgent: 'B' },
      'page',
      '192.0.2.1 B anonymous',
    ],
    ['a crawler', { client: '192.0.2.1', userAgent: GOOGLEBOT }, 'page', `192.0.2.1 ${GOOGLEBOT} crawler`],
    ['an account with a crawler name', { account: 'cat', userAgent: GOOGLEBOT }, 'page', 'cat customer'],
    ['no directory has it', { account: 'zzz' }, 'page', 'zzz thirdParty'],
    ['a contractor', { account: 'con' }, 'access', 'con contractor'],
    ['a vendor', { account: 'ven' }, 'page', 'ven contractor'],
    ['customer before employee', { account: 'ann' }, 'page', 'ann customer'],
    ['employee before customer in access logs', { account: 'ann' }, 'access', 'ann employee'],
    ['customer before seller', { account: 'ben' }, 'export', 'ben customer'],
    ['seller before customer in access logs', { account: 'ben' }, 'access', 'ben seller'],
    ['our network', { client: '10.9.9.9', userAgent: 'B' }, 'page', '10.9.9.9 B own'],
    ['just beside our network', { client: '11.0.0.1', userAgent: 'B' }, 'page', '11.0.0.1 B anonymous'],
    ['our network, IPv6', { client: '2001:db8:a::1', userAgent: 'B' }, 'page', '2001:db8:a::1 B own'],
    [
      'our network, spelt otherwise',
      { client: '0:0:0:0:0:FFFF:0A09:909', userAgent: 'B' },
      'page',
      '10.9.9.9 B own',
    ],
    [
      'an address spelt otherwise',
      { client: '2001:DB8:0:0::1', userAgent: 'B' },
      'page',
      '2001:db8::1 B anonymous',
    ],
    ['our program', { client: '192.0.2.1', userAgent: 'Probe/2' }, 'page', '192.0.2.1 Probe/2 own'],
    [
      'not quite our program',
      { client: '192.0.2.1', userAgent: 'xProbe/2' },
      'page',
      '192.0.2.1 xProbe/2 anonymous',
    ],
    ['an account in our network', { account: 'cat', client: '10.9.9.9' }, 'page', 'cat own'],
    ['staff at work', { account: 'emp', client: '10.9.9.9' }, 'access', 'emp employee'],
    ['a download at work', { account: 'emp', client: '10.9.9.9' }, 'export', 'emp employee'],
    ['our network without account', { client: '10.9.9.9', userAgent: 'B' }, 'access', '10.9.9.9 B own'],
  ];
  for (const [name, line, kind, wanted] of cases) {
    it(name, () => {
      const viewer = viewerOf(world({ leaks: [PAGE] }), { ...BLANK, ...line }, kind);
      assert.equal(`${viewer.key} ${viewer.class}`, wanted);
    });
  }
});

describe('page', () => {
  const cases: [string, Partial<Line>[], string][] = [
    ['seen by another customer', [{ ...SEEN, account: 'cat' }], 'exposed ann'],
    ['seen by oneself', [{ ...SEEN, account: 'ann' }], ''],
    ['seen by oneself through a session', [{ ...SEEN, session: 's-ann' }], ''],
    ['seen by nobody known', [SEEN], 'exposed ann'],
    ['seen by a crawler', [{ ...SEEN, userAgent: GOOGLEBOT }], 'exposed ann'],
    ['seen by our monitoring', [{ ...SEEN, userAgent: 'Probe/1' }], ''],
    ['POST is a view', [{ ...SEEN, method: 'POST' }], 'exposed ann'],
    ['HEAD is none', [{ ...SEEN, method: 'HEAD' }], ''],
    ['not modified is a view', [{ ...SEEN, status: 304 }], 'exposed ann'],
    ['a redirect is none', [{ ...SEEN, status: 301 }], ''],
    ['no content is none', [{ ...SEEN, status: 204 }], ''],
    ['the first instant', [{ ...SEEN, time: at('01:00') }], 'exposed ann'],
    ['just before it', [{ ...SEEN, time: at('01:00') - 1 }], ''],
    ['just before the end', [{ ...SEEN, time: at('05:00') - 1 }], 'exposed ann'],
    ['the end itself', [{ ...SEEN, time: at('05:00') }], ''],
    ['when the item came to be', [{ time: at('02:00'), target: '/reviews/r2' }], 'exposed ben'],
    ['when it was taken down', [{ time: at('03:00'), target: '/reviews/r2' }], ''],
    ['an item of another case', [{ ...SEEN, target: '/reviews/R1' }], ''],
  ];
  for (const [name, lines, wanted] of cases) {
    it(name, () => assert.equal(told(world({ leaks: [PAGE], lines })), wanted));
  }

  it('counts views, people and items', () => {
    const w = world({
      leaks: [PAGE],
      lines: [
        { ...SEEN, account: 'cat' },
        { ...SEEN, account: 'cat', time: at('04:00') },
        { ...SEEN, account: 'ann' },
        { ...SEEN, target: '/reviews/zz' },
      ],
    });
    const a = answer(w);
    assert.deepEqual(
      [a.views, a.items.size, a.itemsWithoutReference.size, a.min, a.max, a.seen.last],
      [2, 2, 1, 1, 1, at('04:00')],
    );
    assert.deepEqual(recipients(w), ['customer ann 2']);
  });

  it('flags who may have been their own viewer', () => {
    const of = (more: Partial<Line>[]) =>
      [...answer(world({ leaks: [PAGE], lines: [SEEN, ...more] })).possiblySelf].join();
    assert.equal(of([]), 'ann');
    assert.equal(of([{ ...SEEN, account: 'cat' }]), '');
    assert.equal(of([{ ...SEEN, userAgent: GOOGLEBOT }]), '');
    assert.equal(of([{ ...SEEN, account: 'ann' }]), 'ann');
  });

  it('shows several people of one item, and those whom no directory knows', () => {
    const reviews = ['ann', 'ben', 'zoe'].map((id) => ({ key: 'r1', person: id, from: null, to: null }));
    const w = world({ leaks: [PAGE], references: { reviews }, lines: [{ ...SEEN, account: 'ben' }] });
    assert.equal(told(w), 'exposed ann; ghosts zoe');
    assert.equal(answer(w).max, 2);
    const byZoe = { leaks: [PAGE], references: { reviews }, lines: [{ ...SEEN, account: 'zoe' }] };
    assert.equal(told(world(byZoe)), 'exposed ann ben');
  });

  it('binds ids and addresses of the directory itself', () => {
    const byId = { ...PAGE, path: '/u/{customers}' };
    const byAddress = { ...PAGE, path: '/u/{customers.email}' };
    const seen = (target: string) => [{ ...SEEN, target }];
    assert.equal(told(world({ leaks: [byId], lines: seen('/u/cat') })), 'exposed cat');
    assert.equal(told(world({ leaks: [byId], lines: seen('/u/Cat') })), 'ghosts Cat');
    assert.equal(told(world({ leaks: [byAddress], lines: seen('/u/CAT%40Shop.example') })), 'exposed cat');
    assert.equal(told(world({ leaks: [byAddress], lines: seen('/u/x@y.example') })), 'ghosts x@y.example');
    const shared = [
      person('ann'),
      person('ben', { email: 'ANN@shop.example' }),
      person('ann', { email: 'o@o' }),
    ];
    const w = world({ leaks: [byAddress], customers: shared, lines: seen('/u/ann@shop.example') });
    assert.equal(told(w), 'exposed ann ben');
    assert.deepEqual(answer(w).addresses, { exposed: 1, unknown: 0 });
    assert.deepEqual(answer(w).directory, {
      people: 2,
      duplicateIds: 1,
      withoutCountry: 0,
      sharedAddresses: 2,
    });
    assert.equal(told(world({ leaks: [byAddress], customers: shared, lines: seen('/u/o@o') })), 'ghosts o@o');
  });
});

describe('gaps', () => {
  const between = (a: string, b: string) => (time: number) => time >= at(a) && time < at(b);
  const cases: [string, Partial<Small>, string][] = [
    ['none', {}, ''],
    ['an hour of silence', { silent: between('02:00', '03:00') }, 'unknown ann ben'],
    ['an item that was not there', { silent: between('03:30', '04:30') }, 'unknown ann'],
    ['outside the window', { silent: between('05:10', '05:50') }, ''],
    ['across its end', { silent: between('04:30', '05:30') }, 'unknown ann'],
    ['the log begins late', { silent: between('00:00', '01:30') }, 'unknown ann'],
    ['the log ends early', { silent: between('04:30', '06:00') }, 'unknown ann'],
    ['a sampled log', { sampled: 0.1 }, 'unknown ann ben'],
    [
      'exposed stays exposed',
      { silent: between('02:30', '03:30'), lines: [SEEN] },
      'exposed ann; unknown ben',
    ],
    [
      'declared',
      { gaps: [{ log: 'web', from: '2025-11-18T02:59:59Z', to: '2025-11-18T03:10:00Z', reason: 'x' }] },
      'unknown ann ben',
    ],
    [
      'declared when the item was gone',
      { gaps: [{ log: 'web', from: '2025-11-18T03:00:00Z', to: '2025-11-18T03:10:00Z', reason: 'x' }] },
      'unknown ann',
    ],
    [
      'a host that never served the path',
      {
        hosts: ['www', 'img'],
        silent: (time, host) => host === 'img' && between('02:00', '03:00')(time),
        lines: [{ target: '/reviews/none', time: at('00:30') }],
      },
      '',
    ],
    [
      'a host that served it once, by another method, outside the window',
      {
        hosts: ['www', 'img'],
        silent: (time, host) => host === 'img' && between('02:00', '03:00')(time),
        lines: [{ host: 'img', method: 'HEAD', target: '/reviews/none', time: at('00:30') }],
      },
      'unknown ann ben',
    ],
    [
      'a host that only refused it, another having served it',
      {
        hosts: ['www', 'img'],
        silent: (time, host) => host === 'img' && between('02:00', '03:00')(time),
        lines: [
          { host: 'img', status: 404, target: '/reviews/none', time: at('00:30') },
          { target: '/reviews/none', time: at('00:31') },
        ],
      },
      '',
    ],
    [
      'nobody ever served it, so everybody may have',
      { hosts: ['www', 'img'], silent: (time, host) => host === 'img' && between('02:00', '03:00')(time) },
      'unknown ann ben',
    ],
    [
      'the host that the leak names',
      {
        leaks: [{ ...PAGE, hosts: ['www'] }],
        hosts: ['www', 'img'],
        silent: (time, host) => host === 'img' && between('02:00', '03:00')(time),
        lines: [{ ...SEEN, host: 'img' }],
      },
      '',
    ],
    ['a named host without a line', { leaks: [{ ...PAGE, hosts: ['old'] }] }, 'unknown ann ben'],
    [
      'without hosts the silence of one is covered by the other',
      {
        fields: FIELDS_OF.combined,
        hosts: ['www', 'img'],
        silent: (time, host) => host === 'img' && between('02:00', '03:00')(time),
      },
      '',
    ],
  ];
  for (const [name, more, wanted] of cases) {
    it(name, () => assert.equal(told(world({ leaks: [PAGE], ...more })), wanted));
  }

  it('make unknown who existed then, in access logs', () => {
    const customers = [
      person('ann', { createdAt: at('03:00') }),
      person('ben', { deletedAt: at('02:00') }),
      person('cat', { createdAt: at('02:59') }),
    ];
    const silent = between('02:01', '03:00');
    const small = { leaks: [ACCESS], customers, silent };
    assert.equal(told(world({ ...small, hasLifetimes: true })), 'unknown cat');
    assert.equal(told(world(small)), 'unknown ann ben cat');
  });
});

describe('shared cache', () => {
  const fill = (account: string, clock: string, more: Partial<Line> = {}): Partial<Line> => ({
    time: at(clock),
    target: '/my/orders',
    cache: 'pop',
    cacheStatus: 'MISS',
    account,
    ...more,
  });
  const hit = (account: string, clock: string, more: Partial<Line> = {}) =>
    fill(account, clock, { cacheStatus: 'HIT', ...more });
  const ruled = (rules: Readonly<Record<string, string>>) => ({ leaks: [{ ...CACHE, rules }] });
  const cases: [string, Partial<Line>[], string, Partial<Small>?][] = [
    ['a hit shows who filled', [fill('ann', '02:00'), hit('cat', '02:01')], 'exposed ann'],
    [
      'the last fill counts',
      [fill('ann', '02:00'), fill('ben', '02:01'), hit('cat', '02:02')],
      'exposed ben',
    ],
    ['one’s own hit', [fill('ann', '02:00'), hit('ann', '02:01')], ''],
    ['an anonymous filler', [fill('', '02:00'), hit('cat', '02:01')], ''],
    [
      'a filler behind a session',
      [fill('', '02:00', { session: 's-ann' }), hit('cat', '02:01')],
      'exposed ann',
    ],
    ['a hit before any fill', [hit('cat', '01:59'), fill('ann', '02:00')], ''],
    [
      'expired is a fill',
      [fill('ann', '02:00', { cacheStatus: 'EXPIRED' }), hit('cat', '02:01')],
      'exposed ann',
    ],
    ['bypass is neither', [fill('ann', '02:00', { cacheStatus: 'BYPASS' }), hit('cat', '02:01')], ''],
    ['another cache', [fill('ann', '02:00'), hit('cat', '02:01', { cache: 'pop-2' })], ''],
    ['another query', [fill('ann', '02:00'), hit('cat', '02:01', { target: '/my/orders?p=2' })], ''],
    ['another status', [fill('ann', '02:00', { status: 500 }), hit('cat', '02:01')], ''],
    ['a fill before the window', [fill('ann', '00:50'), hit('cat', '01:10')], 'exposed ann'],
    ['a hit before the window', [fill('ann', '00:50'), hit('cat', '00:55')], ''],
    [
      'the end of the request counts',
      [fill('ann', '02:00'), fill('ben', '02:00:30', { durationMs: 60_000 }), hit('cat', '02:01')],
      'exposed ann',
    ],
    [
      'a tie of fill and hit',
      [fill('ann', '02:00'), fill('ben', '02:00:59', { durationMs: 1000 }), hit('cat', '02:01')],
      'unknown ann ben',
    ],
    [
      'a tie of two fills',
      [fill('ann', '02:00'), fill('ben', '02:00'), hit('cat', '02:01')],
      'unknown ann ben',
    ],
    [
      'after a tie, a fill settles it',
      [fill('ann', '02:00'), fill('ben', '02:00'), fill('ben', '02:01'), hit('cat', '02:02')],
      'exposed ben',
    ],
    [
      'a tie with the hitter himself',
      [fill('ann', '02:00'), fill('cat', '02:01'), hit('cat', '02:01')],
      'unknown ann',
    ],
    [
      'stale without a rule',
      [fill('ann', '02:00'), hit('cat', '02:01', { cacheStatus: 'STALE' })],
      'unknown ann',
    ],
    [
      'after stale without a rule both may stand there',
      [fill('ann', '02:00'), hit('ben', '02:01', { cacheStatus: 'STALE' }), hit('cat', '02:02')],
      'unknown ann ben',
    ],
    [
      'stale as a hit',
      [fill('ann', '02:00'), hit('cat', '02:01', { cacheStatus: 'STALE' })],
      'exposed ann',
      ruled({ STALE: 'hit' }),
    ],
    [
      'revalidated as a fill',
      [fill('ann', '02:00'), hit('ben', '02:01', { cacheStatus: 'REVALIDATED' }), hit('cat', '02:02')],
      'exposed ben',
      ruled({ REVALIDATED: 'fill' }),
    ],
    [
      'a gap makes everyone unknown',
      [fill('ann', '01:30'), hit('cat', '01:40')],
      'exposed ann; unknown ben cat',
      { silent: (time) => time >= at('02:00') && time < at('03:00') },
    ],
    [
      'a gap between fill and hit',
      [fill('ann', '01:30'), hit('cat', '03:40')],
      'unknown ann ben cat',
      { silent: (time) => time >= at('02:00') && time < at('03:00') },
    ],
  ];
  for (const [name, lines, wanted, more] of cases) {
    it(name, () => assert.equal(told(world({ leaks: [CACHE], lines, ...more })), wanted));
  }
});

describe('access', () => {
  const fields: LogField[] = ['time', 'viewer', 'client', 'userAgent', 'path', 'status', 'action', 'person'];
  const look = (account: string, persons: string[], more: Partial<Line> = {}): Partial<Line> => ({
    time: at('02:00'),
    account,
    persons,
    ...more,
  });
  const cases: [string, Partial<Line>[], string, Record<string, unknown>?][] = [
    ['an employee looked', [look('emp', ['ann'])], 'exposed ann'],
    ['several persons in one line', [look('emp', ['ann', 'ben', 'zoe'])], 'exposed ann ben; ghosts zoe'],
    ['an employee with a customer’s id is somebody else', [look('ann', ['ann'])], 'exposed ann'],
    ['a customer looks at himself', [look('cat', ['cat'])], ''],
    ['an error too', [look('emp', ['ann'], { status: 500, method: 'DELETE' })], 'exposed ann'],
    ['only with this status', [look('emp', ['ann'], { status: 500 })], '', { status: [200] }],
    ['only these viewers', [look('emp', ['ann']), look('con', ['ben'])], 'exposed ben', { viewers: ['con'] }],
    ['only these actions', [look('emp', ['ann'], { action: 'list' })], '', { actions: ['view'] }],
    ['from the office', [look('emp', ['ann'], { client: '10.0.0.1' })], 'exposed ann'],
    ['our monitoring', [look('', ['ann'], { client: '10.0.0.1' })], ''],
    ['another path', [look('emp', ['ann'], { target: '/b' })], '', { path: '/a' }],
  ];
  for (const [name, lines, wanted, more] of cases) {
    it(name, () => assert.equal(told(world({ leaks: [{ ...ACCESS, ...more }], fields, lines })), wanted));
  }
  it('takes persons from the path when the log names none', () => {
    const leak = { ...ACCESS, path: '/admin/{customers}' };
    assert.equal(
      told(world({ leaks: [leak], lines: [{ ...look('emp', []), target: '/admin/ben' }] })),
      'exposed ben',
    );
  });
});

describe('export, mailing, url and list', () => {
  const lists = { 'l.csv': ['ann', 'ben', 'zoe'], 'e.csv': ['ANN@shop.example', 'x@y.example'] };
  const download: Partial<Line> = { time: at('02:00'), target: '/x.csv' };
  const silent = (time: number) => time >= at('03:00') && time < at('04:00');
  const mailing = { id: 'm', fields: ['email'], kind: 'mailing', people: { at: 'e.csv', email: 'value' } };
  const list = { id: 'l', fields: ['phone'], kind: 'list', people: { at: 'l.csv', id: 'value' } };
  const cases: [string, Small, string][] = [
    [
      'downloaded',
      { leaks: [EXPORT], lines: [{ ...download, account: 'cat' }] },
      'exposed ann ben; ghosts zoe',
    ],
    [
      'by one of them',
      { leaks: [EXPORT], lines: [{ ...download, account: 'ann' }] },
      'exposed ben; ghosts zoe',
    ],
    ['by our monitoring', { leaks: [EXPORT], lines: [{ ...download, client: '10.0.0.1' }] }, ''],
    ['by nobody', { leaks: [EXPORT] }, ''],
    ['by nobody, but there is a gap', { leaks: [EXPORT], silent }, 'unknown ann ben; ghosts zoe'],
    [
      'stated',
      { leaks: [{ ...EXPORT, log: undefined, path: undefined, recipients: ['x'] }] },
      'exposed ann ben; ghosts zoe',
    ],
    ['a mailing', { leaks: [mailing] }, 'exposed ann; ghosts x@y.example'],
    [
      'to one address',
      { leaks: [mailing], lists: { 'e.csv': ['ann@shop.example', 'Ann@SHOP.example'] } },
      '',
    ],
    [
      'to an address that two share',
      {
        leaks: [mailing],
        customers: [person('ann'), person('ben', { email: 'ann@SHOP.example' }), person('cat')],
        lists: { 'e.csv': ['ann@shop.example', 'cat@shop.example'] },
      },
      'exposed ann ben cat',
    ],
    ['a list', { leaks: [list] }, 'exposed ann ben; ghosts zoe'],
    [
      'a url, own visit included',
      {
        leaks: [URL_LEAK],
        lines: [{ time: at('02:00'), target: '/welcome?email=ann%40shop.example', account: 'ann' }],
      },
      'exposed ann',
    ],
    [
      'a url, by our monitoring',
      {
        leaks: [URL_LEAK],
        lines: [{ time: at('02:00'), target: '/welcome?email=ann@shop.example', client: '10.0.0.1' }],
      },
      '',
    ],
    [
      'a url that was passed to nobody',
      {
        leaks: [{ ...URL_LEAK, passedTo: undefined }],
        lines: [{ time: at('02:00'), target: '/welcome?email=ann@shop.example' }],
      },
      '',
    ],
    ['a url and a gap', { leaks: [URL_LEAK], silent }, 'unknown ann ben cat'],
  ];
  for (const [name, small, wanted] of cases) {
    it(name, () => assert.equal(told(world({ lists, ...small })), wanted));
  }

  it('says who received', () => {
    const visit = { time: at('02:00'), target: '/welcome?email=ann@shop.example', recipient: 'b.example' };
    const of = (leak: unknown) => recipients(world({ lists, leaks: [leak], lines: [visit] }));
    assert.deepEqual(of(mailing), ['customer  0', 'thirdParty ann 0']);
    assert.deepEqual(of(URL_LEAK), ['thirdParty ann 1']);
    assert.deepEqual(of({ ...URL_LEAK, passedTo: undefined }), ['thirdParty ann 1']);
    assert.deepEqual(of({ ...list, recipients: [{ id: 'ann', class: 'customer' }, 'who'] }), [
      'customer ben 0',
      'thirdParty ann+ben 0',
    ]);
  });

  it('unites leaks', () => {
    const gap = { ...PAGE, fields: ['name'] };
    const a = answer(world({ lists: { 'l.csv': ['ann'] }, leaks: [gap, list], silent, lines: [SEEN] }));
    assert.deepEqual(a.exposedFields.get('ann'), ['name', 'phone']);
    assert.deepEqual([...a.possiblySelf], []);
    const unseen = answer(world({ lists: { 'l.csv': ['ann'] }, leaks: [gap, list], silent }));
    assert.deepEqual(unseen.exposedFields.get('ann'), ['phone']);
    // The gap begins at the last line before it, when ben's review still stood.
    assert.deepEqual(unseen.fields.get('name'), { exposed: 0, unknown: 2 });
  });

  it('counts a line once that two leaks match', () => {
    const again = { ...PAGE, id: 'again', fields: ['phone'] };
    const a = answer(world({ leaks: [PAGE, again], lines: [SEEN] }));
    assert.deepEqual([a.views, a.leaks.map((leak) => leak.views)], [1, [1, 1]]);
  });
});

const SEED = Number(process.env.ORACLE_SEED ?? 20251120);

describe('random worlds', () => {
  it('have holes of an hour and more, and no other silence', () => {
    fc.assert(
      fc.property(plans(), (plan) => {
        const w = expand(plan);
        for (const log of Object.values(w.logs)) {
          for (const unit of new Set(log.lines.map((line) => line.host))) {
            const times = log.lines.filter((line) => line.host === unit).map((line) => line.time);
            times.slice(1).forEach((time, i) => {
              const pause = time - (times[i] as number);
              assert.ok(pause < 60_000 || pause > 3_500_000, `a pause of ${pause} ms`);
              assert.ok(QUIET_MS > 60_000);
            });
          }
        }
      }),
      { numRuns: 25, seed: SEED },
    );
  });

  it('are what a user may write', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'forthright-oracle-'));
    try {
      for (const plan of fc.sample(plans(), { numRuns: 12, seed: SEED })) {
        await writeWorld(expand(plan), directory);
        const read = async (name: string) => parse(await readFile(join(directory, name), 'utf8')) as unknown;
        Workspace.parse(await read('forthright.yaml'));
        assert.deepEqual(Incident.parse(await read('incident.yaml')), expand(plan).incident);
      }
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('keep every line, however they are cut', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'forthright-oracle-'));
    const linesIn = async (name: string) => {
      const files = (await readdir(join(directory, name, 'logs/web'))).sort((a, b) =>
        b.localeCompare(a, 'en', { numeric: true }),
      );
      const texts = await Promise.all(
        files.map(async (file) => {
          const bytes = await readFile(join(directory, name, 'logs/web', file));
          return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString('utf8');
        }),
      );
      return { files, lines: texts.map((text) => text.split('\n').slice(0, -1)) };
    };
    try {
      const [plan] = fc.sample(plans(), { numRuns: 1, seed: SEED });
      assert.ok(plan !== undefined);
      const w = expand(plan);
      const layout = { ...ONE_FILE, cuts: [0.3, 0.7], gzip: 2 };
      await writeWorld(w, join(directory, 'one'));
      await writeWorld(w, join(directory, 'cut'), layout);
      await writeWorld(w, join(directory, 'over'), { ...layout, overlap: 150 });
      await writeWorld(w, join(directory, 'twice'), { ...layout, isTwice: 'under-another-number' });
      const one = await linesIn('one');
      const cut = await linesIn('cut');
      const over = await linesIn('over');
      const twice = await linesIn('twice');
      assert.deepEqual(cut.files, ['access.log.2', 'access.log.1.gz', 'access.log']);
      assert.deepEqual(cut.lines.flat(), one.lines.flat());
      assert.equal(over.lines.flat().length, one.lines.flat().length + 300);
      assert.deepEqual(over.lines[1]?.slice(0, 150), over.lines[0]?.slice(-150));
      assert.deepEqual(twice.lines[0], twice.lines[1]);
    } finally {
      await rm(directory, { recursive: true, force: true });
    }
  });

  it('lose an hour without clearing anybody, by the rules themselves', () => {
    fc.assert(
      fc.property(plans(), (plan) => {
        const whole = expand(plan);
        const first = whole.logs.web?.lines[0]?.time ?? 0;
        const from = Math.floor(first / 3_600_000) * 3_600_000 + (plan.choice % plan.hours) * 3_600_000;
        const cut = withoutHour(whole, 'web', from);
        fc.pre(lossIsComparable(whole, cut));
        const after = answer(cut).people;
        for (const [id, status] of answer(whole).people) {
          if (status === 'unknown') assert.notEqual(after.get(id), 'clear', id);
        }
      }),
      { numRuns: 60, seed: SEED },
    );
  });

  it('show exactly one gap for a lost hour', () => {
    const w = withoutHour(world({ leaks: [PAGE] }), 'web', at('02:00'));
    const gaps = gapsOf(w, 'web', 'www', at('01:00'), at('05:00'));
    assert.deepEqual(gaps, [{ unit: 'www', from: at('01:59'), to: at('03:00') }]);
  });
});

/** An engine that makes no mistake, and one that makes the gravest: it takes unknown for clear. */
function standIns(): Readonly<{
  right: Run;
  wrong: Run;
  onWorld: (directory: string, world: World) => void;
}> {
  const worlds = new Map<string, World>();
  const right: Run = async (directory) => {
    const w = worlds.get(directory);
    assert.ok(w !== undefined);
    return asEngineResult(answer(w));
  };
  const wrong: Run = async (directory) => {
    const result = await right(directory);
    return { ...result, people: result.people.filter((row) => row.status !== 'unknown') };
  };
  return { right, wrong, onWorld: (directory, w) => worlds.set(directory, w) };
}

describe('properties', () => {
  const { right, wrong, onWorld } = standIns();
  const settings = { seed: SEED, runs: 12, onWorld };
  const properties = [engineEqualsOracle, layoutChangesNothing, moreLogNeverClears, lostHourNeverClears];
  for (const property of properties) {
    it(`${property.name} lets an engine pass that makes no mistake`, () => property(right, settings));
  }
  it('catch an engine that takes unknown for clear', async () => {
    await assert.rejects(engineEqualsOracle(wrong, settings));
  });
});
