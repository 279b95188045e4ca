import type { ItemKind, ItemState, Received, Writer } from '@forthright/contract';

export type ItemAct = 'assign' | 'answer' | 'extend' | 'close';

/** The text, and name and contact where they are given, stand at the item's first entry. */
export type ItemData = Readonly<{
  kind: ItemKind;
  /** Absent in items of older versions, of which nobody looked it up. */
  writer?: Writer;
  received: Received;
  hasName: boolean;
  hasContact: boolean;
  evidence?: string;
  extension?: Readonly<{ entry: number; months: number; informedAt: string }>;
  answer?: Readonly<{ entry: number; at: string; by: string; evidence?: string }>;
  closed?: number;
}>;

export type { ItemState };
