/**
 * A company that the simulator does not make: towns with their own shops, temporary staff before the holidays. Nobody leaked anything, the controls
 * are quiet and many, and still somebody stands out.
 */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import type { TraceAnswer } from '@forthright/contract';
import { randomOf } from './simulate/world.ts';
import { trace } from './trace.ts';

const folder = mkdtempSync(join(tmpdir(), 'forthright-foreign-'));
after(() => rmSync(folder, { recursive: true, force: true }));

const START = Date.parse('2026-03-01T00:00:00Z');
const DAY = 86_400_000;
const [CUSTOMERS, TOWNS, TEMPS, HIRED, END] = [12_000, 20, 6, 212, 240];
const stamp = (day: number) => new Date(START + day * DAY).toISOString();
const rows = (file: string, all: readonly string[]) =>
  writeFileSync(join(folder, file), `${all.join('\n')}\n`);

before(() => {
  const random = randomOf(7);
  const below = (n: number) => Math.floor(random() * n);
  const town = Array.from({ length: CUSTOMERS }, () => below(TOWNS));
  const contacts = new Map<number, number[]>();
  const looks = Array.from({ length: CUSTOMERS * 1.2 }, () => {
    const [customer, day] = [below(CUSTOMERS), random() * END];
    contacts.set(customer, [...(contacts.get(customer) ?? []), day]);
    const home = random() < 0.9 ? (town[customer] ?? 0) : below(TOWNS);
    const who = day >= HIRED && random() < 0.7 ? `temp-${below(TEMPS)}` : `t${home}-${below(3)}`;
    return { day, line: `${stamp(day)},${who},open,c-${customer}` };
  });
  // Whoever was served within a fortnight knows where to report.
  const isFresh = (customer: number, day: number) =>
    contacts.get(customer)?.some((at) => at <= day && day - at <= 14) === true;
  const told = (from: number, to: number, count: number, is: (customer: number, day: number) => boolean) => {
    const all = new Map<number, string>();
    while (all.size < count) {
      const [customer, day] = [below(CUSTOMERS), from + random() * (to - from)];
      if (is(customer, day)) all.set(customer, `c-${customer},${stamp(day)}`);
    }
    return [...all.values()];
  };
  const byFreshness = (customer: number, day: number) => isFresh(customer, day) || random() < 0.03;
  rows('customers.csv', ['id,town,country', ...town.map((n, customer) => `c-${customer},town-${n},DE`)]);
  const staff = Array.from(
    { length: TOWNS * 3 },
    (_, n) => `t${Math.floor(n / 3)}-${n % 3},shop-${Math.floor(n / 3)}`,
  );
  rows('staff.csv', ['id,team', ...staff, ...Array.from({ length: TEMPS }, (_, n) => `temp-${n},temps`)]);
  rows('looks.csv', ['at,who,what,customer', ...looks.sort((a, b) => a.day - b.day).map(({ line }) => line)]);
  rows('fresh.csv', ['id,at', ...told(228, 252, 250, byFreshness)]);
  const ofOneTown = [...told(241, 252, 30, (one) => town[one] === 4), ...told(241, 252, 40, () => true)];
  rows('town.csv', ['id,at', ...new Map(ofOneTown.map((row) => [row.split(',')[0], row])).values()]);
  rows('past.csv', ['id,at', ...told(90, 220, 1000, byFreshness)]);
  rows('forthright.yaml', [
    `organisation: { name: Shops, country: DE, domains: [shops.example] }
sources:
  customers: { at: customers.csv, columns: { id: id, region: town, country: country } }
  employees: { at: staff.csv, columns: { id: id, team: team } }
  logs:
    desk: { at: looks.csv, format: csv, columns: { time: at, viewer: who, action: what, person: customer } }`,
  ]);
});

async function answerTo(reports: string, routing: string): Promise<TraceAnswer> {
  rows('trace.yaml', [
    `title: Nobody leaked
gate:
  occasion: { review: R-1 }
  purpose: Find the way.
  legalBasis: Art. 6(1)(f) GDPR
  worksCouncil: { agreed: 2026-01-01, reference: Agreement 1 }
  retention: P90D
  by: Ines Oduya
from: ${stamp(0)}
to: ${stamp(260)}
access: [{ log: desk }]
routing: [${routing}]
reports: { at: ${reports}, id: id, time: at }
controls: [{ name: past, at: past.csv, id: id, time: at }]`,
  ]);
  const watch = { signal: new AbortController().signal, step: () => {}, progress: () => {} };
  return trace(
    { file: join(folder, 'trace.yaml'), workspace: join(folder, 'forthright.yaml') },
    watch,
    new Date(START + 300 * DAY),
  );
}

const said = ({ outcome, refusal, named, controls, otherKeys = [] }: TraceAnswer) => ({
  outcome,
  refusal,
  named: named.length,
  quiet: controls.each.every((one) => one.quiet),
  fell: otherKeys.filter((one) => one.fall > 0).map((one) => one.key),
});

test('whoever serves the customers who have just been served is not taken for the leak, though controls from before their time are quiet', async () => {
  const blind = await answerTo('fresh.csv', 'country');
  assert.deepEqual(said(blind), {
    outcome: 'refused',
    refusal: 'depends-on-key',
    named: 0,
    quiet: true,
    fell: ['week'],
  });
  assert.doesNotMatch(JSON.stringify(blind), /temps|employee-\d/);
  assert.match(blind.cautions.join('\n'), /of \d+ reports somebody looked the person up between the two/);
  const seeing = await answerTo('fresh.csv', 'country, week');
  assert.deepEqual(said(seeing), { outcome: 'nobody', refusal: null, named: 0, quiet: true, fell: [] });
});

test('a wave that strikes one town names none of its colleagues while the directory knows towns', async () => {
  const answer = await answerTo('town.csv', 'country');
  assert.deepEqual(said(answer), {
    outcome: 'refused',
    refusal: 'depends-on-key',
    named: 0,
    quiet: true,
    fell: ['region'],
  });
});

test('a list of everybody points to nobody, and it is said why', async () => {
  rows('all.csv', ['id,at', ...Array.from({ length: CUSTOMERS }, (_, n) => `c-${n},${stamp(245)}`)]);
  const answer = await answerTo('all.csv', 'country');
  assert.deepEqual([answer.outcome, answer.named, answer.reports.used], ['refused', [], CUSTOMERS]);
  // All reports are of one day, whose beginning is the cut: nothing came between.
  assert.doesNotMatch(answer.cautions.join('\n'), /between the two/);
  assert.match(answer.cautions.join('\n'), /what nearly everybody has in common points to nobody/);
});
