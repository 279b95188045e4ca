import { bind, type Sql } from '../sources/index.ts';

/**
 * SQL of a client's address as it is compared and shown: small letters, IPv6 in its one short form, and an IPv4 address
 * that is written as IPv6 (`::ffff:0a01:203`) as what it is. Most are IPv4, and are spared that.
 */
export const clientSql = (client: Sql): Sql =>
  bind(
    client,
    (c) =>
      `multiIf(position(${c}, ':') = 0, lower(${c}), isIPv6String(${c}), replaceRegexpOne(IPv6NumToString(IPv6StringToNumOrDefault(${c})), '^::ffff:([0-9.]+)$', '\\\\1'), lower(${c}))`,
  );
