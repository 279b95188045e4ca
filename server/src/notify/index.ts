export {
  MOST_BYTES,
  REASONS,
  type Reason,
  type Returned,
  type ReturnedKind,
  readReturned,
} from './returned/index.ts';
