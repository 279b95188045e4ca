/** What there is about one candidate, in a folder that their lawyer, a labour court or the police can read without a program. */
import { createHash } from 'node:crypto';
import type { GetTracePack, TraceAnswer } from '@forthright/contract';
import { deedUpon, findIncident, notFound } from '../incident/index.ts';
import { type Packed, packed } from '../platform/index.ts';
import type { Asked, Download, SealPlace } from '../prove/index.ts';
import { type BehindPseudonym, openBehind } from './behind.ts';
import { custodyOf } from './custody.ts';
import { readingsOf } from './decoys/decoys.ts';
import { notRanked } from './measures.ts';
import { packPage } from './pack.page.ts';
import { namedIn, refuseLocked } from './traces.ts';

const json = (value: unknown): string => `${JSON.stringify(value, null, 2)}\n`;
const sha256 = (text: string): string => createHash('sha256').update(text).digest('hex');

/**
 * The evidence pack of one candidate whose name two people have unlocked, as a folder. That it was made, and the hash of each of its
 * files, is recorded before anything of it leaves.
 */
export async function getTracePack(
  asked: Asked,
  { incident: given, trace: id, job, candidate }: GetTracePack,
  seals: SealPlace,
): Promise<Download> {
  if ((await findIncident(asked.db, given, asked.actor)) === undefined) throw notFound(given);
  let files: Readonly<Record<string, string>> = {};
  await deedUpon(asked, given, { kind: 'trace-packed', act: 'trace' }, async ({ tx, at, incident }) => {
    const named = await namedIn(tx, { incident: incident.id, trace: id, job, candidate }, at);
    await refuseLocked(tx, named, at);
    const { answer, run, one, trace } = named;
    if (answer.schema !== 'forthright/trace/1') throw notRanked(candidate);
    const of = answer.named.find((x) => x.candidate === candidate);
    if (of === undefined) throw new Error('The answer names whoever is kept by name.');
    const behind = await openBehind(seals, one.sealed, { job, candidate });
    const custody = await custodyOf(tx, trace);
    const content: Record<string, string> = {
      'index.html': packPage({ answer, of, behind, custody, madeAt: at.toISOString() }),
      // As it was hashed, to the byte.
      'answer.json': run.answer ?? '',
      'candidate.json': json({ account: behind.account, ...of }),
      'lines.jsonl': linesOf(behind, answer),
      ...(of.decoys === undefined
        ? {}
        : {
            'decoys.json': json({
              ...of.decoys,
              of: answer.decoys,
              mails: await readingsOf(tx, of.decoys.hits),
            }),
          }),
      'evidence.json': json(answer.evidence),
      'custody.json': json(custody),
    };
    content.SHA256SUMS = Object.entries(content)
      .map(([name, text]) => `${sha256(text)}  ${name}\n`)
      .join('');
    files = content;
    return {
      facts: { trace: id, job, evidence: run.evidence },
      texts: { candidate: { value: candidate }, sums: { value: content.SHA256SUMS } },
    };
  });
  const name = `${candidate.replaceAll(/[^A-Za-z0-9-]/g, '-').slice(0, 60)}.tar`;
  return { name, content: packed(filesOf(files)), close: async () => {} };
}

function* filesOf(files: Readonly<Record<string, string>>): Generator<Packed> {
  for (const [path, text] of Object.entries(files)) {
    const bytes = Buffer.from(text);
    yield { path, bytes: bytes.length, content: [bytes] };
  }
}

/** Each look-up with its raw line, and the SHA-256 of the file that it stands in. */
function linesOf({ lines }: BehindPseudonym, { evidence }: TraceAnswer): string {
  const hashes = new Map(evidence.map((file) => [file.path, file.sha256]));
  return lines
    .map((line) => `${JSON.stringify({ ...line, sha256: hashes.get(line.file) ?? null })}\n`)
    .join('');
}
