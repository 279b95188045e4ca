/** Who is behind the pseudonyms of an answer, with the raw lines of their look-ups: sealed, and opened for two people's unlock. */
import { type SealPlace, seal, unseal } from '../prove/index.ts';

export type RawLine = Readonly<{
  person: string;
  reported: string;
  lookedUp: string;
  file: string;
  /** From 0, the header with it. */
  row: number;
  /** `null` where a file has no lines of text (Parquet, a table), is remote, or its lines are not its rows. */
  line: string | null;
}>;

export type BehindPseudonym = Readonly<{
  /** As the logs call them. */
  account: string;
  /** Of a team those who looked anybody up. */
  members: readonly string[];
  lines: readonly RawLine[];
}>;

const whose = (job: string, candidate: string): string => `${candidate} of the trace ${job}`;

export const sealBehind = (
  seals: SealPlace,
  keyId: string,
  { job, candidate }: Readonly<{ job: string; candidate: string }>,
  behind: BehindPseudonym,
): Promise<string> => seal(seals, keyId, JSON.stringify(behind), whose(job, candidate));

export const openBehind = async (
  seals: SealPlace,
  sealed: string,
  { job, candidate }: Readonly<{ job: string; candidate: string }>,
): Promise<BehindPseudonym> =>
  JSON.parse(await unseal(seals, sealed, whose(job, candidate))) as BehindPseudonym;
