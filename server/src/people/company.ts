/**
 * Signing in through the company's own identity provider (OpenID Connect: authorization code with PKCE). It says who
 * somebody is, never what they may do: an account must have been invited. The first time it is found by the address, which the
 * provider must have verified; from then on by the provider's own id for the person, since addresses are given anew.
 */
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import * as client from 'openid-client';
import * as z from 'zod';
import { readDocument } from '../platform/index.ts';
import { readSecretFile } from '../prove/index.ts';
import type { Means } from './entrances.ts';
import { hashOf, isSecret, makeSecret } from './secrets.ts';
import { begin, entering, oneself, type Recording, type Signed } from './sessions.ts';
import {
  type Account,
  accountByEmail,
  accountById,
  addCompanyTry,
  addIdentity,
  identityOf,
  keyOf,
  takeCompanyTry,
} from './store.ts';
import type { Company } from './types.ts';

const TRY_MS = 600_000;
const METADATA_MS = 3_600_000;
const TIMEOUT_SECONDS = 10;

/** Plain HTTP is for a provider on this very machine, as in tests. */
const isOnThisMachine = (url: URL): boolean =>
  url.protocol === 'http:' && ['127.0.0.1', 'localhost', '[::1]'].includes(url.hostname);

const Issuer = z
  .string()
  .max(500)
  .refine((text) => {
    const url = URL.parse(text);
    return (
      url !== null &&
      url.search === '' &&
      url.hash === '' &&
      (url.protocol === 'https:' || isOnThisMachine(url))
    );
  }, 'an address of https, without a query');
const Domain = z
  .string()
  .toLowerCase()
  .regex(/^(?:[a-z0-9-]+\.)+[a-z0-9-]+$/, 'a domain such as marlow.example');
const Settings = z.strictObject({
  company: z.strictObject({
    /** What people read: `Sign in with Marlow Market`. */
    name: z.string().trim().min(1).max(100),
    issuer: Issuer,
    clientId: z.string().min(1).max(300),
    /** Relative to the file. Without one the client is public, and PKCE alone protects the code. */
    clientSecretFile: z.string().min(1).optional(),
    /** Only addresses of these are taken. */
    domains: z.array(Domain).min(1).max(100),
  }),
});

export type CompanySettings = z.infer<typeof Settings>['company'];

/** `sign-in.yaml` of the data folder; undefined when there is none. Refuses it as `settings-invalid`, with every problem. */
export async function readCompany(folder: string): Promise<CompanySettings | undefined> {
  const path = join(folder, 'sign-in.yaml');
  const read = await readDocument(path, Settings, 'settings-invalid').catch((error: unknown) => {
    if (error instanceof ForthrightError && error.code === 'file-missing') return undefined;
    throw error;
  });
  if (read === undefined) return undefined;
  const { clientSecretFile, ...company } = read.value.company;
  if (clientSecretFile === undefined) return company;
  return { ...company, clientSecretFile: join(read.directory, clientSecretFile) };
}

const refused = (why: string, cause?: unknown) =>
  new ForthrightError('sign-in-refused', `The company's sign-in was refused: ${why}.`, { cause });

const unreachable = (issuer: string, cause: unknown) =>
  new ForthrightError(
    'identity-provider-unreachable',
    `The identity provider ${issuer} does not answer, or not as one.`,
    { cause },
  );

export function companyOf(means: Means, settings: CompanySettings): Company {
  const provider = new Provider(settings, means.now);
  return {
    name: settings.name,
    origin: async () => new URL((await provider.metadata()).authorization_endpoint ?? settings.issuer).origin,
    begin: async (redirect) => {
      const configuration = await provider.configuration();
      const [state, nonce, verifier] = [
        client.randomState(),
        client.randomNonce(),
        client.randomPKCECodeVerifier(),
      ];
      const ticket = makeSecret('fwc');
      const now = means.now();
      const expires_at = new Date(now.getTime() + TRY_MS);
      await means.db.transaction((tx) =>
        addCompanyTry(tx, { hash: hashOf(ticket), state, nonce, verifier, redirect, expires_at }, now),
      );
      const address = client.buildAuthorizationUrl(configuration, {
        redirect_uri: redirect,
        scope: 'openid email',
        state,
        nonce,
        code_challenge: await client.calculatePKCECodeChallenge(verifier),
        code_challenge_method: 'S256',
      });
      return { address: address.href, ticket, seconds: TRY_MS / 1000 };
    },
    finish: async (query, ticket) => {
      const claims = await claimsOf(means, provider, query, ticket);
      return signInAs(means, settings, claims);
    },
  };
}

/** What the provider says of itself, asked for once an hour; the secret is read each time, so that it can be exchanged. */
class Provider {
  readonly #settings: CompanySettings;
  readonly #now: () => Date;
  #known: Readonly<{ metadata: client.ServerMetadata; atMs: number }> | undefined;

  constructor(settings: CompanySettings, now: () => Date) {
    this.#settings = settings;
    this.#now = now;
  }

  async metadata(): Promise<client.ServerMetadata> {
    const { issuer, clientId } = this.#settings;
    const nowMs = this.#now().getTime();
    if (this.#known !== undefined && nowMs - this.#known.atMs < METADATA_MS) return this.#known.metadata;
    const url = new URL(issuer);
    const found = await client
      .discovery(url, clientId, undefined, client.None(), {
        timeout: TIMEOUT_SECONDS,
        ...(isOnThisMachine(url) ? { execute: [client.allowInsecureRequests] } : {}),
      })
      .catch((cause) => {
        throw unreachable(issuer, cause);
      });
    this.#known = { metadata: found.serverMetadata(), atMs: nowMs };
    return this.#known.metadata;
  }

  async configuration(): Promise<client.Configuration> {
    const metadata = await this.metadata();
    const configuration = new client.Configuration(
      metadata,
      this.#settings.clientId,
      undefined,
      await this.#auth(metadata),
    );
    configuration.timeout = TIMEOUT_SECONDS;
    // The token comes straight from the provider, but its signature is checked all the same: a proxy may stand between.
    client.enableNonRepudiationChecks(configuration);
    if (isOnThisMachine(new URL(this.#settings.issuer))) client.allowInsecureRequests(configuration);
    return configuration;
  }

  async #auth({
    token_endpoint_auth_methods_supported: methods,
  }: client.ServerMetadata): Promise<client.ClientAuth> {
    const { clientSecretFile } = this.#settings;
    if (clientSecretFile === undefined) return client.None();
    const secret = (await readSecretFile(clientSecretFile)).trim();
    // OpenID Connect Discovery 1.0: what is not said is `client_secret_basic`.
    const isBasic = methods === undefined || methods.includes('client_secret_basic');
    return isBasic ? client.ClientSecretBasic(secret) : client.ClientSecretPost(secret);
  }
}

const Claims = z.object({
  iss: z.string(),
  sub: z.string().min(1).max(255),
  email: z.string().max(254).optional(),
  email_verified: z.boolean().optional(),
});
type Claims = z.infer<typeof Claims>;

/** What the provider says of who came back. The ticket, which one browser has, is taken first: it counts once. */
async function claimsOf(
  { db, now }: Means,
  provider: Provider,
  query: string,
  ticket: string | undefined,
): Promise<Claims> {
  const begun =
    ticket !== undefined && isSecret('fwc', ticket)
      ? await db.transaction((tx) => takeCompanyTry(tx, hashOf(ticket), now()))
      : undefined;
  if (begun === undefined)
    throw refused('it was not begun in this browser, is done already, or took too long');
  const configuration = await provider.configuration();
  const { issuer } = configuration.serverMetadata();
  const tokens = await client
    .authorizationCodeGrant(configuration, new URL(`${begun.redirect}?${query}`), {
      expectedState: begun.state,
      expectedNonce: begun.nonce,
      pkceCodeVerifier: begun.verifier,
      idTokenExpected: true,
    })
    .catch((cause) => {
      throw isNoAnswer(cause)
        ? unreachable(issuer, cause)
        : refused('what the provider says does not hold', cause);
    });
  const claims = Claims.safeParse(tokens.claims());
  if (!claims.success) throw refused('what the provider says of the person can not be read');
  return claims.data;
}

/** No answer in time, or none at all; all else is an answer that is not taken. */
function isNoAnswer(error: unknown): boolean {
  const { name, code } = error as { name?: string; code?: string };
  return (
    name === 'TimeoutError' || code === 'OAUTH_TIMEOUT' || (error instanceof TypeError && code === undefined)
  );
}

async function signInAs(means: Means, { domains }: CompanySettings, claims: Claims): Promise<Signed> {
  const { iss: issuer, sub: subject } = claims;
  const identity = await identityOf(means.db, { issuer, subject });
  const found =
    identity === undefined
      ? await accountByEmail(means.db, verifiedAddress(claims, domains))
      : await accountById(means.db, identity.account);
  if (found === undefined || found.roles.length === 0) throw uninvited();
  return entering(means, oneself(found), async (tx, at, note) => {
    const account = await accountById(tx, found.id);
    if (account === undefined || account.roles.length === 0) throw uninvited();
    const known = await identityOf(tx, { issuer, subject });
    if (known === undefined) await addIdentity(tx, await linked(account, claims, { at, note }));
    else if (known.account !== account.id) throw uninvited();
    return begin(tx, account, 'company', { at, note });
  });
}

const uninvited = () => refused('nobody with this address has been invited; ask an administrator');

function verifiedAddress({ email, email_verified: isVerified }: Claims, domains: readonly string[]): string {
  if (email === undefined || isVerified !== true)
    throw refused('the provider does not say that it has verified the address');
  const domain = keyOf(email).split('@').at(-1) ?? '';
  if (!domains.includes(domain)) throw refused('the address is not of a domain that may sign in here');
  return email;
}

/** The row that ties an account to the provider's id; an account has one of each provider's. */
async function linked(
  { id, email }: Account,
  { iss: issuer, sub: subject, email: stated = '' }: Claims,
  { at, note }: Readonly<{ at: Date; note: Recording }>,
) {
  if (keyOf(stated) !== keyOf(email)) throw uninvited();
  const entry = await note({
    kind: 'identity-linked',
    facts: { account: id, issuer },
    texts: { subject: { value: subject, person: id } },
  });
  if (entry === null)
    throw new ForthrightError(
      'register-stopped',
      'The register is stopped: nobody can sign in so for the first time.',
    );
  return { issuer, subject, account: id, linked_at: at, entry: BigInt(entry) };
}
