/** From the shapes of paths in a log to what may be suggested for a leak. Pure; no value of an id goes out. */

/** Stands for a part that differs from line to line. */
export const ANY = '*';

/** A path whose ids are replaced by `*`, with the names of its parameters, and how many lines have it. */
export type Shape = Readonly<{
  path: string;
  names: readonly string[];
  lines: number;
  /** Some of the addresses themselves, as the log has them. */
  sample: readonly string[];
}>;
export type Pattern = Readonly<{ path: string; lines: number }>;

/** Behind one part of a path more different words than this are values, such as names of accounts, and no pages. */
const MOST_WORDS = 25;
/** What so few lines have is no pattern, and may be somebody's name. */
const FEWEST_LINES = 5;
const PLAIN_NAME = /^[A-Za-z][\w.-]{0,30}$/;
type Node = { lines: number; below: Map<string, Node> };
const node = (): Node => ({ lines: 0, below: new Map() });

/** The most frequent patterns first, those that few lines have left out. */
export function patternsOf(shapes: readonly Shape[], most: number): Pattern[] {
  const root = node();
  for (const shape of shapes) add(root, partsOf(shape), shape.lines);
  const found: Pattern[] = [];
  collect(root, '', found);
  return found
    .filter(({ lines }) => lines >= FEWEST_LINES)
    .toSorted((a, b) => b.lines - a.lines || (a.path < b.path ? -1 : 1))
    .slice(0, most);
}

/** A path with one parameter may say by it what it shows; several mostly sort and filter. */
function partsOf({ path, names }: Shape): string[] {
  const parts = path
    .split('/')
    .filter((part) => part !== '')
    .map((part) => `/${part}`);
  const [name, ...others] = names;
  const isTold = name !== undefined && others.length === 0 && PLAIN_NAME.test(name);
  return [...(parts.length === 0 ? ['/'] : parts), ...(isTold ? [`?${name}=${ANY}`] : [])];
}

function add(root: Node, parts: readonly string[], lines: number): void {
  let at = root;
  for (const part of parts) {
    let next = at.below.get(part);
    if (next === undefined) {
      next = node();
      at.below.set(part, next);
    }
    at = next;
  }
  at.lines += lines;
}

function collect(at: Node, path: string, found: Pattern[]): void {
  if (at.lines > 0) found.push({ path, lines: at.lines });
  const words = [...at.below].filter(([part]) => part.startsWith('/'));
  const below = words.length > MOST_WORDS ? merged(at) : at.below;
  for (const [part, next] of below) collect(next, path + part, found);
}

/** All words behind a part as one `*`. */
function merged({ below }: Node): Map<string, Node> {
  const any = node();
  const others = new Map<string, Node>([[`/${ANY}`, any]]);
  for (const [part, next] of below)
    if (part.startsWith('/')) join(any, next);
    else others.set(part, next);
  return others;
}

function join(into: Node, from: Node): void {
  into.lines += from.lines;
  for (const [part, next] of from.below) {
    const same = into.below.get(part) ?? node();
    into.below.set(part, same);
    join(same, next);
  }
}

/** The pattern with its last `*`, which mostly is the key, bound to `name`; undefined when it has none. */
export function boundTo(pattern: string, name: string): string | undefined {
  const at = pattern.lastIndexOf(ANY);
  return at < 0 ? undefined : `${pattern.slice(0, at)}{${name}}${pattern.slice(at + 1)}`;
}

const escaped = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&');

/** By pattern, what stands in these addresses where its last `*` is. An address belongs to the first pattern that it fits. */
export function keysByPattern(
  patterns: readonly Pattern[],
  addresses: readonly string[],
): ReadonlyMap<string, readonly string[]> {
  const found = new Map<string, Set<string>>();
  const tests = patterns
    .filter(({ path }) => path.includes(ANY))
    .map(({ path }) => {
      const [way = '', parameter] = path.split('?');
      const name = parameter?.split('=')[0];
      const last = name === undefined ? way.lastIndexOf(ANY) : -1;
      const parts = [...way].map((sign, at) =>
        sign !== ANY ? escaped(sign) : at === last ? '([^/]+)' : '[^/]+',
      );
      found.set(path, new Set());
      return { path, name, is: new RegExp(`^${parts.join('')}/?$`) };
    });
  for (const address of addresses) {
    const [way = '', query = ''] = address.split('#', 1)[0]?.split('?') ?? [];
    for (const { path, name, is } of tests) {
      const fits = is.exec(way);
      const key = name === undefined ? fits?.[1] : (new URLSearchParams(query).get(name) ?? undefined);
      if (fits === null || key === undefined) continue;
      found.get(path)?.add(key);
      break;
    }
  }
  return new Map([...found].map(([path, keys]) => [path, [...keys]]));
}

/** Of the sampled keys of a pattern, how many a reference knows. */
export type Knows = Readonly<{ reference: string; keys: number }>;

/** The reference that most likely says whose data a page shows: it knows half of the keys, and rather one after which the path is named. */
export function referenceFor(pattern: string, keys: number, known: readonly Knows[]): string | null {
  const words = pattern.toLowerCase().split(/[^a-z]+/);
  const isNamed = ({ reference }: Knows) =>
    words.some((word) => word !== '' && [word, `${word}s`].includes(reference.toLowerCase()));
  const [best] = known
    .filter((one) => one.keys > 0 && one.keys * 2 >= keys)
    .toSorted((a, b) => Number(isNamed(b)) - Number(isNamed(a)) || b.keys - a.keys);
  return best?.reference ?? null;
}

const ADDRESS = /^[^\s@]+@[^\s@]+\.[^\s@]+$/;
export const isAddress = (value: string): boolean => ADDRESS.test(value.trim());

/** What is told of a column of a list of people. */
export type ListColumn = Readonly<{ name: string; addresses: number; customers: number }>;

/** The column that says who the people are: ids before addresses, since an address may be shared; none when few rows do. */
export function columnFor(
  columns: readonly ListColumn[],
  rows: number,
): Readonly<{ id: string } | { email: string }> | null {
  const most = (count: (column: ListColumn) => number) =>
    columns
      .filter((one) => count(one) * 2 >= rows && count(one) > 0)
      .toSorted((a, b) => count(b) - count(a))[0];
  const id = most(({ customers }) => customers);
  if (id !== undefined) return { id: id.name };
  const email = most(({ addresses }) => addresses);
  return email === undefined ? null : { email: email.name };
}
