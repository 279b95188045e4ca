/** A matter: what follows a breach and is pursued to its end. Each kind has its room beside this one. */
import type { IncidentId, NextStep } from '@forthright/contract';
import type { ConcernedAct, ConcernedData, ConcernedState } from '../concerned/types.ts';
import type { DelayAct, DelayData, DelayState } from '../delays/types.ts';
import type { ItemAct, ItemData, ItemState } from '../inbox/types.ts';
import type { InquiryAct, InquiryData, InquiryState } from '../inquiries/types.ts';
import type { RecipientAct, RecipientData, RecipientState } from '../recipients/types.ts';
import type { BanAct, BanData, BanState } from '../sellers/types.ts';

type Kinds = {
  concerned: { state: ConcernedState; act: ConcernedAct; data: ConcernedData };
  delay: { state: DelayState; act: DelayAct; data: DelayData };
  ban: { state: BanState; act: BanAct; data: BanData };
  item: { state: ItemState; act: ItemAct; data: ItemData };
  inquiry: { state: InquiryState; act: InquiryAct; data: InquiryData };
  recipient: { state: RecipientState; act: RecipientAct; data: RecipientData };
};
export type MatterKind = keyof Kinds;
export type StateOf<K extends MatterKind> = Kinds[K]['state'];
export type ActOf<K extends MatterKind> = Kinds[K]['act'];
export type DataOf<K extends MatterKind> = Kinds[K]['data'];

export type Matter<K extends MatterKind> = Readonly<{
  id: string;
  incident: IncidentId;
  kind: K;
  entry: number;
  state: StateOf<K>;
  /** As it was written, with its zone. */
  due?: string;
  dueAt?: Date;
  /** Whom its texts are about. */
  person?: string;
  owner?: string;
  data: DataOf<K>;
}>;
export type AnyMatter = { [K in MatterKind]: Matter<K> }[MatterKind];

/** One that is not at its end, as rules look at it. */
export type OpenMatter = Readonly<{
  id: string;
  kind: MatterKind;
  step: NextStep['step'];
  due?: string;
}>;

/** The most urgent of an incident's open matters, and how many there are in all. */
export type OpenMatters = Readonly<{
  first: readonly OpenMatter[];
  counts: Readonly<Partial<Record<MatterKind, number>>>;
}>;
