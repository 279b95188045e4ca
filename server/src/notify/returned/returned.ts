import { bareAddress, sameAddress } from './addresses.ts';
import { judge, outcome } from './judge.ts';
import { readLetter } from './letter.ts';
import { namedIn } from './prose.ts';
import { complaintIn, type Reported, reportedIn } from './report.ts';
import { isAutoReply, isChallenge, isRefusal, isReturned } from './signs.ts';
import type { Letter, Reason, Returned } from './types.ts';
import { readVendorEvent } from './vendors.ts';

/**
 * What a message that came back says, one entry for each recipient it names; at least one entry. Pure but for the time
 * it takes, and total: whatever the bytes are, it answers, at worst that they are not a bounce.
 */
export async function readReturned(bytes: Uint8Array): Promise<readonly Returned[]> {
  return judgeLetter(await readLetter(bytes));
}

const nothing = (reason: Reason, recipient = ''): Returned =>
  outcome(reason, { recipient, status: '', reply: '', diagnostic: '' });

export function judgeLetter(letter: Letter): readonly Returned[] {
  const complaints = letter.reports.filter(({ type }) => type === 'feedback-report');
  if (complaints.length > 0) return complaints.flatMap(({ text }) => complained(letter, text));
  if (isUnsubscription(letter)) return [nothing('feedback')];
  const complainer = /^x-hmxmroriginalrecipient:.*$/im.exec(letter.original)?.[0];
  if (complainer !== undefined) return [nothing('feedback', bareAddress(complainer.replace(/^[^:]*:/, '')))];
  const receipt = letter.reports.find(({ type }) => type === 'disposition-notification');
  if (receipt !== undefined) return isRefusal(letter) ? refused(letter, receipt.text) : [nothing('')];
  const reported = letter.reports
    .filter(({ type }) => type === 'delivery-status')
    .flatMap(({ text }) => reportedIn(text))
    .filter(({ recipient, status, action }) => recipient !== '' || status !== '' || action !== '');
  if (isChallenge(letter)) return [nothing('')];
  if (reported.length > 0) return fromReport(letter, reported);
  const told = mailedByAmazon(letter);
  if (told.length > 0) return told;
  if (isAutoReply(letter)) return [nothing('vacation', bareAddress(letter.headers.get('from')?.[0] ?? ''))];
  if (!isReturned(letter)) return [nothing('')];
  const { named, context } = namedIn(letter);
  if (named.length === 0) return [fromWords('', '', context, true)];
  return named.map(({ recipient, words }) => fromWords(recipient, words, context, named.length === 1));
}

function fromWords(recipient: string, words: string, context: string, isAlone: boolean): Returned {
  return judge({ recipient, action: '', status: '', comment: '', diagnostic: '', words, context, isAlone });
}

/** A mailbox that refused a message which its server had taken: full, or a filter of its owner. */
function refused(letter: Letter, receipt: string): Returned[] {
  const recipients = reportedIn(receipt).map(({ recipient }) => recipient);
  return (recipients.length > 0 ? recipients : ['']).map((recipient) => {
    const told = fromWords(recipient, letter.prose, '', true);
    return told.reason === 'undefined' ? outcome('filtered', told) : told;
  });
}

function fromReport(letter: Letter, own: readonly Reported[]): Returned[] {
  const { named, context } = namedIn(letter);
  return own.map((one, at) => {
    const match =
      named.find(({ recipient }) => sameAddress(recipient, one.recipient)) ??
      (own.length === 1 && named.length === 1 ? named[0] : undefined);
    const fallback =
      one.recipient || (own.length === named.length ? named[at]?.recipient : named[0]?.recipient) || '';
    return judge({
      ...one,
      recipient: fallback,
      words: match?.words ?? '',
      context,
      isAlone: own.length === 1,
    });
  });
}

function complained(letter: Letter, text: string): Returned[] {
  const { recipients } = complaintIn(text);
  if (recipients.length > 0) return recipients.map((recipient) => nothing('feedback', recipient));
  const to = /^to:.*$/im.exec(letter.original)?.[0] ?? '';
  return [nothing('feedback', /[^\s<>:,"]+@[^\s<>,"]+/.exec(to)?.[0] ?? '')];
}

/** SES's notifications, where a topic of SNS is subscribed by mail: the JSON stands alone, above SNS's own words. */
function mailedByAmazon(letter: Letter): readonly Returned[] {
  const [json] = /^\{.*\}$/m.exec(letter.prose) ?? [];
  const isSes = json !== undefined && /"(notificationType|eventType)"/.test(json);
  return isSes ? (readVendorEvent('ses', json) ?? []) : [];
}

/** Apple's mail program writes to the address of List-Unsubscribe when its reader asks to hear no more. */
const isUnsubscription = (letter: Letter): boolean => letter.headers.has('x-apple-unsubscribe');
