/** Whether a message that came to the check address may be answered at all. What a program wrote, or nobody in particular, is not. */
import { mailboxesIn } from '../check/header.ts';
import { type Field, valuesOf } from '../check/mime.ts';

/** Why there is no answer. */
export const SILENCES = [
  'null-sender',
  'automatic',
  'bulk',
  'list',
  'program',
  'report',
  'own-address',
  'answers-us',
  'several-senders',
  'other-envelope',
  'not-to-us',
  'sender-unproved',
  'known',
  'too-many',
] as const;
export type Silence = (typeof SILENCES)[number];

export type Known = Readonly<{
  /** The address to which messages are forwarded for a check. */
  check: string;
  /** Every other address and domain that a program of ours writes from. */
  own: readonly string[];
  /** The domain of envelope senders. */
  returns: string;
}>;

/** Beginning of the Message-ID of each of our answers. */
export const ANSWER_ID = 'answer.';

const PROGRAMS =
  /^(?:mailer-daemon|postmaster|no-?reply|do-?not-?reply|noreply.*|bounces?|.*-bounces?|.*-request|owner-.*|listserv|majordomo|auto-?reply|daemon)$/i;

/** The one address that asks; or why nobody is answered. */
export function whoAsks(
  fields: readonly Field[],
  { check, own, returns }: Known,
): Readonly<{ asks: string }> | Readonly<{ silence: Silence }> {
  const first = (name: string): string | undefined => valuesOf(fields, name)[0]?.trim();
  const silence = (why: Silence) => ({ silence: why });
  const path = first('return-path');
  if (path !== undefined && /^<\s*>$/.test(path)) return silence('null-sender');
  const automatic = first('auto-submitted')?.toLowerCase();
  if (automatic !== undefined && !/^no\b/.test(automatic)) return silence('automatic');
  if (first('x-auto-response-suppress') !== undefined || first('x-autoreply') !== undefined)
    return silence('automatic');
  if (/^(?:bulk|junk|list|auto_reply)\b/i.test(first('precedence') ?? '')) return silence('bulk');
  if (fields.some(({ name }) => /^(?:list-|x-mailing-list$|x-loop$)/.test(name))) return silence('list');
  if (/^multipart\/report\b/i.test(first('content-type') ?? '')) return silence('report');
  const senders = mailboxesIn(fields, 'from').map(({ address }) => address.toLowerCase());
  const [from = ''] = senders;
  const at = from.lastIndexOf('@');
  if (senders.length !== 1 || valuesOf(fields, 'from').length !== 1 || at < 1)
    return silence('several-senders');
  if (PROGRAMS.test(from.slice(0, at))) return silence('program');
  const domain = from.slice(at + 1);
  if ([check, ...own].some((one) => one.toLowerCase() === from) || domain === returns)
    return silence('own-address');
  const ours = `<${ANSWER_ID}`;
  if (
    ['in-reply-to', 'references'].some((name) => valuesOf(fields, name).some((value) => value.includes(ours)))
  )
    return silence('answers-us');
  const envelope = /<?[^<>\s]*@([^<>\s@]+)>?$/.exec(path ?? '')?.[1]?.toLowerCase();
  if (path !== undefined && envelope !== domain) return silence('other-envelope');
  const to = ['to', 'cc'].flatMap((name) => mailboxesIn(fields, name));
  if (!to.some(({ address }) => address.toLowerCase() === check.toLowerCase())) return silence('not-to-us');
  return { asks: from };
}
