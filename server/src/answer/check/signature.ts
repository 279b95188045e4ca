/** DKIM under our own archived keys alone: the domain system of today is never asked, and nobody else's signature counts. */
import type { ArchivedKey } from '../types.ts';

/** `holds`: a signature of ours is good, header and body. `broken`: one of ours is there and is not. */
export type Signed = 'holds' | 'broken' | 'none';

/** What our signatures name; a signature by our key that names less is not of a notice. */
const NAMED = ['from', 'to', 'subject', 'date', 'reply-to', 'message-id', 'content-type', 'mime-version'];
const DAY_MS = 86_400_000;

type Result = Readonly<{
  status: Readonly<{ result: string }>;
  signingDomain?: string;
  selector?: string;
  signTime?: string | null;
  canonBodyLengthLimited?: boolean;
  signingHeaders?: Readonly<{ keys?: string }>;
}>;

/** Never throws on the message. */
export async function signedByUs(message: Buffer, keys: readonly ArchivedKey[]): Promise<Signed> {
  const nameOf = ({ selector, domain }: ArchivedKey) => `${selector}._domainkey.${domain}`.toLowerCase();
  const resolver = async (name: string, kind: string) => {
    const key = keys.find((one) => nameOf(one) === name.toLowerCase());
    if (kind !== 'TXT' || key === undefined)
      throw Object.assign(new Error('no such record'), { code: 'ENOTFOUND' });
    return [[key.record]];
  };
  const results = await resultsOf(message, resolver);
  let isThere = false;
  for (const result of results) {
    const key = keys.find(
      (one) =>
        one.domain === result.signingDomain?.toLowerCase() && one.selector === result.selector?.toLowerCase(),
    );
    if (key === undefined) continue;
    isThere = true;
    if (result.status.result === 'pass' && coversAll(result) && isInTime(result, key)) return 'holds';
  }
  return isThere ? 'broken' : 'none';
}

async function resultsOf(message: Buffer, resolver: unknown): Promise<readonly Result[]> {
  // Loaded with the first message, and not by every command.
  const { dkimVerify } = await import('mailauth/lib/dkim/verify.js');
  try {
    const { results } = await dkimVerify(message, { resolver, strict: true } as never);
    return results as unknown as readonly Result[];
  } catch {
    // A message that it can't read has no signature that holds.
    return [];
  }
}

function coversAll({ signingHeaders, canonBodyLengthLimited }: Result): boolean {
  const names = new Set(
    (signingHeaders?.keys ?? '')
      .toLowerCase()
      .split(/\s*:\s*/)
      .map((name) => name.trim()),
  );
  return canonBodyLengthLimited !== true && NAMED.every((name) => names.has(name));
}

/** Whoever finds a retired key can sign with it, but only what says that it is new. */
function isInTime({ signTime }: Result, { from, until }: ArchivedKey): boolean {
  const at = Date.parse(signTime ?? '');
  return at >= from - DAY_MS && (until === undefined || at <= until + DAY_MS);
}
