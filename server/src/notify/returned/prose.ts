import { addressesIn, sameAddress } from './addresses.ts';
import type { Letter } from './types.ts';

/** One recipient that the prose names as failed, and what it says of that one. */
export type Named = Readonly<{ recipient: string; words: string }>;

/** How sure a line is to name who failed; a lower number is surer. */
const LINES: readonly Readonly<{ tier: number; names: RegExp }>[] = [
  // <a@b>: … · a@b … · * a@b · - a@b · "a@b": · a@b on Thu, 29 Apr … · to: a@b
  {
    tier: 1,
    names:
      /^[\s>*•·\-–—|]*(?:\d{1,3}[.)] ?)?["'<[(]*(?:smtp:|mailto:|rfc822;)?@[\s>"'\])]*(?:[:;,.(<[-]|$|on |\.\.\.|\bwas\b|\bfailed\b|\bdelivery\b|…|unknown|not |user |\()/i,
  },
  // 550 <a@b>... User unknown · 550 5.1.1 <a@b>
  { tier: 1, names: /^\s*[45]\d\d[ -](?:\d\.\d\.\d{1,3} )?<?@>?\s?(?:\.\.\.|…|:)/ },
  // Recipient: <a@b> · Recipient address: a@b · Failed recipient · Final-Recipient: rfc822; a@b
  {
    tier: 1,
    names:
      /^[\s>*-]*(?:(?:intended|unknown|failed|final|original|rejected|invalid|the|following|your|e-?mail|mail) )*(?:final-recipient|original-recipient|recipients?|addressee|rcpt|user|address(?:es)?|recipient (?:address|name)|destination|mailbox|account|empfänger\w*|destinataire|destinatario|destinatário|адресат|получатель|受信者|宛先|收件人)(?: ?(?:address|name|e-?mail|\(s\)))?\s*[:：=]\s*["'<[]*(?:rfc822; ?|smtp:)?@/i,
  },
  // >>> RCPT TO:<a@b>
  { tier: 2, names: /\brcpt to:? ?<?@/i },
  // could not be delivered to: <a@b> · Unable to deliver message to: a@b · address <a@b> …
  {
    tier: 2,
    names:
      /(?:deliver\w*|reach|send|sent|failed|forward\w*|address\w*|recipient|user|mailbox|account|to|for)\s*(?:message |mail |e-?mail |your )*(?:to|for|following|address|recipient|user|was|is|is:|mailbox)?\s*[:：]?\s*["'<[(]*@/i,
  },
];

/** Lines that name other people: who sent, whom to ask. */
const ASIDE =
  /\b(from|sender|reply-to|return-path|envelope-from|cc|bcc|contact|postmaster|support|help|questions?|assist|message-id|message id|generating|reporting|x-|received|mail from|write to|forward this|please (send|e-?mail|contact)|by|queue id|identifier)\b/i;
/** A line that repeats a header of the message. */
const HEADER = /^\s*(to|cc|from|subject|sent|date)\s*:/i;
const STAFF =
  /^(postmaster|mailer-daemon|abuse|support|helpdesk|help|hostmaster|webmaster|admin(istrator)?|no-?reply|noc|root)@/i;

/** Headers of the original, unfolded: the addresses in each. */
function originalAddresses(letter: Letter, names: string): string[] {
  const unfolded = letter.original.replace(/\n[ \t]+/g, ' ');
  const lines = unfolded.split('\n').filter((line) => new RegExp(`^(${names}):`, 'i').test(line));
  return lines.flatMap((line) =>
    addressesIn(line.slice(line.indexOf(':') + 1, 8192)).map(({ address }) => address),
  );
}

const unique = (addresses: readonly string[]): string[] =>
  addresses.filter((one, at) => addresses.findIndex((other) => sameAddress(one, other)) === at);

const MOST_NAMED = 1000;

/** Who failed, as the prose says; and what it says before, between and behind them. */
export function namedIn(letter: Letter): { named: Named[]; context: string } {
  const failed = unique(
    (letter.headers.get('x-failed-recipients') ?? []).flatMap((one) =>
      addressesIn(one).map((a) => a.address),
    ),
  );
  const to = unique(originalAddresses(letter, 'to|cc|bcc|x-original-to|delivered-to|envelope-to|resent-to'));
  const from = unique([
    ...originalAddresses(letter, 'from|sender|return-path|reply-to|x-envelope-from'),
    ...(letter.headers.get('to') ?? []).flatMap((one) => addressesIn(one).map((a) => a.address)),
  ]);
  const isOther = (address: string) =>
    !to.some((one) => sameAddress(one, address)) &&
    !failed.some((one) => sameAddress(one, address)) &&
    (from.some((one) => sameAddress(one, address)) || STAFF.test(address));
  const lines = letter.prose.split('\n');
  const found = placesIn(lines, isOther, failed, to);
  if (found.length === 0) {
    const fallback = failed.length > 0 ? failed : to.slice(0, 20);
    return {
      named: fallback.map((recipient) => ({ recipient, words: letter.prose })),
      context: letter.prose,
    };
  }
  return { named: segmentsOf(lines, found), context: letter.prose };
}

type Place = Readonly<{ recipient: string; line: number; tier: number }>;

function placesIn(
  lines: readonly string[],
  isOther: (address: string) => boolean,
  failed: readonly string[],
  to: readonly string[],
): Place[] {
  const places: Place[] = [];
  for (const [line, text] of lines.entries()) {
    if (!text.includes('@') || places.length > MOST_NAMED || isContinued(lines, line)) continue;
    for (const { address, at } of addressesIn(text)) {
      const shape = `${text.slice(Math.max(0, at - 120), at)}@${text.slice(at + address.length, at + address.length + 40)}`;
      const isKnown = [...failed, ...to].some((one) => sameAddress(one, address));
      const rule = LINES.find(({ names }) => names.test(shape));
      const isAside = HEADER.test(text) || (ASIDE.test(text.slice(0, at)) && rule?.tier !== 1);
      // Somebody may write to himself, or forward to where he wrote from: then he is who failed, if nobody else is.
      const other = isOther(address) ? (rule?.tier === 1 && text.trimEnd().endsWith(':') ? 3 : 9) : 0;
      const tier = isAside ? 9 : Math.max(other, (rule?.tier ?? 4) + (isKnown ? 0 : 1));
      places.push({ recipient: address, line, tier });
    }
  }
  const best = Math.min(...places.map(({ tier }) => tier));
  if (best >= 9) return [];
  // A surely named one makes loosely named ones mere mentions; two of a kind stand beside each other.
  const limit = Math.max(best, 2);
  const kept = places.filter(({ tier }) => tier <= limit);
  return kept.filter(
    ({ recipient }, at) => kept.findIndex((one) => sameAddress(one.recipient, recipient)) === at,
  );
}

/** Whether a line goes on with what Postfix says of a recipient: an address there is part of the reply. */
function isContinued(lines: readonly string[], line: number): boolean {
  if (!/^ {4}\S/.test(lines[line] ?? '')) return false;
  let head = line - 1;
  while (head > line - 20 && /^ {4}\S/.test(lines[head] ?? '')) head -= 1;
  return /^<[^<>\s]{3,254}>(?: \(expanded from [^)]{3,260}\))?: \S/.test(lines[head] ?? '');
}

/** What is said from each recipient to the next; those on one line, or in an unbroken list, share what follows. */
function segmentsOf(lines: readonly string[], places: readonly Place[]): Named[] {
  const sorted = [...places].sort((a, b) => a.line - b.line);
  const named = sorted.map(({ recipient, line }, at) => {
    const next = sorted.slice(at + 1).find((other) => other.line > line)?.line;
    const end = next === undefined ? endOf(lines, line) : startOf(lines, next);
    const own = lines.slice(startOf(lines, line), Math.min(end, line + 60));
    return { recipient, words: beforeTranscript(own, recipient).join('\n') };
  });
  return named.map((one, at) =>
    saysSomething(one) ? one : named.slice(at + 1).find(saysSomething) ? shared(named, at) : one,
  );
}

const saysSomething = ({ recipient, words }: Named): boolean =>
  words.replaceAll(recipient, '').replace(/[^\p{L}\d]/gu, '').length > 8;

function shared(named: readonly Named[], at: number): Named {
  const own = named[at] as Named;
  const words = named.slice(at + 1).find(saysSomething)?.words ?? '';
  return { recipient: own.recipient, words: `${own.words}\n${words}` };
}

/** A transcript is of all recipients together; who has words of his own is judged by those. */
function beforeTranscript(own: readonly string[], recipient: string): readonly string[] {
  const at = own.findIndex((line, index) => index > 0 && /^\s*-{3,}.*transcript/i.test(line));
  const before = own.slice(0, at);
  return at > 0 && saysSomething({ recipient, words: before.join('\n') }) ? before : own;
}

/** What a transcript says after the line of its last recipient is about other connections. */
function endOf(lines: readonly string[], line: number): number {
  if (!/^\s*[45]\d\d .*\.\.\./.test(lines[line] ?? '')) return lines.length;
  const other = lines.findIndex(
    (text, at) => at > line && /^\s*(while talking|\.\.\. while|4\d\d \S+ \(smtp\))/i.test(text),
  );
  return other < 0 ? lines.length : other;
}

/** A transcript stands above the line that names the address: `>>> …` and `<<< …` belong to it. */
function startOf(lines: readonly string[], line: number): number {
  let start = line;
  while (
    start > 0 &&
    /^\s*(>>>|<<<|\.\.\. ?while|while talking|4\d\d |5\d\d \S+ \(smtp\))/i.test(lines[start - 1] ?? '')
  )
    start -= 1;
  const above = (lines[start - 1] ?? '').trim();
  const isBare = /^[\s<>"'*•-]*\S+@\S+[\s<>"',;]*$/.test(lines[line] ?? '');
  // Notes and its like write why, and below it who.
  const tellsWhy =
    above.length > 8 && !above.endsWith(':') && !above.includes('@') && !/^[-=*_]{2}/.test(above);
  return isBare && tellsWhy && start > 0 ? start - 1 : start;
}
