/** How this server sends: `mail.yaml` in the data folder. */
import { join } from 'node:path';
import { ForthrightError, MailSettings } from '@forthright/contract';
import { readDocument } from '../../platform/index.ts';
import { dkimKey, domainOf, oneAddress } from '../../platform/mail/index.ts';
import { readSecretFile } from '../../prove/index.ts';
import type { Mailing } from './types.ts';

/** Undefined when there is no such file. Refuses as `settings-invalid` what can't be used, and as `key-unusable` a bad key. */
export async function readMailing(data: string): Promise<Mailing | undefined> {
  const path = join(data, 'mail.yaml');
  const read = await readDocument(path, MailSettings, 'settings-invalid').catch((error: unknown) => {
    if (error instanceof ForthrightError && error.code === 'file-missing') return undefined;
    throw error;
  });
  if (read === undefined) return undefined;
  const { value, directory } = read;
  const from = { name: value.from.name, address: oneAddress(value.from.address) };
  const domain = domainOf(from.address);
  const foreign = value.dkim.find((key) => key.domain !== domain);
  if (foreign !== undefined)
    throw new ForthrightError(
      'settings-invalid',
      `mail.yaml signs as ${foreign.domain} and writes as ${domain}: receivers take only a signature of the very domain in From.`,
    );
  const relays = await Promise.all(
    value.relays.map(async ({ host, port, security, verifies, user, passwordFile }) => ({
      host,
      port,
      security,
      verifies,
      ...(user === undefined || passwordFile === undefined
        ? {}
        : { login: { user, password: (await readSecretFile(join(directory, passwordFile))).trim() } }),
    })),
  );
  const dkim = await Promise.all(
    value.dkim.map(async ({ selector, domain: signer, keyFile }) =>
      dkimKey({ selector, domain: signer, privateKey: await readSecretFile(join(directory, keyFile)) }),
    ),
  );
  const { relay, domain: each } = value.perSecond;
  return {
    from,
    replyTo: oneAddress(value.replyTo ?? value.from.address),
    returns: value.returns ?? domain,
    helo: value.helo ?? domain,
    relays,
    dkim,
    connections: value.connections,
    limits: {
      ...(relay === undefined ? {} : { relayPerSecond: relay }),
      ...(each === undefined ? {} : { domainPerSecond: each }),
    },
    mostReturned: value.mostReturned,
  };
}
