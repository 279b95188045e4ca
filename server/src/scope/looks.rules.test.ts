import assert from 'node:assert/strict';
import { test } from 'node:test';
import { boundTo, columnFor, keysByPattern, patternsOf, referenceFor, type Shape } from './looks.rules.ts';

const shape = (path: string, lines: number, ...names: string[]): Shape => ({
  path,
  lines,
  names,
  sample: [],
});

test('the most frequent patterns come first, and what few lines have, which may be a name, is left out', () => {
  const patterns = patternsOf(
    [
      shape('/reviews/*', 40),
      shape('/', 90),
      shape('/about', 7),
      shape('/rosa-root', 1),
      shape('/reviews/*/', 3),
    ],
    10,
  );
  assert.deepEqual(patterns, [
    { path: '/', lines: 90 },
    { path: '/reviews/*', lines: 43 },
    { path: '/about', lines: 7 },
  ]);
});

test('many different words behind a part are values, however often each of them is there', () => {
  const people = Array.from({ length: 30 }, (_, n) =>
    shape(`/people/${'abcdefghijklmnop'[n % 16]}${'xy'[n >> 4]}/orders`, 10),
  );
  assert.deepEqual(patternsOf([...people, shape('/people', 20)], 10), [
    { path: '/people/*/orders', lines: 300 },
    { path: '/people', lines: 20 },
  ]);
});

test('one parameter may say what a page shows; several, or one with an odd name, say nothing', () => {
  const patterns = patternsOf(
    [shape('/thanks', 9, 'email'), shape('/search', 9, 'q', 'page'), shape('/x', 9, 'rosa@people.example')],
    10,
  );
  assert.deepEqual(
    patterns.map(({ path }) => path),
    ['/search', '/thanks?email=*', '/x'],
  );
});

test('the last star is the key, in a path and in a parameter', () => {
  assert.equal(boundTo('/shops/*/reviews/*/photos', 'reviews'), '/shops/*/reviews/{reviews}/photos');
  assert.equal(boundTo('/about', 'reviews'), undefined);
  const patterns = ['/shops/*/reviews/*', '/thanks?email=*', '/shops/*'].map((path) => ({ path, lines: 1 }));
  const keys = keysByPattern(patterns, [
    '/shops/7/reviews/R1?sort=new',
    '/shops/8/reviews/R2/',
    '/thanks?email=ana%40people.example',
    '/shops/9',
    '/elsewhere/R9',
  ]);
  assert.deepEqual(
    [...keys],
    [
      ['/shops/*/reviews/*', ['R1', 'R2']],
      ['/thanks?email=*', ['ana@people.example']],
      ['/shops/*', ['9']],
    ],
  );
});

test('a reference is suggested that knows half of the keys, and rather the one after which the path is named', () => {
  const known = [
    { reference: 'products', keys: 10 },
    { reference: 'reviews', keys: 8 },
    { reference: 'customers', keys: 4 },
  ];
  assert.equal(referenceFor('/review/*', 10, known), 'reviews');
  assert.equal(referenceFor('/p/*', 10, known), 'products');
  assert.equal(referenceFor('/p/*', 10, [{ reference: 'products', keys: 4 }]), null);
  assert.equal(referenceFor('/p/*', 0, [{ reference: 'products', keys: 0 }]), null);
});

test('ids come before addresses, and a column of which few rows are either is none', () => {
  const column = (name: string, addresses: number, customers: number) => ({ name, addresses, customers });
  assert.deepEqual(columnFor([column('mail', 10, 0), column('id', 0, 9)], 10), { id: 'id' });
  assert.deepEqual(columnFor([column('mail', 10, 0), column('id', 0, 4)], 10), { email: 'mail' });
  assert.equal(columnFor([column('a', 4, 4)], 10), null);
  assert.equal(columnFor([], 0), null);
});
