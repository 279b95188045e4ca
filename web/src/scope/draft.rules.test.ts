import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Leak } from '@forthright/contract';
import { draftOf, leakOf, NEW, problemsByField } from './draft.rules.ts';

const window = { from: '2025-11-18T06:00:07Z', to: '2025-11-20T15:30:00Z' };
const web = { log: 'web', status: [200], methods: ['GET', 'POST'] };

const LEAKS: readonly Leak[] = [
  {
    id: 'a',
    kind: 'page',
    ...window,
    ...web,
    path: '/reviews/{reviews}',
    hosts: ['www.m.example'],
    fields: ['name'],
  },
  {
    id: 'b',
    kind: 'shared-cache',
    ...window,
    ...web,
    path: '/account',
    rules: { STALE: 'hit' },
    fields: ['email'],
  },
  {
    id: 'c',
    kind: 'access',
    ...window,
    log: 'admin',
    viewers: ['E1', 'E2'],
    actions: ['view'],
    fields: ['phone'],
  },
  {
    id: 'd',
    kind: 'export',
    ...window,
    ...web,
    path: '/exports/a.csv',
    people: { at: 'data/a.csv', id: 'customer' },
    recipients: ['Somebody, Ltd', { id: 'S2007', class: 'seller' }],
    fields: ['email', 'size of shoes'],
  },
  { id: 'e', kind: 'mailing', eml: 'mail/a.eml', sentAt: '2025-11-18T09:12:44Z', fields: ['name', 'email'] },
  { id: 'f', kind: 'mailing', people: { at: 'a.csv', email: 'address' }, fields: ['email'] },
  {
    id: 'g',
    kind: 'url',
    ...window,
    ...web,
    path: '/t?email={customers.email}',
    passedTo: ['x.example'],
    fields: ['email'],
  },
  { id: 'h', kind: 'list', people: { at: 'a.csv', id: 'id' }, at: '2025-11-19T12:00:00Z', fields: ['name'] },
];

test('a leak of each kind that is opened in the form and saved is the same leak', () => {
  for (const leak of LEAKS) {
    assert.deepEqual(Leak.parse(leak), leak, leak.id);
    assert.deepEqual(Leak.parse(leakOf(draftOf(leak), leak.id)), leak, leak.id);
  }
});

test('what was not typed is missing, and the schema of the server says so', () => {
  const { error } = Leak.safeParse(leakOf({ ...NEW, kind: 'export', log: '', fields: [] }, 'x'));
  const at = error?.issues.map(({ path }) => path.join('.')).sort();
  assert.deepEqual(at, ['fields', 'from', 'people.at', 'to']);
});

test('what the server finds wrong stands at its field, however the leak was sent', () => {
  const told = problemsByField([
    { at: 'leak.path', message: 'one' },
    { at: 'leaks.0.path', message: 'two' },
    { at: 'leaks.0.people.at', message: 'three' },
    { at: 'leaks.0', message: 'four' },
  ]);
  assert.deepEqual(
    [...told],
    [
      ['path', 'one; two'],
      ['people', 'three'],
      ['', 'four'],
    ],
  );
});
