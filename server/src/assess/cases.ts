/** A regime's own cases: its rules are held to them by `forthright duties check` and by the tests. */
import type { Authorities, LawCase, LawFacts, Regime } from '@forthright/contract';
import { rowsOf } from './duties.ts';
import { factsOf } from './facts.ts';

/** Facts of a case, made by the same code that makes them of a scope run. */
export function factsOfCase(given: LawCase): LawFacts {
  const outside = given.people.some((p) => p.exposed > 0) && given.recipients === 'outsiders';
  return factsOf({
    run: 'the case',
    title: given.it,
    groups: given.people.map(({ in: place, fields, perhaps, exposed, unknown }) => ({
      country: place.split('-')[0] ?? '',
      region: place.includes('-') ? place : '',
      fields,
      perhaps,
      exposed,
      unknown,
    })),
    unidentified: 0,
    fields: [...new Set(given.people.flatMap((p) => p.fields))],
    // What kind of leak it was is not in a case: protection and acquisition are stated where a case is about them.
    leaks: [],
    recipients: outside ? { thirdParty: 1 } : { employee: 1 },
    firstSeen: null,
    incident: {
      ...(given.occurred === undefined ? {} : { occurred: given.occurred }),
      ...(given.aware === undefined ? {} : { aware: given.aware }),
      ...(given.contained === undefined
        ? {}
        : { contained: { at: given.contained, summary: 'in the case' } }),
      ...(given.cause === undefined ? {} : { cause: { kind: given.cause, summary: 'in the case' } }),
      facts: given.facts,
    },
    organisation: {
      ...(given.organisation.country === undefined ? {} : { country: given.organisation.country }),
      ...(given.organisation.region === undefined ? {} : { region: given.organisation.region }),
      role: 'controller',
      branches: given.organisation.branches.map((country) => ({ country })),
      ...(given.organisation.turnover === undefined ? {} : { annualTurnover: given.organisation.turnover }),
    },
  });
}

const SAID = {
  due: 'due',
  'not-due': 'not due',
  'cannot-tell': 'cannot tell',
  unverified: 'unverified',
} as const;

/** What a case expects and the rules don't give, in words; empty when all is as expected. */
export function failuresOf(regime: Regime, given: LawCase, authorities: Authorities | null): string[] {
  const at = Temporal.Instant.from(given.aware ?? given.facts?.discovered ?? '2026-11-22T00:00:00Z');
  const rows = rowsOf(regime, factsOfCase(given), at, authorities);
  const find = (id: string) => rows.find((row) => row.id === `${regime.code}/${id}`);
  const failures: string[] = [];
  for (const [id, wanted] of Object.entries(given.expect)) {
    const row = find(id);
    if (row === undefined) failures.push(`${id} has no row; there are ${rows.map((r) => r.id).join(', ')}`);
    else if (SAID[row.status] !== wanted)
      failures.push(`${id} is ${SAID[row.status]}, not ${wanted}; ${row.why}`);
  }
  for (const [id, wanted] of Object.entries(given.until)) {
    const deadline = find(id)?.deadline ?? null;
    const until = deadline?.until ?? null;
    if (until === null) failures.push(`${id} has no deadline; ${wanted} is expected`);
    else if (!isThen(until, wanted, regime.zone))
      failures.push(`${id} is due by ${deadline?.untilWords} (${until}), not ${wanted}`);
  }
  for (const [id, wanted] of Object.entries(given.missing)) {
    const missing = find(id)?.missing.map((m) => m.fact) ?? [];
    for (const fact of wanted) {
      if (!missing.includes(fact))
        failures.push(`${id} does not name ${fact} as missing, but ${missing.join(', ') || 'nothing'}`);
    }
  }
  return failures;
}

/** `wanted` is a last day in the regime's zone, `no deadline`, or an instant. */
function isThen(until: string, wanted: string, zone: string): boolean {
  const end = Temporal.Instant.from(until);
  if (!/^\d{4}-\d\d-\d\d$/.test(wanted)) return end.equals(Temporal.Instant.from(wanted));
  const midnight = Temporal.PlainDate.from(wanted)
    .add({ days: 1 })
    .toZonedDateTime({ timeZone: zone })
    .toInstant();
  return end.equals(midnight);
}
