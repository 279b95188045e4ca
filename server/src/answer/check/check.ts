/**
 * Whether a message is ours. "Genuine" is said only when the code was sent to the address (proved by the batch's tree),
 * every word that any reader may show is ours, and what a mail program shows above it is ours as well. Whatever is not
 * understood is a reason against. ../README.md has the order of the steps.
 */
import { createHash } from 'node:crypto';
import {
  bodyHashOf,
  boundaryOf,
  oneAddress,
  parseMail,
  writeBody,
  writeMail,
} from '../../platform/mail/index.ts';
import {
  bitsFor,
  type Code,
  checkCode,
  commitmentInput,
  groupsOf,
  normalisedAddress,
  pathOfPrefix,
  prefixOf,
  tagOf,
} from '../../prove/codes/index.ts';
import type { BatchFacts, Difference, MessageAnswer, Reason, SentNotice, Truth, Verdict } from '../types.ts';
import { codesIn } from './codes.ts';
import { type Seen, seenIn, seenInText, type View, viewOf } from './collect.ts';
import { type Content, judgeView, type ViewJudged } from './compare.ts';
import { isBland, marksIn } from './foreign.ts';
import {
  addressesIn,
  isSameText,
  judgeBelow,
  looksLikeUs,
  type Ours,
  statedRecipients,
  withFieldsApart,
  withoutPrefixes,
} from './forwards.ts';
import { judgeHeader, type Mailbox, mailboxesIn } from './header.ts';
import {
  looksLikeMessage,
  type Message,
  MOST_BYTES,
  type Part,
  readMessage,
  shownText,
  textOfPart,
  valuesOf,
} from './mime.ts';
import { NEXT, SAYS } from './says.ts';
import { type Signed, signedByUs } from './signature.ts';
import { phrasesIn, wordsOf } from './words.ts';

export type Given = Readonly<{
  bytes: Uint8Array;
  /** The address to which it came, as whoever asks says; without it the message's own word is taken. */
  address?: string | undefined;
}>;

/** What was found so far, before it is put into words. */
type Judged = Readonly<{
  verdict: Verdict;
  reasons: readonly Reason[];
  differences: readonly Difference[];
  code?: Code | undefined;
  /** What we know of the message, once code and address led to it. */
  ours?: Ours | undefined;
}>;

type Context = Readonly<{ truth: Truth; address: string | undefined; depth: number }>;

const sha256 = (bytes: Uint8Array): Uint8Array => createHash('sha256').update(bytes).digest();
const MOST_NESTED = 4;
const MOST_EMBEDDED = 5;
/** Below this share of common runs of words a text is another one, whatever code stands in it. */
const LEAST_SHARE = 0.25;
/** So many of our sentences stand in no text by chance. */
const LEAST_PHRASES = 3;

/** The answer to "is this really from you?". Never throws on what it is given; what can't be decided is said to be so. */
export async function checkMessage({ bytes, address }: Given, truth: Truth): Promise<MessageAnswer> {
  if (bytes.length > MOST_BYTES)
    return answerOf({ verdict: 'cannot-tell', reasons: ['too-large'], differences: [] });
  const context = {
    truth,
    address: address === undefined ? undefined : normalisedAddress(address),
    depth: 0,
  };
  if (isOfAnotherKind(bytes)) return UNREADABLE;
  const judged = looksLikeMessage(bytes)
    ? await judgeMessage(readMessage(bytes), context)
    : await judgeSeen((style) => seenInText(textOf(bytes), style), context);
  return answerOf(judged);
}

function answerOf({ verdict, reasons, differences, code }: Judged): MessageAnswer {
  return {
    verdict,
    reasons: [...new Set(reasons)].map((is) => ({ is, says: SAYS[is] })),
    next: NEXT[verdict],
    ...(code === undefined ? {} : { code: groupsOf(code), batch: tagOf(code) }),
    differences: differences
      .slice(0, 100)
      .map((one) => ({ ...one, ours: one.ours.slice(0, 4000), theirs: one.theirs.slice(0, 4000) })),
  };
}

/** The answer about a file that can't be read. */
export const UNREADABLE: MessageAnswer = answerOf({
  verdict: 'cannot-tell',
  reasons: ['unreadable'],
  differences: [],
});

/** How files begin that hold no text: documents, mail that Outlook saves, pictures, archives. */
const OTHER_KINDS = ['25504446', '504b0304', 'd0cf11e0a1b11ae1', '89504e47', 'ffd8ff', '47494638'];

/** What stands in such a file is not known, so that it can't be said that it is not ours. */
const isOfAnotherKind = (bytes: Uint8Array): boolean => {
  const start = Buffer.from(bytes.subarray(0, 8)).toString('hex');
  return OTHER_KINDS.some((kind) => start.startsWith(kind));
};

function textOf(bytes: Uint8Array): string {
  // As Windows saves what it calls Unicode.
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return new TextDecoder('utf-16le').decode(bytes);
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return new TextDecoder('utf-16be').decode(bytes);
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return new TextDecoder('windows-1252').decode(bytes);
  }
}

async function judgeMessage(message: Message, context: Context): Promise<Judged> {
  const see = (style: string | undefined) => seenIn(message, style);
  const seen = see(undefined);
  if (seen.embedded.length > 0 && context.depth < MOST_NESTED) {
    const inner: Judged[] = [];
    for (const bytes of seen.embedded.slice(0, MOST_EMBEDDED))
      inner.push(await judgeMessage(readMessage(bytes), { ...context, depth: context.depth + 1 }));
    const [first, ...more] = inner.filter(({ verdict }) => verdict !== 'not-ours');
    if (first !== undefined && (more.length > 0 || seen.embedded.length > 1))
      return { ...first, verdict: 'cannot-tell', reasons: ['several-messages'], differences: [] };
    if (first !== undefined) return attached(first, seen);
  }
  const judged = await judgeSeen(see, context);
  if (judged.verdict !== 'not-ours' || message.isWhole) return judged;
  return { ...judged, verdict: 'cannot-tell', reasons: [...judged.reasons, 'not-read-whole'] };
}

/** A message within another one: that one's own words are whoever's, and may lead nobody anywhere. */
function attached(inner: Judged, outer: Seen): Judged {
  if (!inner.verdict.startsWith('genuine')) return { ...inner, reasons: ['attached', ...inner.reasons] };
  const own = (thing: string) =>
    ['from', 'to'].some((name) => mailboxesIn(outer.fields, name).some(({ address }) => address === thing));
  const wrong: string[] = [
    ...outer.views
      .filter((view) => !isBland(view.text.trim(), own) || view.faults.length > 0 || view.links.length > 0)
      .map(({ text }) => text.trim()),
    ...outer.others,
    ...outer.oddities,
    ...(inner.ours === undefined ? [] : wrongOfForwarder(outer.fields, inner.ours)),
  ];
  const reasons: Reason[] = ['attached', ...inner.reasons];
  if (wrong.length === 0) return { ...inner, reasons };
  const differences = wrong.map(
    (text): Difference => ({ where: 'around', ours: '', theirs: text, marks: [...marksIn(text)] }),
  );
  return { ...inner, verdict: 'based-on-ours-changed', reasons: ['attached', 'text-added'], differences };
}

/** Whether who forwards a message of ours could be taken for us. */
const isOfOurs = (from: readonly Mailbox[], ours: Ours): boolean =>
  from.some(({ name, address }) => looksLikeUs(name, ours) || looksLikeUs(address, ours));

const FORWARDERS = ['from', 'sender', 'reply-to', 'resent-from', 'resent-sender'];
const RECIPIENTS = ['to', 'cc'];

/**
 * What a program shows above a message that somebody forwards: its sender may not look like us, and neither a name nor a subject
 * may lead anywhere. Values are taken as they are written, since programs differ in what they leave out of them.
 */
function wrongOfForwarder(fields: Seen['fields'], ours: Ours): readonly string[] {
  const wrong = valuesOf(fields, 'subject')
    .map((value) => withoutPrefixes(shownText(value)))
    .filter((subject) => !isSameText(subject, ours.subject) && !isBland(subject));
  for (const name of [...FORWARDERS, ...RECIPIENTS])
    for (const value of valuesOf(fields, name).map(shownText)) {
      const boxes = mailboxesIn(fields, name);
      const names = boxes.reduce(
        (left, { address }) => (address === '' ? left : left.replaceAll(address, ' ')),
        value,
      );
      const isPretended = FORWARDERS.includes(name) && (looksLikeUs(names, ours) || isOfOurs(boxes, ours));
      if (isPretended || !isBland(names)) wrong.push(value);
    }
  return wrong;
}

type See = (style: string | undefined) => Seen;

async function judgeSeen(see: See, context: Context): Promise<Judged> {
  const seen = see(undefined);
  const texts = [...seen.views.map(({ text }) => text), ...valuesOf(seen.fields, 'subject').map(shownText)];
  const { codes, mistyped } = codesIn(texts);
  const known: { code: Code; batch: BatchFacts }[] = [];
  for (const code of codes) {
    const batch = await context.truth.batch(tagOf(code));
    if (batch !== undefined) known.push({ code, batch });
  }
  const [first, ...more] = known;
  if (first === undefined) return withoutCode(seen, texts, { codes, mistyped }, context);
  const judged = await judgeCode(see, first, context);
  if (more.length === 0) return judged;
  const verdict = judged.verdict.startsWith('genuine') ? 'based-on-ours-changed' : judged.verdict;
  return { ...judged, verdict, reasons: ['several-codes', ...judged.reasons] };
}

async function withoutCode(
  { message, views, oddities }: Seen,
  texts: readonly string[],
  { codes, mistyped }: Readonly<{ codes: readonly Code[]; mistyped: readonly string[] }>,
  { truth }: Context,
): Promise<Judged> {
  const reasons: Reason[] = codes.length > 0 ? ['code-of-no-batch'] : ['no-code'];
  if (mistyped.length > 0) reasons.push('code-mistyped');
  if (phrasesIn(wordsOf(texts.join('\n')).words, truth.phrases) >= LEAST_PHRASES)
    return { verdict: 'based-on-ours-changed', reasons: [...reasons, 'words-of-ours'], differences: [] };
  if (
    message !== undefined &&
    valuesOf(message.fields, 'dkim-signature').length > 0 &&
    (await signedByUs(message.bytes, await truth.keys())) === 'holds'
  )
    return { verdict: 'cannot-tell', reasons: [...reasons, 'signed-by-us'], differences: [] };
  if (views.length === 0 && oddities.length === 0 && message === undefined)
    return { verdict: 'cannot-tell', reasons: ['empty'], differences: [] };
  return { verdict: 'not-ours', reasons, differences: [] };
}

/** To whom the code was sent, proved; or why that can't be said. */
type Traced =
  | Readonly<{ kind: 'sent'; address: string; bodyHash: Uint8Array; notice: SentNotice | undefined }>
  | Readonly<{ kind: 'not sent' }>
  | Readonly<{ kind: 'unknown'; reason: Reason }>;

async function judgeCode(
  see: See,
  { code, batch }: Readonly<{ code: Code; batch: BatchFacts }>,
  context: Context,
): Promise<Judged> {
  const seen = see(undefined);
  const recipients = recipientsOf(seen, batch);
  const traced = await trace({ code, batch }, recipients, context);
  const base = { code, differences: [] };
  if (traced.kind === 'not sent')
    return { ...base, verdict: 'not-ours', reasons: ['not-sent-to-this-address'] };
  if (traced.kind === 'unknown') return { ...base, verdict: 'cannot-tell', reasons: [traced.reason] };
  const { address } = traced;
  const asked = context.address;
  if (
    (asked !== undefined && asked !== address) ||
    (recipients.stated.length > 0 && !recipients.stated.includes(address))
  )
    return { ...base, verdict: 'replay', reasons: ['code-of-another-person'] };
  const found = await contentOf(seen, traced);
  const proved: Reason[] = [
    'sent-to-this-address',
    ...(batch.isWithdrawn ? (['withdrawn'] as const) : []),
    ...(batch.isShown === false ? (['batch-not-shown'] as const) : []),
  ];
  if (found === undefined)
    return { ...base, verdict: 'cannot-tell', reasons: [...proved, 'original-not-here'] };
  const { letterhead } = batch;
  const ours: Ours = {
    from: letterhead,
    replyTo: letterhead.replyTo,
    subject: found.content.subject,
    to: address,
  };
  const judged = await judgeContent(see(styleOf(found.content.page)), found, ours, context.truth);
  return {
    ...judged,
    code,
    ours,
    reasons: judged.verdict === 'not-ours' ? judged.reasons : [...proved, ...judged.reasons],
  };
}

type Recipients = Readonly<{
  /** To whom the message says that we sent it. */
  stated: readonly string[];
  /** To whom it may have come. */
  guessed: readonly string[];
}>;

function recipientsOf({ fields, views }: Seen, { letterhead }: BatchFacts): Recipients {
  const normalised = (list: readonly string[]) => [
    ...new Set(list.map((one) => normalisedAddress(one)).filter((one) => one !== undefined)),
  ];
  const quoted = normalised(
    views.flatMap(({ text }) =>
      statedRecipients(
        withFieldsApart(text)
          .split('\n')
          .map((line) => line.replace(/^[\s>|]+/, '')),
        letterhead,
      ),
    ),
  );
  const to = normalised(mailboxesIn(fields, 'to').map(({ address }) => address));
  const from = mailboxesIn(fields, 'from').map(({ address }) => address);
  const isOurs =
    from.length === 0 || from.some((one) => one.toLowerCase() === letterhead.address.toLowerCase());
  const others = ['delivered-to', 'x-original-to', 'envelope-to'].flatMap((name) =>
    valuesOf(fields, name).flatMap(addressesIn),
  );
  return {
    stated: isOurs && to.length > 0 ? to : quoted,
    guessed: normalised([...quoted, ...to, ...others, ...from]).slice(0, 20),
  };
}

async function trace(
  { code, batch }: Readonly<{ code: Code; batch: BatchFacts }>,
  { stated, guessed }: Recipients,
  { truth, address: asked }: Context,
): Promise<Traced> {
  const notice = await truth.sent?.(code);
  const candidates =
    notice !== undefined
      ? [notice.address]
      : [...new Set([...(asked === undefined ? [] : [asked]), ...stated, ...guessed])];
  let isProved = true;
  for (const address of candidates) {
    const commitment = sha256(commitmentInput(address, code));
    const bits = bitsFor(batch.size);
    const file = await truth.prefixFile(batch.tag, pathOfPrefix(prefixOf(commitment, bits), bits));
    const checked = file === undefined ? undefined : await checkCode(file, { batch, address, code }, sha256);
    if (checked?.kind === 'sent') return { kind: 'sent', address, bodyHash: checked.bodyHash, notice };
    if (checked?.kind !== 'not sent') isProved = false;
  }
  if (!isProved || notice !== undefined) return { kind: 'unknown', reason: 'no-proof' };
  // A guess that fails says nothing: it may have been forwarded from anywhere.
  return asked !== undefined || stated.length > 0
    ? { kind: 'not sent' }
    : { kind: 'unknown', reason: 'address-needed' };
}

type FoundContent = Readonly<{
  content: Content;
  /** The part of the message that holds it whole, where its hash proves it; undefined where it was made again. */
  node: Part | undefined;
  /** The body as it would be, had nothing on the way written it otherwise. */
  body: string | undefined;
  dateMs: number | undefined;
}>;

/** What we wrote: out of the message itself where the hash proves it, else made again from the facts. */
async function contentOf(
  seen: Seen,
  { bodyHash, notice }: Extract<Traced, { kind: 'sent' }>,
): Promise<FoundContent | undefined> {
  const own = provedWithin(seen, bodyHash);
  const bytes = await notice?.mail();
  if (own !== undefined) return bytes === undefined ? own : { ...own, dateMs: dateOf(readMessage(bytes)) };
  // Written from facts that have changed since, it is another message.
  if (bytes === undefined || !Buffer.from(bodyHash).equals(bodyHashOf(Buffer.from(bytes)))) return undefined;
  const mail = readMessage(bytes);
  const [text, page] = seenIn(mail, undefined).views;
  const subject = shownText(valuesOf(mail.fields, 'subject')[0] ?? '');
  if (text === undefined || page === undefined) throw new Error('A notice has a text and a page.');
  return {
    content: contentFrom(text.text, pageSource(page), subject),
    node: undefined,
    body: undefined,
    dateMs: dateOf(mail),
  };
}

const dateOf = ({ fields }: Message): number => Date.parse(valuesOf(fields, 'date')[0] ?? '');

const contentFrom = (text: string, page: string, subject: string): Content => ({
  text,
  page,
  subject,
  words: wordsOf(text),
});
const pageSource = ({ part }: View): string => (part === undefined ? '' : partText(part));

/**
 * A text and a page that give, written as we write them, a body with the hash of the tree: whatever a program on the way did
 * to their encoding, they are ours to the letter. Needs no original.
 */
function provedWithin({ message, fields }: Seen, bodyHash: Uint8Array): FoundContent | undefined {
  if (message === undefined) return undefined;
  const id = /<([^<>\s]+)>/.exec(valuesOf(fields, 'message-id')[0] ?? '')?.[1];
  const wanted = Buffer.from(bodyHash);
  const look = (node: Part): FoundContent | undefined => {
    const [plain, page] = node.children;
    if (
      node.type === 'multipart/alternative' &&
      node.children.length === 2 &&
      plain?.type === 'text/plain' &&
      page?.type === 'text/html'
    ) {
      const [text, html] = [partText(plain), partText(page)];
      const boundaries = [
        node.parameters.get('boundary') ?? '',
        ...(id === undefined ? [] : [boundaryOf(id)]),
      ];
      for (const boundary of boundaries.filter((one) => /^=_[0-9a-f]{32}$/.test(one))) {
        const body = bodyFrom(boundary, text, html);
        if (body === undefined || !bodyHashOf(Buffer.from(`\r\n\r\n${body}`, 'utf8')).equals(wanted))
          continue;
        const subject = viewOf(html, true, undefined, page).title ?? '';
        return { content: contentFrom(text, html, subject), node, body, dateMs: undefined };
      }
    }
    for (const child of node.children) {
      const found = look(child);
      if (found !== undefined) return found;
    }
    return undefined;
  };
  return look(message.root);
}

function bodyFrom(boundary: string, text: string, html: string): string | undefined {
  try {
    return writeBody(boundary, { text, html });
  } catch {
    // What we refuse to write we did not write.
    return undefined;
  }
}

/** As we wrote it: readers leave out the last line break of a part, which belongs to its boundary. */
const partText = (part: Part): string => textOfPart(part).text;

const styleOf = (page: string): string | undefined => /<style>([\s\S]*?)<\/style>/.exec(page)?.[1];

async function judgeContent(seen: Seen, found: FoundContent, ours: Ours, truth: Truth): Promise<Judged> {
  const { message, fields, views, others, oddities } = seen;
  const { content, node, body } = found;
  const from = mailboxesIn(fields, 'from');
  const isOurMail = from.some(({ address }) => address.toLowerCase() === ours.from.address.toLowerCase());
  const isWhole = message !== undefined && node === message.root;
  const judged = isWhole ? [] : await judgeViews(seen, content, ours, isOurMail);
  // One that is shown without what programs write above it would be shown as what its sender says.
  const quoted = judged.filter(({ isFooter }) => isFooter !== true);
  const isForward = quoted.length > 0 && quoted.every((one) => one.isForward);
  const header = judgeHeader(isOurMail || !isForward ? fields : [], ours);
  const reasons: Reason[] = [];
  const differences: Difference[] = [...judged.flatMap((one) => one.differences), ...header.differences];
  const blame = (reason: Reason, is: boolean) => {
    if (is) reasons.push(reason);
  };
  blame(
    'text-cut-off',
    judged.some((one) => one.isCutOff),
  );
  blame(
    'text-changed',
    judged.some(
      (one) => !one.isIntact && !one.isCutOff && one.differences.some(({ where }) => where === 'text'),
    ),
  );
  blame(
    'text-added',
    judged.some((one) => one.differences.some(({ where }) => where === 'around')),
  );
  blame(
    'page-may-mislead',
    judged.some((one) => one.differences.some(({ where }) => where === 'page')),
  );
  blame(
    'header-changed',
    differences.some(({ where }) => ['from', 'to', 'subject', 'reply-to', 'header'].includes(where)),
  );
  const around = isForward && !isOurMail ? wrongOfForwarder(fields, ours) : [];
  const isStated = valuesOf(fields, 'from').some((value) => value !== '');
  blame('sender-not-ours', !isOurMail && (isForward ? isOfOurs(from, ours) : isStated));
  blame('part-added', others.length > 0 || seen.embedded.length > 0);
  blame('read-in-two-ways', oddities.length > 0 || (isWhole && !isPlainlyBuilt(fields)));
  if (!isWhole && views.length === 0) reasons.push('text-changed');
  blame('text-added', around.length > 0);
  differences.push(
    ...around.map(
      (text): Difference => ({ where: 'around', ours: '', theirs: text, marks: [...marksIn(text)] }),
    ),
  );
  const signature =
    message === undefined || !isOurMail ? 'none' : await signatureOf(message, found, ours, truth);
  if (signature === 'other') reasons.push('header-changed');
  if (reasons.length > 0) return changed(reasons, differences, judged);
  const isExact =
    isWhole && signature === 'holds' && !header.isTouched && trimmed(message?.body) === trimmed(body);
  if (isExact)
    return { verdict: 'genuine-unchanged', reasons: ['body-as-sent', 'signature-holds'], differences: [] };
  return {
    verdict: 'genuine-touched',
    reasons: [
      node === undefined ? 'text-as-sent' : 'body-as-sent',
      ...(isForward ? (['forwarded'] as const) : []),
      ...(judged.some((one) => one.notes.length > 0) ? (['added-around'] as const) : []),
      signature === 'none' ? 'signature-missing' : 'signature-holds',
    ],
    differences: [...new Set(judged.flatMap((one) => one.notes))].map((note) => ({
      where: 'around',
      ours: '',
      theirs: note,
      marks: [],
    })),
  };
}

const trimmed = (body = ''): string => body.replace(/[\r\n]+$/, '');

function changed(
  reasons: readonly Reason[],
  differences: readonly Difference[],
  judged: readonly ViewJudged[],
): Judged {
  const share = judged.length === 0 ? 1 : Math.max(...judged.map((one) => one.share));
  if (share < LEAST_SHARE) return { verdict: 'not-ours', reasons: ['text-not-ours'], differences: [] };
  return { verdict: 'based-on-ours-changed', reasons, differences };
}

/** Each text by itself, since nobody knows which a reader shows; and once more as another program reads the message. */
async function judgeViews(
  seen: Seen,
  content: Content,
  ours: Ours,
  isOurMail: boolean,
): Promise<readonly (ViewJudged & { isFooter?: boolean })[]> {
  const judge = (view: View) => judgeView(view, content, ours, isOurMail);
  const judged = seen.views.map(judge);
  const isFooter = (view: View, i: number) =>
    !judged[i]?.isIntact && view.kind === 'plain' && isGatewayPart(view, seen);
  const own = judged.filter((_, i) => !isFooter(seen.views[i] as View, i));
  const footers = seen.views
    .filter(isFooter)
    .map(({ text }) => ({ ...INTACT, notes: [text.trim()], isFooter: true }));
  if (seen.message === undefined || own.length === 0 || !own.every((one) => one.isIntact))
    return [...own, ...footers];
  const second = await secondReading(seen.message, styleOf(content.page));
  return [...own, ...footers, ...second.map(judge)];
}

const INTACT: ViewJudged = {
  isIntact: true,
  isCutOff: false,
  isForward: false,
  notes: [],
  differences: [],
  share: 1,
};

/** Gateways and lists put what they say into a part of its own, behind ours. */
function isGatewayPart(view: View, { message, views }: Seen): boolean {
  const { root } = message ?? {};
  return (
    root?.type === 'multipart/mixed' &&
    root.children.at(-1) === view.part &&
    views.length > 1 &&
    judgeBelow(view.text.split('\n'), false).wrong.length === 0
  );
}

async function secondReading({ bytes }: Message, style: string | undefined): Promise<readonly View[]> {
  const plain = (text: string, isPage: boolean) =>
    viewOf(text.replace(/\r\n|\r/g, '\n'), isPage, style, undefined);
  try {
    const { text, html } = await parseMail(bytes, {
      isWhole: true,
      maxNestingDepth: 20,
      maxHeadersSize: 2 ** 20,
      forceRfc822Attachments: true,
    });
    return [
      ...(text === undefined ? [] : [plain(text, false)]),
      ...(html === undefined ? [] : [plain(html, true)]),
    ];
  } catch {
    return [plain('', false)];
  }
}

/** Above a body that is ours stands what makes readers read it as we do. */
function isPlainlyBuilt(fields: Seen['fields']): boolean {
  const encodings = valuesOf(fields, 'content-transfer-encoding');
  return encodings.every((encoding) => /^(?:7bit|8bit|binary)$/i.test(encoding.trim()));
}

/**
 * Our signature over the message as it is, or as it was: with its header and body written again as we write them, so that what
 * gateways do does not matter. `other`: there is one, and it holds for neither, so something else was changed.
 */
async function signatureOf(
  message: Message,
  { content, node, dateMs }: FoundContent,
  ours: Ours,
  truth: Truth,
): Promise<Exclude<Signed, 'broken'> | 'other' | 'restored'> {
  const keys = await truth.keys();
  const direct = await signedByUs(message.bytes, keys);
  if (direct === 'holds') return 'holds';
  const rawDate = valuesOf(message.fields, 'date')[0];
  const date = Date.parse(rawDate ?? '');
  if (direct === 'broken') {
    const restored =
      node === undefined && dateMs === undefined ? undefined : restoredMail(message, content, ours);
    return restored !== undefined && (await signedByUs(restored, keys)) === 'holds' ? 'restored' : 'other';
  }
  return rawDate !== undefined && dateMs !== undefined && date !== dateMs ? 'other' : 'none';
}

function restoredMail(message: Message, { text, page, subject }: Content, ours: Ours): Buffer | undefined {
  const header = message.bytes.toString('latin1').split('\r\n\r\n', 1)[0] ?? '';
  const signatures = header.split(/\r\n(?![ \t])/).filter((line) => /^dkim-signature\s*:/i.test(line));
  const messageId = /<([^<>\s]+)>/.exec(valuesOf(message.fields, 'message-id')[0] ?? '')?.[1] ?? '';
  try {
    const { bytes } = writeMail(
      {
        to: oneAddress(mailboxesIn(message.fields, 'to')[0]?.address ?? ours.to),
        language: viewOf(page, true, undefined, undefined).language ?? '',
        subject,
        text,
        html: page,
      },
      {
        messageId,
        dateMs: Date.parse(valuesOf(message.fields, 'date')[0] ?? ''),
        from: { name: ours.from.name, address: oneAddress(ours.from.address) },
        replyTo: oneAddress(ours.replyTo),
      },
    );
    return Buffer.concat([Buffer.from(`${signatures.join('\r\n')}\r\n`, 'latin1'), bytes]);
  } catch {
    return undefined;
  }
}
