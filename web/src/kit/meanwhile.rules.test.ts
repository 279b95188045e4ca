import assert from 'node:assert/strict';
import { test } from 'node:test';
import {
  conflictsOf,
  isTouched,
  UNTOUCHED,
  valuesOf,
  withMine,
  withTheirs,
  withTyped,
} from './meanwhile.rules.ts';

const ENTITY = ['entity', 'country'];
const GROUPS = [ENTITY];
const BEFORE = { site: 'marlow.example', brand: '', entity: 'Marlow', country: 'LU', data: ['name'] };

test('what nobody has touched follows what somebody else says', () => {
  const typing = withTyped(UNTOUCHED, BEFORE, GROUPS, ['brand', 'Marlow Home']);
  const now = { ...BEFORE, site: 'shop.example' };
  assert.deepEqual(valuesOf(typing, now), { ...now, brand: 'Marlow Home' });
  assert.deepEqual(conflictsOf(typing, now, GROUPS), []);
});

test('a field that two have changed is a conflict, and stays as it was typed', () => {
  const typing = withTyped(UNTOUCHED, BEFORE, GROUPS, ['site', 'mine.example']);
  const now = { ...BEFORE, site: 'theirs.example' };
  assert.equal(valuesOf(typing, now).site, 'mine.example');
  assert.deepEqual(conflictsOf(typing, now, GROUPS), [['site']]);
});

test('one who changes the name and one who changes the country of the same entity are told, for it goes whole', () => {
  const typing = withTyped(UNTOUCHED, BEFORE, GROUPS, ['entity', 'Marlow Market']);
  const now = { ...BEFORE, country: 'DE' };
  assert.deepEqual(conflictsOf(typing, now, GROUPS), [ENTITY]);
  assert.equal(valuesOf(typing, now).country, 'LU', 'as whoever typed saw it');
});

test('what was changed before it was touched is no conflict', () => {
  const now = { ...BEFORE, country: 'DE' };
  const typing = withTyped(UNTOUCHED, now, GROUPS, ['entity', 'Marlow Market']);
  assert.deepEqual(conflictsOf(typing, now, GROUPS), []);
  assert.equal(valuesOf(typing, now).country, 'DE');
});

test('two who say the same have no conflict, whatever the order of what is chosen', () => {
  const typing = withTyped(UNTOUCHED, BEFORE, GROUPS, ['data', ['name', 'email']]);
  assert.deepEqual(conflictsOf(typing, { ...BEFORE, data: ['email', 'name'] }, GROUPS), []);
});

test('to take theirs drops what was typed in that group alone', () => {
  const both = withTyped(withTyped(UNTOUCHED, BEFORE, GROUPS, ['brand', 'Marlow Home']), BEFORE, GROUPS, [
    'entity',
    'Marlow Market',
  ]);
  const now = { ...BEFORE, entity: 'Marlow Holding' };
  const taken = withTheirs(both, ENTITY);
  assert.deepEqual(valuesOf(taken, now), { ...now, brand: 'Marlow Home' });
  assert.deepEqual(conflictsOf(taken, now, GROUPS), []);
});

test('to keep mine settles what was read, and no later change', () => {
  const typing = withTyped(UNTOUCHED, BEFORE, GROUPS, ['site', 'mine.example']);
  const now = { ...BEFORE, site: 'theirs.example' };
  const kept = withMine(typing, now, ['site']);
  assert.deepEqual(conflictsOf(kept, now, GROUPS), []);
  assert.equal(valuesOf(kept, now).site, 'mine.example');
  assert.deepEqual(conflictsOf(kept, { ...now, site: 'later.example' }, GROUPS), [['site']]);
});

test('what is typed back to what it was is touched no more', () => {
  const typed = withTyped(UNTOUCHED, BEFORE, GROUPS, ['entity', '']);
  assert.ok(isTouched(typed));
  const back = withTyped(typed, BEFORE, GROUPS, ['entity', 'Marlow']);
  assert.ok(!isTouched(back));
  assert.equal(valuesOf(back, { ...BEFORE, entity: 'Marlow Holding' }).entity, 'Marlow Holding');
});
