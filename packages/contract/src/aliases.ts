import * as z from 'zod';
import { Line, Prose } from './fields.ts';
import { ReportRead } from './reports.ts';
import { GATE_SETTLED } from './trace.ts';

/** Aliases: an address that stands for a customer's own towards one seller, or on one employee's screen. */

export const OpenAliases = z.strictObject({ gate: z.strictObject(GATE_SETTLED) });
export type OpenAliases = z.infer<typeof OpenAliases>;

export const AliasesOpened = z.strictObject({ book: z.string(), ends: z.string(), entry: z.int() });
export type AliasesOpened = z.infer<typeof AliasesOpened>;

const Host = z
  .string()
  .regex(/^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}$/, 'a domain such as lamps.example');

const Wish = z
  .strictObject({
    customer: Line,
    /** To which mail goes on. */
    address: z.string().min(3).max(320),
    /** To whom the alias is shown, as the logs call them. */
    viewer: z.strictObject({ kind: z.enum(['seller', 'employee']), name: Line }),
    /** Of a seller one alias for each order. */
    order: Line.optional(),
    /** Domains from which mail to it is ordinary: a seller's own. */
    expects: z.array(Host).max(10).default([]),
  })
  .refine(({ viewer, expects }) => viewer.kind === 'seller' || expects.length === 0, {
    error: 'nobody is expected to write to what stands on a screen',
    path: ['expects'],
  });
export type AliasWish = z.infer<typeof Wish>;

export const MakeAliases = z.strictObject({ aliases: z.array(Wish).min(1).max(500) });
export type MakeAliases = z.infer<typeof MakeAliases>;

export const AliasesMade = z.strictObject({
  /** In the order in which they were asked for; one that was made before is the same. */
  aliases: z.array(z.strictObject({ id: z.string(), alias: z.string() })),
  made: z.int(),
  /** Of those that are new. */
  entry: z.int().nullable(),
});
export type AliasesMade = z.infer<typeof AliasesMade>;

export const ListAliases = z.strictObject({});

export const AliasesListed = z.strictObject({
  books: z.array(
    z.strictObject({
      id: z.string(),
      openedBy: z.string(),
      openedAt: z.string(),
      entry: z.int(),
      ends: z.string(),
      erasedEntry: z.int().optional(),
      aliases: z.int(),
      blocked: z.int(),
      /** Handed on, of all days. */
      mails: z.int(),
      gate: z.strictObject(GATE_SETTLED).nullable(),
    }),
  ),
  /** From somebody who was not expected to know the alias, the latest first. */
  mails: z.array(
    z.strictObject({
      id: z.string(),
      alias: z.string(),
      at: z.string(),
      entry: z.int(),
      viewer: z.enum(['seller', 'employee']),
      /** Of an employee nobody is told: a trace calls them by a pseudonym. */
      name: z.string().nullable(),
      customer: z.string(),
      order: z.string().nullable(),
      /** When it was first shown. */
      madeAt: z.string(),
      read: ReportRead.nullable(),
    }),
  ),
});
export type AliasesListed = z.infer<typeof AliasesListed>;

export const FindAlias = z.strictObject({ alias: z.string().min(3).max(320) });
export type FindAlias = z.infer<typeof FindAlias>;

/** What one alias says, as a customer forwards a mail that came to it. */
export const AliasFound = z.strictObject({
  id: z.string(),
  viewer: z.enum(['seller', 'employee']),
  name: z.string().nullable(),
  customer: z.string(),
  order: z.string().nullable(),
  madeAt: z.string(),
  blocked: z.boolean(),
  entry: z.int(),
});
export type AliasFound = z.infer<typeof AliasFound>;

export const BlockAlias = z.strictObject({ id: z.string().max(60), reason: Prose });
export type BlockAlias = z.infer<typeof BlockAlias>;
export const AliasBlocked = z.strictObject({ id: z.string(), entry: z.int() });
export type AliasBlocked = z.infer<typeof AliasBlocked>;

export const EraseAliases = z.strictObject({ book: z.string().max(60), reason: Prose });
export type EraseAliases = z.infer<typeof EraseAliases>;
export const AliasesErased = z.strictObject({ book: z.string(), entry: z.int() });
export type AliasesErased = z.infer<typeof AliasesErased>;
