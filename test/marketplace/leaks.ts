import type { LeakKind } from '@forthright/contract';
import { MONITOR } from './agents.ts';
import { planCache } from './cache.ts';
import { csvOf } from './files.ts';
import { type LeakPlan, NOTHING } from './plan.ts';
import { hashOf, Random } from './random.ts';
import {
  accountAddress,
  accountAgent,
  anonymousViewer,
  customerId,
  customerOf,
  DAYS,
  emailOf,
  employeeId,
  isoOf,
  LEAK,
  START,
  sellerId,
  type World,
} from './world.ts';

export function planLeak(w: World, kind: Exclude<LeakKind, 'page'>): LeakPlan {
  switch (kind) {
    case 'shared-cache':
      return planCache(w);
    case 'access':
      return planAccess(w);
    case 'export':
      return planExport(w);
    case 'mailing':
      return planMailing(w);
    case 'url':
      return planUrl(w);
    case 'list':
      return planList(w);
  }
}

const instant = (t: number): string => isoOf(t).replace('.000Z', 'Z');

export function workspaceFile(kinds: readonly LeakKind[]): string {
  const cdn = `    cdn:
      at: "logs/cdn/*.jsonl"
      format: jsonl
      columns: { time: ts, duration: seconds, host: host, method: method, path: uri, status: status, client: ip, userAgent: ua, session: sid, cacheStatus: cache_status, cache: server }
`;
  const admin = `    admin:
      at: "logs/admin/*.jsonl"
      format: jsonl
      columns: { time: ts, viewer: employee_id, action: action, person: customer_id, client: ip }
`;
  return `organisation:
  name: Marlow Market
  legalName: Marlow Market S.à r.l.
  country: LU
  contactPoint: { name: Data Protection Office, email: privacy@marlow.example, phone: "+352 20 00 00" }
  annualTurnover: { amount: 1200000000, currency: EUR }
  domains: [marlow.example]
  branches:
    - { country: GB, legalName: Marlow Market UK Ltd, contactPoint: { email: privacy@marlow-uk.example } }
  own: { networks: [10.0.0.0/8], userAgents: ["MarlowMonitor/*"] }
sources:
  customers:
    at: data/customers.csv.gz
    columns: { id: customer_id, email: email, name: full_name, country: country, region: state, language: language, phone: phone, address: [street, postcode, city] }
  references:
    reviews: { at: data/reviews.csv.gz, key: review_id, person: customer_id, from: published_at, to: removed_at }
  sessions: { at: data/sessions.csv.gz, key: session_id, viewer: customer_id }
  employees: { at: data/employees.csv, columns: { id: employee_id, team: team, kind: kind } }
  sellers: { at: data/sellers.csv, columns: { id: seller_id, name: shop_name, country: country } }
  logs:
    web: { at: ["logs/web/*/*.log.gz", "logs/web/*/*.log"], format: combined }
${kinds.includes('shared-cache') ? cdn : ''}${kinds.includes('access') ? admin : ''}engines: {}
`;
}

export const pageIncident = (): string => `title: Review pages showed reviewers' names and e-mail addresses
aware: 2025-11-20T14:05:00Z
cause: { kind: technical-error, summary: A template change printed the author record in full. }
contained: { at: 2025-11-20T15:30:00Z, summary: "Template rolled back, caches purged." }
leaks:
  - id: review-pages
    kind: page
    log: web
    from: ${instant(LEAK.from)}
    to: ${instant(LEAK.to)}
    path: /reviews/{reviews}
    status: [200]
    fields: [name, email]
`;

/** The accounts behind which no other account has the same address. */
const hasAddressAlone = (person: number): boolean => ![16, 17, 18].includes(person % 53);

/** Two people from support, one of them a contractor, look up customers whom no case of theirs concerns. */
function planAccess(w: World): LeakPlan {
  const rng = new Random(w.seed, 201);
  const suspects = [7, 5];
  const count = Math.max(12_000, Math.min(100_000, Math.floor(w.lines / 50)));
  const days: string[][] = Array.from({ length: DAYS }, () => []);
  const exposed = new Set<number>();
  let views = 0;
  let first = Infinity;
  let last = -Infinity;
  for (let i = 0; i < count; i++) {
    const ms = Math.floor(((i + rng.unit()) * DAYS * 86_400_000) / count);
    const t = START * 1000 + ms;
    const employee = rng.chance(0.06) ? rng.of(suspects) : rng.below(w.employees);
    const u = rng.unit();
    const action =
      u < 0.3 ? 'view_contact' : u < 0.8 ? 'view_order' : u < 0.95 ? 'edit_order' : 'export_contact';
    const person = rng.chance(0.01) ? w.customers + rng.below(w.strangers) : rng.below(w.customers);
    days[Math.floor(ms / 86_400_000)]?.push(
      JSON.stringify({
        ts: new Date(t).toISOString(),
        employee_id: employeeId(employee),
        action,
        customer_id: customerId(w, person),
        ip: accountAddress(50_000_000 + employee),
      }),
    );
    const isInWindow = t >= LEAK.from * 1000 && t < LEAK.to * 1000;
    if (!isInWindow || !suspects.includes(employee) || !action.endsWith('_contact')) continue;
    exposed.add(person);
    views++;
    first = Math.min(first, t);
    last = Math.max(last, t);
  }
  return {
    kind: 'access',
    incident: `title: Support staff looked up customers without a case
aware: 2025-11-21T09:00:00Z
cause: { kind: insider, summary: Contact records were opened that no open case concerns. }
leaks:
  - id: look-ups
    kind: access
    log: admin
    from: ${instant(LEAK.from)}
    to: ${instant(LEAK.to)}
    viewers: [${suspects.map(employeeId).join(', ')}]
    actions: [view_contact, export_contact]
    fields: [name, email, phone, address]
`,
    files: days.map((lines, day) => ({
      path: `logs/admin/support-${isoOf(START + day * 86400).slice(0, 10)}.jsonl`,
      text: `${lines.join('\n')}\n`,
    })),
    web: [],
    planted: {
      ...NOTHING,
      exposed,
      recipients: { employee: 1, contractor: 1 },
      views,
      first: new Date(first).toISOString(),
      last: new Date(last).toISOString(),
    },
  };
}

/** A line for the web log that stands where `at` says. */
function webLine(
  at: number,
  server: number,
  who: Readonly<{ client: string; user: string; userAgent: string }>,
  request: string,
  status: number,
): LeakPlan['web'][number] {
  return {
    server,
    day: Math.floor((at - START) / 86400),
    line: {
      at,
      head: `${who.client} - ${who.user} [`,
      tail: `] "${request} HTTP/1.1" ${status} ${status === 200 ? 18_204 : 0} "-" "${who.userAgent}"\n`,
    },
  };
}

const account = (n: number, user: string): { client: string; user: string; userAgent: string } => ({
  client: accountAddress(n),
  user,
  userAgent: accountAgent(n, 0),
});

/** A file for the marketing team lay behind a link; sellers and others fetched it. */
function planExport(w: World): LeakPlan {
  const rng = new Random(w.seed, 202);
  const from = START + 2 * 86400 + 6 * 3600;
  const to = from + 6 * 3600;
  const persons = sample(rng, w.customers, Math.min(5000, Math.floor(w.customers / 20)));
  const strangers = Array.from({ length: 4 }, (_, i) => w.customers + i);
  const anyone = [...persons, ...strangers];
  const rows = anyone.map((p) => [
    customerId(w, p),
    p < w.customers ? emailOf(w, p) : `former${p - w.customers}@post.example`,
    String(20 + (hashOf(w.seed, 80, p) % 900)),
  ]);
  const outside = persons.includes(0) ? (persons.find((_, i) => !persons.includes(i)) ?? 1) : 0;
  const fetchers: (readonly [Parameters<typeof webLine>[2], times: number])[] = [
    [account(40_000_003, sellerId(3)), 3],
    [account(40_000_008, sellerId(8)), 1],
    [account(40_000_011, sellerId(11)), 2],
    [account(50_000_004, employeeId(4)), 1],
    [account((persons[0] as number) * 2, customerId(w, persons[0] as number)), 2],
    [account(outside * 2, customerId(w, outside)), 1],
    [{ ...anonymousViewer(21), user: '-' }, 2],
    [{ ...anonymousViewer(22), user: '-' }, 1],
  ];
  const get = 'GET /exports/christmas-customers.csv';
  const web: LeakPlan['web'][number][] = [];
  const times: number[] = [];
  for (const [who, count] of fetchers)
    for (let i = 0; i < count; i++) {
      const at = from + 60 + rng.below(to - from - 120);
      times.push(at);
      web.push(webLine(at, rng.below(w.servers), who, get, i === 1 ? 206 : 200));
    }
  const monitor = { client: '10.1.0.4', user: '-', userAgent: MONITOR };
  const late = account(40_000_009, sellerId(9));
  web.push(
    webLine(from + 900, 0, monitor, get, 200),
    webLine(from + 1800, 0, late, get.replace('GET', 'HEAD'), 200),
    webLine(from + 2700, 1, late, get, 404),
    webLine(to + 1200, 1, late, get, 200),
    webLine(from - 1200, 0, account(40_000_010, sellerId(10)), get, 200),
  );
  return {
    kind: 'export',
    incident: `title: A customer export could be fetched without permission
aware: 2025-11-20T12:30:00Z
cause: { kind: technical-error, summary: The export folder had lost its access rule. }
leaks:
  - id: christmas-export
    kind: export
    log: web
    from: ${instant(from)}
    to: ${instant(to)}
    path: /exports/christmas-customers.csv
    people: { at: data/christmas-customers.csv, id: customer_id }
    fields: [email]
`,
    files: [{ path: 'data/christmas-customers.csv', text: csvOf('customer_id,email,spent', rows) }],
    web,
    planted: {
      ...NOTHING,
      exposed: new Set(anyone),
      recipients: { seller: 3, employee: 1, customer: 2, anonymous: 2 },
      views: times.length,
      first: isoOf(Math.min(...times)),
      last: isoOf(Math.max(...times)),
    },
  };
}

/** One mail to sixty people who could all read each other's address. */
function planMailing(w: World): LeakPlan {
  const rng = new Random(w.seed, 203);
  const persons = sample(rng, w.customers, 400).filter(hasAddressAlone).slice(0, 55);
  const guests = Array.from({ length: 5 }, (_, i) => `visitor${i}@elsewhere.example`);
  const boxes = [
    ...persons.map((p, i) => mailbox(i % 3 === 0 ? '' : customerOf(w, p).name, emailOf(w, p), i)),
    ...guests,
  ];
  const to = boxes.filter((_, i) => i % 4 !== 3);
  // One address stands in both, written another way.
  const cc = [...boxes.filter((_, i) => i % 4 === 3), guests[0]?.toUpperCase() as string];
  const eml = [
    'From: Marlow Market <news@marlow.example>',
    `To: ${to.join(',\r\n ')}`,
    `Cc: ${cc.join(',\r\n ')}`,
    'Subject: Your test panel invitation',
    'Date: Tue, 18 Nov 2025 09:12:44 +0000',
    'Message-ID: <panel-7@marlow.example>',
    'MIME-Version: 1.0',
    'Content-Type: text/plain; charset=utf-8',
    'Content-Transfer-Encoding: 8bit',
    '',
    'Thank you for joining our test panel.',
    '',
  ].join('\r\n');
  return {
    kind: 'mailing',
    incident: `title: An invitation showed all recipients' addresses
aware: 2025-11-18T10:00:00Z
cause: { kind: human-error, summary: Recipients were put in To and Cc. }
leaks:
  - id: panel-invitation
    kind: mailing
    eml: mail/mailing.eml
    sentAt: 2025-11-18T09:12:44Z
    fields: [name, email]
`,
    files: [{ path: 'mail/mailing.eml', text: eml }],
    web: [],
    planted: {
      ...NOTHING,
      exposed: new Set(persons),
      unidentified: new Set(guests),
      recipients: { customer: persons.length, thirdParty: guests.length },
      unknownAccounts: null,
    },
  };
}

function mailbox(name: string, email: string, i: number): string {
  if (name === '') return email;
  if (/^[\x20-\x7e]+$/.test(name)) return i % 2 === 0 ? `"${name}" <${email}>` : `${name} <${email}>`;
  return `=?UTF-8?B?${Buffer.from(name).toString('base64')}?= <${email}>`;
}

/** The thank-you page carried the buyer's address in its own, and two services were told that address. */
function planUrl(w: World): LeakPlan {
  const rng = new Random(w.seed, 204);
  const from = LEAK.from;
  const to = from + 86400;
  const count = Math.max(80, Math.min(5000, Math.floor(w.lines / 1500)));
  const web: LeakPlan['web'][number][] = [];
  const exposed = new Set<number>();
  const unidentified = new Set<string>();
  const times: number[] = [];
  for (let i = 0; i < count; i++) {
    // Some before the window and some after, all before the silent server falls silent.
    const at = START + 1800 + Math.floor(((i + rng.unit()) * 31 * 3600) / count);
    const person = rng.below(w.customers);
    const isGuest = rng.chance(0.05) || !hasAddressAlone(person);
    const email = isGuest ? `guest${rng.below(1_000_000)}@post.example` : emailOf(w, person);
    const u = rng.unit();
    const method = u < 0.02 ? 'HEAD' : 'GET';
    const status = u > 0.97 ? 500 : u > 0.95 ? 302 : 200;
    const written = writtenAddress(email, rng);
    const order = `order=M${100_000 + i}`;
    const path = rng.chance(0.5)
      ? `/orders/thanks?${order}&email=${written}`
      : `/orders/thanks?email=${written}&${order}`;
    const who = isGuest ? { ...anonymousViewer(i), user: '-' } : account(person * 2, customerId(w, person));
    web.push(webLine(at, rng.below(w.servers), who, `${method} ${path}`, status));
    if (method !== 'GET' || status !== 200 || at < from || at >= to) continue;
    times.push(at);
    if (isGuest) unidentified.add(email);
    else exposed.add(person);
  }
  return {
    kind: 'url',
    incident: `title: Thank-you pages passed buyers' addresses on
aware: 2025-11-19T08:00:00Z
cause: { kind: technical-error, summary: The page's own address held the buyer's e-mail address. }
leaks:
  - id: thank-you-pages
    kind: url
    log: web
    from: ${instant(from)}
    to: ${instant(to)}
    path: "/orders/thanks?email={customers.email}"
    status: [200]
    passedTo: [pixel.adnet.example, stats.metrics.example]
    fields: [email]
`,
    files: [],
    web,
    planted: {
      ...NOTHING,
      exposed,
      unidentified,
      recipients: { thirdParty: 2 },
      unknownAccounts: null,
      views: times.length,
      first: isoOf(Math.min(...times)),
      last: isoOf(Math.max(...times)),
    },
  };
}

function writtenAddress(email: string, rng: Random): string {
  const isPlain = /^[\x20-\x7e]+$/.test(email);
  const written = encodeURIComponent(isPlain && rng.chance(0.05) ? email.toUpperCase() : email);
  return rng.chance(0.2) ? written.replace('%40', '@') : written;
}

/** A list that somebody offered for sale. */
function planList(w: World): LeakPlan {
  const rng = new Random(w.seed, 205);
  const persons = sample(rng, w.customers, Math.min(800, Math.floor(w.customers / 10)));
  const strangers = [0, 1, 2].map((i) => w.customers + i);
  const rows = [...persons, ...strangers, ...persons.slice(0, 2)].map((p) => [
    customerId(w, p),
    p < w.customers ? customerOf(w, p).name : 'Former Customer',
  ]);
  return {
    kind: 'list',
    incident: `title: A list of customers was offered for sale
aware: 2025-11-22T16:20:00Z
cause: { kind: insider, summary: A seller handed over a list that had been offered to them. }
leaks:
  - id: offered-list
    kind: list
    people: { at: data/offered-list.csv, id: customer_id }
    recipients: [{ id: ${sellerId(7)}, class: seller }]
    at: 2025-11-19T12:00:00Z
    fields: [name]
`,
    files: [{ path: 'data/offered-list.csv', text: csvOf('customer_id,full_name', rows) }],
    web: [],
    planted: {
      ...NOTHING,
      exposed: new Set([...persons, ...strangers]),
      recipients: { seller: 1 },
    },
  };
}

/** Distinct persons, in the order they were drawn. */
function sample(rng: Random, among: number, count: number): number[] {
  const drawn = new Set<number>();
  while (drawn.size < count) drawn.add(rng.below(among));
  return [...drawn];
}
