/** For tests: answers of traces that no engine has made, and jobs as somebody holds them. */
import type { AccessAnswer, TraceAnswer } from '@forthright/contract';
import type { Db } from '../platform/db/index.ts';
import type { Held } from '../platform/queue/index.ts';
import type { Done } from './run.child.ts';
import { TRACE_RUN } from './traces.ts';

export const GATE = {
  purpose: 'Find out through whom addresses came to a shop.',
  legalBasis: 'Art. 6(1)(f) GDPR',
  worksCouncil: { agreed: '2026-09-01', reference: 'Works agreement 12/2026' },
  retention: 'P90D',
  by: 'Ines Oduya',
};

export const DEFINITION = {
  from: '2026-06-01T00:00:00Z',
  to: '2026-09-10T00:00:00Z',
  access: [{ log: 'admin', viewers: 'people' as const, actions: ['view_contact'] }],
  teams: true,
  routing: ['region' as const],
  tryKeys: [],
  reports: { at: 'reports.csv', id: 'customer_id' },
  setAside: [],
  controls: [{ name: 'spam', at: 'past.csv', id: 'customer_id' }],
  alpha: 0.01,
};

/** Of a count of what everybody can see. */
export const ACCESS = {
  from: '2026-06-01T00:00:00Z',
  to: '2026-08-30T00:00:00Z',
  tools: [{ tool: 'desk', log: 'admin', fields: ['email'] }],
  grants: { format: 'csv' as const, grants: 'grants.csv', members: 'members.csv' },
};

export const SECRET_NAME = 'e-4711';
const LINE = `2026-07-01T00:00:00Z,${SECRET_NAME},view_contact,c-1`;

const REPORT = {
  person: 'c-1',
  reported: '2026-08-01T00:00:00.000Z',
  lookedUp: '2026-07-01T00:00:00.000Z',
  file: 'admin.csv',
  row: 1,
};

/** One employee and one team are named. */
export function doneOf(trace: string, incident: string): Done & Readonly<{ answer: TraceAnswer }> {
  const named: TraceAnswer['named'] = [
    {
      candidate: 'employee-3',
      kind: 'employee',
      logE: 20,
      hits: 1,
      expected: 0.1,
      seen: 10,
      spare: 0,
      reports: [{ ...REPORT, others: 2 }],
      alsoSeenBy: [{ candidate: 'employee-9', hits: 1 }],
      insteadOf: [],
      against: ['Without any one of these reports they would not stand out.'],
    },
  ];
  const answer: TraceAnswer = {
    schema: 'forthright/trace/1',
    title: trace,
    gate: { occasion: { incident }, ...GATE },
    outcome: 'named',
    refusal: null,
    alpha: 0.01,
    threshold: 11,
    named,
    candidates: { people: 200, teams: 20, paths: 0 },
    reports: {
      used: 30,
      repeated: 0,
      setAside: 0,
      unidentified: 0,
      ambiguous: 0,
      untimed: 0,
      seenByNobody: 0,
    },
    lookUps: { pairs: 1000, people: 500, withoutViewer: 0, own: 0 },
    routing: ['region'],
    controls: {
      needed: 100,
      each: [{ name: 'spam', reports: 200, quiet: true, chance: 0.5, named: 0 }],
      missing: [],
    },
    cautions: ['Names are of accounts.'],
    evidence: [{ path: 'admin.csv', bytes: 100, sha256: 'ab'.repeat(32) }],
  };
  const behind = { account: SECRET_NAME, members: [], lines: [{ ...REPORT, line: LINE }] };
  return {
    answer,
    workspace: 'cd'.repeat(32),
    behind: [{ candidate: 'employee-3', kind: 'employee', behind }],
  };
}

/** One employee, who can see everybody and looked up two. */
export function countOf(trace: string, incident: string): Done {
  const used = { reachable: 500, used: 2, explained: 1 };
  const one = { tool: 'desk', fields: [{ field: 'email', reachable: 500 }], ...used };
  const answer: AccessAnswer = {
    schema: 'forthright/access/1',
    title: trace,
    gate: { occasion: { incident }, ...GATE },
    from: '2026-06-01T00:00:00.000Z',
    to: '2026-08-30T00:00:00.000Z',
    customers: 500,
    people: { all: 1, withGrants: 1, withoutGrants: 0 },
    tools: [{ tool: 'desk', fields: ['email'], people: 1, customers: 2, lookUps: 2, explained: 1 }],
    roles: [{ role: 'agent', employees: 1, ...one }],
    each: [{ candidate: 'employee-1', kind: 'employee', roles: ['agent'], beyond: 0, idle: 498, ...one }],
    more: 0,
    cut: [
      {
        role: 'agent',
        tool: 'desk',
        field: 'email',
        customers: 'all',
        employees: 1,
        reachable: 500,
        used: 2,
        usedBy: 1,
      },
      {
        role: 'agent',
        tool: 'desk',
        field: 'phone',
        customers: 'all',
        employees: 1,
        reachable: 500,
        used: 0,
        usedBy: 0,
      },
      {
        role: 'lead',
        tool: 'desk',
        field: 'email',
        customers: 'region R1',
        employees: 0,
        reachable: 100,
        used: 0,
        usedBy: 0,
      },
    ],
    replay: null,
    who: [],
    unusual: [],
    cautions: [],
    evidence: [],
  };
  const behind = { account: SECRET_NAME, members: [], lines: [] };
  return {
    answer,
    workspace: 'cd'.repeat(32),
    behind: [{ candidate: 'employee-1', kind: 'employee', behind }],
  };
}

/** The job of a run, as the one holds it who is about to end it. */
export async function held(db: Db, incident: string, id: string): Promise<Held> {
  await db.transaction((tx) =>
    tx.run(
      `UPDATE jobs SET state = 'running', attempt = 1, lease_until = clock_timestamp() + interval '1 hour' WHERE id = :id::text`,
      { id },
    ),
  );
  return { id, kind: TRACE_RUN, subject: incident, input: {}, attempt: 1, mostAttempts: 3 };
}

/** A workspace file into which `DEFINITION` fits. */
export const WORKSPACE = `organisation: { name: Marlow Market, country: LU, domains: [marlow.example] }
sources:
  customers: { at: customers.csv, columns: { id: customer_id, region: region } }
  employees: { at: employees.csv, columns: { id: employee_id, team: team } }
  logs:
    admin: { at: admin.csv, format: csv, columns: { time: at, viewer: employee, action: action, person: customer } }
`;
