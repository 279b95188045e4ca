/** Fixed worlds, one for each set of kinds of leak: small, the same every time, and with a bit of everything that the rules know. */
import type { LeakKind } from '@forthright/contract';
import { answer } from '../oracle/oracle.ts';
import { expand, type Plan } from '../oracle/plan.ts';
import type { Log, World } from '../oracle/world.ts';

/** A small generator (mulberry32): the same numbers on every machine. */
function dice(seed: number): (max: number) => number {
  let state = seed;
  return (max) => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return Math.floor((((t ^ (t >>> 14)) >>> 0) / 4294967296) * (max + 1));
  };
}

type PlannedLeak = Plan['leaks'][number];

const leak = (kind: LeakKind, more: Partial<PlannedLeak>): PlannedLeak => ({
  kind,
  path: 0,
  start: 1,
  end: 1,
  options: 0,
  fields: 0,
  list: [0, 1, 2, 3, 5, 8, 13, 21, 30, 60, 61, 62],
  ...more,
});

/** Bits of `options` are choices of `plan.ts`: 0 recipients or an eml, 4 by path, 6 ids in a list. */
const LEAKS: Record<LeakKind, readonly PlannedLeak[]> = {
  page: [leak('page', { path: 0 }), leak('page', { path: 5, fields: 1 })],
  'shared-cache': [leak('shared-cache', { path: 1 })],
  access: [leak('access', {}), leak('access', { options: 0b10000, path: 0, fields: 2 })],
  export: [leak('export', { options: 0b01 }), leak('export', { options: 0b1000000, fields: 1 })],
  mailing: [
    leak('mailing', { options: 0b01 }),
    leak('mailing', { options: 0, list: [4, 5, 6, 7, 8, 9, 10, 61] }),
  ],
  url: [leak('url', { path: 0 }), leak('url', { path: 1, options: 0b10000000, fields: 3 })],
  list: [leak('list', { options: 0b01 }), leak('list', { options: 0b1000000, fields: 2, list: [9, 10, 62] })],
};

/** Lines a leak; few enough that some people are never seen. */
const LINES: Record<LeakKind, number> = {
  page: 80,
  'shared-cache': 300,
  access: 40,
  export: 60,
  mailing: 0,
  url: 80,
  list: 0,
};

function planOf(leaks: readonly PlannedLeak[], choice: number): Plan {
  const roll = dice(20181121);
  const lines = leaks.flatMap((l, i) => Array.from({ length: LINES[l.kind] }, () => i));
  return {
    seed: roll(0x7ffffffe),
    hours: 8,
    shape: 'jsonl',
    hosts: 2,
    hasAccounts: true,
    zoneMinutes: 0,
    isSampled: false,
    ids: 1,
    hasLifetimes: true,
    collidingIds: true,
    customers: Array.from({ length: 60 }, (_, i) => ({
      address: roll(15),
      country: roll(7),
      isTwice: i % 9 === 8,
      created: roll(15),
      deleted: roll(15),
    })),
    references: Array.from({ length: 40 }, () => ({
      key: roll(13),
      person: roll(61),
      from: roll(11),
      to: roll(11),
    })),
    holes: [
      { unit: 0, hour: 2, hours: 1, declared: false, all: true },
      { unit: 1, hour: 4, hours: 1, declared: true, all: false },
    ],
    leaks,
    lines: lines.map((leak) => ({
      leak,
      at: roll(999_999),
      edge: roll(99),
      viewer: roll(23),
      who: roll(59),
      item: roll(99),
      form: roll(63),
      status: roll(15),
      method: roll(11),
      host: roll(3),
      cache: roll(255),
    })),
    moreLines: [],
    choice,
  };
}

/** Staff tools that every format can write: on a host, by GET. */
function servedByHost(log: Log): Log {
  const lines = log.lines.map((line) => ({ ...line, host: 'admin.marlow.example', method: 'GET' }));
  return { ...log, fields: [...log.fields, 'host', 'method'], lines };
}

export type Choice = Readonly<{
  /** Leaves out leaks that need more than a path. */
  byPath?: boolean;
  /** Of mailings: those by a mail, or those by a list. Of exports: those that no log shows. */
  by?: 'mail' | 'list';
}>;

/** A world in which all these kinds of leak happened; only the logs that they read. */
export function worldOf(kinds: readonly LeakKind[], choice: Choice = {}): World {
  const isAsked = ({ kind, options }: PlannedLeak): boolean =>
    (kind !== 'access' || choice.byPath !== true || (options & 0b10000) !== 0) &&
    (kind !== 'mailing' || choice.by === undefined || (choice.by === 'mail') === ((options & 1) === 1));
  const unlogged = (l: PlannedLeak): PlannedLeak =>
    l.kind === 'export' && choice.by !== undefined ? { ...l, options: l.options | 0b11 } : l;
  const leaks = kinds.flatMap((kind) => LEAKS[kind].filter(isAsked).map(unlogged));
  const world = expand(planOf(leaks, choice.byPath === true ? 2 : 1));
  const read = new Set(
    world.incident.leaks.flatMap((l) => ('log' in l && l.log !== undefined ? [l.log] : [])),
  );
  const logs = Object.entries(world.logs).filter(([name]) => read.has(name));
  return {
    ...world,
    logs: Object.fromEntries(logs.map(([name, log]) => [name, name === 'admin' ? servedByHost(log) : log])),
    incident: { ...world.incident, gaps: world.incident.gaps.filter((gap) => read.has(gap.log)) },
  };
}

/** What a world has to say, for a test that it says something. */
export function richnessOf(world: World): Readonly<Record<string, number>> {
  const told = answer(world);
  const count = (status: string) => [...told.people.values()].filter((s) => s === status).length;
  return {
    exposed: count('exposed'),
    unknown: count('unknown'),
    clear: count('clear'),
    unidentified: told.unidentified.size,
    recipients: told.recipients.size,
    classes: new Set([...told.recipients.values()].map((r) => r.class)).size,
    views: told.views,
    possiblySelf: told.possiblySelf.size,
  };
}
