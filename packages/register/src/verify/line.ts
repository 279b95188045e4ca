import { isUtf8 } from 'node:buffer';
import {
  type BundleLine,
  type BundleOpening,
  formatLine,
  fromBase64,
  type Hash,
  type Json,
  LARGEST_ENTRY_BYTES,
  MOST_PROOF_HASHES,
  type Opening,
  parseJson,
  RegisterError,
  SALT_BYTES,
  utf8,
  type Written,
} from '../tree/index.ts';
import { hashesOf, hashTexts } from './header.ts';
import { countOf, fieldsOf, listOf, textOf } from './shape.ts';

const MOST_OPENINGS = 1000;
const LONGEST_VALUE = 1024 * 1024;

/** An entry as the bundle shows it. Nothing is verified yet. */
export type ShownEntry = Readonly<{
  index: number;
  entry: Uint8Array;
  proof: readonly Hash[] | undefined;
  openings: readonly (Opening & { at: string })[];
}>;

/** Reads a line of entries.jsonl. Refuses every other writing of the same content. */
export function parseLine(text: string, at: string, proofs: 'each' | 'together'): ShownEntry {
  const raw = parseJson(text, at);
  const optional = ['text', 'base64', 'openings'] as const;
  const fields = fieldsOf(raw, at, proofs === 'each' ? ['index', 'proof'] : ['index'], optional);
  const proof =
    'proof' in fields ? hashTexts(fields.proof as Json, `${at}, proof`, MOST_PROOF_HASHES) : undefined;
  const openings =
    fields.openings === undefined
      ? undefined
      : listOf(fields.openings, `${at}, openings`, MOST_OPENINGS, openingOf);
  const line: BundleLine = {
    index: countOf(fields.index, `${at}, index`),
    ...writtenOf(fields, at, LARGEST_ENTRY_BYTES),
    ...(proof === undefined ? {} : { proof }),
    ...(openings === undefined ? {} : { openings }),
  };
  if (formatLine(line) !== `${text}\n` || openings?.length === 0) {
    const message =
      'not written the one way that is permitted (spaces, order, a field twice or empty, or escapes)';
    throw new RegisterError('not-canonical', at, message);
  }
  const entry = bytesOf(line, at);
  if (entry.length > LARGEST_ENTRY_BYTES)
    throw new RegisterError('too-large', at, 'larger than an entry may be');
  return {
    index: line.index,
    entry,
    proof: proof === undefined ? undefined : hashesOf(proof, `${at}, proof`),
    openings: (openings ?? []).map((opening, i) => meaningOf(opening, `${at}, openings[${i}]`)),
  };
}

type MaybeWritten = Readonly<{ text?: Json; base64?: Json }>;

function writtenOf({ text, base64 }: MaybeWritten, at: string, mostBytes: number): Written {
  if (text !== undefined && base64 === undefined) return { text: textOf(text, `${at}, text`, mostBytes) };
  if (base64 !== undefined && text === undefined) {
    return { base64: textOf(base64, `${at}, base64`, Math.ceil(mostBytes / 3) * 4) };
  }
  throw new RegisterError('malformed', at, 'must have either "text" or "base64"');
}

/** Base64 is for what is no text alone: else there would be two ways to write the same. */
function bytesOf(written: Written, at: string): Uint8Array {
  if ('text' in written) return utf8(written.text, at);
  const bytes = fromBase64(written.base64, `${at}, base64`);
  if (isUtf8(bytes))
    throw new RegisterError('not-canonical', `${at}, base64`, 'is UTF-8, and must stand as text');
  return bytes;
}

function openingOf(raw: Json, at: string): BundleOpening {
  const fields = fieldsOf(raw, at, ['at', 'label', 'salt'], ['text', 'base64']);
  return {
    at: textOf(fields.at, `${at}.at`, 1000),
    label: textOf(fields.label, `${at}.label`, 1000),
    salt: textOf(fields.salt, `${at}.salt`, 44),
    ...writtenOf(fields, at, LONGEST_VALUE),
  };
}

function meaningOf(opening: BundleOpening, at: string): Opening & { at: string } {
  const salt = fromBase64(opening.salt, `${at}.salt`);
  if (salt.length !== SALT_BYTES) {
    throw new RegisterError('malformed', `${at}.salt`, `a salt has ${SALT_BYTES} bytes, not ${salt.length}`);
  }
  return { at: opening.at, label: opening.label, salt, value: bytesOf(opening, at) };
}
