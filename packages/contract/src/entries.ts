import * as z from 'zod';

/** The register as its readers see it: every entry that they may see, and the proof of any of them. */

const Id = z
  .string()
  .max(60)
  .regex(/^[a-z]{3,7}(_[0-9a-z]+)?$/, 'an id such as usr_0123456789abcdef0123');

export const ListEntries = z.strictObject({
  incident: z.string().max(60).optional(),
  kind: z
    .string()
    .max(60)
    .regex(/^[a-z]+(-[a-z]+)*$/, 'a kind of entry such as incident-opened')
    .optional(),
  /** An account, with what its tokens did. */
  by: Id.optional(),
  from: z.iso.datetime({ offset: true }).optional(),
  to: z.iso.datetime({ offset: true }).optional(),
  /** The `next` of a page. */
  before: z.coerce.number().int().min(0).optional(),
  most: z.coerce.number().int().min(1).max(200).default(50),
});
export type ListEntries = z.infer<typeof ListEntries>;

export const EntriesListed = z.strictObject({
  /** The newest first. */
  entries: z.array(
    z.strictObject({
      entry: z.int(),
      kind: z.string(),
      at: z.string(),
      by: z.string(),
      /** The API token of `by` with which it was done. */
      token: z.string().optional(),
      incident: z.string().optional(),
      facts: z.record(z.string(), z.json()),
      /** `null` stands for a text that was erased. */
      texts: z.record(z.string(), z.string().nullable()),
    }),
  ),
  /** Titles of the incidents of this page; `null` once a title was erased. */
  titles: z.record(z.string(), z.string().nullable()),
  next: z.int().optional(),
});
export type EntriesListed = z.infer<typeof EntriesListed>;

export const ProveEntry = z.strictObject({ entry: z.coerce.number().int().min(0) });
export type ProveEntry = z.infer<typeof ProveEntry>;

export const EntryProved = z.strictObject({
  entry: z.int(),
  /** The entry as it stands in the tree, UTF-8: its leaf is SHA-256 over a zero byte and these. */
  bytes: z.string(),
  size: z.int(),
  /** Of the tree of this size; base64, as the hashes of the way to it (RFC 9162, section 2.1.3). */
  root: z.string(),
  proof: z.array(z.string()),
  /** Origin, size and root, signed now by the register's key. */
  checkpoint: z.string(),
  /** All of it as C2SP tlog-proof. */
  tlogProof: z.string(),
});
export type EntryProved = z.infer<typeof EntryProved>;
