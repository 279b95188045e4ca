export { type BundleQuestion, verifyBundle } from './bundle.ts';
export { LARGEST_HEADER_BYTES } from './header.ts';
export { type KeyInTime, keyForAllTime, keysOf, parseKeys } from './keys.ts';
export { type ProofAnswer, verifyTlogProof } from './proof.ts';
export { CHECKS, type Check, type Finding, type Report, type Verdict } from './report.ts';
