/** Ids: what kind of thing it is, and 128 random bits, so that nobody finds one by counting. */
export declare const brand: unique symbol;
export type Kind =
  | 'inc'
  | 'dec'
  | 'tsk'
  | 'evi'
  | 'unl'
  | 'pap'
  | 'per'
  | 'rcp'
  | 'con'
  | 'dly'
  | 'ban'
  | 'itm'
  | 'inq'
  | 'job'
  | 'whk'
  | 'evt'
  | 'dlv'
  | 'hov'
  | 'cmp'
  | 'edn'
  | 'cpy'
  | 'drf'
  | 'ans'
  | 'trc'
  | 'rpt'
  | 'dcp'
  | 'dcy'
  | 'dcm'
  | 'arv'
  | 'alb'
  | 'als'
  | 'alm';
export type Id<K extends Kind> = string & { readonly [brand]: K };
export type IncidentId = Id<'inc'>;
export type DecisionId = Id<'dec'>;
export type TaskId = Id<'tsk'>;
export type EvidenceId = Id<'evi'>;
export type PaperId = Id<'pap'>;
export type UnlockId = Id<'unl'>;
export type JobId = Id<'job'>;
export type CampaignId = Id<'cmp'>;

const BYTES = 16;
const FORM = /^([a-z]{3})_[0-9a-f]{32}$/;

export function newId<K extends Kind>(kind: K): Id<K> {
  const random = crypto.getRandomValues(new Uint8Array(BYTES));
  return `${kind}_${Array.from(random, (byte) => byte.toString(16).padStart(2, '0')).join('')}` as Id<K>;
}

/** The id that this text is, or undefined: what nobody could have been given names nothing. */
export function readId<K extends Kind>(kind: K, raw: string): Id<K> | undefined {
  return FORM.exec(raw)?.[1] === kind ? (raw as Id<K>) : undefined;
}
