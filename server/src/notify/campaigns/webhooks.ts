/** Webhooks of providers that send for us: who says it is looked at first, then what it says is noted, once. */
import { createHash } from 'node:crypto';
import { ForthrightError } from '@forthright/contract';
import type { Asked } from '../../prove/index.ts';
import {
  isFromMailgun,
  isFromPostmark,
  isFromSendGrid,
  isFromSns,
  readVendorEvents,
  snsCertificateUrl,
  tokenOf,
  type Vendor,
  type VendorEvent,
} from '../returned/index.ts';
import { messageOfIds, messageOfTokens, onlyMessageTo, type TriedMessage } from './messages.store.ts';
import { noteReturned } from './returns.ts';
import type { Mailing, ProviderProofs } from './types.ts';

export const VENDORS: readonly Vendor[] = ['ses', 'sendgrid', 'postmark', 'mailgun'];

export type Webhook = Readonly<{
  vendor: Vendor;
  /** As they came, to the last byte: signatures are over them. */
  body: string;
  /** By lower-case name. */
  headers: Readonly<Record<string, string | undefined>>;
}>;

export type WebhookOptions = Readonly<{
  asked: Asked;
  mailing: Mailing | undefined;
  /** GET of an address at Amazon's own host, of at most 64 kB; undefined when it could not be had. */
  fetchFromAmazon: (url: string) => Promise<string | undefined>;
}>;

export type WebhookTaken = Readonly<{ noted: number; known: number; unknown: number }>;

/**
 * Takes a webhook. Refuses as `sender-unproved` what nothing shows to be the provider's, also when it is not set up, and as
 * `body-malformed` what is signed and can't be read. What came before is counted as known and changes nothing.
 */
export async function takeWebhook(options: WebhookOptions, webhook: Webhook): Promise<WebhookTaken> {
  const { asked, mailing } = options;
  const isProved = mailing !== undefined && (await isFrom(webhook, mailing.providers ?? {}, options));
  if (!isProved)
    throw new ForthrightError('sender-unproved', `Nothing shows that this comes from ${webhook.vendor}.`);
  if (webhook.vendor === 'ses' && (await isSubscription(webhook.body, options)))
    return { noted: 0, known: 0, unknown: 0 };
  const events = readVendorEvents(webhook.vendor, webhook.body);
  if (events === undefined)
    throw new ForthrightError('body-malformed', `This is no event of ${webhook.vendor}.`);
  const counts = { noted: 0, known: 0, unknown: 0 };
  for (const event of events) {
    const message = await messageOf(asked, event, mailing.returns);
    const outcome =
      message === undefined ? 'unknown' : await note(asked, message, webhook.vendor, event, mailing);
    counts[outcome] += 1;
  }
  return counts;
}

async function note(
  asked: Asked,
  message: TriedMessage,
  vendor: Vendor,
  { id, meaning, returned }: VendorEvent,
  { mostReturned }: Mailing,
): Promise<'noted' | 'known'> {
  const { status, reason, diagnostic, recipient } = returned;
  // Without an id of the provider's, what it says is all there is to know it by.
  const parts = [vendor, id === '' ? [meaning, status, diagnostic] : id, recipient.toLowerCase()];
  const key = createHash('sha256').update(JSON.stringify(parts)).digest();
  const noted = await noteReturned(
    asked,
    message,
    { key, meaning, status, reason, said: diagnostic },
    mostReturned,
  );
  return noted === 'noted' ? 'noted' : 'known';
}

/** By the envelope's sender, else our Message-ID; else by the address, when it had one message only. */
async function messageOf(
  { db }: Asked,
  { sender, messageId, returned }: VendorEvent,
  returns: string,
): Promise<TriedMessage | undefined> {
  const token = tokenOf(sender, returns);
  return (
    (token === undefined ? undefined : await messageOfTokens(db, [token])) ??
    (messageId === '' ? undefined : await messageOfIds(db, [messageId])) ??
    (returned.recipient === '' ? undefined : await onlyMessageTo(db, returned.recipient))
  );
}

async function isFrom(
  { vendor, body, headers }: Webhook,
  { ses, sendgrid, postmark, mailgun }: ProviderProofs,
  { asked, fetchFromAmazon }: WebhookOptions,
): Promise<boolean> {
  const now = asked.now();
  const header = (name: string) => headers[name] ?? '';
  switch (vendor) {
    case 'ses': {
      const url = snsCertificateUrl(body);
      const topic = ses?.topics.find((one) => one === topicOf(body));
      if (url === undefined || topic === undefined) return false;
      const certificate = await fetchFromAmazon(url);
      return certificate !== undefined && isFromSns(body, certificate, topic, now);
    }
    case 'sendgrid': {
      if (sendgrid === undefined) return false;
      const signed = {
        signature: header('x-twilio-email-event-webhook-signature'),
        timestamp: header('x-twilio-email-event-webhook-timestamp'),
      };
      return isFromSendGrid(body, signed, sendgrid.publicKey, now);
    }
    case 'postmark':
      return (
        postmark !== undefined && isFromPostmark(header('authorization'), postmark.user, postmark.password)
      );
    case 'mailgun':
      return mailgun !== undefined && isFromMailgun(body, mailgun.signingKey, now);
  }
}

const fieldsOf = (body: string): Readonly<Record<string, unknown>> => {
  try {
    const value: unknown = JSON.parse(body);
    return typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  } catch {
    return {};
  }
};

const topicOf = (body: string): unknown => fieldsOf(body).TopicArn;

/**
 * Whether it is about the subscription itself. One that Amazon signed for our topic is confirmed, at Amazon's own host and
 * nowhere else: whoever follows any other address can be sent anywhere.
 */
async function isSubscription(body: string, { fetchFromAmazon }: WebhookOptions): Promise<boolean> {
  const { Type, SubscribeURL } = fieldsOf(body);
  if (Type === 'UnsubscribeConfirmation') return true;
  if (Type !== 'SubscriptionConfirmation') return false;
  const url = typeof SubscribeURL === 'string' ? URL.parse(SubscribeURL) : null;
  const isAmazons =
    url?.protocol === 'https:' &&
    /^sns\.[a-z0-9-]{3,40}\.amazonaws\.com(\.cn)?$/.test(url.hostname) &&
    url.port === '' &&
    url.username === '' &&
    url.searchParams.get('Action') === 'ConfirmSubscription';
  if (url === null || !isAmazons)
    throw new ForthrightError(
      'sender-unproved',
      'The subscription is to be confirmed somewhere else than at Amazon.',
    );
  if ((await fetchFromAmazon(url.href)) === undefined)
    throw new ForthrightError('mailbox-unreachable', 'Amazon did not take the confirmation.');
  return true;
}

const KEPT_MS = 3_600_000;
const MOST_KEPT = 20;

/** The same, but a certificate is asked for once an hour: a campaign's bounces come as one request each. */
export function keepingCertificates(
  fetchFromAmazon: WebhookOptions['fetchFromAmazon'],
  now: () => Date,
): WebhookOptions['fetchFromAmazon'] {
  const kept = new Map<string, Readonly<{ text: string; untilMs: number }>>();
  return async (url) => {
    const found = kept.get(url);
    if (found !== undefined && found.untilMs > now().getTime()) return found.text;
    const text = await fetchFromAmazon(url);
    if (text === undefined || !url.endsWith('.pem')) return text;
    if (kept.size >= MOST_KEPT) kept.clear();
    kept.set(url, { text, untilMs: now().getTime() + KEPT_MS });
    return text;
  };
}
