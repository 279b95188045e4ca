import {
  decimal,
  formatSignatureLine,
  type Hash,
  parseCheckpoint,
  parseSignatureLine,
  RegisterError,
  shorten,
  signedBy,
  toBase64,
  type VerifierKey,
} from '../tree/index.ts';

export type Witness = Readonly<{
  /** The witness's submission prefix. */
  url: string;
  /** Its cosigner keys; anything signed by others is left out. */
  keys: readonly VerifierKey[];
}>;

export type Submission = Readonly<{
  checkpoint: string;
  /** Size of the last checkpoint that this witness is known to have cosigned; 0 when that is not known. */
  knownSize: number;
  proveConsistency: (oldSize: number, size: number) => Promise<readonly Hash[]>;
}>;

/** What became of it. Only `cosigned` is success; a witness that says no may have seen the log break its word. */
export type Witnessed =
  | Readonly<{ kind: 'cosigned'; lines: readonly string[]; atSeconds: number }>
  | Readonly<{ kind: 'refused'; status: number; said: string }>
  | Readonly<{ kind: 'ahead'; witnessSize: number }>
  | Readonly<{ kind: 'unusable'; why: string }>
  | Readonly<{ kind: 'unreachable'; why: string }>;

export type Outside = Readonly<{ fetch: typeof fetch; timeoutMs: number }>;

const LARGEST_ANSWER_BYTES = 64 * 1024;

type Answer = Readonly<{ status: number; type: string; body: string }>;

/**
 * Has a witness cosign a checkpoint (C2SP tlog-witness, add-checkpoint). When the witness remembers another size, it
 * is asked once more from there. Whatever the witness or the network does is a value; nothing is thrown for it.
 */
export async function submitToWitness(
  witness: Witness,
  submission: Submission,
  outside: Outside,
): Promise<Witnessed> {
  const { size } = parseCheckpoint(submission.checkpoint, 'checkpoint');
  let oldSize = submission.knownSize;
  if (oldSize > size) return { kind: 'ahead', witnessSize: oldSize };
  for (let attempt = 1; ; attempt += 1) {
    const proof = oldSize === 0 ? [] : await submission.proveConsistency(oldSize, size);
    const answer = await post(witness, requestText(oldSize, proof, submission.checkpoint), outside);
    if ('kind' in answer) return answer;
    if (answer.status === 200) return cosignaturesOf(answer.body, witness, submission.checkpoint);
    const witnessSize = answer.status === 409 ? sizeOf(answer) : undefined;
    if (witnessSize === undefined || attempt > 1) {
      return { kind: 'refused', status: answer.status, said: shorten(answer.body) };
    }
    if (witnessSize > size) return { kind: 'ahead', witnessSize };
    oldSize = witnessSize;
  }
}

/** `old N`, the proof, an empty line, the checkpoint. */
export function requestText(oldSize: number, proof: readonly Hash[], checkpoint: string): string {
  return [`old ${oldSize}`, ...proof.map(toBase64), '', checkpoint].join('\n');
}

async function post(
  { url }: Witness,
  body: string,
  { fetch, timeoutMs }: Outside,
): Promise<Answer | Extract<Witnessed, { kind: 'unreachable' | 'unusable' }>> {
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}/add-checkpoint`, {
      method: 'POST',
      body,
      redirect: 'error',
      signal: AbortSignal.timeout(timeoutMs),
    });
    const text = await readCapped(response);
    if (text === undefined)
      return { kind: 'unusable', why: `answered more than ${LARGEST_ANSWER_BYTES} bytes` };
    return { status: response.status, type: response.headers.get('content-type') ?? '', body: text };
  } catch (rawError) {
    return {
      kind: 'unreachable',
      why: shorten(rawError instanceof Error ? rawError.message : String(rawError)),
    };
  }
}

async function readCapped(response: Response): Promise<string | undefined> {
  const pieces: Uint8Array[] = [];
  let bytes = 0;
  for await (const piece of response.body ?? []) {
    pieces.push(piece);
    bytes += piece.length;
    if (bytes > LARGEST_ANSWER_BYTES) return undefined;
  }
  return Buffer.concat(pieces).toString('utf8');
}

function sizeOf({ type, body }: Answer): number | undefined {
  if (type.split(';')[0]?.trim() !== 'text/x.tlog.size' || !body.endsWith('\n')) return undefined;
  try {
    return decimal(body.slice(0, -1), 'witness');
  } catch {
    return undefined;
  }
}

/** Only lines by the witness's own keys, and only if each of them verifies, are taken over. */
function cosignaturesOf(body: string, { keys }: Witness, checkpoint: string): Witnessed {
  try {
    if (!body.endsWith('\n')) return { kind: 'unusable', why: 'the answer does not end in a newline' };
    const lines = body.slice(0, -1).split('\n');
    const signatures = lines.map((line, i) => parseSignatureLine(line, `answer, line ${i + 1}`));
    const { note } = parseCheckpoint(checkpoint, 'checkpoint');
    const answered = { text: note.text, signatures };
    const times: number[] = [];
    for (const key of keys.filter(({ type }) => type === 'cosignature')) {
      const signed = signedBy(answered, key);
      if (signed.kind === 'forged')
        return { kind: 'unusable', why: `a signature of ${key.name} does not verify` };
      if (signed.kind === 'signed') times.push(...signed.atSeconds);
    }
    if (times.length === 0) return { kind: 'unusable', why: 'the answer has no signature of a known key' };
    const isKnown = ({ name, keyId }: { name: string; keyId: string }): boolean =>
      keys.some((key) => key.name === name && key.keyId === keyId);
    const own = signatures.filter(isKnown).map(formatSignatureLine);
    return { kind: 'cosigned', lines: own, atSeconds: Math.max(...times) };
  } catch (rawError) {
    if (rawError instanceof RegisterError)
      return { kind: 'unusable', why: `${rawError.at}: ${rawError.message}` };
    throw rawError;
  }
}
