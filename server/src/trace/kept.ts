/** After a period such as P90D; days are days of UTC. */
export const endOf = (at: Date, retention: string): Date =>
  new Date(
    Temporal.Instant.fromEpochMilliseconds(at.getTime()).toZonedDateTimeISO('UTC').add(retention)
      .epochMilliseconds,
  );
