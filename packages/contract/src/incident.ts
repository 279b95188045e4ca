import * as z from 'zod';
import { Instant, StatedFacts } from './facts.ts';

export const RECIPIENT_CLASSES = [
  'customer',
  'anonymous',
  'crawler',
  'seller',
  'employee',
  'contractor',
  'thirdParty',
  'own',
] as const;
export type RecipientClass = (typeof RECIPIENT_CLASSES)[number];

/** Somebody who is known to have received the data although no log says so. */
const StatedRecipient = z.union([
  z.string().min(1),
  z.strictObject({ id: z.string().min(1), class: z.enum(RECIPIENT_CLASSES).exclude(['own']) }),
]);

/** A list of people: a file with a column of customer ids or of e-mail addresses. */
const PeopleList = z
  .strictObject({ at: z.string().min(1), id: z.string().optional(), email: z.string().optional() })
  .refine((l) => (l.id === undefined) !== (l.email === undefined), {
    error: 'name either `id` (column of customer ids) or `email` (column of addresses)',
  });

const common = {
  id: z.string().regex(/^[a-z0-9][a-z0-9-]*$/, 'lower-case letters, digits and hyphens'),
  /** Which personal data stood there, such as [name, email]. */
  fields: z.array(z.string().min(1)).min(1, 'say which fields were shown, such as [name, email]'),
};
const window = { from: Instant, to: Instant };
const web = {
  log: z.string().min(1),
  hosts: z.array(z.string()).min(1).optional(),
  status: z.array(z.int().min(100).max(599)).min(1).default([200, 206, 304]),
  methods: z.array(z.string()).min(1).default(['GET', 'POST']),
};

const Page = z.strictObject({
  ...common,
  ...window,
  ...web,
  kind: z.literal('page'),
  path: z.string().startsWith('/'),
});
const SharedCache = z.strictObject({
  ...common,
  ...window,
  ...web,
  kind: z.literal('shared-cache'),
  path: z.string().startsWith('/'),
  /** What STALE and REVALIDATED responses of this cache are. Without a rule, who was shown is unknown. */
  rules: z.partialRecord(z.enum(['STALE', 'REVALIDATED']), z.enum(['hit', 'fill'])).default({}),
});
const Access = z.strictObject({
  ...common,
  ...window,
  kind: z.literal('access'),
  log: z.string().min(1),
  /** Only these accounts, employees or tokens; everyone when left out. */
  viewers: z.array(z.string()).min(1).optional(),
  /** In place of `viewers`, on a server: whom a trace of this incident has named, and somebody has confirmed. */
  suspect: z.strictObject({ job: z.string().max(60), candidate: z.string().min(1).max(300) }).optional(),
  actions: z.array(z.string()).min(1).optional(),
  path: z.string().startsWith('/').optional(),
  hosts: z.array(z.string()).min(1).optional(),
  status: z.array(z.int().min(100).max(599)).min(1).optional(),
});
const Export = z.strictObject({
  ...common,
  ...window,
  kind: z.literal('export'),
  people: PeopleList,
  /** Downloads of the file in a log (`log` and `path`), or `recipients` that are known otherwise, or both. */
  log: z.string().optional(),
  path: z.string().startsWith('/').optional(),
  hosts: z.array(z.string()).min(1).optional(),
  status: z.array(z.int().min(100).max(599)).min(1).default([200, 206, 304]),
  methods: z.array(z.string()).min(1).default(['GET', 'POST']),
  recipients: z.array(StatedRecipient).min(1).optional(),
});
const Mailing = z
  .strictObject({
    ...common,
    kind: z.literal('mailing'),
    /** The mail as sent, with everyone in its To and Cc, … */
    eml: z.string().optional(),
    /** … or a list of the addresses. */
    people: PeopleList.optional(),
    sentAt: Instant.optional(),
  })
  .refine((l) => (l.eml === undefined) !== (l.people === undefined), {
    error: 'name either `eml` (the mail) or `people` (a list)',
  });
const Url = z.strictObject({
  ...common,
  ...window,
  ...web,
  kind: z.literal('url'),
  /** Binds `{customers}` (an id) or `{customers.email}` (an address) in a segment or a query parameter. */
  path: z.string().startsWith('/'),
  /** Hosts or firms to which the page passed its address on; or the log's `recipient` column says it. */
  passedTo: z.array(z.string().min(1)).min(1).optional(),
});
const List = z.strictObject({
  ...common,
  kind: z.literal('list'),
  people: PeopleList,
  recipients: z.array(StatedRecipient).min(1).optional(),
  at: Instant.optional(),
});

export const Leak = z.discriminatedUnion('kind', [Page, SharedCache, Access, Export, Mailing, Url, List]);
export type Leak = z.infer<typeof Leak>;
export type LeakKind = Leak['kind'];
export const LEAK_KINDS = ['page', 'shared-cache', 'access', 'export', 'mailing', 'url', 'list'] as const;

export const DeclaredGap = z.strictObject({
  log: z.string().min(1),
  host: z.string().optional(),
  from: Instant,
  to: Instant,
  reason: z.string().min(1),
});

/** The engine keeps the leaks of a person as the bits of one number. */
export const MOST_LEAKS = 64;

/** The incident file: what is believed to have leaked. */
export const Incident = z.strictObject({
  title: z.string().min(1),
  aware: Instant.optional(),
  occurred: Instant.optional(),
  cause: z.strictObject({ kind: z.string(), summary: z.string() }).optional(),
  contained: z.strictObject({ at: Instant, summary: z.string() }).optional(),
  leaks: z
    .array(Leak)
    .min(1, 'an incident needs at least one leak: what was shown, where, from when to when')
    .max(MOST_LEAKS, `an incident holds at most ${MOST_LEAKS} leaks: put files of one kind into one list`),
  gaps: z.array(DeclaredGap).default([]),
  /** What the law asks for and no log says. */
  facts: StatedFacts.optional(),
});
export type Incident = z.infer<typeof Incident>;
