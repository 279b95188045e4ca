/**
 * What a reported mail says of who sent it and where it leads. It is read as text: nothing in it is opened, rendered or kept, and
 * what is attached is hashed and dropped.
 */
import { createHash } from 'node:crypto';
import type { ReportRead } from '@forthright/contract';
import { seenIn, seenInText, type View } from '../check/collect.ts';
import { addressesIn, forwardedIn } from '../check/forwards.ts';
import { mailboxesIn } from '../check/header.ts';
import {
  decodedPart,
  type Field,
  looksLikeMessage,
  type Message,
  MOST_BYTES,
  type Part,
  readMessage,
  valuesOf,
} from '../check/mime.ts';
import { sketchOf } from './sketch.ts';

const MOST_NESTED = 4;
const MOST_LINKS = 50;
const MOST_PHONES = 20;
const MOST_ATTACHMENTS = 50;
/** Of a mail that does not say to which of them it came. */
const MOST_RECIPIENTS = 100;

type Found = Readonly<{
  found: ReportRead['found'];
  fields: readonly Field[];
  sender: ReportRead['sender'];
  to: string | null;
  text: string;
  links: readonly string[];
  attachments: ReportRead['attachments'];
}>;

/** Reads what somebody forwarded, or pasted. Never throws on its content. */
export function readReport(bytes: Uint8Array): ReportRead {
  const given = bytes.subarray(0, MOST_BYTES);
  const found = looksLikeMessage(given)
    ? foundIn(readMessage(given))
    : inlineOf(seenInText(Buffer.from(given).toString('utf8'), undefined).views, [], []);
  return readOf(found);
}

/** What a mail says that came to us itself, and to whom: by the envelope where the server that took it says so. */
export function readArrived(
  bytes: Uint8Array,
): Readonly<{ read: ReportRead; recipients: readonly string[]; domain: string | undefined }> {
  const message = readMessage(bytes.subarray(0, MOST_BYTES));
  const read = { ...readOf(foundAs(message)), found: 'whole' as const };
  const { fields } = message;
  const [delivered] = ['delivered-to', 'x-original-to', 'envelope-to'].flatMap((name) =>
    valuesOf(fields, name).slice(0, 1).flatMap(addressesIn),
  );
  const written = ['to', 'cc'].flatMap((name) => mailboxesIn(fields, name).map(({ address }) => address));
  const recipients = delivered === undefined ? written.slice(0, MOST_RECIPIENTS) : [delivered];
  const domain = /@([^@\s>]+)$/.exec(read.sender?.address ?? '')?.[1]?.toLowerCase();
  return { read, recipients, domain };
}

function readOf(found: Found): ReportRead {
  const { fields, sender, to, text, links, attachments } = found;
  const path = valuesOf(fields, 'return-path')[0];
  return {
    found: found.found,
    sender,
    envelope: path === undefined ? null : (addressesIn(path)[0] ?? '').slice(0, 320),
    authentication: authenticationOf(fields),
    signers: signersOf(fields),
    relay: relayOf(fields),
    arrived: arrivedOf(fields),
    to: to?.slice(0, 320) ?? null,
    links: hostsOf(text, links),
    phones: phonesIn(text),
    names: namesIn(text, sender?.name ?? ''),
    sketch: sketchOf(text),
    attachments,
  };
}

/** The innermost message that is attached; else what stands forwarded in its text; else itself. */
function foundIn(message: Message): Found {
  let inner: Message | undefined;
  for (let depth = 0; depth < MOST_NESTED; depth += 1) {
    const [next] = seenIn(inner ?? message, undefined).embedded;
    if (next === undefined) break;
    inner = readMessage(next.subarray(0, MOST_BYTES));
  }
  if (inner === undefined)
    return inlineOf(seenIn(message, undefined).views, message.fields, attachedTo(message));
  return foundAs(inner);
}

function foundAs(inner: Message): Found {
  const { views } = seenIn(inner, undefined);
  const [from] = mailboxesIn(inner.fields, 'from');
  const [to] = [...mailboxesIn(inner.fields, 'delivered-to'), ...mailboxesIn(inner.fields, 'to')];
  return {
    found: 'attached',
    fields: inner.fields,
    sender: from === undefined ? null : cut(from),
    to: to?.address || null,
    text: textOf(views),
    links: views.flatMap((view) => view.links.map(({ target }) => target)),
    attachments: attachedTo(inner),
  };
}

function inlineOf(
  views: readonly View[],
  fields: readonly Field[],
  attachments: ReportRead['attachments'],
): Found {
  const links = views.flatMap((view) => view.links.map(({ target }) => target));
  for (const view of views) {
    const forwarded = forwardedIn(view.text);
    if (forwarded === undefined) continue;
    const { name, address } = forwarded.from;
    return {
      found: 'inline',
      // Its own header is the forwarder's, and says nothing of the original.
      fields: [],
      sender: cut({ name, address: address ?? '' }),
      to: forwarded.to[0] ?? null,
      text: forwarded.text,
      links,
      attachments,
    };
  }
  const [from] = mailboxesIn(fields, 'from');
  const whole = { found: 'whole', fields: [], to: null, text: textOf(views), links, attachments } as const;
  // A text that nobody forwarded is whoever's: not the sender of what they complain about.
  return { ...whole, sender: from === undefined || fields.length > 0 ? null : cut(from) };
}

const cut = ({ name, address }: Readonly<{ name: string; address: string }>) => ({
  name: name.slice(0, 200),
  address: address.slice(0, 320),
});

/** One of the texts that say the same: the plain one, where there is one. */
const textOf = (views: readonly View[]): string =>
  (views.find(({ kind }) => kind === 'plain') ?? views[0])?.text ?? '';

/** `dkim=pass shop.example`: what the server that took it said, which stands topmost. */
function authenticationOf(fields: readonly Field[]): string[] {
  const [first = ''] = valuesOf(fields, 'authentication-results');
  return first
    .slice(0, 5000)
    .replace(/\([^()]*\)/g, '')
    .split(';')
    .slice(1, 20)
    .flatMap((part) => {
      const result = /^\s*(spf|dkim|dmarc|arc)\s*=\s*(\w+)/i.exec(part);
      if (result === null) return [];
      const domain =
        /(?:smtp\.mailfrom|header\.d|header\.from|header\.i)\s*=\s*"?(?:[^\s";@]*@)?([\w.-]{1,253})/i.exec(
          part,
        )?.[1] ?? '';
      return [`${result[1]?.toLowerCase()}=${result[2]?.toLowerCase()} ${domain.toLowerCase()}`.trim()];
    });
}

const signersOf = (fields: readonly Field[]): string[] =>
  [
    ...new Set(
      valuesOf(fields, 'dkim-signature').flatMap((value) => {
        const domain = /(?:^|;)\s*d\s*=\s*([\w.-]{1,253})/i.exec(value)?.[1]?.toLowerCase();
        return domain === undefined ? [] : [domain];
      }),
    ),
  ].slice(0, 10);

/** The name and address with which the last server outside took it from the one before. */
function relayOf(fields: readonly Field[]): string | null {
  const [first] = valuesOf(fields, 'received');
  const from = first === undefined ? null : /^from\s+(\S{1,253})(?:\s+\(([^()]{0,200})\))?/i.exec(first);
  const ip = /\[((?:\d{1,3}\.){3}\d{1,3}|[0-9a-f:]{3,45})\]/i.exec(from?.[2] ?? from?.[1] ?? '')?.[1];
  return from === null ? null : `${from[1]}${ip === undefined ? '' : ` ${ip}`}`.slice(0, 300);
}

/** By the last server that took it, which is the reporter's own; else by whoever wrote it. */
function arrivedOf(fields: readonly Field[]): string | null {
  const [received = ''] = valuesOf(fields, 'received');
  const [written = ''] = valuesOf(fields, 'date');
  const times = [received.slice(received.lastIndexOf(';') + 1), written]
    .map((text) =>
      Date.parse(
        text
          .slice(0, 200)
          .replace(/\([^()]*\)/g, ' ')
          .trim(),
      ),
    )
    .filter((time) => time > 0);
  return times[0] === undefined ? null : new Date(times[0]).toISOString();
}

const HOST = /^(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}$/i;

function hostsOf(text: string, targets: readonly string[]): string[] {
  const written = text.match(/\b(?:https?:\/\/|www\.)[^\s<>"'()[\]{}]{3,2000}/gi) ?? [];
  const hosts = [...targets, ...written].flatMap((raw) => {
    const url = URL.parse(/^https?:/i.test(raw) ? raw : `http://${raw}`);
    const isWeb = /^(?:https?:|www\.)/i.test(raw);
    return isWeb && url !== null && HOST.test(url.hostname) ? [url.hostname.toLowerCase()] : [];
  });
  return [...new Set(hosts)].slice(0, MOST_LINKS);
}

const PHONE = /(?<![\w./-])(?:\+|00|0)[1-9][\d ()./-]{5,22}\d(?![\w])/g;
const DATE = /^\d{1,4}[./-]\d{1,2}[./-]\d{2,4}/;

/** Digits, with `+` where the country is said. */
function phonesIn(text: string): string[] {
  const found = (text.slice(0, 200_000).match(PHONE) ?? []).flatMap((raw) => {
    if (DATE.test(raw)) return [];
    const digits = raw.replace(/\D/g, '');
    if (digits.length < 8 || digits.length > 15) return [];
    return [raw.startsWith('+') ? `+${digits}` : digits.replace(/^00/, '+')];
  });
  return [...new Set(found)].slice(0, MOST_PHONES);
}

const SELLER =
  /(?<![\p{L}\p{N}])(?:seller|sold by|shop|store|verkäufer|verkauft von|verkauf durch|vendeur|vendu par|boutique|venditore|venduto da|negozio|vendedor|vendido por|tienda|loja|verkoper|verkocht door|winkel|sprzedawca|sprzedawane przez|sklep|säljare|såld av|butik|販売元|出品者|販売者|ショップ)[ \t]*[:：][ \t]*([^\s.;,()][^.;,()\n]{0,80})/giu;

/** By which it calls itself, and what it calls the seller. */
function namesIn(text: string, sender: string): string[] {
  const sellers = [...text.slice(0, 200_000).matchAll(SELLER)].map(([, name = '']) => name.trim());
  return [...new Set([sender, ...sellers].filter((name) => name !== '' && !name.includes('@')))]
    .map((name) => name.slice(0, 200))
    .slice(0, 10);
}

/** Whatever is neither text nor a message. */
function attachedTo(message: Message): ReportRead['attachments'] {
  const found: ReportRead['attachments'] = [];
  const visit = (part: Part): void => {
    for (const child of part.children) visit(child);
    if (part.children.length > 0 || /^(?:text\/(?:plain|html)|message\/|multipart\/)/.test(part.type)) return;
    const { bytes } = decodedPart(part);
    if (found.length < MOST_ATTACHMENTS && !looksLikeMessage(bytes))
      found.push({
        type: part.type.slice(0, 200),
        bytes: bytes.length,
        sha256: createHash('sha256').update(bytes).digest('hex'),
      });
  };
  visit(message.root);
  return found;
}
