/** When a delivery is tried again, and when a webhook has failed for too long. Pure. */

/** The pauses that Standard Webhooks suggests: some 75 hours in all. */
export const PAUSES_SECONDS = [5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400] as const;

export const MOST_TRIES = PAUSES_SECONDS.length + 1;
/** Who has answered nothing well for three days, and then leaves a delivery without one, is not asked any more. */
export const TOO_LONG_MS = 3 * 86_400_000;

/** Gone: whoever answers so wants nothing any more. */
const GONE = 410;

export type Verdict = Readonly<
  { kind: 'done' } | { kind: 'again'; afterSeconds: number } | { kind: 'gave-up'; disables: boolean }
>;

/**
 * What follows from the answer to a try, the `attempt`-th. A redirect is no answer that is well. `isFailing`: nothing was
 * answered well for too long.
 */
export function verdictOf(status: number | undefined, attempt: number, isFailing: boolean): Verdict {
  if (status !== undefined && status >= 200 && status < 300) return { kind: 'done' };
  if (status === GONE) return { kind: 'gave-up', disables: true };
  const afterSeconds = PAUSES_SECONDS[attempt - 1];
  return afterSeconds === undefined
    ? { kind: 'gave-up', disables: isFailing }
    : { kind: 'again', afterSeconds };
}
