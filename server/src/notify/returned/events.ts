import * as z from 'zod';
import { bareAddress } from './addresses.ts';
import type { Meaning } from './back.ts';
import type { Returned } from './types.ts';
import { readVendorEvent, type Vendor } from './vendors.ts';

/** What a provider's webhook tells of one recipient, with all that can tell which message of ours it is about. */
export type VendorEvent = Readonly<{
  /** The provider's own id of it: the same when it sends it again. */
  id: string;
  returned: Returned;
  meaning: Meaning;
  /** The envelope's sender as we gave it, where the provider keeps it. */
  sender: string;
  /** Our Message-ID, without brackets, where the provider keeps it. */
  messageId: string;
}>;

const Text = z.string().max(16_384).catch('');
const Ses = z.object({
  MessageId: Text,
  Message: z.string().max(1_000_000).catch(''),
});
const SesMail = z.object({
  deliveryDelay: z.unknown().optional(),
  mail: z
    .object({ source: Text, commonHeaders: z.object({ messageId: Text }).catch({ messageId: '' }) })
    .catch({ source: '', commonHeaders: { messageId: '' } }),
});
const SendGrid = z.array(z.looseObject({ sg_event_id: Text, 'smtp-id': Text, event: Text })).max(10_000);
const Postmark = z.object({
  RecordType: Text,
  Type: Text,
  ID: z.union([z.number(), z.string()]).catch(''),
  MessageID: Text,
});
const Mailgun = z.object({
  'event-data': z.object({
    id: Text,
    event: Text,
    severity: Text,
    envelope: z.object({ sender: Text }).catch({ sender: '' }),
    message: z
      .object({ headers: z.object({ 'message-id': Text }).catch({ 'message-id': '' }) })
      .catch({ headers: { 'message-id': '' } }),
  }),
});

type Refs = Readonly<{ id: string; sender: string; messageId: string; isDelay: boolean }>;

const bareId = (id: string): string => id.trim().replace(/^<|>$/g, '');

function refsOf(vendor: Exclude<Vendor, 'sendgrid'>, payload: unknown): Refs {
  if (vendor === 'ses') {
    const { MessageId, Message } = Ses.parse(payload);
    const { mail, deliveryDelay } = SesMail.parse(JSON.parse(Message));
    return {
      id: MessageId,
      sender: bareAddress(mail.source),
      messageId: bareId(mail.commonHeaders.messageId),
      isDelay: deliveryDelay !== undefined,
    };
  }
  if (vendor === 'postmark') {
    const { RecordType, Type, ID, MessageID } = Postmark.parse(payload);
    return {
      id: `${RecordType} ${ID} ${MessageID}`,
      sender: '',
      messageId: '',
      isDelay: Type === 'Transient',
    };
  }
  const { id, event, severity, envelope, message } = Mailgun.parse(payload)['event-data'];
  return {
    id,
    sender: bareAddress(envelope.sender),
    messageId: bareId(message.headers['message-id']),
    isDelay: event === 'failed' && severity === 'temporary',
  };
}

function meaningOf({ kind, reason }: Returned, isDelay: boolean): Meaning | undefined {
  if (reason === 'feedback') return 'complaint';
  if (reason === 'delivered') return 'delivered';
  if (reason === 'vacation') return 'answered-itself';
  if (kind === 'not-a-bounce') return undefined;
  return isDelay ? 'delayed' : kind;
}

const joined = (returned: readonly Returned[], { isDelay, ...refs }: Refs): VendorEvent[] =>
  returned.flatMap((one) => {
    const meaning = meaningOf(one, isDelay);
    return meaning === undefined ? [] : [{ ...refs, returned: one, meaning }];
  });

/** What a webhook says, as `readVendorEvent`, joined to our messages; undefined when the body is none of this provider's. */
export function readVendorEvents(vendor: Vendor, body: string): readonly VendorEvent[] | undefined {
  const all = readVendorEvent(vendor, body);
  if (all === undefined) return undefined;
  try {
    const payload: unknown = JSON.parse(body);
    if (vendor !== 'sendgrid') return joined(all, refsOf(vendor, payload));
    return SendGrid.parse(payload).flatMap((event) =>
      joined(readVendorEvent('sendgrid', JSON.stringify([event])) ?? [], {
        id: event.sg_event_id,
        sender: '',
        messageId: bareId(event['smtp-id']),
        isDelay: event.event === 'deferred',
      }),
    );
  } catch (error) {
    if (error instanceof z.ZodError || error instanceof SyntaxError) return undefined;
    throw error;
  }
}
