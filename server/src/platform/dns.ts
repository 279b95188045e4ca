/** What DNS says of names that mail depends on. */
import { Resolver } from 'node:dns/promises';
import { isIPv6 } from 'node:net';

/** Errors carry DNS' own codes: `ENODATA` and `ENOTFOUND` are answers, all others mean that nobody answered. */
export type MailNames = Readonly<{
  /** TXT records, each put together. */
  texts: (name: string) => Promise<string[]>;
  /** PTR */
  namesOf: (address: string) => Promise<string[]>;
  addressesOf: (name: string) => Promise<string[]>;
  /** MX: where mail to a domain goes, the first first. */
  exchangesOf: (domain: string) => Promise<string[]>;
}>;

const TIMEOUT_MS = 3000;

/** `25.2.0.192.in-addr.arpa`; of IPv6 each hex digit, the last first. */
export function reverseName(address: string): string {
  if (!isIPv6(address)) return `${address.split('.').reverse().join('.')}.in-addr.arpa`;
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const groups = (text: string | undefined) => (text === undefined || text === '' ? [] : text.split(':'));
  const [front, back] = [groups(head), groups(tail)];
  const zeros = Array<string>(tail === undefined ? 0 : 8 - front.length - back.length).fill('0');
  const digits = [...front, ...zeros, ...back].map((group) => group.padStart(4, '0')).join('');
  return `${[...digits].reverse().join('.')}.ip6.arpa`;
}

/** Asks the servers of this machine, or those that are named (`192.0.2.1`, `127.0.0.1:5353`). */
export function mailNames(servers: readonly string[]): MailNames {
  const resolver = new Resolver({ timeout: TIMEOUT_MS, tries: 2 });
  if (servers.length > 0) resolver.setServers(servers);
  return {
    texts: async (name) => (await resolver.resolveTxt(name)).map((pieces) => pieces.join('')),
    // Not `reverse`: it also looks into the hosts file, and calls a server that is away a name that is not there.
    namesOf: (address) => resolver.resolvePtr(reverseName(address)),
    exchangesOf: async (domain) =>
      (await resolver.resolveMx(domain))
        .sort((a, b) => a.priority - b.priority)
        .map(({ exchange }) => exchange.toLowerCase()),
    addressesOf: async (name) => {
      const [four, six] = await Promise.allSettled([resolver.resolve4(name), resolver.resolve6(name)]);
      if (four.status === 'rejected' && six.status === 'rejected') throw four.reason;
      return [four, six]
        .flatMap((found) => (found.status === 'fulfilled' ? found.value : []))
        .map((address) => (isIPv6(address) ? address.toLowerCase() : address));
    },
  };
}
