import type { Statement } from './risk.queries.ts';

/** What somebody states, and how it is changed. */
export type Edit = Readonly<{ statement: Statement; onChange: (next: Statement) => void }>;

/** Kinds of data, as the questions of the risk have them. */
export const DATA_KINDS = [
  'contact',
  'contract',
  'image',
  'birth-date',
  'id-number',
  'id-document',
  'behaviour',
  'location',
  'career',
  'communications',
  'account-number',
  'financial',
  'payment',
  'credentials',
  'special-hint',
  'special',
  'criminal',
  'secret',
] as const;
