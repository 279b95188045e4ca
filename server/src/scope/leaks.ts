import { type Leak, RECIPIENT_CLASSES, type RecipientClass } from '@forthright/contract';
import { type Analytics, quoteName, quoteText } from '../platform/analytics/index.ts';
import type { Sql } from '../sources/index.ts';
import type { FoundGap } from './gaps.types.ts';
import type { PeopleRelation } from './lists.ts';
import { compilePath, type PathPattern } from './paths.ts';

/** A leak with its number in the run and its path compiled. */
export type PlannedLeak = Readonly<{
  n: number;
  leak: Leak;
  path: PathPattern | null;
  from: number;
  to: number;
}>;

export const classNumber = (name: RecipientClass): number => RECIPIENT_CLASSES.indexOf(name);

/** A line that no log holds: a recipient who was stated. */
export const NO_FILE = 4294967295;
/** How long a reference without dates counts: always. */
export const ALWAYS = { from: '-9223372036854775807', to: '9223372036854775807' };

export function planLeak(leak: Leak, n: number): PlannedLeak {
  const path = 'path' in leak && leak.path !== undefined ? compilePath(leak.path) : null;
  return {
    n,
    leak,
    path,
    from: 'from' in leak ? Date.parse(leak.from) : Number.NaN,
    to: 'to' in leak ? Date.parse(leak.to) : Number.NaN,
  };
}

/** Literal texts that every line of interest holds one of; null when this leak can't say. */
export function needlesOf(planned: PlannedLeak): readonly string[] | null {
  return planned.path === null || planned.path.needles.length === 0 ? null : planned.path.needles;
}

export type MatchContext = Readonly<{
  engine: Analytics;
  /** Relation of the leak's parsed log. */
  parsed: (log: string) => string;
  /** SQL of the same lines of any time; null where the relation holds them. */
  anytime: (log: string) => Sql | null;
  /** SQL of every line of the leak's log, parsed. */
  every: (log: string) => Sql;
  reference: (name: string) => string;
  people: (leak: PlannedLeak) => PeopleRelation;
  /** SQL of a normalised address over a text expression. */
  address: (text: Sql) => Sql;
  /** Whether sessions are known, so that a line with a session but no account has a viewer. */
  hasSessions: boolean;
  /** Gaps in a leak's window, for kinds whose answer depends on the order of lines. */
  gaps: (leak: PlannedLeak) => readonly FoundGap[];
  unitIs: (log: string) => 'host' | 'series';
  seriesOf: ReadonlyMap<number, string>;
  /** Whether a log's lines say whose data was looked at. */
  namesPersons: (log: string) => boolean;
  /** Whether stamps say when a request began, so that its duration tells when it ended. */
  stampsAreStarts: (log: string) => boolean;
}>;

/** The parsed log with accounts in place of sessions. */
export function lines(log: string, context: MatchContext, where: Sql): Sql {
  const parsed = quoteName(context.parsed(log));
  if (!context.hasSessions) return `(SELECT *, account AS who FROM ${parsed} WHERE ${where})`;
  return `(SELECT p.*, if(p.account != '', p.account, s.viewer) AS who FROM (SELECT * FROM ${parsed} WHERE ${where}) AS p
    LEFT JOIN (SELECT key, argMin(viewer, (f, rn, viewer)) AS viewer FROM sessions WHERE key GLOBAL IN (SELECT session FROM ${parsed} WHERE ${where} AND session != '') GROUP BY key) AS s ON p.session = s.key)`;
}

type Web = Readonly<{
  hosts?: readonly string[] | undefined;
  status?: readonly number[] | undefined;
  methods?: readonly string[] | undefined;
}>;

/** A line that does not say its method may be any: else a log without methods would clear everybody. */
export const methodSql = (methods: readonly string[]): Sql =>
  `method IN (${[...methods.map((m) => m.toUpperCase()), ''].map(quoteText).join(', ')})`;

/** SQL conditions that make a line a view of the leak, and those that show that the page stood there. */
export function conditions(planned: PlannedLeak): { ok: Sql; served: Sql } {
  const web = planned.leak as Web;
  const status = web.status === undefined ? '1' : `status IN (${web.status.join(', ')})`;
  const method = web.methods === undefined ? '1' : methodSql(web.methods);
  const host =
    web.hosts === undefined
      ? '1'
      : `host IN (${web.hosts.map((h) => quoteText(h.toLowerCase())).join(', ')})`;
  return {
    ok: `t >= ${planned.from} AND t < ${planned.to} AND ${status} AND ${method} AND ${host}`,
    served: status,
  };
}

export const MATCH_COLUMNS = 'leak, ok, served, own, ns, t, host, item, account, client, ua, f, rn';
