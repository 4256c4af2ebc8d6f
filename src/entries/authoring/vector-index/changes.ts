import { fc } from '../random-data.ts';
import type { VectorIndexSuite } from './suite.ts';
import { flattened, unitVector } from './vectors.ts';

/** Vectors that are added, replaced and removed. */
export function changes({ describe, it, expect, open, dimensions, filled, expectNearest }: VectorIndexSuite): void {
  it('replaces the vector of a known key', async () => {
    const { index, rows } = await filled(50);
    rows.set(7, unitVector(dimensions, 777));
    await index.add(Int32Array.of(7), rows.get(7) as Float32Array);
    expect(index.size).toBe(50);
    await expectNearest(index, rows, [rows.get(7) as Float32Array], 5);
  });

  it('takes sparse keys, and gives back a vector by its key', async () => {
    const index = await open(dimensions);
    const row = unitVector(dimensions, 4);
    await index.add(Int32Array.of(100_000), row);
    expect([...(await index.search(row, { n: 3 })).indices]).toEqual([100_000]);
    if (!index.vectorOf) return;
    expect(index.vectorOf(100_000)).toEqual(row);
    expect(index.vectorOf(3)).toBeUndefined();
    expect(index.vectorOf(-1)).toBeUndefined();
  });

  it('does not keep what it is given', async () => {
    const index = await open(dimensions);
    const row = unitVector(dimensions, 4);
    const given = row.slice();
    await index.add(Int32Array.of(0), given);
    given.fill(0);
    expect((await index.search(row, { n: 1 })).scores[0]).toBeCloseTo(1, 5);
  });

  it('refuses vectors and queries of another length', async () => {
    const { index } = await filled(5);
    await expect(async () => index.add(Int32Array.of(9), new Float32Array(dimensions - 1))).rejects.toMatchObject({
      code: 'ERR_BAD_ARGUMENT',
    });
    await expect(async () => index.search(new Float32Array(dimensions + 1), { n: 1 })).rejects.toMatchObject({ code: 'ERR_BAD_ARGUMENT' });
    expect(index.size).toBe(5);
  });

  describe('after any sequence of changes', () => {
    it('equals an index built anew', async () => {
      const step = fc.record({
        remove: fc.boolean(),
        keys: fc.uniqueArray(fc.integer({ min: 0, max: 60 }), { minLength: 1, maxLength: 25 }),
        seed: fc.nat(1e6),
      });
      await fc.assert(
        fc.asyncProperty(fc.array(step, { maxLength: 12 }), async (steps) => {
          const index = await open(dimensions);
          const rows = new Map<number, Float32Array>();
          for (const { remove, keys, seed } of steps) {
            if (remove) await index.remove(Int32Array.from(keys));
            else await index.add(Int32Array.from(keys), flattened(keys.map((key) => unitVector(dimensions, seed + key))));
            for (const key of keys)
              if (remove) rows.delete(key);
              else rows.set(key, unitVector(dimensions, seed + key));
          }
          expect(index.size).toBe(rows.size);
          await expectNearest(index, rows, [unitVector(dimensions, 1)], 7);
        }),
        { numRuns: 60 },
      );
    });
  });
}
