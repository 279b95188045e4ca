import { addressesIn, sameAddress } from './addresses.ts';
import { namedIn } from './prose.ts';
import type { Letter } from './types.ts';

/** Who writes reports. People's addresses and mailing programs are none. */
const REPORTERS =
  /mailer-?daemon|post_?master|sysadmin@|mail(er)?[ ._-]?(delivery|administrator|admin|system|gateway|server|router)|postmaster|delivery (sub)?system|system administrator|mdaemon|mail\.delivery|e-?mail (system|server|gateway)|daemon@|internet mail|smtp (gateway|server|daemon)|notification (service|agent)|mms-?gateway|mail-daemon|message.?router|mail ?sweeper|mailfoundry|exchange ?admin|mailmaster|pmdf|interscan|administrator@|microsoft ?exchange|xmail|mail (delivery )?(service|subsystem|agent)\b|<\s*>\s*$/i;

/** Whose local part no person has: programs write under it, and list servers when they hand a report on. */
const PROGRAMS =
  /(^|[<"\s])(mailer-?daemon|post_?master)\b[^<>@]{0,40}@|^[^<]*\bmail delivery (sub)?system\b|<\s*>\s*$/i;

/** Subjects under which mail systems return messages, and hardly anybody else writes. */
const RETURNS =
  /^\W*(undeliver(ed|able)|(un)?successful (mail )?delivery|non[- ]?delivery|failure notice|returned (mail|to sender)|delivery (failure|failed|status notification|problem|report \(|error|delayed|notification: delivery has failed)|mail (delivery (fail|problem|error|status|subsystem)|system error|could not be delivered|failed|error)|(your )?message (delivery (has )?(failed|failure)|could not be delivered|not delivered|undeliverable)|failed mail|warning: (message|could not)|error (sending|delivering) (your )?(mail|message)|(permanent )?delivery fail|could not deliver|unable to deliver|delayed mail|unzustellbar|non remis|échec de|no se pudo entregar|mancata consegna|не удалось доставить|недоставленное|退信|系统退信|投递失败)/i;

const SUBJECTS =
  /undeliver|un-?deliver|non[- ]?deliver|not (been )?deliver|deliver(y|ed|ing)? ?(status|report|failure|failed|fail|problem|error|notif|notice|has failed|incomplete|unsuccessful|impossible|delay|warning|disabled|attempt)|delivery (has|was|to) |(mail|message|e-?mail) ?(system |delivery |transport |status |server |could not |was not |not |has not |has |transmission )?(error|fail|failed|failure|failing|problem|report|return|returned|bounced|be delivered|been delivered|delayed|delay|refused|rejected|blocked)|returned (mail|e-?mail|message|to sender)|return(ed|ing)? (mail|message|to sender)|failure (notice|report|to deliver|notification)|could ?n[o']t (be )?(deliver|send|sent)|cannot (be )?deliver|unable to deliver|failed (mail|message|delivery|to deliver)|warning: (message|could not|mail)|message you sent|(delayed|deferred|rejected|blocked|bounced|refused|returned|error in|problem with|unknown) (mail|e-?mail|message|recipient|user|address)|host unknown|user unknown|unknown (user|recipient|address|mailbox)|ndn:|ndr|dsn|deferred:|cannot send message|loop alert|mail ?box full|over quota|quota exceed|unzustellbar|nicht zugestellt|zustell|fehler|non (remis|distribu|distribué|recapit|consegn)|échec|remise|mancat[ao] (consegna|recapit)|no (se pudo )?entreg|não entreg|no entregad|onbestelbaar|niet (bezorgd|afgeleverd)|niedostarcz|недостав|не доставлен|возвращ|ошибка|配信|送信(エラー|失敗|でき)|エラーメール|メールエラー|不達|未達|退信|系统退信|無法|无法|未送达|投递|address (change|not found|unknown)|failed$|^e$|spam|mail (alert|loop)|delivery/i;

/** Sentences by which reporters say that a message did not arrive, or not yet. */
const SENTENCES =
  /(could ?n.t|could not|can ?not|can't|was not|wasn.t|has not|have not|did not|unable|not able|failed|fails?|impossible)( \w+){0,3} (be(en)? )?(deliver|reach|sen[dt]|transmit|forward|process|accept|complete)|(mail|message|e-?mail|it) (has been|was|is being|is) returned|delivery (to|of|for|has|was|failed|failure|status|attempt|problem|report|error)|undeliver|returned (mail|message|to sender)|permanent (fatal )?(error|failure)|fatal error|did not reach|not (yet )?(been )?(delivered|reached)|unknown (user|recipient)|user unknown|(not|no longer) an? (valid|known|active) (user|address|recipient|mailbox)|rejected (by|your|the|because)|message (was |has been |is being )?(rejected|returned|blocked|refused|delayed|bounced)|still (being|in) |gave up|given up|account is (disabled|suspended|inactive)|no such (user|mailbox)|host unknown|over quota|mailbox (is )?full|does(n't| not) exist|transcript of session|following (address|recipient|error|destination|user|reason)|wurde nicht|nicht zugestellt|konnte nicht|nicht (übermittelt|gesendet)|n'a pas (pu|été)|impossible de|non (è|e'|distribu|remis|consegn|riuscit)|no (se )?(ha )?(podido|pudo|entreg)|não (pôde|foi|é possível|pode)|не (может|удалось|доставлен|было|была)|недоставлен|送信でき|送信されません|配信|届き?ません|届けでき|エラー|无法|未能|退回|不能|投递|bounce|in (the )?queue|not be found|incorrectly constructed|error message|invalid user|not a member of this|may not exist|(problem|trouble|error) (while )?(delivering|sending) (your|the) (mail|message|e-?mail)|duplicated message-id|loop/i;

/** What Exim tells the postmaster of its queue and of somebody's filter; nobody's message comes back with it. */
const HOUSEKEEPING = /^\s*(message frozen\b|error\(s\) in forwarding or filter)/i;

const AUTO_SUBJECT =
  /^\s*(re: ?)?\[?(auto(matic|mated|matyczna|matische?)?[- ]?(reply|response|answer|responder|antwort|rückmeldung|odpowied|antwoord)|auto:|out of (the )?office|ooo:|(vacation|holiday|absence) (reply|message|notice|notification|note|auto)|away from (my|the)|(ich bin )?abwesen|réponse automatique|(message|notification|avis) d.absence|absent\b|risposta automatica|respuesta automática|resposta automática|fuori sede|fuera de (la )?oficina|ausente|autosvar|автоответ|自動(応答|返信)|不在|自动(回复|答复)|(i am|on) (away|on (vacation|holiday|leave)|out of)|on (vacation|holiday|annual leave|leave) )|is out of (the )?office/i;
const AUTO_WORDS =
  /\b(i am|i'm|i will be|i'll be|currently|we are) (\w+ )?(out of (the )?office|on (vacation|holiday|leave|annual leave|parental leave|maternity leave|business trip)|away|travell?ing|unavailable)|out of the office|ich bin (\w+ ){0,4}(nicht im|außer haus|abwesend|im urlaub)|je suis (\w+ )?(absent|en congé|en vacances)|estoy (\w+ )?(fuera|de vacaciones|ausente)|estou (\w+ )?(fora|de férias|ausente)|sono (\w+ )?(in ferie|assente|fuori)|я (\w+ )?в отпуске|不在に(して|いた)|休暇/i;
const CHALLENGE =
  /(confirm|verify) (that )?(you|your (message|e-?mail|address|identity))|confirmation (is )?required|challenge|to (have|get) your (message|mail) delivered|click (the|on the|here)|spam ?arrest|waitlisted|guest list|added to the recipient's|tmda|boxbe|reply to this (message|e-?mail) (to|and)|release your message/i;

/** Replies of SMTP. */
const CODES = /(^|[\s<"'(:#])[45]\d\d[ -]|[\s(#][45]\.\d\.\d{1,3}\b|<<<|MSEXCH/im;

/** What machines say to each other. */
const SMTP =
  /(^|[\s<"'(:#])[45]\d\d[ -]|[\s(#][45]\.\d\.\d{1,3}\b|<<<|\b(smtp|e-?mail address|recipient|mail ?server)\b/im;

const headerOf = (letter: Letter, name: string): string => (letter.headers.get(name) ?? []).join(' ');

/** Headers by which programs say that they answer. */
const MARKS = [
  'x-autoreply',
  'x-autorespond',
  'x-auto-response',
  'x-autogenerated',
  'x-auto-reply',
  'auto-reply',
  'x-mail-autoreply',
  'x-ms-exchange-generated-message-source',
] as const;

/** Whether the message answers by itself for a person: absence, receipt of a letter, a ticket number. */
export function isAutoReply(letter: Letter): boolean {
  const subject = headerOf(letter, 'subject');
  if (/mailer-?daemon|mail delivery/i.test(headerOf(letter, 'from'))) return false;
  if (AUTO_SUBJECT.test(subject)) return true;
  if (/auto[-_ ]?repl|vacation/i.test(headerOf(letter, 'precedence'))) return true;
  const isReporter = isByReporter(letter);
  if (!isReporter && MARKS.some((name) => letter.headers.has(name))) return true;
  if (!isReporter && /auto-(replied|notified)/i.test(headerOf(letter, 'auto-submitted'))) return true;
  return !isReporter && AUTO_WORDS.test(letter.prose.slice(0, 2000)) && !SUBJECTS.test(subject);
}

/** Dovecot's and Sieve's refusals (RFC 5429) have the form of a receipt, of which only the words say that it is none. */
export const isRefusal = (letter: Letter): boolean =>
  letter.reports.some(
    ({ type, text }) => type === 'disposition-notification' && /^disposition:.*\bautomatic-/im.test(text),
  ) && /\bwas automatically (rejected|refused)\b/i.test(letter.prose.slice(0, 2000).replace(/\s+/g, ' '));

/** The list server fml writes under a list's own name, in the list's own words. */
const isListServer = (letter: Letter): boolean =>
  /^(loop (alert|back warning)|we are attacked|you \S+ are not member|.*not member article from)/i.test(
    headerOf(letter, 'subject'),
  );

/** Whether somebody's gatekeeper asks the sender to prove something before it hands the message on. */
export const isChallenge = (letter: Letter): boolean =>
  !isByReporter(letter) && CHALLENGE.test(letter.prose.slice(0, 4000));

const isByReporter = (letter: Letter): boolean =>
  [headerOf(letter, 'from'), headerOf(letter, 'sender')].some((name) =>
    REPORTERS.test(name.replaceAll('_', ' ')),
  );

/** Whether what stands below the words is, with its headers, a message that the reader sent: nobody quotes it so. */
function bringsOwnBack(letter: Letter): boolean {
  if (!/^(received|message-id):/im.test(letter.original)) return false;
  const from = /^from:(.*(?:\n[ \t].*)*)/im.exec(letter.original)?.[1] ?? '';
  const readers = addressesIn((letter.headers.get('to') ?? []).join(' '));
  return addressesIn(from).some(({ address }) => readers.some((one) => sameAddress(one.address, address)));
}

/**
 * Whether a message without a delivery report was written by a mail system about a message that it could not deliver.
 * One sign alone proves nothing: people write about bounces, newsletters quote them, lists forward them.
 */
export function isReturned(letter: Letter): boolean {
  if (letter.headers.size === 0) return false;
  const subject = headerOf(letter, 'subject');
  if (HOUSEKEEPING.test(subject)) return false;
  const opening = letter.prose.slice(0, 4000);
  const from = headerOf(letter, 'from');
  const isProgram = PROGRAMS.test(from);
  const isReporter = isProgram || isByReporter(letter);
  const isSubject = SUBJECTS.test(subject);
  const isReturn = RETURNS.test(subject);
  const isSentence = SENTENCES.test(opening);
  const isNobody = /^\s*<\s*>\s*$|^\s*<?(mailer-?daemon|postmaster)@/i.test(headerOf(letter, 'return-path'));
  const isFailing = headerOf(letter, 'x-failed-recipients') !== '';
  const isReport = /multipart\/report\b[\s\S]*delivery-status/i.test(headerOf(letter, 'content-type'));
  const hasCodes = /(^|[\s<"'(:#])[45]\d\d[ -]|[\s(#][45]\.\d\.\d{1,3}\b|<<<|MSEXCH|mail ?box|quota/im.test(
    opening,
  );
  const isList = [
    'list-id',
    'list-unsubscribe',
    'list-post',
    'x-mailman-version',
    'x-campaign',
    'x-mailing-list',
  ].some((name) => letter.headers.has(name));
  const isTalk =
    /^\s*(re|aw|sv|antw|fwd?|wg|tr|rv)\s*(\[\d+\])?\s*:/i.test(subject) || letter.headers.has('in-reply-to');
  const signs = [
    [isReporter, 3],
    [isProgram, 1],
    [isNobody, 2],
    [isFailing, 4],
    [isSubject, 2],
    [isReturn, 1],
    [isSentence, 2],
    [hasCodes, 1],
    [letter.original !== '', 1],
    [bringsOwnBack(letter), 2],
    [isReport, 2],
    [isTalk && !isReporter, -4],
    [isList && !isFailing && !isProgram, -4],
    [isListServer(letter), 6],
  ] as const;
  const weight = signs.reduce((sum, [is, points]) => sum + (is ? points : 0), 0);
  // Parcels fail to be delivered, too: their notices have the same words, but neither a mail system's name nor a message.
  const isOfMail =
    isReporter ||
    isFailing ||
    isReport ||
    letter.original !== '' ||
    isListServer(letter) ||
    (isNobody && SMTP.test(opening));
  const isSaid =
    isSentence ||
    isFailing ||
    (isSubject && hasCodes) ||
    (isReturn && (letter.original !== '' || /mailer-?daemon/i.test(from)));
  if (weight < 6 || !isSaid || !isOfMail) return false;
  // A postmaster who announces a night without mail names nobody who was not reached.
  return (
    isFailing ||
    isReport ||
    letter.original !== '' ||
    isListServer(letter) ||
    /mailer-?daemon/i.test(from) ||
    CODES.test(opening) ||
    namedIn(letter).named.length > 0
  );
}

/**
 * Whether a program marked this as its own, rather than words that a person may write, too: who writes "I am away, what
 * shall I do?" must be heard.
 */
export function isWrittenByProgram(letter: Letter): boolean {
  const submitted = headerOf(letter, 'auto-submitted').trim();
  return (
    (submitted !== '' && !/^no\b/i.test(submitted)) ||
    MARKS.some((name) => letter.headers.has(name)) ||
    /^\s*(auto[-_ ]?reply|bulk|junk|list)/i.test(headerOf(letter, 'precedence')) ||
    /^\s*<\s*>\s*$/.test(headerOf(letter, 'return-path')) ||
    AUTO_SUBJECT.test(headerOf(letter, 'subject')) ||
    isByReporter(letter)
  );
}

const STILL =
  /(will|does|do) (keep|continue|be retried|retry|try|attempt)|(you )?do not need to (resend|re-send|send)|(need not|no need to) (resend|re-send)|still (trying|being (tried|retried|attempted)|in (the )?queue|undelivered)|not (yet )?been delivered( yet)?|has been delayed|delivery (is )?(temporarily )?(delayed|deferred)|this is (a|only a) warning|wird weiter(hin)? versucht|weitere zustellversuche|nouvelles? tentatives?|sera (de nouveau|encore)|seguir[áa] intentando|continuer[àa] (a|i) tent/i;
const GIVEN_UP =
  /giv(en?|ing) up|gave up|permanent|will not (be )?(retr|try)|could not be delivered (for|within|after)|has been (removed|deleted) from|expired|returned to (you|the sender)|undeliverable/i;

/** Whether the report is about a message that is still tried: every recipient `delayed`, or in its words. */
export function isLateNotice(letter: Letter): boolean {
  const reports = letter.reports.filter(({ type }) => type === 'delivery-status').map(({ text }) => text);
  const actions = reports.flatMap((text) => [...text.matchAll(/^action[ \t]*:[ \t]*([a-z]+)/gim)]);
  if (actions.length > 0) return actions.every(([, action]) => action?.toLowerCase() === 'delayed');
  const words = `${headerOf(letter, 'subject')}\n${letter.prose.slice(0, 4000)}`;
  return STILL.test(words) && !GIVEN_UP.test(words);
}
