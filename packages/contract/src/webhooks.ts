import * as z from 'zod';

/** Programs elsewhere that are told of things. */

export const WEBHOOK_EVENTS = [
  'incident-opened',
  'deadline-near',
  'approval-asked',
  'duties-changed',
  'campaign-finished',
] as const;
export type WebhookEvent = (typeof WEBHOOK_EVENTS)[number];

const AnyId = z.string().max(60);

export const AddWebhook = z.strictObject({
  /** Where to: an `https` address that is reached over the internet. */
  url: z.string().trim().min(1).max(2000),
  events: z.array(z.enum(WEBHOOK_EVENTS)).min(1).max(WEBHOOK_EVENTS.length),
  /** Whether it is told of restricted incidents, too. */
  restricted: z.boolean().default(false),
});
export type AddWebhook = z.infer<typeof AddWebhook>;

export const WebhookAdded = z.strictObject({
  webhook: z.string(),
  /** Shown this once: `whsec_…`, as Standard Webhooks writes it. */
  secret: z.string(),
  entry: z.int(),
});
export type WebhookAdded = z.infer<typeof WebhookAdded>;

export const OfWebhook = z.strictObject({ webhook: AnyId });
export type OfWebhook = z.infer<typeof OfWebhook>;

export const WebhookChanged = z.strictObject({ webhook: z.string(), entry: z.int() });
export type WebhookChanged = z.infer<typeof WebhookChanged>;

export const WebhookShown = z.strictObject({
  webhook: z.string(),
  url: z.string().nullable(),
  events: z.array(z.enum(WEBHOOK_EVENTS)),
  restricted: z.boolean(),
  /** `disabled`: it was disabled by itself, since nothing was answered well for days. */
  state: z.enum(['enabled', 'disabled']),
  madeBy: z.string(),
  madeAt: z.string(),
  /** When the first of the deliveries failed that have failed since. */
  failingSince: z.string().optional(),
});
export type WebhookShown = z.infer<typeof WebhookShown>;

export const WebhooksListed = z.strictObject({
  /** Since a restore nobody is told of anything, until somebody resumes it. */
  standsSince: z.string().optional(),
  webhooks: z.array(WebhookShown),
});
export type WebhooksListed = z.infer<typeof WebhooksListed>;

/** `waiting`: deliveries that were not made meanwhile, and are now. */
export const WebhooksResumed = z.strictObject({ since: z.string(), waiting: z.int(), entry: z.int() });
export type WebhooksResumed = z.infer<typeof WebhooksResumed>;

export const DELIVERY_STATES = ['waiting', 'done', 'gave-up', 'withheld'] as const;

export const DeliveryShown = z.strictObject({
  delivery: z.string(),
  /** What the header `webhook-id` says, with each try the same. */
  event: z.string(),
  type: z.enum([...WEBHOOK_EVENTS, 'test']),
  at: z.string(),
  state: z.enum(DELIVERY_STATES),
  attempts: z.int(),
  lastAt: z.string().optional(),
  /** The status of the last answer, or why there was none. */
  status: z.int().optional(),
  fault: z.enum(['address-refused', 'unreachable', 'timeout', 'tls']).optional(),
});
export type DeliveryShown = z.infer<typeof DeliveryShown>;

export const DeliveriesListed = z.strictObject({ deliveries: z.array(DeliveryShown) });
export type DeliveriesListed = z.infer<typeof DeliveriesListed>;
