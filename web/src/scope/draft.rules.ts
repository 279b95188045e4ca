/** What the form for a leak holds, as texts, and the leak that it says. What is wrong with it the server's own schema tells. */
import type { Leak } from '@forthright/contract';
import { instantOf, localOf } from '../kit/local-time.ts';

export type { Leak };
export type LeakKind = Leak['kind'];

export const KINDS = [
  'page',
  'shared-cache',
  'access',
  'export',
  'mailing',
  'url',
  'list',
] as const satisfies readonly LeakKind[];
export const FIELDS = ['name', 'email', 'phone', 'address', 'orders', 'messages'] as const;

/** A cache's rule for answers of this status; none leaves doubt. */
export type CacheRule = '' | 'hit' | 'fill';

export type Draft = Readonly<{
  kind: LeakKind;
  log: string;
  path: string;
  from: string;
  to: string;
  status: string;
  hosts: string;
  viewers: string;
  actions: string;
  stale: CacheRule;
  revalidated: CacheRule;
  /** Whether a mailing is given as the mail, or as a list of addresses. */
  as: 'eml' | 'people';
  eml: string;
  at: string;
  column: string;
  by: 'id' | 'email';
  when: string;
  recipients: string;
  passedTo: string;
  fields: readonly string[];
  otherFields: string;
  /** What the form has no place for. */
  methods: readonly string[] | undefined;
}>;

/** Which parts of the form a kind of leak has. */
export const PARTS: Readonly<Record<LeakKind, Readonly<Partial<Record<Part, true>>>>> = {
  page: { log: true, path: true, window: true, status: true, hosts: true },
  'shared-cache': { log: true, path: true, window: true, status: true, hosts: true, rules: true },
  access: { log: true, path: true, window: true, hosts: true, staff: true },
  export: { log: true, path: true, window: true, status: true, hosts: true, people: true, recipients: true },
  mailing: { eml: true, people: true, when: true },
  url: { log: true, path: true, window: true, status: true, hosts: true, passedTo: true },
  list: { people: true, recipients: true, when: true },
};
type Part =
  | 'log'
  | 'path'
  | 'window'
  | 'status'
  | 'hosts'
  | 'rules'
  | 'staff'
  | 'people'
  | 'eml'
  | 'recipients'
  | 'passedTo'
  | 'when';

export const NEW: Draft = {
  kind: 'page',
  log: '',
  path: '',
  from: '',
  to: '',
  status: '200, 206, 304',
  hosts: '',
  viewers: '',
  actions: '',
  stale: '',
  revalidated: '',
  as: 'eml',
  eml: '',
  at: '',
  column: '',
  by: 'id',
  when: '',
  recipients: '',
  passedTo: '',
  fields: ['name', 'email'],
  otherFields: '',
  methods: undefined,
};

const words = (text: string): string[] =>
  text
    .split(/[,;\n]/)
    .map((word) => word.trim())
    .filter((word) => word !== '');

/** `undefined` where nothing was typed: an empty list would mean that nobody is meant. */
const some = (text: string): string[] | undefined => (words(text).length === 0 ? undefined : words(text));
const typed = (text: string): string | undefined => (text.trim() === '' ? undefined : text.trim());

const CLASSES = ['customer', 'anonymous', 'crawler', 'seller', 'employee', 'contractor', 'thirdParty'];

/** A line each: `S2007` or `S2007, seller`. */
function recipientsOf(text: string) {
  const lines = text
    .split('\n')
    .map((line) => line.trim())
    .filter((line) => line !== '');
  if (lines.length === 0) return undefined;
  return lines.map((line) => {
    const [, id = '', name = ''] = /^(.*),\s*(\w+)$/.exec(line) ?? [];
    return CLASSES.includes(name) ? { id, class: name } : line;
  });
}

const withoutGaps = (given: Readonly<Record<string, unknown>>) =>
  Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));

/** The leak, as the server is to judge it: what is missing or wrong stays so. */
export function leakOf(draft: Draft, id: string): Leak {
  const parts = PARTS[draft.kind];
  const hasPeople = parts.people === true && !(draft.kind === 'mailing' && draft.as === 'eml');
  const hasLog = draft.kind !== 'export' || draft.log !== '';
  const rules = withoutGaps({
    STALE: draft.stale === '' ? undefined : draft.stale,
    REVALIDATED: draft.revalidated === '' ? undefined : draft.revalidated,
  });
  // Typed text may be anything; the server's schema says what of it is no leak.
  return withoutGaps({
    id,
    kind: draft.kind,
    fields: [...draft.fields, ...words(draft.otherFields)],
    ...(parts.window && { from: instantOf(draft.from) ?? '', to: instantOf(draft.to) ?? '' }),
    ...(parts.log && hasLog && { log: draft.log }),
    ...(parts.path && hasLog && { path: draft.kind === 'access' ? typed(draft.path) : draft.path.trim() }),
    ...(parts.status && hasLog && { status: words(draft.status).map(Number), methods: draft.methods }),
    ...(parts.hosts && hasLog && { hosts: some(draft.hosts) }),
    ...(parts.rules && { rules }),
    ...(parts.staff && { viewers: some(draft.viewers), actions: some(draft.actions) }),
    ...(parts.eml && draft.as === 'eml' && { eml: draft.eml.trim() }),
    ...(hasPeople && { people: { at: draft.at.trim(), [draft.by]: draft.column.trim() } }),
    ...(parts.recipients && { recipients: recipientsOf(draft.recipients) }),
    ...(parts.passedTo && { passedTo: some(draft.passedTo) }),
    ...(parts.when && { [draft.kind === 'mailing' ? 'sentAt' : 'at']: instantOf(draft.when) }),
  }) as Leak;
}

/** With its seconds, where it has any: who only opens and saves a leak changes nothing. */
function localTime(instant: string | undefined): string {
  if (instant === undefined) return '';
  const at = new Date(instant);
  const seconds = at.getSeconds();
  return `${localOf(at)}${seconds === 0 ? '' : `:${String(seconds).padStart(2, '0')}`}`;
}

/** What a leak says, in the fields of the form. */
export function draftOf(leak: Leak): Draft {
  const own = leak as Partial<Record<string, unknown>>;
  const list = (name: string): string => ((own[name] as readonly unknown[] | undefined) ?? []).join(', ');
  const people = 'people' in leak ? leak.people : undefined;
  const rules = 'rules' in leak ? leak.rules : {};
  const recipients = 'recipients' in leak ? (leak.recipients ?? []) : [];
  const text = (name: string): string => (typeof own[name] === 'string' ? own[name] : '');
  const when = 'sentAt' in leak ? leak.sentAt : 'at' in leak ? leak.at : undefined;
  return {
    ...NEW,
    kind: leak.kind,
    log: text('log'),
    path: text('path'),
    from: 'from' in leak ? localTime(leak.from) : '',
    to: 'to' in leak ? localTime(leak.to) : '',
    status: 'status' in leak ? list('status') : NEW.status,
    hosts: list('hosts'),
    viewers: list('viewers'),
    actions: list('actions'),
    stale: rules.STALE ?? '',
    revalidated: rules.REVALIDATED ?? '',
    as: people === undefined ? 'eml' : 'people',
    eml: text('eml'),
    at: people?.at ?? '',
    by: people?.email === undefined ? 'id' : 'email',
    column: people?.id ?? people?.email ?? '',
    when: localTime(when),
    recipients: recipients
      .map((one) => (typeof one === 'string' ? one : `${one.id}, ${one.class}`))
      .join('\n'),
    passedTo: list('passedTo'),
    fields: FIELDS.filter((name) => leak.fields.includes(name)),
    otherFields: leak.fields.filter((name) => !FIELDS.some((one) => one === name)).join(', '),
    methods: 'methods' in leak ? leak.methods : undefined,
  };
}

export type Told = Readonly<{ at: string; message: string }>;

/** By the field of the form, what the server found wrong; `''` has what concerns the leak as a whole. */
export function problemsByField(problems: readonly Told[]): ReadonlyMap<string, string> {
  const found = new Map<string, string>();
  for (const { at, message } of problems) {
    const [field = ''] = at
      .replace(/^(?:leaks?|body)(?:\.\d+)?\.?/, '')
      .replace(/^leak\.?/, '')
      .split('.');
    const before = found.get(field);
    found.set(field, before === undefined ? message : `${before}; ${message}`);
  }
  return found;
}
