/** Where a trace looks and what it is held against: as a form keeps it, and as the server takes it. */
import type { TraceDefinition } from '@forthright/contract';
import { instantOf, localOf } from '../kit/local-time.ts';

/** Fields of the directory that may decide who handles whom. */
export const FIELDS = ['country', 'region', 'language', 'week'] as const;
/** What a key that may route work is: none, one, or one to try when the past reports point to somebody. */
export const USES = ['no', 'routing', 'try'] as const;
export type Use = (typeof USES)[number];

export type DraftLog = Readonly<{ log: string; viewers: 'people' | 'paths'; actions: string; path: string }>;
export type DraftTable = Readonly<{
  name: string;
  at: string;
  id: string;
  column: string;
  use: 'routing' | 'try';
}>;
/** A file of people who reported. */
export type DraftFile = Readonly<{
  name: string;
  at: string;
  by: 'id' | 'email';
  column: string;
  time: string;
}>;

export type Draft = Readonly<{
  from: string;
  to: string;
  logs: readonly DraftLog[];
  teams: boolean;
  uses: Readonly<Record<(typeof FIELDS)[number], Use>>;
  tables: readonly DraftTable[];
  source: 'groups' | 'file';
  groups: readonly string[];
  alsoUnproved: boolean;
  file: DraftFile;
  controls: readonly DraftFile[];
  /** Whatever else customers reported is a control, too. */
  others: boolean;
  setAside: readonly DraftFile[];
  alpha: string;
}>;

export const NO_FILE: DraftFile = { name: '', at: '', by: 'id', column: 'customer_id', time: 'reported_at' };
export const NO_TABLE: DraftTable = { name: '', at: '', id: 'customer_id', column: '', use: 'routing' };
/** The chance of naming anybody who leaked nothing, unless somebody says another. */
const USUAL_ALPHA = '0.01';

export const emptyDraft = (groups: readonly string[]): Draft => ({
  from: '',
  to: '',
  logs: [],
  teams: true,
  uses: { country: 'no', region: 'no', language: 'no', week: 'no' },
  tables: [],
  source: groups.length > 0 ? 'groups' : 'file',
  groups,
  alsoUnproved: false,
  file: NO_FILE,
  controls: [],
  others: false,
  setAside: [],
  alpha: USUAL_ALPHA,
});

type Reporters = Readonly<{
  at: string;
  id?: string | undefined;
  email?: string | undefined;
  time?: string | undefined;
}>;

const reportersOf = ({ at, by, column, time }: DraftFile): Reporters => ({
  at,
  ...(by === 'id' ? { id: column } : { email: column }),
  ...(time.trim() === '' ? {} : { time }),
});
const fileOf = (name: string, { at, id, email, time }: Reporters): DraftFile => ({
  name,
  at,
  by: email === undefined ? 'id' : 'email',
  column: email ?? id ?? '',
  time: time ?? '',
});

/** What the server is asked with; it judges what is missing. */
export function definitionOf(draft: Draft): TraceDefinition {
  const keys = (use: Use): TraceDefinition['routing'] => [
    ...FIELDS.filter((field) => draft.uses[field] === use),
    ...draft.tables
      .filter((one) => one.use === use)
      .map(({ name, at, id, column }) => ({ name, at, id, column })),
  ];
  const actionsOf = (actions: string) =>
    actions
      .split(',')
      .map((one) => one.trim())
      .filter((one) => one !== '');
  return {
    from: instantOf(draft.from) ?? '',
    to: instantOf(draft.to) ?? '',
    access: draft.logs.map(({ log, viewers, actions, path }) => ({
      log,
      viewers,
      ...(actionsOf(actions).length === 0 ? {} : { actions: actionsOf(actions) }),
      ...(path.trim() === '' ? {} : { path }),
    })),
    teams: draft.teams,
    routing: keys('routing'),
    tryKeys: keys('try'),
    reports:
      draft.source === 'groups'
        ? { groups: [...draft.groups], alsoUnproved: draft.alsoUnproved }
        : reportersOf(draft.file),
    controls: [
      ...draft.controls.map((one) => ({ name: one.name, ...reportersOf(one) })),
      ...(draft.others && draft.source === 'groups'
        ? [{ name: OTHERS, otherThanGroups: [...draft.groups], alsoUnproved: true }]
        : []),
    ],
    setAside: draft.setAside.map((one) => ({ name: one.name, ...reportersOf(one) })),
    alpha: Number(draft.alpha),
  };
}

/** How the controls are called that are all other reports. */
const OTHERS = 'other reports';

/** The form of a definition that was run before, to be changed. */
export function draftOf(definition: TraceDefinition): Draft {
  const tables = (['routing', 'try'] as const).flatMap((use) =>
    definition[use === 'try' ? 'tryKeys' : 'routing'].flatMap((key) =>
      typeof key === 'string' ? [] : [{ ...key, use }],
    ),
  );
  const roleOf = (field: (typeof FIELDS)[number]): Use =>
    definition.routing.includes(field) ? 'routing' : definition.tryKeys.includes(field) ? 'try' : 'no';
  const { reports } = definition;
  const others = definition.controls.filter((one) => 'otherThanGroups' in one);
  return {
    from: localOf(new Date(definition.from)),
    to: localOf(new Date(definition.to)),
    logs: definition.access.map(({ log, viewers, actions = [], path = '' }) => ({
      log,
      viewers,
      actions: actions.join(', '),
      path,
    })),
    teams: definition.teams,
    uses: {
      country: roleOf('country'),
      region: roleOf('region'),
      language: roleOf('language'),
      week: roleOf('week'),
    },
    tables,
    source: 'groups' in reports ? 'groups' : 'file',
    groups: 'groups' in reports ? reports.groups : [],
    alsoUnproved: 'groups' in reports && reports.alsoUnproved,
    file: 'groups' in reports ? NO_FILE : fileOf('', reports),
    controls: definition.controls.flatMap((one) => ('at' in one ? [fileOf(one.name, one)] : [])),
    others: others.length > 0,
    setAside: definition.setAside.map((one) => fileOf(one.name, one)),
    alpha: String(definition.alpha),
  };
}
