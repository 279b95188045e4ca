export { type CameBack, type Meaning, readCameBack } from './back.ts';
export { readVendorEvents, type VendorEvent } from './events.ts';
export { MOST_BYTES } from './letter.ts';
export { readReturned } from './returned.ts';
export { REASONS, type Reason, type Returned, type ReturnedKind } from './types.ts';
export {
  isFromMailgun,
  isFromPostmark,
  isFromSendGrid,
  isFromSns,
  readVendorEvent,
  snsCertificateUrl,
  type Vendor,
} from './vendors.ts';
export { tokenOf } from './verp.ts';
