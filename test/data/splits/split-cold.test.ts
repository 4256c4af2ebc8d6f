import { Interactions, split } from 'attune';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

const interactions = fc
  .array(fc.record({ user: fc.nat(8), item: fc.nat(8), time: fc.nat(5) }), { minLength: 1, maxLength: 60 })
  .map((rows) =>
    Interactions.fromColumns({
      users: rows.map(({ user }) => `u${user}`),
      items: rows.map(({ item }) => `i${item}`),
      values: Float32Array.from(rows, (_, at) => at + 1),
      timestamps: Float64Array.from(rows, ({ time }) => time),
    }),
  );
const valuesOf = (...parts: Interactions[]) => parts.flatMap((part) => [...part.values]).sort((a, b) => a - b);
const seeds = fc.integer({ min: 0, max: 99 });
const shares = fc.double({ min: 0.05, max: 0.9, noNaN: true });

describe("split 'cold-items'", () => {
  it('holds out all rows of a share of the items, the same for a seed', () =>
    fc.assert(
      fc.property(interactions, seeds, shares, (all, seed, testFraction) => {
        const { train, test } = split(all, { strategy: 'cold-items', testFraction, seed });
        expect(valuesOf(train, test)).toEqual(valuesOf(all));
        for (const item of test.items) expect(train.items.has(item)).toBe(false);
        expect(test.itemCount).toBe(Math.max(1, Math.round(all.itemCount * testFraction)));
        const again = split(all, { strategy: 'cold-items', testFraction, seed });
        expect([...again.test.values]).toEqual([...test.values]);
      }),
    ));

  it('draws other items for another seed, a tenth by default', () => {
    const all = Interactions.fromColumns({ users: Array(100).fill('u'), items: Array.from({ length: 100 }, (_, i) => `i${i}`) });
    const parts = [1, 2].map((seed) => split(all, { strategy: 'cold-items', seed }).test);
    expect(parts.map((part) => part.itemCount)).toEqual([10, 10]);
    expect([...parts[0].items]).not.toEqual([...parts[1].items]);
  });
});

describe("split 'cold-users'", () => {
  it('gives a few rows of each test user, and train nothing of them', () =>
    fc.assert(
      fc.property(
        interactions,
        seeds,
        fc.integer({ min: 1, max: 3 }),
        fc.constantFrom('oldest', 'random'),
        (all, seed, given, givenRows) => {
          const able = [...all.users].filter((_, user) => all.byUser.offsets[user + 1] - all.byUser.offsets[user] > given);
          fc.pre(able.length > 0);
          const parts = split(all, { strategy: 'cold-users', testFraction: 0.4, given, givenRows, seed });
          expect(valuesOf(parts.train, parts.given, parts.test)).toEqual(valuesOf(all));
          expect(parts.test.userCount).toBe(Math.max(1, Math.round(able.length * 0.4)));
          expect([...parts.given.users].sort()).toEqual([...parts.test.users].sort());
          for (const user of parts.test.users) {
            expect(parts.train.users.has(user)).toBe(false);
            const times = (part: Interactions) => [...part].filter((row) => row.user === user).map(({ timestamp = 0 }) => timestamp);
            expect(times(parts.given).length).toBe(given);
            if (givenRows === 'oldest') expect(Math.max(...times(parts.given))).toBeLessThanOrEqual(Math.min(...times(parts.test)));
          }
        },
      ),
    ));

  it('says when nobody has enough rows', () => {
    const all = Interactions.fromColumns({ users: ['a', 'b'], items: ['x', 'y'] });
    expect(() => split(all, { strategy: 'cold-users' })).toThrow(expect.objectContaining({ code: 'ERR_EMPTY' }));
    expect(() => split(all, { strategy: 'cold-users', given: 0 })).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
    expect(() => split(all, { strategy: 'cold-items', fraction: 0.1 } as never)).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_OPTION' }),
    );
  });
});
