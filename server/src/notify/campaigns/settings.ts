/** How this server sends: `mail.yaml` in the data folder. */
import { readFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { ForthrightError, MailSettings } from '@forthright/contract';
import { readDocument } from '../../platform/index.ts';
import { dkimKey, domainOf, oneAddress, type Routes } from '../../platform/mail/index.ts';
import { readSecretFile } from '../../prove/index.ts';
import { routesOf, type SenderSettings } from '../send/index.ts';
import type {
  Checking,
  CopiesHooks,
  DecoyMail,
  Mailing,
  ProviderProofs,
  Receiving,
  Reporting,
} from './types.ts';

/** Whether mail can be sent as `mail.yaml` has it. */
export const canSend = (mailing: Mailing | undefined): mailing is Mailing =>
  mailing !== undefined && (mailing.relays.length > 0 || mailing.direct !== undefined);

/** By which way. */
export const routeOf = ({ relays, direct }: Mailing): SenderSettings['route'] =>
  direct === undefined ? { kind: 'relays', relays } : { kind: 'direct', ...direct };

/** The servers that take the mail of a domain, by that way. */
export const mailRoutes = (mailing: Mailing): Routes => routesOf(routeOf(mailing));

const directOf = ({ dns, port }: NonNullable<MailSettings['direct']>): Mailing['direct'] => ({
  port,
  ...(dns === undefined ? {} : { dnsServers: dns }),
});

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
  if (value.direct !== undefined && relays.length > 0)
    throw new ForthrightError(
      'settings-invalid',
      'mail.yaml names relays and says `direct`: notices go one way or the other.',
    );
  const { relay, domain: each } = value.perSecond;
  return {
    from,
    replyTo: oneAddress(value.replyTo ?? value.from.address),
    returns: value.returns ?? domain,
    helo: value.helo ?? domain,
    relays,
    ...(value.direct === undefined ? {} : { direct: directOf(value.direct) }),
    dkim,
    connections: value.connections,
    limits: {
      ...(relay === undefined ? {} : { relayPerSecond: relay }),
      ...(each === undefined ? {} : { domainPerSecond: each }),
    },
    mostReturned: value.mostReturned,
    receive: await receivingOf(value.receive, directory),
    check: await checkingOf(value.check, directory),
    reports: await reportingOf(value.reports, directory),
    decoys: await decoysOf(value, directory),
    ...(value.aliases === undefined ? {} : { aliases: aliasesOf(value, value.aliases.domain) }),
    providers: await proofsOf(value.providers, directory),
    copies: await hooksOf(value.copies, directory),
    ...(value.letterFont === undefined ? {} : { letterFont: resolve(directory, value.letterFont) }),
    ...(value.relayLog === undefined ? {} : { relayLog: resolve(directory, value.relayLog) }),
  };
}

const secretIn = async (directory: string, file: string): Promise<string> =>
  (await readSecretFile(resolve(directory, file))).trim();

async function receivingOf(
  given: MailSettings['receive'],
  directory: string,
): Promise<Receiving | undefined> {
  if (given === undefined) return undefined;
  const { maildirs, smtp } = given;
  return {
    maildirs: maildirs.map((path) => resolve(directory, path)),
    imap: await boxesOf(given.imap, directory),
    ...(smtp === undefined ? {} : { smtp: await listeningOf(smtp, directory) }),
  };
}

const boxesOf = (
  boxes: NonNullable<MailSettings['receive']>['imap'],
  directory: string,
): Promise<Receiving['imap']> =>
  Promise.all(
    boxes.map(async ({ passwordFile, ...box }) => ({
      ...box,
      password: await secretIn(directory, passwordFile),
    })),
  );

async function checkingOf(given: MailSettings['check'], directory: string): Promise<Checking | undefined> {
  if (given === undefined) return undefined;
  const { address, maildirs, imap, trusts, dns } = given;
  return {
    address: oneAddress(address),
    maildirs: maildirs.map((path) => resolve(directory, path)),
    imap: await boxesOf(imap, directory),
    dns,
    ...(trusts === undefined ? {} : { trusts }),
  };
}

async function reportingOf(
  given: MailSettings['reports'],
  directory: string,
): Promise<Reporting | undefined> {
  if (given === undefined) return undefined;
  const { keepDays, ...box } = given;
  const checking = await checkingOf(box, directory);
  return checking === undefined ? undefined : { ...checking, keepDays };
}

/** What comes back to an alias's domain must find our receiver, and what goes on a relay. */
function aliasesOf(
  { receive, relays, decoys, from, returns }: MailSettings,
  domain: string,
): { domain: string } {
  if (receive?.smtp === undefined || relays.length === 0)
    throw new ForthrightError('settings-invalid', 'mail.yaml: aliases need `receive.smtp` and `relays`.');
  const others = [...(decoys?.domains ?? []), domainOf(oneAddress(from.address)), returns];
  if (others.includes(domain))
    throw new ForthrightError(
      'settings-invalid',
      `mail.yaml: ${domain} is used for something else; give aliases a domain of their own.`,
    );
  return { domain };
}

/** Whatever else is taken at one of these domains would be taken for a decoy's. */
async function decoysOf(
  { decoys, from, replyTo, returns, check, reports }: MailSettings,
  directory: string,
): Promise<DecoyMail | undefined> {
  if (decoys === undefined) return undefined;
  const ours = [from.address, replyTo, check?.address, reports?.address]
    .filter((address) => address !== undefined)
    .map((address) => domainOf(oneAddress(address)));
  const both = decoys.domains.find((domain) => [...ours, returns].includes(domain));
  if (both !== undefined)
    throw new ForthrightError(
      'settings-invalid',
      `mail.yaml: ${both} is a domain of decoys and one that we write from or read at; give decoys one of their own.`,
    );
  return {
    domains: decoys.domains,
    maildirs: decoys.maildirs.map((path) => resolve(directory, path)),
    imap: await boxesOf(decoys.imap, directory),
  };
}

async function listeningOf(
  { host, port, certificateFile, keyFile }: NonNullable<NonNullable<MailSettings['receive']>['smtp']>,
  directory: string,
): Promise<Receiving['smtp']> {
  if (certificateFile === undefined && keyFile === undefined) return { host, port };
  if (certificateFile === undefined || keyFile === undefined)
    throw new ForthrightError('settings-invalid', 'mail.yaml: certificateFile and keyFile go together.');
  const path = resolve(directory, certificateFile);
  const cert = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new ForthrightError('settings-invalid', `mail.yaml: ${path} can not be read.`, { cause });
  });
  return { host, port, tls: { cert, key: await secretIn(directory, keyFile) } };
}

const SECRET = /^whsec_([A-Za-z0-9+/]{32,}={0,2})$/;

async function hooksOf(given: MailSettings['copies'], directory: string): Promise<CopiesHooks> {
  const hookOf = async (hook: typeof given.account) => {
    if (hook === undefined) return undefined;
    const [, secret] = SECRET.exec(await secretIn(directory, hook.secretFile)) ?? [];
    if (secret === undefined)
      throw new ForthrightError(
        'settings-invalid',
        `mail.yaml: ${hook.secretFile} must hold a secret as Standard Webhooks writes it: whsec_ and at least 24 bytes in Base64.`,
      );
    return { url: hook.url, secret: Buffer.from(secret, 'base64') };
  };
  const [text, account] = [await hookOf(given.textMessage), await hookOf(given.account)];
  return {
    ...(text === undefined ? {} : { 'text-message': text }),
    ...(account === undefined ? {} : { account }),
  };
}

async function proofsOf(
  { ses, sendgrid, postmark, mailgun }: MailSettings['providers'],
  directory: string,
): Promise<ProviderProofs> {
  return {
    ses,
    sendgrid,
    ...(postmark === undefined
      ? {}
      : { postmark: { user: postmark.user, password: await secretIn(directory, postmark.passwordFile) } }),
    ...(mailgun === undefined
      ? {}
      : { mailgun: { signingKey: await secretIn(directory, mailgun.signingKeyFile) } }),
  };
}
