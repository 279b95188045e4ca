/** Which version of a rule holds: the law by date. Pure. */
import type { DutyRule, LawFacts, Missing, Regime } from '@forthright/contract';

export type Version =
  | Readonly<{ kind: 'one'; rule: DutyRule }>
  /** No version in the file holds on the decisive day. `first`: the day is before this, the first one. */
  | Readonly<{ kind: 'none'; day: string; first: DutyRule | null }>
  /** Several hold: the files contradict each other. */
  | Readonly<{ kind: 'contradiction'; rules: readonly DutyRule[] }>
  /** The decisive day is unknown, and the version hangs on it. */
  | Readonly<{ kind: 'unknown'; rules: readonly DutyRule[]; missing: Missing }>;

const holdsOn = (rule: DutyRule, day: string): boolean =>
  rule.valid.from <= day && (rule.valid.to === undefined || day <= rule.valid.to);

function noneOn(rules: readonly DutyRule[], day: string): Version {
  const first = rules.reduce((a, b) => (b.valid.from < a.valid.from ? b : a));
  return { kind: 'none', day, first: day < first.valid.from ? first : null };
}

const HANGS = 'The law has changed; this decides which version holds.';

/** A decisive event before the breach itself: which day is right, the one that is stated or the one that the logs show? */
export function doubtOf(
  decisive: string,
  { events }: Pick<LawFacts, 'events'>,
): Readonly<{ since: Temporal.Instant; why: string }> | null {
  const { occurred } = events;
  if (occurred?.known !== true || Date.parse(decisive) >= Date.parse(occurred.value)) return null;
  return {
    since: Temporal.Instant.from(occurred.value),
    why: `before the breach itself (${occurred.value}, ${occurred.source}): which of the two is right?`,
  };
}

/** The version of a duty in force on the decisive day. Today's version is taken only if no other can be meant. */
export function versionOf(
  rules: readonly DutyRule[],
  regime: Regime,
  facts: LawFacts,
  at: Temporal.Instant,
): Version {
  const event = facts.events[regime.decisive];
  const dayOf = (instant: Temporal.Instant) =>
    instant.toZonedDateTimeISO(regime.zone).toPlainDate().toString();
  if (event?.known === true) {
    const day = dayOf(Temporal.Instant.from(event.value));
    const doubt = doubtOf(event.value, facts);
    const held = (on: string) => rules.filter((rule) => holdsOn(rule, on));
    const [here, there] = [held(day), doubt === null ? [] : held(dayOf(doubt.since))];
    // A year that was typed wrong must not take a duty away, nor pick the law: the evidence says otherwise.
    if (doubt !== null && (here.length !== there.length || here.some((rule, i) => rule !== there[i])))
      return {
        kind: 'unknown',
        rules: [...new Set([...here, ...there])],
        missing: { fact: regime.decisive, ask: `${event.value} is ${doubt.why} ${HANGS}` },
      };
    const [first, ...others] = here;
    if (first === undefined) return noneOn(rules, day);
    return others.length > 0
      ? { kind: 'contradiction', rules: [first, ...others] }
      : { kind: 'one', rule: first };
  }
  const occurred = facts.events.occurred;
  const earliest = occurred?.known === true ? dayOf(Temporal.Instant.from(occurred.value)) : '0000-01-01';
  const today = dayOf(at);
  const possible = rules.filter(
    (rule) => rule.valid.from <= today && (rule.valid.to ?? '9999-12-31') >= earliest,
  );
  const [only, ...more] = possible;
  if (only !== undefined && more.length === 0) return { kind: 'one', rule: only };
  if (only === undefined) return noneOn(rules, today);
  const ask = event?.ask ?? regime.decisive;
  return {
    kind: 'unknown',
    rules: possible,
    missing: { fact: regime.decisive, ask: `${ask} ${HANGS}` },
  };
}
