/** The second factor: codes of 30 seconds by RFC 6238, as every authenticator app makes them. */
import { Secret, TOTP } from 'otpauth';

const PERIOD_SECONDS = 30;

const totpOf = (secret: string, label = '') =>
  new TOTP({
    issuer: 'Forthright',
    label,
    algorithm: 'SHA1',
    digits: 6,
    period: PERIOD_SECONDS,
    secret: Secret.fromBase32(secret),
  });

export const makeFactor = (): string => new Secret({ size: 20 }).base32;

/** What an app reads from a QR code. */
export const addressOf = (secret: string, label: string): string => totpOf(secret, label).toString();

/**
 * Which 30 seconds a code belongs to, or undefined when it is none of now, just before or just after. A step counts
 * only once, so whoever looked over a shoulder comes too late.
 */
export function stepOf(secret: string, code: string, now: Date, last: bigint | null): bigint | undefined {
  const timestamp = now.getTime();
  const delta = totpOf(secret).validate({ token: code, timestamp, window: 1 });
  if (delta === null) return undefined;
  const step = BigInt(Math.floor(timestamp / 1000 / PERIOD_SECONDS) + delta);
  return last !== null && step <= last ? undefined : step;
}
