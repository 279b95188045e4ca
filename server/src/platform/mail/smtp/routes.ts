/** Which servers take the mail of a domain. */
import type { Target } from './types.ts';

/** Servers in the order in which they are asked. All domains of one `key` share connections. */
export type Route = Readonly<{ key: string; targets: readonly Target[] }>;
export type Routed = Route | Readonly<{ refused: string }> | Readonly<{ deferred: string }>;
export type Routes = (domain: string) => Promise<Routed>;

/** All mail through the first of these that can be reached. */
export function viaRelays(relays: readonly Target[]): Routes {
  const route: Route = { key: 'relays', targets: relays };
  return async () => route;
}

/** The look-ups that sending to a domain's own servers needs, as `node:dns/promises` has them. */
export type Resolver = Readonly<{
  resolveMx: (domain: string) => Promise<readonly Readonly<{ exchange: string; priority: number }>[]>;
  resolve4: (domain: string) => Promise<readonly string[]>;
  resolve6: (domain: string) => Promise<readonly string[]>;
}>;

const KEPT_MS = 5 * 60_000;
const MOST_KEPT = 50_000;
const MOST_TARGETS = 8;
/** The domain, or this kind of record of it, does not exist; anything else is a failure of the look-up. */
const NOTHING = new Set(['ENOTFOUND', 'ENODATA']);

/**
 * To each domain's own servers (RFC 5321, 5.1; RFC 7505 for domains that take no mail). Servers of one preference are
 * asked in the order of their names. TLS where it is offered, whatever the certificate: without DANE or MTA-STS nobody
 * says which name it should have, and the alternative is sending in the clear.
 */
export function directly(
  resolver: Resolver,
  { port = 25, now = Date.now }: Readonly<{ port?: number; now?: () => number }> = {},
): Routes {
  const kept = new Map<string, { routed: Promise<Routed>; untilMs: number }>();
  return (domain) => {
    const found = kept.get(domain);
    if (found !== undefined && found.untilMs > now()) return found.routed;
    const routed = lookUp(resolver, domain, port);
    kept.delete(domain);
    kept.set(domain, { routed, untilMs: now() + KEPT_MS });
    if (kept.size > MOST_KEPT) kept.delete(kept.keys().next().value ?? '');
    return routed;
  };
}

async function lookUp(resolver: Resolver, domain: string, port: number): Promise<Routed> {
  const found = await asked(() => resolver.resolveMx(domain));
  if ('failure' in found)
    return { deferred: `the mail servers of ${domain} can not be looked up: ${found.failure}` };
  const sorted = found.records.toSorted(
    (a, b) => a.priority - b.priority || (a.exchange < b.exchange ? -1 : 1),
  );
  if (sorted.length === 1 && (sorted[0]?.exchange === '' || sorted[0]?.exchange === '.'))
    return { refused: `${domain} says that it takes no mail (RFC 7505)` };
  if (sorted.length > 0)
    return route(
      sorted.map(({ exchange }) => exchange),
      port,
    );
  const [v4, v6] = await Promise.all([
    asked(() => resolver.resolve4(domain)),
    asked(() => resolver.resolve6(domain)),
  ]);
  if ('records' in v4 && v4.records.length > 0) return route([domain], port);
  if ('records' in v6 && v6.records.length > 0) return route([domain], port);
  if ('failure' in v4 || 'failure' in v6) return { deferred: `${domain} can not be looked up` };
  return { refused: `there is no domain ${domain} that takes mail` };
}

async function asked<T>(
  ask: () => Promise<readonly T[]>,
): Promise<Readonly<{ records: readonly T[] }> | Readonly<{ failure: string }>> {
  try {
    return { records: await ask() };
  } catch (error) {
    const { code = 'no answer' } = error as NodeJS.ErrnoException;
    return NOTHING.has(code) ? { records: [] } : { failure: code };
  }
}

const route = (hosts: readonly string[], port: number): Route => ({
  // Domains that share their servers share connections.
  key: hosts.join(' '),
  targets: hosts
    .slice(0, MOST_TARGETS)
    .map((host) => ({ host, port, security: 'starttls-where-offered', verifies: false })),
});
