/** What makes a file of the law unusable although it has the right shape. */
import { type Condition, type DutyRule, type Regime, WORD_VALUES } from '@forthright/contract';
import { PERSONAL_DATA } from './conditions.ts';
import { workingDaysOf } from './holidays.ts';
import { isPlace } from './places.ts';

export type Problem = Readonly<{ path: readonly PropertyKey[]; message: string }>;
type Report = (path: readonly PropertyKey[], message: string) => void;

/** Everything that is wrong with a regime beyond its schema, at its place in the file. */
export function problemsOf(regime: Regime): Problem[] {
  const problems: Problem[] = [];
  const report: Report = (path, message) => problems.push({ path, message });
  for (const place of [regime.place].flat())
    if (!isPlace(place)) report(['place'], `\`${place}\` is no country, state, EEA or everywhere`);
  checkCalendar(regime, report);
  for (const [name, kinds] of Object.entries(regime.define)) {
    for (const [i, kind] of kinds.entries())
      if (!Array.isArray(kind) && kind.if !== undefined)
        checkCondition(kind.if, regime, ['define', name, i, 'if'], report);
  }
  checkCondition(regime.applies, regime, ['applies'], report);
  for (const [i, rule] of regime.duties.entries()) checkRule(rule, i, regime, report);
  checkVersions(regime, report);
  checkRings(regime, report);
  checkCases(regime, report);
  return problems;
}

function checkCalendar(regime: Regime, report: Report): void {
  try {
    Temporal.Now.instant().toZonedDateTimeISO(regime.zone);
  } catch {
    report(['zone'], `\`${regime.zone}\` is no time zone such as America/New_York`);
  }
  const needs = regime.duties.some(
    ({ deadline }) =>
      deadline.rolling === 'next-working-day' ||
      [...deadline.clocks, ...deadline.extensions].some(
        (c) => 'within' in c && c.within.endsWith('business days'),
      ),
  );
  if (needs && regime.holidays === undefined)
    report(['zone'], 'business days are counted: say whose `holidays` they are, such as US-VT');
  if (regime.holidays === undefined) return;
  try {
    workingDaysOf(regime.holidays);
  } catch {
    report(['holidays'], `no holidays are known for \`${regime.holidays}\``);
  }
}

function checkRule(rule: DutyRule, i: number, regime: Regime, report: Report): void {
  const at = ['duties', i] as const;
  const ids = regime.duties.map((other) => other.id);
  checkCondition(rule.when, regime, [...at, 'when'], report);
  for (const [n, exemption] of rule.exemptions.entries())
    if (exemption.when !== undefined)
      checkCondition(exemption.when, regime, [...at, 'exemptions', n, 'when'], report, true);
  for (const [n, option] of rule.options.entries())
    if (option.when !== undefined) checkCondition(option.when, regime, [...at, 'options', n, 'when'], report);
  for (const [n, extension] of rule.deadline.extensions.entries())
    checkCondition(extension.when, regime, [...at, 'deadline', 'extensions', n, 'when'], report);
  const named = rule.deadline.clocks.flatMap((c) =>
    'afterNotice' in c ? [c.afterNotice] : 'notLaterThan' in c ? [c.notLaterThan] : [],
  );
  for (const id of [...rule.before, ...named])
    if (!ids.includes(id)) report([...at], `there is no duty \`${id}\` in this file`);
}

/** More people must never take a duty away: no head count stands below `not` or in an exemption. */
function checkCondition(
  condition: Condition,
  regime: Regime,
  path: readonly PropertyKey[],
  report: Report,
  isTakenAway = false,
): void {
  if ('all' in condition || 'any' in condition) {
    const [key, parts] =
      'all' in condition ? (['all', condition.all] as const) : (['any', condition.any] as const);
    for (const [i, part] of parts.entries())
      checkCondition(part, regime, [...path, key, i], report, isTakenAway);
  } else if ('not' in condition)
    checkCondition(condition.not, regime, [...path, 'not'], report, !isTakenAway);
  else if ('residents' in condition || 'everyone' in condition) {
    const name = 'residents' in condition ? condition.residents : condition.everyone;
    if (name !== PERSONAL_DATA && !Object.hasOwn(regime.define, name))
      report(path, `\`${name}\` is not defined; it stands under \`define\`, or is ${PERSONAL_DATA}`);
    if (isTakenAway)
      report(path, 'a head count below `not` or in an exemption would let more people take a duty away');
  } else if ('fact' in condition) {
    const known = WORD_VALUES[condition.fact] ?? ['yes', 'no'];
    for (const value of [condition.is].flat())
      if (!known.includes(value))
        report(path, `${condition.fact} is never \`${value}\`, but one of ${known.join(', ')}`);
  } else if ('duty' in condition) {
    if (!regime.duties.some((rule) => rule.id === condition.duty))
      report(path, `there is no duty \`${condition.duty}\` in this file`);
    if (isTakenAway) report(path, 'that another duty is due may not take this one away');
  }
}

function checkVersions(regime: Regime, report: Report): void {
  for (const [i, rule] of regime.duties.entries()) {
    const { from, to } = rule.valid;
    if (to !== undefined && to < from)
      report(['duties', i, 'valid'], `it ends (${to}) before it begins (${from})`);
    const twin = regime.duties.findIndex(
      (other, n) =>
        n < i &&
        other.id === rule.id &&
        from <= (other.valid.to ?? '9999') &&
        other.valid.from <= (to ?? '9999'),
    );
    if (twin >= 0)
      report(
        ['duties', i, 'valid'],
        `duties[${twin}] is \`${rule.id}\` too and holds on some of the same days: they contradict each other`,
      );
  }
}

function checkRings(regime: Regime, report: Report): void {
  const needs = (condition: Condition): string[] => {
    if ('all' in condition) return condition.all.flatMap(needs);
    if ('any' in condition) return condition.any.flatMap(needs);
    if ('not' in condition) return needs(condition.not);
    return 'duty' in condition ? [condition.duty] : [];
  };
  const edges = new Map<string, string[]>();
  for (const rule of regime.duties) {
    const clocks = rule.deadline.clocks.flatMap((c) => ('notLaterThan' in c ? [c.notLaterThan] : []));
    edges.set(rule.id, [...(edges.get(rule.id) ?? []), ...needs(rule.when), ...clocks]);
  }
  const reaches = (from: string, to: string, seen: Set<string>): boolean =>
    (edges.get(from) ?? []).some((next) => {
      if (next === to) return true;
      if (seen.has(next)) return false;
      seen.add(next);
      return reaches(next, to, seen);
    });
  for (const [i, rule] of regime.duties.entries())
    if (reaches(rule.id, rule.id, new Set())) report(['duties', i], `\`${rule.id}\` hangs on itself`);
  if (needs(regime.applies).length > 0) report(['applies'], 'whether the law applies can not hang on a duty');
}

/** Each duty has a case in which it is due, and a near miss in which it is not. */
function checkCases(regime: Regime, report: Report): void {
  const ids = [...new Set(regime.duties.map((rule) => rule.id))];
  const expected = (id: string, what: string) =>
    regime.cases.some((c) => Object.hasOwn(c.expect, id) && c.expect[id] === what);
  for (const id of ids) {
    const i = regime.duties.findIndex((rule) => rule.id === id);
    if (!expected(id, 'due')) report(['duties', i], `no case of this file expects \`${id}: due\``);
    if (!expected(id, 'not due'))
      report(['duties', i], `no case of this file expects \`${id}: not due\`: give it a near miss`);
  }
  for (const [i, { expect, until, missing }] of regime.cases.entries()) {
    for (const [key, named] of Object.entries({ expect, until, missing })) {
      for (const id of Object.keys(named))
        if (!ids.includes(id.split('/')[0] ?? ''))
          report(['cases', i, key], `there is no duty \`${id}\` in this file`);
    }
  }
}
