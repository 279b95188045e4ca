import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  closureOf,
  customersOf,
  grantsOf,
  readCedar,
  readJson,
  readOpenFga,
  readPostgres,
  readScim,
} from './grants.rules.ts';

test('customers of a grant are all, some of each key, or single ones; all else is no grant', () => {
  for (const [text, customers] of [
    ['*', {}],
    ['region=R1', { region: ['R1'] }],
    [' region = R1 | R2 ; country=DE', { region: ['R1', 'R2'], country: ['DE'] }],
    ['id=c-1|c-2', { id: ['c-1', 'c-2'] }],
    ['', undefined],
    ['R1', undefined],
    ['region=', undefined],
    ['region=a=b', undefined],
    ['team=x', undefined],
    ['region=R1;region=R2', undefined],
    ['id=c-1;region=R1', undefined],
  ] as const)
    assert.deepEqual(customersOf(text), customers, text);
  const rows = [
    { role: 'agent', tool: 'desk', field: 'email', customers: '*' },
    { role: 'agent', tool: '', field: 'email', customers: '*' },
  ];
  const { grants, problems } = grantsOf(rows, 'grants.csv');
  assert.deepEqual([grants.length, problems.map(({ at }) => at)], [1, ['grants.csv:3']]);
});

test('JSON: roles with their grants, members with their roles', () => {
  const given = {
    roles: [
      {
        name: 'agent',
        grants: [
          { tool: 'desk', fields: ['email', 'phone'], customers: 'all' },
          { tool: 'store', fields: ['address'], customers: { region: ['R1'] } },
        ],
      },
    ],
    members: [{ employee: 'e-1', roles: ['agent', 'lead'] }],
  };
  const { grants, members } = readJson(given, 'g.json');
  assert.deepEqual(grants, [
    { role: 'agent', tool: 'desk', field: 'email', customers: {} },
    { role: 'agent', tool: 'desk', field: 'phone', customers: {} },
    { role: 'agent', tool: 'store', field: 'address', customers: { region: ['R1'] } },
  ]);
  assert.deepEqual(members, [
    { employee: 'e-1', role: 'agent' },
    { employee: 'e-1', role: 'lead' },
  ]);
  assert.match(
    readJson({ roles: [{ name: 'x' }], members: [] }, 'g.json').problems[0]?.at ?? '',
    /^g\.json: roles\.0/,
  );
  assert.equal(readJson('text', 'g.json').problems.length, 1);
});

test('SCIM: a list of groups, whose members have the grants of the group’s name (RFC 7644, 3.4.2)', () => {
  const list = {
    schemas: ['urn:ietf:params:scim:api:messages:2.0:ListResponse'],
    totalResults: 2,
    Resources: [
      {
        schemas: ['urn:ietf:params:scim:schemas:core:2.0:Group'],
        id: 'e9e30dba-f08f-4109-8486-d5c6a331660a',
        displayName: 'Support',
        members: [{ value: 'e-1', $ref: '../Users/e-1', display: 'Babs Jensen' }, { value: 'e-2' }],
      },
      { id: 'fc348aa8-3835-40eb-a20b-c726e15c55b5', displayName: 'Employees', members: [{ value: 'e-1' }] },
    ],
  };
  const rows = [{ role: 'Support', tool: 'desk', field: '*', customers: '*' }];
  const read = readScim(list, rows, { groups: 'groups.json', grants: 'grants.csv' });
  assert.deepEqual(
    read.members.map(({ employee, role }) => `${employee} ${role}`),
    ['e-1 Support', 'e-2 Support', 'e-1 Employees'],
  );
  assert.match(read.cautions[0] ?? '', /^1 groups stand in no row of grants\.csv/);
  assert.ok(
    readScim({ Resources: [{}] }, rows, { groups: 'groups.json', grants: 'grants.csv' }).problems.length > 0,
  );
});

test('PostgreSQL: columns that somebody may read, by roles that roles are members of, and PUBLIC for all', () => {
  const column = (
    grantee: string,
    column_name: string,
    privilege_type = 'SELECT',
    table_name = 'customers',
  ) => ({
    grantee,
    table_schema: 'public',
    table_name,
    column_name,
    privilege_type,
  });
  const read = readPostgres(
    [
      column('readers', 'email'),
      column('readers', 'email', 'UPDATE'),
      column('readers', 'created_at'),
      column('PUBLIC', 'region'),
      column('ana', 'email', 'SELECT', 'other'),
    ],
    [
      { role: 'readers', member: 'analysts' },
      { role: 'analysts', member: 'ana' },
    ],
    { tables: { 'public.customers': { email: 'email', region: 'region' } }, tool: 'database' },
  );
  assert.deepEqual(
    read.grants.map(({ role, field }) => `${role} ${field}`),
    ['readers email', 'PUBLIC region'],
  );
  const ofAna = read.members.filter(({ employee }) => employee === 'ana').map(({ role }) => role);
  assert.deepEqual(ofAna.sort(), ['PUBLIC', 'ana', 'analysts', 'readers']);
  assert.deepEqual([...new Set(read.members.map(({ employee }) => employee))], ['ana']);
  assert.match(read.cautions.join(' '), /Row security/);
});

test('OpenFGA: who has a relation to customers, by themselves, by a team, or as anybody', () => {
  const tuples = [
    {
      key: { user: 'user:e-1', relation: 'viewer', object: 'customer:c-1' },
      timestamp: '2026-11-01T00:00:00Z',
    },
    { key: { user: 'user:e-1', relation: 'member', object: 'team:returns' } },
    { key: { user: 'team:returns#member', relation: 'viewer', object: 'region:R1' } },
    { key: { user: 'team:returns#member', relation: 'member', object: 'team:all' } },
    { key: { user: 'team:all#member', relation: 'viewer', object: 'country:DE' } },
    { key: { user: 'user:*', relation: 'viewer', object: 'customers:all' } },
    { key: { user: 'user:e-2', relation: 'owner', object: 'region:R2' } },
  ];
  const relations = { viewer: { tool: 'desk', fields: ['email'] } };
  const { grants, members } = readOpenFga(tuples, { relations, tuples: 'tuples.json' });
  const seenBy = (who: string) => {
    const roles = members.filter(({ employee }) => employee === who).map(({ role }) => role);
    return grants
      .filter(({ role }) => roles.includes(role))
      .map(({ customers }) => JSON.stringify(customers))
      .sort();
  };
  assert.deepEqual(seenBy('e-1'), ['{"country":["DE"]}', '{"id":["c-1"]}', '{"region":["R1"]}', '{}']);
  assert.deepEqual(seenBy('e-2'), ['{}']);
  assert.equal(readOpenFga([{ user: 'x' }], { relations, tuples: 't.json' }).problems.length, 1);
});

test('Cedar: what is permitted to groups and people; conditions and what forbids are said, and count for more to be seen', () => {
  const entity = (type: string, id: string) => ({ type, id });
  const policies = {
    staticPolicies: {
      p0: {
        effect: 'permit',
        principal: { op: 'in', entity: entity('Group', 'support') },
        action: { op: '==', entity: entity('Action', 'view') },
        resource: { op: 'in', entity: entity('Region', 'R1') },
        conditions: [{ kind: 'when', body: {} }],
      },
      p1: {
        effect: 'permit',
        principal: { op: '==', entity: entity('User', 'e-9') },
        action: { op: 'All' },
        resource: { op: 'All' },
        conditions: [],
      },
      p2: {
        effect: 'forbid',
        principal: { op: 'All' },
        action: { op: 'All' },
        resource: { op: 'All' },
        conditions: [],
      },
      p3: {
        effect: 'permit',
        principal: { op: 'All' },
        action: { op: 'All' },
        resource: { op: '==', entity: entity('Album', 'x') },
        conditions: [],
      },
    },
  };
  const entities = [
    { uid: { __entity: entity('User', 'e-1') }, attrs: {}, parents: [entity('Group', 'returns')] },
    { uid: entity('User', 'e-9'), attrs: {}, parents: [] },
    { uid: entity('Group', 'returns'), attrs: {}, parents: [entity('Group', 'support')] },
    { uid: entity('Group', 'support'), attrs: {}, parents: [] },
  ];
  const read = readCedar(policies, entities, {
    actions: { view: { tool: 'desk', fields: ['email'] } },
    policies: 'p.json',
    entities: 'e.json',
    people: 'User',
  });
  assert.deepEqual(read.grants, [
    { role: 'Group::support', tool: 'desk', field: 'email', customers: { region: ['R1'] } },
    { role: 'User::e-9', tool: 'desk', field: 'email', customers: {} },
  ]);
  assert.deepEqual([...new Set(read.members.map(({ employee }) => employee))], ['e-1', 'e-9']);
  assert.ok(read.members.some(({ employee, role }) => employee === 'e-1' && role === 'Group::support'));
  assert.match(
    read.cautions.join(' '),
    /1 policies with conditions .* 1 that forbid .* 1 policies are for resources/,
  );
});

test('roles that are members of each other end', () => {
  const parents = new Map([
    ['a', ['b']],
    ['b', ['a']],
  ]);
  assert.deepEqual(closureOf('a', parents), ['a', 'b']);
});
