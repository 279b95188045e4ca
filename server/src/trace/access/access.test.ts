/** What the engine counts, held to a count by hand over random companies. */
import assert from 'node:assert/strict';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { type AccessAnswer, AccessDefinition, ForthrightError } from '@forthright/contract';
import { loadWorkspace } from '../../sources/index.ts';
import { randomOf } from '../simulate/world.ts';
import { GATE } from '../testing.ts';
import { reviewAccess } from './access.ts';
import { loadedAccess } from './load.ts';

const work = mkdtempSync(join(tmpdir(), 'forthright-access-'));
after(() => rmSync(work, { recursive: true, force: true }));

const WORKSPACE = `organisation: { name: Marlow Market, country: LU, domains: [marlow.example] }
sources:
  customers: { at: customers.csv, columns: { id: customer_id, region: region, country: country } }
  employees: { at: employees.csv, columns: { id: employee_id, team: team } }
  logs:
    admin: { at: admin.csv, format: csv, columns: { time: at, viewer: employee, action: action, person: customer } }
    lager: { at: lager.csv, format: csv, columns: { time: at, viewer: employee, action: action, person: customer } }
`;
const TOOLS = [
  { tool: 'desk', log: 'admin', fields: ['email', 'address'] },
  { tool: 'store', log: 'lager', fields: ['address'] },
];
const [FROM, DAYS] = [Date.parse('2026-08-24T00:00:00Z'), 90];
const DAY = 86_400_000;
const LOGS = { desk: 'admin', store: 'lager' } as const;

type Customer = Readonly<{ id: string; region: string; country: string }>;
type Grant = Readonly<{ role: string; tool: string; field: string; customers: string }>;
type Look = Readonly<{ who: string; tool: 'desk' | 'store'; customer: string; t: number }>;
type Ticket = Readonly<{ customer: string; who: string; t: number }>;
type Company = Readonly<{
  customers: readonly Customer[];
  grants: readonly Grant[];
  proposal: readonly Grant[];
  members: readonly Readonly<{ employee: string; role: string }>[];
  looks: readonly Look[];
  tickets: readonly Ticket[];
}>;

function companyOf(seed: number): Company {
  const random = randomOf(seed);
  const one = <T>(all: readonly T[]): T => all[Math.floor(random() * all.length)] as T;
  const times = <T>(n: number, make: (i: number) => T) => Array.from({ length: n }, (_, i) => make(i));
  const customers = times(80, (i) => ({
    id: `c-${i + 1}`,
    region: one(['R1', 'R2', 'R3']),
    country: one(['DE', 'FR']),
  }));
  const scopes = [
    '*',
    'region=R1',
    'region=r1|R2',
    'region=R3; country=DE',
    'country=fr',
    'id=c-3|c-7|c-900',
    'region=R9',
  ];
  const roles = ['agent', 'lead', 'analyst', 'packer', 'nobody'];
  const grantsOf = () =>
    times(9, () => ({
      role: one(roles),
      tool: one(['desk', 'store']),
      field: one(['email', 'address', '*']),
      customers: one(scopes),
    }));
  const people = times(12, (i) => `e-${i + 1}`);
  return {
    customers,
    grants: grantsOf(),
    proposal: grantsOf(),
    members: people.flatMap((employee) =>
      random() < 0.2
        ? []
        : [
            { employee, role: one(roles) },
            { employee, role: one(roles) },
          ],
    ),
    looks: times(300, () => ({
      who: random() < 0.05 ? 'shared-login' : one(people),
      tool: one(['desk', 'store'] as const),
      customer: random() < 0.02 ? 'c-unknown' : one(customers).id,
      t: FROM + Math.floor((random() * DAYS * DAY) / 1000) * 1000,
    })),
    tickets: times(60, () => ({
      customer: one(customers).id,
      who: one(people),
      t: FROM + Math.floor(random() * DAYS) * DAY,
    })),
  };
}

const csv = (rows: readonly object[]): string =>
  `${Object.keys(rows[0] ?? {}).join(',')}\n${rows
    .map(
      (row) =>
        `${Object.values(row)
          .map((x) => `"${x}"`)
          .join(',')}\n`,
    )
    .join('')}`;
const iso = (t: number) => new Date(t).toISOString().replace('.000Z', 'Z');

function write(folder: string, { customers, grants, proposal, members, looks, tickets }: Company): void {
  mkdirSync(folder, { recursive: true });
  const put = (name: string, text: string) => writeFileSync(join(folder, name), text);
  put('forthright.yaml', WORKSPACE);
  put(
    'customers.csv',
    csv(customers.map(({ id, region, country }) => ({ customer_id: id, region, country }))),
  );
  put('employees.csv', csv(Array.from({ length: 12 }, (_, i) => ({ employee_id: `e-${i + 1}`, team: 't' }))));
  for (const tool of ['desk', 'store'] as const)
    put(
      `${LOGS[tool]}.csv`,
      csv(
        looks
          .filter((look) => look.tool === tool)
          .sort((a, b) => a.t - b.t)
          .map(({ who, customer, t }) => ({ at: iso(t), employee: who, action: 'view', customer })),
      ),
    );
  put('grants.csv', csv(grants));
  put('proposal.csv', csv(proposal));
  put('members.csv', csv(members));
  put(
    'tickets.csv',
    csv(tickets.map(({ customer, who, t }) => ({ customer_id: customer, agent: who, at: iso(t) }))),
  );
}

const DEFINITION = AccessDefinition.parse({
  from: iso(FROM),
  to: iso(FROM + DAYS * DAY),
  tools: TOOLS,
  grants: { format: 'csv', grants: 'grants.csv', members: 'members.csv' },
  proposal: { format: 'csv', grants: 'proposal.csv', members: 'members.csv' },
  reasons: [
    { name: 'tickets', at: 'tickets.csv', id: 'customer_id', time: 'at', employee: 'agent', days: 5 },
  ],
  customers: ['c-3', 'c-none'],
});

async function review(folder: string, definition: AccessDefinition) {
  const workspace = await loadWorkspace(join(folder, 'forthright.yaml'));
  const given = { title: 'trc', gate: { occasion: { review: 'R-1' }, ...GATE }, definition, salt: 'x' };
  const loaded = loadedAccess({ ...given, directory: folder }, workspace.workspace);
  const watch = { step: () => {}, progress: () => {}, signal: new AbortController().signal };
  return reviewAccess(workspace, loaded, watch as never, async (answer, { candidates }) => ({
    answer,
    idOf: new Map(candidates.map(({ id, label }) => [label, id])),
  }));
}

/** By hand: one customer and one person after the other. */
class ByHand {
  readonly #company: Company;
  constructor(company: Company) {
    this.#company = company;
  }
  fits({ customers }: Grant, { id, region, country }: Customer): boolean {
    if (customers === '*') return true;
    return customers.split(';').every((part) => {
      const [key = '', values = ''] = part.trim().split('=');
      const mine = key === 'region' ? region : key === 'country' ? country : id;
      return values.split('|').some((value) => (key === 'id' ? value : value.toUpperCase()) === mine);
    });
  }
  shows({ tool, field }: Grant, inTool: string, one?: string): boolean {
    if (tool !== inTool) return false;
    const all = TOOLS.find((x) => x.tool === tool)?.fields ?? [];
    return one === undefined || field === one || (field === '*' && all.includes(one));
  }
  rolesOf = (who: string) =>
    new Set(this.#company.members.filter(({ employee }) => employee === who).map(({ role }) => role));
  may(
    grants: readonly Grant[],
    roles: ReadonlySet<string>,
    tool: string,
    customer: Customer,
    field?: string,
  ) {
    return grants.some((g) => roles.has(g.role) && this.shows(g, tool, field) && this.fits(g, customer));
  }
  reachable = (grants: readonly Grant[], roles: ReadonlySet<string>, tool: string, field?: string) =>
    this.#company.customers.filter((c) => this.may(grants, roles, tool, c, field)).length;
  pairs() {
    const pairs = new Map<string, Look[]>();
    for (const look of this.#company.looks) {
      const key = JSON.stringify([look.who, look.tool, look.customer]);
      pairs.set(key, [...(pairs.get(key) ?? []), look]);
    }
    return [...pairs.values()].map((all) => {
      const [{ who, tool, customer }] = all as [Look];
      const known = this.#company.customers.find(({ id }) => id === customer);
      const may = (grants: readonly Grant[]) =>
        known !== undefined && this.may(grants, this.rolesOf(who), tool, known);
      return {
        who,
        tool,
        customer,
        granted: may(this.#company.grants),
        proposed: may(this.#company.proposal),
        explained: all.some(({ t }) =>
          this.#company.tickets.some(
            (x) => x.customer === customer && x.who === who && Math.abs(x.t - t) <= 5 * DAY,
          ),
        ),
      };
    });
  }
}

/** As an answer says it. */
const sayingOf = (customers: string): string =>
  customers === '*'
    ? 'all'
    : customers
        .split(';')
        .map((part) => part.trim().replace('=', ' ').replaceAll('|', ' or '))
        .join(', ');

for (const seed of [1, 2])
  test(`what is reachable, used, explained, beyond and to be cut is what a count by hand says (seed ${seed})`, async () => {
    const company = companyOf(seed);
    const folder = join(work, `company-${seed}`);
    write(folder, company);
    const { answer, idOf } = await review(folder, DEFINITION);
    const hand = new ByHand(company);
    const pairs = hand.pairs();
    assert.equal(answer.customers, company.customers.length);

    for (const { tool, people, customers, lookUps, explained } of answer.tools) {
      const mine = pairs.filter((x) => x.tool === tool);
      assert.deepEqual(
        [people, customers, lookUps, explained],
        [
          new Set(mine.map(({ who }) => who)).size,
          new Set(mine.map(({ customer }) => customer)).size,
          company.looks.filter((x) => x.tool === tool).length,
          mine.filter((x) => x.explained).length,
        ],
      );
    }
    const everybody = new Set([...company.members.map((x) => x.employee), ...pairs.map((x) => x.who)]);
    let rows = 0;
    for (const who of everybody)
      for (const { tool } of TOOLS) {
        const roles = hand.rolesOf(who);
        const reachable = hand.reachable(company.grants, roles, tool);
        const mine = pairs.filter((x) => x.who === who && x.tool === tool);
        const row = answer.each.find((x) => idOf.get(x.candidate) === who && x.tool === tool);
        if (reachable === 0 && mine.length === 0) {
          assert.equal(row, undefined, `${who} ${tool}`);
          continue;
        }
        rows += 1;
        assert.ok(row, `${who} ${tool}`);
        const beyond = mine.filter((x) => !x.granted).length;
        assert.deepEqual(
          [row.reachable, row.used, row.explained, row.beyond, row.idle],
          [
            reachable,
            mine.length,
            mine.filter((x) => x.explained).length,
            beyond,
            reachable - (mine.length - beyond),
          ],
          `${who} ${tool}`,
        );
        for (const { field, reachable: n } of row.fields)
          assert.equal(n, hand.reachable(company.grants, roles, tool, field), `${who} ${tool} ${field}`);
        assert.equal(row.kind, who === 'shared-login' ? 'account' : 'employee');
      }
    assert.equal(answer.each.length, rows);

    for (const { role, tool, reachable, used } of answer.roles) {
      const own = new Set([role]);
      assert.equal(reachable, hand.reachable(company.grants, own, tool), `${role} ${tool}`);
      const seen = pairs.filter((x) => {
        const customer = company.customers.find(({ id }) => id === x.customer);
        return (
          x.tool === tool &&
          hand.rolesOf(x.who).has(role) &&
          customer !== undefined &&
          hand.may(company.grants, own, tool, customer)
        );
      });
      assert.equal(used, new Set(seen.map(({ customer }) => customer)).size, `${role} ${tool}`);
    }

    for (const { role, tool, field, customers, employees, reachable, used, usedBy } of answer.cut) {
      const isThis = (g: Grant) =>
        g.role === role && hand.shows(g, tool, field) && sayingOf(g.customers) === customers;
      const grant = company.grants.find(isThis);
      assert.ok(grant, `${role} ${tool} ${field} ${customers}`);
      const fit = company.customers.filter((c) => hand.fits(grant, c)).map(({ id }) => id);
      const isShown = TOOLS.some((x) => x.tool === tool && x.fields.includes(field));
      const seen = pairs.filter(
        (x) => isShown && x.tool === tool && hand.rolesOf(x.who).has(role) && fit.includes(x.customer),
      );
      assert.deepEqual(
        [employees, reachable, used, usedBy],
        [
          [...everybody].filter((who) => hand.rolesOf(who).has(role)).length,
          fit.length,
          new Set(seen.map((x) => x.customer)).size,
          new Set(seen.map((x) => x.who)).size,
        ],
        `${role} ${tool} ${field} ${customers}`,
      );
    }

    const lost = pairs.filter((x) => x.granted && !x.proposed);
    const { replay } = answer;
    assert.deepEqual(
      [replay?.lookUps, replay?.hurt, replay?.customers, replay?.people],
      [
        lost.length,
        lost.filter((x) => x.explained).length,
        new Set(lost.map((x) => x.customer)).size,
        new Set(lost.map((x) => x.who)).size,
      ],
    );
    const sumOf = (grants: readonly Grant[]) =>
      [...new Set(company.members.map((x) => x.employee))].reduce(
        (sum, who) =>
          sum + TOOLS.reduce((n, { tool }) => n + hand.reachable(grants, hand.rolesOf(who), tool), 0),
        0,
      );
    assert.deepEqual(
      [replay?.reachableBefore, replay?.reachableAfter],
      [sumOf(company.grants), sumOf(company.proposal)],
    );

    const [known, unknown] = answer.who as [AccessAnswer['who'][number], AccessAnswer['who'][number]];
    assert.deepEqual([known.isKnown, unknown.isKnown, unknown.saw.length], [true, false, 0]);
    assert.deepEqual(
      known.saw.map(({ candidate, tool }) => `${idOf.get(candidate)} ${tool}`).sort(),
      pairs
        .filter((x) => x.customer === 'c-3')
        .map(({ who, tool }) => `${who} ${tool}`)
        .sort(),
    );
    const c3 = company.customers[2] as Customer;
    for (const { tool, field, people } of known.canSee)
      assert.equal(
        people,
        [...new Set(company.members.map((x) => x.employee))].filter((who) =>
          hand.may(company.grants, hand.rolesOf(who), tool, c3, field),
        ).length,
      );

    // Nobody is called by name, and nothing is summed up over what is unusual.
    assert.doesNotMatch(JSON.stringify({ ...answer, evidence: [] }), /"(?:e-\d+|shared-login)"/);
    const busiest = answer.unusual.find(({ what }) => what === 'unexplained');
    const mostly = Math.max(
      ...[...everybody].map((who) => pairs.filter((x) => x.who === who && !x.explained).length),
    );
    assert.equal(busiest?.each[0]?.value, mostly);
    assert.ok(answer.evidence.every(({ sha256 }) => sha256 !== null));
  });

test('a run of numbers, a night, somebody whom all know, and an hour’s export are told with what is usual', async () => {
  const looks: Look[] = [];
  const at = (hour: number, n: number) => Date.parse('2026-09-01T00:00:00Z') + hour * 3_600_000 + n * 1000;
  // A Tuesday. Everybody looks two up in their work; e-1 goes through the numbers at night.
  for (let i = 1; i <= 12; i++)
    for (const n of [0, 5])
      looks.push({ who: `e-${i}`, tool: 'desk', customer: `c-${i * 3 + n}`, t: at(10, i * 10 + n) });
  for (let n = 1; n <= 30; n++) looks.push({ who: 'e-1', tool: 'desk', customer: `c-${n}`, t: at(26, n) });
  looks.push({ who: 'e-2', tool: 'desk', customer: 'c-77', t: at(11, 0) });
  looks.push({ who: 'e-12', tool: 'store', customer: 'c-70', t: at(11, 0) });
  const company = { ...companyOf(3), looks };
  const folder = join(work, 'unusual');
  write(folder, company);
  writeFileSync(join(folder, 'known.csv'), 'customer_id\nc-77\n');
  const { proposal: _, ...definition } = DEFINITION;
  const { answer, idOf } = await review(folder, {
    ...definition,
    wellKnown: { at: 'known.csv', id: 'customer_id' },
  });
  const first = (what: string) => {
    const found = answer.unusual.find((one) => one.what === what);
    const [top] = found?.each ?? [];
    return [idOf.get(top?.candidate ?? ''), top?.value, top?.asMuchOrMore, found?.base.median];
  };
  assert.deepEqual(first('sequential'), ['e-1', 30, 1, 0]);
  assert.deepEqual(first('out-of-hours'), ['e-1', 30, 1, 0]);
  assert.deepEqual(first('well-known'), ['e-2', 1, 1, 0]);
  assert.deepEqual(first('in-an-hour'), ['e-1', 30, 1, 2]);
  assert.equal(answer.replay, null);
});

test('grants that can not be read are refused with every row, and what names no tool is said', async () => {
  const folder = join(work, 'broken');
  const company = companyOf(4);
  write(folder, company);
  writeFileSync(
    join(folder, 'grants.csv'),
    'role,tool,field,customers\nagent,desk,email,region\nlead,,email,*\n',
  );
  await assert.rejects(review(folder, DEFINITION), (error) => {
    assert.ok(error instanceof ForthrightError && error.code === 'trace-invalid');
    assert.deepEqual(
      error.problems.map(({ at }) => at),
      ['grants.csv:2', 'grants.csv:3'],
    );
    return true;
  });
});
