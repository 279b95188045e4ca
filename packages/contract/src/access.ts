import * as z from 'zod';
import { Line, Zone } from './fields.ts';
import { ACCESS_LOG, TRACE_GATE } from './trace.ts';

/** What each employee can see of customers' data, and what they did see. */

const Instant = z.iso.datetime({
  offset: true,
  error: 'an instant such as 2026-08-24T00:00:00Z, with its zone',
});
const File = z.string().min(1).max(500);

/**
 * Who may see which fields of which customers. Every format comes down to two tables: a role sees these fields of these customers in this tool,
 * and an employee has this role.
 */
const Grants = z.discriminatedUnion('format', [
  /** `grants`: role, tool, field, customers. `members`: employee, role. */
  z.strictObject({ format: z.literal('csv'), grants: File, members: File }),
  /** `{ roles: [{ name, grants: [{ tool, fields, customers }] }], members: [{ employee, roles }] }` */
  z.strictObject({ format: z.literal('json'), at: File }),
  /** Groups as a SCIM server lists them (RFC 7643); a group's name is a role, whose grants stand in a table as above. */
  z.strictObject({ format: z.literal('scim'), groups: File, grants: File }),
  /** A database's own: `columns` from information_schema.column_privileges, `members` from pg_auth_members. */
  z.strictObject({
    format: z.literal('postgres'),
    columns: File,
    members: File,
    /** The tables of customers' data, and which field each of their columns is. */
    tables: z.record(Line, z.record(Line, Line)),
    tool: Line,
  }),
  /** Relationship tuples (`fga tuple read`): who has a relation to a set of customers, and what that lets them see. */
  z.strictObject({
    format: z.literal('openfga'),
    tuples: File,
    relations: z.record(Line, z.strictObject({ tool: Line, fields: z.array(Line).min(1) })),
  }),
  /** Policies and entities in Cedar's JSON; an action is what somebody sees in a tool. */
  z.strictObject({
    format: z.literal('cedar'),
    policies: File,
    entities: File,
    /** The type of entity that employees are. */
    people: Line.default('User'),
    actions: z.record(Line, z.strictObject({ tool: Line, fields: z.array(Line).min(1) })),
  }),
]);
export type GrantsSource = z.infer<typeof Grants>;

/** One row of `grants` once it is read. `customers`: all, or those for whom each of these keys has one of these values. */
export type Grant = Readonly<{
  role: string;
  tool: string;
  /** `*`: every field that the tool shows. */
  field: string;
  customers: Readonly<Record<string, readonly string[]>>;
}>;
export type Member = Readonly<{ employee: string; role: string }>;

/** By which grants may be limited; `id` names single customers. */
export const GRANT_KEYS = ['country', 'region', 'language', 'id'] as const;

export const AccessDefinition = z.strictObject({
  /** The days that are looked at, ninety as a rule. */
  from: Instant,
  to: Instant,
  /** What people use, with the log of it, and the fields that it shows. */
  tools: z
    .array(z.strictObject({ tool: Line, fields: z.array(Line.max(60)).min(1).max(50), ...ACCESS_LOG }))
    .min(1)
    .max(50),
  grants: Grants,
  /** Grants as they are to be: the same days are gone through once more under these. */
  proposal: Grants.optional(),
  /** What gives a reason to look somebody up: tickets, orders. */
  reasons: z
    .array(
      z.strictObject({
        name: Line,
        at: File,
        /** Column of customer ids. */
        id: Line,
        /** Column of its time; without one, it is a reason at any time. */
        time: Line.optional(),
        /** Column of who handled it; without one, it is everybody's reason. */
        employee: Line.optional(),
        /** For so many days before and after. */
        days: z.int().min(1).max(365).default(30),
      }),
    )
    .max(20)
    .default([]),
  /** Ordinary working time, for what is looked up outside of it. */
  hours: z
    .strictObject({
      from: z.int().min(0).max(23),
      to: z.int().min(1).max(24),
      zone: Zone,
      weekends: z.boolean().default(false),
    })
    .default({ from: 7, to: 20, zone: 'UTC', weekends: false }),
  /** Customers whom many are curious about: a table with their ids. */
  wellKnown: z.strictObject({ at: File, id: Line }).optional(),
  /** Who can see, and who saw, these? */
  customers: z.array(z.string().min(1).max(200)).max(50).default([]),
});
export type AccessDefinition = z.infer<typeof AccessDefinition>;

const Count = z.int().min(0);
const When = z.iso.datetime({ precision: 3 });

/** How many of the people who use a tool have as much or more: what a figure is to be seen beside. */
const Base = z.strictObject({ people: Count, median: z.number(), ninetyNinth: z.number() });

export const UNUSUAL = ['sequential', 'out-of-hours', 'well-known', 'in-an-hour', 'unexplained'] as const;
export type Unusual = (typeof UNUSUAL)[number];

const Fields = z.array(z.strictObject({ field: z.string(), reachable: Count }));

export const AccessAnswer = z.strictObject({
  schema: z.literal('forthright/access/1'),
  title: z.string(),
  gate: TRACE_GATE,
  from: When,
  to: When,
  /** Of the directory. */
  customers: Count,
  people: z.strictObject({
    /** With a role or a look-up. */
    all: Count,
    withGrants: Count,
    /** Who looked somebody up, and has no grant for that tool. */
    withoutGrants: Count,
  }),
  tools: z.array(
    z.strictObject({
      tool: z.string(),
      fields: z.array(z.string()),
      people: Count,
      customers: Count,
      lookUps: Count,
      explained: Count,
    }),
  ),
  /** What a role makes reachable in a tool, and what of it those who have the role used. */
  roles: z.array(
    z.strictObject({
      role: z.string(),
      tool: z.string(),
      employees: Count,
      fields: Fields,
      reachable: Count,
      used: Count,
      explained: Count,
    }),
  ),
  /** By person and tool; those first who can see the most customers whom they did not look up. */
  each: z.array(
    z.strictObject({
      candidate: z.string(),
      kind: z.enum(['employee', 'contractor', 'account']),
      tool: z.string(),
      roles: z.array(z.string()),
      fields: Fields,
      /** Customers of whom any field is reachable. */
      reachable: Count,
      used: Count,
      /** Of these, with a ticket or order that explains it. */
      explained: Count,
      /** Of these, whom no grant lets them see. */
      beyond: Count,
      /** Customers whom they can see and did not. */
      idle: Count,
    }),
  ),
  more: Count,
  /** Grants that nobody has used, or few: the most customers first. */
  cut: z.array(
    z.strictObject({
      role: z.string(),
      tool: z.string(),
      field: z.string(),
      /** `all`, or `region R1`. */
      customers: z.string(),
      employees: Count,
      reachable: Count,
      /** Customers whom somebody with the role looked up in that tool, within the grant. */
      used: Count,
      usedBy: Count,
    }),
  ),
  /** The same days under the proposal: what would not have been seen. */
  replay: z
    .strictObject({
      reachableBefore: Count,
      reachableAfter: Count,
      lookUps: Count,
      customers: Count,
      people: Count,
      /** Of these look-ups (a person and a customer in a tool), those with a reason: work that could not have been done. */
      hurt: Count,
      each: z.array(z.strictObject({ candidate: z.string(), tool: z.string(), lookUps: Count, hurt: Count })),
    })
    .nullable(),
  who: z.array(
    z.strictObject({
      customer: z.string(),
      isKnown: z.boolean(),
      canSee: z.array(z.strictObject({ tool: z.string(), field: z.string(), people: Count })),
      saw: z.array(
        z.strictObject({
          candidate: z.string(),
          tool: z.string(),
          first: When,
          last: When,
          times: Count,
          explained: z.boolean(),
          granted: z.boolean(),
          file: z.string(),
          row: Count,
        }),
      ),
    }),
  ),
  /** No sum of these is made: there is no score of anybody. */
  unusual: z.array(
    z.strictObject({
      what: z.enum(UNUSUAL),
      base: Base,
      each: z.array(
        z.strictObject({ candidate: z.string(), value: z.number(), of: Count, asMuchOrMore: Count }),
      ),
    }),
  ),
  cautions: z.array(z.string()),
  evidence: z.array(z.strictObject({ path: z.string(), bytes: Count, sha256: z.string().nullable() })),
});
export type AccessAnswer = z.infer<typeof AccessAnswer>;
