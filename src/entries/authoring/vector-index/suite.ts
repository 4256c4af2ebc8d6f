import type { VectorIndex } from '../../../contracts/vector-index.ts';
import { suiteOf, type TestRunner } from '../test-runner.ts';
import { flattened, unitVector } from './vectors.ts';

/** What a family promises beyond the contract. */
export interface IndexFamily {
  /** A new empty index, for vectors of this length. */
  open(dimensions: number): VectorIndex | Promise<VectorIndex>;
  /** The share of the true neighbours that a search finds at least. Default 1: the index is exact. */
  recall?: number;
}

/** What the parts of the suite share. */
export type VectorIndexSuite = ReturnType<typeof vectorIndexSuite>;

/** The runner, indexes with known vectors, and the definition to compare with. */
export function vectorIndexSuite({ open, recall = 1 }: IndexFamily, runner: TestRunner) {
  const suite = suiteOf(runner);
  const { expect } = suite;
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

  return { ...suite, open, dimensions, filled, expectNearest };
}
