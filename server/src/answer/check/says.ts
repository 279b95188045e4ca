import type { Reason, Verdict } from '../types.ts';

/** What each reason says, for whoever asked. */
export const SAYS: Readonly<Record<Reason, string>> = {
  'sent-to-this-address':
    'The code is ours, and was sent to this address: the batch’s tree, whose root the register states, holds the pair.',
  'body-as-sent': 'Every word of the body is as we sent it: its hash stands in the batch’s tree.',
  'text-as-sent': 'The whole text of our message stands there, and nothing within it was changed.',
  'signature-holds': 'Our signature (DKIM) holds, under the key that we used then.',
  'signature-missing':
    'Our signature (DKIM) is not there any more, so nothing shows on which day it was sent.',
  forwarded: 'It was forwarded or quoted. We checked the text of our message in it.',
  attached: 'The message that is attached was checked. What it is attached to is not ours.',
  'added-around': 'A program or a person on the way added something around it, which is not ours.',
  'code-of-another-person': 'The code is real, but we sent it to another address.',
  'not-sent-to-this-address':
    'This code was not sent to this address: the batch’s tree shows that it holds no such pair.',
  'code-of-no-batch': 'No batch of our notices has codes that begin so.',
  'code-mistyped': 'What looks like a code has a wrong character.',
  'no-code':
    'There is no code of ours in it. That a message without a code is not ours can’t be proved; each of our notices has one.',
  'several-codes': 'There are several codes in it, and our notices have one.',
  'address-needed':
    'Nothing shows to which address it was sent, and a code counts only together with its address.',
  'original-not-here':
    'The code was sent to this address, but this place does not have the original, with which the text could be compared.',
  'no-proof': 'The file that would prove it is not there, or is damaged.',
  'batch-not-shown':
    'The register does not show this batch to everybody yet; its next checkpoints do, within hours.',
  withdrawn: 'We have withdrawn this notice since.',
  'text-changed': 'The text is not as we wrote it.',
  'text-cut-off': 'The text is ours, and its end is missing.',
  'text-not-ours': 'The code is real, but the text around it is not ours.',
  'text-added': 'Something was added that we did not write.',
  'sender-not-ours': 'It does not come from the address that we write from.',
  'header-changed': 'Sender, recipient, subject or date are not as we wrote them.',
  'page-may-mislead': 'It is written so that it may show something else than it holds.',
  'part-added': 'It has an attachment or a part. Our notices have none.',
  'read-in-two-ways': 'It is built so that two programs may show two different texts.',
  'several-messages': 'There are several messages in it. Check each by itself.',
  'words-of-ours': 'Several sentences in it are those of our notices.',
  'signed-by-us': 'Our signature (DKIM) holds, but it is none of our notices.',
  'too-large': 'It is larger than what is looked at.',
  'not-read-whole': 'It has more parts, or deeper ones, than what is looked at.',
  empty: 'There is nothing to read in it.',
  unreadable: 'The file could not be read.',
};

/** What to do next. */
export const NEXT: Readonly<Record<Verdict, string>> = {
  'genuine-unchanged':
    'You can rely on what it says. We never ask you for a password, for money or for data.',
  'genuine-touched':
    'You can rely on the text of our message; not on what was added around it. We never ask you for a password, for money or for data.',
  'based-on-ours-changed':
    'Do not do what it says. Look at the differences, and ask us, by the address that you type yourself, for what we really wrote.',
  replay:
    'If it came to you, somebody sent you another person’s notice: do not do what it says, and tell us. If you have several addresses, check it with the others.',
  'not-ours': 'Do not do what it says, do not open its links, and delete it.',
  'cannot-tell':
    'Do not rely on it. Check it with the code and the address to which it was sent, or ask us, by the address that you type yourself.',
};
