export { normalisedAddress } from './address.ts';
export { BatchMaker, type SealedBatch } from './batch.ts';
export { type Batch, type Checked, checkCode, readPrefixFile, type Sha256 } from './check.ts';
export { CheckedFiles, type Kept } from './checked-files.ts';
export {
  ALPHABET,
  type Code,
  groupsOf,
  isTag,
  makeCode,
  makeTag,
  type ReadCode,
  readCode,
  tagOf,
} from './code.ts';
export { bitsFor, commitmentInput, LEAF_BYTES, pathOfPrefix, prefixOf, VERSION } from './commitment.ts';
export { keepSums, keptSums } from './file-sums.ts';
