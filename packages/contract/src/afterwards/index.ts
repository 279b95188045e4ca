import type { InquiryShown } from './inquiries.ts';
import type { RecipientShown } from './recipients.ts';

export * from './inquiries.ts';
export * from './recipients.ts';
export { LetterWritten, StepTaken } from './shared.ts';

/** All that follows an incident, whole, as a bundle has it. */
export type Afterwards = Readonly<{
  recipients: readonly RecipientShown[];
  inquiries: readonly InquiryShown[];
}>;
