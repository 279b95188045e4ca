import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { original, rewritten } from './srs.ts';

const key = Buffer.alloc(32, 7);
const now = new Date('2026-11-22T10:00:00Z');
const DAY = 86_400_000;
const by = { key, domain: 'relay.marlow.example', now };
const local = (address = ''): string => address.slice(0, address.lastIndexOf('@'));

test('what was rewritten goes back to whom it came from, in any case of letters', () => {
  fc.assert(
    fc.property(
      fc.stringMatching(/^[a-z0-9.=+_-]{1,12}$/),
      fc.stringMatching(/^[a-z0-9-]{1,10}\.example$/),
      (name, domain) => {
        const written = rewritten(`${name}@${domain}`, by) ?? assert.fail();
        assert.match(written, /^SRS0=[^@]+@relay\.marlow\.example$/);
        assert.equal(original(local(written), { keys: [Buffer.alloc(32), key], now }), `${name}@${domain}`);
        const shouted = original(local(written).toUpperCase(), { keys: [key], now });
        assert.equal(shouted?.toLowerCase(), `${name}@${domain}`);
      },
    ),
    { numRuns: 300 },
  );
});

test('nobody else’s, nothing that was altered, and nothing after three weeks', () => {
  const written = local(rewritten('anna@people.example', by));
  const opens = (text: string, more = {}) => original(text, { keys: [key], now, ...more });
  assert.equal(opens(written), 'anna@people.example');
  assert.equal(opens(written, { keys: [Buffer.alloc(32, 8)] }), undefined);
  assert.equal(opens(written, { keys: [] }), undefined);
  assert.equal(opens(written.replace('people', 'others')), undefined);
  assert.equal(opens(written.replace('anna', 'otto')), undefined);
  for (const text of ['', 'SRS0', 'SRS0=', 'SRS0=a=b=c=d', 'anna', 'SRS1=x==y'])
    assert.equal(opens(text), undefined);
  assert.equal(opens(written, { now: new Date(now.getTime() + 21 * DAY) }), 'anna@people.example');
  assert.equal(opens(written, { now: new Date(now.getTime() + 22 * DAY) }), undefined);
  // The day's number goes round after 1,024 days; what was written then is not ours of now but for its own three weeks.
  assert.equal(opens(written, { now: new Date(now.getTime() + 1000 * DAY) }), undefined);
});

test('an address that would be too long, or is none, is not rewritten', () => {
  assert.equal(rewritten(`${'a'.repeat(60)}@people.example`, by), undefined);
  assert.equal(rewritten('nobody', by), undefined);
  assert.equal(rewritten('"a b"@people.example', by), undefined);
});
