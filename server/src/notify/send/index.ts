export { fencesOf, readSegment, recover } from './journal.ts';
export { type Known, learn, type Next, nextFor } from './rules.ts';
export { lockJournal, type SendOptions, sendAll } from './send.ts';
export { bytesOf, routesOf } from './sender.ts';
export type { JournalRecord, Prepared, Segment, SenderSettings } from './types.ts';
export { type Material, openPen, type Pen, penFrom, type Unwritten, writeNotice } from './written.ts';
