export { MOST_BYTES } from './letter.ts';
export { readReturned } from './returned.ts';
export { REASONS, type Reason, type Returned, type ReturnedKind } from './types.ts';
export { tokenIn, tokenOf } from './verp.ts';
