import { isUtf8 } from 'node:buffer';
import {
  BUNDLE_FILE,
  BUNDLE_FORMAT,
  type BundleAttachment,
  type BundleHeader,
  type Checkpoint,
  formatHeader,
  type Hash,
  hashFromBase64,
  isAttachmentPath,
  type Json,
  LARGEST_NOTE_BYTES,
  MOST_PROOF_HASHES,
  MOST_REST_HASHES,
  parseCheckpoint,
  parseJson,
  RegisterError,
  shorten,
} from '../tree/index.ts';
import { type KeyInTime, keysOf } from './keys.ts';
import { countOf, fieldsOf, listOf, refuseDeepJson, textOf } from './shape.ts';

export const LARGEST_HEADER_BYTES = 32 * 1024 * 1024;
const MOST_ATTACHMENTS = 50_000;
const LONGEST_POINTER = 1000;
const DEEPEST = 8;

export type Header = Readonly<{
  checkpoint: Checkpoint;
  keys: readonly KeyInTime[];
  earlier: Readonly<{ checkpoint: Checkpoint; proof: readonly Hash[] }> | null;
  entries: Readonly<{ count: number; proofs: 'each' | 'together'; rest: readonly Hash[] }>;
  attachments: readonly BundleAttachment[];
}>;

/** Reads bundle.json without believing it. Refuses every other writing of the same content, so that no byte of it is idle. */
export function parseHeader(bytes: Uint8Array): Header {
  if (!isUtf8(bytes)) throw new RegisterError('malformed', BUNDLE_FILE, 'not UTF-8');
  const text = Buffer.from(bytes).toString('utf8');
  refuseDeepJson(text, DEEPEST, BUNDLE_FILE);
  const raw = parseJson(text, BUNDLE_FILE);
  const format = raw !== null && typeof raw === 'object' && 'format' in raw ? raw.format : undefined;
  if (format !== BUNDLE_FORMAT) {
    const message = `the format is not "${BUNDLE_FORMAT}", which is the only one known here`;
    throw new RegisterError('malformed', `${BUNDLE_FILE}: format`, message);
  }
  const header = shapeOf(raw);
  refuseOtherWriting(text, formatHeader(header));
  return meaningOf(header);
}

const place = (field: string): string => `${BUNDLE_FILE}: ${field}`;

/** The same fields in the order in which they are written. */
function shapeOf(raw: Json): BundleHeader {
  const top = fieldsOf(raw, BUNDLE_FILE, [
    'format',
    'origin',
    'keys',
    'checkpoint',
    'earlier',
    'entries',
    'attachments',
  ]);
  const entries = fieldsOf(top.entries, place('entries'), ['count', 'proofs', 'rest']);
  return {
    format: BUNDLE_FORMAT,
    origin: textOf(top.origin, place('origin'), 512),
    keys: keysOf(top.keys, place('keys')).map(({ term }) => term),
    checkpoint: textOf(top.checkpoint, place('checkpoint'), LARGEST_NOTE_BYTES),
    earlier: earlierOf(top.earlier),
    entries: {
      count: countOf(entries.count, place('entries.count')),
      proofs: proofsOf(entries.proofs),
      rest: hashTexts(entries.rest, place('entries.rest'), MOST_REST_HASHES),
    },
    attachments: listOf(top.attachments, place('attachments'), MOST_ATTACHMENTS, attachmentOf),
  };
}

function earlierOf(raw: Json): BundleHeader['earlier'] {
  if (raw === null) return null;
  const { checkpoint, proof } = fieldsOf(raw, place('earlier'), ['checkpoint', 'proof']);
  return {
    checkpoint: textOf(checkpoint, place('earlier.checkpoint'), LARGEST_NOTE_BYTES),
    proof: hashTexts(proof, place('earlier.proof'), MOST_PROOF_HASHES),
  };
}

function proofsOf(raw: Json): 'each' | 'together' {
  if (raw === 'each' || raw === 'together') return raw;
  throw new RegisterError('malformed', place('entries.proofs'), 'must be "each" or "together"');
}

export function hashTexts(raw: Json | undefined, at: string, most: number): string[] {
  return listOf(raw, at, most, (item, where) => textOf(item, where, 44));
}

function attachmentOf(raw: Json, at: string): BundleAttachment {
  const fields = fieldsOf(raw, at, ['path', 'bytes', 'sha256', 'index', 'at']);
  const path = textOf(fields.path, `${at}.path`, LONGEST_POINTER);
  if (!isAttachmentPath(path)) {
    const message = `"${shorten(path)}" is not a plain path below attachments/`;
    throw new RegisterError('file-refused', `${at}.path`, message);
  }
  const sha256 = textOf(fields.sha256, `${at}.sha256`, 64);
  if (!/^[0-9a-f]{64}$/.test(sha256)) {
    throw new RegisterError('malformed', `${at}.sha256`, 'must be a SHA-256 in lowercase hex');
  }
  return {
    path,
    bytes: countOf(fields.bytes, `${at}.bytes`),
    sha256,
    index: countOf(fields.index, `${at}.index`),
    at: textOf(fields.at, `${at}.at`, LONGEST_POINTER),
  };
}

function refuseOtherWriting(text: string, written: string): void {
  if (text === written) return;
  const lines = text.split('\n');
  const line = written.split('\n').findIndex((expected, i) => expected !== lines[i]);
  const message =
    'not written the one way that is permitted (spaces, order, a field twice, or trailing data)';
  throw new RegisterError('not-canonical', `${BUNDLE_FILE}:${line < 0 ? lines.length : line + 1}`, message);
}

function meaningOf(header: BundleHeader): Header {
  const checkpoint = parseCheckpoint(header.checkpoint, place('checkpoint'));
  if (checkpoint.origin !== header.origin) {
    const message = `the checkpoint is of "${shorten(checkpoint.origin)}", not of "${shorten(header.origin)}"`;
    throw new RegisterError('checkpoint-invalid', place('origin'), message);
  }
  const paths = new Set<string>();
  for (const [i, { path }] of header.attachments.entries()) {
    // Folded: on Windows and macOS two such names are one file.
    const folded = path.normalize('NFC').toLowerCase();
    if (paths.has(folded)) {
      throw new RegisterError(
        'malformed',
        place(`attachments[${i}].path`),
        `${shorten(path)} is listed twice`,
      );
    }
    paths.add(folded);
  }
  return {
    checkpoint,
    keys: keysOf(header.keys, place('keys')),
    earlier: header.earlier && {
      checkpoint: parseCheckpoint(header.earlier.checkpoint, place('earlier.checkpoint')),
      proof: hashesOf(header.earlier.proof, place('earlier.proof')),
    },
    entries: { ...header.entries, rest: hashesOf(header.entries.rest, place('entries.rest')) },
    attachments: header.attachments,
  };
}

export function hashesOf(texts: readonly string[], at: string): Hash[] {
  return texts.map((text, i) => hashFromBase64(text, `${at}[${i}]`));
}
