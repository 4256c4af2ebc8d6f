import type { VectorIndex } from '../../contracts/vector-index.ts';
import { fc } from './random-data.ts';
import { suiteOf, type TestRunner } from './test-runner.ts';

/** What a family promises beyond the contract. */
export interface IndexFamily {
  /** A new empty index, for vectors of this length. */
  open(dimensions: number): VectorIndex | Promise<VectorIndex>;
  /** The share of the true neighbours that a search finds at least. Default 1: the index is exact. */
  recall?: number;
}

/** The contract of `VectorIndex` as tests; every vector index passes them. Call it inside a `describe`. */
export function vectorIndexConformance({ open, recall = 1 }: IndexFamily, runner: TestRunner): void {
  const { describe, it, expect } = suiteOf(runner);
  const dimensions = 24;

  async function filled(count: number, seed = 1): Promise<{ index: VectorIndex; rows: Map<number, Float32Array> }> {
    const rows = new Map(Array.from({ length: count }, (_, key) => [key, unitVector(dimensions, seed * 100_003 + key)]));
    const index = await open(dimensions);
    await index.add(Int32Array.from(rows.keys()), flattened([...rows.values()]));
    return { index, rows };
  }

  /** Compares with the definition: every inner product, sorted. */
  async function expectNearest(index: VectorIndex, rows: Map<number, Float32Array>, query: Float32Array, n: number, allowed?: Uint8Array) {
    const found = await index.search(query, { n, allowed });
    const oracle = [...rows]
      .filter(([key]) => !allowed || allowed[key] > 0)
      .map(([key, row]) => ({ key, score: row.reduce((sum, x, k) => sum + x * query[k], 0) }))
      .sort((a, b) => b.score - a.score || a.key - b.key)
      .slice(0, n);
    expect(found.indices.length).toBe(oracle.length);
    const wanted = new Set(oracle.map(({ key }) => key));
    const hits = [...found.indices].filter((key) => wanted.has(key)).length;
    expect(hits).toBeGreaterThanOrEqual(Math.floor(recall * oracle.length));
    found.indices.forEach((key, k) => {
      const row = rows.get(key) as Float32Array;
      expect(allowed === undefined || allowed[key] > 0).toBe(true);
      expect(found.scores[k]).toBeCloseTo(
        row.reduce((sum, x, d) => sum + x * query[d], 0),
        5,
      );
      if (k > 0) expect(found.scores[k]).toBeLessThanOrEqual(found.scores[k - 1]);
    });
    if (recall === 1) for (const [k, { score }] of oracle.entries()) expect(found.scores[k]).toBeCloseTo(score, 5);
  }

  it('an empty index finds nothing', async () => {
    const index = await open(dimensions);
    expect(index.size).toBe(0);
    expect((await index.search(unitVector(dimensions, 1), { n: 5 })).indices).toHaveLength(0);
  });

  it('finds the nearest vectors, best first', async () => {
    const { index, rows } = await filled(700);
    expect(index.size).toBe(700);
    for (let q = 0; q < 20; q++) await expectNearest(index, rows, unitVector(dimensions, 9_000_000 + q), 10);
  });

  it('a vector finds itself', async () => {
    const { index, rows } = await filled(300);
    for (const key of [0, 17, 299]) {
      const found = await index.search(rows.get(key) as Float32Array, { n: 1 });
      expect([...found.indices]).toEqual([key]);
      expect(found.scores[0]).toBeCloseTo(1, 5);
    }
  });

  it('returns no more than there are, and nothing for n = 0', async () => {
    const { index } = await filled(5);
    const query = unitVector(dimensions, 3);
    expect((await index.search(query, { n: 50 })).indices).toHaveLength(5);
    expect((await index.search(query, { n: 0 })).indices).toHaveLength(0);
  });

  it('refuses a search for no whole number of vectors, and a filter that is none', async () => {
    const { index } = await filled(5);
    const query = unitVector(dimensions, 3);
    for (const options of [undefined, {}, { n: -1 }, { n: 1.5 }, { n: '3' }, { n: 3, allowed: [1] }]) {
      await expect((async () => index.search(query, options as never))()).rejects.toMatchObject({ code: 'ERR_BAD_OPTION' });
    }
  });

  it('gives a full answer under a filter that few pass', async () => {
    const { index, rows } = await filled(2000);
    for (const share of [2, 50, 400]) {
      const allowed = Uint8Array.from({ length: 2000 }, (_, key) => (key % share === 1 ? 1 : 0));
      await expectNearest(index, rows, unitVector(dimensions, 5), 5, allowed);
    }
    expect((await index.search(unitVector(dimensions, 5), { n: 5, allowed: new Uint8Array(2000) })).indices).toHaveLength(0);
  });

  it('keys past the end of a filter may not come', async () => {
    const { index, rows } = await filled(40);
    await expectNearest(index, rows, unitVector(dimensions, 5), 40, new Uint8Array(10).fill(1));
  });

  it('replaces the vector of a known key', async () => {
    const { index, rows } = await filled(50);
    rows.set(7, unitVector(dimensions, 777));
    await index.add(Int32Array.of(7), rows.get(7) as Float32Array);
    expect(index.size).toBe(50);
    await expectNearest(index, rows, rows.get(7) as Float32Array, 5);
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

  it('comes back from its bytes with the same answers', async () => {
    const { index, rows } = await filled(300);
    await index.remove(Int32Array.of(3, 4, 299));
    const again = (await open(dimensions)).fromBytes(index.toBytes());
    expect(again.size).toBe(297);
    for (const key of [3, 5, 100]) {
      const query = rows.get(key) as Float32Array;
      expect(await again.search(query, { n: 9 })).toEqual(await index.search(query, { n: 9 }));
    }
  });

  it('refuses damaged bytes', async () => {
    const { index } = await filled(50);
    const empty = await open(dimensions);
    const bytes = index.toBytes();
    for (const bad of [bytes.slice(0, bytes.length >> 1), new Uint8Array(0), bytes.map((b, k) => (k === bytes.length - 9 ? b ^ 1 : b))]) {
      expect(() => empty.fromBytes(bad)).toThrow(expect.objectContaining({ code: 'ERR_BAD_FILE' }));
    }
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
          await expectNearest(index, rows, unitVector(dimensions, 1), 7);
        }),
        { numRuns: 60 },
      );
    });
  });
}

/** A vector of length 1, the same for the same seed (a linear congruential generator, made roughly normal by adding three). */
export function unitVector(dimensions: number, seed: number): Float32Array {
  let state = (seed * 2_654_435_761 + 12_345) >>> 0;
  const next = () => {
    state = (Math.imul(state, 1_664_525) + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
  for (let k = 0; k < 3; k++) next();
  const vector = Float32Array.from({ length: dimensions }, () => next() + next() + next() - 1.5);
  const length = Math.hypot(...vector);
  return vector.map((x) => x / length);
}

function flattened(rows: Float32Array[]): Float32Array {
  const all = new Float32Array(rows.length * (rows[0]?.length ?? 0));
  rows.forEach((row, k) => {
    all.set(row, k * row.length);
  });
  return all;
}
