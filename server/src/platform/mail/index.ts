export { type OneAddress, oneAddress } from './address.ts';
