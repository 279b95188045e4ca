import type { ConcernedShown } from './concerned.ts';
import type { DelayShown } from './delays.ts';
import type { ItemShown } from './inbox.ts';
import type { InquiryShown } from './inquiries.ts';
import type { RecipientShown } from './recipients.ts';
import type { BanShown } from './sellers.ts';

export * from './concerned.ts';
export * from './delays.ts';
export * from './inbox.ts';
export * from './inquiries.ts';
export * from './recipients.ts';
export * from './sellers.ts';
export { LetterWritten, StepTaken } from './shared.ts';

/** All that follows an incident, whole, as a bundle has it. */
export type Afterwards = Readonly<{
  recipients: readonly RecipientShown[];
  concerned: readonly ConcernedShown[];
  delays: readonly DelayShown[];
  sellerBans: readonly BanShown[];
  items: readonly ItemShown[];
  inquiries: readonly InquiryShown[];
}>;
