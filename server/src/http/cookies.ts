/** The session's cookie, and who may send it. */
import type { IncomingHttpHeaders } from 'node:http';
import { ForthrightError } from '@forthright/contract';
import { parseCookie, stringifySetCookie } from 'cookie';
import type { Begun, Credentials } from '../people/index.ts';

/**
 * Whether the browser reaches us on its own machine, where there is no TLS and `Secure` would lose the cookie. Anywhere
 * else the cookie is for TLS only: a proxy with a certificate stands in front.
 */
export function isLoopback(host: string | undefined): boolean {
  return /^(localhost|127(\.\d{1,3}){3}|\[::1\])(:\d+)?$/i.test(host ?? '');
}

/** `__Host-`: no other host of the domain can set or overwrite it. */
const nameFor = (host: string | undefined) =>
  isLoopback(host) ? 'forthright-session' : '__Host-forthright-session';

export function credentialsOf(headers: IncomingHttpHeaders): Credentials {
  const { authorization } = headers;
  if (authorization !== undefined) {
    const [, token] = /^Bearer +(\S+)$/i.exec(authorization) ?? [];
    if (token === undefined)
      throw new ForthrightError('token-invalid', 'Send the token as `Authorization: Bearer fwt_…`.');
    return { token };
  }
  return { session: parseCookie(headers.cookie ?? '')[nameFor(headers.host)] };
}

export function cookieOf(session: Begun | 'ended', host: string | undefined): string {
  const [value, expires] = session === 'ended' ? ['', new Date(0)] : [session.secret, session.expires];
  return stringifySetCookie({
    name: nameFor(host),
    value,
    expires,
    path: '/',
    httpOnly: true,
    sameSite: 'strict',
    secure: !isLoopback(host),
  });
}

/** How a browser that asked this host has reached it. */
export const originOf = (host: string | undefined): string =>
  `${isLoopback(host) ? 'http' : 'https'}://${host}`;

const ticketName = (host: string | undefined) =>
  isLoopback(host) ? 'forthright-company' : '__Secure-forthright-company';

/** Ties a sign-in at the company's provider to this browser. `Lax`, because it is another site that sends it back. */
export const ticketCookie = (value: string, maxAge: number, host: string | undefined): string =>
  stringifySetCookie({
    name: ticketName(host),
    value,
    maxAge,
    path: '/sign-in/company',
    httpOnly: true,
    sameSite: 'lax',
    secure: !isLoopback(host),
  });

export const ticketOf = ({ cookie, host }: IncomingHttpHeaders): string | undefined =>
  parseCookie(cookie ?? '')[ticketName(host)];

/**
 * Refuses what another web page sent with our cookie. SameSite keeps the cookie from other sites; a page on another
 * port or host of the same site is told by its `Origin`, which every browser sends with what changes something.
 */
export function refuseOtherOrigins(headers: IncomingHttpHeaders, mustSay: boolean): void {
  const { origin, host } = headers;
  if (origin === undefined) {
    if (mustSay)
      throw new ForthrightError('origin-refused', 'The request does not say from which page it came.');
    return;
  }
  const own = [`https://${host}`, ...(isLoopback(host) ? [`http://${host}`] : [])];
  if (!own.includes(origin))
    throw new ForthrightError('origin-refused', 'The request came from a page that is not of this server.');
}
