/** No operation that changes something is left out of the killing tests, whichever stage it comes from. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DEEDS as OF_INCIDENTS } from '../../server/src/incident/killing.child.ts';
import { KILLED_AS } from '../../server/src/incident/killing.ts';
import { allOperations } from '../../server/src/serve.ts';
import { DEEDS as OF_CAMPAIGNS } from './campaigns.child.ts';
import { DEEDS as OF_DESK } from './desk.child.ts';
import { DEEDS as OF_DUTIES } from './duties.child.ts';
import { DEEDS as OF_EDITIONS } from './editions.child.ts';
import { DEEDS as OF_LOOKS } from './looks.child.ts';
import { DEEDS as OF_PEOPLE } from './people.child.ts';
import { DEEDS as OF_TRACES } from './traces.child.ts';
import { DEEDS as OF_WEBHOOKS } from './webhooks.child.ts';

/** They reckon and keep nothing; that no entry comes of them is shown where each is tested. */
const KEEP_NOTHING = ['draft-risk', 'draft-report', 'draft-notice', 'check-edition'];

test('a process is killed in the midst of every operation that changes something', () => {
  const killed = new Set(
    [
      OF_INCIDENTS,
      OF_PEOPLE,
      OF_WEBHOOKS,
      OF_CAMPAIGNS,
      OF_DUTIES,
      OF_EDITIONS,
      OF_DESK,
      OF_LOOKS,
      OF_TRACES,
    ].flatMap((deeds) => Object.keys(deeds)),
  );
  const changing = allOperations().filter(({ method }) => method !== 'GET');
  assert.deepEqual(
    changing
      .map(({ name }) => name)
      .filter((name) => !killed.has(KILLED_AS[name] ?? name) && !KEEP_NOTHING.includes(name)),
    [],
  );
});
