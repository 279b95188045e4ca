import * as z from 'zod';

/** Whether a message is one of ours. `genuine-…` is never said of what we did not send. */
export const VERDICTS = [
  'genuine-unchanged',
  'genuine-touched',
  'based-on-ours-changed',
  'replay',
  'not-ours',
  'cannot-tell',
] as const;

/** What was found, in one word; what it says stands beside it. */
export const MESSAGE_REASONS = [
  'sent-to-this-address',
  'body-as-sent',
  'text-as-sent',
  'signature-holds',
  'signature-missing',
  'forwarded',
  'attached',
  'added-around',
  'code-of-another-person',
  'not-sent-to-this-address',
  'code-of-no-batch',
  'code-mistyped',
  'no-code',
  'several-codes',
  'address-needed',
  'original-not-here',
  'no-proof',
  'batch-not-shown',
  'withdrawn',
  'text-changed',
  'text-cut-off',
  'text-not-ours',
  'text-added',
  'sender-not-ours',
  'header-changed',
  'page-may-mislead',
  'part-added',
  'read-in-two-ways',
  'several-messages',
  'words-of-ours',
  'signed-by-us',
  'too-large',
  'not-read-whole',
  'empty',
  'unreadable',
] as const;

/** Whether a code was sent to an address. It says nothing of the text around it. */
export const CodeAnswer = z.strictObject({
  is: z.enum([
    'sent-to-this-address',
    'not-sent-to-this-address',
    'code-of-no-batch',
    'code-mistyped',
    'no-proof',
  ]),
  says: z.string(),
  /** What to do now, in one or two sentences. */
  next: z.string(),
  /** As it is printed. */
  code: z.string().optional(),
  batch: z.string().optional(),
});
export type CodeAnswer = z.infer<typeof CodeAnswer>;

const MarkFound = z.strictObject({
  is: z.enum(['link', 'address', 'account', 'money', 'phone', 'number', 'hidden']),
  text: z.string(),
});

/** What a check of a message answers: `forthright check-message` prints it, one object a line. */
export const MessageAnswer = z.strictObject({
  verdict: z.enum(VERDICTS),
  reasons: z.array(z.strictObject({ is: z.enum(MESSAGE_REASONS), says: z.string() })),
  /** What to do now, in one or two sentences. */
  next: z.string(),
  /** As printed in the message. */
  code: z.string().optional(),
  /** Of the code: where its tree and its root are stated. */
  batch: z.string().optional(),
  differences: z.array(
    z.strictObject({
      where: z.enum(['text', 'around', 'from', 'to', 'subject', 'reply-to', 'header', 'page', 'part']),
      /** Ours; '' where something was added. */
      ours: z.string(),
      /** Theirs; '' where something was left out. */
      theirs: z.string(),
      /** Everything in `theirs` that may act and is not ours. */
      marks: z.array(MarkFound),
    }),
  ),
});
export type MessageAnswer = z.infer<typeof MessageAnswer>;
