import type { BanState, DecideSellerBan, HAND_OVER } from '@forthright/contract';

export type BanAct = 'tell' | 'carry-out' | 'appeal' | DecideSellerBan['outcome'];

type Step = Readonly<{ entry: number; at: string; evidence?: string }>;

/** Seller, address and letter stand as texts at the ban's first entry. */
export type BanData = Readonly<{
  banFrom: string;
  appealBy: string;
  writtenBy: string;
  /** By when it is to be carried out, as long as nothing else is due. */
  due: string;
  told?: Step & Readonly<{ by: (typeof HAND_OVER)[number] }>;
  carriedOut?: Step;
  appeal?: Step;
  decision?: Readonly<{ entry: number; outcome: DecideSellerBan['outcome']; by: string }>;
}>;

export type { BanState };
