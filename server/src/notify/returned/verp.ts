/**
 * The token that a message was returned to: what stands before `@domain`, as every notice has an envelope sender of its
 * own there. It is a random key of one sent message and means nothing by itself, so nothing of it is decoded.
 * `undefined` when the address is of another domain, or this can be no token.
 */
export function tokenOf(address: string, domain: string): string | undefined {
  const cut = address.lastIndexOf('@');
  if (cut < 1 || address.slice(cut + 1).toLowerCase() !== domain.toLowerCase()) return undefined;
  const token = address.slice(0, cut).toLowerCase();
  return /^[a-z0-9]{8,64}$/.test(token) ? token : undefined;
}
