/**
 * Passkeys (WebAuthn). One is bound to the page at which it was made: at that moment its maker is signed in, has given
 * the password and comes from a page of this server, so the origin that the browser states is taken as ours, and kept.
 * A look-alike page gets no signature from an authenticator, and its origin is not the one that was kept.
 */
import { randomBytes } from 'node:crypto';
import { ForthrightError } from '@forthright/contract';
import type { verifyAuthenticationResponse, verifyRegistrationResponse } from '@simplewebauthn/server';
import * as z from 'zod';
import type { Tx } from '../platform/db/index.ts';
import { deed, type Operation, operation, record } from '../prove/index.ts';
import { type Means, Name, Password, refused, SignedIn } from './entrances.ts';
import { ownAccount, refuseTokens } from './operations.ts';
import { confirmed } from './own.ts';
import { hashOf } from './secrets.ts';
import { begin, entering, oneself } from './sessions.ts';
import {
  accountById,
  addChallenge,
  addPasskey,
  markPasskey,
  type Passkey,
  passkeyById,
  passkeysOf,
  removePasskey,
  takeChallenge,
} from './store.ts';
import { type Entrance, entrance } from './types.ts';

/** Loaded by whoever signs in with a passkey, and not by every command. */
const library = async () => ({
  ...(await import('@simplewebauthn/server')),
  ...(await import('@simplewebauthn/server/helpers')),
});

const CHALLENGE_MS = 300_000;
const Base64Url = z
  .string()
  .max(10_000)
  .regex(/^[A-Za-z0-9_-]*$/, 'base64url');
const Extensions = z.record(z.string().max(100), z.unknown());
/** As `PublicKeyCredential.toJSON()` writes them; what is not needed is allowed, and not looked at. */
const Common = {
  id: Base64Url.min(1).max(1400),
  rawId: Base64Url.min(1).max(1400),
  type: z.literal('public-key'),
  authenticatorAttachment: z.enum(['platform', 'cross-platform']).nullish(),
  clientExtensionResults: Extensions.default({}),
};
const Registration = z.strictObject({
  ...Common,
  response: z.strictObject({
    clientDataJSON: Base64Url,
    attestationObject: Base64Url,
    authenticatorData: Base64Url.optional(),
    publicKey: Base64Url.nullish(),
    publicKeyAlgorithm: z.int().optional(),
    transports: z.array(z.string().max(50)).max(20).optional(),
  }),
});
const Assertion = z.strictObject({
  ...Common,
  response: z.strictObject({
    clientDataJSON: Base64Url,
    authenticatorData: Base64Url,
    signature: Base64Url,
    userHandle: Base64Url.nullish(),
  }),
});

const Creation = z.strictObject({
  challenge: z.string(),
  rp: z.strictObject({ name: z.string() }),
  user: z.strictObject({ id: z.string(), name: z.string(), displayName: z.string() }),
  pubKeyCredParams: z.array(z.strictObject({ type: z.literal('public-key'), alg: z.int() })),
  timeout: z.int(),
  attestation: z.literal('none'),
  authenticatorSelection: z.strictObject({
    residentKey: z.literal('required'),
    userVerification: z.literal('required'),
  }),
  excludeCredentials: z.array(z.strictObject({ type: z.literal('public-key'), id: z.string() })),
});
const Shown = z.strictObject({
  id: z.string(),
  name: z.string(),
  origin: z.string(),
  madeAt: z.iso.datetime(),
  usedAt: z.iso.datetime().nullable(),
});

const shownOf = ({ id, name, origin, made_at, used_at }: Passkey): z.infer<typeof Shown> => ({
  id,
  name,
  origin,
  madeAt: made_at.toISOString(),
  usedAt: used_at?.toISOString() ?? null,
});

/** What entries call it: says nothing about the authenticator. */
const idOf = (credential: string): string => `pky_${hashOf(credential).slice(0, 20)}`;

/** EdDSA, ES256, RS256: what authenticators have. */
const ALGORITHMS = [-8, -7, -257];

async function challengeFor(tx: Tx, account: string | null, now: Date): Promise<string> {
  const challenge = randomBytes(32).toString('base64url');
  const expires_at = new Date(now.getTime() + CHALLENGE_MS);
  await addChallenge(tx, { hash: hashOf(challenge), account, expires_at }, now);
  return challenge;
}

const beginPasskey = (means: Means): Operation =>
  operation({
    name: 'begin-passkey',
    summary: 'What `navigator.credentials.create()` needs to make a passkey, good for five minutes',
    method: 'POST',
    path: '/me/passkeys/begin',
    input: z.strictObject({ password: Password }),
    output: Creation,
    may: [],
    run: async ({ db, actor, now }, { password }) => {
      const { id, email, name } = await confirmed(means, actor, password);
      return db.transaction(async (tx) => ({
        challenge: await challengeFor(tx, id, now()),
        rp: { name: 'Forthright' },
        user: { id: Buffer.from(id).toString('base64url'), name: email, displayName: name },
        pubKeyCredParams: ALGORITHMS.map((alg) => ({ type: 'public-key' as const, alg })),
        timeout: CHALLENGE_MS,
        attestation: 'none' as const,
        authenticatorSelection: { residentKey: 'required' as const, userVerification: 'required' as const },
        excludeCredentials: (await passkeysOf(tx, id)).map((p) => ({
          type: 'public-key' as const,
          id: p.id,
        })),
      }));
    },
  });

const addedPasskey: Operation = operation({
  name: 'add-passkey',
  summary: 'Keeps the passkey that an authenticator made',
  method: 'POST',
  path: '/me/passkeys',
  input: z.strictObject({ name: Name, credential: Registration }),
  output: Shown,
  may: [],
  run: async (asked, { name, credential }) => {
    refuseTokens(asked.actor);
    const { challenge, origin } = clientDataOf(credential.response.clientDataJSON);
    const made = await registered(credential, challenge, origin);
    return deed(asked, async (tx, at) => {
      const { id: account } = await ownAccount(tx, asked.actor);
      const taken = await takeChallenge(tx, hashOf(challenge), at);
      if (taken?.account !== account) throw unusable('its challenge is unknown, used or too old');
      if ((await passkeyById(tx, made.id)) !== undefined)
        throw new ForthrightError('record-exists', 'This passkey is known already.');
      const entry = await record(tx, {
        kind: 'passkey-added',
        facts: { passkey: idOf(made.id), account },
        texts: { name: { value: name, person: account }, origin: { value: origin, person: account } },
      });
      const added = { account, name, origin, made_at: at, used_at: null, entry: BigInt(entry) };
      const passkey: Passkey = { ...made, ...added };
      await addPasskey(tx, passkey);
      return shownOf(passkey);
    });
  },
});

const listPasskeys: Operation = operation({
  name: 'list-passkeys',
  summary: "One's own passkeys",
  method: 'GET',
  path: '/me/passkeys',
  input: z.strictObject({}),
  output: z.strictObject({ passkeys: z.array(Shown) }),
  may: [],
  run: async ({ db, actor }) => ({
    passkeys: (await passkeysOf(db, (await ownAccount(db, actor)).id)).map(shownOf),
  }),
});

const removedPasskey = (means: Means): Operation =>
  operation({
    name: 'remove-passkey',
    summary: "Forgets one of one's own passkeys",
    method: 'POST',
    path: '/me/passkeys/remove',
    input: z.strictObject({ passkey: Base64Url.min(1), password: Password }),
    output: z.strictObject({ removed: z.literal(true) }),
    may: [],
    run: async (asked, { passkey, password }) => {
      const { id } = await confirmed(means, asked.actor, password);
      return deed(asked, async (tx) => {
        if ((await passkeyById(tx, passkey))?.account !== id)
          throw new ForthrightError('passkey-not-found', 'There is no such passkey of yours.');
        await record(tx, { kind: 'passkey-removed', facts: { passkey: idOf(passkey), account: id } });
        await removePasskey(tx, passkey);
        return { removed: true };
      });
    },
  });

export const passkeyOperations = (means: Means): readonly Operation[] => [
  beginPasskey(means),
  addedPasskey,
  listPasskeys,
  removedPasskey(means),
];

export const passkeyEntrances = (means: Means): readonly Entrance[] => [
  entrance({
    name: 'begin-passkey-sign-in',
    summary: 'What `navigator.credentials.get()` needs to sign in with a passkey, good for five minutes',
    method: 'POST',
    path: '/sign-in/passkey/begin',
    input: z.strictObject({}),
    output: z.strictObject({
      challenge: z.string(),
      timeout: z.int(),
      userVerification: z.literal('required'),
    }),
    run: async () => ({
      output: {
        challenge: await means.db.transaction((tx) => challengeFor(tx, null, means.now())),
        timeout: CHALLENGE_MS,
        userVerification: 'required',
      },
      session: 'unchanged',
    }),
  }),
  entrance({
    name: 'sign-in-with-passkey',
    summary: 'Begins a session; a passkey is password and second factor in one',
    method: 'POST',
    path: '/sign-in/passkey',
    input: z.strictObject({ credential: Assertion }),
    output: SignedIn,
    run: async ({ credential }) => {
      const { challenge } = clientDataOf(credential.response.clientDataJSON);
      // Before the register's lock is asked for: a stranger's guesses must not hold up what others do.
      const seen = await passkeyById(means.db, credential.id);
      if (seen === undefined) throw refused();
      const counter = await asserted(credential, challenge, seen);
      const actor = oneself({ id: seen.account, roles: [] });
      return entering(means, actor, async (tx, at, note) => {
        const taken = await takeChallenge(tx, hashOf(challenge), at);
        const passkey = await passkeyById(tx, credential.id);
        if (taken === undefined || taken.account !== null) throw refused();
        // Somebody else has used or removed it meanwhile.
        if (passkey === undefined || passkey.counter !== seen.counter) throw refused();
        const account = await accountById(tx, passkey.account);
        if (account === undefined || account.roles.length === 0) throw refused();
        await markPasskey(tx, passkey.id, counter, at);
        return begin(tx, account, 'passkey', { at, note });
      });
    },
  }),
];

const unusable = (why: string) =>
  new ForthrightError('request-invalid', 'The passkey can not be used.', {
    problems: [{ at: 'credential', message: why }],
  });

const ClientData = z.object({ challenge: z.string().min(1), origin: z.string() });

function clientDataOf(encoded: string): z.infer<typeof ClientData> {
  let raw: unknown;
  try {
    raw = JSON.parse(Buffer.from(encoded, 'base64url').toString('utf8'));
  } catch {
    throw unusable('its client data is not JSON');
  }
  const parsed = ClientData.safeParse(raw);
  if (!parsed.success) throw unusable('its client data lacks challenge or origin');
  return parsed.data;
}

/** Browsers make passkeys at pages of HTTPS, and of this very machine. */
function domainOf(origin: string): string {
  const url = URL.parse(origin);
  const isLocal = url?.protocol === 'http:' && url.hostname === 'localhost';
  if (url === null || url.origin !== origin || !(url.protocol === 'https:' || isLocal))
    throw unusable('it was not made at a page of https or of http://localhost');
  return url.hostname;
}

async function registered(
  credential: z.infer<typeof Registration>,
  challenge: string,
  origin: string,
): Promise<Pick<Passkey, 'id' | 'public_key' | 'counter'>> {
  const domain = domainOf(origin);
  try {
    const attestation = Buffer.from(credential.response.attestationObject, 'base64url');
    const { decodeAttestationObject, verifyRegistrationResponse: verify } = await library();
    // Any other brings certificates of the client's, and checking those asks servers that they name.
    if (decodeAttestationObject(new Uint8Array(attestation)).get('fmt') !== 'none')
      throw unusable('it has an attestation, and none was asked for');
    const { verified, registrationInfo } = await verify({
      response: responseOf(credential) as Parameters<typeof verifyRegistrationResponse>[0]['response'],
      expectedChallenge: challenge,
      expectedOrigin: origin,
      expectedRPID: domain,
      requireUserVerification: true,
      supportedAlgorithmIDs: ALGORITHMS,
    });
    if (!verified) throw unusable('its signature is wrong');
    const { id, publicKey, counter } = registrationInfo.credential;
    return { id, public_key: Buffer.from(publicKey).toString('base64url'), counter: BigInt(counter) };
  } catch (cause) {
    if (cause instanceof ForthrightError) throw cause;
    throw unusable('it is not what an authenticator makes for this page');
  }
}

/** The authenticator's new counter. */
async function asserted(
  credential: z.infer<typeof Assertion>,
  challenge: string,
  passkey: Passkey,
): Promise<bigint> {
  const owner = Buffer.from(passkey.account).toString('base64url');
  const { userHandle } = credential.response;
  if (userHandle !== null && userHandle !== undefined && userHandle !== owner) throw refused();
  const outcome = await (await library())
    .verifyAuthenticationResponse({
      response: responseOf(credential) as Parameters<typeof verifyAuthenticationResponse>[0]['response'],
      expectedChallenge: challenge,
      expectedOrigin: passkey.origin,
      expectedRPID: domainOf(passkey.origin),
      requireUserVerification: true,
      credential: {
        id: passkey.id,
        publicKey: new Uint8Array(Buffer.from(passkey.public_key, 'base64url')),
        counter: Number(passkey.counter),
      },
    })
    .catch(() => undefined);
  if (outcome?.verified !== true) throw refused();
  return BigInt(outcome.authenticationInfo.newCounter);
}

/** The library reads what it needs; of extensions nothing was asked for. */
const responseOf = ({
  id,
  rawId,
  type,
  response,
}: z.infer<typeof Registration> | z.infer<typeof Assertion>) => ({
  id,
  rawId,
  type,
  response,
  clientExtensionResults: {},
});
