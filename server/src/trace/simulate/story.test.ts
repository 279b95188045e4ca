import assert from 'node:assert/strict';
import { test } from 'node:test';
import { accountOf, HABITS, reportsOf, type Story, soldBy, worldAfter } from './story.ts';
import { makeWorld, ORDINARY, seenBy } from './world.ts';

const world = makeWorld({
  ...ORDINARY,
  customers: 5000,
  employees: 120,
  regions: 1,
  analysts: 2,
});
const LEAKER = 17;
const story = (habit: Story['habit']): Story => ({
  seed: 3,
  leakers: [LEAKER],
  habit,
  sold: 60,
  reporting: 0.5,
  noise: 1,
});

for (const habit of HABITS)
  test(`whoever sells (${habit}) has looked up whom they sold, through the account that the truth names`, () => {
    const one = story(habit);
    const account = accountOf(world, one, LEAKER);
    const after = worldAfter(world, one);
    const sold = soldBy(world, one).get(account) ?? assert.fail();
    const seen = new Set(seenBy(after, account));
    assert.ok(sold.length > 0 && sold.every((customer) => seen.has(customer)));
    assert.ok(reportsOf(world, one).every(({ of }) => of === account || of === -1));
    // Nobody else has looked anybody up for it.
    const other = LEAKER + 20;
    assert.deepEqual(seenBy(after, other), seenBy(world, other));
  });

test('a team-mate’s account is another of the same team, and what was sold by it the leaker had seen', () => {
  const one = story('team-mate');
  const account = accountOf(world, one, LEAKER);
  assert.notEqual(account, LEAKER);
  assert.equal(world.teamOf(account), world.teamOf(LEAKER));
  const seen = new Set(seenBy(world, LEAKER));
  assert.ok(
    soldBy(world, one)
      .get(account)
      ?.every((customer) => seen.has(customer)),
  );
});

test('who looks up in bulk looks up people whom their work had not brought them', () => {
  const before = new Set(seenBy(world, LEAKER));
  const sold = soldBy(world, story('bulk-export')).get(LEAKER) ?? [];
  assert.ok(sold.some((customer) => !before.has(customer)));
});
