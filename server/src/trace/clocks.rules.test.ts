import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { bunchesAround, chanceOfOrder, type Look, lagInOrder, lagThatExplains } from './clocks.rules.ts';
import { burstOf, mostOfOneOrigin, originsOf } from './origins.rules.ts';
import { randomOf } from './simulate/world.ts';

const HOUR = 3_600_000;
const DAY = 24 * HOUR;

const look = (reported: number, lookedUp: number, isTimed = true): Look => ({
  reported: reported * DAY,
  lookedUp: lookedUp * DAY,
  isTimed,
});

describe('by how much a clock would have to be wrong', () => {
  it('is the distance of the look-up with which the name falls, the nearest gone first', () => {
    const looks = [look(100, 99.5), look(100, 90), look(100, 98), look(100, 40)];
    assert.equal(lagThatExplains(looks, 0), 0.5 * DAY);
    assert.equal(lagThatExplains(looks, 2), 10 * DAY);
    assert.equal(lagThatExplains(looks, 4), Infinity);
  });

  it('takes nothing for granted of a report without a time', () => {
    const looks = [look(100, 20, false), look(100, 90), look(100, 80)];
    assert.equal(lagThatExplains(looks, 0), 0);
    assert.equal(lagThatExplains(looks, 1), 10 * DAY);
  });
});

describe('look-ups in the order of reports', () => {
  /** Complaints handled within the hour, in a log that runs behind by so many days. */
  const handled = (n: number, behind: number, span: number) => {
    const random = randomOf(5);
    return Array.from({ length: n }, () => {
      const at = 100 + span * random();
      return look(at, at + random() / 24 - behind);
    });
  };

  it('show the clock of a log that the reports filled, even where all came within a day', () => {
    for (const [span, behind] of [
      [1, 3],
      [20, 3],
      [20, 45],
    ] as const) {
      const lag = lagInOrder(handled(30, behind, span), 25) ?? assert.fail();
      assert.ok(Math.abs(lag / DAY - behind) < 0.1, `${lag / DAY} for ${behind}`);
    }
  });

  it('say nothing where the name can do without them, where they are few, or where reports have days alone', () => {
    assert.equal(lagInOrder(handled(30, 3, 1), 30), null);
    assert.equal(lagInOrder(handled(4, 3, 1), 0), null);
    assert.equal(
      lagInOrder(
        Array.from({ length: 30 }, (_, n) => look(100, 97 + n / 100)),
        3,
      ),
      null,
    );
  });

  it('are seen in at most one of a hundred leaks by chance, whether sold from one evening’s export or from a summer’s work', () => {
    const random = randomOf(11);
    for (const [worked, span] of [
      [0.1, 1],
      [1, 2],
      [1, 20],
      [80, 20],
    ] as const) {
      let seen = 0;
      for (let n = 0; n < 500; n++) {
        const hits = 6 + Math.floor(random() * 25);
        const looks = Array.from({ length: hits }, () => look(100 + span * random(), 99 - worked * random()));
        if (lagInOrder(looks, Math.floor(hits * 0.6)) !== null) seen += 1;
      }
      assert.ok(seen <= 10, `${seen} of 500, ${worked} and ${span}`);
    }
  });

  it('have the chance of their order exactly', () => {
    const inOrder = (order: readonly number[]) => chanceOfOrder(order.map((t, r) => look(r, t)));
    const orders: (readonly number[])[] = [
      [0, 1, 2],
      [0, 2, 1],
      [1, 0, 2],
      [1, 2, 0],
      [2, 0, 1],
      [2, 1, 0],
    ];
    const discordant = [0, 1, 1, 2, 2, 3];
    for (const [i, order] of orders.entries()) {
      const atMost = discordant.filter((d) => d <= (discordant[i] ?? 0)).length / 6;
      assert.ok(Math.abs(inOrder(order) - atMost) < 1e-12);
    }
    assert.ok(chanceOfOrder(Array.from({ length: 5000 }, (_, n) => look(n, n))) < 1e-100);
  });
});

describe('what a log shows of its own clock', () => {
  const both = { logs: 1, sides: ['before', 'after'] } as const;

  it('is found where look-ups bunch three days before the reports, or right after them', () => {
    assert.deepEqual(
      bunchesAround(
        new Map([
          [-6, 40],
          [-8, 9],
          [0, 60],
          [2, 10],
        ]),
        both,
      ),
      [
        { bin: -6, people: 40, beside: 9 },
        { bin: 0, people: 60, beside: 10 },
      ],
    );
  });

  it('is not found in a week’s ups and downs, nor in a few', () => {
    const weekly = new Map(Array.from({ length: 84 }, (_, i) => [i - 42, (i % 14) * 10]));
    assert.deepEqual(bunchesAround(weekly, both), []);
    assert.deepEqual(bunchesAround(new Map([[-6, 7]]), both), []);
  });

  it('is seen in less than one of a hundred logs where nothing is wrong, and customers report what they were served lately', () => {
    const random = randomOf(3);
    let seen = 0;
    for (let n = 0; n < 1000; n++) {
      const around = new Map<number, number>();
      const reports = 50 + Math.floor(random() * 950);
      for (let i = 0; i < reports; i++) {
        // Look-ups in office hours, fewer at weekends, and twice as many in the week before the report as in others.
        const told = 60 + 200 * random();
        for (let k = 0; k < 4; k++) {
          const at = told + (random() < 0.15 ? -7 * random() : 42 * random() - 21);
          const isOpen = (at % 1) * 24 > 8 && (at % 1) * 24 < 18 && (at % 7 < 5 || random() < 0.3);
          const bin = Math.floor((at - told) * 2);
          if (isOpen) around.set(bin, (around.get(bin) ?? 0) + 1);
        }
      }
      if (bunchesAround(around, both).length > 0) seen += 1;
    }
    assert.ok(seen < 10, `${seen} of 1000`);
  });
});

describe('from where reports come', () => {
  const told = (hour: number, origin = '') => ({ reported: hour * HOUR, isTimed: true, origin });

  it('counts the most of one origin, and nothing of what has none', () => {
    const all = [told(1), told(2), told(3), told(4, 'a'), told(5, 'b'), told(6, 'a')];
    assert.equal(mostOfOneOrigin(all), 2);
    assert.deepEqual(originsOf(all), { known: 3, places: 2 });
  });

  it('sees a burst where half came within one hour, and none in days without hours', () => {
    assert.equal(burstOf([7, 7.2, 7.5, 7.9, 30, 50].map((h) => told(h))), 4);
    assert.equal(burstOf([7, 7.2, 7.5, 30, 50].map((h) => told(h))), null);
    assert.equal(burstOf([24, 24, 24, 24, 24].map((h) => told(h))), null);
  });
});
