import { createHmac, createPublicKey, timingSafeEqual, verify, X509Certificate } from 'node:crypto';
import * as z from 'zod';
import { bareAddress } from './addresses.ts';
import { judge, outcome } from './judge.ts';
import { REASONS, type Reason, type Returned } from './types.ts';

/** Who sends for us, and tells what became of it by a webhook. */
export type Vendor = 'ses' | 'sendgrid' | 'postmark' | 'mailgun';

const Text = z.string().max(16_384);
const said = (recipient: string, status: string, diagnostic: string, action = 'failed') =>
  judge({ recipient, action, status, comment: '', diagnostic, words: '', context: '', isAlone: true });
const plainly = (reason: Reason, recipient: string, diagnostic = ''): Returned =>
  outcome(reason, { recipient, status: '', reply: '', diagnostic: diagnostic.slice(0, 500) });

/** What the words say; where they say nothing, what the vendor's own class says. */
const orElse = (judged: Returned, reason: Reason): Returned =>
  judged.reason === 'undefined' || judged.reason === 'onhold'
    ? { ...judged, reason, kind: REASONS[reason], hard: REASONS[reason] === 'address-dead' }
    : judged;

// Amazon SES, as SNS hands it on: "Amazon SNS notification contents for Amazon SES". Event publishing calls the type
// eventType.
const SesMail = z.object({
  notificationType: Text.optional(),
  eventType: Text.optional(),
  bounce: z
    .object({
      bounceType: Text.default('Undetermined'),
      bounceSubType: Text.default('Undetermined'),
      bouncedRecipients: z
        .array(
          z.object({
            emailAddress: Text,
            action: Text.default('failed'),
            status: Text.default(''),
            diagnosticCode: Text.default(''),
          }),
        )
        .max(1000),
    })
    .optional(),
  complaint: z
    .object({ complainedRecipients: z.array(z.object({ emailAddress: Text })).max(1000) })
    .optional(),
  delivery: z.object({ recipients: z.array(Text).max(1000) }).optional(),
  deliveryDelay: z
    .object({
      delayedRecipients: z
        .array(z.object({ emailAddress: Text, status: Text.default(''), diagnosticCode: Text.default('') }))
        .max(1000),
    })
    .optional(),
});
const SnsEnvelope = z.object({ Type: Text, Message: z.string().max(1_000_000) });

const SES_CLASSES: Readonly<Record<string, Reason>> = {
  'Permanent/NoEmail': 'userunknown',
  'Permanent/General': 'userunknown',
  'Permanent/Suppressed': 'suppressed',
  'Permanent/OnAccountSuppressionList': 'suppressed',
  'Transient/MailboxFull': 'mailboxfull',
  'Transient/MessageTooLarge': 'mesgtoobig',
  'Transient/ContentRejected': 'contenterror',
  'Transient/AttachmentRejected': 'policyviolation',
};

function fromSes(payload: unknown): Returned[] {
  const envelope = SnsEnvelope.safeParse(payload);
  const inner = envelope.success ? parsed(envelope.data.Message) : payload;
  const { bounce, complaint, delivery, deliveryDelay } = SesMail.parse(inner ?? {});
  const type = bounce && `${bounce.bounceType}/${bounce.bounceSubType}`;
  return [
    ...(bounce?.bouncedRecipients ?? []).map(({ emailAddress, status, diagnosticCode }) => {
      const kept = /suppress/i.test(type ?? '') ? '' : withoutType(diagnosticCode);
      return orElse(said(bareAddress(emailAddress), status, kept), SES_CLASSES[type ?? ''] ?? 'undefined');
    }),
    ...(complaint?.complainedRecipients ?? []).map(({ emailAddress }) =>
      plainly('feedback', bareAddress(emailAddress)),
    ),
    ...(delivery?.recipients ?? []).map((address) => plainly('delivered', bareAddress(address))),
    ...(deliveryDelay?.delayedRecipients ?? []).map(({ emailAddress, status, diagnosticCode }) =>
      said(bareAddress(emailAddress), status, withoutType(diagnosticCode), 'delayed'),
    ),
  ];
}

const withoutType = (diagnostic: string): string => diagnostic.replace(/^\s*[\w-]{1,40}\s*;\s*/, '');

// SendGrid: "Event Webhook Reference". A body is a list of events.
const SendGridEvents = z
  .array(
    z.object({
      email: Text.default(''),
      event: Text,
      type: Text.default(''),
      status: Text.default(''),
      reason: Text.default(''),
      response: Text.default(''),
    }),
  )
  .max(10_000);

function fromSendGrid(payload: unknown): Returned[] {
  return SendGridEvents.parse(payload).flatMap(({ email, event, type, status, reason, response }) => {
    const code = /^\d\.\d{1,3}\.\d{1,3}$/.test(status) ? status : '';
    if (event === 'bounce')
      return [orElse(said(email, code, reason), type === 'blocked' ? 'blocked' : 'undefined')];
    if (event === 'dropped') return [orElse(said(email, code, reason), 'suppressed')];
    if (event === 'deferred') return [said(email, code, response || reason, 'delayed')];
    if (event === 'spamreport' || event === 'unsubscribe' || event === 'group_unsubscribe')
      return [plainly('feedback', email)];
    return event === 'delivered' ? [plainly('delivered', email, response)] : [];
  });
}

// Postmark: "Bounce webhook" and "Bounce types".
const PostmarkRecord = z.object({
  RecordType: Text,
  Type: Text.default(''),
  Email: Text.default(''),
  Recipient: Text.default(''),
  Description: Text.default(''),
  Details: Text.default(''),
});
const POSTMARK_TYPES: Readonly<Record<string, Reason>> = {
  HardBounce: 'userunknown',
  SoftBounce: 'onhold',
  Transient: 'expired',
  DnsError: 'hostunknown',
  Blocked: 'blocked',
  SpamNotification: 'spamdetected',
  VirusNotification: 'virusdetected',
  ManuallyDeactivated: 'suppressed',
  SMTPApiError: 'systemerror',
  DMARCPolicy: 'authfailure',
  TemplateRenderingFailed: 'contenterror',
};
const POSTMARK_NO_BOUNCE: Readonly<Record<string, Reason>> = {
  AutoResponder: 'vacation',
  SpamComplaint: 'feedback',
  Unsubscribe: 'feedback',
  Subscribe: '',
  AddressChange: '',
  ChallengeVerification: '',
  OpenRelayTest: '',
};

function fromPostmark(payload: unknown): Returned[] {
  const { RecordType, Type, Email, Recipient, Details, Description } = PostmarkRecord.parse(payload);
  if (RecordType === 'Delivery') return [plainly('delivered', Recipient, Details)];
  if (RecordType === 'SpamComplaint') return [plainly('feedback', Email)];
  if (RecordType !== 'Bounce') return [];
  const none = POSTMARK_NO_BOUNCE[Type];
  if (none !== undefined) return [plainly(none, Email)];
  return [
    orElse(
      said(Email, '', Details || (Type in POSTMARK_TYPES ? '' : Description)),
      POSTMARK_TYPES[Type] ?? 'undefined',
    ),
  ];
}

// Mailgun: "Webhook payloads".
const MailgunBody = z.object({
  'event-data': z.object({
    event: Text,
    severity: Text.default(''),
    reason: Text.default(''),
    recipient: Text.default(''),
    'delivery-status': z
      .object({
        code: z.union([z.number(), Text]).optional(),
        message: Text.nullish(),
        description: Text.nullish(),
        'enhanced-code': Text.nullish(),
      })
      .optional(),
  }),
});

function fromMailgun(payload: unknown): Returned[] {
  const {
    event,
    severity,
    reason,
    recipient,
    'delivery-status': status,
  } = MailgunBody.parse(payload)['event-data'];
  if (event === 'complained' || event === 'unsubscribed') return [plainly('feedback', recipient)];
  if (event === 'delivered') return [plainly('delivered', recipient)];
  if (event !== 'failed' && event !== 'rejected') return [];
  if (reason.startsWith('suppress')) return [plainly('suppressed', recipient, status?.description ?? '')];
  const words = status?.message || status?.description || '';
  const code = /^[45]\d\d$/.test(String(status?.code ?? '')) ? String(status?.code) : '';
  const diagnostic = words.startsWith(code) ? words : `${code} ${words}`;
  const judged = said(
    recipient,
    status?.['enhanced-code'] ?? '',
    diagnostic,
    severity === 'temporary' ? 'delayed' : 'failed',
  );
  return [orElse(judged, reason === 'old' ? 'expired' : 'onhold')];
}

const READERS: Readonly<Record<Vendor, (payload: unknown) => Returned[]>> = {
  ses: fromSes,
  sendgrid: fromSendGrid,
  postmark: fromPostmark,
  mailgun: fromMailgun,
};

function parsed(json: string): unknown {
  try {
    return JSON.parse(json);
  } catch {
    return undefined;
  }
}

/**
 * What a vendor's webhook says, one entry for each recipient; none for events that are no outcome (opened, clicked,
 * processed). `undefined` when the body is none of this vendor's: whoever receives it answers 400. Verify it first.
 */
export function readVendorEvent(vendor: Vendor, body: string): readonly Returned[] | undefined {
  const payload = parsed(body);
  if (payload === undefined) return undefined;
  try {
    return READERS[vendor](payload);
  } catch (error) {
    if (error instanceof z.ZodError) return undefined;
    throw error;
  }
}

const same = (a: Uint8Array, b: Uint8Array): boolean => a.length === b.length && timingSafeEqual(a, b);

/** How far a vendor's clock and ours may differ, and how long a captured request can be sent again. */
const FRESH_SECONDS = 600;
const isFresh = (seconds: number, now: Date): boolean =>
  Number.isFinite(seconds) && Math.abs(now.getTime() / 1000 - seconds) <= FRESH_SECONDS;

/** Mailgun signs within the body: HMAC-SHA256 of time and token, in hex. */
export function isFromMailgun(body: string, signingKey: string, now: Date): boolean {
  const Signed = z.object({ signature: z.object({ timestamp: Text, token: Text, signature: Text }) });
  const read = Signed.safeParse(parsed(body));
  if (!read.success) return false;
  const { timestamp, token, signature } = read.data.signature;
  const mac = createHmac('sha256', signingKey)
    .update(timestamp + token)
    .digest();
  return isFresh(Number(timestamp), now) && same(mac, Buffer.from(signature, 'hex'));
}

/** SendGrid signs time and body with ECDSA over P-256; `publicKey` is the Base64 text of its settings page. */
export function isFromSendGrid(
  body: string,
  headers: Readonly<{ signature: string; timestamp: string }>,
  publicKey: string,
  now: Date,
): boolean {
  if (!isFresh(Number(headers.timestamp), now)) return false;
  try {
    const key = createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' });
    return verify(
      'sha256',
      Buffer.from(headers.timestamp + body),
      key,
      Buffer.from(headers.signature, 'base64'),
    );
  } catch {
    return false;
  }
}

/** Postmark signs nothing: it sends the user and password that stand in the webhook's address. */
export function isFromPostmark(authorization: string, user: string, password: string): boolean {
  const expected = `Basic ${Buffer.from(`${user}:${password}`).toString('base64')}`;
  const digest = (text: string) => createHmac('sha256', 'postmark').update(text).digest();
  return same(digest(authorization), digest(expected));
}

const SIGNED_FIELDS: Readonly<Record<string, readonly string[]>> = {
  Notification: ['Message', 'MessageId', 'Subject', 'Timestamp', 'TopicArn', 'Type'],
  SubscriptionConfirmation: [
    'Message',
    'MessageId',
    'SubscribeURL',
    'Timestamp',
    'Token',
    'TopicArn',
    'Type',
  ],
  UnsubscribeConfirmation: ['Message', 'MessageId', 'SubscribeURL', 'Timestamp', 'Token', 'TopicArn', 'Type'],
};

/**
 * Where the certificate lies that an SNS message names; `undefined` unless it is Amazon's own host over HTTPS. Whoever
 * follows any other address lets the sender choose the key.
 */
export function snsCertificateUrl(body: string): string | undefined {
  const read = z.object({ SigningCertURL: Text }).safeParse(parsed(body));
  const url = read.success ? URL.parse(read.data.SigningCertURL) : null;
  const isAmazons =
    url?.protocol === 'https:' && /^sns\.[a-z0-9-]{3,40}\.amazonaws\.com(\.cn)?$/.test(url.hostname);
  return url !== null && isAmazons && url.port === '' && url.pathname.endsWith('.pem') ? url.href : undefined;
}

/**
 * Whether SNS signed this for our topic: fields in their order, RSA with SHA-1 (version 1) or SHA-256 (version 2), by the
 * certificate behind `snsCertificateUrl`.
 */
export function isFromSns(body: string, certificatePem: string, topicArn: string, now: Date): boolean {
  const read = z.record(z.string(), z.unknown()).safeParse(parsed(body));
  if (!read.success || snsCertificateUrl(body) === undefined) return false;
  const { Type, TopicArn, Signature, SignatureVersion, Timestamp } = read.data;
  const names = SIGNED_FIELDS[String(Type)];
  const algorithm = { '1': 'sha1', '2': 'sha256' }[String(SignatureVersion)];
  if (names === undefined || algorithm === undefined || TopicArn !== topicArn) return false;
  const lines = names.flatMap((name) => (typeof read.data[name] === 'string' ? [name, read.data[name]] : []));
  try {
    const { publicKey } = new X509Certificate(certificatePem);
    const text = Buffer.from(`${lines.join('\n')}\n`);
    const isSigned = verify(algorithm, text, publicKey, Buffer.from(String(Signature), 'base64'));
    return isSigned && isFresh(Date.parse(String(Timestamp)) / 1000, now);
  } catch {
    return false;
  }
}
