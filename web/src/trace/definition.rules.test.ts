import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type Draft, definitionOf, draftOf, emptyDraft, NO_FILE } from './definition.rules.ts';

const draft: Draft = {
  ...emptyDraft(['rpt_1']),
  from: '2026-06-01T02:00',
  to: '2026-09-10T02:00',
  logs: [{ log: 'admin', viewers: 'people', actions: 'view_contact, export', path: '' }],
  uses: { country: 'no', region: 'routing', language: 'try', week: 'no' },
  tables: [{ name: 'category', at: 'categories.csv', id: 'customer_id', column: 'category', use: 'try' }],
  controls: [{ ...NO_FILE, name: 'spam of the summer', at: 'past.csv' }],
  others: true,
};

test('what was typed becomes what the server takes, and comes back as it was typed', () => {
  const definition = definitionOf(draft);
  assert.deepEqual(definition.access, [
    { log: 'admin', viewers: 'people', actions: ['view_contact', 'export'] },
  ]);
  assert.deepEqual(definition.routing, ['region']);
  assert.deepEqual(definition.tryKeys, [
    'language',
    { name: 'category', at: 'categories.csv', id: 'customer_id', column: 'category' },
  ]);
  assert.deepEqual(definition.reports, { groups: ['rpt_1'], alsoUnproved: false });
  assert.deepEqual(
    definition.controls.map(({ name }) => name),
    ['spam of the summer', 'other reports'],
  );
  assert.deepEqual(draftOf(definition), { ...draft });
});

test('a file of reports names its people by one column', () => {
  const file = { ...NO_FILE, at: 'reports.csv', by: 'email' as const, column: 'address', time: '' };
  const definition = definitionOf({ ...draft, source: 'file', file });
  assert.deepEqual(definition.reports, { at: 'reports.csv', email: 'address' });
  assert.deepEqual(
    definition.controls.map(({ name }) => name),
    ['spam of the summer'],
    'no group, no others',
  );
  assert.deepEqual(draftOf(definition).file, file);
});
