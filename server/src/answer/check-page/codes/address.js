/** One form of an e-mail address, whoever types it. Pure, and of the web's types only. */

/** RFC 5321: 64 octets, @, 255 octets; twice that, since a domain may be shorter in its own script. */
const MOST_CHARACTERS = 640;
const REFUSED = /[\p{Cc}\p{Zl}\p{Zp}]/u;

/**
 * Trimmed, NFC, lower case (Unicode's, of no language), the domain as ASCII (IDNA) without its last dot. Nothing else:
 * dots and `+tags` of a mailbox differ where its provider says so, and nobody outside knows. Undefined for what is
 * no address. The same as scope counts addresses by.
 */
export function normalisedAddress(raw        )                     {
  const text = raw.trim().normalize('NFC').toLowerCase();
  const at = text.lastIndexOf('@');
  if (at < 1 || text.length > MOST_CHARACTERS || REFUSED.test(text)) return undefined;
  const domain = asciiDomain(text.slice(at + 1));
  return domain === undefined ? undefined : `${text.slice(0, at)}@${domain}`;
}

function asciiDomain(domain        )                     {
  const bare = domain.endsWith('.') ? domain.slice(0, -1) : domain;
  // A URL's host would read these otherwise: as a port, a path, an account, or an escape.
  if (bare === '' || /[\s:/?#@%\\]/.test(bare)) return undefined;
  if (/^[a-z0-9.-]+$/.test(bare) && !bare.includes('xn--')) return bare;
  const { hostname } = URL.parse(`http://${bare}/`) ?? {};
  return hostname === undefined || hostname === '' ? undefined : hostname;
}
