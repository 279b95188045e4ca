/** Why two runs of an incident differ: what was asked, of which files, with which gaps. Pure. */
import type { RunsCompared, ScopeAnswer } from '@forthright/contract';

export type Why = Pick<RunsCompared, 'leaks' | 'files' | 'fileCount' | 'window' | 'gaps' | 'rules'>;

const MOST_FILES = 200;

type Leak = Readonly<Record<string, unknown>>;

/** The definition in an answer is JSON that its schema leaves open. */
const leaksOf = ({ evidence }: ScopeAnswer): ReadonlyMap<string, Leak> =>
  new Map((evidence.definition.leaks as readonly Leak[]).map((leak) => [String(leak.id), leak]));

const same = (a: unknown, b: unknown): boolean => canonical(a) === canonical(b);

/** The same text for objects that differ in the order of their names only. */
function canonical(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    inner !== null && typeof inner === 'object' && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}

const change = (before: unknown, now: unknown): 'added' | 'removed' | 'changed' =>
  before === undefined ? 'added' : now === undefined ? 'removed' : 'changed';

const byName = <T>(before: ReadonlyMap<string, T>, now: ReadonlyMap<string, T>): string[] =>
  [...new Set([...before.keys(), ...now.keys()])].toSorted();

function leakChanges(before: ScopeAnswer, now: ScopeAnswer): RunsCompared['leaks'] {
  const [old, own] = [leaksOf(before), leaksOf(now)];
  return byName(old, own)
    .filter((id) => !same(old.get(id), own.get(id)))
    .map((id) => {
      const [was, is] = [old.get(id), own.get(id)];
      const names = [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])].toSorted();
      return {
        id,
        change: change(was, is),
        differs:
          was === undefined || is === undefined ? [] : names.filter((name) => !same(was[name], is[name])),
        before: was ?? null,
        now: is ?? null,
      };
    });
}

type File = ScopeAnswer['evidence']['files'][number];

const filesOf = ({ evidence }: ScopeAnswer): ReadonlyMap<string, File> =>
  new Map(evidence.files.map((file) => [`${file.source}\0${file.path}`, file]));

/** A file that only grew or was written anew has another hash; one that was renamed is one less and one more. */
function fileChanges(before: ScopeAnswer, now: ScopeAnswer): RunsCompared['files'] {
  const [old, own] = [filesOf(before), filesOf(now)];
  return byName(old, own).flatMap((name) => {
    const [was, is] = [old.get(name), own.get(name)];
    const one = is ?? was;
    if (one === undefined || was?.sha256 === is?.sha256) return [];
    return [
      {
        source: one.source,
        path: one.path,
        change: change(was, is),
        before: was?.sha256 ?? null,
        now: is?.sha256 ?? null,
      },
    ];
  });
}

type Gap = ScopeAnswer['gaps'][number];

/** A gap is the same when it is of the same stretch; how many it hides may differ with everything else. */
const gapName = ({ log, unit, from, to, reason }: Gap): string => [log, unit, from, to, reason].join('\0');

function gapChanges(before: ScopeAnswer, now: ScopeAnswer): RunsCompared['gaps'] {
  const names = (answer: ScopeAnswer) => new Set(answer.gaps.map(gapName));
  const [old, own] = [names(before), names(now)];
  return {
    added: now.gaps.filter((gap) => !old.has(gapName(gap))),
    removed: before.gaps.filter((gap) => !own.has(gapName(gap))),
  };
}

/** The version, and the statements themselves: between two releases these may differ under one version. */
const queryName = ({ version, sha256 }: ScopeAnswer['evidence']['query']): string =>
  `${version} (${sha256.slice(0, 12)})`;

/** What differs between two answers beside their figures. */
export function whyDifferent(before: ScopeAnswer, now: ScopeAnswer): Why {
  const files = fileChanges(before, now);
  const [old, own] = [before.evidence.query, now.evidence.query];
  return {
    leaks: leakChanges(before, now),
    files: files.slice(0, MOST_FILES),
    fileCount: files.length,
    window: same(before.window, now.window) ? null : { before: before.window, now: now.window },
    gaps: gapChanges(before, now),
    rules: same(old, own) ? null : { before: queryName(old), now: queryName(own) },
  };
}
