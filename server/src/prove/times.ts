/** `2026-01-31T12:00:00Z`, as keys' times are written. */
export const secondsOf = (at: Date): string => `${at.toISOString().slice(0, 19)}Z`;
