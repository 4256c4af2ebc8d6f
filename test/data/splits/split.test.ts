import { Interactions, type Split, type SplitWithValidation, split } from 'attune';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';

/** Interactions of few users, with times that collide. */
const interactions = fc
  .uniqueArray(fc.record({ u: fc.nat(5), i: fc.nat(20), t: fc.nat(9) }), { selector: ({ u, i }) => u * 100 + i, maxLength: 80 })
  .map((rows) =>
    Interactions.fromColumns({
      users: rows.map((r) => `u${r.u}`),
      items: rows.map((r) => `i${r.i}`),
      values: rows.map((_, k) => k),
      timestamps: rows.map((r) => r.t),
    }),
  );
const fraction = fc.double({ min: 0.01, max: 0.49, noNaN: true });

/** The value of a row is its position, so values tell rows apart and show their order. */
const rowsOf = (part: Interactions) => [...part.values];
const partsOf = (s: Split | SplitWithValidation) => ('validation' in s ? [s.train, s.validation, s.test] : [s.train, s.test]);

function expectPartition(all: Interactions, parts: Interactions[]) {
  expect(parts.flatMap(rowsOf).sort((a, b) => a - b)).toEqual(rowsOf(all));
  for (const part of parts) {
    expect(rowsOf(part)).toEqual(rowsOf(part).sort((a, b) => a - b));
    for (const row of part) expect(all.at(row.value)).toEqual(row);
  }
}

describe('every split', () => {
  it('divides all rows into disjoint parts that keep their order, the same for the same seed', () => {
    fc.assert(
      fc.property(interactions, fraction, fraction, fc.integer(), (all, testFraction, validationFraction, seed) => {
        const splits = () => [
          split(all, { strategy: 'random', seed, testFraction }),
          split(all, { strategy: 'random', seed, testFraction, validationFraction }),
          split(all, { strategy: 'per-user', seed, testFraction }),
          split(all, { strategy: 'per-user', seed, testFraction, validationFraction, holdOut: 'newest', minTrain: 2 }),
          split(all, { strategy: 'by-time', testFraction }),
          split(all, { strategy: 'by-time', testFraction, validationFraction }),
          split(all, { strategy: 'by-time', at: 5, validationAt: 3 }),
          split(all, { strategy: 'leave-last-out' }),
          split(all, { strategy: 'leave-last-out', validation: true, count: 2 }),
          ...split(all, { strategy: 'folds', folds: 3, seed }),
        ];
        const first = splits().map(partsOf);
        for (const parts of first) expectPartition(all, parts);
        expect(splits().map((s) => partsOf(s).map(rowsOf))).toEqual(first.map((parts) => parts.map(rowsOf)));
      }),
      { numRuns: 50 },
    );
  });

  it('refuses what it does not know', () => {
    const all = Interactions.fromColumns({ users: ['a'], items: ['x'] });
    const refuse = (options: unknown, message: string) =>
      expect(() => split(all, options as { strategy: 'random' })).toThrow(
        expect.objectContaining({ code: 'ERR_BAD_OPTION', message: expect.stringContaining(message) }),
      );
    refuse(undefined, 'strategy');
    refuse({ strategy: 'last' }, 'must be one of "random"');
    refuse({ strategy: 'random', testfraction: 0.1 }, "Did you mean 'testFraction'?");
    refuse({ strategy: 'leave-last-out', testFraction: 0.1 }, "unknown option 'testFraction'");
    refuse({ strategy: 'random', testFraction: 0 }, 'above 0');
    for (const strategy of ['random', 'per-user', 'by-time', 'cold-items', 'cold-users']) refuse({ strategy, testFraction: 1 }, 'below 1');
    expect(() => split([{ user: 'a', item: 'x' }] as never, { strategy: 'random' })).toThrow(
      expect.objectContaining({ code: 'ERR_BAD_ARGUMENT', message: expect.stringContaining('expected Interactions') }),
    );
    refuse({ strategy: 'random', testFraction: 0.8, validationFraction: 0.3 }, 'must not add up to more than 1');
    refuse({ strategy: 'random', seed: 'x' }, 'seed');
    refuse({ strategy: 'folds', folds: 1 }, 'folds');
  });
});

describe("split 'random'", () => {
  it('has the asked share of rows, and another seed draws others', () => {
    const all = Interactions.fromColumns({
      users: Array.from({ length: 1000 }, (_, k) => k),
      items: new Int32Array(1000),
      values: Array.from({ length: 1000 }, (_, k) => k),
    });
    const { train, validation, test } = split(all, { strategy: 'random', testFraction: 0.25, validationFraction: 0.1 });
    expect([train.size, validation.size, test.size]).toEqual([650, 100, 250]);
    expect(split(all, { strategy: 'random' }).test.size).toBe(200);
    expect(rowsOf(split(all, { strategy: 'random', seed: 1 }).test)).not.toEqual(rowsOf(split(all, { strategy: 'random', seed: 2 }).test));
  });
});

describe("split 'per-user'", () => {
  it('takes the share of each user, rounded, and leaves the minimum', () => {
    fc.assert(
      fc.property(
        interactions,
        fraction,
        fc.nat(4),
        fc.constantFrom('random' as const, 'newest' as const),
        (all, testFraction, minTrain, holdOut) => {
          const { test } = split(all, { strategy: 'per-user', testFraction, minTrain, holdOut });
          for (const [user, count] of countsOf(all)) {
            const expected = Math.min(Math.round(count * testFraction), Math.max(0, count - minTrain));
            expect(countsOf(test).get(user) ?? 0).toBe(expected);
          }
        },
      ),
    );
  });

  it("holds out the newest when asked, so that a user's train is not after the test", () => {
    fc.assert(
      fc.property(interactions, (all) =>
        expectPastBeforeFuture(split(all, { strategy: 'per-user', holdOut: 'newest', validationFraction: 0.3 })),
      ),
    );
  });
});

describe("split 'leave-last-out'", () => {
  it('holds out the newest row of everyone who keeps one', () => {
    fc.assert(
      fc.property(interactions, (all) => {
        const { train, test } = split(all, { strategy: 'leave-last-out' });
        const counts = countsOf(all);
        expect(test.size).toBe([...counts.values()].filter((count) => count > 1).length);
        expect([...train.users].sort()).toEqual([...counts.keys()].sort());
        for (const row of test) {
          const own = [...all].filter((other) => other.user === row.user);
          const newest = own.sort((a, b) => (a.timestamp as number) - (b.timestamp as number) || a.value - b.value).at(-1);
          expect(row).toEqual(newest);
        }
      }),
    );
  });

  it('takes the later row for the newer one without times', () => {
    const all = Interactions.fromColumns({ users: ['a', 'a', 'b', 'a'], items: ['x', 'y', 'x', 'z'] });
    const { train, validation, test } = split(all, { strategy: 'leave-last-out', validation: true });
    expect([...test].map((row) => row.item)).toEqual(['z']);
    expect([...validation].map((row) => row.item)).toEqual(['y']);
    expect([...train].map((row) => row.user + row.item)).toEqual(['ax', 'bx']);
  });

  it('gives to the test before the validation', () => {
    const all = Interactions.fromColumns({ users: ['a', 'a'], items: ['x', 'y'] });
    const { train, validation, test } = split(all, { strategy: 'leave-last-out', validation: true });
    expect([train.size, validation.size, test.size]).toEqual([1, 0, 1]);
  });
});

describe("split 'by-time'", () => {
  it('lets nothing of the future into the past, also when times are equal', () => {
    fc.assert(
      fc.property(interactions, fraction, fraction, (all, testFraction, validationFraction) => {
        const { train, validation, test } = split(all, { strategy: 'by-time', testFraction, validationFraction });
        const times = (part: Interactions) => Array.from(part, (row) => row.timestamp as number);
        expect(Math.max(...times(train), -1)).toBeLessThan(Math.min(...times(validation), ...times(test), Number.POSITIVE_INFINITY));
        expect(Math.max(...times(validation), -1)).toBeLessThan(Math.min(...times(test), Number.POSITIVE_INFINITY));
      }),
    );
  });

  it('divides at given moments, which belong to what follows', () => {
    const all = Interactions.fromColumns({ users: [1, 2, 3, 4, 5], items: [1, 1, 1, 1, 1], timestamps: [50, 10, 30, 40, 20] });
    const { train, validation, test } = split(all, { strategy: 'by-time', validationAt: 30, at: new Date(40) });
    expect([train, validation, test].map((part) => [...part].map((row) => row.timestamp))).toEqual([[10, 20], [30], [50, 40]]);
    expect(() => split(all, { strategy: 'by-time', validationAt: 41, at: 40 })).toThrow('must not be after the test');
    expect(() => split(all, { strategy: 'by-time', at: Number.NaN })).toThrow(expect.objectContaining({ code: 'ERR_BAD_OPTION' }));
  });

  it('comes near the asked share', () => {
    const times = Array.from({ length: 100 }, (_, k) => (k * 37) % 100);
    const all = Interactions.fromColumns({ users: times, items: new Int32Array(100), timestamps: times });
    const { validation, test } = split(all, { strategy: 'by-time', testFraction: 0.1, validationFraction: 0.2 });
    expect([validation.size, test.size]).toEqual([20, 10]);
  });

  it('needs times', () => {
    const all = Interactions.fromColumns({ users: ['a'], items: ['x'] });
    expect(() => split(all, { strategy: 'by-time' })).toThrow(expect.objectContaining({ code: 'ERR_BAD_ARGUMENT' }));
  });
});

describe("split 'folds'", () => {
  it('tests each row exactly once, in folds of equal size', () => {
    fc.assert(
      fc.property(interactions, fc.integer({ min: 2, max: 7 }), (all, count) => {
        const folds = split(all, { strategy: 'folds', folds: count });
        expect(folds.length).toBe(count);
        expectPartition(
          all,
          folds.map((fold) => fold.test),
        );
        const sizes = folds.map((fold) => fold.test.size);
        expect(Math.max(...sizes) - Math.min(...sizes)).toBeLessThanOrEqual(1);
      }),
    );
    expect(split(Interactions.fromColumns({ users: ['a'], items: ['x'] }), { strategy: 'folds' }).length).toBe(5);
  });
});

function countsOf(part: Interactions): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { user } of part) counts.set(user, (counts.get(user) ?? 0) + 1);
  return counts;
}

function expectPastBeforeFuture(s: SplitWithValidation): void {
  const [train, validation, test] = partsOf(s);
  for (const [earlier, later] of [
    [train, validation],
    [validation, test],
    [train, test],
  ]) {
    for (const a of earlier)
      for (const b of later) if (a.user === b.user) expect(a.timestamp as number).toBeLessThanOrEqual(b.timestamp as number);
  }
}
