import { CRAWLERS, MONITOR } from './agents.ts';
import { sessionCount, sessionCustomer, sessionId } from './directory.ts';
import { type LeakPlan, NOTHING } from './plan.ts';
import { Random } from './random.ts';
import { accountAddress, accountAgent, anonymousViewer, isoOf, START, type World } from './world.ts';

/**
 * Account pages in a cache that answered everybody with the page of whoever had asked last. Every cache keeps
 * its own copy of each address. Milliseconds; a request's moment is its end, its stamp its beginning.
 */
const FROM = (START + 2 * 3600) * 1000;
const TO = (START + 22 * 3600) * 1000;
const CACHES = ['fra-1', 'fra-2', 'ams-1', 'ams-2'];
const HOSTS = ['www.marlow.example', 'm.marlow.example'];
const PAGES = ['/account/overview', '/account/overview?lang=de', '/account/overview?lang=fr'];

type Viewer = Readonly<{ person: number; sid: string | null; ip: string; ua: string; key: string }>;
type Line = Readonly<{ end: number; text: string }>;

class CachePlan {
  readonly exposed = new Set<number>();
  readonly maybe = new Set<number>();
  readonly byAccount = new Set<number>();
  readonly recipients = { customer: new Set<string>(), anonymous: new Set<string>() };
  readonly lines: Line[] = [];
  readonly #w: World;
  readonly #rng: Random;
  /** Viewers who have seen somebody else's page for certain; only they meet a page that may be anyone's. */
  readonly #certain: Viewer[] = [];
  views = 0;
  first = Infinity;
  last = -Infinity;

  constructor(w: World) {
    this.#w = w;
    this.#rng = new Random(w.seed, 206);
  }

  customer(): Viewer {
    const s = this.#rng.below(sessionCount(this.#w));
    const person = sessionCustomer(this.#w, s);
    const sid = sessionId(this.#w, s);
    return {
      person,
      sid,
      ip: accountAddress(person * 2 + (s & 1)),
      ua: accountAgent(person, s & 1),
      key: String(person),
    };
  }

  stranger(): Viewer {
    const index = this.#rng.below(this.#w.anonymous);
    const { client, userAgent } = anonymousViewer(index);
    return { person: -1, sid: null, ip: client, ua: userAgent, key: `${client} ${userAgent}` };
  }

  /** Writes one line. `took` moves the stamp back, so that stamps alone give another order than ends. */
  line(
    at: Readonly<{ end: number; took: number; cache: string; host: string; uri: string }>,
    by: Viewer,
    cacheStatus: string,
    status = 200,
    method = 'GET',
  ): void {
    const text = JSON.stringify({
      ts: new Date(at.end - at.took).toISOString(),
      seconds: at.took / 1000,
      server: at.cache,
      pop: at.cache.slice(0, 3).toUpperCase(),
      host: at.host,
      method,
      uri: at.uri,
      status,
      cache_status: cacheStatus,
      ip: by.ip,
      ua: by.ua,
      sid: by.sid,
    });
    this.lines.push({ end: at.end, text });
  }

  /** `shown` are the persons whose page this may have been. */
  show(shown: ReadonlySet<number>, by: Viewer, start: number): void {
    if (shown.size > 1) {
      for (const person of shown) if (person !== by.person) this.maybe.add(person);
      return;
    }
    for (const person of shown) {
      if (person === by.person) continue;
      this.exposed.add(person);
      this.views++;
      if (by.person >= 0) this.byAccount.add(person);
      this.recipients[by.person >= 0 ? 'customer' : 'anonymous'].add(by.key);
      if (by.person >= 0) this.#certain.push(by);
      this.first = Math.min(this.first, start);
      this.last = Math.max(this.last, start);
    }
  }

  /** The life of one address in one cache, where it is always clear whose page lies there. */
  clearKey(cache: string, host: string, uri: string, events: number): void {
    const rng = this.#rng;
    let filler = this.customer();
    const step = Math.floor((TO - FROM) / events);
    for (let i = 0; i < events; i++) {
      const end = FROM + i * step + 6000 + rng.below(step - 12_000);
      const at = { end, took: 15 + rng.below(300), cache, host, uri };
      const u = rng.unit();
      if (i === 0 || u < 0.2) {
        filler = this.customer();
        this.line(at, filler, i === 0 || u < 0.12 ? 'MISS' : 'EXPIRED');
      } else if (u < 0.23) this.line(at, this.stranger(), 'BYPASS', 302);
      else if (u < 0.25) this.line(at, this.stranger(), 'HIT', 200, 'HEAD');
      else if (u < 0.28) this.line(at, { ...this.stranger(), ip: '10.2.0.9', ua: MONITOR }, 'HIT');
      else {
        const by = u < 0.33 ? filler : u < 0.55 ? this.stranger() : this.customer();
        this.line(at, by, 'HIT');
        this.show(new Set([filler.person]), by, end - at.took);
        if (u > 0.9) filler = this.#slowFill(at, filler);
      }
    }
  }

  /** A fill that began before a hit and ended after it: the hit still showed the page before. */
  #slowFill(
    at: Readonly<{ end: number; took: number; cache: string; host: string; uri: string }>,
    before: Viewer,
  ): Viewer {
    const filler = this.customer();
    const by = this.customer();
    this.line({ ...at, end: at.end + 2000, took: 40 }, by, 'HIT');
    this.show(new Set([before.person]), by, at.end + 2000 - 40);
    this.line({ ...at, end: at.end + 2100, took: 1900 }, filler, 'MISS');
    return filler;
  }

  /** Where it can't be told whose page was shown: stale answers, revalidations, and fills that end together. */
  doubtfulKey(cache: string, host: string, uri: string): void {
    const known = (): Viewer => this.#rng.of(this.#certain);
    const fresh = (): Viewer => this.customer();
    let end = FROM + 7_200_000;
    const moment = (): number => {
      end += 60_000;
      return end;
    };
    const at = (): { end: number; took: number; cache: string; host: string; uri: string } => ({
      end: moment(),
      took: 20 + this.#rng.below(100),
      cache,
      host,
      uri,
    });
    const fill = (by: Viewer): void => this.line(at(), by, 'MISS');
    const hit = (shown: readonly Viewer[]): void => {
      const by = known();
      const request = at();
      this.line(request, by, 'HIT');
      this.show(new Set(shown.map((v) => v.person)), by, request.end - request.took);
    };
    for (let round = 0; round < 6; round++) {
      const [a, b] = [fresh(), known()];
      fill(a);
      this.line(at(), b, round % 2 === 0 ? 'STALE' : 'REVALIDATED');
      // By one reading b saw a's page, by the other their own; after it either may lie there.
      if (a.person !== b.person) this.maybe.add(a.person);
      if (round % 3 !== 0) hit([a, b]);
      const [c, d] = [fresh(), fresh()];
      const together = at();
      this.line(together, c, 'MISS');
      this.line(together, d, 'EXPIRED');
      hit([c, d]);
      const e = fresh();
      fill(e);
      hit([e]);
    }
  }

  /** What such a log is full of, from before the window until after it. */
  background(count: number): void {
    const rng = this.#rng;
    for (let i = 0; i < count; i++) {
      const end = START * 1000 + 1000 + Math.floor(((i + rng.unit()) * 86_398_000) / count);
      const by = rng.chance(0.05) ? { ...this.stranger(), ua: rng.of(CRAWLERS) } : this.stranger();
      const uri = `/static/${rng.below(400)}.js`;
      const host = rng.of(HOSTS);
      this.line(
        { end, took: 2 + rng.below(40), cache: rng.of(CACHES), host, uri },
        by,
        rng.chance(0.9) ? 'HIT' : 'MISS',
      );
    }
  }
}

export function planCache(w: World): LeakPlan {
  const plan = new CachePlan(w);
  const keys = CACHES.flatMap((c) => HOSTS.flatMap((h) => PAGES.map((p) => [c, h, p] as const)));
  const doubtful = keys.splice(-2);
  const events = Math.max(30, Math.min(600, Math.floor(w.customers / 300)));
  for (const [cache, host, uri] of keys) plan.clearKey(cache, host, uri, events);
  for (const [cache, host, uri] of doubtful) plan.doubtfulKey(cache, host, uri);
  plan.background(Math.max(12_000, Math.min(60_000, Math.floor(w.lines / 80))));
  const onlyAnonymous = [...plan.exposed].filter((p) => !plan.byAccount.has(p)).length;
  const lines = plan.lines.sort((a, b) => a.end - b.end || (a.text < b.text ? -1 : 1));
  return {
    kind: 'shared-cache',
    incident: `title: Account pages were served to others from the cache
aware: 2025-11-18T21:40:00Z
cause: { kind: technical-error, summary: A cache rule covered account pages. }
contained: { at: ${isoOf(TO / 1000).replace('.000Z', 'Z')}, summary: "Rule removed, caches purged." }
leaks:
  - id: account-pages
    kind: shared-cache
    log: cdn
    from: ${isoOf(FROM / 1000).replace('.000Z', 'Z')}
    to: ${isoOf(TO / 1000).replace('.000Z', 'Z')}
    path: /account/overview
    status: [200]
    fields: [name, email, address]
`,
    files: [{ path: 'logs/cdn/edge-2025-11-18.jsonl', text: `${lines.map((l) => l.text).join('\n')}\n` }],
    web: [],
    planted: {
      ...NOTHING,
      exposed: plan.exposed,
      maybe: plan.maybe,
      possiblySelf: onlyAnonymous,
      onlyWithoutAccount: onlyAnonymous,
      recipients: { customer: plan.recipients.customer.size, anonymous: plan.recipients.anonymous.size },
      views: plan.views,
      first: new Date(plan.first).toISOString(),
      last: new Date(plan.last).toISOString(),
    },
  };
}
