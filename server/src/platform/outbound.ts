/**
 * Requests to addresses that users name. Whoever may name one must not reach, through us, what only we can reach: the
 * machine itself, its network, the metadata service of a cloud.
 */
import { type LookupAddress, type LookupOptions, lookup } from 'node:dns';
import { request as requestHttp } from 'node:http';
import { request as requestHttps } from 'node:https';
import { BlockList, isIP } from 'node:net';

/** Why nothing was answered; a closed set, since what a stranger's server says is not kept. */
export const OUTBOUND_FAULTS = ['address-refused', 'unreachable', 'timeout', 'tls'] as const;
export type OutboundFault = (typeof OUTBOUND_FAULTS)[number];

export type Answered = Readonly<{ status: number } | { fault: OutboundFault }>;

export type Outbound = Readonly<{
  /** Whether addresses of this machine and of private networks may be asked, and `http`. */
  allowPrivate: boolean;
  timeoutMs?: number;
  /** Ends it before its time, as if nothing was answered. */
  signal?: AbortSignal;
}>;

const LONGEST_URL = 2000;
const TIMEOUT_MS = 15_000;
const MOST_BYTES = 65_536;

/** IANA's special-purpose registries (RFC 6890 and after it), multicast, and what was never given out. */
const NOT_PUBLIC = new BlockList();
for (const [network, bits] of [
  ['0.0.0.0', 8],
  ['10.0.0.0', 8],
  ['100.64.0.0', 10],
  ['127.0.0.0', 8],
  ['169.254.0.0', 16],
  ['172.16.0.0', 12],
  ['192.0.0.0', 24],
  ['192.0.2.0', 24],
  ['192.88.99.0', 24],
  ['192.168.0.0', 16],
  ['198.18.0.0', 15],
  ['198.51.100.0', 24],
  ['203.0.113.0', 24],
  ['224.0.0.0', 3],
] as const)
  NOT_PUBLIC.addSubnet(network, bits);
// Of IPv6 only 2000::/3 is given out; in it, these carry IPv4 addresses or are for documents.
const GIVEN_OUT = new BlockList();
GIVEN_OUT.addSubnet('2000::', 3, 'ipv6');
for (const [network, bits] of [
  ['2001::', 23],
  ['2001:db8::', 32],
  ['2002::', 16],
  ['3fff::', 20],
] as const)
  NOT_PUBLIC.addSubnet(network, bits, 'ipv6');

/** Whether an IP address is one that everybody on the internet can reach. */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !NOT_PUBLIC.check(address, 'ipv4');
  return version === 6 && GIVEN_OUT.check(address, 'ipv6') && !NOT_PUBLIC.check(address, 'ipv6');
}

const bare = (hostname: string): string => hostname.replace(/^\[|\]$/g, '');

/** Why nothing may be sent to this address, or undefined. What its name leads to is looked at when something is sent. */
export function whyNotTo(rawUrl: string, { allowPrivate }: Outbound): string | undefined {
  if (rawUrl.length > LONGEST_URL || !URL.canParse(rawUrl))
    return 'it is no address such as https://example.com/hook';
  const { protocol, hostname, username, password, hash } = new URL(rawUrl);
  if (protocol !== 'https:' && !(allowPrivate && protocol === 'http:')) return 'it must begin with https://';
  if (username !== '' || password !== '') return 'it holds a user name or a password';
  if (hash !== '') return 'it ends with a fragment (#), which is never sent';
  if (allowPrivate) return undefined;
  const host = bare(hostname);
  const isOwn = isIP(host) > 0 ? !isPublicAddress(host) : /(^|\.)localhost\.?$/i.test(host);
  return isOwn ? 'it leads to this machine, or into a private network' : undefined;
}

class Refused extends Error {}

type Found = (error: Error | null, address: string | LookupAddress[], family?: number) => void;

/** Resolves for the very connection that is made, so that a name can't lead elsewhere a moment later. */
export function lookUpPublic(hostname: string, options: LookupOptions, found: Found): void {
  lookup(hostname, { ...options, all: true }, (error, rawFound: LookupAddress[] | undefined) => {
    const addresses = rawFound ?? [];
    const [first] = addresses;
    if (error !== null || first === undefined) found(error ?? new Error('no address'), '');
    else if (!addresses.every(({ address }) => isPublicAddress(address)))
      found(new Refused('not public'), '');
    else if (options.all === true) found(null, addresses);
    else found(null, first.address, first.family);
  });
}

/**
 * Sends one POST and promises its status; never throws. Redirects are not followed, of the answer at most 64 kB are read
 * and nothing is kept, and after 15 seconds it is over.
 */
export function postOutside(
  rawUrl: string,
  body: string,
  headers: Readonly<Record<string, string>>,
  options: Outbound,
): Promise<Answered> {
  if (whyNotTo(rawUrl, options) !== undefined) return Promise.resolve({ fault: 'address-refused' });
  const url = new URL(rawUrl);
  const send = url.protocol === 'https:' ? requestHttps : requestHttp;
  const timeout = AbortSignal.timeout(options.timeoutMs ?? TIMEOUT_MS);
  const signal = options.signal === undefined ? timeout : AbortSignal.any([timeout, options.signal]);
  return new Promise((resolve) => {
    const fail = (error: unknown) => resolve({ fault: timeout.aborted ? 'timeout' : faultOf(error) });
    const request = send(
      url,
      {
        method: 'POST',
        headers: { ...headers, 'content-length': Buffer.byteLength(body) },
        // A connection that is kept would not be looked at again.
        agent: false,
        signal,
        ...(options.allowPrivate ? {} : { lookup: lookUpPublic }),
      },
      (answer) => {
        let bytes = 0;
        const done = () => {
          resolve({ status: answer.statusCode ?? 0 });
          request.destroy();
        };
        answer.on('data', (piece: Buffer) => {
          bytes += piece.length;
          if (bytes > MOST_BYTES) done();
        });
        answer.on('end', done);
        answer.on('error', fail);
      },
    );
    request.on('error', fail);
    request.end(body);
  });
}

function faultOf(error: unknown): OutboundFault {
  if (error instanceof Refused) return 'address-refused';
  const code = String((error as { code?: unknown }).code ?? '');
  return /CERT|TLS|SSL|SELF_SIGNED|UNABLE_TO_VERIFY/.test(code) ? 'tls' : 'unreachable';
}

/**
 * GET of an address that is fixed by who calls, over TLS; what was answered with 200, of at most 64 kB, else undefined. Redirects are
 * not followed.
 */
export async function getOutside(url: string): Promise<string | undefined> {
  if (whyNotTo(url, { allowPrivate: false }) !== undefined) return undefined;
  return new Promise((resolve) => {
    const none = () => resolve(undefined);
    const signal = AbortSignal.timeout(TIMEOUT_MS);
    const request = requestHttps(url, { agent: false, signal, lookup: lookUpPublic }, (answer) => {
      const pieces: Buffer[] = [];
      let bytes = 0;
      answer.on('data', (piece: Buffer) => {
        bytes += piece.length;
        if (bytes > MOST_BYTES) request.destroy();
        else pieces.push(piece);
      });
      answer.on('end', () =>
        resolve(answer.statusCode === 200 ? Buffer.concat(pieces).toString() : undefined),
      );
      answer.on('error', none);
      answer.on('close', none);
    });
    request.on('error', none);
    request.end();
  });
}
