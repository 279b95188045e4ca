/** The form of bundle.json that this package writes and reads. */
export const BUNDLE_FORMAT = 'forthright-register-bundle/1';
export const BUNDLE_FILE = 'bundle.json';
export const ENTRIES_FILE = 'entries.jsonl';
/** More would make bundle.json itself too large: entries that are this scattered take a proof each. */
export const MOST_REST_HASHES = 500_000;
const ATTACHMENTS = 'attachments/';

/** A log's public key and the time for which it counts: from `from` up to, without, `until` (null: it still counts). */
export type KeyTerm = Readonly<{ vkey: string; from: string; until: string | null }>;

/** `each`: every entry has its own proof. `together`: the tree is computed from all entries and the hashes in `rest`. */
export type EntryProofs = 'each' | 'together';

export type BundleAttachment = Readonly<{
  path: string;
  bytes: number;
  sha256: string;
  /** The entry that states the attachment's hash, and where in it: in the clear, or as a commitment that is opened to the hash or to the file itself. */
  index: number;
  at: string;
}>;

export type BundleHeader = Readonly<{
  format: typeof BUNDLE_FORMAT;
  origin: string;
  keys: readonly KeyTerm[];
  checkpoint: string;
  earlier: Readonly<{ checkpoint: string; proof: readonly string[] }> | null;
  entries: Readonly<{ count: number; proofs: EntryProofs; rest: readonly string[] }>;
  attachments: readonly BundleAttachment[];
}>;

/** Bytes as text where they are text (a court reads it), else as base64. */
export type Written = Readonly<{ text: string }> | Readonly<{ base64: string }>;

export type BundleOpening = Readonly<{ at: string; label: string; salt: string }> & Written;

export type BundleLine = Readonly<{ index: number }> &
  Written &
  Readonly<{ proof?: readonly string[]; openings?: readonly BundleOpening[] }>;

export function formatHeader(header: BundleHeader): string {
  return `${JSON.stringify(header, null, 2)}\n`;
}

export function formatLine(line: BundleLine): string {
  return `${JSON.stringify(line)}\n`;
}

/**
 * Whether a path stays in the bundle's folder `attachments`, wherever it is unpacked: plain names with a slash between
 * them. Windows would see drives, streams, devices and other separators in what is refused here.
 */
export function isAttachmentPath(path: string): boolean {
  if (!path.startsWith(ATTACHMENTS) || path.length > 1000 || !path.isWellFormed()) return false;
  return path.split('/').every(isPlainName);
}

function isPlainName(name: string): boolean {
  if (name.length > 200 || /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\\:*?"<>|]/u.test(name)) return false;
  if (name === '' || /^[ .]|[ .]$/.test(name)) return false;
  return !/^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i.test(name);
}
