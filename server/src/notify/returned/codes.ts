import type { Phase } from './types.ts';

/** What a text says in the codes of SMTP. Empty where it says nothing. */
export type Codes = Readonly<{ reply: string; status: string }>;

// An address of a machine, a version or a date has digits and dots, too: hence what may not stand beside a code.
const BOTH = /(?<![\d.:/-])([245][0-5]\d)[ \t:,-]{1,3}[(<[]?#?([245]\.\d{1,3}\.\d{1,3})(?![\d.])/;
const REPLY_FIRST = /(?:^|[\s"'“:;<>(])([45][0-5]\d)(?=[ \t-]+[^\d\s.]|[ \t]*$|:? )/m;
const REPLY_NAMED =
  /(?:error|code|said|response|responded with failure|replied|returned|reply|smtp;|<<<|status|server returned|#)[^\n\w]{0,4}(?:code|was|is)?[^\n\w]{0,3}([45][0-5]\d)(?![\d.])/i;
// What a transcript quotes of the other server; the codes around it are the reporter's own.
const ANSWERED = /^[ \t]*(?:received )?<<< ?([45][0-5]\d)[ -](?:#?([45]\.\d{1,3}\.\d{1,3})(?![\d.]))?/im;
const STATUS = /(?<![\d.:/a-z-])#?([45]\.[0-7]\.\d{1,3})(?![\d.]|[a-z])/gi;

/** The reply and the enhanced status in a text; where several stand there, the pair, else the first of each. */
export function codesIn(raw: string): Codes {
  const text = raw.replace(/(code|status) ?[:=] ?(?=#?\d)/gi, '$1 ');
  const all = [...text.matchAll(STATUS)].map(([, status]) => status ?? '');
  const answered = ANSWERED.exec(text);
  if (answered !== null) return { reply: answered[1] ?? '', status: answered[2] ?? mostTelling(all) };
  const both = BOTH.exec(text);
  if (both !== null && both[1]?.[0] !== '2') return { reply: both[1] ?? '', status: both[2] ?? '' };
  const reply = REPLY_NAMED.exec(text)?.[1] ?? REPLY_FIRST.exec(text)?.[1] ?? '';
  return { reply, status: mostTelling(all) };
}

/** Of several codes the first that says more than its class. */
export const mostTelling = (statuses: readonly string[]): string =>
  statuses.find((status) => !/^[245]\.0\.0$/.test(status)) ?? statuses[0] ?? '';

const PHASES: readonly Readonly<{ phase: Phase; says: RegExp }>[] = [
  { phase: 'starttls', says: /(after|in reply to|>>>|response to|sending) starttls\b/gi },
  { phase: 'auth', says: /(after|in reply to|>>>) auth\b/gi },
  {
    phase: 'rcpt',
    says: /(after|following|in reply to|in response to|>>>|sent:?|smtp:|response to|sending|command:?|during|at) ?["'<]*rcpt\b|\brcpt (to )?command\b|does not like recipient|\(?state (13|14)\)|\brcpt to:? ?<[^>]*> ?(failed|said|returned|:)/gi,
  },
  {
    phase: 'mail',
    says: /(after|following|in reply to|in response to|>>>|sent:?|smtp:|response to|sending|command:?|during|at) ?["'<]*mail(:| from| command)|sender was rejected|does not like (the )?sender|\bmail from:? ?<[^>]*> ?(failed|said|returned|:)/gi,
  },
  {
    phase: 'ehlo',
    says: /(after|following|in reply to|in response to|>>>|sent:?|smtp:|response to|during|at) ?["'<]*(ehlo|helo|lhlo)\b|my name was rejected/gi,
  },
  {
    phase: 'data',
    says: /(after|following|in reply to|in response to|>>>|sent:?|smtp:|response to|sending|command:?|during|at) ?["'<]*(pipelined )?(end of )?(data|bdat|\.$)|end of (mail )?data|end-of-data|failed after i sent the message|smtp transmission failure has occurred|\btext command|after (the )?(message )?(body|content) (was )?sent|\(?state (17|18|19)\)/gim,
  },
  {
    phase: 'connect',
    says: /after initial connection|refused to talk to me|in reply to initial server greeting|initial (connection|greeting)|but greeting failed|during (user open|greeting wait)|while (performing the )?(initial protocol|connecting)|after connect\b|at connect(ion)?\b|on connect\b/gi,
  },
];

/** A transcript of commands sent at once ends with DATA, though the recipient was refused before. */
const PIPELINED =
  /^550 5\.1\.1 .{0,300}\.\.\. user unknown|^<<< ?50[34][ -].{0,80}\b(rcpt|recipient)|^<<< ?554[ -].{0,20}no valid recipients/im;

/** Where in the conversation the refusal came; of several the last, which is the one that was refused. */
export function phaseIn(text: string): Phase {
  let last: Phase = '';
  let at = -1;
  for (const { phase, says } of PHASES) {
    for (const { index } of text.matchAll(says)) {
      if (index > at) [last, at] = [phase, index];
    }
  }
  return last === 'data' && PIPELINED.test(text) ? 'rcpt' : last;
}
