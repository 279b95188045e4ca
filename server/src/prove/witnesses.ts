/**
 * Witnesses: programs of others that sign a checkpoint only when it continues the one they signed before (C2SP tlog-witness).
 * Whoever names one need not believe that we show everybody the same log, even if our own key were stolen.
 */
import { join } from 'node:path';
import { ForthrightError } from '@forthright/contract';
import {
  parseVerifierKey,
  proveConsistency,
  RegisterError,
  submitToWitness,
  type VerifierKey,
  type Witness,
} from '@forthright/register';
import * as z from 'zod';
import type { Reads } from '../platform/db/index.ts';
import { type Log, readDocument } from '../platform/index.ts';
import { lastCheckpoint, readTilesFrom } from './store.ts';

const FILE = 'witnesses.yaml';
const TIMEOUT_MS = 10_000;

const keyOf = (text: string): VerifierKey | undefined => {
  try {
    const key = parseVerifierKey(text, 'key');
    return key.type === 'cosignature' ? key : undefined;
  } catch (error) {
    if (error instanceof RegisterError) return undefined;
    throw error;
  }
};

const Settings = z.strictObject({
  witnesses: z
    .array(
      z.strictObject({
        /** The submission prefix, to which `/add-checkpoint` is added. */
        url: z
          .string()
          .max(500)
          .refine(
            (text) => ['https:', 'http:'].includes(URL.parse(text)?.protocol ?? ''),
            'an address such as https://witness.example/',
          ),
        key: z
          .string()
          .max(500)
          .refine((text) => keyOf(text) !== undefined, 'a cosigner’s key, such as witness.example/w1+…+…'),
      }),
    )
    .min(1)
    .max(20),
});

/** `witnesses.yaml` of the data folder; nobody when there is none. Refuses it as `settings-invalid`, with every problem. */
export async function readWitnesses(folder: string): Promise<readonly Witness[]> {
  const read = await readDocument(join(folder, FILE), Settings, 'settings-invalid').catch(
    (error: unknown) => {
      if (error instanceof ForthrightError && error.code === 'file-missing') return undefined;
      throw error;
    },
  );
  return (read?.value.witnesses ?? []).map(({ url, key }) => ({
    url,
    keys: [keyOf(key)].filter((one) => one !== undefined),
  }));
}

/** What witnesses answer who have signed another past under the same or a later size. */
const OTHER_PAST: ReadonlySet<number> = new Set([409, 422]);

const submit = (witness: Witness, reads: Reads, given: Readonly<{ checkpoint: string; knownSize: number }>) =>
  submitToWitness(
    witness,
    {
      ...given,
      proveConsistency: (oldSize, size) => proveConsistency(readTilesFrom(reads), oldSize, size),
    },
    { fetch, timeoutMs: TIMEOUT_MS },
  );

const nameOf = ({ keys: [key] }: Witness): string => key?.name ?? '';

/**
 * Why these records can't be the latest of their register, by what witnesses remember of it: a copy that was made with its data
 * folder shows by nothing here. Undefined when none says so; one that is away says nothing. `size`: entries in the records.
 */
export async function whyWitnessesDoubt(
  reads: Reads,
  witnesses: readonly Witness[],
  size: number,
): Promise<string | undefined> {
  const last = await lastCheckpoint(reads);
  if (last === undefined) return undefined;
  const whys = await Promise.all(
    witnesses.map(async (witness) => {
      const answer = await submit(witness, reads, { checkpoint: last.note, knownSize: last.size });
      // Between the last checkpoint and the end a process may have ended after the witness had signed.
      if (answer.kind === 'ahead' && answer.witnessSize > size)
        return `the database has ${size} entries, and the witness ${nameOf(witness)} has seen ${answer.witnessSize}: an older state was put back, or goes on elsewhere`;
      if (answer.kind === 'refused' && OTHER_PAST.has(answer.status))
        return `the witness ${nameOf(witness)} has seen another past`;
      return undefined;
    }),
  );
  return whys.find((why) => why !== undefined);
}

/** Asks for lines to be added to a checkpoint that is about to be made; `knownSize` is that of the one before. */
export type Cosign = (
  reads: Reads,
  given: Readonly<{ checkpoint: string; knownSize: number }>,
) => Promise<readonly string[]>;

/**
 * Whoever does not answer is left out, and asked again with the next checkpoint: a witness that is away must not keep the hour's
 * checkpoint from everybody else. One that refuses may have been shown another past by us: that is an error in the log.
 */
export const cosignBy =
  (witnesses: readonly Witness[], log: Log): Cosign =>
  async (reads, given) => {
    const answers = await Promise.all(
      witnesses.map(async (witness) => ({
        answer: await submit(witness, reads, given),
        name: nameOf(witness),
      })),
    );
    return answers.flatMap(({ answer, name }) => {
      if (answer.kind === 'cosigned') return answer.lines;
      const isAlarming = answer.kind === 'ahead' || answer.kind === 'refused';
      log({
        event: 'witness-missing',
        level: isAlarming ? 'error' : 'warn',
        note: `${name}: ${answer.kind}`,
      });
      return [];
    });
  };
