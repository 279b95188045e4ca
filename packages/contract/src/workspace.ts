import * as z from 'zod';

/** Where data lies: a file, a glob, `s3://…`, `postgres://…#table` or `clickhouse:db.table`. */
const At = z.string().min(1);
const Column = z.string().min(1);
/** An IANA zone such as `Europe/Berlin`; checked when the workspace is loaded. */
const Zone = z.string().min(1);
const ContactPoint = z.strictObject({
  name: z.string().optional(),
  email: z.string().optional(),
  phone: z.string().optional(),
});

export const Organisation = z.strictObject({
  name: z.string().min(1),
  legalName: z.string().optional(),
  country: z
    .string()
    .regex(/^[A-Z]{2}$/, 'a country is two capital letters, such as LU')
    .optional(),
  /** The state of the seat, such as DE-BE: Germany has one authority per state. */
  region: z
    .string()
    .regex(/^[A-Z]{2}-[A-Z0-9]{1,3}$/, 'a region is the country, a hyphen and its code, such as DE-BE')
    .optional(),
  /** What the organisation is for the data in `sources.customers`: they are its own customers unless it says otherwise. */
  role: z.enum(['controller', 'processor']).default('controller'),
  contactPoint: ContactPoint.optional(),
  annualTurnover: z.strictObject({ amount: z.number(), currency: z.string().length(3) }).optional(),
  domains: z.array(z.string()).default([]),
  /** Where the folder `public` of the server is served to everybody; the first of the domains unless it says otherwise. */
  publicAt: z
    .url({ protocol: /^https$/, error: 'an address that begins with https://' })
    .max(200)
    .refine((url) => !/[?#]/.test(url), { error: 'an address without ? and #' })
    .optional(),
  branches: z
    .array(
      z.strictObject({
        country: z.string().regex(/^[A-Z]{2}$/),
        legalName: z.string(),
        contactPoint: ContactPoint.optional(),
      }),
    )
    .default([]),
  own: z
    .strictObject({ networks: z.array(z.string()).default([]), userAgents: z.array(z.string()).default([]) })
    .default({ networks: [], userAgents: [] }),
});

const Customers = z.strictObject({
  at: At,
  columns: z.strictObject({
    id: Column,
    email: Column.optional(),
    name: Column.optional(),
    country: Column.optional(),
    region: Column.optional(),
    language: Column.optional(),
    phone: Column.optional(),
    address: z.array(Column).optional(),
    /** When the account came to be and when it was deleted: someone who did not exist can't be `unknown`. */
    createdAt: Column.optional(),
    deletedAt: Column.optional(),
  }),
  /** What to do with a row that can't be read: stop (default) with its line number, or go on and count it. */
  brokenRows: z.enum(['stop', 'count']).default('stop'),
});

/** A table that says whose data stood on an item. Many people may stand on one item. */
const Reference = z.strictObject({
  at: At,
  key: Column,
  person: Column,
  from: Column.optional(),
  to: Column.optional(),
});

const Sessions = z.strictObject({ at: At, key: Column, viewer: Column });
const Employees = z.strictObject({
  at: At,
  /** `kind`: a column whose values `contractor` or `vendor` mark people who are not staff. */
  columns: z.strictObject({ id: Column, team: Column.optional(), kind: Column.optional() }),
});
const Sellers = z.strictObject({
  at: At,
  columns: z.strictObject({ id: Column, name: Column.optional(), country: Column.optional() }),
});

/** The names that a log's columns may be mapped to. `pattern` logs get them from the pattern's variables. */
export const LOG_FIELDS = [
  'time',
  'host',
  'method',
  'path',
  'status',
  'client',
  'userAgent',
  'viewer',
  'session',
  'person',
  'action',
  'cacheStatus',
  'cache',
  'duration',
  'recipient',
  'line',
  'file',
  'row',
] as const;
export type LogField = (typeof LOG_FIELDS)[number];

export const LOG_FORMATS = [
  'combined',
  'common',
  'pattern',
  'nginx-json',
  'alb',
  'w3c',
  'jsonl',
  'csv',
  'parquet',
  'table',
] as const;
export type LogFormat = (typeof LOG_FORMATS)[number];

const Log = z.strictObject({
  at: z.union([At, z.array(At).min(1)]),
  format: z.enum(LOG_FORMATS),
  /** nginx `log_format` syntax, for `format: pattern`, or to say what stands in front of or behind combined. */
  pattern: z.string().optional(),
  /** Log field → column, dotted path (nested JSON) or pattern variable. */
  columns: z.partialRecord(z.enum(LOG_FIELDS), Column).optional(),
  timezone: Zone.optional(),
  /** How long this log is kept, as an ISO 8601 period such as `P30D`. */
  retention: z
    .string()
    .regex(/^P\d+[DWMY]$/, 'a period such as P30D, P4W, P6M or P1Y')
    .optional(),
  /** The share of lines that is written at all; 1 when the log is complete. */
  sampled: z.number().gt(0).max(1).default(1),
});

/** `forthright.yaml`. Sources that an incident does not need may be left out. */
export const Workspace = z.strictObject({
  organisation: Organisation,
  timezone: Zone.optional(),
  sources: z.strictObject({
    customers: Customers,
    references: z.record(z.string().regex(/^[A-Za-z_][\w-]*$/), Reference).default({}),
    sessions: Sessions.optional(),
    employees: Employees.optional(),
    sellers: Sellers.optional(),
    logs: z.record(z.string().regex(/^[A-Za-z_][\w-]*$/), Log).default({}),
  }),
  engines: z
    .strictObject({
      analytics: z
        .strictObject({
          clickhouse: z.strictObject({
            url: z.url(),
            username: z.string().optional(),
            password: z.string().optional(),
            database: z.string().optional(),
          }),
        })
        .optional(),
      database: z
        .strictObject({
          postgres: z.url({
            protocol: /^postgres(ql)?$/,
            error: 'expected an address such as postgres://user:password@host:5432/database',
          }),
        })
        .optional(),
    })
    .default({}),
});
export type Workspace = z.infer<typeof Workspace>;
export type LogSource = z.infer<typeof Log>;
export type ReferenceSource = z.infer<typeof Reference>;
