/** For tests: an authenticator in software. */
import { createHash, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';

export const ORIGIN = 'https://forthright.marlow.example';
export const b64 = (bytes: Uint8Array | string) => Buffer.from(bytes).toString('base64url');
const sha256 = (bytes: Uint8Array | string) => createHash('sha256').update(bytes).digest();

/** CBOR of what an authenticator writes: small numbers, texts, bytes and maps. */
function cbor(value: number | string | Uint8Array | Map<unknown, unknown>): Buffer {
  const head = (kind: number, n: number) =>
    n < 24
      ? Buffer.of((kind << 5) | n)
      : n < 256
        ? Buffer.of((kind << 5) | 24, n)
        : Buffer.of((kind << 5) | 25, n >> 8, n & 255);
  if (typeof value === 'number') return value < 0 ? head(1, -1 - value) : head(0, value);
  if (typeof value === 'string')
    return Buffer.concat([head(3, Buffer.byteLength(value)), Buffer.from(value)]);
  if (value instanceof Uint8Array) return Buffer.concat([head(2, value.length), value]);
  const entries = [...value].flatMap(([k, v]) => [cbor(k as number), cbor(v as number)]);
  return Buffer.concat([head(5, value.size), ...entries]);
}

export type Twist = Readonly<{
  origin?: string;
  domain?: string;
  flags?: number;
  format?: string;
  type?: string;
  key?: KeyObject;
  userHandle?: string;
}>;

const USER_WAS_VERIFIED = 0b101;
const HAS_CREDENTIAL = 0b1000000;

/** An authenticator in software: it signs whatever page it is told, as a broken one would. */
export class Authenticator {
  readonly #pair = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  readonly id = randomBytes(16);
  #counter = 0;
  #owner = '';

  #data(flags: number, domain: string, more: Uint8Array = new Uint8Array()): Buffer {
    const counter = Buffer.alloc(4);
    counter.writeUInt32BE(this.#counter);
    return Buffer.concat([sha256(domain), Buffer.of(flags), counter, more]);
  }

  create(options: Record<string, unknown>, twist: Twist = {}) {
    const {
      origin = ORIGIN,
      domain = new URL(ORIGIN).hostname,
      flags = USER_WAS_VERIFIED,
      format = 'none',
    } = twist;
    this.#owner = (options.user as { id: string }).id;
    const { x = '', y = '' } = this.#pair.publicKey.export({ format: 'jwk' });
    const key = new Map<number, number | Uint8Array>([
      [1, 2],
      [3, -7],
      [-1, 1],
      [-2, Buffer.from(x, 'base64url')],
      [-3, Buffer.from(y, 'base64url')],
    ]);
    const credential = Buffer.concat([Buffer.alloc(16), Buffer.of(0, this.id.length), this.id, cbor(key)]);
    const authData = this.#data(flags | HAS_CREDENTIAL, domain, credential);
    const attestation = new Map<string, unknown>([
      ['fmt', format],
      ['attStmt', new Map()],
      ['authData', authData],
    ]);
    const clientData = { type: twist.type ?? 'webauthn.create', challenge: options.challenge, origin };
    return {
      id: b64(this.id),
      rawId: b64(this.id),
      type: 'public-key',
      response: {
        clientDataJSON: b64(JSON.stringify(clientData)),
        attestationObject: b64(cbor(attestation)),
      },
      clientExtensionResults: { credProps: { rk: true } },
    };
  }

  get(options: Record<string, unknown>, twist: Twist = {}) {
    const { origin = ORIGIN, domain = new URL(ORIGIN).hostname, flags = USER_WAS_VERIFIED } = twist;
    this.#counter++;
    const clientData = Buffer.from(
      JSON.stringify({ type: twist.type ?? 'webauthn.get', challenge: options.challenge, origin }),
    );
    const data = this.#data(flags, domain);
    const signature = sign(
      'sha256',
      Buffer.concat([data, sha256(clientData)]),
      twist.key ?? this.#pair.privateKey,
    );
    return {
      id: b64(this.id),
      rawId: b64(this.id),
      type: 'public-key',
      response: {
        clientDataJSON: b64(clientData),
        authenticatorData: b64(data),
        signature: b64(signature),
        userHandle: twist.userHandle ?? this.#owner,
      },
      clientExtensionResults: {},
    };
  }

  /** As a copy of it would be that was taken earlier. */
  rewind(): void {
    this.#counter = 0;
  }
}
