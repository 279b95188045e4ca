/** For tests: a small OpenID provider on loopback with a real RS256 key. It is honest unless it is told how not to be. */
import { createHash, createHmac, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export type Person = Readonly<{ sub: string; email?: string; email_verified?: boolean }>;

/** How it lies. */
export type Lie = Readonly<{
  claims?: Readonly<Record<string, unknown>>;
  algorithm?: 'none' | 'HS256';
  key?: KeyObject;
  /** In what it says of itself. */
  issuer?: string;
  /** What it sends the browser back with, in place of a code. */
  back?: Readonly<Record<string, string>>;
  /** The token endpoint answers so. */
  status?: number;
}>;

type Code = Readonly<{ challenge: string; nonce: string; redirect: string; person: Person; lie: Lie }>;

const b64 = (value: string | Uint8Array): string => Buffer.from(value).toString('base64url');

export class Provider {
  readonly #server: Server;
  readonly #pair = generateKeyPairSync('rsa', { modulusLength: 2048 });
  readonly #codes = new Map<string, Code>();
  readonly clientId = 'forthright';
  readonly clientSecret = 'a secret: of 100% odd characters';
  /** Who is signed in there. */
  person: Person = { sub: '1' };
  lie: Lie = {};

  private constructor() {
    this.#server = createServer((request, response) => {
      this.#answer(request, response).catch(() => response.writeHead(500).end());
    });
  }

  static async start(): Promise<Provider> {
    const provider = new Provider();
    await new Promise<void>((resolve) => provider.#server.listen(0, '127.0.0.1', resolve));
    return provider;
  }

  get issuer(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  stop(): Promise<void> {
    this.#server.closeAllConnections();
    return new Promise((resolve) => this.#server.close(() => resolve()));
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const url = new URL(request.url ?? '/', this.issuer);
    const json = (value: object, status = 200) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
    if (url.pathname === '/.well-known/openid-configuration') json(this.#metadata());
    else if (url.pathname === '/jwks') json({ keys: [this.#jwk()] });
    else if (url.pathname === '/authorize') this.#authorize(url, response);
    else if (url.pathname === '/token') {
      const body: Buffer[] = [];
      for await (const piece of request) body.push(piece as Buffer);
      const token = this.#token(request, new URLSearchParams(Buffer.concat(body).toString()));
      json(token ?? { error: 'invalid_grant' }, token === undefined ? (this.lie.status ?? 400) : 200);
    } else json({}, 404);
  }

  #metadata() {
    const { issuer } = this;
    return {
      issuer: this.lie.issuer ?? issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      response_types_supported: ['code'],
      subject_types_supported: ['public'],
      id_token_signing_alg_values_supported: ['RS256'],
      code_challenge_methods_supported: ['S256'],
    };
  }

  #jwk() {
    return { ...this.#pair.publicKey.export({ format: 'jwk' }), kid: 'one', use: 'sig', alg: 'RS256' };
  }

  #authorize({ searchParams: asked }: URL, response: ServerResponse): void {
    const get = (name: string) => asked.get(name) ?? '';
    if (get('client_id') !== this.clientId || get('code_challenge_method') !== 'S256') {
      response.writeHead(400).end();
      return;
    }
    const code = randomBytes(16).toString('hex');
    const [challenge, nonce, redirect] = [get('code_challenge'), get('nonce'), get('redirect_uri')];
    this.#codes.set(code, { challenge, nonce, redirect, person: this.person, lie: this.lie });
    const back = new URL(redirect);
    const answer = this.lie.back ?? { code };
    for (const [name, value] of Object.entries({ state: get('state'), ...answer }))
      back.searchParams.set(name, value);
    response.writeHead(303, { location: back.href }).end();
  }

  #token({ headers }: IncomingMessage, asked: URLSearchParams) {
    const form = (text: string) => encodeURIComponent(text).replaceAll('%20', '+');
    const basic = Buffer.from(`${form(this.clientId)}:${form(this.clientSecret)}`).toString('base64');
    const [, given = ''] = /^Basic (.*)$/.exec(headers.authorization ?? '') ?? [];
    const decoded = (text: string) =>
      decodeURIComponent(Buffer.from(text, 'base64').toString().replaceAll('+', ' '));
    const code = this.#codes.get(asked.get('code') ?? '');
    this.#codes.delete(asked.get('code') ?? '');
    const challenge = createHash('sha256')
      .update(asked.get('code_verifier') ?? '')
      .digest('base64url');
    const isRight =
      decoded(given) === decoded(basic) &&
      code?.challenge === challenge &&
      code.redirect === asked.get('redirect_uri') &&
      this.lie.status === undefined;
    if (!isRight || code === undefined) return undefined;
    return { access_token: 'at', token_type: 'Bearer', expires_in: 60, id_token: this.#idToken(code) };
  }

  #idToken({ nonce, person, lie }: Code): string {
    const seconds = Math.floor(Date.now() / 1000);
    const claims = {
      iss: this.issuer,
      aud: this.clientId,
      exp: seconds + 60,
      iat: seconds,
      nonce,
      ...person,
      ...lie.claims,
    };
    const { algorithm = 'RS256', key = this.#pair.privateKey } = lie;
    const body = `${b64(JSON.stringify({ alg: algorithm, kid: 'one' }))}.${b64(JSON.stringify(claims))}`;
    if (algorithm === 'none') return `${body}.`;
    if (algorithm === 'RS256') return `${body}.${b64(sign('sha256', Buffer.from(body), key))}`;
    const pem = this.#pair.publicKey.export({ format: 'pem', type: 'spki' });
    return `${body}.${createHmac('sha256', pem).update(body).digest('base64url')}`;
  }
}
