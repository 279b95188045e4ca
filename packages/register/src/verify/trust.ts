import { type Checkpoint, shorten, signedBy, type VerifierKey } from '../tree/index.ts';
import type { KeyInTime } from './keys.ts';

/** Whom the reader believes. Without keys of theirs, only those in the bundle can be compared with. */
export type Trust = Readonly<{
  keys: readonly KeyInTime[];
  witnesses: readonly VerifierKey[];
  nowSeconds: number;
}>;

/**
 * How far a checkpoint's signature reaches.
 * - `counts`: by a key that still counts, or by one that does no more but cosigned while it did.
 * - `retired`: good, but by a key that counts no more, and nothing shows that it was made before. Whoever got hold of
 *   that key since could have made it, so alone it is worth nothing.
 * - `bad`: not signed by a key that counts, or falsely.
 */
export type Standing =
  | Readonly<{ kind: 'counts'; vkey: string; message: string }>
  | Readonly<{ kind: 'retired'; vkey: string; message: string }>
  | Readonly<{ kind: 'bad'; message: string }>;

const iso = (seconds: number): string => {
  const date = new Date(seconds * 1000);
  return Number.isNaN(date.getTime()) ? `second ${seconds}` : date.toISOString().replace('.000Z', 'Z');
};

/**
 * The keys to compare with: the reader's own, narrowed by what the bundle says of them, and by what the reader says of
 * the same key elsewhere. A bundle can't widen them.
 */
export function narrowed(trusted: readonly KeyInTime[], declared: readonly KeyInTime[]): KeyInTime[] {
  return trusted.map((own) => {
    const said = [...trusted, ...declared].filter(({ key }) => key.vkey === own.key.vkey);
    return {
      ...own,
      fromSeconds: Math.max(...said.map(({ fromSeconds }) => fromSeconds)),
      untilSeconds: Math.min(...said.map(({ untilSeconds }) => untilSeconds)),
    };
  });
}

export function standingOf(checkpoint: Checkpoint, trust: Trust): Standing {
  const own = trust.keys.filter(({ key }) => key.name === checkpoint.origin);
  if (own.length === 0) {
    const names = trust.keys.map(({ key }) => shorten(key.name)).join(', ');
    return {
      kind: 'bad',
      message: `its origin is "${shorten(checkpoint.origin)}"; the keys are of ${names || 'nobody'}`,
    };
  }
  const standings = own.flatMap((key) => standingUnder(checkpoint, key, trust));
  const order = ['bad', 'counts', 'retired'];
  const [first] = standings.sort((a, b) => order.indexOf(a.kind) - order.indexOf(b.kind));
  return (
    first ?? {
      kind: 'bad',
      message: `it is signed by none of the keys given: ${own.map(({ key }) => shorten(key.vkey)).join(', ')}`,
    }
  );
}

function standingUnder(checkpoint: Checkpoint, inTime: KeyInTime, trust: Trust): Standing[] {
  const { key, fromSeconds, untilSeconds } = inTime;
  const name = shorten(key.vkey);
  const signed = signedBy(checkpoint.note, key);
  if (signed.kind === 'unsigned') return [];
  if (signed.kind === 'forged')
    return [{ kind: 'bad', message: `the signature of ${name} does not match its text` }];
  if (trust.nowSeconds < fromSeconds) {
    return [{ kind: 'bad', message: `${name} counts only from ${iso(fromSeconds)} on` }];
  }
  if (trust.nowSeconds < untilSeconds) {
    return [{ kind: 'counts', vkey: key.vkey, message: `signed by ${name}` }];
  }
  const seen = trust.witnesses.flatMap((witness) => {
    const cosigned = signedBy(checkpoint.note, witness);
    return cosigned.kind === 'signed' ? cosigned.atSeconds : [];
  });
  const inside = seen.find((at) => fromSeconds <= at && at < untilSeconds);
  if (inside !== undefined) {
    const message = `signed by ${name}, which counted until ${iso(untilSeconds)}; a witness saw it at ${iso(inside)}`;
    return [{ kind: 'counts', vkey: key.vkey, message }];
  }
  const message = `signed by ${name}, which counted until ${iso(untilSeconds)}, and no trusted witness saw it before: whoever has that key since could have made it`;
  return [{ kind: 'retired', vkey: key.vkey, message }];
}

/** Whether a witness that the reader named has cosigned this checkpoint, in words. */
export function witnessedBy(
  checkpoint: Checkpoint,
  witness: VerifierKey,
): Readonly<{ kind: 'signed' | 'unsigned' | 'forged'; message: string }> {
  const signed = signedBy(checkpoint.note, witness);
  const { kind } = signed;
  if (kind === 'signed')
    return { kind, message: `saw the checkpoint at ${signed.atSeconds.map(iso).join(', ')}` };
  return {
    kind,
    message: kind === 'forged' ? 'its signature does not match' : 'has not signed the checkpoint',
  };
}
