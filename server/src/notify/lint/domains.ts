import { getDomain as registrable } from 'tldts';

/** The registrable part of a host or an address: `shop.example` of `mail.shop.example`; undefined of what has none. */
export const getDomain = (host: string): string | undefined =>
  registrable(host.slice(host.lastIndexOf('@') + 1)) ?? undefined;
