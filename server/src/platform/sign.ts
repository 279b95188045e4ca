/** Standard Webhooks 1.0.0: HMAC-SHA256 over id, time and body, each delivered in a header. */
import { createHmac, randomBytes } from 'node:crypto';

const SECRET_BYTES = 32;

export const newSecret = (): Buffer => randomBytes(SECRET_BYTES);

/** As the specification writes a secret: `whsec_` and Base64. */
export const secretText = (secret: Uint8Array): string => `whsec_${Buffer.from(secret).toString('base64')}`;

export type Message = Readonly<{ id: string; at: Date; body: string }>;

/** The three headers of one try. The id stays the same with each try, the time does not. */
export function signedHeaders(secret: Uint8Array, { id, at, body }: Message): Record<string, string> {
  const seconds = String(Math.floor(at.getTime() / 1000));
  const mac = createHmac('sha256', secret).update(`${id}.${seconds}.${body}`, 'utf8').digest('base64');
  return { 'webhook-id': id, 'webhook-timestamp': seconds, 'webhook-signature': `v1,${mac}` };
}
