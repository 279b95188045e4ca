/**
 * What binds a code to a person, and what a batch's tree is made of. Pure, and of the web's types only; docs/codes.md
 * has the formats.
 */
import {            tagOf } from './code.js';

export const VERSION = 'forthright-notice/v1';
export const COMMITMENT_BYTES = 32;
export const LEAF_BYTES = 64;

/**
 * The bytes whose SHA-256 is the commitment: four lines, the last without an end. None of them can hold a newline,
 * so no two of (version, batch, address, code) give the same bytes.
 */
export function commitmentInput(address        , code      )             {
  if (address.includes('\n')) throw new Error('A normalised address has no newline.');
  return new TextEncoder().encode(`${VERSION}\n${tagOf(code)}\n${address}\n${code}`);
}

/** The first `bits` bits of a commitment, as a number: which of the prefix files it is in. At most 32. */
export function prefixOf(commitment            , bits        )         {
  const view = new DataView(commitment.buffer, commitment.byteOffset, commitment.byteLength);
  return bits === 0 ? 0 : view.getUint32(0) >>> (32 - bits);
}

/** Where the file of a prefix lies, below the batch's folder: `p/1a/2b` of `01a2b`, `p/2b`, or `p/0`. */
export function pathOfPrefix(prefix        , bits        )         {
  const digits = prefix.toString(16).padStart(Math.max(1, Math.ceil(bits / 4)), '0');
  return digits.length <= 2 ? `p/${digits}` : `p/${digits.slice(0, -2)}/${digits.slice(-2)}`;
}

/**
 * On average a file has 512 to 1,023 leaves. Fewer, and the padding to one size and the proof weigh more than the
 * 26 GB for 300 million allow; more, and each look-up costs more than the 50 KB it does.
 */
const LEAVES_IN_FILE = 512;

/** Of the prefix: a batch of so many leaves has 2^bits files. */
export const bitsFor = (size        )         => Math.max(0, Math.floor(Math.log2(size / LEAVES_IN_FILE)));
