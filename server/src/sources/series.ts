/** The place of a file in its series: the number or the date in its name. */
export type RotationOrder =
  | Readonly<{ kind: 'number'; value: number }>
  | Readonly<{ kind: 'month' | 'day' | 'hour' | 'minute'; value: string; part?: number }>;

export type SeriesName = Readonly<{ series: string; order: RotationOrder | null }>;

/**
 * Splits a path into its series and the file's place in it. The rule, applied to folders and then to the name:
 *
 * 1. A compression suffix (`.gz`, `.zst`, `.bz2`, `.xz`) goes.
 * 2. Dates go, alone or with hour, minute and second, however they are joined: `20251118`, `2025-11-18T06`,
 *    `2025-11-18_06-05-00`, `18-Nov-2025`, `202511`; IIS's `u_ex251118` and `u_ex25111806`; ten digits that are
 *    seconds since 1970 (Apache's rotatelogs). A date must be a possible one of the years 1990 to 2099, and no
 *    digit may touch it.
 * 3. Folders that are a date go (`2025/11/18`, `2025-11-18`, `dt=2025-11-18/hour=06`, `year=2025/month=11`);
 *    two digits count only below a year. In such folders, a file whose whole stem is an hour (`06.log`) too.
 * 4. A rotation number goes: after a dot at the end of the name or before its last extension (`.log.1`,
 *    `app.1.log`, at most three digits before an extension), or after a date with any joint (`20251118-2.log`,
 *    `20251118_001.txt`), which makes it a part of that date.
 * 5. Random tails that a cloud puts after a date go: CloudFront's `E123.2025-11-18-06.abcd1234`, a load
 *    balancer's `…_20251118T0605Z_1.2.3.4_rand`, S3's `2025-11-18-06-05-12-0123456789ABCDEF`. The nodes of one
 *    load balancer are one series, since they come and go.
 * 6. Everything else stays, so that two servers never become one series in which one covers for the other's
 *    silence: numbers glued to a word (`web1`), after `-` or `_` without a date (`web-01`), in a version or an
 *    address (`10.0.0.1`), and ports (`app.8080.log`).
 *
 * Joints left without neighbours go too, so `access-20251118.log.gz`, `access.log.1` and `access.log` agree.
 */
export function seriesOf(path: string): SeriesName {
  const segments = path.replaceAll('\\', '/').split('/');
  const file = segments.pop() ?? '';
  const folders = takeFolders(segments);
  const name = takeName(file, folders.stamp);
  const stamp = finer(name.stamp, folders.stamp);
  return { series: [...folders.kept, name.kept].join('/'), order: orderOf(stamp, name.number) };
}

/**
 * The series without a number that stands after `-` or `_`: `part-001.log` and `part-002.log` are one family. Such
 * numbers name parts of one log or servers beside each other; only the stamps tell which (`scope/series.ts`).
 */
export function familyOf(series: string): string {
  return series.replace(/[-_]\d{1,6}(?=(?:\.[A-Za-z]\w*)*$)/, '');
}

/** The place of one file in its series, as `gaps` compares it: the number or the date, normalised. */
export function rotationOrder(path: string): RotationOrder | null {
  return seriesOf(path).order;
}

/** A place as text, comparable within one kind: `3`, `2025-11-18`, `2025-11-18T06`. */
export function orderText(order: RotationOrder | null): string | null {
  return order === null ? null : String(order.value);
}

type Stamp = Readonly<{ year: string; month: string; day?: string; hour?: string; minute?: string }>;

/** Stands where a date was, until the joints around it are tidied. */
const HOLE = '\u0000';

const YEAR = '(?<y>199\\d|20\\d\\d)';
const MONTH = '(?<m>0[1-9]|1[0-2])';
const DAY = '(?<d>0[1-9]|[12]\\d|3[01])';
const HOUR = '(?<h>[01]\\d|2[0-4])';
const TIME = `${HOUR}(?:[h:._-]?(?<min>[0-5]\\d)(?:[m:._-]?[0-6]\\d(?:[.,]\\d{1,9})?s?)?)?(?:Z|[+-]\\d\\d:?\\d\\d)?`;
const MONTH_NAME = '(?<mon>Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]*';
const END = '(?!\\d)';

/** Longest first: a month must not be taken out of a day. */
const DATES: readonly RegExp[] = [
  new RegExp(`(?<!\\d)${YEAR}(?<s>[-._])${MONTH}\\k<s>${DAY}(?:[-._T ]?${TIME})${END}`),
  new RegExp(`(?<!\\d)${YEAR}(?<s>[-._])${MONTH}\\k<s>${DAY}${END}`),
  new RegExp(`(?<!\\d)${YEAR}${MONTH}${DAY}(?:[-._T ]?${TIME})${END}`),
  new RegExp(`(?<!\\d)${YEAR}${MONTH}${DAY}${END}`),
  new RegExp(`(?<!\\d)${DAY}[-._]?${MONTH_NAME}[-._]?${YEAR}(?:[-._T ]${TIME})?${END}`, 'i'),
  new RegExp(`(?<![\\dA-Za-z])${YEAR}[-._]${MONTH}(?![\\d]|[-._]\\d)`),
  new RegExp(`(?<![\\dA-Za-z])${YEAR}${MONTH}(?![\\d])`),
];
const IIS = new RegExp(
  `^(?<keep>(?:u_)?(?:ex|nc|in))(?<yy>\\d\\d)${MONTH}(?:${DAY}(?:${HOUR})?)?(?=$|[._])`,
  'i',
);
const EPOCH = /(?<!\d)1\d{9}(?!\d)/;
const MONTHS = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec'];

function stampFrom(groups: Record<string, string | undefined>): Stamp | null {
  const year = groups.y ?? `20${groups.yy}`;
  const named = groups.mon === undefined ? undefined : MONTHS.indexOf(groups.mon.toLowerCase()) + 1;
  const month = groups.m ?? String(named).padStart(2, '0');
  const { d: day, h: hour, min: minute } = groups;
  if (day !== undefined && !isDay(year, month, day)) return null;
  return {
    year,
    month,
    ...(day === undefined ? {} : { day }),
    ...(hour === undefined ? {} : { hour }),
    ...(minute === undefined ? {} : { minute }),
  };
}

function isDay(year: string, month: string, day: string): boolean {
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1;
}

/** Takes the first date out of `text`, leaving a hole. */
function takeDate(text: string): { text: string; stamp: Stamp | null } {
  for (const pattern of [IIS, ...DATES]) {
    const match = pattern.exec(text);
    const stamp = match?.groups === undefined ? null : stampFrom(match.groups);
    if (match === null || stamp === null) continue;
    const keep = match.groups?.keep ?? '';
    const before = text.slice(0, match.index) + keep;
    return { text: `${before}${HOLE}${text.slice(match.index + match[0].length)}`, stamp };
  }
  const epoch = EPOCH.exec(text);
  if (epoch === null) return { text, stamp: null };
  const iso = new Date(Number(epoch[0]) * 1000).toISOString();
  const [year = '', month = ''] = iso.split('-');
  const wholeHour = iso.slice(14, 16) === '00';
  const stamp: Stamp = {
    year,
    month,
    day: iso.slice(8, 10),
    hour: iso.slice(11, 13),
    ...(wholeHour ? {} : { minute: iso.slice(14, 16) }),
  };
  return { text: text.replace(EPOCH, HOLE), stamp };
}

function takeFolders(segments: readonly string[]): { kept: string[]; stamp: Stamp | null } {
  const kept: string[] = [];
  let stamp: Stamp | null = null;
  let year: string | null = null;
  for (const segment of segments) {
    const bare = segment.replace(/^(?:y|year|m|month|d|day|h|hour|dt|ds|date|datehour)=/i, '');
    const whole = takeDate(bare);
    if (whole.stamp !== null && whole.text === HOLE) {
      stamp = whole.stamp;
      year = stamp.year;
    } else if (/^(?:199\d|20\d\d)$/.test(bare)) {
      year = bare;
    } else if (year !== null && /^\d\d?$/.test(bare)) {
      const next = extend(stamp, year, bare.padStart(2, '0'));
      if (next === null) kept.push(segment);
      else stamp = next;
    } else {
      kept.push(segment);
    }
  }
  return { kept, stamp };
}

/** Year, then month, then day, then hour: what two digits in a folder mean depends on what is known above. */
function extend(stamp: Stamp | null, year: string, digits: string): Stamp | null {
  const value = Number(digits);
  if (stamp === null) return value >= 1 && value <= 12 ? { year, month: digits } : null;
  if (stamp.day === undefined)
    return isDay(year, stamp.month, digits) && value > 0 ? { ...stamp, day: digits } : null;
  if (stamp.hour === undefined) return value <= 24 ? { ...stamp, hour: digits } : null;
  return stamp.minute === undefined && value < 60 ? { ...stamp, minute: digits } : null;
}

function takeName(
  file: string,
  above: Stamp | null,
): { kept: string; stamp: Stamp | null; number: number | null } {
  const plain = file.replace(/\.(?:gz|gzip|zst|zstd|bz2|xz)$/i, '');
  if (above?.day !== undefined && above.hour === undefined && /^(?:[01]\d|2[0-4])(?:\.\w+)?$/.test(plain)) {
    return { kept: tidy(HOLE + plain.slice(2)), stamp: { ...above, hour: plain.slice(0, 2) }, number: null };
  }
  const dated = takeDate(plain);
  const text = dated.stamp === null ? plain : takeTail(dated.text);
  const numbered = takeNumber(text);
  return { kept: tidy(numbered.text), stamp: dated.stamp, number: numbered.number };
}

/** What clouds put behind the date: an address, a random word. */
function takeTail(text: string): string {
  if (/^\d{12}_|_elasticloadbalancing_/.test(text)) {
    return text.replace(
      new RegExp(`${HOLE}(?:_(?:\\d+\\.\\d+\\.\\d+\\.\\d+|[A-Za-z0-9]{8,20}))+(?=\\.|$)`),
      HOLE,
    );
  }
  return text
    .replace(new RegExp(`^(E[A-Z0-9]{2,}\\.${HOLE})\\.[A-Za-z0-9]{8}$`), '$1')
    .replace(new RegExp(`(\\.${HOLE})\\.[0-9a-f]{8}$`), '$1')
    .replace(new RegExp(`(${HOLE})-[0-9A-F]{16}$`), '$1');
}

function takeNumber(text: string): { text: string; number: number | null } {
  const rules = [
    new RegExp(`(?<=${HOLE})[-._]?(?<n>\\d{1,6})(?=\\.[A-Za-z]\\w*$|$)`),
    /(?<!\d)\.(?<n>\d{1,6})$/,
    /(?<!\d)\.(?<n>\d{1,3})(?=\.[A-Za-z]\w*$)/,
  ];
  for (const rule of rules) {
    const match = rule.exec(text);
    if (match?.groups?.n === undefined) continue;
    const rest = text.slice(0, match.index) + text.slice(match.index + match[0].length);
    return { text: rest, number: Number(match.groups.n) };
  }
  return { text, number: null };
}

/** Closes the hole: `access-○.log` is `access.log`, `○-web.log` is `web.log`, `○.log` is `*.log`. */
function tidy(text: string): string {
  const closed = text
    .replace(new RegExp(`[-._ ]*${HOLE}([-_ ]+(?=\\.)|[-._ ]+$)?`, 'g'), HOLE)
    .replace(new RegExp(`^${HOLE}[-_ ]+`), '')
    .replace(new RegExp(`(?<=.)${HOLE}(?=[^-._ ])`, 'g'), '-')
    .replaceAll(HOLE, '');
  return closed === '' || closed.startsWith('.') ? `*${closed}` : closed;
}

function finer(name: Stamp | null, folder: Stamp | null): Stamp | null {
  const depth = (s: Stamp | null) => (s === null ? 0 : Object.keys(s).length);
  return depth(name) >= depth(folder) ? name : folder;
}

function orderOf(stamp: Stamp | null, number: number | null): RotationOrder | null {
  if (stamp === null) return number === null ? null : { kind: 'number', value: number };
  const part = number === null ? {} : { part: number };
  const month = `${stamp.year}-${stamp.month}`;
  if (stamp.day === undefined) return { kind: 'month', value: month, ...part };
  const day = `${month}-${stamp.day}`;
  if (stamp.hour === undefined) return { kind: 'day', value: day, ...part };
  if (stamp.minute === undefined) return { kind: 'hour', value: `${day}T${stamp.hour}`, ...part };
  return { kind: 'minute', value: `${day}T${stamp.hour}:${stamp.minute}`, ...part };
}

const MOST_MISSING = 10_000;

/**
 * The places between the first and the last of a series at which no file stands, as text. A file without a
 * place is the current one and comes before number 1. Days, months and hours are looked at each apart; a series
 * that plainly rotates every week or every few hours (three files or more, all on that beat) is held to its own
 * beat. Names with minutes are given when a size is reached or traffic came, so nothing is missing between them.
 */
export function missingBetween(orders: readonly (RotationOrder | null)[]): string[] {
  const missing: string[] = [...missingNumbers(orders)];
  const read = orders.some((o) => o?.kind === 'day' && o.part !== undefined)
    ? orders.map(partNotHour)
    : orders;
  for (const kind of ['month', 'day', 'hour'] as const) {
    const dated = read.filter((o) => o !== null && o.kind === kind) as Extract<
      RotationOrder,
      { value: string }
    >[];
    const at = [...new Set(dated.map((o) => indexOf(kind, o.value)))].sort((a, b) => a - b);
    const step = beat(kind, at);
    for (let i = 1; i < at.length; i++) {
      for (
        let next = (at[i - 1] ?? 0) + step;
        next < (at[i] ?? 0) && missing.length < MOST_MISSING;
        next += step
      ) {
        missing.push(textAt(kind, next));
      }
    }
    missing.push(...missingParts(dated));
  }
  return missing.slice(0, MOST_MISSING);
}

/** `20251118-9.log` beside `20251118-10.log` shows that `10` is a part of the day and no hour. */
function partNotHour(order: RotationOrder | null): RotationOrder | null {
  if (order?.kind !== 'hour') return order;
  return { kind: 'day', value: order.value.slice(0, 10), part: Number(order.value.slice(11)) };
}

function missingNumbers(orders: readonly (RotationOrder | null)[]): string[] {
  const numbers = orders.flatMap((o) => (o?.kind === 'number' ? [o.value] : []));
  if (numbers.length === 0) return [];
  const have = new Set(orders.includes(null) ? [0, ...numbers] : numbers);
  return between(have).map(String);
}

function missingParts(dated: readonly Extract<RotationOrder, { value: string }>[]): string[] {
  const parts = new Map<string, Set<number>>();
  for (const { value, part } of dated) {
    if (part !== undefined) parts.set(value, (parts.get(value) ?? new Set()).add(part));
  }
  return [...parts].flatMap(([value, have]) => between(have).map((part) => `${value} part ${part}`));
}

function between(have: ReadonlySet<number>): number[] {
  const sorted = [...have].sort((a, b) => a - b);
  const missing: number[] = [];
  for (let n = (sorted[0] ?? 0) + 1; n < (sorted.at(-1) ?? 0) && missing.length < MOST_MISSING; n++) {
    if (!have.has(n)) missing.push(n);
  }
  return missing;
}

/** Steps from one file to the next: 1, or the series' own beat where it can't be a coincidence. */
function beat(kind: 'month' | 'day' | 'hour', at: readonly number[]): number {
  if (at.length < 3 || kind === 'month') return 1;
  const steps = at.slice(1).map((n, i) => n - (at[i] ?? 0));
  const common = steps.reduce(gcd);
  const plausible = kind === 'day' ? [7, 14] : [2, 3, 4, 6, 8, 12, 24];
  return plausible.findLast((step) => common % step === 0) ?? 1;
}

function gcd(a: number, b: number): number {
  return b === 0 ? a : gcd(b, a % b);
}

function indexOf(kind: 'month' | 'day' | 'hour', value: string): number {
  if (kind === 'month') return Number(value.slice(0, 4)) * 12 + Number(value.slice(5)) - 1;
  const days = Date.parse(`${value.slice(0, 10)}T00:00:00Z`) / 86_400_000;
  return kind === 'day' ? days : days * 24 + Number(value.slice(11));
}

function textAt(kind: 'month' | 'day' | 'hour', index: number): string {
  if (kind === 'month') return `${Math.floor(index / 12)}-${String((index % 12) + 1).padStart(2, '0')}`;
  const iso = new Date(index * (kind === 'day' ? 86_400_000 : 3_600_000)).toISOString();
  return iso.slice(0, kind === 'day' ? 10 : 13);
}
