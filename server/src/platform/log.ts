/**
 * The log: one JSON object a line. What is logged is a closed set of fields with plain values, so that nobody can hand
 * it an address, a body or an error's message by mistake.
 */
export type LogEntry = Readonly<{
  event: string;
  level: 'info' | 'warn' | 'error';
  request?: string;
  method?: string;
  /** The pattern, such as `/api/incidents/:incident`, never what was asked for. */
  route?: string;
  status?: number;
  milliseconds?: number;
  /** `usr_…` or `tok_…` */
  actor?: string;
  code?: string;
  /** `job_…` */
  job?: string;
  /** `cmp_…` */
  campaign?: string;
  /** How many people are in which state. */
  sums?: Readonly<Record<string, number>>;
  /** `whk_…` */
  webhook?: string;
  /** Frames of a stack, without its first line: an error's message may quote what somebody typed. */
  frames?: readonly string[];
  /** Words of ours that hold nothing of a user's. */
  note?: string;
}>;

export type Log = (entry: LogEntry) => void;

export const jsonLog =
  (write: (line: string) => unknown, now: () => Date): Log =>
  (entry) => {
    write(`${JSON.stringify({ time: now().toISOString(), ...entry })}\n`);
  };

/** Where an error came from, and from where its causes did; never what it says. */
export function framesOf(rawError: unknown): string[] {
  const frames: string[] = [];
  for (let e: unknown = rawError, depth = 0; e instanceof Error && depth < 5; e = e.cause, depth++) {
    const lines = (e.stack ?? '').split('\n').filter((line) => /^\s+at /.test(line));
    frames.push(e.constructor.name, ...lines.slice(0, 8).map((line) => line.trim()));
  }
  return frames;
}
