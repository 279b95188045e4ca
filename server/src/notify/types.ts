import type { OneAddress } from '../platform/mail/index.ts';

/**
 * What leaves `compose`: one message to one person. There is no list of addresses and no copy, so that nobody can be
 * told before others' eyes by a slip of ours.
 */
export type Notice = Readonly<{
  to: OneAddress;
  /** The language that it is written in, as BCP 47 has it: `en`, `pt`. */
  language: string;
  /** One line. */
  subject: string;
  /** Complete by itself. Lines end with `\n`, and the last one does. */
  text: string;
  /** The same words; needs no image, no script and nothing from elsewhere. */
  html: string;
}>;
