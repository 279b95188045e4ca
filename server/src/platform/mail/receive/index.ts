export { type ImapBox, takeFromImap } from './imap.ts';
export { type Arrived, type Taken, type Taking, takeFromMaildir } from './maildir.ts';
export { type Receiver, type ReceiverOptions, receiveBySmtp } from './smtp.ts';
export { makeMaildir, putIntoMaildir } from './spool.ts';
