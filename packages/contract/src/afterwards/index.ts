import type { RecipientShown } from './recipients.ts';

export * from './recipients.ts';
export { LetterWritten, StepTaken } from './shared.ts';

/** All that follows an incident, whole, as a bundle has it. */
export type Afterwards = Readonly<{ recipients: readonly RecipientShown[] }>;
