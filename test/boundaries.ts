import { posix } from 'node:path';

/** `boundaries.json`: who may import whom. */
export type Boundaries = Readonly<{
  /** Folders whose files are looked at. */
  roots: readonly string[];
  /** Per parent folder: each folder in it, and the ones beside it that it may import. Itself it always may. */
  folders: Readonly<Record<string, Readonly<Record<string, readonly string[]>>>>;
  /** The files of a folder that others may import. */
  doors: readonly string[];
  /** Outside packages, and the folders that alone may import them. */
  homes: Readonly<Record<string, readonly string[]>>;
  /** The files that may read the environment. */
  environment: readonly string[];
  /** Files by name that may import types of their own folder, and the packages and folders in `may`. */
  pure: Readonly<{ names: readonly string[]; may: readonly string[] }>;
  /** Files by name that only their own folder may import. */
  private: readonly string[];
}>;

type Import = Readonly<{ from: string; isType: boolean; line: number }>;

/**
 * Every breach of the boundaries in `files` (path from the root of the repository → text), as
 * `path:line what is wrong`. Tests may import what they like, but for packages that have a home.
 */
export function breaches(files: ReadonlyMap<string, string>, law: Boundaries): string[] {
  const found: string[] = [];
  const edges = new Map<string, string[]>();
  for (const [path, text] of files) {
    const code = withoutComments(text);
    const isTest = /\.test\.[jt]sx?$/.test(path);
    const targets: string[] = [];
    for (const entry of importsOf(code)) {
      const target = entry.from.startsWith('.') ? posix.join(posix.dirname(path), entry.from) : null;
      const say = (what: string) => found.push(`${path}:${entry.line} ${what}`);
      if (target === null) checkHome(path, entry, law, say);
      if (isTest) continue;
      if (target !== null) {
        targets.push(target);
        checkFolders(path, target, law, say);
        if (!files.has(target)) say(`imports ${entry.from}, which is not there`);
      }
      checkPure(path, entry, target, law, say);
    }
    edges.set(path, targets);
    if (!law.environment.includes(path)) {
      for (const line of environmentReads(code)) found.push(`${path}:${line} reads the environment`);
    }
  }
  return [...found, ...rings(edges)];
}

function checkHome(path: string, { from }: Import, law: Boundaries, say: (what: string) => void): void {
  for (const [name, homes] of Object.entries(law.homes)) {
    if (from !== name && !from.startsWith(`${name}/`)) continue;
    if (!homes.some((home) => path.startsWith(`${home}/`)))
      say(`imports ${from}, whose home is ${homes.join(', ')}`);
  }
}

function checkFolders(path: string, target: string, law: Boundaries, say: (what: string) => void): void {
  for (const [parent, folders] of Object.entries(law.folders)) {
    const [to, ...inside] = below(parent, target);
    const [own] = below(parent, path);
    if (to === undefined || own === to || inside.length === 0) continue;
    const door = inside.join('/');
    if (own !== undefined && Object.hasOwn(folders, own) && !folders[own]?.includes(to)) {
      say(`${own} may not import ${to}`);
    }
    if (own !== undefined && !Object.hasOwn(folders, own) && !/\.\w+$/.test(own)) {
      say(`boundaries.json does not know the folder ${parent}/${own}`);
    }
    const name = posix.basename(target);
    if (law.private.includes(name)) say(`imports ${name} of ${to}, which is ${to}'s own`);
    else if (!law.doors.includes(door)) say(`imports ${to}/${door}; ${to} is entered through its index.ts`);
  }
}

function below(parent: string, path: string): string[] {
  return path.startsWith(`${parent}/`) ? path.slice(parent.length + 1).split('/') : [];
}

function checkPure(
  path: string,
  { from, isType }: Import,
  target: string | null,
  law: Boundaries,
  say: (what: string) => void,
): void {
  if (!law.pure.names.includes(posix.basename(path))) return;
  const isOwnType = isType && target !== null && posix.dirname(target) === posix.dirname(path);
  const isAllowed = law.pure.may.some((may) => from === may || target?.includes(`/${may}/`));
  const isPureToo = target !== null && law.pure.names.includes(posix.basename(target));
  if (!isOwnType && !isAllowed && !isPureToo) {
    say(`${posix.basename(path)} is pure; it may not import ${from}`);
  }
}

const SPECIFIER = `(?<q>['"\`])(?<from>[^'"\`\\n]+)\\k<q>`;
const FORMS: readonly RegExp[] = [
  new RegExp(`^[ \\t]*(?:import|export)\\b(?<clause>[^'"\`;]*?)\\bfrom\\s*${SPECIFIER}`, 'gm'),
  new RegExp(`^[ \\t]*import\\s*${SPECIFIER}`, 'gm'),
  new RegExp(`\\b(?:import|require|import\\.meta\\.resolve)\\s*\\(\\s*${SPECIFIER}`, 'g'),
  /\bnew\s+URL\s*\(\s*(?<q>['"`])(?<from>\.[^'"`\n]+\.[jt]sx?)\k<q>/g,
];

/** What a file imports: static, re-exported, for its effect, dynamic, required, or as a worker's file. */
function importsOf(code: string): Import[] {
  return FORMS.flatMap((form) =>
    [...code.matchAll(form)].map((match) => ({
      from: match.groups?.from ?? '',
      isType: /^\s*type\b/.test(match.groups?.clause ?? ''),
      line: lineAt(code, match.index + match[0].length),
    })),
  );
}

function environmentReads(code: string): number[] {
  const reads =
    /\bprocess\s*(?:\?\.|\.)\s*env\b|\bprocess\s*\[\s*['"`]env|\benv\b[^;'"`]*\}\s*from\s*['"](?:node:)?process['"]|[{,]\s*env\b[^;{}]*\}\s*=\s*process\b/g;
  return [...code.matchAll(reads)].map((match) => lineAt(code, match.index));
}

function lineAt(text: string, offset: number): number {
  return text.slice(0, offset).split('\n').length;
}

/** Comments become spaces, so that lines keep their numbers. Strings stay, and `//` in one is no comment. */
export function withoutComments(text: string): string {
  const token = /\/\/[^\n]*|\/\*[\s\S]*?\*\/|'(?:\\.|[^'\\\n])*'|"(?:\\.|[^"\\\n])*"|`(?:\\[\s\S]|[^`\\])*`/g;
  return text.replace(token, (t) => (/^\/[/*]/.test(t) ? t.replace(/[^\n]/g, ' ') : t));
}

/** Rings of imports, each told once, from its first file in the order of the alphabet. */
function rings(edges: ReadonlyMap<string, readonly string[]>): string[] {
  const found = new Set<string>();
  const done = new Set<string>();
  const visit = (path: string, way: readonly string[]): void => {
    const back = way.indexOf(path);
    if (back >= 0) {
      const ring = way.slice(back);
      const start = ring.indexOf([...ring].sort()[0] ?? '');
      const turned = [...ring.slice(start), ...ring.slice(0, start)];
      found.add(`${turned[0]}:1 stands in a ring: ${[...turned, turned[0]].join(' → ')}`);
      return;
    }
    if (done.has(path)) return;
    for (const next of edges.get(path) ?? []) visit(next, [...way, path]);
    done.add(path);
  };
  for (const path of [...edges.keys()].sort()) visit(path, []);
  return [...found];
}
