import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { MONITOR } from './agents.ts';
import { Random } from './random.ts';
import type { FileTruth, ViewerName } from './types.ts';
import {
  accountAddress,
  accountAgent,
  anonymousViewer,
  crawlerViewer,
  customerId,
  DAYS,
  employeeId,
  GAP,
  isoOf,
  itemOfRank,
  LEAK,
  reviewId,
  SERVERS,
  START,
  sellerId,
  type World,
} from './world.ts';

/**
 * The web log of one server and one day, and what the page leak's truth gains by it. Each line is decided, told
 * to the tally and written in one go: the tally never looks at a log.
 */
type Class = 'account' | 'anonymous' | 'crawler' | 'seller' | 'employee' | 'own';

/** In shared memory; several threads set bytes of it to 1, none takes any back. */
export type Tally = Readonly<{
  /** By kind of viewer and person: 1 when somebody else of that kind saw the person's data. */
  seen: Readonly<Record<'account' | 'anonymous' | 'crawler', Uint8Array>>;
  /** Viewers who saw data of somebody else. */
  viewers: Readonly<Record<Exclude<Class, 'own'>, Uint8Array>>;
}>;

export function makeTally(w: World): Tally {
  const bytes = (n: number): Uint8Array => new Uint8Array(new SharedArrayBuffer(n));
  const persons = w.customers + w.strangers;
  return {
    seen: { account: bytes(persons), anonymous: bytes(persons), crawler: bytes(persons) },
    viewers: {
      account: bytes(persons),
      anonymous: bytes(w.anonymous),
      crawler: bytes(w.crawlers),
      seller: bytes(w.sellers),
      employee: bytes(w.employees),
    },
  };
}

/** A line that another leak wants in the web log, without stamp: `head` ends in `[`, `tail` begins with `]`. */
export type PlantedLine = Readonly<{ at: number; head: string; tail: string }>;
export type DayTask = Readonly<{ server: number; day: number; planted: readonly PlantedLine[] }>;
export type DayResult = Readonly<{
  files: FileTruth[];
  views: number;
  first: number;
  last: number;
  /** Views of watched persons and by watched accounts, own ones left out. */
  watched: { person: number; viewer: ViewerName; account: number }[];
  overlap: { file: string; repeats: string; lines: number } | null;
}>;

type Session = {
  class: Class;
  /** Index in its class's pool. */
  viewer: number;
  /** Whose account it is; −1 for everybody but customers and strangers. */
  person: number;
  head: string;
  tail: string;
  referer: string;
  left: number;
};

const OVERLAP = { server: 0, day: 1, hour: 15, lines: 400 };
const PAGE_SHARE = 0.06;
const SITE = 'https://www.marlow.example';
const TERMS = [
  'blue+kettle',
  'caf%C3%A9+cups',
  'rain%20jacket',
  'desk+lamp',
  'no%C3%ABl',
  '%E9%9D%B4',
  'yoga+mat',
  'usb-c',
];
const ASSETS = [
  '/static/app.6f1c.js',
  '/static/site.88aa.css',
  '/static/fonts/marlow.woff2',
  '/static/logo.svg',
  '/favicon.ico',
];
const ODD_PAGES = [
  '/reviews',
  '/reviews?sort=new',
  '/reviewsold/R100001',
  '/review/R100001',
  '/help/reviews/how-to',
];
const TWO = Array.from({ length: 60 }, (_, i) => String(i).padStart(2, '0'));
const CLOCK = Array.from({ length: 1440 }, (_, m) => `:${TWO[Math.floor(m / 60)]}:${TWO[m % 60]}:`);

export class ServerDay {
  readonly #w: World;
  readonly #tally: Tally;
  readonly #task: DayTask;
  readonly #rng: Random;
  readonly #out: LogFiles;
  readonly #pool: Session[] = [];
  readonly #watchedPersons: ReadonlySet<number>;
  readonly #watchedAccounts: ReadonlySet<number>;
  readonly #result: { -readonly [K in keyof DayResult]: DayResult[K] };
  #path = '';
  #status = 200;
  #method = 'GET';

  constructor(w: World, tally: Tally, directory: string, task: DayTask) {
    this.#w = w;
    this.#tally = tally;
    this.#task = task;
    this.#rng = new Random(w.seed, 1 + task.server, 1 + task.day);
    this.#out = new LogFiles(w, directory, task);
    this.#watchedPersons = new Set(w.watched.persons);
    this.#watchedAccounts = new Set(w.watched.accounts);
    this.#result = { files: [], views: 0, first: Infinity, last: -Infinity, watched: [], overlap: null };
  }

  /** Writes the day's files; `onLines` hears of every file that is done. */
  write(onLines: (lines: number) => void): DayResult {
    const { minutes, filesPerDay } = this.#w;
    const base = (this.#task.server * DAYS + this.#task.day) * 1440;
    const perFile = 1440 / filesPerDay;
    let planted = 0;
    for (let f = 0; f < filesPerDay; f++) {
      const counts = minutes.subarray(base + f * perFile, base + (f + 1) * perFile);
      const lines = counts.reduce((sum, n) => sum + n, 0);
      this.#out.begin(f, lines);
      for (let m = 0; m < perFile; m++) {
        const n = counts[m] as number;
        const minute = START + this.#task.day * 86400 + (f * perFile + m) * 60;
        for (let k = 0; k < n; k++) {
          const t = minute + Math.floor(((k + this.#rng.unit()) * 60) / n);
          const plantedLine = this.#task.planted[planted];
          if (plantedLine !== undefined && plantedLine.at <= t) {
            this.#out.line(
              plantedLine.at,
              `${plantedLine.head}${stampOf(plantedLine.at)}${plantedLine.tail}`,
            );
            planted++;
          } else this.#next(t);
        }
      }
      this.#out.end();
      onLines(lines);
    }
    if (planted < this.#task.planted.length)
      throw new Error(`too few lines: ${this.#task.planted.length - planted} planted lines found no place`);
    return { ...this.#result, files: this.#out.files, overlap: this.#out.overlap };
  }

  #next(now: number): void {
    const rng = this.#rng;
    const slot = rng.below(160);
    let session = this.#pool[slot];
    if (session === undefined || session.left === 0) {
      session = this.#newSession();
      this.#pool[slot] = session;
    }
    session.left--;
    let t = now;
    if (rng.chance(0.03)) {
      // Apache stamps the beginning of a request and writes at its end.
      const earlier = now - 1 - rng.below(3);
      if (!this.#isLost(earlier) && earlier >= START) t = earlier;
    }
    this.#method = 'GET';
    this.#status = 200;
    if (this.#out.mayReject && rng.chance(rejectShare(this.#w))) {
      this.#reject(t, session);
      return;
    }
    if (session.class === 'anonymous' && rng.chance(0.002)) {
      // Lines of good shape whose request is none: TLS to a plain port, and a client that never asked.
      const request = rng.chance(0.5)
        ? '"\\x16\\x03\\x01\\x02\\x00\\x01\\xFC\\x03\\x03" 400 157'
        : '"-" 408 0';
      this.#out.line(t, `${session.head}${stampOf(t)}] ${request} "-" "-"\n`);
      return;
    }
    // A line at the very end of the window would ask whether the end belongs to it.
    if (rng.chance(PAGE_SHARE) && t !== LEAK.to) this.#reviewPage(t, session);
    else this.#otherPage(session);
    const size = this.#status === 304 || this.#method === 'HEAD' ? '0' : String(400 + rng.below(60000));
    this.#out.line(
      t,
      `${session.head}${stampOf(t)}] "${this.#method} ${this.#path} HTTP/${rng.chance(0.6) ? '2.0' : '1.1'}" ${this.#status} ${size} "${session.referer}${session.tail}`,
    );
    if (this.#method === 'GET' && this.#status === 200 && session.class !== 'crawler')
      session.referer = SITE + this.#path;
  }

  #isLost(t: number): boolean {
    return this.#task.server === GAP.server && t >= GAP.from && t < GAP.to;
  }

  #newSession(): Session {
    const rng = this.#rng;
    const w = this.#w;
    const u = rng.unit();
    const left = 2 + rng.below(13);
    if (u < 0.545) return accountSession(w, rng.below(w.customers), rng.below(2), left);
    if (u < 0.55) return accountSession(w, w.customers + rng.below(w.strangers), 0, left);
    if (u < 0.85) {
      const viewer = rng.below(w.anonymous);
      const { client, userAgent } = anonymousViewer(viewer);
      const referer = rng.chance(0.4) ? 'https://www.search.example/' : '-';
      return session('anonymous', viewer, -1, client, '-', userAgent, referer, left);
    }
    if (u < 0.95) {
      const viewer = rng.below(w.crawlers);
      const { client, userAgent } = crawlerViewer(viewer);
      return session('crawler', viewer, -1, client, '-', userAgent, '-', left);
    }
    if (u < 0.98) {
      const client = `10.${rng.below(4)}.0.${2 + rng.below(6)}`;
      return session('own', 0, -1, client, '-', MONITOR, '-', left);
    }
    if (u < 0.993) {
      const viewer = rng.below(w.sellers);
      const n = 40_000_000 + viewer;
      return session(
        'seller',
        viewer,
        -1,
        accountAddress(n),
        sellerId(viewer),
        accountAgent(n, 0),
        '-',
        left,
      );
    }
    const viewer = rng.below(w.employees);
    const n = 50_000_000 + viewer;
    return session(
      'employee',
      viewer,
      -1,
      accountAddress(n),
      employeeId(viewer),
      accountAgent(n, 0),
      '-',
      left,
    );
  }

  /** Sets path, method and status of a line around reviews, and counts it if it is a view. */
  #reviewPage(t: number, by: Session): void {
    const rng = this.#rng;
    const u = rng.unit();
    const item = this.#reviewAt(t, by);
    if (item === -1 || u < 0.01) {
      // Not published, removed, or never there.
      this.#path = `/reviews/${item === -1 ? reviewId(rng.below(this.#w.reviews)) : `R${9_000_000 + rng.below(1000)}`}`;
      this.#status = 404;
      return;
    }
    const id = reviewId(item);
    this.#path = `/reviews/${id}`;
    if (u < 0.05) this.#status = 304;
    else if (u < 0.07) this.#method = 'HEAD';
    else if (u < 0.08) this.#status = 301;
    else if (u < 0.09) this.#status = rng.chance(0.5) ? 500 : 503;
    else if (u < 0.095) {
      this.#method = 'POST';
      this.#status = 303;
    } else if (u < 0.105) this.#path = `/reviews/${id}/photos`;
    else if (u < 0.11) this.#path = `/p/P${rng.below(9000)}/reviews/${id}`;
    else if (u < 0.115) this.#path = `/login?next=/reviews/${id}`;
    else {
      if (u < 0.125) this.#method = 'POST';
      this.#path = this.#writtenPath(id);
      this.#count(t, item, by);
    }
  }

  /** One page, as clients write it: with a query, a slash at the end, or letters percent-encoded. */
  #writtenPath(id: string): string {
    const v = this.#rng.unit();
    if (v < 0.04) return `/reviews/${id}?utm_source=newsletter&utm_campaign=nov`;
    if (v < 0.08) return `/reviews/${id}?lang=de&back=/reviews/R100000`;
    if (v < 0.11) return `/reviews/${id}/`;
    if (v < 0.12) return `/reviews/%52${id.slice(1)}`;
    if (v < 0.13) return `/%72evie%77s/${id}`;
    if (v < 0.135) return `/reviews/${id}/?page=2`;
    return `/reviews/${id}`;
  }

  /** A review that stands there, a minute's safety at both ends; −1 when luck finds none. */
  #reviewAt(t: number, by: Session): number {
    const w = this.#w;
    const rng = this.#rng;
    if (by.person >= 0 && rng.chance(0.05)) {
      const own = w.firstReview[by.person] as number;
      if (own >= 0 && this.#stands(own, t)) return own;
    }
    for (let i = 0; i < 4; i++) {
      const u = rng.unit();
      const item = itemAt(w, Math.floor(u * u * u * w.reviews));
      if (this.#stands(item, t)) return item;
    }
    return -1;
  }

  #stands(item: number, t: number): boolean {
    const removed = this.#w.removed[item] as number;
    return (this.#w.published[item] as number) + 60 <= t && (removed === 0 || t < removed - 60);
  }

  #count(t: number, item: number, by: Session): void {
    if (t < LEAK.from || t >= LEAK.to || by.class === 'own') return;
    const person = this.#w.reviewPerson[item] as number;
    if (by.person === person) return;
    const r = this.#result;
    r.views++;
    if (t < r.first) r.first = t;
    if (t > r.last) r.last = t;
    const kind = by.class === 'anonymous' || by.class === 'crawler' ? by.class : 'account';
    this.#tally.seen[kind][person] = 1;
    this.#tally.viewers[by.class][by.viewer] = 1;
    if (this.#watchedPersons.has(person) || (by.person >= 0 && this.#watchedAccounts.has(by.person)))
      r.watched.push({ person, viewer: viewerName(this.#w, by), account: by.person });
  }

  #otherPage(by: Session): void {
    const rng = this.#rng;
    if (by.class === 'own') {
      this.#path = rng.chance(0.7) ? '/health' : '/';
      return;
    }
    const u = rng.unit();
    const product = (): string => `P${10000 + rng.below(20 + (this.#w.customers >> 2))}`;
    if (u < 0.34) this.#path = `/p/${product()}${rng.chance(0.2) ? `?variant=${rng.below(9)}&ref=list` : ''}`;
    else if (u < 0.52) this.#path = `/images/${product()}-${rng.below(6)}.webp`;
    else if (u < 0.62) this.#path = rng.of(ASSETS);
    else if (u < 0.74) this.#path = `/search?q=${rng.of(TERMS)}&page=${1 + rng.below(4)}`;
    else if (u < 0.84) this.#path = `/c/${rng.below(40)}/${rng.below(12)}`;
    else if (u < 0.88) this.#path = '/';
    else if (u < 0.885) this.#path = rng.of(ODD_PAGES);
    else if (u < 0.95) this.#path = `/api/v2/${rng.chance(0.5) ? 'recommend' : 'stock'}/${product()}`;
    else {
      this.#method = 'POST';
      this.#path = rng.chance(0.5) ? '/cart' : '/api/v2/events';
    }
    const v = rng.unit();
    if (v < 0.02) this.#status = 404;
    else if (v < 0.05) this.#status = 304;
    else if (v < 0.065) this.#status = 301;
    else if (v < 0.069) this.#status = 500;
    else if (v < 0.08) this.#method = 'HEAD';
  }

  /** Something that is no line of this log: none of it counts, and all of it must be reported. */
  #reject(t: number, by: Session): void {
    const rng = this.#rng;
    const u = rng.unit();
    if (u < 0.4) {
      let bytes = '\x16\x03\x01';
      for (let i = 60 + rng.below(160); i > 0; i--) bytes += String.fromCharCode(128 + rng.below(128));
      this.#out.rejected(`${bytes}\n`);
    } else if (u < 0.7)
      this.#out.rejected(`${by.head}${stampOf(t)}] "GET /reviews/${reviewId(rng.below(50))}\n`);
    else if (u < 0.85)
      this.#out.rejected(`${by.head}39/Nov/2025:25:61:00 +0000] "GET / HTTP/1.1" 200 512 "-${by.tail}`);
    else this.#out.rejected('AH00112: Warning: DocumentRoot [/srv/www/none] does not exist\n');
  }
}

/** Enough to be met in a small log, few enough to stay a nuisance in a large one. */
function rejectShare(w: World): number {
  return Math.max(1 / 25_000, Math.min(1 / 1000, 24 / w.lines));
}

function accountSession(w: World, person: number, device: number, left: number): Session {
  return session(
    'account',
    person,
    person,
    accountAddress(person * 2 + device),
    customerId(w, person),
    accountAgent(person, device),
    '-',
    left,
  );
}

function session(
  kind: Class,
  viewer: number,
  person: number,
  client: string,
  user: string,
  userAgent: string,
  referer: string,
  left: number,
): Session {
  return {
    class: kind,
    viewer,
    person,
    head: `${client} - ${user} [`,
    tail: `" "${userAgent}"\n`,
    referer,
    left,
  };
}

function viewerName(w: World, by: Session): ViewerName {
  if (by.class === 'anonymous') return anonymousViewer(by.viewer);
  if (by.class === 'crawler') return crawlerViewer(by.viewer);
  if (by.class === 'seller') return sellerId(by.viewer);
  if (by.class === 'employee') return employeeId(by.viewer);
  return customerId(w, by.person);
}

let ranked: Int32Array | undefined;
/** `itemOfRank` from a table: a multiplication of big integers a line would cost more than the line. */
function itemAt(w: World, rank: number): number {
  if (ranked?.length !== w.reviews)
    ranked = Int32Array.from({ length: w.reviews }, (_, r) => itemOfRank(w, r));
  return ranked[rank] as number;
}

let stampedAt = -1;
let stamp = '';
export function stampOf(t: number): string {
  if (t !== stampedAt) {
    const day = Math.floor((t - START) / 86400);
    const second = t - START - day * 86400;
    stamp = `${18 + day}/Nov/2025${CLOCK[Math.floor(second / 60)]}${TWO[second % 60]} +0000`;
    stampedAt = t;
  }
  return stamp;
}

/** The files of one server and day, one at a time, with what is planted in the files themselves. */
class LogFiles {
  readonly files: FileTruth[] = [];
  overlap: DayResult['overlap'] = null;
  readonly #w: World;
  readonly #directory: string;
  readonly #task: DayTask;
  readonly #chunk = Buffer.allocUnsafe(1 << 20);
  #used = 0;
  #kept: Buffer[] = [];
  #fd = -1;
  #path = '';
  #left = 0;
  #lines = 0;
  #rejected = 0;
  #first = Infinity;
  #last = -Infinity;
  /** The last lines of the file that its successor repeats. */
  #tail: { t: number; line: string }[] = [];
  #tailFrom = 0;
  #cutsLast = false;

  constructor(w: World, directory: string, task: DayTask) {
    this.#w = w;
    this.#directory = directory;
    this.#task = task;
  }

  /** No broken lines where files overlap or end: each of those is a case of its own. */
  get mayReject(): boolean {
    return this.#left > OVERLAP.lines + 1;
  }

  begin(file: number, lines: number): void {
    const { server, day } = this.#task;
    const hour = (24 / this.#w.filesPerDay) * file;
    const name = SERVERS[server] as string;
    const zipped = day === 0 ? '.gz' : '';
    const previous = this.#path;
    this.#path = `logs/web/${name}/${name}-${isoOf(START + day * 86400 + hour * 3600).slice(0, 13)}.log${zipped}`;
    this.#left = lines;
    this.#lines = 0;
    this.#rejected = 0;
    this.#first = Infinity;
    this.#last = -Infinity;
    this.#cutsLast = server === 0 && day === DAYS - 1 && file === this.#w.filesPerDay - 1;
    if (!zipped) {
      const absolute = join(this.#directory, this.#path);
      mkdirSync(dirname(absolute), { recursive: true });
      this.#fd = openSync(absolute, 'w');
    }
    const repeated = this.#tail;
    this.#tail = [];
    this.#tailFrom = 0;
    if (repeated.length >= 100) {
      this.#left += repeated.length;
      for (const { t, line } of repeated) this.line(t, line);
      this.overlap = { file: this.#path, repeats: previous, lines: repeated.length };
    }
    const isRepeatedNext =
      server === OVERLAP.server &&
      day === OVERLAP.day &&
      hour + 24 / this.#w.filesPerDay === repeatHour(this.#w);
    if (isRepeatedNext) this.#tailFrom = Math.min(OVERLAP.lines, Math.floor(lines / 2));
  }

  line(t: number, line: string): void {
    this.#left--;
    if (this.#cutsLast && this.#left === 0) {
      this.#rejected++;
      this.#put(line.slice(0, line.indexOf('"') + 9));
      return;
    }
    if (t < this.#first) this.#first = t;
    if (t > this.#last) this.#last = t;
    if (this.#left < this.#tailFrom) this.#tail.push({ t, line });
    this.#put(line);
  }

  rejected(line: string): void {
    this.#left--;
    this.#rejected++;
    this.#put(line);
  }

  end(): void {
    this.#flush();
    if (this.#fd >= 0) closeSync(this.#fd);
    else {
      const absolute = join(this.#directory, this.#path);
      mkdirSync(dirname(absolute), { recursive: true });
      const fd = openSync(absolute, 'w');
      writeSync(fd, gzipSync(Buffer.concat(this.#kept), { level: 1 }));
      closeSync(fd);
      this.#kept = [];
    }
    this.#fd = -1;
    this.files.push({
      path: this.#path,
      lines: this.#lines,
      rejected: this.#rejected,
      first: this.#first === Infinity ? null : isoOf(this.#first),
      last: this.#last === -Infinity ? null : isoOf(this.#last),
    });
  }

  #put(line: string): void {
    this.#lines++;
    if (this.#used + line.length > this.#chunk.length) this.#flush();
    this.#used += this.#chunk.write(line, this.#used, 'latin1');
  }

  #flush(): void {
    const filled = this.#chunk.subarray(0, this.#used);
    if (this.#fd >= 0) for (let at = 0; at < filled.length; ) at += writeSync(this.#fd, filled, at);
    else this.#kept.push(Buffer.from(filled));
    this.#used = 0;
  }
}

/** 15:00, or the first file that begins after it. */
function repeatHour(w: World): number {
  const step = 24 / w.filesPerDay;
  return Math.ceil(OVERLAP.hour / step) * step;
}
