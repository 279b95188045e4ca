import { withoutAddresses } from './addresses.ts';
import { codesIn, mostTelling, phaseIn } from './codes.ts';
import { DELIVERY, FORMULAS, HEADLINES, PHRASES, type Phrase, TRANSPORT, VAGUE } from './phrases.ts';
import { type Phase, REASONS, type Reason, type Returned } from './types.ts';

/** What is known of one failed recipient, from the most telling to the least. */
export type Evidence = Readonly<{
  recipient: string;
  /** Fields of a delivery report; empty without one. */
  action: string;
  status: string;
  comment: string;
  diagnostic: string;
  /** What the prose says of this recipient. */
  words: string;
  /** What the prose says of all. */
  context: string;
  /** Whether all of it is about this recipient, because there is no other. */
  isAlone: boolean;
}>;

/** What each enhanced status code means where the words say nothing: RFC 3463 and its registry, RFC 7372, 7505. */
const BY_STATUS: Readonly<Record<string, Reason>> = {
  '1.0': 'userunknown',
  '1.1': 'userunknown',
  '1.2': 'hostunknown',
  '1.3': 'userunknown',
  '1.4': 'userunknown',
  '1.6': 'hasmoved',
  '1.7': 'rejected',
  '1.8': 'rejected',
  '1.9': 'systemerror',
  '1.10': 'notaccept',
  '2.0': 'filtered',
  '2.1': 'filtered',
  '2.2': 'mailboxfull',
  '2.3': 'exceedlimit',
  '2.4': 'filtered',
  '3.0': 'systemerror',
  '3.1': 'systemfull',
  '3.2': 'notaccept',
  '3.3': 'systemerror',
  '3.4': 'mesgtoobig',
  '3.5': 'systemerror',
  '4.1': 'expired',
  '4.2': 'networkerror',
  '4.3': 'systemerror',
  '4.4': 'hostunknown',
  '4.5': 'expired',
  '4.6': 'networkerror',
  '4.7': 'expired',
  '4.14': 'networkerror',
  '4.300': 'expired',
  '4.310': 'hostunknown',
  '4.312': 'hostunknown',
  '4.316': 'expired',
  '5.2': 'syntaxerror',
  '5.4': 'syntaxerror',
  '5.6': 'syntaxerror',
  '6.0': 'contenterror',
  '6.1': 'contenterror',
  '6.2': 'contenterror',
  '6.3': 'contenterror',
  '6.5': 'contenterror',
  '7.0': 'securityerror',
  '7.2': 'rejected',
  '7.4': 'securityerror',
  '7.5': 'securityerror',
  '7.8': 'securityerror',
  '7.9': 'policyviolation',
  '7.10': 'failedstarttls',
  '7.13': 'suspend',
  '7.17': 'hasmoved',
  '7.18': 'hasmoved',
  '7.20': 'authfailure',
  '7.21': 'authfailure',
  '7.22': 'authfailure',
  '7.23': 'authfailure',
  '7.24': 'authfailure',
  '7.25': 'requireptr',
  '7.26': 'authfailure',
  '7.27': 'notaccept',
  '7.28': 'speeding',
  '7.29': 'authfailure',
  '7.30': 'authfailure',
  '7.509': 'authfailure',
  '1.90': 'speeding',
  '2.121': 'speeding',
  '2.122': 'speeding',
  '7.57': 'securityerror',
  '7.64': 'norelaying',
  '7.124': 'rejected',
  '7.133': 'rejected',
  '7.134': 'rejected',
  '7.135': 'rejected',
  '7.136': 'rejected',
  '7.501': 'spamdetected',
  '7.502': 'rejected',
  '7.503': 'rejected',
  '7.504': 'filtered',
  '7.505': 'filtered',
  '7.506': 'blocked',
  '7.507': 'filtered',
  '7.508': 'toomanyconn',
  '7.510': 'notaccept',
  '7.515': 'authfailure',
  '7.511': 'blocked',
  '7.512': 'notcompliantrfc',
  '7.513': 'policyviolation',
};

/** Codes that no reporter gives lightly: without a diagnostic they outweigh what stands in the prose around. */
const SURE = /^[45]\.(1\.[12]|2\.2|3\.4)$/;

function byStatus(status: string): Reason | undefined {
  const [, detail] = /^[45]\.(\d+\.\d+)$/.exec(status) ?? [];
  if (detail === undefined) return undefined;
  if (/^7\.(60[6-9]|6[1-4]\d)$/.test(detail)) return 'blocked';
  if (/^7\.(5\d\d|7[0-4]\d|750)$/.test(detail)) return BY_STATUS[detail] ?? 'policyviolation';
  return BY_STATUS[detail];
}

/** What the second number of a code (RFC 3463: whose matter it is) means where nothing else says anything. */
function bySubject(status: string): Reason | undefined {
  const [, subject] = /^[45]\.([1-7])\./.exec(status) ?? [];
  if (subject === undefined) return undefined;
  return SUBJECTS[subject];
}

const SUBJECTS: Readonly<Record<string, Reason>> = {
  1: 'userunknown',
  2: 'filtered',
  3: 'systemerror',
  4: 'networkerror',
  5: 'syntaxerror',
  6: 'contenterror',
  7: 'policyviolation',
};

/** What a reply means where neither words nor status say anything, by where it came. */
function byPhase(phase: Phase, reply: string, status: string): Reason | undefined {
  if (reply === '552') return 'mailboxfull';
  if (reply === '421') return 'expired';
  if (/^50[0-4]$/.test(reply) && !/^[45]\.7\./.test(status)) return 'syntaxerror';
  if (!/^5/.test(reply)) return undefined;
  if (phase === 'rcpt') return 'userunknown';
  if (phase === 'mail') return 'rejected';
  if (phase === 'data') return 'filtered';
  if (phase === 'connect' || phase === 'ehlo') return 'blocked';
  if (phase === 'auth') return 'securityerror';
  return phase === 'starttls' ? 'failedstarttls' : undefined;
}

/** A machine by name and address; a name such as `antispam.example` says nothing of what it answered. */
const MACHINE =
  /\b(host|server|by|from|at|with|to|dns;) ?(?:[\w-]{1,63}\.){1,8}[\w-]{1,63}\.? ?[[(][\da-f.:]{3,45}[\])]/g;

/** Addresses of machines: which one it is says nothing, that it is one says who was refused. */
const NUMBERS =
  /[[(<]{0,2}(?<![\w.:-])(?:\d{1,3}(?:\.\d{1,3}){3}|(?:ipv6:)?(?:[\da-f]{1,4}:{1,2}){3,7}[\da-f]{0,4})(?![\w.:-]*\w)[\])>]{0,2}/g;

const BARE: Readonly<Record<string, string>> = { ß: 'ss', ł: 'l', ø: 'o', ı: 'i' };

/** On one line, in lower case, without marks on Latin letters, addresses, numbers of machines and the codes that continue a reply. */
export function plain(text: string): string {
  const codes = /(^|[\s"'])[245]\d\d-(#?[245]\.\d{1,3}\.\d{1,3} )?/g;
  const line = withoutAddresses(text.slice(0, 16 * 1024).replace(codes, '$1'))
    .replace(/[\s\u00a0\u3000]+/g, ' ')
    .replace(/[’‘`]/g, "'")
    .toLowerCase()
    .normalize('NFD')
    .replace(/([a-z])[\u0300-\u036f]+/g, '$1')
    .normalize('NFC')
    .replace(/[ßłøı]/g, (letter) => BARE[letter] ?? letter)
    .replace(/\bca(?:n'?t|n not)\b/g, 'cannot')
    .replace(/\bwon't\b/g, 'will not')
    .replace(/\b(is|are|was|were|does|do|did|has|have|had|could|would|should|must|need)n'?t\b/g, '$1 not')
    .replace(/\bmail[- ]box/g, 'mailbox')
    .replace(/\be-mail/g, 'email')
    .replace(MACHINE, '$1 x ')
    .replace(NUMBERS, 'ipaddr');
  return FORMULAS.reduce((rest, formula) => rest.replace(formula, ' '), line).trim();
}

function firstOf(rules: readonly Phrase[], text: string, phase: Phase): Reason | undefined {
  if (text === '') return undefined;
  const holds = ({ says, when }: Phrase) =>
    (when === undefined || when.includes(phase)) && says.some((wording) => wording.test(text));
  return rules.find(holds)?.reason;
}

const wordedReason = (text: string, phase: Phase): Reason | undefined =>
  firstOf(PHRASES, text, phase) ?? firstOf(DELIVERY, text, phase) ?? firstOf(TRANSPORT, text, phase);

/** What happened to one recipient. Every piece of evidence is heard before a weaker one decides. */
export function judge(evidence: Evidence): Returned {
  const { action, recipient } = evidence;
  const said = [evidence.diagnostic, evidence.words, evidence.context].map(codesIn);
  const around = evidence.isAlone ? said[2] : undefined;
  const named = [said[0]?.status ?? '', evidence.status, said[1]?.status ?? '', around?.status ?? ''];
  const status = mostTelling(named.filter(Boolean));
  const reply = said[0]?.reply || said[1]?.reply || around?.reply || '';
  const phase = phaseIn(evidence.diagnostic) || phaseIn(evidence.words) || phaseIn(evidence.context);
  const told = /^(delivered|relayed|expanded)$/.test(action)
    ? 'delivered'
    : reasonOf(evidence, status, reply, phase);
  // What is still tried may yet arrive: nobody is given up before the reporter does so.
  const reason = action === 'delayed' && REASONS[told] === 'address-dead' ? 'expired' : told;
  const diagnostic = (evidence.diagnostic || evidence.words || evidence.context).replace(/\s+/g, ' ').trim();
  return outcome(reason, { recipient, status, reply, diagnostic: diagnostic.slice(0, 500) });
}

/** An outcome of this reason; `kind` and `hard` follow from it. */
export function outcome(
  reason: Reason,
  rest: Readonly<Pick<Returned, 'recipient' | 'status' | 'reply' | 'diagnostic'>>,
): Returned {
  const kind = REASONS[reason];
  return {
    kind,
    recipient: rest.recipient,
    status: rest.status,
    reason,
    hard: kind === 'address-dead',
    reply: rest.reply,
    diagnostic: rest.diagnostic,
  };
}

/** What the reporter quotes of the other server; nearer to the cause than the words around it. */
function quoted(words: string): string {
  const mark =
    /(error that the other server returned was|remote host said|(host|server|system|it) (said|responded|returned|replied|answered)( with( failure)?)?|\bsaid|response (was|from [^:]{1,80}|received)|diagnostic[- ]codes?|error (message|code|was)|reason( was| given)?|<<<) ?:? ?/;
  const found = mark.exec(words);
  return found === null ? '' : words.slice(found.index + found[0].length);
}

/**
 * Mobile carriers say that a user is unknown when that user's filter refused us, too, and tell the two apart by the
 * time (after the message instead of after the recipient) or by the code (x.2.0, x.2.1, x.7.1).
 * Source: libsisimai.org, how to tell unknown from filtered.
 */
function byTime(reason: Reason | undefined, text: string, status: string, phase: Phase): Reason | undefined {
  if (reason === 'mesgtoobig' && /^5\.2\.3$/.test(status)) return 'exceedlimit';
  if (reason !== 'userunknown' && reason !== 'hostunknown') return reason;
  // Before a recipient is named it is the sender, or the machine that sends, whom nobody knows.
  if (phase === 'mail') return 'rejected';
  if (phase === 'ehlo' || phase === 'connect') return 'blocked';
  if (reason === 'hostunknown' || phase === 'rcpt') return reason;
  if (/^5\.(2\.[01]|7\.1)$/.test(status) && /unknown|no such/.test(text)) return 'filtered';
  return phase === 'data' && !/^5\.1\./.test(status) && /unknown|no such/.test(text) ? 'filtered' : reason;
}

/** What a free text says of a user when it tells neither time nor code: the same doubt. */
const DOUBTFUL = /\b(user unknown|unknown user(?!:)|no such user here|recipient not found)\b/;

/** Whether the prose names the recipient, and says why somewhere else. */
const saysLittle = (words: string, recipient: string): boolean =>
  words.replace(recipient.toLowerCase(), '').replace(/[^\p{L}]/gu, '').length < 12;

/** Sendmail reports the first line of a reply of many; the others stand in its transcript. */
function whole(diagnostic: string, context: string): string {
  const first = diagnostic.trim();
  if (!/^[45]\d\d-/.test(first) || /[45]\d\d[ -]/.test(first.slice(4))) return diagnostic;
  const lines = context.split('\n').map((line) => line.trim());
  const at = lines.findIndex((line) => line.startsWith('<<<') && line.slice(3).trim().startsWith(first));
  if (at < 0) return diagnostic;
  const rest = lines.slice(at, at + 20);
  const end = rest.findIndex((line) => !line.startsWith('<<<') || /^<<< ?\d{3} /.test(line));
  const last = rest[end]?.startsWith('<<<') ? end + 1 : end;
  return rest
    .slice(0, last < 0 ? rest.length : last)
    .map((line) => line.slice(3).trim())
    .join('\n');
}

function reasonOf(evidence: Evidence, status: string, reply: string, phase: Phase): Reason {
  const diagnostic = plain(whole(evidence.diagnostic, evidence.context));
  const comment = plain(evidence.comment);
  const words = plain(evidence.words);
  const context = plain(evidence.context);
  const isFree = evidence.action === '' && diagnostic === '' && evidence.status === '';
  const worded =
    firstOf(HEADLINES, context, phase) ??
    wordedReason(diagnostic, phase) ??
    (diagnostic === '' && SURE.test(evidence.status) ? byStatus(evidence.status) : undefined) ??
    wordedReason(quoted(words), phase) ??
    wordedReason(words, phase) ??
    (evidence.isAlone && (isFree || saysLittle(words, evidence.recipient))
      ? wordedReason(context, phase)
      : undefined);
  const said = comment === '' || worded !== 'userunknown' ? undefined : wordedReason(comment, phase);
  const isDoubtful =
    worded === 'userunknown' &&
    isFree &&
    phase === '' &&
    status === '' &&
    DOUBTFUL.test(`${words} ${context}`);
  return (
    (said === 'suspend'
      ? said
      : isDoubtful
        ? 'filtered'
        : byTime(worded, `${diagnostic} ${words}`, status, phase)) ??
    wordedReason(comment, phase) ??
    byStatus(status) ??
    firstOf(VAGUE, diagnostic, phase) ??
    firstOf(VAGUE, words, phase) ??
    byPhase(phase, reply, status) ??
    wordedReason(context, phase) ??
    bySubject(status) ??
    (evidence.action === 'delayed' ? 'expired' : undefined) ??
    (reply !== '' || status !== '' ? 'onhold' : 'undefined')
  );
}
