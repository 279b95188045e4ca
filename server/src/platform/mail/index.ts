export { domainOf, needsUtf8, type OneAddress, oneAddress } from './address.ts';
export { bodyHashOf, type DkimKey, dkimKey, dkimRecord, keysAt, type SigningTime, signed } from './dkim.ts';
export { boundaryOf, type Letterhead, type Mail, type Notice, writeBody, writeMail } from './message.ts';
export { type Email, type MailAddress, parseMail } from './parse.ts';
export * from './smtp/index.ts';
