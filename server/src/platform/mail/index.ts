export { domainOf, needsUtf8, type OneAddress, oneAddress } from './address.ts';
export { type DkimKey, dkimKey, dkimRecord, signed } from './dkim.ts';
export { type Letterhead, type Mail, type Notice, writeMail } from './message.ts';
export * from './smtp/index.ts';
