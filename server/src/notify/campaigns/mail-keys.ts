/**
 * Keys for signing mail that Forthright makes, and exchanges: made → its record published → used, the one before beside it for the
 * overlap → ended. The private part lies in the data folder's keys, and is destroyed when its time is over.
 */
import { generateKeyPair, randomBytes } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { ForthrightError, type MailKeyShown } from '@forthright/contract';
import type { Reads } from '../../platform/db/index.ts';
import type { MailNames } from '../../platform/index.ts';
import { type DkimKey, dkimKey, dkimRecord, domainOf, type SigningTime } from '../../platform/mail/index.ts';
import { type Asked, deed, readSecretFile, record, writeTight } from '../../prove/index.ts';
import {
  allSigners,
  endSigner,
  insertSigner,
  isAnySending,
  type Signer,
  useSigner,
} from './mail-keys.store.ts';
import type { Mailing } from './types.ts';

export type MailKey = DkimKey & SigningTime;

const HOUR_MS = 3_600_000;
/** RSA decides: not every receiver knows Ed25519. */
const RSA_BITS = 2048;

export const mailKeyFile = (data: string, selector: string): string =>
  join(data, 'keys', `mail-${selector}.pem`);

const isOver = ({ endedEntry }: Signer): boolean => endedEntry !== undefined;

/** The keys that sign, each with its time. Refuses as `key-unusable` one whose private part is not here. */
export async function mailKeysNow(reads: Reads, data: string): Promise<MailKey[]> {
  const signing = (await allSigners(reads)).filter((one) => !isOver(one) && one.signsFrom !== undefined);
  return Promise.all(
    signing.map(async ({ domain, selector, signsFrom, signsUntil }) => ({
      ...dkimKey({ domain, selector, privateKey: await readSecretFile(mailKeyFile(data, selector)) }),
      fromMs: signsFrom?.getTime(),
      untilMs: signsUntil?.getTime(),
    })),
  );
}

/** Public keys of which the private part is not destroyed yet. */
export const livingMailKeys = async (
  reads: Reads,
): Promise<readonly Pick<Signer, 'domain' | 'selector' | 'record'>[]> =>
  (await allSigners(reads))
    .filter((one) => !isOver(one))
    .map(({ domain, selector, record: text }) => ({ domain, selector, record: text }));

const shownOf = ({
  domain,
  selector,
  record: value,
  madeAt,
  signsFrom,
  signsUntil,
  endsAt,
  endedEntry,
  entry,
}: Signer): MailKeyShown => ({
  domain,
  selector,
  name: `${selector}._domainkey.${domain}`,
  record: value,
  state:
    endedEntry !== undefined
      ? 'ended'
      : signsUntil !== undefined
        ? 'ending'
        : signsFrom !== undefined
          ? 'signing'
          : 'made',
  madeAt: madeAt.toISOString(),
  ...(signsFrom === undefined ? {} : { signsFrom: signsFrom.toISOString() }),
  ...(signsUntil === undefined ? {} : { signsUntil: signsUntil.toISOString() }),
  ...(endsAt === undefined ? {} : { endsAt: endsAt.toISOString() }),
  entry,
});

export const shownMailKeys = async (reads: Reads): Promise<MailKeyShown[]> =>
  (await allSigners(reads)).map(shownOf);

/** A new key, which signs nothing yet: first its record has to stand in the domain system. */
export async function makeMailKey(
  asked: Asked,
  { data, mailing }: Readonly<{ data: string; mailing: Mailing | undefined }>,
): Promise<MailKeyShown> {
  if (mailing === undefined)
    throw new ForthrightError('mail-missing', 'This server has no mail.yaml, so it signs for no domain.');
  const domain = domainOf(mailing.from.address);
  const day = asked.now().toISOString().slice(0, 10).replaceAll('-', '');
  const selector = `f${day}${randomBytes(2).toString('hex')}`;
  const { privateKey } = await promisify(generateKeyPair)('rsa', { modulusLength: RSA_BITS });
  const path = mailKeyFile(data, selector);
  const pem = privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
  await writeTight(join(data, 'keys'), path, pem);
  const { text } = dkimRecord(dkimKey({ domain, selector, privateKey }));
  try {
    await deed(asked, async (tx, at) => {
      const entry = await record(tx, { kind: 'mail-key-made', facts: { domain, selector, record: text } });
      await insertSigner(tx, { domain, selector, record: text, entry, madeAt: at });
    });
  } catch (error) {
    // One that may have become ours stays: better a file too many than a key that is missed.
    if (!(error instanceof ForthrightError && error.code === 'outcome-unknown'))
      await rm(path, { force: true });
    throw error;
  }
  return shownOf(await findSigner(asked.db, selector));
}

async function findSigner(reads: Reads, selector: string): Promise<Signer> {
  const found = (await allSigners(reads)).find((one) => one.selector === selector);
  if (found === undefined)
    throw new ForthrightError(
      'key-not-found',
      `There is no key ${selector.slice(0, 70)} for mail; list-mail-keys has those that there are.`,
    );
  return found;
}

const bare = (text: string): string => text.replace(/\s+/g, '');

/**
 * From now on this key signs, and those of the same domain before it only what they have signed already, until the overlap is
 * over. Refuses as `record-unpublished` while the domain system does not have its record, unless for a reason that is kept; and
 * while a campaign is sending, since one message must not have two signatures.
 */
export async function useMailKey(
  asked: Asked,
  {
    selector,
    overlapHours,
    unseen,
  }: Readonly<{ selector: string; overlapHours: number; unseen?: string | undefined }>,
  names: MailNames,
): Promise<MailKeyShown> {
  const found = await findSigner(asked.db, selector);
  const { name, record: value } = shownOf(found);
  const seen = await names
    .texts(name)
    .catch((error: NodeJS.ErrnoException) => `${error.code ?? 'no answer'}`);
  const isPublished = Array.isArray(seen) && seen.length === 1 && bare(seen[0] ?? '') === bare(value);
  if (!isPublished && unseen === undefined)
    throw new ForthrightError(
      'record-unpublished',
      `${name} has ${Array.isArray(seen) ? `${seen.length} TXT records, and not this one alone` : `no such record (${seen})`}: ${value}`,
    );
  await deed(asked, async (tx, at) => {
    const now = await findSigner(tx, selector);
    if (now.signsFrom !== undefined)
      throw new ForthrightError(
        'campaign-refuses',
        `This is not possible: the key ${selector} is in use, or was.`,
      );
    if (await isAnySending(tx))
      throw new ForthrightError(
        'campaign-refuses',
        'This is not possible: a campaign is sending; pause it first.',
      );
    const ending = (await allSigners(tx)).filter(
      (one) => one.domain === now.domain && one.signsFrom !== undefined && one.signsUntil === undefined,
    );
    const endsAt = new Date(at.getTime() + overlapHours * HOUR_MS);
    await record(tx, {
      kind: 'mail-key-used',
      facts: {
        domain: now.domain,
        selector,
        isPublished,
        ends: ending.map((one) => ({ selector: one.selector, at: endsAt.toISOString() })),
      },
      ...(isPublished || unseen === undefined ? {} : { texts: { unseen: { value: unseen } } }),
    });
    await useSigner(tx, { selector, ends: ending.map((one) => one.selector), at, endsAt });
  });
  return shownOf(await findSigner(asked.db, selector));
}

/** Destroys private keys whose overlap is over. Safe to repeat. */
export async function endMailKeys(asked: Asked, data: string): Promise<void> {
  const now = asked.now();
  const isDue = (one: Signer) => !isOver(one) && one.endsAt !== undefined && one.endsAt <= now;
  if ((await allSigners(asked.db)).some(isDue))
    await deed(asked, async (tx) => {
      const due = (await allSigners(tx)).filter(isDue).map(({ selector }) => selector);
      const entry = await record(tx, { kind: 'mail-keys-ended', facts: { selectors: due } });
      await endSigner(tx, due, entry);
    });
  for (const one of await allSigners(asked.db))
    if (isOver(one)) await rm(mailKeyFile(data, one.selector), { force: true });
}
