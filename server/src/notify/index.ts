export {
  MOST_BYTES,
  REASONS,
  type Reason,
  type Returned,
  type ReturnedKind,
  readReturned,
  tokenIn,
  tokenOf,
} from './returned/index.ts';
