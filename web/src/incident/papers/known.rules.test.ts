import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  changedCategories,
  changedCause,
  changedEntity,
  changedFigure,
  changedReporter,
  changedRole,
} from './known.rules.ts';

const CAUSE = {
  action: 'error',
  variety: 'Publishing error',
  actor: 'internal',
  actorVariety: 'Developer',
  summary: 'A template printed the author.',
} as const;
const entity = { name: 'Marlow Market', country: 'LU' };
const none = { name: undefined, country: undefined };

test('what is said as it stands already is not sent', () => {
  assert.deepEqual(changedEntity({ entity }, entity), {});
  assert.deepEqual(changedRole({ role: { as: 'processor', for: 'X' } }, { as: 'processor', for: 'X' }), {});
  assert.deepEqual(changedReporter({ reportedBy: { as: 'seller', name: 'Lea' } }, 'seller'), {});
  assert.deepEqual(changedCause({ cause: CAUSE }, CAUSE), {});
  const estimate = { min: 5, max: 9, by: 'Ada', label: 'estimated' } as const;
  assert.deepEqual(changedFigure('estimate', { estimate }, { min: 5, max: 9, by: 'Bo' }), {});
});

test('what was emptied is taken back, and what was never said is not', () => {
  assert.deepEqual(changedEntity({ entity }, none), { entity: null });
  assert.deepEqual(changedEntity({}, none), {});
  assert.deepEqual(changedRole({ role: { as: 'controller' } }, { as: undefined, for: undefined }), {
    role: null,
  });
  assert.deepEqual(changedReporter({ reportedBy: { as: 'seller' } }, undefined), { reportedBy: null });
  const nothing = { action: undefined, actor: 'unknown', summary: undefined } as const;
  assert.deepEqual(changedCause({ cause: CAUSE }, nothing), { cause: null });
  assert.deepEqual(changedCause({}, nothing), {});
  assert.deepEqual(changedCategories({ categories: { data: ['name'] } }, { data: [], people: [] }), {
    categories: null,
  });
  const figure = { min: 5, max: 9, by: 'Ada', label: 'estimated' } as const;
  const emptied = { min: undefined, max: undefined, by: 'Bo' };
  assert.deepEqual(changedFigure('estimate', { estimate: figure }, emptied), { estimate: null });
  assert.deepEqual(changedFigure('records', { records: figure }, emptied), { records: null });
  assert.deepEqual(changedFigure('records', {}, emptied), {});
});

test('a country alone is no entity; with another country the name goes along', () => {
  assert.deepEqual(changedEntity({}, { name: undefined, country: 'DE' }), {});
  assert.deepEqual(changedEntity({ entity }, { ...entity, country: 'DE' }), {
    entity: { name: 'Marlow Market', country: 'DE' },
  });
});

test('an erased text is neither said anew nor taken back by whoever saves the rest', () => {
  assert.deepEqual(changedEntity({ entity: { name: null, country: 'LU' } }, none), {});
  assert.deepEqual(
    changedCause({ cause: { ...CAUSE, summary: null } }, { ...CAUSE, summary: undefined }),
    {},
  );
});

test('whoever corrects who reported it keeps the name, and the finer names of a cause stay with the coarse', () => {
  assert.deepEqual(
    changedReporter({ reportedBy: { as: 'seller', name: 'Lea', contact: 'lea@lamp.example' } }, 'vendor'),
    { reportedBy: { as: 'vendor', name: 'Lea', contact: 'lea@lamp.example' } },
  );
  assert.deepEqual(changedCause({ cause: CAUSE }, { ...CAUSE, actor: 'partner' }).cause, {
    action: 'error',
    actor: 'partner',
    variety: 'Publishing error',
    summary: CAUSE.summary,
  });
});

test('one bound alone is both', () => {
  assert.deepEqual(changedFigure('estimate', {}, { min: undefined, max: 7, by: 'Bo' }), {
    estimate: { min: 7, max: 7, by: 'Bo' },
  });
});
