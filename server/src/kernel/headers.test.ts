import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fromHeader, headerOf, headersOf } from './headers.ts';

test('any text goes into a header and comes out again', () => {
  for (const text of ['', 'a.log', 'Zugriff “1”, 100 %.log', 'a\r\nX-Evil: 1', '顧客', '🙂', " '()*!~"]) {
    const value = headersOf({ origin: text })['Forthright-Origin'] ?? '';
    assert.match(value, /^[ -~]*$/);
    assert.equal(fromHeader(value), text);
  }
  assert.equal(fromHeader(headersOf({ name: 'a\ud800' })['Forthright-Name'] ?? ''), 'a\ufffd');
  assert.equal(headerOf('nextUpdate'), 'Forthright-Next-Update');
});

test('what is no such header is none', () => {
  for (const raw of ['a b', 'a, b', 'é', '%', '%zz', '%ff', 'a/b'])
    assert.equal(fromHeader(raw), undefined, raw);
});
