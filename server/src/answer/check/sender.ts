/** Whether mail comes from the domain that its From names: only then is it answered, or strangers would be written to in its name. */
import { type Field, valuesOf } from './mime.ts';

/** TXT records of a name. Rejects with DNS' own codes. */
export type Texts = (name: string) => Promise<readonly string[]>;

type Result = Readonly<{
  status: Readonly<{ result: string }>;
  signingDomain?: string;
  canonBodyLengthLimited?: boolean;
  signingHeaders?: Readonly<{ keys?: string }>;
}>;

/** The domain itself, or one above it: whoever signs for that decides about those below. */
const isOver = (signer: string, domain: string): boolean =>
  signer === domain || (signer.includes('.') && domain.endsWith(`.${signer}`));

/**
 * Whether a DKIM signature over From and To by this domain holds. To must be signed as well: else a signed message to somebody
 * else could be handed to us again and again, and its writer would be answered each time.
 */
export async function isSignedBy(message: Buffer, domain: string, texts: Texts): Promise<boolean> {
  const resolver = async (name: string, kind: string): Promise<string[][]> => {
    if (kind !== 'TXT') throw Object.assign(new Error('no such record'), { code: 'ENOTFOUND' });
    return (await texts(name)).map((text) => [text]);
  };
  // Loaded when it is asked for: most of what reads this folder checks no signature.
  const { dkimVerify } = await import('mailauth/lib/dkim/verify.js');
  try {
    const { results } = await dkimVerify(message, { resolver, strict: true } as never);
    return (results as unknown as readonly Result[]).some(
      ({ status, signingDomain, signingHeaders, canonBodyLengthLimited }) =>
        status.result === 'pass' &&
        canonBodyLengthLimited !== true &&
        isOver(signingDomain?.toLowerCase() ?? '', domain) &&
        ['from', 'to'].every((name) =>
          (signingHeaders?.keys ?? '')
            .toLowerCase()
            .split(':')
            .some((key) => key.trim() === name),
        ),
    );
  } catch {
    // A message that it can't read is signed by nobody.
    return false;
  }
}

/** Whether the server that we trust for it (RFC 8601) says that DMARC holds for this domain. Only its topmost field counts. */
export function isVouchedFor(fields: readonly Field[], domain: string, server: string): boolean {
  const [first = ''] = valuesOf(fields, 'authentication-results');
  const [id = '', ...results] = first.replace(/\([^()]*\)/g, '').split(';');
  if (id.trim().split(/\s+/)[0]?.toLowerCase() !== server.toLowerCase()) return false;
  return results.some((result) => {
    const from = /\bheader\.from\s*=\s*"?([^\s";]+)/i.exec(result)?.[1]?.toLowerCase();
    return /^\s*dmarc\s*=\s*pass\b/i.test(result) && from === domain;
  });
}
